"""Rows brought together by member: once, whole or not at all, the same on every machine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registers import MAP, as_csv, load, read, row

from portability.errors import InputError
from portability.estimate import partition, readers, register, vocabulary

HASHES = (
    2481859798955842665,
    17489640620907780975,
    7236383230744721804,
    0,
    5465626658225531508,
)


def rows(n: int) -> list[dict[str, str | None]]:
    return [row(id=f"M{number % (n // 3)}", start="2010-01-01") for number in range(n)]


def test_hashes_are_the_same_everywhere() -> None:
    """Written down: a partition made on one machine is read on another."""
    found = partition.hashes(pa.array(["M000000001", "M000000002", "M000000001"]))
    assert found.tolist() == [HASHES[0], HASHES[1], HASHES[0]]
    mixed = partition.hashes(pa.array(["a", None, "", "é字", "M000000001"]))
    assert mixed.tolist() == [HASHES[2], HASHES[3], HASHES[3], HASHES[4], HASHES[0]]


@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=20))
def test_a_hash_depends_on_the_text_alone(values: list[str | None]) -> None:
    texts = [None if v is None else v.encode("utf-8", "replace").decode() for v in values]
    together = partition.hashes(pa.array(texts, pa.string())).tolist()
    alone = [int(partition.hashes(pa.array([text], pa.string()))[0]) for text in texts]
    assert together == alone
    padded = pa.array(["zz", *texts, "q"], pa.string()).slice(1, len(texts))
    assert partition.hashes(padded).tolist() == together


def test_hashes_spread() -> None:
    ids = pa.array([f"M{number:09d}" for number in range(100_000)])
    found = partition.hashes(ids)
    assert len(np.unique(found)) == 100_000
    counts = np.bincount((found % np.uint64(64)).astype(np.int64), minlength=64)
    assert counts.min() > 1_400 and counts.max() < 1_730  # 1,562 expected, 40 standard deviation


def test_all_rows_of_a_member_are_in_one_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition, "BUCKET_BYTES", 500)
    monkeypatch.setattr(partition, "GATHERED", 20)
    path, map_ = as_csv(tmp_path / "r.csv", rows(90)), load(tmp_path)
    units = register.units(path, map_, tmp_path / "work")
    assert len(units) > 5 and [unit.number for unit in units] == list(range(len(units)))
    members, refused = read(path, map_, tmp_path / "work")
    assert len(members) == 30 and not refused
    assert all(len(member["periods"]) == 3 for member in members)
    assert sum(member["row"] for member in members) == sum(range(2, 32))


def test_a_finished_partition_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, map_, work = as_csv(tmp_path / "r.csv", rows(9)), load(tmp_path), tmp_path / "work"
    seen: list[tuple[int, int]] = []
    first = register.units(path, map_, work, lambda *told: seen.append(told))
    size = path.stat().st_size
    assert seen[-1] == (size, size)

    def forbidden(*_: object) -> list[int]:
        raise AssertionError("written again")

    with monkeypatch.context() as patch:
        patch.setattr(partition, "write", forbidden)
        assert register.units(path, map_, work) == first
        as_csv(path, rows(12))  # another register under the same name
        with pytest.raises(AssertionError, match="written again"):
            register.units(path, map_, work)
        as_csv(path, rows(9))
        other = load(tmp_path, MAP.replace("2026-11-24", "2026-12-01"))
        with pytest.raises(AssertionError, match="written again"):
            register.units(path, other, work)
    assert register.units(path, other, work) == first
    assert json.loads((work / "partition" / partition.MARKER).read_text())["rows"] == [9]


def test_a_partition_that_broke_off_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition, "BUCKET_BYTES", 500)
    path, map_, work = as_csv(tmp_path / "r.csv", rows(60)), load(tmp_path), tmp_path / "work"
    whole = read(path, map_, tmp_path / "other")
    real, calls = readers.parts, 0

    def killed(*given: object) -> object:
        nonlocal calls
        for part in real(*given):  # type: ignore[arg-type]
            calls += 1
            yield part
            raise KeyboardInterrupt

    monkeypatch.setattr(partition, "GATHERED", 10)
    with monkeypatch.context() as patch:
        patch.setattr(readers, "parts", killed)
        with pytest.raises(KeyboardInterrupt):
            register.units(path, map_, work)
    assert calls == 1 and not (work / "partition").exists()
    assert list(work.glob(".partition-*"))  # what was begun
    assert read(path, map_, work) == whole
    assert not list(work.glob(".partition-*"))


def test_faults_are_found_before_anything_is_written(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "r.csv", rows(9))
    with pytest.raises(InputError):
        register.units(
            path, load(tmp_path, MAP.replace("column: wage", "column: pay")), tmp_path / "w"
        )
    assert not (tmp_path / "w").exists()


def test_words_are_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that no map knows cost no more memory from a point on; known ones are never lost."""
    monkeypatch.setattr(vocabulary, "MOST", 300)
    strange = [row(id=f"S{number}", to=f"Land {number}") for number in range(400)]
    path, map_ = as_csv(tmp_path / "r.csv", [*strange, *rows(9)]), load(tmp_path)
    members, refused = read(path, map_, tmp_path / "work")
    assert len(members) == 3
    assert sum(r["field"] == "to" and "scheme: none of" in r["reason"] for r in refused) == 400
    kept = json.loads((tmp_path / "work" / "partition" / vocabulary.NAME).read_text("utf-8"))
    assert set(kept) == {"to", "sex", "lives", "home", "how", "money"}
    assert len(kept["to"]) == 300 and "USA" in kept["to"]


def test_a_column_of_words_and_of_something_else(tmp_path: Path) -> None:
    text = MAP.replace("residence: {column: lives}", "residence: {column: wage, words: {x: PH}}")
    assert "wage" not in vocabulary.columns(load(tmp_path, text))
    path = as_csv(tmp_path / "r.csv", rows(3))
    members, refused = read(path, load(tmp_path, text), tmp_path / "work")
    assert not members
    assert {r["reason"] for r in refused} == {
        "residence: none of x",
        "no row of this member can be used",
    }
