"""Registers read part by part: CSV, JSON lines and Parquet into tables of the mapped columns.

Every table has the columns of the map as they stand and `row`: the line of the file in CSV and JSON
lines, the number of the row in Parquet. Rows that are no rows (wrong number of columns, quotation
marks that do not close, broken JSON) come back as rejects.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from portability.errors import Fault, InputError, nearest
from portability.estimate import csvlines, jsonrows, vocabulary
from portability.estimate.mapping import Mapping
from portability.estimate.rejects import REJECTS

SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
BATCH = 131_072
Part = tuple[pa.Table, pa.Table, int]  # rows, rejects, bytes or rows of the register seen so far


def kind_of(register: Path) -> str:
    """parquet, csv or jsonl, by the suffix. Raises InputError."""
    kind = SUFFIXES.get(register.suffix.lower())
    if kind is None:
        found = f"a file {register.suffix or 'without a suffix'}"
        raise refused(register, "(document)", found, ".parquet, .csv or .jsonl", "suffix")
    if not register.is_file():
        raise refused(register, "(document)", "nothing readable", "a readable file", "unreadable")
    return kind


def refused(register: Path, path: str, found: str, expected: str, code: str) -> InputError:
    return InputError([Fault(f"{register}:1:1", path, found, expected, code=code)])


def size(register: Path) -> int:
    """What `Part` counts up to: bytes, or rows of a Parquet file."""
    if kind_of(register) == "parquet":
        return int(opened(register).metadata.num_rows)
    return register.stat().st_size


def opened(register: Path) -> pq.ParquetFile:
    """Raises InputError where the file is no Parquet."""
    try:
        return pq.ParquetFile(register)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        found = f"no Parquet file ({str(error).splitlines()[0][:80]})"
        raise refused(register, "(document)", found, "a Parquet file", "unreadable") from None


def parts(register: Path, mapping: Mapping) -> Iterator[Part]:
    """The register in parts, in its order. Raises InputError for a file that cannot be read."""
    kind = kind_of(register)
    if kind == "csv":
        worded = frozenset(vocabulary.columns(mapping))
        yield from csvlines.parts(register, mapping.columns(), worded)
    elif kind == "jsonl":
        yield from jsonrows.parts(register, mapping)
    else:
        yield from parquet_rows(register, mapping)


def parquet_rows(register: Path, mapping: Mapping) -> Iterator[Part]:
    row = 1
    names, worded = list(mapping.columns()), vocabulary.columns(mapping)
    schema = opened(register).schema_arrow
    texts = [name for name in worded if pa.types.is_string(schema.field(name).type)]
    file = pq.ParquetFile(register, read_dictionary=texts)
    for batch in sound(register, file.iter_batches(batch_size=BATCH, columns=names)):
        rows = np.arange(row, row + batch.num_rows, dtype=np.int64)
        columns = {
            name: batch.column(name) if name in worded else plain(batch.column(name))
            for name in names
        }
        row += batch.num_rows
        yield pa.table({**columns, "row": rows}), REJECTS.empty_table(), row - 1


def sound(register: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet file whose every text is UTF-8. Raises InputError where the file is
    damaged."""
    try:
        for batch in batches:
            batch.validate(full=True)
            yield batch
    except (pa.ArrowInvalid, OSError) as error:
        found = f"a damaged file ({str(error).splitlines()[0][:80]})"
        raise refused(register, "(document)", found, "a whole Parquet file", "damaged") from None


def plain(column: Any) -> Any:
    """Without dictionaries, which differ from batch to batch, and without large types."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    large = pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)
    return column.cast(pa.string()) if large else column


# --- what the register's columns are


def header(register: Path) -> tuple[str, ...]:
    """Names of all columns, with the fields of a list of structs as "spells.start"."""
    kind = kind_of(register)
    if kind == "csv":
        return csvlines.head(register).names
    if kind == "jsonl":
        return jsonrows.header(register)
    names: list[str] = []
    for field in opened(register).schema_arrow:
        names.append(field.name)
        names += [f"{field.name}.{inner.name}" for inner in struct_of(field.type) or ()]
    return tuple(names)


def struct_of(kind: pa.DataType) -> pa.StructType | None:
    """The struct in a list of structs."""
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return kind.value_type if lists and pa.types.is_struct(kind.value_type) else None


def check(register: Path, mapping: Mapping) -> None:
    """The mapped columns are there, once, and of a kind that can be read. Raises InputError with
    every fault."""
    names = header(register)
    where = f"{register}:1:1"
    faults = []
    if not names:
        raise refused(register, "(document)", "an empty file", "a header and rows", "empty")
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        found = f"{names.count(name)} columns of this name"
        faults.append(Fault(where, name, found, "each name once", code="duplicate_column"))
    wanted = list(mapping.columns())
    if mapping.nested:
        wanted += [f"{mapping.spells}.{name}" for name in mapping.fields()]
    sparse = kind_of(register) == "jsonl"  # what the first lines lack, later ones may have
    for name in wanted:
        if name not in names and not (sparse and name != mapping.member.column):
            hint = nearest(name, names)
            expected = "the column the map names"
            faults.append(Fault(where, name, "no such column", expected, hint, "missing_column"))
    if mapping.nested and kind_of(register) == "csv":
        expected = "rows: spell (a CSV file has no lists)"
        faults.append(Fault(where, "rows", "rows: member", expected, code="nested_csv"))
    if kind_of(register) == "parquet" and not faults:
        faults += typed(register, mapping)
    if faults:
        raise InputError(faults)


def typed(register: Path, mapping: Mapping) -> Iterator[Fault]:
    """Columns of a Parquet file whose type no fact can have."""
    schema = opened(register).schema_arrow
    where = f"{register}:1:1"
    kinds = {name: schema.field(name).type for name in mapping.columns()}
    if mapping.nested:
        struct = struct_of(kinds.pop(mapping.spells))
        if struct is None:
            found = f"a column of type {schema.field(mapping.spells).type}"
            expected = "a list of structs"
            yield Fault(where, mapping.spells, found, expected, code="column_type")
            return
        fields = {name: struct.field(struct.get_field_index(name)) for name in mapping.fields()}
        kinds |= {f"{mapping.spells}.{name}": field.type for name, field in fields.items()}
    for name, kind in kinds.items():
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        zoned = pa.types.is_timestamp(kind) and kind.tz is not None
        if name == mapping.member.column and pa.types.is_floating(kind):
            zoned = True
        if zoned or not any(test(kind) for test in READABLE):
            expected = "text, whole or decimal numbers, or dates without a zone"
            found = f"a column of type {kind}"
            yield Fault(where, name, found, expected, code="column_type")


READABLE = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)
