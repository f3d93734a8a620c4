"""Texts side by side, clause by clause, compared by meaning.

    comparison = side_by_side.of([catalogue.find("us-de"), catalogue.find("us-fr")])
    for row in comparison.rows:
        print(row.title, row.state, [cell.text for cell in row.cells])

State of a row: same | changed | only (in some texts) | unknown (what is not known in a text is
never the same as anything) | note (about the file, no law). A provision that the file of a real
text does not hold is unknown: its absence was read nowhere. The file of a draft or model is the
text itself, so there it is not in it. A part that a rule of a scheme does not have is not in it
either: the engine applies none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from portability import registry
from portability.agreement import UNKNOWN, Absent, Agreement
from portability.cohort import BRANCHES
from portability.compare import differences, meaning, sides
from portability.compare.clause import Heading, headings, place
from portability.compare.columns import Cell, Column, Key, align_cases, labels
from portability.compare.redline import Redline, redline
from portability.errors import Fault, InputError, nearest

ONLY, NOTE = "only", "note"


@frozen
class Where:
    """For whom a row holds: a scheme by its name in each text ("" where it has none), a branch."""

    schemes: tuple[str, ...]
    branch: str

    @property
    def scheme(self) -> str:
        """ "us-oasdi", or "de-grv / fr-cnav" where the names differ."""
        return " / ".join(dict.fromkeys(name for name in self.schemes if name))


@frozen
class Row:
    """One clause across the texts.

    where    schemes and branches for which exactly this holds; empty: the whole text
    only     labels of the texts that have it, where others do not
    unknown  labels of the texts in which it, or a part of it, is not known; unseen: all of it
    differs  what differs, by its path in the normal form
    shown    a difference that can be seen: more than what is known in no text
    """

    heading: Heading
    part: str
    title: str
    state: str
    cells: tuple[Cell, ...]
    where: tuple[Where, ...] = ()
    party: str = ""
    cases: str = ""
    only: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    shown: bool = False

    @property
    def verdict(self) -> str:
        """The state in words."""
        if self.state == ONLY:
            return f"only in {', '.join(self.only)}"
        if self.state == meaning.OPEN and len(self.unseen) == len(self.cells):
            return "unknown in both" if len(self.cells) == 2 else "unknown in all"
        partly = [one for one in self.unknown if one not in self.unseen]
        said = [
            f"unknown in {', '.join(self.unseen)}" if self.unseen else "",
            f"partly unknown in {', '.join(partly)}" if partly else "",
        ]
        open_too = "; ".join(part for part in said if part)
        if self.state == meaning.OPEN:
            return open_too
        return f"{self.state} ({open_too})" if open_too else self.state


@frozen
class Comparison:
    """The texts, who stands across from whom, and every row in the field's order."""

    texts: tuple[Agreement, ...]
    labels: tuple[str, ...]
    told: tuple[str, ...]
    rows: tuple[Row, ...]

    def counts(self) -> dict[str, int]:
        """How many rows are in each state; what is known in no text apart."""
        states = (meaning.SAME, meaning.CHANGED, ONLY, meaning.OPEN, "unknown_everywhere", NOTE)
        found = dict.fromkeys(states, 0)
        for row in self.rows:
            hidden = row.state == meaning.OPEN and not row.shown
            found["unknown_everywhere" if hidden else row.state] += 1
        return found

    def only(
        self,
        everything: bool = False,
        schemes: Iterable[str] = (),
        branches: Iterable[str] = (),
        parts: Iterable[str] = (),
    ) -> Comparison:
        """The rows that are asked for: without `everything` the differences alone; with schemes or
        branches, the rules for these; with parts (`headings.yaml`), these headings or clauses."""
        some, of_branch, named = tuple(schemes), tuple(branches), tuple(parts)
        rows = []
        for row in self.rows:
            where = tuple(
                one
                for one in row.where
                if (not some or set(some) & set(one.schemes))
                and (not of_branch or one.branch in of_branch)
            )
            if (
                (everything or row.shown)
                and asked(row, named)
                and (where or not (some or of_branch))
            ):
                rows.append(evolve(row, where=where))
        return evolve(self, rows=tuple(rows))


def asked(row: Row, parts: tuple[str, ...]) -> bool:
    """Is the row one of the headings or clauses named? None named: every one is."""
    short = row.part.partition(".")[2]
    names = {row.heading.id, row.part, short, short.partition(".")[0]}
    return not parts or bool(names & set(parts))


def known_parts() -> tuple[str, ...]:
    """Words that name a heading or a clause: "posting", "rule.counts", "method"."""
    words: dict[str, None] = {}
    for heading in headings():
        words[heading.id] = None
        for part in heading.parts:
            words[part.partition(".")[2] or part] = None
            words[part] = None
    return tuple(words)


def check_asked(
    schemes: Iterable[str] = (), branches: Iterable[str] = (), parts: Iterable[str] = ()
) -> None:
    """Raises InputError with every word that names no scheme, branch, heading or clause."""
    first = ", ".join(heading.id for heading in headings())
    asked_for = (
        ("scheme", schemes, registry.ids(), "a known scheme id such as us-oasdi"),
        ("branch", branches, BRANCHES, f"one of: {', '.join(BRANCHES)}"),
        ("clause", parts, known_parts(), f"a heading ({first}) or a clause such as posting"),
    )
    faults = [
        Fault(
            f"--{option}:1:1",
            option,
            repr(word),
            expected,
            nearest(word, known),
            f"unknown_{option}",
        )
        for option, words, known, expected in asked_for
        for word in words
        if word not in known and not (option == "clause" and "amount." in word)
    ]
    if faults:
        raise InputError(faults)


def of(
    texts: Sequence[Agreement],
    matches: Sequence[Sequence[str]] = (),
    schemes: Iterable[str] = (),
) -> Comparison:
    """Two or more texts, clause by clause. `matches`, `schemes`: see `sides.of`. Raises
    InputError for a match that names no side of the texts."""
    laid = sides.of(texts, matches, schemes)
    columns = [
        Column(text, label, names, own)
        for text, label, names, own in zip(
            texts, labels(texts), laid.names, laid.schemes, strict=True
        )
    ]
    align_cases(columns)
    for column in columns:
        column.key()
    borrowed: set[tuple[int, Key]] = set()
    made: list[tuple[Key, list[Cell]]] = []
    for key in keys_of(columns):
        cells = []
        for i, column in enumerate(columns):
            cell, wider = column.cell(key)
            cells.append(cell)
            if wider is not None:
                borrowed.add((i, wider))
        made.append((key, cells))
    rows = [row_of(key, cells, columns) for key, cells in made if needed(key, columns, borrowed)]
    return Comparison(tuple(texts), labels(texts), laid.told, merged(rows))


def keys_of(columns: Sequence[Column]) -> list[Key]:
    """Every key of every text, in the field's order."""
    found = {key: place(c) for column in columns for key, c in column.keyed.items()}
    rank = {key: i for i, key in enumerate(found)}
    schemes = list(dict.fromkeys(name for column in columns for name in column.own))
    at = {name: i for i, name in enumerate(["", *schemes])}
    return sorted(found, key=lambda k: (*found[k][:2], at[k.scheme], rank[k]))


def needed(key: Key, columns: Sequence[Column], borrowed: set[tuple[int, Key]]) -> bool:
    """A clause that already stands across from the narrower ones of another text needs no row of
    its own, nor does what each rule has taken over."""
    if key.part in ("third_states", "choose") and all(column.own for column in columns):
        return False
    holders = [i for i, column in enumerate(columns) if key in column.keyed]
    return not all((i, key) in borrowed for i in holders)


def row_of(key: Key, cells: Sequence[Cell], columns: Sequence[Column]) -> Row:
    """One key across the texts: its state, what differs, and the words that changed."""
    ids = [column.label for column in columns]
    forms = [cell.form for cell in cells]
    clause = next(c for column in columns if (c := column.keyed.get(key)) is not None)
    stated = [i for i, form in enumerate(forms) if form is not None and form is not UNKNOWN]
    parts = [part for i in stated[1:] for part in meaning.differing(forms[stated[0]], forms[i])]
    unknown = tuple(ids[i] for i, form in enumerate(forms) if meaning.has_unknown(form))
    absent = any(form is None for form in forms)
    kinds = {kind for _, kind in parts}
    if not clause.law:
        state = NOTE
    elif meaning.CHANGED in kinds:
        state, cells = meaning.CHANGED, redlined(cells, stated)
    elif absent and stated:
        state = ONLY
    else:
        state = meaning.OPEN if unknown or not stated else meaning.SAME
    heading = next(h for h in headings() if h.id == clause.heading)
    differ = any(form != forms[0] for form in forms)
    return Row(
        heading,
        key.part,
        clause.title,
        state,
        tuple(cells),
        where=(Where(tuple(c.own.get(key.scheme, "") for c in columns), key.branch),)
        if key.scheme
        else (),
        party="" if key.scheme else party_of(cells) or key.party,
        cases=" / ".join(dict.fromkeys(c.clause.cases for c in cells if c.clause)).strip(" /"),
        only=tuple(ids[i] for i in stated) if state == ONLY else (),
        unknown=unknown,
        unseen=tuple(ids[i] for i, form in enumerate(forms) if form is UNKNOWN),
        differs=tuple(dict.fromkeys(path for path, _ in parts if path)),
        shown=state not in (meaning.SAME, NOTE) and bool(stated) and differ,
    )


def party_of(cells: Sequence[Cell]) -> str:
    """The party of a row by its name in each text: "PH / TR"."""
    return " / ".join(dict.fromkeys(c.clause.party for c in cells if c.clause and c.clause.party))


def redlined(cells: Sequence[Cell], stated: Sequence[int]) -> list[Cell]:
    """Every cell that differs from the first stated one, with its words and parts against that
    one's."""
    first, out = cells[stated[0]], list(cells)
    for i in stated[1:]:
        silent = isinstance(first.form, Absent) or isinstance(cells[i].form, Absent)
        if not silent and meaning.likeness(first.form, cells[i].form) == meaning.CHANGED:
            text = redline(first.text, cells[i].text)
            means = differences.between(first.form, cells[i].form)
            out[i] = evolve(cells[i], redline=text, quoted=quoted(first, cells[i]), means=means)
    return out


def quoted(a: Cell, b: Cell) -> Redline:
    """What the files quote of both texts, where the words differ."""
    before, after = (c.clause.quote if c.clause is not None else "" for c in (a, b))
    if not before or not after or meaning.words(before) == meaning.words(after):
        return ()
    return redline(before, after)


def merged(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows that say the same of several schemes and branches, or of several parties, become one."""
    found: dict[object, Row] = {}
    for row in rows:
        said = tuple((c.text, c.clause.article if c.clause else "") for c in row.cells)
        same = (row.part, row.state, row.cases, said, row.only, row.unknown, row.differs)
        key: object = (bool(row.where), *same) if row.where or row.party else id(row)
        kept = found.setdefault(key, row)
        if kept is not row:
            party = ", ".join(part for part in (kept.party, row.party) if part)
            where = tuple(dict.fromkeys([*kept.where, *row.where]))
            found[key] = evolve(kept, where=where, party=party)
    return tuple(found.values())
