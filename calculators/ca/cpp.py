"""Canada Pension Plan: retirement, disability and survivors' pensions (R.S.C. 1985, c. C-8, Part
II).

Two components, because Canada's agreements treat them apart: `earnings` follows the contributor's
own earnings, `flat`
is the flat-rate part of disability and survivors' benefits, which an agreement prorates. A
retirement pension needs a
single contribution, so nothing is totalized there.

Each of the three parts of a pension (base, first and second additional) is rounded to the cent
before it enters a sum
or a percentage: only so the printed maximums of 2023-2026 come out (2023: 1,306.57 retirement;
2024: 1,606.78
disability).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.ca import cpp_earnings as earnings_of
from calculators.ca.cpp_earnings import (
    ACT,
    ADJUSTED,
    AYMPE,
    MICRO,
    UPE,
    Career,
    age_month,
    career,
    months_in,
)
from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS
from portability.coverage import credit_by_dates
from portability.dates import NODATE, first_day, month_of, year_of
from portability.exact import div, mul_div
from portability.scheme import (
    Amounts,
    Award,
    Cohort,
    Credited,
    Family,
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
Days = NDArray[np.int32] | NDArray[np.int64]
REGS = "https://laws-lois.justice.gc.ca/eng/regulations/C.R.C.,_c._385/"

CONTRIBUTED = Step("years_of_contribution", "year", "Canada Pension Plan s. 44, 52(3)", ACT,
                   counted="year", required="year")
CHILD_MONTHS = Step("family_allowance_months", "month", "Canada Pension Plan s. 49(d)", ACT)
PERIOD = Step("contributory_months", "month", "Canada Pension Plan s. 49", ACT)
DROPPED = Step("months_dropped", "month", "Canada Pension Plan s. 48(3), (4)", ACT,
               after_65="month")
AMPE = Step("average_monthly_pensionable_earnings", "1e-8 CAD", "Canada Pension Plan s. 48(1)", ACT,
            months="month")
FAMPE = Step("first_additional_monthly_pensionable_earnings", "1e-8 CAD",
             "Canada Pension Plan s. 48.1", ACT)
SAMPE = Step("second_additional_monthly_pensionable_earnings", "1e-8 CAD",
             "Canada Pension Plan s. 48.2", ACT)
BASE = Step("base_part", "CAD cent", "Canada Pension Plan s. 46(1)(a)", ACT, average="1e-8 CAD")
FIRST = Step("first_additional_part", "CAD cent", "Canada Pension Plan s. 46(1)(b)", ACT,
             average="1e-8 CAD")
SECOND = Step("second_additional_part", "CAD cent", "Canada Pension Plan s. 46(1)(c)", ACT,
              average="1e-8 CAD")
AT_65 = Step("pension_at_65", "CAD cent", "Canada Pension Plan s. 46(1)", ACT)
FACTOR = Step("adjustment_factor", "1e-4", "Canada Pension Plan Regulations s. 78.3, 78.4", REGS,
              months="month")
RETIREMENT = Step("retirement_pension", "CAD cent", "Canada Pension Plan s. 46(3.1)", ACT,
                  before="CAD cent", factor="1e-4")
CONTRIBUTOR = Step("contributors_retirement_pension", "CAD cent",
                   "Canada Pension Plan s. 58(3), (3.1), (3.4)", ACT)
FLAT = Step("flat_rate", "CAD cent", "Canada Pension Plan s. 56(2), 58(1.1)", ACT)
DISABILITY = Step("disability_pension", "CAD cent", "Canada Pension Plan s. 56(1)", ACT,
                  earnings="CAD cent", flat="CAD cent")
SURVIVOR = Step("survivors_pension", "CAD cent", "Canada Pension Plan s. 58(1)", ACT,
                percent="1e-3")
ORPHAN = Step("orphans_benefit", "CAD cent", "Canada Pension Plan s. 59", ACT)

BASIC_MONTHS = 120  # s. 42(1), 48(1)
LEAST = {OLD_AGE: BASIC_MONTHS, INVALIDITY: 48, SURVIVORS: 36}  # s. 48(1); 56(4)(b); 57(3)
# s. 46(1), hundredths of a percent
RATES = (("base", BASE, 25_00), ("first", FIRST, 8_33), ("second", SECOND, 33_33))
FIXED_MONTHS = 480  # s. 48.1, 48.2
ONE = 10**9  # scale of the flat part of a survivors' claim: the share an agreement pays of it
SINGLE, DISABLED_4, DISABLED_25, THIRD, TEN = 1, 2, 3, 4, 5
JANUARY_1987, JANUARY_1998, JANUARY_2019 = (y * 12 for y in (1987, 1998, 2019))


@define
class Portions:
    """The three parts of a retirement pension at 65, each in cents: int64[n]."""

    base: Int
    first: Int
    second: Int

    def percent(self, e3: Int) -> Int:
        """So many thousandths of each part, rounded part by part, summed: int64[n] cents."""
        return sum((mul_div(v, e3, 1000, "half_up") for v in (self.base, self.first, self.second)),
                   np.zeros_like(self.base))

    def grown(self, a: Int, b: Int) -> Portions:
        return Portions(*(mul_div(v, a, b, "half_up")
                          for v in (self.base, self.first, self.second)))

    def of(self, fam: Family) -> Portions:
        return Portions(*(v[fam.person] for v in (self.base, self.first, self.second)))


class Cpp(Scheme):
    """Canada Pension Plan; unit: calendar year with a base contribution."""

    relations = ("spouse", "partner", "child")

    steps = (CONTRIBUTED, CHILD_MONTHS, PERIOD, UPE, AYMPE, ADJUSTED, DROPPED, AMPE, FAMPE, SAMPE,
             BASE, FIRST, SECOND,
             AT_65, FACTOR, RETIREMENT, CONTRIBUTOR, FLAT, DISABILITY, SURVIVOR, ORPHAN)
    components = ("earnings", "flat")
    variants = {1: "one contribution", 2: "four of the last six years",
                3: "25 years, three of the last six",
                4: "one third of the contributory period", 5: "ten years"}

    def made_of(self, component: str, basis: str) -> bool:
        """The flat rate is the same for a short record and a long one; what earnings years abroad
        would have in the average of s. 48 no text says."""
        return component == "flat" or super().made_of(component, basis)

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """s. 52(3)(a), 44(2): a year counts if its earnings exceed (disability: reach) the basic
        exemption.

        A line without earnings is a certified year of contributions; nothing counts before 18 or
        before 1966.
        """
        m = len(co)
        made = credit_by_dates(m, rows, years, "year")
        told = (rows.earnings >= 0) & (rows.credited < 0)
        paid = made
        if not told.all():
            paid = credit_by_dates(m, rows.where(rows.earnings >= 0), years, "year")
        plain = credit_by_dates(m, rows.where((rows.earnings < 0) | (rows.credited >= 0)), years,
                                "year")
        # the month of the event is inside (s. 49(b))
        until = month_of(co.risk) + (co.branch != OLD_AGE)
        months = months_in(years.astype(np.int64), *earnings_of.period(co.born, until))
        enough = (months > 0) & (paid.earnings > 0) & self.above(co, paid.earnings, years, months)
        earned = (paid.by_year > 0) & enough
        made.by_year = np.where(months > 0, np.maximum(plain.by_year, earned), 0).astype(np.int64)
        made.undated = plain.undated
        return made

    def above(self, co: Cohort, earnings: Int, years: NDArray[np.int32], months: Int) -> Bool:
        """Earnings against the exemption of the year, in twelfths; s. 44(2) disregards the 3,500 of
        s. 20(2)."""
        if co.branch == INVALIDITY:
            tenth = self.tables["ympe"].row(years) // 100_000 * 10_000  # s. 20(1)
            return np.asarray(earnings * 12 >= tenth[None, :] * months)
        return np.asarray(earnings * 12 > self.tables["basic_exemption"].row(years)[None, :]
                          * months)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 44(1): retirement from 60; disability before 65; survivors on the deceased's
        contributions."""
        if co.branch == INVALIDITY:
            return self.disabled(run, co, view)
        if co.branch == SURVIVORS:
            return self.bereaved(run, co, view)
        own, counted = view.own.total(), view.units("theoretical")
        opens = age_month(co.born, 60)
        met = (own >= 1) & (month_of(co.claim) >= opens)
        run.trace(CONTRIBUTED, own, counted=counted, required=np.ones(run.n, np.int64))
        return Qualification(met, own, own, np.ones(run.n, np.int64), np.where(met, SINGLE, 0),
                             met.astype(np.int64),
                             earliest=np.where(own >= 1, first_day(opens), NODATE))

    def disabled(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 44(1)(b), (2)(a): four of the last six years, or 25 with three of the last six."""
        year, own, counted = year_of(co.risk), view.own.total(), view.units("theoretical")
        recent = view.within((year - 5) * 12, (year + 1) * 12)
        lacking = view.undated() & (recent < 4) & (counted >= 4)
        run.lacks(lacking, "period_dates_missing", cite=CONTRIBUTED.cite)
        young = month_of(co.risk) < age_month(co.born, 65)
        options = [young & (recent >= 4), young & (counted >= 25) & (recent >= 3)]
        variant = np.select(options, [DISABLED_4, DISABLED_25], 0)
        required = np.full(run.n, 4)
        run.trace(CONTRIBUTED, own, counted=recent, required=required)
        # s. 69: the fourth month after the month of disablement
        begins = first_day(month_of(co.risk) + 4)
        return Qualification(variant > 0, own, recent, required, variant,
                             (variant > 0).astype(np.int64),
                             start=np.maximum(co.claim, begins))

    def bereaved(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 44(3): one third of the years in the contributory period, at least three; or ten
        years."""
        own, counted = view.own.total(), view.units("theoretical")
        start, end = earnings_of.period(co.born, month_of(co.risk) + 1)
        last = (end - 1) // 12
        span = np.maximum(last - start // 12 + 1, 0)
        # s. 44(3)(a) names the year in which 65 is really reached
        year_65 = (month_of(co.born) + 780) // 12
        late = np.maximum(last - np.maximum(year_65, start // 12 - 1), 0)
        worked = np.where(view.own.years[None, :] > year_65[:, None], view.own.by_year > 0,
                          False).sum(axis=1)
        third = np.maximum(div(np.maximum(span - np.maximum(late - worked, 0), 0), 3, "up"), 3)
        variant = np.select([counted >= 10, counted >= third], [TEN, THIRD], 0)
        required = np.minimum(third, 10)
        run.trace(CONTRIBUTED, own, counted=counted, required=required)
        return Qualification(variant > 0, own, counted, required, variant,
                             (variant > 0).astype(np.int64),
                             start=np.maximum(co.claim, first_day(month_of(co.risk) + 1)))

    def accrue(self, run: Run, co: Cohort, view: View, qual: Qualification, component: str,
               basis: str) -> Quantity:
        """s. 46, 56, 58: the part that follows earnings, or the flat-rate part; foreign years enter
        neither."""
        if component == "flat":
            return self.flat(run, co, qual)
        parts = self.portions(run, co, view, qual)
        # s. 56(1)(b)
        whole = parts.percent(np.full(run.n, 750 if co.branch == INVALIDITY else 1000))
        if co.branch == SURVIVORS:
            return Quantity(run.step(CONTRIBUTOR, lambda: whole), "CAD cent")
        run.trace(AT_65, whole, when=co.branch == OLD_AGE)
        return Quantity(whole, "CAD cent")

    def flat(self, run: Run, co: Cohort, qual: Qualification) -> Quantity:
        """s. 56(2): the flat rate of the year; of a survivors' claim the share of it that is due
        (ONE = all)."""
        if co.branch == OLD_AGE:
            return Quantity(np.zeros(run.n, np.int64), "CAD cent")
        if co.branch == SURVIVORS:
            return Quantity(np.full(run.n, ONE), "1e-9")
        year = year_of(co.claim if qual.start is None else qual.start)
        table = self.tables["disability_flat_rate"]
        return Quantity(run.step(FLAT, lambda: table.at(year, run, qual.met)), "CAD cent")

    def portions(self, run: Run, co: Cohort, view: View, qual: Qualification) -> Portions:
        """s. 46(1), 56(3)-(3.2), 57(3), 58(3)-(3.6): the three averages and their percentages."""
        self.bounds(run, co, qual)
        begin: Days = co.claim if qual.start is None else qual.start
        ends = {OLD_AGE: month_of(begin), INVALIDITY: month_of(co.risk) + 1,
                SURVIVORS: month_of(co.risk) + 1}
        start, end = earnings_of.period(co.born, ends[co.branch])
        year = year_of(co.risk if co.branch == SURVIVORS else begin)  # s. 51(1) G; 57(3)(b)
        need = qual.met & ~run.given(CONTRIBUTOR)
        work = career(run, self.tables, co.born, view.own.earnings, view.own.years, start, end,
                      year, need)
        self.unearned(run, view, need)
        averages = {"base": self.average(run, co, work, end, begin, need),
                    "first": run.step(FAMPE, lambda: fixed(work.months, work.first)),
                    "second": run.step(SAMPE, lambda: fixed(work.months, work.second))}
        made = []
        for name, step, rate in RATES:
            part = mul_div(averages[name], rate, 10_000 * MICRO, "half_up")
            made.append(run.step(step, partial(np.copy, part), average=averages[name]))
        return Portions(*made)

    def bounds(self, run: Run, co: Cohort, qual: Qualification) -> None:
        """What this file does not carry: benefits before 1987, disability before 1998, survivors
        before 2019."""
        first = {OLD_AGE: JANUARY_1987, INVALIDITY: JANUARY_1998,
                 SURVIVORS: JANUARY_2019}[co.branch]
        run.lacks(month_of(co.claim) < first, "rule_unknown", what=f"benefits before {first // 12}",
                  cite="Canada Pension Plan s. 47, 56(4.1), 58(1)(a)")
        if co.branch == SURVIVORS:
            drawing = month_of(co.risk) >= age_month(co.born, 60)
            run.lacks(drawing & ~run.given(CONTRIBUTOR), "fact_missing", fact=CONTRIBUTOR.key,
                      cite=CONTRIBUTOR.cite)

    def unearned(self, run: Run, view: View, need: Bool) -> None:
        """Years of contributions without earnings leave the amount open."""
        blank = ((view.own.by_year > 0)
                 & (view.own.earnings <= 0)).any(axis=1) | (view.own.undated > 0)
        run.lacks(need & blank & ~run.given(AMPE), "fact_missing", fact="earnings", cite=UPE.cite)

    def average(self, run: Run, co: Cohort, work: Career, end: Int, begin: Days, need: Bool) -> Int:
        """s. 48(1)-(4), 56(4), 57(3): average of the months left after the drop-outs: int64[n],
        1e-8 CAD."""
        excluded, given = run.fact(CHILD_MONTHS)
        run.lacks(need & ~given & raised_children(co) & ~run.given(AMPE), "fact_missing",
                  fact=CHILD_MONTHS.key,
                  cite=CHILD_MONTHS.cite)
        least = LEAST[co.branch]
        n = np.maximum(work.total - excluded, 0)  # s. 49(d): such months have no earnings
        run.trace(PERIOD, n)
        after_65 = np.maximum(end - age_month(co.born, 65), 0)
        drop_65 = np.minimum(after_65, np.maximum(n - BASIC_MONTHS, 0))  # s. 48(3)(a)
        rest = n - drop_65
        rate = self.tables["drop_out"].at(begin, run, need)
        # s. 48(4)(a)
        general = np.minimum(mul_div(rest, rate, 100, "up"), np.maximum(rest - BASIC_MONTHS, 0))
        dropped = drop_65 + general
        run.trace(DROPPED, dropped, after_65=drop_65)
        months = np.maximum(n - dropped, least)
        return np.asarray(run.step(AMPE, lambda: div(work.kept(dropped + excluded), months,
                                                     "half_up"), months=months))

    def payable(self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View,
                qual: Qualification) -> Amounts:
        """s. 46(3.1): the retirement pension by age; s. 56(1): both parts of the disability
        pension."""
        begin = co.claim.astype(np.int64) if qual.start is None else qual.start
        if co.branch == OLD_AGE:
            factor = self.factor(run, co, begin, qual.met)
            v = mul_div(parts["earnings"], factor, 10_000, "half_up")
            run.trace(RETIREMENT, v, before=parts["earnings"], factor=factor)
            return Amounts(v, self.currency, "month", begin)
        v = parts["earnings"] + (parts["flat"] if co.branch == INVALIDITY else 0)
        run.trace(DISABILITY, v, earnings=parts["earnings"], flat=parts["flat"],
                  when=co.branch == INVALIDITY)
        return Amounts(v, self.currency, "month", begin)

    def factor(self, run: Run, co: Cohort, begin: Days, need: Bool) -> Int:
        """Regs s. 78.3, 78.4: ten-thousandths; at most 60 months either way."""
        moved = month_of(begin) - age_month(co.born, 65)
        early = self.tables["early_rate"].at(begin, run, need & (moved < 0))
        late = self.tables["late_rate"].at(begin, run, need & (moved > 0))
        months = np.minimum(np.abs(moved), 60)
        factor = 10_000 + np.where(moved < 0, -early, late) * months
        run.trace(FACTOR, factor, months=months)
        return np.asarray(factor)

    def award(self, run: Run, co: Cohort, fam: Family, parts: Mapping[str, Int],
              qual: Qualification,
              view: View) -> Award:
        """s. 58(1)(a.1), (b), 59: survivors under 65 the flat rate and 37.5 %, from 65 on 60 %;
        orphans a flat sum."""
        spouse, child = fam.is_("spouse") | fam.is_("partner"), fam.is_("child")
        begin = np.maximum(fam.claim, first_day(month_of(co.risk) + 1)[fam.person])
        age_65 = month_of(begin) >= age_month(fam.born, 65)
        year = year_of(begin)
        shared = parts["flat"][fam.person]
        flat_rate = self.tables["survivor_flat_rate"].at(year, run, spouse & ~age_65)
        flat = mul_div(flat_rate, shared, ONE, "half_up")
        orphan = mul_div(self.tables["child_benefit"].at(year, run, child), shared, ONE, "half_up")
        percent = np.where(age_65, 600, 375)
        follows = self.following(run, co, fam, parts, view, qual, percent, year)
        pension = follows + np.where(age_65, 0, flat)
        young = month_of(begin) < age_month(fam.born, 18)
        # s. 42(1) "dependent child"
        student = fam.has("student") & (month_of(begin) < age_month(fam.born, 25))
        met = spouse | (child & (young | student))
        run.lacks(spouse & (fam.own >= 0), "rule_unknown",
                  what="survivor with a pension of his own",
                  cite="Canada Pension Plan s. 58(2), (6)")
        v = np.where(spouse, pension, orphan)
        run.trace(SURVIVOR, pension, percent=percent, when=spouse)
        run.trace(ORPHAN, orphan, when=child)
        return Award(met, np.where(met, v, 0), self.currency, "month", begin)

    def following(self, run: Run, co: Cohort, fam: Family, parts: Mapping[str, Int], view: View,
                  qual: Qualification,
                  percent: Int, year: Int) -> Int:
        """s. 58(3): the share of the contributor's pension, grown by the Pension Index from death
        to the claim."""
        own = self.portions(Run(len(co), self.id, stage="amount"), co, view, qual)
        certified = parts["earnings"] != own.percent(np.full(len(co), 1000))
        zero = np.zeros(len(co), np.int64)
        base = Portions(np.where(certified, parts["earnings"], own.base),
                        np.where(certified, zero, own.first),
                        np.where(certified, zero, own.second)).of(fam)
        died = year_of(co.risk)[fam.person]
        index, later = self.tables["pension_index"], year > died
        below = np.where(later, np.maximum(index.at(died, run, later), 1), 1)
        # s. 43(2): never lower
        above = np.where(later, np.maximum(index.at(year, run, later), below), 1)
        return base.grown(above, below).percent(percent)


def fixed(months: Int, value: Int) -> Int:
    """s. 48.1, 48.2: the total over 480 months, whatever was worked: int64[n], 1e-8 CAD."""
    return div((months * value).sum(axis=1), FIXED_MONTHS, "half_up")


def raised_children(co: Cohort) -> Bool:
    """Children under seven since 1966 could make the person a family allowance recipient (s.
    42(1))."""
    person, born = co.children_of()
    out = np.zeros(len(co), np.bool_)
    out[person[month_of(born) + 84 > earnings_of.BEGIN]] = True
    return out
