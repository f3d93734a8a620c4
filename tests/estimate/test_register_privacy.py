"""A column that looks personal is refused before anything is read; no message shows a value."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from registers import COLUMNS, GOOD, MAP, NESTED, load, members_of, row

from portability.errors import InputError
from portability.estimate import peek, privacy, register

SECRETS = ("Santos", "P1234567A", "maria@", "0917", "123-45-6789", "Rizal")
PEOPLE = [
    *("Maria Santos", "Juan dela Cruz", "Jose P. Rizal", "Ana Lopez-Garcia", "Luz Reyes Jr."),
    *("Li Wei", "Anna von Berg", "Fatima Al Sayed"),
]


def with_column(folder: Path, name: str, values: list[str], map_: str = MAP) -> str:
    """The refusal of a register with one more column; "" if it is read."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, name])
    for number, value in enumerate(values):
        writer.writerow([*({**GOOD, "id": f"A{number}"}[c] for c in COLUMNS), value])
    path = folder / "register.csv"
    path.write_text(out.getvalue(), "utf-8")
    return refusal(path, load(folder, map_), folder)


def refusal(path: Path, map_: Any, folder: Path) -> str:
    try:
        register.units(path, map_, folder / "work")
    except InputError as error:
        assert not (folder / "work").exists()
        text = str(error)
        assert not any(secret in text for secret in SECRETS)
        return text
    return ""


SYLLABLES = ("San", "Men", "Gar", "Lo", "Ra", "Cas", "Vil", "Del")


@pytest.mark.parametrize(
    "heading",
    [
        *("Name", "FULL_NAME", "firstName", "Last name (as in passport)", "OFW Name", "Nachname"),
        *("Prénom", "apellidos", "Nome", "氏名", "성명", "ФИО", "الاسم", "नाम", "নাম", "பெயர்"),
        *("Passport No.", "passportNo", "pasaporte", "旅券番号", "여권번호", "Номер паспорта"),
        *(
            "SSN",
            "SSS No",
            "National ID",
            "Aadhaar",
            "CNIC",
            "NIC",
            "DNI",
            "Rentenversicherungsnummer",
        ),
        *(
            "Numéro de sécurité sociale",
            "codice_fiscale",
            "マイナンバー",
            "주민등록번호",
            "身份证号",
        ),
        *("Phone", "Mobile no", "WhatsApp", "電話番号", "전화", "هاتف", "ফোন নম্বর"),
        *("Address", "Anschrift", "Dirección", "住所", "주소", "ที่อยู่", "Barangay"),
        *("E-Mail", "email_address", "correo", "IBAN", "Photo", "next_of_kin"),
    ],
)
def test_headings(heading: str) -> None:
    assert privacy.by_heading(heading) is not None


@pytest.mark.parametrize(
    "heading",
    [
        *COLUMNS,
        *("member_id", "birth_date", "contract_start", "monthly_wage", "wage_currency", "lives_in"),
        *("employer_name", "agency name", "vessel", "Country name", "occupation", "permit_type"),
        *("scheme name", "months", "fee_date", "spells.start", "renewals", "destination", "source"),
    ],
)
def test_headings_that_are_about_no_person(heading: str) -> None:
    assert privacy.by_heading(heading) is None


def test_every_heading_of_the_list_is_found_as_it_stands() -> None:
    rules = privacy.rules()["headings"]
    for what, heading in privacy.headings():
        unless = {privacy.folded(word) for word in rules[what].get("unless", ())}
        if not set(privacy.folded(heading).split()) & unless:
            assert privacy.by_heading(heading) is not None, heading
            assert privacy.by_heading(heading.upper()) is not None, heading


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (PEOPLE, "names of persons"),
        ([name.upper() for name in PEOPLE], "names of persons"),
        (["山田太郎", "佐藤花子", "鈴木一郎", "高橋 健", "田中美咲", "王小明"], "names of persons"),
        (["김철수", "이영희", "박민수", "최지우", "정하늘"], "names of persons"),
        (["Анна Петрова", "Иван Иванов", "Олег Сидоров", "Яна Ким", "Ли Цой"], "names of persons"),
        ([f"{a}{b}" for a in SYLLABLES for b in ("tos", "za", "res")], "names of persons"),
        ([f"{a}{b}".upper() for a in SYLLABLES for b in ("tos", "za", "res")], "names of persons"),
        (["", "x", "y", "maria@example.org"], "e-mail addresses"),
        (["P<PHLSANTOS<<MARIA<<<<<<<<<<<<<<<<<<<<<<<<<<"], "lines of a passport (MRZ)"),
        (["P1234567A", "EB123456", "P7654321B"], "passport numbers"),
        (["123-45-6789"] * 3, "US social security numbers"),
        (["12-3456789-0"], "Philippine SSS numbers"),
        (["12345-1234567-1"], "Pakistani identity numbers"),
        (["850101-1234567"], "Korean registration numbers"),
        (["65070803M012"], "German insurance numbers"),
        (["+63 917 123 4567"], "telephone numbers"),
        (["09171234567"], "national or telephone numbers"),
        (["DE89 3704 0044 0532 0130 00"], "bank accounts (IBAN)"),
        (["12 Rizal Street", "7 Mabini Road"], "addresses"),
    ],
)
def test_values_under_a_heading_that_says_nothing(
    tmp_path: Path, values: list[str], what: str
) -> None:
    found = with_column(tmp_path, "x1", values)
    assert f"x1: found a column that looks like {what} (by its values)" in found


@pytest.mark.parametrize(
    "values",
    [
        ["Domestic Worker"] * 20 + ["Staff Nurse"] * 20 + ["Hotel Cook"] * 20,
        ["Saudi Arabia", "Hong Kong", "New Zealand", "South Korea", "Costa Rica"] * 12,
        ["2020-01-01", "2021-12-31", "1999-09-09"],
        ["12345678", "450000", "1234.50"],
        ["A-17", "B-22", "CASE-9"],
        ["", "", ""],
        ["contract", "permit"],
        ["Nurse", "Cook", "Driver", "Carer", "Welder"] * 20,
        [f"AB{n}" for n in range(60)],
        [f"{n % 7} months" for n in range(60)],
        ["01.02.2020", "03/04/2021", "2020"],
    ],
)
def test_values_that_are_about_no_person(tmp_path: Path, values: list[str]) -> None:
    assert with_column(tmp_path, "x1", values) == ""


def test_the_member_id_is_the_office_s_own_affair(tmp_path: Path) -> None:
    """What is mapped as the opaque id is taken, whatever it is called; anything else is not."""
    text = MAP.replace("{column: id}", "{column: Passport No}")
    values = [f"P{number}" for number in range(1_234_567, 1_234_577)]
    assert "Passport No: found" in with_column(tmp_path, "Passport No", values)
    assert with_column(tmp_path, "Passport No", values, text) == ""


def test_a_mapped_column_is_refused_too(tmp_path: Path) -> None:
    text = MAP.replace("currency: {column: money}", "currency: {column: Phone}")
    found = with_column(tmp_path, "Phone", ["USD"] * 3, text)
    assert "Phone: found a column that looks like telephone numbers (by its heading)" in found


def test_words_that_the_map_translates_are_no_names(tmp_path: Path) -> None:
    places = [
        "Saudi Arabia",
        "Hong Kong",
        "New Zealand",
        "South Korea",
        "Costa Rica",
        "El Salvador",
    ]
    words = ", ".join(f"{place}: null" for place in places)
    text = MAP.replace("{column: to, words: {", "{column: place, words: {" + words + ", ")
    assert "names of persons" in with_column(tmp_path, "place", places)
    assert with_column(tmp_path, "place", places, text) == ""


def test_all_columns_at_once_with_missing_ones(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text("id,born,Name,E-mail,x\nA,1980-01-01,Maria Santos,maria@x.org,1\n", "utf-8")
    found = refusal(path, load(tmp_path), tmp_path)
    for part in ("Name: found a column", "E-mail: found a column", "start: found no such column"):
        assert part in found


def test_the_last_rows_are_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peek, "BYTES", 2_000)
    late = [""] * 500 + ["maria@x.org"] + [""] * 5
    assert "e-mail addresses" in with_column(tmp_path, "x1", late)


def test_parquet_and_json(tmp_path: Path) -> None:
    rows = [{**each, "note": "maria@x.org"} for each in members_of([row()])]
    inner = pa.list_(pa.struct([(name, pa.string()) for name in (*COLUMNS[5:], "Employer Phone")]))
    schema = pa.schema(
        [*((name, pa.string()) for name in COLUMNS[:5]), ("spells", inner), ("note", pa.string())]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "r.parquet")
    found = refusal(tmp_path / "r.parquet", load(tmp_path, NESTED), tmp_path)
    assert "spells.Employer Phone: found a column that looks like telephone numbers" in found
    assert "note: found a column that looks like e-mail addresses" in found
    path = tmp_path / "r.jsonl"
    rows[0]["spells"][0]["kin"] = "x"
    path.write_text(json.dumps(rows[0]) + "\n", "utf-8")
    found = refusal(path, load(tmp_path, NESTED), tmp_path)
    assert "spells.kin: found a column" in found and "note: found a column" in found


def test_numbers_in_parquet(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([row(id=f"A{number}") for number in range(5)])
    table = table.append_column("x1", pa.array([639_171_234_567 + n for n in range(5)]))
    pq.write_table(table, tmp_path / "r.parquet")
    found = refusal(tmp_path / "r.parquet", load(tmp_path), tmp_path)
    assert "x1: found a column that looks like national or telephone numbers" in found
