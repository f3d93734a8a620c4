"""Synthetic populations, deterministic by seed: careers in the United States and one partner, and
careers over the states of a multilateral instrument."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from portability.columnar import PERIOD, WORD
from portability.dates import FIRST_YEAR, calendar

Int = NDArray[np.int64]
USED = ("scheme", "kind", "start", "end", "earnings")  # columns nobody fills are left out
LINE = pa.struct([PERIOD.field(PERIOD.get_field_index(name)) for name in USED])


def population(n: int, schemes: Sequence[str], seed: int = 1, years: int = 38) -> pa.Table:
    """n persons born 1950-1958 claiming between 62 and 68, one line a year in one of the schemes
    (they change now and then)."""
    rng = np.random.default_rng(seed)
    born_year, person, year = lives(rng, n, years)
    home = rng.integers(0, len(schemes), n)
    switch = rng.integers(3, years, n)
    turn = np.arange(n * years) % years
    scheme = np.where(turn < switch[person], home[person], (home[person] + 1) % len(schemes))
    return table(rng, born_year, person, year, scheme, schemes, years)


def mixed(n: int, schemes: Sequence[str], seed: int = 2, years: int = 38) -> pa.Table:
    """The same lives with records in two or three of many schemes."""
    rng = np.random.default_rng(seed)
    born_year, person, year = lives(rng, n, years)
    first = rng.integers(0, len(schemes), n)
    step = rng.integers(1, len(schemes) // 3, n)
    changes = np.sort(rng.integers(4, years, (n, 2)), axis=1)
    changes[rng.random(n) < 0.5, 1] = years  # half of them know only two states
    turn = np.arange(n * years) % years
    moves = (turn >= changes[person, 0]).astype(np.int64) + (turn >= changes[person, 1])
    scheme = (first[person] + moves * step[person]) % len(schemes)
    return table(rng, born_year, person, year, scheme, schemes, years)


def lives(rng: np.random.Generator, n: int, years: int) -> tuple[Int, Int, Int]:
    """(year of birth int64[n]; person and calendar year of each line)."""
    born_year = rng.integers(1950, 1959, n)
    person = np.repeat(np.arange(n), years)
    starts = born_year + rng.integers(18, 26, n)
    return born_year, person, starts[person] + np.tile(np.arange(years), n)


def table(
    rng: np.random.Generator,
    born_year: Int,
    person: Int,
    year: Int,
    scheme: Int,
    schemes: Sequence[str],
    years: int,
) -> pa.Table:
    n = len(born_year)
    lines = n * years
    born = day(born_year, rng.integers(1, 13, n), rng.integers(1, 28, n))
    claim = day(born_year + rng.integers(62, 69, n), rng.integers(1, 13, n), np.ones(n, np.int64))
    part = rng.random(lines) < 0.2  # a fifth of the years hold six months only
    month = np.where(part, rng.integers(1, 7, lines), 1)
    wage = (8_000 + 900 * (year - 1968)) * 100 * rng.integers(40, 160, lines) // 100
    end = day(year, np.where(part, month + 5, 12), np.where(part, 28, 31))
    periods = pa.StructArray.from_arrays(
        [
            pa.DictionaryArray.from_arrays(scheme.astype(np.int16), list(schemes)),
            same("compulsory", lines),
            dates(day(year, month, np.ones(lines, np.int64))),
            dates(end),
            pa.array(wage),
        ],
        fields=list(LINE),
    )
    places = pa.array(np.arange(0, lines + 1, years), pa.int32())
    sex = pa.DictionaryArray.from_arrays(rng.integers(0, 2, n).astype(np.int8), ["female", "male"])
    columns = {
        "born": dates(born),
        "claim": dates(claim),
        "sex": sex,
        "residence": same("DE", n),
        "periods": pa.ListArray.from_arrays(places, periods),
    }
    return pa.table(columns)


def day(year: Int, month: Int, date: Int) -> NDArray[np.int32]:
    made: NDArray[np.int32] = (
        calendar()[1][(year - FIRST_YEAR) * 12 + month - 1] + date - 1
    ).astype(np.int32)
    return made


def dates(days: NDArray[np.int32]) -> pa.Array:
    return pa.array(days, pa.int32()).cast(pa.date32())


def same(word: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(np.zeros(n, np.int8), [word]).cast(WORD)
