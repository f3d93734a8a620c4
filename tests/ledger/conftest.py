"""Ledgers to try things on. The determination is invented: the ledger does not know the engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from invented_ledger import Record
from invented_ledger import record as record_one

from portability.ledger import Ledger

MEMORY, ENOUGH = Path("/dev/shm"), 1 << 30
ON_DISK = ("test_ledger_kill", "test_ledger_refusals", "test_ledger_store")


@pytest.fixture
def tmp_path(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """In memory where there is room: most tests are not about the disk, and would wait for it."""
    if request.module.__name__ in ON_DISK or not os.access(MEMORY, os.W_OK):
        yield tmp_path
    elif shutil.disk_usage(MEMORY).free < ENOUGH:
        yield tmp_path
    else:
        with tempfile.TemporaryDirectory(prefix="ledger-test-", dir=MEMORY) as folder:
            yield Path(folder)


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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve determinations of three persons, then a correction of the first."""
    place = tmp_path_factory.mktemp("made-once") / "ledger.db"
    with Ledger.open(place, create=True, origin="pensions.example/ledger") as ledger:
        for number in range(12):
            record_one(ledger, subject=f"file-{number % 3}")
        record_one(ledger, subject="file-0", supersedes=1, reason="evidence from abroad")
    return place.parent


@pytest.fixture
def filled(made_once: Path, place: Path) -> Iterator[Ledger]:
    """A copy of it: writing it to the disk again for each test would take most of their time."""
    for path in made_once.iterdir():
        shutil.copy(path, place.parent / path.name)
    with Ledger.open(place) as opened:
        yield opened


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
