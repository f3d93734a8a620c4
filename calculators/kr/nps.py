"""Korea, National Pension: basic pension from A, B and the constants of the insured years.
Parameters: nps.yaml.

Art. 51 adds 5 % for each year above twenty, art. 63 pays 50 % at ten years and 5 % more for each
year: month by month both are insured months / 240, so that one line of arithmetic serves every
length of record.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.pay import count, earned, end_of_record, masks, paid_months, with_lines
from portability.cohort import REFUND
from portability.coverage import POPCOUNT, Credited
from portability.dates import NODATE, add_months, age_months, year_of
from portability.exact import div, mul_div, to_step
from portability.scheme import (
    Amounts,
    Cohort,
    Int,
    Qualification,
    Quantity,
    RowSet,
    Run,
    Scheme,
    Step,
    View,
)

Bool = NDArray[np.bool_]
ACT51 = (
    "https://www.law.go.kr/LSW/lsSideInfoP.do?lsiSeq=280269&joNo=0051&joBrNo=00"
    "&docCls=jo&urlMode=lsScJoRltInfoR"
)
ACT63 = ACT51.replace("0051", "0063")
NPS = "https://www.nps.or.kr/eng/ntnlpnsplan/bnft/getOHAI0014M0.do"
STANDARD, EARLY, DEFERRED, LUMP = 1, 2, 3, 4
TEN_YEARS, TWENTY_YEARS = 120, 240  # arts. 61, 51

AGE = Step("pension_age", "month", "National Pension Act art. 61", NPS)
A_VALUE = Step("a_value", "KRW", "National Pension Act art. 51(1)1", ACT51)
B_VALUE = Step("b_value", "KRW", "National Pension Act art. 51(1)2", ACT51, months="month")
FACTOR = Step("basic_factor", "KRW", "National Pension Act art. 51(1)", ACT51, a="KRW", b="KRW")
RATE = Step(
    "pay_rate_percent", "1e-2", "National Pension Act arts. 51(1), 63", ACT63, months="month"
)
LAST_FIVE = Step("last_five_years_average", "KRW", "National Pension Act art. 53", ACT51)
BASIC = Step("basic_pension", "KRW", "National Pension Act arts. 51, 63", ACT51, months="month")
CHANGE = Step("age_factor", "1e-3", "National Pension Act arts. 62, 63(2)", NPS, months="month")
PENSION = Step(
    "pension", "KRW", "National Pension Act arts. 51-53, 63; below 10 won dropped", ACT51
)
LUMP_SUM = Step(
    "lump_sum_refund", "KRW", "National Pension Act arts. 77, 126: contributions with interest"
)


class Nps(Scheme):
    """National Pension Act arts. 51-53, 61-63, 77."""

    steps = (AGE, A_VALUE, B_VALUE, FACTOR, RATE, LAST_FIVE, BASIC, CHANGE, PENSION, LUMP_SUM)
    bases = ("own", "theoretical", "minimum")
    variants: Mapping[int, str] = {
        STANDARD: "standard",
        EARLY: "early",
        DEFERRED: "deferred",
        LUMP: "lump_sum_refund",
    }

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Periods by date; the lines are kept for the pay of single months."""
        return with_lines(super().credit(run, co, rows, years), rows)

    # -- right

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Art. 61: ten years and pension age; five years earlier or later at a changed amount."""
        own, counted = view.own.total(), view.units("theoretical")
        if co.branch == REFUND:
            return self.qualify_refund(run, view)
        age = run.step(AGE, lambda: self.tables["pension_age"].at(co.born, run))
        reached, enough = age_months(co.born, co.claim), counted >= TEN_YEARS
        opens = [
            enough & (reached > age),
            enough & (reached == age),
            enough & (reached >= age - 60),
        ]
        variant = np.select(opens, [DEFERRED, STANDARD, EARLY], 0)
        earliest = np.where(enough, add_months(co.born, age), NODATE)
        rank = np.select([variant == EARLY, variant > 0], [1, 2], 0)
        required = np.full(run.n, TEN_YEARS, np.int64)
        return Qualification(variant > 0, own, counted, required, variant, rank, earliest=earliest)

    def qualify_refund(self, run: Run, view: View) -> Qualification:
        """Arts. 77, 126: below ten years; for foreigners it hangs on visa and treaty, so NPS
        certifies the sum.
        """
        own, given = view.own.total(), run.given(LUMP_SUM)
        run.lacks(~given & (own < TEN_YEARS), "fact_missing", fact=LUMP_SUM.key, cite=LUMP_SUM.cite)
        met = given & (own < TEN_YEARS)
        one = np.ones(run.n, np.int64)
        return Qualification(met, own, own, one, met * LUMP, met.astype(np.int64))

    # -- amount

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Arts. 51, 63: factor of the Korean record x insured months / 240, in 1/1000 won."""
        if co.branch == REFUND:
            return Quantity(run.fact(LUMP_SUM)[0] * 1000, "1e-3 KRW")
        a = run.step(A_VALUE, lambda: self.tables["a_value"].at(year_of(co.claim), run))
        own_months = view.own.total()
        b = run.step(B_VALUE, lambda: self.b_value(run, co, view), months=own_months)
        weighted, weights = self.weighted(run, view, a, b)
        months = view.units(basis)
        dated, each = weights > 0, np.maximum(weights, 1)
        run.trace(FACTOR, lambda: mul_div(weighted, 1, each * 10**5), when=dated, a=a, b=b)
        run.trace(RATE, lambda: mul_div(months, 10**4, TWENTY_YEARS), months=months)
        yearly = mul_div(weighted, months, each * TWENTY_YEARS * 12 * 100)
        run.trace(BASIC, lambda: div(yearly, 1000), months=months)
        return Quantity(yearly, "1e-3 KRW")

    def weighted(self, run: Run, view: View, a: Int, b: Int) -> tuple[Int, Int]:
        """Sum over the insured months of constant x (A + w x B), in 1e-5 won, and these months."""
        own = view.own
        months = POPCOUNT[masks(view)]
        years = own.years.astype(np.int64)
        constant, known = self.tables["constant"].find(years)
        weight, _ = self.tables["own_weight"].find(years)
        run.lacks((months[:, ~known] > 0).any(axis=1), "rule_unknown", what="months before 1988")
        run.lacks(own.undated > 0, "period_dates_missing", cite=FACTOR.cite)
        share_a = (months * constant[None, :]).sum(axis=1)
        share_b = (months * (constant * weight)[None, :]).sum(axis=1)
        return share_a * 100 * a + share_b * b, months.sum(axis=1)

    def b_value(self, run: Run, co: Cohort, view: View) -> Int:
        """Art. 51(1)2: average of the standard monthly incomes, revalued to the award's year."""
        own, award = view.own, year_of(co.claim)
        months = POPCOUNT[masks(view)]
        used = months > 0
        years = own.years.astype(np.int64)
        current = used & (years[None, :] >= award[:, None] - 1)  # art. 51: not revalued
        rate, known = self.tables["revaluation"].find(award[:, None] * 10000 + years[None, :])
        rate, known = np.where(current, 1000, rate), known | current
        run.lacks((used & ~known).any(axis=1), "parameter_not_published", table="revaluation")
        run.lacks(
            (used & (own.earnings <= 0)).any(axis=1) | (own.undated > 0),
            "fact_missing",
            fact=B_VALUE.key,
            cite=B_VALUE.cite,
        )
        revalued = mul_div(np.maximum(own.earnings, 0), rate, 1000).sum(axis=1)
        return div(revalued, np.maximum(months.sum(axis=1), 1))

    def share(self, run: Run, co: Cohort, q: Quantity, num: Int, den: Int) -> Int:
        """The fraction, cut; the one rounding that counts is the last."""
        return mul_div(q.v, num, den)

    def payable(
        self,
        run: Run,
        co: Cohort,
        parts: Mapping[str, Int],
        view: View,
        qual: Qualification,
    ) -> Amounts:
        """Arts. 53, 62, 63(2): the cap, 0.5 % less or 0.6 % more a month, below 10 won dropped."""
        if co.branch == REFUND:
            return Amounts(parts["amount"] // 1000, "KRW", "once")
        amount = self.capped(run, co, view, parts["amount"])
        age = self.tables["pension_age"].at(co.born, run)
        moved = np.clip(age_months(co.born, co.claim) - age, -60, 60)
        factor = 1000 + np.where(moved < 0, 5, 6) * moved
        run.trace(CHANGE, factor, when=moved != 0, months=np.abs(moved))
        won = to_step(mul_div(amount, factor, 10**6), 10)
        run.trace(PENSION, won)
        return Amounts(won, "KRW", "month")

    def capped(self, run: Run, co: Cohort, view: View, amount: Int) -> Int:
        """Art. 53: never above the higher of the last five years' average and B (national law)."""
        if run.route != "national":
            return amount
        given = run.given(B_VALUE)
        with run.only(~given):
            b = np.where(given, run.facts.get(B_VALUE.key, 0), self.b_value(run, co, view))
        last = end_of_record(view)
        paid = earned(view, last - 60, last)
        months = count(paid_months(view), view.years, last - 60, last)
        above = amount > b * 1000
        recent = run.step(LAST_FIVE, lambda: div(paid, np.maximum(months, 1)), when=above)
        missing = above & (paid == 0) & ~run.given(LAST_FIVE)
        run.lacks(missing, "fact_missing", fact=LAST_FIVE.key, cite=LAST_FIVE.cite)
        return np.asarray(np.minimum(amount, np.maximum(b, recent) * 1000))
