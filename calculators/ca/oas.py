"""Canada: Old Age Security pension (Old Age Security Act, Part I). Amounts by quarter: oas.yaml.

Residence after 18 is counted to the day and cut to whole years (s. 3(4)); foreign periods under an
agreement open the right (s. 40(1)(d)). The amount is so many fortieths of the full pension, of own
years, or of all years where a text takes a share of a theoretical amount: own fortieths shared once
more would count the same years twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.residence import MONTH_DAYS, Spans, Stay, short_of, spans_of, stay
from portability.dates import NODATE, add_months, add_years, day, first_day, month_of
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

ACT = "https://laws-lois.justice.gc.ca/eng/acts/O-9/"
REGS = "https://laws-lois.justice.gc.ca/eng/regulations/C.R.C.,_c._1246/"

RESIDENCE = Step("residence_months", "month", "Old Age Security Act s. 3(2)(b), 9(2), (4)", ACT,
                 own="month", foreign="month", required="month")
FULL = Step("full_pension", "CAD cent", "Old Age Security Act s. 7(1)-(4)", ACT)
FULL_75 = Step("full_pension_75", "CAD cent", "Old Age Security Act s. 7(5)", ACT, full="CAD cent")
YEARS = Step("years", "year", "Old Age Security Act s. 3(3), (4)", ACT, months="month")
YEARS_FIRST = Step("years_when_first_qualified", "year", "Old Age Security Act s. 7.1(2)", ACT,
                   months="month")
DEFERRED = Step("months_deferred", "month", "Old Age Security Act s. 7.1(1), (2), (4)", ACT)
INCREASED = Step("deferred_pension_per_month", "CAD cent", "Old Age Security Act s. 7.1(1)-(3)",
                 ACT,
                 full="CAD cent", fortieths="year", months="month")
PARTIAL = Step("partial_pension_per_month", "CAD cent",
               "Old Age Security Act s. 3(3); Old Age Security Regulations s. 7", REGS,
               full="CAD cent", fortieths="year")
PENSION = Step("pension_per_month", "CAD cent", "Old Age Security Act s. 7.1(3)", ACT)

PARTIAL_HOME, PARTIAL_ABROAD, FULL_1977 = 1, 2, 3
IN_CANADA, ABROAD, WHOLE = 120, 240, 480  # s. 3(2)(b); s. 9(2), (4); s. 3(1)(c)
JULY_1977 = day("1977-07-01")  # s. 3(1)(b)(i)
DEFERRAL_FROM = int(month_of(day("2013-07-01")))  # s. 7.1(4)(a)


class Oas(Scheme):
    """Old Age Security pension; unit: month of residence in Canada after the 18th birthday."""

    steps = (RESIDENCE, FULL, FULL_75, YEARS, YEARS_FIRST, DEFERRED, INCREASED, PARTIAL, PENSION)
    bases = ("own", "theoretical")
    variants = {1: "partial or full pension, resident in Canada",
                2: "partial or full pension, abroad",
                3: "full pension of those 25 or older on 1 July 1977"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """s. 3(2)(b), (3): residence after attaining 18 and before the day of the claim."""
        adult, claim = add_years(co.born, 18), co.claim.astype(np.int64)
        spans = spans_of(len(co), rows)
        made = stay(len(co), rows, years, adult, claim, spans=spans)
        home = spans.clipped(adult, claim)
        day_65 = np.minimum(add_years(co.born, 65), claim)
        made.sums = {
            "at_65": home.clipped(adult, day_65).months(),
            "loose": home.total(short_of(home.completed()[1], "down")),
            "day_120": home.reached(IN_CANADA), "day_240": home.reached(ABROAD),
            "day_480": home.reached(WHOLE),
            "full_now": full_1977(co, home, adult, claim).astype(np.int64),
            "full_at_65": full_1977(co, home, adult, day_65).astype(np.int64)}
        return made

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 3(1), (2) and 9: ten years for payment in Canada, twenty for payment abroad."""
        own, counted = view.own.total(), view.units("theoretical")
        resident = co.lives_in(self.country)
        aged = month_of(co.claim) >= month_65(co)
        run.lacks(aged & (co.residence < 0) & (counted >= IN_CANADA) & (counted < ABROAD),
                  "fact_missing", fact="residence", cite="Old Age Security Act s. 9")
        full = (sums(view, "full_now") == 1) & (resident | (own >= ABROAD))
        required = np.where(resident, IN_CANADA, ABROAD)
        enough = full | (counted >= required)
        variant = np.select([full & aged, enough & aged & resident, enough & aged],
                            [FULL_1977, PARTIAL_HOME, PARTIAL_ABROAD], 0)
        run.trace(RESIDENCE, counted, own=own, foreign=view.foreign(), required=required)
        opens = first_day(month_65(co) + 1)  # s. 8: the first month after 65 is attained
        return Qualification(variant > 0, own, counted, required, variant,
                             np.select([variant == FULL_1977, variant > 0], [2, 1], 0),
                             start=np.maximum(co.claim, opens),
                             earliest=np.where(enough, opens, NODATE))

    def accrue(self, run: Run, co: Cohort, view: View, qual: Qualification, component: str,
               basis: str) -> Quantity:
        """s. 3(3), 7 and 7.1(3): the greatest of the three pensions of the month. Foreign time
        counts for a theoretical amount alone, which a text then shares: Canada's own agreements
        take none."""
        start = qual.start if qual.start is not None else co.claim.astype(np.int64)
        month = month_of(start)
        full = run.step(FULL, lambda: self.tables["full_pension"].at(
            month // 12 * 100 + month % 12 // 3 * 3 + 1, run, need=qual.met))
        older = self.older(co, month)
        full_75 = run.step(FULL_75, lambda: mul_div(full, older, 100, "half_up"), when=older > 100,
                           full=full)
        shared = basis == "theoretical"
        months = view.units("theoretical") if shared else view.own.total()
        if shared:
            run.lacks((month > month_65(co) + 1) & (view.foreign() > 0), "rule_unknown",
                      what="deferral of a theoretical pension",
                      cite="Old Age Security Act s. 7.1(1)-(3)")
        self.doubtful(run, view, view.own.total())
        years = run.step(YEARS, lambda: np.minimum(months // 12, 40), months=months)
        whole = (qual.variant == FULL_1977) | (years >= 40)
        plain = mul_div(full_75, np.where(whole, 40, years), 40, "half_up")
        run.trace(PARTIAL, plain, full=full_75, fortieths=years, when=~whole)
        best = np.maximum(plain, self.deferred(run, co, view, qual, full, older, month, years))
        run.trace(PENSION, best)
        return Quantity(best, "CAD cent")

    def payable(self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View,
                qual: Qualification) -> Amounts:
        """The monthly amount; Canada's agreements take no fraction beyond the fortieths."""
        return Amounts(parts["amount"], self.currency, "month", qual.start)

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """Forty years of residence make a full pension (s. 3(1)(c))."""
        return np.full(run.n, WHOLE) if name == "full_career" else None

    def older(self, co: Cohort, month: Int) -> Int:
        """s. 7(5), 7.1(5), (6): percent of the pension from the month after 75; int64[n], 100 or
        110."""
        rate = self.tables["increase_at_75"].at(first_day(month))
        return np.asarray(100 + np.where(month > month_65(co) + 120, rate, 0))

    def doubtful(self, run: Run, view: View, months: Int) -> None:
        """The Act does not say how days of several stays make months: unknown where it decides the
        year."""
        loose = sums(view, "loose")
        base = months - loose // MONTH_DAYS
        run.lacks((base + loose // 28) // 12 != (base + loose // 31) // 12, "rule_unknown",
                  what="days of several stays", cite="Old Age Security Act s. 3(4)")

    def deferred(self, run: Run, co: Cohort, view: View, qual: Qualification, full: Int, older: Int,
                 month: Int, years: Int) -> Int:
        """s. 7.1: 0.6 % a month from the month after the person qualified, not past 70; int64[n]
        cents, 0 none."""
        late = month > month_65(co) + 1
        own, required = sums(view, "at_65"), qual.required
        at_65 = own + foreign_before_65(co, view)
        certified = view.own.undated > sums(view, "loose") // MONTH_DAYS * 1000
        given = run.given(YEARS_FIRST)
        run.lacks(late & certified & ~given, "period_dates_missing", fact=YEARS_FIRST.key,
                  cite=YEARS_FIRST.cite)
        reach_day = np.where(required == IN_CANADA, sums(view, "day_120"), sums(view, "day_240"))
        reach = month_of(reach_day)
        then = given | (at_65 >= required)
        run.lacks(late & ~then & (view.foreign() > 0) & (view.own.total() < required),
                  "rule_unknown",
                  what="month in which foreign periods first opened the right",
                  cite=YEARS_FIRST.cite)
        since = np.where(then, month_65(co), np.maximum(reach, month_65(co)))
        loose = (sums(view, "loose") > 0) & late
        for day_, who in ((reach_day, ~then), (sums(view, "day_480"), years >= 40)):
            run.lacks(loose & who & (month_of(day_ - 2) != month_of(day_ + 2)), "rule_unknown",
                      what="days of several stays", cite=YEARS_FIRST.cite)
        first = run.step(YEARS_FIRST, lambda: np.minimum(np.where(then, own, required) // 12, 40),
                         when=late, months=own)
        k = self.counted_months(co, since, month)
        partial = self.increased(run, full, first, k, older, late & (k > 0))
        turned = np.where(sums(view, "full_at_65") == 1, month_65(co),
                          month_of(sums(view, "day_480")))
        run.lacks(late & (qual.variant == FULL_1977) & (sums(view, "full_at_65") == 0),
                  "rule_unknown",
                  what="month in which s. 3(1)(b) was first met",
                  cite="Old Age Security Act s. 7.1(1)")
        k_full = self.counted_months(co, np.maximum(turned, month_65(co)), month)
        whole = late & (k_full > 0) & ((qual.variant == FULL_1977) | (years >= 40)) & ~certified
        return np.maximum(partial, self.increased(run, full, np.full(run.n, 40), k_full, older,
                                                  whole))

    def counted_months(self, co: Cohort, since: Int, month: Int) -> Int:
        """s. 7.1(1), (2), (4): months after `since` up to the month of approval, the one before
        payment."""
        first = np.maximum(since + 1, DEFERRAL_FROM)
        return np.asarray(np.maximum(np.minimum(month - 1, month_65(co) + 60) - first + 1, 0))

    def increased(self, run: Run, full: Int, years: Int, k: Int, older: Int,
                  when: NDArray[np.bool_]) -> Int:
        """s. 7.1(1)-(2), Regs s. 7, 8(2): one rounding; then the increase at 75 (s. 7.1(5),
        (6))."""
        rate = self.tables["deferral_rate"].values[-1]
        grown = mul_div(full * years, 1000 + rate * k, 40_000, "half_up")
        out = np.where(when, mul_div(grown, older, 100, "half_up"), 0)
        run.trace(DEFERRED, k, when=when)
        run.trace(INCREASED, out, full=full, fortieths=years, months=k, when=when)
        return out


def month_65(co: Cohort) -> Int:
    """Month in which 65 is attained: int64[n]."""
    return np.asarray(month_of(co.born) + 780)


def sums(view: View, name: str) -> Int:
    """A sum that credit took from the exact days of residence: int64[n]."""
    own = view.own
    return own.sums[name] if isinstance(own, Stay) else np.zeros(len(own.undated), np.int64)


def foreign_before_65(co: Cohort, view: View) -> Int:
    """Foreign months between 18 and 65: int64[n]."""
    first, last = month_of(co.born) + 216, month_65(co)
    return np.asarray(view.within(first, last) - view.own.window(first, last).by_year.sum(axis=1))


def full_1977(co: Cohort, home: Spans, adult: Int, end: Int) -> NDArray[np.bool_]:
    """s. 3(1)(b): 25 on 1 July 1977 with residence then or before, and the ten years before `end`
    (days).

    Absence in those ten years is made good three times by earlier presence; the last year must be
    whole.
    """
    old = add_years(co.born, 25) <= JULY_1977
    if not old.any():
        return np.zeros(len(co), np.bool_)
    low = add_months(end, -120)
    year = add_months(end, -12)
    absent = end - low - home.clipped(low, end).days()
    earlier = home.clipped(adult, low).days()
    last_year = home.clipped(year, end).days() == end - year
    there = home.clipped(adult, np.full(len(co), JULY_1977 + 1)).days() > 0
    return np.asarray(old & there & ((absent == 0) | ((earlier >= 3 * absent) & last_year)))
