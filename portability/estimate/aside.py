"""What a unit's results give besides rows: its lines of CSV, and its share of the report.

Both are made once a unit, by whoever made the unit or by any other process from its tables, so that
at the end they are only laid one after the other and added up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from portability.estimate import csvout
from portability.estimate.form import RESULTS
from portability.estimate.parts import Add, part, read_json, write_text
from portability.estimate.summary import Summary, partial


class Aside:
    """`with Aside(out, unit, csv) as aside: aside.add(table)`: every table of RESULTS holds whole
    members. The summary is written last, it says that all is there; csv: whether lines are wanted.
    """

    def __init__(self, out: Path, unit: int, csv: bool):
        self.out, self.unit, self.csv = out, unit, csv
        self.line: Add = lambda table: None
        self.summary, self.names = Summary(), set[str]()
        self.open = ExitStack()

    def __enter__(self) -> Aside:
        if self.csv:
            lines = csvout.lines(text_of(self.out, self.unit), RESULTS, head=False)
            self.line = self.open.enter_context(lines)
        return self

    def add(self, table: pa.Table) -> None:
        self.line(table)
        self.summary.take(partial(table))
        self.names |= named_in(table)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open.__exit__(kind, error, trace)
        if kind is None:
            told = {"names": sorted(self.names), "summary": self.summary.state()}
            write_text(told_of(self.out, self.unit), json.dumps(told))


def make(out: Path, unit: int, csv: bool, tables: Iterable[pa.Table]) -> None:
    """All of a unit's aside from its tables."""
    with Aside(out, unit, csv) as aside:
        for table in tables:
            aside.add(table)


def text_of(out: Path, unit: int) -> Path:
    return part(out, "results", unit, "csv")


def told_of(out: Path, unit: int) -> Path:
    return part(out, "told", unit, "json")


def total(out: Path, units: Iterable[int]) -> tuple[Summary, set[str]]:
    """(summary, schemes and routes) of all units together."""
    whole, names = Summary(), set[str]()
    for unit in units:
        told = read_json(told_of(out, unit))
        whole.take(Summary.of(told["summary"]))
        names |= set(told["names"])
    return whole, names


def named_in(table: pa.Table) -> set[str]:
    """Schemes and routes of a part of the results."""
    return {
        str(word)
        for name in ("scheme", "route")
        for word in table.column(name).unique().to_pylist()
        if word not in (None, "national")
    }
