"""Days of Spanish insurance and the contribution bases of each month (LGSS arts. 205.1, 209.1; RD
1716/2012)."""

from __future__ import annotations

import numpy as np
from attrs import define, evolve
from numpy.typing import NDArray

from portability.cohort import Cohort, RowSet
from portability.coverage import POPCOUNT, Credited, cells, credit_by_dates, merged
from portability.dates import NODATE, add_months
from portability.exact import div

Int = NDArray[np.int64]
AGE_65 = 780
YEAR = 365  # RD 1716/2012 art. 3.1: a year is 365 days, a month 30.41666
MONTH = 3_041_666


@define
class Days(Credited):
    """Days of m persons, with what the base and the deferral need.

    bases  int64[m, 12 Y]: contribution base of each month of `years`, cents, 0 where none
    later  int64[m, 2]: days after the birthday of 65 and after the ordinary age of the claim's year
    """

    bases: Int = None  # type: ignore[assignment]
    later: Int = None  # type: ignore[assignment]

    def take(self, idx: NDArray[np.intp]) -> Credited:
        return evolve(super().take(idx), bases=self.bases[idx], later=self.later[idx])  # type: ignore[call-arg]


def days(co: Cohort, rows: RowSet, years: NDArray[np.int32], ordinary_age: Int) -> Days:
    """Days by calendar year, a day once; a certified number of days stands for its line."""
    m = len(co)
    base = credit_by_dates(m, rows, years, "day")
    lines = rows.where((rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0))
    later = np.stack(
        [
            days_after(m, lines, add_months(co.born, age))
            for age in (np.full(m, AGE_65), ordinary_age)
        ],
        axis=1,
    )
    return Days(
        "day",
        years,
        base.by_year,
        base.undated,
        base.earnings,
        base.months,
        base.kinds,
        bases=monthly(m, lines, years),
        later=later,
    )


def days_after(m: int, lines: RowSet, birthday: Int) -> Int:
    """Insured days from a birthday on: int64[m]."""
    person, start, end = merged(lines.person, lines.start, lines.end)
    out = np.zeros(m, np.int64)
    np.add.at(out, person, np.maximum(end - np.maximum(start, birthday[person]), 0))
    return out


def monthly(m: int, lines: RowSet, years: NDArray[np.int32]) -> Int:
    """Contribution bases by month: a line over several months is spread evenly over the months it
    touches."""
    width = len(years) * 12
    out = np.zeros(m * width, np.int64)
    paid = lines.where(lines.earnings > 0)
    if not len(paid):
        return out.reshape(m, width)
    at = cells(paid, years)
    touched = np.zeros(len(paid), np.int64)
    np.add.at(touched, at.row, POPCOUNT[at.mask])
    before = np.zeros(len(paid), np.int64)
    for month in range(12):
        inside = (at.mask >> month) & 1 == 1
        row = at.row[inside]
        share = div(paid.earnings[row], np.maximum(touched[row], 1))
        np.add.at(
            out, at.person[inside].astype(np.int64) * width + at.column[inside] * 12 + month, share
        )
        np.add.at(before, row, share)
    last = last_month(at.row, at.column, at.mask)
    np.add.at(out, paid.person.astype(np.int64) * width + last, paid.earnings - before)
    return out.reshape(m, width)


def last_month(row: NDArray[np.intp], column: Int, mask: NDArray[np.uint16]) -> Int:
    """Last month each line touches, counted from January of the first year: it takes the rest of
    the division."""
    high = 11 - np.argmax((mask[:, None].astype(np.int64) >> np.arange(11, -1, -1)) & 1, axis=1)
    out = np.zeros(int(row.max()) + 1, np.int64)
    np.maximum.at(out, row, column * 12 + high)
    return out


def whole_months(total: Int) -> Int:
    """RD 1716/2012 arts. 1.2, 3.1: whole years of 365 days and whole months of 30.41666; the rest
    is dropped."""
    return total // YEAR * 12 + div(total % YEAR * 100_000, MONTH)


def days_of(months: Int) -> Int:
    """The fewest days that hold so many whole months."""
    return months // 12 * YEAR + div(months % 12 * MONTH, 100_000, "up")
