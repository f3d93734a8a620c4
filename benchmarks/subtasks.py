"""Two sub-tasks of an estimate, ours and the plain Python oracle's; rivals.py has the others.

Everybody reads and writes Parquet; every answer of everybody is compared before a time counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import evolve

from benchmarks.oracle import US, benefit, first_month, worker
from benchmarks.population import population
from portability import columnar, registry
from portability.cohort import RowSet, empty_rows
from portability.coverage import credit_by_dates, span_years
from portability.dates import day, first_day, month_of
from portability.totalization import totalize
from tests.oracles import us_oasdi as oracle

RIVALS = {"months": ("polars", "duckdb"), "us": ("polars", "duckdb", "openfisca")}
SIZE = 32_768  # persons a batch
LAST_CLAIM = "2026-11-24"  # the next increase of American benefits is not published yet
FIRST_YEAR, LAST_YEAR = 1951, 2026
ORACLE = 2_000  # persons the plain Python is timed on


def prepared(folder: Path, members: Path, persons: int) -> None:
    """Inputs of both sub-tasks: the spells of a register's MEMBERS, and careers in the United
    States."""
    table = pq.read_table(members, columns=["periods"])
    lists = table.column("periods").combine_chunks()
    lines = lists.flatten()
    owner = pc.list_parent_indices(lists).to_numpy()
    scheme = lines.field(lines.type.get_field_index("scheme")).dictionary_encode()
    key = owner.astype(np.int64) * len(scheme.dictionary) + scheme.indices.to_numpy()
    first, last = (
        month_of(lines.field(lines.type.get_field_index(name)).cast(pa.int32()).to_numpy())
        for name in ("start", "end")
    )
    spells = pa.table({"key": key, "first": first, "end": last + 1})
    pq.write_table(spells, folder / "months.parquet", row_group_size=1 << 18)
    people = population(persons, (US,))
    claim = people.column("claim").cast(pa.int32()).to_numpy()
    people = people.filter(pa.array(claim <= day(LAST_CLAIM)))
    pq.write_table(people, folder / "us-ours.parquet", row_group_size=SIZE)
    flat(people, folder)
    (folder / "rules.json").write_text(json.dumps(rules()), "utf-8")


def flat(people: pa.Table, folder: Path) -> None:
    """The same persons as others would have them: one row a line, days already as months."""
    lists = people.column("periods").combine_chunks()
    lines = lists.flatten()
    start = lines.field(lines.type.get_field_index("start")).cast(pa.int32()).to_numpy()
    owner = pc.list_parent_indices(lists).to_numpy()
    claim = people.column("claim").cast(pa.int32()).to_numpy()
    table = pa.table(
        {
            "person": owner.astype(np.int64),
            "year": month_of(start) // 12,
            "cents": lines.field(lines.type.get_field_index("earnings")),
        }
    ).filter(pa.array(start < claim[owner]))
    pq.write_table(table, folder / "us.parquet", row_group_size=1 << 20)
    born = people.column("born").to_pylist()
    attained = [month(b - timedelta(1)) for b in born]
    columns = {
        "person": np.arange(len(people)),
        "attained": np.array(attained),
        "claim": month_of(claim),
        "first": np.array([first_month(b) for b in born]),
    }
    pq.write_table(pa.table(columns), folder / "us-people.parquet")


def month(day_: Any) -> int:
    return int(day_.year) * 12 + int(day_.month) - 1


def rules() -> dict[str, dict[int, int]]:
    """The published figures that the rivals need, by year."""
    t, years = oracle.T, range(FIRST_YEAR, LAST_YEAR + 1)
    return {
        "awi": {y: int(t["awi"].get(y, 0) * 100) or 1 for y in years},
        "base": {y: int(t["base"][y] * 100) for y in years},
        # before 1978 a quarter is certified, not reckoned from the year's earnings
        "quarter": {y: int(t["quarter_amount"][y] * 100) if y >= 1978 else 10**9 for y in years},
        "bend_1": {y: int(v) for y, v in t["pia_bend_1"].items()},
        "bend_2": {y: int(v) for y, v in t["pia_bend_2"].items()},
        "cola": {y: int(v * 10) for y, v in t["cola"].items() if y >= 2011},
        "full_age": {y: oracle.full_age(y) for y in range(1940, 1970)},
    }


def our_months(folder: Path) -> Callable[[], None]:
    """The crediting by dates that every scheme in months starts with."""

    def run() -> None:
        table = pq.read_table(folder / "months.parquet", use_threads=False)
        keys, person = np.unique(table.column("key").to_numpy(), return_inverse=True)
        months = np.empty(len(keys), np.int64)
        first, end = (table.column(name).to_numpy() for name in ("first", "end"))
        step = 2 * SIZE  # two schemes a member
        for low in range(0, len(keys), step):
            at = np.flatnonzero((person >= low) & (person < low + step))
            rows = spells(person[at] - low, first_day(first[at]), first_day(end[at]))
            count = min(step, len(keys) - low)
            credited = credit_by_dates(count, rows, span_years(rows), "month")
            months[low : low + count] = credited.dated_total()
        pq.write_table(pa.table({"key": keys, "months": months}), folder / "months-ours.parquet")

    return run


def spells(person: Any, start: Any, end: Any) -> RowSet:
    """Lines of which nothing but the dates is known."""
    rows = empty_rows()
    none = {name: np.broadcast_to(np.int64(-1), len(person)) for name in ("credited", "earnings")}
    zero = {name: np.zeros(len(person), np.int8) for name in ("kind", "evidence", "status")}
    rows = evolve(rows, **none, **zero, scheme=np.zeros(len(person), np.int16))
    who, first, last = (np.asarray(x, np.int32) for x in (person, start, end))
    return evolve(rows, person=who, start=first, end=last, code=np.full(len(who), -1, np.int16))


def our_us(folder: Path) -> Callable[[], None]:
    """The whole law of the scheme, not only what this population needs of it."""

    def run() -> None:
        parts = []
        source = pq.ParquetFile(folder / "us-ours.parquet")
        for batch in source.iter_batches(SIZE, use_threads=False):
            co = columnar.cohort_of(batch)
            decision = totalize(co, registry.known(co.schemes), []).decisions[US]
            parts.append(np.where(decision.entitled, decision.amount, -1))
        paid = np.concatenate(parts)
        out = pa.table({"person": np.arange(len(paid)), "benefit": paid})
        pq.write_table(out, folder / "us-ours-out.parquet")

    return run


def oracle_months(folder: Path) -> tuple[float, float, pa.Table]:
    """(processor, wall seconds a row, answers) of sets of months, for the first persons."""
    table = pq.read_table(folder / "months.parquet").slice(0, 20 * ORACLE)
    last = table.column("key")[-1].as_py()
    table = table.filter(pc.less(table.column("key"), last))
    rows = table.to_pylist()
    started, clock = time.process_time(), time.perf_counter()
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["key"], set()).update(range(row["first"], row["end"]))
    months = {key: len(seen) for key, seen in found.items()}
    took = time.process_time() - started, time.perf_counter() - clock
    keys = sorted(months)
    out = pa.table({"key": keys, "months": [months[key] for key in keys]})
    return took[0] / len(rows), took[1] / len(rows), out


def oracle_us(folder: Path) -> tuple[float, float, pa.Table]:
    people = pq.read_table(folder / "us-ours.parquet").slice(0, ORACLE)
    workers = [worker(row) for row in people.to_pylist()]
    started, clock = time.process_time(), time.perf_counter()
    paid = [benefit(w) for w in workers]
    took = time.process_time() - started, time.perf_counter() - clock
    out = [-1 if amount is None else amount for amount in paid]
    table = pa.table({"person": np.arange(len(out)), "benefit": out})
    return took[0] / len(out), took[1] / len(out), table


def least(run: Callable[[], None], runs: int) -> dict[str, float]:
    run()
    work, wall = [], []
    for _ in range(runs):
        started, clock = time.process_time(), time.perf_counter()
        run()
        work.append(time.process_time() - started)
        wall.append(time.perf_counter() - clock)
    return {"work": min(work), "wall": min(wall)}


def rival(python: Path, engine: str, task: str, folder: Path, runs: int) -> dict[str, float]:
    """Seconds of a rival in its own environment, on one thread."""
    command = [str(python), "-m", "benchmarks.rivals", engine, task, str(folder), str(runs)]
    one = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    env = {**os.environ, **one}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    made: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return made


def compared(task: str, name: str, ours: pa.Table, theirs: pa.Table) -> None:
    """Raises AssertionError with the first persons who differ."""
    key, value = ours.column_names
    mine = dict(zip(ours.column(key).to_pylist(), ours.column(value).to_pylist(), strict=True))
    pairs = zip(theirs.column(key).to_pylist(), theirs.column(value).to_pylist(), strict=True)
    other = [(k, mine.get(k), v) for k, v in pairs if mine.get(k) != v]
    if other:
        raise AssertionError(f"{task}, {name}: {len(other)} differ, {other[:5]}")


def side_by_side(python: Path, folder: Path, members: Path, persons: int, runs: int) -> None:
    """Both tables, printed: rows a second of processor time on one thread, and ratios."""
    prepared(folder, members, persons)
    for task, ours, plain, answer, unit in (
        ("months", our_months, oracle_months, "months-ours.parquet", "spells"),
        ("us", our_us, oracle_us, "us-ours-out.parquet", "persons"),
    ):
        took = {"ours": least(ours(folder), runs)}
        mine = pq.read_table(folder / answer)
        rows = pq.ParquetFile(folder / f"{'us-ours' if task == 'us' else task}.parquet")
        count = rows.metadata.num_rows
        for engine in RIVALS[task]:
            took[engine] = rival(python, engine, task, folder, runs)
            theirs = pq.read_table(folder / f"{task}-{engine}.parquet")
            assert len(theirs) == len(mine), f"{task}, {engine}: {len(theirs)} rows"
            compared(task, engine, mine, theirs)
        work, wall, theirs = plain(folder)
        compared(task, "oracle", mine, theirs)
        took["plain Python"] = {"work": work * count, "wall": wall * count}
        print(f"\n{task}: {count:,} {unit}, one thread, every answer equal")
        for name, seconds in took.items():
            rate, ratio = count / seconds["work"], seconds["work"] / took["ours"]["work"]
            print(f"  {name:14}{rate:>14,.0f} {unit} a second of processor, ours ÷ it {ratio:6.2f}")
