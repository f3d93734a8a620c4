"""Tunisia, CNSS (employees outside agriculture): the rate is in YAML, the revalued pay here."""

from __future__ import annotations

import numpy as np

from calculators.parametric import Parametric
from portability.coverage import POPCOUNT
from portability.dates import day, year_of
from portability.exact import div, mul_div
from portability.scheme import Cohort, Int, Run, View

SIX_SMIG_HOURS = (
    6 * 2400,
    208,
)  # six times the SMIG of 2,400 hours a year; the table holds a month of 208 hours


class Cnss(Parametric):
    """CNSS: décret 74-499 with 82-1030 and 94-1429."""

    def average_pay(self, run: Run, co: Cohort, view: View) -> Int:
        """Pay of the last five, seven or ten calendar years x coefficient of the opening, a month
        (thousandths TND).

        Only whole years of contributions are certain: what a gap in the window does is not in the
        text at hand. Pay above the lowest SMIG of its year times six may be cut, which needs the
        day the ceiling is read: unknown.
        """
        opening, own = year_of(co.claim), view.own
        window = self.tables["window_years"].at(co.claim, run)
        years = own.years.astype(np.int64)[None, :]
        used = (years < opening[:, None]) & (years >= (opening - window)[:, None])
        months = POPCOUNT[own.months] if own.months is not None else own.by_year
        whole = used & (own.earnings > 0) & (months == 12)
        run.lacks(
            whole.sum(axis=1) < window,
            "rule_unknown",
            what="years without twelve months of pay in the window",
            cite=self.pay.cite,
        )
        smig = self.tables["smig_48h"].row(
            np.array([day(f"{int(y)}-01-01") for y in own.years]), run, need=used
        )
        run.lacks(
            (used & (own.earnings > mul_div(smig, *SIX_SMIG_HOURS)[None, :])).any(axis=1),
            "rule_unknown",
            what="day on which the ceiling of six SMIG is read",
            cite=self.pay.cite,
        )
        key = opening[:, None] * 10000 + years
        factor, known = self.tables["coefficients"].find(key)
        run.lacks(
            (used & ~known).any(axis=1),
            "parameter_not_published",
            table="coefficients",
            scheme=self.id,
            known="1994…2024",
        )
        revalued = mul_div(np.where(used, own.earnings, 0), factor, 10**5, "half_up").sum(axis=1)
        return div(revalued, np.maximum(window * 12, 1), "half_up")
