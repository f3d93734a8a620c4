"""What stands on both sides of Spark: rows that carry their place, and what is refused of them.

Spark itself runs in tests/spark.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from portability.errors import InputError
from portability.estimate import driver, law, mapping, register, sample, spark
from portability.estimate.form import MEMBERS
from portability.estimate.law import Law
from portability.estimate.mapping import Mapping
from portability.estimate.register import Unit

TODAY = date(2026, 11, 24)
TRACEBACK = "Job aborted\nTraceback (most recent call last):\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping, list[Unit]]:
    """A committed folder as Spark leaves it: a file a unit."""
    folder = tmp_path_factory.mktemp("spark")
    sample.write(180, 3, folder)
    whole = pq.read_table(folder / "nested.parquet")
    pq.write_table(whole, folder / "small.parquet", row_group_size=60)
    mapped = mapping.load(folder / "nested-map.yaml")
    units = register.units(folder / "small.parquet", mapped, folder / "work")
    task = spark.Task(tuple(units), mapped, Law())
    function = spark.mapped(task)
    (folder / "out").mkdir()
    for number in range(len(units)):
        asked = pa.record_batch({"id": pa.array([number])})
        batches = list(function(iter([asked])))
        pq.write_table(
            pa.Table.from_batches(batches), folder / "out" / f"part-{number:05}.zstd.parquet"
        )
    return folder / "out", mapped, units


def test_what_comes_back_is_what_one_machine_makes(
    made: tuple[Path, Mapping, list[Unit]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches, rows, order and types; a batch comes back whole however few rows are read at once,
    since the summary counts members batch by batch."""
    folder, mapped, units = made
    assert len(units) == 3
    monkeypatch.setattr(spark, "AT_ONCE", 7)
    files = spark.checked(folder, units, Law())
    refused = 0
    for unit in units:
        pairs = list(register.read(unit, mapped, driver.SIZE))
        expected = {
            "members": [pa.Table.from_batches([members]) for members, _ in pairs],
            "rejects": [rejects for _, rejects in pairs if len(rejects)],
            "results": [law.run(members, Law()) for members, _ in pairs],
        }
        refused += sum(map(len, expected["rejects"]))
        for name, tables in expected.items():
            found = list(spark.tables_in(files[unit.number], name))
            assert [len(table) for table in found] == [len(table) for table in tables]
            for one, other in zip(found, tables, strict=True):
                assert one.schema == driver.TABLES[name] == other.schema
                assert one.to_pylist() == other.to_pylist()
    assert refused  # spells in a place that has no scheme here


def test_several_batches_of_a_unit_stay_apart(
    made: tuple[Path, Mapping, list[Unit]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, mapped, units = made
    monkeypatch.setattr(driver, "SIZE", 25)
    task = spark.Task(tuple(units), mapped, Law())
    path = tmp_path / "part-00000.parquet"
    pq.write_table(pa.Table.from_batches(list(task.unit(units[1]))), path)
    members = list(spark.tables_in(path, "members"))
    assert [len(table) for table in members] == [25, 25, 10]
    people = [set(table.column("member").to_pylist()) for table in members]
    results = [
        set(table.column("member").to_pylist()) for table in spark.tables_in(path, "results")
    ]
    assert all(told <= known for told, known in zip(results, people, strict=True))


def other_order(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows.slice(1, 1), rows.slice(0, 1), rows.slice(2)])


def without_end(rows: pa.Table) -> pa.Table:
    return rows.slice(0, len(rows) - 1)


def without_a_row(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows.slice(0, 5), rows.slice(6)])


def twice_at_the_end(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows, rows.slice(len(rows) - 1)])


def other_law(rows: pa.Table) -> pa.Table:
    at = rows.schema.get_field_index("rules")
    told = rows.column("rules").to_pylist()
    rules = json.loads(told[-1])
    scheme = max(rules)
    return rows.set_column(
        at, "rules", pa.array([*told[:-1], json.dumps({**rules, scheme: "sha256:0"})])
    )


def other_engine(rows: pa.Table) -> pa.Table:
    at = rows.schema.get_field_index("rules")
    told = rows.column("rules").to_pylist()
    rules = {**json.loads(told[-1]), "engine": "0.0.0"}
    return rows.set_column(at, "rules", pa.array([*told[:-1], json.dumps(rules)]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (other_order, "not in the order"),
        (without_a_row, "not in the order"),
        (twice_at_the_end, "not in the order"),
        (without_end, "not one whole unit"),
        (other_law, "law: found another us-oasdi; expected the version of this machine"),
        (other_engine, "law: found another engine; expected"),
    ],
)
def test_a_file_that_is_not_a_unit_is_refused(
    made: tuple[Path, Mapping, list[Unit]],
    tmp_path: Path,
    change: Callable[[pa.Table], pa.Table],
    message: str,
) -> None:
    folder, _, units = made
    for path in folder.iterdir():
        table = pq.read_table(path)
        pq.write_table(change(table) if "00001" in path.name else table, tmp_path / path.name)
    with pytest.raises((InputError, RuntimeError), match=message):
        spark.checked(tmp_path, units, Law())


def test_a_unit_that_is_missing_or_there_twice_is_refused(
    made: tuple[Path, Mapping, list[Unit]], tmp_path: Path
) -> None:
    folder, _, units = made
    paths = sorted(folder.iterdir())
    for path in paths[:-1]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(RuntimeError, match="3 units were asked for, 2 are there"):
        spark.checked(tmp_path, units, Law())
    (tmp_path / paths[-1].name).write_bytes(paths[0].read_bytes())
    with pytest.raises(RuntimeError, match="committed twice"):
        spark.checked(tmp_path, units, Law())


def test_words_are_text_and_sums_stay_decimals() -> None:
    told = spark.ddl(spark.ROW)
    assert "`unit` bigint, `batch` bigint, `place` bigint, `rules` string" in told
    assert "`likely`: decimal(18, 3)" in told and "`scheme`: string" in told
    assert "`from`: date" in told and "`chosen`: boolean" in told
    assert "`periods`: array<struct<`scheme`: string" in told
    plain = spark.plain(pa.struct(list(MEMBERS)))
    assert "dictionary" not in str(plain)


def program(folder: Path, told: str) -> str:
    """A Java of another version, in a home of its own."""
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    path.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_392"', 1),
        ("no such thing", 0),
    ],
)
def test_the_version_of_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, version: int
) -> None:
    monkeypatch.setenv("JAVA_HOME", program(tmp_path / "home", told))
    assert spark.java() == version


def test_everything_that_is_missing_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(InputError) as caught:
        spark.ready()
    text = caught.value.faults_text()
    assert caught.value.exit_code == 2
    assert "no pyspark" in text and "pip install 'portability[spark]'" in text
    assert "no Java" in text and "Java 17 or newer" in text
    monkeypatch.setenv("JAVA_HOME", program(tmp_path / "old", 'openjdk version "11.0.2"'))
    with pytest.raises(InputError, match="found Java 11; expected Java 17 or newer"):
        spark.ready()
    monkeypatch.setattr(spark, "find_spec", lambda name: sys)
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")  # spark-submit has started a Java already
    spark.ready()


def test_nothing_is_written_where_spark_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    job = driver.Job(tmp_path / "r.csv", tmp_path / "map.yaml", tmp_path / "out", Law(), TODAY)
    with pytest.raises(InputError, match="no pyspark"):
        spark.estimate(job, 1, lambda *now: None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("environment", "alone"),
    [
        ({}, True),
        ({"PYSPARK_SUBMIT_ARGS": "--master local-cluster[2,1,1024] pyspark-shell"}, True),
        ({"PYSPARK_SUBMIT_ARGS": "--master local[4] pyspark-shell"}, True),
        ({"PYSPARK_SUBMIT_ARGS": "--conf a=b --master=yarn pyspark-shell"}, False),
        ({"PYSPARK_GATEWAY_PORT": "4711"}, False),
        ({"SPARK_HOME": "/opt/spark"}, False),
        ({"SPARK_CONF_DIR": "/etc/spark"}, False),
    ],
)
def test_only_a_spark_of_this_machine_is_told_to_stay_on_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], alone: bool
) -> None:
    for name in ("PYSPARK_SUBMIT_ARGS", "PYSPARK_GATEWAY_PORT", "SPARK_HOME", "SPARK_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MASTER", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spark.alone() is alone


@pytest.mark.parametrize(
    ("told", "kind", "message"),
    [
        (
            f"{TRACEBACK}ModuleNotFoundError: No module named 'pyarrow'",
            InputError,
            "executors: found No module named 'pyarrow'",
        ),
        (
            "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9",
            InputError,
            "executors: found Python in worker",
        ),
        (f"{TRACEBACK}ValueError: word", RuntimeError, "ValueError: word"),
        (
            "An error occurred while calling o1.parquet.\n: ExecutorLostFailure (exited)",
            InterruptedError,
            "run again to start again .*ExecutorLostFailure",
        ),
    ],
)
def test_what_spark_says_is_told_as_what_it_means(
    tmp_path: Path, told: str, kind: type[Exception], message: str
) -> None:
    error = spark.failure(told, tmp_path)
    assert isinstance(error, kind) and re.search(message, str(error))


def test_a_draft_is_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "draft.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    law_there = spark.travelling(Law(("draft.yaml", "us-de"), ("us-fr",)))
    assert law_there == Law((str(tmp_path / "draft.yaml"), "us-de"), ("us-fr",))
