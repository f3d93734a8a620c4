"""What SQLite and the file system refuse, in one plain sentence each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portability.errors import LedgerError

APPLICATION = 0x504F5254  # "PORT", in the header of every ledger
SCHEMA = 2  # the newest; earlier ones are read, written and upgraded
MAGIC = b"SQLite format 3\x00"

SENTENCES = {
    sqlite3.SQLITE_BUSY: "another program holds it locked; nothing was written, try again",
    sqlite3.SQLITE_LOCKED: "another program holds it locked; nothing was written, try again",
    sqlite3.SQLITE_READONLY: "it is read-only for this user; nothing was written",
    sqlite3.SQLITE_PERM: "this user may not use it; nothing was written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check the folder and the permissions",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was written",
    sqlite3.SQLITE_IOERR: "the disk refused to read or write; nothing was acknowledged",
    sqlite3.SQLITE_CORRUPT: "it is damaged: keep it as it is, and restore a verified backup",
    sqlite3.SQLITE_NOTADB: "it is not a ledger: its content is not that of a database",
    sqlite3.SQLITE_CONSTRAINT: "it refused the entry",
    sqlite3.SQLITE_SCHEMA: "its structure was changed while it was open",
    sqlite3.SQLITE_TOOBIG: "the entry is too large",
}


@contextmanager
def guarded(path: Path, label: str = "") -> Iterator[None]:
    """Turn what the database and the file system raise into one LedgerError about this file."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"{label}{path}: {sentence(error)}") from error
    except UnicodeDecodeError as error:  # even the names of its tables are damaged
        raise LedgerError(f"{label}{path}: {SENTENCES[sqlite3.SQLITE_CORRUPT]}") from error
    except FileNotFoundError:
        raise LedgerError(f"{label}{path}: there is no such file") from None
    except OSError as error:
        raise LedgerError(f"{label}{path}: {error.strerror or error}") from error


def sentence(error: sqlite3.Error) -> str:
    """What happened, in words; the engine's own text in brackets where it adds something."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return str(error)
    words = SENTENCES.get(code & 0xFF)
    if words is None:
        return str(error)
    detail = str(error)
    return f"{words} ({detail})" if code & 0xFF == sqlite3.SQLITE_CONSTRAINT else words


def check_file(path: Path) -> None:
    """Refuse what is not a whole ledger of a version this program knows. Raises LedgerError."""
    with guarded(path):
        if path.is_dir():
            raise LedgerError(f"{path}: it is a folder, not a file")
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(100)
    if size == 0:
        raise LedgerError(
            f"{path}: the file is empty: a ledger that was cut, or never was one. "
            "Remove the file to begin a new ledger."
        )
    if not head.startswith(MAGIC[: len(head)]):
        raise LedgerError(f"{path}: it is not a ledger: its content is not that of a database")
    if len(head) < 100:
        raise LedgerError(f"{path}: the file ends after {size} bytes: it was cut")
    check_length(path, head, size)
    application, version = (int.from_bytes(head[at : at + 4], "big") for at in (68, 60))
    check_version(path, application, version)


def check_version(path: Path, application: int, version: int) -> None:
    """Refuse a database of another program, and a ledger of a schema not known here."""
    if application != APPLICATION:
        raise LedgerError(f"{path}: it is a database, but not a ledger of this program")
    if version > SCHEMA:
        raise LedgerError(
            f"{path}: it was written by a newer version of this program (schema {version}; "
            f"this program knows {SCHEMA}). Nothing was changed: install the newer version."
        )
    if version < 1:
        raise LedgerError(f"{path}: schema {version} is not one this program knows")


def check_length(path: Path, head: bytes, size: int) -> None:
    """A file shorter than its header says was cut, unless a log beside it still holds the rest."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > 0:
        return
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    promised = page * int.from_bytes(head[28:32], "big")
    if size < promised:
        raise LedgerError(
            f"{path}: the file was cut: it has {size:,} bytes and needs {promised:,}. "
            "Keep it as it is, and restore a verified backup."
        )
