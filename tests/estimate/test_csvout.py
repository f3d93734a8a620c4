"""RESULTS as CSV: dates, digits, formulas, and that nothing is left of a file that failed."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from results_table import Row, membership, row, table

from portability.estimate import csvout
from portability.estimate.form import RESULTS


def written(rows: list[Row], folder: Path) -> list[dict[str, str]]:
    with csvout.lines(folder / "results.csv", RESULTS) as add:
        add(table(rows))
    with (folder / "results.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("USD", "1234.5", "1234.50"),
        ("USD", "0", "0.00"),
        ("JPY", "1234", "1234"),
        ("JPY", "1000", "1000"),
        ("KRW", "0", "0"),
        ("TND", "1.5", "1.500"),
        ("KWD", "1.234", "1.234"),
        ("USD", "0.125", "0.125"),  # a digit that is there is not cut
        ("JPY", "0.5", "0.500"),
        ("USD", "-3.1", "-3.10"),
        ("USD", "999999999999999.99", "999999999999999.99"),
    ],
)
def test_sums_have_their_currencys_digits(
    currency: str, amount: str, shown: str, tmp_path: Path
) -> None:
    found = written([row("a", "us-oasdi", "entitled", amount, currency=currency)], tmp_path)
    assert [found[0][name] for name in ("low", "likely", "high")] == [shown] * 3


def test_dates_numbers_truth_and_nothing(tmp_path: Path) -> None:
    more = {"from": date(2027, 1, 31), "own": -3, "deadline": None}
    found = written([row("a", "us-oasdi", "entitled", None, **more)], tmp_path)[0]
    assert found["from"] == "2027-01-31" and found["own"] == "-3" and found["chosen"] == "true"
    assert found["likely"] == "" and found["deadline"] == ""
    assert list(found) == RESULTS.names


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "'"])
def test_a_formula_is_a_text(first: str, tmp_path: Path) -> None:
    text = f"{first}cmd|' /C calc'!A0"
    found = written([row(text, "us-oasdi", "unknown", detail=text, reason=text)], tmp_path)[0]
    shown = "'" + text.replace("\n", " ").replace("\r", " ")
    assert found["member"] == found["detail"] == found["reason"] == shown


def test_other_texts_stay_as_they_are(tmp_path: Path) -> None:
    texts = ["a=b", 'say "no"', "comma, semicolon;", "Ω → 東京", " =1", "", "NULL"]
    rows = [row(f"m{n}", "us-oasdi", "unknown", detail=text) for n, text in enumerate(texts)]
    assert [one["detail"] for one in written(rows, tmp_path)] == texts


def test_a_row_is_a_line(tmp_path: Path) -> None:
    rows = [row(f"m{n}", "us-oasdi", "unknown", detail="a\r\nb\nc\u2028d\x85e") for n in range(3)]
    assert [one["detail"] for one in written(rows, tmp_path)] == ["a b c d e"] * 3
    text = (tmp_path / "results.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 4


def test_every_row_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches do not show."""
    rows = membership(60, 2)
    whole = written(rows, tmp_path)
    before = (tmp_path / "results.csv").read_bytes()
    monkeypatch.setattr(csvout, "ROWS", 7)
    assert written(rows, tmp_path) == whole
    assert (tmp_path / "results.csv").read_bytes() == before
    assert [one["member"] for one in whole] == [one["member"] for one in rows]
    assert b"\r" not in before and not before.startswith(b"\xef\xbb\xbf")


def test_a_table_without_currency(tmp_path: Path) -> None:
    rejects = pa.table({"row": [3], "found": ["=1+1"], "sum": [Decimal("1.500")]})
    with csvout.lines(tmp_path / "rejects.csv", rejects.schema) as add:
        add(rejects)
    text = (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert text == '"row","found","sum"\n3,"\'=1+1","1.500"\n'


def test_no_rows_still_a_head(tmp_path: Path) -> None:
    assert written([], tmp_path) == []
    head = (tmp_path / "results.csv").read_text(encoding="utf-8")
    assert head.startswith('"member","sex"') and head.count("\n") == 1


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written([row("a", "us-oasdi", "unknown")], tmp_path)
    before = (tmp_path / "results.csv").read_bytes()

    def broken(table_: pa.Table) -> pa.Table:
        if table_.num_rows:
            raise OSError(28, "No space left on device")
        return table_

    monkeypatch.setattr(csvout, "texts", broken)
    with pytest.raises(OSError, match="No space left"):
        written([row("b", "us-oasdi", "unknown")], tmp_path)
    assert (tmp_path / "results.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_files_of_lines_laid_one_after_the_other(tmp_path: Path) -> None:
    """As one file of all rows, with one head, however the rows were dealt out."""
    rows = membership(60, 2)
    written(rows, tmp_path)
    parts = [tmp_path / f"{number}.csv" for number in range(4)]
    for number, path in enumerate(parts):
        with csvout.lines(path, RESULTS, head=False) as add:
            if number != 2:  # a unit of nobody
                add(table(rows[number :: len(parts)]))
    csvout.joined(parts, RESULTS, tmp_path / "joined.csv")
    dealt = [one for number in (0, 1, 3) for one in rows[number :: len(parts)]]
    written(dealt, tmp_path)
    assert (tmp_path / "joined.csv").read_bytes() == (tmp_path / "results.csv").read_bytes()
    csvout.joined([], RESULTS, tmp_path / "joined.csv")
    assert (tmp_path / "joined.csv").read_text().count("\n") == 1
