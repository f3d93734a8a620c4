"""A synthetic register: careers that look like careers, the same for the same seed, of any size.

Shares, wages and patterns are the assumptions of sample.yaml; no person stands behind any row. The
files are written chunk by chunk, so that ten million members need no more memory than a thousand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from attrs import frozen
from numpy.typing import NDArray

from portability.dates import day, first_day, month_of
from portability.estimate.samplemap import maps
from portability.yamlsource import read

CHUNK = 32_768  # members written at once: one row group, one batch of an estimate
CLAIM = "2026-11-24"
CHANGE = 2002 * 12  # month in which the euro replaced the money before it
SLOTS = 8  # home before, six spells abroad, home after
ABROAD = slice(1, SLOTS - 1)
Int = NDArray[np.int64]
Told = Callable[[int, int], None]
ROWS = pa.schema(
    [
        ("member_id", pa.string()),
        ("birth_date", pa.date32()),
        ("sex", pa.string()),
        ("home", pa.string()),
        ("lives_in", pa.string()),
        ("destination", pa.string()),
        ("contract_start", pa.date32()),
        ("contract_end", pa.date32()),
        ("monthly_wage", pa.int64()),
        ("wage_currency", pa.string()),
        ("source", pa.string()),
    ]
)
OUTER, INNER = ROWS.names[:5], ROWS.names[5:]
NESTED = pa.schema(
    [
        *(ROWS.field(name) for name in OUTER),
        ("spells", pa.list_(pa.struct([ROWS.field(name) for name in INNER]))),
    ]
)
FILES = ("register.parquet", "register.csv", "nested.parquet")


def quiet(seen: int, total: int) -> None:
    """Nobody is told."""


@frozen
class Assumed:
    """sample.yaml: places, corridors and shares."""

    places: tuple[str, ...]
    wages: Int
    currencies: tuple[str, ...]
    former: tuple[str, ...]
    times: Int
    corridors: tuple[dict[str, Any], ...]
    unknown_wages: int
    child_gap: dict[str, Any]
    text: dict[str, Any]


def assumed() -> Assumed:
    text = read(Path(__file__).with_name("sample.yaml"))[0].data
    places = text["places"]
    return Assumed(
        tuple(places),
        np.array([place["wage"] for place in places.values()], np.int64),
        tuple(place["currency"] for place in places.values()),
        tuple(place.get("former", "") for place in places.values()),
        np.array([place.get("times", 1) for place in places.values()], np.int64),
        tuple(text["corridors"]),
        text["unknown_wages"],
        text["child_gap"],
        text,
    )


def write(members: int, seed: int, out: Path, told: Told = quiet) -> dict[str, int]:
    """register.parquet and .csv (one row a spell), nested.parquet (one row a member) and a map for
    each, in `out` -> {"members", "spells"}. Each file is written beside and renamed."""
    given = assumed()
    out.mkdir(parents=True, exist_ok=True)
    beside = {name: out / f".{name}.{os.getpid()}" for name in FILES}
    spells = 0
    with (
        pq.ParquetWriter(beside["register.parquet"], ROWS, compression="zstd") as rows_file,
        pcsv.CSVWriter(
            beside["register.csv"], ROWS, write_options=pcsv.WriteOptions(quoting_style="needed")
        ) as csv_file,
        pq.ParquetWriter(beside["nested.parquet"], NESTED, compression="zstd") as nested_file,
    ):
        for start in range(0, members, CHUNK):
            n = min(CHUNK, members - start)
            rows, owner = careers(given, n, start, np.random.default_rng([seed, start]))
            nested_file.write_table(nested(rows, owner, n), row_group_size=CHUNK)
            mixed = rows.take(pa.array(by_start(rows)))
            rows_file.write_table(mixed, row_group_size=mixed.num_rows)
            csv_file.write_table(mixed)
            spells += rows.num_rows
            told(start + n, members)
    for name, path in beside.items():
        os.replace(path, out / name)
    for name, text in maps(given.text, members, seed, CLAIM).items():
        (out / name).write_text(text, "utf-8")
    return {"members": members, "spells": spells}


def by_start(rows: pa.Table) -> NDArray[np.intp]:
    """As an office files them: by the day a spell begins, whose ever it is."""
    return np.argsort(rows.column("contract_start").cast(pa.int32()).to_numpy(), kind="stable")


def nested(rows: pa.Table, owner: NDArray[np.intp], n: int) -> pa.Table:
    """The same spells as one row a member."""
    places = np.searchsorted(owner, np.arange(n + 1)).astype(np.int32)
    rows = rows.combine_chunks()
    struct = pa.StructArray.from_arrays(
        [rows.column(name).combine_chunks() for name in INNER],
        fields=[ROWS.field(name) for name in INNER],
    )
    first = rows.take(pa.array(places[:-1]))
    columns = [first.column(name) for name in OUTER]
    return pa.table([*columns, pa.ListArray.from_arrays(places, struct)], schema=NESTED)


# --- careers of n members at once


def careers(
    given: Assumed, n: int, number: int, rng: np.random.Generator
) -> tuple[pa.Table, NDArray[np.intp]]:
    """(spells of n members by member and start, the member of each); ids count from `number`."""
    today = int(month_of(day(CLAIM)))
    which = shares(rng, n, [corridor["weight"] for corridor in given.corridors])
    women = rng.integers(0, 100, n) < column(given, which, "women")
    born = today - 12 * rng.integers(20, 67, n) - rng.integers(1, 12, n)
    home, place = where(given, which, n, rng)
    start, length = spans(given, which, n, women, born, rng)
    wage = wages(given, which, place, start, women, today, rng)
    lived = (length > 0) & (start <= today)
    # whoever has no spell yet has just begun one at home
    lived[~lived.any(axis=1), 0] = True
    begin = np.minimum(start, today)
    last = begin + np.maximum(length, 1)
    last[:, [0, -1]] = np.minimum(last[:, [0, -1]], today + 1)  # a record at home ends with today
    last = np.maximum(last, begin + 1)
    ongoing = lived & (last > today + 1)
    lives = np.where(ongoing.any(axis=1), place[np.arange(n), np.argmax(ongoing, axis=1)], home)
    birthday = first_day(born) + rng.integers(0, 28, n)
    owner, slot = np.nonzero(lived)
    abroad = (slot > 0) & (slot < SLOTS - 1)
    unknown = abroad & (rng.integers(0, 100, len(owner)) < given.unknown_wages)
    at, paid = place[owner, slot], wage[owner, slot]
    row, first, after, old = in_their_money(given, at, begin[owner, slot], last[owner, slot])
    owner, at, names = owner[row], at[row], list(given.places)
    money = [*given.currencies, *given.former]
    columns = [
        ids(number + 1 + owner),
        dates(birthday[owner]),
        worded(women[owner].astype(np.int8), ["M", "F"]),
        worded(home[owner], names),
        worded(lives[owner], names),
        worded(at, names),
        dates(first_day(first)),
        dates(first_day(after) - 1),
        pa.array(paid[row] * np.where(old, given.times[at], 1), mask=unknown[row]),
        worded(at + np.where(old, len(names), 0), money),
        worded(abroad[row].astype(np.int8), ["insurance", "contract"]),
    ]
    return pa.table(columns, schema=ROWS), owner


def in_their_money(
    given: Assumed, at: Int, begin: Int, last: Int
) -> tuple[NDArray[np.intp], Int, Int, NDArray[np.bool_]]:
    """(spell, first month, month after the last, paid in the former money) of each row: a spell
    over the change of money is two."""
    former = np.array([bool(word) for word in given.former])[at] & (begin < CHANGE)
    both = np.flatnonzero(former & (last > CHANGE))
    row = np.concatenate([np.arange(len(at)), both])
    first = np.concatenate([begin, np.full(len(both), CHANGE)])
    after = np.concatenate([np.where(former, np.minimum(last, CHANGE), last), last[both]])
    old = np.concatenate([former, np.zeros(len(both), np.bool_)])
    order = np.lexsort((first, row))
    return row[order], first[order], after[order], old[order]


def shares(rng: np.random.Generator, n: int, weights: list[int]) -> Int:
    """Places 0, 1, … drawn in these proportions."""
    ends = np.cumsum(weights)
    return np.searchsorted(ends, rng.integers(0, ends[-1], n), side="right").astype(np.int64)


def column(given: Assumed, which: Int, name: str) -> Int:
    """A figure of each member's corridor."""
    return np.array([corridor[name] for corridor in given.corridors], np.int64)[which]


def where(given: Assumed, which: Int, n: int, rng: np.random.Generator) -> tuple[Int, Int]:
    """(home of each member, place of each of his slots)."""
    index = {name: number for number, name in enumerate(given.places)}
    home = np.array([index[c["home"]] for c in given.corridors], np.int64)[which]
    targets = [[index[name] for name in c["to"]] for c in given.corridors]
    count = np.array([len(each) for each in targets])[which]
    table = np.zeros((len(targets), max(map(len, targets))), np.int64)
    for number, each in enumerate(targets):
        table[number, : len(each)] = each
    first = rng.integers(0, count)
    move = np.where(rng.integers(0, 100, n) < column(given, which, "second"), 1, 0)
    turn = rng.integers(2, SLOTS - 1, n)  # the slot from which on he is in the second place
    slots = np.arange(SLOTS)[None, :]
    chosen = (first[:, None] + move[:, None] * (slots >= turn[:, None])) % count[:, None]
    place = table[which[:, None], chosen]
    place[:, [0, -1]] = home[:, None]
    return home, place


def spans(
    given: Assumed, which: Int, n: int, women: Any, born: Int, rng: np.random.Generator
) -> tuple[Int, Int]:
    """(first month, months) of each slot: work at home, spells abroad with gaps, home again. A
    length of 0 is no spell."""
    career = np.array([c["pattern"] == "career" for c in given.corridors])[which]
    begins = born + 12 * rng.integers(18, 26, n) + rng.integers(0, 12, n)
    before = np.where(rng.integers(0, 100, n) < 80, rng.integers(6, 180, n), 0)
    count = np.where(career, rng.integers(1, 4, n), rng.integers(1, 7, n))
    slots = np.arange(1, SLOTS - 1)[None, :]
    long = rng.integers(18, 120, (n, SLOTS - 2))
    term = np.where(career[:, None], long, 24)  # fixed terms are 24 months, a few end early
    early = (~career[:, None]) & (rng.integers(0, 100, term.shape) < 12)
    term = np.where(early, rng.integers(4, 24, term.shape), term)
    term = np.where(slots <= count[:, None], term, 0)
    gap = rng.integers(0, 3, term.shape)  # renewed at once, or after some weeks at home
    away = rng.integers(0, 100, term.shape) < 20
    gap = np.where(away, rng.integers(6, 40, term.shape), gap)
    child = women & (rng.integers(0, 100, n) < given.child_gap["women"])
    low, high = given.child_gap["months"]
    place = rng.integers(0, SLOTS - 2, n)
    gap[np.arange(n), place] += np.where(child, rng.integers(low, high + 1, n), 0)
    after = np.where(rng.integers(0, 100, n) < 60, rng.integers(12, 300, n), 0)
    length = np.concatenate([before[:, None], term, after[:, None]], axis=1)
    gaps = np.concatenate([np.zeros((n, 1), np.int64), gap, rng.integers(0, 12, (n, 1))], axis=1)
    gaps = np.where(length > 0, gaps, 0)
    ends = np.cumsum(length + gaps, axis=1)
    return begins[:, None] + ends - length, length


def wages(
    given: Assumed,
    which: Int,
    place: Int,
    start: Int,
    women: Any,
    today: int,
    rng: np.random.Generator,
) -> Int:
    """Whole units a month: drawn between the place's bounds, lower in earlier years and, for women
    in domestic and care work, by the corridor's share."""
    low, high = given.wages[place, 0], given.wages[place, 1]
    drawn = low + (high - low) * rng.integers(0, 1000, place.shape) // 1000
    years = np.clip((today - start) // 12, 0, 40)
    care = np.where(women, column(given, which, "care"), 100)[:, None]
    return np.asarray(drawn * (100 - 2 * years) * care // 10_000, np.int64)


def ids(numbers: Int) -> pa.Array:
    """M000000001: a running number, which is nobody's name."""
    text = pc.utf8_lpad(pa.array(numbers, pa.int64()).cast(pa.string()), 9, "0")
    return pc.binary_join_element_wise(pa.scalar("M"), text, "")


def dates(days: Int) -> pa.Array:
    return pa.array(np.asarray(days, np.int32), pa.int32()).cast(pa.date32())


def worded(codes: NDArray[Any], words: list[str]) -> pa.Array:
    coded = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), words)
    return coded.cast(pa.string())
