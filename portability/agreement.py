"""Model of a coordinating instrument: what the engine reads. `agreement_loader` builds it from
strict YAML.

Rules belong to a scheme (and branch, residence, dates), never to the agreement as a whole: in
every text with a
benefits part the parties have different rules. Days are days since 1970-01-01, ends exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from portability.agreement_parts import (
    NONE,
    NOT_REGULATED,
    NOWHERE,
    UNKNOWN,
    Absent,
    AmountRule,
    BelowMinimum,
    Choose,
    Cite,
    Concurrence,
    Condition,
    Count,
    Fee,
    Floor,
    PartySpan,
    Persons,
    Record,
    Replaces,
    Rounding,
    Said,
    ShareOf,
    Spell,
    TakeOver,
    Term,
    ThirdStates,
    absence,
)
from portability.dates import FOREVER, NODATE
from portability.units import Conversion, ConversionTable

__all__ = [
    "NONE",
    "NOT_REGULATED",
    "UNKNOWN",
    "Absent",
    "Agreement",
    "AmountRule",
    "BelowMinimum",
    "Choose",
    "Cite",
    "Concurrence",
    "Condition",
    "Conversion",
    "ConversionTable",
    "Count",
    "Fee",
    "Floor",
    "Layers",
    "PartySpan",
    "Persons",
    "Record",
    "Replaces",
    "Rounding",
    "Rule",
    "Said",
    "ShareOf",
    "Spell",
    "TakeOver",
    "Term",
    "ThirdStates",
    "absence",
]


@frozen
class Rule:
    """What one scheme does under the agreement. The first rule that takes a person is his rule.

    path         where it stands, "rules[0]"
    branches, residence_in, residence_not, nationalities   None = no condition
    start, end   claim dates for which it holds
    payer        "event": only the state whose law applied at the event pays
    bars         "national": persons of this rule have no national route in this scheme
    when         only_if_needed | always
    own_minimum  own periods without which nothing is totalized; `continuous`: of which in one piece
    minimum_said why there is none, where the text says so; unknown: so is who needs the rule
    own_from     own periods before this day do not count under the agreement
    amount       by component; the key "amount" stands for every component not named
    defect       the text contradicts itself here; the amount is then "unknown"
    """

    path: str
    scheme: str
    branches: tuple[str, ...] | None = None
    residence_in: tuple[str, ...] | None = None
    residence_not: tuple[str, ...] | None = None
    nationalities: tuple[str, ...] | None = None
    start: int = NODATE
    end: int = FOREVER
    record: Record | None = None
    payer: str | None = None
    bars: str | None = None
    when: str = "only_if_needed"
    own_minimum: Spell | None = None
    minimum_said: Said | None = None
    continuous: Spell | None = None
    own_from: int = NODATE
    counts: tuple[Count, ...] = ()
    amount: Mapping[str, AmountRule] = field(factory=dict)
    floors: tuple[Floor, ...] = ()
    below_minimum: BelowMinimum | None = None
    take_over: TakeOver | None = None
    concurrence: Concurrence | None = None
    third_states: ThirdStates | None = None
    choose: Choose | None = None
    with_: Mapping[str, Any] = field(factory=dict)
    defect: str = ""
    note: str = ""
    cite: Cite = NOWHERE

    def amount_of(self, component: str) -> AmountRule:
        """The rule of one component; unknown if the text read says nothing of it."""
        found = self.amount.get(component) or self.amount.get("amount")
        return found or AmountRule("unknown", cite=self.cite)


@frozen
class Layers:
    """Defaults for every scheme of many parties, and annex rows laid over them key by key (null
    deletes)."""

    defaults: tuple[Mapping[str, Any], ...] = ()
    annex: tuple[Mapping[str, Any], ...] = ()
    build: Callable[[Mapping[str, Any], str, str], Rule] | None = None

    def rules(self, scheme: str, country: str, branch: str) -> tuple[Rule, ...]:
        rows = [row for row in self.annex if matches(row, scheme, country, branch)]
        made: list[Rule] = []
        for i, default in enumerate(self.defaults):
            layered = dict(default)
            for row in rows:
                layered |= {key: value for key, value in row.items() if key not in SELECTORS}
            assert self.build is not None
            path = "defaults" if len(self.defaults) == 1 else f"defaults[{i}]"
            rule = self.build(
                {key: value for key, value in layered.items() if value is not None}, path, scheme
            )
            if not layered.get("excluded") and (rule.branches is None or branch in rule.branches):
                made.append(rule)
        return tuple(made)


SELECTORS = ("scheme", "country", "branches")


def matches(row: Mapping[str, Any], scheme: str, country: str, branch: str) -> bool:
    """An annex row names schemes or countries, and perhaps the branches it is for."""
    schemes, countries, branches = row.get("scheme"), row.get("country"), row.get("branches")
    if branches is not None and branch not in branches:
        return False
    return (schemes is not None and scheme in schemes) or (
        countries is not None and country in countries
    )


@frozen(eq=False)
class Agreement:
    """A coordinating instrument, checked. `raw` is the whole document (with its base laid under),
    for explain."""

    id: str
    title: str
    kind: str
    status: str
    parties: tuple[PartySpan, ...]
    start: int
    end: int
    persons: Persons
    choose: Choose
    replaces: Replaces | None
    third_states: ThirdStates | None
    conversions: Mapping[str, ConversionTable]
    rules: tuple[Rule, ...]
    layers: Layers
    legislation: Mapping[str, Any] | Absent
    lists: Mapping[str, tuple[str, ...]]
    source: str
    digest: str
    raw: Mapping[str, Any] = field(repr=False)
    any_party: bool = False  # a model: whatever states use it
    exclusive: bool = False  # one career, one scheme: no totalization at all (gcc-extension)
    absent: Absent | None = None  # why there is no benefits part; None where there is one
    kept: dict[Any, Any] = field(factory=dict, init=False, repr=False)  # asked for again and again

    @property
    def coverage_only(self) -> bool:
        """Loads, binds and settles the applicable legislation, but has no benefits part."""
        return self.absent is NONE

    def countries(self) -> tuple[str, ...]:
        if "countries" not in self.kept:
            self.kept["countries"] = tuple(dict.fromkeys(span.country for span in self.parties))
        found: tuple[str, ...] = self.kept["countries"]
        return found

    def bound(self, country: str, day: int) -> bool:
        """Is this state bound on this day? Both dates, the agreement's and the party's, must
        hold."""
        if not self.start <= day < self.end:
            return False
        return self.any_party or any(
            p.country == country and p.start <= day < p.end for p in self.parties
        )

    def rules_for(self, scheme: str, country: str, branch: str) -> tuple[Rule, ...]:
        """Rules of one scheme and branch, first match first: own rules, then defaults with their
        annex rows."""
        key = (scheme, country, branch)
        if key not in self.kept:
            own = [
                evolve(rule, scheme=scheme)
                for rule in self.rules
                if (rule.scheme in (scheme, country, "*"))
                and (rule.branches is None or branch in rule.branches)
            ]
            self.kept[key] = (*own, *self.layers.rules(scheme, country, branch))
        found: tuple[Rule, ...] = self.kept[key]
        return found
