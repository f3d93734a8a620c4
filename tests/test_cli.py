"""The command line: what it answers, how it refuses, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from portability import commands
from portability.schemas import schema

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
GOOD = (ROOT / "examples" / "us-de.yaml").read_text("utf-8")


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTABILITY_LEDGER", str(tmp_path / "ledger.db"))
    return tmp_path / "ledger.db"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = commands.run(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_are_answered_in_the_published_form(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "determine", str(path), "--dry-run", "--format", "json")
    document = json.loads(out)
    assert code == 0
    jsonschema.validate(document, schema("determination"))
    assert document["rules"]["engine"]
    for line in document["entitlements"]:
        for step in line.get("trace", []):
            assert step["cite"]


def test_an_answer_is_recorded_verified_and_replayed(
    capsys: pytest.CaptureFixture[str], ledger: Path
) -> None:
    assert run(capsys, "determine", str(EXAMPLES[0]), "--format", "json")[0] == 0
    assert ledger.exists()
    assert run(capsys, "ledger", "verify")[0] == 0
    code, out, _ = run(capsys, "ledger", "replay", "--all")
    assert (code, "1 identical" in out) == (0, True)
    with sqlite3.connect(ledger) as connection:
        dump = "\n".join(connection.iterdump())
    assert "1920-03-15" not in dump and "DEMO" not in dump


def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    assert run(capsys, "determine", str(EXAMPLES[0]), "--dry-run")[0] == 0
    assert not ledger.exists()


BAD = {
    "impossible date": GOOD.replace("1920-03-15", "1920-02-30"),
    "far future": GOOD.replace("1982-04-01", "2999-04-01"),
    "unknown scheme": GOOD.replace("de-grv", "de-grw"),
    "unknown country": GOOD.replace("residence: DE", "residence: XX"),
    "duplicate key": GOOD + "reference: again\n",
    "alias": GOOD.replace("{born: 1920-03-15", "&a {born: 1920-03-15"),
    "tag": GOOD.replace("DEMO-US-DE", "!!python/name:os.system DEMO"),
    "empty": "",
    "no mapping": "[1, 2]",
    "negative": GOOD.replace("7542.00", "-7542.00"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_refused_and_nothing_is_written(
    name: str, tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(BAD[name], "utf-8")
    code, out, err = run(capsys, "determine", str(path))
    assert (code, out) == (2, "")
    assert f"{path}:" in err and "expected" in err and "Traceback" not in err
    assert not ledger.exists()


def test_fifty_megabytes_and_binary_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_bytes(b"a: " + b"b" * 50_000_000)
    binary.write_bytes(bytes(range(256)))
    code, _, err = run(capsys, "determine", str(large), str(binary))
    assert code == 2
    assert "bytes" in err and "binary" in err


def test_json_lines_come_back_in_order(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line: dict[str, Any] = {
        "person": {"born": "1950-01-01"},
        "claim": {"branch": "old_age", "date": "2016-01-01"},
        "periods": [
            {"scheme": "us-oasdi", "start": "1980-01-01", "end": "1980-12-31", "earnings": 9000.5}
        ],
    }
    text = "\n".join(json.dumps({**line, "reference": f"r{i}"}) for i in range(3))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, _ = run(capsys, "determine", "-", "--format", "jsonl", "--dry-run")
    assert code == 0
    assert [json.loads(row)["reference"] for row in out.splitlines()] == ["r0", "r1", "r2"]


def test_every_faulty_line_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"person": {}}\n{"claim": 1, "claim": 2}\n{broken}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, _, err = run(capsys, "determine", "-", "--format", "jsonl", "--dry-run")
    assert code == 2
    assert "<stdin>:2:1" in err and "<stdin>:3:2" in err


def test_usage_is_two_and_a_defect_is_seventy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "determin", "x")[0] == 2
    assert run(capsys, "determine", "no-such-file.yaml")[0] == 2

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("portability.answer.totalize", broken)
    code, _, err = run(capsys, "determine", str(EXAMPLES[0]), "--dry-run")
    assert code == 70
    assert "secret" not in err and "Traceback" not in err


def test_a_check_that_finds_something_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = (ROOT / "tests/cases/national/nl-aow-fifty-years.yaml").read_text("utf-8")
    path = tmp_path / "wrong.yaml"
    path.write_text(wrong.replace("status: entitled", "status: not_entitled"), "utf-8")
    code, out, _ = run(capsys, "cases", "check", str(path))
    assert code == 1
    assert "differs" in out and "expected not_entitled, found entitled" in out


@pytest.mark.parametrize("name", ["case", "example", "agreement", "scheme", "determination"])
def test_the_schemas_are_valid_json_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schema", name)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_help_needs_neither_numpy_nor_the_ledger() -> None:
    probe = (
        "import sys\nfrom portability import commands\ncommands.run(['--help'])\n"
        "heavy = {'numpy', 'yaml', 'sqlite_utils', 'cryptography', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
