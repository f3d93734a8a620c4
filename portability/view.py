"""Own and foreign periods as one route sees them, in the unit of the scheme that decides."""

from __future__ import annotations

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.coverage import (
    Credited,
    Mask,
    everybody,
    limited,
    per_person,
    quarters_in,
    rows_of,
    whole_quarters,
)
from portability.units import THOUSAND, Conversion

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@define
class Part:
    """Foreign periods of one scheme in the own unit, for the persons `at` (rows of the view)
    who have such a record.

    by_year  int64[j, Y]; undated int64[j], whole own units
    source   what was converted and how, so that a window can be cut and converted again
    absorbed bool[j]: counts in the theoretical amount, not in the ratio (883/2004 art. 57(2))
    third    of a third state; right_only: not in the amount; as_needed: only as many as the right
    needs
    """

    scheme: str
    at: NDArray[np.intp]
    by_year: Int
    undated: Int
    source: Credited
    conversion: Conversion
    absorbed: Bool
    third: bool = False
    right_only: bool = False
    as_needed: bool = False
    summed: tuple[Int, Int] | None = field(default=None, init=False, repr=False, eq=False)

    def total(self) -> Int:
        """Units per person in `at`."""
        if self.summed is None or self.summed[0] is not self.by_year:
            self.summed = (self.by_year, per_person(self.by_year))
        made: Int = self.summed[1] + self.undated
        return made

    def take(self, pos: NDArray[np.int64]) -> Part:
        """Cut to the persons with pos >= 0 and renumber them."""
        moved = pos[self.at].astype(np.intp)
        keep = np.flatnonzero(moved >= 0)
        if len(keep) == len(moved):
            return evolve(self, at=moved)
        return evolve(
            self,
            at=moved[keep],
            by_year=rows_of(self.by_year, keep),
            undated=self.undated[keep],
            source=self.source.take(keep),
            absorbed=self.absorbed[keep],
        )


@define
class View:
    """What a scheme may count for its m persons under one route.

    own       the scheme's own record; parts: foreign periods in the order of the rule, nothing
    counted twice
    required  the qualifying period found by qualify (basis "minimum")
    """

    own: Credited
    parts: list[Part] = field(factory=list)
    required: Int | None = None

    @property
    def unit(self) -> str:
        return self.own.unit

    @property
    def years(self) -> NDArray[np.int32]:
        return self.own.years

    def __len__(self) -> int:
        return len(self.own.undated)

    def foreign(self) -> Int:
        """Foreign units, whole: int64[m]."""
        out = np.zeros(len(self), np.int64)
        for part in self.parts:
            out[part.at] += part.total()
        return out

    def for_amount(self) -> View:
        """The same periods without those that only open the right."""
        if not any(part.right_only for part in self.parts):
            return self
        return View(self.own, [part for part in self.parts if not part.right_only], self.required)

    def limit_to_need(self, required: Int) -> None:
        """Parts that count only as far as needed are cut to what the qualifying period still
        lacks (latest years first)."""
        have = self.own.total()
        for part in self.parts:
            if part.as_needed:
                room = np.maximum(required[part.at] - have[part.at], 0)
                keep_dated = np.minimum(per_person(part.by_year), room)
                upto = np.cumsum(part.by_year, axis=1)
                part.by_year = np.clip(keep_dated[:, None] - (upto - part.by_year), 0, part.by_year)
                part.undated = np.minimum(part.undated, room - keep_dated)
            have[part.at] += part.total()

    def ratio_foreign(self) -> Int:
        """Foreign units that enter the ratio: those absorbed from a state below its minimum do
        not."""
        out = np.zeros(len(self), np.int64)
        for part in self.parts:
            out[part.at] += np.where(part.absorbed, 0, part.total())
        return out

    def foreign_by_year(self) -> Int:
        """Dated foreign units: int64[m, Y]."""
        out = np.zeros_like(self.own.by_year)
        for part in self.parts:
            out[part.at] += part.by_year
        return out

    def units(self, basis: str) -> Int:
        """Units of a basis: own | theoretical (own + foreign) | minimum (the qualifying period)."""
        if basis == "minimum":
            if self.required is None:
                raise ValueError("the qualifying period is not known before qualify")
            return self.required
        own = self.own.total()
        return own if basis == "own" else own + self.foreign()

    def within(self, first: Int, last: Int) -> Int:
        """Own and foreign units in the months [first, last) of each person; undated sums have
        no place in it."""
        own = self.own.window(first, last)
        return per_person(own.by_year) + self.foreign_within(first, last, own)

    def foreign_within(self, first: Int, last: Int, own: Credited | None = None) -> Int:
        """The foreign units among them; own: the own record in the same window."""
        if not self.parts:
            return np.zeros(len(self), np.int64)
        own = self.own.window(first, last) if own is None else own
        taken = own.by_year.copy()
        for part in self.parts:
            at = slice(None) if everybody(part.at, len(self)) else part.at
            cut = part.source.window(first[at], last[at])
            months = None if own.months is None else own.months[at]
            taken[at] += converted(months, cut, part.conversion, taken[at])
        return per_person(taken) - per_person(own.by_year)

    def undated(self) -> Bool:
        """Who has sums without dates: bool[m]."""
        out = self.own.undated > 0
        for part in self.parts:
            out[part.at] |= part.undated > 0
        return out

    def take(self, idx: NDArray[np.intp]) -> View:
        if everybody(idx, len(self)):
            return View(self.own, list(self.parts), self.required)
        pos = np.full(len(self), -1, np.int64)
        pos[idx] = np.arange(len(idx))
        return View(
            self.own.take(idx),
            [part.take(pos) for part in self.parts],
            None if self.required is None else self.required[idx],
        )


def converted(own: Mask | None, foreign: Credited, how: Conversion, taken: Int) -> Int:
    """Dated foreign units in the own unit per year: int64[m, Y]. Own first: `own` are the months
    own periods touch, `taken` what is already counted."""
    if how.place != "anywhere" and how.target_unit == "quarter" and foreign.months is not None:
        free = foreign.months if own is None else foreign.months & ~whole_quarters(own)
        units = np.minimum(how.steps(foreign.by_year), quarters_in(free))
    else:
        units = in_operations(free_units(own, foreign), foreign.lump, how)
        for year, constant in how.constants.items():
            column = np.flatnonzero(foreign.years == year)
            units[:, column] = np.where(foreign.by_year[:, column] > 0, constant, 0)
    if how.fill_to is not None:
        room = how.fill_to - taken
        np.maximum(room, 0, out=room)
        units = np.minimum(units, room, out=room)
    return units


def in_operations(free: Int, lump: Int | None, how: Conversion) -> Int:
    """Units a year by the operations the text orders: year by year; `total`, all years in one;
    `as_certified`, a sum certified over several years in one (Reg. 987/2009 art. 13(3))."""
    together = free if how.per == "total" else None
    if how.per == "as_certified" and lump is not None:
        together = np.minimum(lump, free)
    if together is None:
        return how.steps(free)
    upto = how.steps(np.cumsum(together, axis=1))
    return how.steps(free - together) + np.diff(upto, axis=1, prepend=0)


def free_units(own: Mask | None, foreign: Credited) -> Int:
    """Foreign units per year that do not fall into months already covered by own periods."""
    if own is None or foreign.months is None:
        return foreign.by_year
    return limited(foreign.by_year, foreign.months, foreign.months & ~own, foreign.unit)


def part_of(
    scheme: str,
    at: NDArray[np.intp],
    own: Mask | None,
    foreign: Credited,
    how: Conversion,
    taken: Int,
    third: bool = False,
) -> Part:
    """One foreign scheme's periods (rows `at` of the view; own months, foreign and taken cut to
    them) under one conversion."""
    by_year = converted(own, foreign, how, taken)
    undated = how.steps(foreign.undated, THOUSAND)
    return Part(scheme, at, by_year, undated, foreign, how, np.zeros(len(at), np.bool_), third)
