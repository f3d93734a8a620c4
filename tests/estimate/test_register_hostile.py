"""Files as they come: each bad row has its line and its reason, and the others go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from registers import (
    COLUMNS,
    MAP,
    NESTED,
    as_csv,
    csv_bytes,
    load,
    of_csv,
    read,
    row,
    told,
)

from portability.countries import COUNTRIES
from portability.errors import InputError
from portability.estimate import csvlines, register, rejects

HEAD = ",".join(COLUMNS).encode() + b"\n"
LINE = b"A%d,1980-05-17,F,PH,PH,USA,2010-01-01,2011-12-31,2000,USD,c\n"


def of_bytes(folder: Path, raw: bytes, text: str = MAP) -> tuple[list[Any], list[Any]]:
    path = folder / "register.csv"
    path.write_bytes(raw)
    return read(path, load(folder, text), folder / "work")


def faults(folder: Path, raw: bytes, name: str = "register.csv", text: str = MAP) -> str:
    path = folder / name
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        register.units(path, load(folder, text), folder / "work")
    assert not (folder / "work").exists()
    return str(caught.value)


# --- rows of CSV


def test_rows_that_are_no_rows(tmp_path: Path) -> None:
    raw = HEAD + LINE % 1 + b"A2,1980\n" + b"\n" + LINE % 3 + b"x,,,,,,,,,,,,\n" + LINE % 4
    members, refused = of_bytes(tmp_path, raw)
    assert [(m["member"], m["row"]) for m in members] == [("A1", 2), ("A3", 5), ("A4", 7)]
    assert told(refused) == [
        (3, None, "(row)", "", "2 columns where the header has 11"),
        (6, None, "(row)", "", "13 columns where the header has 11"),
    ]


def test_marks_crlf_and_spaces(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + HEAD.replace(b"\n", b"\r\n") + (LINE % 1).replace(b"\n", b"\r\n")
    raw += b'"A2",1980-05-17,F,PH,PH," USA ",2010-01-01,2011-12-31,"2000",USD,c\r\n'
    members, refused = of_bytes(tmp_path, raw)
    assert not refused
    assert [m["member"] for m in members] == ["A1", "A2"]
    assert members[0]["periods"] == members[1]["periods"]


def test_semicolons_and_a_last_line_without_an_end(tmp_path: Path) -> None:
    raw = (HEAD + LINE % 1 + LINE % 2).replace(b",", b";").rstrip(b"\n")
    members, refused = of_bytes(tmp_path, raw)
    assert [m["row"] for m in members] == [2, 3] and not refused


def test_quotation_marks(tmp_path: Path) -> None:
    open_ = b'A9,1980-05-17,F,PH,PH,"USA,2010-01-01,2011-12-31,2000,USD,c\n'
    spanning = b'A5,1980-05-17,F,PH,PH,"USA\n",2010-01-01,2011-12-31,2000,USD,c\n'
    members, refused = of_bytes(tmp_path, HEAD + LINE % 1 + spanning + LINE % 2 + open_ + LINE % 3)
    assert [(m["member"], m["row"]) for m in members] == [
        ("A1", 2),
        ("A5", 3),
        ("A2", 5),
        ("A3", 7),
    ]
    assert told(refused) == [(6, None, "(row)", "", "quotation marks that do not close")]


def test_two_marks_that_swallow_a_line_end_cost_no_other_line(tmp_path: Path) -> None:
    """x"y and "z: an even number, of which the second opens a field that never closes."""
    odd = b'A8,1980-05-17,x"y,PH,PH,"USA,2010-01-01,2011-12-31,2000,USD,c\n'
    members, refused = of_bytes(tmp_path, HEAD + LINE % 1 + odd + LINE % 2 + LINE % 3)
    assert [(m["member"], m["row"]) for m in members] == [("A1", 2), ("A2", 4), ("A3", 5)]
    assert [(r["row"], r["field"]) for r in refused] == [(3, "(row)")]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    raw = HEAD + LINE % 1 + LINE.replace(b"USA", b"U\xff\xfe") % 2 + LINE % 3
    members, refused = of_bytes(tmp_path, raw)
    assert [m["member"] for m in members] == ["A1", "A3"]
    assert told(refused) == [(3, None, "(row)", "", "bytes that are not UTF-8")]


def test_a_return_within_a_line_is_no_line(tmp_path: Path) -> None:
    raw = HEAD + LINE.replace(b"USD", b"US\rD") % 1 + LINE % 2
    members, refused = of_bytes(tmp_path, raw)
    assert [(m["member"], m["row"]) for m in members] == [("A2", 3)]
    assert [(r["row"], r["field"]) for r in refused] == [(2, "money"), (2, "to")]


def test_lines_are_counted_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvlines, "BLOCK", 97)
    spanning = b'A777,1980-05-17,F,PH,PH,"USA\n",2010-01-01,2011-12-31,2000,USD,c\n'
    raw = HEAD + b"".join(LINE % n for n in range(30)) + spanning + b"A1,2\n" + LINE % 99
    members, refused = of_bytes(tmp_path, raw)
    places = {m["member"]: m["row"] for m in members}
    assert places["A0"] == 2 and places["A29"] == 31 and places["A777"] == 32
    assert places["A99"] == 35
    assert [r["row"] for r in refused] == [34]


def test_a_line_without_end_is_refused_and_the_next_ones_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvlines, "BLOCK", 500)
    monkeypatch.setattr(csvlines, "LONGEST_LINE", 1_000)
    raw = HEAD + LINE % 1 + b"A2," + b"x" * 5_000 + b"\n" + LINE % 3
    members, refused = of_bytes(tmp_path, raw)
    assert [(m["member"], m["row"]) for m in members] == [("A1", 2), ("A3", 4)]
    assert [r["row"] for r in refused] == [3]


# --- files that are refused


def test_files_that_are_refused(tmp_path: Path) -> None:
    assert "an empty file" in faults(tmp_path, b"")
    assert "UTF-16 or binary data" in faults(tmp_path, (HEAD + LINE % 1).decode().encode("utf-16"))
    assert "CR alone" in faults(tmp_path, (HEAD + LINE % 1).replace(b"\n", b"\r"))
    twice = faults(tmp_path, HEAD.replace(b"lives", b"sex") + LINE % 1)
    assert "sex: found 2 columns of this name" in twice
    assert "lives: found no such column" in twice
    assert "no Parquet file" in faults(tmp_path, b"PAR1 not at all", "r.parquet")
    assert ".parquet, .csv or .jsonl" in faults(tmp_path, HEAD, "register.xlsx")
    assert "a CSV file has no lists" in faults(tmp_path, HEAD, text=NESTED)
    missing = tmp_path / "none.csv"
    with pytest.raises(InputError, match="nothing readable"):
        register.units(missing, load(tmp_path), tmp_path / "work")


def test_columns_without_a_heading_are_nobody_s(tmp_path: Path) -> None:
    raw = b"".join(line + b",,\n" for line in (HEAD + LINE % 1).splitlines())
    members, refused = of_bytes(tmp_path, raw)
    assert [m["member"] for m in members] == ["A1"] and not refused


def test_a_column_that_is_nearly_there(tmp_path: Path) -> None:
    text = MAP.replace("column: wage}", "column: wage}").replace("column: wage,", "column: wages,")
    assert "did you mean wage?" in faults(tmp_path, HEAD + LINE % 1, text=text)


# --- values


@pytest.mark.parametrize(
    ("change", "field", "found", "reason"),
    [
        ({"born": "1980"}, "born", "1980", "no date"),
        ({"born": "17/05/1980"}, "born", "17/05/1980", "no date"),
        ({"born": "1980-02-30"}, "born", "1980-02-30", "no date"),
        ({"born": "2010-00-10"}, "born", "2010-00-10", "no date"),
        ({"born": "0000-00-00"}, "born", "0000-00-00", "no date"),
        ({"start": "2999-01-01"}, "start", "2999-01-01", "no date from 1850"),
        ({"end": "9999-12-31"}, "end", "9999-12-31", "no date from 1850"),
        ({"end": "nan"}, "end", "nan", "no date"),
        ({"end": "2009-12-31"}, "end", "2009-12-31", "ends before it starts"),
        ({"end": None}, "end", "nothing", "only one of start and end"),
        ({"start": None}, "start", "nothing", "only one of start and end"),
        ({"start": None, "end": None}, "start", "nothing", "neither dates nor"),
        ({"to": "ARE"}, "to", "ARE", "scheme: none of USA, DEU"),
        ({"to": None}, "to", "nothing", "nothing stands there"),
        ({"to": "HKG"}, "to", "HKG", "not a scheme"),
        ({"sex": "X"}, "sex", "X", "sex: none of F, M"),
        ({"lives": "Utopia"}, "lives", "a text of 6 characters", "residence: not one of"),
        ({"how": "?"}, "how", "a text of 1 characters", "evidence: none of i, c"),
        ({"wage": "-5"}, "wage", "-5", "no amount"),
        ({"wage": "NaN"}, "wage", "NaN", "no amount"),
        ({"wage": "1,234.50"}, "wage", "a text of 8 characters", "no amount"),
        ({"wage": "1e9"}, "wage", "1e9", "no amount"),
        ({"wage": "9" * 14}, "wage", "a number of 14 characters", "no amount"),
        ({"wage": "1.23456"}, "wage", "1.23456", "no amount"),
        ({"money": "Dollar"}, "money", "a text of 6 characters", "currency: not one of"),
        ({"wage": "x" * 100_000}, "wage", "a text of 100,000 characters", "no amount"),
        ({"start": "1979-01-01", "end": "1990-01-01"}, "start", "", "begins before the birth"),
    ],
)
def test_a_bad_value_costs_its_row(
    tmp_path: Path, change: dict[str, str | None], field: str, found: str, reason: str
) -> None:
    members, refused = of_csv(tmp_path, [row(), row(**change), row(id="B2")])
    assert [(m["member"], len(m["periods"])) for m in members] == [("A1", 1), ("B2", 1)]
    assert len(refused) == 1
    one = refused[0]
    assert (one["row"], one["member"], one["field"]) == (3, "A1", field)
    if found not in ("1e9", "1.23456"):
        assert one["found"] == found
    assert reason in one["reason"]


def test_a_slid_column_shows_no_name(tmp_path: Path) -> None:
    """Everything one to the left: where a birth date belongs stands who knows what."""
    slid = row(born="Maria Santos", lives="P1234567A", start="09171234567", wage="Juan d. C.")
    _, refused = of_csv(tmp_path, [row(id="B"), slid])
    shown = " ".join(f"{r['found']} {r['reason']}" for r in refused)
    for secret in ("Maria", "Santos", "P1234567A", "0917", "Juan"):
        assert secret not in shown
    assert [r["field"] for r in refused][:3] == ["born", "lives", "start"]


def test_ids(tmp_path: Path) -> None:
    rows = [row(id=None), row(id="  "), row(id="x" * 201), row(id="a\x07b"), row(id=" ok ")]
    members, refused = of_csv(tmp_path, rows)
    assert [m["member"] for m in members] == ["ok"]
    assert [r["row"] for r in refused] == [2, 3, 4, 5]
    assert {r["reason"] for r in refused} == {"no member id (1 to 200 visible characters)"}
    assert {r["found"] for r in refused} == {""}


def test_rows_of_a_member_that_contradict_each_other(tmp_path: Path) -> None:
    later = {"start": "2015-01-01", "end": "2015-12-31"}
    rows = [
        row(id="born"),
        row(id="born", born="1980-05-18", **later),
        row(id="sex", sex=None),
        row(id="sex", **later),
        row(id="sexes"),
        row(id="sexes", sex="M", **later),
        row(id="lives"),
        row(id="lives", lives="DE", **later),
        row(id="good", lives=None, home=None),
        row(id="good", **later),
    ]
    members, refused = of_csv(tmp_path, rows)
    assert [(m["member"], m["sex"], m["residence"]) for m in members] == [
        ("sex", "female", "PH"),
        ("good", "female", "PH"),
    ]
    assert [(r["member"], r["field"], r["reason"]) for r in refused] == [
        ("born", "born", "rows of this member give different values of born"),
        ("sexes", "sex", "rows of this member give different values of sex"),
        ("lives", "lives", "rows of this member give different values of residence"),
    ]


def test_members_left_out_whole_say_so(tmp_path: Path) -> None:
    rows = [
        row(id="unborn", born=None),
        row(id="abroad", to="HKG"),
        row(id="early", start="1970-01-01", end="1979-12-31"),
        row(id="bad", born="?"),
        row(id="late", born="2030-01-01", start="2031-01-01", end="2032-01-01"),
    ]
    members, refused = of_csv(tmp_path, rows)
    assert not members
    assert [(r["member"], r["reason"]) for r in refused] == [
        ("unborn", "no birth date: the member is left out"),
        ("abroad", "not a scheme"),
        ("abroad", "no spell is left: the member is left out"),
        ("early", "begins before the birth"),
        ("early", "no spell is left: the member is left out"),
        ("bad", "no date from 1850-01-01 to 2100-12-31 in the layout of the map"),
        ("bad", "no row of this member can be used"),
        ("late", "the claim lies before the birth: the member is left out"),
    ]


def test_a_good_row_is_counted_although_others_are_bad(tmp_path: Path) -> None:
    rows = [row(born="x"), row(start="2015-01-01", end="2015-06-30"), row(to="HKG", born=None)]
    members, refused = of_csv(tmp_path, rows)
    assert [line["start"].isoformat() for line in members[0]["periods"]] == ["2015-01-01"]
    assert members[0]["row"] == 2 and len(refused) == 2


def test_more_spells_than_a_life_has(tmp_path: Path) -> None:
    rows = [row(id="many")] * 1_001 + [row(id="B")]
    members, refused = of_csv(tmp_path, rows)
    assert [m["member"] for m in members] == ["B"]
    assert [r["reason"] for r in refused] == ["more than 1,000 spells: the member is left out"]


# --- rejects on paper


def test_rejects_are_no_formulas(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "r.csv", [row(id="=1+1", to="ARE"), row(id="@x", end="2000-01-01")])
    map_ = load(tmp_path)
    unit = register.units(path, map_, tmp_path / "w")[0]
    parts = [refused for _, refused in register.read(unit, map_, 10)]
    count = rejects.write_csv(parts, tmp_path / "rejects.csv")
    text = (tmp_path / "rejects.csv").read_text("utf-8")
    assert count == 4 and text.startswith('"row","member","field","found","reason"\n')
    assert '2,"\'=1+1","to","ARE"' in text and '"\'@x"' in text
    assert not list(tmp_path.glob(".rejects*"))


def test_nothing_at_all(tmp_path: Path) -> None:
    members, refused = of_bytes(tmp_path, csv_bytes([]))
    assert members == [] and refused == []


def test_members_all_over_the_world(tmp_path: Path) -> None:
    """More countries in one batch than a byte numbers."""
    countries = sorted(COUNTRIES)
    rows = [row(id=f"A{n}", lives=c, home=c) for n, c in enumerate(countries)]
    members, refused = of_csv(tmp_path, rows)
    assert not refused and len(countries) > 200
    assert [m["residence"] for m in members] == countries
    assert [m["nationality"] for m in members] == countries
