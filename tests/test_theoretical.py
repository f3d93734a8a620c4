"""A text that asks for a theoretical pension and takes a share of it (ETS 78 Articles 29, 30;
Regulation 883/2004 Article 52(1)(b)): every computed scheme gives the pension of all periods before
the share, or says that it does not know it. Own time shared once more would count the same years
twice."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from portability import build, case, catalogue, registry
from portability.agreement import Agreement
from portability.agreement_loader import load
from portability.batch import Outcome
from portability.determination import entitlement
from portability.totalization import totalize
from portability.yamlsource import Source

COMPUTED = [
    (scheme, branch)
    for scheme in registry.ids()
    if registry.source(scheme).calculator != "none"
    for branch in registry.source(scheme).branches
    if branch != "refund"
]
ABROAD = "il-nii"  # a record alone: nothing but its months acts
OWN = {"basis": "own"}
LEAST = {"basis": "minimum", "numerator": "own", "denominator": "minimum", "at_most": 1}
SHARED = {"basis": "theoretical", "numerator": "own", "denominator": "counted"}
# What a scheme asks for beside the record, so that more comes out than "unknown"; made up.
FACTS: dict[str, dict[str, Any]] = {
    "au-age": {"partnered": 0, "ordinary_income": "0", "assessable_assets": "0", "homeowner": 0},
    "ec-iess": {"average_pay": "900"},
    "gh-ssnit": {"average_pay": "900"},
    "lc-nic": {"average_pay": "2000"},
    "ma-cnss": {"average_pay": "5000"},
    "nl-aow": {"shared_household": 0},
    "pk-eobi": {"average_pay": "30000"},
}
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
PAY = {"ph-sss": "240000", "jp-kosei": "3600000", "kr-nps": "36000000"}
NOTHING_IS_SHARED = {"no-folketrygd": "earnings"}  # § 3-5: only trygdetid is cut
UP_TO_THE_MINIMUM_ALIKE = {("es-rg", "old_age")}  # LGSS art. 210.1: half for any record up to it
# Where the theoretical pension is a figure; every other pair is unknown or pays nobody here.
KNOWN = {
    ("au-age", "old_age"),
    ("bj-cnss", "old_age"),
    ("ec-iess", "old_age"),
    ("fr-cnav", "old_age"),
    ("gh-ssnit", "old_age"),
    ("ie-spc", "invalidity"),
    ("ie-spc", "old_age"),
    ("in-eps", "old_age"),
    ("jp-kiso", "old_age"),
    ("ma-cnss", "old_age"),
    ("nl-aow", "old_age"),
    ("ph-sss", "old_age"),
    ("ph-sss", "survivors"),
    ("pk-eobi", "old_age"),
    ("us-oasdi", "invalidity"),
    ("us-oasdi", "old_age"),
    ("us-oasdi", "survivors"),
}
# Whose law does not say what time abroad would be worth.
OWN_TIME_ALONE = {
    ("at-apg", "amount"), ("at-apg", "protected"), ("ca-cpp", "earnings"), ("ch-ahv", "amount"),
    ("jp-kosei", "amount"),
}  # fmt: skip


def draft(scheme: str, amount: dict[str, Any], order: str = "totalized") -> Agreement:
    """Between the scheme's country and Israel, invented: all periods counted, `amount` paid."""
    document = {
        "schema": "portability/agreement@1",
        "id": "draft",
        "title": "Draft",
        "based_on": "model-r167",
        "parties": [registry.country_of(scheme), "IL"],
        "defaults": {"amount": {**amount, "cite": "Article 1"}, "below_minimum": None},
        "choose": {"order": order, "cite": "Article 2"},
    }
    made, faults = load(json.dumps(document, indent=1), catalogue.find)
    assert made is not None, "\n".join(map(str, faults))
    return made


def years(scheme: str, first: int, last: int) -> list[dict[str, Any]]:
    """A line a year, paid alike; the foreign record has no pay."""
    paid = {} if scheme == ABROAD else {"earnings": PAY.get(scheme, "24000")}
    return [
        {"scheme": scheme, "start": f"{year}-01-01", "end": f"{year}-12-31", **paid}
        for year in range(first, last + 1)
    ]


def life(scheme: str, branch: str, periods: list[dict[str, Any]]) -> dict[str, Any]:
    """Sixty-six in February 2023, or sixty years old at the event of January 2024."""
    country = registry.country_of(scheme)
    made: dict[str, Any] = {
        "schema": "portability/case@1",
        "person": {
            "born": "1957-02-15",
            "sex": "male",
            "nationalities": [country],
            "residence": country,
        },
        "claim": {"branch": branch, "date": "2024-10-01"},
        "periods": periods,
    }
    if scheme in FACTS:
        made["facts"] = {scheme: FACTS[scheme]}
    if branch != "old_age":
        made["person"]["born"] = "1964-02-15"
        made["claim"]["event"] = "2024-01-01"
    if branch == "survivors":
        made["person"]["died"] = "2024-01-01"
        made["family"] = [{"relation": "spouse", "born": "1966-03-03", "since": "1990-01-01"}]
    return made


def route(scheme: str, document: dict[str, Any], agreement: Agreement | None = None) -> Outcome:
    """The agreement's route, or national law's without one."""
    co = build.cohort_of([case.load(Source("case.yaml", document))])
    result = totalize(co, registry.known(co.schemes), [agreement] if agreement else [])
    return result.decisions[scheme].outcomes[-1]


def refused(outcome: Outcome, basis: str) -> bool:
    """The amount is unknown because nobody knows what the other periods would give."""
    assert outcome.pay_run is not None
    said = [detail.get("what", "") for _, detail, _ in outcome.pay_run.reasons]
    found = any(basis in what and "amount" in what for what in said)
    assert not found or outcome.pay_run.unknown_amount[0]
    return found


def faults(scheme: str, branch: str, amount: dict[str, Any], own: int, abroad: int) -> list[str]:
    """Components whose share is taken of the amount on own periods, though a record of the length
    that the text asks for would give another."""
    worked = years(scheme, 2024 - own, 2023)
    mixed = life(scheme, branch, worked + years(ABROAD, 2024 - own - abroad, 2023 - own))
    plain = route(scheme, mixed, draft(scheme, OWN)).paid
    outcome = route(scheme, mixed, draft(scheme, amount))
    if outcome.paid is None or plain is None or refused(outcome, amount["basis"]):
        return []
    least = int(-(-outcome.qual.required[0] // A_YEAR[registry.source(scheme).unit]))
    length = least if amount["basis"] == "minimum" else own + abroad
    whole = route(scheme, life(scheme, branch, years(scheme, 2024 - length, 2023))).paid
    found = []
    for name, base in outcome.paid.base.items():
        shared = bool((outcome.paid.parts[name] != base).any())
        same = bool((base == plain.base[name]).all())
        any_length = whole is not None and bool((plain.base[name] == whole.base[name]).all())
        if shared and same and not any_length:
            found.append(name)
    return found


@pytest.mark.parametrize(("scheme", "branch"), COMPUTED)
def test_a_theoretical_pension_is_that_of_all_periods_or_unknown(scheme: str, branch: str) -> None:
    """15 and 20 own years beside 15 and 6 abroad; with every fact the scheme asks for or without:
    the quantity that is shared is looked at, not only the sum that is known."""
    for own, abroad in ((20, 15), (15, 6)):
        assert not faults(scheme, branch, SHARED, own, abroad)


@pytest.mark.parametrize(("scheme", "branch"), COMPUTED)
def test_a_minimum_pension_is_that_of_the_minimum_or_unknown(scheme: str, branch: str) -> None:
    found = faults(scheme, branch, LEAST, 6, 20)
    assert bool(found) == ((scheme, branch) in UP_TO_THE_MINIMUM_ALIKE)


@pytest.mark.parametrize(("scheme", "branch"), COMPUTED)
def test_the_share_is_taken_once(scheme: str, branch: str) -> None:
    """Own over own and foreign time, of the theoretical quantity, whatever the scheme rounds to."""
    worked = years(scheme, 2004, 2023) + years(ABROAD, 1989, 2003)
    outcome = route(scheme, life(scheme, branch, worked), draft(scheme, SHARED))
    known = outcome.paid is not None and outcome.amount()[1].all()
    known = known and bool(outcome.amount()[0].all())
    assert known == ((scheme, branch) in KNOWN)
    if outcome.paid is None:
        return
    assert outcome.paid.fraction is not None
    num, den = outcome.paid.fraction
    assert num == outcome.view.own.total() and den == num + outcome.view.foreign()
    for name, base in outcome.paid.base.items():
        part = outcome.paid.parts[name]
        if NOTHING_IS_SHARED.get(scheme) == name:
            assert part == base
        else:
            assert np.abs(part * den - base * num) <= 10 * den  # a dime at most


def test_whoever_counts_own_time_alone_is_told_so() -> None:
    """The list is exact: a scheme that learns to count time abroad leaves it."""
    made = {registry.load(scheme) for scheme, _ in COMPUTED}
    silent = {
        (scheme.id, component)
        for scheme in made
        for component in scheme.components
        if not scheme.made_of(component, "theoretical")
    }
    assert silent == OWN_TIME_ALONE


def test_australia_shares_a_rate_that_no_length_changes() -> None:
    """1,144.40 a fortnight (20 September 2024) of which 240/420 once (883/2004 52(1)(b))."""
    worked = years("au-age", 2004, 2023) + years(ABROAD, 1989, 2003)
    outcome = route("au-age", life("au-age", "old_age", worked), draft("au-age", SHARED))
    assert outcome.paid is not None and outcome.paid.base["amount"] == [114440]
    assert outcome.amount()[0].tolist() == [(114440 * 240 * 2 + 420) // (420 * 2)] == [65394]


def test_a_certified_theoretical_amount_stands_in() -> None:
    """What the law at hand does not say the institution may: 600.00, of which 20 of 35 years."""
    worked = years("ca-cpp", 2004, 2023) + years(ABROAD, 1989, 2003)
    document = life("ca-cpp", "old_age", worked)
    assert not route("ca-cpp", document, draft("ca-cpp", SHARED)).amount()[1].any()
    document["facts"] = {"ca-cpp": {"theoretical_amount": "600.00"}}
    value, known = route("ca-cpp", document, draft("ca-cpp", SHARED)).amount()
    assert known.all() and value.tolist() == [342_86]


def test_an_amount_that_is_only_a_floor_says_by_which_route() -> None:
    """The national pension is known; under the draft there is a right too, whose amount is not."""
    worked = years("ca-cpp", 2004, 2023) + years(ABROAD, 1989, 2003)
    co = build.cohort_of([case.load(Source("case.yaml", life("ca-cpp", "old_age", worked)))])
    made = draft("ca-cpp", SHARED, "highest")
    result = totalize(co, registry.known(co.schemes), [made])
    line = entitlement(result, "ca-cpp", 0)
    assert line["route"] == "national" and line["payable"] is None and line["at_least"]
    assert {"code": "other_route_unknown", "stage": "amount", "route": "draft"} in line["reasons"]
