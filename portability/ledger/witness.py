"""Witnesses: two offices hold each other's checkpoints, so that neither can rewrite its ledger
unseen.

A witness keeps the last checkpoint it saw of another ledger in its own ledger, and cosigns a newer
one only after a
proof that the other ledger merely grew (https://c2sp.org/tlog-witness, here carried by file instead
of HTTP).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from portability.errors import LedgerError
from portability.ledger import merkle
from portability.ledger.bodies import body
from portability.ledger.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    PublicKey,
    SigningKey,
    b64,
    read_checkpoint,
    read_key,
    read_note,
    unb64,
)
from portability.ledger.drafting import Draft
from portability.ledger.proof import Consistency, stored_note
from portability.ledger.store import Ledger, Receipt

LAST = (
    "SELECT seq, body FROM entry WHERE kind = 'evidence_received' AND "
    "json_extract(body, '$.checkpoint.origin') = ? ORDER BY seq DESC LIMIT 1"
)


def witness_key(ledger: Ledger) -> SigningKey:
    """The key this ledger's office cosigns with: the signing key under its own type of
    signature."""
    mine = ledger.keys.signing_key(ledger.public_key)
    if mine is None:
        raise LedgerError(f"{ledger.path}: its signing key is not in {ledger.keys.path}")
    return SigningKey(mine.name, mine.seed, COSIGNATURE)


def last_seen(ledger: Ledger, origin: str) -> tuple[int, Checkpoint, PublicKey] | None:
    """The last checkpoint of another ledger that this one holds: entry, checkpoint, key it was
    signed with."""
    rows = ledger.query(LAST, origin)
    if not rows:
        return None
    held: dict[str, Any] = ledger.entry(int(rows[0][0])).body["checkpoint"]
    stated = Checkpoint(str(held["origin"]), int(held["size"]), unb64(str(held["root"])))
    return int(rows[0][0]), stated, read_key(str(held["vkey"]))


def cosign(
    ledger: Ledger,
    proof: Consistency,
    key: PublicKey | None = None,
    at: int | None = None,
    replace: bool = False,
) -> str:
    """Check another ledger's growth, record its checkpoint, return the note with our cosignature.

    key  the other ledger's key; needed the first time, afterwards the one recorded then holds
    at   seconds since 1970 (now if None)
    replace  accept `key` in the place of the one recorded: the other office changed it
    Raises LedgerError if the other ledger was rolled back, forked or signed with another key.
    Nothing is cosigned then.
    """
    stated = read_checkpoint(proof.note)
    seen = last_seen(ledger, stated.origin)
    key = check_key(proof, stated, key, None if seen is None or replace else seen[2])
    check_growth(proof, stated, None if seen is None else seen[1])
    mine = witness_key(ledger)
    if seen is None or seen[1] != stated:
        record(ledger, stated, key, None if seen is None else seen[0])
    return str(proof.note) + mine.cosign(proof.note.text, int(time.time()) if at is None else at)


def check_key(
    proof: Consistency, stated: Checkpoint, key: PublicKey | None, known: PublicKey | None
) -> PublicKey:
    if known is not None and key is not None and key != known:
        raise LedgerError(
            f"{stated.origin} is known here under another key, {known}: nothing was cosigned"
        )
    key = known or key
    if key is None:
        raise LedgerError(
            f"{stated.origin} is not known here yet: give its key, obtained from that office itself"
        )
    if key.name != stated.origin or not proof.note.signed_by(key):
        raise LedgerError(
            f"the checkpoint is not signed with the key of {stated.origin}: nothing was cosigned"
        )
    return key


def check_growth(proof: Consistency, stated: Checkpoint, last: Checkpoint | None) -> None:
    """The checkpoint continues the last one seen (tlog-witness: the old size is the witness's
    own)."""
    if last is None:
        if proof.old != 0:
            raise LedgerError(
                f"no checkpoint of {stated.origin} is held here: the proof must start at 0"
            )
        return
    if stated.size < last.size:
        raise LedgerError(
            f"{stated.origin} was rolled back: it held {last.size} entries and now states "
            f"{stated.size}. "
            "Nothing was cosigned; the earlier checkpoint is held here as evidence."
        )
    if proof.old != last.size:
        raise LedgerError(
            f"the proof starts at {proof.old}; the last checkpoint held here covers {last.size} "
            f"entries. "
            f"Ask for: ledger prove --since {last.size}"
        )
    if not merkle.consistency_holds(last.size, stated.size, last.root, stated.root, proof.path):
        raise LedgerError(
            f"{stated.origin} was rewritten: its new checkpoint does not contain the {last.size} "
            f"entries it had. "
            "Nothing was cosigned; the earlier checkpoint is held here as evidence."
        )


def record(ledger: Ledger, stated: Checkpoint, key: PublicKey, before: int | None) -> Receipt:
    """Put the other ledger's checkpoint into ours; refused if another program recorded a newer one
    meanwhile."""
    held = {
        "origin": stated.origin,
        "size": stated.size,
        "root": b64(stated.root),
        "vkey": str(key),
    }

    def still_last(connection: sqlite3.Connection, receipts: Sequence[Receipt]) -> None:
        rows = connection.execute(LAST.replace("LIMIT 1", "LIMIT 2"), (stated.origin,)).fetchall()
        earlier = [row[0] for row in rows if row[0] != receipts[0].entry]
        if earlier[:1] != ([] if before is None else [before]):
            raise LedgerError(
                "another program recorded a checkpoint of the same ledger just now: try again"
            )

    (receipt,) = ledger.append_many([Draft(body("evidence_received", checkpoint=held))], still_last)
    return receipt


def keep_cosignature(ledger: Ledger, text: str, witness: PublicKey) -> int:
    """Store a witness's cosignature beside the checkpoint it belongs to; the checkpoint's size."""
    note = read_note(text)
    size = read_checkpoint(note).size
    stored = stored_note(ledger, size)
    if stored is None or read_note(stored).text != note.text:
        raise LedgerError(f"{ledger.path}: it signed no such checkpoint")
    if not note.signed_by(witness):
        raise LedgerError(f"the checkpoint is not cosigned by {witness.name}")
    lines = [s.line for s in note.signatures if (s.name, s.id) == (witness.name, witness.id)]
    with ledger.transaction() as connection:
        for line in lines:
            connection.execute(
                "INSERT INTO cosignature VALUES (?, ?) ON CONFLICT DO NOTHING", (size, line)
            )
    return size
