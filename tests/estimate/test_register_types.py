"""Types of Parquet, lines of JSON, lists of spells: what they may hold and what is refused."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from registers import (
    COLUMNS,
    MAP,
    NESTED,
    as_jsonl,
    as_nested,
    as_parquet,
    load,
    members_of,
    read,
    row,
    told,
)

from portability.errors import InputError
from portability.estimate import jsonrows, nested, register
from portability.estimate import members as members_module


def test_types_of_parquet(tmp_path: Path) -> None:
    """Dates, timestamps, dictionaries, whole, decimal and floating numbers mean what they say."""
    n = 4
    born = pa.array(["1980-05-17"] * n).cast(pa.date32())
    day = pa.array(["2010-01-01"] * n).cast(pa.date32())
    table = pa.table(
        {
            "id": pa.array([1, 2, 3, 4], pa.int32()),
            "born": born.cast(pa.timestamp("ms")),
            "sex": pa.array(["F"] * n).dictionary_encode(),
            "home": pa.array(["PH"] * n, pa.large_string()),
            "lives": pa.array(["PH"] * n),
            "to": pa.array(["USA"] * n).dictionary_encode(),
            "start": day,
            "end": day.cast(pa.date64()),
            "wage": pa.array([31.0, 15.5, math.nan, None], pa.float64()),
            "money": ["USD"] * n,
            "how": ["c"] * n,
        }
    )
    path = tmp_path / "r.parquet"
    pq.write_table(table, path)
    members, refused = read(path, load(tmp_path), tmp_path / "work")
    assert [(m["member"], m["periods"][0]["earnings"]) for m in members][:2] == [
        ("1", 100),  # one day of 31
        ("2", 50),
    ]
    assert told(refused)[0][:4] == (3, "3", "wage", "nan")
    exact = table.set_column(8, "wage", pa.array([Decimal("31.00")] * n, pa.decimal128(10, 2)))
    pq.write_table(exact, path)
    members, refused = read(path, load(tmp_path), tmp_path / "work")
    assert [m["periods"][0]["earnings"] for m in members] == [100] * n and not refused
    whole = table.set_column(8, "wage", pa.array([31, -1, 10**13, None], pa.int64()))
    pq.write_table(whole, path)
    members, refused = read(path, load(tmp_path), tmp_path / "work")
    assert [m["member"] for m in members] == ["1", "4"]
    assert [r["found"] for r in refused if r["field"] == "wage"] == [
        "-1",
        "a number of 14 characters",
    ]
    zoned = table.set_column(1, "born", born.cast(pa.timestamp("ms", "UTC")))
    pq.write_table(zoned.set_column(7, "end", pa.array([[1]] * n)), path)
    with pytest.raises(InputError) as caught:
        register.units(path, load(tmp_path), tmp_path / "work")
    assert "born: found a column of type timestamp[ms, tz=UTC]" in str(caught.value)
    assert "end: found a column of type list" in str(caught.value)


def test_damaged_files(tmp_path: Path) -> None:
    """Bytes that are no text, and a file whose middle is gone: refused, not a crash."""
    for name, map_, write in (("r", MAP, as_parquet), ("n", NESTED, as_nested)):
        path = write(
            tmp_path / f"{name}.parquet", [row(id=f"ID{n}", lives="PH") for n in range(99)]
        )
        whole = path.read_bytes()
        start = whole.index(b"ID1")
        path.write_bytes(whole[:start] + b"\xff\xfe1" + whole[start + 3 :])
        with pytest.raises(InputError, match="a damaged file"):
            read(path, load(tmp_path, map_), tmp_path / "w")
        path.write_bytes(whole[:40] + b"\0" * 200 + whole[240:])
        with pytest.raises(InputError, match="a damaged file"):
            read(path, load(tmp_path, map_), tmp_path / "w")


def test_names_with_points(tmp_path: Path) -> None:
    text = NESTED.replace("{column: id}", "{column: a.b.c}").replace(
        "{column: born}", "{column: x.y}"
    )
    table = pq.read_table(as_nested(tmp_path / "r.parquet", [row()]))
    named = table.rename_columns(["a.b.c", "x.y", *table.column_names[2:]])
    pq.write_table(named, tmp_path / "r.parquet")
    members, refused = read(tmp_path / "r.parquet", load(tmp_path, text), tmp_path / "w")
    assert [m["member"] for m in members] == ["A1"] and not refused


def test_lines_of_json(tmp_path: Path) -> None:
    good = row()
    path = as_jsonl(tmp_path / "r.jsonl", [good])
    with path.open("ab") as stream:
        stream.write(b"\n{broken\n[1]\n")
        stream.write(b'{"id": "A2", "id": "A3"}\n')
        stream.write(b'{"id": {"a": 1}}\n')
        stream.write(b'{"id": "A4", "born": "\xff"}\n')
    as_jsonl(tmp_path / "more.jsonl", [row(id="A5", wage=None) | {"wage": 2000.5}])
    path.write_bytes(path.read_bytes() + (tmp_path / "more.jsonl").read_bytes())
    members, refused = read(path, load(tmp_path), tmp_path / "work")
    assert [(m["member"], m["row"]) for m in members] == [("A1", 1), ("A5", 8)]
    assert members[1]["periods"][0]["earnings"] == 24 * 200050
    assert [(r["row"], r["reason"]) for r in refused] == [
        (3, "no JSON in UTF-8"),
        (4, "no JSON object"),
        (5, "a key twice"),
        (6, "a list or an object where a plain value belongs"),
        (7, "no JSON in UTF-8"),
    ]


def many(wages: list[Any], nested: bool) -> bytes:
    lines = []
    for number, wage in enumerate(wages):
        each = {**row(id=f"A{number}"), "wage": wage, "more": {"x": [1]}}
        lines.append({**members_of([each])[0], "extra": 1} if nested else each)
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("wages", "at_once"),
    [
        (["1000", None, "2.5", ""], True),
        ([1000, 2000, None], True),
        ([None, 1000.5, 2000, 0.25], True),
        ([1000, "2000", 3], False),
        ([1000, 2000.5], True),
        ([2000.5, 1000], True),
        ([*[1000] * 200, 2000.5], False),
        ([1e16, 1000.5], False),
        ([True, "1"], False),
        ([[1], "1"], False),
        ([1.23456, 1.5], False),
        (["\ud800", "1"], False),
        ([-5, 10**15], True),
    ],
)
def test_json_at_once_is_json_line_by_line(
    tmp_path: Path, wages: list[Any], at_once: bool, nested: bool
) -> None:
    map_ = load(tmp_path, NESTED if nested else MAP)
    data = many(wages, nested)
    fast = jsonrows.at_once(data, 7, map_)
    assert (fast is not None) == at_once
    (tmp_path / "r.jsonl").write_bytes(data)
    members, refused = read(tmp_path / "r.jsonl", map_, tmp_path / "w")
    slow, faults_ = jsonrows.one_by_one(data, 1, map_)
    (tmp_path / "s.jsonl").write_bytes(b"{}\n" + data)  # one odd line: all go the slow way
    again, refused_again = read(tmp_path / "s.jsonl", map_, tmp_path / "v")
    assert [m["periods"] for m in members] == [m["periods"] for m in again]
    assert len(slow) + len(faults_) == len(wages)
    told_ = [(r["row"] + 1, r["member"], r["reason"]) for r in refused]
    assert told_ == [(r["row"], r["member"], r["reason"]) for r in refused_again if r["row"] > 1]


def test_json_with_blank_lines_marks_and_long_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = many(["1"], False)
    raw = b"\xef\xbb\xbf" + one + b"\r\n\n" + one.replace(b"A0", b"A1").replace(b"\n", b"\r\n")
    raw += one.replace(b"A0", b"A2").rstrip(b"\n")
    (tmp_path / "r.jsonl").write_bytes(raw)
    members, refused = read(tmp_path / "r.jsonl", load(tmp_path), tmp_path / "w")
    assert [(m["member"], m["row"]) for m in members] == [("A0", 1), ("A1", 4), ("A2", 5)]
    assert not refused
    two = one.rstrip(b"\n") + one.replace(b"A0", b"A3")  # two objects on a line are none
    (tmp_path / "t.jsonl").write_bytes(two + b"  \n" + one)
    members, refused = read(tmp_path / "t.jsonl", load(tmp_path), tmp_path / "t")
    assert [(m["member"], m["row"]) for m in members] == [("A0", 3)]
    assert [(r["row"], r["reason"]) for r in refused] == [(1, "no JSON in UTF-8")]
    (tmp_path / "t.jsonl").write_bytes(b"id,born\n1,2\n")
    with pytest.raises(InputError, match="no JSON in UTF-8; expected JSON objects, one a line"):
        register.units(tmp_path / "t.jsonl", load(tmp_path), tmp_path / "t")
    wide = one.replace(b'"more"', b'"' + b"x" * 1_000_000 + b'"')
    (tmp_path / "u.jsonl").write_bytes(wide + one)
    members, refused = read(tmp_path / "u.jsonl", load(tmp_path), tmp_path / "u")
    assert [(m["member"], m["row"]) for m in members] == [("A0", 2)]
    assert [r["reason"] for r in refused] == ["a line of a megabyte or more"]
    monkeypatch.setattr(jsonrows, "BLOCK", 300)
    monkeypatch.setattr(jsonrows, "LONGEST_LINE", 600)
    long = one.replace(b'"more"', b'"' + b"x" * 2_000 + b'"')
    (tmp_path / "s.jsonl").write_bytes(one + long + one.replace(b"A0", b"A9"))
    members, refused = read(tmp_path / "s.jsonl", load(tmp_path), tmp_path / "v")
    assert [(m["member"], m["row"]) for m in members] == [("A0", 1), ("A9", 3)]
    assert [(r["row"], r["field"]) for r in refused] == [(2, "(row)")]


def test_nested_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(id="A"),
        row(id="A", start="2014-01-01", end="x"),
        row(id="B", born="x"),
        row(id="C", to="HKG"),
    ]
    members, refused = read(
        as_nested(tmp_path / "r.parquet", rows, group=2), load(tmp_path, NESTED), tmp_path / "w"
    )
    assert [(m["member"], m["row"], len(m["periods"])) for m in members] == [("A", 1, 1)]
    assert [(r["row"], r["member"], r["field"]) for r in refused] == [
        (1, "A", "spells.end"),
        (2, "B", "born"),
        (3, "C", "spells.to"),
        (3, "C", "spells.start"),
    ]
    twice = [*members_of([row(id="A"), row(id="B")]), *members_of([row(id="A")])]
    inner = pa.list_(pa.struct([(name, pa.string()) for name in COLUMNS[5:]]))
    schema = pa.schema([*((name, pa.string()) for name in COLUMNS[:5]), ("spells", inner)])
    empty = {**twice[0], "id": "E", "spells": []}
    none = {**twice[0], "id": "N", "spells": None}
    hole = {**twice[0], "id": "H", "spells": [None]}
    table = pa.Table.from_pylist([*twice, empty, none, hole], schema)
    pq.write_table(table, tmp_path / "s.parquet", row_group_size=2)
    members, refused = read(tmp_path / "s.parquet", load(tmp_path, NESTED), tmp_path / "w", 2)
    assert [m["member"] for m in members] == ["A", "B"]
    assert [(r["row"], r["member"], r["reason"].split(":")[0]) for r in refused] == [
        (3, "A", "a member id for the second time"),
        (4, "E", "no spell is left"),
        (5, "N", "no spell is left"),
        (6, "H", "scheme"),
        (6, "H", "no spell is left"),
    ]


def test_a_member_twice_far_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In other row groups, counted in several passes, whatever the type of the id; and a hash that
    two ids share is no second row."""
    monkeypatch.setattr(nested, "MOST_AT_ONCE", 7)
    monkeypatch.setattr(nested, "BATCH", 3)
    numbers = [*range(20), 3, 17, 3, 20]
    rows = [{**members_of([row()])[0], "id": number} for number in numbers]
    inner = pa.list_(pa.struct([(name, pa.string()) for name in COLUMNS[5:]]))
    kinds = [("id", pa.int64()), *((name, pa.string()) for name in COLUMNS[1:5])]
    path = tmp_path / "r.parquet"
    pq.write_table(
        pa.Table.from_pylist(rows, pa.schema([*kinds, ("spells", inner)])), path, row_group_size=4
    )
    assert nested.repeated(path, "id").tolist() == [21, 22, 23]
    members, refused = read(path, load(tmp_path, NESTED), tmp_path / "w", 3)
    assert [m["member"] for m in members] == [str(number) for number in range(21)]
    assert [(r["row"], r["member"]) for r in refused] == [(21, "3"), (22, "17"), (23, "3")]
    monkeypatch.setattr(nested, "hashes", lambda ids: np.zeros(len(ids), np.uint64))
    assert nested.repeated(path, "id").tolist() == [21, 22, 23]


def test_nested_json_with_what_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_module, "MOST_SPELLS", 2)
    one = members_of([row()])[0]
    spell = one["spells"][0]
    lines: list[dict[str, Any]] = [
        one,
        {**one, "id": "B", "spells": {"a": 1}},
        {**one, "id": "C", "spells": [1]},
        {**one, "id": "D", "spells": [spell] * 3},
        {**one, "id": "E", "spells": None},
        {**one, "id": "A1"},
    ]
    path = as_jsonl(tmp_path / "r.jsonl", lines)
    members, refused = read(path, load(tmp_path, NESTED), tmp_path / "w")
    assert [m["member"] for m in members] == ["A1"]
    assert sorted((r["row"], r["reason"].split(":")[0]) for r in refused) == [
        (2, "spells is no list"),
        (3, "spells holds something that is no object"),
        (4, "more than 2 spells"),
        (5, "no spell is left"),
        (6, "a member id for the second time"),
    ]
