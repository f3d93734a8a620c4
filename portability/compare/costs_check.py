"""What a shape cannot see of stated costs: names that lead nowhere, another country's currency, a
text that is not compared, the same thing stated twice. Every fault at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portability import registry
from portability.compare.costs_shape import DOCUMENT, YEARS
from portability.compare.population_check import A_SCHEME, known, walked
from portability.compare.weighing import Text
from portability.countries import COUNTRIES, CURRENCIES
from portability.dates import day
from portability.estimate.earnings import level, moneys, spans
from portability.yamlsource import Path_, Raw, Source

Row = Mapping[str, Any]
NONE = "none"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TABLES = ("contributions", "administration")


def checked(source: Source, texts: Sequence[Text], concerned: frozenset[str] | None) -> Source:
    """The same document. Raises InputError with every fault of shape, names and money; what is
    stated twice is told when the rest is right."""
    DOCUMENT.check(source, (), source.data)
    document = source.data
    if not isinstance(document, dict):
        source.check()
    sources = document.get("sources")
    for path, value in walked(document):
        if isinstance(value.get("source"), str):
            known(source, (*path, "source"), value["source"], sources or {}, "one of sources")
    rows = {table: document.get(table) or [] for table in TABLES}
    for table, found in rows.items():
        for at, row in enumerate(found if isinstance(found, list) else ()):
            if isinstance(row, dict) and isinstance(row.get("scheme"), str):
                one(source, (table, at), row, texts, concerned)
    source.check()
    for table, found in rows.items():
        twice(source, table, found, texts)
    source.check()
    return source


def one(
    source: Source,
    path: Path_,
    row: Row,
    texts: Sequence[Text],
    concerned: frozenset[str] | None,
) -> None:
    """A row: its texts, its scheme, the states, the money. What the shape refused is left out."""
    words = spoken(texts)
    for word in given(row):
        known(source, (*path, "text"), word, words, "a text that is compared")
        if words.get(word) == texts[0].name and "sum" not in row and path[0] == TABLES[0]:
            found = Raw("workers under no agreement")
            source.fault((*path, "text"), found, "a sum: no clause exempts anybody", code="none")
    scheme = row["scheme"]
    known(source, (*path, "scheme"), scheme, registry.ids(), A_SCHEME)
    if scheme not in registry.ids():
        return
    host = registry.country_of(scheme)
    if concerned is not None and host not in concerned:
        expected = f"a scheme of {', '.join(sorted(concerned))}"
        source.fault((*path, "scheme"), scheme, expected, code="other_country")
    sender = row.get("sent_from")
    known_country = isinstance(sender, str) and sender in COUNTRIES
    if known_country and (sender == host or (concerned is not None and sender not in concerned)):
        others = sorted((concerned or frozenset()) - {host})
        expected = f"the other state ({', '.join(others)})" if others else f"not {host}"
        source.fault((*path, "sent_from"), sender, expected, code="other_country")
    usual = moneys(scheme)[0][0]
    for where, value in walked(row, path):
        stated = value.get("currency")
        if isinstance(stated, str) and stated in CURRENCIES and stated != usual:
            expected = f"{usual}, the currency of {scheme}: nothing is converted"
            source.fault((*where, "currency"), stated, expected, code="currency")
        year = value.get("of_year")
        if YEARS.fits(year) and YEARS.low <= year <= YEARS.high and not published(scheme, year):
            expected = f"a year for which the file of {scheme} has average earnings, or an amount"
            source.fault((*where, "of_year"), year, expected, code="no_average")


def published(scheme: str, year: int) -> bool:
    """Whether the scheme's file knows its average of a year, in the money of today."""
    table = level(scheme, "national_average", False)
    first = day(f"{year}-01-01")
    if table is None or first < moneys(scheme)[0][1]:
        return False
    return bool(table.of(spans(first, day(f"{year}-12-31")))[1])


def given(row: Row) -> list[str]:
    value = row.get("text", [])
    return [str(word) for word in (value if isinstance(value, list) else [value])]


def spoken(texts: Sequence[Text]) -> dict[str, str]:
    """Word -> name of a text: its letter in the order of the command, its id, its name."""
    made = {NONE: texts[0].name}
    for letter, text in zip(LETTERS, texts[1:], strict=False):
        made[letter] = text.name
    for text in texts[1:]:
        if text.agreement is not None:
            made.setdefault(text.agreement.id, text.name)
        made[text.name] = text.name
    return made


def named(row: Row, texts: Sequence[Text]) -> tuple[str, ...]:
    """The names of the texts for which a row stands: every one but no agreement, unless it says."""
    if "text" not in row:
        return tuple(text.name for text in texts[1:])
    words = spoken(texts)
    return tuple(words[word] for word in given(row))


def twice(source: Source, table: str, rows: Sequence[Row], texts: Sequence[Text]) -> None:
    """Of one scheme under one text there is one sum, or the inputs of each direction once."""
    seen: dict[tuple[str, str], list[str]] = {}
    for at, row in enumerate(rows):
        mine = str(row.get("sent_from", ""))
        for name in named(row, texts):
            before = seen.setdefault((row["scheme"], name), [])
            if before and (mine in before or "" in (mine, *before)):
                found = Raw(f"{row['scheme']} under {name} a second time")
                source.fault((table, at), found, "each stated once", code="twice")
            before.append(mine)
