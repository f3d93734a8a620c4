"""Questions to many agreements: one comparison a term, and three answers to each: yes, no, and
"cannot be said", because the text was not seen.

    own_minimum > 1 year        a length, compared in the engine's own measure: 6 quarters are more
    denominator capped          a word of the facet
    method pro_rata|full        one of several words; `not` or != for neither
    third_states none           or unknown, not_regulated, stated: how the clause stands
    signed >= 2010              a year or a date

Terms about rules must hold in one and the same rule; terms about the instrument of the instrument.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne

from attrs import evolve, frozen

from portability import registry
from portability.agreement import Agreement
from portability.cohort import BRANCHES
from portability.compare.facets import (
    STANDINGS,
    STATED,
    UNKNOWN,
    Facet,
    Fact,
    Row,
    Sheet,
    sheet,
    table,
)
from portability.compare.facets_rows import state_of
from portability.compare.ruled import EVERY
from portability.countries import COUNTRIES
from portability.dates import day
from portability.errors import Fault, InputError, nearest
from portability.units import UNITS, unit_named, year_share

TERM = re.compile(
    r"\s*(?P<facet>[A-Za-z_]+)\s*"
    r"(?P<op>>=|<=|!=|=|>|<|\bis not\b|\bis\b|\bnot\b)?\s*(?P<value>.*?)\s*"
)
LENGTH = re.compile(r"(\d{1,6})\s*([A-Za-z]+)")
OPS: Mapping[str, Callable[[int, int], bool]] = {
    "=": eq,
    "!=": ne,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
}
ALIKE = {None: "=", "is": "=", "is not": "!=", "not": "!="}
MEASURED = ("length", "date", "count")
PICKS = ("scheme", "branch")  # they pick rules; nothing is asked of a clause
YEAR = re.compile(r"\d{4}")
OTHER_CODES = {"uk": "GB", "el": "GR", "usa": "US"}


@frozen
class Term:
    """One term: the facet, the comparison, the words or the standing it may be, and the lengths,
    days or counts it is compared with (lengths as (unit, n), a year as its first and last day)."""

    facet: Facet
    op: str
    words: tuple[str, ...]
    lengths: tuple[tuple[str, int], ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()
    text: str = ""


@frozen
class Hit:
    """An agreement and what of it answers: facts of the instrument, and rules with their facts.
    For an agreement of which it cannot be said, the facts are those that are unknown."""

    sheet: Sheet
    facts: tuple[Fact, ...]
    rows: tuple[tuple[Row, tuple[Fact, ...]], ...]


@frozen
class Answer:
    """`hits` do, `open` cannot be said, `no` do not (ids). `searched`: how many were asked."""

    terms: tuple[str, ...]
    hits: tuple[Hit, ...]
    open: tuple[Hit, ...]
    no: tuple[str, ...]

    @property
    def searched(self) -> int:
        return len(self.hits) + len(self.open) + len(self.no)


def parse(texts: Sequence[str]) -> tuple[Term, ...]:
    """Terms of a query; a comma separates several in one text. InputError: every fault."""
    faults: list[Fault] = []
    terms = []
    for number, text in enumerate(texts, 1):
        column = 1
        for part in text.split(","):
            where = f"query:{number}:{column + len(part) - len(part.lstrip())}"
            term = one(part, where, faults)
            terms += [term] if term is not None else []
            column += len(part) + 1
    if faults:
        raise InputError(faults)
    return tuple(terms)


def one(text: str, where: str, faults: list[Fault]) -> Term | None:
    found = TERM.fullmatch(text)
    if found is None or not found["facet"]:
        expected = 'a facet, a comparison and a value, such as "own_minimum > 1 year"'
        faults.append(
            Fault(where, "query", repr(text), expected, "--facets lists what can be asked")
        )
        return None
    name, op = found["facet"], ALIKE.get(found["op"], found["op"])
    facet = table().get(name.lower())
    if facet is None:
        hint = nearest(name, table()) or "--facets lists all of them"
        faults.append(
            Fault(where, "facet", repr(name), "a facet of --facets", hint, "unknown_facet")
        )
        return None
    values = [value.strip() for value in found["value"].split("|")]
    before = len(faults)
    term = valued(facet, str(op), values, where, faults)
    return evolve(term, text=" ".join(text.split())) if len(faults) == before else None


def valued(facet: Facet, op: str, values: list[str], where: str, faults: list[Fault]) -> Term:
    """The term of a facet and its values; every value that does not fit adds a fault."""
    words, lengths, numbers = [], [], []
    for value in values:
        low = value.lower()
        length, number = length_of(facet, value), number_of(facet, value)
        if length is not None:
            lengths.append(length)
        elif number is not None:
            numbers.append(number)
        elif low in STANDINGS or low in facet.words:
            words.append(low)
        elif facet.kind == "name" and value in names(facet, value):
            words.append(value)
        elif facet.kind == "name" and value.upper() in names(facet, value):
            words.append(value.upper())
        else:
            faults.append(misfit(facet, value, where))
    if op not in ("=", "!=") and (words or facet.kind not in MEASURED):
        hint = f'say "{facet.name} {values[0]}"' if words else f"for example: {facet.example}"
        faults.append(Fault(where, facet.name, op, "= or != beside a word", hint))
    return Term(facet, op, tuple(words), tuple(lengths), tuple(numbers))


def names(facet: Facet, value: str) -> Iterable[str]:
    """What a facet of names may be compared with."""
    if facet.name == "scheme":
        return [*registry.ids(), *COUNTRIES]
    if facet.name == "branch":
        return BRANCHES
    if facet.name == "party":
        return COUNTRIES
    return [value] if re.fullmatch(r"[a-z0-9][a-z0-9-]*", value) else []


def misfit(facet: Facet, value: str, where: str) -> Fault:
    standings = ", ".join(STANDINGS)
    if facet.kind == "length":
        expected = f"a length such as 18 months (units: {', '.join(UNITS)}), or {standings}"
        return Fault(where, facet.name, repr(value), expected, f"for example: {facet.example}")
    if facet.kind in ("date", "count"):
        what = "a date YYYY-MM-DD or a year" if facet.kind == "date" else "a number"
        return Fault(where, facet.name, repr(value), f"{what}, or {standings}", facet.example)
    if facet.name == "party":
        expected = "an ISO 3166 country code, as in party = US"
        return Fault(where, "party", repr(value), expected, country_hint(value), "unknown_country")
    allowed = [*facet.words, *STANDINGS] if facet.words else list(names(facet, value))
    told = ", ".join(allowed) if 0 < len(allowed) <= 24 else f"a name, as in {facet.example}"
    return Fault(where, facet.name, repr(value), told, nearest(value, allowed), "unknown_word")


def country_hint(text: str) -> str:
    """The code of a country's name, also one nearly written; GB for UK and GR for EL, the codes of
    the European Union; empty where nothing is near."""
    named = {name.lower(): code for code, name in COUNTRIES.items()} | OTHER_CODES
    close = difflib.get_close_matches(text.lower(), named, n=1)
    return f"did you mean {named[close[0]]}?" if close else ""


def length_of(facet: Facet, value: str) -> tuple[str, int] | None:
    found = LENGTH.fullmatch(value) if facet.kind == "length" else None
    if found is None:
        return None
    try:
        return unit_named(found[2].lower()), int(found[1])
    except ValueError:
        return None


def number_of(facet: Facet, value: str) -> tuple[int, int] | None:
    """(first, last) of a date, a year or a count."""
    if facet.kind == "count" and value.isdecimal() and len(value) < 10:
        return int(value), int(value)
    if facet.kind != "date":
        return None
    try:
        if YEAR.fullmatch(value):
            return day(f"{value}-01-01"), day(f"{value}-12-31")
        return day(value), day(value)
    except ValueError:
        return None


def holds(term: Term, fact: Fact) -> bool | None:
    """Whether one fact answers a term; None where the text was not seen.

    Raises nothing: a length is compared in the common measure of `units`, exactly.
    """
    if term.op == "!=":
        turned = holds(evolve(term, op="="), fact)
        return None if turned is None else not turned
    if fact.standing in term.words:
        return True
    if fact.standing == UNKNOWN:
        if set(term.words) == {UNKNOWN} and not measured(term):
            return False
        return at_least(term, fact)
    if set(term.words) & set(fact.words):
        return True
    if fact.standing != STATED:
        return False
    return any(OPS[term.op](*pair) for pair in pairs(term, fact))


def at_least(term: Term, fact: Fact) -> bool | None:
    """What a length that is only known from below answers: at least 60 months is more than 48, and
    not less than 60; whether it is more than 60 cannot be said."""
    answers: list[bool | None] = [None] if term.words else []
    for least, asked in pairs(term, fact):
        over = least > asked or (least == asked and term.op in (">=", "<"))
        sure = term.op in (">", ">=")
        answers.append(sure if over else None)
    return some(answers) if answers else None


def measured(term: Term) -> bool:
    return bool(term.lengths or term.numbers)


def pairs(term: Term, fact: Fact) -> Iterable[tuple[int, int]]:
    """(what the text states, what it is compared with) in one measure. After a year means after its
    last day, from a year on from its first; in a year is any day of it."""
    mine = fact.measure()
    if mine is not None:
        return [(mine, int(year_share(n, unit, fact.days_a_year))) for unit, n in term.lengths]
    if fact.number is None:
        return []
    made = []
    for first, last in term.numbers:
        if term.op == "=":
            made.append((first if first <= fact.number <= last else first - 1, first))
        else:
            made.append((fact.number, last if term.op in (">", "<=") else first))
    return made


def every(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return False if False in found else None if None in found else True


def some(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found else False


def picked(row: Row, terms: Iterable[Term]) -> bool:
    """Is a rule among those that scheme and branch terms pick?"""
    return all(picks(row, term) == (term.op == "=") for term in terms)


def picks(row: Row, term: Term) -> bool:
    """A rule of a country is a rule of each of its schemes; a country asked for is every scheme of
    it; a model's rule is anybody's."""
    if term.facet.name == "branch":
        return bool(set(term.words) & set(row.branches))
    return any(
        EVERY in (owner, word) or word == owner or (alone and state_of(word) == state_of(owner))
        for owner in row.schemes
        for word in term.words
        for alone in [len(owner) == 2 or len(word) == 2]
    )


def search(
    terms: Sequence[Term], agreements: Iterable[Agreement], on: int, only_in_force: bool = True
) -> Answer:
    """Ask every agreement. `only_in_force`: unless a term asks for a status, only those in force on
    the day (days since 1970-01-01) are searched."""
    asked = [term for term in terms if term.facet.name == "status"]
    made = [sheet(agreement, on) for agreement in agreements]
    narrowed = only_in_force and not asked
    sheets = [found for found in made if not narrowed or found.status == "in_force"]
    hits, unclear, no = [], [], []
    for found in sheets:
        answer, hit = ask(terms, found)
        if answer is True:
            hits.append(hit)
        elif answer is None:
            unclear.append(hit)
        else:
            no.append(found.agreement.id)
    return Answer(tuple(term.text for term in terms), tuple(hits), tuple(unclear), tuple(no))


def ask(terms: Sequence[Term], found: Sheet) -> tuple[bool | None, Hit]:
    """Yes, no or None of one agreement, with the facts that say so."""
    whole = [term for term in terms if term.facet.about == "agreement"]
    picks = [term for term in terms if term.facet.name in PICKS]
    asked = [t for t in terms if t.facet.about == "rule" and t.facet.name not in PICKS]
    facts: list[tuple[bool | None, Fact]] = []
    answers: list[bool | None] = []
    for term in whole:
        told = [(holds(term, fact), fact) for fact in found.facts[term.facet.name]]
        answers.append(some(answer for answer, _ in told))
        facts += [(answer, fact) for answer, fact in told if answer == answers[-1]]
    rows = [row for row in found.rows if picked(row, picks)]
    of_rows: list[tuple[bool | None, Row, list[Fact]]] = []
    for row in rows:
        per_term = [[(holds(t, f), f) for f in row.facts[t.facet.name]] for t in asked]
        parts = [some(a for a, _ in told) for told in per_term]
        answer = every(parts)
        of_rows.append((answer, row, chosen(per_term, parts, answer)))
    if asked or picks:
        answers.append(some(answer for answer, _, _ in of_rows))
    verdict = every(answers)
    shown = [fact for answer, fact in facts if verdict is True or answer is None]
    matched = [(row, tuple(told)) for answer, row, told in of_rows if answer is verdict]
    return verdict, Hit(found, tuple(shown), tuple(matched) if asked or picks else ())


def chosen(
    per_term: list[list[tuple[bool | None, Fact]]], parts: list[bool | None], answer: bool | None
) -> list[Fact]:
    """The facts that carry a rule's answer: of each term those that hold, or that are unknown."""
    return [
        fact
        for told, part in zip(per_term, parts, strict=True)
        for each, fact in told
        if each is part and (answer is True or part is None)
    ]
