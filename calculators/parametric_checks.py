"""What may stand in the block `parametric:` of a scheme file; every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portability.cohort import BRANCHES, RELATIONS
from portability.errors import Fault, InputError, nearest, shown
from portability.exact import scale_text
from portability.scheme import SchemeSource

BLOCKS = (
    "ways",
    "base",
    "rate",
    "cut",
    "minimum",
    "pension",
    "entrants",
    "held",
    "other_ways",
    "refund",
    "claimants",
    "round",
    "per",
    "full_career",
)
WAY = ("name", "branch", "units", "age", "cite", "from", "until", "cut", "amount", "rate")
SHARE = ("share", "to_age", "student_to_age", "orphan")
PIECE = ("from", "each", "above", "up_to", "rate", "part")
CUT = ("to", "each", "rate", "part", "cite")
BASE = ("months", "years", "table", "certified", "or_less", "cite")
PARTS = ("down", "up", "unknown")
Found = tuple[str, Any, str]  # field, what stands there, what is allowed


def check(source: SchemeSource) -> Mapping[str, Any]:
    """The block, or InputError naming every field that is missing, unknown or no number."""
    law = source.text.get("parametric")
    found = list(faults(law, source)) if isinstance(law, Mapping) else [("", law, "a mapping")]
    if found:
        place = f"{source.path}:1:1"
        raise InputError(
            Fault(place, f"parametric{field}", shown(value), expected, hint(value, expected))
            for field, value, expected in found
        )
    assert isinstance(law, Mapping)
    return law


def hint(value: Any, expected: str) -> str:
    words = expected.removeprefix("one of ").split(", ") if expected.startswith("one of ") else []
    return nearest(str(value), words) if words else ""


def faults(law: Mapping[str, Any], source: SchemeSource) -> Iterator[Found]:
    yield from unknown(law, BLOCKS, "")
    blocks = ("ways", "base", "rate") if "rate" in law or "base" in law else ("ways",)
    for block in blocks:
        if not law.get(block):
            yield f".{block}", law.get(block), "this block"
    for i, way in enumerate(law.get("ways") or []):
        yield from way_faults(way, f".ways[{i}]", source)
        if "rate" not in law and "amount" not in way:
            yield f".ways[{i}].amount", None, "what is not known, where the file has no rate"
    for block in ("rate", "refund"):
        if block in law:
            yield from rate_faults(law[block], f".{block}")
    base = law.get("base") or {}
    yield from unknown(base, BASE, ".base")
    if "table" in base and base["table"] not in source.tables:
        yield ".base.table", base["table"], "one of " + ", ".join(source.tables)
    for block in ("base", "rate", "entrants", "held", "other_ways", "refund", "claimants"):
        if block in law and not law[block].get("cite"):
            yield f".{block}.cite", None, "the article that says so"
    for relation, share in (law.get("claimants") or {}).get("shares", {}).items():
        at = f".claimants.shares.{relation}"
        if relation not in RELATIONS:
            yield at, relation, "one of " + ", ".join(RELATIONS)
        yield from unknown(share, SHARE, at)
        for key, value in share.items():
            yield from whole(value, f"{at}.{key}")
    for i, row in enumerate(law.get("minimum") or []):
        if row.get("table") not in source.tables:
            yield f".minimum[{i}].table", row.get("table"), "one of " + ", ".join(source.tables)


def unknown(block: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> Iterator[Found]:
    for key in block:
        if key not in allowed:
            yield f"{where}.{key}", key, "one of " + ", ".join(allowed)


def way_faults(way: Mapping[str, Any], where: str, source: SchemeSource) -> Iterator[Found]:
    yield from unknown(way, WAY, where)
    for key in ("name", "cite"):
        if not way.get(key):
            yield f"{where}.{key}", way.get(key), "a text"
    for key in ("units", "age"):
        yield from wanted(way.get(key), f"{where}.{key}", source)
    if way.get("branch", "old_age") not in BRANCHES:
        yield f"{where}.branch", way["branch"], "one of " + ", ".join(BRANCHES)
    if "rate" in way:
        yield from rate_faults(way["rate"], f"{where}.rate")
    if "cut" in way:
        yield from unknown(way["cut"], CUT, f"{where}.cut")
        for key in ("to", "each"):
            yield from whole(way["cut"].get(key), f"{where}.cut.{key}")
        yield from figure(way["cut"], f"{where}.cut")


def wanted(value: Any, where: str, source: SchemeSource) -> Iterator[Found]:
    """A number, {table: name} or {female: …, male: …}."""
    if not isinstance(value, Mapping):
        yield from whole(value, where)
    elif "table" in value:
        if value["table"] not in source.tables:
            yield f"{where}.table", value["table"], "one of " + ", ".join(source.tables)
    else:
        for sex in ("female", "male"):
            yield from wanted(value.get(sex), f"{where}.{sex}", source)


def rate_faults(block: Mapping[str, Any], where: str) -> Iterator[Found]:
    if not block.get("pieces"):
        yield f"{where}.pieces", block.get("pieces"), "at least one piece"
    for i, piece in enumerate(block.get("pieces") or []):
        at = f"{where}.pieces[{i}]"
        yield from unknown(piece, PIECE, at)
        if "each" not in piece:
            yield from whole(piece.get("from"), f"{at}.from")
        for key in ("each", "above", "up_to"):
            if key in piece:
                yield from whole(piece[key], f"{at}.{key}")
        yield from figure(piece, at)


def whole(value: Any, where: str) -> Iterator[Found]:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        yield where, value, "a whole number"


def figure(block: Mapping[str, Any], where: str) -> Iterator[Found]:
    """A rate, and what a broken step does where there are steps."""
    try:
        scale_text(block.get("rate", ""), 4)
    except ValueError:
        yield f"{where}.rate", block.get("rate"), "a number with at most four decimals"
    if "each" in block and block.get("part") not in PARTS:
        yield f"{where}.part", block.get("part"), "one of " + ", ".join(PARTS)
