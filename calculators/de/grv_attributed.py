"""SGB VI 59, 71-73, 77, 253a, 264d: attributed period and access factor of invalidity and
survivors' pensions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.de import grv_points as worth
from calculators.de.grv_record import URL, Record
from calculators.de.grv_rights import attained, late_months, months_of
from portability.cohort import SURVIVORS, Cohort
from portability.coverage import months_in, window_mask
from portability.dates import day, month_of
from portability.exact import mul_div
from portability.tables import Table
from portability.trace import Run, Step
from portability.view import View

Int = NDArray[np.int64]
Law = Mapping[str, Table]
POINT = "1e-4 point"
LONGEST_CUT = 36  # 77(2): 65 less 62, 63 less 60
AGE_63 = 63 * 12  # 77(4)
SECOND_COMPARISON = day("2014-07-01")  # 73 sentence 1, second half: pensions from July 2014

DRAWN = Step(
    "old_age_pension_drawn", "1", "SGB VI 59(3): the deceased drew an old-age pension", URL
)
MONTHS = Step("attributed_months", "month", "SGB VI 59, 253a", URL)
VALUE = Step("average_value", POINT, "SGB VI 71-73", URL)
POINTS = Step("attributed_points", POINT, "SGB VI 59, 71(1)", URL, numerator="1", denominator="1")
ADDED = "added_period"  # what part of it a treaty pays: de-tr 28(3), ca-de 13(d)
STEPS = (DRAWN, MONTHS, VALUE, POINTS)


def beginning(co: Cohort) -> NDArray[np.int32]:
    """253a, 264d: the start of the pension, for survivors the death, decides on the table's row."""
    return co.risk if co.branch == SURVIVORS else co.claim


def months(law: Law, run: Run, co: Cohort, rec: Record) -> Int:
    """59(2), 253a: months from the event to the end of the attributed period, those with
    contributions apart.
    """
    event, start = month_of(co.risk), beginning(co)
    end_age = law["attributed_end_age"].at(start, run)
    standard = law["standard_age"].at(co.born, run)
    last = month_of(co.born.astype(np.int64) - 1) + np.minimum(end_age, standard)  # 253a(4)
    here = months_in(rec.touched & window_mask(rec.years, event, event + 1)).sum(axis=1) > 0
    drawn, _ = run.fact(DRAWN)
    free = np.where(drawn > 0, 0, np.maximum(last - event - here + 1, 0))
    return free


def points(law: Law, run: Run, co: Cohort, rec: Record, foreign: Int) -> Int:
    """59, 71: attributed months at the average value of the record; int64[n], 1e-4. Under a treaty
    whose rule says so (`with: {added_period: [1, 2]}`) that part of them; 121: four places.
    """
    part, whole = run.terms.get(ADDED, (1, 1))
    shown = {"numerator": part, "denominator": whole} if ADDED in run.terms else {}

    def computed() -> Int:
        length = run.step(MONTHS, lambda: months(law, run, co, rec))
        each = run.step(VALUE, lambda: average(law, run, co, rec, foreign))
        return mul_div(length * each, part, whole, "half_up")

    return np.asarray(run.step(POINTS, computed, **shown), np.int64)


def average(law: Law, run: Run, co: Cohort, rec: Record, foreign: Int) -> Int:
    """71-73: unknown where months without contributions want a value of their own."""
    mixed = months_in((rec.benefit | rec.considered) & ~rec.paid & rec.touched).sum(axis=1) > 0
    run.lacks(mixed | rec.open_value, "fact_missing", fact=VALUE.key, cite=VALUE.cite)
    mute, run.trace_to = run.trace_to, None
    got = worth.points(law, run, co, rec)
    run.trace_to = mute
    drop = (co.claim >= SECOND_COMPARISON) & (co.branch != SURVIVORS)
    return worth.average_value(co, rec, got, foreign, month_of(co.risk), drop)[0]


def access(law: Law, run: Run, co: Cohort, view: View) -> Int:
    """77(2) no. 3, 4, (4), 264d: 0.003 less a month before 65, at most 36 months; later deaths
    0.005 more.
    """
    start = beginning(co)
    long = months_of(co, view).very_long >= law["long_service_years"].at(start, run)
    age = np.where(long, AGE_63, law["reduction_age"].at(start, run, ~long))
    first = month_of(start) + (
        co.branch == SURVIVORS
    )  # no. 4 a: from the end of the month of death
    early = np.clip(attained(co.born, age) - first, 0, LONGEST_CUT)
    if co.branch != SURVIVORS:
        return np.asarray(1000 - 3 * early, np.int64)
    return np.asarray(1000 - 3 * early + 5 * late_months(law, run, co, view, first), np.int64)
