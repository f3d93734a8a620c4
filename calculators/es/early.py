"""Retirement before the ordinary age: LGSS arts. 207, 208, 210.3, 210.4 and DT 34 (from 2022)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.es.base import LGSS
from calculators.es.record import AGE_65
from portability.cohort import Cohort
from portability.dates import add_months, age_months, day, year_of
from portability.exact import div, mul_div
from portability.scheme import Run, Step
from portability.tables import Table

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

FROM = day("2022-01-01")  # the scales of Law 21/2021
VOLUNTARY_MONTHS, VOLUNTARY_WAIT = 24, 35 * 12  # art. 208.1 a, b
INVOLUNTARY_MONTHS, INVOLUNTARY_WAIT = 48, 33 * 12  # art. 207.1 a, c
# arts. 207.2, 208.2: 38 years 6 months, 41 years 6 months, 44 years 6 months of contributions
COLUMNS = (462, 498, 534)
# art. 208.1 c: no minimum pension at 65 up to 2026 is higher (Seguridad Social, amounts of 2026)
SURELY_ABOVE = 1_256_60
ALL, QUARTER = 1_000_000, 5_000  # art. 210.4: half a percent of the maximum a started quarter
NONE, VOLUNTARY, INVOLUNTARY, ORDINARY = 0, 1, 2, 3

DISMISSED = Step("involuntary_end", "number", "LGSS art. 207.1 b, d", LGSS)
REDUCTION = Step(
    "early_reduction",
    "1e-4 percent",
    "LGSS arts. 207.2, 208.2, 210.3, DT 34",
    LGSS,
    months_early="month",
)


def age_ahead(tables: Mapping[str, Table], co: Cohort, months: Int) -> Int:
    """Arts. 207.1 a, 208.1 a, DT 7: the ordinary age of the year in which the person reaches it,
    with contributions going on until then."""
    table, long_ = tables["ordinary_age"], tables["long_period"]
    now = year_of(co.claim)
    found = np.full(len(co), int(table.values[-1]), np.int64)
    for ahead in (2, 1, 0):
        age = table.at(now + ahead)
        fits = year_of(add_months(co.born, age)) <= now + ahead
        found = np.where(fits, age, found)
    at_65 = year_of(add_months(co.born, AGE_65))
    until = np.maximum(AGE_65 - age_months(co.born, co.claim), 0)
    need = long_.at(np.maximum(at_65, now))
    return np.where((need > 0) & (months + until >= need), AGE_65, found)


def variant(tables: Mapping[str, Table], run: Run, co: Cohort, months: Int) -> Int:
    """Arts. 207.1, 208.1: which early pension the age and the contributed time open. The causes of
    art. 207.1 d are a fact of the institution."""
    ahead, reached = age_ahead(tables, co, months), age_months(co.born, co.claim)
    dismissed = run.fact(DISMISSED)[0] > 0
    open_ = [
        dismissed & (months >= INVOLUNTARY_WAIT) & (reached >= ahead - INVOLUNTARY_MONTHS),
        (months >= VOLUNTARY_WAIT) & (reached >= ahead - VOLUNTARY_MONTHS),
    ]
    return np.where(co.claim >= FROM, np.select(open_, [INVOLUNTARY, VOLUNTARY], NONE), NONE)


def reduced(
    tables: Mapping[str, Table], run: Run, co: Cohort, kind: Int, months: Int, full: Int, top: Int
) -> Int:
    """Arts. 207.2, 208.2, 210.3-4: less the percentage of the months before the ordinary age; a
    voluntary pension above the maximum is reduced from it (DT 34)."""
    early, free = (kind == VOLUNTARY) | (kind == INVOLUNTARY), kind == VOLUNTARY
    ahead = age_ahead(tables, co, months) - age_months(co.born, co.claim)
    missing = np.where(early, np.maximum(ahead, 1), 0)
    above = free & (full > top)

    def law() -> Int:
        return percent(tables, run, co, early, free, above, months, missing)

    cut: Int = run.step(REDUCTION, law, when=early, months_early=missing)
    paid = mul_div(np.where(above, top, full), ALL - cut, ALL, "half_up")
    quarters = div(missing, 3, "up")
    limit = mul_div(top, ALL - QUARTER * quarters, ALL, "half_up")
    run.lacks(
        free & (paid <= SURELY_ABOVE),
        "rule_gap",
        what="the minimum pension at 65",
        cite="LGSS art. 208.1 c",
    )
    return np.where(kind == INVOLUNTARY, np.minimum(paid, limit), paid)


def percent(
    tables: Mapping[str, Table],
    run: Run,
    co: Cohort,
    early: Bool,
    free: Bool,
    above: Bool,
    months: Int,
    missing: Int,
) -> Int:
    """The cell of the scale: column by contributed time, row by months before the age."""
    year, out = year_of(co.claim), np.zeros(run.n, np.int64)
    for number in range(4):
        here = early & (np.searchsorted(COLUMNS, months, side="right") == number)
        name = number + 1
        cells = [
            (f"early_involuntary_{name}", missing, here & ~free),
            (f"early_reduction_{name}", missing, here & free & ~above),
            (f"early_above_maximum_{name}", year * 100 + missing, here & above),
        ]
        for table, key, chosen in cells:
            out = np.where(chosen, tables[table].at(key, run, need=chosen), out)
    return out
