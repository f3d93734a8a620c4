"""A table of an estimate as CSV, batch by batch: for spreadsheets and whoever has no Parquet.

Dates are ISO 8601, sums have their currency's own digits (ISO 4217), nothing is an empty field,
lines end with a line feed, text is UTF-8. A text that a spreadsheet would run as a formula (it
begins with =, +, -, @, a tab or a line break) gets an apostrophe before it, as OWASP's "CSV
injection" recommends; a text that begins with an apostrophe gets another. Line breaks inside a text
become spaces: one row is one line.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from portability.estimate.parts import Add, whole
from portability.tables import minor_digits

Texts = TypeVar("Texts", pa.Array, pa.ChunkedArray)
ROWS = 65_536
BLOCK = 1 << 20  # bytes copied at a time
BREAKS = "\r\n|[\n\r\v\f\x85\u2028\u2029]"  # what str.splitlines, or an editor, would end a line at
RISKY = "^[=+\\-@\t\r\n']"


@contextmanager
def lines(target: Path, schema: pa.Schema, head: bool = True) -> Iterator[Add]:
    """A CSV file of tables of one schema, in the order in which they are added; whole or not at
    all. Sums in a column of decimals are taken in the currency of their row (column `currency`)."""
    shape = texts(schema.empty_table()).schema
    options = pv.WriteOptions(include_header=head, quoting_style="needed")
    with whole(target) as beside, pv.CSVWriter(beside, shape, write_options=options) as writer:

        def add(table: pa.Table) -> None:
            for start in range(0, len(table), ROWS):
                writer.write_table(texts(table.slice(start, ROWS)))

        yield add


def joined(parts: Iterable[Path], schema: pa.Schema, target: Path) -> None:
    """Files of lines without a head, one after the other under a head."""
    with whole(target) as beside:
        with pv.CSVWriter(beside, texts(schema.empty_table()).schema):
            pass  # the head
        with beside.open("ab") as stream:
            for path in parts:
                with path.open("rb") as given:
                    shutil.copyfileobj(given, stream, BLOCK)


def texts(table: pa.Table) -> pa.Table:
    """Words and sums as the text that stands in the file, the rest as it is; null stays null."""
    currency = table.column("currency") if "currency" in table.column_names else None
    columns = []
    for name in table.column_names:
        column = table.column(name)
        kind = column.type
        if pa.types.is_dictionary(kind):
            columns.append(words(column))
        elif pa.types.is_decimal(kind):
            columns.append(sums(column, currency))
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            columns.append(harmless(column.cast(pa.string())))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of few words: each word is looked at once."""
    chunks = [
        harmless(chunk.dictionary.cast(pa.string())).take(chunk.indices) for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, pa.string())


def harmless(column: Texts) -> Texts:
    """Text no spreadsheet runs."""
    risky = pc.fill_null(pc.match_substring_regex(column, RISKY), False)
    if pc.any(risky).as_py():
        column = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
    if pc.any(pc.match_substring_regex(column, BREAKS)).as_py():
        column = pc.replace_substring_regex(column, BREAKS, " ")
    return column


def sums(column: pa.ChunkedArray, currency: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """Decimals without the zeros their currency does not have; a digit that is not zero stays."""
    text = column.cast(pa.string())
    if currency is None:
        return text
    names, scale = currency.cast(pa.string()), column.type.scale
    alike: dict[int, list[str]] = {}
    for name in pc.unique(names).to_pylist():
        if name is not None:
            alike.setdefault(scale - minor_digits(name), []).append(name)
    for surplus, some in sorted(alike.items()):
        if surplus <= 0:
            continue
        cut = surplus + (surplus == scale)  # the point goes with the last digit
        zeros = pc.ends_with(text, ("." if surplus == scale else "") + "0" * surplus)
        mine = pc.fill_null(pc.and_kleene(pc.is_in(names, pa.array(some)), zeros), False)
        text = pc.if_else(mine, pc.utf8_slice_codeunits(text, 0, -cut), text)
    return text
