"""The findings of one text on a terminal: gravest first, each with its place, what it costs, the
person of the example and the better rule."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from portability.clean import plain
from portability.layout import aligned, wrapped

Json = Mapping[str, Any]
NARROWEST, WIDEST = 60, 120
COLUMNS = {
    "as_written": "as written",
    "with_better_rule": "with the better rule",
    "one_month_less": "with one month less",
    "without_these_months": "without these months",
}


def lines(report: Json, name: str = "", columns: int | None = None) -> list[str]:
    """A report as text; `name`: how the file was called."""
    room = min(max(columns or shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    parties = len(report["parties"])
    head = f"{name or report['agreement']}: {report['agreement']}, {parties} parties, "
    out = [f"{head}readable and complete; {counted(report['counts'])}"]
    for item in report["findings"]:
        out += ["", *told(item, room)]
    if report["not_read"]:
        unread = ", ".join(key.replace("_", " ") for key in report["not_read"])
        out += ["", *wrapped(f"Not judged, because it was not read: {unread}.", room)]
    return [line.rstrip() for line in out]


def counted(counts: Json) -> str:
    found = [
        f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items() if number
    ]
    return ", ".join(found) or "no drafting fault found"


def told(item: Json, room: int) -> Iterator[str]:
    """One finding."""
    yield f"{item['severity'].upper()}  {item['title']}"
    place = f"{plain(item['where'])}  {plain(item['path'])}"
    article = plain(item["article"] or "no article given")
    yield from indented([f"{article} · {place}"], room)
    yield from indented([plain(item["consequence"])], room)
    if item["example"] is not None:
        yield from example(item["example"], room)
    for row in item["better"]:
        value = json.dumps(row["value"], ensure_ascii=False, default=str)
        yield from indented(
            [f"Better: {row['agreement']}, {plain(row['article'])}: {row['rule']}  {plain(value)}"],
            room,
        )


def indented(paragraphs: list[str], room: int, by: int = 4) -> Iterator[str]:
    for text in paragraphs:
        for line in wrapped(text, room - by):
            yield " " * by + line


def example(found: Json, room: int) -> Iterator[str]:
    """What the clause does to one made-up person, as the engine computes it."""
    if "none" in found:
        yield from indented([f"No example: {plain(found['none'])}."], room)
        return
    yield from indented([f"Example, computed: {plain(found['person'])}."], room)
    shown = [key for key in COLUMNS if key in found]
    schemes = list(dict.fromkeys(scheme for key in shown for scheme in found[key]))
    rows = [
        [scheme, *(found[key][scheme]["says"] if scheme in found[key] else "-" for key in shown)]
        for scheme in schemes
    ]
    for line in aligned(["scheme", *(COLUMNS[key] for key in shown)], rows, room - 8):
        yield f"        {line}"
    if found.get("literally"):
        yield from indented([plain(found["literally"])], room, 8)
    if found["assumed"]:
        yield from indented([f"Assumed: {plain('; '.join(found['assumed']))}."], room, 8)
