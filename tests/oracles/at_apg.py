"""APG for one person, on months and fractions; shares only the tables with the calculator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES: dict[str, Any] = yaml.safe_load((ROOT / "calculators/at/apg.yaml").read_text())["tables"]


@dataclass
class Person:
    """years: calendar year -> (months from January, contribution base in cents); claim: a first of
    a month.
    """

    born: tuple[int, int, int]
    female: bool
    claim: int
    years: dict[int, tuple[int, int]]
    first_credit: int | None = None


def ym(year: int, month: int) -> int:
    return year * 12 + month - 1


def text(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}-01"


def half_up(x: Fraction) -> Fraction:
    """To a cent."""
    return Fraction((x * 100 + Fraction(1, 2)).__floor__(), 100)


def row(table: str, key: str) -> Fraction | None:
    pairs = [(str(k), v) for k, v in TABLES[table]["values"].items() if str(k) <= key]
    return Fraction(Decimal(str(max(pairs)[1]))) if pairs else None


def year(table: str, key: int) -> Fraction:
    return Fraction(Decimal(str(TABLES[table]["values"][key])))


def reached(person: Person, age: Fraction) -> int:
    y, m, d = person.born
    return ym(y, m) + int(age) + (0 if d == 1 else 1)


def born(person: Person) -> str:
    return "{:04d}-{:02d}-{:02d}".format(*person.born)


def standard(person: Person) -> int:
    age = row("women_age" if person.female else "men_age", born(person))
    assert age is not None
    return reached(person, age)


def months(person: Person) -> set[int]:
    return {y * 12 + m for y, (count, _) in person.years.items() for m in range(count)}


def corridor(person: Person) -> tuple[Fraction, Fraction]:
    """Age and months of the Korridorpension."""
    age = row("corridor_age", born(person))
    new = row("corridor_months_1964", born(person))
    need = new if new is not None else row("corridor_months", text(person.claim))
    assert age is not None and need is not None
    return age, need


def cuts(person: Person) -> list[tuple[str, Fraction]]:
    """Open pensions and their reduction; claims from 2024-12-19."""
    got, claim = months(person), person.claim
    early = Fraction(max(standard(person) - claim, 0))
    found = []
    if len(got) >= 180 and claim >= standard(person):
        return [("standard", Fraction(0))]
    age, need = corridor(person)
    if len(got) >= need and claim >= reached(person, age):
        found.append(("corridor", early * Fraction("0.00425")))
    sex = "women" if person.female else "men"
    age = row(f"long_insured_{sex}", born(person))
    need = row("long_insured_women_months", born(person)) if person.female else Fraction(540)
    if age is not None and need is not None and len(got) >= need and claim >= reached(person, age):
        found.append(("long", early * Fraction("0.0035")))
    return found


def total_credit(person: Person, end_of: int | None = None) -> Fraction:
    """12(3): the sum before, times the factor of the year after, plus the year's credit; last year
    without.
    """
    end, total = person.claim // 12, Fraction(0)
    for y in range(2005, end + 1):
        if y < end and total:
            total = half_up(total * year("revaluation", y + 1))
        if y == 2013 and person.first_credit is not None:
            total = Fraction(person.first_credit, 100)
        if y in person.years and not (person.first_credit is not None and y <= 2013):
            base = min(Fraction(person.years[y][1], 100), year("yearly_ceiling", y))
            total += half_up(base * Fraction("0.0178"))
        if y == end_of:
            return total
    return total if end_of is None else Fraction(0)


def protection(person: Person, variant: str) -> Fraction:
    """34: share of the sum of the second year before, for 2024 and 2025."""
    year_, rate = person.claim // 12, {2024: Fraction("0.062"), 2025: Fraction("0.045")}
    age, need = corridor(person)
    before = len([m for m in months(person) if m < ym(year_, 1)])
    if variant == "corridor" and (before < need or reached(person, age) > ym(year_, 1)):
        return Fraction(0)
    return rate.get(year_, Fraction(0)) * total_credit(person, year_ - 2)


def pension(person: Person) -> Fraction | None:
    found = cuts(person)
    if not found:
        return None
    variant, cut = min(found, key=lambda way: way[1])
    reckoned = sorted(months(person))
    complete = reckoned[179] + 1 if len(reckoned) >= 180 else person.claim
    late = max(person.claim - max(standard(person), complete), 0)
    bonus = min(late * Fraction("0.00425"), Fraction("0.153"))
    part = (1 - cut + bonus) / 14
    return half_up(total_credit(person) * part) + half_up(protection(person, variant) * part)
