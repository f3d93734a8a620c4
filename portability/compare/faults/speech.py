"""Lengths, ratios and conversions of a rule in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from portability.agreement import AmountRule, Spell, Term
from portability.units import Conversion

SAID = {
    "own": "own periods",
    "foreign": "the other parties' periods",
    "counted": "the periods of all parties together",
    "minimum": "the minimum period of national law",
}


def listed(items: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]])) if items else ""


def length_said(unit: str, n: int) -> str:
    return f"{n:,} {unit}{'' if n == 1 else 's'}"


def spell_said(spell: Spell) -> str:
    return length_said(*spell)


def term_said(term: Term) -> str:
    if term.kind in SAID:
        return SAID[term.kind]
    if term.kind == "fixed":
        return length_said(term.unit, term.n)
    if term.kind == "complement":
        return f"{length_said(term.unit, term.n)} less the other parties' periods"
    if term.kind == "by_born":
        return f"{len(term.rows)} bands of birth dates"
    if term.kind == "window":
        low, high, _ = term.rows[0]
        return f"the time between the ages of {low} and {high}"
    return term.name.replace("_", " ")


def ratio(how: AmountRule) -> str:
    """numerator over denominator"""
    assert how.numerator is not None and how.denominator is not None
    return f"{term_said(how.numerator)} over {term_said(how.denominator)}"


def conversion_said(unit: Conversion) -> str:
    source = length_said(unit.source_unit, unit.source_n)
    return f"{source} = {length_said(unit.target_unit, unit.target_n)}"
