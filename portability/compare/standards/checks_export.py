"""Payment abroad, family benefits, and what a clause has to say in words: C118 articles 5, 6 and
11, C157 article 9, C128 article 32, C102 article 69."""

from __future__ import annotations

import re

from attrs import evolve

from portability.agreement import Absent
from portability.compare.standards.checks_scope import in_branches
from portability.compare.standards.finding import (
    MET,
    NOT,
    NOT_REGULATED,
    NOTE,
    PARTLY,
    UNKNOWN,
    Finding,
    Place,
    absent,
    named,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import Block, View, title

# The benefits of C118 article 5(1) and C157 article 9(1).
EXPORTED = ("invalidity", "old_age", "survivors", "death_grant", "work_injury")
# Benefits the standards set apart. Outside them: transitional benefits and assistance (C118
# articles 5(3), 10(2)); under a condition: non-contributory pensions (C118 article 5(2), ETS 78
# article 11(3)).
OUTSIDE = re.compile(r"transitional|need|assistance|means")
NON_CONTRIBUTORY = re.compile(
    r"non-contributory|supplement|allowance|extraordinary|helplessness", re.IGNORECASE
)


def paid_abroad(view: View, item: Item) -> Finding:
    """C118 article 5(1): invalidity, old-age and survivors' benefits, death grants and injury
    pensions are paid to those who reside abroad.

    `third_states`: abroad is any state, so that a text that pays in the other party alone meets it
    in part; `branches` names other branches; `condition: scheme`: non-contributory pensions may be
    kept only as long as no scheme for keeping rights exists, and a text that totalizes is one.
    """
    export = view.block("export")
    if not export.there:
        return absent(export.absent, "payment abroad", export.places)
    branches = item.params.get("branches", EXPORTED)
    kept = item.params.get("condition") != "scheme" or not is_scheme(view)
    found = payment(export, bool(item.params.get("third_states")), kept)
    return in_branches(view, branches, lambda _: found, "none of these benefits is in the text")


def is_scheme(view: View) -> bool:
    """Is the text itself a scheme for keeping rights: does it totalize anything?"""
    return any(row.rule.counts for row in view.ruled)


def payment(export: Block, third: bool, kept: bool) -> Finding:
    """How far one export clause reaches. kept: may non-contributory pensions be excepted?"""
    row, places = export.row, export.places
    paid = row.get("other_party")
    if paid is False:
        return Finding(NOT, "not paid in the other state", places)
    if paid is not True:
        why = "unknown, because the file does not say whether it is paid in the other state"
        return Finding(UNKNOWN, why, places)
    outside, conditional, others = exceptions(export)
    if others:
        return Finding(PARTLY, f"paid in the other state, except {'; '.join(others)}", places)
    if conditional and not kept:
        why = (
            f"paid in the other state, except {'; '.join(conditional)}, although the agreement is "
            "itself a scheme for keeping rights"
        )
        return Finding(PARTLY, why, places)
    if third and row.get("third_state") is not True:
        return third_states(str(row.get("third_state", "")), places)
    where = "in the other state and in third states" if third else "in the other state"
    if outside or conditional:
        why = f"paid {where}, except {'; '.join([*outside, *conditional])}"
        return Finding(PARTLY, why, places, "listed_exceptions")
    return Finding(MET, f"paid {where}", places)


def third_states(said: str, places: tuple[Place, ...]) -> Finding:
    """Payment outside the parties, where the clause does not simply say yes."""
    if "as own nationals" in said:
        return Finding(
            MET, "paid in the other state, and in third states as to own nationals", places
        )
    if said in ("", "False"):
        stated = "not stated" if not said else "not paid"
        return Finding(PARTLY, f"paid in the other state; in third states: {stated}", places)
    return Finding(PARTLY, f"paid in the other state; in third states: {said}", places)


def exceptions(export: Block) -> tuple[list[str], list[str], list[str]]:
    """Exceptions of an export clause: outside the standards, non-contributory, any others."""
    rows = [str(text) for text in export.row.get("exceptions", ())]
    conditional = [text for text in rows if NON_CONTRIBUTORY.search(text)]
    rest = [text for text in rows if text not in conditional]
    outside = [text for text in rest if OUTSIDE.search(text.lower())]
    return outside, conditional, [text for text in rest if text not in outside]


def noncontributory_exceptions(view: View, item: Item) -> Finding:
    """Article 5(2): non-contributory pensions abroad may be made to depend on a scheme for keeping
    rights. Where the agreement is itself such a scheme, the condition is fulfilled."""
    export = view.block("export")
    if export.absent is Absent.NONE:
        return Finding(NOT_REGULATED, "nothing is paid abroad", export.places)
    if not export.there:
        return absent(export.absent, "payment abroad", export.places)
    _, conditional, _ = exceptions(export)
    listed = "; ".join(conditional)
    if not conditional:
        return Finding(MET, "no non-contributory pension is kept from export", export.places)
    if is_scheme(view):
        why = f"{listed}: excepted although the condition is fulfilled by the agreement itself"
        return Finding(PARTLY, why, export.places)
    return Finding(MET, f"{listed}: listed, and no scheme for keeping rights exists", export.places)


def may_suspend(view: View, item: Item) -> Finding:
    """C102 article 69(a): a benefit may be suspended during absence; nothing can fail this."""
    export = view.block("export")
    if export.there and export.row.get("other_party") is True:
        return Finding(MET, "paid in the other state, which goes further", export.places)
    if export.absent is Absent.NONE or export.row.get("other_party") is False:
        return Finding(NOTE, "not paid abroad, which this standard allows", export.places)
    return absent(export.absent, "payment abroad", export.places)


def family_abroad(view: View, item: Item) -> Finding:
    """Article 6: family allowances for children in the other state, within agreed limits."""
    block = view.block("family")
    if block.there:
        return Finding(
            MET, f"regulated: {block.row.get('rule', 'a clause on family benefits')}", block.places
        )
    if block.absent is None and view.scope and "family" not in view.scope:
        return Finding(NOT_REGULATED, "family benefits are not in the text")
    found = absent(block.absent, "family benefits", block.places)
    return evolve(found, shortfall="agreement") if found.verdict == NOT else found


def says(view: View, item: Item) -> Finding:
    """Does a clause say it in its own words? `says` holds the phrases that decide; a clause that
    says something else is what `else` orders (unknown, if nothing is ordered)."""
    branches = item.params.get("branches")
    if branches and view.scope_known and not set(branches) & set(view.scope):
        return Finding(NOT_REGULATED, f"{', '.join(map(named, branches))}: not in the text")
    blocks = [view.block(field) for field in item.fields if field != "rules.note"]
    said = " · ".join(filter(None, (view.wording(field) for field in item.fields)))
    places = tuple(dict.fromkeys(place for block in blocks for place in block.places))
    for verdict in (NOT, PARTLY, MET):
        for phrase in item.params["says"].get(verdict, ()):
            hit = re.search(phrase, said, re.IGNORECASE)
            if hit:
                return Finding(verdict, f"the text says: {sentence(said, hit.start())}", places)
    missing = [block for block in blocks if not block.there]
    if said and len(missing) < len(item.fields):
        why = "what the file holds does not say it"
        other = item.params.get("else", UNKNOWN)
        return Finding(other, f"unknown, because {why}" if other == UNKNOWN else why, places)
    first = next((b for b in missing if b.absent is not None), None)
    return absent(first.absent if first else None, " or ".join(map(title, item.fields)), places)


def sentence(said: str, at: int) -> str:
    """The part of a clause in which a phrase stands."""
    start = max(said.rfind(" · ", 0, at), said.rfind("; ", 0, at))
    ends = [end for mark in (" · ", "; ") if (end := said.find(mark, at)) > 0]
    return said[start + 2 if start >= 0 else 0 : min(ends, default=len(said))].strip(" ·;")
