"""Australia: Age Pension (Social Security Act 1991, Part 2.2). Rates and thresholds: age.yaml.

Residence opens the right; the amount is the full rate cut by the income and the assets test.
Abroad, and under an
agreement, that rate is multiplied by months of Australian working life residence (16 to pension
age) over 420:
an agreement says so in its own file, so `own` here is working life residence. What somebody earns
and owns is a fact; without
it only the maximum rate is known.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.residence import MONTH_DAYS, Stay, short_of, spans_of, stay
from portability.dates import NODATE, add_months, add_years, day_in_month, month_of
from portability.exact import div, mul_div
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
GUIDE = "https://guides.dss.gov.au/social-security-guide/"
ACT = "http://www5.austlii.edu.au/au/legis/cth/consol_act/ssa1991186/"
CLAIM = ("https://servicesaustralia.gov.au/individuals/services/centrelink/age-pension/"
         "who-can-get-it/residence-rules")

RESIDENCE = Step("residence_months", "month", "Social Security Act 1991 s. 7(5), 43(1)", ACT,
                 longest="month", foreign="month")
AWLR = Step("awlr_months", "month", "Social Security Guide 1.1.A.340, 7.2.2.40",
            GUIDE + "1/1/a/340")
PARTNERED = Step("partnered", "1", "Social Security Act 1991 s. 4(2), 1064-B1", ACT)
MAXIMUM = Step("maximum_rate", "AUD cent", "Social Security Act 1991 s. 1064-A1, 1064-B1", ACT)
FOREIGN = Step("foreign_pension_counted", "AUD cent",
               "Social Security Act 1991 s. 1064-E1; the agreement's "
               "share of working life residence", ACT)
INCOME = Step("ordinary_income", "AUD cent", "Social Security Act 1991 s. 1064-E1", ACT)
ASSETS = Step("assessable_assets", "AUD cent", "Social Security Act 1991 s. 1064-G1", ACT)
OWNER = Step("homeowner", "1", "Social Security Act 1991 s. 11(4), 1064-G3", ACT)
INCOME_RATE = Step("income_test_rate", "AUD cent", "Social Security Act 1991 s. 1064-E1", ACT,
                   income="AUD cent", free="AUD cent", maximum="AUD cent")
ASSETS_RATE = Step("assets_test_rate", "AUD cent", "Social Security Act 1991 s. 1064-G1", ACT,
                   assets="AUD cent", free="AUD", maximum="AUD cent")
DOMESTIC = Step("domestic_rate", "AUD cent", "Social Security Act 1991 s. 1064-A1", ACT,
                income_test="AUD cent", assets_test="AUD cent")

TEN_YEARS, FIVE_YEARS = 120, 60  # s. 7(5)
FORTNIGHTS = 26  # Social Security Guide 5.2.2.10: a fortnightly rate is the yearly one over 26
IN_AUSTRALIA, UNDER_AGREEMENT = 1, 2


class AgePension(Scheme):
    """Age Pension; unit: month of Australian working life residence."""

    steps = (RESIDENCE, AWLR, PARTNERED, MAXIMUM, FOREIGN, INCOME, ASSETS, OWNER, INCOME_RATE,
             ASSETS_RATE,
             DOMESTIC)
    # The rate does not depend on how long somebody lived here: it is the theoretical amount
    # as it is (Regulation 883/2004 Article 52(1)(b)(i)).
    bases = ("own", "theoretical", "minimum")
    variants = {1: "ten years of residence, claimed in Australia", 2: "under an agreement"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Guide 7.2.2.40: both end days count, 30 days left over are a month.

        Residence for the right (s. 7(5)) counts at any age up to the claim and is kept beside it;
        so is the month that the rate adds to whole ones (a certified sum stands as it is).
        """
        claim = co.claim.astype(np.int64)
        until = np.minimum(claim, add_months(co.born, self.pension_age(co)))
        spans = spans_of(len(co), rows)
        made = stay(len(co), rows, years, add_years(co.born, 16), until, "down", spans)
        inside = spans_of(len(co), rows.where(rows.credited < 0)).clipped(
            add_years(co.born, 16), until)
        rest = inside.completed()[1]  # 30 days are a month even at the end of one with 31
        short = div(inside.total(short_of(rest, "down")), MONTH_DAYS)
        made.undated = made.undated + THOUSAND * (div(inside.total(rest), MONTH_DAYS) - short)
        certified = np.bincount(rows.person[rows.credited >= 0], minlength=len(co)) > 0
        ever = spans.clipped(np.full(len(co), NODATE), claim)
        made.sums = {"residence": ever.months(), "longest": ever.longest(),
                     "extra": ((inside.days() > 0) & ~certified).astype(np.int64),
                     "undated": made.undated * (rows_without_dates(len(co), rows) > 0)}
        return made

    def pension_age(self, co: Cohort, run: Run | None = None) -> Int:
        """s. 23(5A)-(5D): months of age, by date of birth; int64[n]."""
        return self.tables["pension_age"].at(co.born, run)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 43(1), 7(5): ten years, five of them without a break, claimed in Australia; or an
        agreement."""
        own, foreign = view.own.total(), view.foreign()
        ever = np.maximum(kept(view, "residence") + kept(view, "undated") // 1000, own)
        longest = kept(view, "longest")
        aged = co.claim >= add_months(co.born, self.pension_age(co, run))
        loose = (kept(view, "undated") > 0) & (ever >= TEN_YEARS) & (longest < FIVE_YEARS)
        agreed = np.full(run.n, run.route != "national")
        at_home = co.lives_in(self.country)
        run.lacks(aged & (co.residence < 0) & ~agreed & (ever >= TEN_YEARS), "fact_missing",
                  fact="residence", cite="Social Security (Administration) Act 1999 s. 29")
        run.lacks(aged & loose & ~agreed, "period_dates_missing", cite=RESIDENCE.cite)
        alone = (ever >= TEN_YEARS) & ((longest >= FIVE_YEARS) | loose) & at_home
        counted = np.where(agreed, ever + foreign, ever)
        variant = np.select([alone & aged, agreed & aged & (counted >= TEN_YEARS)],
                            [IN_AUSTRALIA, UNDER_AGREEMENT], 0)
        run.trace(RESIDENCE, ever, longest=longest, foreign=foreign)
        run.trace(AWLR, self.working_life(view))
        required = np.full(run.n, TEN_YEARS)
        opens = add_months(co.born, self.pension_age(co))
        return Qualification(variant > 0, own, counted, required, variant,
                             np.select([variant == IN_AUSTRALIA, variant > 0], [2, 1], 0),
                             earliest=np.where(alone | (agreed & (counted >= TEN_YEARS)), opens,
                                               NODATE))

    def accrue(self, run: Run, co: Cohort, view: View, qual: Qualification, component: str,
               basis: str) -> Quantity:
        """s. 1064-A1: the maximum rate less the income test or the assets test, whichever takes
        more."""
        need = qual.met & ~run.given(DOMESTIC)
        partnered, _ = run.fact(PARTNERED, need & ~run.given(MAXIMUM))
        maximum = run.step(MAXIMUM, lambda: self.maximum(run, co, partnered > 0, need))
        income_test = self.income_test(run, co, partnered > 0, maximum, need)
        assets_test = self.assets_test(run, co, partnered > 0, maximum, need)
        rate = run.step(DOMESTIC, lambda: np.minimum(income_test, assets_test),
                        income_test=income_test, assets_test=assets_test)
        return Quantity(rate, "AUD cent")

    def payable(self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View,
                qual: Qualification) -> Amounts:
        """A fortnight."""
        return Amounts(parts["amount"], self.currency, "fortnight")

    def working_life(self, view: View) -> Int:
        """Guide 1.1.A.340, 10.1.9.40: whole months of working life residence plus one."""
        return np.asarray(view.own.total() + kept(view, "extra"))

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """The months an agreement's rate counts; None: not regulated."""
        return self.working_life(view) if name == "working_life" else None

    def amount_term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """The maximum rate, for agreements that deduct the other state's benefit from it."""
        if name != "maximum_rate":
            return None
        partnered, given = run.fact(PARTNERED, np.ones(run.n, np.bool_))
        return self.maximum(run, co, partnered > 0, given)

    def maximum(self, run: Run, co: Cohort, partnered: Bool, need: Bool) -> Int:
        """Rate of the half-year; outside Australia the basic amount of the supplement only:
        int64[n] cents."""
        key = half_year(co)
        home = co.lives_in(self.country)
        out = np.zeros(run.n, np.int64)
        for name, who in (("maximum_single", home & ~partnered),
                          ("maximum_partnered", home & partnered),
                          ("abroad_single", ~home & ~partnered),
                          ("abroad_partnered", ~home & partnered)):
            out = np.where(who, self.tables[name].at(key, run, need & who), out)
        return out

    def income_test(self, run: Run, co: Cohort, partnered: Bool, maximum: Int, need: Bool) -> Int:
        """s. 1064-E: income of a couple is taken together and each loses half: int64[n] cents."""
        certified = run.given(INCOME_RATE)
        income, given = run.fact(INCOME, need & ~certified)
        if run.income is not None:  # pensions of other states, as far as an agreement counts them
            income = income + run.income
        if run.income is not None:  # a year, as the agreement counts it
            run.trace(FOREIGN, run.income)
            income = income + div(run.income, FORTNIGHTS, "half_up")
        asked = need & given & ~certified & (income > 0)
        free = self.by_july(run, co, ("free_income_single", "free_income_couple"), partnered, asked)
        taper = self.tables["income_taper"].at(co.claim, run, asked)
        over = np.maximum(income - free, 0)
        cut = mul_div(over, taper, np.where(partnered, 200, 100), "half_up")
        return np.asarray(run.step(INCOME_RATE, lambda: np.maximum(maximum - cut, 0), income=income,
                                   free=free, maximum=maximum))

    def assets_test(self, run: Run, co: Cohort, partnered: Bool, maximum: Int, need: Bool) -> Int:
        """s. 1064-G: whole 1,000 dollars above the limit; a couple's assets are taken together."""
        certified = run.given(ASSETS_RATE)
        assets, given = run.fact(ASSETS, need & ~certified)
        owner, owner_given = run.fact(OWNER, need & ~certified)
        asked = need & given & owner_given & ~certified & (assets > 0)
        names = ("free_assets_single_owner", "free_assets_couple_owner")
        others = ("free_assets_single_other", "free_assets_couple_other")
        free = np.where(owner > 0, self.by_july(run, co, names, partnered, asked & (owner > 0)),
                        self.by_july(run, co, others, partnered, asked & (owner == 0)))
        taper = self.tables["assets_taper"].at(co.claim, run, asked)
        over = div(np.maximum(assets - free * 100, 0), 100_000)
        cut = div(over * taper, np.where(partnered, 2, 1), "half_up")
        return np.asarray(run.step(ASSETS_RATE, lambda: np.maximum(maximum - cut, 0), assets=assets,
                                   free=free, maximum=maximum))

    def by_july(self, run: Run, co: Cohort, names: tuple[str, str], partnered: Bool,
                need: Bool) -> Int:
        """A threshold that changes on 1 July, (single, couple): int64[n]."""
        month = month_of(co.claim)
        key = month // 12 - (month % 12 < 6)
        single, couple = (self.tables[name].at(key, run, need & who)
                          for name, who in zip(names, (~partnered, partnered), strict=True))
        return np.where(partnered, couple, single)


def half_year(co: Cohort) -> Int:
    """Key of the half-year of 20 March or 20 September in which the claim falls: year * 100 +
    month."""
    month = month_of(co.claim)
    year, number = month // 12, month % 12 + 1
    reached = number * 100 + day_in_month(co.claim)
    return np.asarray(np.select([reached >= 920, reached >= 320], [year * 100 + 9, year * 100 + 3],
                                (year - 1) * 100 + 9))


def rows_without_dates(m: int, rows: RowSet) -> Int:
    """Number of certified sums without dates per person: int64[m]."""
    loose = (rows.start == NODATE) & (rows.credited >= 0) & (rows.status == 0)
    return np.bincount(rows.person[loose], minlength=m).astype(np.int64)


def kept(view: View, name: str) -> Int:
    """A sum that credit took from the exact days: int64[n]."""
    own = view.own
    return own.sums[name] if isinstance(own, Stay) else np.zeros(len(own.undated), np.int64)
