"""Which ledgers this process holds open, and the log beside a file.

POSIX takes away all locks of a process on a file as soon as the process closes any descriptor of
it (fcntl(2); https://www.sqlite.org/howtocorrupt.html s. 2.2). Another program could then think
itself alone, and remove the log into which this one still writes. So a file that is held here is
opened again by the database engine only, which shares one descriptor.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Identity = tuple[int, int]
OPENING = threading.Lock()
HELD: Counter[Identity] = Counter()


@contextmanager
def opening(path: Path) -> Iterator[bool]:
    """Nobody else in this process opens a ledger meanwhile. Yields whether this one is held."""
    with OPENING:
        yield path.exists() and HELD[identity(path)] > 0


def hold(path: Path, holder: object) -> weakref.finalize[[Identity], object]:
    """Note that `holder` has the file open, until the result is called or the holder is gone."""
    which = identity(path)
    HELD[which] += 1
    return weakref.finalize(holder, release, which)


def release(which: Identity) -> None:
    HELD[which] -= 1


def identity(path: Path) -> Identity:
    """A file whatever its name: device and number."""
    found = path.stat()
    return found.st_dev, found.st_ino


def log_of(path: Path) -> Path:
    """The write-ahead log beside a database."""
    return path.with_name(path.name + "-wal")


def empty_log(connection: sqlite3.Connection, path: Path) -> bool:
    """Bring the log into the file and cut it to nothing, on the disk too: the engine does not wait
    for the cut, and a power cut could bring back what was in it. False if another program still
    reads an older state. Raises sqlite3.Error, OSError."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log = log_of(path)
    if log.exists():  # no lock is ever taken on the log: it may be opened here
        descriptor = os.open(log, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return not busy
