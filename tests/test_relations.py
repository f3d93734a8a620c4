"""A relation that a calculator does not judge has an unknown right: never silently none."""

from __future__ import annotations

import pytest

from portability import registry
from portability.answer import answer
from portability.case import load
from portability.cohort import RELATIONS
from portability.yamlsource import parse

CASE = """
schema: portability/case@1
person: {{born: 1965-05-05, sex: male, died: 2025-03-10, residence: DE}}
claim: {{branch: survivors, date: 2025-04-01, event: 2025-03-10}}
family:
  - {{relation: {relation}, born: 1966-01-01, since: 1990-01-01, residence: DE}}
periods:
  - {{scheme: {scheme}, start: 1990-01-01, end: 2019-12-31, credited: {{{unit}s: {units}}}}}
"""
A_YEAR = {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 360}


def status(scheme: str, relation: str) -> tuple[str, list[str]]:
    unit = registry.load(scheme).unit
    text = CASE.format(scheme=scheme, relation=relation, unit=unit, units=30 * A_YEAR[unit])
    told = answer(load(parse(text.encode(), "case")[0]), [], trace=False, ahead=False)
    line = next(line for line in told["entitlements"] if "claimant" in line)
    return line["status"], [str(reason.get("what")) for reason in line["reasons"]]


@pytest.mark.parametrize("scheme", ["de-grv", "ca-cpp", "ph-sss", "ch-ahv"])
def test_a_divorced_spouse_is_unknown_where_the_law_is_not_built(scheme: str) -> None:
    said, reasons = status(scheme, "divorced_spouse")
    assert said == "unknown" and "the claim of a divorced spouse" in reasons


@pytest.mark.parametrize("scheme", ["de-grv", "ca-cpp", "ph-sss", "ch-ahv"])
def test_a_spouse_is_judged(scheme: str) -> None:
    assert "the claim of a spouse" not in status(scheme, "spouse")[1]


def test_every_relation_named_is_one() -> None:
    for scheme in registry.ids():
        named = registry.load(scheme).relations
        assert named is None or set(named) <= set(RELATIONS), scheme
