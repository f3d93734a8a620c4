"""A new signing key: the change is an entry, endorsed by the key it replaces where that is at
hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from portability.errors import LedgerError
from portability.ledger.bodies import body
from portability.ledger.checkpoint import PublicKey, SigningKey, read_key, read_note
from portability.ledger.drafting import Draft
from portability.ledger.store import Ledger, Receipt


def text_of(new: PublicKey) -> str:
    """What the old key signs."""
    return f"portability/key-change@1\n{new}\n"


def rotate(ledger: Ledger, reason: str = "") -> tuple[Receipt, PublicKey]:
    """Sign with a fresh key from now on. Without the old key the change stands unendorsed."""
    old = ledger.public_key
    mine = ledger.keys.signing_key(old)
    new = SigningKey.make(old.name)
    ledger.keys.keep_signing_key(new)
    line = None if mine is None else mine.sign(text_of(new.public))
    made = body("key_change", vkey=str(new.public), endorsement=line, reason=reason or None)

    def alone(connection: sqlite3.Connection, receipts: Sequence[Receipt]) -> None:
        later = connection.execute(
            "SELECT seq, body FROM entry WHERE (kind = 'opened' OR kind = 'key_change') "
            "AND seq < ? ORDER BY seq DESC LIMIT 1",
            (receipts[0].entry,),
        ).fetchone()
        if str(old) not in later[1]:
            raise LedgerError("another program changed the key just now: nothing was changed")

    (receipt,) = ledger.append_many([Draft(made)], alone)
    return receipt, new.public


def endorsed(made: Mapping[str, Any], old: PublicKey) -> bool | None:
    """Whether the replaced key agreed to a change; None if it was not asked.

    Raises LedgerError if the entry is malformed.
    """
    new = read_key(str(made.get("vkey")))
    line = made.get("endorsement")
    if line is None:
        return None
    return new.name == old.name and read_note(f"{text_of(new)}\n{line}").signed_by(old)
