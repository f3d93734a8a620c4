"""Days of Spanish insurance and the contribution bases of each month (LGSS arts. 205.1, 209.1; RD
1716/2012)."""

from __future__ import annotations

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import Cohort, RowSet, csr_lines
from portability.coverage import POPCOUNT, Credited, cells, credit_by_dates, merged
from portability.dates import NODATE, add_months
from portability.exact import div
from portability.trace import Run, Step

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Spans = tuple[NDArray[np.int32], Int, Int]  # person, first day, day after the last
BIRTH_DAYS = Step(
    "birth_days",
    "day",
    "LGSS art. 235",
    "https://www.boe.es/buscar/act.php?id=BOE-A-2015-11724",
)
FEMALE, BIRTH, TWIN = 1, 112, 14  # art. 235
SHIFT, EPOCH = 1 << 31, 1 << 24  # person and day of birth in one number, both above zero
AGE_65 = 780
YEAR = 365  # RD 1716/2012 art. 3.1: a year is 365 days, a month 30.41666
MONTH = 3_041_666


@define
class Days(Credited):
    """Days of m persons, with what the base and the deferral need.

    bases  int64[m, 12 Y]: contribution base of each month of `years`, cents, 0 where none
    births int64[m]: days credited for births (art. 235), in no calendar year
    unsaid bool[m]: a mother whose certified sums may or may not hold those days
    later  int64[m, 2]: days after the birthday of 65 and after the ordinary age of the claim's year
    """

    bases: Int = field(kw_only=True)
    later: Int = field(kw_only=True)
    births: Int = field(kw_only=True)
    unsaid: Bool = field(kw_only=True)

    def total(self) -> Int:
        """Art. 235: days for births are added to those of the calendar years."""
        return super().total() + self.births

    def take(self, idx: NDArray[np.intp]) -> Credited:
        more = {name: getattr(self, name)[idx] for name in ("bases", "later", "births", "unsaid")}
        return evolve(super().take(idx), **more)


def days(run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32], ordinary_age: Int) -> Days:
    """Days by calendar year, a day once; a certified number of days stands for its line."""
    m = len(co)
    base = credit_by_dates(m, rows, years, "day")
    lines = rows.where((rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0))
    spans = merged(lines.person, lines.start, lines.end)
    ages = (np.full(m, AGE_65), ordinary_age)
    later = np.stack([days_after(m, spans, add_months(co.born, age)) for age in ages], axis=1)
    births, unsaid = birth_days(run, co, rows, spans)
    held = base.undated + base.by_year.sum(axis=1) > 0
    return Days(
        "day",
        years,
        base.by_year,
        base.undated,
        base.earnings,
        base.months,
        base.kinds,
        lump=base.lump,
        bases=monthly(m, lines.where(lines.earnings > 0), years),
        later=later,
        births=np.where(held, births, 0),
        unsaid=unsaid,
    )


def birth_days(run: Run, co: Cohort, rows: RowSet, spans: Spans) -> tuple[Int, Bool]:
    """(days, mothers of whom only the institution can tell): LGSS art. 235.

    112 days a birth and 14 more for every further child of it, unless they were contributed; a
    record of certified sums may hold them already.
    """
    person, born = co.children_of()
    mother = co.sex == FEMALE
    key = person.astype(np.int64) * SHIFT + (born.astype(np.int64) + EPOCH)
    birth, extra = np.unique(key, return_counts=True)
    who, at = birth // SHIFT, birth % SHIFT - EPOCH
    length = BIRTH + TWIN * (extra.astype(np.int64) - 1)
    free = np.maximum(length - covered(len(co), spans, who, at, length), 0)
    out, summed = np.zeros(len(co), np.int64), np.zeros(len(co), np.bool_)
    np.add.at(out, who, free)
    summed[rows.person[rows.credited > 0]] = True
    days_: Int = run.step(BIRTH_DAYS, lambda: np.where(mother & ~summed, out, 0))
    return days_, np.asarray(mother & summed & (out > 0) & ~run.given(BIRTH_DAYS))


def covered(m: int, spans: Spans, who: Int, first: Int, length: Int) -> Int:
    """Insured days of person who[k] in the length[k] days from first[k]: int64[k]."""
    person, start, end = spans
    counts = np.bincount(person, minlength=m)
    ptr = np.concatenate([[0], np.cumsum(counts)])
    pair = np.repeat(np.arange(len(who)), counts[who])
    line = csr_lines(ptr, who)
    inside = np.minimum(end[line], (first + length)[pair]) - np.maximum(start[line], first[pair])
    out = np.zeros(len(who), np.int64)
    np.add.at(out, pair, np.maximum(inside, 0))
    return out


def days_after(m: int, spans: Spans, birthday: Int) -> Int:
    """Insured days from a birthday on: int64[m]."""
    person, start, end = spans
    out = np.zeros(m, np.int64)
    np.add.at(out, person, np.maximum(end - np.maximum(start, birthday[person]), 0))
    return out


def monthly(m: int, paid: RowSet, years: NDArray[np.int32]) -> Int:
    """Contribution bases by month: a line over several months is spread evenly over the months it
    touches, the rest of the division on the last one."""
    width = len(years)
    out = np.zeros((m * width, 12), np.int64)
    at = cells(paid, years)
    if not len(at.row):
        return out.reshape(m, width * 12)
    touched = np.zeros(len(paid), np.int64)
    np.add.at(touched, at.row, POPCOUNT[at.mask])
    share = div(paid.earnings, np.maximum(touched, 1))
    inside = (at.mask[:, None].astype(np.int64) >> np.arange(12)) & 1
    values = share[at.row][:, None] * inside
    final = np.append(at.row[1:] != at.row[:-1], True)  # the last year a line touches
    month = 11 - np.argmax(inside[final][:, ::-1], axis=1)
    line = at.row[final]
    values[final, month] += (paid.earnings - share * touched)[line]
    cell = at.person.astype(np.int64) * width + at.column
    order = np.argsort(cell, kind="stable")
    places, starts = np.unique(cell[order], return_index=True)
    out[places] = np.add.reduceat(values[order], starts, axis=0)
    return out.reshape(m, width * 12)


def whole_months(total: Int) -> Int:
    """RD 1716/2012 arts. 1.2, 3.1: whole years of 365 days and whole months of 30.41666; the rest
    is dropped."""
    return total // YEAR * 12 + div(total % YEAR * 100_000, MONTH)


def days_of(months: Int) -> Int:
    """The fewest days that hold so many whole months."""
    return months // 12 * YEAR + div(months % 12 * MONTH, 100_000, "up")
