"""What is printed: terminal, JSON, page, CSV, spreadsheet; the command and its messages."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from portability import catalogue
from portability.cohort import BRANCHES
from portability.commands import run
from portability.commands.compare import compare
from portability.compare import printed, side_by_side
from portability.compare.printed_book import book
from portability.compare.printed_page import page
from portability.compare.side_by_side import Comparison
from tests.compare.whole import made


def comparison(*names: str) -> Comparison:
    return side_by_side.of([catalogue.find(name) for name in names])


def call(*arguments: str) -> Result:
    return CliRunner().invoke(compare, list(arguments), catch_exceptions=False)


# --- terminal


def test_the_table_names_both_articles_and_the_words_that_changed() -> None:
    text = printed.table(comparison("ca-ph", "ca-tr").only(), comparison("ca-ph", "ca-tr"), 100)
    block = text.split("  Posting")[1].split("  Seafarers")[0]
    assert "ca-ph   60 months; extension: prior consent" in block
    assert "[Article VI(2); Supplementary Agreement IV]" in " ".join(block.split())
    assert "[-60-] {+24 months; extension by 36+} months" in block
    assert "TR in ca-tr stands across from PH in ca-ph." in text
    assert "https://laws-lois.justice.gc.ca/eng/regulations/SI-2004-164/FullText.html" in text


@pytest.mark.parametrize("columns", [60, 100, 140])
def test_no_line_is_wider_than_the_terminal_but_an_address(columns: int) -> None:
    whole = comparison("nl-nz", "model-r167")
    for line in printed.table(whole, whole, columns).splitlines():
        assert len(line) <= columns or "http" in line, line


def test_headings_stand_in_the_fields_order_and_the_count_is_of_everything() -> None:
    whole = comparison("ca-ph", "ca-tr")
    text = printed.table(whole.only(), whole, 100)
    titles = re.findall(r"^([A-Z][^\n]+)\n-+$", text, re.MULTILINE)
    order = [heading.title for heading in side_by_side.headings()]
    assert titles == [title for title in order if title in titles] and len(titles) > 6
    n = whole.counts()
    assert f"{n['changed']} changed, {n['only']} in one text only" in text
    assert sum(n.values()) == len(whole.rows)


def test_an_escape_sequence_of_a_draft_does_not_reach_the_terminal() -> None:
    a, b = made(kind="draft"), made(kind="draft", overlap={"rule": "once \u202e\x1b[31mred"})
    whole = side_by_side.of([a, b])
    for text in (printed.table(whole, whole), page(whole, whole), printed.as_csv(whole)):
        assert "\x1b" not in text and "\u202e" not in text


# --- JSON


def test_json_holds_every_row_with_values_and_citations() -> None:
    whole = comparison("us-de", "us-fr")
    found = json.loads(printed.as_json(whole.only(), whole))
    assert found["schema"] == "portability/comparison@1"
    assert [text["label"] for text in found["texts"]] == ["us-de", "us-fr"]
    assert found["texts"][0]["digest"] == catalogue.find("us-de").digest
    rows = [r for r in found["rows"] if r["clause"] == "rule.own_minimum"]
    assert rows[0]["where"][0] == {
        "branch": "old_age",
        "schemes": {"us-de": "de-grv", "us-fr": "fr-cnav"},
    }
    cell = rows[0]["texts"]["us-fr"]
    assert cell["value"] == {"year": 1} and cell["path"] == "rules[1].own_minimum"
    assert cell["cites"][0]["article"] == "GN 01723.125"
    assert cell["change"] == [{"kind": "-", "words": "18 months"}, {"kind": "+", "words": "1 year"}]
    assert all(row["state"] in ("changed", "only", "unknown") for row in found["rows"])


# --- CSV and spreadsheet


def test_csv_has_a_row_a_clause_with_locators() -> None:
    shown = comparison("ca-ph", "ca-tr").only()
    rows = list(csv.DictReader(io.StringIO(printed.as_csv(shown), newline="")))
    assert len(rows) == len(shown.rows)
    posting = next(row for row in rows if row["clause"] == "Posting")
    assert posting["ca-tr: article"] == "Article VI(2)"
    assert posting["ca-tr: place in the file"] == "legislation.posting"
    assert posting["ca-tr: link"].startswith("https://laws-lois.justice.gc.ca/")
    assert posting["ca-tr: change"].startswith("[-60-]")
    assert posting["what differs"] == "months: 60 → 24; extension months: – → 36"


def test_a_cell_is_never_a_formula() -> None:
    a, b = made(kind="draft"), made(kind="draft", overlap={"rule": '=HYPERLINK("https://x")'})
    whole = side_by_side.of([a, b]).only()
    cells = [cell for row in csv.reader(io.StringIO(printed.as_csv(whole))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert "<f>" not in sheet(book(whole, whole), 1)


def sheet(raw: bytes, number: int) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def strings(raw: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        tree = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(node.itertext()) for node in tree]


def test_the_spreadsheet_holds_what_the_csv_holds() -> None:
    whole = comparison("ca-ph", "ca-tr")
    shown = whole.only()
    raw = book(shown, whole)
    found = set(strings(raw))
    for row in csv.reader(io.StringIO(printed.as_csv(shown), newline="")):
        assert {cell for cell in row[:-1] if cell} <= found
    assert sheet(raw, 1).count("<row ") == len(shown.rows) + 1
    assert "60 24 months; extension by 36 months;" in " ".join(found)  # the redline, in runs
    assert catalogue.find("ca-tr").digest in found


def test_the_same_bytes_every_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also at another hour and in another zone of time."""
    import time

    made_: list[dict[str, bytes]] = []
    for zone in ("UTC", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        files = {}
        for form in ("html", "xlsx", "json", "csv", "table"):
            out = tmp_path / f"{zone.replace('/', '-')}.{form}"
            assert call("us-de", "us-fr", "--format", form, "--out", str(out)).exit_code == 0
            files[form] = out.read_bytes()
        made_.append(files)
        time.sleep(1.1)  # an archive counts in seconds
    monkeypatch.undo()
    time.tzset()
    assert made_[0] == made_[1]


# --- page


class Tags(HTMLParser):
    """Tags that are opened and closed, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing() -> None:
    whole = comparison("ca-ph", "ca-tr")
    text = page(whole.only(), whole)
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe"} and {"del", "ins"} <= names
    assert not [a for _, a in tags.seen if "src" in a or "style" in a]
    assert "default-src 'none'" in text
    links = [a["href"] for tag, a in tags.seen if tag == "a"]
    assert links and all(str(address).startswith("http") for address in links)
    assert "<del>60</del> <ins>24 months; extension by 36</ins>" in text


def test_the_page_of_a_hostile_draft_holds_no_tag_of_it() -> None:
    evil = "<script>alert(1)</script>"
    a, b = made(kind="draft"), made(kind="draft", title=evil, overlap={"rule": evil})
    whole = side_by_side.of([a, b])
    assert "<script" not in page(whole, whole)


# --- command


def test_by_default_only_differences_and_with_all_everything() -> None:
    some, everything = call("us-de", "us-fr"), call("us-de", "us-fr", "--all")
    assert some.exit_code == everything.exit_code == 0  # a difference is no fault
    assert "the same" in some.output and " same\n" not in some.output
    assert " same\n" in everything.output and "About the file (no law)" in everything.output


def test_the_rows_asked_for() -> None:
    found = json.loads(
        call("us-de", "us-fr", "--all", "--scheme", "us-oasdi", "--branch", "old_age",
             "--clause", "method", "--format", "json").output
    )  # fmt: skip
    assert {row["clause"] for row in found["rows"]} == {"rule.amount"}
    assert found["rows"][0]["where"] == [
        {"branch": "old_age", "schemes": {"us-de": "us-oasdi", "us-fr": "us-oasdi"}}
    ]


def test_a_path_is_taken_like_an_id(tmp_path: Path) -> None:
    file = tmp_path / "xx-draft.yaml"
    file.write_text(
        "schema: portability/agreement@1\nid: xx-draft\nbased_on: us-de\ntitle: Draft\n"
        "legislation: {posting: {months: 36, cite: Article 6}}\n"
    )
    result = call("us-de", str(file), "--clause", "posting")
    assert "60 months" in result.output and "36 months [Article 6]" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["us-de"], "needs two texts"),
        (["us-de", "us-fr", "--format", "xlsx"], "--out FILE"),
        (["us-de", "us-xx"], "did you mean"),
        (["us-de", "us-fr", "--branch", "oldage"], f"one of: {', '.join(BRANCHES)}"),
        (["us-de", "us-fr", "--match", "de-grv=fr-cnv"], "did you mean fr-cnav?"),
        (["us-de", "us-fr", "--match", "de-grv"], "one of another text"),
        (["us-de", "us-fr", "--match", "us-oasdi=de-grv"], "one of another text"),
        (["us-de", "us-fr@1980-01-01"], "from 1988-07-01 on"),
    ],
)
def test_bad_usage_ends_with_2_and_one_clear_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", *arguments]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_nothing_is_written_where_the_input_is_bad(tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    assert run(["compare", "us-de", "us-xx", "--format", "json", "--out", str(out)]) == 2
    assert not out.exists()


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    out = str(tmp_path / "a.xlsx")
    assert run(["compare", "us-de", "us-fr", "--format", "xlsx", "--out", out]) == 2
    assert "portability[xlsx]" in capsys.readouterr().err
