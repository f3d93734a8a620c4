"""Earnings of a line from what the map allows: a certified sum, the contract's wage, or a level of
the scheme's own tables (`earnings_defaults` of its file).

A wage or level belongs to a month; a month of which a line covers d of L days gives d/L of it. The
sum of a line is rounded once, half up, to the minor unit. No exchange rate is used anywhere: a wage
in another currency than the scheme's is no wage of that scheme, and the next step is tried.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from functools import cache
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from portability import registry
from portability.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    NODATE,
    day,
    day_in_month,
    first_day,
    month_of,
)
from portability.estimate.fields import MONEY_SCALE, Read, Words
from portability.estimate.form import EARNINGS_FROM
from portability.estimate.mapping import Mapping
from portability.exact import mul_div
from portability.tables import Table, minor_digits

Bool = NDArray[np.bool_]
Int = NDArray[np.int64]
MONTHS = np.arange(FIRST_YEAR * 12, LAST_YEAR * 12)
PARTS = {"year": 12, "quarter": 3, "month": 1}  # months a figure is for
MOST = 10**13  # as in a case: more is no earnings


@frozen
class Spans:
    """What a line covers: its first and last month (index), the months between, and the share of
    the first and the last in days (a line within one month has no last)."""

    first: Int
    last: Int
    whole: Int
    first_days: Int
    first_length: Int
    last_days: Int
    last_length: Int
    days: Int

    def take(self, at: NDArray[np.intp]) -> Spans:
        return Spans(*(getattr(self, field).take(at) for field in FIELDS))

    def weight(self) -> tuple[Int, Int]:
        """Months as a fraction: (numerator, denominator)."""
        den = self.first_length * self.last_length
        num = self.whole * den + self.first_days * self.last_length
        return num + self.last_days * self.first_length, den


FIELDS = (
    "first",
    "last",
    "whole",
    "first_days",
    "first_length",
    "last_days",
    "last_length",
    "days",
)


def spans(start: Any, end: Any) -> Spans:
    """start, end: days of dated lines, end the last day."""
    first, last = month_of(start), month_of(end)
    days = np.asarray(end, np.int64) - start + 1
    one = first == last
    first_length = first_day(first + 1) - first_day(first)
    last_length = first_day(last + 1) - first_day(last)
    first_days = np.where(one, days, first_length - day_in_month(start) + 1)
    last_days = np.where(one, 0, day_in_month(end))
    whole = np.maximum(last - first - 1, 0)
    return Spans(first, last, whole, first_days, first_length, last_days, last_length, days)


@frozen(eq=False)
class Level:
    """A monthly level: `value` per month of MONTHS in minor units times `scale`, `known`, and both
    summed from the start (one longer)."""

    value: Int
    known: Bool
    sums: Int
    lacking: Int
    scale: int

    def of(self, span: Spans) -> tuple[Int, Bool]:
        """(sum of each line in minor units, known for all its months)."""
        a, b = span.first - MONTHS[0], span.last - MONTHS[0]
        lacking = self.lacking[b + 1] - self.lacking[a]
        between = self.sums[np.maximum(b, a + 1)] - self.sums[a + 1]
        den = span.first_length * span.last_length
        total = between * den + self.value[a] * span.first_days * span.last_length
        total += self.value[b] * span.last_days * span.first_length
        return mul_div(total, 1, den * self.scale, "half_up"), lacking == 0


@cache
def level(scheme: str, name: str, last: bool) -> Level | None:
    """The level a scheme's file declares under `earnings_defaults`, or None."""
    source = registry.source(scheme)
    said = source.text.get("earnings_defaults", {}).get(name)
    if said is None:
        return None
    names = said["table"] if isinstance(said["table"], list) else [said["table"]]
    value, known, scale = np.zeros(len(MONTHS), np.int64), np.zeros(len(MONTHS), np.bool_), 1
    for each in names:
        table = source.tables[each]
        found, here = at_months(table)
        digits = minor_digits(source.currency)
        up, down = max(digits - table.scale, 0), max(table.scale - digits, 0)
        scale = PARTS[said["per"]] * 10**down
        value = np.where(known, value, found * 10**up)
        known = known | here
    since = str(said.get("from", ""))
    if since:
        known &= first_day(MONTHS) >= day(since if len(since) == 10 else f"{since}-01-01")
    if last and known.any():
        end = int(np.flatnonzero(known)[-1])
        value[end + 1 :], known[end + 1 :] = value[end], True
    value = np.where(known, value, 0)
    sums = np.concatenate([[0], np.cumsum(value)])
    lacking = np.concatenate([[0], np.cumsum(~known)])
    return Level(value, known, sums, lacking, scale)


def at_months(table: Table) -> tuple[Int, Bool]:
    """A table's value in each month: of the year, or in force on the month's first day."""
    return table.find(first_day(MONTHS) if table.by == "date" else MONTHS // 12)


def looked_for(
    mapping: Mapping,
    scheme: Words,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    usable: Bool,
    given: Mapped[str, Read | Words],
) -> tuple[Int, NDArray[np.int8]]:
    """(earnings int64[m] in minor units of each line's scheme, -1 where no step gives any; path
    int8[m] in EARNINGS_FROM). given: "earnings<i>" and "currency<i>" of the map's steps."""
    m = len(start)
    out = np.full(m, -1, np.int64)
    path = np.full(m, EARNINGS_FROM.index("none"), np.int8)
    if not mapping.earnings:
        return out, path
    dated = usable & (start != NODATE)
    safe_start, safe_end = np.where(dated, start, 0), np.where(dated, end, 0)
    span = spans(safe_start, safe_end)
    open_ = usable.copy()
    for number, step in enumerate(mapping.earnings):
        if not open_.any():
            break
        may = open_ if step.source == "record" else open_ & dated
        code = EARNINGS_FROM.index(step.source)
        if step.column:
            may = may & (given[f"earnings{number}"].value >= 0)
        for place, name in enumerate(scheme.words):
            at = np.flatnonzero(may & (scheme.value == place))
            if step.currency is not None and len(at):
                at = at[in_currency(given[f"currency{number}"], at, registry.source(name).currency)]
            if not len(at):
                continue
            value, known = step_sums(number, mapping, name, span.take(at), given, at)
            at, value = at[known], value[known]
            out[at], path[at], open_[at] = value, code, False
    return out, path


def in_currency(column: Read | Words, at: NDArray[np.intp], currency: str) -> Bool:
    assert isinstance(column, Words)
    if currency not in column.words:
        return np.zeros(len(at), np.bool_)
    made: Bool = column.value[at] == column.words.index(currency)
    return made


def step_sums(
    number: int,
    mapping: Mapping,
    scheme: str,
    span: Spans,
    given: Mapped[str, Read | Words],
    at: NDArray[np.intp],
) -> tuple[Int, Bool]:
    """One step for the lines `at`, all of one scheme."""
    step = mapping.earnings[number]
    if not step.column:
        found = level(scheme, step.source, step.last)
        if found is None:
            return np.zeros(len(at), np.int64), np.zeros(len(at), np.bool_)
        return found.of(span)
    value = given[f"earnings{number}"].value[at].astype(np.int64)
    finer = 10 ** (MONEY_SCALE - minor_digits(registry.source(scheme).currency))
    if step.source == "record":
        made = mul_div(value, 1, finer, "half_up")
    elif step.per == "week":
        made = mul_div(value, span.days, 7 * finer, "half_up")
    else:
        months, den = span.weight()
        made = mul_div(value, months, den * finer * (12 if step.per == "year" else 1), "half_up")
    return made, np.ones(len(at), np.bool_)
