"""What a change of text does to people and to the sums of each scheme.

    found = impact.of(["us-de", "draft.yaml"], people)

The result (portability/impact@1) is plain data: for every pair of texts (each against no agreement,
each against the one before it) persons by effect, sums by year in the form governments print, how
they are spread, and the cases that move most. Nothing is added up across currencies; whoever's
right or amount is unknown under one of two texts is counted as unknown and in no sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from portability import registry
from portability.compare import costs, costs_told, earned, weighing
from portability.compare.costs import Costs
from portability.compare.peopled import EVERY_YEAR, LEVELS, PERSON, People, Weighted, halves, total
from portability.compare.weighing import EFFECTS, UNKNOWN, Paid, Text
from portability.estimate.form import AGE_BANDS
from portability.exact import decimal_text

Int = NDArray[np.int64]
Json = dict[str, Any]
SCHEMA = "portability/impact@1"
SPANS = {"year 1": (1, 1), "years 1-5": (1, 5)}
MOST = 5  # cases told on either side
SPREAD = ("sex", "age", earned.DIMENSION, "corridor")
IN_ORDER = {"age": AGE_BANDS, earned.DIMENSION: earned.WORDS}  # words that ascend
WHY = ("reason", "detail")
AT_ENTRY, A_YEAR, LATER = "at entry", "a year", "after entry"


@define
class Tally:
    """Sums of one pair of texts, by LEVELS.

    persons  (scheme, dimension, word, effect, when) -> thousandths of a person
    money    (scheme, dimension, word, span) -> half-years x thousandths of a person x thousandths
             of the currency a year
    reasons  (scheme, reason, what it names) -> thousandths of a person, by LEVELS: why unknown
    cases    (scheme, difference a year) -> (thousandths of a person, a case of them): those who
             move most
    """

    persons: dict[tuple[str, ...], list[int]] = field(factory=dict)
    money: dict[tuple[str, ...], list[int]] = field(factory=dict)
    reasons: dict[tuple[str, ...], list[int]] = field(factory=dict)
    cases: dict[tuple[str, int], tuple[int, Json]] = field(factory=dict)

    def add(
        self, into: dict[tuple[str, ...], list[int]], key: tuple[str, ...], by: Sequence[int]
    ) -> None:
        mine = into.setdefault(key, [0] * len(LEVELS))
        for level, value in enumerate(by):
            mine[level] += value


def of(
    references: Sequence[str],
    people: People,
    far: int = 25,
    goes_on: bool = False,
    stated: Costs | None = None,
) -> Json:
    """The impact of texts (ids or paths) on people; far: the one far year that is told; stated:
    contributions forgone and administration, if anybody stated them for these texts. Raises
    InputError with every fault of every text."""
    texts = weighing.texts(list(references), goes_on)
    spans = {**SPANS, f"year {far}": (far, far)}
    pairs = list(pairs_of(texts))
    tallies = {pair: Tally() for pair in pairs}
    concerned = parties(texts)
    schemes: set[str] = set()
    banded = False
    for weighted in people.batches():
        held = held_in(weighted, concerned)
        schemes |= set(held)
        banded = banded or not {*earned.WORDS}.isdisjoint(weighted.labels.get(earned.DIMENSION, ()))
        found = {text.name: weighing.paid(weighted.batch, text, held) for text in texts}
        for one, other in pairs:
            weigh(tallies[one, other], weighted, held, found[one], found[other], people, spans)
    made = [told(one, other, tallies[one, other]) for one, other in pairs]
    everywhere = sorted(schemes | set(stated.schemes if stated else ()))
    if stated is not None:
        named = {text.name: text for text in texts}
        for pair in made:
            sides = named[pair["from"]], named[pair["to"]]
            pair |= costs.pair(stated, *sides, everywhere, spans)
    return {
        "schema": SCHEMA,
        "texts": [said(text) for text in texts],
        "population": people.header,
        "parameters_continued": goes_on,
        "paid_for_years": dict(zip(LEVELS, people.years, strict=True)),
        "spans": list(spans),
        "schemes": {name: about(name) for name in everywhere},
        "earnings": bands_told(sorted(schemes)) if banded else None,
        "costs": None if stated is None else costs_told.header(stated),
        "pairs": made,
        "not_told": NOT_TOLD | (costs_told.not_told(made) if stated is not None else {}),
    }


NOT_TOLD = {
    **costs.NOBODY,
    "mortality": "everybody is paid for the stated years, nobody longer",
    "indexation": "amounts stay as on the claim date",
}


def bands_told(schemes: Sequence[str]) -> Json:
    """What the bands of earnings are: the definition, its standard, the average of each scheme."""
    return {
        "definition": earned.DEFINITION,
        "standard": earned.STANDARD,
        "bands": list(earned.WORDS),
        "averages": earned.averages(tuple(schemes)),
    }


def pairs_of(texts: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Each text against none, then each against the one before it."""
    for text in texts[1:]:
        yield texts[0].name, text.name
    for one, other in pairwise(texts[1:]):
        yield one.name, other.name


def parties(texts: Sequence[Text]) -> frozenset[str] | None:
    """The states that a text binds: no other is touched. None where only models are compared."""
    found = [text.agreement for text in texts if text.agreement is not None]
    named = frozenset(country for text in found for country in text.countries())
    return named or None


def held_in(weighted: Weighted, concerned: frozenset[str] | None) -> tuple[str, ...]:
    """Schemes of the records of a batch, of the states concerned, sorted."""
    lines = weighted.batch.column("periods").flatten().field("scheme")
    words = [word for word in lines.unique().to_pylist() if word]
    return tuple(
        sorted(w for w in words if concerned is None or registry.country_of(w) in concerned)
    )


def weigh(
    tally: Tally,
    weighted: Weighted,
    schemes: Sequence[str],
    before: Paid,
    after: Paid,
    people: People,
    spans: dict[str, tuple[int, int]],
) -> None:
    """One batch under two texts, added to the tally."""
    effect = weighing.effects(before, after)
    difference = np.where(before.known & after.known, after.yearly - before.yearly, 0)
    when = {
        AT_ENTRY: weighted.starts == 0,
        A_YEAR: weighted.starts == EVERY_YEAR,
        LATER: weighted.starts > 0,
    }
    groups = list(groups_of(weighted))
    for place, scheme in enumerate(schemes):
        mine, moved = effect[:, place], difference[:, place]
        for dimension, word, who in groups:
            for number, name in enumerate(EFFECTS):
                for moment, here in when.items():
                    rows = who & here & (mine == number)
                    if rows.any():
                        by = weighted.weight[rows].sum(axis=0).tolist()
                        tally.add(tally.persons, (scheme, dimension, word, name, moment), by)
            changed = np.flatnonzero(who & (moved != 0))
            if len(changed):
                for span, (first, last) in spans.items():
                    by = [
                        sum_of(weighted, changed, moved, level, first, last, people.years[level])
                        for level in range(len(LEVELS))
                    ]
                    tally.add(tally.money, (scheme, dimension, word, span), by)
        for why, rows in unknown(before, after, mine, place):
            by = weighted.weight[rows].sum(axis=0).tolist()
            tally.add(tally.reasons, (scheme, *why), by)
        most(tally, weighted, place, scheme, before, after, moved)


def unknown(
    before: Paid, after: Paid, effect: NDArray[np.int8], place: int
) -> Iterator[tuple[tuple[str, ...], NDArray[np.intp]]]:
    """((reason, what it names), members) of everybody whose effect is unknown: the reason of the
    text in which he is, of the later one where it is both."""
    rows = np.flatnonzero(effect == EFFECTS.index(UNKNOWN))
    if not len(rows):
        return
    words = []
    for row in rows.tolist():
        side = after if not after.known[row, place] else before
        found = side.table.slice(int(side.row[row, place]), 1)
        words.append(tuple(str(found.column(name)[0].as_py() or "") for name in WHY))
    for why in sorted(set(words)):
        yield why, rows[[word == why for word in words]]


def groups_of(weighted: Weighted) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """(dimension, word, who) of everything that is spread; "" and "" are all."""
    yield "", "", np.ones(len(weighted.starts), np.bool_)
    for dimension in SPREAD:
        found = weighted.labels.get(dimension)
        if found is not None:
            column = np.array(found, np.str_)
            for word in np.unique(column).tolist():
                yield dimension, word, column == word


def sum_of(
    weighted: Weighted,
    rows: NDArray[np.intp],
    moved: Int,
    level: int,
    first: int,
    last: int,
    years: int,
) -> int:
    """Weight x difference x half-years in payment over the years of a span."""
    paid = sum(halves(weighted.starts[rows], year, years) for year in range(first, last + 1))
    return total(weighted.weight[rows, level] * paid, moved[rows])


def most(
    tally: Tally,
    weighted: Weighted,
    place: int,
    scheme: str,
    before: Paid,
    after: Paid,
    moved: Int,
) -> None:
    """Keep the largest differences of each scheme, either way, with one case of each; of persons
    who are there on the central assumptions."""
    there = np.flatnonzero(weighted.weight[:, 1] > 0)
    values, first = np.unique(moved[there], return_index=True)
    for value in extremes([int(v) for v in values]):
        row = int(there[first[np.searchsorted(values, value)]])
        persons = int(weighted.weight[moved == value, 1].sum())
        had = tally.cases.get((scheme, value))
        case = {
            "scheme": scheme,
            **{name: words[row] for name, words in weighted.labels.items()},
            "before": row_told(before, row, place),
            "after": row_told(after, row, place),
            "difference_a_year": decimal_text(value, 3),
        }
        tally.cases[scheme, value] = (persons, case) if had is None else (had[0] + persons, had[1])
    kept = set(extremes(sorted(value for name, value in tally.cases if name == scheme)))
    for key in [key for key in tally.cases if key[0] == scheme and key[1] not in kept]:
        del tally.cases[key]


def extremes(ascending: Sequence[int]) -> list[int]:
    """The lowest below zero and the highest above it, MOST of each."""
    lowest = [value for value in ascending if value < 0][:MOST]
    return lowest + [value for value in ascending if value > 0][-MOST:]


def row_told(paid: Paid, row: int, place: int) -> Json:
    """The deciding row of one member in one scheme, as explained to a reader."""
    at = int(paid.row[row, place])
    if at < 0:
        return {"status": "no record"}
    found = paid.table.slice(at, 1).to_pylist()[0]
    keys = ("status", "route", "own", "foreign", "counted", "required", "unit", "reason")
    amount = found["likely"]
    pair = found["numerator"], found["denominator"]
    return {
        **{key: found[key] for key in keys},
        "fraction": None if pair[1] is None else f"{pair[0]}/{pair[1]}",
        "amount": None if amount is None else f"{amount}",
        "currency": found["currency"],
        "per": found["per"],
    }


def said(text: Text) -> Json:
    if text.agreement is None:
        return {"name": text.name}
    found = text.agreement
    return {
        "name": text.name,
        "id": found.id,
        "title": found.title,
        "status": found.status,
        "digest": found.digest,
    }


def about(scheme: str) -> Json:
    found = registry.load(scheme)
    return {"name": found.source.name, "country": found.country, "currency": found.currency}


def told(one: str, other: str, tally: Tally) -> Json:
    """A pair as data: persons in persons, sums in whole currency units with three decimals."""
    return {
        "from": one,
        "to": other,
        "persons": [
            dict(zip(("scheme", "by", "group", "effect", "when"), key, strict=True))
            | {"persons": levels(value, 1)}
            for key, value in sorted(tally.persons.items(), key=lambda item: in_order(item[0]))
        ],
        "benefits": [
            dict(zip(("scheme", "by", "group", "span"), key, strict=True))
            | {"sum": levels(value, 2 * PERSON)}
            for key, value in sorted(tally.money.items(), key=lambda item: in_order(item[0]))
        ],
        "cases": [
            {**case, "persons": decimal_text(weight, 3)}
            for _, (weight, case) in sorted(tally.cases.items(), key=lambda item: item[0])
        ],
        "unknown": [
            dict(zip(("scheme", *WHY), key, strict=True)) | {"persons": levels(value, 1)}
            for key, value in sorted(tally.reasons.items(), key=lambda item: (-item[1][1], item[0]))
        ],
    }


def in_order(key: tuple[str, ...]) -> tuple[Any, ...]:
    """Sorts (scheme, dimension, word, …): bands as they ascend, other words by the alphabet."""
    scheme, dimension, word, *rest = key
    return scheme, dimension, place(dimension, word), *rest


def place(dimension: str, word: str) -> tuple[int, str]:
    """Where a word of a dimension stands among its others."""
    known = IN_ORDER.get(dimension, ())
    return (known.index(word) if word in known else len(known)), word


def levels(values: Sequence[int], by: int) -> dict[str, str]:
    """Low, central and high as text with three decimals, each rounded half up once."""
    out = []
    for value in values:
        thousandths = (2 * abs(value) + by) // (2 * by)
        out.append(decimal_text(-thousandths if value < 0 else thousandths, 3))
    return dict(zip(LEVELS, out, strict=True))
