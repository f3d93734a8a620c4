"""Who has what with whom on a day: instruments between every two states, and whether they add
periods together for a branch.

"None held" means that this catalogue holds no instrument: it never says that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from attrs import frozen

from portability.agreement import UNKNOWN, Agreement, Rule
from portability.batch import replaces_back
from portability.compare.facets import standing_on
from portability.compare.facets_rows import schemes_of, state_of
from portability.dates import day

YES, NO, OPEN = "yes", "no", "not known"
# rank -> what a cell says, the strongest first; the sign stands in the grid
BOTH, FIRST, SECOND, UNCLEAR, OTHER, COVERAGE, SIGNED, NONE_HELD = (
    "both",
    "row_only",
    "column_only",
    "not_known",
    "not_added",
    "coverage_only",
    "signed",
    "none_held",
)
MARKS: Mapping[str, tuple[str, str]] = {
    BOTH: ("T", "in force, both states count each other's periods for this branch"),
    FIRST: (">", "in force, the state of the row counts the periods of the state of the column"),
    SECOND: ("<", "in force, the state of the column counts the periods of the state of the row"),
    UNCLEAR: ("?", "in force, and whether periods are added for this branch is not known"),
    OTHER: ("o", "in force, and periods are not added together for this branch"),
    COVERAGE: ("C", "in force, coverage only: which law applies, no benefits"),
    SIGNED: ("S", "signed, not in force on this day"),
    NONE_HELD: ("·", "none held in this catalogue, which does not say that none exists"),
}
TURNED = {FIRST: SECOND, SECOND: FIRST}


@frozen
class Held:
    """One instrument between two states, the first by its code.

    counts        does the first count the periods of the second, and the second of the first
    displaced_by  the instrument that takes its place between them; "" if none does
    """

    agreement: Agreement
    status: str
    counts: tuple[str, str]
    displaced_by: str = ""

    def mark(self) -> str:
        """What this instrument alone gives."""
        if self.status != "in_force":
            return SIGNED
        if self.agreement.coverage_only:
            return COVERAGE
        return {
            (YES, YES): BOTH,
            (YES, NO): FIRST,
            (YES, OPEN): FIRST,
            (NO, YES): SECOND,
            (OPEN, YES): SECOND,
            (NO, NO): OTHER,
        }.get(self.counts, UNCLEAR)

    def told(self, first: str, second: str) -> str:
        """What it gives, in words that name the states."""
        if self.status != "in_force":
            return "signed, not in force on this day"
        if self.displaced_by:
            return f"{self.displaced_by} takes its place between them"
        if self.agreement.coverage_only:
            return "coverage only"
        if self.counts == (YES, YES):
            return "both count each other's periods"
        told = []
        for who, other, answer in (
            (first, second, self.counts[0]),
            (second, first, self.counts[1]),
        ):
            word = {YES: "counts", NO: "does not count"}.get(answer)
            of = f"periods of {other}"
            told.append(f"{who} {word} {of}" if word else f"not known whether {who} counts {of}")
        return ", ".join(told)


@frozen
class Cell:
    """Two states, the first by its code, and the instruments between them."""

    first: str
    second: str
    held: tuple[Held, ...]

    def mark(self, row: str = "") -> str:
        """The strongest of what its instruments give; `row`: the state of the row, where a cell is
        read in both directions. Two instruments of one direction each give both."""
        marks = {held.mark() for held in self.held if not held.displaced_by}
        if {FIRST, SECOND} <= marks:
            marks.add(BOTH)
        found = next((mark for mark in MARKS if mark in marks), NONE_HELD)
        return TURNED.get(found, found) if row == self.second else found


@frozen
class Matrix:
    """Instruments between states on a day (days since 1970-01-01), for one branch."""

    on: int
    branch: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, row: str, column: str) -> Cell:
        first, second = sorted((row, column))
        return self.cells.get((first, second)) or Cell(first, second, ())

    def pairs(self) -> Iterator[Cell]:
        """Every two states of the matrix once, in the order of rows and columns."""
        seen = set()
        for row in self.rows:
            for column in self.columns:
                pair = tuple(sorted((row, column)))
                if row != column and pair not in seen:
                    seen.add(pair)
                    yield self.cell(row, column)


def matrix(
    agreements: Sequence[Agreement], branch: str, on: int, parties: Sequence[str] = ()
) -> Matrix:
    """The matrix of the states named: none: every state with an instrument on that day; one: it
    against its partners; several: among themselves. `branch`: a word of `cohort.BRANCHES`."""
    asked = tuple(dict.fromkeys(parties))
    found: dict[tuple[str, str], list[Held]] = {}
    for agreement in agreements:
        for first, second in between(agreement, on, asked):
            held = holding(agreement, first, second, branch, on, agreements)
            found.setdefault((first, second), []).append(held)
    cells = {pair: Cell(*pair, tuple(held)) for pair, held in sorted(found.items())}
    everybody = sorted({state for pair in cells for state in pair})
    if len(asked) == 1:
        columns = tuple(state for state in everybody if state != asked[0])
        return Matrix(on, branch, asked, columns, cells)
    states = asked or tuple(everybody)
    return Matrix(on, branch, states, states, cells)


def between(agreement: Agreement, on: int, asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of states that an instrument binds on the day, or would bind if it were in force
    (signed, not in force). An instrument of many states counts for every two of them."""
    status = standing_on(agreement, on)
    if status not in ("in_force", "signed", "undated") or not signed_by(agreement, on):
        return
    states = [
        state
        for state in sorted(agreement.countries())
        if status != "in_force" or agreement.bound(state, on)
    ]
    for pair in combinations(states, 2):
        if not asked or set(pair) <= set(asked) or (len(asked) == 1 and asked[0] in pair):
            yield pair


def signed_by(agreement: Agreement, on: int) -> bool:
    """Is the text signed by the day? Where the day of signature is not known: once it is in force,
    or if the file says that it is signed and nothing of an entry into force."""
    signed = str(agreement.raw.get("signed", "unknown"))
    if signed[:1].isdigit():
        return day(signed) <= on or agreement.start <= on
    return agreement.start <= on or agreement.status in ("signed", "adopted")


def holding(
    agreement: Agreement,
    first: str,
    second: str,
    branch: str,
    on: int,
    all_: Sequence[Agreement],
) -> Held:
    status = "in_force" if standing_on(agreement, on) == "in_force" else "signed"
    rival = displaced_by(agreement, first, second, on, all_) if status == "in_force" else ""
    counts = (
        counted(agreement, first, second, branch, on),
        counted(agreement, second, first, branch, on),
    )
    return Held(agreement, status, counts, rival)


def displaced_by(
    agreement: Agreement, first: str, second: str, on: int, all_: Sequence[Agreement]
) -> str:
    """The instrument that takes this one's place between two states on the day; "" if none does.
    Of several, one that nothing displaces in its turn."""
    found = rivals(agreement, first, second, on, all_)
    last = [rival for rival in found if not rivals(rival, first, second, on, all_)]
    return next((rival.id for rival in (*last, *found)), "")


def rivals(
    agreement: Agreement, first: str, second: str, on: int, all_: Iterable[Agreement]
) -> list[Agreement]:
    """Instruments that replace this one between two states on the day, by the rule of the engine
    (`batch.Batch.displaced`), whatever the person."""
    return [
        rival
        for rival in all_
        if rival.replaces is not None
        and rival.id != agreement.id
        and agreement.id not in rival.replaces.keeps
        and (
            agreement.id in rival.replaces.ids
            or (rival.replaces.between_parties and not replaces_back(agreement, rival))
        )
        and rival.bound(first, on)
        and rival.bound(second, on)
    ]


def counted(agreement: Agreement, own: str, other: str, branch: str, on: int) -> str:
    """Does a scheme of `own` count periods of `other` for this branch: yes, no, or not known
    because no rule for it is held."""
    if agreement.coverage_only:
        return NO
    if agreement.absent is UNKNOWN:
        return OPEN
    rules = rules_of(agreement, own, branch, on)
    if any(reaches(rule, other, branch) for rule in rules):
        return YES
    scope = agreement.raw.get("branches")
    outside = isinstance(scope, list) and branch not in scope
    return NO if rules or outside else OPEN


def rules_of(agreement: Agreement, own: str, branch: str, on: int) -> list[Rule]:
    """Rules of every scheme of a state for a branch that hold on the day."""
    named = [rule.scheme for rule in agreement.rules if state_of(rule.scheme) == own]
    owners = dict.fromkeys([*named, *schemes_of(own)])
    rules = [rule for owner in owners for rule in agreement.rules_for(owner, own, branch)]
    return [rule for rule in rules if rule.start <= on < rule.end]


def reaches(rule: Rule, other: str, branch: str) -> bool:
    """Does a rule count some period completed in another state for this branch?"""
    return any(
        (count.everyone or any(state_of(scheme) == other for scheme in count.schemes))
        and (count.branches is None or branch in count.branches)
        for count in rule.counts
    )
