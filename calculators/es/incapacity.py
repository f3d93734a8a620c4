"""Permanent incapacity through common illness: LGSS arts. 194-197. A type B benefit (883/2004
art. 44(1)): its amount depends on the contributed time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.es.base import LGSS, UPDATED, indexed, window
from calculators.es.record import Days
from portability.cohort import Cohort
from portability.coverage import Credited
from portability.dates import add_months, age_months, month_of, year_of
from portability.exact import div
from portability.scheme import Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

YOUNG, FROM_16, FROM_20 = 31 * 12, 16 * 12, 20 * 12  # art. 195.3 a, b
LEAST = 5 * 365  # art. 195.3 b: five years
MONTHS, DIVISOR = 96, 112  # art. 197.1 a

DEGREE = Step("incapacity_percent", "percent", "LGSS arts. 194, 196: percent of the degree", LGSS)
REQUIRED = Step("incapacity_required_days", "day", "LGSS art. 195.3", LGSS, age="month")
RECENT = Step("incapacity_recent_days", "day", "LGSS art. 195.3 b", LGSS)
BASE = Step("incapacity_base", "EUR cent", "LGSS art. 197.1 a", LGSS)
STEPS = (DEGREE, REQUIRED, RECENT, BASE)


def required(run: Run, co: Cohort) -> Int:
    """Art. 195.3: below 31 a third of the time since 16; from 31 a quarter of the time since 20,
    five years at least."""
    age = age_months(co.born, co.risk)
    young = div(np.maximum(co.risk - add_months(co.born, FROM_16), 0), 3, "up")
    older = np.maximum(div(np.maximum(co.risk - add_months(co.born, FROM_20), 0), 4, "up"), LEAST)
    days: Int = run.step(REQUIRED, lambda: np.where(age < YOUNG, young, older), age=age)
    return days


def qualifies(run: Run, co: Cohort, view: View, needed: Int) -> Bool:
    """Art. 195.3: the whole period, and from 31 a fifth of it in the last ten years."""
    at = month_of(co.risk)
    recent: Int = run.step(RECENT, lambda: view.within(at - 120, at))
    enough = view.units("theoretical") >= needed
    lately = (age_months(co.born, co.risk) < YOUNG) | (recent * 5 >= needed)
    run.lacks(
        enough & ~lately & view.undated() & ~run.given(RECENT),
        "period_dates_missing",
        step=RECENT.key,
    )
    return np.asarray(enough & lately)


def base(tables: Mapping[str, Table], run: Run, co: Cohort, own: Credited) -> Int:
    """Art. 197.1 a: 96 bases, 24 as they stand and 72 with prices, / 112."""

    def law() -> Int:
        if not isinstance(own, Days):
            raise TypeError("the Spanish record is made by RegimenGeneral.credit")
        bases, covered = window(own, co, MONTHS)
        run.lacks(
            ~covered.all(axis=1),
            "rule_unknown",
            what="months without a base",
            cite="LGSS art. 197.4",
        )
        updated = indexed(tables, run, co, bases, np.ones(bases.shape, np.bool_)).sum(axis=1)
        run.trace(UPDATED, updated)
        rounded: Int = div(updated, DIVISOR, "half_up")
        return rounded

    found: Int = run.step(BASE, law)
    return found


def future_months(tables: Mapping[str, Table], co: Cohort) -> Int:
    """Art. 197.1 b: the time to the ordinary age counts as contributed."""
    age = tables["ordinary_age"].at(year_of(co.risk))
    left: Int = np.maximum(age - age_months(co.born, co.risk), 0)
    return left
