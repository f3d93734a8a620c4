"""Quarters of the French general scheme: earned by wages, certified, or assimilated (CSS L351-2,
R351-5, R351-9)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import EQUIVALENT, Cohort, RowSet
from portability.coverage import (
    Cells,
    Credited,
    cells,
    certified_by_year,
    credit_by_dates,
    earnings_by_year,
)
from portability.dates import NODATE, month_of
from portability.exact import div
from portability.tables import Table
from portability.trace import Run, Step

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

CHILD_QUARTERS = Step(
    "child_quarters",
    "quarter",
    "CSS L351-4",
    "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006073189/",
)
FEMALE, PER_CHILD = 1, 8  # L351-4: four quarters for the birth, four for the upbringing
FOUR = 4  # CSS R351-9: at most four quarters a calendar year


@define
class Account(Credited):
    """The insured person's account.

    contributed int64[m, Y]: quarters of by_year that rest on contributions (L351-1-2), the others
    are assimilated
    validating  bool[m, Y]: wages of the year give at least one quarter (R351-29)
    unpaid      bool[m]: contribution periods without wages: quarters are known, the average salary
    is not
    """

    contributed: Int = field(kw_only=True)
    validating: Bool = field(kw_only=True)
    unpaid: Bool = field(kw_only=True)
    family: Int = field(kw_only=True)
    unsaid: Bool = field(kw_only=True)

    def total(self) -> Int:
        """L351-4: quarters for children are added to those of the calendar years."""
        return super().total() + self.family

    def take(self, idx: NDArray[np.intp]) -> Credited:
        cut = super().take(idx)
        assert isinstance(cut, Account)
        return evolve(
            cut,
            contributed=self.contributed[idx],
            validating=self.validating[idx],
            unpaid=self.unpaid[idx],
            family=self.family[idx],
            unsaid=self.unsaid[idx],
        )


def account(
    tables: Mapping[str, Table], run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]
) -> Account:
    """Quarters per calendar year of m persons: those of wages, of certified sums and of plain
    dates, four at most."""
    m, width = len(co), len(years)
    base = credit_by_dates(m, rows, years, "quarter")
    lines = rows.where((rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0))
    at = cells(lines, years)
    certified, paid, assimilated = lines.credited >= 0, lines.earnings > 0, lines.kind == EQUIVALENT
    wages = earnings_by_year(m, width, at, lines)
    free = free_wages(m, width, at, lines)
    earned = from_wages(tables, run, years, free)
    sums = certified_sums(m, width, at, lines, certified & ~assimilated)
    credits = certified_sums(m, width, at, lines, certified & assimilated)
    worked = by_dates(m, lines.where(~certified & ~paid & ~assimilated), years)
    waited = by_dates(m, lines.where(~certified & ~paid & assimilated), years)
    room = open_quarters(co, years)
    contributed = np.maximum(
        np.minimum(earned + sums + worked, room), sums
    )  # a certified sum is never cut
    quarters = np.maximum(np.minimum(contributed + credits + waited, room), sums + credits)
    loose = (
        (rows.start == NODATE)
        & (rows.credited > 0)
        & (rows.status == 0)
        & (rows.kind != EQUIVALENT)
    )
    unpaid = np.zeros(m, np.bool_)
    unpaid[lines.person[~paid & ~assimilated]] = True
    unpaid[rows.person[loose]] = True
    family, unsaid = child_quarters(run, co, rows)
    return Account(
        "quarter",
        years,
        quarters,
        base.undated,
        wages,
        base.months,
        base.kinds,
        lump=base.lump,
        contributed=contributed,
        validating=validating(tables, years, wages),
        unpaid=unpaid,
        family=np.where(base.undated + quarters.sum(axis=1) > 0, family, 0),
        unsaid=unsaid,
    )


def child_quarters(run: Run, co: Cohort, rows: RowSet) -> tuple[Int, Bool]:
    """(quarters for children, mothers of whom only the fund can tell): L351-4.

    Eight a child for the mother: four for the birth, four for the upbringing, which are hers where
    the parents declared nothing else. A record of certified sums may hold them already.
    """
    person, _ = co.children_of()
    children = np.bincount(person, minlength=len(co)).astype(np.int64)
    mother = (co.sex == FEMALE) & (children > 0)
    summed = np.zeros(len(co), np.bool_)
    summed[rows.person[rows.credited > 0]] = True
    quarters: Int = run.step(
        CHILD_QUARTERS, lambda: np.where(mother & ~summed, PER_CHILD * children, 0)
    )
    return quarters, np.asarray(mother & summed & ~run.given(CHILD_QUARTERS))


def free_wages(m: int, width: int, at: Cells, lines: RowSet) -> Int:
    """Wages of the lines without a certified number of quarters."""
    money = lines.where(np.ones(len(lines), np.bool_))
    money.earnings = np.where(lines.credited >= 0, -1, lines.earnings)
    return earnings_by_year(m, width, at, money)


def from_wages(tables: Mapping[str, Table], run: Run, years: NDArray[np.int32], wages: Int) -> Int:
    """R351-9: as many quarters as the wages of the year hold 150 (to 2013: 200) hourly minimum
    wages."""
    amount = tables["quarter_amount"].row(years, run, need=wages > 0)
    return np.minimum(np.where(amount > 0, div(wages, np.maximum(amount, 1)), 0), FOUR)


def validating(tables: Mapping[str, Table], years: NDArray[np.int32], wages: Int) -> Bool:
    amount = tables["quarter_amount"].row(years)
    return (amount > 0) & (wages >= amount)


def certified_sums(m: int, width: int, at: Cells, lines: RowSet, which: Bool) -> Int:
    """Certified quarters laid over the years of their line: int64[m, Y]."""
    if not which.any():
        return np.zeros((m, width), np.int64)
    return certified_by_year(m, width, at, lines, which)[0]


def by_dates(m: int, lines: RowSet, years: NDArray[np.int32]) -> Int:
    """Calendar quarters that lines without wages touch."""
    by_year: Int = credit_by_dates(m, lines, years, "quarter").by_year
    return by_year


def open_quarters(co: Cohort, years: NDArray[np.int32]) -> Int:
    """R351-1: the account stops at the last day of the calendar quarter before the pension starts:
    int64[n, Y]."""
    end = month_of(co.claim)[:, None] // 3
    room: Int = np.clip(end - years.astype(np.int64)[None, :] * FOUR, 0, FOUR)
    return room
