"""Applicable legislation: C157 article 5, ETS 78 articles 14, 15 and 18, C19 article 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from portability.agreement import Absent
from portability.compare.standards.finding import (
    MET,
    NOT,
    NOT_REGULATED,
    NOTE,
    UNKNOWN,
    Finding,
    absent,
    named,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import View


def law_of_the_state_of_work(view: View, item: Item) -> Finding:
    """Article 14(a): one law, that of the state of work, wherever the worker or employer resides.

    `departure: unknown`: the exceptions the standard allows were not read, so a departure carries
    no verdict.
    """
    block = view.block("legislation.general")
    if not block.there:
        return absent(block.absent, "the general rule on the applicable legislation", block.places)
    law = str(block.row.get("law"))
    if law == "work_state":
        return Finding(MET, "the law of the state of work", block.places)
    why = f"the law of the {named(law)} instead"
    if item.params.get("departure") == "unknown":
        why = f"unknown, because the text takes {why} and the standard's exceptions were not read"
        return Finding(UNKNOWN, why, block.places)
    return Finding(NOT, why, block.places)


def posting_rows(view: View) -> list[Mapping[str, Any]]:
    raw = view.block("legislation.posting").raw
    return [raw] if isinstance(raw, Mapping) else list(raw or ())


def posting_of_twelve_months(view: View, item: Item) -> Finding:
    """Article 15(1)(a): twelve months, not to replace another, longer for unforeseen work with the
    host's consent. A measure to compare with, not a ceiling: another length is noted."""
    block = view.block("legislation.posting")
    if block.absent is Absent.NONE:
        return Finding(NOTE, "the text knows no posting (reference, not a ceiling)", block.places)
    if not block.there:
        return absent(block.absent, "posting", block.places)
    rows = posting_rows(view)
    longest = max(int(row["months"]) for row in rows)
    replacing = not all(row.get("not_replacing") for row in rows)
    consent = all("consent" in str(row.get("extension", "")) for row in rows)
    if longest == 12 and not replacing and consent:
        why = "12 months, not to replace another, longer with the host's consent"
        return Finding(MET, why, block.places)
    odd = [f"{longest} months"]
    odd += ["nothing stated against replacing another posted worker"] if replacing else []
    odd += ["no consent of the host stated for an extension"] if not consent else []
    return Finding(NOTE, f"{'; '.join(odd)} (reference, not a ceiling)", block.places)


def accident_law_of_seat(view: View, item: Item) -> Finding:
    """C19 article 2: for temporary work abroad the parties may agree on the injury law of the
    undertaking's seat."""
    if view.scope_known and "work_injury" not in view.scope:
        return Finding(NOT_REGULATED, "accidents at work are not in the text")
    block = view.block("legislation.posting")
    if not block.there:
        found = absent(block.absent, "posting", block.places)
        return evolve(found, shortfall="agreement") if found.verdict == NOT else found
    return Finding(MET, "posted workers keep the law of the sending state", block.places)


def exceptions_by_agreement(view: View, item: Item) -> Finding:
    """Article 18(1): the authorities may agree on exceptions in the interest of the persons."""
    block = view.block("legislation.exceptions")
    if not block.there:
        return absent(block.absent, "a clause on exceptions", block.places)
    return Finding(MET, f"by {block.row.get('by', 'agreement')}", block.places)
