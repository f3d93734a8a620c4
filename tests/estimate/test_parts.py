"""Files of a run: whole or not at all; what a unit gives besides rows; tasks dealt to processes."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from results_table import membership, table

from portability.estimate import aside, csvout, parts
from portability.estimate.form import RESULTS, WORD
from portability.estimate.summary import partial as summed
from portability.estimate.workers import Workers

SCHEMA = pa.schema([("word", WORD), ("more", pa.list_(pa.struct([("word", WORD)])))])


def words(*given: str) -> pa.Table:
    column = pa.array(given).dictionary_encode().cast(WORD)
    more = [[{"word": word}, {"word": "z"}] for word in given]
    return pa.table({"word": column, "more": pa.array(more, SCHEMA.field("more").type)})


def test_every_batch_keeps_the_words_of_its_own(tmp_path: Path) -> None:
    """Dictionaries differ from batch to batch; an empty table is no batch."""
    given = [words("a", "b"), words("b", "c", "b"), words("a")]
    with parts.batches(tmp_path / "part.arrow", SCHEMA) as add:
        add(given[0])
        add(SCHEMA.empty_table())
        for one in given[1:]:
            add(one)
    found = list(parts.tables_in(tmp_path / "part.arrow"))
    assert [one.to_pylist() for one in found] == [one.to_pylist() for one in given]
    assert [one.schema for one in found] == [SCHEMA] * 3


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "part.parquet").write_bytes(b"what was there before")
    flat = words("a").select(["word"])
    for writer in (parts.batches, parts.parquet, csvout.lines):
        with (
            pytest.raises(OSError, match="No space left"),
            writer(tmp_path / "part.parquet", flat.schema) as add,
        ):
            add(flat)
            raise OSError(28, "No space left on device")
        assert [path.name for path in tmp_path.iterdir()] == ["part.parquet"]
    assert (tmp_path / "part.parquet").read_bytes() == b"what was there before"


def test_columns_of_which_hardly_two_rows_are_alike_have_no_dictionary(tmp_path: Path) -> None:
    schema = pa.schema([("member", pa.string()), ("row", pa.int64()), *SCHEMA])
    with parts.parquet(tmp_path / "a.parquet", schema) as add:
        one = words("a", "b")
        columns = [pa.array(["m1", "m2"]), pa.array([1, 2]), *one.columns]
        add(pa.table(columns, names=schema.names))
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0)
    told = {
        column.path_in_schema: any("DICTIONARY" in code for code in column.encodings)
        for column in map(group.column, range(group.num_columns))
    }
    assert told == {
        "member": False,
        "row": False,
        "word": True,
        "more.list.element.word": True,
    }
    assert pq.read_table(tmp_path / "a.parquet").column("member").to_pylist() == ["m1", "m2"]


def test_summaries_and_lines_of_units_are_those_of_the_whole(tmp_path: Path) -> None:
    """Made by whoever made the unit or from its tables afterwards, in any number of batches."""
    (tmp_path / parts.WORK).mkdir()
    rows = membership(60, 2)
    people = sorted({row["member"] for row in rows}, key=[r["member"] for r in rows].index)
    dealt = [[r for r in rows if r["member"] in people[k : k + 20]] for k in (0, 20, 40)]
    with aside.Aside(tmp_path, 0, csv=True) as made:
        made.add(table(dealt[0]))
        made.add(table(dealt[1]))
    aside.make(tmp_path, 1, True, [table(dealt[2])])
    total, names = aside.total(tmp_path, [0, 1])
    assert total == summed(table(rows))
    assert names == aside.named_in(table(rows)) and "us-oasdi" in names
    csvout.joined([aside.text_of(tmp_path, k) for k in (0, 1)], RESULTS, tmp_path / "all.csv")
    with csvout.lines(tmp_path / "whole.csv", RESULTS) as add:
        add(table(rows))
    assert (tmp_path / "all.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    aside.make(tmp_path, 2, False, [table(rows)])
    assert not aside.text_of(tmp_path, 2).exists() and aside.told_of(tmp_path, 2).exists()


def test_an_aside_that_failed_is_not_there(tmp_path: Path) -> None:
    (tmp_path / parts.WORK).mkdir()
    with pytest.raises(KeyError), aside.Aside(tmp_path, 0, csv=True) as made:
        made.add(table(membership(5, 1)))
        raise KeyError
    assert not list((tmp_path / parts.WORK).iterdir())


def test_tasks_are_dealt_to_processes_and_all_come_back(tmp_path: Path) -> None:
    with Workers(2, tmp_path) as staff:
        assert list(staff.each([])) == []
        assert list(staff.each([os.getpid])) == [os.getpid()], "one task is done here"
        assert sorted(staff.each(partial(pow, 2, k) for k in range(9))) == [
            1 << k for k in range(9)
        ]
        others = set(staff.each([os.getpid] * 8))
        assert os.getpid() not in others and len(others) <= 2
        with pytest.raises(ZeroDivisionError):
            list(staff.each([partial(divmod, 1, 0), partial(divmod, 1, 1)]))
    with Workers(1, tmp_path) as staff:
        assert set(staff.each([os.getpid] * 3)) == {os.getpid()}


def test_a_process_that_was_killed_is_said(tmp_path: Path) -> None:
    with (
        Workers(2, tmp_path) as staff,
        pytest.raises(InterruptedError, match="run again to go on"),
    ):
        list(staff.each([partial(os._exit, 9)] * 2))
