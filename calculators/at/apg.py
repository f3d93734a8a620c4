"""Austria, pension account (APG) with the waiting periods of ASVG 236: old-age pension.
Parameters: apg.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.at import apg_record as record
from calculators.at import apg_rights as rights
from calculators.at.apg_record import APG, reckoning_month
from portability.coverage import POPCOUNT
from portability.exact import mul_div
from portability.scheme import (
    Amounts,
    Cohort,
    Credited,
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

FIRST_CREDIT_YEAR = 2013  # APG 15(1): the first credit stands as the sum of 2013
PAYMENTS = 14  # APG 5(1)
ONE = rights.ONE
EUR = "1e-2 EUR"  # a sum a year

FIRST = Step(
    "first_credit", "EUR cent", "APG 15: Kontoerstgutschrift as at 1 January 2014", APG + "15"
)
BASE = Step("contribution_base", "EUR cent", "APG 11, 12(1)", APG + "12")
CREDIT = Step("partial_credit", "EUR cent", "APG 12(1), (2)", APG + "12")
BY_YEAR = Step("total_credit_by_year", "EUR cent", "APG 12(3)", APG + "12")
TOTAL = Step("total_credit", "EUR cent", "APG 11 no. 5, 12(3)", APG + "12")
PROTECTED = Step(
    "protected_credit",
    "EUR cent",
    "APG 34: total credit of the second year before the Stichtag",
    APG + "34",
)
ENDED = Step(
    "unemployment_benefit_ended",
    "1",
    "APG 34: Korridorpension because the benefit ended",
    APG + "34",
)
CUT = Step("reduction", "1e-5", "APG 5(2)", APG + "5", early="month")
BONUS = Step("increase", "1e-5", "APG 5(4)", APG + "5", late="month")
ADDED = Step(
    "protection_amount",
    "EUR cent",
    "APG 34 (Schutzklausel)",
    APG + "34",
    credit="EUR cent",
    rate="1e-3",
)
PENSION = Step("monthly_pension", "EUR cent", "APG 5", APG + "5", total="EUR cent")


class Apg(Scheme):
    """APG. The account is a sum of money a year; reduction and the fourteenth part come last,
    rounded once.
    """

    components = ("amount", "protected")
    variants: Mapping[int, str] = rights.VARIANTS
    steps = (
        *rights.STEPS,
        FIRST,
        BASE,
        CREDIT,
        BY_YEAR,
        TOTAL,
        PROTECTED,
        ENDED,
        CUT,
        BONUS,
        ADDED,
        PENSION,
    )

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """APG 3, ASVG 231: months that hold an insured period."""
        return record.credit(len(co), rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """APG 4, ASVG 236, 617(13): the pension with the smallest reduction."""
        return rights.old_age(self.tables, run, co, view)

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """APG 12(3): total credit a year, in cents. Foreign periods never enter it (883/2004 Annex
        VIII 2).
        """
        if component == "protected":
            return Quantity(self.protected(run, co, view, qual), EUR)
        with run.only(~run.given(PENSION)):
            total = run.step(TOTAL, lambda: self.account(run, co, view)[0])
        return Quantity(np.asarray(total, np.int64), EUR)

    def protected(self, run: Run, co: Cohort, view: View, qual: Qualification) -> Int:
        """APG 34: Stichtag in 2024 and 2025; the sum whose revaluation came late. Korridorpension:
        only who
        could have had it the year before, or whose unemployment benefit ended.
        """
        at, zero = reckoning_month(co), np.zeros(run.n, np.int64)
        who = self.tables["protection_rate"].has(co.claim) & qual.met
        january = at // 12 * 12
        need, age = rights.corridor_needs(self.tables, co)
        before = (age <= january) & (view.within(zero, january) >= need)
        ended, _ = run.fact(ENDED)
        who &= (qual.variant != rights.CORRIDOR) | before | (ended > 0)
        if not who.any():
            return zero
        known, mute = run.given(TOTAL), run.trace_to
        run.lacks(
            who & known & ~run.given(PROTECTED),
            "fact_missing",
            fact=PROTECTED.key,
            cite=PROTECTED.cite,
        )
        run.trace_to = None
        with run.only(who & ~known):
            value = self.account(run, co, view)[1]
        run.trace_to = mute
        return np.where(who, run.step(PROTECTED, lambda: np.where(known, 0, value), when=who), 0)

    def account(self, run: Run, co: Cohort, view: View) -> tuple[Int, Int]:
        """APG 12, 15: the sum of the account on the Stichtag and at the end of the second year
        before it.
        """
        rec, years = rights.record_of(view), view.years.astype(np.int64)
        run.lacks(
            co.born < rights.ACCOUNT_BIRTH, "rule_unknown", what="births before 1955 (APG 1(3))"
        )
        early = POPCOUNT[rec.touched][:, years < rights.ACCOUNT].sum(axis=1) > 0
        older = (early | (rec.undated > 0)) & (co.born >= rights.ACCOUNT_BIRTH)
        first, given = run.fact(FIRST, need=older)
        blank = np.where(given, rec.blank_later, rec.blank) | (rec.undated > 0)
        run.lacks(
            blank, "fact_missing", fact=TOTAL.key, cite="APG 11: a period without contribution base"
        )
        used = (rec.earnings > 0) & (years[None, :] >= rights.ACCOUNT)
        used &= ~(given[:, None] & (years[None, :] <= FIRST_CREDIT_YEAR))
        ceiling = self.tables["yearly_ceiling"].row(years, run, used)
        base = np.where(used, np.minimum(rec.earnings, ceiling[None, :]), 0)
        rate = self.tables["account_rate"].find(years)[0]
        credit = mul_div(base, rate[None, :], 10_000, "half_up")
        run.trace(BASE, base, years=years, when=used.any(axis=1))
        run.trace(CREDIT, credit, years=years, when=used.any(axis=1))
        return self.chain(run, co, years, credit, np.where(given, first, 0))

    def chain(self, run: Run, co: Cohort, years: Int, credit: Int, first: Int) -> tuple[Int, Int]:
        """APG 12(3): each year's credit and the sum before it times the factor of the following
        year.

        In the year of the Stichtag the sum before it is not revalued (no. 2 last sentence).
        """
        last, total, before, totals = reckoning_month(co) // 12, first * 0, first * 0, []
        begin = max(min([FIRST_CREDIT_YEAR, *years[:1].tolist()]), rights.ACCOUNT)
        span = np.arange(begin, max(int(last.max(initial=begin)), FIRST_CREDIT_YEAR) + 1)
        for year in span:  # a chain: every sum needs the one before
            column = np.flatnonzero(years == year)
            got = credit[:, column[0]] if len(column) else np.zeros(run.n, np.int64)
            due = (total > 0) & (year < last)
            factor = self.tables["revaluation"].at(np.full(run.n, year + 1), run, due)
            raised = np.where(year < last, mul_div(total, factor, 1000, "half_up"), total)
            total = np.where(year <= last, raised + got, total)
            total = total + (first if year == FIRST_CREDIT_YEAR else 0)
            before = np.where(year == last - 2, total, before)
            totals.append(total)
        run.trace(BY_YEAR, np.stack(totals, axis=1), years=span)
        return total, before

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """APG 5, 34: a fourteenth of the total credit, reduced or raised; cents."""
        at, standard = reckoning_month(co), rights.standard_month(self.tables, co)
        early = np.maximum(standard - at, 0)
        late = np.maximum(at - rights.since(view, standard, at), 0)
        cut = run.step(CUT, lambda: self.cut(co, qual, early), early=early, when=early > 0)
        bonus = run.step(BONUS, lambda: self.bonus(run, co, late), late=late, when=late > 0)
        total, part = parts["amount"], np.maximum(ONE - cut + bonus, 0)
        value = run.step(
            PENSION, lambda: mul_div(total, part, PAYMENTS * ONE, "half_up"), total=total
        )
        rate = self.tables["protection_rate"].find(co.claim)[0]
        added = mul_div(parts["protected"] * rate, part, 1000 * PAYMENTS * ONE, "half_up")
        run.trace(ADDED, added, credit=parts["protected"], rate=rate, when=added > 0)
        return Amounts(np.asarray(value + added, np.int64), self.currency)

    def cut(self, co: Cohort, qual: Qualification, early: Int) -> Int:
        """APG 5(2): by the month before the standard age."""
        codes = [qual.variant == code for code in rights.CUTS]
        rates = [self.tables[name].find(co.claim)[0] for name in rights.CUTS.values()]
        return np.asarray(early * np.select(codes, rates, 0), np.int64)

    def bonus(self, run: Run, co: Cohort, late: Int) -> Int:
        """APG 5(4): by the month after the standard age, at most 15.3 per cent."""
        each = self.tables["late_bonus"].at(co.claim, run, late > 0)
        most = self.tables["late_most"].find(co.claim)[0]
        return np.asarray(np.minimum(late * each, most), np.int64)

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """883/2004 art. 56(1)(a): the account knows no longest period."""
        return np.zeros(run.n, np.int64) if name == "full_career" else None
