"""A reader with a pencil: bounds on every published figure, narrowed by all sums at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
Name = tuple[Any, ...]
MANY = 10**9


class Pencil:
    """What can be known of each figure: two bounds, narrowed by sums until nothing moves."""

    def __init__(self, threshold: int):
        self.threshold = threshold
        self.bounds: dict[Name, list[int]] = {}
        self.sums: list[tuple[Name, list[Name]]] = []
        self.small: set[Name] = set()

    def note(self, name: Name, told: int | str) -> Name:
        if isinstance(told, int):
            self.bounds[name] = [told, told]
        elif told == f"<{self.threshold}":
            self.bounds[name] = [1, self.threshold - 1]
            self.small.add(name)
        else:
            assert told == "withheld"
            self.bounds.setdefault(name, [0, MANY])
        return name

    def add(self, whole: Name, parts: Iterable[Name]) -> None:
        self.sums.append((whole, list(parts)))

    def think(self) -> None:
        moved = True
        while moved:
            moved = False
            for whole, parts in self.sums:
                moved |= self.narrow(whole, parts)

    def narrow(self, whole: Name, parts: list[Name]) -> bool:
        low = sum(self.bounds[part][0] for part in parts)
        high = sum(self.bounds[part][1] for part in parts)
        moved = self.within(whole, low, high)
        least, most = self.bounds[whole]
        for part in parts:
            a, b = self.bounds[part]
            moved |= self.within(part, least - (high - b), most - (low - a))
        return moved

    def within(self, name: Name, low: int, high: int) -> bool:
        mine = self.bounds[name]
        tighter = [max(mine[0], low), min(mine[1], high)]
        assert tighter[0] <= tighter[1], f"{name}: {mine} against {low} to {high}"
        self.bounds[name] = tighter
        return tighter != mine


def outcomes(pencil: Pencil, name: Name, row: Json, columns: list[list[str]]) -> None:
    total = pencil.note((*name, "total"), row["total"])
    parts = [
        pencil.note((*name, *group), told)
        for group, told in zip(columns, row["cells"], strict=True)
    ]
    pencil.add(total, parts)


def children(pencil: Pencil, parent: Name, names: list[Name], columns: list[list[str]]) -> None:
    for column in ["total", *map(tuple, columns)]:
        last = ("total",) if column == "total" else column
        pencil.add((*parent, *last), [(*name, *last) for name in names])


def reading(s: Json) -> Pencil:
    """Everything a summary says that adds up."""
    pencil = Pencil(s["threshold"])
    outcomes(pencil, ("members",), s["membership"], s["membership"]["columns"])
    outcomes(pencil, ("answers",), s["answers"], s["answers"]["columns"])
    for key in ("sex", "age"):
        rows = s[f"by_{key}"]
        names: list[Name] = []
        for one in rows["rows"]:
            names.append((key, one.get("sex", one.get("age_band"))))
            outcomes(pencil, names[-1], one, rows["columns"])
        if not rows["withheld"]:
            children(pencil, ("members",), names, rows["columns"])
    columns = s["answers"]["columns"]
    places(pencil, s, columns)
    for one in s["by_route"]:
        pencil.note(("route", one["scheme"], one["route"]), one["answers"])
    for one in s["by_scheme"]["rows"]:
        scheme(pencil, s, one["scheme"], columns)
    by_month(pencil, s)
    return pencil


def places(pencil: Pencil, s: Json, columns: list[list[str]]) -> None:
    names: list[Name] = []
    for one in s["by_country"]["rows"]:
        names.append(("country", one["country"]))
        outcomes(pencil, names[-1], one, columns)
    if not s["by_country"]["withheld"]:
        children(pencil, ("answers",), names, columns)
    for table_, key in (("by_scheme", "scheme"), ("by_corridor", "residence")):
        under: dict[str, list[Name]] = {}
        for one in s[table_]["rows"]:
            name = (key, one["country"], one[key])
            under.setdefault(one["country"], []).append(name)
            outcomes(pencil, name, one, columns)
        for country, mine in under.items():
            children(pencil, ("country", country), mine, columns)


def known(
    pencil: Pencil, s: Json, scheme: str, columns: list[list[str]], outcome: str
) -> Name | None:
    """The figure of a scheme that counts exactly this outcome."""
    country = next(one["country"] for one in s["by_scheme"]["rows"] if one["scheme"] == scheme)
    return ("scheme", country, scheme, outcome) if [outcome] in columns else None


def scheme(pencil: Pencil, s: Json, one: str, columns: list[list[str]]) -> None:
    """What divides a scheme's outcomes: routes, bands, reasons, refunds."""
    routes = [row for row in s["by_route"] if row["scheme"] == one]
    names = [known(pencil, s, one, columns, name) for name in ("entitled", "amount_unknown")]
    if routes and None not in names:
        due = ("due", one)
        pencil.bounds[due] = [0, MANY]
        pencil.add(due, [name for name in names if name])
        pencil.add(due, [("route", one, row["route"]) for row in routes])
    for row_ in routes:
        if row_["route"] != "national":
            parts = [
                pencil.note(("worth", one, row_["route"], kind), row_[kind])
                for kind in ("opened", "raised", "not_known")
            ]
            pencil.add(("route", one, row_["route"]), parts)
    for row_ in s["missing"]["rows"]:
        name = known(pencil, s, one, columns, "not_entitled")
        if row_["scheme"] == one:
            parts = [
                pencil.note(("band", one, band), told)
                for band, told in zip(s["missing"]["bands"], row_["cells"], strict=True)
            ]
            if name:
                pencil.add(name, parts)
    for what, outcome in (("right", "unknown"), ("amount", "amount_unknown")):
        name = known(pencil, s, one, columns, outcome)
        parts = [
            pencil.note(("reason", one, what, row["reason"], row["detail"]), row["members"])
            for row in s["unknown"]
            if (row["scheme"], row["what"]) == (one, what)
        ]
        if name and parts:
            pencil.add(name, parts)
    for row_ in s["refunds"]["rows"]:
        if row_["scheme"] == one:
            refund(pencil, s, one, row_)


def refund(pencil: Pencil, s: Json, one: str, row_: Json) -> None:
    kinds = ("entitled", "amount_unknown", "deferred", "not_entitled", "unknown")
    parts = [pencil.note(("refund", one, kind), row_[kind]) for kind in kinds]
    country = next(r["country"] for r in s["by_scheme"]["rows"] if r["scheme"] == one)
    pencil.add(("scheme", country, one, "total"), parts)
    due = ("refund", one, "due")
    pencil.bounds[due] = [0, MANY]
    pencil.add(due, parts[:2])
    if row_["keeping"]:
        bands = [
            pencil.note(("keeping", one, band), told)
            for band, told in zip(s["refunds"]["bands"], row_["keeping"], strict=True)
        ]
        pencil.add(due, bands)
    some = pencil.note(("loses", one), row_["loses_elsewhere"])
    rest = ("loses nothing", one)
    pencil.bounds[rest] = [0, MANY]
    pencil.add(due, [some, rest])
    months = next((r["cells"] for r in s["calendar"]["refund_deadlines"] if r["scheme"] == one), [])
    if months:
        names = [pencil.note(("deadline", one, at), told) for at, told in enumerate(months)]
        other = ("deadline", one, "another day or none")
        pencil.bounds[other] = [0, MANY]
        pencil.add(due, [*names, other])


def by_month(pencil: Pencil, s: Json) -> None:
    """Members claim on one day: who reaches his right within 6 and 12 months is in the bands."""
    for kind in ("starts", "opens", "reached"):
        for at, told in enumerate(s["calendar"][kind]):
            pencil.note((kind, at), told)
    schemes = [row["scheme"] for row in s["missing"]["rows"]]
    for band, months in (("1-6", range(1, 7)), ("7-12", range(7, 13))):
        total = ("within", band)
        pencil.bounds[total] = [0, MANY]
        pencil.add(total, [("reached", at) for at in months])
        pencil.add(total, [("band", scheme_, band) for scheme_ in schemes])
