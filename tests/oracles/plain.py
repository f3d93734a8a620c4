"""What the plain oracles share: tables read as they are written, dates and roundings by hand."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2] / "calculators"


class Tables:
    """The tables of one scheme file; figures as fractions, LookupError where nothing was seen."""

    def __init__(self, path: str):
        self.text: dict[str, Any] = yaml.load(  # BaseLoader: every figure stays the text it is
            (ROOT / path).read_text("utf-8"), yaml.BaseLoader
        )["tables"]

    def on(self, name: str, day: date) -> Fraction:
        """Value in force on a day (tables by date or by birth)."""
        table = self.text[name]
        end = table.get("until")
        if end and day >= date.fromisoformat(end):
            raise LookupError(name)
        if table.get("changes_on"):
            checked = date.fromisoformat(table["checked"])
            month, dom = map(int, table["changes_on"].split("-"))
            due = date(checked.year, month, dom)
            due = due if due > checked else date(checked.year + 1, month, dom)
            if day >= due:
                raise LookupError(name)
        rows = [r for r in table["rows"] if date.fromisoformat(r["from"]) <= day]
        return seen(name, rows)

    def step(self, name: str, key: int) -> Fraction:
        """Value of the last key not above (tables by key with steps)."""
        table = self.text[name]
        if "until" in table and key >= int(table["until"]):
            raise LookupError(name)
        return seen(name, [r for r in table["rows"] if int(r["from"]) <= key])

    def of(self, name: str, key: int) -> Fraction:
        """Value of exactly this key or year."""
        table = self.text[name]
        if str(key) not in table["values"] or str(key) in table.get("unverified", []):
            raise LookupError(name)
        return Fraction(table["values"][str(key)])


def seen(name: str, rows: list[dict[str, str]]) -> Fraction:
    if not rows or rows[-1]["value"] == "null" or rows[-1].get("unverified"):
        raise LookupError(name)
    return Fraction(rows[-1]["value"])


def add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def age_in_months(born: date, day: date) -> int:
    """Completed months: the same day of the month completes one, or the last day if it has none."""
    months = (day.year - born.year) * 12 + day.month - born.month
    while add_months(born, months) > day:
        months -= 1
    return months


def months_of(start: date, end: date) -> set[int]:
    """Months touched from start to end (inclusive), as year * 12 + month - 1."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return set(range(first, last + 1))


def half_up(x: Fraction | int) -> int:
    return floor(Fraction(x) + Fraction(1, 2))


def down(x: Fraction | int) -> int:
    return floor(Fraction(x))


def up(x: Fraction | int) -> int:
    return ceil(Fraction(x))


def day_before(day: date) -> date:
    return day - timedelta(1)
