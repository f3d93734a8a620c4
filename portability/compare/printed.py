"""A comparison as text for a terminal, as JSON and as CSV; `printed_page` and `printed_book` make
the page and the spreadsheet of the same pieces."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from portability.clean import plain, width
from portability.compare import meaning, said
from portability.compare.columns import Cell
from portability.compare.redline import marked
from portability.compare.side_by_side import ONLY, Comparison, Row, Where
from portability.layout import wrapped

SCHEMA = "portability/comparison@1"
NARROWEST, WIDEST = 60, 140
FEW = 4
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would compute a cell that begins so


def where(row: Row, most: int | None = None) -> str:
    """ "us-oasdi, de-grv / fr-cnav: old age, survivors"; beyond `most` schemes only their
    number."""
    branches: dict[str, list[str]] = {}
    for one in row.where:
        branches.setdefault(one.scheme, []).append(one.branch)
    groups: dict[str, list[str]] = {}
    for scheme, names in branches.items():
        groups.setdefault(", ".join(map(said.word, names)), []).append(scheme)
    return "; ".join(f"{shortened(schemes, most)}: {names}" for names, schemes in groups.items())


def shortened(names: list[str], most: int | None) -> str:
    shown = ["every scheme" if name == "*" else name for name in names]
    if most is None or len(shown) <= most:
        return ", ".join(shown)
    return f"{', '.join(shown[:most])} and {len(shown) - most} more"


def about(row: Row, most: int | None = None) -> str:
    """For whom a row holds: party, schemes and branches, case."""
    return " · ".join(part for part in (row.party, where(row, most), row.cases) if part)


def article(cell: Cell) -> str:
    return cell.clause.article if cell.clause is not None else ""


def changes(cell: Cell) -> str:
    """The words that changed, of the clause and of what is quoted."""
    quoted = f'; "{marked(cell.quoted)}"' if cell.quoted else ""
    return marked(cell.redline) + quoted


def summary(whole: Comparison) -> str:
    """How many clauses are in which state."""
    n = whole.counts()
    pairs = len(whole.texts) == 2
    parts = (
        (meaning.CHANGED, "changed"),
        (ONLY, "in one text only" if pairs else "not in every text"),
        (meaning.OPEN, "unknown in one text" if pairs else "unknown in some"),
        (meaning.SAME, "the same"),
        ("unknown_everywhere", "unknown in both" if pairs else "unknown in all"),
    )
    return ", ".join(f"{n[key]} {words}" for key, words in parts)


# --- terminal


def table(shown: Comparison, whole: Comparison, columns: int | None = None) -> str:
    """Heading by heading, clause by clause: what each text says with its article, and the words
    that changed. `whole`: the comparison before rows were chosen, for the count."""
    room = min(max(columns or shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    lines = [*opening(shown, whole, room)]
    heading = ""
    for row in shown.rows:
        if row.heading.id != heading:
            heading = row.heading.id
            lines += ["", plain(row.heading.title), "-" * width(row.heading.title)]
        lines += [*block(row, shown.labels, room)]
    if not shown.rows:
        lines += ["", "No clause to show."]
    lines += ["", *sources(shown, room)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def opening(shown: Comparison, whole: Comparison, room: int) -> Iterator[str]:
    size = max(map(width, shown.labels))
    for label, text in zip(shown.labels, shown.texts, strict=True):
        yield from hung(label, size, plain(f"{text.title} ({said.word(text.status)})"), room)
    for sentence in shown.told:
        yield from wrapped(plain(sentence) + ".", room)
    yield from wrapped(summary(whole) + ".", room)


def block(row: Row, labels: tuple[str, ...], room: int) -> Iterator[str]:
    head = " · ".join(part for part in (row.title, about(row, FEW)) if part)
    lines = wrapped(plain(head), room - 2)
    verdict = plain(row.verdict)
    if len(lines) == 1 and width(lines[0]) + width(verdict) + 4 <= room:
        lines = [lines[0] + " " * (room - 2 - width(lines[0]) - width(verdict)) + verdict]
    else:
        lines.append(f"  {verdict}")
    yield from ("  " + line for line in lines)
    size = max(map(width, [*labels, "change"]))
    for label, cell in zip(labels, row.cells, strict=True):
        cite = f" [{article(cell)}]" if article(cell) else ""
        quote = cell.clause.quote if cell.clause is not None else ""
        text = cell.text + (f' "{quote}"' if quote else "") + cite
        yield from ("    " + line for line in hung(label, size, plain(text), room - 4))
    for cell in row.cells:
        if cell.redline:
            text = plain(changes(cell))
            yield from ("    " + line for line in hung("change", size, text, room - 4))


def hung(label: str, size: int, text: str, room: int) -> list[str]:
    """A label, and beside it a text that wraps under itself."""
    lines = wrapped(text, max(room - size - 2, 20))
    first = plain(label) + " " * (size - width(plain(label)) + 2) + lines[0]
    return [first, *(" " * (size + 2) + line for line in lines[1:])]


def sources(shown: Comparison, room: int) -> Iterator[str]:
    """Where the articles shown can be read."""
    for i, label in enumerate(shown.labels):
        urls = dict.fromkeys(
            cite.url
            for row in shown.rows
            if (clause := row.cells[i].clause) is not None
            for cite in clause.cites
            if cite.url and cite.article
        )
        for url in urls:
            yield f"{plain(label)}: {plain(url)}"


# --- programs


def document(shown: Comparison, whole: Comparison) -> dict[str, Any]:
    """The comparison as one JSON object; order and words are stable."""
    return {
        "schema": SCHEMA,
        "texts": [
            {
                "label": label,
                "id": text.id,
                "title": text.title,
                "kind": text.kind,
                "status": text.status,
                "digest": text.digest,
            }
            for label, text in zip(shown.labels, shown.texts, strict=True)
        ],
        "sides": list(shown.told),
        "counts": whole.counts(),
        "rows": [row_document(row, shown.labels) for row in shown.rows],
    }


def row_document(row: Row, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "heading": row.heading.id,
        "clause": row.part,
        "title": row.title,
        "state": row.state,
        "only_in": list(row.only),
        "unknown_in": list(row.unknown),
        "differs": list(row.differs),
        "party": row.party or None,
        "cases": row.cases or None,
        "where": [where_document(one, labels) for one in row.where],
        "texts": {
            label: cell_document(cell) for label, cell in zip(labels, row.cells, strict=True)
        },
    }


def where_document(one: Where, labels: tuple[str, ...]) -> dict[str, Any]:
    schemes = {label: scheme for label, scheme in zip(labels, one.schemes, strict=True) if scheme}
    return {"branch": one.branch, "schemes": schemes}


def cell_document(cell: Cell) -> dict[str, Any]:
    clause = cell.clause
    if clause is None:
        return {"text": cell.text, "stated": False}
    made: dict[str, Any] = {
        "text": cell.text,
        "stated": clause.absent is None,
        "path": clause.path,
        "cites": [cite_document(cite) for cite in clause.cites],
        "value": clause.raw,
    }
    for key, value in (("wording", clause.wording), ("note", clause.note)):
        if value:
            made[key] = value
    if cell.means:
        made["means"] = list(cell.means)
    for key, parts in (("change", cell.redline), ("change_of_quotation", cell.quoted)):
        if parts:
            made[key] = [{"kind": kind, "words": words} for kind, words in parts]
    return made


def cite_document(cite: Any) -> Mapping[str, str]:
    stated = {"article": cite.article, "url": cite.url, "quote": cite.quote}
    return {key: value for key, value in stated.items() if value}


def as_json(shown: Comparison, whole: Comparison) -> str:
    return json.dumps(document(shown, whole), indent=2, ensure_ascii=False, default=str) + "\n"


def heads(labels: tuple[str, ...]) -> list[str]:
    """Names of the columns of a spreadsheet."""
    each = ("text", "article", "link", "quotation", "place in the file")
    return [
        *("heading", "clause", "party", "schemes and branches", "case", "state", "what differs"),
        *(f"{label}: {name}" for label in labels for name in each),
        *(f"{label}: change" for label in labels[1:]),
    ]


def line(row: Row) -> list[str]:
    """One row of a spreadsheet, in the order of `heads`."""
    made = [row.heading.title, row.title, row.party, where(row), row.cases, row.verdict]
    made.append(" | ".join("; ".join(cell.means) for cell in row.cells if cell.means))
    for cell in row.cells:
        clause = cell.clause
        made += [
            cell.text,
            article(cell),
            clause.url if clause is not None else "",
            clause.quote if clause is not None else "",
            clause.path if clause is not None else "",
        ]
    made += [changes(cell) for cell in row.cells[1:]]
    return [plain(text) for text in made]


def as_csv(shown: Comparison) -> str:
    """RFC 4180, one clause a row; a cell that a spreadsheet would compute begins with '."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads(shown.labels))
    for row in shown.rows:
        writer.writerow([f"'{text}" if text.startswith(FORMULA) else text for text in line(row)])
    return out.getvalue()
