"""Invented costs of posted workers and of claims, for tests, and the drafts they are stated for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invented_population import dumped

from portability.compare import costs, impact, weighing
from portability.compare.costs import Costs
from portability.compare.weighing import Text

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "examples" / "dossiers" / "us-ph"
DRAFTS = (str(FOLDER / "us-ph-1.yaml"), str(FOLDER / "us-ph-2.yaml"))
TEXTS = tuple(weighing.texts(list(DRAFTS), False))
PARTIES = impact.parties(TEXTS)
LEVELS = ("low", "central", "high")


def figure(*values: object, **more: str) -> Json:
    """Values of a figure, one or three."""
    keys = ("value",) if len(values) == 1 else LEVELS
    made = {key: str(value) for key, value in zip(keys, values, strict=True)}
    return {**made, **({} if "source" in more else {"assumed": "invented"}), **more}


POSTED: Json = {
    "scheme": "ph-sss",
    "sent_from": "US",
    "workers": {
        "at_entry": figure(100, 200, 300),
        "left": figure(6, 18, 30),
        "a_year": figure(40, 60, 120),
        "stay": figure(24, 36, 90),
    },
    "both": figure(50, 75, 100),
    "earnings": {
        "amount": figure(20_000, 30_000, 35_000),
        "per": "month",
        "currency": "PHP",
        "price_year": 2025,
    },
    "rate": figure(15, cite="RA 11199"),
}
HANDLED: Json = {
    "scheme": "us-oasdi",
    "currency": "USD",
    "price_year": 2026,
    "claims": {"at_entry": figure(1000, 2000, 4000), "a_year": figure(100, 150, 200)},
    "hours": figure(2, 3, "4.5"),
    "per_hour": figure(80),
    "once": figure(10_000, 20_000, 50_000),
}
BOOK = {"title": "A book", "url": "https://example.org/b", "locator": "p. 1", "seen": "2026-11-24"}
DOCUMENT: Json = {
    "schema": "portability/costs@1",
    "title": "Invented, for a test",
    "sources": {"book": BOOK},
    "contributions": [POSTED],
    "administration": [HANDLED],
}


def loaded(tmp_path: Path, document: Json, texts: tuple[Text, ...] = TEXTS) -> Costs:
    path = tmp_path / "costs.yaml"
    path.write_text(dumped(document), "utf-8")
    return costs.load(path, texts, PARTIES)


def changed(**changes: Any) -> Json:
    """The document with another row of contributions."""
    return {**DOCUMENT, "contributions": [{**POSTED, **changes}]}
