"""The timeline as inline SVG: the words of a bar stand in its <title>, the whole in <desc>."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portability.clean import escaped
from portability.report.timeline import Bar, Lane, between, gaps, lanes, span, years
from portability.report.words import Words

WIDE, ROW, TOP, LEFT = 1000, 62, 36, 10  # whole units: nothing is measured in fractions

PATTERNS = (
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="8" height="8" class="hatch-ground"/>'
    '<rect width="4" height="8" class="hatch-line"/></pattern></defs>'
)


def timeline_svg(rows: Sequence[Mapping[str, Any]], w: Words, ident: str = "timeline") -> str:
    """Inline SVG with title and description; states differ by pattern, not only by colour."""
    found = lanes(rows)
    if not found:
        return ""
    first, after = span(found)
    empty = gaps(found)
    height = TOP + ROW * (len(found) + bool(empty)) + 36

    def x(day: int) -> int:
        return LEFT + (day - first) * (WIDE - 2 * LEFT) // (after - first)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" role="img" ',
        f'aria-labelledby="{ident}-title {ident}-desc">',
        f'<title id="{ident}-title">{escaped(heading(found, w))}</title>',
        f'<desc id="{ident}-desc">{escaped(described(found, w))}</desc>{PATTERNS}',
    ]
    bottom = height - 30
    for year in years(first, after, 12):
        at = max(LEFT, x(date(year, 1, 1).toordinal()))
        parts.append(
            f'<line class="tick" x1="{at}" y1="{TOP - 18}" x2="{at}" y2="{bottom}"/>'
            f'<text class="year" x="{at}" y="{height - 8}">{year}</text>'
        )
    for number, lane in enumerate(found):
        y = TOP + ROW * number
        parts.append(
            f'<text class="lane" x="{LEFT}" y="{y + 4}">{escaped(w.country(lane.country))} · '
            f"{escaped(lane.scheme)}</text>"
        )
        parts += [
            rectangle(bar.state, x(bar.start), y + 14, x(bar.end), told(bar, w))
            for bar in lane.bars
        ]
    y = TOP + ROW * len(found)
    if empty:
        parts.append(f'<text class="lane" x="{LEFT}" y="{y + 4}">{escaped(w("word.gap"))}</text>')
    parts += [
        rectangle("gap", x(low), y + 14, x(high), f"{w('word.gap')}: {between(low, high, w)}")
        for low, high in empty
    ]
    return "".join([*parts, "</svg>"])


def heading(found: Sequence[Lane], w: Words) -> str:
    first = min(bar.start for lane in found for bar in lane.bars)
    last = max(bar.end for lane in found for bar in lane.bars) - 1
    return w(
        "page.timeline_title",
        first=w.day(date.fromordinal(first).isoformat()),
        last=w.day(date.fromordinal(last).isoformat()),
    )


def rectangle(state: str, left: int, top: int, right: int, title: str) -> str:
    return (
        f'<rect class="bar {state}" x="{left}" y="{top}" width="{max(2, right - left)}" '
        f'height="26">'
        f"<title>{escaped(title)}</title></rect>"
    )


def told(bar: Bar, w: Words) -> str:
    """What a pointer or a screen reader is told of one bar."""
    kind = w.name("kind", bar.row.get("kind"))
    return f"{between(bar.start, bar.end, w)}, {kind}, {w('word.' + bar.state)}"


def described(found: Sequence[Lane], w: Words) -> str:
    told_lanes = [
        w(
            "page.lane",
            scheme=lane.scheme,
            country=w.country(lane.country),
            periods=w.listed(between(bar.start, bar.end, w) for bar in lane.bars),
        )
        for lane in found
    ]
    return w("page.timeline_desc", lanes="; ".join(told_lanes))
