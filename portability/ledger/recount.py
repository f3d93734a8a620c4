"""The tree of hashes, computed again from the leaves and compared with what is stored.

Leaves come in chunks; a chunk is hashed level by level, so that memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import chain

from portability.ledger.merkle import range_hash

DEPTH = 12
CHUNK = 1 << DEPTH
Fault = Callable[[int | None, str, str], None]


class Recount:
    """Feed every leaf in order to `add`, then call `finish`."""

    def __init__(self, connection: sqlite3.Connection, fault: Fault):
        self.connection = connection
        self.fault = fault
        self.size = 0  # leaves hashed so far
        self.waiting: list[bytes] = []  # leaves of the chunk that is not full yet
        self.tops: list[bytes] = []  # roots of the full chunks so far

    def add(self, leaves: Sequence[bytes]) -> None:
        """The next leaves."""
        self.waiting += leaves
        while len(self.waiting) >= CHUNK:
            self.tops.append(self.climb(0, self.size, self.waiting[:CHUNK]))
            self.size += CHUNK
            del self.waiting[:CHUNK]

    def flush(self) -> None:
        """The last chunk, which is not full."""
        self.climb(0, self.size, self.waiting)
        self.size += len(self.waiting)
        self.waiting = []

    def finish(self) -> None:
        """The last chunk, the levels above the chunks, and rows that stand for no entries."""
        self.flush()
        if self.tops:
            self.climb(DEPTH, 0, self.tops)
        due = sum(self.size >> level for level in range(1, 64))
        (count,) = self.connection.execute("SELECT count(*) FROM node").fetchone()
        if count > due:
            rows = self.connection.execute("SELECT level, idx FROM node")
            for level, index in rows:
                if not 0 < level < 64 or index < 0 or (index + 1) << level > self.size:
                    self.fault(None, "node", f"a hash ({level}/{index}) covers no entries")

    def climb(self, level: int, first: int, hashes: Sequence[bytes]) -> bytes:
        """Hash pairs up to the last complete subtree; compare each level with its stored rows."""
        index = first >> level
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=False)
            hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            level, index = level + 1, index >> 1
            self.compare(level, index, hashes)
        return hashes[0] if hashes else b""

    def compare(self, level: int, index: int, hashes: Sequence[bytes]) -> None:
        rows = self.connection.execute(
            "SELECT hash FROM node WHERE level = ? AND idx BETWEEN ? AND ? ORDER BY idx",
            (level, index, index + len(hashes) - 1),
        )
        if [*chain.from_iterable(rows)] == hashes:
            return
        for at, value in enumerate(hashes, index):
            row = self.connection.execute(
                "SELECT hash FROM node WHERE level = ? AND idx = ?", (level, at)
            ).fetchone()
            if row is None or row[0] != value:
                last = ((at + 1) << level) - 1
                self.fault(
                    last,
                    "node",
                    f"the hash of entries {at << level} to {last} was changed or is missing",
                )


def root_at(connection: sqlite3.Connection, size: int) -> bytes:
    """Root over the first `size` entries from stored hashes. Raises LookupError on a hole."""

    def node(level: int, index: int) -> bytes:
        query = "SELECT hash FROM node WHERE level = ? AND idx = ?"
        if level == 0:
            query = "SELECT leaf FROM entry WHERE ? = 0 AND seq = ?"
        row = connection.execute(query, (level, index)).fetchone()
        if row is None:
            raise LookupError(f"no node {level}/{index}")
        return bytes(row[0])

    return range_hash(0, size, node)
