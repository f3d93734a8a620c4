"""A register as units of work, and a unit as batches of members with what had to be refused.

Parquet with one row a member is read as it stands: its row groups are the units. Everything else is
partitioned once (`partition`), and a unit is a bucket, in which the rows of a member are brought
together. Units, batches and their order depend on the register and the map alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability.errors import Fault, InputError
from portability.estimate import fields, members, nested, partition, privacy, readers, vocabulary
from portability.estimate.fields import Bool
from portability.estimate.mapping import Mapping
from portability.estimate.members import People
from portability.estimate.rejects import Rejected
from portability.estimate.spells import Where, note, read_spells

Told = Callable[[int, int], None]
Made = tuple[pa.RecordBatch, pa.Table]


@frozen
class Unit:
    """What one worker reads: row groups [first, last) of a Parquet file, or a bucket; `row`: the
    row of the register before its first; `twice`: a file of the rows whose member stood before."""

    number: int
    path: Path
    first: int
    last: int
    row: int = 0
    twice: Path | None = None


def quiet(seen: int, total: int) -> None:
    """Nobody is told."""


def units(register: Path, mapping: Mapping, work: Path, told: Told = quiet) -> list[Unit]:
    """The units of a register. Raises InputError as `checked`; the rest as `dealt`."""
    checked(register, mapping)
    return dealt(register, mapping, work, told)


def dealt(register: Path, mapping: Mapping, work: Path, told: Told = quiet) -> list[Unit]:
    """The units of a register that was checked; partitions it under `work` where its rows are
    spells. told(seen, total): progress in bytes, or in rows of a Parquet file."""
    if readers.kind_of(register) == "parquet" and mapping.nested:
        meta = readers.opened(register).metadata
        sizes = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
        before = np.concatenate([[0], np.cumsum(sizes)]).tolist()
        twice = again(register, mapping, work)
        return [Unit(i, register, i, i + 1, before[i], twice) for i in range(len(sizes))]
    folder = partition.made(register, mapping, work, told)
    count = partition.buckets_of(register)
    return [Unit(i, folder / partition.name_of(i), 0, 1) for i in range(count)]


def again(register: Path, mapping: Mapping, work: Path) -> Path | None:
    """A file with the rows whose member stood in an earlier one; None where there are none."""
    rows = nested.repeated(register, mapping.member.column)
    if not len(rows):
        return None
    work.mkdir(parents=True, exist_ok=True)
    beside, path = work / f".twice-{os.getpid()}.npy", work / "twice.npy"
    np.save(beside, rows)
    os.replace(beside, path)
    return path


def checked(register: Path, mapping: Mapping) -> None:
    """The columns are there and none of them looks personal. Raises InputError with every fault."""
    faults: list[Fault] = []
    for check in (readers.check, privacy.check):
        try:
            check(register, mapping)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(dict.fromkeys(faults))


def read(unit: Unit, mapping: Mapping, size: int) -> Iterator[Made]:
    """(MEMBERS batch of at most `size`, rejects) of a unit, in the order of the register."""
    if unit.path.suffix != ".arrow":
        groups = list(range(unit.first, unit.last))
        twice = np.zeros(0, np.int64) if unit.twice is None else np.load(unit.twice)
        yield from nested.stored(unit.path, groups, unit.row, twice, mapping, size)
        return
    refused = Rejected()
    if unit.number == 0:
        with pa.memory_map(str(unit.path.with_name(partition.REJECTED))) as stream:
            refused.parts.append(pa.ipc.open_file(stream).read_all())
    if not unit.path.exists():
        yield members.none(), refused.table()
        return
    with pa.memory_map(str(unit.path)) as stream:
        table = vocabulary.decoded(pa.ipc.open_file(stream).read_all(), unit.path.parent)
    read_rows = nested.bucket if mapping.nested else grouped_spells
    yield from read_rows(table.combine_chunks(), mapping, size, refused)


def grouped_spells(
    table: pa.Table, mapping: Mapping, size: int, rejected: Rejected
) -> Iterator[Made]:
    """A table of spell rows, several a member."""
    n = table.num_rows
    raw = table.column
    ids, bad = fields.ids(raw(mapping.member.column))
    where = Where(table.column("row").to_numpy(), ids)
    note(rejected, where, bad, mapping.member.column, "", nested.ID)
    facts, faulty = members.read_facts(mapping, raw, n, where, rejected)
    spells = read_spells(mapping, raw, n, where, rejected)
    coded = ids.dictionary_encode()
    owner = np.where(bad, -1, fields.numbers(coded.indices, -1))
    usable = ~bad & ~faulty & (spells.good | spells.out)
    order = np.argsort(owner, kind="stable") if (np.diff(owner) < 0).any() else np.arange(n)
    order = order[owner[order] >= 0]
    k = len(coded.dictionary)
    people = People(coded.dictionary, firsts(where.rows, owner, order, k), facts, present(owner, k))
    told = order[usable[order]]
    agreed, differ = members.agreed(facts.take(told), owner[told], k)
    agreed = members.claims(mapping, agreed)
    people = People(people.ids, people.rows, agreed, people.kept)
    silent = people.kept & (np.bincount(owner[told], minlength=k) == 0)
    label = mapping.scheme.column or "spell"
    reason = "no row of this member can be used"
    whom = Where(people.rows, people.ids)
    gone = note(rejected, whom, silent, label, "", reason)
    people = People(people.ids, people.rows, agreed, people.kept & ~gone)
    people = members.checked_people(mapping, people, differ, rejected)
    lines = told[spells.good[told]]
    start = mapping.start.column
    people, lines, whose = members.usable_lines(
        people, spells, lines, owner[lines], where, rejected, start
    )
    yield from members.with_rejects(members.batches(people, spells, lines, whose, size), rejected)


def firsts(rows: Any, owner: Any, order: Any, k: int) -> Any:
    """The first row of each of k members."""
    out = np.zeros(k, np.int64)
    whose = owner[order]
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    out[whose[starts]] = rows[order[starts]]
    return out


def present(owner: NDArray[Any], k: int) -> Bool:
    out = np.zeros(k, np.bool_)
    out[owner[owner >= 0]] = True
    return out
