"""The matrix as one self-contained page, and as one self-contained picture: nothing is loaded, no
script runs, and equal inputs give equal bytes."""

from __future__ import annotations

from pathlib import Path

from portability.clean import escaped, link
from portability.compare.matrix import MARKS, Cell, Held, Matrix
from portability.compare.matrix_print import NOTE, heading, instrument, used
from portability.countries import COUNTRIES
from portability.markup import framed

STYLE = Path(__file__).with_name("matrix.css")
CELL, LABEL, TOP, LINE, GAP = 22, 190, 64, 20, 14  # whole units of the picture
FILLS = {
    "both": ("#1f4e79", "#ffffff"),
    "row_only": ("#7ba3c9", "#1a1a1a"),
    "column_only": ("#7ba3c9", "#1a1a1a"),
    "not_known": ("#f3e3c3", "#1a1a1a"),
    "not_added": ("#e3e3e3", "#1a1a1a"),
    "coverage_only": ("#d5e8d4", "#1a1a1a"),
    "signed": ("#ffffff", "#1a1a1a"),
    "none_held": ("#ffffff", "#595959"),
}


def name(code: str) -> str:
    return f"{code} {COUNTRIES.get(code, '')}".strip()


def told(cell: Cell, row: str) -> str:
    """What a pointer or a screen reader is told of one cell."""
    pair = f"{name(cell.first)} and {name(cell.second)}"
    if not cell.held:
        return f"{pair}: {MARKS['none_held'][1]}"
    each = [f"{held.agreement.id}: {held.told(cell.first, cell.second)}" for held in cell.held]
    return f"{pair}: {'; '.join(each)}"


def html(made: Matrix) -> str:
    """The page: grid, meaning of the signs, and the list of pairs with their instruments."""
    title = heading(made)
    body = f"""<main>
<h1>{escaped(title)}</h1>
<p class="note">{escaped(NOTE)}</p>
<div class="wide" tabindex="0" role="region" aria-label="Matrix">
{grid(made)}
</div>
{legend(made)}
<h2>Instruments</h2>
{listed(made)}
</main>"""
    return framed(title, STYLE.read_text(encoding="utf-8"), body)


def grid(made: Matrix) -> str:
    heads = "".join(
        f'<th scope="col" title="{escaped(name(code))}">{escaped(code)}</th>'
        for code in made.columns
    )
    rows = [f"<tr><td></td>{heads}</tr>"]
    for row in made.rows:
        cells = "".join(grid_cell(made, row, column) for column in made.columns)
        rows.append(f'<tr><th scope="row">{escaped(name(row))}</th>{cells}</tr>')
    return '<table class="grid">\n' + "\n".join(rows) + "\n</table>"


def grid_cell(made: Matrix, row: str, column: str) -> str:
    if row == column:
        return '<td class="same"></td>'
    cell = made.cell(row, column)
    mark = cell.mark(row)
    return f'<td class="{mark}" title="{escaped(told(cell, row))}">{escaped(MARKS[mark][0])}</td>'


def legend(made: Matrix) -> str:
    rows = "\n".join(
        f'<li><span class="key {mark}">{escaped(sign)}</span>{escaped(meaning)}</li>'
        for mark, (sign, meaning) in ((mark, MARKS[mark]) for mark in used(made))
    )
    return f'<ul class="legend">\n{rows}\n</ul>'


def listed(made: Matrix) -> str:
    """One row per instrument and what it gives; the pairs for which it gives that stand beside."""
    alike: dict[tuple[str, str], list[tuple[Cell, Held]]] = {}
    for cell in made.pairs():
        for held in cell.held:
            what = held.told(cell.first, cell.second)
            alike.setdefault((held.agreement.id, what), []).append((cell, held))
    rows = [listed_row(what, found) for (_, what), found in sorted(alike.items(), key=by_id)]
    heads = "".join(
        f'<th scope="col">{word}</th>'
        for word in ("Instrument", "Title", "In force", "What it gives", "Between")
    )
    return '<table class="list">\n' + "\n".join([f"<tr>{heads}</tr>", *rows]) + "\n</table>"


def by_id(item: tuple[tuple[str, str], list[tuple[Cell, Held]]]) -> tuple[str, int]:
    """Instruments by id; of one, what it gives to most pairs first."""
    (name_, _), found = item
    return name_, -len(found)


def listed_row(what: str, found: list[tuple[Cell, Held]]) -> str:
    row = instrument(*found[0])
    url, title = link(row["url"]), escaped(row["title"])
    title = f'<a href="{escaped(url)}">{title}</a>' if url else title
    pairs = ", ".join(f"{cell.first}-{cell.second}" for cell, _ in found)
    many = f"{len(found)} pairs: " if len(found) > 1 else ""
    return (
        f"<tr><td>{escaped(row['agreement'])}</td><td>{title}</td><td>{escaped(row['in_force'])}"
        f"</td><td>{escaped(what)}</td><td>{escaped(many)}{html_text(pairs)}</td></tr>"
    )


def html_text(text: str) -> str:
    """Escaped piece by piece: `escaped` cuts one long text."""
    return ", ".join(escaped(part) for part in text.split(", "))


def svg(made: Matrix) -> str:
    """The grid as a picture of its own; what a cell says stands in its <title>."""
    marks = used(made)
    wide = max(LABEL + CELL * len(made.columns) + GAP, 760)
    bottom = TOP + CELL * len(made.rows) + GAP
    high = bottom + LINE * (len(marks) + 2) + GAP
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"',
        f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"',
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="t">{escaped(heading(made))}</title><desc id="d">{escaped(NOTE)}</desc>',
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
        f'<text x="{GAP}" y="22" font-size="15" fill="#1a1a1a">{escaped(heading(made))}</text>',
    ]
    for at, column in enumerate(made.columns):
        x = LABEL + CELL * at + CELL // 2
        parts.append(words(x, TOP - 8, column, "#1a1a1a", "middle", name(column)))
    for at, row in enumerate(made.rows):
        y = TOP + CELL * at
        parts.append(words(GAP, y + 15, name(row)[:28], "#1a1a1a"))
        for place, column in enumerate(made.columns):
            parts.append(square(made, row, column, LABEL + CELL * place, y))
    for at, mark in enumerate(marks):
        y = bottom + LINE * at
        parts.append(box(GAP, y, mark) + words(GAP + 34, y + 15, MARKS[mark][1], "#1a1a1a"))
    parts.append(words(GAP, bottom + LINE * (len(marks) + 1), NOTE, "#595959"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def square(made: Matrix, row: str, column: str, x: int, y: int) -> str:
    if row == column:
        return f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="#ececec"/>'
    cell = made.cell(row, column)
    return f"<g><title>{escaped(told(cell, row))}</title>{box(x, y, cell.mark(row))}</g>"


def box(x: int, y: int, mark: str) -> str:
    """A filled square with its sign: states differ by sign and not by colour alone."""
    fill, ink = FILLS[mark]
    dash = ' stroke-dasharray="3 2"' if mark == "signed" else ""
    stroke = "#595959" if mark == "signed" else "#d0d0d0"
    return (
        f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="{stroke}"'
        f"{dash}/>" + words(x + CELL // 2, y + 15, MARKS[mark][0], ink, "middle")
    )


def words(x: int, y: int, text: str, ink: str, anchor: str = "start", title: str = "") -> str:
    more = f"<title>{escaped(title)}</title>" if title else ""
    return f'<text x="{x}" y="{y}" fill="{ink}" text-anchor="{anchor}">{more}{escaped(text)}</text>'
