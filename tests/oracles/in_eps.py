"""One member of the Employees' Pension Scheme 1995, in plain Python, month by month."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, add_months, age_in_months, half_up, months_of

T = Tables("in_/eps.yaml")
START = 1995 * 12 + 10
Span = tuple[date, date, int]  # first day, last day, monthly wage in rupees


def record(spans: list[Span]) -> dict[int, int]:
    """Month -> wage; spans do not overlap."""
    return {m: wage for a, b, wage in spans for m in months_of(a, b)}


def first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def salary(wages: dict[int, int]) -> Fraction | None:
    """Average of the last 12 or 60 months up to the ceilings; None where disputed or not seen."""
    end = max(wages) + 1
    window = int(T.on("averaging_months", first_of(end - 1)))
    used = [m for m in wages if m >= end - window]
    total = sum(min(wages[m] * 100, T.on("wage_ceiling", first_of(m)) * 100) for m in used)
    average = Fraction(half_up(Fraction(total, len(used))))
    across = end > 2014 * 12 + 8 and min(wages) < 2014 * 12 + 8
    return None if across and average > 650_000 else average


def pension(born: date, claim: date, spans: list[Span], high: bool) -> int | None:
    """Paise a month; 0 without a right, None where unknown."""
    wages = record(spans)
    age = age_in_months(born, claim)
    if (len(wages) + 6) // 12 < 10 or age < 600:
        return 0
    service = sum(m >= START for m in wages)
    past = len(wages) - service
    try:
        average = salary(wages)
        more = 24 if service >= 240 and age >= 696 else 0
        if average is None:
            return None
        monthly = half_up(average * (service + more) / 84_000) * 100
        monthly = at_age(monthly, age, claim)
        return monthly + past_benefit(born, past, high)
    except LookupError:
        return None


def at_age(monthly: int, age: int, claim: date) -> int:
    """4 % less for each year before 58 (a broken year is not ruled); the minimum from 58 on."""
    if age >= 696:
        return max(monthly, int(T.on("minimum_pension", claim) * 100))
    if (696 - age) % 12:
        raise LookupError("part of a year")
    rate = int(T.on("early_percent", claim))
    return half_up(Fraction(monthly * (100 - rate * ((696 - age) // 12)), 10_000)) * 100


def past_benefit(born: date, past: int, high: bool) -> int:
    if past == 0:
        return 0
    slab = T.step("past_service_high" if high else "past_service_low", past // 12)
    waited = age_in_months(date(1995, 11, 16), add_months(born, 696)) // 12
    return half_up(slab * T.of("table_b", waited)) * 100


def withdrawal(claim: date, spans: list[Span]) -> int | None:
    """Paise once; 0 without a right."""
    wages = record(spans)
    months, late = len(wages), claim >= date(2024, 6, 14)
    if (months + 6) // 12 >= 10 or (months < 6 and not late):
        return 0
    last = max(wages)
    try:
        wage = min(wages[last] * 100, int(T.on("wage_ceiling", first_of(last)) * 100))
        if not late and months % 12:
            return None
        factor = T.of("table_d_months", months) if late else T.of("table_d_years", months // 12)
        return half_up(wage * factor)
    except LookupError:
        return None
