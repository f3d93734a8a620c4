"""Drafts between the United States and Mexico, invented: no such agreement is in force."""

from __future__ import annotations

import json
from typing import Any

from portability.agreement import Agreement
from portability.agreement_loader import load
from portability.compare.standards.items import Item, Leeway

SOURCE = {
    "t": {
        "title": "Draft",
        "url": "https://example.org/draft",
        "seen": "2026-11-24",
        "kind": "full_text",
    }
}
BASE: dict[str, Any] = {
    "schema": "portability/agreement@1",
    "id": "us-mx-draft",
    "title": "Draft agreement between the United States and Mexico",
    "kind": "draft",
    "status": "draft",
    "parties": ["US", "MX"],
    "sources": SOURCE,
    "branches": ["old_age", "invalidity", "survivors"],
}
WEEKS = {"week": 13, "gives": {"quarter": 1}, "remainder_from": 1}
QUARTERS = {"quarter": 1, "gives": {"week": 13}, "fill_to": 52}
PRO_RATA = {
    "basis": "theoretical",
    "numerator": "own",
    "denominator": "counted",
    "cite": "Article 9",
}


def rules(us: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
    """A rule for each party: all periods counted, paid pro rata; `more` goes into both, `us` into
    that of the United States."""
    made = [
        {
            "scheme": scheme,
            "counts": [{"schemes": [other], "unit": unit, "cite": "Article 8"}],
            "amount": PRO_RATA,
            "cite": "Articles 8, 9",
            **more,
        }
        for scheme, other, unit in (
            ("us-oasdi", "mx-imss", WEEKS),
            ("mx-imss", "us-oasdi", QUARTERS),
        )
    ]
    made[0] |= us or {}
    return made


def draft(**blocks: Any) -> Agreement:
    """A draft with these blocks; a block that is None is not in the file."""
    document = {key: value for key, value in {**BASE, **blocks}.items() if value is not None}
    agreement, faults = load(json.dumps(document, indent=1))
    assert agreement is not None, "\n".join(map(str, faults))
    return agreement


def item(test: str, **more: Any) -> Item:
    """An item of an invented standard that asks for this check."""
    made: dict[str, Any] = {
        "id": "x-1", "standard": "x", "section": "A", "article": "X article 1",
        "url": "https://example.org/x", "asks": "something", "fields": (), "test": test,
        "params": {}, "leeway": None, "verified": True, "reason": "", "source": "X",
    }  # fmt: skip
    return Item(**{**made, **more})


def leeway(kind: str) -> Leeway:
    return Leeway((kind,), "X article 2", "left open")
