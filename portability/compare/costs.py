"""Contributions forgone and administration: what somebody stated, or what follows from it.

    stated = costs.load("costs.yaml", texts, concerned)
    found = impact.of(["draft.yaml"], people, costs=stated)

A row of the file (portability/costs@1) states a sum a year with its source, or the inputs from
which it is computed in fractions: workers sent from one state to the other, for how long, what
share of them pays in both states today, on what earnings, at what rate; claims and the cost of one.
Every input has a source or is an assumption with a reason. The sums are of a text against no
agreement, in the prices stated, without indexation unless `growth` is stated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import frozen

from portability import registry
from portability.compare import posting
from portability.compare.costs_check import checked, named
from portability.compare.costs_shape import VALUE
from portability.compare.peopled import LEVELS, Json
from portability.compare.posting import Clause
from portability.compare.weighing import Text
from portability.dates import day
from portability.estimate.earnings import level, spans
from portability.exact import decimal_text, parse_number
from portability.tables import minor_digits
from portability.yamlsource import Raw, Source, read

CONTRIBUTIONS, ADMINISTRATION = "contributions", "administration"
TABLES = (CONTRIBUTIONS, ADMINISTRATION)
NOBODY = {
    CONTRIBUTIONS: "unknown: nobody stated how many workers are posted and what is paid for them",
    ADMINISTRATION: "unknown: nobody stated the cost of handling a claim",
}
Three = tuple[Fraction, Fraction, Fraction]  # by LEVELS
NOTHING: Three = (Fraction(0), Fraction(0), Fraction(0))
Row = Mapping[str, Any]


@frozen(eq=False)
class Costs:
    """source: the checked document; texts: those compared, no agreement first."""

    source: Source
    texts: tuple[Text, ...]

    @property
    def document(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.source.data
        return found

    @property
    def canonical(self) -> bytes:
        """What the file says, the same bytes however it is laid out."""
        return json.dumps(
            self.document, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()

    @property
    def digest(self) -> str:
        """Of the document's meaning."""
        return "sha256:" + hashlib.sha256(self.canonical).hexdigest()

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes of which anything is stated, sorted."""
        found = {row["scheme"] for table in TABLES for row in self.document.get(table) or ()}
        return tuple(sorted(found))

    def rows(self, table: str, scheme: str, text: Text) -> Iterator[tuple[int, Row]]:
        """(place, row) of what is stated for a scheme under a text."""
        for at, row in enumerate(self.document.get(table) or ()):
            if row["scheme"] == scheme and text.name in named(row, self.texts):
                yield at, row

    def years(self, table: str, scheme: str, text: Text, first: int, last: int) -> Three | str:
        """The sum of the years `first` to `last` after entry in whole currency units, by LEVELS; or
        why it is unknown."""
        found = list(self.rows(table, scheme, text))
        if not found:
            bound = text.agreement is not None and (
                text.agreement.any_party
                or registry.country_of(scheme) in text.agreement.countries()
            )
            return NOBODY[table] if bound else NOTHING
        total = NOTHING
        for _, row in found:
            made = forgone(row, text) if table == CONTRIBUTIONS else handled(row)
            if isinstance(made, str):
                return made
            total = plus(total, made.of(first, last))
        return total


@frozen
class Yearly:
    """A cost by year: `once` in the first, `steady` in every one, months of workers at `monthly`
    each; all of it grows by `growth` percent a year after the first."""

    growth: Three
    once: Three = NOTHING
    steady: Three = NOTHING
    monthly: Three = NOTHING
    stock: tuple[Three, Three] = (NOTHING, NOTHING)  # workers at entry, months of each
    flow: tuple[Three, Three] = (NOTHING, NOTHING)  # workers a year, months of each

    def of(self, first: int, last: int) -> Three:
        low, central, high = (
            sum((self.one(at, year) for year in range(first, last + 1)), Fraction(0))
            for at in range(len(LEVELS))
        )
        return low, central, high

    def one(self, at: int, year: int) -> Fraction:
        """The year's sum of one level."""
        months = self.stock[0][at] * posting.there(self.stock[1][at], year)
        months += self.flow[0][at] * posting.coming(self.flow[1][at], year)
        sum_ = self.steady[at] + months * self.monthly[at] + (self.once[at] if year == 1 else 0)
        return sum_ * (1 + self.growth[at] / 100) ** (year - 1)


def three(figure: Mapping[str, Any] | None, else_: Three = NOTHING) -> Three:
    """The low, central and high of a figure; one value stands for all three."""
    if figure is None:
        return else_
    low, central, high = (parse_number(figure.get(VALUE, figure.get(key, 0))) for key in LEVELS)
    return low, central, high


def plus(one: Three, other: Three) -> Three:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def times(*factors: Three) -> Three:
    """The product, level by level."""
    low = central = high = Fraction(1)
    for one in factors:
        low, central, high = low * one[0], central * one[1], high * one[2]
    return low, central, high


def per(value: Three, by: int) -> Three:
    return value[0] / by, value[1] / by, value[2] / by


def forgone(row: Row, text: Text) -> Yearly | str:
    """What a scheme gives up a year under a text, or why that is unknown."""
    growth = three(row.get("growth"))
    if "sum" in row:
        return Yearly(growth, steady=three(row["sum"]))
    exempt = exempted(row, text)
    if isinstance(exempt, str):
        return exempt
    paying = per(three(row["both"]), 100)
    monthly = per(times(yearly_earnings(row), three(row["rate"])), 100 * posting.YEAR)
    workers = row["workers"]
    if "always" in workers:
        steady = times(three(workers["always"]), paying, exempt.steady, monthly)
        return Yearly(growth, steady=steady)
    return Yearly(
        growth,
        monthly=monthly,
        stock=(times(three(workers.get("at_entry")), paying), exempt.left),
        flow=(times(three(workers.get("a_year")), paying), exempt.stay),
    )


@frozen
class Exempt:
    """Months exempted by a clause, by LEVELS: left: of one there at entry, stay: of one who comes
    later, steady: a year of one of those who are there at any time."""

    clause: Clause
    left: Three
    stay: Three
    steady: Three


def exempted(row: Row, text: Text) -> Exempt | str:
    """How long the clause of a text frees the workers of a row, or why that is unknown."""
    found = posting.clause(text, row["sent_from"], registry.country_of(row["scheme"]))
    if not found.known:
        return f"unknown: {text.name}: {found.words}"
    limit = found.limit(bool(row.get("extension", {}).get("counted")))
    workers = row["workers"]
    stay, left = three(workers.get("stay")), three(workers.get("left"))
    spent = NOTHING
    if found.before and "at_entry" in workers:
        if "stay" not in workers:
            return f"unknown: {text.name} counts time before entry; nobody stated the whole stay"
        low, central, high = (max(a - b, Fraction(0)) for a, b in zip(stay, left, strict=True))
        spent = low, central, high
    kept = [
        max(posting.shorter(a + b, limit) - b, Fraction(0))
        for a, b in zip(left, spent, strict=True)
    ]
    later = [posting.shorter(each, limit) for each in stay]
    whole = Fraction(posting.YEAR)
    share = [
        whole * b / a if a else (whole if limit != 0 else Fraction(0))
        for a, b in zip(stay, later, strict=True)
    ]
    return Exempt(found, of_list(kept), of_list(later), of_list(share))


def of_list(values: Sequence[Fraction]) -> Three:
    low, central, high = values
    return low, central, high


def yearly_earnings(row: Row) -> Three:
    """Earnings on which contributions are paid, a year in whole currency units: as stated, or in
    percent of the scheme's own average of one year."""
    earned = row["earnings"]
    if "amount" in earned:
        amount = three(earned["amount"])
        return amount if earned["per"] == "year" else times(amount, (Fraction(12),) * 3)
    usual = average(row["scheme"], earned["of_year"])
    assert usual is not None
    return per(times(three(earned["percent"]), (usual,) * 3), 100)


def average(scheme: str, year: int) -> Fraction | None:
    """The scheme's average earnings of a year in whole currency units; None if not published."""
    table = level(scheme, "national_average", False)
    if table is None:
        return None
    value, known = table.of(spans(day(f"{year}-01-01"), day(f"{year}-12-31")))
    if not bool(known):
        return None
    return Fraction(int(value), 10 ** minor_digits(registry.source(scheme).currency))


def handled(row: Row) -> Yearly:
    """What the handling of claims costs a year."""
    growth = three(row.get("growth"))
    if "sum" in row:
        return Yearly(growth, steady=three(row["sum"]))
    each = three(row.get("per_claim"), times(three(row.get("hours")), three(row.get("per_hour"))))
    claims = row.get("claims", {})
    first = plus(three(row.get("once")), times(three(claims.get("at_entry")), each))
    return Yearly(growth, once=first, steady=times(three(claims.get("a_year")), each))


def told(value: Three) -> dict[str, str]:
    """Low, central and high with three decimals, each rounded half up once."""
    return dict(zip(LEVELS, map(thousandths, value), strict=True))


def thousandths(value: Fraction) -> str:
    size = (2 * abs(value) * 1000 + 1) // 2
    return decimal_text(int(-size if value < 0 else size), 3)


def load(path: str | Path, texts: Sequence[Text], concerned: Iterable[str] | None = None) -> Costs:
    """The costs of a file, for these texts. texts: no agreement first, as `weighing.texts` gives
    them; concerned: the states they bind, None for any. Raises InputError with every fault."""
    documents = read(path)
    if len(documents) > 1:
        documents[0].fault((), Raw(f"{len(documents)} documents"), "one statement of costs a file")
        documents[0].check()
    source = checked(documents[0], texts, None if concerned is None else frozenset(concerned))
    return Costs(source, tuple(texts))


def pair(
    stated: Costs, one: Text, other: Text, schemes: Iterable[str], spans_: Mapping[str, Any]
) -> Json:
    """What a change of text does to both tables: by scheme and span the sum under the second less
    that under the first, or why it is unknown."""
    made: Json = {table: [] for table in TABLES}
    for table in TABLES:
        for scheme in schemes:
            source = registry.source(scheme)
            head = {"scheme": scheme, "country": source.country, "currency": source.currency}
            for span, (first, last) in spans_.items():
                before = stated.years(table, scheme, one, first, last)
                after = stated.years(table, scheme, other, first, last)
                why = next((each for each in (after, before) if isinstance(each, str)), "")
                if why:
                    made[table].append({**head, "unknown": why})
                    break
                assert not isinstance(before, str) and not isinstance(after, str)
                low, central, high = (a - b for a, b in zip(after, before, strict=True))
                row: Json = {**head, "span": span, "sum": told((low, central, high))}
                if table == CONTRIBUTIONS:
                    row["clauses"] = clauses(stated, scheme, (one, other))
                made[table].append(row)
    return made


def clauses(stated: Costs, scheme: str, texts: Sequence[Text]) -> list[Json]:
    """The posting clauses on which a computed sum hangs, of each text and direction."""
    made = []
    for text in texts:
        for _, row in stated.rows(CONTRIBUTIONS, scheme, text):
            if "sum" not in row:
                found = posting.clause(text, row["sent_from"], registry.country_of(scheme))
                made.append({"text": text.name, "sent_from": row["sent_from"], **cited(found)})
    return made


def cited(clause: Clause) -> Json:
    made = {"clause": clause.words, "article": clause.cite.article, "url": clause.cite.url}
    return {**made, "note": clause.note} if clause.note else made
