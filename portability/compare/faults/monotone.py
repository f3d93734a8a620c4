"""One more month worked lowers the sum of pensions: the engine asked over a grid of careers.

Two careers that differ by one month of the first scheme, with the same record in the second. What
national law alone takes away is not the agreement's doing and is left out. Sums in two currencies
are not added: somebody loses where no pension rises and one falls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from portability.agreement import Rule
from portability.compare.faults.effects import paid, person
from portability.compare.faults.model import Finding, Json, Text, changed, finding
from portability.compare.faults.people import Life, ask, asked, case_document, held, lives_of, pairs
from portability.totalization import Decision, Result
from portability.yamlsource import Path_

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

HERE = (5, 11, 17, 23, 35, 59, 119, 179, 239)  # months before the one more
THERE = (6, 11, 24, 60, 120, 240)
MOST = 30  # pairs of schemes of one text: the computable laws come first
GRAVE = 10  # thousandths of the pensions: less is the rounding of a share and is told as a note


@frozen
class Drop:
    """A month that costs money. before, after: the two careers; lost: thousandths of a pension;
    rule: path of the rule that paid the part that falls, None where national law paid it."""

    before: Life
    after: Life
    lost: int
    rule: str | None


def findings(text: Text) -> Iterator[Finding]:
    """One finding for each rule under which a month costs money: the gravest case of all pairs."""
    if not text.pays:
        return
    tried = swept(text)
    drops: dict[Path_, list[Drop]] = {}
    for own, other, rule in tried:
        drop = deepest(careers(text, own, other, rule), text, (own, other))
        if drop is not None:
            drops.setdefault(place(text, drop.rule or rule.path), []).append(drop)
    for path, found in drops.items():
        worst = max(found, key=lambda drop: drop.lost)
        here, there = worst.before.stays
        made = finding(
            "month_costs_money",
            path,
            "" if worst.lost >= GRAVE else "note",
            here.scheme,
            own=here.scheme,
            other=there.scheme,
            months=here.months,
            more=here.months + 1,
            there=there.months,
            seen=len(found),
            swept=len(tried),
        )
        yield evolve(made, example=month_more(text, worst.before, worst.after))


def swept(text: Text) -> list[tuple[str, str, Rule]]:
    """Pairs of schemes whose laws are both computed, each pair once, both ways round."""
    seen: set[tuple[str, str]] = set()
    out = []
    for own, other, rule in pairs(text):
        for first, second in ((own, other), (other, own)):
            if (first, second) not in seen and held(own) + held(other) < 2:
                seen.add((first, second))
                out.append((first, second, rule))
    return out[:MOST]


def place(text: Text, path: str) -> Path_:
    return next(at for found, at in text.rules() if found.path == path)


def careers(text: Text, own: str, other: str, rule: Rule) -> list[Life]:
    """Pairs of lives, one after the other: so many months, and one month more."""
    months = [(a + more, b) for b in THERE for a in HERE for more in (0, 1)]
    return lives_of(text, own, other, rule if rule.scheme == own else None, months)


def deepest(grid: Sequence[Life], text: Text, schemes: tuple[str, str]) -> Drop | None:
    """The pair of careers where the month more costs the largest part of a pension."""
    under, alone = asked(grid, [changed(text.agreement)]), asked(grid, [])
    with_, known = sums(under, schemes, len(grid))
    without, _ = sums(alone, schemes, len(grid))
    found = falls(with_, without, known)
    if found is None:
        return None
    lost, at, row = found
    return Drop(grid[at], grid[at + 1], lost, rule_of(under.decisions[schemes[row]], at))


def falls(with_: Int, without: Int, known: Bool) -> tuple[int, int, int] | None:
    """(thousandths lost, the career before, the scheme) of the gravest fall, None if there is none.

    with_, without  int64[2, n]: what the two schemes pay under the agreement and by national law
    alone; careers 0 and 1, 2 and 3, … differ by the month; known bool[2, n]
    """
    first, second = slice(0, None, 2), slice(1, None, 2)
    step = with_[:, second] - with_[:, first]
    by_law = without[:, second] - without[:, first]
    sure = known[:, first].all(axis=0) & known[:, second].all(axis=0)
    less = sure & (step.max(axis=0) <= 0) & (step.min(axis=0) < 0) & (step < by_law).any(axis=0)
    best: tuple[int, int, int] | None = None
    for number in np.flatnonzero(less):
        for row in range(len(step)):
            before = int(with_[row, 2 * number])
            lost = int(-step[row, number]) * 1000 // max(before, 1)
            if best is None or lost > best[0]:
                best = (lost, 2 * int(number), row)
    return best


def rule_of(decision: Decision, person: int) -> str | None:
    """Path of the rule by which a person is paid."""
    chosen = int(decision.chosen[int(decision.holding.pos[person])])
    rule = decision.outcomes[chosen].rule if chosen >= 0 else None
    return None if rule is None else rule.path


def sums(result: Result, schemes: tuple[str, str], n: int) -> tuple[Int, Bool]:
    """(what each scheme pays int64[2, n] minor units, whether that is known bool[2, n])."""
    value, known = np.zeros((2, n), np.int64), np.ones((2, n), np.bool_)
    for row, scheme in enumerate(schemes):
        found: Decision = result.decisions[scheme]
        at = found.holding.idx
        value[row, at] = np.where(found.entitled, found.amount, 0)
        open_ = found.unknown | (found.entitled & ~found.known)
        known[row, at] = ~open_
    return value, known


def month_more(text: Text, before: Life, after: Life) -> Json:
    """The two careers side by side: here the second one is the person who loses."""
    first, second = ask([before, after], [changed(text.agreement)])
    return {
        "person": person(after),
        "as_written": {scheme: paid(line) for scheme, line in second.items()},
        "one_month_less": {scheme: paid(line) for scheme, line in first.items()},
        "assumed": [],
        "case": case_document(after),
    }
