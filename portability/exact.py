"""Exact arithmetic on scaled int64 columns: multiply first, divide and round once, in the named
direction.

Operands are non-negative and divisors positive: a rounding "down" is then the same as cutting off,
and no rule
of law needs another reading. Products that do not fit 62 bits are computed with Python integers,
row by row.
"""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

LIMIT = 2**62
MAX = 2**63 - 1
DECIMAL = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,18}))?\Z")
HOWS = ("down", "up", "half_up")


class Negative(ValueError):
    """An operand below zero, or a divisor not above it: the law at hand knows no such amount."""


class Overflow(ArithmeticError):
    """A result above int64; `rows` marks the persons concerned."""

    def __init__(self, rows: Bool):
        self.rows = rows
        super().__init__("a result does not fit 64 bits")


def rounded(a: Int, d: Int, how: str) -> Int:
    if how == "down":
        return a // d
    if how == "up":
        return (a + (d - 1)) // d
    if how == "half_up":
        return (a + a + d) // (d + d)
    raise ValueError(f"rounding {how!r}: expected one of {', '.join(HOWS)}")


def mul_div(a: ArrayLike, b: ArrayLike, d: ArrayLike, how: str = "down") -> Int:
    """a * b / d, rounded once. Shapes broadcast; a, b >= 0, d > 0. Raises Overflow where int64
    is left."""
    x, y, z = (np.asarray(v, dtype=np.int64) for v in (a, b, d))
    if x.size == 0 or y.size == 0 or z.size == 0:
        return np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), np.int64)
    most, times, by = highest(x), highest(y), highest(z)
    if max(most, times, by) > MAX or int(z.min()) == 0:
        raise Negative("mul_div wants a, b >= 0 and d > 0")
    if 2 * max(most * times, by) + 2 * by >= LIMIT:
        return with_outliers(x, y, z, how)
    if times == 1 and y.ndim == 0:
        return rounded(x, z, how)
    product = np.asarray(x * y)
    if product.ndim and np.broadcast_shapes(product.shape, z.shape) == product.shape:
        return rounded_in(product, z, how)
    return rounded(product, z, how)


def rounded_in(a: Int, d: Int, how: str) -> Int:
    """Like rounded, in the place of `a`: columns are long and memory is slow."""
    if how == "half_up":
        a += a
        a += d
        d = d + d
    elif how == "up":
        a += d - 1
    elif how != "down":
        return rounded(a, d, how)
    a //= d
    return a


def highest(x: Int) -> int:
    """The largest value; above MAX where one is negative (one pass over its bits tells both)."""
    if x.ndim == 0:
        return int(x) if x >= 0 else MAX + 1
    return int(x.view(np.uint64).max())


def with_outliers(x: Int, y: Int, z: Int, how: str) -> Int:
    x, y, z = np.broadcast_arrays(x, y, z)
    most = LIMIT // 4  # 2 * x * y + z stays below 2**62 where both do
    wide = (x > most // np.maximum(y, 1)) | (z > most)
    out = rounded(np.where(wide, 0, x) * np.where(wide, 0, y), np.where(wide, 1, z), how)
    lost = np.zeros(x.shape, np.bool_)
    for at in zip(*np.nonzero(wide), strict=True):
        value = python_rounded(int(x[at]) * int(y[at]), int(z[at]), how)
        lost[at] = value > MAX
        out[at] = min(value, MAX)
    if lost.any():
        raise Overflow(lost)
    return out


def python_rounded(a: int, d: int, how: str) -> int:
    return {"down": a // d, "up": -(-a // d), "half_up": (2 * a + d) // (2 * d)}[how]


def div(a: ArrayLike, d: ArrayLike, how: str = "down") -> Int:
    """a / d, rounded once; a >= 0, d > 0."""
    return mul_div(a, 1, d, how)


def to_step(x: ArrayLike, step: ArrayLike, how: str = "down") -> Int:
    """x rounded to a multiple of `step` (10 cents: a dime)."""
    return div(x, step, how) * np.asarray(step, np.int64)


def scale_text(text: str | int, scale: int) -> int:
    """ "12.5" with scale 2 -> 1250. Raises ValueError if the text is no plain decimal or has
    more digits."""
    return scale_fraction(parse_number(text), scale)


def parse_number(text: str | int) -> Fraction:
    """A plain decimal as it stands ("1234.50", never 1e5 or 1,234) -> exact fraction."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise ValueError("not a number")
    match = DECIMAL.match(str(text))
    if not match:
        raise ValueError("not a plain decimal number")
    sign, whole, part = match[1], match[2], match[3] or ""
    value = Fraction(int(whole + part), 10 ** len(part))
    return -value if sign else value


def scale_fraction(value: Fraction, scale: int) -> int:
    scaled = value * 10**scale
    if scaled.denominator != 1:
        raise ValueError(f"more than {scale} decimal places")
    if abs(scaled.numerator) > MAX:
        raise ValueError("too large")
    return int(scaled.numerator)


def decimal_text(value: int, scale: int) -> str:
    """1250 with scale 2 -> "12.50"; exact, no grouping."""
    if scale == 0:
        return str(value)
    sign, digits = ("-" if value < 0 else ""), str(abs(value)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def trimmed(value: int, scale: int) -> str:
    """Like decimal_text, without needless zeros."""
    text = decimal_text(value, scale)
    return text.rstrip("0").rstrip(".") if "." in text else text


def rows_of(error: Overflow, n: int) -> Bool:
    """The persons an Overflow concerns: a year matrix is folded onto its rows."""
    rows = error.rows
    if rows.ndim > 1:
        rows = np.any(rows.reshape(len(rows), -1), axis=1)
    return rows if rows.shape == (n,) else np.ones(n, np.bool_)
