"""One claimant of the Australian Age Pension, plain dates and fractions. Reads the tables only."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import yaml

YAML = Path(__file__).parents[2] / "calculators/au/age.yaml"
TEXT: dict[str, Any] = yaml.load(YAML.read_text("utf-8"), yaml.BaseLoader)["tables"]


def later(d: date, months: int) -> date:
    """The same day so many months on; a day the month has not is its last."""
    at = d.year * 12 + d.month - 1 + months
    for day in (d.day, 30, 29, 28):
        try:
            return date(at // 12, at % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError


def pension_day(born: date) -> date:
    rows = [r for r in TEXT["pension_age"]["rows"] if r["from"] <= born.isoformat()]
    return later(born, int(rows[-1]["value"]))


def parts(low: date, high: date) -> tuple[int, int]:
    """(months, days) from low to high, high excluded."""
    n = 0
    while later(low, n + 1) <= high:
        n += 1
    return n, (high - later(low, n)).days


def clipped(stays: list[tuple[date, date]], low: date, high: date) -> list[tuple[date, date]]:
    cut = [(max(a, low), min(b + timedelta(1), high)) for a, b in stays]
    return [(a, b) for a, b in cut if b > a]


def awlr(born: date, claim: date, stays: list[tuple[date, date]]) -> int:
    """Guide 7.2.2.40, 1.1.A.340: inclusive days, 30 days a month, whole months."""
    until = min(claim, pension_day(born))
    pieces = [parts(a, b) for a, b in clipped(stays, later(born, 192), until)]
    return sum(m for m, _ in pieces) + sum(d for _, d in pieces) // 30


def right(born: date, claim: date, stays: list[tuple[date, date]]) -> bool:
    """Ten years of residence at any age, five of them in one piece."""
    pieces = [parts(a, b) for a, b in clipped(stays, date(1900, 1, 1), claim)]
    ten = sum(m for m, _ in pieces) + sum(min(d, 29) for _, d in pieces) // 30
    ten = max(ten, awlr(born, claim, stays))
    return claim >= pension_day(born) and ten >= 120 and any(m >= 60 for m, _ in pieces)


def half_year(d: date) -> str:
    if (d.month, d.day) >= (9, 20):
        return f"{d.year}09"
    return f"{d.year}03" if (d.month, d.day) >= (3, 20) else f"{d.year - 1}09"


def domestic(claim: date, couple: bool, income: int, assets: int, owner: bool) -> int | None:
    """Cents a fortnight, None where a table has no figure. income in cents, assets in dollars."""
    who = "couple" if couple else "single"
    table = TEXT["maximum_partnered" if couple else "maximum_single"]["values"]
    maximum = table.get(half_year(claim))
    july = str(claim.year if claim.month >= 7 else claim.year - 1)
    free = TEXT[f"free_income_{who}"]["values"].get(july)
    limit = TEXT[f"free_assets_{who}_{'owner' if owner else 'other'}"]["values"].get(july)
    lacking = (income > 0 and free is None) or (assets > 0 and limit is None)
    if maximum is None or lacking or (assets > 0 and claim < date(2020, 3, 20)):
        return None
    top = Fraction(maximum) * 100
    share = Fraction(1, 4) if couple else Fraction(1, 2)
    over = max(income - Fraction(free or 0) * 100, Fraction(0))
    by_income = top - floor(over * share + Fraction(1, 2))
    thousands = max(assets - int(limit or 0), 0) // 1000
    by_assets = top - floor(Fraction(300 * thousands, 2 if couple else 1) + Fraction(1, 2))
    return int(max(min(by_income, by_assets), Fraction(0)))
