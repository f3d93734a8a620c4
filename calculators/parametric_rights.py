"""The right under a scheme in YAML: ways by units, age, sex, day; what is not held is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.parametric_checks import check
from calculators.pay import first_of_record
from portability.cohort import BRANCHES, REFUND, SEXES
from portability.dates import FOREVER, NODATE, add_months, age_months, day, month_of
from portability.scheme import (
    QUALIFYING,
    Cohort,
    Int,
    Qualification,
    Run,
    Scheme,
    SchemeSource,
    View,
)

Bool = NDArray[np.bool_]
FEMALE, MALE, UNSPECIFIED = (SEXES.index(sex) for sex in ("female", "male", "unspecified"))
NEVER = 9999  # months of age that nobody reaches


class Rights(Scheme):
    """Who has a right: see the head of calculators/parametric.py."""

    def __init__(self, source: SchemeSource):
        super().__init__(source)
        self.law = check(source)
        self.ways: list[Mapping[str, Any]] = list(self.law["ways"])
        self.variants = {i + 1: str(way["name"]) for i, way in enumerate(self.ways)}

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """The best way open on the claim date; a certified qualifying period stands above all."""
        if co.branch == REFUND:
            self.not_held(run, co, view)
            return self.qualify_refund(run, co, view)
        if not self.has_ways(co):
            return super().qualify(run, co, view)
        counted = view.units("theoretical")
        self.not_held(run, co, view)
        age, k = age_months(co.born, co.claim), len(self.ways)
        opens, needed = np.zeros((k, run.n), np.bool_), np.zeros((k, run.n), np.int64)
        ages = np.full((k, run.n), NEVER, np.int64)
        for i, way in enumerate(self.ways):
            if way.get("branch", "old_age") != BRANCHES[co.branch]:
                continue
            needed[i], years = self.wanted(run, co, way["units"]), self.wanted(run, co, way["age"])
            ages[i] = np.where(counted >= needed[i], years, NEVER)
            opens[i] = (counted >= needed[i]) & (age >= years) & self.valid(way, co)
        variant = np.where(opens.any(axis=0), np.argmax(opens, axis=0) + 1, 0)
        least = np.min(np.where(needed > 0, needed, 2**62), axis=0)
        row = np.arange(run.n)
        required = np.where(variant > 0, needed[np.maximum(variant - 1, 0), row], least % 2**62)
        self.other_ways(run, variant == 0, age, counted)
        youngest = ages.min(axis=0)
        earliest = np.where(
            youngest < NEVER, add_months(co.born, np.minimum(youngest, 1200)), NODATE
        )
        return self.certified(run, view, counted, variant, required, earliest)

    def has_ways(self, co: Cohort) -> bool:
        """Whether the file holds the branch; else its right is known where it is certified."""
        return any(way.get("branch", "old_age") == BRANCHES[co.branch] for way in self.ways)

    def certified(
        self, run: Run, view: View, counted: Int, variant: Int, required: Int, earliest: Int
    ) -> Qualification:
        """The qualification, by the certified qualifying period where there is one."""
        wanted, given = run.fact(QUALIFYING)
        variant = np.where(given, np.where(counted >= wanted, np.maximum(variant, 1), 0), variant)
        required = np.where(given, wanted, required)
        rank = np.where(variant > 0, len(self.ways) + 1 - variant, 0)
        return Qualification(
            variant > 0, view.own.total(), counted, required, variant, rank, earliest=earliest
        )

    def wanted(self, run: Run, co: Cohort, value: Any) -> Int:
        """A condition's figure; nobody with a certified qualifying period lacks it."""
        with run.only(~run.given(QUALIFYING)):
            return self.figure(run, co, value)

    def figure(self, run: Run, co: Cohort, value: Any) -> Int:
        """A number, the table's value on the claim date (or by birth), or the one of the sex."""
        if not isinstance(value, Mapping):
            return np.full(run.n, int(value), np.int64)
        if "table" in value:
            table = self.tables[str(value["table"])]
            return table.at(co.born if table.by == "born" else co.claim, run)
        return self.by_sex(run, co, value, lambda part: self.figure(run, co, part))

    def by_sex(self, run: Run, co: Cohort, value: Any, of: Callable[[Any], Int]) -> Int:
        """`of` the value, or of the part of {female: …, male: …} that is the person's."""
        if not isinstance(value, Mapping) or "female" not in value:
            return of(value)
        women = men = np.zeros(run.n, np.int64)
        if (co.sex != MALE).any():
            with run.only(co.sex != MALE):
                women = of(value["female"])
        if (co.sex != FEMALE).any():
            with run.only(co.sex != FEMALE):
                men = of(value["male"])
        open_ = (co.sex == UNSPECIFIED) & (women != men)
        run.lacks(open_, "fact_missing", fact="sex", cite=str(self.ways[0]["cite"]))
        return np.where(co.sex == MALE, men, women)

    @staticmethod
    def valid(way: Mapping[str, Any], co: Cohort) -> Bool:
        """Claims between the way's `from` and `until`."""
        return np.asarray((co.claim >= first(way, "from")) & (co.claim < last(way, "until")))

    def not_held(self, run: Run, co: Cohort, view: View) -> None:
        """Later entrants, other claim dates and older persons are under a law not held here."""
        given = run.given(QUALIFYING)
        if "entrants" in self.law:
            block = self.law["entrants"]
            entered, any_ = first_of_record(view)
            late = any_ & (entered >= month_of(day(str(block["until"]))))
            what = "law of later entrants"
            run.lacks(late & ~given, "rule_unknown", what=what, cite=block["cite"])
        if "held" in self.law:
            block = self.law["held"]
            early, late = co.claim < first(block, "from"), co.claim >= last(block, "until")
            older = co.born < first(block, "born_from")
            for who, what in (
                (early, "earlier law"),
                (late, "later law"),
                (older, "law of those born earlier"),
            ):
                run.lacks(who & ~given, "rule_unknown", what=what, cite=block["cite"])

    def other_ways(self, run: Run, without: Bool, age: Int, units: Int) -> None:
        """Who has no right by these ways may have one by others that this file does not hold."""
        block = self.law.get("other_ways")
        if block is not None:
            who = without & (age >= int(block["from_age"])) & ~run.given(QUALIFYING)
            who = who & (units >= int(block.get("from_units", 0)))
            run.lacks(who, "rule_unknown", what=block["what"], cite=block["cite"])

    def qualify_refund(self, run: Run, co: Cohort, view: View) -> Qualification:
        """A lump sum where the periods stay below what a pension needs."""
        own, block = view.own.total(), self.law.get("refund")
        if block is None:
            run.lacks(np.ones(run.n, np.bool_), "rule_unknown", what="refund", scheme=self.id)
            return Qualification(np.zeros(run.n, np.bool_), own, own, own, own * 0, own * 0)
        least = np.full(run.n, int(block.get("at_least", 1)), np.int64)
        old = age_months(co.born, co.claim) >= self.wanted(run, co, block.get("age", 0))
        met = (own >= least) & (own < int(block["below"])) & old
        return Qualification(met, own, own, least, own * 0, met.astype(np.int64))


def first(block: Mapping[str, Any], key: str) -> int:
    return day(str(block[key])) if key in block else NODATE


def last(block: Mapping[str, Any], key: str) -> int:
    return day(str(block[key])) if key in block else FOREVER
