"""A determination as one self-contained page for the person: no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from portability.clean import escaped, plain
from portability.markup import capital, cited, document, grid, listed, paragraph, section
from portability.report import answer, why
from portability.report.steps import Node, laws, made_from, tree
from portability.report.svg import timeline_svg
from portability.report.timeline import ends, lanes
from portability.report.words import Words, words

Json = Mapping[str, Any]
STYLE = Path(__file__).with_name("page.css")


def html(determination: Json, language: str = "en") -> str:
    """The page in the order of a good explanation.

    Answer, timeline, time together, who pays, share, what was not counted, what changes,
    what is missing, how to object, data and law.
    """
    w, d = words(language).about(determination), determination
    title = w(
        "page.title", benefit=capital(answer.benefit(d, w)), reference=plain(d.get("reference"))
    )
    body = "\n".join(section(name, w, content(d, w)) for name, content in SECTIONS)
    return document(title, STYLE.read_text(encoding="utf-8"), f"{opening(d, w)}\n{body}", w)


def opening(d: Json, w: Words) -> str:
    """1 One sentence: who pays, how much, from when; decision or estimate."""
    claim = d.get("claim") or {}
    about = w("page.about", benefit=capital(answer.benefit(d, w)), date=w.day(claim.get("date")))
    born = (d.get("person") or {}).get("born")
    facts = [
        about,
        *([w("word.born", date=w.day(born))] if born else []),
        *([w("page.reference", reference=d["reference"])] if d.get("reference") else []),
    ]
    return (
        f"<h1>{escaped(answer.headline(d, w))}</h1>\n"
        f'<p class="standing">{escaped(answer.standing(d, w))}</p>\n'
        f'<p class="note">{escaped(" · ".join(facts))}</p>{listed(why.warnings(d, w))}'
    )


def timeline(d: Json, w: Words) -> str:
    """2 A bar per country, overlaps and gaps marked, and the same as a table."""
    rows = d.get("timeline") or []
    drawing = timeline_svg(rows, w)
    if not drawing:
        return paragraph(w("page.no_timeline"))
    heads = ["country", "scheme", "from", "to", "kind", "evidence", "counted_row"]
    cells = [
        [
            w.country(lane.country),
            lane.scheme,
            *ends(bar.start, bar.end, w),
            w.name("kind", bar.row.get("kind")),
            w.name("evidence", bar.row.get("evidence")),
            w(f"word.{bar.state}"),
        ]
        for lane in lanes(rows)
        for bar in lane.bars
    ]
    return (
        f'{paragraph(w("page.timeline"))}<figure class="wide" role="group" tabindex="0" '
        f'aria-label="{escaped(w("word.scroll"))}" style="margin:0">{drawing}</figure>\n'
        f"{grid(w, w('word.text_version'), heads, cells)}"
    )


def together(d: Json, w: Words) -> str:
    """3 Own and other countries' time against what is needed."""
    rows = answer.together(d, w)
    heads = ["country", "own", "foreign", "counted", "required", "unit", "enough"]
    cells = [
        [row.country, row.own, row.foreign, row.counted, row.required, row.unit, row.enough]
        for row in rows
    ]
    return (
        paragraph(w("page.together"))
        + listed(row.sentence for row in rows)
        + grid(w, w("section.together"), heads, cells, figures=(1, 2, 3, 4))
    )


def pays(d: Json, w: Words) -> str:
    """4 Country, sum, currency, month, claim by."""
    rows = answer.pays(d, w)
    heads, several = (
        ["country", "scheme", "status", "amount", "start", "claim_by", "route"],
        any(r.claimant for r in rows),
    )
    cells = [
        [row.country, row.scheme, row.status, row.amount, row.start, row.claim_by, row.route]
        for row in rows
    ]
    if several:
        heads = [*heads[:2], "claimant", *heads[2:]]
        cells = [
            [*cell[:2], row.claimant or "–", *cell[2:]]
            for cell, row in zip(cells, rows, strict=True)
        ]
    return paragraph(w("page.pays")) + grid(w, w("section.pays"), heads, cells)


def share(d: Json, w: Words) -> str:
    """5 The share in words."""
    return listed(answer.shares(d, w)) or paragraph(w("page.no_share"))


def not_counted(d: Json, w: Words) -> str:
    """6 What was not counted, and why; the routes that lost."""
    found, tried = why.uncounted(d, w), why.alternatives(d, w)
    return (listed(found) or paragraph(w("page.all_counted"))) + (
        f"<h3>{escaped(w('section.alternatives'))}</h3>{listed(tried)}" if tried else ""
    )


def changes(d: Json, w: Words) -> str:
    """7 Next birthday, more months, earliest date, what a refund would destroy."""
    return listed([*why.shortfalls(d, w), *why.changes(d, w)]) or paragraph(w("page.nothing_next"))


def missing(d: Json, w: Words) -> str:
    """8 What is missing and who sends it."""
    return listed(why.missing(d, w)) or paragraph(w("page.nothing_missing"))


def disagree(d: Json, w: Words) -> str:
    """9 Last day and place, country by country."""
    items = "".join(
        f"<li>{escaped(text)}{' ' + cited(cite, url) if cite else ''}</li>"
        for text, cite, url in why.appeals(d, w)
    )
    return paragraph(w("disagree.intro")) + f"<ul>{items}</ul>" + paragraph(w("disagree.abroad"))


def reference(d: Json, w: Words) -> str:
    """10 Data, law with links, steps, how to verify."""
    ledger = d.get("ledger")
    proof = (
        w("verify.ledger", entry=ledger.get("entry"), hash=ledger.get("hash"))
        if isinstance(ledger, Mapping)
        else w("verify.none")
    )
    rules = [
        [f"<code>{escaped(name)}</code>", f"<code>{escaped(value)}</code>"]
        for name, value in (d.get("rules") or {}).items()
    ]
    law = "".join(f"<li>{cited(cite, url)}</li>" for cite, url in laws(d))
    return "\n".join(
        [
            f"<h3>{escaped(w('section.data'))}</h3>{paragraph(w('verify.person'))}",
            f'<h3>{escaped(w("section.law"))}</h3><ul class="law">{law}</ul>' if law else "",
            steps(d, w),
            f"<h3>{escaped(w('section.verify'))}</h3>{paragraph(proof)}",
            paragraph(w("verify.rules")),
            grid(w, w("column.rule"), ["rule", "fingerprint"], rules, ready=True),
        ]
    )


SECTIONS: tuple[tuple[str, Callable[[Json, Words], str]], ...] = (
    ("timeline", timeline),
    ("together", together),
    ("pays", pays),
    ("share", share),
    ("not_counted", not_counted),
    ("next", changes),
    ("missing", missing),
    ("disagree", disagree),
    ("reference", reference),
)


def steps(d: Json, w: Words) -> str:
    parts = []
    for line in answer.entitlements(d):
        nodes = tree(line.get("trace") or [], line.get("scheme"), w)
        if nodes:
            head = " · ".join(
                part
                for part in (
                    w.country(line.get("country")),
                    plain(line.get("scheme")),
                    w.route(line.get("route")),
                    answer.claimant(d, line, w),
                )
                if part
            )
            parts.append(
                f"<h4>{escaped(head)}</h4>"
                f'<ul class="steps">{"".join(step(node, w) for node in nodes)}</ul>'
            )
    return (
        f"<h3>{escaped(w('section.steps'))}</h3>{paragraph(w('page.steps'))}{''.join(parts)}"
        if parts
        else ""
    )


def step(node: Node, w: Words) -> str:
    text = f'{escaped(node.label)}: <span class="value">{escaped(node.value)}</span>'
    if node.certified:
        text += f" ({escaped(w('word.certified'))})"
    if node.sentence:
        text += f". {escaped(node.sentence)}"
    made = made_from(node)
    if made:
        text += f'<br><span class="note">{escaped(w("word.from_inputs"))} {escaped(made)}</span>'
    if node.cite:
        text += f'<br><span class="note">{cited(node.cite, node.url)}</span>'
    below = "".join(step(child, w) for child in node.children)
    return f"<li>{text}{f'<ul>{below}</ul>' if below else ''}</li>"
