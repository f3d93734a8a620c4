"""What a verification finds: faults with the number of their entry, and what else one pass saw."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import define, field, frozen

from portability.ledger.checkpoint import PublicKey
from portability.ledger.faults import sentence
from portability.ledger.recount import root_at
from portability.ledger.store import Ledger

MOST_FAULTS = 100_000
# What reading a damaged value raises: text where a number was due, a missing part.
MISSHAPEN = (TypeError, AttributeError, KeyError, ValueError)


@frozen
class Finding:
    """A fault: the entry it concerns (None for the file as a whole), a stable word, a sentence."""

    entry: int | None
    code: str
    text: str

    def __str__(self) -> str:
        return self.text if self.entry is None else f"entry {self.entry}: {self.text}"


@define
class Scan:
    """What one pass found. `roots` holds the root at each size asked for in `wanted`."""

    ledger: Ledger
    wanted: set[int] = field(factory=set)
    faults: list[Finding] = field(factory=list)
    roots: dict[int, bytes] = field(factory=dict)
    chains: dict[int, bytes] = field(factory=dict)
    keys: list[tuple[int, PublicKey]] = field(factory=list)
    unendorsed: list[int] = field(factory=list)
    special: list[tuple[int, Mapping[str, Any]]] = field(factory=list)
    origin: str = ""
    schema: int = 0  # what the file says of itself
    stated: int = 0  # what its entries say
    size: int = 0
    whole: bool = True
    sealed: int = 0
    erased: dict[bytes, int] = field(factory=dict)
    documents_erased: int = 0
    texts: set[str] = field(factory=set)
    checkpoints: int = 0

    def fault(self, entry: int | None, code: str, text: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Finding(entry, code, text))

    def root(self, size: int) -> bytes | None:
        """Root over the first `size` entries, from hashes that were compared; None if not there."""
        try:
            return root_at(self.ledger.connection, size) if self.whole and size else None
        except (LookupError, *MISSHAPEN):
            return None

    def key_at(self, size: int) -> PublicKey | None:
        """The key in force for a checkpoint of this size."""
        found = [key for since, key in self.keys if since < size]
        return found[-1] if found else None


@contextmanager
def collected(found: Scan) -> Iterator[None]:
    """What a damaged file raises is a fault like any other."""
    try:
        yield
    except sqlite3.Error as error:
        found.whole = False
        found.fault(None, "unreadable", f"the file cannot be read in full: {sentence(error)}")
    except MISSHAPEN as error:
        found.whole = False
        found.fault(None, "unreadable", f"a value has the wrong type ({error})")
