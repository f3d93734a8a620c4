"""What may stand in the block `parametric:` of a scheme file; every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portability.cohort import BRANCHES, RELATIONS
from portability.errors import Fault, InputError, nearest, shown
from portability.exact import scale_text
from portability.scheme import SchemeSource

BLOCKS = {
    "ways": "",
    "base": "months years revalued unknown_above table certified or_less cite",
    "rate": "pieces max unknown_above whole female male cite",
    "cut": "cite",
    "minimum": "",
    "maximum": "",
    "pension": "cite",
    "entrants": "until cite",
    "held": "from until born_from cite",
    "other_ways": "from_age from_units what cite",
    "refund": "at_least below age pieces max cite",
    "claimants": "shares cap cite",
    "round": "how step cite",
    "per": "",
    "full_career": "",
}
CITED = ("base", "rate", "entrants", "held", "other_ways", "refund", "claimants")
WAY = "name branch units age cite from until cut amount rate base"
SHARE = "share to_age student_to_age orphan"
PIECE = "from each above up_to rate part"
CUT = "to each rate part paid cite"
LIMIT = "way table share from cut shared cite"
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
    yield from unknown(law, " ".join(BLOCKS), "")
    for name, allowed in BLOCKS.items():
        if allowed and isinstance(law.get(name), Mapping):
            yield from unknown(law[name], allowed, f".{name}")
    ways = law.get("ways") or []
    if not ways:
        yield ".ways", law.get("ways"), "this block"
    for i, way in enumerate(ways):
        yield from way_faults(way, f".ways[{i}]", source)
        yield from unpaid(law, way, f".ways[{i}]")
    for block in ("rate", "refund"):
        if block in law:
            yield from rate_faults(law[block], f".{block}")
    for key in ("at_least", "below"):
        if key in law.get("refund", {}):
            yield from whole(law["refund"][key], f".refund.{key}")
    if "base" in law:
        yield from base_faults(law["base"], ".base", source)
    for block in CITED:
        if block in law and not law[block].get("cite"):
            yield f".{block}.cite", None, "the article that says so"
    yield from claimant_faults(law)
    for block in ("minimum", "maximum"):
        for i, row in enumerate(law.get(block) or []):
            yield from unknown(row, LIMIT, f".{block}[{i}]")
            yield from listed(row.get("table"), f".{block}[{i}].table", source)


def unpaid(law: Mapping[str, Any], way: Mapping[str, Any], where: str) -> Iterator[Found]:
    """A way without base or rate says what is not known."""
    if "amount" in way:
        return
    if not {"base", "rate"} & {*law, *way}:
        yield f"{where}.amount", None, "what is not known, where the file has no rate"
        return
    for block in ("base", "rate"):
        if not (law.get(block) or way.get(block)):
            yield f".{block}", law.get(block), "this block"


def base_faults(block: Mapping[str, Any], where: str, source: SchemeSource) -> Iterator[Found]:
    for key in ("table", "revalued"):
        if key in block:
            yield from listed(block[key], f"{where}.{key}", source)
    if "years" in block:
        yield from wanted(block["years"], f"{where}.years", source)
    if "unknown_above" in block:
        above = block["unknown_above"]
        yield from listed(above.get("table"), f"{where}.unknown_above.table", source)


def listed(name: Any, where: str, source: SchemeSource) -> Iterator[Found]:
    if name not in source.tables:
        yield where, name, "one of " + ", ".join(source.tables)


def claimant_faults(law: Mapping[str, Any]) -> Iterator[Found]:
    for relation, share in (law.get("claimants") or {}).get("shares", {}).items():
        at = f".claimants.shares.{relation}"
        if relation not in RELATIONS:
            yield at, relation, "one of " + ", ".join(RELATIONS)
        yield from unknown(share, SHARE, at)
        for key, value in share.items():
            yield from whole(value, f"{at}.{key}")


def unknown(block: Mapping[str, Any], allowed: str, where: str) -> Iterator[Found]:
    words = allowed.split()
    for key in block:
        if key not in words:
            yield f"{where}.{key}", key, "one of " + ", ".join(words)


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
    if "base" in way:
        yield from unknown(way["base"], BLOCKS["base"], f"{where}.base")
        yield from base_faults(way["base"], f"{where}.base", source)
    if "cut" in way:
        yield from cut_faults(way["cut"], f"{where}.cut", source)


def cut_faults(cut: Mapping[str, Any], where: str, source: SchemeSource) -> Iterator[Found]:
    yield from unknown(cut, CUT, where)
    if "paid" in cut:
        yield from listed(cut["paid"], f"{where}.paid", source)
        return
    yield from wanted(cut.get("to"), f"{where}.to", source)
    yield from whole(cut.get("each"), f"{where}.each")
    yield from figure(cut, where)


def wanted(value: Any, where: str, source: SchemeSource) -> Iterator[Found]:
    """A number, {table: name} or {female: …, male: …}."""
    if not isinstance(value, Mapping):
        yield from whole(value, where)
    elif "table" in value:
        yield from listed(value["table"], f"{where}.table", source)
    else:
        for sex in ("female", "male"):
            yield from wanted(value.get(sex), f"{where}.{sex}", source)


def rate_faults(block: Mapping[str, Any], where: str) -> Iterator[Found]:
    if "female" in block or "male" in block:
        for sex in ("female", "male"):
            yield from rate_faults(block.get(sex) or {}, f"{where}.{sex}")
        return
    if "whole" in block:
        yield from whole(block["whole"], f"{where}.whole")
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
        scale_text(block.get("rate", ""), 6)
    except ValueError:
        yield f"{where}.rate", block.get("rate"), "a number with at most six decimals"
    if "each" in block and block.get("part") not in PARTS:
        yield f"{where}.part", block.get("part"), "one of " + ", ".join(PARTS)
