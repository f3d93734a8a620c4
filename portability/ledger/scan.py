"""One pass over the file: recompute every hash and collect every fault, with the number of its
entry."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from operator import add
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from portability.errors import LedgerError
from portability.ledger.bodies import KINDS, referenced
from portability.ledger.canonical import parse
from portability.ledger.checkpoint import (
    Checkpoint,
    Note,
    PublicKey,
    read_checkpoint,
    read_key,
    read_note,
)
from portability.ledger.creation import expected, known_schemas, objects
from portability.ledger.documents import Payloads, shown
from portability.ledger.faults import sentence
from portability.ledger.recount import CHUNK, Recount, root_at
from portability.ledger.rotation import endorsed
from portability.ledger.rows import START, connect
from portability.ledger.shapes import Shapes, misbuilt
from portability.ledger.store import Ledger

Columns = tuple[tuple[int, ...], tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]
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


def scan(ledger: Ledger, wanted: set[int], receipts: set[int]) -> Scan:
    """Check everything the file itself can tell. Never raises for a fault of the file: it is
    reported."""
    found = Scan(ledger, set(wanted))
    connection = ledger.connection
    found.chains = dict.fromkeys(receipts, b"")
    connection.text_factory = bytes
    checks = (check_start, check_texts, check_entries, check_checkpoints)
    with ThreadPoolExecutor(1) as beside:
        engine = beside.submit(check_file, ledger.path)
        try:
            # One transaction: all checks see the same state while others go on writing.
            for check in checks:
                with collected(found):
                    check(found, connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.text_factory = str
        with collected(found):
            found.faults += engine.result()
    return found


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


def check_start(found: Scan, connection: sqlite3.Connection) -> None:
    """Structure: tables, triggers, views are exactly those of the schema."""
    connection.execute("BEGIN")
    connection.text_factory = str
    (found.schema,) = connection.execute("PRAGMA user_version").fetchone()
    actual, due = objects(connection), expected(found.schema)
    connection.text_factory = bytes
    for kind, name in due.keys() - actual.keys():
        found.fault(None, "schema", f"the {kind} {name} is missing: its protection was removed")
    for kind, name in actual.keys() - due.keys():
        found.fault(None, "schema", f"the {kind} {name} does not belong to a ledger")
    for kind, name in due.keys() & actual.keys():
        if due[kind, name] != actual[kind, name]:
            found.fault(None, "schema", f"the {kind} {name} was changed or rebuilt")
    found.erased = erasures(connection)


def erasures(connection: sqlite3.Connection) -> dict[bytes, int]:
    """Person -> entry of the erasure."""
    rows = connection.execute(
        "SELECT person, min(seq) FROM entry WHERE kind = 'erasure' GROUP BY person"
    )
    return {person: seq for person, seq in rows if isinstance(person, bytes)}


def check_file(path: Path) -> list[Finding]:
    """Pages, indexes and types, as the database engine sees them, on a connection of its own. The
    engine's constraints are left to `misbuilt`: it would read every body once more for them."""
    found = []
    connection = connect(path, readonly=True, timeout=30)
    connection.text_factory = bytes
    try:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (text,) in connection.execute("PRAGMA integrity_check(1000)"):
            if text != b"ok":
                words = shown(text).replace("\n", " ")
                found.append(Finding(None, "damaged", f"the file is damaged: {words}"))
        for table, row, *_ in connection.execute("PRAGMA foreign_key_check"):
            words = f"a row of {shown(table)} belongs to no entry (row {row})"
            found.append(Finding(None, "stray", words))
    finally:
        connection.close()
    return found


def check_texts(found: Scan, connection: sqlite3.Connection) -> None:
    """Stored texts of the law and the program stand under their own hash."""
    for digest, data in connection.execute("SELECT hash, data FROM blob"):
        name = digest.decode("utf-8", "replace")
        found.texts.add(name)
        if sha256(data).hexdigest() != name:
            found.fault(None, "text", f"the stored text {name[:12]}… was changed")


def check_entries(found: Scan, connection: sqlite3.Connection) -> None:
    """Bodies, chain, tree, sealed documents. A large file is read by several processes; if one of
    them meets anything at all, the file is read again from the start, to name what it is."""
    from portability.ledger.parts import read_in_parts

    tree = Recount(connection, found.fault)
    if not read_in_parts(found, connection, tree):
        payloads = Payloads(found, connection)
        read_entries(found, connection, tree, payloads)
        payloads.finish()
    for number, made in found.special:
        with collected(found):
            check_special(found, number, made)
    if found.size == 0:
        found.fault(0, "missing", "it is missing; the ledger has no entry at all")
    elif found.whole:
        tree.finish()
        if found.stated != found.schema:
            words = f"the file has schema {found.schema}, its entries name schema {found.stated}"
            found.fault(None, "schema", words)
    for size in {*found.wanted, found.size}:
        if (root := found.root(size)) is not None:
            found.roots[size] = root


def read_entries(
    found: Scan,
    connection: sqlite3.Connection,
    tree: Recount,
    payloads: Payloads,
    end: int = sys.maxsize,
    before: bytes = START,
) -> None:
    """Entries from `found.size` to end-1, in one pass; `before` is the chain hash they continue."""
    # From the very first: a number below 0 is a fault as well.
    first = -sys.maxsize if found.size == 0 else found.size
    cursor = connection.execute(
        "SELECT seq, body, leaf, chain FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq",
        (first, end),
    )
    shapes = Shapes()
    while rows := cursor.fetchmany(CHUNK):
        numbers, texts, leaves, chains = zip(*rows, strict=True)
        check_hashes(found, (numbers, texts, leaves, chains), before)
        for number, text, known in zip(numbers, texts, shapes.find(texts), strict=True):
            if known is None:
                check_body(found, number, text, payloads, shapes)
                continue
            shape, strings = known
            if shape.sealed or payloads.waiting <= number:
                payloads.check(number, shape.due(strings))
            for name in shape.missing:
                no_text(found, number, name)
        before = chains[-1]
        for number in found.chains.keys() & set(numbers):
            found.chains[number] = chains[numbers.index(number)]
        if found.whole:
            tree.add(leaves)


def check_hashes(found: Scan, columns: Columns, before: bytes) -> None:
    """Numbers without a gap, leaves, chain. All at once; one by one only to name what is wrong."""
    numbers, texts, leaves, chains = columns
    if (
        numbers == tuple(range(found.size, found.size + len(numbers)))
        and tuple([sha256(b"\x00" + text).digest() for text in texts]) == leaves
        and tuple([sha256(b).digest() for b in map(add, (before, *chains), leaves)]) == chains
    ):
        found.size += len(numbers)
        return
    for number, text, leaf, chain in zip(*columns, strict=True):
        if number != found.size:
            check_gap(found, number)
        if sha256(b"\x00" + text).digest() != leaf:
            found.fault(number, "body", "its body was changed: it does not fit its hash")
        if sha256(before + leaf).digest() != chain:
            found.fault(number, "chain", "it does not continue the entry before it")
        before, found.size = chain, number + 1


def check_gap(found: Scan, number: int) -> None:
    """Entries are missing before this one: no root can be computed any more."""
    lost = "it is missing"
    if number > found.size + 1:
        lost = f"it and all up to {number - 1} are missing"
    found.fault(found.size, "missing", f"{lost}; the ledger goes on with {number}")
    found.whole = False


def check_body(found: Scan, number: int, text: bytes, payloads: Payloads, shapes: Shapes) -> None:
    """A body reads in one way only, and what it names is there."""
    try:
        made = parse(text)
        if not isinstance(made, dict):
            raise ValueError("not an object")
    except ValueError as error:
        found.fault(number, "form", f"its body is not canonical JSON ({error})")
        payloads.take(number)
        return
    try:
        if words := misbuilt(number, made, KINDS):
            found.fault(number, "form", words)
        missing = check_named(found, number, made, payloads)
        if words is None and not made.keys() & {"vkey", "schema"}:
            shapes.learn(text, made, missing)
    except MISSHAPEN as error:
        found.fault(number, "form", f"its body is not built as it should be ({error})")


def check_named(found: Scan, number: int, made: Mapping[str, Any], payloads: Payloads) -> list[str]:
    """The key, the sealed documents and the texts a body names; texts that are not stored."""
    if number == 0 or made.get("kind") in ("key_change", "schema_change"):
        found.special.append((number, made))
    sealed = (made.get("sealed") or {}).items()
    payloads.check(
        number,
        [
            (name.encode(), part["person"].encode(), part["sha256"].encode())
            for name, part in sealed
        ],
    )
    missing = [name for name, digest in referenced(made).items() if digest not in found.texts]
    for name in missing:
        no_text(found, number, name)
    return missing


def no_text(found: Scan, number: int, name: str) -> None:
    found.fault(number, "text", f"the text of {name} it applied is not stored any more")


def check_special(found: Scan, number: int, made: Mapping[str, Any]) -> None:
    """What counts in its order: entry 0 names the log, its key and its structure; others change
    them."""
    if number == 0:
        found.origin = str(made.get("origin", ""))
    if number == 0 or made.get("kind") == "schema_change":
        add_schema(found, number, made)
    if number == 0 or made.get("kind") == "key_change":
        add_key(found, number, made)


def add_schema(found: Scan, number: int, made: Mapping[str, Any]) -> None:
    """The structure due from this entry on: one this program knows, later than the one before."""
    version = known_schemas().get(str(made.get("schema")))
    if version is None or version <= found.stated:
        found.fault(number, "schema", "it names a structure that cannot follow here")
    else:
        found.stated = version


def add_key(found: Scan, number: int, made: Mapping[str, Any]) -> None:
    try:
        agreed = endorsed(made, found.keys[-1][1]) if found.keys else True
        if agreed is False:
            found.fault(number, "key", "the change of key is not endorsed by the key before it")
        elif agreed is None:
            found.unendorsed.append(number)
        found.keys.append((number, read_key(str(made.get("vkey")))))
    except LedgerError as error:
        found.fault(number, "key", f"it names no usable key ({error})")


def check_checkpoints(found: Scan, connection: sqlite3.Connection) -> None:
    """Checkpoints this ledger signed fit its entries."""
    for size, text in connection.execute("SELECT size, note FROM checkpoint ORDER BY size"):
        found.checkpoints += 1
        try:
            note = read_note(text)
            given = Given(note, read_checkpoint(note), "the checkpoint stored here")
            check_checkpoint(found, given, size, found.root(size))
        except LedgerError as error:
            found.fault(None, "checkpoint", f"the checkpoint stored for {size} entries: {error}")


@frozen
class Given:
    """A checkpoint to be checked, and what to call it."""

    note: Note
    stated: Checkpoint
    name: str


def check_checkpoint(
    found: Scan, given: Given, size: int, root: bytes | None, key: PublicKey | None = None
) -> bool:
    """Signature, name, size and root of a checkpoint against the entries: `root` over the first
    `size`, None if it cannot be computed. Faults are collected."""
    key, stated, name = key or found.key_at(size), given.stated, given.name
    if stated.origin != found.origin:
        code, text = "checkpoint", f"is of another ledger, {stated.origin}"
    elif key is None or not given.note.signed_by(key):
        code, text = "key", f"is not signed with the key of this ledger ({key})"
    elif stated.size != size or size > found.size:
        code = "cut"
        text = f"covers {stated.size} entries; the file holds {found.size}: entries were cut off"
    elif root is None:
        code, text = "checkpoint", f"cannot be compared: entries before {size} are missing"
    elif root != stated.root:
        code, text = "root", f"has another root over its {size} entries: they were rewritten"
    else:
        return True
    found.fault(None, code, f"{name} {text}")
    return False
