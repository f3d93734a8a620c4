"""SGB VI 46, 48, 67, 78, 97, 242a, 255: widow's, widower's and half-orphan's pensions from one
record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.de import grv_attributed as attributed
from calculators.de import grv_points as worth
from calculators.de.grv_record import URL
from calculators.de.grv_rights import attained, record_of
from portability.cohort import Cohort, Family
from portability.coverage import months_in
from portability.dates import NODATE, age_months, day, month_of
from portability.exact import mul_div
from portability.scheme import Award
from portability.tables import Table
from portability.trace import Run, Step
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Law = Mapping[str, Table]

ORPHANS_FREE = day("2018-11-08")  # day of the oldest text of 97 without orphans that was seen
REFORM = day("2002-01-01")  # 242a(1), (3), 255(1)
OLD_BIRTH = day("1962-01-02")  # 242a(1), 255(1): one spouse born before
FIRST_QUARTER, SMALL_MONTHS = 3, 24  # 67 no. 5, 6; 46(1) sentence 2
LARGE, LARGE_OLD, SMALL, HALF_ORPHAN = 550, 600, 250, 100  # 67, 255(1), thousandths
CHILD_AGE, STUDENT_AGE = 18 * 12, 27 * 12  # 48(4)
ORPHAN_POINT = 833  # 78(2): 0.0833 a month
FIRST_RAISED, FURTHER = 1010, 505  # 78a(1)
FREE_INCOME, FREE_CHILD = 264, 56  # 97(2): 26.4 and 5.6 times the pension value

INCOME = Step("survivor_income", "EUR cent", "SGB VI 97(1), (2); SGB IV 18a", URL)
FACTOR = Step("survivor_type_factor", "1e-3", "SGB VI 67 no. 5-8, 255(1)", URL)
ORPHAN = Step("orphan_supplement", "1e-4 point", "SGB VI 78", URL, months="month")
COUNTED = Step("income_counted", "EUR cent", "SGB VI 97(2)", URL)
RAISING = Step(
    "widow_child_months", "month", "SGB VI 78a(1): months of raising children up to three", URL
)
RAISED = Step("widow_supplement", "1e-4 point", "SGB VI 78a", URL)
STEPS = (INCOME, RAISING, RAISED, FACTOR, ORPHAN, COUNTED)


def award(
    law: Law,
    run: Run,
    inner: Run,
    co: Cohort,
    fam: Family,
    points: Int,
    access: Int,
    view: View,
    value: Int,
) -> Award:
    """46, 48: what each claimant gets a month from his own claim month on; int64[b], cents.

    run: over the claimants; inner: over the records. points, access: personal points and access
    factor of the deceased; value: pension value, 1e-5 EUR.
    """
    month, death = month_of(fam.claim), per_claimant(fam, month_of(co.risk))
    spouse, child = fam.is_("spouse") & ~fam.has("remarried"), fam.is_("child")
    large, small, old = widow(law, run, inner, co, fam, spouse, month, death)
    adult = attained(fam.born, CHILD_AGE) <= month
    grown = attained(fam.born, STUDENT_AGE) <= month
    young = child & (~adult | ((fam.has("student") | fam.has("disabled")) & ~grown))
    full = young & fam.has("orphan")
    tested_once = young & adult & (fam.claim < ORPHANS_FREE)
    run.lacks(tested_once, "rule_unknown", what="income of orphans over 18 (97(1) no. 3, old)")
    run.lacks(full, "rule_unknown", what="full orphan's pension (48(2), 78(3): two records)")
    quarter = month <= death + FIRST_QUARTER
    factor = np.select(
        [(large | small) & quarter, large & old, large, small, young],
        [1000, LARGE_OLD, LARGE, SMALL, HALF_ORPHAN],
        0,
    )
    run.trace(FACTOR, factor, when=factor > 0)
    more = np.where(young, per_claimant(fam, orphan_points(law, inner, co, view, access)), 0)
    run.trace(ORPHAN, more, when=more > 0)
    raised = np.where(large | small, raising_points(run, inner, co, fam, ~quarter & ~old), 0)
    run.trace(RAISED, raised, when=raised > 0)
    base = per_claimant(fam, points) + more + raised
    amount = mul_div(base * factor, per_claimant(fam, value), 1000 * 10**7, "half_up")
    tested = (large | small) & ~quarter
    paid = after_income(run, inner, fam, amount, tested, young, value)
    return Award(factor > 0, paid, "EUR", "month", fam.claim.astype(np.int64))


def raising_points(run: Run, inner: Run, co: Cohort, fam: Family, due: Bool) -> Int:
    """78a, 264c: 0.1010 for each of the first 36 months in which the widow raised a child under
    three, 0.0505 for each further one; int64[b], 1e-4. Asked for where the case names a child.
    """
    months, given = inner.fact(RAISING)
    owner, _ = co.children_of()
    named = (np.bincount(owner, minlength=len(co)) > 0) | of_records(fam, fam.is_("child"))
    lacking = due & fam.is_("spouse") & ~fam.of(given) & fam.of(named)
    run.lacks(lacking, "fact_missing", fact=RAISING.key, cite=RAISING.cite)
    value = FIRST_RAISED * np.minimum(months, 36) + FURTHER * np.maximum(months - 36, 0)
    return np.where(due, per_claimant(fam, value), 0)


def per_claimant(fam: Family, x: NDArray[Any]) -> Int:
    """A column of the records, laid out per claimant."""
    return np.asarray(fam.of(x), np.int64)


def of_records(fam: Family, mask: Bool) -> Bool:
    """Records of which some claimant is marked: bool[n]."""
    return fam.total(mask.astype(np.int64)) > 0


def widow(
    law: Law,
    run: Run,
    inner: Run,
    co: Cohort,
    fam: Family,
    spouse: Bool,
    month: Int,
    death: Int,
) -> tuple[Bool, Bool, Bool]:
    """46(1), (2), (2a), 242a: large and small widow's pension, and whether the law before 2002
    keeps 60 per cent.
    """
    died = per_claimant(fam, co.risk)
    undated = spouse & (fam.since == NODATE)
    run.lacks(undated, "fact_missing", fact="family.since", cite="SGB VI 46(2a)")
    since = np.where(fam.since == NODATE, died, fam.since)
    lasted = (age_months(since, died) >= 12) | (since < REFORM)
    ages = law["widow_age"].at(co.risk, inner, of_records(fam, spouse))
    young = of_records(fam, fam.is_("child") & (attained(fam.born, CHILD_AGE) > month))
    raising = (per_claimant(fam, young) > 0) | fam.has("in_care")
    large = (
        spouse
        & lasted
        & ((attained(fam.born, per_claimant(fam, ages)) <= month) | raising | fam.has("disabled"))
    )
    old = (died < REFORM) | (
        (since < REFORM) & ((fam.born < OLD_BIRTH) | (per_claimant(fam, co.born) < OLD_BIRTH))
    )
    small = spouse & lasted & ~large & (old | (month <= death + SMALL_MONTHS))
    return large, small, old


def orphan_points(law: Law, inner: Run, co: Cohort, view: View, access: Int) -> Int:
    """78(1), (2): 0.0833 a month of contributions, other months in the share that contributions
    have; int64[n], 1e-4.
    """
    rec = record_of(view)
    paid = rec.contributions()
    free = inner.step(attributed.MONTHS, lambda: attributed.months(law, inner, co, rec))
    got = worth.points(law, inner, co, rec)
    other = free + months_in(rec.touched & ~rec.paid).sum(axis=1)
    nobody = np.zeros(inner.n, np.int64)
    never = np.zeros(inner.n, np.bool_)
    room = worth.average_value(co, rec, got, nobody, month_of(co.risk), never)[1]
    considered = months_in(rec.touched & rec.considered & ~rec.paid).sum(axis=1)
    share = np.minimum(mul_div(other, paid + considered, room, "up"), other)
    months = paid + np.where(other > 0, share, 0)
    return mul_div(months * ORPHAN_POINT, access, 1000, "half_up")


def after_income(
    run: Run, inner: Run, fam: Family, amount: Int, tested: Bool, orphans: Bool, value: Int
) -> Int:
    """97: 40 % of the widow's income above 26.4 (5.6 a child) pension values; int64[b], cents."""
    if not tested.any():
        return amount
    income, given = inner.fact(INCOME)
    run.lacks(tested & ~fam.of(given), "fact_missing", fact=INCOME.key, cite=INCOME.cite)
    children = fam.total(orphans.astype(np.int64))
    free = mul_div(value, FREE_INCOME + FREE_CHILD * children, 10_000, "half_up")
    counted = per_claimant(fam, mul_div(np.maximum(income - free, 0), 40, 100, "half_up"))
    run.trace(COUNTED, counted, when=tested & (counted > 0))
    return np.where(tested, np.maximum(amount - counted, 0), amount)
