"""The report of a membership as one self-contained page: no script, nothing loaded.

It shows what summary.json has and nothing else: what is withheld there cannot be found here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portability.clean import escaped
from portability.estimate import sections, sections_more
from portability.estimate.charts import DEFS
from portability.estimate.telling import Json, Telling
from portability.markup import document, listed, section
from portability.words import words_in

TEXTS = Path(__file__).with_name("texts")
STYLE = Path(__file__).with_name("page.css")


def page(summary: Json, language: str = "en") -> str:
    """portability/estimate-summary@1 -> HTML. The same summary gives the same bytes. Raises
    ValueError for a language that has no texts."""
    w = words_in(TEXTS, language)
    t = Telling(summary, w)
    style = STYLE.read_text(encoding="utf-8")
    if "answers" not in summary:
        title = w("page.title_small")
        return document(title, style, f"<h1>{escaped(title)}</h1>\n{too_small(t)}", w)
    title = w("page.title", n=t.cell(summary["membership"]["total"]))
    body = [f"{DEFS}<h1>{escaped(title)}</h1>", opening(t)]
    body += [section(name, w, content(t)) for name, content in SECTIONS]
    return document(title, style, "\n".join(body), w)


def too_small(t: Telling) -> str:
    return f'<p class="standing">{escaped(t.w("page.too_small", n=t.s["threshold"]))}</p>'


def opening(t: Telling) -> str:
    """What the figures are not, before any of them."""
    w, s = t.w, t.s
    total = s["membership"]["total"]
    most = s["threshold"] - 1
    below = w("word.below", n=s["threshold"])
    said = [
        w("page.not_decisions"),
        assumed(t),
        w("page.range"),
        unknown(t),
        w("page.currencies"),
        w("page.threshold", most=most, below=below),
        w(
            "page.as_of",
            first=w.day(s["calendar"]["months"][0]),
            last=w.day(s["calendar"]["months"][-1]),
        ),
    ]
    if s.get("rejects"):
        said.append(w("page.rejects", n=t.cell(s["rejects"])))
    assert isinstance(total, int)
    return f'<div class="standing">{listed(said)}</div>'


def assumed(t: Telling) -> str:
    found = [row["members"] for row in t.s["assumed"] if row["what"] == "periods"]
    if not found:
        return t.w("page.assumed_none")
    if found[0] == "withheld":
        return t.w("page.assumed_withheld")
    return t.w("page.assumed", n=t.cell(found[0]), all=t.cell(t.s["membership"]["total"]))


def unknown(t: Telling) -> str:
    whole = t.s["membership"]
    for group, value in zip(whole["columns"], whole["cells"], strict=True):
        if group == ["unknown"]:
            return t.w("page.unknown", n=t.cell(value), all=t.cell(whole["total"]))
    return t.w("page.unknown_withheld")


SECTIONS: tuple[tuple[str, Callable[[Telling], str]], ...] = (
    ("whole", sections.whole),
    ("corridors", sections.corridors),
    ("people", sections.people),
    ("amounts", sections.amounts),
    ("agreements", sections_more.agreements),
    ("missing", sections_more.missing),
    ("calendar", sections_more.calendar),
    ("refunds", sections_more.refunds),
    ("unknown", sections_more.unknown),
    ("assumed", sections_more.assumed),
    ("withheld", sections_more.withheld),
    ("run", sections_more.run),
)
