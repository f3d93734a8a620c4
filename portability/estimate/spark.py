"""The engine for more than one machine: `law.run` inside Spark's mapInArrow, a unit a task.

Spark deals the units out, starts lost ones again and commits what was made as a whole or not at
all. Before the law and after it everything is `driver`: the same units, the same report, and the
same rows in the same order as on one machine, which every run checks.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import evolve, frozen

import portability
from portability.errors import Fault, InputError
from portability.estimate import driver, law, register
from portability.estimate.aside import named_in
from portability.estimate.driver import TABLES, Job, Json, Tables, Told
from portability.estimate.law import Law
from portability.estimate.mapping import Mapping
from portability.estimate.parts import WORK
from portability.estimate.register import Unit
from portability.estimate.workers import Workers, single

FOLDER, COMMITTED = "spark", "_SUCCESS"
JAVA = 17  # the oldest that Spark 4 runs on
AT_ONCE = 16_384  # rows of a committed file that are held at a time
BLOCK = 16 << 20  # bytes of a row group of a committed file


def plain(kind: pa.DataType) -> pa.DataType:
    """An Arrow type as Spark has it: a word is text, whatever its dictionary."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, plain(field.type)) for field in kind])
    return kind


# One schema for the three tables of a unit, in the order in which the rows were made. The last row
# of a unit holds no table but `rules`: what law, by digest, the machine that ran the unit has.
ROW = pa.schema(
    [
        ("unit", pa.int64()),
        ("batch", pa.int64()),
        ("place", pa.int64()),  # 0, 1, 2 … within the unit
        ("rules", pa.string()),
        *((name, plain(pa.struct(list(schema)))) for name, schema in TABLES.items()),
    ]
)


def estimate(job: Job, workers: int, told: Told) -> Json:
    """Runs a job through Spark to its end, `workers` processes of this machine laying what comes
    back: returns the summary. Register, map and folder must have
    the same paths on every machine. Raises InputError as `driver.estimate`, and where pyspark or
    Java are missing, here or there; InterruptedError if Spark gave up (run again)."""
    ready()
    here = evolve(job, register=job.register.absolute(), out=job.out.absolute())
    folder = here.out / WORK / FOLDER

    def engine(mapped: Mapping, units: list[Unit], staff: Workers) -> Tables:
        if not (folder / COMMITTED).exists():
            submit(Task(tuple(units), mapped, travelling(job.law)), folder)
        try:
            files = checked(folder, units, job.law)
        except (InputError, RuntimeError):
            (folder / COMMITTED).unlink()  # the next run has it made again
            raise
        return partial(tables_of, files)

    return driver.through(here, engine, workers, told)


def tables_of(files: dict[int, Path], name: str, unit: Unit) -> Iterator[pa.Table]:
    return tables_in(files[unit.number], name)


def ready() -> None:
    """Raises InputError if something is missing that Spark needs on this machine: all at once."""
    where, faults = "--engine:1:1", []
    for name in ("pyspark", "pandas"):  # pyspark asks for pandas before it maps anything
        if find_spec(name) is None:
            expected = "the extra: pip install 'portability[spark]'"
            faults.append(Fault(where, "spark", f"no {name}", expected, code="missing"))
    if "PYSPARK_GATEWAY_PORT" not in os.environ and (version := java()) < JAVA:
        found = f"Java {version}" if version else "no Java"
        expected = f"Java {JAVA} or newer, named by JAVA_HOME or on the PATH"
        faults.append(Fault(where, "spark", found, expected, code="missing"))
    if faults:
        raise InputError(faults)


def java() -> int:
    """The version of the Java that Spark would start; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if program is None:
        return 0
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', told.stderr + told.stdout)
    return int(found[1]) if found else 0


def travelling(applied: Law) -> Law:
    """Drafts by paths that mean the same in the folder of another process."""
    return evolve(
        applied,
        drafts=tuple(
            str(Path(name).absolute()) if Path(name).exists() else name for name in applied.drafts
        ),
    )


@frozen
class Task:
    """What every machine is given: all units, and what is done with one."""

    units: tuple[Unit, ...]
    mapping: Mapping
    law: Law

    def unit(self, unit: Unit) -> Iterator[pa.RecordBatch]:
        """ROW of one unit: its tables batch by batch, and the row that says it is whole."""
        place, names = 0, set[str]()
        for number, (members, rejects) in enumerate(register.read(unit, self.mapping, driver.SIZE)):
            results = law.run(members, self.law)
            names |= named_in(results)
            tables = {"members": members, "rejects": rejects, "results": results}
            for name, table in tables.items():
                for batch in structs(name, table):
                    yield row(unit, number, place, len(batch), **{name: batch})
                    place += len(batch)
        rules = {"engine": portability.__version__, **self.law.digests(names)}
        yield row(unit, -1, place, 1, rules=pa.array([json.dumps(rules)]))


def structs(name: str, table: pa.Table | pa.RecordBatch) -> Iterator[pa.StructArray]:
    """Rows of a table as one column."""
    kind = ROW.field(name).type
    whole = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
    for batch in whole.cast(pa.schema(list(kind))).combine_chunks().to_batches():
        if len(batch):
            yield pa.StructArray.from_arrays(batch.columns, fields=list(kind))


def row(unit: Unit, batch: int, place: int, n: int, **given: pa.Array) -> pa.RecordBatch:
    """n rows of ROW from `place` on; columns that are not given hold nothing."""
    columns = {
        "unit": pa.array(np.full(n, unit.number, np.int64)),
        "batch": pa.array(np.full(n, batch, np.int64)),
        "place": pa.array(np.arange(place, place + n)),
        **given,
    }
    return pa.record_batch(
        [
            columns[field.name] if field.name in columns else pa.nulls(n, field.type)
            for field in ROW
        ],
        schema=ROW,
    )


def mapped(task: Task) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What Spark calls: numbers of units in, ROW out."""

    def through(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        single()
        for batch in numbers:
            for number in batch.column("id").to_pylist():
                yield from task.unit(task.units[number])

    return through


def submit(task: Task, folder: Path) -> None:
    """Every unit through Spark, a task each, into `folder`. Raises what `failure` makes of it."""
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    session = before or begun()
    count = len(task.units)
    try:
        made = session.range(0, count, 1, max(count, 1)).mapInArrow(mapped(task), ddl(ROW))
        made.write.mode("overwrite").options(
            **{
                "compression": "zstd",
                "maxRecordsPerFile": "0",  # a unit is one file
                "parquet.block.size": str(BLOCK),
                "mapreduce.fileoutputcommitter.algorithm.version": "1",  # all or nothing
                "mapreduce.fileoutputcommitter.marksuccessfuljobs": "true",
            }
        ).parquet(folder.as_uri())
    except Exception as error:
        if not type(error).__module__.startswith(("py4j", "pyspark")):
            raise
        raise failure(str(error), folder) from error
    finally:
        if before is None:
            session.stop()


def failure(told: str, folder: Path) -> Exception:
    """What Spark said, as what it means: executors without our packages (their operator's to mend),
    an error in the law or the register (ours), or machines that were lost (run again)."""
    if lacking := re.search(r"ModuleNotFoundError: (.+)|PYTHON_VERSION_MISMATCH\] (.+)", told):
        expected = "this machine's Python and packages, named by PYSPARK_PYTHON (docs/scale.md)"
        found = (lacking[1] or lacking[2]).strip()
        return InputError([Fault("--engine:1:1", "executors", found, expected, code="missing")])
    if "Traceback (most recent call last)" in told:
        return RuntimeError(told)
    short = " ".join(told.split())[:300]
    return InterruptedError(4, f"Spark gave up, run again to start again ({short})", str(folder))


def begun() -> Any:
    """A session as spark-submit, PYSPARK_SUBMIT_ARGS or the site's configuration have it; on this
    machine alone where nothing is said."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("portability estimate")
    if alone():
        root = str(Path(portability.__file__).resolve().parent.parent)
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
        builder = builder.config("spark.ui.enabled", "false")
    return builder.getOrCreate()


def alone() -> bool:
    """Whether Spark will run on this machine only. Other machines could not reach 127.0.0.1."""
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit started us and knows
        return False
    named = re.search(r"--master[ =](\S+)", os.environ.get("PYSPARK_SUBMIT_ARGS", ""))
    if named:
        return named[1].startswith("local")
    return not {"SPARK_HOME", "SPARK_CONF_DIR", "MASTER"} & os.environ.keys()


def ddl(schema: pa.Schema) -> str:
    """A schema in Spark's words."""
    return ", ".join(f"`{field.name}` {spark_type(field.type)}" for field in schema)


def spark_type(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'`{f.name}`: {spark_type(f.type)}' for f in kind)}>"
    if pa.types.is_list(kind):
        return f"array<{spark_type(kind.value_type)}>"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    words = {"string": "string", "int64": "bigint", "date32[day]": "date", "bool": "boolean"}
    return words[str(kind)]


def checked(folder: Path, units: list[Unit], applied: Law) -> dict[int, Path]:
    """The file of every unit. Raises RuntimeError unless each unit is there once, whole and in
    order; InputError if one was made under another law than this machine has."""
    files: dict[int, Path] = {}
    for path in sorted(folder.glob("part-*.parquet")):
        number, rules = whole(path)
        if number in files:
            raise RuntimeError(f"unit {number} was committed twice")
        mine = {"engine": portability.__version__, **applied.digests(rules.keys() - {"engine"})}
        if rules != mine:
            other = ", ".join(sorted(name for name in mine if rules[name] != mine[name]))
            expected = "the version of this machine on every machine; then run again"
            raise InputError([Fault(f"{path}:1:1", "law", f"another {other}", expected)])
        files[number] = path
    if sorted(files) != [unit.number for unit in units]:
        raise RuntimeError(f"{len(units)} units were asked for, {len(files)} are there")
    return files


def whole(path: Path) -> tuple[int, dict[str, str]]:
    """(number, rules) of a unit's file."""
    place, numbers, rules = 0, set[int](), None
    for batch in pieces(path, ["unit", "place", "rules"]):
        expected = np.arange(place, place + len(batch))
        if rules is not None or not np.array_equal(batch.column("place").to_numpy(), expected):
            raise RuntimeError(f"{path.name}: rows are not in the order in which they were made")
        place += len(batch)
        numbers |= set(batch.column("unit").unique().to_pylist())
        rules = batch.column("rules")[-1].as_py()
    if rules is None or len(numbers) != 1:
        raise RuntimeError(f"{path.name}: not one whole unit")
    return numbers.pop(), json.loads(rules)


def tables_in(path: Path, name: str) -> Iterator[pa.Table]:
    """One table of a unit, batch by batch as the law made it."""
    for _, parts in groupby(numbered(path, name), key=lambda part: part[0]):
        table = pa.Table.from_batches(
            [pa.RecordBatch.from_struct_array(column) for _, column in parts]
        )
        yield table.combine_chunks().cast(TABLES[name])  # one dictionary a batch, as it was


def numbered(path: Path, name: str) -> Iterator[tuple[int, pa.StructArray]]:
    """(batch, rows of one table), in order."""
    for piece in pieces(path, ["batch", name]):
        given = piece.filter(piece.column(name).is_valid())
        batch = given.column("batch").to_numpy()
        starts = np.flatnonzero(np.diff(batch, prepend=-1)).tolist()
        for start, end in pairwise([*starts, len(batch)]):
            yield int(batch[start]), given.column(name).slice(start, end - start)


def pieces(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a file, a few rows at a time."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(AT_ONCE, columns=columns, use_threads=False)
