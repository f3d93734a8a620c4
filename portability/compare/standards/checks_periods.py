"""Totalization and calculation: C118 articles 4(4), 7, 9 and 12, ETS 78 articles 27 to 34."""

from __future__ import annotations

import re

from attrs import evolve

from portability.agreement import Absent, AmountRule, Rule
from portability.compare.standards.checks_scope import C118_BRANCHES, adds_periods, in_branches
from portability.compare.standards.finding import (
    JUDGED,
    MET,
    NOT,
    NOT_REGULATED,
    NOTE,
    PARTLY,
    UNKNOWN,
    Finding,
    Place,
    absent,
    combined,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import Ruled, View


def no_rules(view: View) -> Finding | None:
    """What is to be said where there is no benefits part; None where there is one."""
    why = view.agreement.absent
    if why is None:
        return None
    found = absent(why, "the benefits part", view.block("rules").places)
    if view.agreement.exclusive:
        return Finding(NOT, "one career, one scheme: no periods are added together", found.places)
    return found


def nothing_to_share(view: View) -> Finding | None:
    """The same for items on how periods are shared: without totalization they have no object."""
    found = no_rules(view)
    if found is not None and found.verdict == NOT:
        return Finding(NOT_REGULATED, "no periods are added together", found.places)
    return found


def takes_part_in_scheme(view: View, item: Item) -> Finding:
    """C118 article 7(1), C128 article 30: a scheme that keeps rights in course of acquisition."""
    return adds_periods(view)


def totalizes(view: View, item: Item) -> Finding:
    """Article 7(2): insurance, employment, residence and assimilated periods are totalized, for
    acquiring, keeping and recovering rights and for calculating benefits; branch by branch."""
    nothing = no_rules(view)
    if nothing is not None:
        return nothing

    def of_branch(branch: str) -> Finding:
        rows = view.rules(branch)
        parts: dict[str, Finding] = {}
        for scheme in dict.fromkeys(row.scheme for row in rows):
            own = {row.rule.path: counted(view, row) for row in rows if row.scheme == scheme}
            parts[scheme] = combined(own, Finding(UNKNOWN, "no rule"))
        served = {row.country for row in rows}
        for country in view.parties:
            if country not in served and not view.for_all:
                parts[country] = Finding(UNKNOWN, f"unknown, because no rule of {country} is held")
        return combined(parts, Finding(UNKNOWN, "unknown, because the file holds no rule on it"))

    return in_branches(view, C118_BRANCHES, of_branch, "no branch is in the benefits part")


def counted(view: View, row: Ruled) -> Finding:
    """What one rule counts of the other parties' periods, and for what."""
    rule = row.rule
    places = row.place("counts", *(count.cite for count in rule.counts))
    if not rule.counts:
        return Finding(NOT, "no periods of the other party are counted", places)
    lacks = [*left_out(view, row), *([] if calculates(rule) else [calculation(rule)])]
    if "unknown" in lacks:
        return Finding(UNKNOWN, "unknown, because how the amount is made was not seen", places)
    if lacks:
        return Finding(PARTLY, f"totalized, but {'; '.join(lacks)}", places)
    return Finding(MET, "totalized for the right and for the amount", places)


def left_out(view: View, row: Ruled) -> list[str]:
    """Foreign periods that a rule leaves out: kinds, and schemes other rules of the text know."""
    lacks: list[str] = []
    counts = row.rule.counts
    if all(count.kinds_not and "equivalent" in count.kinds_not for count in counts):
        lacks.append("assimilated periods are left out")
    if all(count.kinds_not and "residence" in count.kinds_not for count in counts):
        lacks.append("periods of residence are left out")
    if not any("right" in count.uses for count in counts):
        lacks.append("not for the right")
    if not any(count.everyone for count in counts):
        named = {scheme for count in counts for scheme in count.schemes}
        others = [
            s for country in view.parties if country != row.country for s in view.mentioned(country)
        ]
        missing = [s for s in others if s not in named]
        lacks += [f"periods of {', '.join(missing)} are left out"] if missing else []
    return lacks


def calculates(rule: Rule) -> bool:
    """Do the totalized periods enter the calculation of every component?"""
    return (
        bool(rule.amount)
        and all(row.basis == "theoretical" for row in rule.amount.values())
        and any("amount" in count.uses for count in rule.counts)
    )


def calculation(rule: Rule) -> str:
    """Why the amount does not rest on all totalized periods; "unknown" if that is not known."""
    bases = {row.basis for row in rule.amount.values()} or {"unknown"}
    if "unknown" in bases:
        return "unknown"
    if "minimum" in bases:
        return "the amount rests on the minimum period, not on all totalized periods"
    return "the amount rests on own periods alone: the right only"


def cost_shared(view: View, item: Item) -> Finding:
    """Article 7(3): the cost of long-term benefits is shared, or borne by the state of
    residence."""
    nothing = no_rules(view)
    if nothing is not None:
        return Finding(
            NOT_REGULATED, "there is no benefits part whose cost could be shared", nothing.places
        )
    parts: dict[str, Finding] = {}
    for row in view.ruled:
        if row.branch not in ("invalidity", "old_age", "survivors"):
            continue
        places = row.place("amount", *(amount.cite for amount in row.rule.amount.values()))
        bases = {amount.basis for amount in row.rule.amount.values()}
        if "unknown" in bases or not bases:
            found = Finding(UNKNOWN, "unknown, because how the amount is made was not seen", places)
        else:
            found = Finding(MET, "each party pays a share or for its own periods", places)
        parts[f"{row.scheme} {row.rule.path} {row.branch}"] = found
    return fold(parts, Finding(UNKNOWN, "unknown, because the file holds no rule"))


def fold(parts: dict[str, Finding], nothing: Finding) -> Finding:
    """`combined`, with parts of one scheme put together (the key begins with the scheme)."""
    schemes: dict[str, dict[str, Finding]] = {}
    for key, found in parts.items():
        scheme, _, rest = key.partition(" ")
        schemes.setdefault(scheme, {})[rest] = found
    return combined({s: combined(rows, nothing) for s, rows in schemes.items()}, nothing)


def like_ets78(amount: AmountRule) -> bool:
    """Theoretical amount times own over all periods, or own periods directly."""
    kinds = [term.kind if term else "" for term in (amount.numerator, amount.denominator)]
    if amount.basis == "theoretical":
        return kinds == ["own", "counted"]
    return amount.basis == "own" and kinds == ["", ""]


def theoretical_or_direct(view: View, item: Item) -> Finding:
    """Article 29(2), (4), (5): theoretical amount × own / all periods, or directly where benefits
    are in proportion to periods. Another formula is noted: the standard is a reference."""
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    parts: dict[str, Finding] = {}
    for row in view.ruled:
        for name, amount in row.rule.amount.items():
            places = row.place(f"amount.{name}", amount.cite)
            key = f"{row.scheme} {row.rule.path} {row.branch} {name}"
            if amount.basis == "unknown":
                parts[key] = Finding(UNKNOWN, "unknown, because the formula was not seen", places)
            elif like_ets78(amount):
                parts[key] = Finding(MET, "theoretical amount × own / all, or direct", places)
            else:
                parts[key] = Finding(NOTE, f"another formula ({amount.basis})", places)
    nothing = Finding(UNKNOWN, "unknown, because the file holds no rule")
    found = fold(parts, nothing)
    if found.verdict == MET and any(part.verdict == NOTE for part in parts.values()):
        return Finding(
            PARTLY, "some amounts; others follow another formula", found.places, parts=found.parts
        )
    return found


def short_periods_paid(view: View, item: Item) -> Finding:
    """Article 31: periods under a year are counted by the others, and where every state is below a
    year one of them pays."""
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    parts = {
        f"{row.scheme} {row.rule.path} {row.branch}": short(row)
        for row in view.ruled
        if row.rule.counts
    }
    return fold(parts, Finding(UNKNOWN, "unknown, because the file holds no rule"))


def short(row: Ruled) -> Finding:
    """What becomes of periods too short for this scheme."""
    below = row.rule.below_minimum
    if below is None:
        unsaid = row.rule.minimum_said
        if unsaid is not None and unsaid.word is Absent.UNKNOWN:
            why = "unknown, because the minimum of own periods was not seen"
            return Finding(UNKNOWN, why, row.place("own_minimum", unsaid.cite))
        if row.rule.own_minimum is None:
            return Finding(MET, "no period is too short", row.place("own_minimum"))
        why = "below the own minimum nothing is totalized; where all are below it nobody pays"
        return Finding(PARTLY, why, row.place("own_minimum"))
    places = row.place("below_minimum", below.cite)
    if below.then == "lost":
        return Finding(NOT, "short periods are lost", places)
    if below.all_below is None:
        why = "the others count them; the text does not say who pays where all are short"
        return Finding(PARTLY, why, places)
    if below.all_below == "nobody":
        return Finding(PARTLY, "the others count them; where all are short nobody pays", places)
    return Finding(MET, "the others count them, and where all are short somebody pays", places)


RANKS = (
    ("compulsory before voluntary", r"compulsory.*voluntary"),
    ("real before assimilated", r"(actual|real).*(equivalent|assimilated)"),
    ("assimilated twice: last compulsory before, else first after", r"last compulsory"),
    ("undated periods presumed separate", r"undat"),
)


def overlap_order(view: View, item: Item) -> Finding:
    """ETS 78A article 15(1)(b) to (e): which of two overlapping periods counts."""
    block = view.block("overlap")
    if not block.there:
        return absent(block.absent, "overlapping periods", block.places)
    said = view.words("overlap")
    stated = [name for name, words in RANKS if re.search(words, said)]
    if len(stated) == len(RANKS):
        return Finding(MET, "all four rules of precedence", block.places)
    if not stated:
        return Finding(
            PARTLY, "overlapping periods count once, with no order of precedence", block.places
        )
    missing = [name for name, words in RANKS if name not in stated]
    return Finding(PARTLY, f"not stated: {'; '.join(missing)}", block.places)


def no_mutual_reduction(view: View, item: Item) -> Finding:
    """R167 annex I article 25, ETS 78 article 13(2): pensions of the same kind, each paid in
    proportion, do not reduce one another."""
    tests = [
        row
        for row in view.ruled
        if row.rule.concurrence is not None
        and row.rule.concurrence.kind == "income_test"
        and any(amount.numerator is not None for amount in row.rule.amount.values())
    ]
    if tests:
        row, concurrence = tests[0], tests[0].rule.concurrence
        assert concurrence is not None
        why = f"{row.scheme} pays in proportion and counts the other pension as income"
        return Finding(NOT, why, row.place("concurrence", concurrence.cite))
    block = view.block("plurality")
    if not block.there:
        return absent(block.absent, "several benefits at once", block.places)
    if re.search(
        r"no anti-overlap|(not|never) (be )?reduce|same (kind|nature)", view.words("plurality")
    ):
        return Finding(MET, "benefits of the same kind do not reduce one another", block.places)
    return Finding(
        UNKNOWN, "unknown, because the clause does not say it of the same kind", block.places
    )


def plurality_settled(view: View, item: Item) -> Finding:
    """Article 4(4): rules against cumulation, where needed, by special arrangement."""
    block = view.block("plurality")
    ruled = [row for row in view.ruled if row.rule.concurrence is not None]
    if block.there:
        return Finding(MET, "the text has rules on several benefits at once", block.places)
    if ruled and ruled[0].rule.concurrence is not None:
        places = ruled[0].place("concurrence", ruled[0].rule.concurrence.cite)
        return Finding(MET, f"{ruled[0].scheme} has a rule on other benefits and income", places)
    found = absent(block.absent, "several benefits at once", block.places)
    return evolve(found, shortfall="agreement") if found.verdict == NOT else found


def not_below_own_law(view: View, item: Item) -> Finding:
    """Article 34(1): in total not less than the right under one law alone."""
    nothing = nothing_to_share(view)
    if nothing is not None:
        return nothing
    parts = {
        f"{row.scheme} {row.rule.path} {row.branch}": kept(view, row)
        for row in view.ruled
        if row.rule.counts
    }
    return fold(parts, Finding(UNKNOWN, "unknown, because the file holds no rule"))


def kept(view: View, row: Ruled) -> Finding:
    """Is a right under own law alone safe under this rule?"""
    rule, concurrence = row.rule, row.rule.concurrence
    if concurrence is not None and concurrence.kind == "top_up" and concurrence.to == "own_law":
        return Finding(
            MET, "topped up to the own-law right", row.place("concurrence", concurrence.cite)
        )
    choose = rule.choose or view.agreement.choose
    places: tuple[Place, ...] = row.place("choose", choose.cite)
    if rule.when == "only_if_needed":
        return Finding(MET, "totalized only where own law gives no right", row.place("when"))
    if choose.order in ("highest", "applicant"):
        how = "the higher amount counts" if choose.order == "highest" else "the applicant chooses"
        return Finding(MET, how, places)
    if choose.order == "totalized":
        return Finding(
            NOT, "the totalized amount replaces the own-law right, with no top-up", places
        )
    return Finding(UNKNOWN, f"unknown, because of the order of choice ({choose.order})", places)


def earlier_periods_count(view: View, item: Item) -> Finding:
    """Article 12: periods and events before entry into force, settled by agreement."""
    block = view.block("pre_entry")
    if not block.there:
        return absent(block.absent, "periods before entry into force", block.places)
    counted_ = block.row.get("counted")
    if counted_ is True:
        return Finding(MET, "earlier periods count", block.places)
    if counted_ is False:
        return Finding(NOT, "earlier periods do not count", block.places, "agreement")
    return Finding(
        UNKNOWN, "unknown, because the file does not say whether they count", block.places
    )


def on_the_whole(view: View, item: Item) -> Finding:
    """Article 9: an agreement may depart if it is as favourable on the whole. That is weighed, not
    read off: it is open as soon as one article is not met."""
    others = {
        name: found
        for name, found in view.so_far.items()
        if name.startswith("c118-") and found.verdict in JUDGED and not found.eased
    }
    short_ = [name for name, found in others.items() if found.verdict != MET]
    pillars = ("c118-3-equality", "c118-7-total", "c118-5-export")
    open_ = [i for i in pillars if i not in view.so_far or view.so_far[i].verdict not in JUDGED]
    if open_ and not short_:
        return Finding(UNKNOWN, f"unknown, because {', '.join(open_)} could not be judged")
    if not short_:
        return Finding(MET, "the text departs from no article that could be judged")
    why = f"unknown, because the whole has to be weighed: not fully met are {', '.join(short_)}"
    return Finding(UNKNOWN, why)
