"""Spain, general scheme (Régimen General): old age and permanent incapacity, LGSS arts. 194-210.

Pension = regulatory base x percentage of the contributed months, 14 payments a year. Abroad, the
theoretical amount takes the percentage of all periods and the base of the Spanish ones (883/2004
art. 56(1)(c)); the yearly maximum limits it before the share (RD 65/2022 art. 14.1). Parameters:
rg.yaml; early retirement: early.py, incapacity: incapacity.py, base: base.py.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.es import early, incapacity
from calculators.es.base import BASE, LGSS, UPDATED, regulatory_base
from calculators.es.record import (
    AGE_65,
    BIRTH_DAYS,
    YEAR,
    Days,
    days,
    days_of,
    whole_months,
)
from portability.cohort import INVALIDITY, Cohort, RowSet
from portability.coverage import Credited
from portability.dates import add_months, age_months, day, month_of, year_of
from portability.exact import mul_div
from portability.scheme import Amounts, Bool, Int, Qualification, Quantity, Run, Scheme, Step, View

WAIT = 15 * YEAR  # art. 205.1 b: 5,475 days
RECENT, LAST = 2 * YEAR, 180  # art. 205.1 b: two years in the last 15 years
FIRST_MONTHS, FIRST_PERCENT, ALL = 180, 500_000, 1_000_000  # art. 210.1: 50 percent, 100 at most
LATER_FROM, HALF_YEARS_FROM = day("2022-01-01"), day("2025-04-01")  # art. 210.2 a
LATER_YEAR, LATER_HALF = 40_000, 20_000  # art. 210.2 a: 4 percent a year, 2 above six months
BIRTHS_FROM = day("2016-01-02")  # the text of art. 235 seen
INCAPACITY = 4

MONTHS = Step("contributed_months", "month", "LGSS art. 205.1 a, RD 1716/2012", LGSS, days="day")
AGE = Step(
    "ordinary_age", "month", "LGSS art. 205.1 a, DT 7", LGSS, months="month", long_period="month"
)
RECENT_DAYS = Step("recent_days", "day", "LGSS art. 205.1 b", LGSS)
PERCENT = Step("percent", "1e-4 percent", "LGSS art. 210.1, DT 9", LGSS, months="month")
LATER = Step("deferral_percent", "1e-4 percent", "LGSS art. 210.2 a", LGSS, days="day")
UNCAPPED = Step("pension_before_maximum", "EUR cent", "LGSS arts. 197, 209, 210", LGSS)
PENSION = Step("full_pension", "EUR cent", "LGSS art. 57", LGSS, maximum="EUR cent")


class RegimenGeneral(Scheme):
    """In the order of the Act: periods (205), base (209), percentage (210), maximum (57)."""

    steps = (
        BIRTH_DAYS,
        MONTHS,
        AGE,
        RECENT_DAYS,
        UPDATED,
        BASE,
        PERCENT,
        LATER,
        early.DISMISSED,
        early.REDUCTION,
        *incapacity.STEPS,
        UNCAPPED,
        PENSION,
    )
    bases = ("own", "theoretical", "minimum")
    variants = {
        early.NONE: "none",
        early.VOLUNTARY: "voluntary_early",
        early.INVOLUNTARY: "involuntary_early",
        early.ORDINARY: "ordinary",
        INCAPACITY: "permanent_incapacity",
    }

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Arts. 205.1, 235: days, and days for births."""
        return days(run, co, rows, years, self.by_year("ordinary_age", co))

    def by_year(
        self, name: str, co: Cohort, run: Run | None = None, need: Bool | None = None
    ) -> Int:
        """A row of DT 7 or DT 9: by the year of the event."""
        return self.tables[name].at(year_of(co.claim), run, need)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        return self.invalid(run, co, view) if co.branch == INVALIDITY else self.aged(run, co, view)

    def aged(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Arts. 205.1, 207.1, 208.1: the ordinary age, or an early pension that is open."""
        own, counted = view.own.total(), view.units("theoretical")
        months: Int = run.step(MONTHS, lambda: whole_months(counted), days=counted)
        age, recent = self.ordinary_age(run, co, months), self.recent(run, co, view)
        soon = early.variant(self.tables, run, co, months)
        kind = np.where(age_months(co.born, co.claim) >= age, early.ORDINARY, soon)
        enough = (counted >= WAIT) & (kind > early.NONE)
        run.lacks(
            enough & (recent < RECENT) & view.undated() & ~run.given(RECENT_DAYS),
            "period_dates_missing",
            step=RECENT_DAYS.key,
        )
        found = np.where(enough & (recent >= RECENT), kind, early.NONE)
        required = np.full(run.n, WAIT)
        opens = add_months(co.born, age)
        return Qualification(found > 0, own, counted, required, found, found, earliest=opens)

    def ordinary_age(self, run: Run, co: Cohort, months: Int) -> Int:
        """Art. 205.1 a, DT 7: 65 with the long period, else the age of the year."""
        age, long_ = self.by_year("ordinary_age", co, run), self.by_year("long_period", co)
        found: Int = run.step(
            AGE,
            lambda: np.where((long_ > 0) & (months >= long_), AGE_65, age),
            months=months,
            long_period=long_,
        )
        return found

    def recent(self, run: Run, co: Cohort, view: View) -> Int:
        """Art. 205.1 b: days inside the 15 years before the event."""
        at = month_of(co.claim)
        found: Int = run.step(RECENT_DAYS, lambda: view.within(at - LAST, at))
        return found

    def invalid(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Art. 195: the waiting period of the age at the event."""
        own, counted = view.own.total(), view.units("theoretical")
        needed = incapacity.required(run, co)
        met = incapacity.qualifies(run, co, view, needed)
        return Qualification(met, own, counted, needed, met * INCAPACITY, met.astype(np.int8))

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Arts. 197, 209, 210, 57: base x percentage, never above the maximum of the year."""
        own = view.own
        if isinstance(own, Days):
            run.lacks(own.unsaid, "fact_missing", fact=BIRTH_DAYS.key, cite="LGSS art. 235")
            older = (own.births > 0) & (co.claim < BIRTHS_FROM)
            run.lacks(older, "rule_unknown", what="days for births before 2016")
        maximum = self.tables["maximum"].at(co.claim, run)
        if co.branch == INVALIDITY:
            paid = self.incapacity(run, co, view, basis)
        else:
            paid = self.old_age(run, co, view, qual, basis, maximum)
        capped = np.minimum(paid, maximum)
        run.trace(PENSION, capped, maximum=maximum)
        return Quantity(capped, "EUR cent")

    def old_age(
        self, run: Run, co: Cohort, view: View, qual: Qualification, basis: str, maximum: Int
    ) -> Int:
        """Arts. 209, 210: the pension before the maximum, reduced or raised."""
        months, all_months = (whole_months(view.units(b)) for b in (basis, "theoretical"))
        base: Int = run.step(BASE, lambda: self.base(run, co, view.own))
        percent: Int = run.step(PERCENT, lambda: self.percent(run, co, months), months=months)
        full = mul_div(base, percent + self.later(run, co, view, all_months), ALL, "half_up")
        run.trace(UNCAPPED, full)
        return early.reduced(self.tables, run, co, qual.variant, all_months, full, maximum)

    def incapacity(self, run: Run, co: Cohort, view: View, basis: str) -> Int:
        """Arts. 196, 197.1: base x percentage with the time to come, 50 at least x the degree."""
        base = incapacity.base(self.tables, run, co, view.own)
        months = whole_months(view.units(basis)) + incapacity.future_months(self.tables, co)
        percent: Int = run.step(PERCENT, lambda: self.percent(run, co, months), months=months)
        degree, _ = run.fact(incapacity.DEGREE, need=np.ones(run.n, np.bool_))
        full = mul_div(base, percent * degree, ALL * 100, "half_up")
        run.trace(UNCAPPED, full)
        return full

    def base(self, run: Run, co: Cohort, own: Credited) -> Int:
        if not isinstance(own, Days):
            raise TypeError("the Spanish record is made by RegimenGeneral.credit")
        return regulatory_base(self.tables, run, co, own)

    def percent(self, run: Run, co: Cohort, months: Int) -> Int:
        """Art. 210.1, DT 9: 50 percent for 15 years, then two rates by month; 1e-4 percent."""
        extra = np.maximum(months - FIRST_MONTHS, 0)
        first, then = self.by_year("first_months", co, run), self.by_year("next_months", co)
        rising = np.minimum(extra, first) * self.by_year("first_rate", co)
        rising = rising + np.clip(extra - first, 0, then) * self.by_year("next_rate", co)
        return np.minimum(FIRST_PERCENT + rising, ALL)

    def later(self, run: Run, co: Cohort, view: View, months: Int) -> Int:
        """Art. 210.2 a: 4 percent a contributed year after the ordinary age; from 2025-04-01 2 more
        for a part above six months."""
        own, long_ = view.own, self.by_year("long_period", co)
        after = np.zeros(run.n, np.int64)
        if isinstance(own, Days):
            after = np.where((long_ > 0) & (months >= long_), own.later[:, 0], own.later[:, 1])

        def law() -> Int:
            years, rest = after // YEAR, after % YEAR
            old = (years >= 1) & (co.claim < LATER_FROM)
            run.lacks(old, "rule_unknown", what="deferral before 2022", cite="LGSS art. 210.2")
            half = (co.claim >= HALF_YEARS_FROM) & (years >= 1) & (rest > YEAR // 2)
            return years * LATER_YEAR + half * LATER_HALF

        percent: Int = run.step(LATER, law, days=after)
        return percent

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """full_career: the days that give 100 percent (883/2004 art. 56(1)(a))."""
        return days_of(self.by_year("full_career", co, run)) if name == "full_career" else None

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """A month's pension, paid 14 times a year."""
        return Amounts(parts["amount"], "EUR", "month")
