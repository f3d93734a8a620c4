"""Austria, pension account (APG) with the waiting periods of ASVG 236: old-age pension.
Parameters: apg.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.at import apg_record as record
from calculators.at.apg_record import Record, attained, reckoning_month
from portability.cohort import SEXES
from portability.coverage import POPCOUNT
from portability.dates import NODATE, day, first_day
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
from portability.units import THOUSAND

Bool = NDArray[np.bool_]

APG = "https://gesetzefinden.at/bundesrecht/bundesgesetze/apg/para-"
FEMALE = SEXES.index("female")
ACCOUNT_BIRTH = day("1955-01-01")  # APG 1(3): older persons stay under the law before
ACCOUNT, FIRST_CREDIT_YEAR = 2005, 2013  # APG 12(2), 15(1)
WIDE_TEXT = day("2024-12-19")  # day on which the present wording of APG 4(1) was seen
MONTHS, WORKED = 180, 84  # APG 4(1)
FRAME = 360  # ASVG 236(2) no. 2
HEAVY, HEAVY_AGE, LONG = 120, 60 * 12, 540  # APG 4(3); ASVG 617(13)
PAYMENTS = 14  # APG 5(1)
ONE = 100_000  # 1e-5
NONE, CORRIDOR, LONG_INSURED, HEAVY_WORK, STANDARD = range(5)

WAIT = Step(
    "waiting_period", "month", "APG 4(1), 16(3); ASVG 236", APG + "4", own="month", worked="month"
)
REFERENCE = Step("standard_age", "month", "APG 4(1), 16(6)", APG + "4")
HEAVY_MONTHS = Step(
    "heavy_work_months", "month", "APG 4(3): heavy work in the last 240 months", APG + "4"
)
FIRST = Step(
    "first_credit", "EUR cent", "APG 15: Kontoerstgutschrift as at 1 January 2014", APG + "15"
)
BASE = Step("contribution_base", "EUR cent", "APG 11, 12(1)", APG + "12")
CREDIT = Step("partial_credit", "EUR cent", "APG 12(1), (2)", APG + "12")
BY_YEAR = Step("total_credit_by_year", "EUR cent", "APG 12(3)", APG + "12")
TOTAL = Step("total_credit", "EUR cent", "APG 11 no. 5, 12(3)", APG + "12")
CUT = Step("reduction", "1e-5", "APG 5(2)", APG + "5", early="month")
BONUS = Step("increase", "1e-5", "APG 5(4)", APG + "5", late="month")
PENSION = Step("monthly_pension", "EUR cent", "APG 5", APG + "5", total="EUR cent")


@define
class Way:
    """One old-age pension: who may enter, the months asked for and counted, its monthly reduction
    (1e-5).
    """

    variant: int
    open: Bool
    counted: Int
    required: Int
    cut: Int


class Apg(Scheme):
    """APG. The account is a sum of money a year; reduction and the fourteenth part come last, in
    one rounding.
    """

    variants: Mapping[int, str] = {
        STANDARD: "Alterspension (APG 4(1))",
        CORRIDOR: "Korridorpension (APG 4(2))",
        HEAVY_WORK: "Schwerarbeitspension (APG 4(3))",
        LONG_INSURED: "Langzeitversicherte (ASVG 617(13))",
    }
    steps = (
        WAIT,
        REFERENCE,
        HEAVY_MONTHS,
        FIRST,
        BASE,
        CREDIT,
        BY_YEAR,
        TOTAL,
        CUT,
        BONUS,
        PENSION,
    )

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """APG 3, ASVG 231: months that hold an insured period."""
        return record.credit(len(co), rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """APG 4, ASVG 236, 617(13): the pension with the smallest reduction on the Stichtag."""
        differs = (
            self.tables["women_age"].find(co.born)[0] != self.tables["men_age"].find(co.born)[0]
        )
        run.lacks((co.sex == 0) & differs, "fact_missing", fact="person.sex", cite="APG 16(6)")
        at, standard = reckoning_month(co), self.standard(co)
        waits, unsure = self.waiting(co, view)
        run.lacks(
            unsure & (at >= standard), "rule_unknown", what="APG 4(1) before its present wording"
        )
        ways = [
            Way(
                STANDARD,
                waits & (at >= standard),
                view.units("theoretical"),
                np.full(run.n, MONTHS),
                np.zeros(run.n, np.int64),
            ),
            *self.early(run, co, view, at, standard),
        ]
        cuts = np.stack([np.where(way.open, way.cut, ONE) for way in ways])
        best, met = np.argmin(cuts, axis=0), cuts.min(axis=0) < ONE

        def pick(name: str, otherwise: Int | int) -> Int:
            return np.asarray(
                np.where(met, np.choose(best, [getattr(way, name) for way in ways]), otherwise),
                np.int64,
            )

        own, counted = view.own.total(), view.units("theoretical")
        run.trace(WAIT, counted, own=own, worked=self.worked(view))
        run.trace(REFERENCE, self.standard(co) - attained(co.born, 0))
        rank = np.where(met, 100 - cuts.min(axis=0) // 200, 0)
        earliest = np.where(waits, first_day(standard), NODATE)
        return Qualification(
            met,
            own,
            pick("counted", counted),
            pick("required", MONTHS),
            pick("variant", NONE),
            rank,
            start=first_day(at),
            earliest=earliest,
        )

    def standard(self, co: Cohort) -> Int:
        """APG 4(1), 16(6): first month at or after the standard age, women's 60 to 65."""
        women, men = (self.tables[name].find(co.born)[0] for name in ("women_age", "men_age"))
        return attained(co.born, np.where(co.sex == FEMALE, women, men))

    def worked(self, view: View) -> Int:
        """APG 4(1): months of gainful activity; foreign months count like own ones (883/2004 art.
        6).
        """
        rec = record_of(view)
        return rec.count(rec.work) + rec.loose_work // THOUSAND + view.foreign()

    def waiting(self, co: Cohort, view: View) -> tuple[Bool, Bool]:
        """APG 4(1), 16(3), ASVG 236: (met, cannot be judged). ASVG 236 helps who was insured
        before 2005.
        """
        rec, at = record_of(view), reckoning_month(co)
        total = view.units("theoretical")
        wide = (total >= MONTHS) & (self.worked(view) >= WORKED)
        since = np.full(len(co), ACCOUNT * 12)
        new = view.within(since, at) >= MONTHS
        recent = view.within(at - FRAME, at) >= MONTHS  # ASVG 236(1) no. 2, (2) no. 2
        paid = (
            rec.count(rec.paid) + rec.loose_paid // THOUSAND + view.foreign() >= MONTHS
        )  # 236(4) no. 1 a
        old = (co.claim < WIDE_TEXT) | (co.born < ACCOUNT_BIRTH)
        certain = np.where(old, (new & wide) | recent | paid, wide | recent | paid)
        return certain, ~certain & (total >= MONTHS)

    def early(self, run: Run, co: Cohort, view: View, at: Int, standard: Int) -> list[Way]:
        """APG 4(2), (3), ASVG 617(13): pensions before the standard age; their reductions are held
        from 2024.
        """
        rec, total, young = record_of(view), view.units("theoretical"), at < standard
        ahead = np.maximum(standard - at, 0)
        corridor = young & (total >= self.tables["corridor_months"].find(co.born)[0])
        corridor &= at >= attained(co.born, self.tables["corridor_age"].find(co.born)[0])
        heavy, given = run.fact(HEAVY_MONTHS)
        hard = (
            young
            & given
            & (heavy >= HEAVY)
            & (total >= LONG)
            & (at >= attained(co.born, HEAVY_AGE))
        )
        paid = rec.count(rec.paid) + rec.loose_paid // THOUSAND
        woman = co.sex == FEMALE
        least = np.where(woman, self.tables["long_insured_women_months"].find(co.born)[0], LONG)
        age = np.where(
            woman,
            self.tables["long_insured_women"].find(co.born)[0],
            self.tables["long_insured_men"].find(co.born)[0],
        )
        long = young & (age > 0) & (paid >= least) & (at >= attained(co.born, age))
        need = corridor | hard | long
        rate = {
            name: self.tables[name].at(co.claim, run, need)
            for name in ("corridor_cut", "early_cut", "heavy_cut")
        }
        return [
            Way(HEAVY_WORK, hard, total, np.full(run.n, LONG), ahead * rate["heavy_cut"]),
            Way(LONG_INSURED, long, paid, least, ahead * rate["early_cut"]),
            Way(
                CORRIDOR,
                corridor,
                total,
                self.tables["corridor_months"].find(co.born)[0],
                ahead * rate["corridor_cut"],
            ),
        ]

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """APG 12(3): the total credit a year, in cents. Foreign periods never enter it (883/2004
        Annex VIII 2).
        """
        if basis != "own":
            run.lacks(
                view.foreign() > 0, "rule_unknown", what="theoretical amount of a pension account"
            )
        return Quantity(
            np.asarray(run.step(TOTAL, lambda: self.total(run, co, view)), np.int64), "1e-2 EUR"
        )

    def total(self, run: Run, co: Cohort, view: View) -> Int:
        """APG 12, 15: yearly credits on the account, the sum before revalued with the factor of
        the year after.
        """
        rec = record_of(view)
        run.lacks(
            co.born < ACCOUNT_BIRTH,
            "rule_unknown",
            what="pension of persons born before 1955 (APG 1(3))",
        )
        years = rec.years.astype(np.int64)
        early = (
            POPCOUNT[rec.months][:, years < ACCOUNT].sum(axis=1) > 0
            if rec.months is not None
            else rec.undated > 0
        )
        first, given = run.fact(
            FIRST, need=(early | (rec.undated > 0)) & (co.born >= ACCOUNT_BIRTH)
        )
        run.lacks(
            np.where(given, rec.blank_later, rec.blank) | (rec.undated > 0),
            "fact_missing",
            fact=TOTAL.key,
            cite="APG 11: a period without contribution base",
        )
        used = (rec.earnings > 0) & (years[None, :] >= ACCOUNT)
        used &= ~(given[:, None] & (years[None, :] <= FIRST_CREDIT_YEAR))
        ceiling = self.tables["yearly_ceiling"].row(years, run, used)
        base = np.where(used, np.minimum(rec.earnings, ceiling[None, :]), 0)
        credit = mul_div(
            base, self.tables["account_rate"].find(years)[0][None, :], 10_000, "half_up"
        )
        run.trace(BASE, base, years=years, when=used.any(axis=1))
        run.trace(CREDIT, credit, years=years, when=used.any(axis=1))
        return self.account(run, co, years, credit, np.where(given, first, 0))

    def account(self, run: Run, co: Cohort, years: Int, credit: Int, first: Int) -> Int:
        """APG 12(3): each year's credit and the sum before it times the factor of the following
        year.

        In the year of the Stichtag the sum before it is not revalued (no. 2 last sentence).
        """
        last = reckoning_month(co) // 12
        total, totals = np.zeros(run.n, np.int64), []
        begin = FIRST_CREDIT_YEAR if len(years) == 0 else min(int(years[0]), FIRST_CREDIT_YEAR)
        span = np.arange(
            max(begin, ACCOUNT), max(int(last.max(initial=ACCOUNT)), FIRST_CREDIT_YEAR) + 1
        )
        for year in span:  # a chain: every sum needs the one before
            column = np.flatnonzero(years == year)
            got = credit[:, column[0]] if len(column) else np.zeros(run.n, np.int64)
            factor = self.tables["revaluation"].at(
                np.full(run.n, year + 1), run, (total > 0) & (year < last)
            )
            raised = np.where(year < last, mul_div(total, factor, 1000, "half_up"), total)
            total = np.where(year <= last, raised + got, total) + np.where(
                year == FIRST_CREDIT_YEAR, first, 0
            )
            totals.append(total)
        run.trace(BY_YEAR, np.stack(totals, axis=1), years=span)
        return total

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """APG 5: a fourteenth of the total credit, reduced or raised for the month of the
        Stichtag; cents.
        """
        at, standard = reckoning_month(co), self.standard(co)
        early, late = np.maximum(standard - at, 0), np.maximum(at - standard, 0)
        cut = run.step(CUT, lambda: self.cut(co, qual, early), early=early, when=early > 0)
        bonus = run.step(BONUS, lambda: self.bonus(run, co, late), late=late, when=late > 0)
        total = parts["amount"]
        value = run.step(
            PENSION,
            lambda: mul_div(total, ONE - cut + bonus, PAYMENTS * ONE, "half_up"),
            total=total,
        )
        return Amounts(np.asarray(value, np.int64), self.currency)

    def cut(self, co: Cohort, qual: Qualification, early: Int) -> Int:
        """APG 5(2): by the month before the standard age."""
        names = {CORRIDOR: "corridor_cut", LONG_INSURED: "early_cut", HEAVY_WORK: "heavy_cut"}
        rate = np.select(
            [qual.variant == code for code in names],
            [self.tables[name].find(co.claim)[0] for name in names.values()],
            0,
        )
        return np.asarray(early * rate, np.int64)

    def bonus(self, run: Run, co: Cohort, late: Int) -> Int:
        """APG 5(4): by the month after the standard age, at most 15.3 per cent."""
        each = self.tables["late_bonus"].at(co.claim, run, late > 0)
        return np.asarray(
            np.minimum(late * each, self.tables["late_most"].find(co.claim)[0]), np.int64
        )

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """883/2004 art. 56(1)(a): the account knows no longest period."""
        return np.zeros(run.n, np.int64) if name == "full_career" else None


def record_of(view: View) -> Record:
    if not isinstance(view.own, Record):
        raise TypeError("at-apg needs its own record")
    return view.own
