"""A register through the law: units to workers, finished parts kept, one table at the end.

A part is written under another name and renamed when it is whole, so that a run that was killed
goes on where it stopped, with no row twice and none lost. The order of rows, and every byte of
them, depends on the register, the map and the law, not on the number of workers.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import asdict, frozen

import portability
from portability.errors import Fault, InputError
from portability.estimate import csvout, law, mapping, page, register, summary
from portability.estimate.form import MEMBERS, RESULTS
from portability.estimate.law import Law
from portability.estimate.mapping import Mapping
from portability.estimate.partition import digest
from portability.estimate.register import Unit
from portability.estimate.rejects import REJECTS, write_csv

Json = dict[str, Any]
Told = Callable[[int, int, int], None]  # units done, units in all, members done
Tables = Callable[[str, Unit], Iterator[pa.Table]]  # a unit's rows of one of TABLES, batch by batch
Engine = Callable[[Mapping, list[Unit]], Tables]
SCHEMA = "portability/estimate@1"
SIZE = 32_768  # members a batch: the fixed cost of each scheme and instrument is shared
TABLES = {"results": RESULTS, "members": MEMBERS, "rejects": REJECTS}
MANIFEST, WORK = "run.json", "work"
PACKED: Json = {"compression": "zstd", "compression_level": 1, "write_statistics": True}


@frozen
class Job:
    """What decides the result: the register, its map, the law; and where the result goes.

    as_of      the day from which the next twelve months run
    threshold  cells of fewer members are withheld
    """

    register: Path
    map: Path
    out: Path
    law: Law
    as_of: date
    threshold: int = 5

    def manifest(self) -> Json:
        """What a folder must have been begun with, for a run to go on in it."""
        return {
            "schema": SCHEMA,
            "engine": portability.__version__,
            "register": digest(self.register),
            "map": digest(self.map),
            "law": json.loads(json.dumps(asdict(self.law))),
            "rules": self.law.installed(),
            "as_of": self.as_of.isoformat(),
            "threshold": self.threshold,
            "size": SIZE,
        }


def estimate(job: Job, workers: int, told: Told) -> Json:
    """Runs a job on this machine to its end, from where an earlier run stopped: returns the
    summary. Raises InputError for a faulty map or register, or a folder that holds another run."""

    def local(mapped: Mapping, units: list[Unit]) -> Tables:
        for _ in parts(job, mapped, units, workers, told):
            pass
        return lambda name, unit: tables_in(part(job.out, name, unit.number))

    return through(job, local)


def through(job: Job, engine: Engine) -> Json:
    """A job from its register to its report; `engine` brings every unit through the law and says
    where its tables are."""
    mapped = mapping.load(job.map)
    register.checked(job.register, mapped)
    begin(job)
    if (job.out / "summary.json").exists():
        return read_json(job.out / "summary.json")
    (job.out / WORK).mkdir(exist_ok=True)
    units = register.units(job.register, mapped, job.out / WORK)
    return finish(job, units, engine(mapped, units))


def begin(job: Job) -> None:
    """The folder of a new run, or of the same one. Raises InputError if it holds another."""
    now, path = job.manifest(), job.out / MANIFEST
    if path.exists():
        before = read_json(path)
        changed = sorted(key for key in now if before.get(key) != now[key])
        if changed:
            found = f"a run with another {', '.join(changed)}"
            raise InputError(
                [Fault(f"{path}:1:1", "--out", found, "an empty folder, or that very run")]
            )
    else:
        job.out.mkdir(parents=True, exist_ok=True)
        write_json(path, now)


def parts(job: Job, mapped: Mapping, units: list[Unit], workers: int, told: Told) -> Iterator[int]:
    """Every unit that is not done yet, as it is finished: its number."""
    left = [unit for unit in units if not part(job.out, "results", unit.number).exists()]
    done, members = len(units) - len(left), 0
    told(done, len(units), members)
    for number, count in worked(left, mapped, job, workers):
        done, members = done + 1, members + count
        told(done, len(units), members)
        yield number


def worked(units: list[Unit], mapped: Mapping, job: Job, workers: int) -> Iterator[tuple[int, int]]:
    """(unit, members) as they are finished. Raises InterruptedError if a worker died."""
    if workers == 1 or len(units) < 2:
        for unit in units:
            yield unit.number, work_on(unit, mapped, job.law, job.out)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=single) as pool:
        waiting: set[Future[tuple[int, int]]] = set()
        rest = iter(units)
        try:
            while True:
                for unit in islice(rest, 2 * workers - len(waiting)):
                    waiting.add(pool.submit(numbered, unit, mapped, job.law, job.out))
                if not waiting:
                    return
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        except BrokenProcessPool:
            raise InterruptedError(
                4, "a worker was killed; run again to go on", str(job.out)
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def single() -> None:
    """Workers share the machine: one thread each."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def numbered(unit: Unit, mapped: Mapping, applied: Law, out: Path) -> tuple[int, int]:
    return unit.number, work_on(unit, mapped, applied, out)


def part(out: Path, name: str, number: int) -> Path:
    return out / WORK / f"{name}-{number:06}.parquet"


def work_on(unit: Unit, mapped: Mapping, applied: Law, out: Path) -> int:
    """One unit through the law: its members, rejects and results as files; the results last, they
    say that the unit is done. Returns the number of members."""
    writers = {name: Part(part(out, name, unit.number), TABLES[name]) for name in TABLES}
    count = 0
    try:
        for batch, rejected in register.read(unit, mapped, SIZE):
            count += len(batch)
            writers["members"].add(pa.Table.from_batches([batch]))
            writers["rejects"].add(rejected)
            writers["results"].add(law.run(batch, applied))
        for name in ("members", "rejects", "results"):
            writers[name].done()
    finally:
        for writer in writers.values():
            writer.drop()
    return count


class Part:
    """A Parquet file that is there as a whole or not at all."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.path, self.schema = path, schema
        self.beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        self.writer = pq.ParquetWriter(self.beside, schema, **PACKED)

    def add(self, table: pa.Table) -> None:
        if len(table):
            self.writer.write_table(table.cast(self.schema))

    def done(self) -> None:
        self.writer.close()
        with self.beside.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(self.beside, self.path)

    def drop(self) -> None:
        """Nothing is left of a part that was not finished."""
        self.writer.close()
        self.beside.unlink(missing_ok=True)


def finish(job: Job, units: list[Unit], tables: Tables) -> Json:
    """All units laid one after the other; the summary last, it says that the run is complete."""
    total, names, members = summary.Summary(), set[str](), 0
    with whole(job.out, "members") as writer:
        for table in laid(units, "members", tables):
            writer.add(table)
            members += len(table)
    with whole(job.out, "results") as writer:
        for table in laid(units, "results", tables):
            writer.add(table)
            total = total.merge(summary.partial(table))
            names |= named_in(table)
    rejects = write_csv(laid(units, "rejects", tables), job.out / "rejects.csv")
    csvout.write(job.out / "results.parquet", job.out / "results.csv")
    published = total.json(job.threshold, job.as_of)
    told = {
        **published,
        "members": members if "answers" in published else None,  # too few to be told
        "rejects": rejects,
        "rules": job.law.digests(names),
        "run": read_json(job.out / MANIFEST),
    }
    write_text(job.out / "report.html", page.page(told))
    write_json(job.out / "summary.json", told)
    shutil.rmtree(job.out / WORK)
    return told


def laid(units: list[Unit], name: str, tables: Tables) -> Iterator[pa.Table]:
    for unit in units:
        yield from tables(name, unit)


@contextmanager
def whole(out: Path, name: str) -> Iterator[Part]:
    """One table of the result, renamed when all of it is written."""
    writer = Part(out / f"{name}.parquet", TABLES[name])
    try:
        yield writer
        writer.done()
    finally:
        writer.drop()


def named_in(table: pa.Table) -> set[str]:
    """Schemes and routes of a part of the results."""
    return {
        str(word)
        for name in ("scheme", "route")
        for word in table.column(name).unique().to_pylist()
        if word not in (None, "national")
    }


def tables_in(path: Path) -> Iterator[pa.Table]:
    """The row groups of a part, one after the other."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        yield file.read_row_group(group, use_threads=False)


def write_text(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, "utf-8")
    os.replace(beside, path)


def write_json(path: Path, value: Json) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Json:
    made: Json = json.loads(path.read_text("utf-8"))
    return made
