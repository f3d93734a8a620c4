"""One pass over the file: recompute every hash and collect every fault, with the number of its
entry."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import frozen

from portability.errors import LedgerError
from portability.ledger import parts
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
from portability.ledger.entries import erasures, read_entries
from portability.ledger.findings import Finding, Scan, collected
from portability.ledger.recount import Recount
from portability.ledger.rotation import endorsed
from portability.ledger.rows import connect
from portability.ledger.store import Ledger


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
    tree = Recount(connection, found.fault)
    if not parts.read_in_parts(found, connection, tree):
        read_entries(found, connection, tree, Payloads(found, connection))
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
    """Checkpoints this ledger signed fit its entries; cosignatures can be read with them."""
    cosigned: dict[int, bytes] = {}
    for size, line in connection.execute("SELECT size, line FROM cosignature ORDER BY size, line"):
        cosigned[size] = cosigned.get(size, b"") + line
    for size, text in connection.execute("SELECT size, note FROM checkpoint ORDER BY size"):
        found.checkpoints += 1
        try:
            note = read_note(text + cosigned.get(size, b""))
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
