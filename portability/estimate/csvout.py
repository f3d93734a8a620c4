"""A table of an estimate as CSV, batch by batch: for spreadsheets and whoever has no Parquet.

Dates are ISO 8601, sums have their currency's own digits (ISO 4217), nothing is an empty field,
lines end with a line feed, text is UTF-8. A text that a spreadsheet would run as a formula (it
begins with =, +, -, @, a tab or a line break) gets an apostrophe before it, as OWASP's "CSV
injection" recommends; a text that begins with an apostrophe gets another. Line breaks inside a text
become spaces: one row is one line.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from portability.tables import minor_digits

ROWS = 65_536
BREAKS = "\r\n|[\n\r\v\f\x85\u2028\u2029]"  # what str.splitlines, or an editor, would end a line at
RISKY = "^[=+\\-@\t\r\n']"


def write(source: Path, target: Path) -> None:
    """Parquet file -> CSV file of the same columns and rows; whole or not at all. Sums in a column
    of decimals are taken in the currency of their row (column `currency`)."""
    file = pq.ParquetFile(source)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    shape = texts(file.schema_arrow.empty_table()).schema
    options = pv.WriteOptions(include_header=True, quoting_style="needed")
    try:
        with beside.open("wb") as stream:
            with pv.CSVWriter(stream, shape, write_options=options) as writer:
                for batch in file.iter_batches(ROWS, use_threads=False):
                    writer.write_table(texts(pa.table(batch)))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def texts(table: pa.Table) -> pa.Table:
    """Words and sums as the text that stands in the file, the rest as it is; null stays null."""
    currency = table.column("currency") if "currency" in table.column_names else None
    columns = []
    for name in table.column_names:
        column = table.column(name)
        kind = column.type
        if pa.types.is_dictionary(kind):
            kind, column = kind.value_type, column.cast(kind.value_type)
        if pa.types.is_decimal(kind):
            columns.append(sums(column, currency))
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            columns.append(harmless(column.cast(pa.string())))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def harmless(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text no spreadsheet runs."""
    risky = pc.fill_null(pc.match_substring_regex(column, RISKY), False)
    if pc.any(risky).as_py():
        column = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
    return pc.replace_substring_regex(column, BREAKS, " ")


def sums(column: pa.ChunkedArray, currency: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """Decimals without the zeros their currency does not have; a digit that is not zero stays."""
    text = column.cast(pa.string())
    if currency is None:
        return text
    words = currency.cast(pa.string())
    scale = column.type.scale
    for word in pc.unique(words).to_pylist():
        surplus = scale - minor_digits(str(word))
        if word is None or surplus <= 0:
            continue
        cut = surplus + (surplus == scale)  # the point goes with the last digit
        zeros = pc.ends_with(text, ("." if surplus == scale else "") + "0" * surplus)
        mine = pc.fill_null(pc.and_kleene(pc.equal(words, word), zeros), False)
        text = pc.if_else(mine, pc.utf8_slice_codeunits(text, 0, -cut), text)
    return text
