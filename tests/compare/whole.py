"""An invented agreement that says something under every key of the format, and short ways to
compare."""

from __future__ import annotations

import copy
import json
from typing import Any

from portability import on_day
from portability.agreement import Agreement
from portability.agreement_loader import load
from portability.compare import side_by_side
from portability.compare.side_by_side import Comparison, Row

Doc = dict[str, Any]
CITE = {"article": "Article 7", "source": "text"}
EQUAL = {
    "7": {"week": 7, "month": 30, "quarter": 90, "year": 360},
    "5": {"week": 5, "month": 22, "quarter": 66, "year": 264},
}
RULE: Doc = {
    "scheme": ["us-oasdi"],
    "branches": ["old_age"],
    "when": "only_if_needed",
    "own_minimum": {"quarter": 6},
    "counts": [
        {
            "schemes": ["de-grv"],
            "unit": {"month": 3, "gives": {"quarter": 1}, "fill_to": 4},
            "cite": CITE,
        }
    ],
    "amount": {"basis": "theoretical", "numerator": "own", "denominator": "counted"},
    "cite": CITE,
}
OTHER: Doc = {
    "scheme": "de-grv",
    "branches": ["old_age"],
    "counts": [{"schemes": ["us-oasdi"], "unit": "unknown"}],
    "amount": {"basis": "own"},
    "cite": CITE,
}
RULED: Doc = {"rule": "as before", "cite": CITE}
PROVISIONS = (
    "equal_treatment",
    "export",
    "pre_entry",
    "overlap",
    "refund",
    "successive_claims",
    "claims",
    "transitional",
    "administration",
    "data_protection",
    "recovery",
    "plurality",
    "unemployment",
    "family",
)
WHOLE: Doc = {
    "schema": "portability/agreement@1",
    "id": "us-xx",
    "title": "An invented text",
    "kind": "bilateral",
    "status": "in_force",
    "parties": ["US", "DE"],
    "signed": "2000-01-01",
    "in_force": "2001-01-01",
    "until": "2090-01-01",
    "in_force_note": "provisionally before",
    "amendments": [{"title": "Protocol", "signed": "2005-01-01", "effect": "posting"}],
    "sources": {
        "text": {
            "title": "Gazette",
            "url": "https://example.org/text",
            "seen": "2026-01-01",
            "kind": "full_text",
        }
    },
    "institutions": [{"country": "US", "name": "SSA", "role": "liaison"}],
    "persons": {"kind": "nationals", "of": "parties", "includes": ["refugees"], "cite": CITE},
    "benefits": {"US": ["title II"], "DE": ["pension insurance"]},
    "branches": ["old_age"],
    "legislation": {
        "general": {"law": "work_state", "cite": CITE},
        "posting": {"months": 24, "cite": CITE},
        "seafarers": {"law": "flag"},
    },
    **dict.fromkeys(PROVISIONS, RULED),
    "lists": {"some": ["de-grv"]},
    "conversions": {"table": {"equal": EQUAL}},
    "replaces": {"between": "parties", "keeps": ["Final Protocol"]},
    "third_states": {"bound": "both", "for": ["right"]},
    "choose": {"order": "highest", "tie": "national"},
    "exclusive": False,
    "rules": [RULE, OTHER],
    "defaults": {"branches": ["survivors"], "counts": [], "amount": {"basis": "own"}, "cite": CITE},
    "annex": [{"scheme": ["de-grv"], "when": "always"}],
    "take_over_between": [["US", "DE"]],
    "notes": ["a remark"],
    "unverified": ["the date"],
    "facts": {"a": 1},
}


def made(doc: Doc = WHOLE, **changes: Any) -> Agreement:
    """The agreement of a document, with some keys changed; None takes a key away."""
    whole = copy.deepcopy(doc) | copy.deepcopy(changes)
    whole = {key: value for key, value in whole.items() if value is not None}
    agreement, faults = load(json.dumps(whole) + "\n")
    assert agreement is not None, "\n".join(map(str, faults))
    return agreement


def ruled(**changes: Any) -> Agreement:
    """The agreement with its first rule changed; None takes a key of the rule away."""
    rule = {k: v for k, v in (RULE | changes).items() if v is not None}
    return made(rules=[rule, OTHER])


def comparison(*names: str, matches: Any = ()) -> Comparison:
    return side_by_side.of([on_day.text(name) for name in names], matches)


def row(found: Comparison, part: str, scheme: str = "", branch: str = "") -> Row:
    """The one row of a part, and of a scheme and branch."""
    fits = [
        one
        for one in found.rows
        if one.part == part
        and (not scheme or any(scheme in w.schemes and branch in ("", w.branch) for w in one.where))
    ]
    assert len(fits) == 1, f"{part} {scheme}: {len(fits)} rows"
    return fits[0]
