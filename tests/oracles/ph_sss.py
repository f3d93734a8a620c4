"""One member of the Philippine SSS, in plain Python, contribution by contribution."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, age_in_months, half_up

T = Tables("ph/sss.yaml")


def semester_start(day: date) -> int:
    """First month of the quarter before the quarter of a day."""
    month = day.year * 12 + day.month - 1
    return month - month % 3 - 3


def credit(month: int, pesos: int) -> Fraction:
    """A salary credit in centavos, up to what counts for the pension."""
    try:
        cap = T.on("pension_ceiling", date(month // 12, month % 12 + 1, 1))
    except LookupError:
        return Fraction(pesos * 100)
    return min(Fraction(pesos * 100), cap * 100)


def average(credits: dict[int, int]) -> int:
    """S. 8(m): the last sixty, or all; centavos."""
    paid = [credit(m, credits[m]) for m in sorted(credits)]
    return max(half_up(sum(paid[-60:]) / 60), half_up(sum(paid) / len(paid)))


def years_of(credits: dict[int, int]) -> int:
    """S. 8(n): calendar years with six contributions and more."""
    return sum(sum(m // 12 == year for m in credits) >= 6 for year in {m // 12 for m in credits})


def basic(amsc: int, years: int) -> int | None:
    """S. 12: the highest of three; None where the minimum below ten years decides."""
    first = 30_000 + half_up(Fraction(amsc * (20 + 2 * max(years - 10, 0)), 100))
    second = half_up(Fraction(amsc * 40, 100))
    third = 240_000 if years >= 20 else 120_000 if years >= 10 else 0
    best = max(first, second, third)
    return None if years < 10 and best < 100_000 else best


def pension(born: date, claim: date, record: dict[int, int]) -> int | None:
    """Centavos a month with the allowance; 0 without a right, None where unknown."""
    before = {m: c for m, c in record.items() if m < semester_start(claim)}
    if len(before) < 120 or age_in_months(born, claim) < 720:
        return 0
    if any(m < 1985 * 12 for m in record):
        return None
    best = basic(average(before), years_of(before))
    return None if best is None else best + int(T.on("allowance", claim) * 100)
