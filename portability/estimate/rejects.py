"""What could not be read, row by row: line, member, field, what stood there, why.

A faulty value can be a name that slid into another column. What was found is therefore shown only
where its shape allows no name and no number of a person: dates, short numbers, codes of three
letters; of everything else the message says what kind of thing it was.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from attrs import define, field
from numpy.typing import NDArray

Bool = NDArray[np.bool_]
REJECTS = pa.schema(
    [
        ("row", pa.int64()),
        ("member", pa.string()),
        ("field", pa.string()),
        ("found", pa.string()),
        ("reason", pa.string()),
    ]
)
HARMLESS = re.compile(
    r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}([T ][0-9:]{1,8})?|-?[0-9]{1,9}(\.[0-9]{1,6})?|"
    r"[A-Za-z]{1,3}"
)
FORMULA = r"^([=+\-@\t\r])"
LONGEST_ID = 200


@define
class Rejected:
    """Rejects of one part, collected column by column."""

    parts: list[pa.Table] = field(factory=list)

    def add(self, rows: Any, members: Any, name: str, found: Any, reason: str) -> None:
        """rows, members: of the rejected rows; found: their values, or one text for all."""
        k = len(rows)
        if k == 0:
            return
        given = pa.repeat(pa.scalar(found), k) if isinstance(found, str) else shown_all(found)
        columns = [
            pa.array(rows, pa.int64()),
            members.cast(pa.string()),
            pa.repeat(pa.scalar(name), k),
            given,
            pa.repeat(pa.scalar(reason), k),
        ]
        self.parts.append(pa.table(columns, schema=REJECTS))

    def table(self) -> pa.Table:
        """By row, in the order in which the faults of a row were found."""
        if not self.parts:
            return REJECTS.empty_table()
        made = pa.concat_tables(self.parts).combine_chunks()
        order = np.argsort(made.column("row").to_numpy(), kind="stable")
        return made.take(pa.array(order))


def shown_all(values: Any) -> pa.Array:
    """What may be told of faulty values; each distinct one is looked at once."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        text = values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([harmless(str(value)) for value in values.to_pylist()], pa.string())
    coded = text.dictionary_encode()
    words = pa.array([harmless(word) for word in coded.dictionary.to_pylist()], pa.string())
    return pc.fill_null(words.take(coded.indices), "nothing")


def harmless(value: str) -> str:
    """The value, if its shape can be no name and no number of a person; else what it is."""
    text = value.strip()
    if HARMLESS.fullmatch(text):
        return text
    if not text:
        return "nothing"
    if text.lower() in ("nan", "null", "none", "n/a"):
        return text.lower()
    digits = sum(sign.isdigit() for sign in text)
    kind = "a number" if digits == len(text) else "a text"
    return f"{kind} of {len(text):,} characters"


def neutral(column: Any) -> Any:
    """Texts that no spreadsheet takes for a formula: =, +, -, @ at the start get an apostrophe."""
    return pc.replace_substring_regex(column, FORMULA, r"'\1")


def write_csv(parts: Iterable[pa.Table], out: Path) -> int:
    """rejects.csv from parts in their order -> number of rows. Written beside and renamed."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    count = 0
    with pcsv.CSVWriter(beside, REJECTS) as writer:
        for part in parts:
            columns = [
                neutral(part.column(name)) if kind == pa.string() else part.column(name)
                for name, kind in zip(REJECTS.names, REJECTS.types, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=REJECTS))
            count += part.num_rows
    os.replace(beside, out)
    return count
