"""The sealed documents of a ledger, compared with what the bodies say of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from portability.ledger.rows import HIGHEST, LOWEST
from portability.ledger.seal import NONCE

Named = tuple[int, bytes, bytes, bytes]  # entry, name of the document, its person, its hash


class Tally(Protocol):
    """Where faults and counts go; `erased` holds the entry of each person's erasure."""

    erased: dict[bytes, int]
    sealed: int
    documents_erased: int

    def fault(self, entry: int | None, code: str, text: str) -> None: ...


class Payloads:
    """Sealed documents, read alongside the entries; only their hashes are kept."""

    def __init__(
        self,
        found: Tally,
        connection: sqlite3.Connection,
        first: int = LOWEST,
        last: int = HIGHEST,
    ):
        self.found = found
        self.connection = connection
        self.last = last
        self.next = first
        self.seek(first)

    def seek(self, first: int) -> None:
        """The entry of the next document; beyond all numbers if there is none."""
        self.next = HIGHEST + 1
        if first <= self.last:
            query = "SELECT min(seq) FROM payload WHERE seq BETWEEN ? AND ?"
            (found,) = self.connection.execute(query, (first, self.last)).fetchone()
            self.next = self.next if found is None else int(found)

    def read(self, last: int) -> list[tuple[int, bytes, bytes]]:
        """Entry, name and hash (in hexadecimal) of the documents not read yet, up to those of entry
        `last`. A nonce of another length is none: then the hash is empty."""
        if self.next > last:
            return []
        rows = self.connection.execute(
            "SELECT seq, name, nonce, ciphertext FROM payload WHERE seq BETWEEN ? AND ? "
            "ORDER BY seq, name",
            (self.next, last),
        )
        got = [
            (
                seq,
                name,
                sha256(nonce + box).hexdigest().encode() if len(nonce) == NONCE else b"",
            )
            for seq, name, nonce, box in rows
        ]
        self.seek(last + 1)
        return got

    def check(self, numbers: Sequence[int], due: Sequence[Named], unread: set[int]) -> None:
        """Compare with what the bodies of these entries name; `unread`: entries whose body cannot
        be read, so that nothing can be said of their documents."""
        got = self.read(numbers[-1])
        if not due and not got:
            return
        erased = self.found.erased
        gone = bool(erased) and any(person in erased for _, _, person, _ in due)
        if not gone and got == [(number, name, value) for number, name, _, value in due]:
            self.found.sealed += len(got)
            return
        left = {(seq, name): digest for seq, name, digest in got}
        for number, name, person, value in due:
            self.judge(number, name, left.pop((number, name), None), value, person)
        here = set(numbers)
        for seq, name in left:
            if seq not in here:
                self.found.fault(
                    seq, "sealed", f"a sealed {shown(name)} stands under an entry that is not there"
                )
            elif seq not in unread:
                words = f"a sealed {shown(name)} was added: the entry does not name it"
                self.found.fault(seq, "sealed", words)

    def judge(
        self, number: int, name: bytes, digest: bytes | None, value: bytes, person: bytes
    ) -> None:
        """One document: the hash of what is stored (None: nothing) against the one due."""
        fault = self.found.fault
        gone = self.found.erased.get(person, -1) > number
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

    def finish(self) -> None:
        """What is left belongs to no entry."""
        for seq, name, _ in self.read(self.last):
            self.found.fault(
                seq, "sealed", f"a sealed {shown(name)} stands under an entry that is not there"
            )


def shown(name: bytes) -> str:
    return name.decode("utf-8", "replace")
