"""India, Employees' Pension Scheme 1995: pensionable salary x service / 70, past service,
withdrawal benefit.

Parameters: eps.yaml. Paragraph 9 rounds the eligible service to years, which decides the right; the
pension itself is reckoned on the service as it stands (EPFO circular of 2017 on paragraph 9), here
in months.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.pay import (
    count,
    earned,
    earned_below,
    end_of_record,
    months_before,
    paid_months,
    with_lines,
)
from portability.cohort import REFUND
from portability.coverage import Credited
from portability.dates import NODATE, add_months, age_months, day, first_day, month_of
from portability.exact import div, mul_div
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
EPS = "https://www.casemine.com/act/in/5f5f125b9fca195c05ccf15f"
START = int(
    month_of(day("1995-11-16"))
)  # EPS 1995 para. 1(2): contributory service runs from this month
AVERAGE_60, MONTHLY_D = day("2014-09-01"), day("2024-06-14")
SUPERANNUATION, EARLY, WITHDRAWAL = 1, 2, 3
RUPEE = 100  # paise

ELIGIBLE = Step(
    "eligible_service_years",
    "year",
    "EPS 1995 para. 9: six months and more make a year",
    "https://www.citehr.com/amp.php?t=632606",
    months="month",
)
HOME = Step(
    "home_country_months",
    "month",
    "EPS 1995 para. 43-A(4A): insured at home, for the right only",
    "https://www.lexology.com/library/detail.aspx?g=5507786d-cd95-4f47-9626-ca346db11c82",
)
SALARY = Step("pensionable_salary", "INR cent", "EPS 1995 para. 11", EPS, months="month")
SERVICE = Step("pensionable_service", "month", "EPS 1995 para. 10", EPS)
WEIGHTED = Step(
    "with_weightage",
    "month",
    "EPS 1995 para. 10(2): two years more at 58 with twenty years",
    EPS,
    service="month",
)
MONTHLY = Step(
    "monthly_pension",
    "INR cent",
    "EPS 1995 para. 12(2): salary x service / 70",
    EPS,
    salary="INR cent",
    service="month",
)
HIGH = Step(
    "salary_1995_at_least_2500",
    "1",
    "EPS 1995 para. 12(3): 1 for 2,500 and more on 15.11.1995",
    EPS,
)
SLAB = Step("past_service_slab", "INR cent", "EPS 1995 para. 12(3)", EPS)
TABLE_B = Step("table_b_factor", "1e-5", "EPS 1995 table B", EPS, waited="year")
PAST = Step("past_service_benefit", "INR cent", "EPS 1995 para. 12(3) with table B", EPS)
DEFERRED = Step(
    "deferred_years", "year", "EPS 1995 para. 12: years of deferral after 58, at most two", EPS
)
TOTAL = Step(
    "total_pension", "INR cent", "EPS 1995 para. 12", EPS, monthly="INR cent", past="INR cent"
)
WAGE = Step("wage_at_exit", "INR cent", "EPS 1995 para. 14", EPS)
FACTOR = Step("table_d_factor", "1e-2", "EPS 1995 table D", EPS, months="month")
BENEFIT = Step(
    "withdrawal_benefit",
    "INR cent",
    "EPS 1995 para. 14 with table D",
    EPS,
    wage="INR cent",
    factor="1e-2",
)


def service(view: View) -> tuple[Int, Int]:
    """(contributory months from 16 November 1995, past months): undated sums are contributory; a
    certified sum below its dates is never more past months than the whole."""
    total = view.own.total()
    before = np.minimum(months_before(view, START), total)
    return total - before, before


class Eps(Scheme):
    """EPS 1995 paras. 9-12, 14."""

    steps = (
        ELIGIBLE,
        HOME,
        SALARY,
        SERVICE,
        WEIGHTED,
        MONTHLY,
        HIGH,
        SLAB,
        TABLE_B,
        PAST,
        DEFERRED,
        TOTAL,
        WAGE,
        FACTOR,
        BENEFIT,
    )
    bases = ("own", "theoretical", "minimum")
    variants: Mapping[int, str] = {
        SUPERANNUATION: "superannuation",
        EARLY: "early",
        WITHDRAWAL: "withdrawal",
    }

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Periods by date; the lines are kept for the pay of single months."""
        return with_lines(super().credit(run, co, rows, years), rows)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Para. 12(1): ten years of eligible service at 58, reduced from 50; para. 14 below."""
        own = view.own.total()
        counted = view.units("theoretical") + run.fact(HOME)[0]
        years = (counted + 6) // 12
        run.trace(ELIGIBLE, years, months=counted)
        if co.branch == REFUND:
            met = (own > 0) & ((own + 6) // 12 < 10) & ((own >= 6) | (co.claim >= MONTHLY_D))
            one = np.ones(run.n, np.int64)
            return Qualification(met, own, own, one, met * WITHDRAWAL, met.astype(np.int64))
        age, required = age_months(co.born, co.claim), np.full(run.n, 120, np.int64)
        opens = [(years >= 10) & (age >= 696), (years >= 10) & (age >= 600)]
        variant = np.select(opens, [SUPERANNUATION, EARLY], 0)
        earliest = np.where(years >= 10, add_months(co.born, 696), NODATE)
        rank = np.select(opens, [2, 1], 0)
        return Qualification(variant > 0, own, counted, required, variant, rank, earliest=earliest)

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Para. 12(2): a month, in whole rupees (half up); para. 14 for the withdrawal benefit."""
        if co.branch == REFUND:
            return self.withdrawal(run, co, view)
        own, _ = service(view)
        months = {"own": own, "theoretical": own + view.foreign(), "minimum": qual.required}[basis]
        months = run.step(SERVICE, lambda: months)
        more = (months >= 240) & (age_months(co.born, co.claim) >= 696)
        weighted = run.step(WEIGHTED, lambda: months + np.where(more, 24, 0), service=months)
        salary = run.step(SALARY, lambda: self.salary(run, view), months=own)
        monthly = run.step(
            MONTHLY,
            lambda: mul_div(salary, weighted, 840 * RUPEE, "half_up") * RUPEE,
            salary=salary,
            service=weighted,
        )
        return Quantity(monthly, "INR cent")

    def salary(self, run: Run, view: View) -> Int:
        """Para. 11: average of the last 12 or 60 months, at most the ceilings of the day."""
        end = end_of_record(view)
        exit_day = first_day(end - 1)  # the last month of service
        window = self.tables["averaging_months"].at(exit_day, run)
        paid, unknown = earned_below(view, end - window, end, self.tables["wage_ceiling"])
        months = count(paid_months(view), view.years, end - window, end)
        run.lacks(unknown, "parameter_not_published", table="wage_ceiling", scheme=self.id)
        run.lacks(paid == 0, "fact_missing", fact=SALARY.key, cite=SALARY.cite)
        average = div(paid, np.maximum(months, 1), "half_up")
        both = (exit_day >= AVERAGE_60) & (months_before(view, int(month_of(AVERAGE_60))) > 0)
        run.lacks(
            both & (average > 6500 * RUPEE),
            "rule_unknown",
            cite=SALARY.cite,
            what="ceilings of service before and after September 2014 (disputed)",
        )
        return average

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """4 % a year less before 58 or more when deferred, the minimum at 58, past service."""
        if co.branch == REFUND:
            return Amounts(parts["amount"], "INR", "once")
        amount = parts["amount"]
        early = qual.variant == EARLY
        missing = np.maximum(696 - age_months(co.born, co.claim), 0)
        run.lacks(
            early & (missing % 12 != 0),
            "rule_unknown",
            what="part of a year before 58",
            cite="EPS 1995 para. 12(7)",
        )
        rate = self.tables["early_percent"].at(co.claim, run, need=early)
        later, _ = run.fact(DEFERRED)
        factor = np.where(early, 100 - rate * (missing // 12), 100 + 4 * np.minimum(later, 2))
        amount = mul_div(amount, factor, 100 * RUPEE, "half_up") * RUPEE
        if run.route == "national":
            least = self.tables["minimum_pension"].at(co.claim, run, need=~early)
            amount = np.where(early, amount, np.maximum(amount, least))
        past = self.past_service(run, co, view)
        run.trace(TOTAL, amount + past, monthly=amount, past=past)
        return Amounts(amount + past, "INR", "month")

    def past_service(self, run: Run, co: Cohort, view: View) -> Int:
        """Para. 12(3): slab by years before 16 November 1995 and salary x factor of table B."""
        _, months = service(view)
        has = months > 0

        def by_law() -> Int:
            high, given = run.fact(HIGH, need=has)
            years = months // 12
            slab = np.where(
                high > 0,
                self.tables["past_service_high"].at(years, run, need=has & given),
                self.tables["past_service_low"].at(years, run, need=has & given),
            )
            waited = (
                np.maximum(
                    age_months(np.full(run.n, day("1995-11-16")), add_months(co.born, 696)), 0
                )
                // 12
            )
            factor = self.tables["table_b"].at(waited, run, need=has & given)
            run.trace(SLAB, slab, when=has)
            run.trace(TABLE_B, factor, when=has, waited=waited)
            return np.where(has, mul_div(slab, factor, 10**5 * RUPEE, "half_up") * RUPEE, 0)

        return np.asarray(run.step(PAST, by_law, when=has))

    def withdrawal(self, run: Run, co: Cohort, view: View) -> Quantity:
        """Para. 14: wage at exit x factor, by months from 14 June 2024, by years before."""
        months = view.own.total()
        wage = run.step(WAGE, lambda: self.last_wage(run, view))
        monthly = co.claim >= MONTHLY_D

        def factor_of() -> Int:
            run.lacks(
                ~monthly & (months % 12 != 0),
                "rule_unknown",
                what="part of a year in table D",
                cite=FACTOR.cite,
            )
            return np.where(
                monthly,
                self.tables["table_d_months"].at(months, run, need=monthly),
                self.tables["table_d_years"].at(months // 12, run, need=~monthly),
            )

        factor = run.step(FACTOR, factor_of, months=months)
        benefit = mul_div(wage, factor, 100, "half_up")
        run.trace(BENEFIT, benefit, wage=wage, factor=factor)
        return Quantity(benefit, "INR cent")

    def last_wage(self, run: Run, view: View) -> Int:
        """Wage of the last month of the record, at most the ceiling of that day."""
        end = end_of_record(view)
        paid = earned(view, end - 1, end)
        run.lacks(paid == 0, "fact_missing", fact=WAGE.key, cite=WAGE.cite)
        return np.minimum(
            paid,
            self.tables["wage_ceiling"].at(first_day(end - 1), run),
        )
