"""Netherlands, AOW: 2 % for each of the fifty years before pension age. Parameters: aow.yaml."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.coverage import Credited, credit_by_dates, merged
from portability.dates import NODATE, add_months, age_months, day_in_month, month_of
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

FIFTY_YEARS = 600  # months: AOW art. 7a, start age = pension age less 50 years
YEAR_DAYS, MONTH_DAYS = 360, 30  # Regeling herleiding art. 1(3): a year is 360 days, a month 30
CONVERSION = (
    "https://wetten-acc.overheid.nl/jci1.3:c:BWBR0003815&artikel=2&g=2016-10-01&z=2024-10-31"
)

AGE = Step("pension_age", "month", "AOW art. 7a(1)", "https://wetten.overheid.nl/BWBR0002221")
INSURED = Step("insured_days", "day", "AOW art. 13; Regeling herleiding art. 1(3)", CONVERSION)
GAP = Step(
    "uninsured_years",
    "year",
    "AOW art. 13(1)(a); Regeling herleiding art. 1(4)",
    CONVERSION,
    insured="day",
)
REDUCTION = Step("reduction_percent", "1", "AOW art. 13(1)(a)", CONVERSION, uninsured="year")
PERCENT = Step("percent", "1", "AOW art. 13(1)(a)", CONVERSION, reduction="1")
COUPLE = Step("shared_household", "1", "AOW art. 9(1): 1 married or sharing a household, 0 alone")
FULL = Step(
    "full_pension",
    "EUR cent",
    "AOW art. 9",
    "https://rekenbuddy.nl/nieuws/aow-bedragen",
    shared="1",
)
PENSION = Step("pension", "EUR cent", "AOW arts. 9, 13", full="EUR cent", percent="1")


@define
class Insured(Credited):
    """The record with its days of insurance inside the window (360 a year): int64[m]."""

    insured_days: Int = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Insured:
        cut = Credited.take(self, idx)
        assert isinstance(cut, Insured)
        return evolve(cut, insured_days=self.insured_days[idx])


def position(days: Int) -> Int:
    """A day on a calendar of 360-day years: differences add up whatever gaps are summed."""
    return month_of(days) * MONTH_DAYS + np.minimum(day_in_month(days), MONTH_DAYS) - 1


class Aow(Scheme):
    """AOW arts. 7, 7a, 9, 13."""

    steps = (AGE, INSURED, GAP, REDUCTION, PERCENT, COUPLE, FULL, PENSION)
    bases = ("own", "theoretical")
    variants: Mapping[int, str] = {1: "standard"}

    def window(self, run: Run, co: Cohort) -> tuple[Int, Int]:
        """First day and end (exclusive) of the fifty years before pension age."""
        age = self.tables["pension_age"].at(co.born, run)
        return add_months(co.born, age - FIFTY_YEARS), add_months(co.born, age)

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Months for other states; beside them the window's days, a certified month as 30."""
        plain = credit_by_dates(len(co), rows, years, self.unit)
        first, last = self.window(run, co)
        days = np.zeros(len(co), np.int64)
        normal = rows.status == 0
        sums = rows.where(normal & (rows.credited >= 0))
        np.add.at(days, sums.person, sums.credited * MONTH_DAYS // 1000)
        dated = rows.where(
            normal & (rows.credited < 0) & (rows.start != NODATE) & (rows.end > rows.start)
        )
        who, start, end = merged(dated.person, dated.start, dated.end)
        low, high = np.maximum(start, first[who]), np.minimum(end, last[who])
        np.add.at(days, who, np.where(high > low, position(high) - position(low), 0))
        return Insured(
            plain.unit,
            plain.years,
            plain.by_year,
            plain.undated,
            plain.earnings,
            plain.months,
            plain.kinds,
            lump=plain.lump,
            insured_days=days,
        )

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Art. 7: pension age reached and at least one year insured."""
        age = run.step(AGE, lambda: self.tables["pension_age"].at(co.born, run))
        own, counted = view.own.total(), view.units("theoretical")
        required = self.tables["minimum_months"].at(co.born, run)
        met = (counted >= required) & (counted > 0) & (age_months(co.born, co.claim) >= age)
        opens = np.where((counted >= required) & (counted > 0), add_months(co.born, age), NODATE)
        return Qualification(
            met, own, counted, required, met.astype(np.int64), met.astype(np.int64), earliest=opens
        )

    def percent(self, run: Run, view: View, basis: str) -> Int:
        """Art. 13(1)(a): 2 % less for each whole year not insured; other days are left out."""
        own = view.own
        assert isinstance(own, Insured)
        more = view.foreign() * MONTH_DAYS if basis == "theoretical" else 0
        days = run.step(
            INSURED, lambda: np.minimum(own.insured_days + more, FIFTY_YEARS * MONTH_DAYS)
        )
        gap = run.step(GAP, lambda: (FIFTY_YEARS * MONTH_DAYS - days) // YEAR_DAYS, insured=days)
        reduction = run.step(REDUCTION, lambda: 2 * gap, uninsured=gap)
        return np.asarray(run.step(PERCENT, lambda: 100 - reduction, reduction=reduction))

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Full pension of the household x percent, a month."""
        percent = self.percent(run, view, basis)
        asked = ~run.given(FULL)
        shared, given = run.fact(COUPLE, need=asked)
        single = self.tables["full_single"].at(co.claim, run, asked & given & (shared == 0))
        couple = self.tables["full_couple_each"].at(co.claim, run, asked & given & (shared > 0))
        full = run.step(FULL, lambda: np.where(shared > 0, couple, single), shared=shared)
        pension = mul_div(full, percent, 100, "half_up")
        run.trace(PENSION, pension, full=full, percent=percent)
        return Quantity(pension, "EUR cent")

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """A month, gross, without holiday allowance."""
        return Amounts(parts["amount"], "EUR", "month")

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`full_career`: fifty years."""
        return np.full(run.n, FIFTY_YEARS, np.int64) if name == "full_career" else None
