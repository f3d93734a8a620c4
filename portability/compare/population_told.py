"""The header of a synthetic population: what it is, where each figure is from, what it misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from portability.compare.peopled import LEVELS, PERSON, Json, total
from portability.compare.population_lives import batch, left_out
from portability.compare.population_parts import CENTRAL, TOTALS, Text, axes_of, cells_of
from portability.estimate import law
from portability.estimate.law import Law
from portability.exact import decimal_text, mul_div, parse_number

if TYPE_CHECKING:
    from portability.compare.population import Population

NO_PERSON = "nobody: members are rules with weights, made from published counts and by no chance"
LEVELS_ARE = (
    "low, central and high take the low, central and high figure of every total and every "
    "assumption at once; which assumption decides is told by its variants, one at a time"
)
METHOD = (
    "iterative proportional fitting in whole numbers, then rounded to thousandths of a person with "
    "every margin exact; what no margin says is as in the seed"
)
SPREAD = "the age at the move is spread evenly over the whole years of its band"


def header(people: Population) -> Json:
    """Texts and figures, in the order in which they are read."""
    text = people.text
    held = calibration(people)
    made = {
        "title": text["title"],
        "synthetic": True,
        "no_person": NO_PERSON,
        "persons": text["persons"],
        "entry": str(text["entry"]),
        "claim": f"everyone claims on {text['claim']}; the law is that day's",
        "levels": LEVELS_ARE if not people.picks[0].only else varied(people),
        "method": METHOD,
        "published": named(text, "source"),
        "assumed": f"{named(text, 'assumed')}; {len(text['assumptions'])} assumptions with a name",
        "misfit": (
            f"{held['misfit']}: it counts {held['counted']} {held['what']}, published are "
            f"{held['published']} ({held['source']})"
        ),
        "total": {when: figure(text, text["total"][when]) for when in TOTALS},
        "margins": {margin_name(margin): told(text, margin) for margin in text["margins"]},
        "seed": seed(text),
        "kept": list(text["kept"]),
        "lost": [*text["lost"], SPREAD],
        "assumptions": {
            name: f"{figure(text, each)} [{each['unit']}]"
            for name, each in text["assumptions"].items()
        },
        "careers": [f"{laid(each['where'])}: {each['assumed']}" for each in text["careers"]],
        "left_out": out(people),
        "calibration": held,
        "sources": {
            name: f"{each['title']}, {each['locator']}, {each['url']}, seen {each['seen']}"
            for name, each in text["sources"].items()
        },
        "digest": people.digest,
    }
    return made


def named(text: Text, key: str) -> str:
    """The margins that have a source, or of which something is assumed."""
    found = [margin_name(margin) for margin in text["margins"] if key in margin]
    return f"margins {', '.join(found)}" if found else "no margin"


def varied(people: Population) -> str:
    pick = people.picks[0]
    return f"a variant: {pick.only} at its {pick.level} figure, everything else central"


def supported(each: Text) -> str:
    """Where a figure is from, and what of it is assumed."""
    parts = []
    if "source" in each:
        parts.append(f"{each['source']} says: {each['says']}")
    if "assumed" in each:
        parts.append(f"ASSUMED: {each['assumed']}")
    return "; ".join(parts)


def figure(text: Text, each: Text) -> str:
    return f"{each['low']} / {each[CENTRAL]} / {each['high']}; {supported(each)}"


def margin_name(margin: Text) -> str:
    given = margin["of"]
    return " by ".join(given) if isinstance(given, list) else str(given)


def told(text: Text, margin: Text) -> str:
    """ "sex: female 59.84, male 40.16 (percent); cfo_sex says: …"."""
    words = [list(text["dimensions"].values())[axis] for axis in axes_of(text, margin)]
    values = ", ".join(
        f"{' '.join(each[at] for each, at in zip(words, place, strict=True))} {value}"
        for place, value in cells_of(text, margin)
    )
    unit = "percent" if "shares" in margin else "counts"
    return f"{values} ({unit}); {supported(margin)}"


def laid(where: Text) -> str:
    parts = [
        f"{name} {' or '.join(map(str, words)) if isinstance(words, list) else words}"
        for name, words in where.items()
    ]
    return ", ".join(parts) or "everybody"


def seed(text: Text) -> list[str]:
    """What the table was before it was fitted."""
    made = ["1 in every cell: dimensions do not depend on each other but where a margin says so"]
    for rule in text.get("seed") or ():
        what = f"0: {rule['none']}" if "none" in rule else f"times {rule['times']}"
        made.append(f"{laid(rule['where'])}: {what}")
    return made


def out(people: Population) -> Json:
    """Persons that the totals count and nothing is weighed on."""
    text = people.text
    here = left_out(text)
    made: Json = {f"{laid(rule['where'])}": rule["because"] for rule in text.get("left_out") or ()}
    for when in TOTALS:
        tables, bare = people.tables(when), people.lives(when).bare
        made[f"persons {when}"] = levels([int(table[here].sum()) for table in tables])
        made[f"without a record anywhere {when}"] = levels(bare)
    return made


def levels(thousandths: list[int]) -> str:
    return " / ".join(decimal_text(value, 3) for value in thousandths)


def calibration(people: Population) -> Json:
    """One published count, what the population counts for it, and the misfit."""
    given = people.text["calibration"]
    counted = entitled(people) if "entitled" in given else stock(people)
    known = int(parse_number(given["count"]) * PERSON)
    made = {
        "what": given["what"],
        "published": str(given["count"]),
        "source": f"{given['source']} says: {given['says']}",
        "counted": levels(counted),
        "misfit": " / ".join(misfit(value, known) for value in counted),
    }
    if "stock" in given:
        made["counted_as"] = f"persons a year x years; ASSUMED: {given['stock']['assumed']}"
    else:
        made["counted_as"] = (
            f"in payment on the day of entry, entitled in {given['entitled']['scheme']} "
            f"by {given['entitled']['under']} and by nothing better"
        )
    return made


def misfit(counted: int, known: int) -> str:
    """ "+4.2 %": the population counts so much more (or less) than was published."""
    if known == 0:
        return "none was published"
    off = int(mul_div(abs(counted - known), 1_000, known, "half_up"))
    sign = "" if off == 0 else "-" if counted < known else "+"
    return f"{sign}{decimal_text(off, 1)} %"


def stock(people: Population) -> list[int]:
    """Thousandths of a person by LEVELS: everyone who comes in a year, times the years for which he
    is among those counted (a stock is its inflow times the stay)."""
    given = people.text["calibration"]["stock"]
    names = list(people.text["dimensions"])
    axis = names.index(given["of"])
    years = [given["years"][word] for word in people.text["dimensions"][given["of"]]]
    others = tuple(place for place in range(len(names)) if place != axis)
    return [
        total(np.asarray(table.sum(axis=others)), np.array(years, np.int64))
        for table in people.tables(TOTALS[0])
    ]


def entitled(people: Population) -> list[int]:
    """Thousandths of a person by LEVELS in payment at entry whose right in the scheme is decided by
    the agreement, under the law of the catalogue."""
    given = people.text["calibration"]["entitled"]
    weight = people.lives(TOTALS[1]).weight
    found = list(weight)
    if not found:
        return [0] * len(LEVELS)
    table = law.run(batch(people.text, found, 0), Law())

    def is_(name: str, word: str) -> pa.ChunkedArray:
        return pc.fill_null(pc.equal(table.column(name).cast(pa.string()), word), False)

    chosen = table.column("chosen")
    for name, word in (
        ("scheme", given["scheme"]),
        ("benefit", "pension"),
        ("status", "entitled"),
        ("route", given["under"]),
    ):
        chosen = pc.and_(chosen, is_(name, word))
    rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
    members = [int(name[1:]) for name in table.column("member").take(pa.array(rows)).to_pylist()]
    weights = np.array(list(weight.values()), np.int64)
    return [int(value) for value in weights[members].sum(axis=0)]
