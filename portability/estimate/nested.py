"""Registers with one row a member, whose spells are a list of structs in one column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from portability.estimate import fields, members, readers
from portability.estimate.fields import Bool, Int, nulls
from portability.estimate.mapping import Mapping
from portability.estimate.members import People
from portability.estimate.partition import hashes
from portability.estimate.rejects import Rejected
from portability.estimate.spells import Where, note, read_spells

TWICE = "a member id for the second time: one row a member"
BATCH = 131_072
MOST_AT_ONCE = 5_000_000  # ids whose hashes are held at once
ID = "no member id (1 to 200 visible characters)"


def repeated(register: Path, member: str) -> NDArray[np.int64]:
    """Rows (from 1) of a register whose member id stood in an earlier row."""
    twice = doubles(register, member)
    if not len(twice):
        return np.zeros(0, np.int64)
    rows, texts = [], []
    for row, ids in id_column(register, member):
        found = hashes(ids)
        hit = (twice.take(np.searchsorted(twice, found), mode="clip") == found) & ~nulls(ids)
        rows.append(np.flatnonzero(hit) + row)
        texts.append(ids.filter(pa.array(hit)))
    met = pa.chunked_array(texts).combine_chunks().dictionary_encode().indices.to_numpy()
    later = np.ones(len(met), np.bool_)
    later[np.unique(met, return_index=True)[1]] = False
    return np.asarray(np.concatenate(rows)[later], np.int64)


def doubles(register: Path, member: str) -> NDArray[np.uint64]:
    """Hashes that more than one row has, sorted: in as many passes as keep the memory small."""
    passes = -(-readers.opened(register).metadata.num_rows // MOST_AT_ONCE)
    found = [np.zeros(0, np.uint64)]
    for number in range(passes):
        count, ranked = 0, np.zeros(MOST_AT_ONCE // 8, np.uint64)
        for _, ids in id_column(register, member):
            here = hashes(ids)
            here = here[(here % np.uint64(passes) == number) & ~nulls(ids)]
            if count + len(here) > len(ranked):
                ranked.resize(2 * (count + len(here)), refcheck=False)
            ranked[count : count + len(here)] = here
            count += len(here)
        ranked = ranked[:count]
        ranked.sort()
        found.append(np.unique(ranked[1:][ranked[1:] == ranked[:-1]]))
    return np.sort(np.concatenate(found))


def id_column(register: Path, member: str) -> Iterator[tuple[int, pa.Array]]:
    """(row of the first, ids) of a register, batch by batch."""
    row = 1
    batches = readers.opened(register).iter_batches(BATCH, columns=[member])
    for batch in readers.sound(register, batches):
        yield row, fields.texts(fields.whole(batch.column(0)))
        row += batch.num_rows


def stored(
    path: Path, groups: list[int], row: int, twice: Int, mapping: Mapping, size: int
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """Row groups of a Parquet file, batch by batch; row: rows of the file before them; twice: rows
    whose member stood in an earlier one, sorted."""
    worded = [mapping.scheme, mapping.kind, mapping.evidence, mapping.status]
    worded += [step.currency for step in mapping.earnings if step.currency is not None]
    inner = {f"{mapping.spells}.{column.column}" for column in worded}
    outer = {c.column for name, c in mapping.person_columns().items() if name in members.WORDS}
    leaves, texts = leaf_paths(pq.ParquetFile(path), mapping)
    dictionary = [leaf for leaf in texts if short(leaf) in inner | outer]
    file = pq.ParquetFile(path, read_dictionary=dictionary)
    batches = file.iter_batches(size, row_groups=groups, columns=leaves)
    for batch in readers.sound(path, batches):
        rejected = Rejected()
        rows = np.arange(row + 1, row + 1 + batch.num_rows, dtype=np.int64)
        row += batch.num_rows
        yield from members_of(batch.column, rows, mapping, size, rejected, np.isin(rows, twice))


def leaf_paths(file: pq.ParquetFile, mapping: Mapping) -> tuple[list[str], list[str]]:
    """(paths of the leaves that are read, those of them that hold text)."""
    wanted = {f"{mapping.spells}.{name}" for name in mapping.fields()}
    wanted |= set(mapping.columns()) - {mapping.spells}
    leaves = [file.schema.column(i) for i in range(len(file.schema))]
    chosen = [leaf for leaf in leaves if {leaf.path, short(leaf.path)} & wanted]
    texts = [leaf.path for leaf in chosen if leaf.physical_type == "BYTE_ARRAY"]
    return [leaf.path for leaf in chosen], texts


def short(path: str) -> str:
    """ "spells.list.element.start" -> "spells.start"."""
    parts = path.split(".")
    return path if len(parts) < 3 else f"{parts[0]}.{parts[-1]}"


def bucket(
    table: pa.Table, mapping: Mapping, size: int, rejected: Rejected
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """A bucket of such rows (JSON lines)."""
    rows = table.column("row").to_numpy()

    def raw(name: str) -> Any:
        return table.column(name).combine_chunks()

    ids = fields.ids(raw(mapping.member.column))[0].dictionary_encode()
    again = np.ones(len(rows), np.bool_)
    again[np.unique(fields.numbers(ids.indices, -1), return_index=True)[1]] = False
    yield from members_of(raw, rows, mapping, size, rejected, again)


def members_of(
    raw: Callable[[str], Any],
    rows: Int,
    mapping: Mapping,
    size: int,
    rejected: Rejected,
    again: Bool,
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """raw: a column of the n members by name; rows: where each stands in the register;
    again: whose id stood there before."""
    n = len(rows)
    ids, bad = fields.ids(raw(mapping.member.column))
    where = Where(rows, ids)
    bad = bad | note(rejected, where, bad, mapping.member.column, "", ID)
    bad = bad | note(rejected, where, again & ~bad, mapping.member.column, "", TWICE)
    facts, faulty = members.read_facts(mapping, raw, n, where, rejected)
    facts = members.claims(mapping, facts)
    lists = fields.whole(raw(mapping.spells))
    owner = pc.list_parent_indices(lists).to_numpy().astype(np.intp)
    struct = lists.flatten()
    inner = dict(zip([f.name for f in struct.type], struct.flatten(), strict=True))
    lines = Where(rows, ids, owner)
    prefix = f"{mapping.spells}."
    spells = read_spells(mapping, inner.__getitem__, len(owner), lines, rejected, prefix)
    people = People(ids, rows, facts, ~bad & ~faulty)
    people = members.checked_people(mapping, people, {}, rejected)
    at = np.flatnonzero(spells.good)
    people, at, whose = members.usable_lines(
        people, spells, at, owner[at], lines, rejected, prefix + mapping.start.column
    )
    made = members.batches(people, spells, at, whose, size)
    yield from members.with_rejects(made, rejected)
