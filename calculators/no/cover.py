"""Norway: disability benefit (chapter 12) and benefits to survivors since 2024 (chapters 17 and
18).

Both measure the trygdetid with future time, up to the end of the year of 66; a pro rata shortens it
as in old age.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calculators.no import earning
from calculators.no.chapters import FULL_YEARS, Chapters
from calculators.no.earning import LAW, MICRO
from calculators.no.levels import SINGLE, SITUATION
from calculators.residence import Stay
from portability.cohort import INVALIDITY, Cohort, Family
from portability.dates import NODATE, add_months, add_years, age_months, first_day, month_of
from portability.exact import div, mul_div
from portability.scheme import QUALIFYING, Award, Int, Qualification, Run, Step, View

Bool = NDArray[np.bool_]

RECENT = Step("membership_last_five_years", "month", "folketrygdloven § 12-2, 17-2, 18-2", LAW)
EARNING_TIME = Step("earning_period_months", "month", "folketrygdloven § 12-12(3)", LAW)
FUTURE = Step("future_months", "month", "folketrygdloven § 3-7, 12-12(3)", LAW, actual="month",
              earning="month")
DEGREE = Step("disability_degree", "1e-2", "folketrygdloven § 12-7, 12-10", LAW)
INCOME_BASE = Step("beregningsgrunnlag", "1e-6 NOK", "folketrygdloven § 12-11", LAW)
MULTIPLE = Step("minimum_multiple", "1e-3", "folketrygdloven § 12-13(2), (3)", LAW)
YOUNG = Step("young_disabled", "1", "folketrygdloven § 12-13(3)", LAW)
BENEFIT_YEAR = Step("uforetrygd_year", "NOK", "folketrygdloven § 12-13", LAW, by_income="1e-6 NOK",
                    least="1e-6 NOK")
BENEFIT_MONTH = Step("uforetrygd_month", "NOK", "folketrygdloven § 12-13", LAW)
CHILD_MONTH = Step("barnepensjon_month", "NOK", "folketrygdloven § 18-5", LAW)
SPOUSE_MONTH = Step("omstillingsstonad_month", "NOK", "folketrygdloven § 17-6", LAW)
STEPS = (RECENT, EARNING_TIME, FUTURE, DEGREE, INCOME_BASE, MULTIPLE, YOUNG, BENEFIT_YEAR,
         BENEFIT_MONTH, CHILD_MONTH,
         SPOUSE_MONTH)

FIVE_YEARS, ONE_YEAR = 60, 12  # § 12-2, 17-2, 18-2
AGE_18, AGE_20, AGE_26, AGE_67 = 216, 240, 312, 804  # § 12-4, 18-4, 12-2(2), 12-4
TWENTY_YEARS = 240  # § 17-3, 18-3
SINCE_2024 = 2024 * 12  # chapters 17 and 18 as they stand
ENOUGH_FOR_ALL = 2959  # § 12-13(3): no minimum is above 2.959 G
DISABLED, SURVIVED = 4, 5


class Cover(Chapters):
    """What is due before old age and after death, on the record of one person."""

    def future(self, run: Run, co: Cohort, actual: Int) -> Int:
        """§ 12-12(3): from the event to the end of the year of 66; if under 4/5 of the time since
        16 was insured,
        forty years less 4/5 of that time; int64[n] months."""
        event = co.risk.astype(np.int64)
        earning_time = np.maximum(age_months(add_years(co.born, 16),
                                             first_day(month_of(event)) - 1), 0)
        end = first_day((earning.year_born(co.born) + 67) * 12)
        full = np.maximum(month_of(end) - month_of(event), 0)
        full = full + np.where(add_months(event, full) < end, 1, 0) - np.where(
            add_months(event, np.maximum(full - 1, 0)) >= end, 1, 0)
        short = actual * 5 < earning_time * 4
        reduced = np.maximum(FULL_YEARS * 12 - div(earning_time * 4, 5, "half_up"), 0)
        made = np.where(event < end, np.where(short, reduced, full), 0)
        run.trace(EARNING_TIME, earning_time)
        run.trace(FUTURE, made, actual=actual, earning=earning_time)
        return made

    def covered(self, run: Run, co: Cohort, view: View) -> Qualification:
        """§ 12-2, 12-4, 17-2, 18-2: member in the last five years, or the exceptions for the young
        and the settled."""
        own, counted = view.own.total(), view.units("theoretical")
        event = month_of(co.risk)
        told = kept(view, "touched_60") + view.within(event - FIVE_YEARS, event) - view.own.window(
            event - FIVE_YEARS, event).by_year.sum(axis=1)
        recent = np.minimum(told, FIVE_YEARS)
        member = kept(view, "member") == 1
        age = age_months(co.born, co.risk)
        since_16 = np.maximum(age - 192, 0)
        young = member & ((age < AGE_26) | (since_16 - counted <= FIVE_YEARS))
        certified, given = run.fact(QUALIFYING)
        met = np.where(given, counted >= certified, (recent >= FIVE_YEARS) | young)
        run.lacks(~given & ~met & view.undated(), "period_dates_missing", cite=RECENT.cite)
        run.lacks(~given & ~met & member, "rule_unknown",
                  what="exception for benefits earned before",
                  cite="folketrygdloven § 12-2(3), 17-2(6), 18-2(6)")
        if co.branch == INVALIDITY:
            at = age_months(co.born, co.claim)
            met = met & (at >= AGE_18) & (at < AGE_67)
            degree, known = run.fact(DEGREE)
            run.lacks(met & known & (degree >= 40) & (degree < 50), "rule_unknown",
                      what="40 per cent after arbeidsavklaringspenger", cite=DEGREE.cite)
            met = met & (~known | (degree >= 50))
        run.trace(RECENT, recent)
        required = np.where(given, certified, FIVE_YEARS)
        variant = np.where(met, DISABLED if co.branch == INVALIDITY else SURVIVED, 0)
        return Qualification(met, own, counted, required, variant, met.astype(np.int64))

    def disability(self, run: Run, co: Cohort, view: View, tt: Int, need: Bool) -> Int:
        """§ 12-11, 12-13: 66 per cent of the mean of the three best of five years, at least the
        minimum: kroner a
        month; int64[n]. The year is rounded to whole kroner before it is divided."""
        degree, _ = run.fact(DEGREE, need)
        base = self.base(run, co, need)
        mean = run.step(INCOME_BASE, lambda: self.best_years(run, co, view, base,
                                                             need & ~run.given(INCOME_BASE)))
        by_income = mul_div(mean, 66, 100, "half_up")
        least = self.least(run, co, base, by_income, need)
        whole = mul_div(np.maximum(by_income, least), degree, 100, "half_up")
        year = div(mul_div(whole, tt, FULL_YEARS * MICRO, "half_up"), MICRO, "half_up")
        run.trace(BENEFIT_YEAR, year, by_income=by_income, least=least)
        month = div(year, 12, "half_up")
        run.trace(BENEFIT_MONTH, month)
        return month

    def least(self, run: Run, co: Cohort, base: Int, by_income: Int, need: Bool) -> Int:
        """§ 12-13(2), (3): the minimum as a multiple of the base amount: int64[n], 1e-6 NOK."""
        asked = need & (by_income < base * ENOUGH_FOR_ALL * (MICRO // 1000)) & ~run.given(MULTIPLE)
        situation, _ = run.fact(SITUATION, asked)
        before_26 = age_months(co.born, co.risk) < AGE_26
        early, _ = run.fact(YOUNG, asked & before_26)
        names = (("minimum_couple", "minimum_alone"),
                 ("minimum_young_couple", "minimum_young_alone"))
        out = np.zeros(run.n, np.int64)
        for number, pair in enumerate(names):
            for name, mine in zip(pair, (situation != SINGLE, situation == SINGLE), strict=True):
                who = mine & ((early > 0) == bool(number))
                out = np.where(who, self.tables[name].at(co.claim, run, asked & who), out)
        multiple = run.step(MULTIPLE, lambda: out)
        return mul_div(base * (MICRO // 1000), multiple, 1)

    def best_years(self, run: Run, co: Cohort, view: View, base: Int, need: Bool) -> Int:
        """§ 12-11: income of the five years before the event, each up to 6 G and raised to the base
        amount of the
        claim; mean of the three best: int64[n], 1e-6 NOK."""
        years = view.own.years.astype(np.int64)
        year = month_of(co.risk)[:, None] // 12
        inside = (years[None, :] >= year - 5) & (years[None, :] < year)
        income = np.where(inside, earning.whole_kroner(view.own.earnings), 0)
        average = self.tables["average_base_amount"].row(years, run,
                                                         (income > 0) & need[:, None])[None, :]
        capped = np.minimum(income, 6 * average)
        raised = mul_div(capped * MICRO, base[:, None], np.maximum(average, 1), "half_up")
        best = -np.sort(-raised, axis=1)[:, :3]
        run.lacks(need & (income.sum(axis=1) == 0), "fact_missing", fact=INCOME_BASE.key,
                  cite=INCOME_BASE.cite)
        return div(best.sum(axis=1), 3, "half_up")

    def bereaved(self, run: Run, co: Cohort, fam: Family, flat: Int, own: Int) -> Award:
        """§ 17-4, 17-6, 18-4, 18-5: 1 G for each child under 20, 2.25 G for the survivor, by
        trygdetid over 40."""
        tt = flat[fam.person]
        event = co.risk.astype(np.int64)[fam.person]
        claim = np.maximum(fam.claim, first_day(month_of(event) + 1))
        child, spouse = fam.is_("child"), fam.is_("spouse") | fam.is_("partner")
        run.lacks(month_of(event) < SINCE_2024, "rule_unknown", what="deaths before 2024",
                  cite="folketrygdloven chapters 17 and 18")
        base = self.tables["base_amount"].at(claim, run)
        both = child & fam.has("orphan")
        run.lacks(both & (tt < FULL_YEARS * MICRO), "rule_unknown",
                  what="trygdetid of the other parent",
                  cite=CHILD_MONTH.cite)
        places = [co.countries.index(self.country)] if self.country in co.countries else []
        outside = ~np.isin(fam.residence, places) & (own[fam.person] < TWENTY_YEARS)
        run.lacks(outside & (run.route == "national") & (child | spouse), "rule_unknown",
                  what="claimant outside Norway", cite="folketrygdloven § 17-3, 18-3")
        times = np.where(child & ~both, 100, 225)
        month = div(mul_div(base * times, tt, 100 * FULL_YEARS), 12 * MICRO, "half_up")
        month = np.where(child | spouse, month, 0)
        cared = fam.has("in_care") | (fam.total(child.astype(np.int64)) > 0)[fam.person]
        married = (fam.since != NODATE) & (add_years(np.where(fam.since == NODATE, event,
                                                              fam.since), 5) <= event)
        run.lacks(spouse & ~cared & (fam.since == NODATE), "fact_missing", fact="since",
                  cite="folketrygdloven § 17-4")
        run.lacks(spouse, "fact_missing", fact="income of the survivor",
                  cite="folketrygdloven § 17-9")
        young = age_months(fam.born, claim) < AGE_20
        run.trace(CHILD_MONTH, month, when=child)
        run.trace(SPOUSE_MONTH, month, when=spouse)
        met = (child & young) | (spouse & (cared | married))
        return Award(met, np.where(met, month * 100, 0), self.currency, "month", claim)


def kept(view: View, name: str) -> Int:
    """A sum that credit took from the days of membership: int64[n]."""
    own = view.own
    return own.sums[name] if isinstance(own, Stay) else np.zeros(len(own.undated), np.int64)
