"""A person's rights against the ledger: to be forgotten, and to a copy (GDPR art. 15, 17, 20,
22)."""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Sequence
from typing import Any

from portability.errors import LedgerError
from portability.ledger.bodies import body, now
from portability.ledger.canonical import parse
from portability.ledger.drafting import Draft
from portability.ledger.family import join
from portability.ledger.faults import guarded
from portability.ledger.held import empty_log
from portability.ledger.store import Ledger, Receipt

Json = dict[str, Any]


def user() -> str:
    """Who sits at the machine, for entries about access."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def resolve(ledger: Ledger, who: str) -> str:
    """The number of a person, from the number itself or from the office's reference. Raises
    LookupError."""
    if len(who) == 32 and all(c in "0123456789abcdef" for c in who):
        if ledger.of_person(who):
            return who
        raise LookupError("no entry concerns a person of this number")
    found = ledger.keys.find(who)
    if found is None:
        raise LookupError(
            "no person is known under this reference (or the data was erased, or the key file is "
            "absent)"
        )
    return found.id


def erase(ledger: Ledger, who: str, reason: str = "") -> Receipt | None:
    """Destroy a person's sealed documents and key; the erasure itself is an entry.

    Hashes, proofs and checkpoints stay valid. Returns None if the erasure was recorded before: it
    is then finished.
    Raises LookupError, and LedgerError if another program still holds the old state.
    """
    person = resolve(ledger, who)
    receipt = None
    if not ledger.erased(person):
        made = body("erasure", person=person, reason=reason or None, by=user())
        (receipt,) = ledger.append_many([Draft(made)], lambda c, _: delete_documents(c, person))
    else:
        with ledger.transaction() as connection:
            delete_documents(connection, person)
    ledger.keys.destroy(person)
    ledger.keys.sweep()
    with guarded(ledger.path):
        emptied = empty_log(ledger.connection, ledger.path)
    if not emptied:
        raise LedgerError(
            f"{ledger.path}: key and documents are destroyed, but another program still reads an "
            f"older state of "
            "the file, so its log could not be emptied. Close it and erase again."
        )
    return receipt


def delete_documents(connection: sqlite3.Connection, person: str) -> None:
    """Delete every sealed document of a person, also those in entries about somebody else."""
    connection.execute(
        "DELETE FROM payload WHERE (seq, name) IN ("
        "SELECT entry.seq, part.key FROM entry, json_each(entry.body, '$.sealed') AS part "
        "WHERE entry.person IS NOT NULL AND json_extract(part.value, '$.person') = ?)",
        (person,),
    )


def unseal_recorded(ledger: Ledger, number: int, reason: str = "") -> Json:
    """Open the sealed documents of an entry; that somebody did is an entry, written first.

    What was erased is left out; if nothing is left, LedgerError is raised.
    """
    found = ledger.entry(number).body
    parts = found.get("sealed") or {}
    left = [name for name, part in parts.items() if not ledger.erased(part["person"])]
    opened = ledger.unsealed(number, left or None)
    if opened:
        ledger.append(
            body("access", person=found["person"], about=[number], by=user(), reason=reason or None)
        )
    return join({name: readable(data) for name, data in opened.items()})


def disclose(ledger: Ledger, who: str, reason: str = "") -> Json:
    """The copy a person may ask for: every entry about the person with its documents, opened, and
    every access.

    The determination's trace, with the article for each step, is the logic involved (art.
    15(1)(h)).
    """
    person = resolve(ledger, who)
    entries = ledger.of_person(person)
    about = [entry.number for entry in entries if "sealed" in entry.body]
    told = [described(ledger, entry.number, person) for entry in entries]
    receipt = ledger.append(
        body("disclosure", person=person, about=about, by=user(), reason=reason or None)
    )
    return {
        "schema": "portability/disclosure@1",
        "at": now(),
        "ledger": ledger.public_key.name,
        "person": person,
        "entries": told,
        "recorded_as": {"entry": receipt.entry, "hash": receipt.hash},
    }


def described(ledger: Ledger, number: int, person: str) -> Json:
    """An entry for its person: what it says in clear and this person's documents."""
    entry = ledger.entry(number)
    made = entry.body
    mine = [n for n, part in (made.get("sealed") or {}).items() if part["person"] == person]
    opened = ledger.unsealed(number, mine) if mine else {}
    return {
        "entry": number,
        "hash": entry.chain.hex(),
        "in_clear": {key: value for key, value in made.items() if key != "sealed"},
        "documents": {name: readable(data) for name, data in opened.items()},
    }


def readable(data: bytes) -> Any:
    """A sealed document as JSON where it is JSON, else as text."""
    try:
        return parse(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def accesses(ledger: Ledger, number: int) -> Sequence[int]:
    """Entries that record an access to the documents of an entry."""
    rows = ledger.query(
        "SELECT entry.seq FROM entry, json_each(entry.body, '$.about') AS about "
        "WHERE entry.kind IN ('access', 'disclosure') AND about.value = ? "
        "AND entry.person = (SELECT person FROM entry WHERE seq = ?) ORDER BY entry.seq",
        number,
        number,
    )
    return [int(seq) for (seq,) in rows]
