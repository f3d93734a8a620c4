"""Philippines, Social Security System: the highest of three formulas, dependants, survivors.
Parameters: sss.yaml.

Earnings of a line are the monthly salary credits themselves. Only contributions before the semester
of the contingency count: the two quarters that end with the quarter in which it falls.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.pay import count, earned_below, masks, month_of_nth_last, paid_months, with_lines
from portability.cohort import SURVIVORS
from portability.coverage import POPCOUNT, Credited, window_mask
from portability.dates import NODATE, add_months, age_months, month_of
from portability.exact import div, mul_div
from portability.scheme import (
    Amounts,
    Award,
    Cohort,
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
ACT = "https://saklawph.com/?p=11249"
BUGANTE = "http://tucp.org.ph/2017/02/sss-retirement-pension-computed/"
OPTIONAL, TECHNICAL, DEATH = 1, 2, 3

AMSC = Step(
    "amsc",
    "PHP cent",
    "RA 11199 s. 8(m): average monthly salary credit",
    ACT,
    last_60="PHP cent",
    whole="PHP cent",
)
YEARS = Step(
    "credited_years",
    "year",
    "RA 11199 s. 8(n): calendar years with six contributions and more",
    ACT,
)
FORMULA_1 = Step(
    "formula_1",
    "PHP cent",
    "RA 11199 s. 12(a)(1): 300 + 20 % + 2 % a year above ten",
    BUGANTE,
    amsc="PHP cent",
    credited="year",
)
FORMULA_2 = Step("formula_2", "PHP cent", "RA 11199 s. 12(a)(2): 40 %", BUGANTE, amsc="PHP cent")
MINIMUM = Step(
    "minimum_pension",
    "PHP cent",
    "RA 11199 s. 12(b): 1,200 from ten, 2,400 from twenty years",
    BUGANTE,
)
BASIC = Step("basic_pension", "PHP cent", "RA 11199 s. 12: the highest of the three", BUGANTE)
ALLOWANCE = Step("benefit_allowance", "PHP cent", "SSS benefit allowance of January 2017", BUGANTE)
MONTHLY = Step(
    "monthly_pension", "PHP cent", "RA 11199 s. 12-B", ACT, basic="PHP cent", allowance="PHP cent"
)
DEPENDANT = Step(
    "dependants_pension",
    "PHP cent",
    "RA 11199 s. 12-A: 10 % or 250, the five youngest",
    BUGANTE,
    basic="PHP cent",
)


@define
class Reading:
    """The record before the semester: two averages, credited years (int64[n])."""

    last_60: Int
    whole: Int
    years: Int


class Sss(Scheme):
    """RA 11199 ss. 8, 12 to 13."""

    relations = ("spouse", "child")

    steps = (AMSC, YEARS, FORMULA_1, FORMULA_2, MINIMUM, BASIC, ALLOWANCE, MONTHLY, DEPENDANT)
    bases = ("own", "theoretical", "minimum")
    variants: Mapping[int, str] = {OPTIONAL: "optional", TECHNICAL: "technical", DEATH: "death"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Periods by date; the lines are kept for the salary credits of single months."""
        return with_lines(super().credit(run, co, rows, years), rows)

    # -- right

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """S. 12-B: 120 contributions before the semester, at 60 or 65; s. 13: 36 before death."""
        survivors = co.branch == SURVIVORS
        required = np.full(run.n, 36 if survivors else 120, np.int64)
        zero, before = np.zeros(run.n, np.int64), semester(co.risk)
        own = count(masks(view), view.years, zero, before) + view.own.undated // 1000
        counted = own + view.foreign()
        age, enough = age_months(co.born, co.claim), counted >= required
        opens = [enough] if survivors else [enough & (age >= 780), enough & (age >= 720)]
        variant = np.select(opens, [DEATH] if survivors else [TECHNICAL, OPTIONAL], 0)
        earliest = co.claim if survivors else np.where(enough, add_months(co.born, 720), NODATE)
        return Qualification(
            variant > 0,
            own,
            counted,
            required,
            variant,
            (variant > 0).astype(np.int64),
            earliest=np.asarray(earliest, np.int64),
        )

    # -- amount

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """S. 12: the highest of the three formulas; foreign months credit years, never salary."""
        read = self.reading(view, semester(co.risk), basis)
        amsc = run.step(
            AMSC, lambda: self.amsc(run, view, read), last_60=read.last_60, whole=read.whole
        )
        years = run.step(YEARS, lambda: self.years(run, view, read, basis))
        percent = 20 + 2 * np.maximum(years - 10, 0)
        first = 300_00 + mul_div(amsc, percent, 100, "half_up")
        second = mul_div(amsc, 40, 100, "half_up")
        least = self.tables["minimum"].at(years, run)
        run.trace(FORMULA_1, first, amsc=amsc, credited=years)
        run.trace(FORMULA_2, second, amsc=amsc)
        run.trace(MINIMUM, least)
        basic = run.step(BASIC, lambda: np.maximum(np.maximum(first, second), least))
        run.lacks(
            (years < 10) & (basic < 1000_00),
            "rule_unknown",
            what="minimum below ten credited years",
            cite="RA 11199 s. 12(b)",
        )
        return Quantity(basic, "PHP cent")

    def reading(self, view: View, month: Int, basis: str) -> Reading:
        """Contributions before `month`: the last sixty, all, and the calendar years with six."""
        touched, paid, zero = masks(view), paid_months(view), np.zeros_like(month)
        early = window_mask(view.years, zero, month)
        kept = POPCOUNT[touched & early]
        cap = self.tables["pension_ceiling"]
        first = month_of_nth_last(paid & early, view.years, 60)
        last, _ = earned_below(view, first, month, cap)
        whole, _ = earned_below(view, zero, month, cap)
        months = count(paid, view.years, zero, month)
        filled = kept + (view.foreign_by_year() if basis == "theoretical" else 0)
        return Reading(
            div(last, 60, "half_up"),
            div(whole, np.maximum(months, 1), "half_up"),
            (np.minimum(filled, 12) >= 6).sum(axis=1),
        )

    def amsc(self, run: Run, view: View, read: Reading) -> Int:
        """S. 8(m): the higher of the last sixty divided by 60 and all divided by their number."""
        average = np.maximum(read.last_60, read.whole)
        unpaid = (masks(view) != paid_months(view)).any(axis=1)
        missing = (average == 0) | (view.own.undated > 0) | unpaid
        run.lacks(missing, "fact_missing", fact=AMSC.key, cite=AMSC.cite)
        return average

    def years(self, run: Run, view: View, read: Reading, basis: str) -> Int:
        """S. 8(n): from 1985 on; what contributions before 1985 credit is in no text at hand."""
        if basis == "minimum":
            return div(view.units("minimum"), 12)
        old = (masks(view)[:, view.years < 1985] > 0).any(axis=1)
        run.lacks(old | (view.own.undated > 0), "fact_missing", fact=YEARS.key, cite=YEARS.cite)
        undated = np.zeros(run.n, np.int64)
        if basis == "theoretical":
            for part in view.parts:
                undated[part.at] += part.undated
        return read.years + undated // 12

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """The pension and, under national law alone, the benefit allowance; no agreement seen
        shares the allowance.
        """
        basic = parts["amount"]
        allowance = np.zeros(run.n, np.int64)
        if run.route == "national" and co.branch != SURVIVORS:
            allowance = self.tables["allowance"].at(co.claim, run)
            run.trace(ALLOWANCE, allowance)
        run.trace(MONTHLY, basic + allowance, basic=basic, allowance=allowance)
        return Amounts(basic + allowance, "PHP", "month")

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award | None:
        """S. 13: the spouse has the pension; s. 12-A: five children under 21 a tenth or 250."""
        basic = fam.of(parts["amount"])
        child = fam.is_("child") & (fam.age_months(fam.claim) < 252)
        child &= youngest_first(fam, child) < 5
        spouse = fam.is_("spouse") & (co.branch == SURVIVORS)
        tenth = np.maximum(mul_div(basic, 1, 10, "half_up"), 250_00)
        run.trace(DEPENDANT, tenth, when=child, basic=basic)
        amount = np.select([spouse, child], [basic, tenth], 0)
        return Award(spouse | child, amount, "PHP", "month", np.asarray(fam.claim, np.int64))

    def amount_term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`minimum_pension` of ten credited years."""
        return (
            self.tables["minimum"].at(np.full(run.n, 10), run)
            if name == "minimum_pension"
            else None
        )


def semester(days: NDArray[np.int32]) -> Int:
    """First month of the two quarters that end with the quarter of a day."""
    return month_of(days) // 3 * 3 - 3


def youngest_first(fam: Family, mask: Bool) -> Int:
    """0, 1, 2 … from the youngest of each family for whom mask holds: int64[b]."""
    order = np.lexsort((-fam.born.astype(np.int64), ~mask, fam.person))
    place = np.zeros(len(fam), np.int64)
    place[order] = np.arange(len(fam)) - fam.first[fam.person[order]]
    return place
