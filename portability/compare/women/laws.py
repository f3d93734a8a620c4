"""What the national laws of the parties do for the same situations: only what the calculators
compute or the scheme files state; everything else is unknown and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portability import registry
from portability.compare.standards import figures
from portability.compare.weighing import Text
from portability.compare.women.careers import record_of, table
from portability.compare.women.corridor import Corridor
from portability.compare.women.wording import BECAUSE, items

Json = dict[str, Any]
UNSTATED = BECAUSE + "the scheme's file does not state it"
COMPUTED, STATED, CERTIFIED, OPEN = "computed", "stated", "certified", "unknown"
# Items that only a text between states can regulate.
OF_TEXTS = ("posted_spouse", "equality")


def report(texts: Sequence[Text], corridors: Sequence[Corridor]) -> list[Json]:
    """One row per scheme of the careers and item: {scheme, item, how, says, cite, url}."""
    pairs = [pair for corridor in corridors for pair in corridor.pairs.values() if pair is not None]
    schemes = dict.fromkeys(s for pair in pairs for country in pair for s in record_of(country))
    asked = [item for item in items() if item["id"] not in OF_TEXTS]
    return [stated(scheme, item) for scheme in schemes for item in asked]


def stated(scheme: str, item: Mapping[str, Any]) -> Json:
    """What one scheme does for one item."""
    out = {
        "scheme": scheme,
        "country": registry.country_of(scheme),
        "item": item["id"],
        "title": item["title"],
    }
    found = written(scheme, str(item["id"]))
    if found is not None:
        return {**out, **{k: found[k] for k in ("how", "says", "cite")}, "url": url_of(found)}
    return {**out, **(in_file(scheme, str(item["id"])) or unstated())}


def unstated() -> Json:
    return {"how": OPEN, "says": UNSTATED, "cite": "", "url": ""}


def written(scheme: str, item: str) -> Mapping[str, Any] | None:
    """The row of laws.yaml, None where it has none."""
    rows: list[Mapping[str, Any]] = table("laws.yaml")["laws"]
    return next((row for row in rows if (row["scheme"], row["item"]) == (scheme, item)), None)


def url_of(row: Mapping[str, Any]) -> str:
    """The address: its own, or that of the source in the scheme's file. Raises KeyError for a
    source that the file does not have."""
    if "url" in row:
        return str(row["url"])
    return str(registry.source(row["scheme"]).text["sources"][row["source"]]["url"])


def in_file(scheme: str, item: str) -> Json | None:
    """What the tables and ways of a scheme file say of an item: qualifying periods, a minimum
    pension."""
    if item == "minimum":
        ways = {(w.name, w.units, w.place) for w in figures.ways(scheme, "old_age") if w.units}
        if ways:
            name, units, place = min(ways, key=lambda way: (way[1], way[0]))
            unit = registry.source(scheme).unit
            says = f"{units} {unit}s (way {name!r}, the shortest of {len(ways)})"
            return {"how": COMPUTED, "says": says, "cite": place.article, "url": place.url}
    if item == "supplements":
        found = figures.minimum_place(scheme)
        if found is not None:
            says = "A minimum pension is in the scheme's file"
            return {"how": COMPUTED, "says": says, "cite": found.article, "url": found.url}
    return None


def settles(scheme: str, what: str) -> bool:
    """Does the scheme's file settle what a career asks for ("marriage", "divorced")?"""
    rows: list[Mapping[str, Any]] = table("laws.yaml")["laws"]
    return any(row["scheme"] == scheme and what in row.get("settles", ()) for row in rows)
