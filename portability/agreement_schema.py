"""The format of an agreement file: the one table that the loader checks and `schema agreement`
prints.

unknown, not_regulated and none are three different values of a block: not seen, left to national
law, excluded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portability.agreement_rules import (
    ABSENCE,
    AMOUNT,
    AMOUNTS,
    ANNEX_ROW,
    BELOW,
    BRANCH_LIST,
    CHOOSE,
    CITE,
    CONCURRENCE,
    CONVERSION,
    CONVERSION_TABLE,
    COUNT,
    COUNTRIES,
    DEFAULT,
    FLOOR,
    NAME,
    RULE,
    SAYS,
    SCHEME,
    TAKE_OVER,
    TERM,
    THIRD_STATES,
    UNKNOWN,
    URL,
    block,
    says,
)
from portability.shape import (
    Country,
    Day,
    Exactly,
    Flag,
    Free,
    Json,
    Nothing,
    Shape,
    Text,
    Whole,
    Word,
)
from portability.shape_lists import SPELL, Either, Fields, Listed, MapOf, Row

SCHEMA = "portability/agreement@1"
AGREEMENT_KINDS = (
    "bilateral",
    "multilateral",
    "regulation",
    "trade_agreement",
    "labour_agreement",
    "model",
    "draft",
)
STATUSES = ("in_force", "signed", "ended", "superseded", "adopted", "draft", "model", "unknown")
SOURCE_KINDS = ("full_text", "article_text", "official_summary", "secondary")

POSTING = Fields(
    {
        "months": Whole(1, 600),
        "not_replacing": Flag(),
        "extension_months": Either((UNKNOWN, Whole(1, 600))),
        "extension": Text(),
        "self_employed_months": block(Whole(1, 600)),
        "from": COUNTRIES,
        "to": COUNTRIES,
        "related_employer": Flag(),
        "via_third_state": Flag(),
        "only_for": Text(),
        "pre_entry_time": Flag(),
        "cite": CITE,
        "note": Text(),
    },
    needs=("months",),
    words="{months: 24, …}",
)
LAW = Fields(
    {
        "law": Word(
            (
                "work_state",
                "residence",
                "flag",
                "employer_seat",
                "administration",
                "home_base",
                "home_state",
                "nationality",
                "by_reference",
            )
        ),
        "cite": CITE,
        "note": Text(),
        "reference": Text(),
        "list": Listed(Country()),
    },
    needs=("law",),
    words="{law: work_state, …}",
)
LEGISLATION = Fields(
    {
        "general": block(LAW),
        "none": LAW,
        "posting": block(Listed(POSTING, alone=True, least=1)),
        "self_employed": block(LAW),
        "seafarers": block(LAW),
        "air_crew": block(LAW),
        "transport": block(LAW),
        "civil_servants": block(LAW),
        "several_states": block(LAW),
        "substantial": Fields({"share": Whole(1, 100), "cite": CITE}, needs=("share",)),
        "exceptions": block(Fields({"by": Text(), "cite": CITE}, needs=("by",))),
        "family": block(Fields({"rule": Text(), "cite": CITE}, needs=("rule",))),
        "deemed_periods": block(Fields({"rule": Text(), "cite": CITE}, needs=("rule",))),
        "voluntary": block(Fields({"rule": Text(), "cite": CITE}, needs=("rule",))),
        "cite": CITE,
        "note": Text(),
    },
    words="{general, posting, …}",
)

PARTY = Either(
    (
        Country(),
        Fields(
            {"country": COUNTRIES, "from": Day(), "until": Day(), "cite": CITE, "note": Text()},
            needs=("country",),
            words="a country code, or {country, from}",
        ),
    )
)
SCOPE: dict[str, Shape] = {
    "kind": Word(("open", "nationals", "insured", "residents")),
    "of": Either((Word(("parties",)), COUNTRIES)),
    "includes": Listed(Text()),
    "cite": CITE,
    "note": Text(),
}
PERSONS = Fields(
    {**SCOPE, "by_country": MapOf(Country(), Fields(SCOPE, needs=("kind",)))},
    needs=("kind",),
    words="{kind: open | nationals | insured | residents, …}",
)
SOURCE = Fields(
    {
        "title": Text(),
        "url": URL,
        "archived": URL,
        "seen": Day(),
        "kind": Word(SOURCE_KINDS),
        "locator": Text(),
    },
    needs=("title", "url", "seen", "kind"),
    words="{title, url, seen, kind}",
)
RULED = block(
    Fields(
        {
            "rule": Text(),
            "kind": NAME,
            "other_party": Either((Flag(), UNKNOWN)),
            "third_state": Either((Flag(), Text())),
            "counted": Flag(),
            "exceptions": Listed(Text()),
            "cite": CITE,
            "note": Text(),
        },
        words="{rule, cite}",
    )
)
BODY = Fields(
    {
        "country": Country(),
        "name": Text(),
        "role": Word(("liaison", "competent", "authority")),
        "for": Text(),
        "url": URL,
        "cite": CITE,
    },
    needs=("country", "name", "role"),
    words="{country, name, role}",
)

DATED = Either((Day(), Word(("unknown", "none"))))
KEYS: dict[str, Shape] = {
    "schema": Exactly(SCHEMA),
    "id": Text("an id such as us-de", r"[a-z0-9][a-z0-9-]*"),
    "title": Text(),
    "kind": Word(AGREEMENT_KINDS),
    "status": Word(STATUSES),
    "based_on": Text(
        "the id of an agreement, or the path of a draft beside this file",
        r"[a-z0-9][a-z0-9-]*|[^\x00-\x1f]+\.(?:yaml|yml|json)",
        longest=300,
    ),
    "parties": Either((Exactly("any"), Listed(PARTY, least=1))),
    "signed": DATED,
    "in_force": DATED,
    "until": Day(),
    "in_force_note": Text(),
    "amendments": Listed(
        Fields(
            {"title": Text(), "signed": DATED, "in_force": DATED, "effect": Text(), "cite": CITE},
            needs=("title",),
            words="{title, signed, in_force}",
        )
    ),
    "sources": MapOf(NAME, SOURCE),
    "institutions": block(Listed(BODY)),
    "persons": block(PERSONS),
    "benefits": block(MapOf(Country(), Either((ABSENCE, Listed(Text()))))),
    "branches": BRANCH_LIST,
    "equal_treatment": RULED,
    "export": RULED,
    "legislation": block(LEGISLATION),
    "pre_entry": RULED,
    "overlap": RULED,
    "refund": RULED,
    "successive_claims": RULED,
    "claims": RULED,
    "transitional": RULED,
    "administration": RULED,
    "data_protection": RULED,
    "recovery": RULED,
    "plurality": RULED,
    "unemployment": RULED,
    "family": RULED,
    "lists": MapOf(NAME, Listed(SCHEME)),
    "conversions": MapOf(NAME, CONVERSION_TABLE),
    "replaces": Fields(
        {"between": Word(("parties",)), "ids": Listed(NAME), "keeps": Listed(Text()), "cite": CITE},
        words="{between: parties} or {ids: [...]}",
    ),
    "third_states": says(THIRD_STATES),
    "choose": CHOOSE,
    "exclusive": Flag(),
    "rules": block(Listed(RULE)),
    "defaults": block(Either((Listed(DEFAULT), DEFAULT))),
    "annex": Listed(ANNEX_ROW),
    "take_over_between": Listed(Row((Country(), Country()))),
    "notes": Listed(Text()),
    "unverified": Listed(Text()),
    "facts": Free(),
}
NEEDS = ("schema", "id", "title", "kind", "status", "parties")
AGREEMENT = Fields(KEYS, needs=NEEDS, words="an agreement")
DERIVED = Fields(
    {
        **KEYS,
        "rules": Either((Nothing(), KEYS["rules"])),
        "defaults": Either(
            (
                Nothing(),
                ABSENCE,
                Listed(DEFAULT),
                Fields(DEFAULT.keys, words="a rule without scheme", patch=True),
            )
        ),
    },
    needs=("schema", "id"),
    words="an agreement based on another",
)
# A draft may say null to delete what its base says.
PATCH = Fields(DERIVED.keys, needs=(), words=DERIVED.words, patch=True)


NAMED: tuple[tuple[str, Shape], ...] = (
    ("cite", CITE),
    ("says", SAYS),
    ("length", SPELL),
    ("conversion", CONVERSION),
    ("conversion_table", CONVERSION_TABLE),
    ("term", TERM),
    ("amount", AMOUNT),
    ("amounts", AMOUNTS),
    ("count", COUNT),
    ("floor", FLOOR),
    ("below_minimum", BELOW),
    ("take_over", TAKE_OVER),
    ("concurrence", CONCURRENCE),
    ("choose", CHOOSE),
    ("third_states", THIRD_STATES),
    ("ruled", RULED),
    ("posting", POSTING),
    ("law", LAW),
    ("rule", RULE),
    ("default", DEFAULT),
    ("annex_row", ANNEX_ROW),
    ("legislation", LEGISLATION),
    ("source", SOURCE),
)


def json_schema() -> Mapping[str, Any]:
    """The JSON Schema (draft 2020-12) of an agreement file, complete or based on another."""
    known: dict[str, str] = {}
    definitions: Json = {}

    def referred(node: Any) -> Any:
        """Every part that has a name of its own is written once, under $defs."""
        if isinstance(node, list):
            return [referred(item) for item in node]
        if not isinstance(node, dict):
            return node
        made = {key: referred(item) for key, item in node.items()}
        name = known.get(json.dumps(made, sort_keys=True))
        return {"$ref": f"#/$defs/{name}"} if name else made

    for name, shape in NAMED:
        definitions[name] = referred(shape.schema())
        known[json.dumps(definitions[name], sort_keys=True)] = name
    based = referred({**PATCH.schema(), "required": ["schema", "id", "based_on"]})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "if": {"required": ["based_on"]},
        "then": based,
        "else": referred(AGREEMENT.schema()),
        "$defs": definitions,
    }
