"""Dead ends: branches without a formula, short periods that nobody pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve

from portability import registry
from portability.agreement import Agreement, BelowMinimum, Rule
from portability.compare.faults.conversions import by_table
from portability.compare.faults.effects import compared, example, none, paid, shown
from portability.compare.faults.model import PENSIONS, Finding, Json, Text, changed, finding
from portability.compare.faults.people import (
    Life,
    ask,
    held,
    lives_of,
    owner,
    pairs,
    partner,
    schemes_of,
)
from portability.compare.faults.reach import months
from portability.compare.faults.speech import listed, spell_said
from portability.countries import COUNTRIES
from portability.registry import country_of
from portability.units import PER_YEAR
from portability.yamlsource import Path_

ABSORBED = {"less_than": {"year": 1}, "unless": "own_right", "then": "others_absorb"}
PRO_RATA = {"basis": "theoretical", "numerator": "own", "denominator": "counted"}


def findings(text: Text) -> Iterator[Finding]:
    if not text.pays:
        return
    yield from without_formula(text)
    yield from open_amounts(text)
    yield from short_periods(text)
    yield from nobody(text)


# --- branches


def without_formula(text: Text) -> Iterator[Finding]:
    """A pension branch in scope for which one party has no rule at all. A file of a text in force
    may simply not hold it: there it is a note."""
    branches = [branch for branch in text.raw.get("branches") or () if branch in PENSIONS]
    lacking: dict[tuple[str, ...], list[str]] = {}
    for country in text.agreement.countries():
        known = schemes_of(text, country)
        bare = [
            branch
            for branch in branches
            if not any(text.agreement.rules_for(scheme, country, branch) for scheme in known)
        ]
        if bare and known:
            lacking.setdefault(tuple(bare), []).append(country)
    for missing, countries in lacking.items():
        named = [COUNTRIES[country] for country in countries]
        found = finding(
            "branch_without_rule",
            ("branches",),
            "" if text.draft else "note",
            country=listed(named) if len(named) < 5 else f"any of {len(named)} parties",
            branches=listed([word.replace("_", " ") for word in missing]),
        )
        yield evolve(found, example=no_rule(text, countries[0], missing))


def no_rule(text: Text, country: str, bare: Sequence[str]) -> Json:
    """Somebody in a branch without a rule: only national law can pay; with the pro rata rule."""
    if "old_age" not in bare:
        return none("an example is computed for old age only")
    for own in schemes_of(text, country):
        for other, found in others(text, own):
            if found != country:
                counted = [{"schemes": [other], "unit": "article13"}]
                rule: Json = {"scheme": own, "branches": ["old_age"], "counts": counted}
                rule |= {"amount": PRO_RATA, "cite": "example"}
                rules = [*(text.raw.get("rules") or []), rule]
                edits = [*by_table(("unused",))[:1], (("rules",), rules)]
                made = compared(
                    lives_of(text, own, other),
                    [changed(text.agreement)],
                    [changed(text.agreement, edits)],
                )
                if made is not None:
                    return made
    return none("what national law pays alone cannot be computed here")


def others(text: Text, own: str) -> Iterator[tuple[str, str]]:
    for country in text.agreement.countries():
        if country != country_of(own):
            for scheme in schemes_of(text, country):
                if held(scheme) < 2:
                    yield scheme, country


def open_amounts(text: Text) -> Iterator[Finding]:
    """A draft that leaves the amount open. A text in force may just not have been read."""
    for rule, path in text.rules():
        unknown = [how for how in rule.amount.values() if how.basis == "unknown"]
        if text.draft and unknown:
            found = finding("amount_open", (*path, "amount"), scheme=rule.scheme, own=rule.scheme)
            yield evolve(found, example=with_share(text, rule, path))


def with_share(text: Text, rule: Rule, path: Path_) -> Json:
    own = owner(text, rule)
    other = partner(text, own, rule) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    after = changed(text.agreement, [((*path, "amount"), PRO_RATA)])
    return example(lives_of(text, own, other, rule), changed(text.agreement), after, own)


# --- short periods


def short_periods(text: Text) -> Iterator[Finding]:
    """Time below the minimum of a state: lost outright, or counted by others and paid by none."""
    told: set[tuple[str, str]] = set()
    for rule, path in text.rules():
        below, country = rule.below_minimum, rule.scheme.split("-")[0].upper()
        if below is not None and below.then == "lost":
            at = (*path, "below_minimum")
            found = finding("short_lost", at, scheme=rule.scheme, less=spell_said(below.less_than))
            yield evolve(found, example=absorbed(text, rule))
        elif (country, "unpaid") not in told and unpaid(text, rule):
            told.add((country, "unpaid"))
            key = "below_minimum" if below is not None else "own_minimum"
            least = below.less_than if below is not None else rule.own_minimum
            assert least is not None
            found = finding(
                "short_unpaid", (*path, key), scheme=rule.scheme, less=spell_said(least)
            )
            yield evolve(found, example=absorbed(text, rule))


def unpaid(text: Text, rule: Rule) -> bool:
    """This state pays nothing for so little, and no other state's amount rests on it."""
    below = rule.below_minimum
    if below is None and rule.own_minimum is None:
        return False
    if below is not None and below.then == "others_absorb":
        return False
    if rule.scheme == "" or text.agreement.any_party:
        return False
    home = country_of(rule.scheme) if "-" in rule.scheme else rule.scheme
    partners = [
        other
        for other, _ in text.rules()
        if other.scheme and country_of(other.scheme) != home and other.counts
    ]
    amounts = [how for other in partners for how in other.amount.values()]
    return bool(amounts) and all(how.basis == "own" for how in amounts)


def absorbed(text: Text, rule: Rule) -> Json:
    """Somebody with less than the minimum here: with Article 57 of Regulation 883/2004 in place of
    the clause, or beside the same person without these months."""
    own = owner(text, rule)
    other = partner(text, own, rule) if own else ""
    least = rule.below_minimum.less_than if rule.below_minimum else rule.own_minimum
    if not other or least is None:
        return none("no scheme of the other party that the rule counts is known here")
    unit = registry.source(own).unit
    short = int(months(least)) - max(12 // PER_YEAR[unit], 1)
    if short <= 0:
        return none(f"the record of {own} knows no period that short")
    spans = [(n, there) for there in (120, 240) for n in sorted({short, short * 2 // 3})]
    edits = [
        ((*path, "below_minimum"), {**ABSORBED, "less_than": {least[0]: least[1]}})
        for found, path in text.rules()
        if found.scheme == own or found.path == rule.path
    ]
    after, plain = changed(text.agreement, edits), changed(text.agreement)
    for certified in (frozenset[str](), frozenset({other})):
        lives = lives_of(text, own, other, rule, spans, certified=certified)
        lives = [evolve(life, residence=country_of(other)) for life in lives]
        made = compared(lives, [plain], [after]) or same_without(lives, own, other, plain)
        if made is not None:
            return made
    return none(f"what {other} pays cannot be computed here")


def same_without(lives: Sequence[Life], own: str, other: str, plain: Agreement) -> Json | None:
    """A life whose short period changes no pension: the other state pays the same without it."""
    alone = [evolve(life, stays=(life.stays[1],), residence=country_of(other)) for life in lives]
    with_, without = ask(lives, [plain]), ask(alone, [plain])
    for life, first, second in zip(lives, with_, without, strict=True):
        same = first[other]["payable"] == second[other]["payable"] is not None
        if same and first[own]["status"] == "not_entitled":
            return {**shown(life, first, None), "without_these_months": told_lines(second)}
    return None


def told_lines(lines: Mapping[str, Json]) -> Json:
    return {scheme: paid(line) for scheme, line in lines.items()}


def nobody(text: Text) -> Iterator[Finding]:
    """Every state below its minimum, each one pointing to the others: shown only where all periods
    together would open a right somewhere."""
    rules = {rule.path: (rule, path) for rule, path in text.rules() if ends_nowhere(rule)}
    for own, other, rule in pairs(text):
        if rule.path not in rules or rule.below_minimum is None:
            continue
        back = text.agreement.rules_for(other, country_of(other), "old_age")
        if not any(ends_nowhere(found) for found in back):
            continue
        made = by_nobody(text, own, other, rule)
        if made is not None:
            path = rules[rule.path][1]
            found = finding(
                "short_nobody",
                (*path, "below_minimum"),
                scheme=own,
                less=spell_said(rule.below_minimum.less_than),
            )
            yield evolve(found, example=made)
            return


def ends_nowhere(rule: Rule) -> bool:
    below: BelowMinimum | None = rule.below_minimum
    return below is not None and below.then != "lost" and below.all_below in (None, "nobody")


def by_nobody(text: Text, own: str, other: str, rule: Rule) -> Json | None:
    """Somebody just below the minimum in both states, and with the last state paying for all."""
    assert rule.below_minimum is not None
    short = max(int(months(rule.below_minimum.less_than)) - 1, 1)
    edits = [
        ((*path, "below_minimum", "all_below"), "last_as_own")
        for found, path in text.rules()
        if found.below_minimum is not None
    ]
    lives: list[Life] = lives_of(text, own, other, rule, ((short, short),))
    before = ask(lives, [changed(text.agreement)])[0]
    after = ask(lives, [changed(text.agreement, edits)])[0]
    gains = [
        s for s in after if after[s]["status"] == "entitled" and before[s]["status"] != "entitled"
    ]
    return shown(lives[0], before, after) if gains else None
