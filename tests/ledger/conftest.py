"""Ledgers to try things on. The determination is invented: the ledger does not know the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from invented_ledger import Record
from invented_ledger import record as record_one

from portability.ledger import Ledger


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    with Ledger.open(place, create=True, origin="pensions.example/ledger") as opened:
        yield opened


@pytest.fixture
def record() -> Record:
    return record_one


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Twelve determinations of three persons, a correction, a checkpoint in between."""
    for number in range(12):
        record_one(ledger, subject=f"file-{number % 3}")
    record_one(ledger, subject="file-0", supersedes=1, reason="evidence from abroad")
    return ledger


@pytest.fixture
def files(place: Path) -> Callable[[], bytes]:
    """Everything on the disk that belongs to the ledger, keys aside."""

    def read() -> bytes:
        return b"".join(
            path.read_bytes()
            for path in sorted(place.parent.iterdir())
            if path.is_file() and "keys" not in path.name and path.name.startswith(place.name)
        )

    return read
