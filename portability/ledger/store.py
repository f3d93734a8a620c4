"""The append-only store: one SQLite file, one transaction per append, durable before it is
acknowledged."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from portability.errors import LedgerError
from portability.ledger import creation, merkle, rows
from portability.ledger.bodies import referenced
from portability.ledger.canonical import parse
from portability.ledger.checkpoint import PublicKey, read_key
from portability.ledger.drafting import Batch, Draft, prepare
from portability.ledger.faults import check_file, guarded
from portability.ledger.held import hold, opening
from portability.ledger.seal import KeyStore, Sealed, keys_path, unseal

if TYPE_CHECKING:
    from sqlite_utils import Database


@frozen
class Receipt:
    """The acknowledgement of an entry: its number, and the chain hash that covers it and all before
    it."""

    entry: int
    hash: str


OLDEST = (3, 38, 0)  # STRICT tables came with 3.37, JSON functions in every build with 3.38
Then = Callable[[sqlite3.Connection, Sequence[Receipt]], None]


@frozen
class Entry:
    """An entry as stored."""

    number: int
    text: str = field(repr=False)
    leaf: bytes = field(repr=False)
    chain: bytes = field(repr=False)

    @property
    def body(self) -> dict[str, Any]:
        """The body, read strictly. Raises LedgerError if it is not canonical JSON."""
        try:
            value = parse(self.text)
        except ValueError as error:
            raise LedgerError(f"entry {self.number}: {error}") from None
        if not isinstance(value, dict):
            raise LedgerError(f"entry {self.number}: its body is not an object")
        return value


@define
class Ledger:
    """An open ledger. Use it as a context manager; it is not shared between threads."""

    path: Path
    keys: KeyStore
    connection: sqlite3.Connection = field(repr=False)
    readonly: bool = False
    _stored: set[str] = field(factory=set, repr=False)  # texts seen: they never go away
    _release: Callable[[], object] | None = field(default=None, repr=False)

    @staticmethod
    def default_path(chosen: str | os.PathLike[str] | None = None) -> Path:
        """--ledger if given, else $PORTABILITY_LEDGER, else the platform's folder for user data."""
        if chosen:
            return Path(chosen)
        if named := os.environ.get("PORTABILITY_LEDGER"):
            return Path(named)
        try:
            if sys.platform == "win32":
                base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            elif sys.platform == "darwin":
                base = Path.home() / "Library" / "Application Support"
            else:
                base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        except RuntimeError:  # Path.home() of a user without one
            raise LedgerError(
                "this user has no home folder: say where with --ledger FILE"
            ) from None
        return base / "portability" / "ledger.db"

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        create: bool = False,
        readonly: bool = False,
        origin: str | None = None,
        keys: str | os.PathLike[str] | None = None,
        timeout: float = 30,
    ) -> Ledger:
        """Open a ledger. Raises LedgerError if it is missing (unless `create`), damaged, locked or
        too new.

        origin   the name a new ledger signs under, such as `pensions.example/ledger`
        timeout  seconds to wait for other writers
        """
        if sqlite3.sqlite_version_info < OLDEST:
            raise LedgerError(f"this Python has SQLite {sqlite3.sqlite_version}; 3.38 is needed")
        where = cls.default_path(path)
        store = KeyStore(Path(keys) if keys else keys_path(where), timeout)
        if create and not readonly and not where.exists():
            creation.create(where, store, origin)
        with guarded(where), opening(where) as held:
            if not held:
                check_file(where)
            connection = rows.connect(where, readonly, timeout)
            ledger = cls(where, store, connection, readonly)
            ledger._release = hold(where, ledger)
        return ledger

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()
        self.keys.close()
        if self._release is not None:
            self._release()

    # Reading

    def __len__(self) -> int:
        with guarded(self.path):
            row = self.connection.execute("SELECT coalesce(max(seq) + 1, 0) FROM entry").fetchone()
        return int(row[0])

    def entry(self, number: int) -> Entry:
        """The entry of a number. Raises LookupError if there is none."""
        for found in self.entries(number, number + 1):
            return found
        raise LookupError(f"there is no entry {number}: the ledger holds 0 to {len(self) - 1}")

    def entries(self, first: int = 0, end: int | None = None) -> Iterator[Entry]:
        """Entries first to end-1, in order."""
        last = sys.maxsize if end is None else end - 1
        with guarded(self.path):
            cursor = self.connection.execute(
                "SELECT seq, body, leaf, chain FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq",
                (first, last),
            )
            for row in cursor:
                yield Entry(*row)

    def of_person(self, person: str) -> list[Entry]:
        """Entries that seal something of a person, or erase the person."""
        with guarded(self.path):
            found = self.connection.execute(
                "SELECT seq, body, leaf, chain FROM entry WHERE person = :person OR (person IS "
                "NOT NULL AND "
                "EXISTS (SELECT 1 FROM json_each(body, '$.sealed') AS part "
                "WHERE json_extract(part.value, '$.person') = :person)) ORDER BY seq",
                {"person": person},
            ).fetchall()
        return [Entry(*row) for row in found]

    def erased(self, person: str) -> bool:
        """Whether an erasure of the person is recorded."""
        query = "SELECT 1 FROM entry WHERE kind = 'erasure' AND person = ?"
        with guarded(self.path):
            return self.connection.execute(query, (person,)).fetchone() is not None

    def unsealed(self, number: int, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """The sealed documents of an entry (or those named), opened.

        Raises LedgerError if one is erased, its key is not here, or it was changed.
        """
        parts = self.entry(number).body.get("sealed") or {}
        chosen = parts if names is None else {name: parts[name] for name in names}
        return {name: self._open_document(number, name, part) for name, part in chosen.items()}

    def _open_document(self, number: int, name: str, part: Mapping[str, str]) -> bytes:
        with guarded(self.path):
            row = self.connection.execute(
                "SELECT nonce, ciphertext FROM payload WHERE seq = ? AND name = ?", (number, name)
            ).fetchone()
        if self.erased(part["person"]):
            raise LedgerError(f"entry {number}: the person's data was erased")
        if row is None:
            raise LedgerError(f"entry {number}: its sealed {name} is missing")
        if Sealed(part["person"], *row).hash != part["sha256"]:
            raise LedgerError(f"entry {number}: its sealed {name} was changed")
        person = self.keys.person(part["person"])
        if person is None:
            raise LedgerError(f"entry {number}: the key of its person is not in {self.keys.path}")
        try:
            return unseal(person, name, *row)
        except LedgerError as error:
            raise LedgerError(f"entry {number}: {error}") from None

    def texts(self, number: int) -> dict[str, bytes]:
        """The stored texts an entry applied: rules and program sources by name, each checked
        against its hash."""
        found = {}
        for name, digest in referenced(self.entry(number).body).items():
            with guarded(self.path):
                row = self.connection.execute(
                    "SELECT data FROM blob WHERE hash = ?", (digest,)
                ).fetchone()
            if row is None or sha256(row[0]).hexdigest() != digest:
                raise LedgerError(
                    f"entry {number}: the stored text of {name} is missing or changed"
                )
            found[name] = bytes(row[0])
        return found

    def node(self, level: int, index: int) -> bytes:
        """Hash of a complete subtree. Raises LookupError if the ledger does not hold it."""
        table = "SELECT leaf FROM entry WHERE seq = ?" if level == 0 else ""
        with guarded(self.path):
            row = self.connection.execute(
                table or "SELECT hash FROM node WHERE level = ? AND idx = ?",
                (index,) if level == 0 else (level, index),
            ).fetchone()
        if row is None:
            raise LookupError(f"no node {level}/{index}")
        return bytes(row[0])

    def root(self, size: int | None = None) -> bytes:
        """Merkle root over the first `size` entries (all of them if None)."""
        return merkle.range_hash(0, len(self) if size is None else size, self.node)

    @property
    def public_key(self) -> PublicKey:
        """The key this ledger signs with: named in its first entry, or in its latest change of
        key."""
        rows = self.query(
            "SELECT seq, body, leaf, chain FROM entry WHERE kind = 'opened' OR kind = 'key_change' "
            "ORDER BY seq DESC LIMIT 1"
        )
        if not rows:
            raise LedgerError(f"{self.path}: its first entry is missing")
        return read_key(str(Entry(*rows[0]).body.get("vkey")))

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a reading query."""
        with guarded(self.path):
            return self.connection.execute(sql, values).fetchall()

    def database(self) -> Database:
        """The same file for sqlite-utils: views, rows as dicts. For reading only."""
        from sqlite_utils import Database

        return Database(self.connection)

    # Writing

    def append(
        self,
        body: Mapping[str, Any],
        sealed: Mapping[str, bytes] | None = None,
        blobs: Mapping[str, bytes] | None = None,
        *,
        subject: str | None = None,
        persons: Mapping[str, str | None] | None = None,
    ) -> Receipt:
        """Append one entry. When this returns, the entry is on the disk.

        body     see portability.ledger.bodies; `person` and `sealed` are added here
        sealed   documents to encrypt, by name
        blobs    the texts the body's `rules` and `code` name, by the same names; stored once
        subject  the office's reference: entries of one reference share one person and one key
        persons  documents that belong to somebody else: name of the document -> that person's
                 reference
        """
        draft = Draft(body, sealed or {}, blobs or {}, subject, persons or {})
        return self.append_many([draft])[0]

    def append_many(self, drafts: Sequence[Draft], then: Then | None = None) -> list[Receipt]:
        """Append entries in one transaction: all are on the disk when this returns, or none is.

        `then` is called with the receipts before the commit; if it raises, nothing is written.
        """
        if self.readonly:
            raise LedgerError(f"{self.path}: it was opened for reading only")
        batch = prepare(drafts, self.keys)
        self._check_texts(batch)
        with self.transaction() as connection:
            last, before = rows.tail(connection)
            self._check_persons(connection, batch.persons)
            chains = rows.insert(connection, last, before, batch.entries)
            fresh = {h: data for h, data in batch.texts.items() if h not in self._stored}
            rows.insert_texts(connection, fresh)
            receipts = [Receipt(n, chain.hex()) for n, chain in enumerate(chains, last + 1)]
            if then is not None:
                then(connection, receipts)
        self._stored.update(fresh)
        return receipts

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: waits for other writers, commits to the disk, undoes everything on
        any error."""
        with guarded(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def _check_persons(self, connection: sqlite3.Connection, persons: set[str]) -> None:
        query = (
            "SELECT 1 FROM entry WHERE kind = 'erasure' "
            "AND person IN (SELECT value FROM json_each(?)) LIMIT 1"
        )
        if persons and connection.execute(query, (json.dumps([*persons]),)).fetchone():
            raise LedgerError(
                f"{self.path}: the data of this person was erased; nothing can be added under "
                "the old number. Finish the erasure (`portability ledger erase`) and submit the "
                "case again."
            )

    def _check_texts(self, batch: Batch) -> None:
        """Texts that are named and not given are stored already: they never go away."""
        for digest, name in batch.named.items():
            if digest in batch.texts or digest in self._stored:
                continue
            if not self.query("SELECT 1 FROM blob WHERE hash = ?", digest):
                raise ValueError(
                    f"the body names the text {name}, which is neither given nor stored"
                )
            self._stored.add(digest)
