"""References that lead nowhere: instruments, lists, conversions, periods of national law."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from attrs import evolve

from portability import catalogue, registry
from portability.agreement import Agreement, Rule, Term
from portability.compare.faults.effects import none, shown
from portability.compare.faults.model import (
    Finding,
    Text,
    component_path,
    finding,
    value_at,
)
from portability.compare.faults.people import ask, lives_of, owner, partner
from portability.dates import FOREVER
from portability.errors import nearest
from portability.yamlsource import Path_


def findings(text: Text) -> Iterator[Finding]:
    yield from replaced(text)
    yield from third_list(text)
    yield from bilateral(text)
    yield from terms(text)
    yield from unused(text)
    yield from articles(text)


def replaced(text: Text) -> Iterator[Finding]:
    """`replaces: {ids: […]}` names instruments of the catalogue."""
    known = catalogue.paths()
    named = (text.raw.get("replaces") or {}).get("ids", ())
    for number, name in enumerate(named):
        if name not in known:
            yield finding(
                "reference_unknown",
                ("replaces", "ids", number),
                what=f"the agreement {name!r}",
                hint=nearest(name, known) or "no file of that name",
            )


def in_force(agreement: Agreement) -> bool:
    """Binds states and has no end; the calendar of the machine plays no part."""
    return agreement.status == "in_force" and agreement.end == FOREVER


@cache
def instruments() -> tuple[Agreement, ...]:
    return tuple(found for found in catalogue.agreements() if in_force(found))


def binds(agreement: Agreement, *countries: str) -> bool:
    return bound_by(agreement).issuperset(countries)


@cache
def bound_by(agreement: Agreement) -> frozenset[str]:
    """States that have not left."""
    return frozenset(p.country for p in agreement.parties if p.end == FOREVER)


def third_list(text: Text) -> Iterator[Finding]:
    """A third-state clause that names states: each must be bound to the parties today, or the list
    is stale."""
    clause = text.raw.get("third_states")
    if not isinstance(clause, dict) or clause.get("bound") in (None, "both", "own"):
        return
    named = clause["bound"] if isinstance(clause["bound"], list) else [clause["bound"]]
    parties = text.agreement.countries()
    for country in named:
        linked = [p for p in parties if any(binds(a, p, country) for a in instruments())]
        if country not in parties and len(linked) < len(parties):
            without = " and ".join(p for p in parties if p not in linked)
            yield finding(
                "third_state_stale", ("third_states", "bound"), third=country, without=without
            )


def bilateral(text: Text) -> Iterator[Finding]:
    """Taking over periods needs a bilateral text that the catalogue does not hold."""
    pairs = text.raw.get("take_over_between", ())
    for rule, path in text.rules():
        took = rule.take_over
        if took is None or took.requires != "bilateral":
            continue
        for first, second in pairs:
            if not any(len(a.countries()) == 2 and binds(a, first, second) for a in instruments()):
                yield finding(
                    "bilateral_missing", (*path, "take_over"), states=f"{first} and {second}"
                )


# --- periods of national law


def names_in(value: Any) -> Iterator[str]:
    """Periods of national law named in a document: bare words in a fraction or a cap."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("numerator", "denominator") or (key == "to" and "of" in value):
                if isinstance(item, str):
                    yield item
            yield from names_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from names_in(item)


@cache
def known_terms() -> frozenset[str]:
    """Periods of national law that instruments of the catalogue name, or a scheme knows as a
    figure of its own."""
    found = {"full_career"}
    for agreement in catalogue.agreements():
        found |= set(names_in([agreement.raw.get("rules"), agreement.raw.get("defaults")]))
    return frozenset(found - {"own", "foreign", "counted", "minimum"})


def terms(text: Text) -> Iterator[Finding]:
    for rule, path in text.rules():
        for component, how in rule.amount.items():
            at = component_path(path, component)
            for key, term in (
                ("numerator", how.numerator),
                ("denominator", how.denominator),
                ("cap", how.cap),
            ):
                if term is not None and term.kind == "scheme" and strange(rule, term):
                    found = finding(
                        "reference_unknown",
                        (*at, key),
                        scheme=rule.scheme,
                        what=f"a period of national law called {term.name!r}",
                        hint=nearest(term.name, known_terms()) or "no law held here knows it",
                    )
                    yield evolve(found, example=nothing_known(text, rule))


def strange(rule: Rule, term: Term) -> bool:
    steps = registry.load(rule.scheme).all_steps() if "-" in rule.scheme else {}
    return term.name not in known_terms() and term.name not in steps


def nothing_known(text: Text, rule: Rule) -> dict[str, Any]:
    own = owner(text, rule)
    other = partner(text, own, rule) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    lives = lives_of(text, own, other, rule, ((120, 120),), certified=frozenset({own}))
    return shown(lives[0], ask(lives, [text.agreement])[0], None)


# --- articles of a draft


def articles(text: Text) -> Iterator[Finding]:
    """Rules of a draft without an article, and rules that stand on an article of another text."""
    if not text.draft:
        return
    rules = list(dict.fromkeys(path for _, path in text.rules()))
    bare = [path for path in rules if value_at(text.raw, (*path, "cite")) is None]
    if bare:
        yield finding("no_article", bare[0], rules=number(bare))
    base = text.raw.get("based_on")
    own = text.files[0].data if text.files else text.raw
    taken = [p for p in rules if p not in bare and not said_in(text, own, p)]
    if base and taken:
        yield finding("borrowed_article", taken[0], base=base, rules=number(taken))


def said_in(text: Text, own: Any, path: Path_) -> bool:
    """Does the file itself say the rule, or has it taken it over from its base?"""
    here = text.inside(0, path)
    return here is not None and value_at(own, here) is not None


def number(paths: list[Path_]) -> str:
    return "one rule" if len(paths) == 1 else f"{len(paths)} rules"


# --- what is said and never used


def unused(text: Text) -> Iterator[Finding]:
    """Lists and conversions that no rule names."""
    rules = [text.raw.get(key) for key in ("rules", "defaults", "annex", "third_states")]
    said = set(words_in(rules))
    for key in ("lists", "conversions"):
        for name in text.raw.get(key) or {}:
            if name not in said and used_elsewhere(key, name):
                where: Path_ = (key, name)
                yield finding("never_used", where, what=f"{key[:-1]} {name!r}")


def used_elsewhere(key: str, name: str) -> bool:
    """A list that says of itself that it is not followed is no oversight."""
    return not (key == "lists" and "not" in name.split("_"))


def words_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from words_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from words_in(item)
