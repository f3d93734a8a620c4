"""Checkpoints of a ledger, and proofs about it that others check without having it.

Inclusion: https://c2sp.org/tlog-proof. Consistency: the request of https://c2sp.org/tlog-witness
(`old N`, hashes,
checkpoint), which a witness needs before it cosigns.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from portability.errors import LedgerError
from portability.ledger import merkle
from portability.ledger.checkpoint import (
    Checkpoint,
    Note,
    PublicKey,
    b64,
    read_checkpoint,
    read_note,
    signed,
    unb64,
)
from portability.ledger.store import Ledger

HEAD = "c2sp.org/tlog-proof@v1"


@frozen
class Inclusion:
    """A proof that an entry stands in the log of a checkpoint."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        hashes = "".join(b64(step) + "\n" for step in self.path)
        return f"{HEAD}\nindex {self.index}\n{hashes}\n{self.note}"


@frozen
class Consistency:
    """A proof that the log of a checkpoint only added to what it held at `old` entries."""

    old: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        hashes = "".join(b64(step) + "\n" for step in self.path)
        return f"old {self.old}\n{hashes}\n{self.note}"


def checkpoint(ledger: Ledger) -> str:
    """Sign the present state, keep the checkpoint in the ledger and return its text.

    The same state gives the same text. Raises LedgerError if the signing key is not here.
    """
    size = len(ledger)
    stored = stored_note(ledger, size)
    if stored is not None:
        return stored
    key = ledger.keys.signing_key(ledger.public_key)
    if key is None:
        raise LedgerError(f"{ledger.path}: its signing key is not in {ledger.keys.path}")
    check_past(ledger)
    text = signed(Checkpoint(ledger.public_key.name, size, ledger.root(size)), [key])
    if not ledger.readonly:
        with ledger.transaction() as connection:
            connection.execute(
                "INSERT INTO checkpoint SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM checkpoint "
                "WHERE size = ?)",
                (size, text, size),
            )
    return text


def check_past(ledger: Ledger) -> None:
    """Never sign a state that contradicts the last one signed (tlog-checkpoint, Signatures)."""
    last = latest(ledger)
    if last is None:
        return
    note = read_note(last)
    stated = read_checkpoint(note)
    if stated.size > len(ledger) or ledger.root(stated.size) != stated.root:
        raise LedgerError(
            f"{ledger.path}: its entries contradict the checkpoint it signed at {stated.size} "
            f"entries; "
            "nothing was signed. Run `portability ledger verify`."
        )


def stored_note(ledger: Ledger, size: int) -> str | None:
    """A checkpoint signed earlier for exactly this size, with its cosignatures."""
    rows = ledger.query("SELECT note FROM checkpoint WHERE size = ?", size)
    lines = ledger.query("SELECT line FROM cosignature WHERE size = ? ORDER BY line", size)
    return None if not rows else str(rows[0][0]) + "".join(str(line) for (line,) in lines)


def latest(ledger: Ledger) -> str | None:
    """The last checkpoint signed, or None."""
    rows = ledger.query("SELECT max(size) FROM checkpoint")
    return None if rows[0][0] is None else stored_note(ledger, int(rows[0][0]))


def prove(ledger: Ledger, number: int) -> Inclusion:
    """A proof for an entry under the latest checkpoint that covers it (a new one is signed if none
    does)."""
    ledger.entry(number)
    text = latest(ledger)
    if text is None or read_checkpoint(read_note(text)).size <= number:
        text = checkpoint(ledger)
    note = read_note(text)
    size = read_checkpoint(note).size
    return Inclusion(number, tuple(merkle.inclusion_path(number, size, ledger.node)), note)


def prove_growth(ledger: Ledger, old: int) -> Consistency:
    """A proof that the ledger, as of its newest checkpoint, only added to its first `old`
    entries."""
    note = read_note(checkpoint(ledger))
    size = read_checkpoint(note).size
    if not 0 <= old <= size:
        raise LedgerError(
            f"{ledger.path}: it holds {size} entries: there was never a state of {old}"
        )
    return Consistency(old, tuple(merkle.consistency_path(old, size, ledger.node)), note)


def read_inclusion(text: str) -> Inclusion:
    """Parse a tlog-proof. Raises LedgerError."""
    head, gap, rest = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != HEAD:
        raise LedgerError(f"not a proof: it does not begin with {HEAD}")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    if len(lines) < 2:
        raise LedgerError("not a proof: the line 'index N' is missing")
    return Inclusion(_number(lines[1], "index"), _hashes(lines[2:]), read_note(rest))


def read_consistency(text: str) -> Consistency:
    """Parse a request to a witness. Raises LedgerError."""
    head, gap, rest = text.partition("\n\n")
    lines = head.split("\n")
    if not gap:
        raise LedgerError("not a proof of growth: it does not begin with 'old N'")
    return Consistency(_number(lines[0], "old"), _hashes(lines[1:]), read_note(rest))


def check_inclusion(proof: Inclusion, body: bytes, key: PublicKey) -> Checkpoint:
    """The checkpoint under which the body is entry `proof.index`. Raises LedgerError if it is not
    proven."""
    stated = read_checkpoint(proof.note)
    if not proof.note.signed_by(key) or stated.origin != key.name:
        raise LedgerError(f"the proof's checkpoint is not signed by {key.name}")
    leaf = merkle.leaf_hash(body)
    if not merkle.inclusion_holds(leaf, proof.index, stated.size, proof.path, stated.root):
        raise LedgerError(
            "the proof does not lead from this entry to the checkpoint: it is not proven"
        )
    return stated


def _number(line: str, word: str) -> int:
    name, _, value = line.partition(" ")
    if name != word or not value.isascii() or not value.isdigit() or str(int(value)) != value:
        raise LedgerError(f"not a proof: expected the line '{word} N'")
    return int(value)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    try:
        found = tuple(unb64(line) for line in lines)
    except ValueError:
        found = (b"",)
    if len(found) > 63 or any(len(step) != 32 for step in found):
        raise LedgerError("not a proof: a line is not a hash of 32 bytes")
    return found
