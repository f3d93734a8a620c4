"""A register through the law: units to workers, finished parts kept, one table at the end.

A part is written under another name and renamed when it is whole, so that a run that was killed
goes on where it stopped, with no row twice and none lost. The order of rows, and every byte of
them, depends on the register, the map and the law, not on the number of workers.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import asdict, frozen

import portability
from portability.errors import Fault, InputError
from portability.estimate import aside, csvout, law, mapping, page, register
from portability.estimate.aside import Aside, text_of, told_of
from portability.estimate.form import MEMBERS, RESULTS
from portability.estimate.law import Law
from portability.estimate.mapping import Mapping
from portability.estimate.partition import digest
from portability.estimate.parts import (
    WORK,
    batches,
    parquet,
    part,
    read_json,
    tables_in,
    write_json,
    write_text,
)
from portability.estimate.register import Unit
from portability.estimate.rejects import REJECTS, write_csv
from portability.estimate.workers import Workers

Json = dict[str, Any]
Told = Callable[[str, int, int, int], None]  # what is done, how much of it, of how much, members
Tables = Callable[
    [str, Unit], Iterator[pa.Table]
]  # one of TABLES of a unit, batch by batch; travels
Engine = Callable[[Mapping, list[Unit], Workers], Tables]
SCHEMA = "portability/estimate@1"
SIZE = 32_768  # members a batch: the fixed cost of each scheme and instrument is shared
TABLES = {"results": RESULTS, "members": MEMBERS, "rejects": REJECTS}
MANIFEST = "run.json"


@frozen
class Job:
    """What decides the result: the register, its map, the law; and where the result goes.

    as_of      the day from which the next twelve months run
    threshold  cells of fewer members are withheld
    csv        results.csv beside results.parquet
    """

    register: Path
    map: Path
    out: Path
    law: Law
    as_of: date
    threshold: int = 5
    csv: bool = True

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
            "csv": self.csv,
            "size": SIZE,
        }


def estimate(job: Job, workers: int, told: Told) -> Json:
    """Runs a job on this machine to its end, from where an earlier run stopped: returns the
    summary. Raises InputError for a faulty map or register, or a folder that holds another run."""

    def local(mapped: Mapping, units: list[Unit], staff: Workers) -> Tables:
        for _ in worked(job, mapped, units, staff, told):
            pass
        return partial(made, job.out)

    return through(job, local, workers, told)


def through(job: Job, engine: Engine, workers: int, told: Told) -> Json:
    """A job from its register to its report; `engine` brings every unit through the law and says
    where its tables are."""
    mapped = mapping.load(job.map)
    register.checked(job.register, mapped)
    begin(job)
    if (job.out / "summary.json").exists():
        return read_json(job.out / "summary.json")
    (job.out / WORK).mkdir(exist_ok=True)
    units = register.dealt(
        job.register, mapped, job.out / WORK, lambda seen, of: told("reading", seen, of, 0)
    )
    with Workers(workers, job.out) as staff:
        return finish(job, units, engine(mapped, units, staff), staff, told)


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


def worked(
    job: Job, mapped: Mapping, units: list[Unit], staff: Workers, told: Told
) -> Iterator[int]:
    """Every unit that is not done yet, as it is finished: its number."""
    left = [unit for unit in units if not made_file(job.out, "results", unit).exists()]
    done, members = len(units) - len(left), 0
    told("estimating", done, len(units), members)
    for number, count in staff.each(partial(work_on, u, mapped, job) for u in left):
        done, members = done + 1, members + count
        told("estimating", done, len(units), members)
        yield number


def work_on(unit: Unit, mapped: Mapping, job: Job) -> tuple[int, int]:
    """One unit through the law: its members, rejects and results as files, and what goes aside of
    the results. Returns (its number, members). What is opened first is renamed last: results say
    that the unit is done."""
    count = 0
    with ExitStack() as files:
        results, rejects, members = (
            files.enter_context(batches(made_file(job.out, name, unit), TABLES[name]))
            for name in ("results", "rejects", "members")
        )
        aside = files.enter_context(Aside(job.out, unit.number, job.csv))
        for batch, rejected in register.read(unit, mapped, SIZE):
            count += len(batch)
            members(pa.Table.from_batches([batch]))
            rejects(rejected)
            table = law.run(batch, job.law)
            results(table)
            aside.add(table)
    return unit.number, count


def made_file(out: Path, name: str, unit: Unit) -> Path:
    return part(out, name, unit.number, "arrow")


def made(out: Path, name: str, unit: Unit) -> Iterator[pa.Table]:
    """One table of a unit that is done, batch by batch."""
    return tables_in(made_file(out, name, unit))


def finish(job: Job, units: list[Unit], tables: Tables, staff: Workers, told: Told) -> Json:
    """All units laid one after the other; the summary last, it says that the run is complete."""
    left = (unit for unit in units if not told_of(job.out, unit.number).exists())
    for _ in staff.each(partial(set_aside, job, tables, unit) for unit in left):
        pass
    numbers = [unit.number for unit in units]
    wanted: list[Callable[[], tuple[str, int]]] = [
        partial(lay, job.out, name, tables, units) for name in ("results", "members")
    ]
    if job.csv:
        wanted.append(partial(lay_text, job.out, numbers))
    rows: dict[str, int] = {}
    told("laying", 0, len(wanted), 0)
    for name, count in staff.each(wanted):
        rows[name] = count
        told("laying", len(rows), len(wanted), rows.get("members", 0))
    rejects = write_csv(laid("rejects", tables, units), job.out / "rejects.csv")
    total, names = aside.total(job.out, numbers)
    published = total.json(job.threshold, job.as_of)
    summed = {
        **published,
        "members": rows["members"] if "answers" in published else None,  # too few to be told
        "rejects": rejects,
        "rules": job.law.digests(names),
        "run": read_json(job.out / MANIFEST),
    }
    write_text(job.out / "report.html", page.page(summed))
    write_json(job.out / "summary.json", summed)
    shutil.rmtree(job.out / WORK)
    return summed


def set_aside(job: Job, tables: Tables, unit: Unit) -> None:
    """What an engine that hands over tables alone has not made."""
    aside.make(job.out, unit.number, job.csv, tables("results", unit))


def laid(name: str, tables: Tables, units: list[Unit]) -> Iterator[pa.Table]:
    for unit in units:
        yield from tables(name, unit)


def lay(out: Path, name: str, tables: Tables, units: list[Unit]) -> tuple[str, int]:
    """One table of all units as Parquet: (its name, rows)."""
    rows = 0
    with parquet(out / f"{name}.parquet", TABLES[name]) as add:
        for table in laid(name, tables, units):
            add(table)
            rows += len(table)
    return name, rows


def lay_text(out: Path, numbers: list[int]) -> tuple[str, int]:
    """The lines of all units as one CSV file."""
    target = out / "results.csv"
    csvout.joined((text_of(out, number) for number in numbers), RESULTS, target)
    return target.name, len(numbers)
