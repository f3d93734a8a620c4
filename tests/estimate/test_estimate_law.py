"""The batch is the law of one case: every figure of every member, whatever else is in the batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from estimate_people import batch, drawn, line

from portability import case, catalogue
from portability.answer import answer
from portability.estimate import law, member
from portability.estimate.law import Law
from portability.registry import country_of
from portability.yamlsource import json_source

Json = dict[str, Any]


def rows(table: pa.Table, benefit: str = "pension") -> dict[tuple[str, str], Json]:
    """The deciding row of each member and scheme."""
    found: dict[tuple[str, str], Json] = {}
    for row in table.to_pylist():
        if row["benefit"] == benefit and row["chosen"]:
            assert (row["member"], row["scheme"]) not in found
            found[row["member"], row["scheme"]] = row
    return found


def told(entitlement: Json) -> Json:
    """What a determination says of one scheme, in the words of a row."""
    payable, period = entitlement["payable"], entitlement["periods"]
    span = entitlement.get("range") or {"low": payable, "high": payable}
    ends = [None if span[key] is None else Decimal(span[key]["amount"]) for key in ("low", "high")]
    shortfall, fraction = entitlement["shortfall"], entitlement["fraction"] or "-1/-1"
    return {
        "country": entitlement["country"],
        "route": entitlement["route"],
        "status": entitlement["status"],
        **{key: int(period[key]) for key in ("own", "foreign", "counted")},
        "required": None if period["required"] is None else int(period["required"]),
        "fraction": tuple(map(int, fraction.split("/"))),
        "likely": None if payable is None else Decimal(payable["amount"]),
        "money": None if payable is None else (payable["currency"], payable["per"]),
        "span": tuple(ends) if ends[1] else (None, None),
        "from": entitlement["from"] if entitlement["status"] == "entitled" else None,
        "missing": None if shortfall is None else int(shortfall["missing"]) > 0,
    }


def as_told(row: Json) -> Json:
    start = row["from"]
    pair = tuple(-1 if row[key] is None else row[key] for key in ("numerator", "denominator"))
    open_ = row["status"] in ("not_entitled", "deferred")
    shortfall = bool(row["missing_months"]) if open_ else None
    return {
        **{key: row[key] for key in ("country", "route", "status")},
        **{key: row[key] for key in ("own", "foreign", "counted", "required")},
        "fraction": pair,
        "likely": row["likely"],
        "money": None if row["likely"] is None else (row["currency"], row["per"]),
        "span": (row["low"], row["high"]),
        "from": None if start is None else start.isoformat(),
        "missing": shortfall,
    }


def agrees(row: Json, entitlement: Json) -> None:
    one, other = as_told(row), told(entitlement)
    begins = other.pop("from")
    assert begins is None or str(one["from"]).startswith(begins)
    del one["from"]
    if one["missing"] is None or other["missing"] is None:
        other["missing"] = one["missing"]
    assert one == other


def test_a_thousand_members_are_told_what_a_case_is_told() -> None:
    members = drawn(1_040, seed=7)
    assert len(members) >= 1_000
    found = rows(law.run(members, Law()))
    states: dict[str, int] = {}
    for at in range(len(members)):
        document = member.document(members, at, Law())
        one = case.load(json_source(json.dumps(document), "member"))
        between = frozenset(country_of(scheme) for scheme in one.schemes)
        given = answer(one, catalogue.agreements(countries=between), trace=False, ahead=False)
        for entitlement in given["entitlements"]:
            agrees(found.pop((document["reference"], entitlement["scheme"])), entitlement)
            state = entitlement["status"] + ("" if entitlement["payable"] is None else ", paid")
            states[state] = states.get(state, 0) + 1
    assert not found
    assert min(states.values()) > 50 and states["entitled, paid"] > 250, states


@pytest.mark.parametrize("size", [1, 7, 60])
def test_a_row_does_not_depend_on_the_batch(size: int) -> None:
    members = drawn(120, seed=3)
    whole = law.run(members, Law()).to_pylist()
    parts: list[Json] = []
    for start in range(0, len(members), size):
        parts += law.run(members.slice(start, size), Law()).to_pylist()
    assert parts == whole


def test_a_refund_names_its_deadline_its_months_and_what_it_takes_away() -> None:
    """Japan, 25 months of voluntary insurance to April 2024, and four years in Germany: with them
    Germany's five are reached. Half of 16,980 yen (fiscal 2024) times 24 is 203,760 yen."""
    japan = line("jp-kiso", "2022-04-01", "2024-04-30", kind="voluntary")
    germany = line("de-grv", "2010-01-01", "2013-12-31", earnings=4 * 3_000_000)
    person = {"born": date(1959, 5, 2), "claim": date(2026, 5, 1), "residence": "DE"}
    members = batch([{**person, "nationality": "DE", "periods": [germany, japan]}])
    table = law.run(members, Law())
    refund, home = rows(table, "refund")["m0", "jp-kiso"], rows(table)["m0", "de-grv"]
    assert (home["route"], home["status"]) == ("jp-de", "entitled")
    assert (refund["status"], refund["per"], refund["likely"]) == ("entitled", "once", 203_760)
    assert refund["deadline"] == date(2026, 5, 1)
    assert refund["loses"] == "de-grv: the right"
    assert refund["equals_months"] is None, "Japan's own pension is not due"


def test_ranges_lie_around_the_answer_and_only_where_something_is_assumed() -> None:
    members = drawn(300, seed=11)
    for row in law.run(members, Law()).to_pylist():
        if row["low"] is not None:
            assert row["chosen"] and row["low"] <= row["high"] and row["high"] > 0
            if row["likely"] is not None:
                assert row["low"] <= row["likely"] <= row["high"]
        elif row["likely"] is not None and row["chosen"] and row["benefit"] == "pension":
            assert "periods" in row["assumed"], "without an assumption the amount is the range"


def test_leaving_an_agreement_out_takes_its_route_away() -> None:
    years = line("us-oasdi", "2008-01-01", "2014-12-31", earnings=7 * 5_000_000)
    home = line("de-grv", "1985-01-01", "2007-12-31", earnings=23 * 3_000_000)
    people = [
        {"born": date(1959, 3, 1), "claim": date(2025, 9, 1), "periods": [years, home]},
    ]
    with_it = rows(law.run(batch(people), Law()))["m0", "us-oasdi"]
    without = rows(law.run(batch(people), Law(without=("us-de",))))["m0", "us-oasdi"]
    assert (with_it["route"], with_it["status"]) == ("us-de", "entitled")
    assert (without["route"], without["status"]) == ("national", "not_entitled")
    assert without["missing_months"] == 3 * (40 - without["own"])
    assert without["reason"] == "shortfall"


def test_reasons_name_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    future: Mapping[str, Any] = {
        "born": date(1980, 3, 1),
        "claim": date(2047, 9, 1),
        "residence": "DE",
        "periods": [line("de-grv", "2000-01-01", "2020-12-31", earnings=21 * 3_000_000)],
    }
    row = rows(law.run(batch([future]), Law()))["m0", "de-grv"]
    assert row["status"] == "entitled" and row["likely"] is None
    assert row["reason"] == "parameter_not_published" and row["detail"].startswith("de-grv: ")
    went_on = rows(law.run(batch([future]), Law(goes_on=True)))["m0", "de-grv"]
    assert went_on["likely"] > 0 and "parameters continued" in went_on["assumed"]
