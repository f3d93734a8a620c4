"""A synthetic population: careers in the United States and one partner state, deterministic by seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from portability.columnar import PERIOD, PERSONS, WORD
from portability.dates import FIRST_YEAR, calendar

Int = NDArray[np.int64]


def population(n: int, schemes: Sequence[str], seed: int = 1, years: int = 38) -> pa.Table:
    """n persons born 1950-1958 claiming between 62 and 68, one line a year in one of the schemes (they change now and then)."""
    rng = np.random.default_rng(seed)
    born_year = rng.integers(1950, 1959, n)
    born = day(born_year, rng.integers(1, 13, n), rng.integers(1, 28, n))
    claim = day(born_year + rng.integers(62, 69, n), rng.integers(1, 13, n), np.ones(n, np.int64))
    person, year = np.repeat(np.arange(n), years), np.tile(np.arange(years), n)
    starts = born_year + rng.integers(18, 26, n)
    calendar_year = starts[person] + year
    home = rng.integers(0, len(schemes), n)
    switch = rng.integers(3, years, n)
    scheme = np.where(year < switch[person], home[person], (home[person] + 1) % len(schemes))
    part = rng.random(n * years) < 0.2
    wage = (8_000 + 900 * (calendar_year - 1968)) * 100 * rng.integers(40, 160, n * years) // 100
    month = np.where(part, rng.integers(1, 7, n * years), 1)
    start = day(calendar_year, month, np.ones(n * years, np.int64))
    end = np.where(part, day(calendar_year, month + 5, np.full(n * years, 28)), day(calendar_year, np.full(n * years, 12), np.full(n * years, 31)))
    lines = pa.StructArray.from_arrays([
        pa.DictionaryArray.from_arrays(scheme.astype(np.int16), list(schemes)), same("compulsory", n * years),
        pa.array(start, pa.int32()).cast(pa.date32()), pa.array(end, pa.int32()).cast(pa.date32()),
        pa.nulls(n * years, pa.int64()), pa.array(wage), same("certified", n * years), same("normal", n * years),
    ], fields=list(PERIOD))
    periods = pa.ListArray.from_arrays(pa.array(np.arange(0, n * years + 1, years), pa.int32()), lines)
    sex = pa.DictionaryArray.from_arrays(rng.integers(0, 2, n).astype(np.int8), ["female", "male"])
    return pa.table([pa.array(born, pa.int32()).cast(pa.date32()), pa.array(claim, pa.int32()).cast(pa.date32()), sex,
                     same("DE", n), periods], schema=PERSONS)


def day(year: Int, month: Int, date: Int) -> NDArray[np.int32]:
    made: NDArray[np.int32] = (calendar()[1][(year - FIRST_YEAR) * 12 + month - 1] + date - 1).astype(np.int32)
    return made


def same(word: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(np.zeros(n, np.int8), [word]).cast(WORD)
