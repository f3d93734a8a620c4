"""Women's careers: what a text does for child-raising, part-time and domestic work, survivors and
maternity (section G; C128 article 21, C183, C189 article 14, CEDAW article 11)."""

from __future__ import annotations

import re

from portability.agreement import Conversion
from portability.compare.standards.checks_periods import fold, nothing_to_share
from portability.compare.standards.finding import MET, NOT, PARTLY, UNKNOWN, Finding, absent
from portability.compare.standards.items import Item
from portability.compare.standards.view import Ruled, View

CHILDREN = re.compile(r"child-?\s?(rais|care|credit)|kindererzieh|upbringing")
SIZES = {"day": 1, "week": 2, "month": 3, "quarter": 4, "year": 5}


def credits_for_children(view: View, item: Item) -> Finding:
    """Periods of child-raising: which state counts them, and does the other count them as well?"""
    for field in ("rules.note", "overlap", "legislation.deemed_periods", "notes"):
        if CHILDREN.search(view.words(field)):
            places = view.block(field).places if field != "rules.note" else ()
            return Finding(MET, f"{field} says which state counts child-raising", places)
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    parts = {f"{row.scheme} {row.rule.path} {row.branch}": credited(row) for row in view.ruled}
    return fold(parts, Finding(UNKNOWN, "unknown, because the file holds no rule"))


def credited(row: Ruled) -> Finding:
    """Credits for child-raising are assimilated (`equivalent`) periods."""
    counts = row.rule.counts
    places = row.place("counts", *(count.cite for count in counts))
    if not counts:
        return Finding(NOT, "no foreign periods are counted", places)
    if any(
        not (c.kinds_not and "equivalent" in c.kinds_not)
        and (c.kinds_only is None or "equivalent" in c.kinds_only)
        for c in counts
    ):
        why = (
            "credits the other state certifies are counted; the text does not say which state "
            "credits a child raised abroad"
        )
        return Finding(PARTLY, why, places)
    return Finding(NOT, "assimilated periods, where such credits stand, are not counted", places)


def part_time_units(view: View, item: Item) -> Finding:
    """Short weeks are not lost: no conversion drops a rest of days or weeks."""
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    parts = {}
    for row in view.ruled:
        for i, count in enumerate(row.rule.counts):
            key = f"{row.scheme} {row.rule.path} {row.branch} {i}"
            places = row.place("counts", count.cite)
            parts[key] = Finding(*rest(count.unit), places)
    return fold(parts, Finding(UNKNOWN, "unknown, because the file holds no rule"))


def rest(unit: object) -> tuple[str, str]:
    """What a conversion does with a broken unit."""
    if unit is None:
        return UNKNOWN, "unknown, because how the periods convert was not seen"
    if not isinstance(unit, Conversion):
        dropped = getattr(unit, "remainder_from", None) is None
        return (PARTLY, "a rest is lost in the conversion") if dropped else (MET, "any rest counts")
    if SIZES[unit.source_unit] >= SIZES[unit.target_unit] and unit.source_n == 1:
        return MET, "no unit is divided"
    if unit.remainder_from is None:
        return PARTLY, f"fewer than {unit.source_n} {unit.source_unit}s are lost"
    if unit.remainder_from == 1:
        return MET, "any rest counts"
    return PARTLY, f"fewer than {unit.remainder_from} {unit.source_unit}s are lost"


def domestic_workers(view: View, item: Item) -> Finding:
    """C189 article 14(1): domestic workers no less favourably than others, maternity included."""
    said = f"{view.words('persons')} · {view.words('benefits')}"
    block = view.block("persons")
    if re.search(r"(except|excluding|without|not)\b[^;·]*\bdomestic", said):
        return Finding(NOT, "domestic workers are left out", block.places)
    if "domestic" in said:
        return Finding(MET, "domestic workers are named", block.places)
    if not block.there:
        return absent(block.absent, "the personal scope", block.places)
    why = "no occupation is shut out; whether national law insures domestic work is not in the file"
    return Finding(PARTLY, why, block.places)


def minimum_stage(view: View, item: Item) -> Finding:
    """A supplement or minimum: is it added before or after the fraction?"""
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    floors = [row for row in view.ruled if row.rule.floors]
    if not floors:
        return Finding(UNKNOWN, "unknown, because no rule speaks of a minimum or supplement")
    stages = sorted({floor.stage for row in floors for floor in row.rule.floors})
    places = tuple(
        p for row in floors for f in row.rule.floors for p in row.place("floors", f.cite)
    )
    return Finding(MET, f"{' and '.join(stages)} the fraction", tuple(dict.fromkeys(places)))
