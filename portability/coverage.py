"""Crediting: lines of an insurance record become units per calendar year, with the months they
touch.

A month mask has one bit a month (bit 0 = January); a touched month counts. A certified sum counts
as certified and
is never recomputed from dates (BSG B 5 R 54/11 R: five French quarters are 15 months whatever the
dates span); a
certified sum without dates is `undated`: it never overlaps and has no yearly cap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cells import Cells as Cells
from portability.cells import added as added
from portability.cells import cells as cells
from portability.cells import scatter as scatter
from portability.cohort import EQUIVALENT, OPTIONAL_CONTINUED, VOLUNTARY, RowSet
from portability.dates import FOREVER, NODATE, first_day, month_of
from portability.months import FULL_YEAR as FULL_YEAR
from portability.months import POPCOUNT as POPCOUNT
from portability.months import QUARTER_OF as QUARTER_OF
from portability.months import Mask as Mask
from portability.months import capacity as capacity
from portability.months import months_in as months_in
from portability.months import quarters_in as quarters_in
from portability.months import whole_quarters as whole_quarters
from portability.months import window_mask as window_mask
from portability.units import THOUSAND

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
VOLUNTARY_CLASS = (VOLUNTARY, OPTIONAL_CONTINUED)
CLASSES = ("C", "V", "E")


@define
class Credited:
    """What one scheme's records hold, for its m persons.

    unit      of by_year and (in thousandths) undated
    years     int32[Y], consecutive
    by_year   int64[m, Y] whole units; undated int64[m] in thousandths: certified without dates
    earnings  int64[m, Y] minor units, 0 where none
    months    uint16[m, Y] touched months, None = anywhere in the year
    kinds     kind -> uint16[m, Y], only where the batch holds more than one kind
    lump      int64[m, Y]: what of by_year was certified as one sum over several years, None = none
    """

    unit: str
    years: NDArray[np.int32]
    by_year: Int
    undated: Int
    earnings: Int
    months: Mask | None
    kinds: dict[int, Mask] = field(factory=dict)
    lump: Int | None = field(default=None, kw_only=True)
    summed: tuple[Int, Int] | None = field(default=None, init=False, repr=False, eq=False)

    def dated_total(self) -> Int:
        """Whole units of all years: int64[m], summed once."""
        if self.summed is None or self.summed[0] is not self.by_year:
            self.summed = (self.by_year, per_person(self.by_year))
        return self.summed[1]

    def total(self) -> Int:
        """Whole units, dated and undated: int64[m]."""
        made: Int = self.dated_total() + self.undated // THOUSAND
        return made

    def take(self, idx: NDArray[np.intp]) -> Credited:
        if everybody(idx, len(self.undated)):
            return self
        return evolve(
            self,
            by_year=rows_of(self.by_year, idx),
            undated=self.undated[idx],
            earnings=rows_of(self.earnings, idx),
            months=None if self.months is None else rows_of(self.months, idx),
            kinds={kind: rows_of(mask, idx) for kind, mask in self.kinds.items()},
            lump=None if self.lump is None else rows_of(self.lump, idx),
        )

    def bare(self) -> Credited:
        """The periods alone, without earnings and kinds: all that another state looks at."""
        none = np.zeros((len(self.undated), 0), np.int64)
        bare = Credited(self.unit, self.years, self.by_year, self.undated, none, self.months)
        bare.lump = self.lump
        return bare

    def window(self, first: Int, last: Int) -> Credited:
        """Only months [first, last) of each person; a year without month masks gives what fits
        into it."""
        inside = window_mask(self.years, first, last)
        if self.months is None:
            fits = capacity(inside, self.unit)
            return evolve(
                self, by_year=np.minimum(self.by_year, fits), undated=np.zeros_like(self.undated)
            )
        kept = self.months & inside
        return evolve(
            self,
            by_year=limited(self.by_year, self.months, kept, self.unit),
            months=kept,
            undated=np.zeros_like(self.undated),
        )


def per_person(values: Int) -> Int:
    """Sum over the years: int64[m, Y] -> int64[m]."""
    return np.asarray(np.einsum("ij->i", values))


def rows_of(values: NDArray[Any], idx: NDArray[np.intp]) -> NDArray[Any]:
    """values[idx]; one value that stands for all stays one."""
    if values.ndim == 2 and values.strides == (0, 0) and len(idx) <= len(values):
        return values[: len(idx)]
    return values.take(idx, axis=0)


def everybody(idx: NDArray[np.intp], m: int) -> bool:
    """Does idx name all of m persons in their order?"""
    return len(idx) == m and bool((idx == np.arange(m)).all())


def longest_run(credited: Credited) -> Int:
    """Longest unbroken run of touched months: int64[m]; undated sums have no place in it."""
    months = credited.months
    if months is None:
        months = np.where(credited.by_year > 0, FULL_YEAR, 0).astype(np.uint16)
    bits = (months[:, :, None] >> np.arange(12, dtype=np.uint16)) & 1
    flat = bits.reshape(len(months), -1).astype(np.int64)
    done = np.cumsum(flat, axis=1)
    before_gap = np.maximum.accumulate(np.where(flat == 0, done, 0), axis=1)
    runs: Int = (done - before_gap).max(axis=1, initial=0)
    return runs


def limited(by_year: Int, before: Mask, after: Mask, unit: str) -> Int:
    """Units left when only the months `after` of the months `before` remain.

    A certified sum below what its months could hold may lie in those that remain; one above loses
    what was taken; where no month remains nothing does. Only cells that change are computed.
    """
    touched = before != after
    if not touched.any():
        return by_year
    at = np.flatnonzero(touched)
    had, new = by_year.take(at), after.take(at)
    room, left = capacity(before.take(at), unit), capacity(new, unit)
    kept = np.where(had <= room, np.minimum(had, left), had - (room - left))
    out: Int = np.array(by_year, order="C")
    out.reshape(-1)[at] = np.where(new != 0, kept, 0)
    return out


def span_years(rows: RowSet, *more: int) -> NDArray[np.int32]:
    """The consecutive calendar years that the dated lines touch (at least one year)."""
    dated = (rows.start != NODATE) & (rows.end > rows.start)
    years = [*more]
    if dated.any():
        first = rows.start.min(initial=FOREVER, where=dated)
        last = rows.end.max(initial=NODATE, where=dated)
        years += [int(month_of(day)) // 12 for day in (first, np.int64(last) - 1)]
    low, high = (min(years), max(years)) if years else (2000, 2000)
    return np.arange(low, high + 1, dtype=np.int32)


def credit_by_dates(m: int, rows: RowSet, years: NDArray[np.int32], unit: str) -> Credited:
    """The default crediting of m persons (rows.person in 0..m-1): dates touch units, certified
    sums stand."""
    dated = (rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0)
    undated = np.zeros(m, np.int64)
    loose = np.flatnonzero((rows.start == NODATE) & (rows.credited >= 0) & (rows.status == 0))
    np.add.at(undated, rows.person[loose], rows.credited[loose])
    lines = rows if bool(dated.all()) else rows.where(dated)
    at = cells(lines, years)
    width = len(years)
    certified = lines.credited >= 0
    months = scatter(m, width, at, np.ones(len(at.row), np.bool_))
    plain = months if not certified.any() else scatter(m, width, at, ~certified[at.row])
    by_year = units_by_year(m, width, plain, lines, ~certified, unit, years)
    lump = None
    if certified.any():
        several = certified & (np.bincount(at.row, minlength=len(lines)) > 1)
        lump = certified_by_year(m, width, at, lines, several)[0] if several.any() else None
        sums, rest = certified_by_year(m, width, at, lines, certified)
        taken = scatter(m, width, at, certified[at.row])
        by_year = limited(by_year, plain, plain & ~taken, unit) + sums
        undated += rest
    return Credited(
        unit,
        years,
        by_year,
        undated,
        earnings_by_year(m, width, at, lines),
        months,
        kinds_of(m, width, at, lines),
        lump=lump,
    )


def units_by_year(
    m: int,
    width: int,
    months: Mask,
    lines: RowSet,
    plain: Bool,
    unit: str,
    years: NDArray[np.int32],
) -> Int:
    """Units that dates alone give: touched months, quarters, years; days and weeks from the
    days of the lines `plain` themselves."""
    if unit in ("month", "quarter", "year"):
        return capacity(months, unit)
    days = days_by_year(m, width, lines if bool(plain.all()) else lines.where(plain), years)
    return days if unit == "day" else np.minimum((days + 6) // 7, 52)


def days_by_year(m: int, width: int, lines: RowSet, years: NDArray[np.int32]) -> Int:
    """Days of each year covered by at least one line: int64[m, Y]."""
    person, start, end = merged(lines.person, lines.start, lines.end)
    out = np.zeros((m, width), np.int64)
    first = first_day(years.astype(np.int64) * 12)
    last = first_day(years.astype(np.int64) * 12 + 12)
    for column in range(width):
        inside = np.minimum(end, last[column]) - np.maximum(start, first[column])
        np.add.at(out[:, column], person, np.maximum(inside, 0))
    return out


def merged(
    person: NDArray[np.int32], start: NDArray[np.int32], end: NDArray[np.int32]
) -> tuple[NDArray[np.int32], Int, Int]:
    """Intervals of each person merged where they meet: the union, sorted."""
    order = np.lexsort((start, person))
    who, low, high = person[order], start[order].astype(np.int64), end[order].astype(np.int64)
    if not len(who):
        return who, low, high
    base = who.astype(np.int64) << 32
    reach = np.maximum.accumulate(base + high)
    new = np.ones(len(who), np.bool_)
    new[1:] = (base[1:] + low[1:]) > reach[:-1]
    at = np.flatnonzero(new)
    ends = np.append(at[1:], len(who)) - 1
    return who[at], low[at], reach[ends] - base[ends]


def certified_by_year(
    m: int, width: int, at: Cells, lines: RowSet, certified: Bool
) -> tuple[Int, Int]:
    """Certified sums laid over the years of their line in proportion to its months, cut to
    whole units.

    The total is exact; thousandths left over go to the undated sum. Returns (int64[m, Y],
    int64[m]).
    """
    touched = POPCOUNT[at.mask]
    total = np.zeros(len(lines), np.int64)
    np.add.at(total, at.row, touched)
    running = np.cumsum(touched)
    start = np.concatenate([[0], np.cumsum(np.bincount(at.row, minlength=len(lines)))])[:-1]
    before = np.concatenate([[0], running])[start[at.row]]
    whole = np.where(certified, lines.credited // THOUSAND, 0)[at.row]
    upto = whole * (running - before) // np.maximum(total[at.row], 1)
    below = whole * (running - before - touched) // np.maximum(total[at.row], 1)
    rest = np.zeros(m, np.int64)
    np.add.at(rest, lines.person[certified], lines.credited[certified] % THOUSAND)
    return added(m, width, at, upto - below), rest


def earnings_by_year(m: int, width: int, at: Cells, lines: RowSet) -> Int:
    """Earnings of each year; a line over several years is split by the months it touches."""
    money = np.maximum(lines.earnings, 0)
    if not money.any():
        return np.zeros((m, width), np.int64)
    if at.single:
        return added(m, width, at, money)
    touched = POPCOUNT[at.mask]
    first = np.flatnonzero(np.diff(at.row, prepend=-1))  # of each line's cells
    if not len(first):
        return np.zeros((m, width), np.int64)
    cells_of = np.diff(first, append=len(at.row))
    running = np.cumsum(touched)
    done = running - np.repeat(running[first] - touched[first], cells_of)
    weight = np.add.reduceat(touched, first)
    each, rest = np.divmod(money[at.row[first]], weight)
    upto = np.repeat(each, cells_of) * done
    upto += np.repeat(rest, cells_of) * done // np.repeat(weight, cells_of)
    share = np.diff(upto, prepend=0)
    share[first] = upto[first]
    return added(m, width, at, share)


def kinds_of(m: int, width: int, at: Cells, lines: RowSet) -> dict[int, Mask]:
    present = np.flatnonzero(np.bincount(lines.kind))
    if len(present) < 2:
        return {}
    return {int(kind): scatter(m, width, at, lines.kind[at.row] == kind) for kind in present}


def classes(credited: Credited, lines: RowSet) -> dict[str, Mask]:
    """Months by class: C compulsory and residence, V voluntary, E equivalent (Reg. 987/2009
    art. 12)."""
    months = credited.months
    if months is None:
        months = np.where(credited.by_year > 0, FULL_YEAR, 0).astype(np.uint16)
    if not credited.kinds:
        dated = lines.kind[
            (lines.start != NODATE) & (lines.end > lines.start) & (lines.status == 0)
        ]
        kind = int(dated[0]) if len(dated) else 0  # a sum without dates has no month of any class
        name = "V" if kind in VOLUNTARY_CLASS else "E" if kind == EQUIVALENT else "C"
        return {c: (months if c == name else np.zeros_like(months)) for c in CLASSES}
    out = {c: np.zeros_like(months) for c in CLASSES}
    for kind, mask in credited.kinds.items():
        name = "V" if kind in VOLUNTARY_CLASS else "E" if kind == EQUIVALENT else "C"
        out[name] = out[name] | mask
    return out
