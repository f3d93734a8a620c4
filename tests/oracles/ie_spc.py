"""One Irish insured person, in plain Python: integers and fractions. Weeks stand per calendar
year."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import yaml

TABLES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "calculators" / "ie" / "spc.yaml").read_text()
)["tables"]
BANDS = ((40, 47), (30, 39), (20, 29), (15, 19), (10, 14))


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def by_date(name: str, day: date) -> int:
    """Cents in force on a day; LookupError where nothing was seen."""
    table = TABLES[name]
    if "until" in table and day >= table["until"]:
        raise LookupError(name)
    rows = [row for row in table["rows"] if row["from"] <= day]
    if not rows or rows[-1].get("unverified"):
        raise LookupError(name)
    return int(Fraction(str(rows[-1]["value"])) * 100)


def years_old(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def contribution_year(day: date) -> int:
    return day.year - 1 if day < date(2001, 4, 6) and (day.month, day.day) < (4, 6) else day.year


def pension(
    born: date,
    claim: date,
    entry: date,
    paid: dict[int, int],
    credits: dict[int, int],
    caring: int = 0,
    foreign: int = 0,
) -> dict[str, Any]:
    """Figures of a claim; `unknown` where the law's tables were not seen. Foreign weeks without
    dates."""
    pensionable = born.replace(year=born.year + 66)
    deferred = (
        born >= date(1958, 1, 1) and claim >= date(2024, 1, 1) and years_old(born, claim) > 66
    )
    year = min(claim.year, pensionable.year + 4) if deferred else pensionable.year
    total_paid = sum(paid.values()) + foreign
    required = (
        156 if pensionable < date(2002, 4, 6) else 260 if pensionable < date(2012, 4, 6) else 520
    )
    aggregates = pensionable >= date(2012, 9, 1) and claim >= date(2018, 3, 30)
    weeks = {y: paid.get(y, 0) + credits.get(y, 0) for y in {*paid, *credits}}
    average = half_up(
        Fraction(
            sum(n for y, n in weeks.items() if y < year) + foreign,
            max(1, year - contribution_year(entry)),
        )
    )
    out: dict[str, Any] = {"yearly_average": average}
    out["met"] = (
        years_old(born, claim) >= 66 and total_paid >= required and (average >= 10 or aggregates)
    )
    try:
        age = min(years_old(born, claim), 70) if deferred else 66
        full = by_date("personal_rate" if age == 66 else f"personal_rate_{age}", claim)
        out["rate"] = rate(
            born,
            claim,
            year,
            average,
            full,
            deferred,
            aggregates,
            pensionable,
            total_paid,
            sum(credits.values()),
            caring,
        )
    except LookupError:
        out["rate"] = None
    return out


def rate(
    born: date,
    claim: date,
    year: int,
    average: int,
    full: int,
    deferred: bool,
    aggregates: bool,
    pensionable: date,
    paid: int,
    credited: int,
    caring: int,
) -> int:
    caring = min(caring, 1040)
    reckonable = min(2080, paid + min(credited, 520, 1040 - caring) + caring)
    aggregated = half_up(Fraction(full * reckonable, 2080) / 10) * 10 if aggregates else 0
    if year >= 2034 or aggregated == full:
        return aggregated
    by_average = average_rate(claim, average, full, deferred, pensionable)
    if year < 2025:
        return max(aggregated, by_average)
    share = (year - 2024) * 10
    return max(aggregated, half_up(Fraction(by_average * (100 - share) + aggregated * share, 100)))


def average_rate(claim: date, average: int, full: int, deferred: bool, pensionable: date) -> int:
    if average >= 48:
        return full
    if average < 10:
        return 0
    if deferred or pensionable < date(2012, 9, 1):
        raise LookupError("reduced rates")
    low = next(low for low, high in BANDS if low <= average <= high)
    return by_date(f"reduced_rate_{low}", claim)
