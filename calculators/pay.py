"""Pay by month: what the lines of a record say where a year's total is too coarse.

A line's earnings are spread evenly over the months it touches; a window takes the months inside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import RowSet, csr_lines
from portability.coverage import POPCOUNT, Credited, cells, months_in, scatter, window_mask
from portability.dates import NODATE, month_of
from portability.exact import mul_div
from portability.scheme import Int, View
from portability.tables import Table

Bool = NDArray[np.bool_]
Mask = NDArray[np.uint16]
LOWEST_BIT = np.array([(i & -i).bit_length() - 1 if i else 0 for i in range(4096)], np.int64)
BITS = np.array([i.bit_length() for i in range(4096)], np.int64)
# NTH[mask, k]: month (0-11) of the k-th highest bit, k from 1; 0 where there are fewer
NTH = np.array(
    [
        [0, *([b for b in range(11, -1, -1) if mask >> b & 1] + [0] * 12)[:12]]
        for mask in range(4096)
    ],
    np.int64,
)


@define
class Lines(Credited):
    """A credited record that keeps its lines (sorted by person)."""

    lines: RowSet = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Lines:
        cut = Credited.take(self, idx)
        assert isinstance(cut, Lines)
        counts = np.bincount(self.lines.person, minlength=len(self.undated))
        chosen = csr_lines(np.concatenate([[0], np.cumsum(counts)]), idx)
        lines = self.lines.where(chosen)
        lines.person = np.repeat(np.arange(len(idx)), counts[idx]).astype(np.int32)
        return evolve(cut, lines=lines)


def with_lines(plain: Credited, rows: RowSet) -> Lines:
    """The record of `plain` with those of its lines that carry dates and pay."""
    paid = (rows.status == 0) & (rows.earnings > 0) & (rows.start != NODATE)
    lines = rows.where(paid & (rows.end > rows.start))
    return Lines(
        plain.unit,
        plain.years,
        plain.by_year,
        plain.undated,
        plain.earnings,
        plain.months,
        plain.kinds,
        lump=plain.lump,
        lines=lines.where(np.argsort(lines.person, kind="stable")),
    )


def lines_of(view: View) -> RowSet:
    own = view.own
    assert isinstance(own, Lines)
    return own.lines


def inside(view: View, first: Int, last: Int) -> tuple[RowSet, Int, Int, Int]:
    """(lines, months of each line in [first, last), the first of them, all months of the line)."""
    lines = lines_of(view)
    start, end = month_of(lines.start), month_of(lines.end - 1) + 1
    low = np.maximum(start, first[lines.person])
    return lines, np.maximum(np.minimum(end, last[lines.person]) - low, 0), low, end - start


def earned(view: View, first: Int, last: Int) -> Int:
    """Earnings of the months [first, last) of each person (minor units, cut down): int64[n]."""
    lines, kept, _, whole = inside(view, first, last)
    out = np.zeros(len(view), np.int64)
    np.add.at(out, lines.person, mul_div(lines.earnings, kept, whole))
    return out


def earned_below(view: View, first: Int, last: Int, ceiling: Table) -> tuple[Int, Bool]:
    """Earnings of a window, each month at most the ceiling in force on its first day.

    Before the table's first row there is no ceiling. Returns (int64[n], bool[n]: a month without
    a known ceiling).
    """
    lines, kept, low, whole = inside(view, first, last)
    edges = [NODATE // 31, *month_of(ceiling.keys), 2**31 - 1]
    caps = [(0, False), *zip(ceiling.values, ceiling.certain, strict=True)]
    out, unknown = np.zeros(len(view), np.int64), np.zeros(len(view), np.bool_)
    for k, (cap, known) in enumerate(caps):
        months = np.minimum(low + kept, edges[k + 1]) - np.maximum(low, edges[k])
        months = np.maximum(months, 0)
        pay = mul_div(lines.earnings, months, whole)
        np.add.at(out, lines.person, np.minimum(pay, cap * months) if k else pay)
        if k and not known:
            unknown[lines.person[months > 0]] = True
    return out, unknown


def paid_months(view: View) -> Mask:
    """Months with pay of the own record: uint16[n, Y]."""
    lines = lines_of(view)
    at = cells(lines, view.years)
    return scatter(len(view), len(view.years), at, np.ones(len(at.row), np.bool_))


def count(mask: Mask, years: NDArray[Any], first: Int, last: Int) -> Int:
    """Months of a mask inside [first, last): int64[n]."""
    return np.asarray(months_in(mask & window_mask(years, first, last)).sum(axis=1))


def masks(view: View) -> Mask:
    """Touched months of the own record; a year credited as a whole touches them all."""
    own = view.own
    if own.months is not None:
        return own.months
    return np.where(own.by_year > 0, 0xFFF, 0).astype(np.uint16)


def end_of_record(view: View) -> Int:
    """Month after the last credited month: int64[n]."""
    months = masks(view)
    last = months.shape[1] - 1 - np.argmax(months[:, ::-1] > 0, axis=1)
    top = BITS[months[np.arange(len(months)), last]]
    return np.asarray(view.years[last].astype(np.int64) * 12 + top)


def first_of_record(view: View) -> tuple[Int, Bool]:
    """(first credited month, whether there is one)."""
    months = masks(view)
    first = np.argmax(months > 0, axis=1)
    low = months[np.arange(len(months)), first]
    return view.years[first].astype(np.int64) * 12 + LOWEST_BIT[low], np.asarray(low > 0)


def months_before(view: View, month: int) -> Int:
    """Credited months of the own record before a calendar month: int64[n]."""
    zero = np.zeros(len(view), np.int64)
    return count(masks(view), view.years, zero, zero + month)


def month_of_nth_last(mask: Mask, years: NDArray[Any], nth: int) -> Int:
    """Calendar month of the nth-last month of a mask (the first one where there are fewer)."""
    months = POPCOUNT[mask]
    later = np.cumsum(months[:, ::-1], axis=1)[:, ::-1] - months
    here = (later < nth) & (months > 0)
    column = np.argmax(here, axis=1)  # the earliest year that still holds one of the last nth
    at = np.arange(len(mask))
    rank = np.minimum(nth - later[at, column], months[at, column])
    return np.asarray(years[column].astype(np.int64) * 12 + NTH[mask[at, column], rank])
