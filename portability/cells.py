"""Lines of a record laid over calendar years: a cell for each year that a line touches."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from portability.cohort import RowSet
from portability.dates import month_of
from portability.months import FULL_YEAR, UPTO, Mask

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@define
class Cells:
    """Rows expanded to (person, year) cells.

    flat    person * Y + column
    first   where the cells of a place begin, if they stand together in ascending order; None: they
            do not
    single  every row lies in one year: row is 0, 1, 2 …
    """

    row: NDArray[np.intp]
    person: NDArray[np.int32]
    column: Int
    mask: Mask
    flat: Int
    first: NDArray[np.intp] | None
    single: bool


def cells(rows: RowSet, years: NDArray[np.int32]) -> Cells:
    """One cell per row and calendar year it touches, with the months it touches there."""
    first, last = month_of(rows.start), month_of(rows.end - 1)
    low, high = first // 12, last // 12
    year0, year1 = int(years[0]), int(years[-1])
    single = bool((low == high).all()) and bool(low.min(initial=year0) >= year0)
    single = single and bool(low.max(initial=year1) <= year1)
    if single:
        row, person, column = np.arange(len(rows)), rows.person, low - year0
        low *= 12
        mask = UPTO.take(last - low + 1) & ~UPTO.take(first - low)
    else:
        low, high = np.maximum(low, year0), np.minimum(high, year1)
        counts = np.maximum(high - low + 1, 0)
        row = np.repeat(np.arange(len(rows)), counts)
        upto = np.cumsum(counts)
        person, column = rows.person[row], np.arange(len(row)) + (low - upto + counts - year0)[row]
        mask = ends_cut(first, last, low, high, counts, upto)
    flat = person.astype(np.int64) * len(years) + column
    return Cells(row, person, column, mask, flat, beginnings(flat), single)


def beginnings(flat: Int) -> NDArray[np.intp] | None:
    """Where each value of an ascending column begins; None if it is not ascending."""
    new = np.ones(len(flat), np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=new[1:])
    first = np.flatnonzero(new)
    places = flat if len(first) == len(flat) else flat[first]
    return first if bool((places[1:] > places[:-1]).all()) else None


def ends_cut(first: Int, last: Int, low: Int, high: Int, counts: Int, upto: Int) -> Mask:
    """Masks of the cells of rows from month `first` to `last` in the years low to high, counts[i]
    cells each, the last one upto[i] - 1: whole years between the first and the last of a row."""
    mask = np.full(int(upto[-1]) if len(upto) else 0, FULL_YEAR)
    some = np.flatnonzero(counts)
    from_, to = first[some] - 12 * low[some], last[some] - 12 * high[some] + 1
    mask[(upto - counts)[some]] &= ~UPTO.take(np.maximum(from_, 0))
    mask[upto[some] - 1] &= UPTO.take(np.minimum(to, 12))
    return mask


def combined(out: NDArray[Any], at: Cells, values: NDArray[Any], how: np.ufunc) -> None:
    """Put the cells' values into the flat `out`; those that share a place are combined."""
    if at.first is None:
        how.at(out, at.flat, values)
    elif len(at.first) == len(at.flat):
        out[at.flat] = values
    else:
        out[at.flat[at.first]] = how.reduceat(values, at.first)


def scatter(m: int, width: int, at: Cells, keep: Bool) -> Mask:
    """OR of the cells' masks: uint16[m, Y]."""
    out = np.zeros(m * width, np.uint16)
    combined(out, at, at.mask if keep.all() else at.mask * keep, np.bitwise_or)
    return out.reshape(m, width)


def added(m: int, width: int, at: Cells, values: Int) -> Int:
    """Sum of the cells' values: int64[m, Y]."""
    out = np.zeros(m * width, np.int64)
    combined(out, at, values, np.add)
    return out.reshape(m, width)
