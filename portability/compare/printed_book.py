"""A comparison as a spreadsheet: one clause a row, articles beside it; the same bytes every
time."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from portability.clean import plain
from portability.compare.printed import heads, line, summary
from portability.compare.redline import GONE, KEPT, Redline
from portability.compare.side_by_side import Comparison, Row

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a file's hash must not tell the hour
LONGEST = 32_000  # a cell of a spreadsheet holds 32,767 signs
WIDTHS = {"text": 48, "change": 48, "article": 20, "link": 24, "quotation": 28}
FIRST = (22, 26, 10, 30, 26, 18, 36)


def book(shown: Comparison, whole: Comparison) -> bytes:
    """An XLSX workbook: the clauses, and the texts with their sources. Raises ImportError where
    the `xlsx` extra is not installed."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(out, options)
    workbook.set_properties({"title": "Clause by clause", "created": MADE})
    formats = {
        "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "head": workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        ),
        GONE: workbook.add_format({"font_color": "#8A1C1C", "font_strikeout": True}),
        "+": workbook.add_format({"font_color": "#14562B", "underline": 1}),
        KEPT: workbook.add_format({"font_color": "#000000"}),
    }
    clauses_sheet(workbook.add_worksheet("Clauses"), shown, formats)
    texts_sheet(workbook.add_worksheet("Texts"), shown, whole, formats)
    workbook.close()
    return out.getvalue()


def clauses_sheet(sheet: Any, shown: Comparison, formats: dict[str, Any]) -> None:
    names = heads(shown.labels)
    for column, name in enumerate(names):
        wide = WIDTHS.get(name.rpartition(": ")[2], 24)
        sheet.set_column(column, column, FIRST[column] if column < len(FIRST) else wide)
        sheet.write_string(0, column, plain(name), formats["head"])
    for at, row in enumerate(shown.rows, 1):
        for column, text in enumerate(line(row)):
            sheet.write_string(at, column, text[:LONGEST], formats["wrap"])
        redlines(sheet, at, len(names), row, formats)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(shown.rows), 1), len(names) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def redlines(sheet: Any, at: int, columns: int, row: Row, formats: dict[str, Any]) -> None:
    """The words that changed, in colour, over the plain ones."""
    first = columns - len(row.cells) + 1
    for i, cell in enumerate(row.cells[1:]):
        parts = (*cell.redline, (KEPT, ";"), *cell.quoted) if cell.quoted else cell.redline
        runs = coloured(parts, formats)
        if len(runs) > 2 and sum(len(text) for _, text in parts) < LONGEST:
            sheet.write_rich_string(at, first + i, *runs, formats["wrap"])


def coloured(parts: Redline, formats: dict[str, Any]) -> list[Any]:
    """Format, text, format, text …: what a cell with several runs is made of."""
    runs: list[Any] = []
    for i, (kind, text) in enumerate(parts):
        runs += [formats[kind], ("" if i == 0 else " ") + plain(text)]
    return runs


def texts_sheet(sheet: Any, shown: Comparison, whole: Comparison, formats: dict[str, Any]) -> None:
    """What was compared: files with their hashes, sources, who stands across from whom, counts."""
    rows: list[tuple[str, str, str]] = [("text", "what", "")]
    for label, text in zip(shown.labels, shown.texts, strict=True):
        rows += [(label, "title", text.title), (label, "file", text.digest)]
        rows += [
            (label, f"source: {row['title']}", str(row["url"]))
            for row in text.raw.get("sources", {}).values()
        ]
    rows += [("", "sides", sentence) for sentence in shown.told]
    rows.append(("", "clauses", summary(whole)))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 2, 70)
    for at, cells in enumerate(rows):
        for column, text_ in enumerate(cells):
            kind = formats["head" if at == 0 else "wrap"]
            sheet.write_string(at, column, plain(text_)[:LONGEST], kind)
