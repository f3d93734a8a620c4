"""Weeks of Irish social insurance: qualifying, voluntary and credited contributions, entry into
insurance."""

from __future__ import annotations

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import EQUIVALENT, OPTIONAL_CONTINUED, VOLUNTARY, RowSet
from portability.coverage import Credited, credit_by_dates
from portability.dates import FOREVER, NODATE, day, first_day, month_of
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

# s.2: contribution years began on 6 April up to the short one of 6 April to 31 December 2001
TAX_YEAR = day("2001-04-06")
CALENDAR = day("2002-01-01")


@define
class Weeks(Credited):
    """Weeks of m persons, all of them in by_year and undated.

    qualifying, voluntary, credits  int64[m]: weeks by kind (ss. 108(2), 109(1)(b)); they add up to
    the total
    entry                           int64[m]: first day of insurance, FOREVER where no line has
    dates
    """

    qualifying: Int = field(kw_only=True)
    voluntary: Int = field(kw_only=True)
    credits: Int = field(kw_only=True)
    entry: Int = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Credited:
        more = {
            name: getattr(self, name)[idx]
            for name in ("qualifying", "voluntary", "credits", "entry")
        }
        return evolve(super().take(idx), **more)


def weeks(m: int, rows: RowSet, years: NDArray[np.int32]) -> Weeks:
    """A week counts once: as qualifying contribution, else as voluntary, else as credited."""
    chosen = np.isin(rows.kind, (VOLUNTARY, OPTIONAL_CONTINUED))
    credited = rows.kind == EQUIVALENT
    base = credit_by_dates(m, rows, years, "week")
    paid = without(m, rows, years, credited, base)
    qualifying = without(m, rows, years, credited | chosen, base)
    entry = np.full(m, FOREVER, np.int64)
    dated = rows.start != NODATE
    np.minimum.at(entry, rows.person[dated], rows.start[dated].astype(np.int64))
    total = base.total()
    return Weeks(
        "week",
        years,
        base.by_year,
        base.undated,
        base.earnings,
        base.months,
        base.kinds,
        lump=base.lump,
        qualifying=np.minimum(qualifying, total),
        voluntary=np.clip(paid - qualifying, 0, total),
        credits=np.maximum(total - paid, 0),
        entry=entry,
    )


def without(m: int, rows: RowSet, years: NDArray[np.int32], left_out: Bool, base: Credited) -> Int:
    """Weeks of the lines that are not left out: int64[m]."""
    if not left_out.any():
        return base.total()
    return credit_by_dates(m, rows.where(~left_out), years, "week").total()


def contribution_year(days: Int) -> Int:
    """The contribution year (year of assessment, s.2) of a day, named by the calendar year in
    which it began."""
    at = month_of(days)
    year = at // 12
    before = (days < TAX_YEAR) & before_6_april(days, year)
    return np.where((days < CALENDAR) & before, year - 1, year)


def before_6_april(days: Int, year: Int) -> Bool:
    return np.asarray(days < first_day(year * 12 + 3) + 5)


def first_abroad(view: View) -> Int:
    """First day of the first month of any foreign period, FOREVER where none has dates:
    int64[m]."""
    out = np.full(len(view), FOREVER, np.int64)
    for part in view.parts:
        found = first_days(part.source)
        out[part.at] = np.minimum(out[part.at], found)
    return out


def first_days(credited: Credited) -> Int:
    """First day of the first month that a record touches."""
    has = credited.by_year > 0 if credited.months is None else credited.months > 0
    column = has.argmax(axis=1)
    year = credited.years.astype(np.int64)[column]
    if credited.months is None:
        month = np.zeros(len(year), np.int64)
    else:
        mask = credited.months[np.arange(len(year)), column].astype(np.int64)
        month = np.argmax((mask[:, None] >> np.arange(12)) & 1, axis=1)
    return np.where(has.any(axis=1), first_day(year * 12 + month), FOREVER)
