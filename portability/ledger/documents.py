"""The sealed documents of a ledger, compared with what the bodies say of them."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol


class Tally(Protocol):
    """Where faults and counts go; `erased` holds the entry of each person's erasure."""

    erased: dict[bytes, int]
    sealed: int
    documents_erased: int

    def fault(self, entry: int | None, code: str, text: str) -> None: ...


class Payloads:
    """Sealed documents, read alongside the entries."""

    def __init__(
        self,
        found: Tally,
        connection: sqlite3.Connection,
        first: int = -sys.maxsize,
        end: int = sys.maxsize,
    ):
        self.found = found
        self.rows = connection.execute(
            "SELECT seq, name, nonce, ciphertext FROM payload WHERE seq >= ? AND seq < ? "
            "ORDER BY seq, name",
            (first, end),
        )
        self.next = self.rows.fetchone()

    @property
    def waiting(self) -> int:
        """The entry of the next document; beyond all if there is none."""
        return sys.maxsize if self.next is None else int(self.next[0])

    def take(self, number: int) -> dict[bytes, bytes]:
        """Name -> hash (in hexadecimal) of the documents stored for an entry."""
        got: dict[bytes, bytes] = {}
        while self.next is not None and self.next[0] <= number:
            seq, name, nonce, ciphertext = self.next
            if seq == number:
                got[name] = sha256(nonce + ciphertext).hexdigest().encode()
            else:
                self.found.fault(
                    seq, "sealed", f"a sealed {shown(name)} stands under an entry that is not there"
                )
            self.next = self.rows.fetchone()
        return got

    def check(self, number: int, due: Iterable[tuple[bytes, bytes, bytes]]) -> None:
        """Compare with what a body names: name, person, hash."""
        got = self.take(number)
        fault, erased = self.found.fault, self.found.erased
        for name, person, value in due:
            digest = got.pop(name, None)
            gone = bool(erased) and erased.get(person, -1) > number
            if digest is not None and digest == value and not gone:
                self.found.sealed += 1
            elif digest is None and gone:
                self.found.documents_erased += 1
            elif digest is None:
                words = f"its sealed {shown(name)} is missing, and no erasure is recorded"
                fault(number, "sealed", words)
            elif gone:
                words = f"its sealed {shown(name)} should be gone: the erasure was not finished"
                fault(number, "erasure", words)
            else:
                fault(number, "sealed", f"its sealed {shown(name)} was changed")
        for name in got:
            words = f"a sealed {shown(name)} was added: the entry does not name it"
            fault(number, "sealed", words)

    def finish(self) -> None:
        """What is left belongs to no entry."""
        self.take(sys.maxsize)


def shown(name: bytes) -> str:
    return name.decode("utf-8", "replace")
