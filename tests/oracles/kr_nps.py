"""One person under the Korean National Pension, in plain Python: arts. 51, 53, 61-63 as written."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, age_in_months, down

T = Tables("kr/nps.yaml")


def own_average(award: int, incomes: dict[int, int]) -> int:
    """B: revalued incomes of the months divided by the months; incomes by year, whole years."""
    total = 0
    for year, month in incomes.items():
        rate = Fraction(1) if year >= award - 1 else T.of("revaluation", award * 10000 + year)
        total += down(month * 12 * rate)
    return total // (12 * len(incomes))


def basic(a: int, b: int, years: list[int], months: int) -> Fraction:
    """Won a month before the cap: art. 51 with 5 % a year above twenty, art. 63 below twenty."""
    each = [T.step("constant", y) * (a + T.step("own_weight", y) * b) for y in years]
    yearly = sum(each, Fraction(0)) / len(each)
    if months >= 240:
        paid = yearly * (1 + Fraction(5, 100) * Fraction(months - 240, 12))
    else:
        paid = yearly * (Fraction(50, 100) + Fraction(5, 100) * Fraction(months - 120, 12))
    return paid / 12


def pension(born: date, claim: date, incomes: dict[int, int]) -> int | None:
    """Won a month; 0 without a right, None where a parameter was not seen."""
    months = 12 * len(incomes)
    age = int(T.on("pension_age", born))
    reached = age_in_months(born, claim)
    if months < 120 or reached < age - 60:
        return 0
    try:
        a = int(T.of("a_value", claim.year))
        b = own_average(claim.year, incomes)
    except LookupError:
        return None
    amount = basic(a, b, list(incomes), months)
    last = max(incomes)
    five = [incomes[y] for y in range(last - 4, last + 1) if y in incomes]
    amount = min(amount, Fraction(max(b, sum(five) // len(five))))
    moved = max(min(reached - age, 60), -60)
    factor = 1000 + (5 if moved < 0 else 6) * moved
    return down(amount * factor / 1000 / 10) * 10
