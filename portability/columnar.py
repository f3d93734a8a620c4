"""Cohorts in and results out as Arrow: the batch form of a case and of a determination.

Input, one row a person: born, claim (date32), event (date32), sex, residence, nationality (one),
periods list<struct<scheme, kind, start, end, credited, earnings, evidence, status>> with `end` the
last day, `credited` in thousandths of the scheme's unit, `earnings` in minor units; a column that
nobody fills may be absent, born, claim, sex, residence, scheme, start and end apart. Names have no
column. Output: one row per person, scheme and route (LONG), nulls where nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from portability.cohort import BRANCHES, EVIDENCE, KINDS, NONE, SEXES, STATUS, Cohort, RowSet
from portability.dates import NODATE
from portability.totalization import Decision, Result

WORD = pa.dictionary(pa.int8(), pa.string())
PERIOD = pa.struct(
    [
        ("scheme", pa.dictionary(pa.int16(), pa.string())),
        ("kind", WORD),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("credited", pa.int64()),
        ("earnings", pa.int64()),
        ("evidence", WORD),
        ("status", WORD),
    ]
)
PERSONS = pa.schema(
    [
        ("born", pa.date32()),
        ("claim", pa.date32()),
        ("sex", WORD),
        ("residence", WORD),
        ("periods", pa.list_(PERIOD)),
    ]
)
CODE = pa.dictionary(pa.int16(), pa.string())
LONG = pa.schema(
    [
        ("person", pa.int32()),
        ("scheme", CODE),
        ("route", CODE),
        ("chosen", pa.bool_()),
        ("status", WORD),
        ("per", WORD),
        ("own", pa.int64()),
        ("counted", pa.int64()),
        ("required", pa.int64()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("payable", pa.int64()),
        ("currency", CODE),
        ("start", pa.date32()),
    ]
)
STATES = ("not_entitled", "entitled", "unknown")
PERS = ("month", "week", "fortnight", "year", "once")


def cohort_of(batch: pa.RecordBatch, branch: str = "old_age") -> Cohort:
    """A batch of persons -> Cohort. Raises ValueError on an unknown word."""
    n = batch.num_rows
    periods = batch.column("periods")
    offsets = periods.offsets.to_numpy()
    lines = periods.values.slice(offsets[0], offsets[-1] - offsets[0])
    counts = np.diff(offsets)
    given = {field.name: lines.field(i) for i, field in enumerate(lines.type)}
    m = len(lines)
    scheme, schemes = coded(given["scheme"])
    residence, countries = coded(batch.column("residence"))
    present = batch.schema.names
    event = days(batch.column("event")) if "event" in present else np.full(n, NODATE, np.int32)
    nationality, ptr = np.zeros(0, np.int16), np.zeros(n + 1, np.intp)
    if "nationality" in present:
        nationality, ptr = stated(batch.column("nationality"), countries)
    start, end = days(given["start"]), days(given["end"])
    rows = RowSet(
        person=np.repeat(np.arange(n, dtype=np.int32), counts),
        start=start,
        end=end + (end != NODATE),
        scheme=scheme.astype(np.int16),
        kind=words(given.get("kind"), KINDS, m),
        evidence=words(given.get("evidence"), EVIDENCE, m),
        status=words(given.get("status"), STATUS, m),
        credited=whole(given.get("credited"), m),
        earnings=whole(given.get("earnings"), m),
        code=np.broadcast_to(np.int16(NONE), m),
    )
    order = np.argsort(np.array(schemes)) if schemes else np.zeros(0, np.intp)
    rank = np.argsort(order)
    if schemes and (rank != np.arange(len(rank))).any():
        rows.scheme = rank.astype(np.int16)[rows.scheme]
    return Cohort(
        born=days(batch.column("born")),
        claim=days(batch.column("claim")),
        event=event,
        sex=words(batch.column("sex"), SEXES, n),
        wish=np.zeros(n, np.int8),
        residence=residence.astype(np.int16),
        nationality=nationality,
        nationality_ptr=ptr,
        branch=BRANCHES.index(branch),
        rows=rows,
        schemes=tuple(schemes[i] for i in order),
        countries=tuple(countries),
    )


def coded(column: Any) -> tuple[NDArray[Any], list[str]]:
    """(index per value, -1 null; words) of a dictionary or text column."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return numbers(column.indices, -1), column.dictionary.to_pylist()


def stated(column: Any, countries: list[str]) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """Nationalities as CSR (none where null), places in `countries`, which grows by what it
    lacks."""
    index, found = coded(column)
    countries += [country for country in found if country not in countries]
    place = np.array([*(countries.index(country) for country in found), 0], np.int16)
    given = index >= 0
    ptr = np.concatenate([[0], np.cumsum(given)]).astype(np.intp)
    return place.take(index[given]), ptr


def words(column: Any, allowed: Sequence[str], n: int) -> NDArray[np.int8]:
    """Positions in `allowed`; null, or no such column, is the first word. Raises ValueError naming
    the unknown word."""
    if column is None:
        return np.broadcast_to(np.int8(0), n)
    index, found = coded(column)
    unknown = [word for word in found if word not in allowed]
    if unknown:
        raise ValueError(f"unknown word {unknown[0]!r}; one of {', '.join(allowed)}")
    if len(found) == 1 and not column.null_count:
        return np.broadcast_to(np.int8(allowed.index(found[0])), n)
    place = np.array([*(allowed.index(word) for word in found), 0], np.int8)
    return np.asarray(place.take(index, mode="wrap"))


def days(column: Any) -> NDArray[np.int32]:
    return np.asarray(numbers(column.cast(pa.int32()), NODATE), np.int32)


def whole(column: Any, n: int) -> NDArray[np.int64]:
    """Integers, -1 for null, or where there is no such column."""
    if column is None or column.null_count == n:
        return np.broadcast_to(np.int64(-1), n)
    return np.asarray(numbers(column.cast(pa.int64()), -1), np.int64)


def numbers(column: Any, null: int) -> NDArray[Any]:
    filled = column.fill_null(null) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False))


def table_of(result: Result) -> pa.Table:
    """The long table of a result: schemes, then routes, laid one under the other."""
    parts = [
        columns_of(decision, number)
        for decision in result.decisions.values()
        for number in range(len(decision.outcomes))
    ]
    if not parts:
        return LONG.empty_table()
    return pa.concat_tables(parts)


def columns_of(decision: Decision, number: int) -> pa.Table:
    outcome, holding = decision.outcomes[number], decision.holding
    sel, qual, k = outcome.sel, outcome.qual, len(outcome.sel)
    value, known = outcome.amount()
    state = np.where(outcome.met, 1, np.where(outcome.run.unknown_right, 2, 0)).astype(np.int8)
    num, den = spread_fraction(outcome.paid.fraction if outcome.paid else None, outcome.payees, k)
    paid = outcome.paid.amounts if outcome.paid else None
    per = np.full(k, PERS.index(paid.per) if paid else 0, np.int8)
    start = np.where(outcome.met, holding.co.claim[sel], NODATE).astype(np.int32)
    data = {
        "person": holding.idx[sel].astype(np.int32),
        "scheme": constant(holding.scheme.id, k),
        "route": constant(outcome.route, k),
        "chosen": decision.chosen[sel] == number,
        "status": pa.DictionaryArray.from_arrays(state, list(STATES)),
        "per": pa.DictionaryArray.from_arrays(per, list(PERS)),
        "own": qual.own,
        "counted": qual.counted,
        "required": qual.required,
        "numerator": masked(num, num < 0),
        "denominator": masked(den, den < 0),
        "payable": masked(value, ~known),
        "currency": constant(holding.scheme.currency, k),
        "start": masked(start, start == NODATE).cast(pa.date32()),
    }
    return pa.table(data, schema=LONG)


def spread_fraction(
    pair: tuple[Any, Any] | None, payees: NDArray[np.intp], k: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    num, den = np.full(k, -1, np.int64), np.full(k, -1, np.int64)
    if pair is not None:
        num[payees], den[payees] = pair
    return num, den


def constant(word: str, k: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(k, np.int16), [word])


def masked(values: NDArray[Any], null: NDArray[Any]) -> pa.Array:
    return pa.array(values, mask=null)


def persons_table(columns: Mapping[str, Any]) -> pa.Table:
    """Columns of PERSONS -> Table (benchmarks, samples)."""
    return pa.table(dict(columns), schema=PERSONS)
