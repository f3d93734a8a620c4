"""Estimates of a membership, and others beside them: `make bench-estimate`, or

    python -m benchmarks.estimate [--members N]... [--runs N] [--rivals PYTHON]

A determination is one person-row of one call of the engine: a member as he is, once more per
scenario of his assumed lines, once more in the branch refund, once more per refund that is due.
They are counted, not estimated.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import define, field

from benchmarks.batch import machine
from benchmarks.subtasks import side_by_side
from portability.cohort import Cohort
from portability.estimate import (
    csvout,
    driver,
    law,
    mapping,
    parts,
    refunds,
    register,
    sample,
    summary,
)
from portability.estimate.law import Law, Runs
from portability.estimate.workers import single
from portability.totalization import Result, totalize

ROOT = Path(__file__).resolve().parent.parent
SEED = 5
MIB = 1 << 20
SHAPES: list[tuple[int, list[str]]] = [(1, ["--no-csv"]), (2, ["--no-csv"]), (2, [])]
MOST_ALONE = 1_000_000  # members for which one worker is measured too


@define
class Count:
    """Rows and calls of the engine while it is watched."""

    rows: int = 0
    calls: int = 0

    def totalize(self, co: Cohort, *more: Any, **named: Any) -> Result:
        self.rows += len(co)
        self.calls += 1
        return totalize(co, *more, **named)


@contextmanager
def changed(room: Any, **names: Any) -> Iterator[None]:
    """These names of a module are other things inside."""
    before = {name: getattr(room, name) for name in names}
    try:
        for name, value in names.items():
            setattr(room, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(room, name, value)


@define
class Watch:
    """Processor seconds by name."""

    spent: dict[str, float] = field(factory=dict)

    def __call__(self, name: str, work: Callable[..., Any], *given: Any) -> Any:
        start = time.process_time()
        made = work(*given)
        self.spent[name] = self.spent.get(name, 0) + time.process_time() - start
        return made


def written(folder: Path, members: int) -> tuple[Path, Path]:
    """(register, map) of a synthetic population, one row a member; made once."""
    out = folder / f"sample-{members}"
    if not (out / "nested.parquet").exists():
        sample.write(members, SEED, out)
    return out / "nested.parquet", out / "nested-map.yaml"


def batches(source: Path, mapped: Path, work: Path) -> list[pa.RecordBatch]:
    loaded = mapping.load(mapped)
    units = register.units(source, loaded, work)
    return [batch for unit in units for batch, _ in register.read(unit, loaded, driver.SIZE)]


def variants(given: list[pa.RecordBatch], runs: int) -> None:
    """The law alone: as it is, without refunds, without scenarios too."""

    def once(co: Cohort, at_cost: Any) -> Runs:
        return Runs(co, len(co), (), {}, np.zeros(len(co), np.bool_))

    def nothing(*_: Any) -> None:
        return None

    shapes: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (
            "one run a member: national law, all routes, choice",
            {"spread": once},
            {"asked": nothing},
        ),
        ("and scenarios of assumed lines", {}, {"asked": nothing}),
        ("and refunds, and what they take away: the estimate", {}, {}),
    ]
    members = sum(map(len, given))
    print(f"\nthe law, {members:,} members, one core, batches of at most {driver.SIZE:,}")
    for name, in_law, in_refunds in shapes:
        count = Count()
        watched = {"totalize": count.totalize}
        with changed(law, **watched, **in_law), changed(refunds, **watched, **in_refunds):
            law.run(given[0], Law())
            count.rows = count.calls = 0
            for batch in given:
                law.run(batch, Law())
            rows, calls = count.rows, count.calls
            seconds = min(timed(given) for _ in range(runs))
        each, rate = seconds / members * 1e6, rows / seconds
        print(
            f"  {name:52}{members / seconds:>8,.0f} members/s {rate:>8,.0f} determinations/s "
            f"({rows:,} in {calls} calls), {each:.1f} µs a member"
        )


def timed(given: list[pa.RecordBatch]) -> float:
    start = time.process_time()
    for batch in given:
        law.run(batch, Law())
    return time.process_time() - start


def pieces(source: Path, mapped: Path, work: Path) -> None:
    """Processor time of every part of a run in one process, in µs a member."""
    loaded, watch = mapping.load(mapped), Watch()
    found = (
        pair
        for unit in register.units(source, loaded, work)
        for pair in register.read(unit, loaded, driver.SIZE)
    )
    total, members, tables = summary.Summary(), 0, driver.TABLES
    names = ("members", "results")
    with ExitStack() as files:
        kept = {
            name: files.enter_context(parts.batches(work / f"{name}.arrow", tables[name]))
            for name in names
        }
        text = files.enter_context(csvout.lines(work / "part.csv", tables["results"], head=False))
        while pair := watch("register read, Parquet", next, found, None):
            table = watch("the law", law.run, pair[0], Law())
            members += len(pair[0])
            watch("members and results kept", kept["members"], pa.Table.from_batches([pair[0]]))
            watch("members and results kept", kept["results"], table)
            watch("lines of CSV", text, table)
            watch("summary", total.take, watch("summary", summary.partial, table))
    for name in names:
        with parts.parquet(work / f"{name}.parquet", tables[name]) as add:
            given = parts.tables_in(work / f"{name}.arrow")
            while (table := watch("laid as Parquet", next, given, None)) is not None:
                watch("laid as Parquet", add, table)
    lay = (csvout.joined, [work / "part.csv"], tables["results"], work / "results.csv")
    watch("CSV laid", *lay)
    print("\npieces of a run, µs of processor a member")
    for name, seconds in watch.spent.items():
        print(f"  {name:28}{seconds / members * 1e6:8.2f}")
    print(f"  {'together':28}{sum(watch.spent.values()) / members * 1e6:8.2f}")


def whole(source: Path, mapped: Path, out: Path, workers: int, *more: str) -> dict[str, float]:
    """`portability estimate` as a process: wall and processor seconds, peak MiB of all its
    processes together. more: options."""
    command = [sys.executable, "-m", "portability", "estimate", str(source), "--map", str(mapped)]
    command += ["--out", str(out), "--workers", str(workers), "--dry-run", *more]
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, clock = os.times(), time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=kept, stdout=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.25)
    after = os.times()
    if process.returncode:
        raise SystemExit(f"the estimate ended with {process.returncode}")
    work = after.children_user + after.children_system
    work -= before.children_user + before.children_system
    return {"wall": time.perf_counter() - clock, "work": work, "peak": peak / MIB}


def resident(pid: int) -> int:
    """Bytes of a process and its children, each page once (proportional set size)."""
    total = 0
    for process in [pid, *children(pid)]:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
        except (OSError, ValueError):
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return total * 1024


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    except OSError:
        return []
    found = [int(word) for word in text.split()]
    return found + [grand for child in found for grand in children(child)]


def scaled(folder: Path, sizes: list[int], each: float) -> None:
    """The whole command at several sizes. each: determinations a member."""
    print("\nportability estimate as a process, start, report and summary included")
    for members in sizes:
        source, mapped = written(folder, members)
        for workers, more in SHAPES:
            if workers == 1 and members > MOST_ALONE:
                continue
            with tempfile.TemporaryDirectory() as out:
                took = whole(source, mapped, Path(out) / "result", workers, *more)
                read = pq.ParquetFile(Path(out) / "result/members.parquet").metadata.num_rows
            rate = read / took["wall"]
            busy = took["work"] / took["wall"]
            print(
                f"  {members:>10,} members, {workers} workers, {'Parquet' if more else 'and CSV'}: "
                f"{took['wall']:.1f} s, {rate:>8,.0f} members/s, "
                f"{rate * each:>8,.0f} determinations/s of wall time ({busy:.2f} cores busy); "
                f"{took['work'] / read * 1e6:.1f} µs of processor a member; "
                f"peak {took['peak']:,.0f} MiB",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--members", type=int, action="append", help="sizes; default 100000, 1000000"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rivals", type=Path, help="interpreter with benchmarks/requirements.txt")
    parser.add_argument("--folder", type=Path, help="where samples are kept")
    given = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    print(f"{date.today()}  {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}; Python")
    print(f"{platform.python_version()}, numpy {np.__version__}, pyarrow {pa.__version__},")
    print(machine())
    single()
    with tempfile.TemporaryDirectory() as made:
        folder, sizes = given.folder or Path(made), given.members or [100_000, 1_000_000]
        source, mapped = written(folder, sizes[0])
        work = Path(made) / "work"
        work.mkdir()
        people, count = batches(source, mapped, work), Count()
        with changed(law, totalize=count.totalize), changed(refunds, totalize=count.totalize):
            timed(people)
        variants(people, given.runs)
        pieces(source, mapped, work)
        if given.rivals is not None:
            side_by_side(given.rivals, work, work / "members.parquet", 60_000, given.runs)
        scaled(folder, sizes, count.rows / sum(map(len, people)))


if __name__ == "__main__":
    main()
