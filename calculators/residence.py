"""Residence by years, months and days, for schemes whose statutes count neither touched months nor
plain days.

A span from the 15th to the 14th of a later month is so many whole months. The months a span
completes are laid on the
calendar months from its first one on, so that they can be compared with foreign months; days left
over are summed
over all spans and become months of 30 days.
"""

from __future__ import annotations

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import RowSet
from portability.coverage import (
    POPCOUNT,
    Credited,
    Mask,
    cells,
    credit_by_dates,
    earnings_by_year,
    kinds_of,
    merged,
    window_mask,
)
from portability.dates import NODATE, add_months, month_of
from portability.exact import div
from portability.units import THOUSAND

Int = NDArray[np.int64]
Days = NDArray[np.int32]
NEVER = 2**62
MONTH_DAYS = 30  # days left over from several spans are carried at 30 to the month


@define
class Stay(Credited):
    """Credited residence with what only its exact days tell: sums, name -> int64[m]."""

    sums: dict[str, Int] = field(factory=dict)

    def take(self, idx: NDArray[np.intp]) -> Stay:
        cut = super().take(idx)
        return evolve(self, by_year=cut.by_year, undated=cut.undated, earnings=cut.earnings,
                      months=cut.months, lump=cut.lump,
                      kinds=cut.kinds, sums={name: v[idx] for name, v in self.sums.items()})


@define
class Spans:
    """Merged spans of m persons, sorted: person, start, end (exclusive) as days."""

    m: int
    person: NDArray[np.int32]
    start: Int
    end: Int

    def clipped(self, low: Int, high: Int) -> Spans:
        """The parts inside [low, high) of each person (int64[m], days)."""
        start = np.maximum(self.start, np.asarray(low, np.int64)[self.person])
        end = np.minimum(self.end, np.asarray(high, np.int64)[self.person])
        keep = end > start
        return Spans(self.m, self.person[keep], start[keep], end[keep])

    def total(self, values: Int) -> Int:
        """Sum of a column over the spans of each person: int64[m]."""
        out = np.zeros(self.m, np.int64)
        np.add.at(out, self.person, values)
        return out

    def days(self) -> Int:
        """Days covered, per person: int64[m]."""
        return self.total(self.end - self.start)

    def completed(self) -> tuple[Int, Int]:
        """(whole months, days left over) of each span."""
        months = month_of(self.end) - month_of(self.start)
        months = months - (add_months(self.start, months) > self.end)
        return months, self.end - add_months(self.start, months)

    def months(self, how: str = "down") -> Int:
        """Months of each person; the days left over are summed first: int64[m]."""
        whole, rest = self.completed()
        return self.total(whole) + div(self.total(short_of(rest, how)), MONTH_DAYS, how)

    def reached(self, months: int) -> Int:
        """First day on which so many months are complete, NODATE if never: int64[m]."""
        whole, rest = self.completed()
        before_m, before_d = self.before(whole), self.before(short_of(rest, "down"))
        done = before_m + before_d // MONTH_DAYS
        day = add_months(self.start, np.maximum(months - done, 0)) - before_d % MONTH_DAYS
        hit = (day <= self.end) & (months > done)
        out = np.full(self.m, NEVER, np.int64)
        np.minimum.at(out, self.person[hit], np.maximum(day, self.start)[hit])
        return np.where(out == NEVER, NODATE, out)

    def before(self, values: Int) -> Int:
        """Sum of a column over the earlier spans of the same person: one value a span."""
        running = np.cumsum(values) - values
        first = np.searchsorted(self.person, self.person)
        return running - running[first] if len(values) else running

    def longest(self) -> Int:
        """Whole months of the longest span of each person: int64[m]."""
        out = np.zeros(self.m, np.int64)
        np.maximum.at(out, self.person, self.completed()[0])
        return out


def short_of(rest: Int, how: str) -> Int:
    """Days left over; 30 of them in a month of 31 are no whole month yet where only whole ones
    count."""
    return np.minimum(rest, MONTH_DAYS - 1) if how == "down" else rest


def spans_of(m: int, rows: RowSet) -> Spans:
    """Merged dated spans of the lines that count."""
    dated = (rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0)
    person, start, end = merged(rows.person[dated], rows.start[dated], rows.end[dated])
    return Spans(m, person, start, end)


def stay(
    m: int,
    rows: RowSet,
    years: NDArray[np.int32],
    low: Int,
    high: Int,
    how: str = "down",
    spans: Spans | None = None,
    money: bool = False,
) -> Stay:
    """Months of residence of m persons between the days low and high (int64[m]).

    A certified sum stands as it is. `how` rounds the days left over: down (only whole months
    count) or up (any rest is one more month). spans: the lines without a certified sum, if they
    are already merged; money: earnings by year are wanted too.
    """
    certified = (rows.credited >= 0) & (rows.status == 0)
    found = spans_of(m, rows.where(~certified)) if spans is None or certified.any() else spans
    inside = found.clipped(low, high)
    whole, rest = inside.completed()
    months = laid_out(inside, whole, years)
    by_year = POPCOUNT[months]
    undated = div(inside.total(short_of(rest, how)), MONTH_DAYS, how) * THOUSAND
    if certified.any():
        base = credit_by_dates(m, rows.where(certified), years, "month")
        taken = np.zeros_like(months) if base.months is None else base.months
        by_year, undated = base.by_year + POPCOUNT[months & ~taken], base.undated + undated
        months = months | taken
    earnings, kinds = by_line(m, rows, years, money)
    return Stay("month", years, by_year, undated, earnings, months, kinds, {})


def by_line(
    m: int, rows: RowSet, years: NDArray[np.int32], money: bool
) -> tuple[Int, dict[int, Mask]]:
    """(earnings by year, months by kind where there is more than one)."""
    lines = rows.where((rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0))
    several = len(lines) > 0 and bool((lines.kind != lines.kind[0]).any())
    if not (money or several):
        return np.zeros((m, len(years)), np.int64), {}
    at = cells(lines, years)
    earned = earnings_by_year(m, len(years), at, lines)
    return earned, kinds_of(m, len(years), at, lines)


def laid_out(spans: Spans, whole: Int, years: NDArray[np.int32]) -> Mask:
    """The completed months of each span as calendar months from its first: uint16[m, Y]."""
    out = np.zeros((spans.m, len(years)), np.uint16)
    first = month_of(spans.start)
    np.bitwise_or.at(out, spans.person, window_mask(years, first, first + whole))
    return out
