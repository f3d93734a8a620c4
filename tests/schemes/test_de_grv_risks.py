"""SGB VI 43, 46, 48 against the oracle: invalidity and survivors, on both sides of each change."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability import catalogue
from portability.answer import answer
from portability.case import load
from portability.yamlsource import Source
from tests.oracles import de_grv as oracle
from tests.oracles.de_bench import case_of, flat, line_of
from tests.oracles.de_grv import Person, Row, ym

KINDS = (("compulsory", ""), ("compulsory", ""), ("compulsory", "east"), ("voluntary", ""))


@st.composite
def disabled_people(draw: Any) -> Person:
    born = (
        draw(st.integers(1958, 1990)),
        draw(st.integers(1, 12)),
        draw(st.sampled_from((1, 2, 28))),
    )
    first = ym(born[0], born[1])
    low = max(first + 25 * 12, ym(2013, 1))
    event = draw(st.integers(low, max(low, min(first + 62 * 12, ym(2026, 11)))))
    rows = []
    for year in range(born[0] + 16, event // 12 + 1):
        if draw(st.integers(0, 4)) == 0:
            continue
        kind, code = draw(st.sampled_from(KINDS))
        a = draw(st.integers(0, 11)) if draw(st.booleans()) else 0
        b = min(11, event - 1 - year * 12)
        if b >= a:
            pay = draw(st.integers(500_000, 5_000_000))
            east = code if 1992 <= year <= 2024 else ""
            rows.append(Row(year * 12 + a, year * 12 + b, pay, kind, east))
    children = draw(st.lists(st.integers(first + 240, first + 400), max_size=2))
    return Person(born, event + 1, rows, children=children, event=event)


@given(disabled_people())
def test_invalidity_equals_the_oracle(person: Person) -> None:
    if not person.rows:
        return
    line, want = line_of(case_of(person, "invalidity", type_factor="1")), oracle.invalidity(person)
    assert (line["status"] == "entitled") == (want is not None)
    if want is not None:
        assert not line["reasons"]
        assert Fraction(line["payable"]["amount"]) == want


def claimants(person: Person, family: list[dict[str, Any]], **facts: str) -> dict[str, Any]:
    """Amounts of the claimants on a record, by their number."""
    raw = {**case_of(person, "survivors", **facts).raw, "family": family}
    lines = answer(load(Source("test", raw)), (), ahead=False)["entitlements"]
    return {str(e["claimant"]["number"]): e for e in lines if "claimant" in e}


def dead(born: tuple[int, int, int], event: int, first: int) -> Person:
    person = flat(born, event, first)
    return Person(born, event + 1, person.rows, event=event)


def test_widow_three_months_whole_then_55_per_cent() -> None:
    """67 no. 6: to the end of the third month after the month of death; 97(1) sentence 2: no
    income then.
    """
    person = dead((1970, 3, 14), ym(2024, 1), 1990)
    wife = {"relation": "spouse", "born": "1972-01-10", "since": "2005-06-01"}
    early = claimants(person, [{**wife, "claim": "2024-04-01"}])["0"]["payable"]["amount"]
    late = claimants(person, [{**wife, "claim": "2024-05-01"}], survivor_income="0")["0"]
    points = Fraction(early) / Fraction("37.60")
    assert abs(
        Fraction(late["payable"]["amount"]) - points * Fraction("37.60") * Fraction(55, 100)
    ) < Fraction(1, 50)
    unknown = claimants(person, [{**wife, "claim": "2024-05-01"}])["0"]
    assert unknown["payable"] is None


def test_old_marriage_keeps_60_per_cent() -> None:
    """255(1): married before 2002, one spouse born before 2 January 1962."""
    person = dead((1961, 3, 14), ym(2024, 1), 1990)
    for since, born, share in (("1990-06-01", "1965-01-10", 60), ("2002-06-01", "1965-01-10", 55)):
        wife = {"relation": "spouse", "born": born, "since": since}
        whole = claimants(person, [{**wife, "claim": "2024-02-01"}])["0"]["payable"]["amount"]
        part = claimants(person, [{**wife, "claim": "2024-06-01"}], survivor_income="0")["0"]
        ratio = Fraction(part["payable"]["amount"]) / Fraction(whole)
        assert abs(ratio - Fraction(share, 100)) < Fraction(1, 10_000)


@pytest.mark.parametrize(("born", "share"), [("1978-03-01", 55), ("1978-03-02", 25)])
def test_age_of_the_large_pension_rises_with_the_year_of_death(born: str, share: int) -> None:
    """242a(5): death in 2024: 46 years and two months when the month claimed begins; else a
    quarter.
    """
    person = dead((1970, 3, 14), ym(2024, 1), 1990)
    wife = {"relation": "spouse", "born": born, "since": "2005-06-01"}
    whole = claimants(person, [{**wife, "claim": "2024-02-01"}])["0"]["payable"]["amount"]
    late = {**wife, "claim": "2024-05-01"}
    part = claimants(person, [late], survivor_income="0")["0"]["payable"]["amount"]
    assert abs(Fraction(part) / Fraction(whole) - Fraction(share, 100)) < Fraction(1, 10_000)


def test_orphan_supplement() -> None:
    """78(1), (2): 288 months of contributions and the attributed ones in the share that the former
    have of 441.
    """
    person = dead((1970, 3, 14), ym(2024, 1), 2000)
    line = claimants(person, [{"relation": "child", "born": "2010-01-10"}])["0"]
    steps = {step["step"]: step["value"] for step in line["trace"]}
    other = oracle.attributed(person, person.claim - 1)
    months = 288 + -(-other * 288 // 441)
    assert steps["survivor_type_factor"] == "0.1"
    assert Fraction(steps["orphan_supplement"]) == oracle.half_up(
        Fraction(months * 833 * 892, 10**7), 4
    )
    grown = claimants(person, [{"relation": "child", "born": "2005-01-10"}])["0"]
    assert grown["status"] == "not_entitled"
    student = {"relation": "child", "born": "2005-01-10", "flags": ["student"]}
    assert claimants(person, [student])["0"]["status"] == "entitled"


def test_widow_who_raised_children() -> None:
    """78a, 264c: 40 months are 3.838 points, only in the new law and after the first quarter."""
    person = dead((1970, 3, 14), ym(2024, 1), 1990)
    wife = {"relation": "spouse", "born": "1972-01-10", "since": "2005-06-01"}
    child = {"relation": "child", "born": "2008-01-10"}
    late = [{**wife, "claim": "2024-05-01"}, child]
    assert claimants(person, late, survivor_income="0")["0"]["payable"] is None
    with_ = claimants(person, late, survivor_income="0", widow_child_months="40")["0"]
    none = claimants(person, late, survivor_income="0", widow_child_months="0")["0"]
    more = Fraction(with_["payable"]["amount"]) - Fraction(none["payable"]["amount"])
    assert abs(more - Fraction("3.838") * Fraction("37.60") * Fraction(55, 100)) <= Fraction(1, 100)
    early = claimants(person, [{**wife, "claim": "2024-02-01"}, child], widow_child_months="40")[
        "0"
    ]
    assert "widow_supplement" not in {step["step"] for step in early["trace"]}


def test_a_treaty_pays_half_of_the_attributed_period() -> None:
    """ca-de 13(d): where the right needs the Canadian years, half of the attributed points are in
    the pension; by national law alone, and under us-de, all of them are."""
    halves = {}
    for text, abroad in (("ca-de", "ca-cpp"), ("us-de", "us-oasdi")):
        raw = {
            "schema": "portability/case@1",
            "person": {"born": "1970-03-10", "nationalities": ["DE"], "residence": "DE"},
            "claim": {"branch": "survivors", "date": "2025-10-01", "event": "2025-06-15"},
            "periods": [
                {
                    "scheme": abroad,
                    "start": "1995-01-01",
                    "end": "2004-12-31",
                    "earnings": "300000",
                },
                {
                    "scheme": "de-grv",
                    "start": "2005-01-01",
                    "end": "2008-12-31",
                    "earnings": "99999",
                },
            ],
            "family": [{"relation": "spouse", "born": "1970-01-01", "since": "1995-01-01"}],
            "facts": {"de-grv": {"survivor_income": 0}},
        }
        told = answer(load(Source("half", raw)), [catalogue.find(text)], ahead=False)
        (line,) = [
            e for e in told["entitlements"] if e["scheme"] == "de-grv" and "claimant" not in e
        ]
        steps = {step["step"]: step["value"] for step in line["trace"]}
        assert (line["status"], line["route"]) == ("entitled", text)
        whole = int(steps["attributed_months"]) * Fraction(steps["average_value"])
        halves[text] = Fraction(steps["attributed_points"]) / whole
    assert halves["us-de"] == 1
    assert abs(halves["ca-de"] - Fraction(1, 2)) < Fraction(1, 5000)
