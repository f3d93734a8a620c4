"""Reduction for early and credit for delayed entitlement: 42 USC 402(q), (w), 20 CFR 404.313,
404.410."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.us.oasdi_insured import AGE_70, CFR, QUARTERS, Clock
from calculators.us.oasdi_pia import dimes
from calculators.us.oasdi_record import Earned
from portability.coverage import Credited
from portability.exact import to_step
from portability.scheme import Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Tables = Mapping[str, Table]

FULL_AGE = Step("full_retirement_age", "month", "42 USC 416(l), 20 CFR 404.409", CFR + "404.409")
EARLY = Step("reduction_months", "month", "20 CFR 404.410(a), 404.413", CFR + "404.410")
DELAYED = Step("delayed_months", "month", "20 CFR 404.313(a)-(b)", CFR + "404.313")
BENEFIT = Step(
    "benefit_before_dollar_rounding",
    "USD cent",
    "20 CFR 404.410(a), 404.313(c)",
    CFR + "404.410",
    pia="USD cent",
)
MONTHLY = Step("monthly_benefit", "USD cent", "42 USC 415(g), 20 CFR 404.304(f)", CFR + "404.304")
STEPS = (FULL_AGE, EARLY, DELAYED, BENEFIT, MONTHLY)

JUNE_1982 = 1982 * 12 + 5  # Public Law 97-35: whole dollars


def full_age(tables: Tables, year: Int) -> Int:
    """416(l): full retirement age in months, by the year of the day before birth."""
    return tables["full_retirement_age"].at(year)


def months_early(run: Run, tables: Tables, now: Clock) -> Int:
    """402(q)(1), 404.413: months from entitlement to full retirement age."""
    age = full_age(tables, now.year)
    run.trace(FULL_AGE, age)
    found: Int = run.step(EARLY, lambda: np.maximum(now.attained(age) - now.entitled, 0))
    return found


def to_dime(value: Int, part: Int | int, whole: int, paid: Int) -> Int:
    """415(g), 404.304(f): a part of a benefit, down to a dime; up for months before June 1982."""
    return dimes(value, whole, paid >= JUNE_1982, part)


def reduced(pia: Int, months: Int, paid: Int) -> Int:
    """402(q)(1), (9): 5/9 percent for 36 months, 5/12 percent beyond."""
    parts = 20 * np.minimum(months, 36) + 15 * np.maximum(months - 36, 0)
    return to_dime(pia, np.maximum(3600 - parts, 0), 3600, paid)


def months_delayed(run: Run, tables: Tables, now: Clock, view: View, required: Int) -> Int:
    """402(w)(2), 404.313(b): months fully insured from full retirement age to 70; credits of the
    year of entitlement
    count from the following January, all of them in the month of 70."""

    def compute() -> Int:
        full, able = now.attained(full_age(tables, now.year)), np.zeros_like(required)
        who = np.flatnonzero(now.entitled > full)  # nobody else has a month that could count
        if run.route == "national" and len(who):  # with foreign coverage any month counts
            able[who] = month_insured(view.own, now.paid[who], required[who], who)
        if isinstance(view.own, Earned):
            late = (able > full) & (view.own.possible > 0) & (now.entitled > full)
            run.lacks(late, "fact_missing", fact=QUARTERS.key, cite="20 CFR 404.141, 404.313(b)")
        start = np.maximum(full, able)
        seventy, january = now.attained(AGE_70), now.entitled // 12 * 12
        settled = (seventy <= now.paid) | (now.paid // 12 > now.entitled // 12)
        end = np.select(
            [seventy <= now.entitled, settled], [seventy, now.entitled], np.maximum(start, january)
        )
        found: Int = np.maximum(end - start, 0)
        return found

    found: Int = run.step(DELAYED, compute)
    return found


def insured_month(run: Run, now: Clock, view: View, required: Int) -> Int:
    """402(w)(2)(A): first month of the quarter in which the worker became fully insured; with
    foreign coverage any."""
    if run.route != "national":
        return np.zeros_like(required)
    return month_insured(view.own, now.paid, required, np.arange(len(required)))


def month_insured(own: Credited, paid: Int, required: Int, who: NDArray[np.intp]) -> Int:
    """The same of the workers `who`: int64[len(who)], as `paid` (which stands where they are not
    insured) and `required`."""
    by_year = own.by_year[who]
    missing = required - own.undated[who] // 1000
    running = by_year.cumsum(axis=1)
    late = running < missing[:, None]
    column = np.minimum(late.sum(axis=1), running.shape[1] - 1)
    rows = np.arange(len(missing))
    before = running[rows, column] - by_year[rows, column]
    quarter = np.clip(missing - before - 1, 0, 3)
    month = (int(own.years[0]) + column) * 12 + quarter * 3
    return np.where(missing <= 0, 0, np.where(late.all(axis=1), paid, month))


def credited(tables: Tables, now: Clock, amount: Int, months: Int) -> Int:
    """402(w)(6), 404.313(c): a twelfth of the yearly rate for each month."""
    rate = tables["delayed_credit"].at(now.year)
    return to_dime(amount, 12000 + months * rate, 12000, now.paid)


def dollars(amount: Int, paid: Int) -> Int:
    """415(g): down to a whole dollar for months from June 1982."""
    return np.where(paid >= JUNE_1982, to_step(amount, 100), amount)
