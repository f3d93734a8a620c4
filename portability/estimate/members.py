"""Members from parsed rows: facts that agree, lines in the register's order, batches of MEMBERS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability.dates import NODATE, add_months, first_day, month_of
from portability.estimate import fields
from portability.estimate.fields import Bool, Int, Read, Words
from portability.estimate.form import EARNINGS_FROM, LINE, MEMBERS
from portability.estimate.mapping import Column, Mapping
from portability.estimate.rejects import Rejected
from portability.estimate.spells import DATE, Raw, Spells, Where, note, unknown, word

MOST_SPELLS = 1_000
DAYS = ("born", "claim", "event")
WORDS = ("sex", "residence", "nationality")


@frozen
class Facts:
    """What n rows say of their members: days int32 (NODATE nothing) and words."""

    days: dict[str, NDArray[np.int32]]
    words: dict[str, Words]

    def take(self, at: Any) -> Facts:
        days = {name: value[at] for name, value in self.days.items()}
        return Facts(days, {name: taken(value, at) for name, value in self.words.items()})


def taken(words: Words, at: Any) -> Words:
    return Words(words.value[at], words.null[at], words.bad[at], words.out[at], words.words)


@frozen
class People:
    """k members: their ids, the first row of each, their facts, and who stays."""

    ids: pa.Array
    rows: Int
    facts: Facts
    kept: Bool


def read_facts(
    mapping: Mapping, raw: Raw, n: int, where: Where, rejected: Rejected
) -> tuple[Facts, Bool]:
    """(facts of n rows, which rows are faulty)."""
    bad = np.zeros(n, np.bool_)
    days, told = {}, {}
    columns = {"born": mapping.born, "claim": mapping.claim.column, "event": mapping.event}
    for name, column in columns.items():
        if column is None:
            days[name] = np.broadcast_to(np.int32(NODATE), n)
            continue
        values = raw(column.column)
        found: Read = fields.dates(values, column.format)
        bad |= note(rejected, where, found.bad, column.column, values, DATE)
        days[name] = found.value
    for name in WORDS:
        given: Column | None = getattr(mapping, name)
        told[name] = fields.absent(n) if given is None else word(name, given, raw, n)
        if given is not None and given.column:
            why, values = unknown(name, given), raw(given.column)
            bad |= note(rejected, where, told[name].bad, given.column, values, why)
    return Facts(days, told), bad


def claims(mapping: Mapping, facts: Facts) -> Facts:
    """The claim date of each member whose birth date is known, where the map gives a rule."""
    born = facts.days["born"]
    if mapping.claim.date != NODATE:
        claim = np.full(len(born), mapping.claim.date, np.int32)
    elif mapping.claim.age:
        safe = np.where(born == NODATE, 0, born)
        reached = first_day(month_of(add_months(safe, 12 * mapping.claim.age)) + 1)
        earliest = mapping.claim.not_before
        claim = np.maximum(reached, earliest if earliest != NODATE else reached).astype(np.int32)
    else:
        return facts
    return Facts({**facts.days, "claim": np.where(born == NODATE, NODATE, claim)}, facts.words)


# --- several rows of one member


def agreed(facts: Facts, owner: NDArray[np.intp], k: int) -> tuple[Facts, dict[str, Bool]]:
    """(one value of each fact for k members, by fact: for whom the rows differ). owner: sorted
    member of each row; a row where nothing stands says nothing."""
    days, told, differ = {}, {}, {}
    for name, value in facts.days.items():
        days[name], differ[name] = one_value(value, owner, k, NODATE)
    for name, words in facts.words.items():
        codes, differ[name] = one_value(words.value, owner, k, -1)
        told[name] = Words(codes, codes < 0, codes < -1, codes < -1, words.words)
    return Facts(days, told), differ


def one_value(
    value: NDArray[Any], owner: NDArray[np.intp], k: int, nothing: int
) -> tuple[NDArray[Any], Bool]:
    out = np.full(k, nothing, value.dtype)
    differ = np.zeros(k, np.bool_)
    if not len(owner):
        return out, differ
    if value.strides == (0,) and len(value):
        out[owner] = value[0]
        return out, differ
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    present = owner[starts]
    first = value[starts]
    if (np.repeat(first, np.diff(starts, append=len(owner))) == value).all():
        out[present] = first
        return out, differ
    highest = np.maximum.reduceat(value, starts)
    top = np.iinfo(value.dtype).max
    lowest = np.minimum.reduceat(np.where(value == nothing, top, value), starts)
    out[present] = highest
    differ[present] = (lowest != highest) & (lowest != top)
    return out, differ


def checked_people(
    mapping: Mapping, people: People, differ: dict[str, Bool], rejected: Rejected
) -> People:
    """Members whose rows contradict each other, or who have no birth or claim date, are out."""
    where = Where(people.rows, people.ids)
    gone = ~people.kept
    labels = {name: column.column for name, column in mapping.person_columns().items()}
    for name, mask in differ.items():
        reason = f"rows of this member give different values of {name}"
        gone = gone | note(rejected, where, mask & ~gone, labels.get(name, name), "", reason)
    born, claim = people.facts.days["born"], people.facts.days["claim"]
    for name, mask, reason in (
        ("born", born == NODATE, "no birth date: the member is left out"),
        ("claim", claim == NODATE, "no claim date: the member is left out"),
        ("claim", claim < born, "the claim lies before the birth: the member is left out"),
    ):
        gone = gone | note(rejected, where, mask & ~gone, labels.get(name, name), "", reason)
    return People(people.ids, people.rows, people.facts, np.asarray(~gone))


def usable_lines(
    people: People,
    spells: Spells,
    at: NDArray[np.intp],
    owner: NDArray[np.intp],
    where: Where,
    rejected: Rejected,
    label: str,
) -> tuple[People, NDArray[np.intp], NDArray[np.intp]]:
    """Lines `at` of members `owner` that stay, and the members with at least one of them."""
    mine = people.kept[owner]
    at, owner = at[mine], owner[mine]
    start = spells.start[at]
    early = (start < people.facts.days["born"][owner]) & (start != NODATE)
    if early.any():
        wide = np.zeros(len(spells.start), np.bool_)
        wide[at[early]] = True
        note(rejected, where, wide, label, "", "begins before the birth")
        at, owner = at[~early], owner[~early]
    count = np.bincount(owner, minlength=len(people.kept))
    whom = Where(people.rows, people.ids)
    none = people.kept & (count == 0)
    note(rejected, whom, none, label, "", "no spell is left: the member is left out")
    many = people.kept & (count > MOST_SPELLS)
    reason = f"more than {MOST_SPELLS:,} spells: the member is left out"
    note(rejected, whom, many, label, "", reason)
    kept = people.kept & ~none & ~many
    if many.any():
        stay = kept[owner]
        at, owner = at[stay], owner[stay]
    return People(people.ids, people.rows, people.facts, kept), at, owner


# --- batches


def batches(
    people: People,
    spells: Spells,
    at: NDArray[np.intp],
    owner: NDArray[np.intp],
    size: int,
) -> Iterator[pa.RecordBatch]:
    """MEMBERS batches of at most `size` of the members kept, their lines `at` in order."""
    who = np.flatnonzero(people.kept)
    count = np.bincount(owner, minlength=len(people.kept))[who]
    places = np.concatenate([[0], np.cumsum(count)])
    facts = people.facts.take(who)
    ids, rows = people.ids.take(pa.array(who)), people.rows[who]
    for a in range(0, len(who), size):
        b = min(a + size, len(who))
        lines = at[places[a] : places[b]]
        offsets = pa.array((places[a : b + 1] - places[a]).astype(np.int32))
        columns = [
            ids.slice(a, b - a),
            pa.array(rows[a:b]),
            *(date32(facts.days[name][a:b]) for name in DAYS),
            *(
                compact(facts.words[name].value[a:b], facts.words[name].words, MEMBERS.field(name))
                for name in WORDS
            ),
            pa.ListArray.from_arrays(offsets, line_array(spells, lines)),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=MEMBERS)


def line_array(spells: Spells, at: NDArray[np.intp]) -> pa.StructArray:
    none = np.zeros(0, np.bool_)
    paths = Words(spells.path, none, none, none, EARNINGS_FROM)
    words = {
        **{name: getattr(spells, name) for name in ("scheme", "kind", "evidence", "status")},
        "path": paths,
    }
    columns = []
    for field in LINE:
        if field.name in words:
            told = words[field.name]
            columns.append(compact(pick(told.value, at), told.words, field))
        elif field.name in ("start", "end"):
            columns.append(date32(getattr(spells, field.name)[at]))
        else:
            columns.append(number(pick(getattr(spells, field.name), at)))
    return pa.StructArray.from_arrays(columns, fields=list(LINE))


def pick(column: NDArray[Any], at: NDArray[np.intp]) -> NDArray[Any]:
    """column[at]; a column that repeats one value stays one."""
    if len(column) and column.strides == (0,):
        return np.broadcast_to(column[0], len(at))
    return column.take(at)


def date32(days: NDArray[np.int32]) -> pa.Array:
    null = days == NODATE
    return pa.array(days, pa.int32(), mask=null if null.any() else None).cast(pa.date32())


def number(values: Int) -> pa.Array:
    null = values < 0
    if len(values) and null.all():
        return pa.nulls(len(values), pa.int64())
    return pa.array(values, pa.int64(), mask=null if null.any() else None)


def compact(codes: NDArray[Any], words: tuple[str, ...], field: pa.Field) -> pa.DictionaryArray:
    """Codes as a dictionary column that holds the words in use, in their order, and no other."""
    index_type = field.type.index_type.to_pandas_dtype()
    if len(codes) and codes.strides == (0,):
        used, null = codes[:1][codes[:1] >= 0], np.broadcast_to(codes[0] < 0, len(codes))
    else:
        null = codes < 0
        seen = codes[~null] if null.any() else codes
        used = np.flatnonzero(np.bincount(seen, minlength=1))
    place = np.zeros(len(words) + 1, index_type)  # the last one stands where nothing does
    place[used] = np.arange(len(used))
    chosen = pa.array(place.take(codes, mode="wrap"), mask=null if null.any() else None)
    return pa.DictionaryArray.from_arrays(chosen, pa.array([words[i] for i in used], pa.string()))


def none() -> pa.RecordBatch:
    """No member at all."""
    empty = [pa.array([], kind) for kind in MEMBERS.types]
    return pa.RecordBatch.from_arrays(empty, schema=MEMBERS)


def with_rejects(
    made: Iterator[pa.RecordBatch], rejected: Rejected
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """The rejects go with the first batch; where no member is left, with an empty one."""
    table = rejected.table()
    for batch in made:
        yield batch, table
        table = table.slice(0, 0)
    if table.num_rows:
        yield none(), table
