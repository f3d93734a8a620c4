"""A look at a register: some values of every column, from its first and from its last rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from portability.estimate import csvlines, jsonrows, readers

ROWS = 1_000  # at each end
BYTES = 500_000  # of text at each end
LONGEST = 200  # signs of a value that are looked at


def columns(register: Path) -> dict[str, list[str]]:
    """Column (fields of a list of structs as "spells.start") -> values as text."""
    kind = readers.kind_of(register)
    if kind == "parquet":
        return stored(register)
    if kind == "csv":
        top = csvlines.head(register)
        found: dict[str, list[str]] = {name: [] for name in top.names}
        for raw in ends(register, top.offset):
            for name, value in zip(top.names, fields(raw, top.delimiter), strict=False):
                found[name].append(value[:LONGEST])
        return found
    return gathered(lines(register))


def fields(raw: bytes, delimiter: str) -> list[str]:
    text = raw.decode("utf-8", "replace")
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def ends(register: Path, offset: int) -> Iterator[bytes]:
    """Lines from the beginning and from the end of a text file."""
    with open(register, "rb") as stream:
        stream.seek(offset)
        yield from stream.read(BYTES).split(b"\n")[:ROWS]
        size = register.stat().st_size
        if size > offset + BYTES:
            stream.seek(max(size - BYTES, offset + BYTES))
            yield from stream.read().split(b"\n")[1:][-ROWS:]


def lines(register: Path) -> Iterator[dict[str, Any]]:
    """Objects of JSON lines; what is none is passed over here, and rejected where it is read."""
    for raw in ends(register, 0):
        try:
            yield jsonrows.loaded(raw.removeprefix(b"\xef\xbb\xbf"))
        except jsonrows.Wrong:
            continue


def gathered(objects: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """All plain values by name, those of objects in lists by "list.name"."""
    found: dict[str, list[str]] = {}

    def note(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                note(f"{name}.{key}" if name else str(key), inner)
        elif isinstance(value, list):
            for item in value[:ROWS]:
                note(name, item)
        else:
            kept = found.setdefault(name, [])
            if value is not None:
                kept.append(str(value)[:LONGEST])

    for each in objects:
        note("", each)
    return found


def stored(register: Path) -> dict[str, list[str]]:
    """Of a Parquet file: the first rows, and those of its last row group."""
    file = readers.opened(register)
    found: dict[str, list[str]] = {name: [] for name in readers.header(register)}
    groups = {0, file.metadata.num_row_groups - 1} if file.metadata.num_row_groups else set()
    for group in sorted(groups):
        batches = readers.sound(register, file.iter_batches(ROWS, row_groups=[group]))
        batch = next(batches, None)
        for name, values in gathered(printable(batch)).items():
            found.setdefault(name, []).extend(values)
    return found


def printable(batch: pa.RecordBatch | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [] if batch is None else batch.to_pylist()
    return rows
