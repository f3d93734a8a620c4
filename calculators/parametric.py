"""Schemes that need no Python of their own: a base times a rate, ways in, ages and cuts, in YAML.

The block `parametric:` of a scheme file (`cite` in every block):

    ways:              # best first; the first that is open on the claim date is taken
    - {name: standard, units: 180, age: 720, from: DATE, until: DATE, cut: …}
      # units, age: a number | {table: name} | {female: …, male: …}
    - {name: reduced, units: 60, age: 720, amount: "what is not known"}    # the right only
    - {name: invalid, branch: invalidity, units: 60, age: 0, rate: {pieces: […]}}
    base: {months: 60, or_less: true}     # average of the record's last months, a month
          # or {table: full_amount}: a flat amount | {certified: true}: an institution's average
    rate: {pieces: […], max: 100}         # percent of the base
    minimum: [{way: standard, table: smig, share: [2, 3]}]
    refund: {below: 180, pieces: […]}     # months of average pay, once, short of a pension
    claimants: {shares: {spouse: {share: 60}, child: {share: 25, to_age: 18, student_to_age: 25,
                orphan: 40}}, cap: 100}   # percent of the pension, for survivors
    round: {how: half_up, step: 1}
    full_career: 420
    # what the file does not hold is unknown:
    entrants: {until: DATE}               # the law of who first entered later
    held: {from: DATE}                    # the law of who claims earlier
    other_ways: {from_age: 720, what: …}  # other pensions, from this age on

A piece is `{from: 180, rate: 30}`, a rate from 180 units on (the last that is reached counts), or
`{each: 12, above: 180, up_to: 480, rate: 2, part: down}`: 2 for each 12 units between 180 and 480,
where `part` says what a broken step does: down, up or unknown. A cut is `{to: 720, each: 12,
rate: 5, part: unknown}`: 5 percent for each 12 months of age before 720. Where the law at hand
does not say what a broken step does, the amount is unknown rather than rounded by us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.parametric_claimants import most, shares
from calculators.parametric_rights import Rights
from calculators.pay import (
    count,
    earned,
    end_of_record,
    masks,
    paid_months,
    with_lines,
)
from portability.claimants import fit, record
from portability.cohort import REFUND, SURVIVORS
from portability.coverage import POPCOUNT, Credited
from portability.dates import age_months
from portability.exact import div, mul_div, scale_text, to_step
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
    SchemeSource,
    Step,
    View,
)
from portability.tables import Table, unit_scale

Bool = NDArray[np.bool_]
PERCENT = 10**4  # rates are kept in ten-thousandths of a percent


class Parametric(Rights):
    """A scheme written as YAML alone: see the head of this module."""

    def __init__(self, source: SchemeSource):
        super().__init__(source)
        money = f"{self.currency} cent"
        flat = "table" in (self.law.get("base") or {})
        key = "full_amount" if flat else "average_pay"
        self.pay = self.step(key, money, "base", total=money, months="month")
        self.months = self.step("averaging_months", "month", "base")
        self.above = self.step("units_above", self.unit, "rate", units=self.unit)
        self.whole = self.step("whole_steps_above", "1", "rate")
        self.extra = self.step("extra_rate_percent", "1e-4", "rate")
        self.rate = self.step("rate_percent", "1e-4", "rate", units=self.unit)
        self.full = self.step("pension_before_cut", money, "rate", base=money, rate="1e-4")
        self.cut = self.step("cut_percent", "1e-4", "cut", months_early="month")
        self.pension = self.step("pension", money, "pension", before=money, minimum=money)
        self.gratuity = self.step("gratuity_months", "1e-4", "refund", units=self.unit)
        all_ = (
            (self.pay, self.law.get("base")),
            (self.months, self.law.get("base") and not flat),
            (self.above, self.law.get("rate")),
            (self.whole, self.law.get("rate")),
            (self.extra, self.law.get("rate")),
            (self.rate, self.law.get("rate")),
            (self.full, self.law.get("rate")),
            (self.cut, any("cut" in way for way in self.ways)),
            (self.pension, self.law.get("rate")),
            (self.gratuity, self.law.get("refund")),
        )
        self.steps = tuple(step for step, used in all_ if used)

    def step(self, key: str, unit: str, part: str, **terms: str) -> Step:
        """A step cited by its block; an address in brackets at the end of a citation is its URL."""
        cite = self.cite(part)
        match = re.search(r" \((https?://[^\s()]+)\)\Z", cite)
        url = match[1] if match else ""
        return Step(key, unit, cite[: match.start()] if match else cite, url, **terms)

    def cite(self, part: str) -> str:
        """Citation of a block, else of the rate, else of the first way."""
        for block in (self.law.get(part), self.law.get("rate"), self.ways[0]):
            if isinstance(block, Mapping) and "cite" in block:
                return str(block["cite"])
        return ""

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Periods by date; the lines are kept for the pay of single months."""
        return with_lines(super().credit(run, co, rows, years), rows)

    # -- amount

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """Base x rate on the units of the basis, a month."""
        for i, way in enumerate(self.ways):
            if "amount" in way:
                run.lacks(
                    qual.variant == i + 1, "rule_unknown", what=way["amount"], cite=way["cite"]
                )
        if "rate" not in self.law:
            return Quantity(np.zeros(run.n, np.int64), f"{self.currency} cent")
        base = run.step(self.pay, lambda: self.average_pay(run, co, view))
        if co.branch == REFUND:
            months = run.step(
                self.gratuity,
                lambda: self.pieces(run, view.own.total(), self.law["refund"]),
                units=view.own.total,
            )
            return Quantity(mul_div(base, months, 10**4, "half_up"), f"{self.currency} cent")
        rate = run.step(
            self.rate,
            lambda: self.rate_of(run, view.units(basis), qual.variant),
            units=lambda: view.units(basis),
        )
        full = mul_div(base, rate, 100 * PERCENT, "half_up")
        run.trace(self.full, full, base=base, rate=rate)
        return Quantity(full, f"{self.currency} cent")

    def average_pay(self, run: Run, co: Cohort, view: View) -> Int:
        """Earnings of the last months of the record by these months (or by those there were)."""
        block, last = self.law["base"], end_of_record(view)
        if "table" in block:
            return self.money_of(self.tables[str(block["table"])], co, run)
        if block.get("certified"):
            everyone = np.ones(run.n, np.bool_)
            run.lacks(everyone, "fact_missing", fact=self.pay.key, cite=self.pay.cite)
            return np.zeros(run.n, np.int64)
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

    def money_of(self, table: Table, co: Cohort, run: Run, need: Bool | None = None) -> Int:
        """A table's amount on the claim date in minor units."""
        digits = unit_scale(f"{self.currency} cent")[0] - table.scale
        return np.asarray(table.at(co.claim, run, need=need) * 10**digits)

    def rate_of(self, run: Run, units: Int, variant: NDArray[Any]) -> Int:
        """Percent of the base (ten-thousandths) for these units; a way's own rate comes first."""
        out = np.zeros(run.n, np.int64)
        own = [i + 1 for i, way in enumerate(self.ways) if "rate" in way]
        for k in [0, *own]:
            who = variant == k if k else ~np.isin(variant, own)
            if who.any():
                with run.only(who):
                    law = self.ways[k - 1]["rate"] if k else self.law["rate"]
                    out = np.where(who, self.pieces(run, units, law), out)
        return out

    def pieces(self, run: Run, units: Int, block: Mapping[str, Any]) -> Int:
        """The pieces of a block added up in ten-thousandths, at most its `max`."""
        rate = np.zeros(run.n, np.int64)
        for piece in block["pieces"]:
            if "each" in piece:
                rate = rate + self.stepwise(run, units, piece)
            else:
                rate = np.where(units >= int(piece["from"]), scale_text(piece["rate"], 4), rate)
        return rate if "max" not in block else np.minimum(rate, scale_text(block["max"], 4))

    def stepwise(self, run: Run, units: Int, piece: Mapping[str, Any]) -> Int:
        """rate for each `each` units between `above` and `up_to`."""
        top = np.minimum(units, int(piece["up_to"])) if "up_to" in piece else units
        above = np.maximum(top - int(piece.get("above", 0)), 0)
        whole = broken(run, above, int(piece["each"]), str(piece["part"]), self.rate)
        extra = whole * scale_text(piece["rate"], 4)
        run.trace(self.above, above, units=units)
        run.trace(self.whole, whole)
        run.trace(self.extra, extra)
        return np.asarray(extra)

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """Less the cut for an early start, at least the minimum, rounded as the file says."""
        if co.branch == REFUND:
            return Amounts(parts["amount"], self.currency, "once")
        cut = np.zeros(run.n, np.int64)
        for i, way in enumerate(self.ways):
            if "cut" in way:
                cut = np.where(
                    qual.variant == i + 1,
                    self.cut_of(run, co, way["cut"], qual.variant == i + 1),
                    cut,
                )
        before = parts["amount"]
        amount = mul_div(before, 100 * PERCENT - cut, 100 * PERCENT, "half_up")
        floor = self.minimum(run, co, qual)
        rule = self.law.get("round", {})
        amount = to_step(
            np.maximum(amount, floor), int(rule.get("step", 1)), str(rule.get("how", "half_up"))
        )
        run.trace(self.pension, amount, before=before, minimum=floor)
        return Amounts(amount, self.currency, str(self.law.get("per", "month")))

    def cut_of(self, run: Run, co: Cohort, cut: Mapping[str, Any], who: Bool) -> Int:
        """Percent (ten-thousandths) lost for the months of age before `to`."""
        early = np.maximum(int(cut["to"]) - age_months(co.born, co.claim), 0)
        with run.only(who):
            steps = broken(run, early, int(cut["each"]), str(cut["part"]), self.cut)
        percent = np.minimum(steps * scale_text(cut["rate"], 4), 100 * PERCENT)
        run.trace(self.cut, percent, months_early=early, when=who)
        return np.asarray(percent)

    def minimum(self, run: Run, co: Cohort, qual: Qualification) -> Int:
        """The national minimum of the way taken; under an agreement its share is not ours: 0."""
        out = np.zeros(run.n, np.int64)
        if run.route != "national":
            return out
        return self.minima(run, co, qual.variant)

    def minima(self, run: Run, co: Cohort, variant: NDArray[Any]) -> Int:
        out = np.zeros(run.n, np.int64)
        for row in self.law.get("minimum", []):
            who = np.isin(
                variant, [k for k, name in self.variants.items() if row["way"] in (name, "any")]
            )
            table = self.tables[str(row["table"])]
            minor = self.money_of(table, co, run, who)
            out = np.where(
                who, mul_div(minor, int(row["share"][0]), int(row["share"][1]), "half_up"), out
            )
        return out

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award | None:
        """The shares of the block `claimants`; without it the scheme knows no such benefit."""
        block = self.law.get("claimants")
        if block is None or co.branch != SURVIVORS:
            return None
        per = str(self.law.get("per", "month"))
        return shares(block, fam, fam.of(parts["amount"]), self.currency, per)

    def limit(
        self, run: Run, co: Cohort, fam: Family, amounts: Int, route: Int, offers: Any
    ) -> Int:
        """All claimants together at most `cap` percent of the pension they are shares of."""
        block = self.law.get("claimants") or {}
        if "cap" not in block:
            return amounts
        return fit(fam, amounts, most(block, fam, record(fam, offers, route, "amount")))

    # -- what agreements ask

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`full_career`, where the file states one."""
        value = self.law.get(name) if name == "full_career" else None
        return None if value is None else np.full(run.n, int(value), np.int64)

    def amount_term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`minimum_pension` of the best way, where the file states one."""
        if name != "minimum_pension" or "minimum" not in self.law:
            return None
        return self.minima(run, co, np.ones(run.n, np.int64))


def broken(run: Run, x: Int, each: int, part: str, step: Step) -> Int:
    """Steps of `each` in x; a broken step is dropped, counted or makes the amount unknown."""
    if part == "unknown":
        run.lacks(
            x % each != 0, "rule_unknown", what="a broken step", step=step.key, cite=step.cite
        )
    return div(x, each, "up" if part == "up" else "down")
