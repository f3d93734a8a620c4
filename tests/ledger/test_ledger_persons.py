"""Erasure leaves nothing readable and every proof intact; disclosure and access are entries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import CASE, DETERMINATION, PERSONAL, RULES, Record
from test_ledger_attacks import attacked, seen

from portability.errors import LedgerError
from portability.ledger import Ledger, determination_body
from portability.ledger.backup import backup
from portability.ledger.persons import disclose, erase, resolve, unseal_recorded
from portability.ledger.proof import checkpoint, prove
from portability.ledger.show import note
from portability.ledger.verify import verify

REFERENCE = "PH-2027-00123"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_erasure_leaves_neither_key_nor_document(
    ledger: Ledger, record: Record, place: Path
) -> None:
    record(ledger)
    record(ledger, subject="somebody else")
    person = ledger.keys.find(REFERENCE)
    assert person is not None
    sealed = ledger.query("SELECT ciphertext FROM payload WHERE seq = 1")
    assert person.key in everything(place.parent)

    receipt = erase(ledger, REFERENCE)
    assert receipt is not None and receipt.entry == 3
    left = everything(place.parent)  # ledger, keys and both logs, while they are open
    assert person.key not in left
    for (ciphertext,) in sealed:
        assert bytes(ciphertext) not in left
        assert bytes(ciphertext[64:128]) not in left
    for word in PERSONAL:
        assert word not in left
    ledger.close()
    assert person.key not in everything(place.parent)


def test_proofs_and_checkpoints_outlive_an_erasure(ledger: Ledger, record: Record) -> None:
    record(ledger)
    record(ledger, subject="B")
    before, root = checkpoint(ledger), ledger.root(3)
    proof = str(prove(ledger, 1))
    erase(ledger, REFERENCE)
    report = verify(ledger, [before])
    assert report.ok
    assert any("2 documents of 1 erased person" in line for line in report.not_proven)
    assert ledger.root(3) == root
    assert str(prove(ledger, 1)) == proof
    assert ledger.unsealed(2)["case"]
    with pytest.raises(LedgerError, match="was erased"):
        ledger.unsealed(1)
    assert set(note(ledger, 1)["sealed"].values()) == {"erased"}


def test_a_backup_taken_before_does_not_resurrect(
    ledger: Ledger, record: Record, tmp_path: Path
) -> None:
    record(ledger)
    person = ledger.keys.find(REFERENCE)
    assert person is not None
    copy = tmp_path / "backup" / "ledger.db"
    copy.parent.mkdir()
    backup(ledger, copy)
    erase(ledger, REFERENCE)
    assert person.key not in everything(tmp_path)
    with Ledger.open(copy, keys=ledger.keys.path, readonly=True) as old:
        with pytest.raises(LedgerError, match="key of its person is not in"):
            old.unsealed(1)


def test_erasing_twice_finishes_what_was_interrupted(
    ledger: Ledger, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(ledger)
    number = resolve(ledger, REFERENCE)

    def stop(_: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ledger.keys, "destroy", stop)
        erase(ledger, REFERENCE)
    assert [fault.code for fault in verify(ledger).faults] == ["erasure"]
    assert erase(ledger, REFERENCE) is None
    assert verify(ledger).ok
    assert erase(ledger, number) is None
    with pytest.raises(LookupError):
        erase(ledger, REFERENCE)


def test_an_erasure_while_another_program_reads_says_so(
    ledger: Ledger, record: Record, place: Path
) -> None:
    record(ledger)
    ledger.connection.execute("PRAGMA busy_timeout = 50")
    with Ledger.open(place, readonly=True) as reader:
        reader.connection.execute("BEGIN")
        assert len(reader) == 2
        with pytest.raises(LedgerError, match="Close it and erase again"):
            erase(ledger, REFERENCE)
        number = ledger.entry(1).body["person"]
        reader.connection.execute("ROLLBACK")
    assert erase(ledger, number) is None
    assert verify(ledger).ok


def test_a_new_case_of_an_erased_person_is_a_new_person(ledger: Ledger, record: Record) -> None:
    record(ledger)
    first = resolve(ledger, REFERENCE)
    erase(ledger, REFERENCE)
    record(ledger)
    assert resolve(ledger, REFERENCE) != first
    assert verify(ledger).ok


def test_one_of_a_family_can_be_erased(ledger: Ledger) -> None:
    body, sealed = determination_body(CASE, DETERMINATION)
    sealed["claimant_1"] = b'{"name":"Child"}'
    ledger.append(body, sealed, RULES, subject="A", persons={"claimant_1": "B"})
    erase(ledger, "B")
    assert verify(ledger).ok
    assert set(ledger.unsealed(1, ["case", "determination"])) == {"case", "determination"}
    with pytest.raises(LedgerError, match="erased"):
        ledger.unsealed(1, ["claimant_1"])


def test_access_is_an_entry(ledger: Ledger, record: Record) -> None:
    record(ledger)
    opened = unseal_recorded(ledger, 1, "appeal")
    assert opened["case"]["person"]["name"] == "Maria Exemplaria"
    made = ledger.entry(2).body
    assert (made["kind"], made["about"], made["reason"]) == ("access", [1], "appeal")
    assert note(ledger, 1)["accesses"] == [2]


def test_the_copy_for_the_person_is_whole_and_recorded(ledger: Ledger, record: Record) -> None:
    record(ledger)
    record(ledger, subject="somebody else")
    record(ledger, supersedes=1, reason="evidence from abroad")
    copy = disclose(ledger, REFERENCE)
    assert [entry["entry"] for entry in copy["entries"]] == [1, 3]
    assert copy["entries"][0]["documents"]["determination"] == DETERMINATION
    assert copy["entries"][0]["documents"]["case"]["person"]["name"] == "Maria Exemplaria"
    assert copy["recorded_as"]["entry"] == 4
    assert ledger.entry(4).body["kind"] == "disclosure"
    json.dumps(copy)
    again = disclose(ledger, copy["person"])
    assert [entry["entry"] for entry in again["entries"]] == [1, 3, 4]


def test_nobody_is_found_under_an_unknown_reference(ledger: Ledger, record: Record) -> None:
    with pytest.raises(LookupError):
        resolve(ledger, "PH-1")
    record(ledger)
    with pytest.raises(LookupError):
        resolve(ledger, "PH-1")
    with pytest.raises(LookupError):
        resolve(ledger, "0" * 32)


def test_the_key_file_is_for_its_owner_only(ledger: Ledger, record: Record) -> None:
    record(ledger)
    for path in ledger.path.parent.iterdir():
        if not path.name.endswith("-shm"):
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_ledger_without_its_keys_still_verifies_and_goes_on(
    ledger: Ledger, record: Record, place: Path, files: Callable[[], bytes]
) -> None:
    record(ledger)
    ledger.close()
    for path in place.parent.glob("ledger.keys*"):
        path.unlink()
    with Ledger.open(place) as again:
        assert verify(again).ok
        with pytest.raises(LedgerError, match="key of its person is not in"):
            again.unsealed(1)
        with pytest.raises(LedgerError, match="signing key is not in"):
            checkpoint(again)
        record(again)
        assert again.unsealed(2)["case"]


def test_documents_put_back_after_an_erasure_are_seen(filled: Ledger, place: Path) -> None:
    person = filled.keys.find("file-1")
    assert person is not None
    rows = filled.query(
        "SELECT payload.* FROM payload JOIN entry USING (seq) WHERE person = ?", person.id
    )
    erase(filled, person.id)
    filled.close()
    assert seen(place).ok

    def put_back(connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT INTO payload VALUES (?, ?, ?, ?)", rows)

    attacked(place, put_back)
    faults = seen(place).faults
    assert {(fault.entry, fault.code) for fault in faults} == {(row[0], "erasure") for row in rows}
    assert len(faults) == len(rows) == 8
