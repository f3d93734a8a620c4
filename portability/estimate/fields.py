"""Columns of a register read into days, codes and sums, a whole column at a time.

The good path is one Arrow kernel a column; only a column in which something does not parse is gone
through a second time to find which rows those are. Nothing here raises on a bad value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from portability.dates import NODATE, day, first_day

Bool = NDArray[np.bool_]
Int = NDArray[np.int64]
EARLIEST, LATEST = day("1850-01-01"), day("2100-12-31")  # as in a case
MONEY_SCALE = 4  # the finest minor unit there is (ISO 4217: UYW)
PLAIN = r"^[0-9]{1,13}(\.[0-9]{1,4})?$"
ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
FORMAT_PARTS = {"d": "([0-9]{2})", "m": "([0-9]{2})", "Y": "([0-9]{4})"}


@frozen
class Read:
    """A column that was read: `value` (0, -1 or NODATE where null or bad), `null`: nothing stands
    there, `bad`: something that cannot be read."""

    value: NDArray[Any]
    null: Bool
    bad: Bool


def empty(n: int, value: int, kind: Any) -> Read:
    """A fact that has no column: nothing stands anywhere."""
    none = np.broadcast_to(np.bool_(False), n)
    return Read(np.broadcast_to(kind(value), n), np.broadcast_to(np.bool_(True), n), none)


def whole(column: Any) -> pa.Array:
    """One array of a column, dictionary decoded."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column


def nulls(column: Any) -> Bool:
    if not column.null_count:
        return np.zeros(len(column), np.bool_)
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False))


def true(mask: Any) -> Bool:
    """An Arrow mask as numpy, null counted as false."""
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))


def texts(column: pa.Array) -> pa.Array:
    """Text without space around it, nothing where it is empty."""
    trimmed = pc.ascii_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def numbers(column: Any, null: int) -> NDArray[Any]:
    """Integers of a column, `null` where there is none."""
    filled = pc.fill_null(column, null) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False))


# --- dates


def dates(column: Any, layout: str | None) -> Read:
    """Days int32, NODATE where null or bad; a day outside 1850-2100 is bad."""
    given = whole(column)
    if pa.types.is_date(given.type) or pa.types.is_timestamp(given.type):
        found = given.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
        return ranged(found, nulls(given))
    if pa.types.is_null(given.type):
        return empty(len(given), NODATE, np.int32)
    text = given if pa.types.is_string(given.type) else given.cast(pa.string())
    if layout is None:
        try:
            return ranged(text.cast(pa.date32()), nulls(text))
        except pa.ArrowInvalid:
            pass
    else:
        text = reordered(texts(text), layout)
    text = texts(text)
    return ranged(calendar_dates(text), nulls(text))


def reordered(text: pa.Array, layout: str) -> pa.Array:
    """Dates of another layout as ISO texts; what does not fit stays as it is, and is no ISO date
    unless the layout was ISO's."""
    pattern, order = "^", []
    for literal, letter in re.findall(r"([^%]*)%(.)", layout):
        pattern += re.escape(literal) + FORMAT_PARTS[letter]
        order.append(letter)
    tail = layout[layout.rindex("%") + 2 :]
    places = [order.index(letter) + 1 for letter in "Ymd"]
    target = "-".join(f"\\{place}" for place in places)
    pattern += re.escape(tail) + "$"
    fits = pc.match_substring_regex(text, pattern)
    moved = pc.replace_substring_regex(text, pattern, target)
    return pc.if_else(fits, moved, pa.scalar("no date"))


def calendar_dates(text: pa.Array) -> pa.Array:
    """ISO texts -> date32, null where there is no such day."""
    shaped = pc.fill_null(pc.match_substring_regex(text, ISO), False)
    safe = pc.if_else(shaped, text, pa.scalar("1970-01-01"))
    year, month, date = (
        pc.utf8_slice_codeunits(safe, start, stop).cast(pa.int32()).to_numpy()
        for start, stop in ((0, 4), (5, 7), (8, 10))
    )
    inside = (year >= 1850) & (year <= 2100) & (month >= 1) & (month <= 12)
    ym = np.where(inside, year * 12 + month - 1, 1970 * 12)
    first = first_day(ym)
    inside &= (date >= 1) & (date <= first_day(ym + 1) - first)
    good = inside & true(shaped)
    days = np.where(good, first + date - 1, 0).astype(np.int32)
    return pa.array(days, pa.int32(), mask=~good).cast(pa.date32())


def ranged(found: pa.Array, null: Bool) -> Read:
    days = found.cast(pa.int32())
    value = np.asarray(pc.fill_null(days, NODATE).to_numpy(zero_copy_only=False), np.int32)
    outside = (value < EARLIEST) | (value > LATEST)
    bad = outside & ~null
    if outside.any():
        value = np.where(outside, np.int32(NODATE), value)
    return Read(value, null, bad)


# --- words


@frozen
class Words:
    """Codes int16 into `words` (sorted; -1 where null, bad or left out); `out`: mapped to null."""

    value: NDArray[Any]
    null: Bool
    bad: Bool
    out: Bool
    words: tuple[str, ...]


def constant(word: str, n: int) -> Words:
    none = np.broadcast_to(np.bool_(False), n)
    return Words(np.broadcast_to(np.int16(0), n), none, none, none, (word,))


def absent(n: int) -> Words:
    none = np.broadcast_to(np.bool_(False), n)
    null = np.broadcast_to(np.bool_(True), n)
    return Words(np.broadcast_to(np.int16(-1), n), null, none, none, ())


def words(column: Any, known: Mapping[str, str | None] | None, allowed: Collection[str]) -> Words:
    """A column of words, translated by `known`, or taken as they are where they are `allowed`."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_null(column.type):
        return absent(len(column))
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    found = [None if word is None else str(word).strip() for word in column.dictionary.to_pylist()]
    table = known if known is not None else {word: word for word in found if word in allowed}
    target = tuple(sorted({word for text in found if text and (word := table.get(text))}))
    place = {word: number for number, word in enumerate(target)}
    codes = np.full(len(found) + 1, BAD, np.int16)
    for number, text in enumerate(found):
        if not text:
            codes[number] = NOTHING
        elif text in table:
            codes[number] = place.get(table[text] or "", LEFT_OUT)
    codes[-1] = NOTHING
    indices = pc.fill_null(column.indices.cast(pa.int64()), len(found)).to_numpy()
    value = codes.take(indices)
    if len(found) and codes[:-1].min() >= 0 and not column.null_count:
        none = np.broadcast_to(np.bool_(False), len(value))
        return Words(value, none, none, none, target)
    null, bad, out = value == NOTHING, value == BAD, value == LEFT_OUT
    return Words(np.maximum(value, np.int16(-1)), null, bad, out, target)


NOTHING, BAD, LEFT_OUT = -1, -2, -3


# --- sums


def sums(column: Any) -> Read:
    """Non-negative decimals as int64 in 10^-4, -1 where null or bad (more than 4 decimals, 10^13 or
    more, below zero, no plain number)."""
    given = whole(column)
    kind = given.type
    if pa.types.is_null(kind):
        return empty(len(given), -1, np.int64)
    if pa.types.is_integer(kind):
        null = nulls(given)
        value = np.asarray(pc.fill_null(given, 0).to_numpy(zero_copy_only=False))
        bad = ((value < 0) | (value >= 10**13)) & ~null
        scaled = np.where(bad, 0, value).astype(np.int64) * 10**MONEY_SCALE
        return Read(np.where(null | bad, -1, scaled), null, bad)
    if pa.types.is_floating(kind):  # as it prints: 1234.5, and the text decides what it is
        given = pc.replace_substring_regex(given.cast(pa.string()), r"\.0$", "")
    elif pa.types.is_decimal(kind):
        given = pc.replace_substring_regex(given.cast(pa.string()), r"(\.[0-9]*?)0+$", r"\1")
        given = pc.replace_substring_regex(given, r"\.$", "")
    text = texts(given)
    null = nulls(text)
    good = true(pc.match_substring_regex(text, PLAIN))
    if not good.all():
        text = pc.if_else(pa.array(good), text, pa.scalar("0"))
    exact = text.cast(pa.decimal128(22, MONEY_SCALE))
    value = np.frombuffer(exact.buffers()[1], np.int64)[::2][
        exact.offset : exact.offset + len(exact)
    ]
    bad = ~good & ~null
    return Read(np.where(good, value, -1), null, bad)


# --- the opaque id


def ids(column: Any) -> tuple[pa.Array, Bool]:
    """(ids as text without space around them, which are none: empty, over 200 characters, or with
    control characters)."""
    given = whole(column)
    text = texts(given)
    null = nulls(text)
    lengths = pc.binary_length(text)
    longest = pc.max(lengths).as_py() or 0
    bad = null
    if longest > 200:
        bad = bad | true(pc.greater(lengths, 200))
    control = pc.match_substring_regex(text, r"[\x00-\x1f\x7f]")
    if pc.any(control).as_py():
        bad = bad | true(control)
    return text, bad
