"""Random damage: every flipped bit of the file is seen, or changes nothing that can be read."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from portability.errors import LedgerError
from portability.ledger import Ledger
from portability.ledger.creation import expected
from portability.ledger.proof import checkpoint
from portability.ledger.verify import verify


def content(path: Path) -> Iterator[object]:
    """Everything a reader can get out of a ledger."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield from connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        for table in ("entry", "node", "payload", "blob", "checkpoint", "cosignature"):
            yield from connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        for kind, view in expected():
            if kind == "view":
                yield from connection.execute(f"SELECT * FROM {view} ORDER BY 1, 2, 3, 4")
    finally:
        connection.close()


def flips(place: Path, held: str, folder: Path, count: int, seed: int) -> tuple[int, int]:
    """Flip bits of a copy one at a time: (seen by verify, harmless: every row reads as before).

    Raises AssertionError on one that is neither.
    """
    whole = place.read_bytes()
    before = list(content(place))
    chance = random.Random(seed)
    noticed = harmless = 0
    victim = folder / "victim.db"
    for _ in range(count):
        at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        damaged = bytearray(whole)
        damaged[at] ^= bit
        victim.write_bytes(damaged)
        for left in folder.glob("victim.db-*"):
            left.unlink()
        try:
            with Ledger.open(victim, readonly=True) as ledger:
                ok = verify(ledger, [held]).ok
        except LedgerError:
            ok = False
        if not ok:
            noticed += 1
            continue
        assert list(content(victim)) == before, f"bit {bit} of byte {at} passed unseen"
        harmless += 1
    return noticed, harmless


def test_no_flipped_bit_passes_unseen(filled: Ledger, place: Path, tmp_path: Path) -> None:
    held = checkpoint(filled)
    filled.close()
    noticed, harmless = flips(place, held, tmp_path, 200, seed=1)
    assert noticed > 30
    assert harmless > 0
