"""A text with one clause of another: what the engine would be told if the delegations exchanged
just that. The rules are the engine's own objects; nothing is reckoned here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, fields, frozen

from portability.agreement import Agreement, AmountRule, Count, Rule, Term
from portability.agreement_parts import NOWHERE
from portability.compare.ruled import EVERY, conditions, country_of, scheme_source
from portability.compare.side_by_side import Row
from portability.compare.women.careers import BRANCHES

PLAIN = {
    "rule.when": ("when",),
    "rule.own_minimum": ("own_minimum", "minimum_said", "continuous"),
    "rule.own_from": ("own_from",),
    "rule.bars": ("bars",),
    "rule.choose": ("choose",),
    "rule.below_minimum": ("below_minimum",),
    "rule.take_over": ("take_over",),
    "rule.third_states": ("third_states",),
    "rule.floors": ("floors",),
    "rule.concurrence": ("concurrence",),
    "rule.with": ("with_",),
    "rule.defect": ("defect",),
}
# What names a sum, a switch or another benefit of the scheme's own law says nothing to another law.
OF_ITS_LAW = ("rule.floors", "rule.concurrence", "rule.with")
TERMS = ("numerator", "denominator", "cap")
OF_SHARE = ("basis", "numerator", "denominator", "at_most", "cap", "in_", "plus", "not_above")
WORDS = {
    "in_": "rounding of the share",
    "at_most": "limit of the share",
    "not_above": "limit of the amount",
}
RULES = "rules"
SHOWN = ("rule.counts", "rule.amount")  # what is told of a rule that one text does not have
CASES = ("residence_in", "residence_not", "nationalities", "record", "payer", "start", "end")
OTHER_UNIT = "its conversion is between the units of other laws"
OTHER_LAW = "the clause names a term of another scheme's law"


@frozen(eq=False)
class Changed(Agreement):
    """An agreement of which some schemes have other rules; over: (scheme, branch) -> rules."""

    over: Mapping[tuple[str, str], tuple[Rule, ...]] = field(factory=dict, kw_only=True)

    def rules_for(self, scheme: str, country: str, branch: str) -> tuple[Rule, ...]:
        found = self.over.get((scheme, branch))
        return Agreement.rules_for(self, scheme, country, branch) if found is None else found


def changed(
    agreement: Agreement, over: Mapping[tuple[str, str], tuple[Rule, ...]], **blocks: Any
) -> Changed:
    """The agreement with other rules for some schemes, and other blocks of the text (persons)."""
    held = {f.name: getattr(agreement, f.name) for f in fields(Agreement) if f.init}
    return Changed(**{**held, **blocks}, over=dict(over))


@frozen
class Swap:
    """One clause taken from the other text.

    clause, title  the part (`rule.own_minimum`, `rule.amount: denominator`) and its name
    scheme, other  whose rule it is in the first text and in the second
    over           the rules of the first text with that clause of the second, per scheme and branch
    persons        the personal scope of the second text, where that is the clause; else None
    open           why it cannot be tried; "" where it can
    rows           the rows of the comparison, one a case: both sentences, both articles
    """

    clause: str
    title: str
    scheme: str
    other: str
    over: Mapping[tuple[str, str], tuple[Rule, ...]]
    rows: tuple[Row, ...]
    persons: Any = None
    open: str = ""

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches in which it can make a difference."""
        if self.persons is not None:
            return BRANCHES
        return tuple(branch for branch in BRANCHES if any(b == branch for _, b in self.over))

    def made(self, agreement: Agreement) -> Changed:
        """The first text with the clause."""
        blocks = {} if self.persons is None else {"persons": self.persons}
        return changed(agreement, self.over, **blocks)


@frozen
class Sides:
    """Two texts whose clauses are exchanged; names: states and schemes of the second by the names
    of the first (only those that differ)."""

    first: Agreement
    second: Agreement
    names: Mapping[str, str]

    def rules(self, scheme: str, other: str, branch: str) -> tuple[tuple[Rule, ...], ...]:
        """The rules of a scheme in the first text, and those of its counterpart in the second, as
        the first text would name their schemes."""
        ours = self.first.rules_for(scheme, country_of(scheme), branch)
        theirs = self.second.rules_for(other, country_of(other), branch)
        return ours, tuple(self.named(rule, scheme) for rule in theirs)

    def other_units(self, scheme: str, other: str, branch: str) -> bool:
        """Do the conversions of the second text lead from or to units that these schemes do not
        have?"""
        if unit(scheme) != unit(other):
            return True
        rules = self.second.rules_for(other, country_of(other), branch)
        counts = [count for rule in rules for count in rule.counts]
        named = {s for c in counts if not isinstance(c.schemes, str) for s in c.schemes}
        return any(unit(s) != unit(self.names[s]) for s in named if s in self.names)

    def named(self, rule: Rule, scheme: str) -> Rule:
        counts = tuple(
            count
            if isinstance(count.schemes, str)
            else evolve(count, schemes=tuple(self.names.get(s, s) for s in count.schemes))
            for count in rule.counts
        )
        return evolve(rule, scheme=scheme, counts=counts)


def unit(scheme: str) -> str:
    source = scheme_source(scheme)
    return "" if source is None else source.unit


def swaps(sides: Sides, rows: Iterable[Row], schemes: frozenset[str]) -> Iterator[Swap]:
    """Every clause of the rules of these schemes in which the second text differs, taken into the
    first: one swap per part and scheme (and per term of a share, where both texts pay one)."""
    found: dict[tuple[str, str, str], tuple[list[Row], dict[str, None]]] = {}
    for row in rows:
        for where in row.where:
            first, second = where.schemes
            if second and first in schemes and where.branch in BRANCHES:
                kept, branches = found.setdefault((row.part, first, second), ([], {}))
                branches[where.branch] = None
                if row not in kept:
                    kept.append(row)
    for (_, scheme, other), (kept, branches) in found.items():
        yield from swapped(sides, kept, scheme, other, list(branches))


def whole(sides: Sides, rows: Iterable[Row], scheme: str, other: str) -> Swap | None:
    """All rules of a scheme at once, in the branches in which only one of the texts has any; None
    where there is no such branch."""
    over = {}
    for branch in BRANCHES:
        ours, theirs = sides.rules(scheme, other, branch)
        if bool(ours) != bool(theirs):
            over[scheme, branch] = theirs
    if not over:
        return None
    pairs = ((scheme, other), (scheme, ""), ("", other), (EVERY, ""), ("", EVERY))
    shown = [
        row
        for row in rows
        if row.part.startswith(SHOWN)
        and any(w.schemes in pairs and w.branch in BRANCHES for w in row.where)
    ]
    foreign = scheme != other and any(law_terms(rule) for new in over.values() for rule in new)
    units_ = any(sides.other_units(scheme, other, branch) for _, branch in over)
    why = OTHER_UNIT if units_ else OTHER_LAW if foreign else ""
    return Swap(RULES, "Rules of the scheme", scheme, other, over, tuple(shown), open=why)


def swapped(
    sides: Sides, rows: list[Row], scheme: str, other: str, branches: list[str]
) -> Iterator[Swap]:
    """The swaps of one part and scheme over its branches and cases."""
    part, title = rows[0].part, rows[0].title
    found: dict[str, dict[tuple[str, str], tuple[Rule, ...]]] = {}
    closed: dict[str, str] = {}
    for branch in branches:
        ours, theirs = sides.rules(scheme, other, branch)
        both = paired(ours, theirs)
        if converts(part, both) and sides.other_units(scheme, other, branch):
            closed[""] = OTHER_UNIT
        for ending, new, foreign in variants(part, both, ours, theirs, scheme == other):
            if foreign:
                closed[ending] = OTHER_LAW
            if ending not in closed and not same(new, ours):
                found.setdefault(ending, {})[scheme, branch] = new
    for ending in dict.fromkeys((*found, *closed)):
        name = f"{title}: {WORDS.get(ending, ending)}" if ending else title
        clause = f"{part}: {ending}" if ending else part
        why = closed.get(ending, "")
        over = {} if why else found[ending]
        yield Swap(clause, name, scheme, other, over, tuple(rows), open=why)


def paired(
    ours: tuple[Rule, ...], theirs: tuple[Rule, ...]
) -> tuple[tuple[Rule, Rule], ...] | None:
    """Our rules, each with the other text's for the same persons; None where the two texts tell
    different cases apart. One rule for everybody stands across from every case; nothing stands
    across from nothing (`whole` exchanges the rules of a scheme that one text does not have)."""
    if not ours or not theirs:
        return ()
    if len(ours) == 1:  # ours, for every case of theirs
        return tuple((evolve(ours[0], **cases(b)), b) for b in theirs)
    if len(theirs) == 1:
        return tuple((a, theirs[0]) for a in ours)
    if [conditions(a) for a in ours] == [conditions(b) for b in theirs]:
        return tuple(zip(ours, theirs, strict=True))
    return None


def cases(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in CASES}


def converts(part: str, both: tuple[tuple[Rule, Rule], ...] | None) -> bool:
    """Does the exchange bring conversions of the second text?"""
    if part == "rule.counts":
        return both is not None and not all(alike(a.counts, b.counts) for a, b in both)
    return part == "rule.conversion" or (part == "rule.cases" and both is None)


Made = tuple[str, tuple[Rule, ...], bool]


def variants(
    part: str,
    both: tuple[tuple[Rule, Rule], ...] | None,
    ours: tuple[Rule, ...],
    theirs: tuple[Rule, ...],
    same_law: bool,
) -> Iterator[Made]:
    """(term of the share or "", the rules with the clause exchanged, is it a term of another
    law)."""
    if both is None:
        if part == "rule.cases":
            yield "", theirs, not same_law and any(law_terms(rule) for rule in theirs)
    elif part in PLAIN:
        names = PLAIN[part]
        new = tuple(evolve(a, **{name: getattr(b, name) for name in names}) for a, b in both)
        yield "", new, part in OF_ITS_LAW and not same_law
    elif part == "rule.counts":
        yield "", tuple(evolve(a, counts=counted(a.counts, b.counts)) for a, b in both), False
    elif part == "rule.conversion":
        if all(alike(a.counts, b.counts) for a, b in both):
            yield "", tuple(evolve(a, counts=units(a.counts, b.counts)) for a, b in both), False
    elif part.startswith("rule.amount"):
        component = part.removeprefix("rule.amount").removeprefix(".") or "amount"
        yield from amounts(component, both, same_law)


def counted(ours: tuple[Count, ...], theirs: tuple[Count, ...]) -> tuple[Count, ...]:
    """What the other text counts: by our own conversion where it is the periods of the same
    schemes, else by its own (a conversion leads from the units of certain schemes only)."""
    if not alike(ours, theirs):
        return theirs
    return tuple(evolve(b, unit=a.unit) for a, b in zip(ours, theirs, strict=True))


def alike(ours: tuple[Count, ...], theirs: tuple[Count, ...]) -> bool:
    """Do they count the periods of the same schemes, one for one?"""
    return [count.schemes for count in ours] == [count.schemes for count in theirs]


def units(ours: tuple[Count, ...], theirs: tuple[Count, ...]) -> tuple[Count, ...]:
    return tuple(evolve(a, unit=b.unit) for a, b in zip(ours, theirs, strict=True))


def amounts(component: str, both: tuple[tuple[Rule, Rule], ...], same_law: bool) -> Iterator[Made]:
    """A component as a whole, or term by term where both texts pay a share of a known amount."""
    pairs = [(a.amount_of(component), b.amount_of(component)) for a, b in both]
    shares = all(
        x.numerator is not None and y.numerator is not None and "unknown" not in (x.basis, y.basis)
        for x, y in pairs
    )
    if not shares:
        foreign = not same_law and any(terms_of_law(y) for _, y in pairs)
        new = tuple(paid(a, component, y) for (a, _), (_, y) in zip(both, pairs, strict=True))
        yield "", new, foreign
        return
    for name in OF_SHARE:
        if all(getattr(x, name) == getattr(y, name) for x, y in pairs):
            continue
        more = ("cap_of",) if name == "cap" else ()
        taken = [evolve(x, **{n: getattr(y, n) for n in (name, *more)}) for x, y in pairs]
        new = tuple(paid(a, component, z) for (a, _), z in zip(both, taken, strict=True))
        foreign = not same_law and any(of_law(getattr(y, name)) for _, y in pairs)
        yield name, new, foreign


def paid(rule: Rule, component: str, amount: AmountRule) -> Rule:
    return evolve(rule, amount={**rule.amount, component: amount})


def of_law(term: Any) -> bool:
    return isinstance(term, Term) and term.kind == "scheme"


def terms_of_law(amount: AmountRule) -> bool:
    return any(of_law(getattr(amount, name)) for name in TERMS)


def law_terms(rule: Rule) -> bool:
    return any(terms_of_law(amount) for amount in rule.amount.values())


def same(ours: tuple[Rule, ...], theirs: tuple[Rule, ...]) -> bool:
    """Equal for the engine: articles and remarks apart."""
    return [bare(rule) for rule in ours] == [bare(rule) for rule in theirs]


def bare(rule: Rule) -> Rule:
    """The rule without where it stands."""
    counts = tuple(evolve(count, cite=NOWHERE) for count in rule.counts)
    amount = {key: evolve(value, cite=NOWHERE) for key, value in rule.amount.items()}
    plain = {
        name: evolve(value, cite=NOWHERE)
        for name in ("below_minimum", "take_over", "concurrence", "third_states", "choose")
        if (value := getattr(rule, name)) is not None and hasattr(value, "cite")
    }
    floors = tuple(evolve(floor, cite=NOWHERE) for floor in rule.floors)
    return evolve(
        rule, counts=counts, amount=amount, floors=floors, path="", note="", cite=NOWHERE, **plain
    )
