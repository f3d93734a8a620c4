"""A share that does not fit the theoretical pension it is taken of: a scheme's own law on
totalization makes that pension for one length of career, and the text divides it by another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from portability import registry
from portability.agreement import AmountRule, Rule
from portability.compare.faults.effects import amount, example, none, paid, shown
from portability.compare.faults.model import (
    PENSIONS,
    Finding,
    Json,
    Text,
    changed,
    component_path,
    finding,
    path_of,
)
from portability.compare.faults.people import ask, lives_of, partner, schemes_of
from portability.compare.faults.speech import ratio
from portability.yamlsource import Path_

# Months here and there: the shorter the whole career, the larger a share of it becomes.
CAREERS = ((180, 12), (240, 12), (120, 60), (180, 120), (60, 60), (300, 180), (240, 240))


def findings(text: Text) -> Iterator[Finding]:
    """Every rule under which a scheme with such a law pays, once."""
    told: set[tuple[Path_, str]] = set()
    for country in text.agreement.countries():
        for scheme in schemes_of(text, country):
            law = registry.source(scheme).text.get("theoretical_share")
            if law is None:
                continue
            for rule, component, how in amounts(text, scheme, country):
                at = component_path(path_of(rule.path), component)
                if (at, scheme) in told or fits(how, law):
                    continue
                told.add((at, scheme))
                yield unfit(text, scheme, rule, how, at, law)


def amounts(text: Text, scheme: str, country: str) -> Iterator[tuple[Rule, str, AmountRule]]:
    """The theoretical amounts that the text asks of a scheme, in any branch of pensions."""
    for branch in PENSIONS:
        for rule in text.agreement.rules_for(scheme, country, branch):
            for component, how in rule.amount.items():
                if how.basis == "theoretical":
                    yield rule, component, how


def fits(how: AmountRule, law: Mapping[str, Any]) -> bool:
    """The denominator is one that the scheme's law knows."""
    below = how.denominator
    return below is not None and below.kind == "scheme" and below.name in law["denominators"]


def unfit(
    text: Text, scheme: str, rule: Rule, how: AmountRule, at: Path_, law: Mapping[str, Any]
) -> Finding:
    found = finding(
        "unfit_share",
        at,
        scheme=scheme,
        own=scheme,
        law=law["cite"],
        period=law["period"],
        ratio=ratio(how) if how.numerator and how.denominator else "the whole, without a fraction",
    )
    return evolve(found, example=person(text, scheme, rule, at, law["denominators"][0]))


def person(text: Text, scheme: str, rule: Rule, at: Path_, denominator: str) -> Json:
    """Who is paid most above the share that fits; where nobody is, who loses most by it."""
    other = partner(text, scheme, rule)
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    plain = changed(text.agreement)
    fitting = changed(text.agreement, better(text, scheme, at, denominator))
    lives = lives_of(text, scheme, other, rule, CAREERS)
    before, after, alone = ask(lives, [plain]), ask(lives, [fitting]), ask(lives, [])
    over = [
        (bool(amount(three[scheme])), excess(one[scheme], two[scheme]), -number)
        for number, (one, two, three) in enumerate(zip(before, after, alone, strict=True))
        if excess(one[scheme], two[scheme]) > 0
    ]
    if not over:
        return example(lives, plain, fitting, scheme)
    number = -max(over)[2]  # whose national law pays at all, then who is paid most above it
    out = shown(lives[number], before[number], after[number])
    fraction = before[number][scheme]["fraction"]
    share = f"{fraction} of it is paid" if fraction else "the whole of it is paid"
    law = paid(alone[number][scheme])["says"]
    out["literally"] = f"{share}; national law alone gives this person {law}"
    return out


def better(text: Text, scheme: str, at: Path_, denominator: str) -> list[tuple[Path_, Any]]:
    """The clause with the denominator that fits; of a rule for every scheme, for this one alone."""
    if at[0] != "defaults":
        return [((*at, "numerator"), "own"), ((*at, "denominator"), denominator)]
    fitting = {"basis": "theoretical", "numerator": "own", "denominator": denominator}
    rows = [*(text.raw.get("annex") or ()), {"scheme": [scheme], "amount": fitting}]
    return [(("annex",), rows)]


def excess(as_written: Json, fitting: Json) -> int:
    """Minor units that the text as written pays above the share that fits; 0 where not known."""
    was, now = amount(as_written), amount(fitting)
    return 0 if was is None or now is None else was - now
