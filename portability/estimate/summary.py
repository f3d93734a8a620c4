"""A membership in figures: RESULTS taken part by part, added up exactly, in flat memory.

A summary is a set of tallies, each a key of words and whole numbers that add up: counts, and sums
of money in thousandths of the currency. Adding is all that merging does, so that any split of the
results, in any order, gives the same summary. `json` is what may be seen of it: small cells are
withheld there (portability.estimate.published).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from attrs import define, field

from portability.estimate.published import published
from portability.estimate.tallies import NAMES, Key, Tally, tallies

Json = dict[str, Any]
THRESHOLD = 5


@define
class Summary:
    """`tallies`: name -> key -> whole numbers (portability.estimate.tallies says which)."""

    tallies: dict[str, Tally] = field(factory=lambda: {name: {} for name in NAMES})

    def merge(self, other: Summary) -> Summary:
        """Both together, as a new summary: associative, commutative, `Summary()` changes nothing.
        Sums are Python integers and never overflow."""
        both = Summary({name: dict(tally) for name, tally in self.tallies.items()})
        both.take(other)
        return both

    def take(self, other: Summary) -> None:
        """Adds another summary to this one."""
        for name, tally in other.tallies.items():
            mine = self.tallies.setdefault(name, {})
            for key, figures in tally.items():
                had = mine.get(key)
                mine[key] = (
                    figures
                    if had is None
                    else tuple(a + b for a, b in zip(had, figures, strict=True))
                )

    def state(self) -> Json:
        """All tallies, unsuppressed, as plain JSON in a fixed order: to be kept beside a finished
        part of a run and read again by `Summary.of`. Not for publication."""
        return {
            name: [[list(key), list(figures)] for key, figures in sorted(tally.items(), key=order)]
            for name, tally in sorted(self.tallies.items())
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Summary:
        """The summary of which `state` was taken. Raises ValueError on an unknown tally."""
        unknown = set(state) - set(NAMES)
        if unknown:
            raise ValueError(f"no such tally: {', '.join(sorted(unknown))}")
        made = cls()
        for name, rows in state.items():
            made.tallies[name] = {tuple(key): tuple(figures) for key, figures in rows}
        return made

    def json(self, threshold: int = THRESHOLD, as_of: date | None = None) -> Json:
        """portability/estimate-summary@1: what may be published (docs/estimate.md).

        threshold  a count below it is shown as "<5", its money withheld, and as many other cells
                   as would give it away (at least 2)
        as_of      a day of the month from which the calendar runs; no clock is read. Unless given,
                   the month in which the membership's earliest pension starts
        Raises ValueError on a threshold below 2.
        """
        if threshold < 2:
            raise ValueError(f"a threshold of {threshold} withholds nothing; at least 2")
        ordered = {name: dict(sorted(self.tallies[name].items(), key=order)) for name in NAMES}
        return published(ordered, as_of or self.begins(), threshold)

    def begins(self) -> date:
        """The first of the month in which the earliest pension starts, else the earliest right."""
        for kinds in (("starts",), ("opens", "reached")):
            months = [str(month) for kind, month in self.tallies["months"] if kind in kinds]
            if months:
                return date.fromisoformat(f"{min(months)}-01")
        return date(1970, 1, 1)


def order(item: tuple[Key, tuple[int, ...]]) -> tuple[tuple[bool, str], ...]:
    """Keys in a fixed order, nulls last."""
    return tuple((word is None, word or "") for word in item[0])


def partial(table: pa.Table | pa.RecordBatch) -> Summary:
    """The summary of one part of RESULTS that holds whole members, the rows of each together.

    Raises ValueError if a member's rows are apart, if a scheme's answer has no deciding row or
    two, or if a column is missing.
    """
    return Summary(tallies(pa.table(table) if isinstance(table, pa.RecordBatch) else table))
