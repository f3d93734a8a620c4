"""JSON lines: one object a line, a spell or a member with the list of his spells.

Numbers are kept as they are written; a value that is an object or a list where a plain one belongs
makes the line a reject.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Mapped
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from portability.errors import Fault, InputError
from portability.estimate.csvlines import rejects_of
from portability.estimate.mapping import Mapping

LONGEST_LINE = 1_000_000
BLOCK = 8_000_000
DECIMAL = pa.decimal128(22, 4)
SURROGATE = re.compile("[\ud800-\udfff]")
OPEN, CLOSE = b"{}"
EXPONENT = re.compile(rb"[0-9][eE][-+0-9]")
LOOKED_AT = 100  # lines in which the names of the columns are sought
Part = tuple[pa.Table, pa.Table, int]


class Wrong(ValueError):
    """A line that is no row, with the reason."""


def text_of(value: Any) -> str | None:
    """A plain value as the text it was written as."""
    if value is None:
        return None
    if isinstance(value, str):
        if not value.isascii() and SURROGATE.search(value):
            raise Wrong("half a surrogate pair")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise Wrong("a list or an object where a plain value belongs")


def loaded(raw: bytes) -> dict[str, Any]:
    if len(raw) >= LONGEST_LINE:
        raise Wrong("a line of a megabyte or more")
    try:
        value = json.loads(
            raw, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=once
        )
        raw.decode()
    except Wrong:
        raise
    except (ValueError, RecursionError):
        raise Wrong("no JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise Wrong("no JSON object")
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Wrong("a key twice")
    return made


def header(register: Path) -> tuple[str, ...]:
    """Names in the first lines, the fields of lists of objects as "spells.start". Raises InputError
    where none of these lines is an object."""
    names: dict[str, None] = {}
    refused = ""
    with open(register, "rb") as stream:
        for number in range(LOOKED_AT):
            raw = stream.readline(LONGEST_LINE)
            raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
            try:
                found = loaded(raw) if raw.strip() else {}
            except Wrong as wrong:
                refused = refused or str(wrong)
                continue
            names |= named(found)
    if refused and not names:
        raise InputError(
            [Fault(f"{register}:1:1", "(document)", refused, "JSON objects, one a line")]
        )
    return tuple(names)


def named(found: dict[str, Any]) -> dict[str, None]:
    names: dict[str, None] = {}
    for name, value in found.items():
        names[name] = None
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                names |= dict.fromkeys(f"{name}.{key}" for key in item)
    return names


def parts(register: Path, mapping: Mapping) -> Iterator[Part]:
    """(table of the mapped columns as text and `row`, rejects, bytes read so far)."""
    seen, line, carry = 0, 1, b""
    with open(register, "rb") as stream:
        while True:
            block = stream.read(BLOCK)
            data = carry + (block or (b"\n" if carry else b""))
            if seen == 0:
                data = data.removeprefix(b"\xef\xbb\xbf")
            seen += len(block)
            cut = data.rfind(b"\n") + 1
            data, carry = data[:cut], data[cut:]
            if len(carry) > LONGEST_LINE:
                carry = b"{" * 10  # too long for a line: what remains of it is refused
            if data:
                found = at_once(data, line, mapping) or one_by_one(data, line, mapping)
                yield (*found, seen)
            line += data.count(b"\n")
            if not block:
                return


def at_once(data: bytes, line: int, mapping: Mapping) -> tuple[pa.Table, pa.Table] | None:
    """Whole lines through Arrow; None where any of them is odd."""
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == 10)
    starts = np.concatenate([[0], ends[:-1] + 1])
    ends = ends - (buffer[np.maximum(ends - 1, 0)] == 13)
    places = np.flatnonzero(ends > starts)
    if not len(places) or int((ends - starts).max()) >= LONGEST_LINE:
        return None
    opens, closes = buffer[starts[places]] == OPEN, buffer[ends[places] - 1] == CLOSE
    if not (opens & closes).all():  # so that no line is without an object
        return None
    try:
        data.decode()
        wanted = kinds(data, mapping)
        table = pj.read_json(
            io.BytesIO(data),
            pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            pj.ParseOptions(wanted, newlines_in_values=False, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, Wrong):
        return None
    if table.num_rows != len(places):
        return None
    rows = pa.array(line + places, pa.int64())
    return table.append_column("row", rows).cast(schema(mapping)), rejects_of([])


def kinds(data: bytes, mapping: Mapping) -> pa.Schema:
    """The columns as the first lines write them: text or numbers. Raises Wrong."""
    numbers: dict[str, pa.DataType] = {}
    for raw in data[:LONGEST_LINE].split(b"\n")[:LOOKED_AT]:
        try:
            found = json.loads(raw) if raw.strip() else {}
        except (ValueError, RecursionError):
            break  # cut off, or no JSON: Arrow will say
        spells = found.get(mapping.spells) if isinstance(found, dict) else None
        for each in [found, *(spells if isinstance(spells, list) else ())]:
            for name, value in each.items() if isinstance(each, dict) else ():
                if type(value) is int and numbers.get(name) != DECIMAL:
                    numbers[name] = pa.int64()
                elif isinstance(value, float):
                    numbers[name] = DECIMAL
    if DECIMAL in numbers.values() and EXPONENT.search(data):
        raise Wrong("a number with an exponent, which is read as it is written")
    return schema(mapping, numbers)


def one_by_one(data: bytes, line: int, mapping: Mapping) -> tuple[pa.Table, pa.Table]:
    """Lines parsed each for itself: slow, and none of them can spoil another."""
    rows: list[dict[str, Any]] = []
    faults: list[tuple[int, str]] = []
    for number, raw in enumerate(data.split(b"\n")[:-1], line):
        if raw.strip():
            try:
                rows.append(row_of(loaded(raw), mapping, number))
            except Wrong as wrong:
                faults.append((number, str(wrong)))
    return pa.Table.from_pylist(rows, schema(mapping)), rejects_of(faults)


def row_of(found: dict[str, Any], mapping: Mapping, number: int) -> dict[str, Any]:
    made: dict[str, Any] = {"row": number}
    for name in mapping.columns():
        value = found.get(name)
        if not mapping.nested or name != mapping.spells:
            made[name] = text_of(value)
            continue
        if value is not None and not isinstance(value, list):
            raise Wrong(f"{name} is no list")
        spells = value or []
        if not all(isinstance(spell, dict) for spell in spells):
            raise Wrong(f"{name} holds something that is no object")
        fields = mapping.fields()
        made[name] = [{key: text_of(spell.get(key)) for key in fields} for spell in spells]
    return made


def schema(mapping: Mapping, numbers: Mapped[str, pa.DataType] | None = None) -> pa.Schema:
    """The columns as text, or those that are `numbers` as such; with `row` where all are text."""
    given = numbers or {}
    inner = [(name, given.get(name, pa.string())) for name in mapping.fields()]
    made = [
        (name, pa.list_(pa.struct(inner)))
        if mapping.nested and name == mapping.spells
        else (name, given.get(name, pa.string()))
        for name in mapping.columns()
    ]
    return pa.schema(made if numbers is not None else [*made, ("row", pa.int64())])
