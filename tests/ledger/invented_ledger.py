"""An invented determination, and what the tests of the ledger do again and again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

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


def record(ledger: Ledger, subject: str | None = "PH-2027-00123", **more: Any) -> Receipt:
    body, sealed = determination_body(CASE, DETERMINATION, at="2026-11-24T10:00:00Z", **more)
    return ledger.append(body, sealed, RULES, subject=subject)


def drop_guards(connection: sqlite3.Connection) -> list[str]:
    """Drop every trigger; their SQL, to put them back afterwards."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]
