"""Plain text on a terminal: lines that wrap, bullets, columns side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from portability.clean import width


def wrapped(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, max(room, 1), break_long_words=True, break_on_hyphens=False) or [""]


def bullets(items: Iterable[str], room: int) -> list[str]:
    """One item after the other; an item that begins with spaces belongs to the one before."""
    out = []
    for item in items:
        inner = len(item) - len(item.lstrip())
        lines = wrapped(item.strip(), room - 4 - inner)
        out += [
            " " * inner + ("- " if place == 0 else "  ") + line for place, line in enumerate(lines)
        ]
    return out


def aligned(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room: int, right: Sequence[int] = ()
) -> list[str]:
    """Columns side by side; where they do not fit, the widest ones wrap inside their cell."""
    sizes = [max(width(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    while sum(sizes) + 2 * (len(sizes) - 1) > room and max(sizes) > 4:
        sizes[sizes.index(max(sizes))] -= 1
    lines = []
    for row in [heads, *rows]:
        cells = [
            wrapped(text, size) if width(text) > size else [text]
            for text, size in zip(row, sizes, strict=True)
        ]
        for at in range(max(len(cell) for cell in cells)):
            lines.append(
                "  ".join(
                    padded(cell[at] if at < len(cell) else "", size, i in right)
                    for i, (cell, size) in enumerate(zip(cells, sizes, strict=True))
                )
            )
    return lines


def padded(text: str, size: int, right: bool) -> str:
    space = " " * max(0, size - width(text))
    return space + text if right else text + space
