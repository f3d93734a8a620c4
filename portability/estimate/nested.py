"""Registers with one row a member, whose spells are a list of structs in one column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import define, field
from numpy.typing import NDArray

from portability.estimate import fields, members
from portability.estimate.fields import Bool, Int
from portability.estimate.mapping import Mapping
from portability.estimate.members import People
from portability.estimate.partition import hashes
from portability.estimate.rejects import Rejected
from portability.estimate.spells import Where, note, read_spells

TWICE = "a member id for the second time: one row a member"
ID = "no member id (1 to 200 visible characters)"


@define
class Seen:
    """Ids met so far in a unit, as sorted hashes; a hash met again is looked up in the ids."""

    known: NDArray[np.uint64] = field(factory=lambda: np.zeros(0, np.uint64))
    ids: list[pa.Array] = field(factory=list)

    def again(self, ids: pa.Array) -> Bool:
        """Which of these were met before, here or in an earlier batch; all are known from now."""
        found = hashes(ids)
        order = np.argsort(found, kind="stable")
        ranked = found[order]
        twice = np.zeros(len(ids), np.bool_)
        twice[order[1:]] = ranked[1:] == ranked[:-1]
        at = np.searchsorted(self.known, ranked)
        hit = self.known.take(at, mode="clip") == ranked if len(self.known) else ranked != ranked
        twice[order[hit]] = True
        if twice.any():
            twice &= self.truly(ids, np.flatnonzero(twice))
        self.known = np.insert(self.known, at, ranked)
        self.ids.append(ids)
        return twice

    def truly(self, ids: pa.Array, places: NDArray[np.intp]) -> Bool:
        """Of the suspects those whose very text stands before them."""
        out = np.zeros(len(ids), np.bool_)
        earlier = pa.chunked_array([*self.ids, pa.array([], pa.string())])
        suspects = ids.take(pa.array(places))
        out[places] = pc.is_in(suspects, value_set=earlier).to_numpy(zero_copy_only=False)
        first: dict[str, int] = {}
        for place, text in zip(range(len(ids)), ids.to_pylist(), strict=True):
            if text is not None and first.setdefault(text, place) != place:
                out[place] = True
        return out


def stored(
    path: Any, groups: list[int], row: int, mapping: Mapping, size: int
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """Row groups of a Parquet file, batch by batch; row: rows of the file before them."""
    worded = [mapping.scheme, mapping.kind, mapping.evidence, mapping.status]
    worded += [step.currency for step in mapping.earnings if step.currency is not None]
    inner = {f"{mapping.spells}.{column.column}" for column in worded}
    outer = {c.column for name, c in mapping.person_columns().items() if name in members.WORDS}
    leaves, texts = leaf_paths(pq.ParquetFile(path), mapping)
    dictionary = [leaf for leaf in texts if short(leaf) in inner | outer]
    seen = Seen()
    file = pq.ParquetFile(path, read_dictionary=dictionary)
    for batch in file.iter_batches(size, row_groups=groups, columns=leaves):
        rejected = Rejected()
        rows = np.arange(row + 1, row + 1 + batch.num_rows, dtype=np.int64)
        row += batch.num_rows
        yield from members_of(batch.column, rows, mapping, size, rejected, seen)


def leaf_paths(file: pq.ParquetFile, mapping: Mapping) -> tuple[list[str], list[str]]:
    """(paths of the leaves that are read, those of them that hold text)."""
    wanted = {f"{mapping.spells}.{name}" for name in mapping.fields()}
    wanted |= set(mapping.columns()) - {mapping.spells}
    leaves = [file.schema.column(i) for i in range(len(file.schema))]
    chosen = [leaf for leaf in leaves if short(leaf.path) in wanted]
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

    yield from members_of(raw, rows, mapping, size, rejected, Seen())


def members_of(
    raw: Callable[[str], Any],
    rows: Int,
    mapping: Mapping,
    size: int,
    rejected: Rejected,
    seen: Seen,
) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
    """raw: a column of the n members by name; rows: where each stands in the register."""
    n = len(rows)
    ids, bad = fields.ids(raw(mapping.member.column))
    where = Where(rows, ids)
    bad = bad | note(rejected, where, bad, mapping.member.column, "", ID)
    bad = bad | note(rejected, where, seen.again(ids) & ~bad, mapping.member.column, "", TWICE)
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
