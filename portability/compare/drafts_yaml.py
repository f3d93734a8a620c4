"""Clauses as they stand in a draft: values as YAML of few lines, words taken from the format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portability.clean import plain
from portability.layout import wrapped
from portability.shape import Country, Exactly, Flag, Shape, Whole, Word
from portability.shape_lists import Either, Fields, Listed, MapOf, Row
from portability.units import UNITS

WIDE, ROOM = 110, 101
OFF = "# "  # before a clause that the draft does not hold yet


def flow(value: Any) -> str:
    """A value on one line, as the strict reader takes it: NO is Norway, a date is a date."""
    import yaml

    text = yaml.safe_dump(
        value, default_flow_style=True, width=1_000_000, allow_unicode=True, sort_keys=False
    )
    return str(text).removesuffix("...\n").strip()


def block(key: str | int, value: Any, indent: int = 0) -> Iterator[str]:
    """`key: value` on one line where it fits, else each key of a mapping and each item of a list of
    mappings on lines of its own."""
    name = flow(int(key) if str(key).isdecimal() else key)
    head = f"{' ' * indent}{name}:"
    line = f"{head} {flow(value)}"
    if len(line) <= WIDE or not opened(value):
        yield line
        return
    yield head
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from block(inner, item, indent + 2)
    else:
        for row in value:
            yield from item_of(row, indent + 2)


def opened(value: Any) -> bool:
    """Can it be laid out over several lines?"""
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def item_of(row: Mapping[str, Any], indent: int) -> Iterator[str]:
    """One item of a list: on one line where it fits, else key by key."""
    line = f"{' ' * indent}- {flow(row)}"
    if len(line) <= WIDE:
        yield line
        return
    yield from listed(row, indent)


def listed(row: Mapping[str, Any], indent: int) -> Iterator[str]:
    """One item of a list, key by key."""
    lines = [line for key, item in row.items() for line in block(key, item, indent + 2)]
    yield " " * indent + "- " + lines[0].lstrip()
    yield from lines[1:]


def remark(told: str) -> Iterator[str]:
    """A remark for the reader; it stays one when clauses are taken over."""
    yield from (f"## {line}" for line in wrapped(plain(told), ROOM))


def choices(shape: Shape, keys: Sequence[str] = (), kinds: Iterable[str] = ()) -> list[str]:
    """What may stand in a block, as the loader checks it: each key with its words, then what may
    stand instead of the whole. keys: only these; kinds: words of a key `kind` that is open."""
    made: list[str] = []
    instead: list[str] = []
    for option in options(shape):
        row = option.item if isinstance(option, Listed) else option
        if isinstance(row, Fields):
            made += fields(row, keys, kinds)
        elif isinstance(option, Word | Exactly):
            instead.append(words(option))
        elif words(row):
            made.append(f"any of: {words(row)}")
    if instead and made:
        return [*made, f"or instead of all: {' | '.join(dict.fromkeys(instead))}"]
    return made or instead


def fields(shape: Fields, keys: Sequence[str], kinds: Iterable[str]) -> list[str]:
    """The keys of a block, each with its words; a length by its form."""
    if set(UNITS) <= set(shape.keys):
        return [shape.words]
    named = [(key, inner) for key, inner in shape.keys.items() if key not in ("cite", "note")]
    return [one(key, inner, kinds) for key, inner in named if not keys or key in keys]


def options(shape: Shape) -> tuple[Shape, ...]:
    """The shapes that may stand there, nested alternatives laid out."""
    if not isinstance(shape, Either):
        return (shape,)
    return tuple(inner for option in shape.options for inner in options(option))


def one(key: str, shape: Shape, kinds: Iterable[str]) -> str:
    """`key: words`; a key that holds a block, or any text, by its name."""
    if any(isinstance(option, Fields | MapOf) for option in options(shape)):
        return key
    told = words(shape) or (" | ".join(kinds) if key == "kind" else "")
    return f"{key}: {told}" if told else key


def words(shape: Shape) -> str:
    """The words and figures that may stand there; empty where any text may."""
    if isinstance(shape, Word):
        return " | ".join(shape.words)
    if isinstance(shape, Exactly):
        return shape.word
    if isinstance(shape, Flag):
        return "true | false"
    if isinstance(shape, Whole):
        return f"{shape.low} to {shape.high}" if shape.low < shape.high else str(shape.low)
    if isinstance(shape, Country):
        return "XX (a country)"
    if isinstance(shape, Row):
        return "[n, d]" if len(shape.items) == 2 else ""
    if isinstance(shape, Listed):
        return words(shape.item)
    if isinstance(shape, Either):
        told = [words(option) or "words" for option in shape.options]
        return " | ".join(dict.fromkeys(told)) if set(told) != {"words"} else ""
    return ""
