"""Dated parameters: every table names its source, its end and the day somebody last saw it
stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from portability.dates import FOREVER, day, iso
from portability.exact import scale_text

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


class Asker(Protocol):
    """Who looks something up for n persons and is told for whom nothing is on record."""

    n: int

    def lacks(self, mask: ArrayLike, code: str, **detail: Any) -> None: ...


MINOR = {
    "JPY": 0,
    "KRW": 0,
    "XOF": 0,
    "XAF": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "TND": 3,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "JOD": 3,
    "UYW": 4,
}
BY = ("date", "born", "year", "key")


def minor_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217); 2 unless listed."""
    return MINOR.get(currency, 2)


@cache
def unit_scale(unit: str) -> tuple[int, str]:
    """ "1e-5 EUR" -> (5, "EUR"); "USD cent" -> (2, "USD"); "1e-7" -> (7, ""); "month" -> (0,
    "month")."""
    match = re.match(r"1e-(\d+)\s*(.*)\Z", unit)
    if match:
        return int(match[1]), match[2]
    if unit.endswith(" cent"):
        currency = unit[: -len(" cent")]
        return minor_digits(currency), currency
    return 0, unit


@frozen(eq=False)
class Table:
    """One dated parameter, scaled to int64.

    by      date (in force on a day) | born (the same, by birth date) | year (exact year only) |
    key (integer)
    keys    ascending: days, years or integers; values: int64, scaled by the table's unit
    certain bool per row: a row without value (or marked unverified) is a hole, never the value
    before it
    until   first day (or year) after the table's life; FOREVER if the rule stands until changed
    goes_on an assumption, never the law: the last published value stands for all later years
    """

    name: str
    owner: str
    by: str
    unit: str
    keys: Int
    values: Int
    certain: Bool
    cite: str
    source: str
    checked: str
    until: int = FOREVER
    steps: bool = False
    goes_on: bool = False
    text: Mapping[str, Any] = field(factory=dict)
    whole: bool = field(init=False)

    @whole.default
    def _whole(self) -> bool:
        return bool(self.certain.all())

    def continued(self) -> Table:
        """The table with its last published value going on, unless its file says that the rule
        ends (`until`)."""
        if self.text.get("until") is not None or self.by not in ("date", "year"):
            return self
        return evolve(self, until=FOREVER, goes_on=True)

    @property
    def scale(self) -> int:
        return unit_scale(self.unit)[0]

    @property
    def first(self) -> int:
        return int(self.keys[0])

    @property
    def last(self) -> int:
        return int(self.keys[-1])

    @property
    def dated(self) -> bool:
        return self.by in ("date", "born") or self.steps

    def find(self, x: ArrayLike) -> tuple[Int, Bool]:
        """(values, known) at x; values are 0 where unknown."""
        at = np.asarray(x, np.int64)
        if self.goes_on and self.by == "year":
            at = np.minimum(at, self.last)
        if self.dated:
            index = self.keys.searchsorted(at, side="right") - 1
            known = index >= 0
            if self.until != FOREVER:
                known &= at < self.until
        else:
            index = self.keys.searchsorted(at)
            known = self.keys.take(index, mode="clip") == at
        if not self.whole:
            known = known & self.certain.take(index, mode="clip")
        values: Int = self.values.take(index, mode="clip")
        return (values if known.all() else np.where(known, values, 0)), known

    def has(self, x: ArrayLike) -> Bool:
        return self.find(x)[1]

    def at(self, x: ArrayLike, run: Asker | None = None, need: Bool | None = None) -> Int:
        """Value per person at x (int64[n]); persons in `need` (default: all) beyond the table
        become unknown."""
        values, known = self.find(x)
        if run is not None and not known.all():
            missing = ~known if need is None else ~known & need
            self.lacks(run, np.broadcast_to(missing, (run.n,)), np.asarray(x, np.int64))
        return values

    def row(self, years: ArrayLike, run: Asker | None = None, need: Bool | None = None) -> Int:
        """Values of consecutive years (int64[Y], 0 where missing); need bool[n, Y]: who needs
        which year."""
        values, known = self.find(years)
        if run is not None and need is not None and not known.all():
            self.lacks(run, np.any(need & ~known, axis=1), np.asarray(years, np.int64)[~known])
        return values

    def matrix(self, years: ArrayLike, last: ArrayLike) -> Int:
        """int64[n, Y]: the row of years, years after last[n] holding the value of last[n]."""
        limit = np.minimum(
            np.asarray(years, np.int64)[None, :], np.asarray(last, np.int64)[:, None]
        )
        return self.find(limit)[0]

    def lacks(self, run: Asker, missing: Bool, x: Int) -> None:
        if missing.any():
            run.lacks(
                missing,
                "parameter_not_published",
                table=self.name,
                scheme=self.owner,
                at=self.words(x),
                known=self.span(),
            )

    def words(self, x: Int) -> str:
        if x.size == 0:
            return ""
        low, high = int(x.min()), int(x.max())
        text = (lambda v: iso(v)) if self.by in ("date", "born") else str
        try:
            return text(low) if low == high else f"{text(low)}…{text(high)}"
        except (ValueError, OverflowError):
            return "a date outside the calendar"

    def span(self) -> str:
        """The table's life in words: "1951…2024"."""
        if self.by in ("date", "born"):
            return f"{iso(self.first)}…{'open' if self.until == FOREVER else iso(self.until - 1)}"
        return f"{self.first}…{self.last}"


def compiled(
    name: str, owner: str, text: Mapping[str, Any], ready: list[Any] | None = None
) -> Table:
    """The checked YAML of a table -> Table; `ready`: its figures, if they are at hand. Raises
    ValueError with what is wrong."""
    keys, values, certain, until = figures(text) if ready is None else ready
    return Table(
        name,
        owner,
        text.get("by", "date"),
        str(text.get("unit", "1")),
        np.array(keys, np.int64),
        np.array(values, np.int64),
        np.array(certain, np.bool_),
        str(text["cite"]),
        str(text["source"]),
        str(text["checked"]),
        until,
        bool(text.get("steps")),
        text=text,
    )


def figures(text: Mapping[str, Any]) -> list[Any]:
    """[keys, values scaled by the unit, which of them are certain, end of life] of a table. Raises
    ValueError with what is wrong."""
    by = text.get("by", "date")
    if by not in BY:
        raise ValueError(f"by: {by!r}; one of {', '.join(BY)}")
    unit = str(text.get("unit", "1"))
    scale = 0 if unit == "1" else unit_scale(unit)[0]
    pairs = dated_rows(text, scale) if "rows" in text else plain_values(text, scale)
    keys = [k for k, _ in pairs]
    if not keys:
        raise ValueError("no rows")
    if any(later <= key for key, later in pairwise(keys)):
        raise ValueError("rows must ascend without repetition")
    for word in ("cite", "source", "checked"):
        if not text.get(word):
            raise ValueError(f"{word} is missing")
    values = [v or 0 for _, v in pairs]
    return [keys, values, [v is not None for _, v in pairs], end_of_life(text, by)]


def dated_rows(text: Mapping[str, Any], scale: int) -> list[tuple[int, int | None]]:
    key = {"date": day, "born": day}.get(text.get("by", "date"), int)
    return [
        (
            key(str(row["from"]) if key is day else row["from"]),
            None
            if row.get("unverified") or row["value"] is None
            else scale_text(row["value"], scale),
        )
        for row in text["rows"]
    ]


def plain_values(text: Mapping[str, Any], scale: int) -> list[tuple[int, int | None]]:
    key = (lambda k: day(str(k))) if text.get("by", "date") in ("date", "born") else int
    unverified = {str(k) for k in text.get("unverified") or ()}  # keys may be read as text
    return [
        (key(k), None if v is None or str(k) in unverified else scale_text(v, scale))
        for k, v in text["values"].items()
    ]


def end_of_life(text: Mapping[str, Any], by: str) -> int:
    """First key beyond the table: `until`, else the first `changes_on` day after `checked`,
    else never."""
    if text.get("until") is not None:
        return day(str(text["until"])) if by in ("date", "born") else int(text["until"])
    if by == "date" and text.get("changes_on"):
        checked = str(text["checked"])
        due = f"{checked[:4]}-{text['changes_on']}"
        return day(due) if due > checked else day(f"{int(checked[:4]) + 1}-{text['changes_on']}")
    return FOREVER
