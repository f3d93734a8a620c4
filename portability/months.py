"""Months of a year as bits (bit 0 = January): counting them, folding them to quarters, windows."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Mask = NDArray[np.uint16]
FULL_YEAR = np.uint16(0xFFF)
MASKS = np.arange(4096, dtype=np.uint16)
POPCOUNT = np.bitwise_count(MASKS).astype(np.int64)
QUARTER_OF = sum(((MASKS >> 3 * q & 7 != 0) << q for q in range(4)), MASKS * 0).astype(np.uint8)
UPTO = np.array([(1 << k) - 1 for k in range(13)], np.uint16)  # the first k months of a year


def months_in(mask: Mask) -> Int:
    """Months of a mask: int64, same shape."""
    return np.asarray(np.bitwise_count(mask), np.int64)


def quarters_in(mask: Mask) -> Int:
    """Calendar quarters that a mask touches: int64, same shape."""
    first = (mask | mask >> 1 | mask >> 2) & 0b001001001001
    return np.asarray(np.bitwise_count(first), np.int64)


def whole_quarters(mask: Mask) -> Mask:
    """All three months of every calendar quarter that a mask touches."""
    first = (mask | mask >> 1 | mask >> 2) & 0b001001001001
    made: Mask = (first * 0b111).astype(np.uint16)
    return made


def capacity(months: Mask, unit: str) -> Int:
    """Most units of this kind that fit into the months of a mask."""
    if unit == "month":
        return months_in(months)
    if unit == "quarter":
        return quarters_in(months)
    if unit == "year":
        made: Int = (months != 0).astype(np.int64)
        return made
    return months_in(months) * {"day": 366, "week": 53}[unit] // 12


@cache
def months_before(width: int) -> Mask:
    """The first k months of `width` years as masks: uint16[12 * width + 1, width], row k; never
    changed."""
    k = np.arange(12 * width + 1)[:, None] - 12 * np.arange(width)
    made: Mask = UPTO[np.clip(k, 0, 12)]
    made.flags.writeable = False
    return made


def window_mask(years: NDArray[np.int32], first: Int, last: Int) -> Mask:
    """uint16[m, Y]: months [first[m], last[m]) of each year; month index = year * 12 + month -
    1."""
    zero, width = int(years[0]) * 12, len(years)
    low = np.clip(np.asarray(first, np.int64) - zero, 0, 12 * width)
    high = np.clip(np.asarray(last, np.int64) - zero, low, 12 * width)
    upto = months_before(width)
    made: Mask = upto.take(high, axis=0)
    if low.any():
        made &= ~upto.take(low, axis=0)
    return made
