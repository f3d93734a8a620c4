"""A large ledger is read by several processes; what is said of it is the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from invented_ledger import CASE, DETERMINATION, RULES, record
from test_ledger_attacks import attacked, sql

from portability.ledger import Draft, Ledger, determination_body, parts
from portability.ledger.findings import Scan
from portability.ledger.persons import erase
from portability.ledger.proof import checkpoint
from portability.ledger.recount import CHUNK
from portability.ledger.rotation import rotate
from portability.ledger.scan import scan
from portability.ledger.verify import verify


@pytest.fixture
def large(place: Path) -> Path:
    """Three chunks and a bit; sealed documents, an erasure and a change of key on both sides of
    the cut."""
    body, documents = determination_body(CASE, DETERMINATION)
    with Ledger.open(place, create=True) as ledger:
        for number in range(3):
            ledger.append_many([Draft(body, {}, RULES)] * CHUNK)
            ledger.append_many([Draft(body, documents, RULES, f"file-{n}") for n in range(5)])
            rotate(ledger)
            if number == 1:
                erase(ledger, "file-1")
                record(ledger, subject="file-1")
    return place


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """With two processes whatever the machine; whether each reading in parts was enough."""
    done: list[bool] = []
    real = parts.read_in_parts

    def spy(*given: object) -> bool:
        done.append(real(*given))  # type: ignore[arg-type]
        return done[-1]

    monkeypatch.setattr(parts, "LARGE", 10_000)
    monkeypatch.setattr(parts, "processors", lambda: 2)
    monkeypatch.setattr(parts, "read_in_parts", spy)
    return done


def found(place: Path, receipts: set[int]) -> dict[str, object]:
    with Ledger.open(place, readonly=True) as ledger:
        got: Scan = scan(ledger, {5, CHUNK, 2 * CHUNK + 1}, receipts)
    fields = ("faults", "roots", "chains", "keys", "origin", "size", "sealed", "texts")
    more = ("erased", "documents_erased", "unendorsed", "checkpoints")
    return {name: getattr(got, name) for name in (*fields, *more)}


def test_parts_say_what_one_pass_says(large: Path, counted: list[bool]) -> None:
    receipts = {0, 7, CHUNK * 2, CHUNK * 3}
    together = found(large, receipts)
    assert counted == [True]
    assert together["faults"] == []
    assert together["documents_erased"] == 4
    assert together["sealed"] == 28
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "LARGE", 10**9)
        assert found(large, receipts) == together
    assert counted == [True, False]


@pytest.mark.parametrize("entry", [3, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 2])
def test_a_fault_in_any_part_is_named(large: Path, counted: list[bool], entry: int) -> None:
    with Ledger.open(large) as ledger:
        held = checkpoint(ledger)
    edit = f"UPDATE entry SET body = replace(body, 'us-de', 'us-fr') WHERE seq = {entry}"
    attacked(large, sql(edit))
    with Ledger.open(large, readonly=True) as ledger:
        report = verify(ledger, [held])
    assert counted == [False]
    assert {(fault.entry, fault.code) for fault in report.faults} >= {(entry, "body")}


@pytest.mark.parametrize(("level", "index"), [(1, 0), (1, -1), (2, -1), (12, 1), (13, 0), (12, 2)])
def test_a_node_in_any_part_is_compared(
    large: Path, counted: list[bool], level: int, index: int
) -> None:
    """Also those over the last entries, which fill no chunk."""
    with Ledger.open(large, readonly=True) as ledger:
        index %= len(ledger) >> level
    where = f"WHERE level = {level} AND idx = {index}"
    attacked(large, sql(f"UPDATE node SET hash = zeroblob(32) {where}"))
    with Ledger.open(large, readonly=True) as ledger:
        faults = verify(ledger).faults
    assert {(fault.entry, fault.code) for fault in faults} == {(((index + 1) << level) - 1, "node")}
    assert counted == [level > 12]  # above the chunks it is the whole that is compared


def test_a_document_beyond_the_last_entry_is_named(large: Path, counted: list[bool]) -> None:
    attacked(large, sql("INSERT INTO payload VALUES (999999, 'case', zeroblob(12), x'00')"))
    with Ledger.open(large, readonly=True) as ledger:
        faults = verify(ledger).faults
    assert counted == [False]
    assert any(fault.entry == 999999 for fault in faults)


def test_stretches_cover_every_entry_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "processors", lambda: 5)
    for size in (parts.LARGE, parts.LARGE + 1, 1_000_000, 5 * CHUNK * 100):
        edges = [(low, high) for _, low, high, _ in parts.shares(Path("x"), size, ())]
        assert 2 <= len(edges) <= 5
        assert edges[0][0] == 0
        assert edges[-1][1] == size
        assert all(high == low for (_, high), (low, _) in pairwise(edges))
        assert all(low % CHUNK == 0 for low, _ in edges)
