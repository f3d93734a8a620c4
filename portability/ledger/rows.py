"""The rows of the file: connections with the guards of this house, and what one append writes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from portability.errors import LedgerError
from portability.ledger import merkle
from portability.ledger.seal import Sealed

START = bytes(32)  # what stands before the first entry in the chain


def connect(path: Path, readonly: bool, timeout: float) -> sqlite3.Connection:
    """A connection with the guards of this house. Raises sqlite3.Error."""
    address = path.absolute().as_uri() + ("?mode=ro" if readonly else "?mode=rw")
    log = path.with_name(path.name + "-wal")
    if readonly and not log.exists() and not os.access(path.parent, os.W_OK):
        address += "&immutable=1"  # a copy on a read-only medium: nobody can be writing it
    connection = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)
    try:
        for pragma in ("foreign_keys = ON", "recursive_triggers = ON", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def tail(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and chain hash of the last entry."""
    row = connection.execute("SELECT seq, chain FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    return (-1, START) if row is None else (int(row[0]), bytes(row[1]))


def insert(connection: sqlite3.Connection, number: int, before: bytes, text: str) -> bytes:
    """The entry and the subtrees it completes; the chain hash."""
    leaf = merkle.leaf_hash(text.encode())
    chain = sha256(before + leaf).digest()
    connection.execute(
        "INSERT INTO entry (seq, body, leaf, chain) VALUES (?, ?, ?, ?)",
        (number, text, leaf, chain),
    )
    level, index, value = 0, number, leaf
    while index & 1:
        query = (
            "SELECT hash FROM node WHERE level = ? AND idx = ?"
            if level
            else "SELECT leaf FROM entry WHERE ? = 0 AND seq = ?"
        )
        left = connection.execute(query, (level, index - 1)).fetchone()
        if left is None:
            raise LedgerError("the tree of hashes has a hole: run `portability ledger verify`")
        value = merkle.node_hash(left[0], value)
        level, index = level + 1, index >> 1
        connection.execute("INSERT INTO node VALUES (?, ?, ?)", (level, index, value))
    return chain


def insert_beside(
    connection: sqlite3.Connection,
    number: int,
    boxes: Mapping[str, Sealed],
    blobs: Mapping[str, bytes],
) -> None:
    """The sealed documents of an entry, and those of its texts that are not stored yet."""
    for name, box in boxes.items():
        row = (number, name, box.nonce, box.ciphertext)
        connection.execute("INSERT INTO payload VALUES (?, ?, ?, ?)", row)
    for digest, data in blobs.items():
        if connection.execute("SELECT 1 FROM blob WHERE hash = ?", (digest,)).fetchone() is None:
            connection.execute("INSERT INTO blob VALUES (?, ?)", (digest, data))
