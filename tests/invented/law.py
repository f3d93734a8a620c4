"""The invented Pensions Act: so many units open a pension, each unit pays a rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from portability.dates import add_months
from portability.scheme import (
    Amounts,
    Award,
    Cohort,
    Family,
    Int,
    Qualification,
    Quantity,
    Run,
    Scheme,
    Step,
    View,
)

UNITS = Step("paid_units", "1", "Pensions Act s. 3")
BASE = Step("base_amount", "XTS cent", "Pensions Act s. 3", rate="XTS cent")


class Pension(Scheme):
    steps = (UNITS, BASE)
    bases = ("own", "theoretical", "minimum")
    variants = {1: "standard"}

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s. 1 and 2: the qualifying period, and the age on the claim date (survivors: none)."""
        required = self.tables["qualifying"].at(co.claim, run)
        counted = view.units("theoretical")
        of_age = add_months(co.born, self.tables["pension_age"].at(co.born, run))
        open_ = (counted >= required) & ((co.claim >= of_age) | (co.branch == 2))
        met = open_.astype(np.int64)
        return Qualification(open_, view.own.total(), counted, required, met, met, earliest=of_age)

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """s. 3: a rate for each unit, at most a full career."""
        units = np.minimum(view.units(basis), self.tables["full"].at(co.claim, run))
        rate = self.tables["rate"].at(co.claim, run)
        run.trace(UNITS, units)
        return Quantity(run.step(BASE, lambda: units * rate, rate=rate), f"{self.currency} cent")

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        return Amounts(parts["amount"], self.currency)

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        return self.tables["full"].at(co.claim, run) if name == "full_career" else None

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award:
        """s. 5: half for a spouse, a fifth for a child under 18."""
        child = fam.is_("child") & (fam.age_months(fam.claim) < 216)
        share = np.select([fam.is_("spouse"), child], [50, 20], 0)
        base = fam.of(parts["amount"]).astype(np.int64)
        return Award(
            share > 0, base * share // 100, self.currency, "month", fam.claim.astype(np.int64)
        )
