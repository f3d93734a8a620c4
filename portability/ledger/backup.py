"""Backup and restore: a copy is only called a backup after it was verified. Keys are never
copied."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from portability.errors import LedgerError
from portability.ledger.creation import publish
from portability.ledger.faults import guarded
from portability.ledger.proof import checkpoint, latest
from portability.ledger.store import Ledger
from portability.ledger.verify import Report, verify


def backup(ledger: Ledger, target: Path) -> Report:
    """Copy the ledger while others go on writing, verify the copy against a checkpoint, give it its
    name.

    The copy is one file without a log beside it. Raises LedgerError; then nothing stands under
    `target`.
    """
    refuse_existing(target)
    notes = [anchor(ledger)]
    draft = beside(target)
    try:
        with guarded(target):
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            copy = sqlite3.connect(draft, isolation_level=None)
            try:
                ledger.connection.backup(copy, pages=1024)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        report = checked(draft, notes)
        finish(draft, target)
    finally:
        remove(draft)
    report.path = str(target)
    return report


def restore(source: Path, target: Path, notes: Sequence[str]) -> Report:
    """Make a ledger from a backup, if it holds everything the checkpoints kept outside say it must.

    Give the newest checkpoint there is: what was recorded after the backup is lost, and this shows
    it.
    Raises LedgerError; then nothing stands under `target`.
    """
    refuse_existing(target)
    if not notes:
        raise LedgerError(
            "a restore needs a checkpoint kept outside: without one a cut or older copy cannot be "
            "told"
        )
    draft = beside(target)
    try:
        with guarded(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, draft)
            os.chmod(draft, 0o600)
        report = checked(draft, notes)
        with guarded(target):
            connection = sqlite3.connect(draft, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()
        finish(draft, target)
    finally:
        remove(draft)
    report.path = str(target)
    return report


def anchor(ledger: Ledger) -> str:
    """A checkpoint of the present state; the last one stored where the signing key is not at
    hand."""
    try:
        return checkpoint(ledger)
    except LedgerError:
        last = latest(ledger)
        if last is None:
            raise
        return last


def checked(path: Path, notes: Sequence[str]) -> Report:
    with Ledger.open(path, readonly=True) as copy:
        report = verify(copy, notes)
    if not report.ok:
        raise LedgerError("the copy does not verify and was not kept:\n" + report.text())
    return report


def refuse_existing(target: Path) -> None:
    for path in (target, target.with_name(target.name + "-wal")):
        if path.exists():
            raise LedgerError(f"{path}: it exists already; nothing was replaced")


def beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.new")


def finish(draft: Path, target: Path) -> None:
    with guarded(target):
        if not publish(draft, target):
            raise LedgerError(f"{target}: it exists already; nothing was replaced")


def remove(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
