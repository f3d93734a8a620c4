"""Plain SVG charts from figures a reader may see: bars, columns by month, ranges.

Positions are whole units. What a bar says stands in its <title>, what a chart says in its <desc>;
kinds differ by pattern, not only by colour. A count that is withheld is never drawn: where a total
is shown, what is left of it is one dotted piece.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from portability.clean import escaped, plain

WIDE, LEFT, RIGHT = 960, 300, 80
ROW, BAR = 28, 18
PANEL, HIGH, FOOT = 460, 150, 46

DEFS = (
    '<svg class="defs" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" class="ground"/>'
    '<rect width="4" height="7" class="burn"/></pattern>'
    '<pattern id="lines" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="tint"/><rect width="6" height="2" class="rule"/></pattern>'
    '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="ground"/><circle cx="3" cy="3" r="1" class="grey"/>'
    "</pattern></defs></svg>"
)


@frozen
class Piece:
    """Part of a bar: its kind (a class of the style sheet), its length, what it says."""

    kind: str
    size: int
    says: str


@frozen
class Bar:
    """A line of a bar chart: name, pieces (none if nothing may be seen), the figure beside it."""

    name: str
    pieces: tuple[Piece, ...]
    figure: str

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


def short(text: str, most: int = 33) -> str:
    text = plain(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def opened(ident: str, width: int, height: int, title: str, desc: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{ident}-title {ident}-desc"><title id="{ident}-title">{escaped(title)}'
        f'</title><desc id="{ident}-desc">{escaped(desc)}</desc>'
    )


def bars(ident: str, title: str, desc: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, one scale for all; "" without rows."""
    if not rows:
        return ""
    longest, room = max(1, *(row.size for row in rows)), WIDE - LEFT - RIGHT
    parts = [opened(ident, WIDE, ROW * len(rows) + 6, title, desc)]
    for number, row in enumerate(rows):
        y, before = ROW * number + 5, 0
        parts.append(
            f'<text x="{LEFT - 12}" y="{y + 14}" class="end">{escaped(short(row.name))}'
            f"<title>{escaped(row.name)}</title></text>"
        )
        for piece in row.pieces:
            left = LEFT + before * room // longest
            before += piece.size
            right = LEFT + before * room // longest
            parts.append(
                f'<rect class="seg {piece.kind}" x="{left}" y="{y}" width="{max(1, right - left)}" '
                f'height="{BAR}"><title>{escaped(piece.says)}</title></rect>'
            )
        end = LEFT + before * room // longest + 8
        parts.append(f'<text x="{end}" y="{y + 14}" class="soft">{escaped(row.figure)}</text>')
    return "".join([*parts, "</svg>"])


@frozen
class Column:
    """A column: the name below it, its count or None where withheld, the figure above it, what it
    says."""

    name: str
    size: int | None
    figure: str
    says: str


def columns(ident: str, title: str, desc: str, row: Sequence[Column], kind: str) -> str:
    """Columns side by side; a withheld one is a dotted stump of no meaning."""
    if not row:
        return ""
    highest = max(1, *(column.size or 0 for column in row))
    step = PANEL // len(row)
    base = HIGH - FOOT + 18
    parts = [opened(ident, PANEL, HIGH, title, desc)]
    for number, column in enumerate(row):
        x, middle = step * number + 3, step * number + step // 2
        tall = 12 if column.size is None else column.size * (base - 24) // highest
        style = "withheld" if column.size is None else kind
        if tall or column.size:
            tall = max(tall, 1)
            parts.append(
                f'<rect class="seg {style}" x="{x}" y="{base - tall}" width="{step - 6}" '
                f'height="{tall}"><title>{escaped(column.says)}</title></rect>'
            )
        if column.size != 0:
            parts.append(
                f'<text class="mid" font-size="11" x="{middle}" y="{base - tall - 4}">'
                f"{escaped(column.figure)}</text>"
            )
        parts.append(
            f'<text class="mid soft" font-size="11" x="{middle}" y="{base + 15}">'
            f"{escaped(column.name)}</text>"
        )
    parts.append(f'<line class="axis" x1="0" y1="{base}" x2="{PANEL}" y2="{base}"/>')
    return "".join([*parts, "</svg>"])


@frozen
class Span:
    """A line of a range chart; low, likely, high in one unit, all >= 0."""

    name: str
    low: int
    likely: int
    high: int
    figure: str
    says: str


def spans(ident: str, title: str, desc: str, rows: Sequence[Span]) -> str:
    """From low to high with a dot at likely, from zero on, one scale."""
    if not rows:
        return ""
    most, right = max(1, *(row.high for row in rows)), 220
    room = WIDE - LEFT - right

    def at(value: int) -> int:
        return LEFT + value * room // most

    parts = [opened(ident, WIDE, ROW * len(rows) + 6, title, desc)]
    parts.append(f'<line class="axis" x1="{LEFT}" y1="0" x2="{LEFT}" y2="{ROW * len(rows) + 6}"/>')
    for number, row in enumerate(rows):
        y = ROW * number + 14
        parts.append(
            f'<text x="{LEFT - 12}" y="{y + 5}" class="end">{escaped(short(row.name))}'
            f"<title>{escaped(row.name)}</title></text>"
            f'<g><title>{escaped(row.says)}</title><line class="reach" x1="{at(row.low)}" '
            f'y1="{y}" x2="{at(row.high)}" y2="{y}"/><circle class="dot" cx="{at(row.likely)}" '
            f'cy="{y}" r="6"/></g><text x="{at(row.high) + 14}" y="{y + 5}" class="soft">'
            f"{escaped(row.figure)}</text>"
        )
    return "".join([*parts, "</svg>"])
