"""One text as a column of a comparison: its clauses by what they share with other texts, and what
stands in a row for which it has no clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from portability import registry
from portability.agreement import UNKNOWN, Absent, Agreement
from portability.agreement_blocks import many
from portability.catalogue import UNDECIDED
from portability.compare import clauses, meaning
from portability.compare.clause import Clause, places
from portability.compare.redline import Redline

# What a text has or has not: without it, it ends on no day, replaces nothing, and so on.
OPTIONAL = ("until", "replaces", "exclusive", "conversions", "take_over_between")
# Said once for the whole text, unless a rule says its own.
TAKEN_OVER = ("rule.choose", "rule.third_states")
Match = Callable[[meaning.Form, meaning.Form], bool]


@frozen
class Key:
    """What the same clause has in common in all texts; state and scheme by their shared names."""

    part: str
    party: str = ""
    scheme: str = ""
    branch: str = ""
    case: int = 0


@frozen
class Cell:
    """What one text says in a row. clause None: it has none, and `text` says in which way; form
    None: it is not in the text. redline: the clause against that of the first text that has one;
    quoted: the same for what is quoted of both; means: which of its parts became what."""

    text: str
    clause: Clause | None = None
    form: meaning.Form = None
    redline: Redline = ()
    quoted: Redline = ()
    means: tuple[str, ...] = ()


class Column:
    """One text with its clauses.

    label    what it is called in the comparison
    names    its states and schemes -> the names that all texts share
    own      shared name -> the scheme of this text
    slots    shared scheme, branch -> place of each of its rules in the common order of cases
    """

    def __init__(
        self, text: Agreement, label: str, names: Mapping[str, str], schemes: tuple[str, ...]
    ) -> None:
        self.text, self.label, self.names = text, label, names
        self.own = {self.name(scheme): scheme for scheme in schemes}
        self.parties = {self.name(country) for country in text.countries()}
        self.clauses = clauses.of(text, schemes)
        self.slots: dict[tuple[str, str], dict[int, int]] = {}
        self.keyed: dict[Key, Clause] = {}

    def name(self, word: str | None) -> str:
        return self.names.get(word, word) if word else ""

    def cases(self) -> dict[tuple[str, str], list[meaning.Form]]:
        """Per scheme and branch, whom each rule takes."""
        found: dict[tuple[str, str], list[meaning.Form]] = {}
        for clause in self.clauses:
            if clause.scheme is None or clause.branch is None:
                continue
            at = (self.name(clause.scheme), clause.branch)
            if clause.part == "rule.cases":
                found[at] = list(self.form(clause)[1])
            else:
                found.setdefault(at, [meaning.mapped([])])
        return found

    def key(self) -> None:
        """File every clause under what it shares with the other texts."""
        for clause in self.clauses:
            scheme, branch = self.name(clause.scheme), clause.branch or ""
            slot = self.slots.get((scheme, branch), {}).get(clause.case, 0)
            case = 0 if clause.part == "rule.cases" else slot
            key = Key(clause.part, self.name(clause.party), scheme, branch, case)
            self.keyed[key] = clause

    def form(self, clause: Clause) -> meaning.Form:
        """The meaning by the shared names; who is party is left as it is."""
        if clause.part == "parties":
            return clause.meaning
        return meaning.renamed(clause.meaning, self.names)

    def cell(self, key: Key) -> tuple[Cell, Key | None]:
        """What the text says under a key, and the key of the wider clause where it comes from
        one."""
        clause = self.keyed.get(key)
        if clause is not None:
            return Cell(clause.text, clause, self.form(clause)), None
        for wider in wider_than(key):
            clause = self.keyed.get(wider)
            if clause is not None and wider.part == "rules" and clause.absent is Absent.NONE:
                return Cell("no benefits part"), None
            if clause is not None and (clause.absent is not None or wider.part in WHOLE):
                return Cell(clause.text, clause, self.form(clause)), wider
        return self.silent(key), None

    def silent(self, key: Key) -> Cell:
        """A real text whose file lacks a provision: nobody read that it has none. The file of a
        draft or model is the text."""
        if key.party and self.parties and key.party not in self.parties:
            return Cell(f"{key.party} is no party")
        ruled = key.part.startswith("rule.")
        if ruled and not any(k.scheme == key.scheme and k.branch == key.branch for k in self.keyed):
            if self.other_day(key):
                return Cell("unknown (the file has rules for other days only)", form=UNKNOWN)
            return Cell("no rule for this scheme and branch")
        heading = places()[key.part][2].id if key.part in places() else ""
        ruled = ruled and key.part not in TAKEN_OVER
        if ruled or heading == "file" or key.part in OPTIONAL or self.text.kind in UNDECIDED:
            return Cell("not in it")
        return Cell("unknown (not in the file)", form=UNKNOWN)

    def other_day(self, key: Key) -> bool:
        """Has the file rules for this scheme and branch, of which none holds on the day asked?"""
        own = next((w for w, name in self.names.items() if name == key.scheme), key.scheme)
        owners = {own, registry.country_of(own), clauses.EVERY}
        return any(
            owners & {*(many(row.get("scheme")) or ()), *(many(row.get("country")) or ())}
            and key.branch in (many(row.get("branches")) or (key.branch,))
            for row in many(self.text.raw.get("rules")) or ()
            if isinstance(row, Mapping)
        )


def labels(texts: Sequence[Agreement]) -> tuple[str, ...]:
    """What each text is called: its id; two versions with one id by their folders, else by
    number."""
    ids = [text.id for text in texts]
    if len(set(ids)) == len(ids):
        return tuple(ids)
    places_ = [f"{Path(text.source).parent.name}/{text.id}" for text in texts]
    if len(set(places_)) == len(places_):
        return tuple(places_)
    return tuple(f"{name} ({i})" for i, name in enumerate(ids, 1))


WHOLE = ("rule.amount", "persons")  # hold for whatever is not named apart


def wider_than(key: Key) -> Iterator[Key]:
    """Clauses that also speak of a key's matter: the amount for every component, the scope of all
    parties; a chapter that is absent as a whole."""
    if key.part.startswith("rule.amount."):
        yield Key("rule.amount", key.party, key.scheme, key.branch, key.case)
    if key.part.startswith("rule."):
        yield Key("rules")
    if key.part.startswith("legislation."):
        yield Key("legislation")
    if key.part in ("persons", "benefits") and key.party:
        yield Key(key.part)


def align_cases(columns: Sequence[Column]) -> None:
    """Rules of one scheme and branch across the texts: those for the same persons, then a single
    rule with a single rule, then those that ask the same questions, in their order."""
    known: dict[tuple[str, str], list[meaning.Form]] = {}
    for column in columns:
        for at, forms in column.cases().items():
            slots = known.setdefault(at, [])
            column.slots[at] = aligned(forms, slots)


def aligned(forms: Sequence[meaning.Form], slots: list[meaning.Form]) -> dict[int, int]:
    """Place of each case among those known so far; a new one is added to them."""
    free, taken = list(range(len(slots))), dict[int, int]()
    single = len(forms) == len(slots) == 1
    matches: tuple[Match, ...] = (equal, (lambda a, b: single), alike)
    for match in matches:
        for i, form in enumerate(forms):
            slot = next((k for k in free if match(form, slots[k])), None)
            if i not in taken and slot is not None:
                taken[i] = slot
                free.remove(slot)
    for i, form in enumerate(forms):
        if i not in taken:
            taken[i] = len(slots)
            slots.append(form)
    return taken


def equal(a: meaning.Form, b: meaning.Form) -> bool:
    return bool(a == b)


def alike(a: meaning.Form, b: meaning.Form) -> bool:
    """Both ask the same questions (residence, nationality …), whatever the answers."""
    return [key for key, _ in a[1]] == [key for key, _ in b[1]]
