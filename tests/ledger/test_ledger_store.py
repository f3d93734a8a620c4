"""Appending and reading: what is acknowledged is there, sealed, once, and cannot be edited."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import CASE, DETERMINATION, PERSONAL, RULES, Record, record

from portability.errors import LedgerError
from portability.ledger import Draft, Ledger, batch_body, body, determination_body, merkle
from portability.ledger.bodies import text_hash
from portability.ledger.canonical import canonical, parse, plain
from portability.ledger.verify import verify


def test_a_receipt_names_the_entry_and_its_chain(ledger: Ledger, record: Record) -> None:
    first, second = record(ledger), record(ledger)
    assert (first.entry, second.entry) == (1, 2)
    assert ledger.entry(2).chain.hex() == second.hash != first.hash
    assert len(ledger) == 3


def test_every_append_is_read_by_another_connection(ledger: Ledger, place: Path) -> None:
    for number in range(1, 5):
        receipt = record(ledger)
        with Ledger.open(place, readonly=True) as other:
            assert other.entry(number).chain.hex() == receipt.hash
            assert other.root() == merkle.root_of(entry.leaf for entry in other.entries())


def test_nothing_personal_stands_in_clear(
    ledger: Ledger, record: Record, files: Callable[[], bytes]
) -> None:
    record(ledger)
    on_disk = files()
    keys = ledger.keys.path.read_bytes()
    for word in PERSONAL:
        assert word not in on_disk
        assert word not in keys
    assert b"us-oasdi" in on_disk


def test_the_body_says_the_outcome_and_no_more(ledger: Ledger, record: Record) -> None:
    record(ledger)
    found = ledger.entry(1).body
    assert found["outcome"] == [
        {"route": "us-de", "scheme": "de-grv", "status": "unknown"},
        {"route": "us-de", "scheme": "us-oasdi", "status": "entitled"},
    ]
    assert (found["corridor"], found["branch"], found["engine"]) == ("DE-US", "old_age", "0.1.0")
    assert set(found) == {
        "v", "kind", "at", "branch", "corridor", "estimate", "outcome", "rules", "engine",
        "person", "sealed",
    }  # fmt: skip


def test_sealed_documents_and_texts_come_out_as_they_went_in(
    ledger: Ledger, record: Record
) -> None:
    record(ledger)
    opened = ledger.unsealed(1)
    assert opened["case"] == canonical(plain(CASE))
    assert parse(opened["determination"]) == DETERMINATION
    assert ledger.texts(1) == RULES


def test_one_reference_is_one_person_and_no_reference_is_nobody_known(
    ledger: Ledger, record: Record
) -> None:
    for subject in ("A-1", " A-1 ", "A-2", None, None):
        record(ledger, subject=subject)
    persons = [entry.body["person"] for entry in ledger.entries(1)]
    assert persons[0] == persons[1]
    assert len(set(persons)) == 4
    assert [entry.number for entry in ledger.of_person(persons[0])] == [1, 2]


def test_a_document_may_belong_to_somebody_else(ledger: Ledger) -> None:
    made, sealed = determination_body(CASE, DETERMINATION)
    sealed["claimant_1"] = b'{"name":"Child"}'
    ledger.append(made, sealed, RULES, subject="A", persons={"claimant_1": "B"})
    parts = ledger.entry(1).body["sealed"]
    assert parts["case"]["person"] != parts["claimant_1"]["person"]
    other = ledger.keys.find("B")
    assert other is not None
    assert [entry.number for entry in ledger.of_person(other.id)] == [1]
    assert ledger.unsealed(1)["claimant_1"] == b'{"name":"Child"}'


def test_texts_are_stored_once(ledger: Ledger, record: Record) -> None:
    for _ in range(3):
        record(ledger)
    assert ledger.query("SELECT count(*) FROM blob") == [(2,)]


@pytest.mark.parametrize(
    "draft",
    [
        Draft({"v": 1, "kind": "gossip", "at": "2026-11-24T10:00:00Z"}),
        Draft({"v": 2, "kind": "determination", "at": "2026-11-24T10:00:00Z"}),
        Draft(body("opened")),
        Draft({**body("determination"), "person": "0" * 32}),
        Draft({**body("determination"), "sealed": {}}),
        Draft(body("determination", rules={"x": "sha256:" + "0" * 64})),
        Draft(body("determination"), blobs={"x": b"unnamed"}),
        Draft({**body("determination"), "share": 0.5}),
    ],
    ids=["kind", "version", "opened", "person", "sealed", "text missing", "text unnamed", "float"],
)
def test_a_body_that_breaks_the_rules_is_not_written(ledger: Ledger, draft: Draft) -> None:
    with pytest.raises(ValueError):
        ledger.append_many([Draft(body("access")), draft])
    assert len(ledger) == 1


@pytest.mark.parametrize(
    "made",
    [
        {"v": 1, "kind": "determination", "at": "yesterday"},
        {"v": 1, "kind": "correction", "at": "2026-11-24T10:00:00Z"},
        {"v": 1, "kind": "reversal", "at": "2026-11-24T10:00:00Z", "supersedes": 9},
        {"v": 1, "kind": "erasure", "at": "2026-11-24T10:00:00Z"},
        {"v": 1, "kind": "access", "at": "2026-11-24T10:00:00Z", "person": "A-1"},
    ],
    ids=["time", "supersedes missing", "supersedes the future", "person missing", "person"],
)
def test_the_file_itself_refuses_a_wrong_body(ledger: Ledger, made: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="refused the entry"):
        ledger.append(made)
    assert len(ledger) == 1


GUARDED = [
    "UPDATE entry SET body = '{}' WHERE seq = 1",
    "UPDATE entry SET kind = 'reversal'",
    "UPDATE entry SET chain = zeroblob(32)",
    "DELETE FROM entry WHERE seq = 1",
    "DELETE FROM entry",
    "REPLACE INTO entry (seq, body, leaf, chain) SELECT seq, body, leaf, chain FROM entry",
    "INSERT INTO entry (seq, body, leaf, chain) SELECT 99, body, leaf, chain FROM entry LIMIT 1",
    "UPDATE node SET hash = zeroblob(32)",
    "DELETE FROM node",
    "INSERT OR REPLACE INTO node SELECT level, idx, zeroblob(32) FROM node",
    "UPDATE payload SET ciphertext = x'00'",
    "DELETE FROM payload WHERE seq = 1",
    "INSERT INTO payload VALUES (1, 'more', zeroblob(12), x'00')",
    "INSERT OR REPLACE INTO payload SELECT seq, name, nonce, x'00' FROM payload",
    "UPDATE blob SET data = x'00'",
    "DELETE FROM blob",
    "INSERT OR REPLACE INTO blob SELECT hash, x'00' FROM blob",
    "UPDATE checkpoint SET note = ''",
    "DELETE FROM checkpoint",
    "INSERT OR REPLACE INTO checkpoint SELECT size, '' FROM checkpoint",
]


@pytest.mark.parametrize("statement", GUARDED)
def test_guards_refuse_every_edit_by_whatever_program(
    filled: Ledger, place: Path, statement: str
) -> None:
    from portability.ledger.proof import checkpoint

    checkpoint(filled)
    other = sqlite3.connect(place)  # no pragma of ours
    with pytest.raises(sqlite3.DatabaseError):
        other.execute(statement)
        other.commit()
    other.close()
    assert verify(filled).ok


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.append_many([Draft(body("access"))], stop)
    assert len(ledger) == 1
    record(ledger)
    assert verify(ledger).ok


def write(path: Path, count: int, create: bool) -> None:
    with Ledger.open(path, create=create) as book:
        for number in range(count):
            record(book, subject=f"{os.getpid()}-{number % 5}")


def test_two_writers_and_a_reader(place: Path) -> None:
    """Also the race for the first entry: both try to create the ledger."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
    writers = [context.Process(target=write, args=(place, 30, True)) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen = 0
    while any(writer.is_alive() for writer in writers):
        if place.exists():
            with Ledger.open(place, readonly=True) as reader:
                assert len(reader) >= seen
                seen = len(reader)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with Ledger.open(place) as book:
        assert len(book) == 61
        assert verify(book).ok
        assert book.keys.signing_key(book.public_key) is not None
    assert not [path for path in place.parent.iterdir() if path.suffix == ".new"]


def test_default_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTABILITY_LEDGER", str(tmp_path / "named.db"))
    assert Ledger.default_path("given.db") == Path("given.db")
    assert Ledger.default_path() == tmp_path / "named.db"
    monkeypatch.delenv("PORTABILITY_LEDGER")
    assert Ledger.default_path().name == "ledger.db"
    assert "portability" in Ledger.default_path().parts


def test_importing_the_ledger_loads_nothing_heavy() -> None:
    code = (
        "import sys, portability.ledger, portability.ledger.verify, portability.ledger.witness;"
        "heavy = {'cryptography', 'sqlite_utils', 'numpy', 'yaml'} & set(sys.modules);"
        "engine = [m for m in sys.modules if m.startswith(('portability.t', 'calculators'))];"
        "sys.exit(str(heavy or engine) if heavy or engine else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_sqlite_utils_reads_the_views(filled: Ledger) -> None:
    rows = list(filled.database()["determinations"].rows)
    assert len(rows) == 13
    assert rows[0]["superseded_by"] == 13
    statuses = list(filled.database().query("SELECT DISTINCT status FROM outcomes ORDER BY 1"))
    assert [row["status"] for row in statuses] == ["entitled", "unknown"]
    assert {row["bytes_stored"] for row in filled.database()["rules_applied"].rows} == {
        len(data) for data in RULES.values()
    }
    assert filled.database()["history"].count == 14


def test_a_batch_is_one_entry_with_the_root_over_its_rows(ledger: Ledger) -> None:
    rows = [f'{{"person":{number}}}'.encode() for number in range(1_000)]
    rules = {name: text_hash(data) for name, data in RULES.items()}
    made = batch_body(iter(rows), rules=rules, engine="0.1.0")
    ledger.append(made, blobs=RULES)
    found = ledger.entry(1).body
    assert found["rows"] == 1_000
    assert found["root"] == merkle.root_of(map(merkle.leaf_hash, rows)).hex()
    assert verify(ledger).ok
