"""Days, months and ages as integers: a day is days since 1970-01-01, a month is year * 12 +
month - 1."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int = NDArray[np.int64]
NODATE = -(2**31)
FOREVER = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1800, 2300
EPOCH = date(1970, 1, 1).toordinal()
FIRST = date(FIRST_YEAR, 1, 1).toordinal() - EPOCH
LAST = date(LAST_YEAR, 1, 1).toordinal() - EPOCH


@cache
def calendar() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(month of each day from FIRST, first day of each month): one table instead of datetime64
    casts."""
    starts = np.array(
        [
            date(y, m, 1).toordinal() - EPOCH
            for y in range(FIRST_YEAR, LAST_YEAR + 1)
            for m in range(1, 13)
        ],
        np.int32,
    )
    lengths = np.diff(starts)
    months = np.repeat(np.arange(len(lengths), dtype=np.int32) + FIRST_YEAR * 12, lengths)
    return months, starts


def day(text: str) -> int:
    """ISO date -> day. Raises ValueError."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":  # 2026-W01-1 is ISO too, and no date
        raise ValueError("not an ISO date (YYYY-MM-DD)")
    return date.fromisoformat(text).toordinal() - EPOCH


def iso(value: int) -> str:
    """Day -> ISO date."""
    return date.fromordinal(int(value) + EPOCH).isoformat()


def month_iso(ym: int) -> str:
    """Month -> "1982-02"."""
    return f"{int(ym) // 12:04d}-{int(ym) % 12 + 1:02d}"


@cache
def month_table() -> Int:
    """Month of each day from FIRST, ready to be looked up."""
    return calendar()[0][: LAST - FIRST].astype(np.int64)


def month_of(days: ArrayLike) -> Int:
    """Month index of each day; NODATE and days outside 1800-2299 are clipped to the table's
    ends."""
    at = np.asarray(days, np.int64) - FIRST
    return np.asarray(month_table().take(at, mode="clip"), np.int64)


def years_of(ym: ArrayLike) -> Int:
    return np.asarray(ym, np.int64) // 12


def year_of(days: ArrayLike) -> Int:
    return month_of(days) // 12


def first_day(ym: ArrayLike) -> Int:
    """First day of each month."""
    at = np.asarray(ym, np.int64) - FIRST_YEAR * 12
    return np.asarray(calendar()[1].take(at, mode="clip"), np.int64)


def day_in_month(days: ArrayLike) -> Int:
    """1..31."""
    return np.asarray(days, np.int64) - first_day(month_of(days)) + 1


def add_months(days: ArrayLike, k: ArrayLike) -> Int:
    """The same day k months later; a day the month does not have becomes its last day."""
    value = np.asarray(days, np.int64)
    ym = month_of(value) + np.asarray(k, np.int64)
    length = first_day(ym + 1) - first_day(ym)
    made: Int = first_day(ym) + np.minimum(day_in_month(value), length) - 1
    return made


def add_years(days: ArrayLike, k: ArrayLike) -> Int:
    return add_months(days, 12 * np.asarray(k, np.int64))


def age_months(born: ArrayLike, at: ArrayLike) -> Int:
    """Completed months of age on the day `at` (the birthday itself completes)."""
    b, a = np.asarray(born, np.int64), np.asarray(at, np.int64)
    months = month_of(a) - month_of(b)
    last = first_day(month_of(a) + 1) - first_day(month_of(a))
    short = day_in_month(a) < np.minimum(day_in_month(b), last)
    made: Int = months - short.astype(np.int64)
    return made
