"""An impact as tables: the form governments print, both countries in one, women and men apart.

Every table is a Grid, which the terminal, the page and the memo show alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portability.compare import costs_told, earned
from portability.compare.grid import NONE, ORDER, Grid, laid, money_told, persons_told, whole
from portability.compare.impact import A_YEAR, AT_ENTRY, LATER, place
from portability.compare.peopled import LEVELS
from portability.compare.weighing import GAINS, LESS, LOSES, MORE, UNKNOWN
from portability.exact import decimal_text, scale_text
from portability.layout import wrapped

Json = Mapping[str, Any]
WORDS = {
    GAINS: "gain a right",
    LOSES: "lose a right",
    MORE: "are paid more",
    LESS: "are paid less",
    UNKNOWN: "unknown",
}
GROUPS = (("", ""), ("sex", "female"), ("sex", "male"))
HEADS = {"": "all", "female": "women", "male": "men"}
SPREADS = {
    "age": "age at the claim",
    "earnings": "earnings",
    "corridor": "countries of the record",
}


def grids(impact: Json) -> Iterator[Grid]:
    """Everything an impact says, in the order of a report to a parliament."""
    for pair in impact["pairs"]:
        yield persons(impact, pair)
        yield sums(impact, pair)
        yield from costs_told.sums(pair)
        yield from spreads(impact, pair)
        yield from movers(pair)
        yield why(pair)
    yield banded(impact)
    if impact["costs"] is not None:
        yield from costs_told.grids(impact["costs"])
    yield unsaid(impact)


def persons(impact: Json, pair: Json) -> Grid:
    """Per scheme: who gains, loses, is paid more or less, is unknown; at entry and a year."""
    found = {
        (row["scheme"], row["group"], row["effect"], row["when"]): row["persons"]
        for row in pair["persons"]
        if (row["by"], row["group"]) in GROUPS
    }
    moments = [when for when in (AT_ENTRY, A_YEAR, LATER) if any(key[3] == when for key in found)]
    rows = []
    for scheme, about in impact["schemes"].items():
        for effect, words in WORDS.items():
            for when in moments:
                cells = [
                    persons_told(found.get((scheme, group, effect, when))) for _, group in GROUPS
                ]
                if any(cell != NONE for cell in cells):
                    rows.append((f"{about['country']} {scheme}", words, when, *cells))
    heads = ("scheme", "persons who", "when", *(HEADS[group] for _, group in GROUPS))
    return Grid(
        f"{titled(pair)}: persons", heads, tuple(rows), f"{ORDER}; unknown persons are in no sum"
    )


def sums(impact: Json, pair: Json) -> Grid:
    """Per scheme and span: the change of what it pays."""
    found = {
        (row["scheme"], row["group"], row["span"]): row["sum"]
        for row in pair["benefits"]
        if (row["by"], row["group"]) in GROUPS
    }
    rows = []
    for scheme, about in impact["schemes"].items():
        for span in impact["spans"]:
            cells = [money_told(found.get((scheme, group, span))) for _, group in GROUPS]
            if any(cell != NONE for cell in cells):
                rows.append((f"{about['country']} {scheme}", about["currency"], span, *cells))
    heads = ("scheme", "currency", "benefits in", *(HEADS[group] for _, group in GROUPS))
    years = impact["paid_for_years"]
    note = (
        f"{ORDER}; a pension is paid for {years['low']}, {years['central']} or {years['high']} "
        "years, without indexation; contributions and administration are not in it"
    )
    return Grid(f"{titled(pair)}: benefits", heads, tuple(rows), note)


def spreads(impact: Json, pair: Json) -> Iterator[Grid]:
    """By age, earnings and corridor: who gains and loses, and the sum of the first five years."""
    for dimension, words in SPREADS.items():
        rows = []
        for scheme, about in impact["schemes"].items():
            groups = {
                r["group"] for r in pair["persons"] if (r["scheme"], r["by"]) == (scheme, dimension)
            }
            for group in sorted(groups, key=lambda word: place(dimension, word)):
                key = (scheme, dimension, group)
                better = together(pair["persons"], key, (GAINS, MORE))
                worse = together(pair["persons"], key, (LOSES, LESS))
                money = [
                    row["sum"]
                    for row in pair["benefits"]
                    if (row["scheme"], row["by"], row["group"]) == key
                    and row["span"] == impact["spans"][1]
                ]
                cells = (persons_told(better), persons_told(worse))
                if cells != (NONE, NONE):
                    sum_ = money_told(money[0] if money else None)
                    rows.append(
                        (f"{about['country']} {scheme}", group, *cells, about["currency"], sum_)
                    )
        if rows:
            heads = ("scheme", words, "gain", "lose", "currency", impact["spans"][1])
            note = BANDS_BELOW if dimension == earned.DIMENSION and impact["earnings"] else ""
            yield Grid(f"{titled(pair)}: by {words}", heads, tuple(rows), note)


BANDS_BELOW = (
    "of the national average, see the table “Bands of earnings”; where low, central and high "
    "assume other earnings, the same persons stand in other bands"
)


def banded(impact: Json) -> Grid:
    """What the bands of earnings are, and against which average of each scheme."""
    said = impact["earnings"] or {"averages": {}}
    rows = [(key, said[key]) for key in ("definition", "standard") if key in said]
    rows += [(f"average of {scheme}", words) for scheme, words in said["averages"].items()]
    return Grid("Bands of earnings", ("what", "how"), tuple(rows))


def why(pair: Json) -> Grid:
    """Why somebody is unknown, the largest gap first."""
    rows = tuple(
        (
            row["scheme"],
            row["reason"].replace("_", " "),
            row["detail"],
            persons_told(row["persons"]),
        )
        for row in pair["unknown"]
    )
    heads = ("scheme", "unknown, because", "what is missing", "persons")
    return Grid(f"{titled(pair)}: who is unknown, and why", heads, rows, ORDER)


def movers(pair: Json) -> Iterator[Grid]:
    """The largest winners and losers, each as an anonymous case."""
    rows = []
    for case in pair["cases"]:
        who = ", ".join(
            str(case[key]) for key in ("sex", "age", "earnings", "corridor") if key in case
        )
        rows.append(
            (
                case["scheme"],
                persons_told({"central": case["persons"]}),
                who,
                case_told(case["before"]),
                case_told(case["after"]),
                money_told({"central": case["difference_a_year"]}),
            )
        )
    if rows:
        heads = ("scheme", "persons", "for example", "before", "after", "a year")
        yield Grid(f"{titled(pair)}: who moves most", heads, tuple(rows))


def case_told(side: Json) -> str:
    """ "38.00 EUR a month under us-de, 24 + 200 of 224 needed 60 months, share 24/224"."""
    status = str(side["status"])
    if status == "no record":
        return status
    said = status.replace("_", " ")
    if side.get("amount"):
        said = f"{whole(side['amount'])} {side['currency']} a {side['per']}"
    need = "" if side["required"] is None else f", {side['required']} needed"
    share = f", share {side['fraction']}" if side.get("fraction") else ""
    why = f" ({str(side['reason']).replace('_', ' ')})" if side.get("reason") else ""
    return (
        f"{said} under {side['route']}: {side['own']} own + {side['foreign']} abroad"
        f"{need} {side['unit']}s{share}{why}"
    )


def unsaid(impact: Json) -> Grid:
    """What the figures leave out."""
    rows = tuple((name, text) for name, text in impact["not_told"].items())
    return Grid("What is not in these figures", ("what", "why"), rows)


def titled(pair: Json) -> str:
    return f"{pair['from']} → {pair['to']}"


def together(
    rows: Iterable[Json], key: tuple[str, str, str], effects: Sequence[str]
) -> Json | None:
    """Persons of several effects, at every moment, added up by level."""
    mine = [
        row["persons"]
        for row in rows
        if (row["scheme"], row["by"], row["group"]) == key and row["effect"] in effects
    ]
    if not mine:
        return None
    return {
        level: decimal_text(sum(scale_text(one[level], 3) for one in mine), 3) for level in LEVELS
    }


def table(impact: Json, room: int) -> str:
    """Everything an impact says as text for a terminal."""
    return "\n".join(headed(impact, room)) + "\n" + laid(grids(impact), room)


def headed(impact: Json, room: int) -> Iterator[str]:
    """Who it was weighed on, and what they are."""
    header = impact["population"]
    yield str(header["title"])
    if header.get("synthetic"):
        yield "SYNTHETIC: no person is in it"
    for key, value in header.items():
        if key not in ("title", "synthetic") and isinstance(value, str):
            yield from wrapped(f"{key.replace('_', ' ')}: {value}", room)
