"""Periods as bars: a lane per country and scheme, overlaps and gaps marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from attrs import define

from portability.clean import plain, width
from portability.report.words import Words

DRAWN = ("not_counted", "counted", "overlap")  # what is drawn later stands on top
FULL, OVERLAP, EMPTY, NOTHING = "█", "▒", "░", "·"
SHORTEST_GAP = 31  # days; a shorter one is no gap a person would know of


@define
class Bar:
    """A dated period: day numbers, end exclusive; state counted | overlap | not_counted."""

    start: int
    end: int
    state: str
    row: Mapping[str, Any]


@define
class Lane:
    country: str
    scheme: str
    bars: list[Bar]


def day_number(text: Any) -> int | None:
    try:
        return date.fromisoformat(str(text)).toordinal()
    except ValueError:
        return None


def lanes(rows: Sequence[Mapping[str, Any]]) -> list[Lane]:
    """Dated rows by country and scheme, in the order in which each first appears in time."""
    dated = [bar for row in rows if (bar := whole(row))]
    found: dict[tuple[str, str], Lane] = {}
    for bar in dated:
        key = (plain(bar.row.get("country")), plain(bar.row.get("scheme")))
        lane = found.setdefault(key, Lane(*key, []))
        lane.bars += cut(bar, [other for other in dated if abroad(bar, other)])
    for lane in found.values():
        lane.bars = joined(sorted(lane.bars, key=lambda bar: (bar.start, bar.end)))
    return sorted(found.values(), key=lambda lane: (lane.bars[0].start, lane.scheme))


def joined(bars: Sequence[Bar]) -> list[Bar]:
    """Lines of one record that follow one another without a gap and say the same are one bar."""
    out: list[Bar] = []
    for bar in bars:
        last = out[-1] if out else None
        if last and last.end == bar.start and told(last) == told(bar):
            out[-1] = Bar(last.start, bar.end, last.state, last.row)
        else:
            out.append(bar)
    return out


def told(bar: Bar) -> tuple[object, ...]:
    return bar.state, bar.row.get("kind"), bar.row.get("evidence"), bar.row.get("counted")


def whole(row: Mapping[str, Any]) -> Bar | None:
    start, end = day_number(row.get("start")), day_number(row.get("end"))
    if start is None or end is None or end < start:
        return None
    state = "not_counted" if row.get("counted") is False else "counted"
    return Bar(start, end + 1, state, row)


def abroad(bar: Bar, other: Bar) -> bool:
    """Two periods that count, in two countries, share a day."""
    return (
        bar.state == other.state == "counted"
        and bar.row.get("country") != other.row.get("country")
        and other.start < bar.end
        and bar.start < other.end
    )


def cut(bar: Bar, others: Sequence[Bar]) -> list[Bar]:
    """The bar in pieces: those days that another country has too are `overlap`.

    A row that the engine marks although no other row shows why is an overlap as a whole.
    """
    if bar.state != "counted" or not others:
        marked = bar.state == "counted" and bar.row.get("overlap")
        return [Bar(bar.start, bar.end, "overlap", bar.row)] if marked else [bar]
    edges = {bar.start, bar.end}
    edges |= {day for other in others for day in (other.start, other.end)}
    days = sorted(day for day in edges if bar.start <= day <= bar.end)
    pieces: list[Bar] = []
    for start, end in pairwise(days):
        shared = any(other.start <= start and end <= other.end for other in others)
        state = "overlap" if shared else "counted"
        if pieces and pieces[-1].state == state:
            pieces[-1].end = end
        else:
            pieces.append(Bar(start, end, state, bar.row))
    return pieces


def span(found: Sequence[Lane]) -> tuple[int, int]:
    """First day of the first year, first day after the last year."""
    first = min(bar.start for lane in found for bar in lane.bars)
    last = max(bar.end - 1 for lane in found for bar in lane.bars)
    after = date.fromordinal(last).year + 1
    return date(date.fromordinal(first).year, 1, 1).toordinal(), date(
        min(after, 9999), 1, 1
    ).toordinal()


def gaps(found: Sequence[Lane]) -> list[tuple[int, int]]:
    """Times between the first and the last period in which no country has one."""
    bars = sorted((bar.start, bar.end) for lane in found for bar in lane.bars)
    out, reached = [], bars[0][1] if bars else 0
    for start, end in bars:
        if start - reached >= SHORTEST_GAP:
            out.append((reached, start))
        reached = max(reached, end)
    return out


def years(first: int, after: int, most: int) -> list[int]:
    """Years to write under the bars: every, every fifth, every tenth …, at most `most` of them."""
    low, high = date.fromordinal(first).year, date.fromordinal(after - 1).year
    step = next(
        step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10000) if (high - low) // step < most
    )
    return [year for year in range(low, high + 1) if year % step == 0] or [low]


def text_bars(rows: Sequence[Mapping[str, Any]], columns: int) -> list[str]:
    """The timeline for a terminal of this many columns; empty without dated periods."""
    found = lanes(rows)
    if not found:
        return []
    first, after = span(found)
    names = [f"{lane.country} {lane.scheme}"[: columns // 3] for lane in found]
    side = max(width(name) for name in names) + 2
    room = max(10, min(columns - side, 100))
    lines = []
    for name, lane in zip(names, found, strict=True):
        cells = [NOTHING] * room
        for bar in sorted(lane.bars, key=lambda bar: DRAWN.index(bar.state)):
            low = (bar.start - first) * room // (after - first)
            high = max(low + 1, -(-(bar.end - first) * room // (after - first)))
            sign = {"counted": FULL, "overlap": OVERLAP, "not_counted": EMPTY}[bar.state]
            cells[low:high] = [sign] * (min(high, room) - low)
        lines.append(name + " " * (side - width(name)) + "".join(cells))
    return [*lines, " " * side + scale(first, after, room)]


def scale(first: int, after: int, room: int) -> str:
    line = [" "] * (room + 4)
    for year in years(first, after, room // 6):
        at = max(0, (date(year, 1, 1).toordinal() - first) * room // (after - first))
        line[at : at + 4] = list(f"{year:04d}")
    return "".join(line[:room]).rstrip()


def ends(start: int, end: int, w: Words) -> tuple[str, str]:
    """First and last day in words."""
    first, last = date.fromordinal(start), date.fromordinal(end - 1)
    return w.day(first.isoformat()), w.day(last.isoformat())


def between(start: int, end: int, w: Words) -> str:
    return " – ".join(ends(start, end, w))
