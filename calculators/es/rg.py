"""Spain, general scheme (Régimen General): contributory old-age pension, LGSS arts. 204-210.

Pension = regulatory base x percentage of the contributed months, 14 payments a year. Abroad, the
theoretical amount takes the percentage of all periods and the base of the Spanish ones (883/2004
art. 56(1)(c)); the yearly maximum limits it before the share (RD 65/2022 art. 14.1). Parameters:
rg.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.es.base import BASE, LGSS, UPDATED, regulatory_base
from calculators.es.record import AGE_65, YEAR, Days, days, days_of, whole_months
from portability.cohort import Cohort, RowSet
from portability.coverage import Credited
from portability.dates import add_months, age_months, day, month_of, year_of
from portability.exact import mul_div
from portability.scheme import Amounts, Bool, Int, Qualification, Quantity, Run, Scheme, Step, View

WAIT, RECENT, LAST = (
    15 * YEAR,
    2 * YEAR,
    180,
)  # art. 205.1 b: 5,475 days, two years of them in the last 15 years
FIRST_MONTHS, FIRST_PERCENT, ALL = (
    180,
    500_000,
    1_000_000,
)  # art. 210.1: 50 percent for 15 years, 100 at most
EARLY_MONTHS, EARLY_WAIT = 24, 35 * 12  # art. 208.1 a, b
EARLY_STEPS = (462, 498, 534)  # art. 208.2: 38 years 6 months, 41 years 6 months, 44 years 6 months
EARLY_FROM = day("2022-01-01")  # the scale of Law 21/2021
LATER_FROM, HALF_YEARS_FROM = day("2022-01-01"), day("2025-04-01")  # art. 210.2 a
LATER_YEAR, LATER_HALF = (
    40_000,
    20_000,
)  # art. 210.2 a: 4 percent a year, 2 for a part above six months
SURELY_ABOVE = 1_256_60  # art. 208.1 c: no minimum pension at 65 up to 2026 is higher
NONE, EARLY, ORDINARY = 0, 1, 2

MONTHS = Step(
    "contributed_months", "month", "LGSS art. 205.1 a, RD 1716/2012 art. 3.1", LGSS, days="day"
)
AGE = Step(
    "ordinary_age", "month", "LGSS art. 205.1 a, DT 7", LGSS, months="month", long_period="month"
)
RECENT_DAYS = Step("recent_days", "day", "LGSS art. 205.1 b", LGSS)
PERCENT = Step("percent", "1e-4 percent", "LGSS art. 210.1, DT 9", LGSS, months="month")
LATER = Step("deferral_percent", "1e-4 percent", "LGSS art. 210.2 a", LGSS, days="day")
REDUCTION = Step(
    "early_reduction",
    "1e-4 percent",
    "LGSS art. 208.2, art. 210.3, DT 34",
    LGSS,
    months_early="month",
)
UNCAPPED = Step("pension_before_maximum", "EUR cent", "LGSS arts. 209, 210", LGSS)
PENSION = Step("full_pension", "EUR cent", "LGSS art. 57", LGSS, maximum="EUR cent")


class RegimenGeneral(Scheme):
    """In the order of the Act: age and periods (205), base (209), percentage (210), early (208),
    maximum (57)."""

    steps = (MONTHS, AGE, RECENT_DAYS, UPDATED, BASE, PERCENT, LATER, REDUCTION, UNCAPPED, PENSION)
    variants = {NONE: "none", EARLY: "voluntary_early", ORDINARY: "ordinary"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Art. 205.1: days; the duty ends where the engine cuts the record."""
        return days(co, rows, years, self.by_year("ordinary_age", co))

    def by_year(
        self, name: str, co: Cohort, run: Run | None = None, need: Bool | None = None
    ) -> Int:
        """A row of DT 7 or DT 9: by the year of the event."""
        return self.tables[name].at(year_of(co.claim), run, need)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Art. 205.1, 208.1: ordinary age, or up to two years before it with 35 years of
        contributions."""
        own, counted = view.own.total(), view.units("theoretical")
        months: Int = run.step(MONTHS, lambda: whole_months(counted), days=counted)
        age, reached = self.ordinary_age(run, co, months), age_months(co.born, co.claim)
        recent = self.recent(run, co, view)
        waited = (counted >= WAIT) & (recent >= RECENT)
        ahead = self.age_ahead(run, co, months)
        early = (
            (co.claim >= EARLY_FROM) & (months >= EARLY_WAIT) & (reached >= ahead - EARLY_MONTHS)
        )
        open_ = [waited & (reached >= age), waited & early]
        variant = np.select(open_, [ORDINARY, EARLY], NONE)
        run.lacks(
            (counted >= WAIT)
            & (recent < RECENT)
            & view.undated()
            & ~run.given(RECENT_DAYS)
            & ((reached >= age) | early),
            "period_dates_missing",
            step=RECENT_DAYS.key,
        )
        return Qualification(
            variant > NONE,
            own,
            counted,
            np.full(run.n, WAIT),
            variant,
            variant,
            earliest=add_months(co.born, age),
        )

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

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Arts. 209, 210, 57: base x percentage, reduced or raised, never above the maximum of the
        year."""
        months = whole_months(view.units(basis))
        base: Int = run.step(BASE, lambda: self.base(run, co, view.own))
        percent: Int = run.step(PERCENT, lambda: self.percent(run, co, months), months=months)
        later = self.later(run, co, view, qual, whole_months(view.units("theoretical")))
        full = mul_div(base, percent + later, ALL, "half_up")
        run.trace(UNCAPPED, full)
        maximum = self.tables["maximum"].at(co.claim, run)
        reduced = self.early(run, co, view, qual, full, maximum)
        paid = np.minimum(reduced, maximum)
        run.trace(PENSION, paid, maximum=maximum)
        return Quantity(paid, "EUR cent")

    def base(self, run: Run, co: Cohort, own: Credited) -> Int:
        if not isinstance(own, Days):
            raise TypeError("the Spanish record is made by RegimenGeneral.credit")
        return regulatory_base(self.tables, run, co, own)

    def percent(self, run: Run, co: Cohort, months: Int) -> Int:
        """Art. 210.1, DT 9: 50 percent for 15 years, then two rates by month, 100 at most; 1e-4
        percent."""
        extra = np.maximum(months - FIRST_MONTHS, 0)
        first, then = self.by_year("first_months", co, run), self.by_year("next_months", co)
        rising = np.minimum(extra, first) * self.by_year("first_rate", co)
        rising = rising + np.clip(extra - first, 0, then) * self.by_year("next_rate", co)
        return np.minimum(FIRST_PERCENT + rising, ALL)

    def later(self, run: Run, co: Cohort, view: View, qual: Qualification, months: Int) -> Int:
        """Art. 210.2 a: 4 percent a contributed year after the ordinary age; from 2025-04-01 2
        more for a half year."""
        own = view.own
        long_ = self.by_year("long_period", co)
        after = (
            np.where((long_ > 0) & (months >= long_), own.later[:, 0], own.later[:, 1])
            if isinstance(own, Days)
            else np.zeros(run.n, np.int64)
        )

        def law() -> Int:
            years, rest = after // YEAR, after % YEAR
            run.lacks(
                (years >= 1) & (co.claim < LATER_FROM),
                "rule_unknown",
                what="deferral before 2022",
                cite="LGSS art. 210.2",
            )
            half = (co.claim >= HALF_YEARS_FROM) & (years >= 1) & (rest > YEAR // 2)
            return years * LATER_YEAR + half * LATER_HALF

        percent: Int = run.step(LATER, law, days=after)
        return percent

    def early(
        self, run: Run, co: Cohort, view: View, qual: Qualification, full: Int, maximum: Int
    ) -> Int:
        """Art. 208.2: reduced by the months before the ordinary age; DT 34: from the maximum where
        it is exceeded."""
        early = qual.variant == EARLY
        months = whole_months(view.units("theoretical"))
        missing = np.where(
            early, np.maximum(self.age_ahead(run, co, months) - age_months(co.born, co.claim), 1), 0
        )
        above = early & (full > maximum)
        year = year_of(co.claim)
        reduction = np.zeros(run.n, np.int64)
        for column in range(4):
            here = early & (np.searchsorted(EARLY_STEPS, months, side="right") == column)
            plain = self.tables[f"early_reduction_{column + 1}"].at(
                missing, run, need=here & ~above
            )
            capped = self.tables[f"early_above_maximum_{column + 1}"].at(
                year * 100 + missing, run, need=here & above
            )
            reduction = np.where(here, np.where(above, capped, plain), reduction)
        factor: Int = run.step(REDUCTION, lambda: reduction, when=early, months_early=missing)
        paid = mul_div(np.where(above, maximum, full), ALL - factor, ALL, "half_up")
        run.lacks(
            early & (paid <= SURELY_ABOVE),
            "rule_gap",
            what="the minimum pension at 65",
            cite="LGSS art. 208.1 c",
        )
        return paid

    def age_ahead(self, run: Run, co: Cohort, months: Int) -> Int:
        """The ordinary age of the year in which the person reaches it (DT 7), contributions going
        on until then."""
        table, long_ = self.tables["ordinary_age"], self.tables["long_period"]
        now, found = year_of(co.claim), np.full(run.n, int(table.values[-1]), np.int64)
        for ahead in (2, 1, 0):
            age = table.at(now + ahead)
            fits = year_of(add_months(co.born, age)) <= now + ahead
            found = np.where(fits, age, found)
        at_65 = year_of(add_months(co.born, AGE_65))
        until = np.maximum(AGE_65 - age_months(co.born, co.claim), 0)
        need = long_.at(np.maximum(at_65, now))
        return np.where((need > 0) & (months + until >= need), AGE_65, found)

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """full_career: the days that give 100 percent (883/2004 art. 56(1)(a))."""
        return days_of(self.by_year("full_career", co, run)) if name == "full_career" else None

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """A month's pension, paid 14 times a year."""
        return Amounts(parts["amount"], "EUR", "month")
