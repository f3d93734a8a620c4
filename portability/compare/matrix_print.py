"""The matrix of agreements on a terminal, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portability.clean import plain
from portability.compare.facets import context
from portability.compare.facets_print import written
from portability.compare.matrix import MARKS, NONE_HELD, Cell, Held, Matrix
from portability.countries import COUNTRIES
from portability.dates import FOREVER, iso
from portability.layout import padded, wrapped

Json = dict[str, Any]
LABEL, COLUMN = 24, 3
MOST = 80  # pairs told one by one on a terminal
NOTE = (
    "A cell without an instrument means that this catalogue holds none. It does not say that the "
    "two states have no agreement."
)
COLUMNS = (
    "on",
    "branch",
    "first",
    "second",
    "mark",
    "agreement",
    "title",
    "status",
    "in_force",
    "first_counts_second",
    "second_counts_first",
    "displaced_by",
    "meaning",
    "url",
)


def heading(made: Matrix) -> str:
    branch = made.branch.replace("_", " ")
    return f"Instruments on {iso(made.on)}, and whether they add periods together for {branch}"


def lines(made: Matrix, room: int) -> list[str]:
    """The grid in as many blocks as the room asks for, what the signs mean, then every pair with
    its instruments."""
    out = [heading(made)]
    if not made.columns:
        return [*out, "", *wrapped(f"{', '.join(made.rows)}: no partner. {NOTE}", room)]
    wide = max(4, (room - LABEL) // COLUMN)
    for at in range(0, len(made.columns), wide):
        part = made.columns[at : at + wide]
        out += ["", " " * LABEL + "".join(f"{code:{COLUMN}}" for code in part).rstrip()]
        out += [grid_line(made, row, part) for row in made.rows]
    out += ["", *legend(made, room)]
    pairs = [cell for cell in made.pairs() if cell.held]
    if len(pairs) > MOST:
        out += ["", f"{len(pairs)} pairs have an instrument: --format csv lists them."]
        return out
    out += [""]
    for cell in pairs:
        for held in cell.held:
            out += told(cell, held, room)
    return out


def grid_line(made: Matrix, row: str, columns: Iterable[str]) -> str:
    name = f"{row} {COUNTRIES.get(row, '')}"[: LABEL - 2]
    signs = [
        "" if column == row else MARKS[made.cell(row, column).mark(row)][0] for column in columns
    ]
    return (padded(name, LABEL, False) + "".join(f"{sign:{COLUMN}}" for sign in signs)).rstrip()


def used(made: Matrix) -> list[str]:
    """The marks that stand somewhere in the grid, the strongest first."""
    seen = {
        made.cell(row, column).mark(row)
        for row in made.rows
        for column in made.columns
        if row != column
    }
    return [mark for mark in MARKS if mark in seen]


def legend(made: Matrix, room: int) -> list[str]:
    out = [f"{MARKS[mark][0]}  {MARKS[mark][1]}" for mark in used(made)]
    return [line for text in out for line in wrapped(text, room)]


def told(cell: Cell, held: Held, room: int) -> list[str]:
    text = f"{held.agreement.id}: {held.told(cell.first, cell.second)}"
    first, *rest = wrapped(plain(text), room - 8)
    return [f"{cell.first}-{cell.second}   {first}", *(f"{'':8}{line}" for line in rest)]


def document(made: Matrix) -> Json:
    """Every pair with an instrument; the pairs without one are counted, with what that means."""
    pairs = list(made.pairs())
    return {
        "schema": "portability/agreements-matrix@1",
        "on": iso(made.on),
        "branch": made.branch,
        "rows": list(made.rows),
        "columns": list(made.columns),
        "marks": {mark: {"sign": sign, "meaning": text} for mark, (sign, text) in MARKS.items()},
        "pairs": [pair(cell) for cell in pairs if cell.held],
        "none_held": [[cell.first, cell.second] for cell in pairs if not cell.held],
        "note": NOTE,
    }


def pair(cell: Cell) -> Json:
    return {
        "first": cell.first,
        "second": cell.second,
        "mark": cell.mark(),
        "instruments": [instrument(cell, held) for held in cell.held],
    }


def instrument(cell: Cell, held: Held) -> Json:
    found = held.agreement
    return {
        "agreement": found.id,
        "title": found.title,
        "status": held.status,
        "in_force": iso(found.start) if found.start < FOREVER else "unknown",
        "first_counts_second": held.counts[0],
        "second_counts_first": held.counts[1],
        "displaced_by": held.displaced_by,
        "meaning": held.told(cell.first, cell.second),
        "url": context(found).cite(None).url,
    }


def table_csv(made: Matrix) -> str:
    """One line per pair and instrument, and one for every pair without."""
    rows = []
    for cell in made.pairs():
        head = [iso(made.on), made.branch, cell.first, cell.second, cell.mark()]
        for held in cell.held:
            row = instrument(cell, held)
            rows.append([*head, *(str(row[key]) for key in COLUMNS[5:])])
        if not cell.held:
            row = dict.fromkeys(COLUMNS[5:], "")
            rows.append([*head, *({**row, "meaning": MARKS[NONE_HELD][1]}[k] for k in COLUMNS[5:])])
    return written([COLUMNS, *rows])
