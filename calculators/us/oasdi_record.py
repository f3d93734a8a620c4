"""Quarters of coverage: 42 USC 413, 20 CFR 404.140-404.146."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import INVALIDITY, SELF_EMPLOYMENT, Cohort, RowSet
from portability.coverage import (
    Cells,
    Credited,
    added,
    cells,
    certified_by_year,
    earnings_by_year,
    kinds_of,
    per_person,
    quarters_in,
    scatter,
)
from portability.dates import NODATE, day, day_in_month, month_of
from portability.exact import div
from portability.tables import Table
from portability.units import THOUSAND

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

JANUARY_1978, QUARTER_DAYS = day("1978-01-01"), 92
YEARLY = 1978  # 413(a)(2)(A)(ii): from here quarters follow from the year's total
FOUR = 4  # 404.143(a)
QUARTER_WAGE = 50_00  # 404.141(b)(1): cents of wages that make a quarter before 1978
NEVER = 2**60
NOTHING = np.zeros((1, 1), np.int64)
SURE_WAGE = 200_00  # four quarters below 50 dollars hold less: one quarter is certain


@define
class Earned(Credited):
    """Credited quarters and what the record leaves open.

    possible  int64[m]: further quarters that pre-1978 wages, or a year without a published amount,
    may hold
    unpaid    bool[m]: periods without earnings: the right can be judged, the amount cannot
    frozen    int64[m, Y]: earnings of years wholly within the period of disability, left out of
    `earnings`; no rows where there are none
    """

    possible: Int = field(factory=lambda: np.zeros(0, np.int64))
    unpaid: Bool = field(factory=lambda: np.zeros(0, np.bool_))
    frozen: Int = field(factory=lambda: np.zeros((0, 0), np.int64))

    def take(self, idx: NDArray[np.intp]) -> Credited:
        cut = super().take(idx)
        assert isinstance(cut, Earned)
        frozen = self.frozen[idx] if len(self.frozen) else self.frozen
        return evolve(cut, possible=self.possible[idx], unpaid=self.unpaid[idx], frozen=frozen)


def credit(
    tables: Mapping[str, Table], co: Cohort, rows: RowSet, years: NDArray[np.int32]
) -> Earned:
    """413(a)(2): quarters per calendar year of m persons; certified quarters stand, the others
    follow from earnings."""
    m, width = len(co), len(years)
    undated = np.zeros(m, np.int64)
    loose = np.flatnonzero((rows.start == NODATE) & (rows.credited >= 0) & (rows.status == 0))
    np.add.at(undated, rows.person[loose], rows.credited[loose])
    dated = (rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0)
    frozen = np.zeros((0, 0), np.int64)
    if co.branch == INVALIDITY:  # 415(b)(2)(B)(i): a year wholly within the period of disability
        within = dated & (rows.start >= co.event[rows.person])
        dated &= ~within
        if within.any():
            cut = rows.where(within)
            frozen = money_by_year(m, width, cells(cut, years), cut, cut.earnings)
    lines = rows if bool(dated.all()) else rows.where(dated)
    at = cells(lines, years)
    certified = lines.credited >= 0
    earnings = money_by_year(m, width, at, lines, lines.earnings)
    sums, free = certified_sums(m, at, lines, certified, earnings, undated)
    least, most = from_wages(tables, years, free, earnings)
    least, most = from_quarters(years, lines, certified, free, least, most)
    touched, unpaid = from_dates(m, at, lines, ~certified & (lines.earnings < 0), width)
    last = last_quarter(co)
    quarters = limited(together(sums, least, touched), years, last)
    possible = np.zeros(m, np.int64)
    if most is not least:
        possible = per_person(limited(together(sums, most, touched), years, last))
        possible -= per_person(quarters)
    return Earned(
        "quarter",
        years,
        quarters,
        undated,
        earnings,
        None,
        kinds_of(m, width, at, lines),
        possible=possible,
        unpaid=unpaid | (undated > 0),
        frozen=frozen,
    )


def together(certified: Int, earned: Int, touched: Int) -> Int:
    """404.143: quarters of a year from all its lines, at most four."""
    if certified is NOTHING and touched is NOTHING:
        return earned
    return np.minimum(certified + np.maximum(earned, touched), FOUR)


def money_by_year(m: int, width: int, at: Cells, lines: RowSet, money: Int) -> Int:
    """Earnings per calendar year. One row per year is how the record is kept; other lines are split
    by months."""
    if len(at.row) == len(lines):
        return added(m, width, at, np.maximum(money, 0))
    return earnings_by_year(m, width, at, evolve(lines, earnings=money))


def certified_sums(
    m: int, at: Cells, lines: RowSet, certified: Bool, earnings: Int, undated: Int
) -> tuple[Int, Int]:
    """(certified quarters per year, earnings of the lines without a certificate); adds rests to
    `undated`."""
    if not certified.any():
        return NOTHING, earnings
    width = earnings.shape[1]
    free = money_by_year(m, width, at, lines, np.where(certified, -1, lines.earnings))
    if len(at.row) == len(lines) and not (lines.credited[certified] % THOUSAND).any():
        return added(m, width, at, np.maximum(lines.credited, 0) // THOUSAND), free
    sums, rest = certified_by_year(m, width, at, lines, certified)
    undated += rest
    return sums, free


def from_wages(
    tables: Mapping[str, Table], years: NDArray[np.int32], free: Int, earnings: Int
) -> tuple[Int, Int]:
    """(least, most) quarters per year that the year's earnings give."""
    amount = tables["quarter_amount"].row(years)
    each = np.where(amount > 0, amount, NEVER)
    full = [(free >= each * k).view(np.uint8) for k in range(1, FOUR + 1)]
    least = sum(full[1:], full[0]).astype(np.int64)  # 404.143(a): one for each full amount
    most, unpublished = least, (years > YEARLY) & (amount == 0)
    low, high = np.searchsorted(years, (1937, YEARLY))
    if unpublished.any() or high > low:
        most = least.copy()
        most[:, unpublished] = FOUR * (free[:, unpublished] > 0)
    if high > low:
        paid, base = free[:, low:high], tables["base"].row(years[low:high])
        most[:, low:high] = np.minimum(div(paid, QUARTER_WAGE), FOUR)  # 404.141(b)(1)
        capped = (earnings[:, low:high] >= base) & (
            paid > 0
        )  # 404.141(d): the annual limit gives all four
        least[:, low:high] = np.select([capped, paid >= SURE_WAGE], [FOUR, 1], 0)
    return least, most


def from_quarters(
    years: NDArray[np.int32], lines: RowSet, certified: Bool, free: Int, least: Int, most: Int
) -> tuple[Int, Int]:
    """404.141(b)(1): wages that stand in one calendar quarter before 1978 tell whether it is a
    quarter of coverage: (least, most) with what such lines settle."""
    short = (lines.end - lines.start <= QUARTER_DAYS) & (lines.start < JANUARY_1978) & ~certified
    own = np.flatnonzero(short & (lines.earnings >= 0) & (lines.kind != SELF_EMPLOYMENT))
    if not len(own):
        return least, most
    low, first = int(years[0]) * FOUR, month_of(lines.start[own]) // 3
    one = (month_of(lines.end[own] - 1) // 3 == first) & (first >= low)
    own, first = own[one], first[one]
    paid = np.zeros((len(free), len(years) * FOUR), np.int64)
    np.add.at(paid, (lines.person[own], first - low), lines.earnings[own])
    each = paid.reshape(len(free), len(years), FOUR)
    found, whole = (each >= QUARTER_WAGE).sum(axis=2), free == each.sum(axis=2)
    settled = whole & (free > 0) & (least < FOUR)
    return np.maximum(least, found), np.where(settled, found, np.maximum(most, found))


def from_dates(m: int, at: Cells, lines: RowSet, bare: Bool, width: int) -> tuple[Int, Bool]:
    """Lines that name neither quarters nor earnings: the calendar quarters they touch; and whose
    they are."""
    unpaid = np.zeros(m, np.bool_)
    if not bare.any():
        return NOTHING, unpaid
    unpaid[lines.person[bare]] = True
    return quarters_in(scatter(m, width, at, bare[at.row])), unpaid


def last_quarter(co: Cohort) -> Int:
    """404.146(a), (b): no quarter that has not begun, none after death. year * 4 + quarter of the
    last one."""
    last = waiting_month(co.risk) if co.branch == INVALIDITY else month_of(co.risk)
    return last // 3


def waiting_month(onset: NDArray[Any]) -> Int:
    """First full calendar month of disability, where the waiting period begins (404.315(d)): month
    index."""
    return month_of(onset) + (day_in_month(onset) > 1)


def limited(quarters: Int, years: NDArray[np.int32], last: Int) -> Int:
    """Quarters per year (at most four, changed in place) that fit up to and including each person's
    last calendar quarter."""
    late = int(np.searchsorted(years, int(last.min(initial=FOUR * int(years[-1]))) // FOUR))
    index = years[late:].astype(np.int64)[None, :]
    room = np.clip(last[:, None] + 1 - index * FOUR, 0, FOUR)
    quarters[:, late:] = np.minimum(quarters[:, late:], room)
    return quarters
