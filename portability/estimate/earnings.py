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
    FOREVER,
    LAST_YEAR,
    NODATE,
    day,
    first_day,
    month_of,
)
from portability.estimate.fields import MONEY_SCALE, Read, Words
from portability.estimate.form import EARNINGS_FROM
from portability.estimate.mapping import Earnings, Mapping
from portability.exact import mul_div
from portability.tables import Table, minor_digits

Bool = NDArray[np.bool_]
Int = NDArray[np.int64]
MONTHS = np.arange(FIRST_YEAR * 12, LAST_YEAR * 12)
PARTS = {"year": 12, "quarter": 3, "month": 1}  # months a figure is for
NOWHERE = -9  # no place of a word
MOST = 10**13  # as in a case: more is no earnings


@frozen
class Spans:
    """What m dated lines cover: first and last month (index), days and length of each; a line
    within one month has its days in the first, and none in the last."""

    first: Int
    last: Int
    first_days: Int
    first_length: Int
    last_days: Int
    last_length: Int

    def months(self) -> tuple[Int, Int]:
        """Months as a fraction: (numerator, denominator)."""
        den = self.first_length * self.last_length
        num = self.first_days * self.last_length + self.last_days * self.first_length
        return num + np.maximum(self.last - self.first - 1, 0) * den, den


def spans(start: Any, end: Any) -> Spans:
    """start, end: days, end the last day."""
    first, last = month_of(start), month_of(end)
    opens, closes = first_day(first + 1), first_day(last)
    one = first == last
    first_days = np.where(one, end + 1 - start, opens - start)
    last_days = np.where(one, 0, end + 1 - closes)
    lengths = opens - first_day(first), first_day(last + 1) - closes
    return Spans(first, last, first_days, lengths[0], last_days, lengths[1])


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
    open_ = usable.copy()
    for number, step in enumerate(mapping.earnings):
        may = open_ if step.source == "record" else open_ & (start != NODATE)
        if step.column:
            amount = given[f"earnings{number}"].value
            may = may & (amount >= 0)
            if step.source != "record" or step.currency is not None:
                may &= in_money(currency_of(given, number), scheme, start, end)
            at = np.flatnonzero(may)
            out[at] = stated(step, amount, scheme, start, end, at)
        else:
            may &= in_money(None, scheme, start, end)
            at = from_tables(step, scheme, start, end, np.flatnonzero(may), out)
        open_[at], path[at] = False, EARNINGS_FROM.index(step.source)
    return out, path


def currency_of(given: Mapped[str, Read | Words], number: int) -> Words | None:
    found = given.get(f"currency{number}")
    return found if isinstance(found, Words) else None


EURO = day("2002-01-01")  # what is older was earned in other money (Reg. (EC) 974/98 art. 15)


@cache
def moneys(scheme: str) -> tuple[tuple[str, int, int], ...]:
    """(currency, first day, day after the last) in which a scheme's sums are kept."""
    source = registry.source(scheme)
    former = source.text.get("former_money")
    if former is not None:
        since, until = day(str(former["from"])), day(str(former["until"]))
        return (source.currency, until, FOREVER), (str(former["currency"]), since, until)
    return ((source.currency, EURO if source.currency == "EUR" else NODATE, FOREVER),)


def in_money(column: Words | None, scheme: Words, start: Any, end: Any) -> Bool:
    """Whether a line lies within one money of its scheme and, where the register names a currency,
    in that one. A line without dates is in the present money."""
    place = {word: number for number, word in enumerate(column.words)} if column else {}
    made = np.zeros(len(start), np.bool_)
    for turn in range(2):
        rows = [
            moneys(name)[turn : turn + 1] or ((("", FOREVER, NODATE),)) for name in scheme.words
        ]
        wanted = [*(place.get(row[0][0], NOWHERE) for row in rows), NOWHERE]
        since = np.array([*(row[0][1] for row in rows), FOREVER])[scheme.value]
        until = np.array([*(row[0][2] for row in rows), NODATE])[scheme.value]
        here = ((start >= since) & (end < until)) | ((start == NODATE) & (turn == 0))
        made |= here if column is None else here & (np.array(wanted)[scheme.value] == column.value)
    return made


def stated(
    step: Earnings, amount: Any, scheme: Words, start: Any, end: Any, at: NDArray[np.intp]
) -> Int:
    """Sums of the lines `at` from an amount of the register (10^-4), in minor units."""
    digits = [minor_digits(registry.source(name).currency) for name in scheme.words]
    finer = 10 ** (MONEY_SCALE - np.array([*digits, 0], np.int64))[scheme.value[at]]
    amount = amount[at].astype(np.int64)
    if step.source == "record":
        return mul_div(amount, 1, finer, "half_up")
    first, last = start[at].astype(np.int64), end[at].astype(np.int64)
    if step.per == "week":
        return mul_div(amount, last + 1 - first, 7 * finer, "half_up")
    months, den = spans(first, last).months()
    return mul_div(amount, months, den * finer * (12 if step.per == "year" else 1), "half_up")


def from_tables(
    step: Earnings, scheme: Words, start: Any, end: Any, at: NDArray[np.intp], out: Int
) -> NDArray[np.intp]:
    """Sums of those of the lines `at` whose scheme has such a level for all their months, written
    to `out`; returns which these are."""
    found = [np.zeros(0, np.intp)]
    for place, name in enumerate(scheme.words):
        table = level(name, step.source, step.last)
        mine = at[scheme.value[at] == place]
        if table is not None and len(mine):
            value, known = table.of(spans(start[mine].astype(np.int64), end[mine]))
            out[mine[known]] = value[known]
            found.append(mine[known])
    return np.concatenate(found)
