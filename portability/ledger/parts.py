"""A large ledger read by several processes at once.

Each reads a stretch of entries as the ordinary pass does, from the stored chain hash before it on.
Only a stretch without any fault counts; otherwise the ordinary pass reads the whole file and names
every fault. So there is one judgement, and this is only a quicker way to "none".
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from attrs import frozen

from portability.errors import LedgerError
from portability.ledger.documents import Payloads
from portability.ledger.entries import erasures, read_entries
from portability.ledger.findings import MISSHAPEN, Scan
from portability.ledger.recount import CHUNK, Recount
from portability.ledger.rows import START
from portability.ledger.store import Ledger

LARGE = 200_000  # entries: below, starting processes takes longer than reading
MOST = 8
Task = tuple[Path, int, int, tuple[int, ...]]


@frozen
class Part:
    """What a stretch without a fault came to."""

    special: Sequence[tuple[int, Mapping[str, Any]]]
    chains: Mapping[int, bytes]
    tops: Sequence[bytes]
    sealed: int
    documents_erased: int


def read_in_parts(found: Scan, connection: sqlite3.Connection, tree: Recount) -> bool:
    """Whether the file was read, and no fault found in any entry or document."""
    (size,) = connection.execute("SELECT coalesce(max(seq) + 1, 0) FROM entry").fetchone()
    tasks = shares(found.ledger.path, size, tuple(found.chains))
    if len(tasks) < 2:
        return False
    stray = "SELECT 1 FROM payload WHERE seq < 0 OR seq >= ? LIMIT 1"
    if connection.execute(stray, (size,)).fetchone():
        return False
    try:
        # Fresh processes: a copy of this one would share its open file and its thread.
        with ProcessPoolExecutor(len(tasks), mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(read_part, tasks))
    except (OSError, BrokenProcessPool):  # no processes to be had here
        return False
    if None in parts:
        return False
    for part in parts:
        if part is not None:
            found.special += part.special
            found.chains |= part.chains
            found.sealed += part.sealed
            found.documents_erased += part.documents_erased
            tree.tops += part.tops
    found.size = tree.size = size
    return True


def shares(path: Path, size: int, receipts: tuple[int, ...]) -> list[Task]:
    """Stretches of whole chunks, one a processor."""
    count = min(processors(), MOST, size // (LARGE // 2))
    if size < LARGE or count < 2:
        return []
    width = -(-size // count // CHUNK) * CHUNK
    edges = [*range(0, size, width), size]
    return [(path, low, high, receipts) for low, high in pairwise(edges)]


def processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_part(task: Task) -> Part | None:
    """One stretch, in a process of its own. None if there is anything to be told about it."""
    path, first, end, receipts = task
    try:
        with Ledger.open(path, readonly=True) as ledger:
            return stretch(Scan(ledger, size=first), end, receipts)
    except (sqlite3.Error, LedgerError, *MISSHAPEN):
        return None


def stretch(found: Scan, end: int, receipts: tuple[int, ...]) -> Part | None:
    connection, first = found.ledger.connection, found.size
    connection.text_factory = bytes
    connection.execute("BEGIN")
    found.chains = {number: b"" for number in receipts if first <= number < end}
    found.erased = erasures(connection)
    found.texts = {digest.decode() for (digest,) in connection.execute("SELECT hash FROM blob")}
    before = START
    if first:
        query = "SELECT chain FROM entry WHERE seq = ?"
        (before,) = connection.execute(query, (first - 1,)).fetchone()
    tree = Recount(connection, found.fault)
    tree.size = first
    payloads = Payloads(found, connection, first, end - 1)
    read_entries(found, connection, tree, payloads, end - 1, before)
    tree.flush()
    if found.faults or found.size != end:
        return None
    return Part(found.special, found.chains, tree.tops, found.sealed, found.documents_erased)
