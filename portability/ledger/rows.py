"""The rows of the file: connections with the guards of this house, and what one append writes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from portability.errors import LedgerError
from portability.ledger import merkle
from portability.ledger.seal import Sealed

START = bytes(32)  # what stands before the first entry in the chain
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1  # numbers a row can have at all


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


def insert(
    connection: sqlite3.Connection,
    last: int,
    before: bytes,
    entries: Sequence[tuple[str, Mapping[str, Sealed]]],
) -> list[bytes]:
    """Entries after number `last` with their sealed documents, and the subtrees they complete; the
    chain hash of each."""
    nodes: list[tuple[int, int, bytes]] = []
    made: dict[tuple[int, int], bytes] = {}
    chains = []
    for number, (text, boxes) in enumerate(entries, last + 1):
        leaf = value = merkle.leaf_hash(text.encode())
        before = sha256(before + leaf).digest()
        chains.append(before)
        connection.execute(
            "INSERT INTO entry (seq, body, leaf, chain) VALUES (?, ?, ?, ?)",
            (number, text, leaf, before),
        )
        if boxes:
            connection.executemany(
                "INSERT INTO payload VALUES (?, ?, ?, ?)",
                [(number, name, box.nonce, box.ciphertext) for name, box in boxes.items()],
            )
        level, index = 0, number
        while index & 1:
            left = made.get((level, index - 1)) or stored(connection, level, index - 1)
            value = merkle.node_hash(left, value)
            level, index = level + 1, index >> 1
            nodes.append((level, index, value))
            made[level, index] = value
        made[0, number] = leaf
    connection.executemany("INSERT INTO node VALUES (?, ?, ?)", nodes)
    return chains


def stored(connection: sqlite3.Connection, level: int, index: int) -> bytes:
    """The hash of a complete subtree that is there already. Raises LedgerError on a hole."""
    query = (
        "SELECT hash FROM node WHERE level = ? AND idx = ?"
        if level
        else "SELECT leaf FROM entry WHERE ? = 0 AND seq = ?"
    )
    row = connection.execute(query, (level, index)).fetchone()
    if row is None:
        raise LedgerError("the tree of hashes has a hole: run `portability ledger verify`")
    return bytes(row[0])


def insert_texts(connection: sqlite3.Connection, texts: Mapping[str, bytes]) -> None:
    """Those of the texts that are not stored yet."""
    for digest, data in texts.items():
        if connection.execute("SELECT 1 FROM blob WHERE hash = ?", (digest,)).fetchone() is None:
            connection.execute("INSERT INTO blob VALUES (?, ?)", (digest, data))
