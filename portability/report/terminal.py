"""A determination on a terminal: the answer first, then periods, reasons and steps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portability.clean import plain
from portability.layout import aligned, bullets, wrapped
from portability.report import answer, why
from portability.report.steps import Node, made_from, tree
from portability.report.timeline import text_bars
from portability.report.words import Words, words

Json = Mapping[str, Any]
NARROWEST, WIDEST = 48, 140


def table(determination: Json, columns: int | None = None, language: str = "en") -> str:
    """Plain text, no colour, at most `columns` wide (default: the terminal's)."""
    w = words(language).about(determination)
    room = min(max(columns or shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    blocks = [
        opening(determination, w, room),
        *sections(determination, w, room),
        closing(determination, w, room),
    ]
    return (
        "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"
    )


def opening(d: Json, w: Words, room: int) -> list[str]:
    claim = d.get("claim") or {}
    about = w("page.about", benefit=answer.benefit(d, w), date=w.day(claim.get("date")))
    head = " · ".join(
        part for part in (plain(d.get("reference")), about[:1].upper() + about[1:]) if part
    )
    return [
        *wrapped(answer.headline(d, w), room),
        *wrapped(head, room),
        *wrapped(answer.standing(d, w), room),
    ]


def sections(d: Json, w: Words, room: int) -> Iterator[list[str]]:
    yield titled(w("section.pays"), who_pays(d, w, room))
    yield titled(w("section.together"), periods(d, w, room))
    yield titled(
        w("section.timeline"), text_bars(d.get("timeline") or [], room - 2), legend(d, w, room)
    )
    yield titled(w("section.share"), bullets(answer.shares(d, w), room))
    yield titled(w("section.reasons"), bullets(why.uncounted(d, w), room))
    yield titled(w("section.steps"), list(steps(d, w, room)))
    yield titled(w("section.alternatives"), bullets(why.alternatives(d, w), room))
    yield titled(w("section.next"), bullets([*why.shortfalls(d, w), *why.changes(d, w)], room))
    yield titled(w("section.missing"), bullets(why.missing(d, w), room))
    yield titled(w("section.warnings"), bullets(why.warnings(d, w), room))


def titled(title: str, *blocks: Sequence[str]) -> list[str]:
    lines = [f"  {line}" for block in blocks for line in block]
    return [title, *lines] if lines else []


def who_pays(d: Json, w: Words, room: int) -> list[str]:
    rows, lines = answer.pays(d, w), answer.due(d)
    if not rows:
        return []
    heads = ["country", "scheme", "status", "route", "amount", "start"]
    cells = [
        [
            row.country,
            plain(line.get("scheme")),
            row.status,
            plain(line.get("route")),
            row.amount,
            row.start,
        ]
        for row, line in zip(rows, lines, strict=True)
    ]
    if any(row.claimant for row in rows):
        heads.insert(2, "claimant")
        for cell, row in zip(cells, rows, strict=True):
            cell.insert(2, row.claimant or "–")
    return aligned([w(f"column.{head}") for head in heads], cells, room - 2)


def periods(d: Json, w: Words, room: int) -> list[str]:
    rows = answer.together(d, w)
    lines = [line for line in answer.entitlements(d) if isinstance(line.get("periods"), Mapping)]
    cells = [
        [
            plain(line.get("scheme")),
            row.own,
            row.foreign,
            row.counted,
            row.required,
            row.unit,
            row.enough,
        ]
        for row, line in zip(rows, lines, strict=True)
    ]
    heads = [
        w(f"column.{name}")
        for name in ("scheme", "own", "foreign", "counted", "required", "unit", "enough")
    ]
    return aligned(heads, cells, room - 2, right=(1, 2, 3, 4)) if cells else []


def legend(d: Json, w: Words, room: int) -> list[str]:
    if not text_bars(d.get("timeline") or [], NARROWEST):
        return []
    signs = (("█", "counted"), ("▒", "overlap"), ("░", "not_counted"))
    return wrapped("   ".join(f"{sign} {w(f'word.{name}')}" for sign, name in signs), room - 2)


def steps(d: Json, w: Words, room: int) -> Iterator[str]:
    for line in answer.entitlements(d):
        nodes = tree(line.get("trace") or [], line.get("scheme"), w)
        if not nodes:
            continue
        who = answer.claimant(d, line, w)
        rule = plain((line.get("rule") or {}).get("cite"))
        parts = (plain(line.get("scheme")), plain(line.get("route")), who, rule)
        yield from wrapped(" · ".join(part for part in parts if part), room - 2)
        yield from branches(nodes, w, room - 2, "")


def branches(nodes: Sequence[Node], w: Words, room: int, stem: str) -> Iterator[str]:
    for number, node in enumerate(nodes):
        last = number == len(nodes) - 1
        below = stem + ("  " if last else "│ ")
        for place, text in enumerate(wrapped(step_text(node, w), max(16, room - len(stem) - 4))):
            yield (stem + ("└ " if last else "├ ") if place == 0 else below + "  ") + text
        yield from branches(node.children, w, room, below)


def step_text(node: Node, w: Words) -> str:
    """ "PIA 212.40 USD, from aime 903 [42 USC 415(a)]"."""
    text = f"{node.label}: {node.value}"
    if node.certified:
        text += f", {w('word.certified')}"
    made = made_from(node)
    if made:
        text += f", {w('word.from_inputs')} {made}"
    return f"{text} [{node.cite}]" if node.cite else text


def closing(d: Json, w: Words, room: int) -> list[str]:
    ledger = d.get("ledger")
    if not isinstance(ledger, Mapping):
        return wrapped(w("verify.none"), room)
    return wrapped(w("verify.ledger", entry=ledger.get("entry"), hash=ledger.get("hash")), room)
