"""Lengths of time an agreement names, in the unit of the scheme that decides: the terms of its
fractions, caps and conditions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from portability.agreement import Rounding, Term
from portability.cohort import Cohort
from portability.dates import add_years, month_of
from portability.exact import div
from portability.scheme import Qualification, Scheme
from portability.trace import NOFACT, Run
from portability.units import year_share
from portability.view import View

Int = NDArray[np.int64]


def scheme_term(wanted: Term, scheme: Scheme, run: Run, co: Cohort, view: View) -> Int | None:
    """A period of national law: the certified one, else the scheme's; None where neither is
    known."""
    fact = run.facts.get(wanted.name)
    value = scheme.term(wanted.name, run, co, view)
    if fact is None:
        return value
    return np.where(fact != NOFACT, fact, 0 if value is None else value)


def term(
    wanted: Term, scheme: Scheme, run: Run, co: Cohort, view: View, qual: Qualification
) -> Int:
    """One length of a fraction in the scheme's unit: int64[k]."""
    n = run.n
    if wanted.kind == "own":
        return view.own.total()
    if wanted.kind == "foreign":
        return view.ratio_foreign()
    if wanted.kind == "counted":
        return view.own.total() + view.ratio_foreign()
    if wanted.kind == "minimum":
        return qual.required
    if wanted.kind == "fixed":
        return fixed(wanted.unit, wanted.n, scheme, run)
    if wanted.kind == "complement":
        made: Int = np.maximum(fixed(wanted.unit, wanted.n, scheme, run) - view.ratio_foreign(), 0)
        return made
    if wanted.kind == "by_born":
        return by_born(wanted, scheme, run, co)
    if wanted.kind == "window":
        return between_ages(wanted, scheme, run, co)
    found = scheme_term(wanted, scheme, run, co, view)
    if found is None:
        run.lacks(np.ones(n, np.bool_), "rule_unknown", what=wanted.name, scheme=scheme.id)
        return np.zeros(n, np.int64)
    return found


def in_unit(n: Int, unit: str, scheme: Scheme, run: Run) -> Int:
    """A length of the agreement in the scheme's unit; unknown where the calendar leaves a doubt."""
    common = year_share(n, unit, scheme.days_a_year)
    one = int(year_share(np.int64(1), scheme.unit, scheme.days_a_year))
    run.lacks(common % one != 0, "rule_gap", what=f"{unit} in {scheme.unit}")
    made: Int = common // one
    return made


def fixed(unit: str, n: int, scheme: Scheme, run: Run) -> Int:
    return in_unit(np.full(run.n, n, np.int64), unit, scheme, run)


def by_born(wanted: Term, scheme: Scheme, run: Run, co: Cohort) -> Int:
    """A denominator by birth date; a date in no row is a gap of the text, never guessed."""
    out = np.full(run.n, -1, np.int64)
    for first, end, k in wanted.rows:
        out[(co.born >= first) & (co.born < end)] = k
    run.lacks(out < 0, "rule_gap", what="no row for this birth date")
    return in_unit(np.maximum(out, 0), wanted.unit or scheme.unit, scheme, run)


def between_ages(wanted: Term, scheme: Scheme, run: Run, co: Cohort) -> Int:
    """Months between two ages, not before a day: the contributory window of a fixed sum."""
    low_age, high_age, not_before = wanted.rows[0]
    low = np.maximum(add_years(co.born, low_age), not_before)
    high = np.minimum(add_years(co.born, high_age), co.risk)
    return in_unit(
        np.maximum(month_of(high) - month_of(low), 0), wanted.unit or "month", scheme, run
    )


def stepped(value: Int, scheme: Scheme, to: Rounding) -> Int:
    """Days into months of 30 and the like, rounded once after summing."""
    if to.unit == scheme.unit:
        return div(value, to.n, to.how)
    one = int(year_share(np.int64(1), to.unit, scheme.days_a_year))
    return div(year_share(value, scheme.unit, scheme.days_a_year), one * to.n, to.how)
