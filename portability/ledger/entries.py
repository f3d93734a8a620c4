"""Entries read once, in order: their hashes, their bodies, what the bodies name.

Rows come by the few hundred, so that what is being looked at stays in the processor's cache; each
check runs over all of them at once, and one by one only to name what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256
from operator import add
from typing import Any

from portability.ledger.bodies import KINDS, referenced
from portability.ledger.canonical import parse
from portability.ledger.documents import Named, Payloads
from portability.ledger.findings import MISSHAPEN, Scan
from portability.ledger.recount import Recount
from portability.ledger.rows import HIGHEST, LOWEST, START
from portability.ledger.shapes import Due, Known, Shapes, misbuilt

STEP = 256  # rows at a time: 4,096 take twice as long
Columns = tuple[tuple[int, ...], tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]


def erasures(connection: sqlite3.Connection) -> dict[bytes, int]:
    """Person -> entry of the erasure."""
    rows = connection.execute(
        "SELECT person, min(seq) FROM entry WHERE kind = 'erasure' GROUP BY person"
    )
    return {person: seq for person, seq in rows if isinstance(person, bytes)}


def read_entries(
    found: Scan,
    connection: sqlite3.Connection,
    tree: Recount,
    payloads: Payloads,
    last: int = HIGHEST,
    before: bytes = START,
) -> None:
    """Entries from `found.size` to `last`, in one pass; `before` is the chain hash they
    continue."""
    # From the very first: a number below 0 is a fault as well.
    first = LOWEST if found.size == 0 else found.size
    cursor = connection.execute(
        "SELECT seq, body, leaf, chain FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq",
        (first, last),
    )
    shapes = Shapes()
    while rows := cursor.fetchmany(STEP):
        numbers, texts, leaves, chains = zip(*rows, strict=True)
        check_hashes(found, (numbers, texts, leaves, chains), before)
        named, unread = check_bodies(found, numbers, texts, shapes)
        payloads.check(numbers, named, unread)
        before = chains[-1]
        for number in found.chains.keys() & set(numbers) if found.chains else ():
            found.chains[number] = chains[numbers.index(number)]
        if found.whole:
            tree.add(leaves)
    payloads.finish()


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


def check_bodies(
    found: Scan, numbers: Sequence[int], texts: Sequence[bytes], shapes: Shapes
) -> tuple[list[Named], set[int]]:
    """Every body reads in one way only, and the texts it names are stored; the sealed documents
    they name, and the entries whose body cannot be read."""
    if shapes.plain(texts):
        return [], set()
    known = shapes.find(texts)
    named: list[Named] = []
    unread: set[int] = set()
    for number, text, one in zip(numbers, texts, known, strict=True):
        due = check_body(found, number, text, one, shapes)
        if due is None:
            unread.add(number)
        else:
            named += [(number, *document) for document in due]
    return named, unread


def check_body(
    found: Scan, number: int, text: bytes, known: Known | None, shapes: Shapes
) -> Due | None:
    """The sealed documents a body names, by its shape or by reading it; None if it cannot be."""
    if known is None:  # perhaps one like it was read a moment ago
        (known,) = shapes.find([text])
    if known is None:
        return read_body(found, number, text, shapes)
    shape, strings = known
    for name in shape.missing:
        no_text(found, number, name)
    return shape.due(strings)


def read_body(found: Scan, number: int, text: bytes, shapes: Shapes) -> Due | None:
    """The strict reading of one body; its shape is kept if nothing is wrong."""
    due: Due | None = None
    try:
        made = parse(text)
        if not isinstance(made, dict):
            raise ValueError("not an object")
    except ValueError as error:
        found.fault(number, "form", f"its body is not canonical JSON ({error})")
        return None
    try:
        if words := misbuilt(number, made, KINDS):
            found.fault(number, "form", words)
        due = due_documents(made)
        missing = check_named(found, number, made)
        if words is None and not made.keys() & {"vkey", "schema"}:
            shapes.learn(text, made, missing)
    except MISSHAPEN as error:
        found.fault(number, "form", f"its body is not built as it should be ({error})")
    return due


def due_documents(made: Mapping[str, Any]) -> Due:
    """Name, person and hash of the sealed documents a body names, name by name."""
    return tuple(
        (name.encode(), part["person"].encode(), part["sha256"].encode())
        for name, part in sorted((made.get("sealed") or {}).items())
    )


def check_named(found: Scan, number: int, made: Mapping[str, Any]) -> list[str]:
    """What counts for the whole ledger is kept for later; texts that are not stored."""
    if number == 0 or made.get("kind") in ("key_change", "schema_change"):
        found.special.append((number, made))
    missing = [name for name, digest in referenced(made).items() if digest not in found.texts]
    for name in missing:
        no_text(found, number, name)
    return missing


def no_text(found: Scan, number: int, name: str) -> None:
    found.fault(number, "text", f"the text of {name} it applied is not stored any more")
