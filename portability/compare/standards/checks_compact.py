"""Global Compact, objective 22: what an agreement on portability carries and for whom."""

from __future__ import annotations

import re

from portability.agreement import Absent
from portability.compare.standards.checks_law import posting_rows
from portability.compare.standards.finding import (
    MET,
    NOT,
    NOTE,
    PARTLY,
    UNKNOWN,
    Finding,
    absent,
    named,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import View

PENSIONS = ("old_age", "invalidity", "survivors")
HEALTH = ("healthcare", "sickness")
SHUT_OUT = re.compile(r"(except|excluding|without|not)\b[^;·]*\b(workers|employees|domestic)")


def all_skills(view: View, item: Item) -> Finding:
    """For migrant workers at all skill levels: no job or skill is shut out."""
    block = view.block("persons")
    if not block.there:
        return absent(block.absent, "the personal scope", block.places)
    shut = SHUT_OUT.search(view.words("persons"))
    if shut:
        return Finding(NOT, f"a group is left out: {shut[0]}", block.places)
    limited = [str(row["only_for"]) for row in posting_rows(view) if row.get("only_for")]
    if limited:
        places = view.block("legislation.posting").places
        return Finding(PARTLY, f"posting only for {'; '.join(limited)}", places)
    return Finding(MET, "no job or skill is shut out", block.places)


def names_entitlements(view: View, item: Item) -> Finding:
    """The agreement refers to entitlements such as pensions and health care."""
    if not view.scope_known:
        return absent(view.block("branches").absent, "the list of branches")
    places = view.block("branches").places
    pensions = [b for b in PENSIONS if b in view.scope]
    health = [b for b in HEALTH if b in view.scope]
    if pensions and health:
        return Finding(MET, "pensions and health care", places)
    if pensions or health:
        lacking = "health care" if pensions else "pensions"
        return Finding(PARTLY, f"{', '.join(map(named, pensions or health))}; no {lacking}", places)
    return Finding(NOT, "neither pensions nor health care", places)


def carries_benefits(view: View, item: Item) -> Finding:
    """Earned benefits are carried over a border, in whatever kind of agreement."""
    places = view.block("rules").places
    export = view.block("export")
    exported = export.row.get("other_party") is True
    why = view.agreement.absent
    if view.agreement.exclusive:
        why_ = "the worker stays in the scheme of the home state; nothing is carried over a border"
        return Finding(PARTLY, why_, places)
    if why is None and any(row.rule.counts for row in view.ruled):
        return Finding(MET, f"periods are totalized ({named(view.agreement.kind)})", places)
    if why is None and view.ruled:
        return Finding(PARTLY, "a benefits part that adds no periods together", places)
    if exported:
        return Finding(
            PARTLY, "benefits are paid abroad, periods are not added together", export.places
        )
    if why is Absent.NONE:
        return Finding(NOT, f"no earned benefit is carried ({named(view.agreement.kind)})", places)
    return absent(why, "the benefits part", places)


def focal_points(view: View, item: Item) -> Finding:
    """A body in each state that helps with requests: a liaison body for every party."""
    block = view.block("institutions")
    if not block.there:
        return absent(block.absent, "institutions", block.places)
    rows = [row for row in block.raw if isinstance(row, dict)]
    liaison = {row["country"] for row in rows if row["role"] == "liaison"}
    if view.agreement.any_party:
        return Finding(UNKNOWN, "unknown, because a model has no parties", block.places)
    missing = [country for country in view.parties if country not in liaison]
    if not missing:
        return Finding(MET, "a liaison body for every party", block.places)
    other = {row["country"] for row in rows}
    said = [f"{c}: {'another body only' if c in other else 'no body'}" for c in missing]
    if liaison or other:
        return Finding(PARTLY, f"no liaison body named for {'; '.join(said)}", block.places)
    return Finding(NOT, "no body is named", block.places)


def women_measures(view: View, item: Item) -> Finding:
    """Measures against the difficulties women face: two or more of those in section G."""
    measures = {i: f for i, f in view.so_far.items() if i.startswith("g-")}
    places = tuple(p for f in measures.values() if f.verdict == MET for p in f.places)
    met = [name for name, found in measures.items() if found.verdict == MET]
    if len(met) >= 2:
        return Finding(MET, f"met: {', '.join(met)}", places, parts=measures)
    if met:
        return Finding(PARTLY, f"one measure only: {met[0]}", places, parts=measures)
    if all(f.verdict == NOTE for f in measures.values()):
        return Finding(UNKNOWN, "unknown, because no measure was looked at", parts=measures)
    open_ = [name for name, found in measures.items() if found.verdict == UNKNOWN]
    if open_:
        why = f"unknown, because none is stated and {len(open_)} could not be read"
        return Finding(UNKNOWN, why, parts=measures)
    return Finding(NOT, "none of the measures is in the text", parts=measures)
