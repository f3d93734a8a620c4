"""CSV in blocks of whole lines, each record with the line on which it starts.

Arrow parses a block; the lines are counted here. A block in which anything is odd (quotation marks
that do not pair up within a line, bytes that are no UTF-8, a count that does not fit) is parsed
once more line by line, so that one bad line costs itself and no other.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
from attrs import frozen

from portability.errors import Fault, InputError
from portability.estimate.rejects import REJECTS

BLOCK = 8_000_000
LONGEST_LINE = 1_000_000
LONGEST_RECORD = 50  # lines that a quoted field may span
DELIMITERS = ",;\t|"
LONE_CR = re.compile(rb"\r(?!\n)")
Part = tuple[pa.Table, pa.Table, int]
Kinds = dict[str, pa.DataType]
WORD = pa.dictionary(pa.int32(), pa.string())


@frozen
class Head:
    """The first line: names, the sign between them, and where the rows begin."""

    names: tuple[str, ...]
    delimiter: str
    offset: int


def head(register: Path) -> Head:
    """Raises InputError for a file that is no CSV in UTF-8."""
    with open(register, "rb") as stream:
        first = stream.readline(LONGEST_LINE)
    found, expected = "", "CSV in UTF-8 with a header line"
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first:
        found = "UTF-16 or binary data"
    elif b"\r" in first.rstrip(b"\r\n"):
        found = "lines that end with CR alone"
    elif len(first) >= LONGEST_LINE:
        found = "a first line of a megabyte"
    text = ""
    try:
        text = first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = found or f"a byte that is not UTF-8 at offset {error.start}"
    if found:
        fault = Fault(f"{register}:1:1", "(document)", found, expected, code="unreadable")
        raise InputError([fault])
    delimiter = max(DELIMITERS, key=text.count)
    rows = list(csv.reader([text.rstrip("\r\n")], delimiter=delimiter))
    names = tuple(name.strip() for name in rows[0]) if rows else ()
    return Head(names if any(names) else (), delimiter, len(first))


def parts(
    register: Path, columns: tuple[str, ...], worded: frozenset[str] = frozenset()
) -> Iterator[Part]:
    """(table of `columns` as text and `row`, rejects, bytes read so far) for each block. worded:
    columns that may come as dictionaries."""
    top = head(register)
    kinds = {name: WORD if name in worded else pa.string() for name in columns}
    line, carry, seen = 2, b"", top.offset
    with open(register, "rb") as stream:
        stream.seek(top.offset)
        while True:
            block = stream.read(BLOCK)
            seen += len(block)
            data = carry + block
            if not block and not data:
                return
            if not block:
                data += b"" if data.endswith(b"\n") else b"\n"
            cut = data.rfind(b"\n") + 1
            data, carry = data[:cut], data[cut:]
            if len(carry) > LONGEST_LINE:
                carry = b'"' + b" " * 10  # too long for a line: what remains of it is refused
            table, rejects, left = parsed(data, line, top, kinds, last=not block)
            line += data.count(b"\n") - left.count(b"\n")
            carry = left + carry
            yield table, rejects, seen
            if not block:
                return


def parsed(
    data: bytes, line: int, top: Head, columns: Kinds, last: bool
) -> tuple[pa.Table, pa.Table, bytes]:
    """A block of whole lines from `line` on -> rows, rejects, and what belongs to the next block
    (a record whose quotation marks did not close yet)."""
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        data = LONE_CR.sub(b" ", data)
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == 10)
    if b'"' in data:
        before = np.searchsorted(
            np.flatnonzero(buffer == 34), ends
        )  # quotation marks up to each end
        odd = np.flatnonzero(np.diff(before, prepend=0) & 1)
        if len(odd):
            return repaired(data, odd, line, top, columns, last)
    lengths = np.diff(ends, prepend=-1) - 1
    if b"\r" in data:
        lengths = lengths - (buffer[np.maximum(ends - 1, 0)] == 13)
    numbers = line + np.flatnonzero(lengths > 0)
    found = arrow(data, numbers, top, columns)
    if found is None:
        found = one_by_one(data.split(b"\n")[:-1], line, top, columns)
    return (*found, b"")


def arrow(data: bytes, numbers: Any, top: Head, columns: Kinds) -> tuple[pa.Table, pa.Table] | None:
    """The block through Arrow; None where it cannot tell which line is which."""
    wrong: list[tuple[int, int]] = []

    def skipped(row: Any) -> str:
        wrong.append((row.number, row.actual_columns))
        return "skip"

    if not len(numbers):
        return lines_table({name: [] for name in columns}, []), REJECTS.empty_table()
    try:
        table = pcsv.read_csv(
            io.BytesIO(data),
            pcsv.ReadOptions(
                use_threads=False, column_names=list(top.names), block_size=len(data) + 1
            ),
            pcsv.ParseOptions(delimiter=top.delimiter, invalid_row_handler=skipped),
            pcsv.ConvertOptions(
                column_types=columns,
                include_columns=list(columns),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(wrong) != len(numbers):
        return None
    lost = np.array([number - 1 for number, _ in wrong], np.int64)
    faults = [(int(numbers[n - 1]), columns_found(k, top)) for n, k in wrong]
    rows = np.delete(numbers, lost).astype(np.int64)
    return table.append_column("row", pa.array(rows)).combine_chunks(), rejects_of(faults)


def columns_found(count: int, top: Head) -> str:
    return f"{count} columns where the header has {len(top.names)}"


def rejects_of(faults: list[tuple[int, str]]) -> pa.Table:
    rows = [
        {"row": row, "member": None, "field": "(row)", "found": "", "reason": reason}
        for row, reason in sorted(faults)
    ]
    return pa.Table.from_pylist(rows, schema=REJECTS)


def lines_table(values: dict[str, list[str | None]], rows: list[int]) -> pa.Table:
    columns = {name: pa.array(column, pa.string()) for name, column in values.items()}
    return pa.table({**columns, "row": pa.array(rows, pa.int64())})


def one_by_one(
    lines: list[bytes], line: int, top: Head, columns: Kinds
) -> tuple[pa.Table, pa.Table]:
    """Lines parsed each for itself: slow, and none of them can spoil another."""
    places = [top.names.index(name) for name in columns]
    values: dict[str, list[str | None]] = {name: [] for name in columns}
    rows: list[int] = []
    faults: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, line):
        raw = raw.rstrip(b"\r")
        if not raw:
            continue
        try:
            fields = next(csv.reader([raw.decode()], delimiter=top.delimiter, strict=True))
        except UnicodeDecodeError:
            faults.append((number, "bytes that are not UTF-8"))
            continue
        except (csv.Error, StopIteration):
            faults.append((number, "quotation marks that do not close, or a field too long"))
            continue
        if len(fields) != len(top.names):
            faults.append((number, columns_found(len(fields), top)))
            continue
        rows.append(number)
        for name, place in zip(columns, places, strict=True):
            values[name].append(fields[place] or None)
    return lines_table(values, rows), rejects_of(faults)


def repaired(
    data: bytes, odd: Any, line: int, top: Head, columns: Kinds, last: bool
) -> tuple[pa.Table, pa.Table, bytes]:
    """A block with lines whose quotation marks do not pair up: a field that spans lines is put on
    one; a line that stays open is refused."""
    lines = data.split(b"\n")[:-1]
    faults: list[tuple[int, str]] = []
    pending = [int(place) for place in odd]
    left = b""
    while pending:
        start = pending.pop(0)
        if not pending and not last and len(lines) - start <= LONGEST_RECORD:
            left = b"\n".join(lines[start:]) + b"\n"
            lines = lines[:start]
            break
        stop = pending[0] if pending else start
        joined = record(lines[start : stop + 1], top)
        if joined is None:
            lines[start] = b""
            faults.append((line + start, "quotation marks that do not close"))
            continue
        pending.pop(0)
        lines[start : stop + 1] = [joined] + [b""] * (stop - start)
    table, rejects = one_by_one(lines, line, top, columns)
    both = pa.concat_tables([rejects, rejects_of(faults)]).sort_by("row")
    return table, both, left


def record(lines: list[bytes], top: Head) -> bytes | None:
    """One record of several lines as one line, or None if they are none."""
    if not 1 < len(lines) <= LONGEST_RECORD:
        return None
    try:
        text = b"\n".join(lines).decode()
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=top.delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    if len(rows) != 1 or len(rows[0]) != len(top.names):
        return None
    out = io.StringIO()
    fields = [re.sub(r"\s*[\r\n]+\s*", " ", value) for value in rows[0]]
    csv.writer(out, delimiter=top.delimiter, lineterminator="").writerow(fields)
    return out.getvalue().encode()
