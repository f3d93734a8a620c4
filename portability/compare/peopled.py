"""Who a comparison is weighed on: members with weights, of a register or a synthetic population."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

Int = NDArray[np.int64]
Json = dict[str, Any]
LEVELS = ("low", "central", "high")
PERSON = 1000  # weights are thousandths of a person
EVERY_YEAR = -1


@frozen
class Weighted:
    """A batch of n members (MEMBERS) and how many persons each stands for.

    weight  int64[n, 3] thousandths of a person, by LEVELS
    starts  int64[n]: 0 in payment at entry into force; k: from the k-th year after it; EVERY_YEAR:
            so many persons anew in every year
    labels  dimension -> a word per member ("sex", "age", "earnings", "corridor", …)
    """

    batch: pa.RecordBatch
    weight: Int
    starts: Int
    labels: Mapping[str, list[str]]


class People(Protocol):
    """header: what they are, sources, assumptions; years: how long a pension is paid (LEVELS)."""

    @property
    def header(self) -> Json: ...

    @property
    def years(self) -> tuple[int, int, int]: ...

    def batches(self) -> Iterator[Weighted]: ...


def halves(starts: Int, year: int, years: int) -> Int:
    """int64[n]: half-years for which those who start so are in payment in the `year`-th year after
    entry (1, 2, …), per person who starts: half of the first year and half of the last. Everybody
    is paid for `years` years and nobody longer: no death before, no indexation."""
    fresh = np.minimum(2 * year - 1, 2 * years)
    since = year - starts
    stock = np.where(year <= years, 2, 0)
    ends = (since == 0) | (since == years)
    later = np.where((since < 0) | (since > years), 0, np.where(ends, 1, 2))
    made = np.select([starts == EVERY_YEAR, starts == 0], [fresh, stock], later)
    return np.asarray(made, np.int64)


def total(weight: Int, value: Int) -> int:
    """Σ weight × value without overflow: Python integers."""
    return int(np.dot(weight.astype(object), value.astype(object))) if len(weight) else 0
