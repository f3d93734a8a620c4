"""Tables of figures with their range, for the terminal, the page and the memo alike.

Persons are whole or, below ten, have one decimal; sums are whole currency units; low, central and
high stand together where they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from portability.compare.peopled import LEVELS
from portability.exact import decimal_text
from portability.layout import aligned, wrapped

Json = Mapping[str, Any]
NONE = "–"
ORDER = "low – central – high: the three sets of assumptions, in this order"


@frozen
class Grid:
    """A table: what it says, column headings, rows of text, and what a reader must know of it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def persons_told(levels: Json | None) -> str:
    return NONE if levels is None else told(levels, 10)


def money_told(levels: Json | None) -> str:
    return NONE if levels is None else told(levels, 0)


def told(levels: Json, below: int) -> str:
    """ "1,200 – 1,500 – 1,900", or one figure where all are the same; values under `below` have
    one decimal."""
    texts = [figure(levels[level], below) for level in LEVELS if level in levels]
    return texts[0] if len(set(texts)) == 1 else " – ".join(texts)


def figure(text: str, below: int) -> str:
    value = Fraction(text)
    digits = 1 if abs(value) < below and value.denominator != 1 else 0
    scaled = (2 * abs(value) * 10**digits + 1) // 2
    sign = "-" if value < 0 and scaled else ""
    if scaled == 0 and value != 0:
        return f"under {'0.1' if digits else '1'}"
    return sign + grouped(decimal_text(int(scaled), digits))


def whole(text: str) -> str:
    """Decimal text without needless zeros."""
    kept = text.rstrip("0").rstrip(".") if "." in text else text
    return grouped(kept)


def grouped(text: str) -> str:
    head, point, tail = text.partition(".")
    return f"{int(head):,}{point}{tail}"


def laid(found: Iterable[Grid], room: int) -> str:
    """Grids as text for a terminal, those without rows left out."""
    parts: list[str] = []
    for grid in found:
        if grid.rows:
            parts += ["", grid.title]
            parts += ["  " + line.rstrip() for line in aligned(grid.heads, grid.rows, room - 2)]
            parts += ["  " + line for line in wrapped(grid.note, room - 2)] if grid.note else []
    return "\n".join(parts) + "\n"
