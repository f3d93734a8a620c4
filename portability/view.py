"""Own and foreign periods as one route sees them, in the unit of the scheme that decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.coverage import Credited, POPCOUNT, QUARTER_OF, limited
from portability.units import THOUSAND, Conversion

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@define
class Part:
    """Foreign periods of one scheme, converted: by_year int64[m, Y] and undated int64[m], both in the own unit.

    source  what was converted and how, so that a window can be cut and converted again
    absorbed bool[m]: counts in the theoretical amount, not in the ratio (883/2004 art. 57(2))
    third    bool[m]: of a third state
    """

    scheme: str
    by_year: Int
    undated: Int
    source: Credited
    conversion: Conversion
    absorbed: Bool
    third: bool = False
    months: NDArray[np.uint16] | None = None

    def total(self) -> Int:
        return self.by_year.sum(axis=1) + self.undated

    def take(self, idx: NDArray[np.intp]) -> Part:
        return evolve(self, by_year=self.by_year[idx], undated=self.undated[idx], source=self.source.take(idx),
                      absorbed=self.absorbed[idx], months=None if self.months is None else self.months[idx])


@define
class View:
    """What a scheme may count for its m persons under one route.

    own       the scheme's own record; parts: foreign periods in the order of the rule, nothing counted twice
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

    def foreign(self) -> Int:
        """Foreign units, whole: int64[m]."""
        zero = np.zeros(len(self.own.undated), np.int64)
        return sum((part.total() for part in self.parts), zero)

    def ratio_foreign(self) -> Int:
        """Foreign units that enter the ratio: those absorbed from a state below its minimum do not."""
        zero = np.zeros(len(self.own.undated), np.int64)
        return sum((np.where(part.absorbed, 0, part.total()) for part in self.parts), zero)

    def foreign_by_year(self) -> Int:
        """Dated foreign units: int64[m, Y]."""
        return sum((part.by_year for part in self.parts), np.zeros_like(self.own.by_year))

    def units(self, basis: str) -> Int:
        """Units of a basis: own | theoretical (own + foreign) | minimum (the qualifying period)."""
        if basis == "minimum":
            if self.required is None:
                raise ValueError("the qualifying period is not known before qualify")
            return self.required
        own = self.own.total()
        return own if basis == "own" else own + self.foreign()

    def within(self, first: Int, last: Int) -> Int:
        """Own and foreign units in the months [first, last) of each person; undated sums have no place in it."""
        own = self.own.window(first, last)
        out = own.by_year.sum(axis=1)
        taken = own.by_year
        for part in self.parts:
            cut = part.source.window(first, last)
            got = converted(own, cut, part.conversion, taken)
            taken = taken + got
            out = out + got.sum(axis=1)
        return out

    def undated(self) -> Bool:
        """Who has sums without dates: bool[m]."""
        out = self.own.undated > 0
        for part in self.parts:
            out = out | (part.undated > 0)
        return out

    def take(self, idx: NDArray[np.intp]) -> View:
        return View(self.own.take(idx), [part.take(idx) for part in self.parts],
                    None if self.required is None else self.required[idx])


def converted(own: Credited, foreign: Credited, how: Conversion, taken: Int) -> Int:
    """Dated foreign units in the own unit per year: int64[m, Y]. Own first; `taken`: what is already counted."""
    by_year = free_units(own, foreign)
    units = how.steps(by_year)
    for year, constant in how.constants.items():
        column = np.flatnonzero(foreign.years == year)
        if len(column):
            units[:, column] = np.where(by_year[:, column] > 0, constant, 0)
    if how.place == "covered_units" and how.target_unit == "quarter" and foreign.months is not None:
        own_months = own.months if own.months is not None else np.zeros_like(foreign.months)
        grid = QUARTER_OF[foreign.months] & ~QUARTER_OF[own_months]
        units = np.minimum(how.steps(foreign.by_year), POPCOUNT[grid])
    if how.fill_to is not None:
        units = np.minimum(units, np.maximum(how.fill_to - taken, 0))
    return units


def free_units(own: Credited, foreign: Credited) -> Int:
    """Foreign units per year that do not fall into months already covered by own periods."""
    if own.months is None or foreign.months is None:
        return foreign.by_year
    return limited(foreign.by_year, foreign.months, foreign.months & ~own.months, foreign.unit)


def part_of(scheme: str, own: Credited, foreign: Credited, how: Conversion, taken: Int,
            convert: Callable[[Credited, Credited, Conversion, Int], Int] = converted) -> Part:
    """One foreign scheme's periods under one conversion."""
    by_year = convert(own, foreign, how, taken)
    undated = how.steps(foreign.undated, THOUSAND)
    return Part(scheme, by_year, undated, foreign, how, np.zeros(len(undated), np.bool_), months=foreign.months)
