"""The commands: what they print, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import test_ledger_attacks as attacks
from invented_ledger import record

from portability.commands import run as portability
from portability.ledger import Ledger
from portability.ledger.proof import checkpoint

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(
    filled: Ledger, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """`portability ledger …` on the filled ledger: exit code and all it printed."""
    monkeypatch.setenv("PORTABILITY_LEDGER", str(place))

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = portability(["ledger", *words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out + err

    return run


def test_log(call: Call) -> None:
    code, said = call("log")
    lines = said.splitlines()
    assert code == 0
    assert len(lines) == 15
    assert lines[0].split() == ["entry", "at", "kind", "corridor", "outcome"]
    assert "us-oasdi: entitled (us-de)" in lines[2]
    assert "superseded by 13" in lines[2]
    assert "supersedes 1" in lines[14]
    assert call("log", "--last", "2")[1].splitlines()[1].split()[0] == "12"
    rows = json.loads(call("log", "--format", "json", "--kind", "correction")[1])
    assert [row["entry"] for row in rows] == [13]
    assert len(call("log", "--format", "jsonl")[1].splitlines()) == 14
    assert call("log", "--format", "csv")[1].splitlines()[0].startswith("entry,at,kind,")


def test_show(call: Call) -> None:
    code, said = call("show", "1")
    assert code == 0
    assert said.startswith("Entry 1: determination\n")
    assert "superseded by  entry 13 (correction)" in said
    assert "Exemplaria" not in said
    note = json.loads(call("show", "13", "--format", "json")[1])
    assert note["body"]["supersedes"] == 1
    page = call("show", "1", "--format", "html")[1]
    assert page.startswith("<!doctype html>")
    assert call("show", "99")[0] == 2
    assert "holds 0 to 13" in call("show", "99")[1]


def test_show_unsealed_is_recorded(call: Call) -> None:
    code, said = call("show", "1", "--unseal", "--reason", "appeal", "--format", "json")
    assert code == 0
    assert json.loads(said)["documents"]["case"]["person"]["name"] == "Maria Exemplaria"
    assert "access" in call("log", "--last", "1")[1]


def test_verify_with_and_without_a_checkpoint(call: Call, place: Path, tmp_path: Path) -> None:
    code, said = call("verify")
    assert code == 0
    assert "Completeness is not proven" in said
    code, note = call("checkpoint")
    assert (code, note.split("\n")[1]) == (0, "14")
    held = tmp_path / "held.txt"
    held.write_bytes(note.replace("\n", "\r\n").encode())  # as a mail program leaves it
    code, said = call("verify", "--checkpoint", str(held))
    assert code == 0
    assert "Entries 0 to 13 are exactly those of the checkpoint given" in said
    assert "Completeness" not in said
    assert call("checkpoint", "--last")[1] == note
    attacks.attacked(place, attacks.cut_tail)
    assert call("verify")[0] == 0
    code, said = call("verify", "--checkpoint", str(held), "--format", "json")
    assert code == 3
    assert json.loads(said)["faults"][0]["code"] == "cut"


def test_verify_a_receipt(call: Call, filled: Ledger) -> None:
    value = filled.entry(7).chain.hex()
    assert call("verify", "--receipt", f"7:{value}")[0] == 0
    assert call("verify", "--receipt", f"8:{value}")[0] == 3
    assert call("verify", "--receipt", "seven")[0] == 2


def test_what_is_no_checkpoint_is_told(call: Call, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\x00nothing")
    code, said = call("verify", "--checkpoint", str(tmp_path / "x"))
    assert (code, said.startswith("ledger: not a signed checkpoint")) == (3, True)
    assert call("verify", "--checkpoint", str(tmp_path / "absent"))[0] == 2


def test_prove_and_check(call: Call, tmp_path: Path) -> None:
    key = call("key")[1].strip()
    body, proof = tmp_path / "body.json", tmp_path / "proof.txt"
    code, text = call("prove", "3", "--body", str(body))
    assert code == 0
    proof.write_text(text, "utf-8")
    code, said = call("check-proof", str(proof), "--body", str(body), "--key", key)
    assert code == 0
    assert "this is entry 3 of pensions.example/ledger" in said
    body.write_text("{}")
    assert call("check-proof", str(proof), "--body", str(body), "--key", key)[0] == 3
    assert call("prove")[0] == 2
    assert call("prove", "99")[0] == 2


def test_two_offices(call: Call, filled: Ledger, tmp_path: Path) -> None:
    abroad = str(tmp_path / "abroad.db")
    assert call("init", "--ledger", abroad, "--origin", "caisse.example/registre")[0] == 0
    assert call("init", "--ledger", abroad)[0] == 3
    key = call("key")[1].strip()
    witness = call("key", "--witness", "--ledger", abroad)[1].strip()
    request, note = tmp_path / "request.txt", tmp_path / "note.txt"
    request.write_text(call("prove", "--since", "0")[1], "utf-8")
    code, said = call("witness", str(request), "--ledger", abroad, "--key", key)
    assert code == 0
    note.write_text(said, "utf-8")
    assert call("cosigned", str(note), "--witness", witness)[0] == 0
    assert call("verify", "--checkpoint", str(note), "--witness", witness)[0] == 0
    record(filled)
    request.write_text(call("prove", "--since", "3")[1], "utf-8")
    code, said = call("witness", str(request), "--ledger", abroad)
    assert code == 3
    assert "Ask for: ledger prove --since 14" in said


def test_erase_and_disclose(call: Call) -> None:
    code, said = call("disclose", "file-1")
    assert code == 0
    assert [entry["entry"] for entry in json.loads(said)["entries"]] == [2, 5, 8, 11]
    code, said = call("erase", "file-1", "--yes", "--reason", "court order")
    assert code == 0
    assert "recorded as entry 15" in said
    assert call("verify")[0] == 0
    assert call("disclose", "file-1")[0] == 2
    assert call("erase", "file-1", "--yes")[0] == 2
    assert "erased" in call("show", "2")[1]


def test_what_happens_to_a_decision(call: Call, filled: Ledger, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF Dear Maria Exemplaria")
    code, said = call("sent", "3", "--letter", str(letter), "--to", "post")
    assert (code, said[:20]) == (0, "recorded as entry 14")
    assert filled.entry(14).body["person"] == filled.entry(3).body["person"]
    assert filled.unsealed(14)["letter"] == letter.read_bytes()
    assert call("evidence", str(letter), "--for", "3", "--form", "P5000")[0] == 0
    assert call("evidence", str(letter), "--reference", "file-9", "--from", "DRV")[0] == 0
    assert call("evidence", str(letter))[0] == 2
    assert call("reverse", "3", "--reason", "claim withdrawn")[0] == 0
    assert "superseded by  entry 17 (reversal)" in call("show", "3")[1]
    assert call("reverse", "0", "--reason", "x")[0] == 2
    assert call("erase", "file-2", "--yes")[0] == 0
    assert call("sent", "3", "--letter", str(letter))[0] == 3
    assert call("sent", "3")[0] == 0
    assert call("verify")[0] == 0


def test_backup_and_restore(call: Call, tmp_path: Path, filled: Ledger) -> None:
    copy, again = tmp_path / "b.db", tmp_path / "again.db"
    assert call("backup", str(copy))[0] == 0
    held = tmp_path / "held.txt"
    held.write_text(checkpoint(filled), "utf-8")
    restored = ("restore", str(copy), "--ledger", str(again), "--checkpoint", str(held))
    assert call(*restored)[0] == 0
    assert call(*restored)[0] == 3
    assert call("verify", "--ledger", str(again), "--checkpoint", str(held))[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("log",),
        ("show", "0"),
        ("verify",),
        ("replay", "--all"),
        ("checkpoint",),
        ("key",),
        ("prove", "0"),
        ("erase", "x", "--yes"),
        ("disclose", "x"),
        ("backup", "copy.db"),
    ],
)
def test_without_a_ledger_one_sentence_and_exit_3(
    call: Call, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTABILITY_LEDGER", str(tmp_path / "none" / "ledger.db"))
    code, said = call(*words)
    assert code == 3
    assert said.endswith("there is no such file\n")
    assert said.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_replay_says_which(call: Call) -> None:
    assert call("replay")[0] == 2
    assert call("replay", "1", "--all")[0] == 2
    assert call("replay", "0")[0] == 2
    assert call("replay", "99")[0] == 2
