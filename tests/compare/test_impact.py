"""Impact against an oracle that asks for each person one at a time, in plain Python."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "estimate"))
from estimate_people import drawn

from portability import case, catalogue
from portability.answer import answer
from portability.compare import grid, impact
from portability.compare.peopled import EVERY_YEAR, Weighted, halves
from portability.errors import InputError
from portability.estimate import member
from portability.estimate.law import Law
from portability.yamlsource import json_source

Json = dict[str, Any]
A_YEAR = {"month": 12, "week": 52, "fortnight": 26, "year": 1, "once": 0}
TEXTS = ("us-de", "model-r167")
YEARS = (15, 20, 25)


class Drawn:
    """People of a test: every member with weights of his own, by three kinds of start."""

    def __init__(self, batch: pa.RecordBatch, seed: int = 4):
        rng = np.random.default_rng(seed)
        n = len(batch)
        self.batch = batch
        self.weight = np.sort(rng.integers(1, 9_000, (n, 3)), axis=1)
        self.starts = rng.choice([EVERY_YEAR, 0, 1, 3], n)
        self.header: Json = {"title": "drawn", "synthetic": True}
        self.years = YEARS

    def batches(self) -> Iterator[Weighted]:
        sex = self.batch.column("sex").to_pylist()
        for start in range(0, len(self.batch), 40):
            part = slice(start, start + 40)
            yield Weighted(
                self.batch.slice(start, 40),
                self.weight[part],
                self.starts[part],
                {"sex": sex[part]},
            )


def asked(document: Json, text: str | None) -> dict[str, tuple[str, Fraction | None]]:
    """(status, amount a year or None if unknown) by scheme under one text."""
    one = case.load(json_source(json.dumps(document), "person"))
    agreements = [] if text is None else [catalogue.find(text)]
    told = answer(one, agreements, trace=False, ahead=False)["entitlements"]
    found = {}
    for line in told:
        paid = line["payable"]
        if line["status"] == "entitled":
            yearly = None if paid is None else Fraction(paid["amount"]) * A_YEAR[paid["per"]]
        else:
            yearly = None if line["status"] == "unknown" else Fraction(0)
        found[line["scheme"]] = (line["status"], yearly)
    return found


def effect(was: tuple[str, Fraction | None], now: tuple[str, Fraction | None]) -> str:
    rights = was[0] == "entitled", now[0] == "entitled"
    if "unknown" in (was[0], now[0]) or (all(rights) and None in (was[1], now[1])):
        return "unknown"
    if rights == (False, True):
        return "gains"
    if rights == (True, False):
        return "loses"
    difference = (now[1] or 0) - (was[1] or 0)
    return "more" if difference > 0 else "less" if difference < 0 else "same"


def years_paid(start: int, year: int, years: int) -> Fraction:
    """Years in payment in the `year`-th year after entry, per person: half of the ends."""
    if start == EVERY_YEAR:  # so many anew in every year, each paid for `years` years
        return sum((years_paid(k, year, years) for k in range(1, year + 1)), Fraction(0))
    if start == 0:
        return Fraction(1 if year <= years else 0)
    if year < start:
        return Fraction(0)
    if year - start in (0, years):
        return Fraction(1, 2)
    return Fraction(1 if year - start < years else 0)


def oracle(people: Drawn, one: str | None, other: str | None) -> tuple[Json, Json]:
    """(persons by scheme, effect and when; sums by scheme and span), by level."""
    persons: Json = {}
    sums: Json = {}
    for at in range(len(people.batch)):
        document = member.document(people.batch, at, Law())
        was, now = asked(document, one), asked(document, other)
        start = int(people.starts[at])
        when = {EVERY_YEAR: "a year", 0: "at entry"}.get(start, "after entry")
        for scheme in was:
            key = (scheme, effect(was[scheme], now[scheme]), when)
            mine = persons.setdefault(key, [Fraction(0)] * 3)
            weights = [Fraction(int(w), 1000) for w in people.weight[at]]
            persons[key] = [a + b for a, b in zip(mine, weights, strict=True)]
            if None in (was[scheme][1], now[scheme][1]):
                continue
            moved = (now[scheme][1] or 0) - (was[scheme][1] or 0)
            for span, (first, last) in {"year 1": (1, 1), "years 1-5": (1, 5)}.items():
                total = sums.setdefault((scheme, span), [Fraction(0)] * 3)
                sums[scheme, span] = [
                    before
                    + weights[level]
                    * moved
                    * sum(years_paid(start, y, YEARS[level]) for y in range(first, last + 1))
                    for level, before in enumerate(total)
                ]
    return persons, sums


@pytest.fixture(scope="module")
def people() -> Drawn:
    return Drawn(drawn(110, seed=21, schemes=("us-oasdi", "de-grv")))


@pytest.mark.parametrize(("pair", "one", "other"), [(0, None, TEXTS[0]), (2, *TEXTS)])
def test_persons_and_sums_are_those_of_one_person_at_a_time(
    people: Drawn, pair: int, one: str | None, other: str
) -> None:
    found = impact.of(TEXTS, people)["pairs"][pair]
    persons, sums = oracle(people, one, other)
    told = {
        (row["scheme"], row["effect"], row["when"]): [Fraction(v) for v in row["persons"].values()]
        for row in found["persons"]
        if row["by"] == ""
    }
    assert told == persons
    assert {effect for _, effect, _ in told} >= {"same", "unknown"} | (
        {"gains"} if one is None else {"more", "less"}
    )
    money = {
        (row["scheme"], row["span"]): [Fraction(v) for v in row["sum"].values()]
        for row in found["benefits"]
        if row["by"] == "" and row["span"] != "year 25"
    }
    assert {key: value for key, value in money.items() if any(value)} == {
        key: [half_up(v) for v in value] for key, value in sums.items() if any(value)
    }


def half_up(value: Fraction) -> Fraction:
    scaled = (2 * abs(value) * 1000 + 1) // 2
    return Fraction(scaled if value >= 0 else -scaled, 1000)


def test_women_and_men_add_up_to_all(people: Drawn) -> None:
    for pair in impact.of(TEXTS, people)["pairs"]:
        whole: Json = {}
        for row in pair["persons"]:
            sign = {"": -1, "sex": 1}[row["by"]]
            key = (row["scheme"], row["effect"], row["when"])
            whole[key] = whole.get(key, Fraction(0)) + sign * Fraction(row["persons"]["central"])
        assert set(whole.values()) == {Fraction(0)}


@given(st.integers(-1, 8), st.integers(1, 40), st.integers(1, 30))
def test_half_years_in_payment(start: int, year: int, years: int) -> None:
    found = halves(np.array([start]), year, years)[0]
    assert Fraction(int(found), 2) == years_paid(start, year, years)


def test_five_persons_a_year_and_millions_have_the_same_law() -> None:
    few = Drawn(drawn(30, seed=2, schemes=("us-oasdi", "de-grv")))
    many = Drawn(few.batch)
    few.weight[:], many.weight[:] = 5_000, 5_000_000_000_000
    for small, large in zip(
        impact.of(TEXTS[:1], few)["pairs"][0]["benefits"],
        impact.of(TEXTS[:1], many)["pairs"][0]["benefits"],
        strict=True,
    ):
        assert Fraction(large["sum"]["high"]) == Fraction(small["sum"]["high"]) * 10**9


def test_a_figure_says_its_range_and_never_a_false_zero() -> None:
    levels = {"low": "1200.400", "central": "1500.000", "high": "1899.500"}
    assert grid.persons_told(levels) == "1,200 – 1,500 – 1,900"
    assert grid.persons_told(dict.fromkeys(levels, "0.012")) == "under 0.1"
    assert grid.persons_told(dict.fromkeys(levels, "2.540")) == "2.5"
    assert grid.money_told(dict.fromkeys(levels, "-0.400")) == "under 1"
    assert grid.money_told(dict.fromkeys(levels, "-1234.500")) == "-1,235"


def test_every_fault_of_every_text_is_told_at_once(people: Drawn) -> None:
    with pytest.raises(InputError) as caught:
        impact.of(["us-dd", "us-ff"], people)
    assert len(caught.value.faults) == 2
