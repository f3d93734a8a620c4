"""United States, old-age, survivors and disability insurance (Social Security Act, title II).
Parameters: oasdi.yaml.

The law stands beside this file, by subject: oasdi_record (quarters of coverage, 413), oasdi_insured
(414, 423(c)),
oasdi_pia (415), oasdi_totalization (433, 20 CFR 404.1918), oasdi_age (402(q), (w)), oasdi_family
(402(b)-(h), 403).
Earnings are Social Security earnings as the record shows them; ages are attained on the day before
the birthday.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.us import oasdi_age as age
from calculators.us import oasdi_family as family
from calculators.us import oasdi_insured as insured
from calculators.us import oasdi_maximum as maximum
from calculators.us import oasdi_pia as pia
from calculators.us import oasdi_record as record
from calculators.us import oasdi_totalization as totalization
from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS, Cohort, Family, RowSet
from portability.scheme import Amounts, Award, Credited, Qualification, Quantity, Run, Scheme, Step
from portability.view import View

Int = NDArray[np.int64]


class Oasdi(Scheme):
    """Benefits on the record of one worker; see the modules for the law of each step."""

    steps: tuple[Step, ...] = (
        *insured.STEPS,
        *pia.STEPS,
        *totalization.STEPS,
        *age.STEPS,
        *family.STEPS,
        *maximum.STEPS,
    )
    components = ("pia",)
    whole_sums = True  # 413(a)(2)(A)(ii): a quarter follows from the total of the calendar year
    bases = ("own", "theoretical")
    variants = {0: "none", insured.CURRENTLY: "currently insured", insured.FULLY: "fully insured"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """413: quarters of coverage by calendar year."""
        return record.credit(self.tables, co, rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """414, 423(c)(1): fully, currently, disability insured."""
        return insured.qualify(run, co, view, self.tables)

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """415 on the own record; 404.1918(b) on the theoretical one. The PIA, with all increases,
        in cents."""
        now = insured.clock(run, co)
        incomplete(run, view, basis)
        if basis == "theoretical":
            return Quantity(totalization.theoretical_pia(run, self.tables, now, view), "USD cent")
        years, earnings = view.own.years, view.own.earnings
        if co.branch == INVALIDITY:
            now, earnings = pia.better_year(run, self.tables, co, now, view)
        value, _ = pia.own_pia(run, self.tables, now, years, earnings)
        if run.route == "national":
            pia.frozen_minimum(run, self.tables, now, value)
            pia.older_methods(run, self.tables, now, years, earnings, value)
        return Quantity(value, "USD cent")

    def share(self, run: Run, co: Cohort, q: Quantity, num: Int, den: Int) -> Int:
        """404.1918(c): the pro rata PIA."""
        return totalization.pro_rata(run, q.v, num, den)

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """402(a), (q), (w), 423(a)(2): after the fraction, the PIA is reduced or raised for age and
        cut to a dollar."""
        now, amount = insured.clock(run, co), parts["pia"]
        run.trace(pia.PIA, amount, when=np.array([run.route != "national"]))
        if co.branch == OLD_AGE:
            early = age.months_early(run, self.tables, now)
            late = age.months_delayed(run, self.tables, now, view, qual.required)
            base = self.support(run, now, view, amount, late)
            amount = np.where(
                early > 0,
                age.reduced(amount, early, now.paid),
                np.maximum(age.credited(self.tables, now, base, late), amount),
            )
        if co.branch == SURVIVORS:
            return Amounts(amount, "USD", "month")
        value = run.step(age.BENEFIT, lambda: amount, pia=parts["pia"])
        return Amounts(run.step(age.MONTHLY, lambda: age.dollars(value, now.paid)), "USD", "month")

    def support(self, run: Run, now: insured.Clock, view: View, amount: Int, late: Int) -> Int:
        """404.313(e): credits never raise the special minimum, but the amount below it."""
        if run.route != "national" or not (late > 0).any():
            return amount
        idx = np.flatnonzero((late > 0) & ~run.given(pia.PIA))
        if not len(idx):
            return amount
        quiet, cut, own = run.child(idx, trace_to=None), now.take(idx), view.own
        special = pia.special_minimum(
            quiet, self.tables, cut, own.years, own.earnings[idx], ~quiet.given(pia.PIA)
        )
        some = amount[idx] == special
        idx, base = idx[some], amount.copy()
        if len(idx):
            quiet = run.child(idx, trace_to=None)
            base[idx] = pia.own_pia(
                quiet, self.tables, now.take(idx), own.years, own.earnings[idx]
            )[1]
        return base

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """404.1918(a)(3): used_quarters over computation_period."""
        return insured.term(name, run, insured.clock(run, co), view)

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award | None:
        """402(b)-(h): what each claimant would get on this record under one route."""
        return family.award(self.tables, run, co, fam, parts, qual, view)

    def limit(
        self, run: Run, co: Cohort, fam: Family, amounts: Int, route: Int, offers: Any
    ) -> Int:
        """403(a): the family maximum."""
        return maximum.limit(self.tables, run, co, fam, amounts, route, offers)


OWN_FACTS = (pia.PIA, pia.INDEXED_PIA, pia.ELIGIBILITY_PIA, pia.AIME)
SHARED_FACTS = (
    totalization.PRO_RATA,
    totalization.THEORETICAL_PIA,
    totalization.THEORETICAL_BASE,
    totalization.THEORETICAL_AIME,
)


def incomplete(run: Run, view: View, basis: str) -> None:
    """415(b): an amount needs the earnings of every period; 404.1918(c): the fraction needs the
    quarters of every year."""
    own = view.own
    if not isinstance(own, record.Earned):
        return
    shared = basis == "theoretical"
    given = np.zeros(run.n, np.bool_)
    for fact in SHARED_FACTS if shared else OWN_FACTS:
        given |= run.given(fact)
    run.lacks(own.unpaid & ~given, "fact_missing", fact="earnings", cite="42 USC 415(b)")
    if shared:
        open_ = (own.possible > 0) & ~run.given(totalization.PRO_RATA)
        run.lacks(open_, "fact_missing", fact=insured.QUARTERS.key, cite="20 CFR 404.141")
