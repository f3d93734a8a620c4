"""A ledger of an earlier schema, brought to this program's: the change is an entry.

A migration only creates. The entry names the hash of the new structure, so that `verify` knows
which structure is due from which entry on; a newer structure without its entry is a fault.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from portability.errors import LedgerError
from portability.ledger.bodies import body
from portability.ledger.creation import expected, objects, schema_hash, script
from portability.ledger.drafting import Draft
from portability.ledger.faults import SCHEMA
from portability.ledger.store import Ledger, Receipt


def version(ledger: Ledger) -> int:
    """The schema an open ledger has."""
    return int(ledger.query("PRAGMA user_version")[0][0])


def upgrade(ledger: Ledger) -> list[Receipt]:
    """Bring the ledger to this program's schema, step by step; one entry a step, none if it is
    there already. Raises LedgerError if its structure is not that of its schema."""
    return [step(ledger, to) for to in range(version(ledger) + 1, SCHEMA + 1)]


def step(ledger: Ledger, to: int) -> Receipt:
    made = body("schema_change", schema=schema_hash(expected(to)))

    def change(connection: sqlite3.Connection, receipts: Sequence[Receipt]) -> None:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found != to - 1:
            raise LedgerError(f"{ledger.path}: another program changed its structure just now")
        if objects(connection) != expected(to - 1):
            raise LedgerError(
                f"{ledger.path}: its structure is not that of schema {to - 1}; nothing was "
                "changed. Run `portability ledger verify`."
            )
        for statement in script(to).split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {to}")

    (receipt,) = ledger.append_many([Draft(made)], change)
    return receipt
