"""Estimates through a real Spark, with what goes wrong on a cluster: the same as on one machine.

`make test-spark`; needs Java 17 and the packages of requirements-spark.txt.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from portability.estimate import sample, spark
from portability.estimate.driver import TABLES, WORK

MEMBERS, GROUP = 4_000, 250  # 16 units
SAME_BYTES = ("results.csv", "rejects.csv", "summary.json", "report.html", "run.json")
SECONDS = 600
QUICK = "-XX:TieredStopAtLevel=1"  # two thirds of the processor time of so short a run
CLUSTER = (
    f"--master local-cluster[2,1,1024] --conf spark.driver.extraJavaOptions={QUICK} "
    f"--conf spark.executor.extraJavaOptions={QUICK} pyspark-shell"
)


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nested.parquet in row groups of 250 members, and register.csv, with their maps."""
    folder = tmp_path_factory.mktemp("register")
    sample.write(MEMBERS, 5, folder)
    whole = pq.read_table(folder / "nested.parquet")
    pq.write_table(whole, folder / "nested.parquet", row_group_size=GROUP)
    return folder


def command(folder: Path, out: str, *more: str, nested: bool = True) -> list[str]:
    name, text = ("nested.parquet", "nested-map.yaml") if nested else ("register.csv", "map.yaml")
    words = ["estimate", name, "--map", text, "--out", out, "--as-of", "2026-11-24", *more]
    return [sys.executable, "-m", "portability", "--debug", *words]


def run(folder: Path, words: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    with started(folder, words, **environment) as process:
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    return subprocess.CompletedProcess(words, process.returncode, out, err)


@contextmanager
def started(folder: Path, words: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A run in the folder, with paths relative to it, as a person starts it."""
    with subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            for number in [process.pid, *descendants(process.pid)]:
                kill(number)


@pytest.fixture(scope="session")
def one_machine(register: Path) -> Path:
    run(register, command(register, "local", "--workers", "1", "--dry-run"))
    return register / "local"


def rows_of(folder: Path, name: str) -> pa.Table:
    """A table with its words as text: a dictionary is a way of writing, not what is written."""
    kind = spark.plain(pa.struct(list(TABLES[name])))
    return pq.read_table(folder / f"{name}.parquet").cast(pa.schema(list(kind)))


def same(one: Path, other: Path) -> None:
    for name in SAME_BYTES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    for name in ("results", "members"):
        mine, theirs = rows_of(one, name), rows_of(other, name)
        assert len(mine) > 1_000
        assert mine.equals(theirs), name
        assert pq.read_schema(one / f"{name}.parquet") == pq.read_schema(other / f"{name}.parquet")
    assert not (other / WORK).exists()


def processes() -> dict[int, tuple[int, str]]:
    """Every process of this machine: its parent and its command line (Linux)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            after_name = (path / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(path.name)] = (int(after_name[1]), words)
    return found


def descendants(root: int) -> dict[int, tuple[int, str]]:
    known, mine, more = processes(), {root}, True
    while more:
        more = {number for number, (parent, _) in known.items() if parent in mine} - mine
        mine |= more
    return {number: known[number] for number in mine - {root} if number in known}


def executors(root: int) -> list[int]:
    below = descendants(root)
    return [number for number, (_, words) in below.items() if "CoarseGrainedExecutor" in words]


def python_workers(root: int) -> list[int]:
    """Processes that run the law: forked by a daemon that an executor started."""
    below = {
        number: parent
        for number, (parent, words) in descendants(root).items()
        if "pyspark.daemon" in words
    }
    return [number for number, parent in below.items() if parent in below]


def kill(number: int) -> None:
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        pass


def committed(out: Path) -> int:
    """Units that Spark has accepted so far."""
    return len(list((out / WORK / spark.FOLDER).glob("_temporary/*/task_*")))


def wait_until(process: subprocess.Popen[str], ready: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not ready():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.02)


def grown(process: subprocess.Popen[str], out: Path, by: int) -> None:
    """Waits until Spark has accepted some units more."""
    before = committed(out)
    wait_until(process, lambda: committed(out) >= before + by)


def test_killed_in_the_middle_it_is_the_same_row_for_row(register: Path, one_machine: Path) -> None:
    """A Python worker is killed, then the Java process of an executor, each while units are under
    way. Spark starts them again; not a row is lost, doubled or moved."""
    out, units = register / "killed", MEMBERS // GROUP
    words = command(register, "killed", "--engine", "spark", "--dry-run")
    with started(register, words, PYSPARK_SUBMIT_ARGS=CLUSTER) as process:
        wait_until(process, lambda: committed(out) >= 2)
        worker, *_ = python_workers(process.pid)
        os.kill(worker, signal.SIGSTOP)  # if it has no unit now it is given one, and keeps it
        grown(process, out, by=2)
        kill(worker)
        grown(process, out, by=2)
        executor, *_ = executors(process.pid)
        kill(executor)
        assert committed(out) < units - 2, "too late to prove anything"
        told, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, errors
    assert "Python worker exited unexpectedly" in errors
    assert "Lost executor" in errors
    assert "members estimated" in told
    same(one_machine, out)


def test_spell_rows_with_rejects_and_a_run_that_goes_on(register: Path) -> None:
    """Rows as csv, brought together in buckets; Spark of this machine with nothing set at all. A
    run that was killed after Spark had committed lays the report without starting Spark again."""
    run(register, command(register, "rows", "--dry-run", nested=False))
    words = command(register, "rows-spark", "--engine", "spark", "--dry-run", nested=False)
    out = register / "rows-spark"
    with started(register, words) as process:
        wait_until(process, lambda: (out / WORK / spark.FOLDER / spark.COMMITTED).exists())
    assert not (out / "summary.json").exists()
    told = run(register, words, PYSPARK_SUBMIT_ARGS="--master nowhere pyspark-shell")
    assert "members estimated" in told.stdout
    same(register / "rows", out)


def test_without_java_it_says_so(register: Path) -> None:
    words = command(register, "none", "--engine", "spark", "--dry-run")
    with started(register, words, JAVA_HOME="/nowhere") as process:
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 2
    assert "Java 17 or newer" in errors
    assert not (register / "none").exists()


def test_executors_without_our_packages_are_told(register: Path) -> None:
    """The Python this environment was made from has none of its packages."""
    words = command(register, "bare", "--engine", "spark", "--dry-run")
    bare = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
    with started(register, words, PYSPARK_PYTHON=bare) as process:
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 2, errors
    assert "executors: found No module named" in errors
    assert not (register / "bare" / "results.parquet").exists()
