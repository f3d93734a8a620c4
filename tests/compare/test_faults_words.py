"""The table of words, the better rules quoted from the catalogue, the command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from portability import catalogue
from portability.commands import agreements_check
from portability.commands import run as main
from portability.compare import faults
from portability.compare.faults import model
from portability.compare.faults.model import better, cited, path_of, place, table, value_at

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]
KINDS: dict[str, Json] = table("words.yaml")


def test_the_code_and_the_table_know_the_same_kinds() -> None:
    code = "\n".join(path.read_text("utf-8") for path in Path(faults.__file__).parent.glob("*.py"))
    named = {word for word in re.findall(r'"([a-z_]+)"', code) if word in KINDS}
    assert named == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_and_a_better_rule_of_a_real_text(kind: str) -> None:
    entry = KINDS[kind]
    assert set(entry) == {"severity", "title", "consequence", "better"}
    assert entry["severity"] in model.SEVERITIES and entry["consequence"].endswith((".", "}"))
    for row in entry["better"]:
        assert set(row) <= {"agreement", "at", "scheme", "branch", "keys", "rule"} and row["rule"]
        raw = catalogue.find(row["agreement"]).raw
        path = place(raw, row)
        value = value_at(raw, path)
        assert value is not None, row
        assert all(key in value for key in row.get("keys", ())), row
        assert cited(raw, path)[0], row
    assert better(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_explained(kind: str) -> None:
    assert f"`{kind}`" in (ROOT / "docs" / "drafting-faults.md").read_text("utf-8")


def test_a_better_rule_is_never_the_text_itself() -> None:
    assert "ets-78" not in [row["agreement"] for row in better("short_lost", "ets-78")]


def test_a_path_is_written_and_read() -> None:
    assert path_of("rules[2].amount.flat") == ("rules", 2, "amount", "flat")
    assert value_at({"a": [{"b": 1}]}, ("a", 0, "b")) == 1
    assert value_at({"a": [{"b": 1}]}, ("a", 3, "b")) is None


# --- the command


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*words: str) -> tuple[int, str]:
        code = main(["agreements", "check", *words])
        return code, capsys.readouterr().out

    return run


def test_an_error_or_warning_is_exit_1_and_notes_are_exit_0(
    ask: Callable[..., tuple[int, str]],
) -> None:
    code, out = ask("nl-nz")
    assert code == 1 and "1 error, 1 note" in out and "ERROR  a denominator with a hole" in out
    assert "Better: au-nz, Article 13; Guide 10.2.8.40" in out
    code, out = ask("us-nl")
    assert code == 0 and "NOTE  a branch in scope without a formula" in out
    assert "Not judged, because it was not read: persons." in out
    code, out = ask("us-uy", "us-pt")
    assert code == 0 and out.count("no drafting fault found") == 2


def test_json_carries_what_the_table_shows(ask: Callable[..., tuple[int, str]]) -> None:
    code, out = ask("nl-nz", "us-nl", "--format", "json")
    made = json.loads(out)
    assert code == 1 and [row["agreement"] for row in made["reports"]] == ["nl-nz", "us-nl"]
    first = made["reports"][0]["findings"][0]
    assert first["kind"] == "band_hole" and first["example"]["case"]["schema"]
    assert first["better"][0]["value"]["denominator"] == {"month": 540}
    assert made["unreadable"] == []


def test_a_faulty_file_is_told_as_before(
    ask: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("schema: portability/agreement@1\nid: bad\n", "utf-8")
    code, out = ask(str(path), "us-nl")
    assert code == 1 and f"{path}:1:1" in out and "us-nl: us-nl, 2 parties" in out
    code, out = ask(str(path), "--format", "json")
    assert code == 1 and any(f"{path}:1:1" in line for line in json.loads(out)["unreadable"])


def test_a_standard_is_asked_only_where_it_is_named(
    ask: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def report(agreement: Any, names: Any) -> Json:
        asked.append((agreement.id, names))
        return {"agreement": agreement.id, "found": False}

    made = SimpleNamespace(report=report, lines=lambda made: [f"{made['agreement']} conforms"])
    monkeypatch.setattr(agreements_check, "standing", lambda: made)
    assert ask("nl-nz", "--standard", "c118", "--standard", "r167") == (0, "nl-nz conforms\n")
    assert asked == [("nl-nz", ("c118", "r167"))]
    ask("us-uy")
    assert len(asked) == 1
