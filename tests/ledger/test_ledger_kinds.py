"""Entries that a command writes: corrections, rules published, batches, a new structure."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import drop_guards, record

from portability.commands import run as portability
from portability.errors import LedgerError
from portability.ledger import Ledger, merkle
from portability.ledger.creation import expected, objects, schema_hash
from portability.ledger.proof import checkpoint, prove_growth
from portability.ledger.upgrade import upgrade, version
from portability.ledger.verify import verify
from portability.ledger.witness import cosign

HERE = Path(__file__).resolve().parent
CASE = HERE.parent.parent / "examples" / "us-de.yaml"
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("PORTABILITY_LEDGER", str(place))

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = portability(list(words))
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out + err

    return run


def kinds(place: Path) -> list[str]:
    with Ledger.open(place, readonly=True) as ledger:
        assert verify(ledger).ok
        return [entry.body["kind"] for entry in ledger.entries()]


def test_a_correction_takes_the_place_of_a_determination(call: Call, place: Path) -> None:
    given = ("determine", str(CASE), "--format", "json", "--no-next")
    assert call(*given)[0] == 0
    code, said = call(*given, "--supersedes", "1", "--reason", "record from abroad")
    assert code == 0
    assert json.loads(said)["ledger"]["entry"] == 2
    with Ledger.open(place, readonly=True) as ledger:
        first, second = ledger.entry(1).body, ledger.entry(2).body
    assert (second["kind"], second["supersedes"]) == ("correction", 1)
    assert second["reason"] == "record from abroad"
    assert second["person"] == first["person"]
    code, said = call(*given, "--supersedes", "1", "--reason", "again")
    assert code == 3
    assert "superseded by entry 2 already" in said
    for words in (
        ("--supersedes", "1"),
        ("--reason", "x"),
        ("--supersedes", "9", "--reason", "x"),
        ("--supersedes", "2", "--reason", "x", "--dry-run"),
        (str(CASE), "--supersedes", "2", "--reason", "x"),
    ):
        assert call(*given, *words)[0] == 2
    assert kinds(place) == ["opened", "determination", "correction"]


def test_a_correction_is_about_the_same_person(call: Call, place: Path, tmp_path: Path) -> None:
    first, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    text = "\n".join(
        line for line in CASE.read_text("utf-8").splitlines() if not line.startswith("reference")
    )
    first.write_text(f"{text}\nreference: A-1\n", "utf-8")
    other.write_text(f"{text}\nreference: B-2\n", "utf-8")
    assert call("determine", str(first), "--no-next")[0] == 0
    code, said = call("determine", str(other), "--supersedes", "1", "--reason", "mixed up")
    assert code == 2
    assert "about another person" in said
    assert kinds(place) == ["opened", "determination"]


def test_rules_are_published_byte_for_byte_and_once(call: Call, place: Path) -> None:
    with Ledger.open(place, create=True):
        pass
    code, said = call("ledger", "publish", "us-oasdi", "us-de", "--reason", "journal 1/2026")
    assert code == 0
    assert "us-oasdi: new" in said
    assert "nothing was recorded" in call("ledger", "publish", "us-de")[1]
    assert (
        call("ledger", "publish", "xx-none")[0] == 1 or call("ledger", "publish", "xx-none")[0] == 2
    )
    assert kinds(place) == ["opened", "rules_published"]
    with Ledger.open(place, readonly=True) as ledger:
        assert set(ledger.texts(1)) == {"us-oasdi", "us-de"}
    assert "2 texts" in call("ledger", "log")[1]


def test_a_batch_of_estimates_is_one_entry(call: Call, place: Path, tmp_path: Path) -> None:
    with Ledger.open(place, create=True):
        pass
    rows = tmp_path / "answers.jsonl"
    rows.write_text('{"a":1}\n{"a":2}\n{"a":3}\n', "utf-8")
    assert call("ledger", "batch", str(rows))[0] == 2
    code, said = call("ledger", "batch", str(rows), "--rule", "us-de")
    assert code == 0
    root = merkle.root_of(merkle.leaf_hash(b'{"a":%d}' % n) for n in (1, 2, 3)).hex()
    assert f"3 line(s), root {root}" in said
    assert kinds(place) == ["opened", "estimate_batch"]


# An older structure


@pytest.fixture
def old(place: Path) -> Path:
    """The golden ledger: made with schema 1."""
    for path in (HERE / "golden").glob("ledger*.db"):
        shutil.copy(path, place.parent / path.name)
    return place


def test_an_older_ledger_goes_on_as_it_is(old: Path) -> None:
    with Ledger.open(old) as ledger:
        assert version(ledger) == 1
        record(ledger)
        assert verify(ledger).ok


def test_an_upgrade_only_adds_and_is_an_entry(call: Call, old: Path) -> None:
    with Ledger.open(old) as ledger:
        held, count = checkpoint(ledger), len(ledger)
        before = objects(ledger.connection)
    code, said = call("ledger", "upgrade")
    assert code == 0
    assert f"recorded as entry {count}" in said
    assert "nothing was changed" in call("ledger", "upgrade")[1]
    with Ledger.open(old) as ledger:
        assert version(ledger) == 2
        after = objects(ledger.connection)
        assert before.items() <= after.items()
        assert after == expected()
        made = ledger.entry(count).body
        assert (made["kind"], made["schema"]) == ("schema_change", schema_hash(expected()))
        assert verify(ledger, [held, checkpoint(ledger)]).ok
        assert ledger.database()["by_corridor"].count


def test_a_structure_that_was_tampered_with_is_not_upgraded(old: Path) -> None:
    with Ledger.open(old) as ledger:
        drop_guards(ledger.connection)
        count = len(ledger)
        with pytest.raises(LedgerError, match="not that of schema 1"):
            upgrade(ledger)
        assert (len(ledger), version(ledger)) == (count, 1)


@pytest.mark.parametrize("views", ["left", "dropped"])
def test_a_structure_put_back_to_an_older_one_is_seen(
    filled: Ledger, place: Path, views: str
) -> None:
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA user_version = 1")
    for kind, name in expected().keys() - expected(1).keys():
        if views == "dropped":
            connection.execute(f"DROP {kind} {name}")
    connection.close()
    with Ledger.open(place, readonly=True) as ledger:
        words = [str(fault) for fault in verify(ledger).faults if fault.code == "schema"]
    assert any("has schema 1, its entries name schema 2" in line for line in words)
    assert (len(words) == 1) is (views == "dropped")


def test_a_witness_refuses_a_ledger_whose_past_was_rewritten_with_every_hash(
    filled: Ledger, place: Path, tmp_path: Path
) -> None:
    """The most an owner can do: every hash and node again, signed with the right key."""
    from test_ledger_attacks import attacked, edit_and_rehash

    with Ledger.open(tmp_path / "abroad.db", create=True, origin="abroad.example/l") as abroad:
        cosign(abroad, prove_growth(filled, 0), filled.public_key)
        seen = len(abroad)
        filled.close()
        attacked(place, edit_and_rehash)
        with Ledger.open(place) as rewritten:
            assert verify(rewritten).ok
            record(rewritten)
            with pytest.raises(LedgerError, match="was rewritten"):
                cosign(abroad, prove_growth(rewritten, 14))
        assert len(abroad) == seen


def test_views_count_without_personal_data(filled: Ledger) -> None:
    def rows(view: str) -> list[dict[str, object]]:
        return list(filled.database()[view].rows)

    (corridor,) = rows("by_corridor")
    assert (corridor["corridor"], corridor["branch"]) == ("DE-US", "old_age")
    counts = (corridor["determinations"], corridor["in_force"], corridor["superseded"])
    assert counts == (13, 12, 1)
    assert {(row["scheme"], row["route"], row["answers"]) for row in rows("by_route")} == {
        ("us-oasdi", "us-de", 13),
        ("de-grv", "us-de", 13),
    }
    assert {(row["scheme"], row["status"], row["in_force"]) for row in rows("by_outcome")} == {
        ("us-oasdi", "entitled", 12),
        ("de-grv", "unknown", 12),
    }
    assert [(row["entry"], row["superseded_by"], row["reason"]) for row in rows("superseded")] == [
        (1, 13, "evidence from abroad")
    ]
    for kind, name in expected():
        if kind == "view":
            columns = {column.name for column in filled.database()[name].columns}
            assert not columns & {"person", "body", "key"}
