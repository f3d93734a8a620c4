"""Determinations as the engine prints them, figures show the form only."""

from __future__ import annotations

from typing import Any

import pytest

Json = dict[str, Any]


def step(key: str, value: Any, unit: str, cite: str, **more: Any) -> Json:
    return {"step": key, "value": value, "unit": unit, "cite": cite, **more}


def united_states() -> Json:
    return {
        "scheme": "us-oasdi",
        "country": "US",
        "status": "entitled",
        "route": "us-de",
        "method": "theoretical_pro_rata",
        "periods": {
            "unit": "quarter",
            "own": "26",
            "foreign": "12",
            "counted": "38",
            "required": "31",
        },
        "theoretical": {"amount": "1462.70", "currency": "USD", "per": "month"},
        "fraction": "26/124",
        "payable": {"amount": "97.00", "currency": "USD", "per": "month"},
        "at_least": None,
        "from": "1982-02",
        "shortfall": None,
        "reasons": [],
        "rule": {"cite": "20 CFR 404.1908", "url": "https://www.ecfr.gov/current/title-20"},
        "trace": [
            step(
                "relative_earnings_position",
                "95.85467",
                "percent",
                "20 CFR 404.1918(b)(1)",
                url="https://www.ecfr.gov/404.1918",
                inputs={"quarters": "26"},
            ),
            step("pia", "462.70", "USD", "42 USC 415(a)", certified=True),
            step(
                "pro_rata",
                "97.00",
                "USD",
                "20 CFR 404.1918(c)",
                inputs={"pia": "462.70", "own": "26"},
            ),
        ],
        "alternatives": [
            {
                "scheme": "us-oasdi",
                "status": "not_entitled",
                "route": "national",
                "payable": None,
                "reasons": [],
                "periods": {
                    "unit": "quarter",
                    "own": "26",
                    "foreign": "0",
                    "counted": "26",
                    "required": "31",
                },
            }
        ],
    }


def germany() -> Json:
    return {
        "scheme": "de-grv",
        "country": "DE",
        "status": "not_entitled",
        "route": "national",
        "periods": {
            "unit": "month",
            "own": "46",
            "foreign": "0",
            "counted": "46",
            "required": "60",
        },
        "theoretical": None,
        "fraction": None,
        "payable": None,
        "at_least": None,
        "from": None,
        "shortfall": {"unit": "month", "missing": "14", "earliest": "1983-04-01"},
        "reasons": [],
        "trace": [step("waiting_period", "46", "month", "SGB VI 50, 51")],
        "alternatives": [],
    }


def record() -> list[Json]:
    return [
        {
            "country": "US",
            "scheme": "us-oasdi",
            "kind": "compulsory",
            "start": "1951-01-01",
            "end": "1957-06-30",
            "evidence": "certified",
            "overlap": True,
            "counted": True,
        },
        {
            "country": "DE",
            "scheme": "de-grv",
            "kind": "voluntary",
            "start": "1957-01-01",
            "end": "1958-12-31",
            "evidence": "declared",
            "overlap": True,
            "counted": True,
        },
        {
            "country": "DE",
            "scheme": "de-grv",
            "kind": "compulsory",
            "start": "1961-01-01",
            "end": "1962-12-31",
            "evidence": "certified",
            "overlap": False,
            "counted": False,
        },
    ]


@pytest.fixture
def two_states() -> Json:
    return {
        "schema": "portability/determination@1",
        "reference": "PH-2027-00123",
        "claim": {"branch": "old_age", "date": "1982-02-01"},
        "estimate": False,
        "entitlements": [united_states(), germany()],
        "next": [
            {
                "change": "months_worked",
                "where": "DE",
                "scheme": "de-grv",
                "amount": 12,
                "unit": "month",
                "affects": "de-grv",
                "effect": "opens_right",
                "payable": {"amount": "212.40", "currency": "EUR", "per": "month"},
            },
            {
                "change": "refund",
                "where": "DE",
                "scheme": "de-grv",
                "amount": None,
                "unit": None,
                "affects": "us-oasdi",
                "effect": "loses_right",
                "payable": None,
            },
        ],
        "warnings": [],
        "missing": [{"scheme": "de-grv", "what": "earnings_points"}],
        "timeline": record(),
        "rules": {"engine": "0.1.0", "us-de": "sha256:00ff", "us-oasdi": "sha256:abcd"},
        "ledger": {"entry": 7, "hash": "f00d"},
    }


@pytest.fixture
def unknown() -> Json:
    line = germany() | {
        "status": "unknown",
        "shortfall": None,
        "reasons": [
            {
                "code": "parameter_not_published",
                "stage": "amount",
                "table": "pension_value",
                "scheme": "de-grv",
                "at": "2031-07-01",
                "known": "1992-01-01…2027-06-30",
            }
        ],
    }
    return {
        "schema": "portability/determination@1",
        "claim": {"branch": "old_age", "date": "2031-07-01"},
        "estimate": True,
        "entitlements": [line],
    }


@pytest.fixture
def hostile(two_states: Json) -> Json:
    """Every text replaced by one that would break out of HTML, a terminal or a sentence."""
    bad = "<script>alert(1)</script>\"'&{x}[y]\x1b[31m\u202egnp\r\nX"

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return bad if isinstance(value, str) else value

    return dict(spoilt(two_states))
