"""Personal data, sealed: AES-256-GCM with one key per person. The keys live in a file of their own.

The key file never enters a backup of the ledger. To destroy a person's key is to make every copy of
the person's
data unreadable, in the ledger and in all its backups, while hashes, proofs and checkpoints stay
valid.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from portability.errors import LedgerError
from portability.ledger.checkpoint import PublicKey, SigningKey
from portability.ledger.faults import guarded
from portability.ledger.held import empty_log, log_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, key BLOB NOT NULL, lookup BLOB UNIQUE)
STRICT;
CREATE TABLE IF NOT EXISTS signing (vkey TEXT PRIMARY KEY, name TEXT NOT NULL, seed BLOB NOT NULL)
STRICT;
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""
NONCE = 12
NONCES = 256  # drawn at a time; each is used once
FAST = 1  # the documents are short: more effort saves a hundredth of their length
LARGEST = 1 << 28


@frozen
class Person:
    """A person as the ledger knows one: a random number and a key."""

    id: str
    key: bytes = field(repr=False)


@frozen
class Sealed:
    """A sealed document: what is stored, and the hash the entry's body holds."""

    person: str
    nonce: bytes
    ciphertext: bytes = field(repr=False)

    @property
    def hash(self) -> str:
        return sha256(self.nonce + self.ciphertext).hexdigest()


class Sealer:
    """Compress and encrypt many documents; a person's cipher is set up once, and the system is
    asked for random bytes once for many nonces."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM
        self._ciphers: dict[str, AESGCM] = {}
        self._nonces: list[bytes] = []

    def seal(self, person: Person, name: str, data: bytes) -> Sealed:
        """Person and name are authenticated: a document moved elsewhere does not open."""
        cipher = self._ciphers.get(person.id)
        if cipher is None:
            cipher = self._ciphers[person.id] = self._cipher(person.key)
        if not self._nonces:
            drawn = os.urandom(NONCE * NONCES)
            self._nonces = [drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE)]
        nonce = self._nonces.pop()
        box = cipher.encrypt(nonce, zlib.compress(data, FAST), _context(person.id, name))
        return Sealed(person.id, nonce, box)


def unseal(person: Person, name: str, nonce: bytes, ciphertext: bytes) -> bytes:
    """The document. Raises LedgerError if the key does not fit or a single bit was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        packed = AESGCM(person.key).decrypt(nonce, ciphertext, _context(person.id, name))
        unpack = zlib.decompressobj()
        data = unpack.decompress(packed, LARGEST)
        if not unpack.eof:
            raise LedgerError(f"the sealed {name} is larger than {LARGEST:,} bytes")
        return data
    except (InvalidTag, zlib.error, ValueError):
        raise LedgerError(f"the sealed {name} does not open: data or key were changed") from None


def _context(person: str, name: str) -> bytes:
    return f"portability/sealed@1\n{person}\n{name}".encode()


def keys_path(ledger: Path) -> Path:
    """Where the keys of a ledger are: $PORTABILITY_KEYS, else ledger.keys.db beside ledger.db."""
    chosen = os.environ.get("PORTABILITY_KEYS")
    return Path(chosen) if chosen else ledger.with_name(f"{ledger.stem}.keys.db")


class KeyStore:
    """The key file. Opened when a key is asked for; created when the first key is made."""

    def __init__(self, path: Path, timeout: float = 30):
        self.path = path
        self.timeout = timeout
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def exists(self) -> bool:
        return self.path.exists()

    def person(self, person: str) -> Person | None:
        """The person of this number, or None if there is no key (any more)."""
        row = self._row("SELECT id, key FROM person WHERE id = ?", person)
        return None if row is None else Person(*row)

    def find(self, subject: str) -> Person | None:
        """The person an office reference was given to, or None. The file holds no reference, only a
        keyed hash."""
        return self._find([subject]).get(subject)

    def _find(self, subjects: Iterable[str]) -> dict[str, Person]:
        secret = self._row("SELECT value FROM secret WHERE name = 'lookup'")
        if secret is None:
            return {}
        found: dict[str, Person] = {}
        with guarded(self.path, "keys "):
            connection = self._open(create=False)
            for subject in subjects:
                row = connection.execute(
                    "SELECT id, key FROM person WHERE lookup = ?", (_lookup(secret[0], subject),)
                ).fetchone()
                if row is not None:
                    found[subject] = Person(*row)
        return found

    def admit(self, subject: str | None) -> Person:
        """The person of an office reference, with a new key on first sight; None is always a new
        person."""
        return self.admit_all([subject])[0]

    def admit_all(self, subjects: Sequence[str | None]) -> list[Person]:
        """`admit` for many, in one transaction; those of one reference are one person."""
        named = dict.fromkeys(subject for subject in subjects if subject is not None)
        known = self._find(named)
        fresh: list[Person] = []
        if None in subjects or len(known) < len(named):
            with self._writing() as connection:
                secret = _secret(connection)
                for subject in named.keys() - known.keys():
                    known[subject] = _new(connection, _lookup(secret, subject))
                fresh = [_new(connection) for subject in subjects if subject is None]
        return [fresh.pop() if subject is None else known[subject] for subject in subjects]

    def destroy(self, person: str) -> bool:
        """Destroy a key and see to it that its bytes left the file. False if there was none."""
        found = self.person(person)
        if found is None:
            return False
        with self._writing() as connection:
            connection.execute("DELETE FROM person WHERE id = ?", (person,))
        with guarded(self.path, "keys "):
            emptied = empty_log(connection, self.path)
            # The engine's own copy of all pages, the free ones too: to open the file would cost
            # this process its locks.
            left = found.key in connection.serialize()
            left |= any(found.key in log.read_bytes() for log in _logs(self.path))
        if left or not emptied:
            raise LedgerError(
                f"keys {self.path}: the key is deleted, but another program still holds an older "
                f"state of the "
                "file. Close it and erase again."
            )
        return True

    def sweep(self) -> None:
        """Bring what is pending into the file and empty its log (finishes an interrupted
        `destroy`)."""
        if self.exists():
            with guarded(self.path, "keys "):
                empty_log(self._open(create=False), self.path)

    def signing_key(self, public: PublicKey) -> SigningKey | None:
        """The private half of a ledger's key, or None if it is not here."""
        row = self._row("SELECT name, seed FROM signing WHERE vkey = ?", str(public))
        if row is None:
            return None
        key = SigningKey(row[0], row[1], public.kind)
        return key if key.public == public else None

    def keep_signing_key(self, key: SigningKey) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO signing VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (str(key.public), key.name, key.seed),
            )

    def forget_signing_key(self, key: SigningKey) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM signing WHERE vkey = ?", (str(key.public),))

    def _row(self, query: str, *values: str | bytes) -> tuple[str, bytes] | None:
        if self._connection is None and not self.exists():
            return None
        with guarded(self.path, "keys "):
            row: tuple[str, bytes] | None = (
                self._open(create=False).execute(query, values).fetchone()
            )
            return row

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with guarded(self.path, "keys "):
            connection = self._open(create=True)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self, create: bool) -> sqlite3.Connection:
        if self._connection is None:
            if create and not self.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                # Only the owner may read it; SQLite gives its log the same permissions.
                with suppress(FileExistsError):  # another program made it just now
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, timeout=self.timeout, isolation_level=None)
            try:
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute("COMMIT")


def _secret(connection: sqlite3.Connection) -> bytes:
    """What references are hashed under; drawn when the first is."""
    connection.execute(
        "INSERT INTO secret VALUES ('lookup', ?) ON CONFLICT DO NOTHING", (secrets.token_bytes(32),)
    )
    query = "SELECT value FROM secret WHERE name = 'lookup'"
    return bytes(connection.execute(query).fetchone()[0])


def _new(connection: sqlite3.Connection, lookup: bytes | None = None) -> Person:
    """Within a transaction: a new person, or the one another program admitted meanwhile."""
    made = Person(secrets.token_hex(16), secrets.token_bytes(32))
    done = connection.execute(
        "INSERT INTO person VALUES (?, ?, ?) ON CONFLICT (lookup) DO NOTHING",
        (made.id, made.key, lookup),
    )
    if done.rowcount:
        return made
    query = "SELECT id, key FROM person WHERE lookup = ?"
    return Person(*connection.execute(query, (lookup,)).fetchone())


def _logs(path: Path) -> list[Path]:
    beside = [log_of(path), path.with_name(path.name + "-journal")]
    return [file for file in beside if file.exists()]


def _lookup(secret: bytes | str, subject: str) -> bytes:
    """A reference found again without being stored: HMAC-SHA-256 under a secret of this file."""
    key = secret.encode() if isinstance(secret, str) else secret
    text = unicodedata.normalize("NFC", subject.strip()).encode()
    return hmac.digest(key, text, "sha256")
