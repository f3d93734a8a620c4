"""Conditions nobody can meet, and rules nobody is ever under."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from portability.agreement import Rule, Spell
from portability.compare.faults.effects import example, none
from portability.compare.faults.model import Finding, Json, Text, changed, finding
from portability.compare.faults.people import FIRST, Life, Stay, ask, lives_of, owner, partner
from portability.compare.faults.speech import spell_said
from portability.units import PER_YEAR
from portability.yamlsource import Path_


def findings(text: Text) -> Iterator[Finding]:
    stay = longest_stay(text)
    for rule, path in text.rules():
        yield from minimum(text, rule, path, stay)
        yield from take_over(rule, path)
    yield from shadowed(text)


def months(spell: Spell) -> Fraction:
    return Fraction(spell[1] * 12, PER_YEAR[spell[0]])


def longest_stay(text: Text) -> int | None:
    """Months a posted worker may stay, extensions included; None where the text sets no limit."""
    legislation = text.raw.get("legislation")
    rows = legislation.get("posting") if isinstance(legislation, dict) else None
    listed = rows if isinstance(rows, list) else [rows] if isinstance(rows, dict) else []
    found = []
    for row in listed:
        more = row.get("extension_months", 0)
        if more == "unknown" or (row.get("extension") and not more):
            return None
        found.append(int(row["months"]) + int(more))
    return max(found, default=None)


def minimum(text: Text, rule: Rule, path: Path_, stay: int | None) -> Iterator[Finding]:
    """Own periods asked for that are as long as a whole stay, or as national law asks alone."""
    if rule.own_minimum is None:
        return
    at = (*path, "own_minimum")
    asked = spell_said(rule.own_minimum)
    if rule.continuous is not None and months(rule.continuous) > months(rule.own_minimum):
        yield finding(
            "continuous_longer",
            at,
            scheme=rule.scheme,
            asked=asked,
            run=spell_said(rule.continuous),
        )
    own = owner(text, rule)
    if stay is not None and months(rule.own_minimum) > stay:
        found = finding(
            "minimum_out_of_reach", at, scheme=own, asked=asked, stay=f"{stay} months", own=own
        )
        yield evolve(found, example=without_minimum(text, rule, own, at, stay))
    needed = alone(own, rule) if own and rule.when != "always" else None
    if needed is not None and needed[1] <= months(rule.own_minimum):
        found = finding(
            "minimum_as_long_as_law", at, scheme=own, asked=asked, own=own, needed=needed[0]
        )
        yield evolve(found, example=without_minimum(text, rule, own, at, int(needed[1])))


def alone(own: str, rule: Rule) -> tuple[str, Fraction] | None:
    """The qualifying period of national law for an old-age pension, as the engine finds it."""
    if "old_age" not in (rule.branches or ("old_age",)):
        return None
    line = ask([Life((Stay(own, FIRST, 240),))], ())[0][own]
    periods = line["periods"]
    if periods["required"] in (None, "0") or line["status"] == "unknown":
        return None
    unit, n = periods["unit"], int(periods["required"])
    return (spell_said((unit, n)), months((unit, n))) if n > 1 else None


def without_minimum(text: Text, rule: Rule, own: str, at: Path_, stay: int) -> Json:
    """Somebody who worked here as long as a stay lasts and for years in the other state."""
    other = partner(text, own, rule) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    short = max(min(stay, int(months(rule.own_minimum or ("month", 1))) - 1), 1)
    plain = changed(text.agreement)
    better = changed(text.agreement, [(at, {"month": min(12, short)})])
    lives = lives_of(text, own, other, rule, ((short, 120), (short, 240)))
    return example(lives, plain, better, own)


def take_over(rule: Rule, path: Path_) -> Iterator[Finding]:
    """Periods from a length on up to a shorter one: nobody has such periods."""
    took = rule.take_over
    if took is not None and months(took.at_least) >= months(took.less_than):
        yield finding(
            "empty_span",
            (*path, "take_over"),
            scheme=rule.scheme,
            low=spell_said(took.at_least),
            high=spell_said(took.less_than),
        )


def shadowed(text: Text) -> Iterator[Finding]:
    """A rule behind another one that takes everybody: the first that fits is a person's rule."""
    before: list[Rule] = []
    for rule, path in text.rules():
        taken = next((first for first in before if takes_all(first, rule)), None)
        if taken is not None:
            yield finding(
                "rule_never_reached", path, scheme=rule.scheme, first=taken.path, rule=rule.path
            )
        before.append(rule)


def takes_all(first: Rule, later: Rule) -> bool:
    """Whoever the later rule takes, the first has taken already."""
    if first.path == later.path or first.scheme != later.scheme:
        return False
    open_ = not (first.record or first.payer)
    branches = first.branches is None or (
        later.branches is not None and set(later.branches) <= set(first.branches)
    )
    dates = first.start <= later.start and first.end >= later.end
    counts = bool(first.counts) or first.when == "always" or not later.counts
    return open_ and branches and dates and counts and same_people(first, later)


def same_people(first: Rule, later: Rule) -> bool:
    """Residence and nationality: the first sets no condition the later one does not set."""
    return all(
        mine is None or mine == theirs
        for mine, theirs in (
            (first.residence_in, later.residence_in),
            (first.residence_not, later.residence_not),
            (first.nationalities, later.nationalities),
        )
    )
