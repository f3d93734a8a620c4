"""United Kingdom, State Pension: new State Pension (Pensions Act 2014), basic pension for pension
ages 2010-2016.

Parameters: nsp.yaml. A record of before 6 April 2016 enters through the starting amount fixed on
that day; it needs what HMRC knows of contracting out, so it is certified, or made from certified
parts, or the amount is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import SEXES
from portability.coverage import Credited, credit_by_dates, merged
from portability.dates import NODATE, add_months, day, day_in_month, first_day, month_of
from portability.exact import mul_div
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
ACT = "https://www.legislation.gov.uk/ukpga/2014/19/part/1"
GOV = "https://www.gov.uk/new-state-pension/how-its-calculated"
DEFER = "https://www.gov.uk/deferring-state-pension/what-you-get"
MALE, UNSPECIFIED = SEXES.index("male"), SEXES.index("unspecified")
NEW_RULES, BASIC_30 = (
    day("2016-04-06"),
    day("2010-04-06"),
)  # Pensions Act 2014 s. 1; Pensions Act 2007 s. 1
WEEKS = 52  # weeks of contributions or credits that make a year
NEW, BASIC = 1, 2

BEFORE = Step("qualifying_years_before_2016", "year", "Pensions Act 2014 s. 4", ACT)
AFTER = Step("qualifying_years_from_2016", "year", "Pensions Act 2014 s. 2", ACT)
YEARS = Step("qualifying_years", "year", "Pensions Act 2014 ss. 2, 4", ACT)
FULL = Step("full_rate", "GBP cent", "Pensions Act 2014 s. 3", ACT)
PER_YEAR = Step(
    "rate_per_year", "GBP cent", "Pensions Act 2014 s. 2(3): 1/35", GOV, full="GBP cent"
)
ADDITIONAL = Step(
    "additional_pension",
    "GBP cent",
    "Pensions Act 2014 sch. 1 para. 3: old rules, after deduction",
    ACT,
)
DEDUCTION = Step(
    "contracted_out_deduction", "GBP cent", "Pensions Act 2014 sch. 1 para. 5: 0 if never", ACT
)
STARTING = Step(
    "starting_amount", "GBP cent", "Pensions Act 2014 sch. 1: higher of old and new rules", ACT
)
WEEKLY = Step(
    "weekly_rate", "GBP cent", "Pensions Act 2014 ss. 2-5", GOV, full="GBP cent", qualifying="year"
)
INCREMENT = Step(
    "deferral_increment",
    "GBP cent",
    "Pensions Act 2014 s. 17: 1 % for 9 weeks",
    DEFER,
    weeks="week",
)


@define
class TaxYears(Credited):
    """The record with its qualifying tax years before and from 6 April 2016: int64[m] each."""

    before: Int = field(kw_only=True)
    after: Int = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> TaxYears:
        cut = Credited.take(self, idx)
        assert isinstance(cut, TaxYears)
        return evolve(cut, before=self.before[idx], after=self.after[idx])


def april(year: Any) -> Int:
    """6 April of a year."""
    return first_day(np.asarray(year, np.int64) * 12 + 3) + 5


class NewStatePension(Scheme):
    """Pensions Act 2014 ss. 1-5, 17; Pensions Act 1995 sch. 4."""

    steps = (
        BEFORE,
        AFTER,
        YEARS,
        FULL,
        PER_YEAR,
        ADDITIONAL,
        DEDUCTION,
        STARTING,
        WEEKLY,
        INCREMENT,
    )
    bases = ("own", "theoretical")
    variants: Mapping[int, str] = {NEW: "new_state_pension", BASIC: "basic_pension"}

    def pension_day(self, run: Run, co: Cohort) -> Int:
        """Pensions Act 1995 sch. 4: men born before 6 December 1953 at 65, else the later day."""
        age = add_months(co.born, self.tables["fixed_age"].at(co.born, run))
        written = self.tables["fixed_day"].at(co.born, run)
        month = np.where(written > 0, written // 10000 * 12 + written // 100 % 100 - 1, 0)
        fixed = first_day(month) + written % 100 - 1
        old_men = co.born < day("1953-12-06")
        run.lacks(
            old_men & (co.sex == UNSPECIFIED),
            "fact_missing",
            fact="sex",
            cite="Pensions Act 1995 sch. 4",
        )
        both = np.where(written > 0, np.maximum(age, fixed), age)
        return np.where(old_men & (co.sex == MALE), add_months(co.born, 780), both)

    # -- record

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Weeks by calendar year for treaties; beside them the qualifying tax years."""
        plain = credit_by_dates(len(co), rows, years, self.unit)
        before, after = self.tax_years(co, rows, years, self.pension_day(run, co))
        return TaxYears(
            plain.unit,
            plain.years,
            plain.by_year,
            plain.undated,
            plain.earnings,
            plain.months,
            plain.kinds,
            before=before,
            after=after,
        )

    def tax_years(
        self, co: Cohort, rows: RowSet, years: NDArray[np.int32], pension: Int
    ) -> tuple[Int, Int]:
        """52 weeks, or earnings of 52 lower earnings limits, in a tax year before pension age."""
        m = len(co)
        before, after = np.zeros(m, np.int64), np.zeros(m, np.int64)
        lines = rows.where(rows.status == 0)
        sums = self.certified_years(lines, before)
        spans = lines.where(
            (lines.start != NODATE) & (lines.end > lines.start) & (lines.credited < 0)
        )
        who, start, end = merged(spans.person, spans.start, spans.end)
        paid = lines.where((lines.start != NODATE) & (lines.earnings > 0))
        for year in range(int(years[0]) - 1, int(years[-1]) + 1):
            low, high = int(april(year)), int(april(year + 1))
            days = inside(m, who, start, end, low, high)
            weeks = days // 7 + sums.get(year, 0)
            limit, known = self.tables["lower_earnings_limit"].find(year)
            enough = known & (earned_inside(m, paid, low, high) >= WEEKS * limit)
            good = ((weeks >= WEEKS) | enough) & (high <= pension)
            before += good & (high <= NEW_RULES)
            after += good & (high > NEW_RULES)
        return before, after

    @staticmethod
    def certified_years(lines: RowSet, before: Int) -> dict[int, Int]:
        """Certified sums: within one tax year weeks of that year; over several, or undated, whole
        years of before.
        """
        out: dict[int, Int] = {}
        certified = lines.where(lines.credited >= 0)
        dated = certified.start != NODATE
        first = np.where(dated, tax_year(certified.start), 0)
        last = np.where(dated, tax_year(certified.end - 1), 1)
        single = dated & (first == last)
        np.add.at(before, certified.person[~single], certified.credited[~single] // (1000 * WEEKS))
        for year in np.unique(first[single]):
            chosen = single & (first == year)
            out[int(year)] = np.zeros(len(before), np.int64)
            np.add.at(out[int(year)], certified.person[chosen], certified.credited[chosen] // 1000)
        return out

    # -- right

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Ten qualifying years for the new, one for the basic pension; foreign weeks fill them."""
        pension, own, foreign = self.pension_day(run, co), view.own.total(), view.foreign()
        years = self.own_years(run, view)
        is_new, is_basic = pension >= NEW_RULES, (pension >= BASIC_30) & (pension < NEW_RULES)
        run.lacks(
            pension < BASIC_30,
            "rule_unknown",
            what="pension age before 6 April 2010",
            scheme=self.id,
        )
        required = np.where(
            is_new, 10 * WEEKS, WEEKS
        )  # Pensions Act 2014 s. 2(3) with SI 2015/173 reg. 13
        counted = np.where(foreign > 0, own + foreign, years * WEEKS)
        enough = (years * WEEKS >= required) | (counted >= required)
        met = enough & (co.claim >= pension) & (is_new | is_basic)
        variant = np.select([met & is_new, met], [NEW, BASIC], 0)
        return Qualification(
            met,
            np.where(foreign > 0, own, counted),
            counted,
            required,
            variant,
            met.astype(np.int64),
            earliest=np.where(enough, pension, NODATE),
        )

    def own_years(self, run: Run, view: View) -> Int:
        """Qualifying years of the own record, before and from 2016, recorded once."""
        before, after = split(run, view)
        run.step(BEFORE, lambda: before)
        run.step(AFTER, lambda: after)
        run.trace(YEARS, before + after)
        return before + after

    # -- amount

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """A week: own record by the transitional rules, a theoretical amount by the new rules."""
        new = qual.variant != BASIC
        full = run.step(
            FULL,
            lambda: np.where(
                new,
                self.tables["full_rate"].at(co.claim, run, need=new),
                self.tables["basic_rate"].at(co.claim, run, need=~new),
            ),
        )
        run.trace(PER_YEAR, lambda: mul_div(full, 1, np.where(new, 35, 30), "half_up"), full=full)
        before, after = split(run, view)
        years = before + after if basis == "own" else (view.own.total() + view.foreign()) // WEEKS
        old = new & (before > 0)
        by_years = mul_div(
            full, np.minimum(years, np.where(new, 35, 30)), np.where(new, 35, 30), "half_up"
        )
        if basis != "own":
            run.lacks(
                old,
                "rule_unknown",
                what="theoretical amount with years before 6 April 2016",
                cite="s. 4",
            )
            return Quantity(by_years, "GBP cent")
        weekly = run.step(
            WEEKLY,
            lambda: (
                self.transitional(run, co, (before, after), old, full) if old.any() else by_years
            ),
            full=full,
            qualifying=years,
        )
        weekly = np.where(old | run.given(WEEKLY), weekly, by_years)
        return Quantity(weekly, "GBP cent")

    def transitional(
        self, run: Run, co: Cohort, years: tuple[Int, Int], old: Bool, full: Int
    ) -> Int:
        """Ss. 4-6: starting amount revalued, 1/35 for each later year up to the full rate."""
        before, after = years
        start = run.step(STARTING, lambda: self.starting_amount(run, before, old), when=old)
        rate_2016 = self.tables["full_rate"].at(np.full(run.n, NEW_RULES), run)
        risen = mul_div(np.minimum(start, rate_2016), full, rate_2016, "half_up") + mul_div(
            full, after, 35, "half_up"
        )
        tax_years = tax_year(co.claim)
        above = old & (start > rate_2016)
        factor = self.tables["protected_factor"].at(tax_years, run, need=above)
        protected = mul_div(np.maximum(start - rate_2016, 0), factor, 10**6, "half_up")
        return np.asarray(np.minimum(risen, full) + np.where(above, protected, 0))

    def starting_amount(self, run: Run, before: Int, old: Bool) -> Int:
        """Sch. 1: the higher of old rules and new rules less the deduction."""
        additional, _ = run.fact(ADDITIONAL, need=old)
        deduction, _ = run.fact(DEDUCTION, need=old)
        first = np.full(run.n, NEW_RULES)
        basic = mul_div(
            self.tables["basic_rate"].at(first + 5, run), np.minimum(before, 30), 30, "half_up"
        )
        new = mul_div(
            self.tables["full_rate"].at(first, run), np.minimum(before, 35), 35, "half_up"
        )
        return np.asarray(np.maximum(basic + additional, np.maximum(new - deduction, 0)))

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """A week, with the increment for deferral (none below nine weeks; five under old rules)."""
        pension = self.pension_day(run, co)
        weeks = np.maximum(co.claim - pension, 0) // 7
        each = np.where(qual.variant == BASIC, 5, 9)
        more = np.where(weeks >= each, mul_div(parts["amount"], weeks, 100 * each, "half_up"), 0)
        run.trace(INCREMENT, more, when=more > 0, weeks=weeks)
        return Amounts(parts["amount"] + more, "GBP", "week")

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`full_career`: 35 years in weeks."""
        return np.full(run.n, 35 * WEEKS, np.int64) if name == "full_career" else None


def split(run: Run, view: View) -> tuple[Int, Int]:
    """Qualifying years before and from 6 April 2016, certified figures first."""
    own = view.own
    assert isinstance(own, TaxYears)
    made = [
        np.where(run.given(step), run.facts.get(step.key, value), value)
        for step, value in ((BEFORE, own.before), (AFTER, own.after))
    ]
    return made[0], made[1]


def tax_year(days: NDArray[Any]) -> Int:
    """The year in which the tax year of each day starts (6 April)."""
    month = month_of(days)
    april_5 = (month % 12 == 3) & (day_in_month(days) < 6)
    return np.asarray(month // 12 - ((month % 12 < 3) | april_5))


def inside(m: int, who: NDArray[Any], start: Int, end: Int, low: int, high: int) -> Int:
    """Days of merged intervals inside [low, high): int64[m]."""
    out = np.zeros(m, np.int64)
    np.add.at(out, who, np.maximum(np.minimum(end, high) - np.maximum(start, low), 0))
    return out


def earned_inside(m: int, paid: RowSet, low: int, high: int) -> Int:
    """Earnings inside [low, high), lines split by days (cut down): int64[m]."""
    out = np.zeros(m, np.int64)
    start, end = paid.start.astype(np.int64), paid.end.astype(np.int64)
    days = np.maximum(np.minimum(end, high) - np.maximum(start, low), 0)
    np.add.at(out, paid.person, mul_div(paid.earnings, days, np.maximum(end - start, 1)))
    return out
