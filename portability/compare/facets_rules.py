"""Readers of what one rule says: a scheme's own minimum, method, fraction, conversion and the like.

A clause that a rule does not have is `none` where the text was read, and unknown where the rule is
only partly known: what is not in an official summary may still be in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from portability.agreement import Agreement, AmountRule, Rule
from portability.compare import said as words
from portability.compare.facets import (
    NONE,
    UNKNOWN,
    Facet,
    Fact,
    absent,
    context,
    day_told,
    said,
    span_told,
    word_of,
)
from portability.compare.ruled import measure_of
from portability.dates import NODATE
from portability.units import Conversion, ConversionTable

Facts = tuple[Fact, ...]
Reader = Callable[[Agreement, Facet, Rule], Facts]
TERMS = {"counted": "total", "by_born": "by_birth", "scheme": "national"}  # else the term's kind
WHOLE = "full_text"


def gap_of(rule: Rule) -> str:
    """What of this rule was not seen, in words; empty where nothing is missing."""
    if rule.defect:
        return f"the text contradicts itself here: {rule.defect}"
    note = f" ({rule.note})" if rule.note else ""
    if not rule.amount or any(how.basis == "unknown" for how in rule.amount.values()):
        return f"how the amount is found was not seen{note}"
    if any(count.unit is None for count in rule.counts):
        return f"how foreign periods convert was not seen{note}"
    return ""


def silent(agreement: Agreement, facet: Facet, rule: Rule) -> Fact:
    """A clause that a rule does not have: none where the rule's source is the whole text or nothing
    of the rule is missing, else unknown."""
    gap = gap_of(rule)
    sources = agreement.raw.get("sources", {}).values()
    read = any(row["url"] == rule.cite.url and row["kind"] == WHOLE for row in sources)
    if read or not gap:
        return absent(facet, NONE, rule.cite)
    return absent(facet, UNKNOWN, rule.cite, f"this rule is only partly known: {gap}")


def own_minimum(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    if rule.minimum_said is not None:
        return (absent(facet, rule.minimum_said.word.value, rule.minimum_said.cite),)
    if rule.own_minimum is None:
        return (silent(agreement, facet, rule),)
    days = measure_of(rule.scheme).days_a_year
    part = f", of which {words.span(rule.continuous)} in one piece" if rule.continuous else ""
    return (span_told(facet, rule.own_minimum, rule.cite, days, part),)


def own_continuous(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    if rule.continuous is None:
        return (silent(agreement, facet, rule),)
    return (span_told(facet, rule.continuous, rule.cite, measure_of(rule.scheme).days_a_year),)


def short_period(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    below = rule.below_minimum
    if below is None:
        return (silent(agreement, facet, rule),)
    unless = ", unless they give a right alone" if below.unless else ""
    days = measure_of(rule.scheme).days_a_year
    return (span_told(facet, below.less_than, below.cite, days, unless),)


def short_period_then(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    below = rule.below_minimum
    if below is None:
        return (silent(agreement, facet, rule),)
    return (said(facet, words.word(below.then), below.cite, below.then),)


def all_short(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    below = rule.below_minimum
    if below is None:
        return (silent(agreement, facet, rule),)
    if below.all_below is None:
        why = "the clause on short periods, as it stands in the file, does not say"
        return (absent(facet, UNKNOWN, below.cite, why),)
    return (said(facet, words.word(below.all_below), below.cite, below.all_below),)


def trigger(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    return (said(facet, words.word(rule.when), rule.cite, rule.when),)


def amounts(rule: Rule) -> Iterator[tuple[str, AmountRule]]:
    """Every component's rule, with the component's name before it where there are several."""
    rows = rule.amount or {"amount": AmountRule("unknown", cite=rule.cite)}
    for name, how in rows.items():
        yield ("" if name == "amount" else f"{name}: ", how)


def unseen(facet: Facet, rule: Rule) -> Fact:
    return absent(facet, UNKNOWN, rule.cite, gap_of(rule))


def method(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    made = []
    for name, how in amounts(rule):
        word = method_word(how)
        told = name + words.amount(how)
        made.append(unseen(facet, rule) if word is None else said(facet, told, how.cite, word))
    return tuple(made)


def method_word(how: AmountRule) -> str | None:
    """The method of one component in the facet's words; None where it was not seen."""
    if how.basis == "unknown":
        return None
    if how.numerator is None:
        return "direct" if how.basis == "own" else "full"
    return {"theoretical": "pro_rata", "minimum": "minimum_fraction"}.get(how.basis, "own_fraction")


def fraction(part: str) -> Reader:
    """Numerator or denominator of each component. A denominator is capped only where it is own and
    foreign periods together and a length limits it: a length alone is fixed, and no cap."""

    def reader(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
        made = []
        for name, how in amounts(rule):
            term = how.numerator if part == "numerator" else how.denominator
            if how.basis == "unknown":
                made.append(unseen(facet, rule))
            elif term is None:
                made.append(said(facet, f"{name}no share", how.cite, NONE))
            else:
                capped = part == "denominator" and term.kind == "counted" and how.cap is not None
                limited = ("capped",) if capped and how.cap_of in ("denominator", "both") else ()
                told = (TERMS.get(term.kind, term.kind), *limited)
                made.append(said(facet, name + words.amount(how), how.cite, *told))
        return tuple(made)

    return reader


def floor(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    rows = rule.floors
    made = tuple(said(facet, words.floor(row), row.cite, row.stage) for row in rows)
    return made or (silent(agreement, facet, rule),)


def income_test(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    test = rule.concurrence
    if test is None:
        return (silent(agreement, facet, rule),)
    return (said(facet, words.concurrence(test), test.cite, test.kind),)


def choice(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    """The engine pays the higher result where a text is silent: that is no statement of the
    text."""
    stated = agreement.raw.get("choose") or rule.choose not in (None, agreement.choose)
    if not stated or rule.choose is None:
        why = "the file has no clause on the choice between two results"
        return (absent(facet, UNKNOWN, rule.cite, why),)
    return (said(facet, words.choose(rule.choose), rule.choose.cite, rule.choose.order),)


def conversion(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    if not rule.counts:
        return (said(facet, "no foreign periods are counted", rule.cite, "nothing"),)
    made = []
    for count in rule.counts:
        if count.unit is None:
            why = "how foreign periods convert was not seen"
            made.append(absent(facet, UNKNOWN, count.cite, why))
            continue
        needed = ("as_needed",) if count.as_needed else ()
        told = f"{words.counted(count)}: {words.conversion(count.unit)}"
        made.append(said(facet, told, count.cite, *converted(count.unit), *needed))
    return tuple(made)


def converted(unit: Conversion | ConversionTable) -> tuple[str, ...]:
    rest = {None: "rest_lost", 1: "rest_kept"}.get(unit.remainder_from, "rest_from")
    if isinstance(unit, ConversionTable):
        return ("table", rest)
    if unit.source_n == 1:  # one unit gives one or more: nothing is left over
        return ("same",) if unit.source_unit == unit.target_unit else ("steps",)
    return ("steps", rest)


def foreign_from(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    rows = [count for count in rule.counts if count.start > NODATE]
    made = tuple(day_told(facet, count.start, count.cite) for count in rows)
    return made or (silent(agreement, facet, rule),)


def take_over(agreement: Agreement, facet: Facet, rule: Rule) -> Facts:
    found = rule.take_over
    if found is None:
        return (silent(agreement, facet, rule),)
    return (said(facet, words.take_over(found), found.cite, found.by),)


def third_states(agreement: Agreement, facet: Facet, rule: Rule | None) -> Facts:
    """The rule's own clause, else the agreement's; without any rule the agreement's alone."""
    own = raw_rule(agreement, rule).get("third_states") if rule is not None else None
    value = own if own is not None else agreement.raw.get("third_states")
    word = UNKNOWN if value is None else word_of(value)
    if word is not None:
        cite = value.get("cite") if isinstance(value, Mapping) else None
        return (absent(facet, word, context(agreement).cite(cite)),)
    found = rule.third_states if rule is not None else agreement.third_states
    assert found is not None
    bound = found.bound if isinstance(found.bound, str) else "named"
    uses = sorted(found.uses, reverse=True)
    note = value.get("note") if isinstance(value, Mapping) else None
    told = words.third(found) + (f" ({note})" if note else "")
    return (said(facet, told, found.cite, "counted", bound, *uses),)


def raw_rule(agreement: Agreement, rule: Rule) -> Mapping[str, Any]:
    """The text of an explicit rule as it stands in the file; empty for a layered one."""
    if not rule.path.startswith("rules["):
        return {}
    found: Mapping[str, Any] = agreement.raw["rules"][int(rule.path[6:-1])]
    return found


READERS: Mapping[str, Reader] = {
    "own_minimum": own_minimum,
    "own_continuous": own_continuous,
    "short_period": short_period,
    "short_period_then": short_period_then,
    "all_short": all_short,
    "trigger": trigger,
    "method": method,
    "denominator": fraction("denominator"),
    "numerator": fraction("numerator"),
    "floor": floor,
    "income_test": income_test,
    "choice": choice,
    "conversion": conversion,
    "foreign_from": foreign_from,
    "take_over": take_over,
    "third_states": third_states,
}
