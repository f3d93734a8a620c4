"""Rows of a register brought together by member: one pass, flat memory, files of buckets.

A bucket is chosen by a hash of the member id that depends on nothing but the id. The pass writes to
a folder of its own that is renamed when it is whole and carries the digests of register and map: a
partition that was begun and not finished does not exist, one that was finished is not made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from portability.estimate import readers
from portability.estimate.fields import texts, whole
from portability.estimate.mapping import Mapping
from portability.estimate.rejects import REJECTS
from portability.estimate.vocabulary import Vocabulary

VERSION = 2
GATHERED = 400_000  # rows held before they are written
GATHERED_BYTES = 150_000_000
BUCKET_BYTES, BUCKET_ROWS = 12_000_000, 150_000  # of the register, per bucket
MOST_BUCKETS = 512  # open files
MARKER, REJECTED = "partition.json", "rejects.arrow"
Told = Callable[[int, int], None]


def digest(register: Path) -> str:
    """sha256 of a file."""
    with open(register, "rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def made(register: Path, mapping: Mapping, work: Path, told: Told) -> Path:
    """The folder of buckets of a register under this map, made if it is not there yet."""
    folder = work / "partition"
    mark = {"version": VERSION, "register": digest(register), "map": mapping.digest}
    marker = folder / MARKER
    if marker.is_file() and json.loads(marker.read_text("utf-8")).get("of") == mark:
        return folder
    work.mkdir(parents=True, exist_ok=True)
    for left in work.glob(".partition-*"):
        shutil.rmtree(left)
    beside = work / f".partition-{os.getpid()}"
    beside.mkdir()
    counts = write(register, mapping, beside, told)
    text = json.dumps({"of": mark, "rows": counts}, indent=1)
    (beside / MARKER).write_text(text + "\n", "utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    os.replace(beside, folder)
    return folder


def buckets_of(register: Path) -> int:
    total = readers.size(register)
    each = BUCKET_ROWS if readers.kind_of(register) == "parquet" else BUCKET_BYTES
    return min(max(-(-total // each), 1), MOST_BUCKETS)


def name_of(bucket: int) -> str:
    return f"bucket-{bucket:04d}.arrow"


def write(register: Path, mapping: Mapping, folder: Path, told: Told) -> list[int]:
    """Buckets and the rows that are none -> rows per bucket."""
    total, count = readers.size(register), buckets_of(register)
    rows = [0] * count
    writers: list[pa.RecordBatchFileWriter | None] = [None] * count
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    words = Vocabulary.of(mapping)
    rejects = []
    try:
        for table, refused in gathered(register, mapping, words, told, total):
            rejects.append(refused)
            for bucket, part in split(table, mapping.member.column, count):
                writer = writers[bucket]
                if writer is None:
                    path = str(folder / name_of(bucket))
                    writer = pa.ipc.new_file(path, part.schema, options=options)
                    writers[bucket] = writer
                writer.write_batch(part)
                rows[bucket] += part.num_rows
    finally:
        for writer in writers:
            if writer is not None:
                writer.close()
    words.write(folder)
    refused = pa.concat_tables(rejects) if rejects else REJECTS.empty_table()
    with pa.ipc.new_file(str(folder / REJECTED), REJECTS, options=options) as writer:
        writer.write_table(refused)
    return rows


def gathered(
    register: Path, mapping: Mapping, words: Vocabulary, told: Told, total: int
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Parts put together until they are worth sorting."""
    held: list[pa.Table] = []
    refused: list[pa.Table] = []
    for table, rejects, seen in readers.parts(register, mapping):
        held.append(words.coded(table))
        refused.append(rejects)
        told(seen, total)
        rows, size = (sum(getattr(t, name) for t in held) for name in ("num_rows", "nbytes"))
        if rows >= GATHERED or size >= GATHERED_BYTES:
            yield pa.concat_tables(held), pa.concat_tables(refused)
            held, refused = [], []
    if held:
        yield pa.concat_tables(held), pa.concat_tables(refused)


def split(table: pa.Table, member: str, count: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(bucket, its rows in their order) of a table."""
    if not table.num_rows:
        return
    if count == 1:
        yield 0, table.combine_chunks().to_batches()[0]
        return
    ids = texts(whole(table.column(member)))
    bucket = (hashes(ids) % np.uint64(count)).astype(np.uint16)
    order = np.argsort(bucket, kind="stable")
    batch = table.take(pa.array(order)).combine_chunks().to_batches()[0]
    ends = np.cumsum(np.bincount(bucket, minlength=count))
    start = 0
    for number, end in enumerate(ends.tolist()):
        if end > start:
            yield number, batch.slice(start, end - start)
        start = end


ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, odd


def hashes(ids: pa.Array) -> NDArray[np.uint64]:
    """A 64-bit number per text that depends on its bytes alone; null is 0."""
    ids = pc.fill_null(ids, "")
    n = len(ids)
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + n + 1]
    data = ids.buffers()[2]
    if n == 0 or data is None or offsets[-1] == offsets[0]:
        return np.zeros(n, np.uint64)
    text = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    lengths = np.diff(offsets)
    weight = mixed(np.arange(1, int(lengths.max()) + 1, dtype=np.uint64) * ODD) | np.uint64(1)
    end = lengths.astype(np.uint64) * ODD
    if len(text) == n * lengths[0] and (lengths == lengths[0]).all():  # as most offices number
        for place, column in enumerate(text.reshape(n, lengths[0]).T):
            end += column.astype(np.uint64) * weight[place]
        return mixed(end)
    starts = (offsets[:-1] - offsets[0]).astype(np.int64)
    place = np.arange(len(text)) - np.repeat(starts, lengths)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(text.astype(np.uint64) * weight[place])])
    return mixed(end + sums[starts + lengths] - sums[starts])


def mixed(x: NDArray[Any]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64: every bit of the input moves every bit of the output."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    made: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return made
