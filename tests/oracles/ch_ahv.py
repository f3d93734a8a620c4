"""One person of the Swiss AHV, in plain Python: integers and fractions; months and incomes by
calendar year."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

TABLES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "calculators" / "ch" / "ahv.yaml").read_text()
)["tables"]


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def step(name: str, key: int) -> Fraction:
    values = TABLES[name]["values"]
    return Fraction(str(values[max(k for k in values if k <= key)]))


def by_date(name: str, day: date) -> Fraction:
    return Fraction(str([row for row in TABLES[name]["rows"] if row["from"] <= day][-1]["value"]))


def add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, day.day)


def age_months(born: date, day: date) -> int:
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def reference_age(born: date, woman: bool) -> int:
    return int(by_date("reference_age_women", born)) if woman else 780


def scale_of(years: int, cohort: int) -> int:
    """The definition behind the table: years/cohort in percent against k/44, to the hundredth."""
    ratio = Fraction(years * 100, cohort)
    hundredth = floor(ratio * 100)
    best = 1
    for k in range(2, 45):
        bound = floor(Fraction(100 * (k - 1) * 100, 44)) + 1
        if k == 44:
            bound = 9773
        if hundredth >= bound:
            best = k
    return best


def full_pension(minimum: Fraction, average: Fraction) -> Fraction:
    """AHVG 34 at the next value of the tables: 51 rows from 12 M to 72 M."""
    rows = [12 * minimum + k * minimum * Fraction(6, 5) for k in range(51)]
    income = next((row for row in rows if average <= row), rows[-1])
    if income <= 36 * minimum:
        line = Fraction(74, 100) * minimum + income * Fraction(13, 600)
    else:
        line = Fraction(104, 100) * minimum + income * Fraction(8, 600)
    return max(minimum, min(2 * minimum, line))


def pension(
    born: date,
    claim: date,
    months: dict[int, int],
    incomes: dict[int, int],
    woman: bool = False,
    credits: Fraction = Fraction(0),
) -> dict[str, Any]:
    """Old-age pension in francs; incomes in cents; nothing before the 21st year."""
    reference = add_months(born, reference_age(born, woman))
    early = claim < reference
    first, due = born.year + 21, reference.year
    event = claim.year if early else due
    window = sum(n for y, n in months.items() if first <= y < event)
    gap = max(0, (event - first) * 12 - window)
    limit = (claim if early else reference).month - (1 if early else 0)
    filled = window + min(gap, months.get(event, 0), limit)
    cohort = max(1, due - first)
    years = min(filled // 12, cohort)
    number = scale_of(years, cohort)
    percent = half_up(Fraction(10_000 * number, 44))
    minimum = by_date("minimum_pension", claim)
    counted = [y for y, n in months.items() if n and y >= first]
    factor = step(f"revaluation_{event}", min(counted))
    total = sum(n for y, n in incomes.items() if first <= y < event)
    average = Fraction(total, 100) * factor * 12 / window + credits * 36 * minimum * 12 / window
    full = full_pension(minimum, average)
    partial = half_up(full * percent / 10_000)
    cut = half_up(Fraction(68 * max(0, reference_age(born, woman) - age_months(born, claim)), 12))
    return {
        "contribution_years": years,
        "cohort_years": cohort,
        "scale": number,
        "partial_pension": partial,
        "average_income": ceil(average * 100),
        "monthly_pension": half_up(partial * Fraction(1000 - cut, 1000)),
        "early": early,
        "low": average <= 48 * minimum,
    }
