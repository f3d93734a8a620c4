"""Conversions: units to which none leads, time lost there and back, parts of a year dropped."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import evolve

from portability import catalogue, registry
from portability.agreement import Conversion, ConversionTable, Count, Rule
from portability.compare.faults.effects import example
from portability.compare.faults.model import Finding, Json, Text, changed, finding
from portability.compare.faults.people import a_year, lives_of, schemes_of
from portability.compare.faults.speech import conversion_said
from portability.scheme import Scheme
from portability.yamlsource import Path_

GRAVE = Fraction(
    1, 100
)  # of a year there and back: below it the rounding of a unit, told as a note
PART = Fraction(1, 2)  # of a year dropped: a warning; a quarter of a year: a note
SMALL = Fraction(1, 4)


def findings(text: Text) -> Iterator[Finding]:
    yield from unreached(text)
    edges = dict(edges_of(text))
    yield from there_and_back(text, edges)
    yield from dropped(text, edges)


Edge = tuple[Conversion, Rule, Path_]


def edges_of(text: Text) -> Iterator[tuple[tuple[str, str], Edge]]:
    """((scheme counted, scheme that counts), the conversion) of every count that names schemes."""
    for rule, path in text.rules():
        for number, count in enumerate(rule.counts):
            unit = count.unit
            if isinstance(unit, Conversion) and not count.everyone and "-" in rule.scheme:
                for scheme in count.schemes:
                    if scheme in registry.drawers():
                        yield (scheme, rule.scheme), (unit, rule, (*path, "counts", number))


# --- units to which no conversion leads


def unreached(text: Text) -> Iterator[Finding]:
    told: set[tuple[object, ...]] = set()
    for rule, path in text.rules():
        for number, count in enumerate(rule.counts):
            at = (*path, "counts", number, "unit")
            if count.unit is None:
                if text.draft:
                    yield finding("conversion_open", at, scheme=rule.scheme, who=said(count))
                continue
            for own, other, units in missing(text, rule, count):
                key = (at, units)
                if key in told:
                    continue
                told.add(key)
                found = finding("unit_unreached", at, scheme=own, other=other, own=own, units=units)
                yield evolve(found, example=uncounted(text, rule, own, other, at))


def said(count: Count) -> str:
    return "the other parties" if count.everyone else " and ".join(count.schemes)


def missing(text: Text, rule: Rule, count: Count) -> Iterator[tuple[str, str, str]]:
    """(scheme that counts, scheme counted, their units) which the conversion does not lead to."""
    unit = count.unit
    parties = text.agreement.countries()
    owners = [rule.scheme] if "-" in rule.scheme else owners_of(text, rule)
    for own in owners:
        mine = registry.load(own)
        for country in parties:
            if country == mine.country:
                continue
            for other in schemes_of(text, country):
                if not (count.everyone or other in count.schemes):
                    continue
                theirs = registry.load(other)
                if not leads(unit, theirs, mine):
                    yield own, other, f"{counted_in(theirs)} to {counted_in(mine)}"


def owners_of(text: Text, rule: Rule) -> list[str]:
    """Schemes that a rule of all states, or of one whole state, speaks of; only laws held here."""
    states = [rule.scheme] if rule.scheme else list(text.agreement.countries())
    return [
        scheme
        for country in states
        for scheme in schemes_of(text, country)
        if any(
            found.path == rule.path
            for found in text.agreement.rules_for(scheme, country, "old_age")
        )
    ]


def leads(unit: Conversion | ConversionTable | None, theirs: Scheme, mine: Scheme) -> bool:
    if isinstance(unit, ConversionTable):
        return unit.knows(theirs.unit, mine.unit, theirs.week_days, mine.week_days)
    return unit is None or (unit.source_unit == theirs.unit and unit.target_unit == mine.unit)


def counted_in(scheme: Scheme) -> str:
    if scheme.unit != "day":
        return f"{scheme.unit}s"
    return f"days of a {scheme.week_days}-day week"


def by_table(unit: Path_) -> list[tuple[Path_, Any]]:
    """The table of Regulation 987/2009 Article 13 in the place of a conversion."""
    table = catalogue.find("eu-883-2004").raw["conversions"]["art13"]
    return [(("conversions", "article13"), table), (unit, "article13")]


def uncounted(text: Text, rule: Rule, own: str, other: str, at: Path_) -> Json:
    """Somebody whose right hangs on the periods nobody can convert; with the table of Regulation
    987/2009 in their place."""
    after = changed(text.agreement, by_table(at))
    return example(lives_of(text, own, other, rule), changed(text.agreement), after, own)


# --- there and back


def through(unit: Conversion, n: int) -> int:
    """What so many units of one year become."""
    made = int(unit.steps(np.array([n], np.int64))[0])
    return made if unit.fill_to is None else min(made, unit.fill_to)


def there_and_back(text: Text, edges: dict[tuple[str, str], Edge]) -> Iterator[Finding]:
    """A whole year of insurance, converted and converted back, is less than a year."""
    told: set[frozenset[str]] = set()
    for (other, own), (unit, rule, at) in edges.items():
        back = edges.get((own, other))
        pair = frozenset((other, own))
        if back is None or pair in told:
            continue
        year = a_year(other)
        there = through(unit, year)
        again = through(back[0], there)
        if again < year:
            told.add(pair)
            lost = Fraction(year - again, year)
            found = finding(
                "time_lost",
                (*at, "unit"),
                "warning" if lost > GRAVE else "note",
                own,
                first=conversion_said(unit),
                second=conversion_said(back[0]),
                other=other,
                own=own,
                year=f"{year} {unit.source_unit}s",
                left=f"{again} {unit.source_unit}s",
            )
            yield evolve(found, example=counted_less(text, rule, own, other, at))


def dropped(text: Text, edges: dict[tuple[str, str], Edge]) -> Iterator[Finding]:
    """Parts of a calendar year that a conversion leaves out: so much work counts for nothing."""
    for (other, own), (unit, rule, at) in edges.items():
        year = a_year(other)
        worst = max(range(1, year + 1), key=lambda n: Fraction(n, year) - worth(unit, own, n))
        lost = Fraction(worst, year) - worth(unit, own, worst)
        if lost <= SMALL:
            continue
        found = finding(
            "part_dropped",
            (*at, "unit"),
            "warning" if lost >= PART else "note",
            own,
            how=conversion_said(unit),
            other=other,
            own=own,
            worked=f"{worst} {unit.source_unit}s",
        )
        yield evolve(found, example=counted_less(text, rule, own, other, at))


def worth(unit: Conversion, own: str, n: int) -> Fraction:
    """Part of a year that n units of one year become."""
    return Fraction(through(unit, n), a_year(own))


def counted_less(text: Text, rule: Rule, own: str, other: str, at: Path_) -> Json:
    """Somebody who lacks the right by the time that is lost; with a table where any rest counts."""
    after = changed(text.agreement, by_table((*at, "unit")))
    plain = changed(text.agreement)
    months = [(a, b) for a in (55, 100, 115, 175, 235) for b in (2, 5, 11, 12, 24, 120)]
    lives = lives_of(text, own, other, rule, months)
    return example(lives, plain, after, own)
