"""Every line of the SSA detailed calculator's samples, through the whole engine."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from portability import catalogue
from portability.agreement import Agreement
from portability.answer import answer
from portability.case import load
from portability.yamlsource import json_source
from tests.us_anypia import case_of, samples

LINES = list(samples())
STEPS = {
    "aime": "aime",
    "pia_at_eligibility": "pia_at_eligibility",
    "pia": "pia",
    "computation_years": "computation_years",
    "special_minimum_pia": "special_minimum_pia",
    "special_minimum_years_of_coverage": "special_minimum_years",
    "wage_indexed_pia": "wage_indexed_pia",
    "rep": "relative_earnings_position",
    "theoretical_aime": "theoretical_aime",
    "theoretical_pia_at_eligibility": "theoretical_pia_at_eligibility",
    "theoretical_pia": "theoretical_pia",
    "pro_rata_pia": "pro_rata_pia",
    "benefit_before_dollar_rounding": "benefit_before_dollar_rounding",
}
MEMBER = ("full_benefit", "after_family_maximum", "benefit_before_dollar_rounding")


@cache
def partner() -> Agreement:
    return catalogue.find("us-de")


def answered(line: dict[str, Any]) -> list[dict[str, Any]]:
    case = load(json_source(json.dumps(case_of(line)), "case.json"))
    found = answer(case, [partner()], ahead=False)["entitlements"]
    return [entry for entry in found if entry["scheme"] == "us-oasdi"]


def figures(entry: dict[str, Any]) -> dict[str, Any]:
    return {step["step"]: step["value"] for step in entry.get("trace", ())}


def test_the_samples_are_all_here() -> None:
    assert len(LINES) == 142


@pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])
def test_the_worker(line: dict[str, Any]) -> None:
    """The regulation binds: where 404.1918(a)(4) caps the amount, the capped one is right."""
    expected = line["expected"]
    entry = next(e for e in answered(line) if "claimant" not in e)
    route = {"us_only": "national", "fully": "national", "currently": "national"}.get(
        expected["insured_basis"], "us-de" if expected["insured"] else None
    )
    if route is None:
        assert entry["status"] == "not_entitled"
        return
    assert (entry["status"], entry["route"]) == ("entitled", route)
    assert entry["periods"]["required"] == str(expected["qc_required"])
    if "us_qc_total" in expected and "us_quarters_before_1978" in line["inputs"]:
        assert entry["periods"]["own"] == str(expected["us_qc_total"])
    if "pro_rata_numerator_qc" in expected:
        numerator, denominator = (expected[k] for k in FRACTION)
        assert entry["fraction"] == f"{numerator}/{denominator}"
    cap = expected.get("pia_cap_404_1918_a_4")
    if cap:
        expected = {**expected, **cap}
        del expected["benefit_before_dollar_rounding"]
    seen = figures(entry)
    for key, step in STEPS.items():
        if key in expected and step in seen:
            assert Decimal(seen[step]) == Decimal(str(expected[key])), key
    if "monthly_benefit" in expected:
        assert Decimal(entry["payable"]["amount"]) == Decimal(str(expected["monthly_benefit"]))
        months = int(seen["reduction_months"]) if int(seen.get("reduction_months", 0)) else None
        if "age_reduction_or_credit_months" in expected:
            months = int(seen["delayed_months"]) if months is None else months
            assert months == expected["age_reduction_or_credit_months"]


FRACTION = ("pro_rata_numerator_qc", "pro_rata_denominator_quarters")
FAMILIES = [
    line for line in LINES if line["expected"].get("survivors") or line["expected"].get("family")
]


@pytest.mark.parametrize("line", FAMILIES, ids=[line["id"] for line in FAMILIES])
def test_the_family(line: dict[str, Any]) -> None:
    """POMS GN 01701.210 takes the raw pro rata PIA: there its reckoning stands beside the
    calculator's."""
    expected = line["expected"]
    members = expected.get("survivors") or expected["family"]
    own = expected.get("own_recomputation", {})
    amounts = own.get("monthly_benefits") or own.get("family_monthly_benefits")
    maximum = Decimal(str(own.get("family_maximum", expected["family_maximum"])))
    if line["inputs"]["benefit"] == "disability":  # 403(a)(6): not below the PIA
        maximum = max(maximum, Decimal(str(expected.get("pro_rata_pia", 0))))
    lines = [e for e in answered(line) if "claimant" in e]
    assert len(lines) == len(members)
    for number, (entry, member) in enumerate(zip(lines, members, strict=True)):
        seen = figures(entry)
        want = amounts[number] if amounts else member["monthly_benefit"]
        assert Decimal(entry["payable"]["amount"]) == Decimal(str(want))
        assert Decimal(seen["family_maximum"]) == maximum
        if own:
            continue
        for key in MEMBER:
            assert Decimal(seen.get(key, "0")) == Decimal(str(member[key])), (number, key)
        if "reduction_months" in member and Decimal(str(want)):
            assert int(seen["reduction_months"]) == member["reduction_months"]
        if "widow_indexed_pia" in member:
            assert Decimal(seen["widow_indexed_pia"]) == Decimal(str(member["widow_indexed_pia"]))
