"""Proofs for those who have not the ledger; witnesses that refuse a forked or rolled-back one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented_ledger import record

from portability.errors import LedgerError
from portability.ledger import Ledger, body
from portability.ledger.checkpoint import read_checkpoint, read_note
from portability.ledger.proof import (
    check_inclusion,
    checkpoint,
    latest,
    prove,
    prove_growth,
    read_consistency,
    read_inclusion,
)
from portability.ledger.verify import verify
from portability.ledger.witness import cosign, keep_cosignature, last_seen, witness_key


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 12])
def test_every_entry_can_be_proven(ledger: Ledger, count: int) -> None:
    for _ in range(count):
        ledger.append(body("access"))
    for number in range(count + 1):
        text = str(prove(ledger, number))
        proof = read_inclusion(text)
        assert str(proof) == text
        stated = check_inclusion(proof, ledger.entry(number).text.encode(), ledger.public_key)
        assert stated.size == count + 1
        with pytest.raises(LedgerError, match="not proven"):
            check_inclusion(proof, b"{}", ledger.public_key)


def test_an_old_checkpoint_goes_on_serving_its_entries(filled: Ledger) -> None:
    first = checkpoint(filled)
    record(filled)
    assert latest(filled) == first
    assert str(prove(filled, 3).note) == first
    assert read_checkpoint(prove(filled, 14).note).size == 15
    assert read_checkpoint(read_note(checkpoint(filled))).size == 15


def test_the_same_state_gives_the_same_checkpoint(filled: Ledger) -> None:
    assert checkpoint(filled) == checkpoint(filled)
    assert filled.query("SELECT count(*) FROM checkpoint") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("index 3", "index 4"),
        lambda text: text.replace("index 3", "index 03"),
        lambda text: text.replace("index 3", "index -3"),
        lambda text: text.replace("tlog-proof@v1", "tlog-proof@v2"),
        lambda text: "\n".join(text.split("\n")[:2] + text.split("\n")[3:]),
        lambda text: text.replace("\n\n", "\nAAAA\n\n", 1),
        lambda text: text.replace("\n14\n", "\n15\n"),
        lambda text: "",
        lambda text: text[: len(text) // 2],
    ],
)
def test_a_changed_proof_proves_nothing(filled: Ledger, change: object) -> None:
    assert callable(change)
    text = str(prove(filled, 3))
    with pytest.raises(LedgerError):
        found = read_inclusion(change(text))
        check_inclusion(found, filled.entry(3).text.encode(), filled.public_key)


def test_a_proof_under_another_key_proves_nothing(filled: Ledger, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "o.db", create=True, origin="pensions.example/ledger") as other:
        key = other.public_key
    with pytest.raises(LedgerError, match="not signed by"):
        check_inclusion(prove(filled, 3), filled.entry(3).text.encode(), key)


# Two offices


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "abroad").mkdir()
    with Ledger.open(
        tmp_path / "abroad" / "ledger.db", create=True, origin="caisse.example/registre"
    ) as opened:
        yield opened


def test_a_witness_follows_a_ledger_that_grows(filled: Ledger, abroad: Ledger) -> None:
    size = 0
    for _ in range(4):
        note = cosign(abroad, prove_growth(filled, size), filled.public_key)
        stated = read_checkpoint(read_note(note))
        seen = last_seen(abroad, stated.origin)
        assert seen is not None and seen[1] == stated
        size = stated.size
        key = witness_key(abroad).public
        assert keep_cosignature(filled, note, key) == size
        report = verify(filled, [note], witnesses=[key])
        assert report.ok
        assert any("caisse.example/registre confirmed" in line for line in report.proven)
        record(filled)
    assert verify(abroad).ok
    assert len(abroad) == 5
    assert str(latest(filled)).count("— caisse.example/registre") == 1


def test_each_holds_the_checkpoints_of_the_other(filled: Ledger, abroad: Ledger) -> None:
    cosign(abroad, prove_growth(filled, 0), filled.public_key)
    cosign(filled, prove_growth(abroad, 0), abroad.public_key)
    assert last_seen(filled, abroad.public_key.name) is not None
    assert last_seen(abroad, filled.public_key.name) is not None
    # Known from then on without naming the key again.
    record(abroad)
    cosign(filled, prove_growth(abroad, 2))


def test_the_same_checkpoint_twice_is_recorded_once(filled: Ledger, abroad: Ledger) -> None:
    cosign(abroad, prove_growth(filled, 0), filled.public_key)
    cosign(abroad, prove_growth(filled, 14))
    assert len(abroad) == 2


def test_a_ledger_rolled_back_is_refused(ledger: Ledger, abroad: Ledger, tmp_path: Path) -> None:
    record(ledger)
    ledger.query("PRAGMA wal_checkpoint(TRUNCATE)")
    old = tmp_path / "old.db"
    shutil.copy(ledger.path, old)
    record(ledger)
    cosign(abroad, prove_growth(ledger, 0), ledger.public_key)
    with Ledger.open(old, keys=ledger.keys.path) as back:
        with pytest.raises(
            LedgerError, match="was rolled back: it held 3 entries and now states 2"
        ):
            cosign(abroad, prove_growth(back, 0))
        assert len(abroad) == 2


@pytest.mark.parametrize("more", [1, 2, 5])
def test_a_forked_ledger_is_refused(
    ledger: Ledger, abroad: Ledger, tmp_path: Path, more: int
) -> None:
    """Two histories from one past, both signed with the right key."""
    record(ledger)
    ledger.query("PRAGMA wal_checkpoint(TRUNCATE)")
    other = tmp_path / "fork.db"
    shutil.copy(ledger.path, other)
    record(ledger)
    cosign(abroad, prove_growth(ledger, 0), ledger.public_key)
    with Ledger.open(other, keys=ledger.keys.path) as fork:
        for _ in range(more):
            record(fork, subject="somebody else")
        with pytest.raises(LedgerError, match="was rewritten"):
            cosign(abroad, prove_growth(fork, 3))


def test_a_witness_asks_for_the_right_proof_and_key(filled: Ledger, abroad: Ledger) -> None:
    with pytest.raises(LedgerError, match="not known here yet"):
        cosign(abroad, prove_growth(filled, 0))
    with pytest.raises(LedgerError, match="must start at 0"):
        cosign(abroad, prove_growth(filled, 2), filled.public_key)
    with pytest.raises(LedgerError, match="not signed with the key"):
        cosign(abroad, prove_growth(filled, 0), abroad.public_key)
    cosign(abroad, prove_growth(filled, 0), filled.public_key)
    with pytest.raises(LedgerError, match="under another key"):
        cosign(abroad, prove_growth(filled, 14), abroad.public_key)
    record(filled)
    with pytest.raises(LedgerError, match="Ask for: ledger prove --since 14"):
        cosign(abroad, prove_growth(filled, 3))
    with pytest.raises(LedgerError, match="never a state of 99"):
        prove_growth(filled, 99)


def test_a_request_reads_back(filled: Ledger) -> None:
    text = str(prove_growth(filled, 5))
    assert str(read_consistency(text)) == text
    for changed in (
        "",
        "old 5",
        text.replace("old 5", "old x"),
        text.replace("\n\n", "\nA\n\n", 1),
    ):
        with pytest.raises(LedgerError):
            read_consistency(changed)


def test_a_cosignature_of_nobody_is_not_kept(filled: Ledger, abroad: Ledger) -> None:
    note = checkpoint(filled)
    with pytest.raises(LedgerError, match="not cosigned by"):
        keep_cosignature(filled, note, witness_key(abroad).public)
    with pytest.raises(LedgerError, match="signed no such checkpoint"):
        keep_cosignature(filled, checkpoint(abroad), witness_key(abroad).public)
    (fault,) = verify(filled, [note], witnesses=[witness_key(abroad).public]).faults
    assert fault.code == "witness"
