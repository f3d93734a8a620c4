"""Clauses that a text should have: earlier periods, transition, a limit to postings, everybody in
the personal scope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from portability.compare.faults.effects import example, none
from portability.compare.faults.model import Finding, Json, Text, changed, finding
from portability.compare.faults.people import CLAIM, lives_of, pairs
from portability.dates import NODATE, iso
from portability.yamlsource import Path_

SURVIVORS = re.compile(r"surviv|famil|dependa|dependen|deriv|whatever the nationality", re.I)
REFUGEES = re.compile(r"refugee", re.I)
STATELESS = re.compile(r"stateless", re.I)
SILENT = ("not_regulated", "none")
ELSEWHERE = ("SY", "AF", "ER", "SO")  # where refugees of the example come from


def findings(text: Text) -> Iterator[Finding]:
    if text.pays:
        yield from pre_entry(text)
        yield from transition(text)
    yield from posting(text)
    yield from scope(text)


def block(text: Text, key: str) -> tuple[str, Mapping[str, Any]]:
    """(unknown | not_regulated | none | "", the block): a draft that lacks a block is silent."""
    value = text.raw.get(key)
    if isinstance(value, Mapping):
        return "", value
    word = "unknown" if value is None else str(value)
    return ("missing" if word == "unknown" and text.draft else word), {}


# --- periods and events before entry into force


def pre_entry(text: Text) -> Iterator[Finding]:
    word, rule = block(text, "pre_entry")
    refused = rule.get("counted") is False
    if refused or word in ("missing", *SILENT):
        found = finding("no_pre_entry", ("pre_entry",), state=silence(word, refused))
        yield evolve(found, example=earlier_time(text))


def silence(word: str, refused: bool = False) -> str:
    if refused:
        return "shuts out periods before its entry into force"
    if word == "none":
        return "excludes periods before its entry into force"
    return "does not say whether periods before its entry into force count"


def earlier_time(text: Text) -> Json:
    """Somebody who worked before, read strictly (only from entry into force on) and with the
    clause of the better text."""
    start = text.agreement.start
    entry = iso(start) if NODATE < start < 2**31 - 1 else CLAIM
    edits: list[tuple[Path_, object]] = [
        ((*path, "counts", number, "from"), entry)
        for found, path in text.rules()
        for number in range(len(found.counts))
    ]
    for own, other, rule in pairs(text)[:1]:
        strict = changed(text.agreement, edits)
        made = example(lives_of(text, own, other, rule), strict, changed(text.agreement), own)
        return {**made, "literally": f"as written: only time from {entry} on is counted"}
    return none("no law held here computes a right that rests on time before entry into force")


def transition(text: Text) -> Iterator[Finding]:
    word, _ = block(text, "transitional")
    if word in ("missing", *SILENT):
        found = finding("no_transition", ("transitional",))
        reason = "old refusals are no input of the engine: nothing to compute"
        yield evolve(found, example=none(reason))


# --- postings


def posting(text: Text) -> Iterator[Finding]:
    """An extension by consent with no last day. Of a text in force a note: the limit may stand in
    an arrangement that was not read."""
    legislation = text.raw.get("legislation")
    rows = legislation.get("posting") if isinstance(legislation, Mapping) else None
    listed = list(enumerate(rows)) if isinstance(rows, list) else [(None, rows)]
    for number, row in listed:
        if not isinstance(row, Mapping) or not row.get("extension") or row.get("extension_months"):
            continue
        at: Path_ = ("legislation", "posting")
        found = finding(
            "posting_without_end",
            at if number is None else (*at, number),
            "" if text.draft else "note",
            months=row["months"],
            how=row["extension"],
        )
        reason = (
            "which of the two laws pays more for the years of the extension depends on the wage: "
            "no loss can be shown without one"
        )
        yield evolve(found, example=none(reason))


# --- persons


def scope(text: Text) -> Iterator[Finding]:
    """A scope of nationals that names neither survivors nor refugees and stateless persons. What
    was not read in full is only a note: the list may be in a part not seen."""
    word, persons = block(text, "persons")
    if word or persons.get("kind") != "nationals":
        return
    listed = " ".join(map(str, [*persons.get("includes", ()), persons.get("note", "")]))
    severity = "" if text.read_in_full else "note"
    states = " or ".join(text.agreement.persons.nationals_of)
    if not SURVIVORS.search(listed):
        found = finding("survivors_out", ("persons",), severity, states=states)
        reason = "the engine asks for the nationality of the insured person, not of the survivor"
        yield evolve(found, example=none(reason))
    lacking = [
        said
        for said, pattern in (("refugees", REFUGEES), ("stateless persons", STATELESS))
        if not pattern.search(listed)
    ]
    if lacking:
        who = " and ".join(lacking)
        found = finding("refugees_out", ("persons",), severity, who=who, states=states)
        yield evolve(found, example=stranger(text))


def stranger(text: Text) -> Json:
    """The same record under the text, held by somebody of another state, and with an open scope."""
    outside = next(c for c in ELSEWHERE if c not in text.agreement.countries())
    after = changed(text.agreement, [(("persons",), {"kind": "open"})])
    made = none("no law held here computes a right that rests on the agreement")
    for own, other, rule in pairs(text)[:4]:
        lives = [evolve(x, nationality=outside) for x in lives_of(text, own, other, rule)]
        made = example(lives, changed(text.agreement), after, own)
        if "none" not in made:
            return {**made, "literally": f"a national of {outside}, outside the personal scope"}
    return made
