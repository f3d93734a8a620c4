"""Drafting faults that cost people pensions: one file per family, their words in words.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from portability.agreement import UNKNOWN, Agreement, absence
from portability.compare.faults import (
    bands,
    clauses,
    conversions,
    fractions,
    gaps,
    monotone,
    reach,
    references,
    shares,
    third,
)
from portability.compare.faults.model import SEVERITIES, Finding, Json, Text, told

SCHEMA = "portability/faults@1"
FAMILIES = (
    fractions,
    shares,
    bands,
    conversions,
    reach,
    gaps,
    clauses,
    references,
    third,
    monotone,
)
JUDGED = ("persons", "legislation", "pre_entry", "third_states", "rules")


def examine(agreement: Agreement) -> list[Finding]:
    """Every finding, gravest first, then in the order of the text; each clause once per kind."""
    text = Text.of(agreement)
    found: dict[tuple[object, ...], Finding] = {}
    for item in every(text):
        found.setdefault((item.kind, item.path, *sorted(item.terms.items())), item)
    order = {word: number for number, word in enumerate(SEVERITIES)}
    return sorted(found.values(), key=lambda item: order[item.severity])


def every(text: Text) -> Iterator[Finding]:
    for family in FAMILIES:
        yield from family.findings(text)


def report(agreement: Agreement) -> Json:
    """The findings of one text as JSON; `found`: there is an error or a warning."""
    text = Text.of(agreement)
    items = [told(text, item) for item in examine(agreement)]
    counts = {word: sum(item["severity"] == word for item in items) for word in SEVERITIES}
    return {
        "schema": SCHEMA,
        "agreement": agreement.id,
        "title": agreement.title,
        "kind": agreement.kind,
        "parties": list(agreement.countries()),
        "digest": agreement.digest,
        "counts": counts,
        "found": bool(counts["error"] or counts["warning"]),
        "findings": items,
        "not_read": [key for key in JUDGED if not text.draft and unread(agreement, key)],
    }


def unread(agreement: Agreement, key: str) -> bool:
    """A block that was not seen: nothing is said about it, good or bad."""
    value = agreement.raw.get(key)
    other = agreement.raw.get("defaults") if key == "rules" else value
    return all(item is None or absence(item) is UNKNOWN for item in (value, other))
