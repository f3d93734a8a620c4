"""What every text, and the world without, pays each matched career; and what the interruption
costs. Every figure is a line of a determination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from portability import registry
from portability.agreement import Agreement
from portability.build import cohort_of
from portability.case import load
from portability.casemodel import Case
from portability.compare.weighing import NOTHING, Text
from portability.compare.women.careers import BRANCHES, SURVIVORS, Career, careers, document
from portability.compare.women.corridor import Corridor, Pair
from portability.compare.women.laws import settles
from portability.concurrence import A_YEAR
from portability.determination import claimant_lines, entitlement
from portability.exact import decimal_text
from portability.tables import minor_digits
from portability.totalization import Result, totalize
from portability.yamlsource import Source

Json = dict[str, Any]
ENTITLED, UNKNOWN = "entitled", "unknown"
NO_RIGHT = ("not_entitled", "deferred")
# What the calculator answers says nothing where its file does not settle what the career asks for.
UNSETTLED = {"code": "the scheme's file does not state it"}
KEPT, LOST, GAINED, NEVER = "kept", "lost", "gained", "never"


def measured(texts: Sequence[Text], corridors: Sequence[Corridor]) -> list[Json]:
    """One row per corridor, pair of states, text (the world without first), career and scheme."""
    nothing, *others = texts
    rows: list[Json] = []
    for corridor in corridors:
        for pair in dict.fromkeys(p for p in corridor.pairs.values() if p is not None):
            bound = [text for text in others if corridor.pairs[text.name] == pair]
            for text in (nothing, *bound):
                agreements = text.law.agreements(frozenset(pair))
                paid = pay(pair, agreements, text.law.goes_on)
                where = {"corridor": corridor.id, "home": pair[0], "host": pair[1]}
                rows += [{**where, "text": text.name, **row} for row in paid]
    return rows


def pay(
    pair: Pair, agreements: Sequence[Agreement], goes_on: bool, branches: Iterable[str] = BRANCHES
) -> list[Json]:
    """What every career between two states is paid: {career, scheme, status, yearly, …}; of some
    branches only, where only these are asked for."""
    out: list[Json] = []
    for branch in branches:
        cases = cases_of(branch, pair)
        co = cohort_of(list(cases.values()))
        result = totalize(co, registry.known(co.schemes, goes_on), agreements)
        for number, career in enumerate(c for c in careers() if c.id in cases):
            out += lines(result, number, career)
    return out


@lru_cache(maxsize=64)
def cases_of(branch: str, pair: Pair) -> Mapping[str, Case]:
    """The careers of a branch between two states, as checked cases by their id."""
    return {
        career.id: load(Source(f"career {career.id}", document(career, *pair)))
        for career in careers()
        if career.branch == branch
    }


def lines(result: Result, number: int, career: Career) -> list[Json]:
    """One row a scheme of a person: the answer, and the periods it rests on."""
    found = []
    for scheme, decision in result.decisions.items():
        if decision.holding.pos[number] < 0:
            continue
        record = entitlement(result, scheme, number)
        answer = record
        if career.branch == SURVIVORS:
            made = claimant_lines(result, scheme, number)
            answer = made[0] if made else {**record, "status": UNKNOWN, "payable": None}
        if career.asks and answer["status"] != UNKNOWN and not settles(scheme, career.asks):
            answer = {**answer, "status": UNKNOWN, "payable": None, "reasons": [UNSETTLED]}
        found.append({"career": career.id, "scheme": scheme, **row(record, answer, scheme)})
    return found


def row(record: Json, answer: Json, scheme: str) -> Json:
    """status, yearly (text; None: not known), currency, route, periods, fraction, why."""
    currency = registry.source(scheme).currency
    value, status = yearly(answer), answer["status"]
    periods = record["periods"]
    return {
        "status": status,
        "yearly": None if value is None else decimal_text(value, minor_digits(currency)),
        "currency": currency,
        "route": answer["route"],
        "own": periods["own"],
        "foreign": periods["foreign"],
        "counted": periods["counted"],
        "required": periods["required"],
        "unit": periods["unit"],
        "fraction": record["fraction"],
        "reason": why(record, answer),
    }


def yearly(answer: Json) -> int | None:
    """Minor units a year: 0 without a right, None where right or amount is not known."""
    if answer["status"] in NO_RIGHT:
        return 0
    paid = answer["payable"]
    if answer["status"] != ENTITLED or paid is None:
        return None
    return int(paid["amount"].replace(".", "")) * A_YEAR[paid["per"]]


def why(record: Json, answer: Json) -> str:
    """Why nothing is paid or the sum is not known; "" where it is."""
    if answer["status"] == ENTITLED and answer["payable"] is not None:
        return ""
    for item in (*answer.get("reasons", ()), *record["reasons"]):
        what = item.get("table") or item.get("fact") or item.get("what") or item.get("cite") or ""
        return f"{item['code'].replace('_', ' ')}{f': {what}' if what else ''}"
    periods = record["periods"]
    if record["status"] in NO_RIGHT and record["shortfall"]:
        return f"{periods['counted']} of {periods['required']} {periods['unit']}s"
    return "the law of the scheme is not held for this" if answer["status"] == UNKNOWN else ""


def interruptions(rows: Iterable[Json]) -> list[Json]:
    """What each interruption costs a year, in every text and scheme: the career beside it less the
    career itself; `right`: kept, lost, gained or never there, None where it is not known."""
    at = {
        (r["corridor"], r["home"], r["host"], r["text"], r["career"], r["scheme"]): r for r in rows
    }
    out = []
    for career in careers():
        for beside in career.beside:
            for key, mine in at.items():
                other = at.get((*key[:4], beside, key[5])) if key[4] == career.id else None
                if other is not None:
                    out.append(cost(career, beside, mine, other))
    return out


def cost(career: Career, beside: str, mine: Json, other: Json) -> Json:
    keys = ("corridor", "home", "host", "text", "scheme", "currency")
    return {
        **{key: mine[key] for key in keys},
        "item": career.item,
        "career": career.id,
        "beside": beside,
        "without": other["yearly"],
        "with": mine["yearly"],
        "cost": difference(mine, other),
        "right": right(other, mine),
        "reason": mine["reason"] or other["reason"],
    }


def difference(before: Json, after: Json) -> str | None:
    """after - before a year, as text; None where either is not known."""
    if before["yearly"] is None or after["yearly"] is None:
        return None
    digits = minor_digits(before["currency"])
    return decimal_text(minor(after) - minor(before), digits)


def minor(row: Mapping[str, Any]) -> int:
    return int(str(row["yearly"]).replace(".", ""))


def right(before: Json, after: Json) -> str | None:
    """What became of a right."""
    if UNKNOWN in (before["status"], after["status"]):
        return None
    was, now = before["status"] == ENTITLED, after["status"] == ENTITLED
    return {(True, True): KEPT, (True, False): LOST, (False, True): GAINED}.get((was, now), NEVER)


def without(rows: Iterable[Json]) -> dict[tuple[str, ...], Json]:
    """The rows of the world without, by corridor, states, career and scheme."""
    return {place(row): row for row in rows if row["text"] == NOTHING}


def place(row: Json) -> tuple[str, ...]:
    keys = ("corridor", "home", "host", "career", "scheme")
    return tuple(str(row[key]) for key in keys)
