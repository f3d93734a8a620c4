"""Hand-made RESULTS: rows as few words, whole tables, a random membership. Invented figures."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from portability.estimate.form import RESULTS

Row = dict[str, Any]
CURRENCIES = {
    "us-oasdi": "USD",
    "jp-kosei": "JPY",
    "de-grv": "EUR",
    "ca-cpp": "CAD",
    "ca-oas": "CAD",
}


def row(member: str, scheme: str, status: str, likely: str | None = None, **more: Any) -> Row:
    """The row that decides an answer; `likely` is low and high, too, unless these are given."""
    sums = {"low": likely, "likely": likely, "high": likely}
    for name in sums:
        sums[name] = more.pop(name, sums[name])
    return {
        "member": member,
        "sex": "female",
        "age_band": "55-64",
        "residence": "PH",
        "country": scheme[:2].upper(),
        "scheme": scheme,
        "benefit": "pension",
        "route": "national",
        "chosen": True,
        "status": status,
        "currency": CURRENCIES.get(scheme, "EUR"),
        "per": "month",
        **{name: None if value is None else Decimal(value) for name, value in sums.items()},
        **more,
    }


def beside(member: str, scheme: str, status: str, likely: str | None = None, **more: Any) -> Row:
    """A route that was tried and does not decide."""
    return row(member, scheme, status, likely, chosen=False, low=None, high=None, **more)


def table(rows: Iterable[Row]) -> pa.Table:
    """RESULTS of rows in which absent columns are null."""
    full = [{name: one.get(name) for name in RESULTS.names} for one in rows]
    return pa.Table.from_pylist(full, schema=RESULTS)


def membership(n: int, seed: int, rare: bool = False) -> list[Row]:
    """n members with one to three answers each, every outcome, refunds and agreements; `rare`: some
    corridors, sexes and outcomes are few."""
    dice, rows = random.Random(seed), []
    homes, weights = ["PH", "DE", "MX", "IN"], [60, 20, 10, 1] if rare else [3, 3, 3, 3]
    outcomes = [50, 40, 3, 6] if rare else [30, 30, 20, 20]
    for number in range(n):
        who = {
            "sex": dice.choices(["female", "male", "unspecified"], [50, 50, 1])[0],
            "age_band": dice.choice(["25-34", "35-44", "55-64"]),
            "residence": dice.choices(homes, weights)[0],
        }
        for scheme in dice.sample(sorted(CURRENCIES), dice.choice([1, 1, 2, 3])):
            rows += answer(dice, f"m{number:05}", scheme, outcomes, who)
    return rows


def answer(
    dice: random.Random, member: str, scheme: str, weights: list[int], who: Row
) -> list[Row]:
    statuses = ["entitled", "not_entitled", "deferred", "unknown"]
    status = dice.choices(statuses, weights)[0]
    route = dice.choice(["national", f"{scheme}-x"])
    amount = Decimal(dice.randrange(100, 90_000)).scaleb(-2)
    known = status == "entitled" and dice.random() < 0.9
    more: Row = {**who, "route": route, "assumed": dice.choice([None, "periods", "periods; pay"])}
    if status == "entitled":
        more["from"] = date(2027, dice.randrange(1, 13), 1)
    if status == "not_entitled":
        months = dice.randrange(1, 150)
        more |= {"missing_months": months, "reason": "shortfall"}
        more["reached"] = date(2026 + (10 + months) // 12, (10 + months) % 12 + 1, 1)
    if status == "deferred":
        more["reached"] = date(2027, dice.randrange(1, 13), dice.randrange(1, 28))
    if status == "unknown" or (status == "entitled" and not known):
        more |= {"reason": "parameter_not_published", "detail": dice.choice(["rates", "awi"])}
    if known and dice.random() < 0.2:
        more["low"] = "0"
    made = [row(member, scheme, status, str(amount) if known else None, **more)]
    if route != "national":
        other = dice.choice(["not_entitled", "entitled"])
        half = str(amount / 2) if other == "entitled" and known else None
        made.append(beside(member, scheme, other, half, **who))
    if scheme == "jp-kosei":
        due = dice.random() < 0.5
        made.append(
            row(
                *(member, scheme, "entitled" if due else "not_entitled"),
                "300000" if due else None,
                **{**who, "benefit": "refund", "per": "once"},
                deadline=date(2027, dice.randrange(1, 13), 15) if due else None,
                equals_months=dice.randrange(1, 100) if due and dice.random() < 0.7 else None,
                loses="de-grv: the right" if due and dice.random() < 0.2 else None,
            )
        )
    return made
