"""What an agreement says, as facts that can be asked for: the table of facets and their readers.

A fact has one of four standings, and none stands in for another: the text states it, excludes it
(`none`), leaves it to national law (`not_regulated`), or was not seen (`unknown`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from attrs import field, frozen

from portability.agreement import Absent, Agreement, Cite, absence
from portability.agreement_blocks import Context
from portability.agreement_build import references
from portability.agreement_parts import Spell
from portability.compare import said as words
from portability.dates import iso
from portability.units import year_share
from portability.yamlsource import read

TABLE = Path(__file__).with_name("facets.yaml")
STATED, NONE, NOT_REGULATED, UNKNOWN = "stated", "none", "not_regulated", "unknown"
STANDINGS = (STATED, NONE, NOT_REGULATED, UNKNOWN)
YEAR_DAYS = 360
NOT_SEEN = "the text was not seen"
NOT_THERE = "the file has no such clause: whether the text has one was not seen"


@frozen
class Facet:
    """One question: its kind, its words with their meaning, what it says, a question that runs."""

    name: str
    about: str
    kind: str
    reads: str
    means: str
    example: str
    block: str = ""
    words: Mapping[str, str] = field(factory=dict)

    @property
    def unit(self) -> str:
        """What an answer is measured in, for a reader of `--facets`."""
        return {
            "length": "day, week, month, quarter, year",
            "date": "a date or a year",
            "count": "a number",
            "name": "a name",
        }.get(self.kind, "words")


@frozen
class Fact:
    """One statement of a text.

    standing  stated | none | not_regulated | unknown
    words     of the facet's list, where its kind is `word` or `name`
    length    (unit, n), where its kind is `length`; days_a_year: of the scheme that decides; where
              the standing is unknown: what it is at least
    number    day or count, where its kind is `date` or `count`
    told      the value as the file states it; reason: why it is not known
    """

    facet: str
    standing: str
    told: str
    words: tuple[str, ...] = ()
    length: Spell | None = None
    number: int | None = None
    days_a_year: int = YEAR_DAYS
    article: str = ""
    url: str = ""
    reason: str = ""

    def measure(self) -> int | None:
        """A length in the common measure of `units`, exact; None where it is no length."""
        if self.length is None:
            return None
        unit, n = self.length
        return int(year_share(n, unit, self.days_a_year))


@frozen
class Row:
    """One rule: of which schemes (a country code: every scheme of it), for which branches, on what
    conditions, and its facts by facet."""

    schemes: tuple[str, ...]
    branches: tuple[str, ...]
    conditions: str
    facts: Mapping[str, tuple[Fact, ...]]


@frozen
class Sheet:
    """One agreement on one day: how it stands, whom it binds, what it says, and its rules."""

    agreement: Agreement
    status: str
    bound: tuple[str, ...]
    facts: Mapping[str, tuple[Fact, ...]]
    rows: tuple[Row, ...]


@cache
def table() -> Mapping[str, Facet]:
    """Every facet by name, in the order of the table."""
    text = read(TABLE)[0].data
    lists = text["word_lists"]
    made = {}
    for name, row in text["facets"].items():
        words = row.get("words", {})
        made[name] = Facet(
            name,
            row["about"],
            row["kind"],
            row["reads"],
            row["means"],
            row["example"],
            row.get("block", ""),
            {**(lists[words] if isinstance(words, str) else words), **row.get("more", {})},
        )
    return made


@lru_cache(maxsize=256)
def sheet(agreement: Agreement, on: int) -> Sheet:
    """What an agreement says on a day (days since 1970-01-01): rules whose dates hold on it, states
    it binds on it. A draft or model is read as if it were in force."""
    from portability.compare import facets_blocks, facets_rows

    bound = tuple(country for country in agreement.countries() if agreement.bound(country, on))
    status = standing_on(agreement, on)
    facts: dict[str, tuple[Fact, ...]] = {}
    for facet in table().values():
        if facet.about == "agreement":
            facts[facet.name] = facets_blocks.READERS[facet.reads](agreement, facet, bound, status)
    return Sheet(agreement, status, bound, facts, facets_rows.rows(agreement, on))


def standing_on(agreement: Agreement, on: int) -> str:
    """in_force | signed | ended | undated | draft | model: from the dates, for the day asked for.

    In force is what binds at least two states on that day; a model or draft binds nobody.
    """
    if agreement.kind in ("draft", "model"):
        return agreement.kind
    if sum(agreement.bound(country, on) for country in agreement.countries()) > 1:
        return "in_force"
    if agreement.raw.get("in_force") in (None, "none", "unknown"):
        return "signed" if agreement.status in ("signed", "adopted") else "undated"
    return "signed" if on < agreement.start else "ended"


def said(facet: Facet, told: str, cite: Cite, *words: str, **more: Any) -> Fact:
    """A fact the text states."""
    return Fact(facet.name, STATED, told, words, article=cite.article, url=cite.url, **more)


def span_told(
    facet: Facet, length: Spell, cite: Cite, days: int = YEAR_DAYS, then: str = ""
) -> Fact:
    """A length the text states; `days`: the days of the year of the scheme that decides."""
    return said(facet, words.span(length) + then, cite, length=length, days_a_year=days)


def day_told(facet: Facet, day: int, cite: Cite) -> Fact:
    return said(facet, iso(day), cite, number=day)


def absent(facet: Facet, word: str, cite: Cite, reason: str = "") -> Fact:
    """A clause that is not there, and why: none | not_regulated | unknown."""
    told = {NONE: "none", NOT_REGULATED: "left to national law", UNKNOWN: "not known"}[word]
    why = reason or NOT_SEEN if word == UNKNOWN else ""
    return Fact(facet.name, word, told, article=cite.article, url=cite.url, reason=why)


def word_of(value: Any) -> str | None:
    """unknown | not_regulated | none where a block says one of them, else None."""
    found = value if isinstance(value, Absent) else absence(value)
    return None if found is None else str(found.value)


def context(agreement: Agreement) -> Context:
    """What finds the address of an article."""
    return references(agreement.raw)
