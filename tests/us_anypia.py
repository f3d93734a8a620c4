"""Lines of the SSA detailed calculator (tests/cases/us/anypia_*.jsonl) as cases of our own format.

One row per year of earnings; quarters before 1978 as certified; foreign coverage that is assumed
sufficient becomes
a German record; the month of payment is the claim date, an earlier entitlement month a certified
fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "cases" / "us"
BRANCH = {"old-age": "old_age", "survivor": "survivors", "disability": "invalidity"}
RELATION: dict[str, tuple[str, list[str]]] = {
    "widow_or_widower": ("spouse", []),
    "surviving_divorced_spouse": ("divorced_spouse", []),
    "disabled_widow_or_widower": ("spouse", ["disabled"]),
    "child": ("child", []),
    "mother_or_father": ("spouse", ["in_care"]),
    "aged_spouse": ("spouse", []),
    "divorced_spouse": ("divorced_spouse", []),
    "young_spouse_with_child_in_care": ("spouse", ["in_care"]),
}
PARTNER = "de-grv"
ENOUGH_MONTHS = 480


def samples() -> Iterator[dict[str, Any]]:
    """Every line of the samples, numbers as exact text."""
    for path in sorted(SAMPLES.glob("anypia_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line, parse_float=str)


def case_of(line: dict[str, Any]) -> dict[str, Any]:
    """A portability/case@1 document for one line."""
    given = line["inputs"]
    event = given.get("death_date") or given.get("disability_onset")
    claim = {"branch": BRANCH[given["benefit"]], "date": given["benefit_month"] + "-01"}
    if event:
        claim["event"] = event
    case: dict[str, Any] = {
        "schema": "portability/case@1",
        "reference": line["id"],
        "person": {"born": given["birth_date"]},
        "claim": claim,
        "periods": [*own_periods(given), *foreign_periods(given)],
    }
    entitled = given.get("entitlement_month")
    if entitled and entitled != given["benefit_month"]:
        case["facts"] = {"us-oasdi": {"entitlement_month": int(entitled.replace("-", ""))}}
    members = given.get("survivors") or given.get("family") or []
    if members:
        case["family"] = [claimant(member) for member in members]
    return case


def own_periods(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    quarters = given.get("us_quarters_before_1978", {})
    for year, earnings in given["us_covered_earnings"].items():
        row = {
            "scheme": "us-oasdi",
            "kind": "compulsory",
            "start": f"{year}-01-01",
            "end": f"{year}-12-31",
            "earnings": str(earnings),
        }
        if year in quarters:
            row["credited"] = {"quarters": int(quarters[year])}
        yield row


def foreign_periods(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Enough coverage of a partner state, none of it in quarters already covered."""
    if not given["foreign_coverage_assumed_sufficient"]:
        return
    if given["benefit"] == "old-age":
        yield {"scheme": PARTNER, "kind": "compulsory", "credited": {"months": ENOUGH_MONTHS}}
        return
    event = given.get("death_date") or given["disability_onset"]
    worked = {year for year, money in given["us_covered_earnings"].items() if float(money) > 0}
    for year in range(int(given["birth_date"][:4]) + 16, int(event[:4])):
        if str(year) not in worked:
            yield {
                "scheme": PARTNER,
                "kind": "compulsory",
                "start": f"{year}-01-01",
                "end": f"{year}-12-31",
            }


def claimant(member: dict[str, Any]) -> dict[str, Any]:
    relation, flags = RELATION[member["type"]]
    made: dict[str, Any] = {
        "relation": relation,
        "born": member["birth_date"],
        "claim": member["entitlement_month"] + "-01",
    }
    if flags:
        made["flags"] = flags
    if member.get("disability_onset"):
        made["event"] = member["disability_onset"]
    return made
