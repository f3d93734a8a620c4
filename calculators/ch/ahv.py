"""Switzerland, AHV/AVS: old-age pensions, widows', widowers' and orphans' pensions.

AHVG arts. 21-25 and 29-40. The pension follows from the average annual income (two straight lines)
and
the scale of the contribution years; it counts Swiss time alone. The ceiling for couples (art. 35)
needs
the spouse's pension and is not applied here. Parameters: ahv.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calculators.ch.income import AHVG, AHVV, STEPS, Periods, periods, scale, table_income
from portability.cohort import SURVIVORS, Cohort, Family
from portability.dates import add_months, age_months, day, first_day, month_of
from portability.exact import div, mul_div
from portability.scheme import (
    Amounts,
    Award,
    Bool,
    Int,
    Qualification,
    Quantity,
    Run,
    Scheme,
    Step,
    View,
)

FEMALE, MALE = 1, 2
REFERENCE = 65 * 12  # art. 21(1)
FULL_YEAR = 12  # art. 29(1): one full contribution year
EARLY_MONTHS, EARLY_FROM = 24, day("2024-01-01")  # art. 40
EARLY_RATE = 68  # AHVV art. 56bis: 6.8 percent a year, by month to one decimal, 1e-3
# transitional provisions of 2021-12-17: this generation has rates and supplements of its own
WOMEN_FROM, WOMEN_TO = day("1961-01-01"), day("1970-01-01")
WIDOW, ORPHAN, ALL = 80, 40, 100  # arts. 36, 37(1)
WIDOW_AGE, MARRIED = 45 * 12, 5 * 12  # art. 24(1)
FLOOR = 27  # AHVV art. 54bis(2): 150 percent of M and three orphans' minimums of 0.4 M, in tenths
CHILD_AGE, STUDENT_AGE = 18 * 12, 25 * 12  # art. 25(4), (5)

AGE = Step("reference_age", "month", "AHVG art. 21(1)", AHVG)
MINIMUM = Step("minimum_pension", "CHF cent", "AHVG art. 34(5)", AHVG)
FULL = Step(
    "full_pension", "CHF cent", "AHVG art. 34(1)-(3)", AHVG, income="CHF cent", minimum="CHF cent"
)
PARTIAL = Step(
    "partial_pension",
    "CHF cent",
    "AHVG art. 38, AHVV arts. 52, 53(2)",
    AHVV,
    full="CHF cent",
    percent="1e-4",
)
EARLY = Step("early_reduction", "1e-3", "AHVG art. 40a, AHVV art. 56bis", AHVV, months="month")
DEFERRED = Step("deferred_months", "month", "AHVG art. 39, AHVV art. 55quater", AHVV)
DEFERRAL = Step(
    "deferral_supplement", "1e-3", "AHVG art. 39, AHVV art. 55ter(1)", AHVV, months="month"
)
MONTHLY = Step("monthly_pension", "CHF cent", "AHVV art. 53(2)", AHVV)
THIRTEENTH = Step(
    "thirteenth_pension", "CHF cent", "AHVG art. 34ter: a twelfth of the year's pension", AHVG
)
CLAIMANT = Step("claimant_share", "percent", "AHVG arts. 23-25, 36, 37(1)", AHVG)

NONE, OLD_AGE_PENSION, EARLY_PENSION, SURVIVORS_PENSION = 0, 1, 2, 3


class Ahv(Scheme):
    """In the order of the Act: age (21), duration (29ter), income (29quater, 30), pension (34),
    partial (38)."""

    relations = ("spouse", "child")

    steps = (
        AGE,
        MINIMUM,
        *STEPS,
        FULL,
        PARTIAL,
        EARLY,
        DEFERRED,
        DEFERRAL,
        MONTHLY,
        THIRTEENTH,
        CLAIMANT,
    )
    variants = {
        NONE: "none",
        OLD_AGE_PENSION: "old_age",
        EARLY_PENSION: "anticipated",
        SURVIVORS_PENSION: "survivors",
    }

    def reference_age(self, run: Run, co: Cohort) -> Int:
        """Art. 21(1): 65; women born before 1964 by the transitional provisions."""
        women = self.tables["reference_age_women"].at(co.born, run, need=co.sex == FEMALE)
        age: Int = run.step(AGE, lambda: np.where(co.sex == FEMALE, women, REFERENCE))
        return age

    def periods(self, run: Run, co: Cohort, view: View) -> Periods:
        recorder, run.trace_to = run.trace_to, None
        reference = add_months(co.born, self.reference_age(run, co))
        run.trace_to = recorder
        return periods(co, view.own, reference)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Arts. 21, 23, 29(1), 40: one full contribution year; the reference age, or up to two
        years before it."""
        own, counted = view.own.total(), view.units("theoretical")
        long_enough = counted >= FULL_YEAR
        required = np.full(run.n, FULL_YEAR)
        if co.branch == SURVIVORS:
            variant = np.where(long_enough, SURVIVORS_PENSION, NONE)
            return Qualification(
                long_enough, own, counted, required, variant, long_enough.astype(np.int8)
            )
        age, reached = self.reference_age(run, co), age_months(co.born, co.claim)
        run.lacks(
            (co.sex == 0) & (co.born < day("1964-01-01")) & (reached < REFERENCE),
            "fact_missing",
            fact="person.sex",
            cite="AHVG art. 21(1)",
        )
        early = (reached >= age - EARLY_MONTHS) & (co.claim >= EARLY_FROM)
        variant = np.select(
            [long_enough & (reached >= age), long_enough & early],
            [OLD_AGE_PENSION, EARLY_PENSION],
            NONE,
        )
        rank = np.select([variant == OLD_AGE_PENSION, variant == EARLY_PENSION], [2, 1], 0)
        opens = first_day(month_of(add_months(co.born, age)) + 1)
        start = np.where(variant == OLD_AGE_PENSION, np.maximum(co.claim, opens), co.claim)
        return Qualification(
            variant > NONE, own, counted, required, variant, rank, start=start, earliest=opens
        )

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Arts. 34, 38: the partial pension; for survivors before the share of each claimant (1e-6
        franc)."""
        found = self.periods(run, co, view)
        minimum: Int = run.step(MINIMUM, lambda: self.tables["minimum_pension"].at(co.claim, run))
        full, percent = self.full(run, co, view, found, minimum), scale(self.tables, run, found)
        if co.branch == SURVIVORS:
            return Quantity(full * percent, "1e-6 CHF")
        partial = div(full * percent, 1_000_000, "half_up") * 100
        run.trace(PARTIAL, partial, full=full, percent=percent)
        self.income_for_early(run, co, qual, full, minimum)
        return Quantity(partial, "CHF cent")

    def full(self, run: Run, co: Cohort, view: View, found: Periods, minimum: Int) -> Int:
        """Art. 34(1)-(3): 0.74 M + 13/600 of the income to 36 M, 1.04 M + 8/600 above; between M
        and 2 M."""
        income = table_income(self.tables, run, co, view.own, found, minimum)
        low, high = 444 * minimum + 13 * income, 624 * minimum + 8 * income
        line = np.where(income <= 36 * minimum, low, high)
        full: Int = run.step(
            FULL,
            lambda: np.clip(div(line, 600), minimum, 2 * minimum),
            income=income,
            minimum=minimum,
        )
        return full

    def income_for_early(
        self, run: Run, co: Cohort, qual: Qualification, full: Int, minimum: Int
    ) -> None:
        """Art. 40a(3): from which day lower rates hold for incomes up to four minimum pensions was
        not seen."""
        early = qual.variant == EARLY_PENSION
        low = full <= div(624 * minimum + 8 * 48 * minimum, 600)
        run.lacks(
            early & low, "rule_unknown", what="reduction for low incomes", cite="AHVG art. 40a(3)"
        )
        women = (co.sex == FEMALE) & (co.born >= WOMEN_FROM) & (co.born < WOMEN_TO)
        run.lacks(
            (qual.variant > NONE) & women,
            "parameter_not_published",
            table="rates and supplements of women born 1961 to 1969",
        )

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """Arts. 39, 40a: reduced for anticipation, raised for a declared deferral, to whole
        francs."""
        if co.branch == SURVIVORS:
            return Amounts(np.zeros(run.n, np.int64), "CHF", "month")
        amount = parts["amount"]
        ahead = np.maximum(self.reference_age(run, co) - age_months(co.born, co.claim), 0)
        months = np.where(qual.variant == EARLY_PENSION, ahead, 0)
        cut: Int = run.step(EARLY, lambda: div(EARLY_RATE * months, 12, "half_up"), months=months)
        deferred, _ = run.fact(DEFERRED)
        raise_: Int = run.step(
            DEFERRAL,
            lambda: self.tables["deferral_supplement"].at(np.minimum(deferred, 60)),
            months=deferred,
        )
        monthly = div(amount * (1000 - cut + raise_), 100_000, "half_up") * 100
        run.trace(MONTHLY, monthly)
        run.trace(THIRTEENTH, monthly, when=co.claim >= day("2026-01-01"))
        return Amounts(monthly, "CHF", "month", qual.start)

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award:
        """Arts. 23, 24(1), 25, 36, 37(1): who is a widow, widower or orphan, and the share of each.

        The family carries no sex: the surviving spouse of a man is treated as a widow (art. 24(1)).
        """
        spouse, child = fam.is_("spouse"), fam.is_("child")
        young = fam.age_months(fam.claim)
        orphan = child & ((young < CHILD_AGE) | ((young < STUDENT_AGE) & fam.has("student")))
        parent = fam.total(child.astype(np.int64))
        person, _ = co.children_of()
        np.add.at(parent, person, 1)
        event = fam.of(co.risk).astype(np.int64)
        lasting = (age_months(fam.since, event) >= MARRIED) & (fam.age_months(event) >= WIDOW_AGE)
        widow = spouse & ((fam.of(parent) > 0) | (lasting & (fam.of(co.sex) == MALE)))
        met: Bool = np.asarray(widow | orphan) & fam.of(qual.variant == SURVIVORS_PENSION).astype(
            np.bool_
        )
        share = np.select([widow, orphan], [WIDOW, ORPHAN], 0)
        run.trace(CLAIMANT, share)
        amount = mul_div(fam.of(parts["amount"]), share, 1_000_000 * ALL, "half_up") * 100
        amount = np.where(met, amount, 0)
        self.above_ninety(run, co, fam, view, amount, orphan & met)
        begins = np.maximum(fam.claim.astype(np.int64), first_day(month_of(event) + 1))
        return Award(met, amount, "CHF", "month", begins)

    def above_ninety(
        self, run: Run, co: Cohort, fam: Family, view: View, amount: Int, orphan: Bool
    ) -> None:
        """Art. 41, AHVV 54bis: orphans' pensions are cut where all together pass 90 percent of the
        income, above a floor. The cut itself is not reckoned: such a family's amounts are open."""
        facts = {key: value for (owner, key), value in co.facts.items() if owner == self.id}
        record = Run(len(co), self.id, run.route, stage="amount", facts=facts)
        found = self.periods(record, co, view)
        minimum = self.tables["minimum_pension"].at(co.claim)
        income = table_income(self.tables, record, co, view.own, found, minimum)
        percent = scale(self.tables, record, found)
        limit = np.maximum(div(income * 9, 120), div(minimum * FLOOR, 10))
        over = fam.total(amount) * 10_000 > limit * percent
        run.lacks(
            fam.of(over).astype(np.bool_) & orphan,
            "rule_unknown",
            what="cut of orphans' pensions",
            cite="AHVG art. 41",
        )
