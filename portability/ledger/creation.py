"""A new ledger: its structure, its first entry, its signing key. Two programs may try at once; one
wins."""

from __future__ import annotations

import os
import secrets
import sqlite3
from functools import cache
from hashlib import sha256
from pathlib import Path

from portability.errors import LedgerError
from portability.ledger.bodies import body
from portability.ledger.canonical import canonical
from portability.ledger.checkpoint import SigningKey, check_name
from portability.ledger.faults import APPLICATION, SCHEMA, guarded
from portability.ledger.merkle import leaf_hash
from portability.ledger.seal import KeyStore

FOLDER = Path(__file__).with_name("migrations")
FILES = {1: "schema.sql", 2: "views.sql"}  # each one only adds to those before
Objects = dict[tuple[str, str], tuple[str, str]]


def create(path: Path, keys: KeyStore, origin: str | None = None) -> None:
    """Make a ledger at path, complete and on the disk before it appears under its name.

    Does nothing if another program made one meanwhile. Raises LedgerError.
    """
    stale = path.with_name(path.name + "-wal")
    if stale.exists():
        raise LedgerError(
            f"{path}: there is no ledger, but the log of one ({stale.name}), which may hold "
            f"entries. "
            "Put the two together again, or move the log away."
        )
    name = origin or f"portability.local/{secrets.token_hex(4)}"
    try:
        check_name(name)
    except ValueError as error:
        raise LedgerError(f"{path}: {error}") from None
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    key = SigningKey.make(name)
    keys.keep_signing_key(key)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        with guarded(path):
            build(draft, key)
            won = publish(draft, path)
    finally:
        for left in (
            draft,
            draft.with_name(draft.name + "-wal"),
            draft.with_name(draft.name + "-shm"),
        ):
            left.unlink(missing_ok=True)
    if not won:
        keys.forget_signing_key(key)


def build(path: Path, key: SigningKey) -> None:
    """Write the structure and entry 0 to a fresh file."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        whole = "\n".join(script(version) for version in FILES)
        connection.executescript(
            f"BEGIN;{whole}\n;PRAGMA application_id = {APPLICATION};PRAGMA user_version = {SCHEMA};"
        )
        text = canonical(first_body(key))
        leaf = leaf_hash(text)
        connection.execute(
            "INSERT INTO entry (seq, body, leaf, chain) VALUES (0, ?, ?, ?)",
            (text.decode(), leaf, sha256(bytes(32) + leaf).digest()),
        )
        connection.execute("COMMIT")
        # Here, where a full disk is an error: closing would say nothing and leave half a file.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()


def first_body(key: SigningKey) -> dict[str, object]:
    """Entry 0 fixes the name of the log, its key and its structure."""
    return body("opened", origin=key.name, vkey=str(key.public), schema=schema_hash(expected()))


def publish(draft: Path, path: Path) -> bool:
    """Give the finished file its name; False if the name is taken. Never replaces a file."""
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:
        # File systems without hard links: the name is free as far as one can see.
        if path.exists():
            return False
        os.rename(draft, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True


def script(version: int) -> str:
    """What the migration to a schema creates."""
    return (FOLDER / FILES[version]).read_text("utf-8")


@cache
def expected(version: int = SCHEMA) -> Objects:
    """Every object a ledger of a schema has: (type, name) -> (table, SQL)."""
    connection = sqlite3.connect(":memory:")
    try:
        for number in range(1, version + 1):
            connection.executescript(script(number))
        return objects(connection)
    finally:
        connection.close()


@cache
def known_schemas() -> dict[str, int]:
    """Hash of a structure -> the schema it is of."""
    return {schema_hash(expected(version)): version for version in FILES}


def objects(connection: sqlite3.Connection) -> Objects:
    """Every object of an open file; the statistics of ANALYZE aside."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    return {
        (kind, name): (table, sql or "")
        for kind, name, table, sql in rows
        if name not in ("sqlite_stat1", "sqlite_stat4")
    }


def schema_hash(found: Objects) -> str:
    """One hash for a structure: of the canonical list of [type, name, table, SQL], sorted."""
    rows = [[*key, *value] for key, value in sorted(found.items())]
    return "sha256:" + sha256(canonical(rows)).hexdigest()
