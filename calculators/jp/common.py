"""Japan: what both pensions share: ages, fiscal years, early and late, refunds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.pay import end_of_record
from portability.dates import add_years, day, first_day, month_of
from portability.exact import mul_div
from portability.scheme import Cohort, Int, Run, Step, View
from portability.tables import Table

Bool = NDArray[np.bool_]
OLDER_GROUP = day(
    "1956-04-02"
)  # Cabinet Order 92 of 2005 art. 1: births before it are the older group
MONTHS_60 = int(
    month_of(day("2021-04-01"))
)  # last paid month from which up to 60 months are refunded
NPA = "https://laws.e-gov.go.jp/law/334AC0000000141"


def attained(born: NDArray[Any], years: int) -> Int:
    """Day on which an age is reached: the day before the birthday (Act 50 of 1902)."""
    return add_years(born, years) - 1


def fiscal_year(days: NDArray[Any]) -> Int:
    """April to March, named after the year of its April."""
    return (month_of(days) - 3) // 12


def moved(co: Cohort) -> Int:
    """Months from the month in which 65 is reached to that of the claim: below 0 early."""
    return month_of(co.claim) - month_of(attained(co.born, 65))


def age_factor(run: Run, co: Cohort, early: Table, late: Table) -> Int:
    """Thousandths: less for each month before 65, 7 more for each month from 66 on up to the birth
    group's most.

    A claim between 65 and 66 is paid from 65 without change (NPA s. 28, EPA s. 44-3).
    """
    months = moved(co)
    cut = early.at(co.born, run, need=months < 0)
    most = late.at(co.born, run, need=months >= 12)
    raised = np.where(months >= 12, 7 * np.minimum(months, most), 0)
    return np.asarray(1000 + np.where(months < 0, cut * months, raised))


def refundable(run: Run, co: Cohort, view: View, months: Int, qualified: Bool) -> Bool:
    """Lump-sum withdrawal: no Japanese national, no address in Japan, six months, no pension
    period, two years.

    The two years run from the end of insurance or, if later, from leaving Japan: past them the
    right is unknown.
    """
    foreign = ~co.national_of("JP")
    without = np.diff(co.nationality_ptr) == 0
    open_ = (months >= 6) & ~qualified & ~co.lives_in("JP")
    run.lacks(open_ & without, "fact_missing", fact="nationalities", cite="NPA suppl. s. 9-3-2(1)")
    late = co.claim > add_years(first_day(end_of_record(view)), 2)
    run.lacks(
        open_ & foreign & late,
        "fact_missing",
        fact="day of leaving Japan",
        cite="NPA suppl. s. 9-3-2(1)3",
    )
    return np.asarray(open_ & foreign & ~without & ~late)


def number(months: Int, last: Int) -> Int:
    """Orders art. 14-3-2 (NPA), 12-2 (EPA): 6, 12 … 60; at most 36 before April 2021."""
    return np.asarray(np.minimum(months // 6 * 6, np.where(last >= MONTHS_60, 60, 36)))


def changed(run: Run, step: Step, amount: Int, factor: Int, months: Int) -> Int:
    """The yearly amount after early or late claiming, to the yen."""
    run.trace(step, factor, when=factor != 1000, months=np.abs(months))
    return mul_div(amount, factor, 1000, "half_up")
