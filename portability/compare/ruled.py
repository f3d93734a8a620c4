"""The rules of a scheme as clauses, as the engine would try them: defaults and annex rows laid
out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from portability import registry
from portability.agreement import Absent, Cite, Rule, absence, matches
from portability.agreement_build import references
from portability.compare import meaning, said
from portability.compare.clause import Clause
from portability.compare.reading import Reader, ends
from portability.dates import NODATE, iso
from portability.errors import InputError
from portability.scheme import SchemeSource

Raw = Mapping[str, Any]
EVERY = "*"  # the scheme of a rule that any state's scheme would have (a model's defaults)


def scheme_source(scheme: str) -> SchemeSource | None:
    """The file of a scheme; None for `EVERY` and where it cannot be read (its fault is told where
    the scheme is used)."""
    if scheme == EVERY:
        return None
    try:
        return registry.source(scheme)
    except InputError:
        return None


def measure_of(scheme: str) -> meaning.Measure:
    """How the scheme reads a length: its own unit and year."""
    source = scheme_source(scheme)
    if source is None:
        return meaning.PLAIN
    return meaning.Measure(source.unit, int(source.text.get("days_a_year", meaning.YEAR_DAYS)))


def country_of(scheme: str) -> str:
    return "" if scheme == EVERY else registry.country_of(scheme)


def reached(rules: tuple[Rule, ...]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules up to the first that takes everybody, and those behind it that nobody reaches: a
    draft's rule stands before that of its base."""
    for i, rule in enumerate(rules, 1):
        if conditions(rule) == meaning.mapped([]):
            return rules[:i], rules[i:]
    return rules, ()


def of_branch(rule: Rule, branch: str) -> Rule:
    """The rule with the counts that the engine reads for this branch."""
    counts = tuple(
        evolve(count, branches=None)
        for count in rule.counts
        if count.branches is None or branch in count.branches
    )
    return evolve(rule, counts=counts)


@frozen
class Part:
    """A part of a rule before it is a clause. key: where the file holds it; cites: its own."""

    part: str
    key: str
    form: meaning.Form
    text: str
    value: Any
    cites: tuple[Cite, ...] = ()


class Rules:
    """The rules of one agreement, scheme by scheme."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.raw = reader, reader.raw
        # A rule made from layers and what it was made from; the rule is kept so that its id is its.
        self.layered: dict[int, tuple[Rule, Raw]] = {}
        layers = evolve(reader.agreement.layers, build=self.noted)
        self.agreement = evolve(reader.agreement, layers=layers)

    def noted(self, raw: Raw, path: str, scheme: str) -> Rule:
        """Build a rule from its layers as the engine does, and keep what it was built from."""
        build = self.reader.agreement.layers.build
        assert build is not None
        rule = build(raw, path, scheme)
        self.layered[id(rule)] = rule, raw
        return rule

    def of(self, scheme: str, branches: tuple[str, ...]) -> Iterator[Clause]:
        """The clauses of one scheme, branch by branch, in the order in which rules are tried."""
        for branch in branches:
            rules, never = reached(self.agreement.rules_for(scheme, country_of(scheme), branch))
            who = {"party": country_of(scheme) or None, "scheme": scheme, "branch": branch}
            if len(rules) > 1 or any(map(said.case, rules)):
                yield self.cases(rules, who)
            for i, rule in enumerate(rules):
                raw, where = self.origin(rule, scheme, branch)
                told = {"case": i, "cases": said.case(rule) if len(rules) > 1 else "", **who}
                for part in parts(of_branch(rule, branch), raw, self.raw, measure_of(scheme)):
                    cites = tuple(dict.fromkeys(c for c in part.cites if c.article))
                    # What the rule does not say itself is not to be found in the rule's article.
                    near = (rule.cite,) if part.key in raw or part.key not in self.raw else ()
                    yield self.reader.clause(
                        part.part,
                        part.form,
                        part.text,
                        raw.get(part.key, self.raw.get(part.key)),
                        value=part.value,
                        cites=cites or near,
                        path=f"{where}.{part.key}" if part.key in raw else part.key,
                        **told,
                    )

            for rule in never:
                raw, where = self.origin(rule, scheme, branch)
                text = f"{where}: {rules[-1].path} takes everybody before it"
                form, cites = meaning.words(text), (rule.cite,)
                yield self.reader.clause(
                    "rule.unreached", form, text, raw, value=rule, cites=cites, path=where, **who
                )

    def cases(self, rules: tuple[Rule, ...], who: Raw) -> Clause:
        """Whom the text tells apart. The first case that fits counts: their order is law."""
        form = ("list", tuple(conditions(rule) for rule in rules))
        cites = tuple(dict.fromkeys(rule.cite for rule in rules))
        text, path = said.cases(rules), rules[0].path
        return self.reader.clause("rule.cases", form, text, None, cites=cites, path=path, **who)

    def origin(self, rule: Rule, scheme: str, branch: str) -> tuple[Raw, str]:
        """What the file holds of a rule, and where: of a default with the annex rows over it."""
        if id(rule) not in self.layered:
            number = int(rule.path.removeprefix("rules[").removesuffix("]"))
            return self.raw["rules"][number], rule.path
        over = [
            f"annex[{i}]"
            for i, row in enumerate(self.raw.get("annex", ()))
            if matches(row, scheme, country_of(scheme), branch)
        ]
        return self.layered[id(rule)][1], " + ".join([rule.path, *over])


def parts(rule: Rule, raw: Raw, whole: Raw, measure: meaning.Measure) -> Iterator[Part]:
    """One rule, part by part; a part it does not have is not there."""
    yield Part("rule.when", "when", rule.when, said.word(rule.when), rule.when)
    if rule.minimum_said is not None:
        none = rule.minimum_said
        text = said.raw(none.word.value)
        yield Part("rule.own_minimum", "own_minimum", none.word, text, None, (none.cite,))
    if rule.own_minimum is not None:
        lengths = (("least", rule.own_minimum), ("continuous", rule.continuous))
        stated = [(k, meaning.of_model(v, measure)) for k, v in lengths if v is not None]
        text = said.own_minimum(rule)
        yield Part(
            "rule.own_minimum", "own_minimum", meaning.mapped(stated), text, rule.own_minimum
        )
    if rule.own_from != NODATE:
        yield Part("rule.own_from", "own_from", rule.own_from, iso(rule.own_from), rule.own_from)
    yield from counted(rule, measure)
    yield from gates(rule, raw, whole, measure)
    for name, amount in rule.amount.items():
        part = "rule.amount" if name == "amount" else f"rule.amount.{name}"
        form = meaning.of_model(amount, measure)
        yield Part(part, "amount", form, said.amount(amount), amount, (amount.cite,))
    if rule.floors:
        cites = tuple(floor.cite for floor in rule.floors)
        form = meaning.of_model(rule.floors, measure)
        yield Part("rule.floors", "floors", form, said.floors(rule.floors), rule.floors, cites)
    yield from short_and_beside(rule)
    if rule.with_:
        form = meaning.of_model(rule.with_, measure)
        yield Part("rule.with", "with", form, said.terms(raw["with"]), rule.with_)
    for key, prose in (("defect", rule.defect), ("note", rule.note)):
        if prose:
            yield Part(f"rule.{key}", key, meaning.words(prose), said.prose(prose), prose)


def counted(rule: Rule, measure: meaning.Measure) -> Iterator[Part]:
    """What is counted, and how each of it is converted. The order of counts is their precedence."""
    counts, cites = rule.counts, tuple(count.cite for count in rule.counts)
    form = meaning.of_model(counts, measure)
    yield Part("rule.counts", "counts", form, said.counts(counts), counts, cites)
    if not counts:
        return
    rows = tuple(
        meaning.mapped(
            [
                ("schemes", meaning.counted(count)),
                (
                    "unit",
                    Absent.UNKNOWN if count.unit is None else meaning.of_model(count.unit, measure),
                ),
            ]
        )
        for count in counts
    )
    text = said.conversions(counts)
    yield Part("rule.conversion", "counts", ("list", rows), text, counts, cites)


def gates(rule: Rule, raw: Raw, whole: Raw, measure: meaning.Measure) -> Iterator[Part]:
    """What opens or bars a route: the choice, the national route, third states."""
    if rule.choose is not None and ("choose" in raw or "choose" in whole):
        form, text = meaning.of_model(rule.choose), said.choose(rule.choose)
        yield Part("rule.choose", "choose", form, text, rule.choose, (rule.choose.cite,))
    if rule.bars is not None:
        text = "no right under national law alone"
        yield Part("rule.bars", "bars", rule.bars, text, rule.bars)
    third = raw.get("third_states", whole.get("third_states"))
    if rule.third_states is not None:
        form, text = meaning.of_model(rule.third_states, measure), said.third(rule.third_states)
        cites = (rule.third_states.cite,)
        yield Part("rule.third_states", "third_states", form, text, rule.third_states, cites)
    elif (word := absence(third)) is not None:
        cite = third.get("cite") if isinstance(third, Mapping) else None
        own = () if cite is None else (references(whole).cite(cite),)
        yield Part("rule.third_states", "third_states", word, said.raw(word.value), None, own)


def short_and_beside(rule: Rule) -> Iterator[Part]:
    """Short periods, periods taken over, other benefits. The engine measures them in the plain
    year, whatever the scheme's own."""
    if rule.below_minimum is not None:
        below = rule.below_minimum
        form, text = meaning.of_model(below), said.below(below)
        yield Part("rule.below_minimum", "below_minimum", form, text, below, (below.cite,))
    if rule.take_over is not None:
        over = rule.take_over
        form, text = meaning.of_model(over), said.take_over(over)
        yield Part("rule.take_over", "take_over", form, text, over, (over.cite,))
    if rule.concurrence is not None:
        test = rule.concurrence
        form, text = meaning.of_model(test), said.concurrence(test)
        yield Part("rule.concurrence", "concurrence", form, text, test, (test.cite,))


def conditions(rule: Rule) -> meaning.Form:
    """Whom a rule takes: residence, nationality, day of the claim, record, where the event met
    him."""
    stated = (
        ("residence_in", rule.residence_in),
        ("residence_not", rule.residence_not),
        ("nationalities", rule.nationalities),
        ("record", rule.record),
        ("payer", rule.payer),
    )
    found = [(key, meaning.of_model(value)) for key, value in stated if value is not None]
    return meaning.mapped([*found, *ends(rule.start, rule.end).items()])
