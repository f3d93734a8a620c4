"""France, general scheme (régime général): old-age pension of employees, CSS L351-1.

A year's pension = average annual salary x rate x quarters / reference quarters. Foreign quarters
act on the rate; under 883/2004 art. 52(1)(b)(i) they also act on the duration of the theoretical
amount. Parameters: cnav.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.fr.record import CHILD_QUARTERS, FOUR, Account, account
from portability.cohort import Cohort, RowSet
from portability.coverage import Credited
from portability.dates import add_months, age_months, day, month_of, year_of
from portability.exact import div, mul_div
from portability.scheme import (
    Amounts,
    Bool,
    Int,
    Qualification,
    Quantity,
    Run,
    Scheme,
    SchemeSource,
    Step,
    View,
)

CSS = "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006073189/"
REFORM_2023, REFORM_2026 = day("2023-09-01"), day("2026-09-01")
# R351-29 al. 2: the ceiling cuts wages from 2005, for pensions from 2007
CAPPED_WAGES, CAPPED_PENSIONS = 2005, day("2007-01-01")
FULL_RATE = 500_000  # R351-27: 50 percent, in 1e-4 percent
SURCHARGE = 125  # D351-1-4: 1.25 percent a quarter performed from 2009-01-01, in 1e-4
SURCHARGE_FROM = 2009 * 12
FRANC = 655_957  # 6.55957 francs = 1 euro (Council Regulation (EC) 2866/98)
FIRST_YEAR = 1948  # R351-29: years after 1947-12-31

REQUIRED = Step("required_quarters", "quarter", "CSS L161-17-3, L351-1", CSS, legal_age="month")
REFERENCE = Step("reference_quarters", "quarter", "CSS L351-1 al. 3, R351-6", CSS)
MISSING = Step(
    "missing_quarters",
    "quarter",
    "CSS R351-27",
    CSS,
    by_duration="quarter",
    by_age="quarter",
    counted="quarter",
)
RATE = Step(
    "rate_percent", "1e-4 percent", "CSS L351-1, R351-27", CSS, missing="quarter", reduction="1e-5"
)
COEFFICIENTS = Step("wage_coefficients", "1e-3", "CSS L351-11, L161-25", CSS)
SALARIES = Step("revalued_salaries", "EUR cent", "CSS R351-29", CSS)
SALARY = Step("average_annual_salary", "EUR cent", "CSS R351-29, R351-29-1", CSS)
DURATION = Step("insured_quarters", "quarter", "CSS L351-1 al. 3", CSS, reference="quarter")
SURCHARGE_QUARTERS = Step("surcharge_quarters", "quarter", "CSS L351-1-2, D351-1-4", CSS)
CEILING = Step("ceiling_applied", "EUR cent", "CSS L351-1, half of the ceiling of L241-3", CSS)
SUPPLEMENT = Step("minimum_supplement", "EUR cent", "CSS L351-10, R351-25, D351-2-1", CSS)
CHILD_BONUS = Step("child_bonus", "EUR cent", "CSS L351-12, R351-30", CSS)
YEARLY = Step("yearly_pension", "EUR cent", "CSS L351-1", CSS)
PENSION = Step("monthly_pension", "EUR cent", "CSS L351-1: a twelfth of the year's pension", CSS)

BONUS_CHILDREN, BONUS = 3, 10  # R351-30: ten percent of the pension from three children on
SURELY_ABOVE = 11_500_00  # no increased minimum up to 2026 reaches this sum a year
NONE, PENSION_RIGHT = 0, 1


class Cnav(Scheme):
    """Steps in the order of the Code: ages and durations, rate, average salary, proration,
    surcharge, minimum."""

    steps = (
        CHILD_QUARTERS,
        REQUIRED,
        REFERENCE,
        MISSING,
        RATE,
        COEFFICIENTS,
        SALARIES,
        SALARY,
        DURATION,
        CEILING,
        SURCHARGE_QUARTERS,
        SUPPLEMENT,
        CHILD_BONUS,
        YEARLY,
        PENSION,
    )
    bases = ("own", "theoretical", "minimum")
    variants = {NONE: "none", PENSION_RIGHT: "old_age"}

    def __init__(self, source: SchemeSource):
        super().__init__(source)
        self.coefficient_years, self.coefficients = rolled(self)

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """L351-2, R351-9: quarters of wages, of certified sums and of plain dates."""
        return account(self.tables, run, co, rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """L351-1: a pension from the legal age on; there is no waiting period, a single quarter
        gives a share. Whoever has the full duration earlier may have a right that is not held."""
        own, counted = view.own.total(), view.units("theoretical")
        age, reached = self.dated("legal_age", run, co), age_months(co.born, co.claim)
        met = (reached >= age) & (counted >= 1)
        run.lacks(
            (reached < age) & (counted >= self.required(run, co)),
            "rule_unknown",
            what="pension before the legal age (long careers, disability)",
            cite="CSS L351-1-1 to L351-1-4",
        )
        one = np.ones(run.n, np.int64)
        return Qualification(
            met,
            own,
            counted,
            one,
            met.astype(np.int8),
            met.astype(np.int8),
            earliest=add_months(co.born, age),
        )

    def dated(self, name: str, run: Run, co: Cohort) -> Int:
        """L161-17-2, L161-17-3: the table of the law in force on the day the pension starts."""
        before = "2010" if name == "legal_age" else "2014"
        tables = [self.tables[f"{name}_{law}"].at(co.born, run) for law in ("2026", "2023", before)]
        return np.select([co.claim >= REFORM_2026, co.claim >= REFORM_2023], tables[:2], tables[2])

    def required(self, run: Run, co: Cohort) -> Int:
        quarters: Int = run.step(REQUIRED, lambda: self.dated("required_quarters", run, co))
        return quarters

    def reference(self, run: Run, co: Cohort) -> Int:
        """R351-6: births before 1949 have a table of their own, later births the required
        duration."""

        def law() -> Int:
            table = self.tables["proration_quarters"]
            return np.where(
                table.has(co.born), table.at(co.born), self.dated("required_quarters", run, co)
            )

        quarters: Int = run.step(REFERENCE, law)
        return quarters

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """full_career: the duration of a full pension, which caps the ratio (883/2004 art.
        56(1)(a))."""
        return self.reference(run, co) if name == "full_career" else None

    def missing(self, run: Run, co: Cohort, counted: Int) -> Int:
        """R351-27: quarters short of the required duration or of the age of the automatic rate,
        the fewer."""
        duration = np.maximum(self.required(run, co) - counted, 0)
        months = np.maximum(
            self.tables["full_rate_age"].at(co.born, run) - age_months(co.born, co.claim), 0
        )
        age = div(months, 3, "up")
        missing: Int = run.step(
            MISSING,
            lambda: np.minimum(duration, age),
            by_duration=duration,
            by_age=age,
            counted=counted,
        )
        return missing

    def rate(self, run: Run, co: Cohort, missing: Int) -> Int:
        """R351-27: 50 percent less the reduction of the cohort for every missing quarter; 1e-4
        percent."""
        reduction = self.tables["reduction_per_quarter"].at(co.born, run)  # 1e-5 of the rate
        rate: Int = run.step(
            RATE,
            lambda: FULL_RATE - missing * reduction * (FULL_RATE // 100_000),
            missing=missing,
            reduction=reduction,
        )
        return rate

    def salary(self, run: Run, co: Cohort, view: View) -> Int:
        """R351-29: mean of the best years after revaluation, to the cent."""
        salary: Int = run.step(SALARY, lambda: self.mean_of_best(run, co, view.own))
        return salary

    def mean_of_best(self, run: Run, co: Cohort, own: Credited) -> Int:
        """R351-29: calendar years before the pension's, after 1947, whose wages give at least one
        quarter."""
        if not isinstance(own, Account):
            raise TypeError("the French account is made by Cnav.credit")
        years = own.years.astype(np.int64)
        used = own.validating & (years >= FIRST_YEAR) & (years < year_of(co.claim)[:, None])
        run.lacks(own.unpaid, "fact_missing", fact=SALARY.key, cite=SALARY.cite)
        run.lacks(
            (own.earnings[:, years < FIRST_YEAR] > 0).any(axis=1), "rule_gap", years="before 1948"
        )
        coefficient = self.coefficient(run, co, years, used)
        wages = euros(self.capped(run, co, own, used), years)
        revalued = np.where(used, mul_div(wages, coefficient, 1000, "half_up"), 0)
        run.trace(COEFFICIENTS, coefficient, years=years)
        run.trace(SALARIES, revalued, years=years)
        count = np.minimum(used.sum(axis=1), self.tables["best_years"].at(co.born, run))
        best = np.where(np.arange(len(years)) < count[:, None], -np.sort(-revalued, axis=1), 0)
        return div(best.sum(axis=1), np.maximum(count, 1), "half_up")

    def capped(self, run: Run, co: Cohort, own: Account, used: Bool) -> Int:
        """R351-29 al. 2: wages from 2005 count up to the ceiling of their year."""
        years = own.years.astype(np.int64)
        bound = used & (years >= CAPPED_WAGES) & (co.claim[:, None] >= CAPPED_PENSIONS)
        ceiling = self.tables["ceiling"].row(years, run, need=bound)
        return np.where(bound, np.minimum(own.earnings, ceiling), own.earnings)

    def coefficient(self, run: Run, co: Cohort, years: Int, used: Bool) -> Int:
        """L351-11: coefficients in force when the pension starts: int64[n, Y], thousandths."""
        table = self.tables["wage_step"]
        wages: Bool = np.asarray(used.any(axis=1))
        table.at(co.claim, run, need=wages)
        at = np.clip(
            np.searchsorted(table.keys, co.claim, side="right") - 1, 0, len(table.keys) - 1
        )
        column = np.clip(years - self.coefficient_years[0], 0, len(self.coefficient_years) - 1)
        return self.coefficients[at][:, column]

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """L351-1: salary x rate x duration / reference; a twelfth of the year's pension, to the
        cent (no text on the rounding was seen)."""
        reference, counted = self.reference(run, co), view.units("theoretical")
        # foreign quarters act on the rate (L351-1 al. 2; 883/2004 art. 6)
        missing = self.missing(run, co, counted)
        rate, salary = self.rate(run, co, missing), self.salary(run, co, view)
        duration: Int = run.step(
            DURATION, lambda: np.minimum(view.units(basis), reference), reference=reference
        )
        full = mul_div(salary, rate * duration, reference * 1_000_000, "half_up")
        limit = self.half_ceiling(co)
        paid = np.where(limit > 0, np.minimum(full, limit), full)
        run.trace(CEILING, paid, when=paid < full)
        extra = self.surcharge(run, co, view, counted)
        raised = mul_div(paid, 10_000 + SURCHARGE * extra, 10_000, "half_up")
        full_rate = (missing == 0) & (duration > 0)
        base = raised + self.supplement(run, co, full_rate, raised, duration, reference)
        year = base + self.bonus(run, co, base)
        if isinstance(view.own, Account):
            run.lacks(view.own.unsaid, "fact_missing", fact=CHILD_QUARTERS.key, cite="CSS L351-4")
        run.trace(YEARLY, year)
        return Quantity(div(year, 12, "half_up"), "EUR cent")

    def bonus(self, run: Run, co: Cohort, amount: Int) -> Int:
        """L351-12, R351-30: a tenth of the pension for whoever had three children or more."""
        person, _ = co.children_of()
        many = np.bincount(person, minlength=run.n) >= BONUS_CHILDREN
        bonus: Int = run.step(
            CHILD_BONUS, lambda: np.where(many, mul_div(amount, BONUS, 100, "half_up"), 0)
        )
        return bonus

    def half_ceiling(self, co: Cohort) -> Int:
        """Half of the ceiling of the year in which the pension starts, in cents; 0 where none is
        published."""
        years, at = np.unique(year_of(co.claim), return_inverse=True)
        return div(self.tables["ceiling"].row(years), 2)[at]

    def surcharge(self, run: Run, co: Cohort, view: View, counted: Int) -> Int:
        """L351-1-2: quarters contributed after the legal age and beyond the required duration."""

        def law() -> Int:
            age = self.dated("legal_age", run, co)
            beyond = np.maximum(counted - self.required(run, co), 0)
            after, early = contributed_after(view.own, co, age)
            late = (beyond > 0) & (month_of(co.claim) // 3 > start_quarter(co, age))
            run.lacks(
                late & (view.own.undated > 0), "period_dates_missing", step=SURCHARGE_QUARTERS.key
            )
            run.lacks(
                (beyond > 0) & early,
                "rule_unknown",
                what="surcharge of quarters before 2009",
                cite="D351-1-4",
            )
            extra: Int = np.minimum(beyond, after)
            return extra

        quarters: Int = run.step(SURCHARGE_QUARTERS, law)
        return quarters

    def supplement(
        self, run: Run, co: Cohort, full_rate: Bool, amount: Int, duration: Int, reference: Int
    ) -> Int:
        """L351-10: a pension at the full rate is raised to a minimum while all pensions together
        stay below a limit.

        The pensions of the other schemes are not in the case: where the minimum may bite, the
        institution's figure
        for the supplement of a year is needed.
        """
        table = self.tables["raised_minimum"]
        low = full_rate & (amount < mul_div(table.at(co.claim), duration, reference, "up"))
        value, given = run.fact(SUPPLEMENT, need=low & table.has(co.claim))
        table.at(co.claim, run, need=full_rate & ~given & (amount < SURELY_ABOVE))
        supplement: Int = np.where(given, value, 0)
        return supplement

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        run.trace(PENSION, parts["amount"])
        return Amounts(parts["amount"], "EUR", "month")


def rolled(scheme: Scheme) -> tuple[Int, Int]:
    """L351-11: coefficient(new date) = coefficient(old date) x step, cut to three decimals:
    (years, int64[dates, Y]).

    A step of 1 January reaches the wages up to the year before, a step inside a year those of that
    year too.
    """
    base, steps = scheme.tables["wage_coefficient_1999"], scheme.tables["wage_step"]
    months = month_of(steps.keys)
    years = np.arange(base.first, int(months[-1]) // 12 + 1, dtype=np.int64)
    now = np.where(base.has(years), base.at(years), 1000)
    out = np.zeros((len(steps.keys), len(years)), np.int64)
    for i, (month, factor) in enumerate(zip(months, steps.values, strict=True)):
        reached = years <= (month // 12 - (1 if month % 12 == 0 else 0))
        now = np.where(reached, div(now * factor, 1000), now)
        out[i] = now
    return years, out


def euros(wages: Int, years: Int) -> Int:
    """Old francs to 1959, francs to 2001: cents of euro, to the cent (CNAV, salaire annuel
    moyen)."""
    times = np.select([years < 1960, years < 2002], [1_000, 100_000], 1)
    return mul_div(wages, times, np.where(years < 2002, FRANC, 1), "half_up")


def start_quarter(co: Cohort, age: Int) -> Int:
    """The calendar quarter after the one in which the legal age is reached (CNAV 2004/37): year x
    4 + quarter - 1."""
    return month_of(add_months(co.born, age)) // 3 + 1


def contributed_after(own: Credited, co: Cohort, age: Int) -> tuple[Int, Bool]:
    """(quarters contributed from the quarter after the legal age to the pension, any of them
    before 2009)."""
    first, last = start_quarter(co, age)[:, None], (month_of(co.claim) // 3)[:, None]
    january = own.years.astype(np.int64)[None, :] * FOUR
    inside = np.clip(np.minimum(last, january + FOUR) - np.maximum(first, january), 0, FOUR)
    done = own.contributed if isinstance(own, Account) else own.by_year
    after = np.minimum(done, inside)
    early: Bool = np.asarray(
        (np.where(own.years[None, :] * 12 < SURCHARGE_FROM, after, 0) > 0).any(axis=1)
    )
    return after.sum(axis=1), early
