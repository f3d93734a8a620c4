"""Made-up persons, asked of the engine: what a clause does to somebody is computed, never told.

Earnings and circumstances are assumptions (assumed.yaml) and are printed with every example.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from attrs import evolve, field, frozen

from portability import registry
from portability.agreement import Agreement, Rule
from portability.build import cohort_of
from portability.case import load
from portability.casemodel import Case
from portability.compare.faults.model import Text, table
from portability.dates import add_months, add_years, day, iso
from portability.determination import entitlement
from portability.registry import country_of
from portability.tables import minor_digits
from portability.totalization import Result, totalize
from portability.units import PER_YEAR
from portability.yamlsource import Source

Json = dict[str, Any]
BORN, CLAIM = "1958-03-10", "2025-10-01"
FIRST, SECOND = "1980-01-01", "2002-01-01"  # where the two stays of a life begin
STRUCK = "2012-10-01"  # an invalidity begins and is claimed
LIVES = (
    (120, 120),
    (60, 60),
    (12, 120),
    (120, 12),
    (119, 240),
    (180, 120),
    (240, 240),
    (240, 60),
    (60, 240),
)


@frozen
class Stay:
    """Months in one scheme from a day on; `kind` as in a case file."""

    scheme: str
    start: str
    months: int
    kind: str = ""


@frozen
class Life:
    """A made-up person. residence "": where the first stay is; certified: schemes whose pension
    before the share an institution certifies, because the law cannot be computed."""

    stays: tuple[Stay, ...]
    residence: str = ""
    nationality: str = ""
    born: str = BORN
    claim: str = CLAIM
    branch: str = "old_age"
    certified: frozenset[str] = field(default=frozenset())


def case_document(life: Life) -> Json:
    """The person as a case file (portability/case@1): anybody can run it again."""
    home = country_of(life.stays[0].scheme)
    facts = {stay.scheme: facts_of(stay.scheme, life.certified) for stay in life.stays}
    claim = {"branch": life.branch, "date": life.claim}
    if life.branch in ("invalidity", "survivors"):
        claim["event"] = life.claim
    return {
        "schema": "portability/case@1",
        "reference": "EXAMPLE",
        "person": {
            "born": life.born,
            "sex": "female",
            "nationalities": [life.nationality or home],
            "residence": life.residence or home,
        },
        "claim": claim,
        "periods": [line_of(stay) for stay in life.stays if stay.months > 0],
        "facts": {scheme: known for scheme, known in facts.items() if known},
    }


def line_of(stay: Stay) -> Json:
    end = int(add_months(day(stay.start), stay.months)) - 1
    kind = stay.kind or line_kind(stay.scheme)
    line: Json = {"scheme": stay.scheme, "kind": kind, "start": stay.start, "end": iso(end)}
    pay = monthly_pay(stay.scheme)
    if pay and kind != "residence":
        digits = minor_digits(registry.source(stay.scheme).currency)
        line["earnings"] = f"{pay * stay.months}" + (f".{'0' * digits}" if digits else "")
    return line


def monthly_pay(scheme: str) -> int:
    return int(table("assumed.yaml")["monthly_pay"].get(registry.source(scheme).currency, 0))


def facts_of(scheme: str, certified: frozenset[str]) -> Json:
    """Assumed facts that the scheme asks for by name."""
    assumed, steps = table("assumed.yaml"), registry.load(scheme).all_steps()
    found: Json = {name: value for name, value in assumed["facts"].items() if name in steps}
    found |= {name: monthly_pay(scheme) for name in assumed["pay_facts"] if name in steps}
    if scheme in certified:
        found["theoretical_amount"] = assumed["certified_pension"].split(".")[0]
    if scheme in certified and registry.source(scheme).calculator == "none":
        found["qualifying_period"] = assumed["qualifying_years"] * a_year(scheme)
    return found


def a_year(scheme: str) -> int:
    """Units that the law of a scheme counts as a year."""
    law = registry.load(scheme)
    return law.days_a_year if law.unit == "day" else PER_YEAR[law.unit]


def line_kind(scheme: str) -> str:
    """Some schemes live on residence, the others on contributions."""
    return "residence" if scheme in table("assumed.yaml")["by_residence"] else "compulsory"


@lru_cache(maxsize=20_000)
def case_of(life: Life) -> Case:
    return load(Source("example", case_document(life)))


def cases(lives: Iterable[Life]) -> list[Case]:
    return [case_of(life) for life in lives]


def asked(lives: Sequence[Life], agreements: Sequence[Agreement]) -> Result:
    co = cohort_of(cases(lives))
    return totalize(co, registry.known(co.schemes), agreements)


def ask(lives: Sequence[Life], agreements: Sequence[Agreement]) -> list[dict[str, Json]]:
    """The lines of the determination, by scheme, for each life (all of one branch)."""
    result = asked(lives, agreements)
    return [
        {
            scheme: entitlement(result, scheme, number)
            for scheme, decision in result.decisions.items()
            if decision.holding.pos[number] >= 0
        }
        for number in range(len(lives))
    ]


# --- whom a rule is about


def lives_of(
    text: Text,
    own: str,
    foreign: str,
    rule: Rule | None = None,
    months: Sequence[tuple[int, int]] = LIVES,
    **more: Any,
) -> list[Life]:
    """Lives with so many months in the scheme whose rule it is and so many in the other one, in
    places and of a nationality that the rule takes."""
    kinds = kind_wanted(rule, foreign)
    if branch_of(rule) == "invalidity":
        more = {"branch": "invalidity", "claim": STRUCK, **more}
        months = [(a, b) for a, b in months if a <= 240 and b <= 120]
    residence, nationality = home_of(text, own, rule), nationality_of(text, own, rule)
    return [
        Life((Stay(own, FIRST, a), Stay(foreign, SECOND, b, kinds)), residence, nationality, **more)
        for a, b in months
    ]


def moved(life: Life, claim: int) -> Life:
    """The same life so many years earlier or later that the pension is claimed on that day."""
    years = int(iso(claim)[:4]) - int(life.claim[:4])

    def shifted(text: str) -> str:
        return iso(int(add_years(day(text), years)))

    stays = tuple(evolve(stay, start=shifted(stay.start)) for stay in life.stays)
    return evolve(life, stays=stays, born=shifted(life.born), claim=iso(claim))


def branch_of(rule: Rule | None) -> str:
    """Old age where the rule covers it, else invalidity: survivors are not computed here."""
    branches = (rule.branches if rule is not None else None) or ("old_age",)
    return "old_age" if "old_age" in branches else "invalidity"


def kind_wanted(rule: Rule | None, foreign: str) -> str:
    """The kind of line the rule counts, where it does not count every kind."""
    for count in rule.counts if rule is not None else ():
        if (count.everyone or foreign in count.schemes) and count.kinds_only:
            return sorted(count.kinds_only)[0]
    return ""


def home_of(text: Text, own: str, rule: Rule | None) -> str:
    home = country_of(own)
    if rule is not None and rule.residence_in:
        return rule.residence_in[0]
    if rule is not None and home in (rule.residence_not or ()):
        other = [c for c in text.agreement.countries() if c not in (rule.residence_not or ())]
        return other[0] if other else "US"
    return home


def nationality_of(text: Text, own: str, rule: Rule | None) -> str:
    if rule is not None and rule.nationalities:
        return rule.nationalities[0]
    scope = text.agreement.persons.of(country_of(own)).nationals_of
    home = country_of(own)
    return home if not scope or home in scope else scope[0]


def schemes_of(text: Text, country: str) -> list[str]:
    """Schemes of a state whose law is known here, those that compute an amount first."""
    return list(schemes_held(country))


@cache
def schemes_held(country: str) -> tuple[str, ...]:
    found = [s for s in registry.ids() if country_of(s) == country]
    ordered = sorted(found, key=lambda s: (registry.source(s).calculator == "none", s))
    return tuple(ordered)


def pairs(text: Text, branch: str = "old_age") -> list[tuple[str, str, Rule]]:
    """(scheme that counts, scheme that is counted, the rule), computable laws first."""
    parties = text.agreement.countries()
    if text.agreement.any_party:
        both: list[str] = table("assumed.yaml")["any_parties"]
        candidates = {country_of(scheme): [scheme] for scheme in both}
    else:
        candidates = {country: schemes_of(text, country) for country in parties}
    out = []
    for country, mine in candidates.items():
        for own in mine:
            for rule in text.agreement.rules_for(own, country, branch):
                others = [s for c, found in candidates.items() if c != country for s in found]
                out += [(own, other, rule) for other in others if counts(rule, other)]
    return sorted(out, key=lambda pair: (held(pair[0]) + held(pair[1]), pair[0], pair[1]))


@cache
def held(scheme: str) -> int:
    """0 a law that computes an old-age pension for a made-up person, 1 another law held here, 2 a
    record only."""
    if registry.source(scheme).calculator == "none":
        return 2
    lives = [Life((Stay(scheme, start, n),)) for start in (FIRST, SECOND) for n in (120, 240)]
    return 0 if any(line[scheme]["payable"] is not None for line in ask(lives, ())) else 1


def counts(rule: Rule, other: str) -> bool:
    return any(count.everyone or other in count.schemes for count in rule.counts)


def owner(text: Text, rule: Rule) -> str:
    """The scheme of the rule; for a rule of all states or of a whole state, one whose law is
    computed; "" if none is known here."""
    if "-" in rule.scheme:
        return rule.scheme
    for first, _, found in pairs(text, branch_of(rule)):
        if found.path == rule.path:
            return first
    return ""


def partner(text: Text, own: str, rule: Rule) -> str:
    """A scheme whose periods the rule counts, one with a computable law if there is one; "" if it
    counts none that is known here."""
    for first, second, found in pairs(text, branch_of(rule)):
        if first == own and found.path == rule.path:
            return second
    return ""
