"""Other agreements in force between the same parties, and clauses on third states."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from attrs import evolve

from portability.agreement import NONE, Agreement, ThirdStates, absence
from portability.compare.faults.effects import none, shown
from portability.compare.faults.model import Finding, Json, Text, changed, finding, value_at
from portability.compare.faults.people import Stay, ask, lives_of, pairs
from portability.compare.faults.references import binds, instruments
from portability.registry import country_of, ids, source
from portability.yamlsource import Path_

SOME = 4  # pairs of schemes and third states an example is looked for in


def findings(text: Text) -> Iterator[Finding]:
    if not text.pays or text.agreement.any_party:
        return
    yield from beside(text)
    yield from empty_clause(text)


# --- two instruments between the same states


def beside(text: Text) -> Iterator[Finding]:
    """Another instrument in force of the same two states that neither of the two displaces."""
    mine = text.agreement
    for other in instruments():
        if other.id == mine.id or other.id in text.bases or other.absent is not None:
            continue
        both = [
            pair
            for pair in combinations(mine.countries(), 2)
            if (text.draft or binds(mine, *pair)) and binds(other, *pair)
        ]
        if not both or yields(mine, other) or yields(other, mine):
            continue
        differs = clause(mine) != clause(other)
        made = finding(
            "third_state_conflict" if differs else "two_instruments",
            place(text) if differs else ("parties",),
            other=other.id,
            states=" and ".join(both[0]),
            mine=said(mine),
            theirs=said(other),
        )
        yield evolve(made, example=twice(text, other))


def yields(one: Agreement, other: Agreement) -> bool:
    """Does `one` say that it takes the place of the other?"""
    back = one.replaces
    if back is None or other.id in back.keeps:
        return False
    return other.id in back.ids or back.between_parties


def place(text: Text) -> Path_:
    return ("third_states",) if "third_states" in text.raw else ("parties",)


def clause(agreement: Agreement) -> object:
    value = agreement.raw.get("third_states", "unknown")
    word = absence(value)  # an Absent is never true
    return (value["bound"], tuple(value["for"])) if word is None else word


def said(agreement: Agreement) -> str:
    value = agreement.third_states
    if not isinstance(value, ThirdStates):
        word = absence(agreement.raw.get("third_states"))
        return "excludes third states" if word is NONE else "says nothing of third states"
    bound = {"both": "both parties", "own": "one party"}.get(str(value.bound), "named states")
    return f"counts periods of states bound to {bound}"


def twice(text: Text, other: Agreement) -> Json:
    """Somebody under both: what each of the two pays alone."""
    mine = changed(text.agreement)
    for own, foreign, rule in pairs(text):
        if not (binds(other, country_of(own)) and binds(other, country_of(foreign))):
            continue
        lives = lives_of(text, own, foreign, rule)
        first, second = ask(lives, [mine]), ask(lives, [changed(other)])
        for life, one, two in zip(lives, first, second, strict=True):
            if any(one[s]["payable"] != two[s]["payable"] for s in one):
                out = shown(life, one, two)
                out["literally"] = f"the second column is what {other.id} gives the same person"
                return out
    return none("no law held here pays different sums under the two")


# --- a clause that opens nothing


def empty_clause(text: Text) -> Iterator[Finding]:
    """Third states count only if bound to both parties, and none is."""
    value = text.agreement.third_states
    if not isinstance(value, ThirdStates) or value.bound != "both":
        return
    parties = text.agreement.countries()
    linked = {
        third: [p for p in parties if any(binds(a, p, third) for a in instruments())]
        for third in {c for a in instruments() for c in a.countries()} - set(parties)
    }
    if any(len(found) == len(parties) for found in linked.values()):
        return
    half = sorted(third for third, found in linked.items() if found)
    made = finding(
        "third_state_empty",
        ("third_states",),
        states=" and ".join(parties),
        half=", ".join(half[:6]) or "none",
    )
    yield evolve(made, example=with_third(text, half))


def with_third(text: Text, half: list[str]) -> Json:
    """Somebody with time in a state bound to one party only; with the clause of the better text."""
    edits: list[tuple[Path_, str]] = [(("third_states", "bound"), "own")]
    edits += [
        ((*path, "third_states", "bound"), "own")
        for _, path in text.rules()
        if isinstance(value_at(text.raw, (*path, "third_states")), dict)
    ]
    after = changed(text.agreement, edits)
    thirds = [s for s in ids() if country_of(s) in half and computed(s)][:SOME]
    links = [
        link
        for link in instruments()
        if link.id != text.agreement.id
        and any(binds(link, country_of(s)) for s in thirds)
        and any(binds(link, country) for country in text.agreement.countries())
    ]
    lives = [
        evolve(life, stays=(*life.stays, Stay(third, "2006-01-01", 200)))
        for own, foreign, rule in pairs(text)[:SOME]
        for third in thirds
        for life in lives_of(text, own, foreign, rule, ((40, 20), (60, 40), (90, 20)))
    ]
    if lives:
        first = ask(lives, [changed(text.agreement), *links])
        second = ask(lives, [after, *links])
        for life, one, two in zip(lives, first, second, strict=True):
            own = life.stays[0].scheme
            if one[own]["status"] != "entitled" and two[own]["status"] == "entitled":
                return shown(life, one, two)
    return none("no law held here opens a right by the time in such a state")


def computed(scheme: str) -> bool:
    return source(scheme).calculator != "none"
