"""Which clause makes which difference: the first text with one clause of the second, run again on
every career, one clause at a time.

The effects do not depend on an order: each is measured from the first text as it stands. What is
left of the whole difference is `together`: clauses that work only with one another, and, where the
texts are with different partners, the partner's own law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

from portability.agreement import Agreement
from portability.compare import side_by_side, sides
from portability.compare.weighing import Text
from portability.compare.women import paying
from portability.compare.women.careers import record_of
from portability.compare.women.corridor import Corridor, Pair
from portability.compare.women.counterfactual import Changed, Sides, Swap, swaps, whole
from portability.estimate.law import applied
from portability.exact import decimal_text
from portability.tables import minor_digits

Json = dict[str, Any]
PERSONS = "persons"
NOT_SEEN = "one of the texts was not seen on it"


@frozen
class Exchange:
    """Two texts of the comparison, one after the other, with every clause that can be exchanged
    between them on the schemes of the careers."""

    first: Text
    second: Text
    swaps: tuple[Swap, ...]


def report(
    texts: Sequence[Text], corridors: Sequence[Corridor], measured: Iterable[Json]
) -> list[Json]:
    """Each text against the one before it: clauses with their effects, and what is left."""
    rows = list(measured)
    return [told(exchange, corridors, rows) for exchange in exchanges(texts, corridors)]


def exchanges(texts: Sequence[Text], corridors: Sequence[Corridor]) -> list[Exchange]:
    return [Exchange(a, b, tuple(between(a, b, corridors))) for a, b in pairwise(texts)]


def between(first: Text, second: Text, corridors: Sequence[Corridor]) -> list[Swap]:
    """Every clause of the rules, and the personal scope, in which the two differ."""
    assert first.agreement is not None and second.agreement is not None
    pairs = {pair for c in corridors if (pair := c.pairs[first.name]) and c.pairs[second.name]}
    schemes = frozenset(s for pair in pairs for country in pair for s in record_of(country))
    both = [first.agreement, second.agreement]
    names = sides.of(both).names[1]
    exchanged = Sides(first.agreement, second.agreement, names)
    rows = [row for row in side_by_side.of(both).rows if row.state != "same"]
    found = list(swaps(exchanged, [row for row in rows if row.part.startswith("rule.")], schemes))
    across = {mine: word for word, mine in names.items()}
    for scheme in sorted(schemes):
        made = whole(exchanged, rows, scheme, across.get(scheme, scheme))
        found += [made] if made is not None else []
    for row in rows:
        if row.part == PERSONS and row.shown and not names:
            scope, open_ = second.agreement.persons, NOT_SEEN if row.unknown else ""
            found.append(Swap(PERSONS, row.title, "", "", {}, (row,), persons=scope, open=open_))
    return found


def told(exchange: Exchange, corridors: Sequence[Corridor], rows: list[Json]) -> Json:
    """One exchange: what each clause does to whom, and the remainder."""
    first, second = exchange.first, exchange.second
    base = {key(r): r for r in rows if r["text"] == first.name}
    effects: dict[tuple[str, ...], list[Json]] = {}
    clauses = []
    for swap in exchange.swaps:
        changes = [] if swap.open else list(effect(swap, first, corridors, base))
        for change in changes:
            effects.setdefault(key(change), []).append({"clause": named(swap), **change})
        clauses.append(clause_told(swap, exchange, changes))
    return {
        "from": first.name,
        "to": second.name,
        "clauses": clauses,
        "remainders": list(remainders(exchange, corridors, rows, base, effects)),
    }


def key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["corridor"]), str(row["career"]), str(row["scheme"])


def named(swap: Swap) -> str:
    return f"{swap.scheme} {swap.clause}".strip()


def effect(
    swap: Swap,
    first: Text,
    corridors: Sequence[Corridor],
    base: Mapping[tuple[str, ...], Json],
) -> Iterable[Json]:
    """Whoever is paid something else, or gains or loses a right, by the clause alone."""
    assert first.agreement is not None
    made = swap.made(first.agreement)
    for corridor in corridors:
        pair = corridor.pairs[first.name]
        if pair is None:
            continue
        agreements, goes_on = under(made, first, pair), first.law.goes_on
        for row in paying.pay(pair, agreements, goes_on, swap.branches):
            row["corridor"] = corridor.id
            before = base[key(row)]
            if (before["status"], before["yearly"]) == (row["status"], row["yearly"]):
                continue
            yield {
                **{name: row[name] for name in ("corridor", "career", "scheme", "currency")},
                "before": before["yearly"],
                "after": row["yearly"],
                "change": paying.difference(before, row),
                "right": paying.right(before, row),
                "reason": row["reason"] or before["reason"],
            }


def under(made: Agreement, text: Text, pair: Pair | frozenset[str]) -> tuple[Agreement, ...]:
    """The changed text in the place of the text, beside what the catalogue holds."""
    assert text.agreement is not None
    out = tuple(sorted({*text.law.without, text.agreement.id.partition("@")[0]}))
    return (made, *applied((), out, frozenset(pair)))


def clause_told(swap: Swap, exchange: Exchange, changes: list[Json]) -> Json:
    """A clause as both texts have it, with its effects."""
    cells = {name: side(swap, i) for i, name in enumerate(("before", "after"))}
    return {
        "clause": swap.clause,
        "title": swap.title,
        "scheme": swap.scheme,
        "other_scheme": swap.other if swap.other != swap.scheme else "",
        **cells,
        "open": swap.open,
        "effects": changes,
    }


def side(swap: Swap, i: int) -> dict[str, str]:
    """One text's side of a clause: its sentences, each with the case it is for, articles and
    addresses."""
    found = [(row, row.cells[i]) for row in swap.rows]
    stated = [(row, cell) for row, cell in found if cell.clause is not None] or found[:1]
    says: dict[str, None] = {}
    articles: dict[str, None] = {}
    urls: dict[str, None] = {}
    for row, cell in stated:
        says[f"{row.cases}: {cell.text}" if row.cases and cell.clause else cell.text] = None
        if cell.clause is not None:
            articles[cell.clause.article] = None
            urls[cell.clause.url] = None
    return {
        "says": "; ".join(says),
        "article": "; ".join(word for word in articles if word),
        "url": "; ".join(word for word in urls if word),
    }


def remainders(
    exchange: Exchange,
    corridors: Sequence[Corridor],
    rows: list[Json],
    base: Mapping[tuple[str, ...], Json],
    effects: Mapping[tuple[str, ...], list[Json]],
) -> Iterable[Json]:
    """The whole difference of the two texts for each career and scheme that both have, the sum of
    the single effects, and what is left; unknown where one of them is."""
    target = {key(r): r for r in rows if r["text"] == exchange.second.name}
    for at, before in base.items():
        after = target.get(at)
        single = effects.get(at, [])
        if after is None or (not single and same_answer(before, after)):
            continue
        whole = paying.difference(before, after)
        known = [e["change"] for e in single]
        out = {
            **{name: before[name] for name in ("corridor", "career", "scheme", "currency")},
            "from": before["yearly"],
            "to": after["yearly"],
            "right": paying.right(before, after),
            "whole": whole,
            "single": {e["clause"]: e["change"] for e in single},
            "together": None,
        }
        if whole is not None and None not in known:
            digits = minor_digits(before["currency"])
            total = sum(paying.minor({"yearly": change}) for change in known)
            out["together"] = decimal_text(paying.minor({"yearly": whole}) - total, digits)
        yield out


def same_answer(before: Json, after: Json) -> bool:
    return (before["status"], before["yearly"]) == (after["status"], after["yearly"])


def made_of(exchange: Exchange) -> list[tuple[Swap, Changed]]:
    """Every clause that can be tried, with the text that has it."""
    agreement = exchange.first.agreement
    assert agreement is not None
    return [(swap, swap.made(agreement)) for swap in exchange.swaps if not swap.open]
