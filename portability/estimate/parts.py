"""Files of a run that are there as a whole or not at all.

While a run is under way each unit's tables lie in files of Arrow record batches: as fast as
copying, and every batch keeps the words of its own dictionaries. What is left at the end is
Parquet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Json = dict[str, Any]
Add = Callable[[pa.Table], None]
WORK = "work"
DIFFERENT = ("member", "row", "credited", "earnings")  # hardly two rows alike: no dictionary
LAID: Json = {"compression": "zstd", "compression_level": 1, "write_statistics": False}


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file to be written beside `path` and renamed once all of it is on the disk; nothing is left
    of one that was not finished."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def batches(path: Path, schema: pa.Schema) -> Iterator[Add]:
    """A file of record batches: every table that is added is one of them, an empty one none."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with whole(path) as beside, pa.ipc.new_stream(str(beside), schema, options=options) as writer:

        def add(table: pa.Table) -> None:
            if len(table):
                writer.write_table(table.cast(schema).combine_chunks())

        yield add


def tables_in(path: Path) -> Iterator[pa.Table]:
    """The tables of such a file, in the order in which they were added."""
    with pa.ipc.open_stream(pa.OSFile(str(path))) as stream:
        for batch in stream:
            yield pa.Table.from_batches([batch])


@contextmanager
def parquet(path: Path, schema: pa.Schema) -> Iterator[Add]:
    """A Parquet file: every table that is added is a row group, an empty one none."""
    words = [leaf for leaf in leaves(schema) if leaf.split(".")[-1] not in DIFFERENT]
    with (
        whole(path) as beside,
        pq.ParquetWriter(beside, schema, use_dictionary=words, **LAID) as writer,
    ):

        def add(table: pa.Table) -> None:
            if len(table):
                writer.write_table(table.cast(schema))

        yield add


def leaves(schema: Iterable[pa.Field], before: str = "") -> Iterator[str]:
    """Columns as Parquet names them, those of lists of structures one by one."""
    for one in schema:
        if pa.types.is_list(one.type):
            yield from leaves(one.type.value_type, f"{before}{one.name}.list.element.")
        else:
            yield before + one.name


def part(out: Path, name: str, unit: int, kind: str) -> Path:
    """Where a file of one unit lies while the run is under way."""
    return out / WORK / f"{name}-{unit:06}.{kind}"


def write_text(path: Path, text: str) -> None:
    with whole(path) as beside:
        beside.write_text(text, "utf-8")


def write_json(path: Path, value: Json) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Json:
    made: Json = json.loads(path.read_text("utf-8"))
    return made
