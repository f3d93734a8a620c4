"""Canonical JSON: one value, one sequence of bytes (RFC 8785, restricted to JSON without
fractions).

RFC 8785 orders keys by UTF-16 code units and writes numbers as ECMAScript doubles. No double ever
stands in the
ledger: numbers are integers of at most 53 bits, every other figure is text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

LARGEST = 2**53 - 1
DEEPEST = 200


def canonical(value: object) -> bytes:
    """The canonical bytes of a value made of mappings, lists, text, integers, booleans and None.

    Raises ValueError for anything that has no canonical form here: fractions, integers beyond 53
    bits, keys that are not text, half a surrogate pair.
    """
    try:
        text = _SORTED.encode(value)
        # What comes back the same is in order: ASCII sorts alike by characters and UTF-16 units.
        if text.isascii() and _DECODER.decode(text) == value:
            return text.encode("ascii")
    except (TypeError, ValueError, RecursionError):
        pass  # the slow way finds the words
    return _write(_ordered(value, 0)).encode("utf-8")


def parse(text: str | bytes) -> Any:
    """The value of a canonical text. Raises ValueError if the text is not the canonical form of
    its value."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError(f"nested deeper than {DEEPEST} levels") from None
    # Keys beyond ASCII may sort differently by UTF-16 units (RFC 8785 s.3.2.3): the slow way.
    same = _SORTED.encode(value) if text.isascii() else canonical(value).decode("utf-8")
    if same != text:
        raise ValueError("not in canonical form")
    return value


def plain(value: object) -> Any:
    """A value in the types `canonical` accepts: large integers, decimals and dates become text,
    tuples lists."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal | Fraction):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError(f"a {type(value).__name__} has no canonical form")


def _ordered(value: object, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError(f"{value} does not fit into 53 bits: write it as text")
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key is not text")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(value[key], depth + 1) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise ValueError(f"a {type(value).__name__} has no canonical form: write it as text")


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not an integer")


def _integer(text: str) -> int:
    if len(text) < 16:
        return int(text)
    if len(text) > 17 or abs(int(text)) > LARGEST:
        raise ValueError("an integer beyond 53 bits")
    return int(text)


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_DECODER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse, parse_int=_integer)
