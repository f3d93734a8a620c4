"""Columns of RESULTS as whole numbers, and exact grouping over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Key = tuple[str | None, ...]
Tally = dict[Key, tuple[int, ...]]
LOW_BITS = 32  # sums are taken in two halves: 2^31 rows of any int64 cannot overflow


@frozen
class Words:
    """A column of words: code int64[n], place in `words`, whose last is None (null)."""

    code: Int
    words: tuple[str | None, ...]

    def at(self, rows: Any) -> Words:
        return Words(self.code[rows], self.words)

    def place(self, word: str) -> int:
        """The code of a word, -1 where no row can have it."""
        return self.words.index(word) if word in self.words else -1

    def equal(self, word: str) -> Bool:
        return np.asarray(self.code == self.place(word))


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One piece of memory, also where the parts had dictionaries of their own."""
    if isinstance(column, pa.ChunkedArray):
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def words_of(column: pa.ChunkedArray | pa.Array) -> Words:
    found = plain(column)
    if not pa.types.is_dictionary(found.type):
        found = found.dictionary_encode()
    listed = [None if word is None else str(word) for word in found.dictionary.to_pylist()]
    code = pc.fill_null(found.indices.cast(pa.int64()), len(listed)).to_numpy(zero_copy_only=False)
    return Words(code, (*listed, None))


def listed(values: Sequence[str], code: NDArray[Any]) -> Words:
    return Words(code.astype(np.int64), (*values, None))


def numbers_of(column: pa.ChunkedArray | pa.Array) -> tuple[Int, Bool]:
    """(values, 0 where null; known): whole numbers, days of dates, truth values."""
    found = plain(column)
    if pa.types.is_date32(found.type):
        found = found.cast(pa.int32())
    known = found.is_valid().to_numpy(zero_copy_only=False)
    return pc.fill_null(found.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), known


def thousandths_of(column: pa.ChunkedArray | pa.Array) -> tuple[Int, Bool]:
    """decimal128(18, 3) -> (thousandths int64, 0 where null; known). 18 digits fit an int64, so
    the upper half of each number is its sign alone."""
    found = plain(column)
    if not (
        pa.types.is_decimal128(found.type) and (found.type.precision, found.type.scale) == (18, 3)
    ):
        raise ValueError(f"money is decimal128(18, 3), not {found.type}")
    known = found.is_valid().to_numpy(zero_copy_only=False)
    data = found.buffers()[1]
    if data is None or not len(found):
        return np.zeros(len(found), np.int64), known
    halves = np.frombuffer(data, np.int64)[2 * found.offset : 2 * (found.offset + len(found))]
    return np.where(known, halves[::2], 0), known


def joined_code(keys: Sequence[Words], n: int) -> Int:
    """One number per combination of words."""
    code, room = np.zeros(n, np.int64), 1
    for key in keys:
        room *= len(key.words)
        if room >= 2**62:
            raise ValueError("too many different words to be grouped together")
        code = code * len(key.words) + key.code
    return code


def group(keys: Sequence[Words], *sums: Int) -> Tally:
    """Combination of words -> (rows, exact sum of each column of `sums`)."""
    n = len(keys[0].code)
    if not n:
        return {}
    columns: dict[str, Any] = {"key": joined_code(keys, n)}
    for at, values in enumerate(sums):
        columns[f"high{at}"] = values >> LOW_BITS
        columns[f"low{at}"] = values & (2**LOW_BITS - 1)
    wanted: list[Any] = [([], "count_all")]
    wanted += [(name, "sum") for name in columns if name != "key"]
    found = pa.table(columns).group_by("key", use_threads=False).aggregate(wanted)
    counts = [found.column("count_all").to_pylist()]
    for at in range(len(sums)):
        high = found.column(f"high{at}_sum").to_pylist()
        low = found.column(f"low{at}_sum").to_pylist()
        counts.append([(a << LOW_BITS) + b for a, b in zip(high, low, strict=True)])
    made: Tally = {}
    for code, *figures in zip(found.column("key").to_pylist(), *counts, strict=True):
        key: list[str | None] = []
        for column in reversed(keys):
            code, at = divmod(code, len(column.words))
            key.append(column.words[at])
        made[tuple(reversed(key))] = tuple(figures)
    return made
