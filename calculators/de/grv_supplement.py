"""SGB VI 76g, 97a: the supplement for long insurance (Grundrente) and the income counted against
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calculators.de.grv_points import CHILD_POINT, Points
from calculators.de.grv_record import URL, Record
from portability.cohort import Cohort
from portability.coverage import months_in, per_person
from portability.dates import day
from portability.exact import mul_div, to_step
from portability.trace import Run, Step
from portability.units import THOUSAND

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

IN_FORCE = day("2021-01-01")  # Grundrentengesetz of 12.08.2020
LEAST, FULL = 396, 420  # 76g(1), (4): 33 and 35 years
MOST_AT_LEAST, MOST_STEP, MOST = 33_400, 1_389, 667  # 0.0334; 0.001389 (1e-6); 0.0667 (1e-4)
WORTHY = 250  # 76g(3): 0.025 a month
PART = 875  # 76g(4) sentence 6: 0.875
THRESHOLDS = {
    False: (3656, 4678),
    True: (5703, 6727),
}  # 97a(4): multiples of the pension value, in hundredths

MONTHS = Step("basic_pension_months", "month", "SGB VI 76g(2)", URL)
VALUED = Step("valuation_months", "month", "SGB VI 76g(3)", URL)
VALUED_POINTS = Step("valuation_points", "1e-4 point", "SGB VI 76g(3)", URL)
AVERAGE = Step("valuation_average", "1e-4 point", "SGB VI 76g(4) sentence 1, 121", URL)
MAXIMUM = Step("supplement_maximum", "1e-4 point", "SGB VI 76g(4) sentences 3-5", URL)
PER_MONTH = Step("supplement_per_month", "1e-4 point", "SGB VI 76g(4) sentence 6, 121", URL)
SUPPLEMENT = Step("supplement_points", "1e-4 point", "SGB VI 76g(4)", URL, months="month")
INCOME = Step("monthly_income", "EUR cent", "SGB VI 97a(2), (3)", URL)
SPOUSE_INCOME = Step("spouse_income", "EUR cent", "SGB VI 97a(1), (4) sentence 4", URL)
BEFORE_INCOME = Step("supplement_before_income", "EUR cent", "SGB VI 66(1) sentence 2, 64", URL)
PAID = Step("supplement_paid", "EUR cent", "SGB VI 97a(4)", URL, income="EUR cent")
STEPS = (
    MONTHS,
    VALUED,
    VALUED_POINTS,
    AVERAGE,
    MAXIMUM,
    PER_MONTH,
    SUPPLEMENT,
    INCOME,
    SPOUSE_INCOME,
    BEFORE_INCOME,
    PAID,
)


def basic_mask(rec: Record) -> NDArray[np.uint16]:
    """76g(2): compulsory contributions, consideration and sickness periods, without unemployment
    benefit.
    """
    return (rec.compulsory | rec.benefit | rec.considered) & ~rec.jobless


def long_months(run: Run, rec: Record, foreign: Int) -> Int:
    """76g(2): as certified, else of the record: int64[n]."""
    value = rec.dated(basic_mask(rec)) + rec.loose_compulsory // THOUSAND + foreign
    return np.where(run.given(MONTHS), run.facts.get(MONTHS.key, value), value)


def possible(run: Run, co: Cohort, rec: Record, foreign: Int) -> Bool:
    """76g(1): who may have a supplement at all: 33 years, pension from 2021."""
    later = co.claim >= IN_FORCE
    if not later.any():
        return later
    return later & ((long_months(run, rec, foreign) >= LEAST) | run.given(SUPPLEMENT))


def supplement(run: Run, co: Cohort, rec: Record, foreign: Int, got: Points, long: Bool) -> Int:
    """76g(4): supplement in points, int64[n], 1e-4, of those who may have one (`long`). `foreign`:
    months of other states counted with the own ones.
    """
    months = long_months(run, rec, foreign)
    own_months, own_points = valued(rec, basic_mask(rec), got, long)
    run.trace(MONTHS, months)
    run.lacks(
        (rec.loose_compulsory > rec.beyond() * THOUSAND)
        & ~(run.given(VALUED) | run.given(SUPPLEMENT)),
        "period_dates_missing",
        cite=VALUED.cite,
    )
    valuation = run.step(VALUED, lambda: own_months)
    worth = run.step(VALUED_POINTS, lambda: own_points)
    average = run.step(AVERAGE, lambda: mul_div(worth, 1, np.maximum(valuation, 1), "half_up"))
    most = run.step(MAXIMUM, lambda: maximum(months))
    better = np.where(2 * average > most, np.maximum(most - average, 0), average)
    each = run.step(PER_MONTH, lambda: mul_div(better, PART, 1000, "half_up"))
    length = np.minimum(valuation + np.where(valuation > 0, foreign, 0), FULL)
    return np.asarray(run.step(SUPPLEMENT, lambda: each * length, months=length), np.int64)


def maximum(months: Int) -> Int:
    """76g(4): 0.0334 at 33 years, 0.001389 more a month, 0.0667 from 35 years; int64[n], 1e-4."""
    more = np.clip(months - LEAST, 0, FULL - LEAST)
    rising = mul_div(MOST_AT_LEAST + MOST_STEP * more, 1, 100, "half_up")
    return np.where(months >= FULL, MOST, rising)


def valued(rec: Record, basic: NDArray[np.uint16], got: Points, long: Bool) -> tuple[Int, Int]:
    """76g(3): months worth at least 0.025 and their points; a year's points are spread over its
    months evenly. int64[n], 0 for who is not `long`.
    """
    who = np.flatnonzero(long)
    mine = rec.paid[who] & rec.touched[who]
    paid, value = months_in(mine), got.contributions()[who]
    counted = months_in(basic[who] & mine) * ((value >= WORTHY * paid) & (paid > 0))
    share = mul_div(value, counted, np.maximum(paid, 1), "half_up")
    months, worth = np.zeros(len(long), np.int64), np.zeros(len(long), np.int64)
    beyond = rec.beyond()[who]  # a child-raising month alone is worth 0.0833
    months[who] = per_person(counted) + beyond
    worth[who] = per_person(share) + beyond * CHILD_POINT
    return months, worth


def after_income(run: Run, co: Cohort, amount: Int, value: Int) -> Int:
    """97a(4): 60 % of income above the first threshold, all of it above the second; int64[n],
    cents.

    Abroad nothing is paid without proof of income (97a(3) sentence 3); in Germany it is unknown.
    """
    some = amount > 0
    if not some.any():
        return amount
    own, given = run.fact(INCOME)
    partner, married = run.fact(SPOUSE_INCOME)
    abroad = ~co.lives_in("DE") & (co.residence >= 0)
    run.lacks(some & ~given & ~abroad, "fact_missing", fact=INCOME.key, cite=INCOME.cite)
    income = own + partner
    first, second = (
        np.where(married, limit(value, True, i), limit(value, False, i)) for i in (0, 1)
    )
    counted = mul_div(np.clip(income - first, 0, second - first), 60, 100, "half_up") + np.maximum(
        income - second, 0
    )
    paid = np.where(given, np.maximum(amount - counted, 0), 0)
    run.trace(BEFORE_INCOME, amount, when=some)
    run.trace(PAID, paid, income=income, when=some)
    return np.where(some, paid, 0)


def limit(value: Int, married: bool, which: int) -> Int:
    """97a(4): a multiple of the pension value (1e-5 EUR), raised to a whole euro; cents."""
    hundredths = THRESHOLDS[married][which]
    return to_step(mul_div(value, hundredths, 100_000, "up"), 100, "up")
