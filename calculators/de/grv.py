"""Germany, statutory pension insurance (SGB VI): old-age, invalidity and survivors' pensions.
Parameters: grv.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.de import grv_attributed as attributed
from calculators.de import grv_points as worth
from calculators.de import grv_record as record
from calculators.de import grv_rights as rights
from calculators.de import grv_supplement as basic
from calculators.de import grv_survivors as family
from calculators.de.grv_record import URL
from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS, Cohort, Family, RowSet
from portability.coverage import Credited, per_person
from portability.dates import day, month_of
from portability.exact import mul_div
from portability.scheme import Amounts, Award, Qualification, Quantity, Scheme
from portability.trace import Run, Step
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

POINT = "1e-4 point"
ONE_POINT_KIND = day("2024-07-01")  # 254d: points (Ost) become points
EURO = day("2002-01-01")
CENT = 10**7  # points (1e-4) x value (1e-5) -> cents

POINTS = Step("earnings_points", POINT, "SGB VI 66(1)", URL)
EAST_POINTS = Step("earnings_points_east", POINT, "SGB VI 254b, 254d (old)", URL)
THEORETICAL = Step(
    "theoretical_points",
    POINT,
    "Reg. (EC) 883/2004 art. 52(1)(b)(i); SGB VI 66, 121",
    URL,
    own=POINT,
    foreign="month",
    months="month",
)
ACCESS = Step("access_factor", "1e-3", "SGB VI 77", URL, early="month", late="month")
TYPE = Step("type_factor", "1e-3", "SGB VI 67", URL)
PERSONAL = Step("personal_points", POINT, "SGB VI 66(1), 121", URL, points=POINT, factor="1e-3")
PERSONAL_EAST = Step(
    "personal_points_east", POINT, "SGB VI 254b, 254d (old)", URL, points=POINT, factor="1e-3"
)
VALUE = Step("pension_value", "1e-5 EUR", "SGB VI 68, 65", URL)
MARKS = Step("monthly_pension_dm", "1e-2 DEM", "SGB VI 64, 123(1)", URL)
PENSION = Step(
    "monthly_pension",
    "EUR cent",
    "SGB VI 64, 123(1)",
    URL,
    points=POINT,
    each="1e-5 EUR",
    type="1e-3",
)


class Grv(Scheme):
    """SGB VI. Amounts in points until the last stage; the pension value turns them into money
    (63(6), 64).
    """

    relations = ("spouse", "child")

    components = ("points", "points_east", "supplement")
    bases = ("own", "theoretical")
    variants = rights.VARIANTS
    steps = (
        record.CHILDREN,
        rights.WAIT,
        rights.RECENT,
        rights.UNEMPLOYED_FACT,
        rights.WAIT_DONE,
        worth.BASE,
        worth.AVERAGE,
        worth.BY_YEAR,
        worth.EAST_BY_YEAR,
        worth.CHILD,
        worth.LOW_PAY,
        worth.FREE,
        *attributed.STEPS,
        POINTS,
        EAST_POINTS,
        THEORETICAL,
        *basic.STEPS,
        ACCESS,
        TYPE,
        PERSONAL,
        PERSONAL_EAST,
        VALUE,
        MARKS,
        PENSION,
        *family.STEPS,
    )

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """SGB VI 54-58, 122(1): months of the record by kind."""
        return record.credit(self.tables, run, co, rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """SGB VI 34(1): waiting period, insurance conditions and age of the pension claimed."""
        if co.branch == OLD_AGE:
            return rights.old_age(self.tables, run, co, view)
        if co.branch == INVALIDITY:
            return rights.invalidity(self.tables, run, co, view)
        if co.branch == SURVIVORS:
            return rights.survivors(run, co, view)
        return super().qualify(run, co, view)

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """SGB VI 66(1): points of a component; on a theoretical basis foreign months are worth the
        own average.
        """
        rec = rights.record_of(view)
        foreign = view.foreign() if basis == "theoretical" else np.zeros(run.n, np.int64)
        if component == "supplement":
            return Quantity(self.supplement(run, co, rec, foreign), POINT)
        with run.only(~(run.given(PERSONAL) | run.given(PENSION))):
            return Quantity(self.shared(run, co, view, rec, foreign, component, basis), POINT)

    def shared(
        self,
        run: Run,
        co: Cohort,
        view: View,
        rec: record.Record,
        foreign: Int,
        component: str,
        basis: str,
    ) -> Int:
        """66(1): points that carry the pension, for whom neither they nor the pension are
        certified.
        """
        if component == "points_east":
            return self.east(run, co, rec, foreign)
        own: Int = run.step(POINTS, lambda: self.points(run, co, view, rec))
        total = own + extra(own, foreign, rec)
        if basis == "theoretical":
            terms = {"own": own, "foreign": foreign, "months": rec.contributions()}
            total = run.step(THEORETICAL, lambda: total, when=foreign > 0, **terms)
        if co.branch != OLD_AGE:
            total = total + attributed.points(self.tables, run, co, rec, foreign)
        return total

    def points(self, run: Run, co: Cohort, view: View, rec: record.Record) -> Int:
        """66(1) no. 1, 2: points of contribution periods, raised under 262, and those of 71-74 as
        certified.
        """
        got = worth.points(self.tables, run, co, rec)
        east = np.where(co.claim < ONE_POINT_KIND, per_person(got.east), 0)
        raised = worth.low_pay(run, rec, got, view.units("theoretical"))
        return got.total() - east + raised + worth.free_points(run, co, rec)

    def east(self, run: Run, co: Cohort, rec: record.Record, foreign: Int) -> Int:
        """254b, 254d (old): points (Ost) have their own value before July 2024."""
        old = co.claim < ONE_POINT_KIND
        eastern = rec.east_base.any() and ((rec.east_base > 0).any(axis=1) & old).any()
        if not (run.given(EAST_POINTS).any() or eastern):
            return np.zeros(run.n, np.int64)
        mute, run.trace_to = run.trace_to, None
        covered = run.given(POINTS)

        def own() -> Int:
            with run.only(~covered):
                got = worth.points(self.tables, run, co, rec)
            return np.where(old & ~covered, got.east.sum(axis=1), 0)

        value: Int = own()
        run.trace_to = mute
        value = run.step(EAST_POINTS, lambda: value, when=value > 0)
        return value + extra(value, foreign, rec)

    def supplement(self, run: Run, co: Cohort, rec: record.Record, foreign: Int) -> Int:
        """76g, in force from 2021; the record's own points unless the valuation is certified."""
        long = basic.possible(run, co, rec, foreign)
        rich = run.fact(POINTS)[0] >= basic.MOST * np.maximum(rec.contributions(), 1)
        long = long & ~(
            run.given(POINTS)
            & rich
            & ~run.given(basic.VALUED_POINTS)
            & ~run.given(basic.SUPPLEMENT)
        )
        if not long.any():
            return np.zeros(run.n, np.int64)
        certified = (
            run.given(basic.VALUED_POINTS) | run.given(basic.AVERAGE) | run.given(basic.SUPPLEMENT)
        )
        mute, run.trace_to = run.trace_to, None
        with run.only(long & ~certified):
            run.lacks(
                run.given(POINTS),
                "fact_missing",
                fact=basic.VALUED_POINTS.key,
                cite=basic.VALUED_POINTS.cite,
            )
            got = worth.points(self.tables, run, co, rec)
        run.trace_to = mute
        with run.only(long):
            value = basic.supplement(run, co, rec, foreign, got, long)
        return np.where(long, value, 0)

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """64: personal points x type factor x pension value, rounded where 121 and 123 say so;
        cents a month.
        """
        factor = self.access(run, co, view, qual)
        kind = self.type_factor(run, co)
        points = run.step(
            PERSONAL,
            lambda: mul_div(parts["points"], factor, 1000, "half_up"),
            points=parts["points"],
            factor=factor,
        )
        east = mul_div(parts["points_east"], factor, 1000, "half_up")
        run.trace(PERSONAL_EAST, east, points=parts["points_east"], factor=factor, when=east > 0)
        more = mul_div(parts["supplement"], factor, 1000, "half_up")
        with run.only(~run.given(VALUE)):
            value, value_east = self.values(run, co, east > 0)
        value = run.step(VALUE, lambda: value)
        money = run.step(
            PENSION,
            lambda: (
                self.money(run, co, points, value, kind)
                + self.money(run, co, east, value_east, kind)
            ),
            points=points,
            each=value,
            type=kind,
        )
        extra_money = mul_div(more * kind, value, 1000 * CENT, "half_up")
        return Amounts(money + basic.after_income(run, co, extra_money, value), self.currency)

    def money(self, run: Run, co: Cohort, points: Int, value: Int, kind: Int) -> Int:
        """64, 123(1): a monthly amount in euro cents; before 2002 fixed in DM and converted (Reg.
        2866/98).
        """
        amount = mul_div(points * kind, value, 1000 * CENT, "half_up")
        marks = co.claim < EURO
        run.trace(MARKS, amount, when=marks & (amount > 0))
        rate = int(self.tables["euro_rate"].find(1)[0])
        return np.where(marks, mul_div(amount, 10**5, rate, "half_up"), amount)

    def values(self, run: Run, co: Cohort, need_east: Bool) -> tuple[Int, Int]:
        """65, 68, 255a (old): pension value in force on the claim date, west and east; 1e-5 EUR
        (DM before 2002).
        """
        marks = co.claim < EURO
        west = np.where(
            marks,
            self.tables["pension_value_dm"].at(co.claim, run, marks),
            self.tables["pension_value"].at(co.claim, run, ~marks),
        )
        if not need_east.any():
            return west, west
        old = co.claim < ONE_POINT_KIND
        east = np.where(
            marks,
            self.tables["pension_value_east_dm"].at(co.claim, run, need_east & marks),
            self.tables["pension_value_east"].at(co.claim, run, need_east & old & ~marks),
        )
        return west, np.where(old, east, west)

    def access(self, run: Run, co: Cohort, view: View, qual: Qualification) -> Int:
        """77(2): 0.003 less a month before the age free of reduction, 0.005 more a month after the
        standard age.
        """
        if co.branch != OLD_AGE:
            factor: Int = run.step(ACCESS, lambda: attributed.access(self.tables, run, co, view))
            return factor
        claim = month_of(co.claim)
        late = np.where(
            qual.variant == rights.STANDARD,
            rights.late_months(self.tables, run, co, view, claim),
            0,
        )
        early = rights.reduced_months(self.tables, co, qual.variant)
        value: Int = run.step(ACCESS, lambda: 1000 - 3 * early + 5 * late, early=early, late=late)
        return value

    def type_factor(self, run: Run, co: Cohort) -> Int:
        """67: 1.0 for old age; for reduced earning capacity full (1.0) or partial (0.5), as
        certified.
        """
        whole = np.full(run.n, 1000, np.int64)
        if co.branch != INVALIDITY:
            return whole
        return run.fact(TYPE, need=np.ones(run.n, np.bool_))[0]

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """883/2004 art. 56(1)(a): SGB VI knows no longest period, so none limits it."""
        return np.zeros(run.n, np.int64) if name == "full_career" else None

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award | None:
        """SGB VI 46, 48, 67, 78, 97: widow's, widower's and orphan's pensions from the record of
        the deceased.
        """
        facts = {key: value for (scheme, key), value in co.facts.items() if scheme == self.id}
        inner = Run(len(co), self.id, run.route, stage="amount", facts=facts)
        factor = self.access(inner, co, view, qual)
        points = sum(
            (mul_div(parts[name], factor, 1000, "half_up") for name in parts),
            np.zeros(len(co), np.int64),
        )
        value = self.values(inner, co, points > 0)[0]
        made = family.award(self.tables, run, inner, co, fam, points, factor, view, value)
        for code, detail, mask in inner.reasons:
            told = {key: item for key, item in detail.items() if key != "stage"}
            run.lacks(fam.of(mask).astype(np.bool_), code, **told)
        return made


def extra(own: Int, foreign: Int, rec: record.Record) -> Int:
    """52(1)(b)(i): each foreign month is worth the average of the own contribution months;
    int64[n].
    """
    months = rec.contributions()
    return np.where(months > 0, mul_div(own, foreign, np.maximum(months, 1), "half_up"), 0)
