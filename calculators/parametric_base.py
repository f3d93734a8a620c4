"""What a rate is taken of under a scheme in YAML: a flat amount, or an average of pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.parametric_rates import Rates
from calculators.pay import count, earned, end_of_record, masks, paid_months
from portability.coverage import POPCOUNT
from portability.dates import day, year_of
from portability.exact import div, mul_div
from portability.scheme import Cohort, Int, Run, Step, View
from portability.tables import Table, unit_scale

Bool = NDArray[np.bool_]


class Bases(Rates):
    """Bases of a scheme file: see the head of calculators/parametric.py."""

    pay: Step
    months: Step

    @staticmethod
    def asks(block: Mapping[str, Any]) -> bool:
        """Whether the case says over how many months the average is taken."""
        return not {"months", "table", "certified", "revalued"} & set(block)

    def based(self, variant: NDArray[Any]) -> Bool:
        """Who is on a way with a base: bool[n]."""
        ways = [k for k, way in enumerate(self.ways, 1) if "base" in way or "base" in self.law]
        return np.asarray(np.isin(variant, ways) | ((variant == 0) & ("base" in self.law)))

    def base_of(self, run: Run, co: Cohort, view: View, variant: NDArray[Any]) -> Int:
        """Base a month in minor units; a way's own base comes first."""
        out = np.zeros(run.n, np.int64)
        own = [i + 1 for i, way in enumerate(self.ways) if "base" in way]
        for k in [0, *own]:
            who = variant == k if k else ~np.isin(variant, own)
            block = self.ways[k - 1]["base"] if k else self.law.get("base")
            if block is not None and who.any():
                with run.only(who):
                    out = np.where(who, self.base(run, co, view, block), out)
        return out

    def base(self, run: Run, co: Cohort, view: View, block: Mapping[str, Any]) -> Int:
        """A table's flat amount, an institution's average, or an average of the record."""
        if "table" in block:
            return self.money_of(self.tables[str(block["table"])], co, run)
        if "revalued" in block:
            return self.revalued(run, co, view, block)
        if block.get("certified"):
            everyone = np.ones(run.n, np.bool_)
            run.lacks(everyone, "fact_missing", fact=self.pay.key, cite=self.pay.cite)
            return np.zeros(run.n, np.int64)
        return self.average_pay(run, view, block)

    def average_pay(self, run: Run, view: View, block: Mapping[str, Any]) -> Int:
        """Earnings of the last months of the record by these months (or by those there were)."""
        last = end_of_record(view)
        if "months" in block:
            want = np.full(run.n, int(block["months"]))
        else:
            want, _ = run.fact(self.months, need=np.ones(run.n, np.bool_))
        total = earned(view, last - want, last)
        months = count(paid_months(view), view.years, last - want, last)
        run.lacks(total == 0, "fact_missing", fact=self.pay.key, cite=self.pay.cite)
        whole = POPCOUNT[masks(view)].sum(axis=1)
        run.lacks(
            (total > 0) & (months < np.minimum(want, whole)),
            "rule_unknown",
            what="a gap in the last months of the record",
            cite=self.pay.cite,
        )
        divisor = months if block.get("or_less") else want
        return div(total, np.maximum(divisor, 1), "half_up")

    def revalued(self, run: Run, co: Cohort, view: View, block: Mapping[str, Any]) -> Int:
        """Pay of the last calendar years x coefficient of the year of the claim, a month.

        Only whole years are certain: what a gap in the window does is not in the texts at hand.
        Pay above the limit `unknown_above` may be cut, which needs the day the limit is read.
        """
        opening, own = year_of(co.claim), view.own
        window = self.figure(run, co, block["years"])
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
        if "unknown_above" in block:
            self.below_limit(run, view, used, block["unknown_above"])
        table = self.tables[str(block["revalued"])]
        factor, known = table.find(opening[:, None] * 10000 + years)
        run.lacks(
            (used & ~known).any(axis=1),
            "parameter_not_published",
            table=table.name,
            scheme=self.id,
            known=f"{table.first // 10000}…{table.last // 10000}",
        )
        pay = np.where(used, own.earnings, 0)
        total = mul_div(pay, factor, 10**table.scale, "half_up").sum(axis=1)
        return div(total, np.maximum(window * 12, 1), "half_up")

    def below_limit(self, run: Run, view: View, used: Bool, limit: Mapping[str, Any]) -> None:
        """Pay of a year above table x times may have been cut: unknown."""
        table = self.tables[str(limit["table"])]
        times, by = (int(figure) for figure in limit["times"])
        january = np.array([day(f"{int(year)}-01-01") for year in view.own.years])
        monthly = table.row(january, run, need=used) * self.minor(table)
        run.lacks(
            (used & (view.own.earnings > mul_div(monthly, times, by)[None, :])).any(axis=1),
            "rule_unknown",
            what="the day on which the ceiling of the pay is read",
            cite=self.pay.cite,
        )

    def money_of(self, table: Table, co: Cohort, run: Run, need: Bool | None = None) -> Int:
        """A table's amount on the claim date in minor units."""
        return np.asarray(table.at(co.claim, run, need=need) * self.minor(table))

    def minor(self, table: Table) -> int:
        """Minor units in one unit of the table."""
        return int(10 ** (unit_scale(f"{self.currency} cent")[0] - table.scale))
