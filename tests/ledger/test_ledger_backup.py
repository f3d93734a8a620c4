"""A copy is a backup once it was verified; a restore never loses silently and never replaces."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest
from invented_ledger import record

from portability.errors import LedgerError
from portability.ledger import Ledger
from portability.ledger.backup import backup, restore
from portability.ledger.proof import checkpoint
from portability.ledger.verify import verify


def test_backup_and_restore(filled: Ledger, tmp_path: Path) -> None:
    copy, again = tmp_path / "backup.db", tmp_path / "restored" / "ledger.db"
    report = backup(filled, copy)
    assert report.ok and report.entries == 14
    note = checkpoint(filled)
    assert restore(copy, again, [note]).entries == 14
    with Ledger.open(again, keys=filled.keys.path) as restored:
        record(restored)
        assert verify(restored, [note]).ok
        assert restored.query("PRAGMA journal_mode") == [("wal",)]
    assert sorted(path.name for path in again.parent.iterdir()) == ["ledger.db"]


def test_a_backup_holds_no_keys(filled: Ledger, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    backup(filled, copy)
    person = filled.keys.find("file-0")
    key = filled.keys.signing_key(filled.public_key)
    assert person is not None and key is not None
    data = copy.read_bytes()
    assert person.key not in data
    assert key.seed not in data
    assert not list(tmp_path.glob("backup.*-*"))


def test_a_restore_that_would_lose_entries_is_refused(filled: Ledger, tmp_path: Path) -> None:
    copy, again = tmp_path / "backup.db", tmp_path / "again.db"
    backup(filled, copy)
    record(filled)
    newest = checkpoint(filled)
    with pytest.raises(LedgerError, match="covers 15 entries; the file holds 14"):
        restore(copy, again, [newest])
    with pytest.raises(LedgerError, match="needs a checkpoint"):
        restore(copy, again, [])
    assert not again.exists()
    assert not list(tmp_path.glob(".*.new*"))


def test_a_damaged_backup_is_refused(filled: Ledger, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    backup(filled, copy)
    data = copy.read_bytes()
    at = data.index(b'"kind":"determination"')
    copy.write_bytes(data[:at] + b'"kind":"Determination"' + data[at + 22 :])
    with pytest.raises(LedgerError, match="does not verify"):
        restore(copy, tmp_path / "again.db", [checkpoint(filled)])
    assert not (tmp_path / "again.db").exists()


def test_a_faulty_ledger_gives_no_backup(filled: Ledger, tmp_path: Path) -> None:
    filled.connection.execute("DROP TRIGGER entry_update")
    with pytest.raises(LedgerError, match="was not kept"):
        backup(filled, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


def test_nothing_is_replaced(filled: Ledger, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    backup(filled, copy)
    with pytest.raises(LedgerError, match="exists already"):
        backup(filled, copy)
    with pytest.raises(LedgerError, match="exists already"):
        restore(copy, filled.path, [checkpoint(filled)])


def keep_writing(path: Path, stop: object) -> None:
    with Ledger.open(path) as book:
        while not stop.is_set():  # type: ignore[attr-defined]
            record(book, subject="busy")


def test_backup_while_another_writes(filled: Ledger, place: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
    stop = context.Event()
    writer = context.Process(target=keep_writing, args=(place, stop))
    writer.start()
    try:
        for number in range(3):
            assert backup(filled, tmp_path / f"backup-{number}.db").ok
    finally:
        stop.set()
        writer.join()
    assert writer.exitcode == 0
    assert verify(filled).ok
