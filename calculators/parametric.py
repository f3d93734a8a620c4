"""Schemes that need no Python of their own: a base times a rate, ways in, ages and cuts, in YAML.

The block `parametric:` of a scheme file; every block names its article under `cite`:

    ways:              # best first; the first that is open on the claim date is taken
    - {name: standard, units: 180, age: 720, from: DATE, until: DATE, cut: …}
      # units, age: a number | {table: name} | {female: …, male: …}
    - {name: reduced, units: 60, age: 720, amount: "what is not known"}    # the right only
    - {name: invalid, branch: invalidity, units: 60, age: 0, rate: {…}, base: {…}}    # its own

    base:              # one of these
      {months: 60, or_less: true}     # average of the record's last months (or of those there are);
                                      # without `months` the case says how many: averaging_months
      {table: full_amount}            # a flat amount a month
      {certified: true}               # the average that the institution certifies
      {years: {table: window}, revalued: coefficients, unknown_above: {table: wage, times: [6, 1]}}
                                      # the last calendar years, revalued to the year of the claim

    rate: {pieces: […], max: 100}     # percent of the base; or {female: {…}, male: {…}}
      # unknown_above: 60   where no text says whether there is a highest rate
    minimum:           # of the way, from so many units on; the last row that applies counts
    - {way: standard, table: wage, share: [2, 3], from: 120}
      # cut: true      the cut for an early start lowers the minimum too
      # shared: true   an agreement shares the pension that was raised to it
    maximum: […]       # rows like those of the minimum, of the full pension before it is shared
    refund: {at_least: 24, below: 180, age: 720, pieces: […]}    # months of average pay, once
    claimants:         # percent of the pension, for survivors
      shares: {spouse: {share: 60}, child: {share: 25, to_age: 18, student_to_age: 25, orphan: 40}}
      cap: 100
    round: {how: half_up, step: 1}
    per: month
    full_career: 420

What the file does not hold is unknown:

    entrants: {until: DATE}           # the law of who first entered later
    held: {from: DATE, until: DATE, born_from: DATE}     # of other claim dates and older persons
    other_ways: {from_age: 720, from_units: 300, what: …}    # other pensions, from there on

A piece is `{from: 180, rate: 30}`, a rate from 180 units on (the last that is reached counts), or
`{each: 12, above: 180, up_to: 480, rate: 2, part: down}`: 2 for each 12 units between 180 and 480,
where `part` says what a broken step does: down, up or unknown. Beside pieces with `from`, `whole:
12` makes the rate of a broken year below the last of them unknown.

A cut is `{to: 720, each: 12, rate: 5, part: unknown}`: 5 percent for each 12 months of age before
720, or `{paid: table}`: a table by completed months of age (`by: key`, `steps: true`) with the
percent that is paid. Where the law at hand does not say what a broken step does, the amount is
unknown rather than rounded by us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.parametric_base import Bases
from calculators.parametric_claimants import most, shares
from calculators.parametric_rates import PERCENT, PLACES, broken
from calculators.pay import with_lines
from portability.claimants import fit, record
from portability.cohort import REFUND, SURVIVORS
from portability.coverage import Credited
from portability.dates import age_months
from portability.exact import mul_div, scale_text, to_step
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

Bool = NDArray[np.bool_]


class Parametric(Bases):
    """A scheme written as YAML alone: see the head of this module."""

    bases = ("own", "theoretical", "minimum")

    def __init__(self, source: SchemeSource):
        super().__init__(source)
        if "claimants" in self.law:
            self.relations = tuple(self.law["claimants"]["shares"])
        money, percent = f"{self.currency} cent", f"1e-{PLACES}"
        bases = [block["base"] for block in (self.law, *self.ways) if "base" in block]
        flat = bool(bases) and all("table" in block for block in bases)
        key = "full_amount" if flat else "average_pay"
        self.pay = self.step(key, money, "base")
        self.months = self.step("averaging_months", "month", "base")
        self.above = self.step("units_above", self.unit, "rate", units=self.unit)
        self.whole = self.step("whole_steps_above", "1", "rate")
        self.extra = self.step("extra_rate_percent", percent, "rate")
        self.rate = self.step("rate_percent", percent, "rate", units=self.unit)
        self.full = self.step("pension_before_cut", money, "rate", base=money, rate=percent)
        self.within = self.step(
            "pension_within_limits", money, "maximum", before=money, minimum=money, maximum=money
        )
        self.cut = self.step("cut_percent", percent, "cut", months_early="month")
        self.pension = self.step("pension", money, "pension", before=money, minimum=money)
        self.gratuity = self.step("gratuity_months", percent, "refund", units=self.unit)
        self.lifted = [row for row in self.law.get("minimum", []) if row.get("shared")]
        self.capped = list(self.law.get("maximum", []))
        rated = bool(self.law.get("rate")) or any("rate" in way for way in self.ways)
        used = (
            (bool(bases), self.pay),
            (any(self.asks(block) for block in bases), self.months),
            (rated, self.above),
            (rated, self.whole),
            (rated, self.extra),
            (rated, self.rate),
            (rated, self.full),
            (bool(self.lifted or self.capped), self.within),
            (any("cut" in way for way in self.ways), self.cut),
            (rated, self.pension),
            ("refund" in self.law, self.gratuity),
        )
        self.steps = tuple(step for there, step in used if there)

    def step(self, key: str, unit: str, part: str, **terms: str) -> Step:
        """A step cited by its block; an address in brackets at the end of a citation is its URL."""
        cite = self.cite(part)
        match = re.search(r" \((https?://[^\s()]+)\)\Z", cite)
        url = match[1] if match else ""
        return Step(key, unit, cite[: match.start()] if match else cite, url, **terms)

    def cite(self, part: str) -> str:
        """Citation of a block (or of a way's), else of the rate, else of the first way."""
        parts = (self.law.get(part), *(way.get(part) for way in self.ways))
        for block in (*parts, self.law.get("rate"), self.ways[0]):
            for item in block if isinstance(block, list) else [block]:
                if isinstance(item, Mapping) and "cite" in item:
                    return str(item["cite"])
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
        money = f"{self.currency} cent"
        if co.branch != REFUND and not self.has_ways(co):
            return super().accrue(run, co, view, qual, component, basis)
        if self.rate not in self.steps:
            return Quantity(np.zeros(run.n, np.int64), money)
        has = self.based(qual.variant)
        base = run.step(self.pay, lambda: self.base_of(run, co, view, qual.variant), when=has)
        if co.branch == REFUND:
            months = run.step(
                self.gratuity,
                lambda: self.pieces(run, view.own.total(), self.law["refund"]),
                units=view.own.total,
            )
            return Quantity(mul_div(base, months, PERCENT, "half_up"), money)
        units = view.units(basis)
        rate = run.step(
            self.rate, lambda: self.rate_of(run, co, units, qual.variant), when=has, units=units
        )
        full = mul_div(base, rate, 100 * PERCENT, "half_up")
        run.trace(self.full, full, when=has, base=base, rate=rate)
        if self.lifted or self.capped:
            full = self.within_limits(run, co, full, qual.variant, units)
        return Quantity(full, money)

    def within_limits(
        self, run: Run, co: Cohort, full: Int, variant: NDArray[Any], units: Int
    ) -> Int:
        """The full pension, at least the minimum that is shared with it, at most the maximum."""
        least, _ = self.limits(run, co, self.lifted, variant, units)
        most_, capped = self.limits(run, co, self.capped, variant, units)
        out = np.maximum(full, least)
        out = np.where(capped, np.minimum(out, most_), out)
        run.trace(self.within, out, before=full, minimum=least, maximum=most_)
        return out

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """Less the cut for an early start, at least the minimum, rounded as the file says."""
        if co.branch == REFUND:
            return Amounts(parts["amount"], self.currency, "once")
        cut = np.zeros(run.n, np.int64)
        for i, way in enumerate(self.ways):
            who = qual.variant == i + 1
            if "cut" in way and who.any():
                cut = np.where(who, self.cut_of(run, co, way["cut"], who), cut)
        before = parts["amount"]
        amount = mul_div(before, 100 * PERCENT - cut, 100 * PERCENT, "half_up")
        floor = self.minimum(run, co, qual, cut)
        rule = self.law.get("round", {})
        amount = to_step(
            np.maximum(amount, floor), int(rule.get("step", 1)), str(rule.get("how", "half_up"))
        )
        run.trace(self.pension, amount, before=before, minimum=floor)
        return Amounts(amount, self.currency, str(self.law.get("per", "month")))

    def cut_of(self, run: Run, co: Cohort, cut: Mapping[str, Any], who: Bool) -> Int:
        """Percent (millionths) lost for the months of age before `to`, or by a table of ages."""
        age = age_months(co.born, co.claim)
        with run.only(who):
            if "paid" in cut:
                table = self.tables[str(cut["paid"])]
                paid = table.at(age, run) * 10 ** (PLACES - table.scale)
                percent = 100 * PERCENT - paid
                run.trace(self.cut, percent, when=who)
                return np.where(who, percent, 0)
            early = np.maximum(self.figure(run, co, cut["to"]) - age, 0)
            steps = broken(run, early, int(cut["each"]), str(cut["part"]), self.cut)
        percent = np.minimum(steps * scale_text(cut["rate"], PLACES), 100 * PERCENT)
        run.trace(self.cut, percent, months_early=early, when=who)
        return np.asarray(percent)

    def minimum(self, run: Run, co: Cohort, qual: Qualification, cut: Int) -> Int:
        """The national minimum of the way taken; under an agreement its share is not ours: 0."""
        out = np.zeros(run.n, np.int64)
        if run.route != "national":
            return out
        for reduced in (False, True):
            rows = [
                row
                for row in self.law.get("minimum", [])
                if not row.get("shared") and bool(row.get("cut")) == reduced
            ]
            least, _ = self.limits(run, co, rows, qual.variant, qual.counted)
            kept = 100 * PERCENT - cut if reduced else np.int64(100 * PERCENT)
            out = np.maximum(out, mul_div(least, kept, 100 * PERCENT, "half_up"))
        return out

    def limits(
        self, run: Run, co: Cohort, rows: list[Any], variant: NDArray[Any], units: Int
    ) -> tuple[Int, Bool]:
        """(limit of these rows in minor units, who has one) on the claim date."""
        out, has = np.zeros(run.n, np.int64), np.zeros(run.n, np.bool_)
        for row in rows:
            ways = [k for k, name in self.variants.items() if row["way"] in (name, "any")]
            who = np.isin(variant, ways) & (units >= int(row.get("from", 0)))
            minor = self.money_of(self.tables[str(row["table"])], co, run, who)
            times, by = (int(figure) for figure in row["share"])
            out, has = np.where(who, mul_div(minor, times, by, "half_up"), out), has | who
        return out, has

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
        rows = self.law["minimum"]
        return self.limits(run, co, rows, np.ones(run.n, np.int64), view.own.total())[0]
