"""The rules of an agreement that hold on a day, with what each says; alike ones of several schemes
and branches as one row."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from portability import registry
from portability.agreement import Agreement, Rule
from portability.cohort import BRANCHES
from portability.compare import said
from portability.compare.facets import Facet, Fact, Row, absent, context, table
from portability.compare.facets_rules import READERS, third_states
from portability.compare.ruled import EVERY, measure_of

FEW = 4  # names of states told one by one


def rows(agreement: Agreement, on: int) -> tuple[Row, ...]:
    """Rules whose dates hold on a day (days since 1970-01-01), of states bound on it. An agreement
    without rules has one row, for what it says about third states alone."""
    facets = [f for f in table().values() if f.about == "rule" and f.reads in READERS]
    if agreement.absent is not None:
        return (without_rules(agreement, facets),)
    rules: dict[tuple[str, str], tuple[Rule, list[str]]] = {}
    for rule, owner, branches in each(agreement, on):
        _, covered = rules.setdefault((meaning(rule), owner), (rule, []))
        covered += [branch for branch in branches if branch not in covered]
    alike: dict[tuple[str, tuple[str, ...]], tuple[Rule, list[str]]] = {}
    for (key, owner), (rule, covered) in rules.items():
        alike.setdefault((key, tuple(covered)), (rule, []))[1].append(owner)
    return tuple(
        row_of(agreement, facets, rule, tuple(owners), branches)
        for (_, branches), (rule, owners) in alike.items()
    )


def meaning(rule: Rule) -> str:
    """Equal for rules that say the same of different schemes. A day is another share of a year in
    each scheme, so a length in days is told apart."""
    below = rule.below_minimum.less_than if rule.below_minimum else None
    spells = (rule.own_minimum, rule.continuous, below)
    in_days = any(spell is not None and spell[0] == "day" for spell in spells)
    days = measure_of(rule.scheme).days_a_year if in_days else ""
    return f"{evolve(rule, scheme='', branches=None)!r} {days}"


def row_of(
    agreement: Agreement,
    facets: list[Facet],
    rule: Rule,
    schemes: tuple[str, ...],
    branches: tuple[str, ...],
) -> Row:
    facts = {facet.name: READERS[facet.reads](agreement, facet, rule) for facet in facets}
    return Row(schemes, branches, conditions(rule), facts)


def without_rules(agreement: Agreement, facets: list[Facet]) -> Row:
    """Where a rule would stand: what has no benefits part has none of its clauses, and what was
    not seen is unknown."""
    assert agreement.absent is not None
    head = context(agreement).cite(None)
    facts: dict[str, tuple[Fact, ...]] = {
        f.name: (absent(f, agreement.absent.value, head),) for f in facets
    }
    for facet in facets:
        if facet.reads == "third_states":
            facts[facet.name] = third_states(agreement, facet, None)
    return Row((), (), "", facts)


def each(agreement: Agreement, on: int) -> Iterator[tuple[Rule, str, tuple[str, ...]]]:
    """(rule, scheme or country, branches) of every rule whose dates hold on the day, for the states
    bound on it. A country stands for all its schemes, `EVERY` for those of any state."""
    every = tuple(agreement.raw.get("branches") or BRANCHES)
    for rule in agreement.rules:
        if rule.start <= on < rule.end and binds(agreement, rule.scheme, on):
            yield rule, rule.scheme, rule.branches or every
    bound = [country for country in agreement.countries() if agreement.bound(country, on)]
    for country in bound or ([EVERY] if agreement.any_party else []):
        for scheme in schemes_of(country):
            for branch in every:
                for rule in agreement.layers.rules(scheme, country, branch):
                    if rule.start <= on < rule.end and reachable(rule, scheme):
                        yield rule, scheme, (branch,)


def schemes_of(country: str) -> tuple[str, ...]:
    """The schemes of a country that are held here; the country itself where none is."""
    held = tuple(scheme for scheme in registry.ids() if registry.country_of(scheme) == country)
    return held or (country,)


def binds(agreement: Agreement, owner: str, on: int) -> bool:
    """Is the state of this scheme (or this country) bound on the day?"""
    return owner == EVERY or agreement.bound(state_of(owner), on)


def state_of(owner: str) -> str:
    """The country of a scheme; a country itself."""
    return registry.country_of(owner) if "-" in owner else owner


def reachable(rule: Rule, scheme: str) -> bool:
    """Whoever has a record in a scheme has not a record in nothing but others."""
    only = rule.record.only if rule.record is not None else None
    return only is None or scheme in only


def conditions(rule: Rule) -> str:
    """On which persons and claims a rule bears, in words; empty where on all."""
    nationals = rule.nationalities or ()
    short = evolve(rule, nationalities=None) if len(nationals) > FEW else rule
    told = [said.case(short)]
    told += [f"nationals of {len(nationals)} states"] if short is not rule else []
    told += ["the state of the event pays alone"] if rule.payer else []
    return ", ".join(part for part in told if part)
