"""Pensions of final average pay, one person, in plain Python: Benin, the Emirates, Tunisia."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, half_up

TN = Tables("tn/cnss.yaml")


def benin(months: int, pay: int, age_months: int) -> int | None:
    """Francs a month; None where a broken year before 60 is not ruled."""
    if months < 180 or age_months < 660:
        return 0
    rate = 30 + 2 * ((months - 180) // 12)
    full = half_up(Fraction(pay * rate, 100))
    early = max(720 - age_months, 0)
    if early % 12:
        return None
    return half_up(Fraction(full * (100 - 5 * (early // 12)), 100))


def emirates(months: int, pay_fils: int) -> int | None:
    """Fils a month at 60 or on resignation; None for a broken year."""
    if (months - 180) % 12:
        return None
    rate = min(60 + 2 * ((months - 180) // 12), 100)
    return half_up(Fraction(pay_fils * rate, 100))


def gratuity(months: int, pay_fils: int) -> int | None:
    """Fils once: 1.5, 2 and 3 months of pay a year."""
    parts = (min(months, 60), min(max(months - 60, 0), 60), max(months - 120, 0))
    if any(part % 12 for part in parts):
        return None
    owed = Fraction(3, 2) * (parts[0] // 12) + 2 * (parts[1] // 12) + 3 * (parts[2] // 12)
    return half_up(pay_fils * owed)


def tunisia(opening: date, months: int, pay: dict[int, int]) -> int | None:
    """Millimes a month: ten (seven, five) revalued years, 1 % and 0.5 % a quarter, the minimum."""
    window = int(TN.on("window_years", opening))
    total = 0
    for year in range(opening.year - window, opening.year):
        smig = TN.on("smig_48h", date(year, 1, 1)) * 1000
        if year not in pay or pay[year] > smig * 6 * 2400 // 208:
            return None
        total += half_up(pay[year] * TN.of("coefficients", opening.year * 10000 + year))
    wage = half_up(Fraction(total, window * 12))
    quarters = months // 3
    rate = min(Fraction(min(quarters, 40)) + Fraction(max(quarters - 40, 0), 2), Fraction(80))
    share = Fraction(2, 3) if months >= 120 else Fraction(1, 2)
    least = half_up(TN.on("smig_48h", opening) * 1000 * share)
    return max(half_up(wage * rate / 100), least)
