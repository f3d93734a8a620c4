"""Branches, persons, equality of treatment: C118 articles 2 to 4 and 10, and what stands beside
them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from attrs import evolve

from portability.compare.standards.finding import (
    MET,
    NOT,
    NOT_REGULATED,
    NOT_VERIFIED,
    NOTE,
    PARTLY,
    UNKNOWN,
    Finding,
    absent,
    combined,
    named,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import View

# The nine branches of C118 article 2(1), in its order.
C118_BRANCHES = (
    "healthcare",
    "sickness",
    "maternity",
    "invalidity",
    "old_age",
    "survivors",
    "work_injury",
    "unemployment",
    "family",
)
# Words of `equal_treatment.kind`: whom a text puts on the same footing, and in what.
BOTH = ("all_covered_persons", "nationals", "nationals_and_refugees")
HALF = ("coverage_only", "benefits_only")
# C118 article 4(2): the longest residence test, in months.
LONGEST = {"maternity": 6, "unemployment": 6, "invalidity": 60, "survivors": 60, "old_age": 120}
TESTED = re.compile(r"(\d+)(?: consecutive)? (year|month)s?\b[^()]*\(([^)]*)\)")
WITHOUT_RESIDENCE = re.compile(r"(without|no) (any )?(condition|requirement) of residence")


def not_read(view: View, item: Item) -> Finding:
    """A text nobody has read carries no verdict."""
    return Finding(NOT_VERIFIED, item.reason)


def informative(view: View, item: Item) -> Finding:
    """The standard asks nothing here that a clause could fail: what the text says is shown."""
    said = [field for field in item.fields if view.block(field).there]
    places = tuple(place for field in said for place in view.block(field).places)
    shown = f"; the text has: {', '.join(said)}" if said else ""
    return Finding(NOTE, f"{item.params.get('reason', 'for information only')}{shown}", places)


def branches_accepted(view: View, item: Item) -> Finding:
    """Article 2(1): any one or more of nine branches; article 2(4): others may follow."""
    if not view.scope_known:
        return absent(view.block("branches").absent, "the list of branches")
    places = view.block("branches").places
    covered = [branch for branch in C118_BRANCHES if branch in view.scope]
    missing = [branch for branch in C118_BRANCHES if branch not in view.scope]
    if not covered:
        why = "none of the nine branches is in the benefits part"
        return Finding(NOT, why, places, "progressive")
    if not missing:
        return Finding(MET, "all nine branches", places)
    listed = ", ".join(map(named, covered))
    why = f"{len(covered)} of nine branches: {listed}; not in it: {', '.join(map(named, missing))}"
    return Finding(PARTLY, why, places, "progressive")


def noncontributory_declared(view: View, item: Item) -> Finding:
    """Article 2(6): which benefits are non-contributory or transitional is declared."""
    for field in ("benefits", "export"):
        if re.search(r"non-contributory|transitional|need-based|means-tested", view.words(field)):
            places = view.block(field).places
            return Finding(MET, f"{field} names the non-contributory or transitional ones", places)
    return Finding(UNKNOWN, "unknown, because the file does not say which benefits are such")


def in_branches(
    view: View, branches: Iterable[str], check: Callable[[str], Finding], nobody: str
) -> Finding:
    """One finding a branch; a branch that is not in the agreement is not regulated by it."""
    if not view.scope_known:
        return absent(view.block("branches").absent, "the list of branches")
    out = Finding(NOT_REGULATED, "not in the benefits part; a branch may be accepted later")
    parts = {b: check(b) if b in view.scope else out for b in branches}
    return combined(parts, Finding(NOT_REGULATED, nobody))


def same_treatment(view: View, of: str) -> Finding:
    """Are persons from the other party treated like nationals, in coverage and in benefits?

    of: "nationals" (of the other party) or "everyone" (all non-nationals).
    """
    block = view.block("equal_treatment")
    if not block.there:
        return absent(block.absent, "equal treatment", block.places)
    kind, said = str(block.row.get("kind", "")), view.words("equal_treatment")
    shortfall = "reciprocity" if "reciproc" in said else ""
    if kind in HALF:
        why = f"equal in {kind.removesuffix('_only')} only"
        return Finding(PARTLY, why, block.places, shortfall)
    if kind not in BOTH:
        if not kind and block.row.get("rule"):
            why = f"unknown, because the file only describes it: {block.row['rule']}"
        else:
            why = f"unknown, because the file does not say whom it equates ({kind or 'no kind'})"
        return Finding(UNKNOWN, why, block.places)
    if of == "everyone" and kind != "all_covered_persons":
        why = "nationals of the parties are put on a par with own nationals, others are not named"
        return Finding(PARTLY, why, block.places, "reciprocity")
    who = "everybody covered" if kind == "all_covered_persons" else named(kind)
    return Finding(MET, f"{who}: on a par with own nationals", block.places)


def equality(view: View, item: Item) -> Finding:
    """Article 3(1): nationals of the other Member like own nationals, in coverage and benefits, in
    every branch accepted. `branches` names other branches, `of: everyone` other persons."""
    found = same_treatment(view, item.params.get("of", "nationals"))
    branches = item.params.get("branches")
    if item.params.get("by_branch"):
        branches = C118_BRANCHES
    if branches is None or found.verdict in (UNKNOWN, NOT_REGULATED):
        return found
    return in_branches(view, branches, lambda _: found, "none of these branches is in the text")


def equality_whatever_sex(view: View, item: Item) -> Finding:
    """C97 article 6(1)(b), CEDAW article 11(1)(e): no distinction by nationality nor by sex."""
    found = same_treatment(view, "nationals")
    if found.verdict != MET or re.search(r"\b(sex|gender)\b", view.words("equal_treatment")):
        return found
    why = f"{found.why}; the text does not speak of sex, and its rules make no difference by it"
    return evolve(found, verdict=PARTLY, why=why)


def equality_or_refund(view: View, item: Item) -> Finding:
    """ICMW article 27: treated as nationals; where no benefit is due, refund is considered."""
    found, refund = same_treatment(view, "nationals"), view.block("refund")
    if found.verdict in (MET, PARTLY) or not refund.there:
        return found
    why = f"only contributions may be paid back ({named(found.verdict)}: {found.why})"
    return Finding(PARTLY, why, (*found.places, *refund.places))


def survivors_of_any_nationality(view: View, item: Item) -> Finding:
    """Article 3(2), ETS 78 article 4(1): survivors whatever their own nationality."""
    if view.scope_known and "survivors" not in view.scope:
        return Finding(NOT_REGULATED, "survivors' benefits are not in the text")
    block = view.block("persons")
    if not block.there:
        return absent(block.absent, "the personal scope", block.places)
    kind = block.row.get("kind")
    included = [str(row).lower() for row in block.row.get("includes", ())]
    theirs = [row for row in included if re.search(r"surviv|deriv|dependant", row)]
    if kind == "open":
        return Finding(MET, "the text asks nobody's nationality", block.places)
    if any(not re.search(r"\bonly\b|who are nationals", row) for row in theirs):
        return Finding(MET, f"the personal scope includes: {'; '.join(theirs)}", block.places)
    if theirs:
        return Finding(PARTLY, f"with a condition: {'; '.join(theirs)}", block.places)
    if kind == "nationals":
        return Finding(
            NOT, "nationals alone, survivors of another nationality not named", block.places
        )
    return Finding(
        UNKNOWN, f"unknown, because the scope ({kind}) does not name survivors", block.places
    )


def no_residence_condition(view: View, item: Item) -> Finding:
    """Article 4(1): equality without a condition of residence, reciprocity apart."""
    found = same_treatment(view, "nationals")
    if found.verdict not in (MET, PARTLY):
        return found
    said = view.words("equal_treatment")
    asked = [row for row in view.ruled if row.rule.residence_in]
    free = {(row.scheme, row.branch) for row in view.ruled if not row.rule.residence_in}
    shut = [row for row in asked if (row.scheme, row.branch) not in free]
    if shut:
        places = tuple(place for row in shut for place in row.place("residence"))
        who = ", ".join(sorted({row.scheme for row in shut}))
        why = f"{who} pays under the agreement to residents of certain states alone"
        return Finding(NOT, why, places, "reciprocity" if "reciproc" in said else "")
    if WITHOUT_RESIDENCE.search(said):
        if "reciproc" in said:
            why = "without a condition of residence, except by reciprocity"
            return Finding(PARTLY, why, found.places, "reciprocity")
        return Finding(MET, "without any condition of residence", found.places)
    return Finding(
        UNKNOWN, "unknown, because the file does not say whether residence is asked", found.places
    )


def residence_tests(said: str) -> Mapping[str, int]:
    """Residence tests written as "5 consecutive years (invalidity, survivors)": months by branch.

    >>> residence_tests("residence tests of up to 6 months (maternity) and 10 years (old age)")
    {'maternity': 6, 'old_age': 120}
    """
    out: dict[str, int] = {}
    for number, unit, branches in TESTED.findall(said):
        months = int(number) * (12 if unit == "year" else 1)
        out |= {branch.strip().replace(" ", "_"): months for branch in branches.split(",")}
    return out


def residence_maxima(view: View, item: Item) -> Finding:
    """Article 4(2), ETS 78 article 8(2): how long a residence test of a non-contributory benefit
    may be: 6 months (maternity, unemployment), 5 years (invalidity, survivors), 10 years (old
    age)."""
    block = view.block("equal_treatment")
    if not block.there:
        return absent(block.absent, "equal treatment", block.places)
    said = view.words("equal_treatment")
    if WITHOUT_RESIDENCE.search(said):
        return Finding(MET, "no residence is asked", block.places)
    tests = {b: months for b, months in residence_tests(said).items() if b in LONGEST}
    if not tests:
        return Finding(UNKNOWN, "unknown, because the file states no residence tests", block.places)
    parts = {
        branch: Finding(
            MET if months <= LONGEST[branch] else NOT,
            f"{months} months, at most {LONGEST[branch]}",
            block.places,
        )
        for branch, months in tests.items()
    }
    return combined(parts, Finding(UNKNOWN, "no test"))


def refugees_and_stateless(view: View, item: Item) -> Finding:
    """Article 10(1): refugees and stateless persons, without reciprocity."""
    block = view.block("persons")
    if not block.there:
        return absent(block.absent, "the personal scope", block.places)
    if block.row.get("kind") != "nationals":
        return Finding(MET, f"nationality is not asked (scope: {block.row['kind']})", block.places)
    included = " ".join(map(str, block.row.get("includes", ()))).lower()
    kind = str(view.block("equal_treatment").row.get("kind", ""))
    refugees = "refugee" in included or kind == "nationals_and_refugees"
    stateless = "stateless" in included
    if refugees and stateless:
        return Finding(MET, "refugees and stateless persons are included", block.places)
    if refugees or stateless:
        lacking = "stateless persons" if refugees else "refugees"
        return Finding(PARTLY, f"{lacking} are not named", block.places)
    return Finding(NOT, "nationals alone: neither refugees nor stateless persons", block.places)


def accident_equality(view: View, item: Item) -> Finding:
    """C19 article 1: accident compensation equal for nationals of Members and their dependants,
    without a condition of residence."""
    if view.scope_known and "work_injury" not in view.scope:
        return Finding(NOT_REGULATED, "accidents at work are not in the text")
    found, export = same_treatment(view, "nationals"), view.block("export")
    if found.verdict != MET:
        return found
    paid = export.row.get("other_party")
    if paid is True:
        return Finding(
            MET, f"{found.why}, and paid in the other state", (*found.places, *export.places)
        )
    if paid is False or (export.absent is not None and export.absent.value == "none"):
        return Finding(PARTLY, f"{found.why}, but not paid abroad", (*found.places, *export.places))
    return Finding(
        UNKNOWN, "unknown, because the file does not say whether it is paid abroad", found.places
    )


def rights_kept(view: View, item: Item) -> Finding:
    """Social Charter article 12(4), ETS 93 article 18: equal treatment, benefits kept abroad,
    periods added together, by agreement. `duties` names those that the article has."""
    export = view.block("export")
    answers = {
        "equality": lambda: same_treatment(view, "nationals"),
        "export": lambda: (
            absent(export.absent, "payment abroad", export.places)
            if not export.there
            else Finding(MET, "paid in the other state", export.places)
            if export.row.get("other_party") is True
            else Finding(NOT, "not paid in the other state", export.places)
            if export.row.get("other_party") is False
            else Finding(UNKNOWN, "unknown, because the file does not say", export.places)
        ),
        "totalization": lambda: adds_periods(view),
    }
    parts = {name: answers[name]() for name in item.params["duties"]}
    found = combined(parts, Finding(UNKNOWN, "no duty"))
    verdicts = {part.verdict for part in parts.values()}
    if MET in verdicts and NOT_REGULATED in verdicts:
        return evolve(found, verdict=PARTLY, why=told(parts))
    return found


def told(parts: Mapping[str, Finding]) -> str:
    return "; ".join(f"{name}: {named(part.verdict)}" for name, part in parts.items())


def adds_periods(view: View) -> Finding:
    """Are periods of the other party counted anywhere?"""
    if view.agreement.exclusive:
        why = "kept by staying in the scheme of the home state; no periods are added together"
        return Finding(PARTLY, why, view.block("rules").places)
    if view.agreement.absent is not None:
        return absent(view.agreement.absent, "the benefits part", view.block("rules").places)
    counting = [row for row in view.ruled if row.rule.counts]
    if counting:
        places = tuple(p for row in counting[:3] for p in row.place("counts"))
        return Finding(MET, "periods of the other party are counted", tuple(dict.fromkeys(places)))
    if view.ruled:
        return Finding(
            NOT, "no rule counts periods of the other party", view.ruled[0].place("counts")
        )
    return Finding(UNKNOWN, "unknown, because the file holds no rule")
