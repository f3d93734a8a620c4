"""JSON Schemas of the project's documents, made from the same words the readers check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portability.cohort import BRANCHES, EVIDENCE, FLAGS, KINDS, RELATIONS, SEXES, STATUS, WISHES
from portability.countries import COUNTRIES, CURRENCIES
from portability.example_shape import AUTHORITIES
from portability.units import PLURALS, UNITS

Json = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL: Json = {
    "anyOf": [{"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,18})?$"}, {"type": "number"}]
}
DATE: Json = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "description": "calendar date YYYY-MM-DD",
}
TEXT: Json = {"type": "string", "maxLength": 500}
ANY: Json = {}


def words(allowed: Iterable[str], about: str = "") -> Json:
    return {"enum": sorted(allowed), **({"description": about} if about else {})}


def thing(
    properties: Json, required: Iterable[str] = (), closed: bool = True, about: str = ""
) -> Json:
    made: Json = {"type": "object", "properties": properties, "required": list(required)}
    if closed:
        made["additionalProperties"] = False
    return {**made, **({"description": about} if about else {})}


def many(item: Json) -> Json:
    return {"type": "array", "items": item}


def mapping(value: Json) -> Json:
    return {"type": "object", "additionalProperties": value}


COUNTRY: Json = {**words(COUNTRIES), "description": "ISO 3166 code; NO is Norway"}
FLAG_LIST: Json = many(words(FLAGS))


def person_body() -> Json:
    child = thing({"born": DATE, "name": TEXT}, ["born"])
    return thing(
        {
            "born": DATE,
            "sex": words(SEXES),
            "nationalities": many(COUNTRY),
            "residence": COUNTRY,
            "name": TEXT,
            "children": many(child),
            "died": DATE,
            "flags": FLAG_LIST,
            "national_numbers": ANY,
        },
        ["born"],
    )


def period_body() -> Json:
    branches = many(words(BRANCHES))
    sums = dict.fromkeys((*UNITS, *PLURALS), DECIMAL)
    certified = "certified sum, in the scheme's unit; counts as certified"
    return thing(
        {
            "scheme": {"type": "string", "description": "`portability schemes list` shows all"},
            "kind": words(KINDS),
            "start": DATE,
            "end": {**DATE, "description": "last day, included"},
            "credited": thing(sums, about=certified),
            "earnings": {**DECIMAL, "description": "scheme's currency, for the whole span"},
            "currency": words(CURRENCIES),
            "evidence": words(EVIDENCE),
            "status": words(STATUS),
            "counts_for": thing({"entitlement": branches, "amount": branches}),
            "code": TEXT,
            "source": TEXT,
            "note": TEXT,
        },
        ["scheme"],
    )


def member_body() -> Json:
    return thing(
        {
            "relation": words(RELATIONS),
            "born": DATE,
            "since": DATE,
            "residence": COUNTRY,
            "flags": FLAG_LIST,
            "claim": DATE,
            "income": DECIMAL,
            "name": TEXT,
            "sex": words(SEXES),
            "event": DATE,
        },
        ["relation", "born"],
    )


def case_body() -> Json:
    event = {**DATE, "description": "of invalidity or death"}
    claim = thing(
        {"branch": words(BRANCHES), "date": DATE, "event": event, "wish": words(WISHES)},
        ["branch", "date"],
    )
    rate = thing(
        {"from": words(CURRENCIES), "to": words(CURRENCIES), "date": DATE, "rate": DECIMAL}
        | {"source": TEXT},
        ["from", "to", "date", "rate"],
    )
    return thing(
        {
            "schema": {"const": "portability/case@1"},
            "reference": TEXT,
            "person": person_body(),
            "claim": claim,
            "periods": many(period_body()),
            "facts": mapping(mapping(DECIMAL)),
            "family": many(member_body()),
            "rates": many(rate),
            "assumptions": mapping(TEXT),
            "note": TEXT,
        },
        ["person", "claim"],
    )


def example_body() -> Json:
    source = thing(
        {
            "title": TEXT,
            "url": TEXT,
            "locator": TEXT,
            "authority": words(AUTHORITIES),
            "seen": DATE,
            "note": TEXT,
            "archived": TEXT,
        },
        ["title", "authority"],
    )
    discrepancy = thing(
        {"where": TEXT, "printed": ANY, "asserted": ANY, "why": TEXT}, ["where"], closed=False
    )
    return thing(
        {
            "schema": {"const": "portability/example@1"},
            "id": TEXT,
            "title": TEXT,
            "source": source,
            "legal_date": ANY,
            "case": case_body(),
            "cases": mapping(case_body()),
            "expect": ANY,
            "expect_error": ANY,
            "conversion": mapping(ANY),
            "legislation": mapping(ANY),
            "compare": mapping(ANY),
            "discrepancies": many(discrepancy),
            "out_of_scope": TEXT,
            "note": ANY,
            "notes": ANY,
            "agreements": many(TEXT),
        },
        ["schema", "title", "source"],
    )


def scheme_body() -> Json:
    row = thing({"from": ANY, "value": DECIMAL, "source": TEXT}, ["from"], closed=False)
    table = thing(
        {
            "by": words(("date", "born", "year", "key")),
            "unit": TEXT,
            "cite": TEXT,
            "source": ANY,
            "checked": DATE,
            "changes_on": {"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"},
            "until": ANY,
            "rows": many(row),
            "values": mapping(DECIMAL),
            "steps": {"type": "boolean"},
        },
        ["cite", "source", "checked"],
        closed=False,
    )
    return thing(
        {
            "schema": {"const": "portability/scheme@1"},
            "id": TEXT,
            "country": words(COUNTRIES),
            "name": TEXT,
            "currency": words(CURRENCIES),
            "unit": words(UNITS),
            "branches": many(words(BRANCHES)),
            "calculator": {
                "type": "string",
                "description": "module:Class, `parametric`, or `none`",
            },
            "sources": mapping(ANY),
            "tables": mapping(table),
        },
        ["schema", "id", "country", "name", "currency", "unit", "branches", "calculator"],
        closed=False,
    )


PER = ("month", "week", "fortnight", "year", "once")
SUM: Json = {
    "anyOf": [
        {"type": "null"},
        thing(
            {"amount": {"type": "string"}, "currency": {"type": "string"}, "per": words(PER)},
            ["amount", "currency", "per"],
        ),
    ]
}
STATES = ("entitled", "not_entitled", "deferred", "unknown")


def entitlement_body() -> Json:
    names = ("unit", "own", "foreign", "counted", "required")
    periods = thing({key: {"type": ["string", "null"]} for key in names})
    step = thing(
        {
            "step": TEXT,
            "value": ANY,
            "unit": TEXT,
            "cite": TEXT,
            "url": TEXT,
            "inputs": mapping(ANY),
        }
        | {"certified": {"type": "boolean"}},
        ["step", "value", "cite"],
    )
    sums = dict.fromkeys(("theoretical", "pro_rata", "payable", "at_least"), SUM)
    return thing(
        {
            "scheme": TEXT,
            "country": TEXT,
            "claimant": thing({"number": {"type": "integer"}, "relation": TEXT}),
            "status": words(STATES),
            "route": TEXT,
            "method": TEXT,
            "periods": periods,
            **sums,
            "fraction": ANY,
            "from": ANY,
            "shortfall": ANY,
            "alternatives": many(mapping(ANY)),
            "trace": many(step),
            "reasons": many(mapping(ANY)),
        },
        ["scheme", "country", "status", "payable"],
        closed=False,
    )


def determination_body() -> Json:
    rows = {key: many(mapping(ANY)) for key in ("next", "warnings", "missing", "timeline")}
    return thing(
        {
            "schema": {"const": "portability/determination@1"},
            "reference": TEXT,
            "claim": mapping(ANY),
            "estimate": {"type": "boolean"},
            "entitlements": many(entitlement_body()),
            **rows,
            "rules": mapping(TEXT),
            "ledger": thing({"entry": {"type": "integer"}, "hash": TEXT}),
        },
        ["schema", "claim", "entitlements", "rules"],
        closed=False,
    )


def agreement_body() -> Json:
    from portability.agreement_schema import json_schema

    return dict(json_schema())


BODIES: dict[str, Callable[[], Json]] = {
    "case": case_body,
    "example": example_body,
    "agreement": agreement_body,
    "scheme": scheme_body,
    "determination": determination_body,
}


def schema(name: str) -> Json:
    """The JSON Schema of a document: case | example | agreement | scheme | determination."""
    return {
        "$schema": DRAFT,
        "$id": f"portability/{name}@1",
        "title": f"portability/{name}@1",
        **BODIES[name](),
    }
