"""Which legislation applies to an activity: dates cut into spans, ordered rules per span
(contract of the agreement).

To amounts this says only in which scheme a row should stand: a warning, never a correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

from portability.dates import FOREVER, add_months, iso


@frozen
class Activity:
    """Work or insurance in a state. Days, end exclusive; share: percent of all work; sent_from:
    posting state."""

    start: int
    end: int
    state: str
    kind: str = "employment"
    employer_seat: str = ""
    share: int | None = None
    sent_from: str = ""
    replaces: bool = False


@frozen
class Span:
    """Who insures in [start, end): a state, or None with the reason in `note`."""

    start: int
    end: int
    state: str | None
    cite: str
    note: str = ""


def applicable(
    activities: Sequence[Activity], residence: str, law: Mapping[str, Any]
) -> list[Span]:
    """Ordered rules per span: posting, then several states at once, then the place of work,
    then residence.

    law: the agreement's `legislation` block (general, posting, substantial).
    """
    cuts = sorted(
        {d for a in activities for d in (a.start, a.end, posting_end(a, law)) if d != FOREVER}
    )
    spans = []
    for low, high in pairwise(cuts):
        alive = [a for a in activities if a.start <= low < a.end]
        if alive:
            spans.append(decide(low, high, alive, residence, law))
    return joined(spans)


def posting_end(activity: Activity, law: Mapping[str, Any]) -> int:
    """Last day (exclusive) on which the sending state may keep insuring."""
    months = posting_of(law, activity).get("months")
    if not activity.sent_from or not isinstance(months, int):
        return activity.end
    return min(int(add_months(activity.start, months)), activity.end)


def posting_of(law: Mapping[str, Any], sent: Activity) -> Mapping[str, Any]:
    """The posting rule of this direction: one for all, or a list by sending and receiving state;
    empty where the block says unknown, not_regulated or none."""
    blocks = law.get("posting")
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if isinstance(block, Mapping) and covers(block, "from", sent.sent_from):
            if covers(block, "to", sent.state):
                return block
    return {}


def covers(block: Mapping[str, Any], key: str, state: str) -> bool:
    named = block.get(key)
    return named is None or state in ([named] if isinstance(named, str) else named)


def decide(
    low: int, high: int, alive: Sequence[Activity], residence: str, law: Mapping[str, Any]
) -> Span:
    sent = next((a for a in alive if a.sent_from), None)
    if sent is not None:
        posting = posting_of(law, sent)
        if not isinstance(posting.get("months"), int):
            return Span(low, high, None, cite(posting), "unknown")
        if low < posting_end(sent, law) and not (sent.replaces and posting.get("not_replacing")):
            return Span(low, high, sent.sent_from, cite(posting), "certificate")
        return Span(low, high, sent.state, cite(law.get("general") or posting), "exception_needed")
    states = sorted({a.state for a in alive})
    if len(states) == 1:
        return Span(low, high, states[0], cite(law.get("general") or {}))
    substantial = law.get("substantial")
    if not substantial:
        return Span(low, high, None, cite(law.get("general") or {}), "unknown")
    at_home = sum(a.share or 0 for a in alive if a.state == residence)
    if at_home >= int(substantial.get("share", 25)):
        return Span(low, high, residence, cite(substantial), "certificate")
    seats = sorted({a.employer_seat for a in alive if a.employer_seat})
    return Span(
        low,
        high,
        seats[0] if len(seats) == 1 else None,
        cite(substantial),
        "certificate" if len(seats) == 1 else "unknown",
    )


def cite(block: Any) -> str:
    found = block.get("cite") if isinstance(block, Mapping) else None
    return str(found.get("article") if isinstance(found, Mapping) else found or "")


def joined(spans: Sequence[Span]) -> list[Span]:
    """Neighbours with the same answer become one."""
    out: list[Span] = []
    for span in spans:
        last = out[-1] if out else None
        if (
            last
            and last.end == span.start
            and (last.state, last.cite, last.note) == (span.state, span.cite, span.note)
        ):
            out[-1] = Span(last.start, span.end, last.state, last.cite, last.note)
        else:
            out.append(span)
    return out


def told(span: Span) -> dict[str, Any]:
    """A span as it appears in JSON; `end` is the last day."""
    return {
        "start": iso(span.start),
        "end": iso(span.end - 1),
        "state": span.state,
        "cite": span.cite,
        "note": span.note,
    }
