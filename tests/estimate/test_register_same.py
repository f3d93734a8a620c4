"""The same spells are the same members, whatever file they come in and however it is cut."""

from __future__ import annotations

import string
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import (
    MAP,
    NESTED,
    as_csv,
    as_jsonl,
    as_nested,
    as_parquet,
    load,
    members_of,
    read,
    row,
)

from portability.columnar import cohort_of
from portability.estimate import mapping, partition, register, sample
from portability.estimate.form import MEMBERS

DAYS = st.dates(date(1995, 1, 1), date(2030, 12, 31))
IDS = st.text(string.ascii_letters + string.digits + "-_/.é字", min_size=1, max_size=12)


@st.composite
def spells(draw: st.DrawFn) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = []
    for name in draw(st.lists(IDS, min_size=1, max_size=6, unique=True)):
        person = {
            "id": name,
            "born": draw(st.dates(date(1950, 1, 1), date(1994, 12, 31))).isoformat(),
            "sex": draw(st.sampled_from(["F", "M", None])),
            "home": draw(st.sampled_from(["PH", "DE", None])),
            "lives": draw(st.sampled_from(["PH", "JP"])),
        }
        for _ in range(draw(st.integers(1, 4))):
            start = draw(DAYS)
            end = start + timedelta(draw(st.integers(0, 900)))
            rows.append(
                {
                    **person,
                    "to": draw(st.sampled_from(["USA", "DEU", "JPN", "KOR", "HKG"])),
                    "start": start.isoformat(),
                    "end": end.isoformat(),
                    "wage": draw(st.sampled_from([None, "0", "1", "1234.5", "99999.99", "410000"])),
                    "money": draw(st.sampled_from([None, "USD", "EUR", "JPY"])),
                    "how": draw(st.sampled_from(["i", "c"])),
                }
            )
    order = draw(st.permutations(range(len(rows))))
    return [rows[i] for i in order]


def known(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By member, without the place in the file."""
    kept = [{k: v for k, v in each.items() if k != "row"} for each in members]
    return sorted(kept, key=lambda each: str(each["member"]))


@settings(max_examples=25)
@given(spells())
def test_one_register_in_five_forms(rows: list[dict[str, str | None]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        flat, nested = load(folder), load(folder, NESTED)
        made = [
            (as_csv(folder / "a.csv", rows), flat),
            (as_parquet(folder / "b.parquet", rows), flat),
            (as_jsonl(folder / "c.jsonl", rows), flat),
            (as_nested(folder / "d.parquet", rows, group=2), nested),
            (as_jsonl(folder / "e.jsonl", members_of(rows)), nested),
        ]
        found = [read(path, map_, folder / path.name[0]) for path, map_ in made]
    first = known(found[0][0])
    assert all(known(members) == first for members, _ in found)
    reasons = [sorted((r["member"], r["reason"]) for r in rejects) for _, rejects in found]
    assert all(each == reasons[0] for each in reasons)
    left_out = sum(each["to"] == "HKG" for each in rows)
    lines = sum(len(member["periods"]) for member in first)
    assert lines == len(rows) - left_out


def tables(path: Path, map_: mapping.Mapping, work: Path, size: int) -> pa.Table:
    batches = [
        batch
        for unit in register.units(path, map_, work)
        for batch, _ in register.read(unit, map_, size)
    ]
    return pa.Table.from_batches(batches, MEMBERS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    sample.write(3_000, 7, folder)
    return folder


def test_the_sample_is_the_same_in_all_its_files(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition, "BUCKET_BYTES", 100_000)
    monkeypatch.setattr(partition, "BUCKET_ROWS", 2_000)
    monkeypatch.setattr(partition, "GATHERED", 1_500)
    flat, nested = mapping.load(made / "map.yaml"), mapping.load(made / "nested-map.yaml")
    of_csv = tables(made / "register.csv", flat, tmp_path / "csv", 256)
    of_parquet = tables(made / "register.parquet", flat, tmp_path / "parquet", 1_000)
    of_nested = tables(made / "nested.parquet", nested, tmp_path / "nested", 333)
    assert of_csv.num_rows > 2_900
    wanted = known(of_nested.to_pylist())
    assert known(of_csv.to_pylist()) == wanted
    assert known(of_parquet.to_pylist()) == wanted


def test_units_and_batches_do_not_depend_on_anything_but_file_and_map(
    made: Path, tmp_path: Path
) -> None:
    flat = mapping.load(made / "map.yaml")
    once = tables(made / "register.csv", flat, tmp_path / "a", 500)
    again = tables(made / "register.csv", flat, tmp_path / "b", 500)
    assert once.equals(again)
    other = tables(made / "register.csv", flat, tmp_path / "b", 77)
    assert other.to_pylist() == once.to_pylist()


def test_a_batch_is_a_cohort(made: Path, tmp_path: Path) -> None:
    """What the engine reads: words in use only, schemes in their order, one word kept as one."""
    nested = mapping.load(made / "nested-map.yaml")
    unit = register.units(made / "nested.parquet", nested, tmp_path)[0]
    batch, _ = next(register.read(unit, nested, 400))
    cohort = cohort_of(batch)
    lines = batch.column("periods").flatten()
    used = {line["scheme"] for line in lines.to_pylist()}
    assert cohort.schemes == tuple(sorted(used))
    assert len(cohort) == 400 and len(cohort.rows) == len(lines)
    assert cohort.rows.kind.strides == (0,)  # compulsory, for everybody
    assert batch.column("periods").values.field("credited").null_count == len(lines)


def test_members_come_as_they_are_met(tmp_path: Path) -> None:
    rows = [
        row(id="z"),
        row(id="b"),
        row(id="z", start="2013-01-01", end="2013-02-01"),
        row(id="a"),
    ]
    members, rejects = read(as_csv(tmp_path / "r.csv", rows), load(tmp_path, MAP), tmp_path / "w")
    assert not rejects
    assert [(m["member"], m["row"]) for m in members] == [("z", 2), ("b", 3), ("a", 5)]
    assert [line["start"].year for line in members[0]["periods"]] == [2010, 2013]
