"""Stated costs on the command line: every format, the memo and its ledger, and what is refused."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from invented_population import dumped, loaded

sys.path.insert(0, str(Path(__file__).parents[1] / "estimate"))
from registers import MAP, as_csv, row

from portability import commands
from portability.commands import cli
from portability.compare import costs, costs_shape, earned, impact, weighing

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "examples" / "dossiers" / "us-ph"
DRAFTS = [str(FOLDER / "us-ph-1.yaml"), str(FOLDER / "us-ph-2.yaml")]
COSTS = FOLDER / "costs.yaml"
DIGEST = costs.load(COSTS, weighing.texts(DRAFTS, False)).digest


def run(*words: str, people: str = "us-ph", stated: Path = COSTS) -> Result:
    command = ["compare", *DRAFTS, "--population", people, "--costs", str(stated), *words]
    return CliRunner().invoke(cli, command)


def cells(book: Path) -> str:
    with zipfile.ZipFile(book) as found:
        return found.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("form", ["table", "json", "html", "csv", "xlsx"])
def test_every_format_has_both_tables_and_the_same_bytes_twice(form: str, tmp_path: Path) -> None:
    made = []
    for number in range(2):
        out = tmp_path / f"{number}.{form}"
        done = run("--format", form, "--out", str(out))
        assert done.exit_code == 0, done.output
        made.append(out.read_bytes())
    assert made[0] == made[1]
    text = cells(tmp_path / "0.xlsx") if form == "xlsx" else made[0].decode()
    flat = " ".join(text.split())
    assert "nobody stated the cost of handling" in flat  # the Philippine side: nobody did
    assert "draft article 7" in flat and "assumed" in flat.lower()
    assert DIGEST in flat
    assert "slideserve.com" in flat
    if form == "csv":
        rows = list(csv.DictReader(text.splitlines()))
        (year,) = [
            each
            for each in rows
            if (each["what"], each["scheme"], each["span"], each["to"], each["from"])
            == ("contributions", "ph-sss", "year 1", "us-ph-1", "no agreement")
        ]
        # 400 workers, 75 % of them, 12 months of 20,000 at 15 %
        assert year["central"] == f"{400 * 12 * 20_000 * 75 * 15 // 10_000}.000"
        assert {each["what"] for each in rows} >= {
            *("persons", "benefits", "contributions", "administration", "case", "unknown"),
            *("people", "stated", "source", "hash", "not told"),
        }
    if form == "xlsx":
        with zipfile.ZipFile(tmp_path / "0.xlsx") as found:
            assert "<v>10800000.000</v>" in found.read("xl/worksheets/sheet2.xml").decode()


def test_the_json_tells_inputs_sources_and_whom_the_clauses_exempt() -> None:
    found = json.loads(run("--format", "json").output)["impact"]
    header = found["costs"]
    assert header["digest"] == DIGEST and "ocact" in header["sources"]
    for each in header["inputs"]:
        assert "source" in each or "assumed" in each
    high = {(each["text"], each["scheme"]): each["months"]["high"] for each in header["exempted"]}
    assert high["us-ph-1", "ph-sss"] == "72.000" and high["us-ph-2", "ph-sss"] == "84.000"
    (draft,) = [
        each
        for each in found["pairs"][-1]["contributions"]
        if (each["scheme"], each.get("span")) == ("ph-sss", "years 1-5")
    ]
    # 750 workers, 60 months of 35,000 at 15 %, of which 12 in 84 are beyond the first draft
    assert draft["sum"]["high"] == f"{750 * 60 * 35_000 * 15 * 12 // (100 * 84)}.000"
    assert draft["sum"]["low"] == draft["sum"]["central"] == "0.000"


def test_the_memo_is_the_same_twice_and_its_ledger_holds_the_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for number in range(2):
        ledger, memo = tmp_path / f"{number}.sqlite", tmp_path / f"{number}.html"
        monkeypatch.setenv("PORTABILITY_LEDGER", str(ledger))
        done = run("--memo", str(memo))
        assert done.exit_code == 0, done.output
        made.append(memo.read_bytes())
    assert made[0] == made[1]
    page = made[0].decode()
    assert DIGEST in page and "Ledger entry 1, root " in page
    assert "contributions forgone, because workers are posted" in page
    assert "ASSUMED: no count of workers posted from the Philippines was found" in page
    with sqlite3.connect(tmp_path / "0.sqlite") as book:
        (body,) = book.execute("SELECT body FROM entry WHERE seq = 1").fetchone()
    assert json.loads(body)["rules"]["costs"] == DIGEST
    # another figure is another run
    other = tmp_path / "other.yaml"
    other.write_text(COSTS.read_text("utf-8").replace("value: 18", "value: 17"), "utf-8")
    done = run("--memo", str(tmp_path / "other.html"), stated=other)
    assert "Ledger entry 2, root " in done.output
    again = run("--memo", str(tmp_path / "again.html"))
    assert "Ledger entry 1, root " in again.output


def test_a_register_takes_them_as_well(tmp_path: Path) -> None:
    text = MAP.replace("HKG: null", "PHL: ph-sss")
    (tmp_path / "map.yaml").write_text(text, "utf-8")
    rows = [row(id="A", born="1955-01-01", to="PHL", wage="15000", money="PHP")]
    register = as_csv(tmp_path / "register.csv", rows)
    words = ["compare", *DRAFTS, "--members", str(register), "--map", str(tmp_path / "map.yaml")]
    words += ["--entry", "2028-01-01", "--costs", str(COSTS), "--format", "json"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    pair = json.loads(done.output)["impact"]["pairs"][0]
    assert {each["scheme"] for each in pair["contributions"]} == {"ph-sss", "us-oasdi"}


# --- what the page on it says


PAGE = (FOLDER.parents[2] / "docs" / "compare.md").read_text("utf-8")


def test_the_example_of_the_page_is_a_file_that_loads(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(schema: portability/costs@1\n.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "costs.yaml"
    path.write_text(block, "utf-8")
    stated = costs.load(path, weighing.texts(DRAFTS, False))
    assert stated.schemes == ("ph-sss", "us-oasdi")


def test_the_page_names_every_key_and_every_band() -> None:
    shapes = (costs_shape.CONTRIBUTION, costs_shape.ADMINISTRATION, costs_shape.WORKERS)
    shapes += (costs_shape.EARNINGS, costs_shape.CLAIMS, costs_shape.SUM, costs_shape.EXTENSION)
    keys = {key for shape in shapes for key in shape.keys}
    assert not [key for key in keys if not re.search(rf"[`{{ ]{key}[:`]|^{key}:", PAGE, re.M)]
    assert not [word for word in earned.WORDS if word not in PAGE]


# --- what is refused


Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs a command that must end with 2 and write nothing; gives its message on one line."""

    def asked(*words: str) -> str:
        out, memo = tmp_path / "out.txt", tmp_path / "memo.html"
        code = commands.run([*words, "--out", str(out), "--memo", str(memo)])
        assert code == 2 and not out.exists() and not memo.exists()
        return " ".join(capsys.readouterr().err.split())

    return asked


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "low: 60, central: 80",
            "low: -60, central: 80",
            "broken.yaml:39:15: contributions[0].both.low",
        ),
        ("sent_from: PH", "sent_from: PHX", "country code"),
        ("sent_from: PH", "sent_from: CA", "the other state (PH)"),
        ("currency: PHP", "currency: USD", "PHP, the currency of ph-sss"),
        ("price_year: 2025", "price_year: 2999", "from 1,950 to 2,100"),
        ("of_year: 2024", "of_year: 2099", "a year for which the file of us-oasdi"),
        ("value: 18, assumed: half of the stay", "value: 18", "a figure without a source"),
        ("source: kpmg", "source: kpgm", "did you mean kpmg?"),
        ("- scheme: ph-sss", "- scheme: ph-ssss", "did you mean ph-sss?"),
        ("both: {low: 60", "bothe: {low: 60", "did you mean both?"),
        ("hours: {low: 2", "hours: [low: 2", "valid YAML"),
        ("title: Posted", "title: &a Posted", "the anchor"),
        ("seen: 2026-11-24", "seen: soon", "calendar date"),
        ("portability/costs@1", "portability/population@1", "portability/costs@1"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    old: str, new: str, wanted: str, tmp_path: Path, refused: Refused
) -> None:
    text, path = COSTS.read_text("utf-8"), tmp_path / "broken.yaml"
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = refused("compare", *DRAFTS, "--population", "us-ph", "--costs", str(path))
    assert wanted in found and "broken.yaml:" in found and "nothing was computed" in found


def test_faults_of_the_people_and_of_the_costs_are_told_together(
    tmp_path: Path, refused: Refused
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(COSTS.read_text("utf-8").replace("sent_from: PH", "sent_from: CA"), "utf-8")
    found = refused("compare", *DRAFTS, "--population", "us-pp", "--costs", str(path))
    assert "2 faults" in found and "us-pp" in found and "sent_from" in found


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--costs", str(COSTS)], "--costs stand beside people"),
        (["--costs", str(COSTS), "--women"], "--costs stand beside people"),
        (["--costs", "nowhere.yaml", "--population", "us-ph"], "does not exist"),
        (["--costs", str(COSTS), "--population", "us-ph", "--far", "2999"], "6<=x<=100"),
    ],
)
def test_half_a_question_is_refused(words: list[str], wanted: str, refused: Refused) -> None:
    assert wanted in refused("compare", *DRAFTS, *words)


def test_csv_without_people_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["compare", *DRAFTS, "--women", "--format", "csv"]) == 2
    assert "csv holds figures of people" in capsys.readouterr().err


def test_costs_of_other_countries_are_refused(refused: Refused) -> None:
    """The file is of the Philippines and the United States; us-de binds neither of both."""
    words = ["compare", "us-de", "de-tr", "--population", "us-de", "--costs", str(COSTS)]
    found = refused(*words)
    assert "a scheme of DE, TR, US" in found


# --- what the levels of a population do to bands


def test_a_population_by_rule_has_bands_too(tmp_path: Path) -> None:
    """Invented: half, once and twice the average; once is assumed and says so."""
    people = loaded(tmp_path)
    found = impact.of(["us-de"], people)
    words = {each["group"] for each in found["pairs"][0]["persons"] if each["by"] == "earnings"}
    assert words == {"half to two thirds", "assumed at the average", "one and a half or more"}
    own: Json = yaml.safe_load(dumped(people.text))
    own["dimensions"]["earnings"] = ["poor", "rich"]
    own["margins"].append({"of": "earnings", "shares": {"poor": 50, "rich": 50}, "assumed": "x"})
    named = impact.of(["us-de"], loaded(tmp_path, dumped(own)))
    words = {each["group"] for each in named["pairs"][0]["persons"] if each["by"] == "earnings"}
    assert words == {"poor", "rich"} and named["earnings"] is None
