"""Lines of a record from the columns of a register: every row good, faulty or left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability import registry
from portability.dates import NODATE
from portability.estimate import earnings, fields
from portability.estimate.fields import Bool, Int, Read, Words
from portability.estimate.mapping import Column, Mapping, allowed
from portability.estimate.rejects import Rejected
from portability.units import exact_factor

MOST_CREDITED = 100_000  # as in a case
THOUSAND = 1_000
Raw = Callable[[str], Any]  # name of a column -> its values


@frozen
class Where:
    """Of which row and member each of m things is; owner: None where thing i is of row i."""

    rows: Int
    members: pa.Array
    owner: NDArray[np.intp] | None = None

    def at(self, places: NDArray[np.intp]) -> tuple[Int, pa.Array]:
        own = places if self.owner is None else self.owner[places]
        return self.rows[own], self.members.take(pa.array(own))


@frozen
class Spells:
    """m lines: `good` are wanted and whole, `out` belong to no scheme by the map, the others are
    rejected. start, end: days, end the last; credited in thousandths; earnings in minor units."""

    scheme: Words
    kind: Words
    evidence: Words
    status: Words
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    credited: Int
    earnings: Int
    path: NDArray[np.int8]
    good: Bool
    out: Bool


def note(
    rejected: Rejected, where: Where, bad: Bool, name: str, raw: Any, reason: str
) -> NDArray[np.bool_]:
    """Writes down the rows of a mask; raw: the column, or the text to show. Returns the mask."""
    if bad.any():
        places = np.flatnonzero(bad)
        found = raw if isinstance(raw, str) else fields.whole(raw).take(pa.array(places))
        rejected.add(*where.at(places), name, found, reason)
    return bad


def word(name: str, column: Column, raw: Raw, m: int) -> Words:
    """A fact told in words, for m things."""
    if column.value is not None:
        return fields.constant(column.value, m)
    return fields.words(raw(column.column), column.words, valid(name))


@cache
def valid(name: str) -> frozenset[str]:
    return frozenset(allowed(name))


def unknown(name: str, column: Column) -> str:
    known = tuple(column.words) if column.words is not None else allowed(name)
    named = ", ".join(known) if len(known) <= 16 else f"one of {len(known)} known words"
    return f"{name}: not {named}" if len(known) > 16 else f"{name}: none of {named}"


def read_spells(
    mapping: Mapping, raw: Raw, m: int, where: Where, rejected: Rejected, prefix: str = ""
) -> Spells:
    """The m lines of a part; what is wrong with them goes to `rejected`."""
    bad = np.zeros(m, np.bool_)
    told = {}
    for name in ("scheme", "kind", "evidence", "status"):
        column: Column = getattr(mapping, name)
        told[name] = word(name, column, raw, m)
        if column.column:
            at, why = prefix + column.column, unknown(name, column)
            bad |= note(rejected, where, told[name].bad, at, raw(column.column), why)
    scheme = told["scheme"]
    label = prefix + (mapping.scheme.column or "scheme")
    bad |= note(rejected, where, scheme.null, label, "nothing", "scheme: nothing stands there")
    note(rejected, where, scheme.out, label, raw_or_empty(mapping.scheme, raw), "not a scheme")
    start, end, undated = span(mapping, raw, m, where, rejected, prefix, bad)
    credited = certified(mapping, scheme, raw, m, where, rejected, prefix, bad)
    lacking = undated & (credited < 0) & ~bad & ~scheme.out
    label = prefix + mapping.start.column
    bad |= note(rejected, where, lacking, label, "nothing", "neither dates nor a certified sum")
    given = sums(mapping, raw, m, where, rejected, prefix, bad)
    good = ~bad & ~scheme.out
    made, path = earnings.looked_for(mapping, scheme, start, end, good, given)
    over = made > earnings.MOST * 100
    good &= ~note(rejected, where, over & good, prefix + "earnings", "", "earnings beyond reason")
    return Spells(
        scheme,
        told["kind"],
        told["evidence"],
        told["status"],
        start,
        end,
        credited,
        made,
        path,
        good,
        np.asarray(scheme.out & ~bad),
    )


def raw_or_empty(column: Column, raw: Raw) -> Any:
    return raw(column.column) if column.column else ""


DATE = "no date from 1850-01-01 to 2100-12-31 in the layout of the map"


def span(
    mapping: Mapping, raw: Raw, m: int, where: Where, rejected: Rejected, prefix: str, bad: Bool
) -> tuple[NDArray[np.int32], NDArray[np.int32], Bool]:
    """(start, end, which lines have neither); faulty ones are added to `bad`."""
    found = {}
    for name in ("start", "end"):
        column: Column = getattr(mapping, name)
        values = raw(column.column)
        found[name] = fields.dates(values, column.format)
        bad |= note(rejected, where, found[name].bad, prefix + column.column, values, DATE)
    start, end = found["start"], found["end"]
    for mine, other, column in ((start, end, mapping.start), (end, start, mapping.end)):
        alone = mine.null & ~other.null & ~other.bad
        label = prefix + column.column
        bad |= note(rejected, where, alone, label, "nothing", "only one of start and end")
    dated = (start.value != NODATE) & (end.value != NODATE)
    label = prefix + mapping.end.column
    late = dated & (end.value < start.value)
    bad |= note(rejected, where, late, label, raw(mapping.end.column), "ends before it starts")
    return (
        np.asarray(start.value, np.int32),
        np.asarray(end.value, np.int32),
        np.asarray(start.null & end.null),
    )


def certified(
    mapping: Mapping,
    scheme: Words,
    raw: Raw,
    m: int,
    where: Where,
    rejected: Rejected,
    prefix: str,
    bad: Bool,
) -> Int:
    """Certified sums in thousandths of each line's scheme's unit, -1 none."""
    if mapping.credited is None:
        return np.broadcast_to(np.int64(-1), m)
    label, values = prefix + mapping.credited.column, raw(mapping.credited.column)
    found = fields.sums(values)
    tenths = found.value >= 0
    wrong = found.bad | (tenths & (found.value % 10 != 0))
    wrong = wrong | (found.value > MOST_CREDITED * 10_000)
    reason = "no number up to 100,000 with at most three decimals"
    bad |= note(rejected, where, wrong, label, values, reason)
    out = np.full(m, -1, np.int64)
    for place, name in enumerate(scheme.words):
        source = registry.source(name)
        days = int(source.text.get("days_a_year", 360))
        factor = exact_factor(mapping.credited_unit, source.unit, days)
        mine = tenths & ~wrong & (scheme.value == place)
        if factor is None:
            reason = f"a sum in {mapping.credited_unit}s; {name} counts {source.unit}s"
            bad |= note(rejected, where, mine, label, values, reason)
        else:
            out[mine] = found.value[mine] // 10 * factor
    return out


def sums(
    mapping: Mapping, raw: Raw, m: int, where: Where, rejected: Rejected, prefix: str, bad: Bool
) -> dict[str, Read | Words]:
    """Wages and their currencies. A wage that cannot be read rejects the line; none at all, or an
    unknown currency, leaves it to the next step of the path."""
    given: dict[str, Read | Words] = {}
    for number, step in enumerate(mapping.earnings):
        if step.column:
            values = raw(step.column)
            found = fields.sums(values)
            reason = "no amount: digits with at most four decimals, below 10^13"
            bad |= note(rejected, where, found.bad, prefix + step.column, values, reason)
            given[f"earnings{number}"] = found
        if step.currency is not None:
            told = word("currency", step.currency, raw, m)
            if step.currency.column:
                label = prefix + step.currency.column
                why = unknown("currency", step.currency)
                values = raw(step.currency.column)
                bad |= note(rejected, where, told.bad, label, values, why)
            given[f"currency{number}"] = told
    return given
