"""Figures of a published summary as words: counts, sums, names, and the pieces of their bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from portability.clean import escaped, plain
from portability.estimate.charts import Bar, Piece, bars
from portability.markup import table
from portability.words import Words

Json = Mapping[str, Any]
CHART_ROWS, TABLE_ROWS = 15, 300


@frozen
class Telling:
    """A summary and the words it is told in."""

    s: Json
    w: Words

    # --- figures

    def number(self, text: str) -> str:
        """Marks between thousands, also of four digits: figures stand in columns."""
        marks = self.w.raw("number")
        sign = "-" if text.startswith("-") else ""
        whole, point, rest = text.removeprefix("-").partition(".")
        if not whole.isdigit():
            return plain(text)
        grouped = f"{int(whole):,}".replace(",", marks["group"])
        return f"{sign}{grouped}{marks['decimal'] if point else ''}{rest}"

    def cell(self, value: Any) -> str:
        """42, "<5", withheld."""
        if isinstance(value, int):
            return self.number(str(value))
        return self.w("word.withheld") if value == "withheld" else plain(value)

    def count(self, value: Any, unit: str) -> str:
        """ "42 members", "<5 members"."""
        form = "one" if value == 1 else "other"
        return self.w(f"unit.{unit}.{form}", n=self.cell(value))

    def sum(self, line: Json, which: str = "likely") -> str:
        """ "1,234.50 USD a month", or withheld."""
        if line.get(which) is None:
            return f"{self.period(line['currency'], line.get('per'))}: {self.w('word.withheld')}"
        figure = f"{self.number(line[which])} {plain(line['currency'])}"
        return self.period(figure, line.get("per"))

    def sums(self, lines: Sequence[Json], which: str = "likely") -> str:
        return "; ".join(self.sum(line, which) for line in lines) or self.w("word.none")

    def period(self, amount: str, per: str | None) -> str:
        """ "USD a month"."""
        known = per is not None and self.w.has(f"per.{per}")
        return self.w(f"per.{per}", amount=amount) if known else plain(amount)

    # --- names

    def country(self, code: Any) -> str:
        return self.w("word.not_stated") if code is None else self.w.country(code)

    def scheme(self, scheme: Any) -> str:
        """ "United States Social Security (us-oasdi)"."""
        name = self.w.scheme(scheme)
        return name if name == plain(scheme) else f"{name} ({plain(scheme)})"

    def outcome(self, group: Sequence[str]) -> str:
        """Outcomes that stand together are named together."""
        return str(self.w.raw("or")).join(self.w.name("outcome", word) for word in group)

    # --- rows

    def pieces(self, row: Json, groups: Sequence[Sequence[str]]) -> tuple[Piece, ...]:
        """What of a row can be drawn: nothing without its total; what is left of it as one."""
        if not isinstance(row["total"], int):
            return ()
        made = []
        for group, value in zip(groups, row["cells"], strict=True):
            if isinstance(value, int) and value:
                says = f"{self.outcome(group)}: {self.cell(value)}"
                made.append(Piece(group[0], value, says))
        rest = row["total"] - sum(piece.size for piece in made)
        if rest:
            made.append(Piece("withheld", rest, f"{self.w('word.withheld')}: {self.cell(rest)}"))
        return tuple(made)

    def legend(self, groups: Sequence[Sequence[str]]) -> str:
        """Only outcomes that occur, and the mark of what is withheld."""
        items = [(group[0], self.outcome(group)) for group in groups]
        items.append(("withheld", self.w("word.withheld")))
        return key(items)

    def stacked(
        self,
        title: str,
        table: Json,
        head: str,
        name: Callable[[Json], str],
        brief: Callable[[Json], str] | None = None,
        order: Callable[[Json], Any] | None = None,
    ) -> str:
        """Rows of outcomes as bars, and as a table with their sums. head: the column of names;
        brief: names for the chart, where others than in the table."""
        groups, rows = table["columns"], sorted(table["rows"], key=order or size)
        named = self.w(f"title.{title}")
        drawn = [row for row in rows if isinstance(row["total"], int)][:CHART_ROWS]
        label = brief or name
        lines = [Bar(label(r), self.pieces(r, groups), self.cell(r["total"])) for r in drawn]
        first = f"{lines[0].name}, {lines[0].figure}" if lines else ""
        chart = bars(
            title, named, self.w("chart.stacked", title=named, n=len(lines), first=first), lines
        )
        if len(rows) > len(drawn) and chart:
            chart += note(self.w("word.rest_of_chart", n=len(drawn)))
        cells = [
            [
                name(row),
                self.cell(row["total"]),
                *map(self.cell, row["cells"]),
                self.sums(row["money"]),
            ]
            for row in rows
        ]
        top = [
            self.w(f"column.{head}"),
            self.w("column.total"),
            *(self.outcome(group) for group in groups),
            self.w("column.money"),
        ]
        return (
            figure(named, chart, self.w)
            + self.legend(groups)
            + self.table(self.w("word.same", title=named), top, cells, range(1, len(top) - 1))
        )

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        figures: Sequence[int] = (),
    ) -> str:
        """A table with ready headings; long ones end with a word on the rest."""
        made = table(caption, heads, rows[:TABLE_ROWS], figures)
        if len(rows) <= TABLE_ROWS:
            return made
        told = self.w("word.rest_of_table", shown=TABLE_ROWS, n=self.w.number(len(rows)))
        return made + note(told)


def size(row: Json) -> tuple[int, str]:
    """The largest first; rows whose total is withheld last, in the order of their names."""
    total = row["total"]
    names = [str(value) for name, value in row.items() if name not in ("total", "cells", "money")]
    return (-total if isinstance(total, int) else 1), "|".join(names)


def key(items: Iterable[tuple[str, str]]) -> str:
    """A legend: a mark and its word."""
    return (
        '<ul class="legend">'
        + "".join(
            f'<li><svg viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" '
            f'class="seg {kind}"/></svg>{escaped(word)}</li>'
            for kind, word in items
        )
        + "</ul>"
    )


def note(text: str) -> str:
    return f'<p class="note">{escaped(text)}</p>'


def figure(caption: str, chart: str, w: Words) -> str:
    """A chart under its name; wide ones scroll on a narrow screen."""
    if not chart:
        return ""
    return (
        f'<figure><figcaption>{escaped(caption)}</figcaption><div class="wide" role="group" '
        f'tabindex="0" aria-label="{escaped(w("word.scroll"))}">{chart}</div></figure>'
    )
