"""A report of conformity as lines on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portability.clean import plain
from portability.compare.standards.finding import VERDICTS, named
from portability.layout import aligned, wrapped

Json = Mapping[str, Any]
ROOM = 118
HEADS = ("item", "verdict", "standard", "agreement", "finding")


def lines(report: Json) -> list[str]:
    """The table: grouped by standard, one row an item, both articles, one plain sentence; then how
    many items came to which verdict."""
    out = wrapped(f"{report['agreement']}: {report['title']}", ROOM)
    for standard in report["standards"]:
        out += ["", *wrapped(f"{standard['name']} · {standard['title']}", ROOM)]
        out += wrapped(standard["about"], ROOM)
        if standard["acceptance"]:
            out += wrapped(standard["acceptance"], ROOM)
        out += ["", *aligned(HEADS, [cells(item) for item in standard["items"]], ROOM)]
        out += ["", counted(standard["counts"])]
    if len(report["standards"]) > 1:
        out += ["", f"All standards: {counted(report['counts'])}"]
    out += ["", *wrapped(report["limits"], ROOM)]
    return [plain(line.rstrip()) for line in out]


def cells(item: Json) -> tuple[str, ...]:
    """One row; the leeway a verdict rests on is named."""
    articles = list(dict.fromkeys(c["article"] or c["field"] for c in item["clauses"]))
    shown = "; ".join(articles[:3]) + (" …" if len(articles) > 3 else "")
    why = item["why"] + (f" [leeway: {item['eased']}]" if item["eased"] else "")
    return (item["id"], named(item["verdict"]), item["article"], shown or "–", why)


def counted(counts: Mapping[str, int]) -> str:
    """How many items came to which verdict; what did not occur is left out."""
    return ", ".join(f"{counts[v]} {named(v)}" for v in VERDICTS if counts[v]) or "no items"
