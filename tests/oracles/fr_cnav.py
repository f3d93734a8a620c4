"""One person of the French general scheme, in plain Python: integers and fractions, no arrays.

Input: wages by calendar year (cents of the year's money), certified quarters by year, foreign
quarters without dates.
Whole calendar years only, all before the year in which the pension starts.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

TABLES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "calculators" / "fr" / "cnav.yaml").read_text()
)["tables"]


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def by_date(name: str, day: date) -> Fraction:
    table = TABLES[name]
    if "until" in table and day >= table["until"]:
        raise LookupError(name)
    rows = [row for row in table["rows"] if row["from"] <= day]
    if not rows or rows[-1].get("unverified"):
        raise LookupError(name)
    return Fraction(str(rows[-1]["value"]))


def by_step(name: str, key: int) -> Fraction:
    values = TABLES[name]["values"]
    return Fraction(str(values[max(k for k in values if k <= key)]))


def add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, day.day)  # births on days every month has


def months_between(born: date, day: date) -> int:
    months = (day.year - born.year) * 12 + day.month - born.month
    return months - (day.day < born.day)


def law(name: str, born: date, claim: date) -> int:
    before = "2010" if name == "legal_age" else "2014"
    version = (
        "2026" if claim >= date(2026, 9, 1) else "2023" if claim >= date(2023, 9, 1) else before
    )
    return int(by_date(f"{name}_{version}", born))


def coefficients(claim: date) -> dict[int, Fraction]:
    """L351-11: every step up to the day of the pension, cut to three decimals each time."""
    now = {
        year: Fraction(str(value))
        for year, value in TABLES["wage_coefficient_1999"]["values"].items()
    }
    if claim < date(1999, 1, 1):
        raise LookupError("wage_step")
    for row in TABLES["wage_step"]["rows"]:
        if row["from"] > claim:
            break
        last = (
            row["from"].year
            if (row["from"].month, row["from"].day) != (1, 1)
            else row["from"].year - 1
        )
        for year in range(1947, last + 1):
            value = now.get(year, Fraction(1)) * Fraction(str(row["value"]))
            now[year] = Fraction(floor(value * 1000), 1000)
    return now


def euro_cents(cents: int, year: int) -> int:
    if year >= 2002:
        return cents
    francs = Fraction(cents) / (100 if year < 1960 else 1)
    return half_up(francs / Fraction("6.55957"))


def quarters_of(wages: dict[int, int], certified: dict[int, int]) -> dict[int, int]:
    out = {}
    for year in sorted({*wages, *certified}):
        earned = (
            floor(Fraction(wages.get(year, 0), 100) / by_step("quarter_amount", year))
            if year in wages
            else 0
        )
        out[year] = max(min(4, min(4, earned) + certified.get(year, 0)), certified.get(year, 0))
    return out


def average_salary(born: date, claim: date, wages: dict[int, int]) -> int:
    factor = coefficients(claim)
    revalued = []
    for year, cents in wages.items():
        if Fraction(cents, 100) < by_step("quarter_amount", year):
            continue
        capped = (
            min(cents, TABLES["ceiling"]["values"][year] * 100)
            if year >= 2005 and claim.year >= 2007
            else cents
        )
        revalued.append(half_up(euro_cents(capped, year) * factor[year]))
    best = sorted(revalued, reverse=True)[: int(by_date("best_years", born))]
    return half_up(Fraction(sum(best), len(best))) if best else 0


def surcharge_quarters(born: date, claim: date, quarters: dict[int, int], beyond: int) -> int:
    at = add_months(born, law("legal_age", born, claim))
    first = at.year * 4 + (at.month - 1) // 3 + 1
    last = claim.year * 4 + (claim.month - 1) // 3
    done = 0
    for year, held in quarters.items():
        inside = sum(first <= year * 4 + q < last for q in range(4))
        done += min(held, inside)
    return min(beyond, done)


def pension(
    born: date,
    claim: date,
    wages: dict[int, int],
    certified: dict[int, int],
    foreign: int = 0,
    theoretical: bool = False,
) -> dict[str, int]:
    """Every intermediate figure, money in cents, the rate in 1e-4 percent."""
    quarters = quarters_of(wages, certified)
    own = sum(quarters.values())
    required = law("required_quarters", born, claim)
    try:
        reference = int(by_date("proration_quarters", born))
    except LookupError:
        reference = required
    months_left = max(0, int(by_date("full_rate_age", born)) - months_between(born, claim))
    missing = min(max(0, required - own - foreign), ceil(Fraction(months_left, 3)))
    rate = 50 * (1 - missing * by_date("reduction_per_quarter", born))
    salary = average_salary(born, claim, wages)
    duration = min(own + (foreign if theoretical else 0), reference)
    year = half_up(Fraction(salary) * rate / 100 * duration / reference)
    year = (
        min(year, TABLES["ceiling"]["values"][claim.year] * 100 // 2)
        if claim.year >= 2005
        else year
    )
    extra = surcharge_quarters(born, claim, quarters, max(0, own + foreign - required))
    year = half_up(Fraction(year) * (1 + Fraction(extra, 80)))
    return {
        "own": own,
        "required_quarters": required,
        "reference_quarters": reference,
        "missing_quarters": missing,
        "rate_percent": int(rate * 10_000),
        "average_annual_salary": salary,
        "surcharge_quarters": extra,
        "yearly_pension": year,
        "monthly_pension": half_up(Fraction(year, 12)),
    }
