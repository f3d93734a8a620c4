"""A comparison as one self-contained page: no script, nothing loaded; the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from portability.clean import escaped, link
from portability.compare import said
from portability.compare.columns import Cell
from portability.compare.printed import about, summary
from portability.compare.redline import GONE, NEW, Redline
from portability.compare.side_by_side import Comparison, Row
from portability.markup import framed

# One style for all pages: the sheet of the person's page, and what a wide table needs beside it.
STYLES = (
    Path(__file__).parents[1] / "report" / "page.css",
    Path(__file__).with_name("printed_page.css"),
)
TAGS = {GONE: "del", NEW: "ins"}


def page(shown: Comparison, whole: Comparison) -> str:
    """What is compared, who stands across from whom, and a table under every heading."""
    title = f"{', '.join(shown.labels)}: clause by clause"
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    body = f"""<main class="broad">
<h1>{escaped(title)}</h1>
{opening(shown, whole)}
{sections(shown)}
{texts(shown)}
</main>"""
    return framed(title, style, body)


def sections(shown: Comparison) -> str:
    """A table under every heading."""
    return (
        "\n".join(
            section(list(rows), shown.labels)
            for _, rows in groupby(shown.rows, key=lambda row: row.heading.id)
        )
        or "<p>No clause to show.</p>"
    )


def opening(shown: Comparison, whole: Comparison) -> str:
    told = "".join(f"<li>{escaped(sentence)}.</li>" for sentence in shown.told)
    names = "".join(
        f"<li><strong>{escaped(label)}</strong>: {escaped(text.title)} "
        f"({escaped(said.word(text.status))})</li>"
        for label, text in zip(shown.labels, shown.texts, strict=True)
    )
    return (
        f'<ul>{names}</ul>\n<p class="standing">{escaped(summary(whole))}.</p>\n'
        + (f"<ul>{told}</ul>\n" if told else "")
        + '<p class="note">Compared by meaning: lengths in any unit, order, line breaks and '
        "punctuation are no change; what is unknown is never the same as anything.</p>"
    )


def section(rows: Sequence[Row], labels: Sequence[str]) -> str:
    heading = rows[0].heading
    heads = "".join(
        f'<th role="columnheader" scope="col">{escaped(name)}</th>'
        for name in ("Clause", "State", *labels)
    )
    lines = "\n".join(line(row, labels) for row in rows)
    return (
        f'<section aria-labelledby="h-{heading.id}">\n'
        f'<h2 id="h-{heading.id}">{escaped(heading.title)}</h2>\n'
        f'<div class="wide stack"><table role="table" class="sides">'
        f"<caption>{escaped(heading.title)}, {len(rows)} "
        f"{'clause' if len(rows) == 1 else 'clauses'}</caption>"
        f'<colgroup><col class="what"><col class="state"></colgroup>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{lines}\n</tbody></table></div>\n</section>'
    )


def line(row: Row, labels: Sequence[str]) -> str:
    whom = about(row)
    head = escaped(row.title) + (f'<br><span class="note">{escaped(whom)}</span>' if whom else "")
    cells = "".join(
        f'<td role="cell" data-label="{escaped(label)}">{cell_of(cell)}</td>'
        for label, cell in zip(labels, row.cells, strict=True)
    )
    means = "".join(
        f'<div class="note">{escaped(part)}</div>' for cell in row.cells for part in cell.means
    )
    return (
        f'<tr role="row" class="{row.state}"><th role="rowheader" scope="row">{head}</th>'
        f'<td role="cell" data-label="State">{escaped(row.verdict)}{means}</td>{cells}</tr>'
    )


def cell_of(cell: Cell) -> str:
    """The clause, the words that changed in it, quotation, article and remark."""
    clause = cell.clause
    if clause is None:
        return f'<span class="note">{escaped(cell.text)}</span>'
    parts = [escaped(cell.text)]
    if cell.redline:
        parts.append(f'<span class="redline">{redline(cell.redline)}</span>')
    if clause.quote:
        parts.append(f"<q>{escaped(clause.quote)}</q>")
    if cell.quoted:
        parts.append(f'<span class="redline"><q>{redline(cell.quoted)}</q></span>')
    cites = "; ".join(dict.fromkeys(cited(c.article, c.url) for c in clause.cites if c.article))
    if cites:
        parts.append(f'<span class="note">{cites}</span>')
    if clause.note:
        parts.append(f'<span class="note">Remark of the file: {escaped(clause.note)}</span>')
    return "".join(f"<div>{part}</div>" for part in parts)


def redline(parts: Redline) -> str:
    return " ".join(
        f"<{TAGS[kind]}>{escaped(text)}</{TAGS[kind]}>" if kind in TAGS else escaped(text)
        for kind, text in parts
    )


def cited(article: str, url: str) -> str:
    address = link(url)
    if not address:
        return escaped(article)
    return f'<a href="{escaped(address)}" rel="noreferrer">{escaped(article)}</a>'


def texts(shown: Comparison) -> str:
    """Which files were compared, and what they were read from."""
    rows = "".join(
        f"<li><strong>{escaped(label)}</strong> <code>{escaped(text.digest)}</code>"
        f"<ul>{''.join(sources(text.raw.get('sources', {}).values()))}</ul></li>"
        for label, text in zip(shown.labels, shown.texts, strict=True)
    )
    return (
        '<section aria-labelledby="h-texts">\n<h2 id="h-texts">Files and sources</h2>\n'
        f'<ul class="law">{rows}</ul>\n</section>'
    )


def sources(rows: Iterable[dict[str, str]]) -> Iterable[str]:
    for row in rows:
        seen = escaped(f"{said.word(row['kind'])}, seen {row['seen']}")
        yield f"<li>{cited(row['title'], row['url'])} ({seen})</li>"
