"""JSON lines: one object a line, a spell or a member with the list of his spells.

Numbers are kept as they are written; a value that is an object or a list where a plain one belongs
makes the line a reject.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from portability.errors import Fault, InputError
from portability.estimate.csvlines import rejects_of
from portability.estimate.mapping import Mapping

LONGEST_LINE = 1_000_000
LINES = 50_000
LOOKED_AT = 100  # lines in which the names of the columns are sought
MOST_SPELLS = 1_000
Part = tuple[pa.Table, pa.Table, int]


class Wrong(ValueError):
    """A line that is no row, with the reason."""


def text_of(value: Any) -> str | None:
    """A plain value as the text it was written as."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise Wrong("a list or an object where a plain value belongs")


def loaded(raw: bytes) -> dict[str, Any]:
    if len(raw) >= LONGEST_LINE:
        raise Wrong("a line of a megabyte or more")
    try:
        value = json.loads(raw, parse_float=str, parse_int=str, object_pairs_hook=once)
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
    """Names in the first lines, the fields of lists of objects as "spells.start"."""
    names: dict[str, None] = {}
    with open(register, "rb") as stream:
        for number, raw in zip(range(LOOKED_AT), stream, strict=False):
            raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
            try:
                found = loaded(raw) if raw.strip() else {}
            except Wrong as wrong:
                if number == 0:
                    fault = Fault(f"{register}:1:1", "(document)", str(wrong), "a JSON object")
                    raise InputError([fault]) from None
                continue
            for name, value in found.items():
                names[name] = None
                for item in value if isinstance(value, list) else ():
                    names |= (
                        dict.fromkeys(f"{name}.{key}" for key in item or ())
                        if isinstance(item, dict)
                        else {}
                    )
    return tuple(names)


def parts(register: Path, mapping: Mapping) -> Iterator[Part]:
    """(table of the mapped columns as text and `row`, rejects, bytes read so far)."""
    seen, number = 0, 0
    rows: list[dict[str, Any]] = []
    faults: list[tuple[int, str]] = []
    with open(register, "rb") as stream:
        for raw in stream:
            number, seen = number + 1, seen + len(raw)
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                try:
                    rows.append(row_of(loaded(raw), mapping, number))
                except Wrong as wrong:
                    faults.append((number, str(wrong)))
            if len(rows) + len(faults) >= LINES:
                yield pa.Table.from_pylist(rows, schema(mapping)), rejects_of(faults), seen
                rows, faults = [], []
    yield pa.Table.from_pylist(rows, schema(mapping)), rejects_of(faults), seen


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
        if len(spells) > MOST_SPELLS:
            raise Wrong(f"more than {MOST_SPELLS:,} spells")
        if not all(isinstance(spell, dict) for spell in spells):
            raise Wrong(f"{name} holds something that is no object")
        fields = mapping.fields()
        made[name] = [{key: text_of(spell.get(key)) for key in fields} for spell in spells]
    return made


def schema(mapping: Mapping) -> pa.Schema:
    inner = pa.list_(pa.struct([(name, pa.string()) for name in mapping.fields()]))
    kinds = [
        (name, inner if mapping.nested and name == mapping.spells else pa.string())
        for name in mapping.columns()
    ]
    return pa.schema([*kinds, ("row", pa.int64())])
