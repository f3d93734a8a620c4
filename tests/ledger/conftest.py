"""Ledgers to try things on. The determination is invented: the ledger does not know the engine."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portability.ledger import Ledger, Receipt, determination_body

CASE = {
    "schema": "portability/case@1",
    "reference": "PH-2027-00123",
    "person": {
        "born": "1962-03-14",
        "name": "Maria Exemplaria",
        "nationalities": ["PH"],
        "national_numbers": [12345678901234567890],
    },
    "claim": {"branch": "old_age", "date": "2027-04-01"},
}
RULES = {"us-oasdi": b"schema: portability/scheme@1\n", "us-de": b"schema: agreement\n" * 40}
DETERMINATION = {
    "schema": "portability/determination@1",
    "reference": "PH-2027-00123",
    "claim": {"branch": "old_age", "date": "2027-04-01"},
    "estimate": False,
    "entitlements": [
        {
            "scheme": "us-oasdi",
            "country": "US",
            "status": "entitled",
            "route": "us-de",
            "payable": {"amount": "97.00", "currency": "USD", "per": "month"},
            "trace": [{"step": "aime", "value": "903"}],
        },
        {"scheme": "de-grv", "country": "DE", "status": "unknown", "route": "us-de"},
    ],
    "rules": {
        "engine": "0.1.0",
        **{name: "sha256:" + hashlib.sha256(data).hexdigest() for name, data in RULES.items()},
    },
}
PERSONAL = (b"Exemplaria", b"1962-03-14", b"PH-2027-00123", b"97.00", b"12345678901234567890")

Record = Callable[..., Receipt]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    with Ledger.open(place, create=True, origin="pensions.example/ledger") as opened:
        yield opened


def record(ledger: Ledger, subject: str | None = "PH-2027-00123", **more: Any) -> Receipt:
    body, sealed = determination_body(CASE, DETERMINATION, at="2026-11-24T10:00:00Z", **more)
    return ledger.append(body, sealed, RULES, subject=subject)


@pytest.fixture(name="record")
def record_fixture() -> Record:
    return record


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Twelve determinations of three persons, a correction, a checkpoint in between."""
    for number in range(12):
        record(ledger, subject=f"file-{number % 3}")
    record(ledger, subject="file-0", supersedes=1, reason="evidence from abroad")
    return ledger


@pytest.fixture
def attacker(filled: Ledger, place: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who has the file and knows SQL: every guard is dropped."""
    connection = sqlite3.connect(place, isolation_level=None)
    yield connection
    connection.close()


def drop_guards(connection: sqlite3.Connection) -> list[str]:
    """Drop every trigger; their SQL, to put them back afterwards."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]


@pytest.fixture
def unguarded(attacker: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The same, with the guards put back at the end of the attack by `restore_guards`."""
    attacker.execute("PRAGMA foreign_keys = OFF")
    yield attacker


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
