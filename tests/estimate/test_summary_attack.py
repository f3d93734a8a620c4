"""A reader with a pencil: every sum the published figures must satisfy, taken together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from results_table import Row, membership, row, table

from portability.estimate.summary import Summary, partial

Json = dict[str, Any]
NOVEMBER = date(2026, 11, 24)
MANY = 10**9
Name = tuple[Any, ...]


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


def memberships() -> Iterator[tuple[str, list[Row]]]:
    for seed in range(4):
        yield f"even {seed}", membership(60, seed)
        yield f"rare {seed}", membership(400, seed, rare=True)
    yield "large", membership(1500, 9, rare=True)
    yield "one answer each", [one for one in membership(500, 5, rare=True) if first(one)]


def first(one: Row) -> bool:
    return bool(one["scheme"] == "de-grv" and one["chosen"])


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_every_small_count_may_still_be_any(rows: list[Row]) -> None:
    s = partial(table(rows)).json(5, NOVEMBER)
    pencil = reading(s)
    assert pencil.small
    pencil.think()
    narrowed = {name: pencil.bounds[name] for name in pencil.small if pencil.bounds[name] != [1, 4]}
    assert not narrowed


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_what_is_left_of_a_row_is_nobody_or_many(rows: list[Row]) -> None:
    """The total less all that is shown: several outcomes together, but never of one to four."""
    s = partial(table(rows)).json(5, NOVEMBER)
    for name in ("by_sex", "by_age", "by_country", "by_scheme", "by_corridor"):
        for one in s[name]["rows"]:
            shown = sum(told for told in one["cells"] if isinstance(told, int))
            if isinstance(one["total"], int):
                assert one["total"] - shown not in range(1, 5)


# --- links between tables, each made so that leaving one out would tell


def people(n: int, name: str, scheme: str, status: str, **more: Any) -> list[Row]:
    likely = "10" if status == "entitled" else None
    return [row(f"{name}{number}", scheme, status, likely, **more) for number in range(n)]


def short(n: int, name: str, scheme: str, months: int) -> list[Row]:
    """n members who lack so many months, and would reach the right so long after November 2026."""
    reached = date(2026 + (10 + months) // 12, (10 + months) % 12 + 1, 1)
    return people(n, name, scheme, "not_entitled", missing_months=months, reached=reached)


def thought(rows: list[Row]) -> tuple[Json, Pencil]:
    s = partial(table(rows)).json(5, NOVEMBER)
    pencil = reading(s)
    pencil.think()
    assert all(pencil.bounds[name] == [1, 4] for name in pencil.small)
    return s, pencil


def test_the_calendar_does_not_tell_a_small_band() -> None:
    """Twelve reach a right in January: ten of the German scheme, so that two would be left."""
    rows = [
        *short(10, "a", "de-grv", 2),
        *short(30, "b", "de-grv", 20),
        *short(2, "c", "us-oasdi", 2),
        *short(3, "d", "us-oasdi", 20),
        *short(40, "e", "us-oasdi", 50),
    ]
    s, pencil = thought(rows)
    assert s["calendar"]["reached"][2] == 12
    assert pencil.small
    bands = {row["scheme"]: row["cells"] for row in s["missing"]["rows"]}
    assert bands["us-oasdi"][0] == "<5" and bands["de-grv"][0] == "withheld"


def test_bands_do_not_tell_a_withheld_outcome() -> None:
    """The 20 not entitled are withheld to protect the 2 deferred: their bands are, too."""
    rows = [
        *people(60, "a", "us-oasdi", "entitled"),
        *people(2, "b", "us-oasdi", "deferred"),
        *short(20, "c", "us-oasdi", 50),
        *people(70, "d", "de-grv", "entitled"),
        *people(50, "e", "de-grv", "deferred"),
        *short(90, "f", "de-grv", 50),
    ]
    s, _ = thought(rows)
    american = next(one for one in s["by_scheme"]["rows"] if one["scheme"] == "us-oasdi")
    assert american["cells"][2:4] == ["<5", "withheld"]
    bands = {one["scheme"]: one["cells"] for one in s["missing"]["rows"]}
    assert set(bands["us-oasdi"]) == {"withheld"}


def test_refunds_do_not_tell_a_withheld_total() -> None:
    """Of 103 answers in Japan 3 are of one scheme: the refunds of the other add up to 100."""
    rows = [*people(3, "a", "jp-kosei", "not_entitled"), *people(60, "z", "de-grv", "not_entitled")]
    for number in range(100):
        more = {"benefit": "refund", "per": "once", "currency": "JPY"}
        rows.append(row(f"b{number}", "jp-kokumin", "not_entitled"))
        status = "entitled" if number < 60 else "not_entitled"
        rows.append(row(f"b{number}", "jp-kokumin", status, "5" if number < 60 else None, **more))
    s, _ = thought(rows)
    totals = {one["scheme"]: one["total"] for one in s["by_scheme"]["rows"]}
    assert (totals["jp-kosei"], totals["jp-kokumin"]) == ("<5", "withheld")
    assert s["refunds"]["rows"][0]["entitled"] == "withheld"


def test_money_goes_with_its_count() -> None:
    """A flat pension would tell by division how many draw it."""
    rows = [
        *people(3, "a", "us-oasdi", "entitled"),
        *people(30, "b", "us-oasdi", "not_entitled"),
        *people(8, "c", "de-grv", "entitled"),
        *people(40, "d", "de-grv", "not_entitled"),
        *people(90, "e", "ca-oas", "entitled"),
        *people(80, "f", "ca-oas", "not_entitled"),
    ]
    s, _ = thought(rows)
    told = {one["country"]: (one["cells"][0], one["money"][0]) for one in s["by_country"]["rows"]}
    assert told["US"][0] == "<5" and told["US"][1].get("withheld")
    assert told["DE"][0] == "withheld" and told["DE"][1].get("withheld")
    assert told["CA"][0] == 90 and told["CA"][1]["likely"] == "900.00"


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_what_is_shown_is_true(rows: list[Row]) -> None:
    """Counts against the tallies themselves, "<5" against 1 … 4."""
    summary = partial(table(rows))
    s, answers = summary.json(5, NOVEMBER), summary.tallies["answers"]
    for one in s["by_corridor"]["rows"]:
        for group, told in zip(s["by_corridor"]["columns"], one["cells"], strict=True):
            true = sum(
                n
                for (residence, country, _, outcome), (n,) in answers.items()
                if (residence, country) == (one["residence"], one["country"]) and outcome in group
            )
            assert told == "withheld" or (told == "<5" and 0 < true < 5) or told == true
            assert not (isinstance(told, int) and 0 < told < 5)


def test_a_small_count_that_is_left_to_be_worked_out_is_found() -> None:
    """The pencil itself: one withheld figure in a row whose total is known."""
    s = partial(table(membership(400, 1, rare=True))).json(5, NOVEMBER)
    pencil = reading(json.loads(json.dumps(s)))
    pencil.bounds["x",], pencil.bounds["y",] = [1, 4], [7, 7]
    pencil.bounds["z",] = [9, 9]
    pencil.add(("z",), [("x",), ("y",)])
    pencil.think()
    assert pencil.bounds["x",] == [2, 2]


# --- money


def shown_money(rows: list[Json], pair: tuple[str, str]) -> list[Json]:
    return [
        line for one in rows for line in one["money"] if (line["currency"], line["per"]) == pair
    ]


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
@pytest.mark.parametrize("name", ["by_sex", "by_age", "by_country"])
def test_no_sum_of_a_few_can_be_found_by_subtraction(rows: list[Row], name: str) -> None:
    """What is left of a shown total is the sum of nobody, or of at least five people."""
    summary = partial(table(rows))
    s = summary.json(5, NOVEMBER)
    place, tally = {
        "by_sex": (0, "members_money"),
        "by_age": (1, "members_money"),
        "by_country": (1, "answers_money"),
    }[name]
    key = {"by_sex": "sex", "by_age": "age_band", "by_country": "country"}[name]
    for total in s["answers"]["money"]:
        pair = (total["currency"], total["per"])
        if total.get("withheld") or s[name]["withheld"]:
            continue
        hidden = {
            one[key]
            for one in s[name]["rows"]
            for line in one["money"]
            if (line["currency"], line["per"]) == pair and line.get("withheld")
        }
        left = Decimal(total["likely"]) - sum(
            Decimal(line["likely"])
            for line in shown_money(s[name]["rows"], pair)
            if not line.get("withheld")
        )
        payees = sum(
            figures[0] or figures[2]
            for words, figures in summary.tallies[tally].items()
            if words[-2:] == pair and words[place] in hidden
        )
        assert (not hidden and left == 0) or payees >= 5


def test_fewer_members_than_the_threshold_show_nothing() -> None:
    rows = [row(f"m{n}", "de-grv", "entitled", "10") for n in range(4)]
    s = partial(table(rows)).json(5, NOVEMBER)
    assert s["membership"] == {"total": "<5"}
    assert set(s) == {"schema", "as_of", "threshold", "membership"}
    assert "10" not in json.dumps(s["membership"])


def test_the_threshold_is_the_readers() -> None:
    rows = membership(300, 2, rare=True)
    summary: Summary = partial(table(rows))
    text = json.dumps(summary.json(10, NOVEMBER))
    assert '"<10"' in text and '"<5"' not in text
    assert '"<' not in json.dumps(summary.json(2, NOVEMBER)).replace('"<2"', "")
