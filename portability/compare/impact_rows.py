"""An impact as figures for a spreadsheet: one figure a row, low, central and high beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from portability.clean import plain
from portability.compare.costs import TABLES
from portability.compare.costs_told import assumption, clauses_told
from portability.compare.grid import Grid
from portability.compare.impact_told import case_told, headed
from portability.compare.peopled import LEVELS
from portability.compare.printed import FORMULA
from portability.compare.printed_book import LONGEST, MADE

Json = Mapping[str, Any]
HEADS = (
    *("from", "to", "what", "scheme", "country", "currency"),
    *("by", "group", "effect", "when", "span"),
    *(*LEVELS, "remark"),
)
WIDTHS = {"remark": 80, "group": 34, "scheme": 14, "from": 18, "to": 18, "effect": 16}
WIDE = 2_000  # a line of the header is one cell
FIGURES = slice(HEADS.index(LEVELS[0]), HEADS.index(LEVELS[-1]) + 1)


def rows(impact: Json) -> Iterator[dict[str, str]]:
    """Every figure of an impact, by HEADS; what a row does not have is empty. Of a case the central
    figure is the difference a year; persons and cases are in the remark."""
    for pair in impact["pairs"]:
        sides = {"from": pair["from"], "to": pair["to"]}
        for row in pair["persons"]:
            yield placed(impact, sides, row, "persons", row["persons"])
        for row in pair["benefits"]:
            yield placed(impact, sides, row, "benefits", row["sum"])
        for table in TABLES:
            for row in pair.get(table, ()):
                remark = row.get("unknown", clauses_told(row))
                yield placed(impact, sides, row, table, row.get("sum", {}), remark)
        for row in pair["unknown"]:
            why = f"{row['reason']} {row['detail']}".strip()
            yield placed(impact, sides, row, "unknown", row["persons"], why)
        for row in pair["cases"]:
            told = (
                f"{row['persons']} persons: {case_told(row['before'])} → {case_told(row['after'])}"
            )
            yield placed(
                impact, sides, row, "case", {"central": row["difference_a_year"]}, told
            ) | {"group": ", ".join(str(row[key]) for key in GROUPS if key in row)}
    yield from stated(impact)


GROUPS = ("sex", "age", "earnings", "corridor")


def placed(
    impact: Json, sides: Json, row: Json, what: str, levels: Json, remark: str = ""
) -> dict[str, str]:
    about = impact["schemes"][row["scheme"]]
    money = what not in ("persons", "unknown")
    made = dict.fromkeys(HEADS, "") | dict(sides) | {"what": what, "remark": remark}
    made |= {"scheme": row["scheme"], "country": about["country"]}
    made |= {"currency": about["currency"] if money else ""}
    made |= {key: row[key] for key in ("by", "group", "effect", "when", "span") if key in row}
    return made | {key: str(value) for key, value in levels.items()}


def stated(impact: Json) -> Iterator[dict[str, str]]:
    """Who the people are, and what the figures rest on: bands, stated costs with the hash of their
    file, what is left out."""
    notes = [("people", line) for line in headed(impact, WIDE)]
    notes += [("not told", f"{name}: {text}") for name, text in impact["not_told"].items()]
    if impact["earnings"] is not None:
        said = impact["earnings"]
        notes += [("earnings", said["definition"]), ("earnings", said["standard"])]
        notes += [("earnings", f"{name}: {text}") for name, text in said["averages"].items()]
    if impact["costs"] is not None:
        found = impact["costs"]
        notes += [("stated", assumption(row)) for row in found["inputs"]]
        notes += [("source", f"{name}: {text}") for name, text in found["sources"].items()]
        notes.append(("hash", f"{found['title']}: {found['digest']}"))
    for what, text in notes:
        yield dict.fromkeys(HEADS, "") | {"what": what, "remark": text}


def safe(text: str) -> str:
    """A cell that a spreadsheet would compute begins with '."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def as_csv(impact: Json) -> bytes:
    """RFC 4180, one figure a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    for row in rows(impact):
        cells = list(row.values())
        writer.writerow([*map(safe, cells[: FIGURES.start]), *cells[FIGURES], safe(cells[-1])])
    return out.getvalue().encode()


def book(impact: Json | None, grids: Iterable[Grid]) -> bytes:
    """An XLSX workbook: every figure as a number, and the tables as they are read. Raises
    ImportError where the `xlsx` extra is not installed."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(out, options)
    workbook.set_properties({"title": "What it does to people", "created": MADE})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    lines = [] if impact is None else list(headed(impact, WIDE))
    tables_sheet(workbook.add_worksheet("Tables"), lines, grids, head, wrap)
    if impact is not None:
        figures_sheet(workbook.add_worksheet("Figures"), impact, head, wrap)
    workbook.close()
    return out.getvalue()


def figures_sheet(sheet: Any, impact: Json, head: Any, wrap: Any) -> None:
    for column, name in enumerate(HEADS):
        sheet.set_column(column, column, WIDTHS.get(name, 14))
        sheet.write_string(0, column, name, head)
    last = 0
    for last, row in enumerate(rows(impact), 1):
        for column, (name, text) in enumerate(row.items()):
            if name in LEVELS and text:
                sheet.write_number(last, column, Decimal(text))
            elif text:
                sheet.write_string(last, column, plain(text)[:LONGEST], wrap)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(HEADS) - 1)


def tables_sheet(
    sheet: Any, lines: Sequence[str], grids: Iterable[Grid], head: Any, wrap: Any
) -> None:
    """Who the people are, then the tables one below the other, each with its title and what a
    reader must know of it."""
    sheet.set_column(0, 7, 28)
    for at, text in enumerate(lines):
        sheet.write_string(at, 0, plain(text)[:LONGEST])
    at = len(lines) + 1 if lines else 0
    for grid in grids:
        if not grid.rows:
            continue
        sheet.write_string(at, 0, plain(grid.title), head)
        for cells, kind in ((grid.heads, head), *((row, wrap) for row in grid.rows)):
            at += 1
            for column, text in enumerate(cells):
                sheet.write_string(at, column, plain(text)[:LONGEST], kind)
        if grid.note:
            at += 1
            sheet.write_string(at, 0, plain(grid.note)[:LONGEST])
        at += 2
