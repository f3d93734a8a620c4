"""A change of the signing key: old checkpoints go on, an unendorsed change is said to be one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from invented_ledger import record

from portability.errors import LedgerError
from portability.ledger import Ledger, body
from portability.ledger.checkpoint import SigningKey
from portability.ledger.proof import checkpoint, prove_growth
from portability.ledger.rotation import rotate, text_of
from portability.ledger.verify import verify
from portability.ledger.witness import cosign


def test_checkpoints_of_both_keys_verify(filled: Ledger) -> None:
    before, old = checkpoint(filled), filled.public_key
    receipt, new = rotate(filled, "yearly")
    assert filled.public_key == new != old
    assert filled.entry(receipt.entry).body["reason"] == "yearly"
    record(filled)
    report = verify(filled, [before, checkpoint(filled)])
    assert report.ok
    assert not any("change of key" in line for line in report.not_proven)
    rotate(filled)
    assert verify(filled, [checkpoint(filled)]).ok


def test_a_change_without_the_old_key_is_told(filled: Ledger) -> None:
    keys = sqlite3.connect(filled.keys.path)
    keys.execute("DELETE FROM signing")
    keys.commit()
    keys.close()
    with pytest.raises(LedgerError):
        checkpoint(filled)
    receipt, _ = rotate(filled)
    report = verify(filled, [checkpoint(filled)])
    assert report.ok
    assert any(f"change of key in entry {receipt.entry}" in line for line in report.not_proven)


def test_an_endorsement_by_somebody_else_is_a_fault(filled: Ledger) -> None:
    new = SigningKey.make(filled.public_key.name)
    forged = SigningKey.make(filled.public_key.name).sign(text_of(new.public))
    filled.append(body("key_change", vkey=str(new.public), endorsement=forged))
    assert [fault.code for fault in verify(filled).faults] == ["key"]
    filled.append(body("key_change", vkey="nonsense"))
    assert [fault.code for fault in verify(filled).faults] == ["key", "key"]


def test_an_old_key_signs_nothing_new(filled: Ledger) -> None:
    from portability.ledger.checkpoint import Checkpoint, signed

    old = filled.keys.signing_key(filled.public_key)
    assert old is not None
    rotate(filled)
    text = signed(Checkpoint(old.name, len(filled), filled.root()), [old])
    assert [fault.code for fault in verify(filled, [text]).faults] == ["key"]


def test_a_witness_takes_a_new_key_only_when_told(filled: Ledger, tmp_path: Path) -> None:
    (tmp_path / "abroad").mkdir()
    with Ledger.open(tmp_path / "abroad" / "ledger.db", create=True) as abroad:
        cosign(abroad, prove_growth(filled, 0), filled.public_key)
        _, new = rotate(filled)
        with pytest.raises(LedgerError, match="under another key"):
            cosign(abroad, prove_growth(filled, 14), new)
        cosign(abroad, prove_growth(filled, 14), new, replace=True)
        record(filled)
        cosign(abroad, prove_growth(filled, 15))
