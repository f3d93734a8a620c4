"""The same on people: what the texts, and each clause that differs, do to women and to men.

The tallies are those of an impact (`portability.compare.impact`); only who is a woman or a man is
kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve, field, frozen

from portability.agreement import Agreement
from portability.compare import impact, weighing
from portability.compare.peopled import People, Weighted
from portability.compare.weighing import Text
from portability.compare.women import clausewise
from portability.compare.women.corridor import Corridor
from portability.estimate.law import Law

Json = dict[str, Any]
SEX = "sex"


@frozen
class LawWith(Law):
    """A law under which the text has one clause of another text."""

    agreement: Agreement | None = field(default=None, kw_only=True)
    text: Text | None = field(default=None, kw_only=True)

    def agreements(self, countries: frozenset[str]) -> tuple[Agreement, ...]:
        assert self.agreement is not None and self.text is not None
        return clausewise.under(self.agreement, self.text, countries)


def report(
    texts: Sequence[Text], corridors: Sequence[Corridor], people: People, given: Json | None
) -> Json:
    """Persons and sums by sex: of the texts (from the impact, computed if it is not given), and of
    each clause alone."""
    named = [text.law.drafts[0] for text in texts if text.agreement is not None]
    whole = given or impact.of(named, people, goes_on=texts[0].law.goes_on)
    compared = [text for text in texts if text.agreement is not None]
    concerned = impact.parties(texts)
    return {
        "population": people.header,
        "texts": [by_sex(pair) for pair in whole["pairs"]],
        "clauses": [
            row
            for exchange in clausewise.exchanges(compared, corridors)
            for row in weighed(exchange, people, concerned)
        ],
    }


def by_sex(pair: Json) -> Json:
    """A pair of an impact without what is spread by anything but sex."""
    kept = ("", SEX)
    return {
        "from": pair["from"],
        "to": pair["to"],
        **{
            name: [row for row in pair[name] if row["by"] in kept]
            for name in ("persons", "benefits")
        },
    }


def weighed(
    exchange: clausewise.Exchange, people: People, concerned: frozenset[str] | None
) -> list[Json]:
    """Each clause of an exchange alone, on everybody, women and men apart."""
    made = clausewise.made_of(exchange)
    tallies = [impact.Tally() for _ in made]
    for weighted in people.batches():
        batch = sexes(weighted)
        held = impact.held_in(batch, concerned)
        before = weighing.paid(batch.batch, exchange.first, held)
        for tally, (_, changed) in zip(tallies, made, strict=True):
            law = LawWith(
                goes_on=exchange.first.law.goes_on, agreement=changed, text=exchange.first
            )
            after = weighing.paid(batch.batch, Text("clause", law, changed), held)
            impact.weigh(tally, batch, held, before, after, people, impact.SPANS)
    out = []
    for tally, (swap, _) in zip(tallies, made, strict=True):
        found = by_sex(impact.told(exchange.first.name, exchange.second.name, tally))
        out.append({"clause": swap.clause, "title": swap.title, "scheme": swap.scheme, **found})
    return out


def sexes(weighted: Weighted) -> Weighted:
    """The batch with nothing to tell people apart by but their sex."""
    labels = {name: words for name, words in weighted.labels.items() if name == SEX}
    return evolve(weighted, labels=labels)
