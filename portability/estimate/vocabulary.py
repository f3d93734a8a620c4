"""Words of a register as numbers while its rows are sorted: a word is kept once, not once a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import define

from portability.estimate.mapping import Column, Mapping, allowed

NAME = "words.json"
MOST = 50_000  # words of a column that no map knows; all further ones are one
FURTHER = "…"
WORDED = ("scheme", "kind", "evidence", "status", "sex", "residence", "nationality")


def columns(mapping: Mapping) -> dict[str, list[str]]:
    """Columns of a register of spells that hold words and nothing else -> the words that may stand
    there."""
    if mapping.nested:
        return {}
    given = {**mapping.person_columns(), **mapping.line_columns()}
    found: dict[str, list[str]] = {}
    others = {mapping.member.column}
    for name, column in given.items():
        if name in WORDED or name.startswith("currency"):
            found.setdefault(column.column, []).extend(valid(name, column))
        else:
            others.add(column.column)
    return {name: words for name, words in found.items() if name not in others}


def valid(name: str, column: Column) -> list[str]:
    return list(column.words) if column.words is not None else list(allowed(name))


@define
class Vocabulary:
    """By column the place of each word, in the order in which they were met after the known
    ones."""

    places: dict[str, dict[str, int]]

    @classmethod
    def of(cls, mapping: Mapping) -> Vocabulary:
        return cls(
            {
                name: {word: number for number, word in enumerate(dict.fromkeys([FURTHER, *words]))}
                for name, words in columns(mapping).items()
            }
        )

    def coded(self, table: pa.Table) -> pa.Table:
        """The table with int32 places in the stead of words."""
        for name, places in self.places.items():
            at = table.schema.get_field_index(name)
            column = table.column(at).combine_chunks()
            table = table.set_column(at, name, coded(column, places))
        return table

    def write(self, folder: Path) -> None:
        text = json.dumps({name: list(places) for name, places in self.places.items()})
        (folder / NAME).write_text(text, "utf-8")


def coded(column: Any, places: dict[str, int]) -> pa.Array:
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    here: list[int | None] = []
    for word in column.dictionary.cast(pa.string()).to_pylist():
        if word is None:
            here.append(None)
        elif word in places or len(places) < MOST:
            here.append(places.setdefault(word, len(places)))
        else:
            here.append(0)
    return pa.array(here, pa.int32()).take(column.indices)


def decoded(table: pa.Table, folder: Path) -> pa.Table:
    """A table of a bucket with its words, as dictionary columns."""
    for name, words in json.loads((folder / NAME).read_text("utf-8")).items():
        at = table.schema.get_field_index(name)
        codes = table.column(at).combine_chunks()
        known = pa.array(words, pa.string())
        table = table.set_column(at, name, pa.DictionaryArray.from_arrays(codes, known))
    return table
