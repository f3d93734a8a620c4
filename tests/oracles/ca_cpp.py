"""One contributor to the Canada Pension Plan, month by month, in fractions. Reads the tables and
nothing else.

Read it beside the Act: 2(2) when an age is reached, 42 averages, 46 the pension, 48 drop-outs, 49
the period,
51-53.2 earnings, 56 disability, 58 survivors.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

YAML = Path(__file__).parents[2] / "calculators/ca/cpp.yaml"
TEXT: dict[str, Any] = yaml.load(YAML.read_text("utf-8"), yaml.BaseLoader)["tables"]


def by_year(name: str) -> dict[int, Fraction]:
    return {int(k): Fraction(v) for k, v in TEXT[name]["values"].items()}


def on(name: str, year: int, month: int) -> Fraction | None:
    rows = [r for r in TEXT[name]["rows"] if r["from"] <= f"{year:04d}-{month:02d}-01"]
    return Fraction(rows[-1]["value"]) if rows else None


YMPE, YAMPE, YBE = by_year("ympe"), by_year("yampe"), by_year("basic_exemption")
SHARE = by_year("first_additional_share")
Month = int  # year * 12 + month - 1


def ym(year: int, month: int) -> Month:
    return year * 12 + month - 1


def cents(x: Fraction) -> int:
    return floor(x * 100 + Fraction(1, 2))


def reached(born: Month, age: int) -> Month:
    return born + 12 * age + 1


def average_maximum(year: int, born_before_1933: bool) -> Fraction:
    if year < 1998 or born_before_1933:
        n = 3
    elif year == 1998:
        n = 4
    else:
        n = 5
    return sum((YMPE[year - k] for k in range(n)), Fraction(0)) / n


class Contributor:
    """earnings: year -> dollars; born: month of birth; end: first month outside the contributory
    period."""

    def __init__(
        self,
        born: Month,
        end: Month,
        earnings: dict[int, Fraction],
        benefit_year: int,
        old: bool = False,
    ):
        self.born, self.end = born, min(end, reached(born, 70))
        self.start = max(ym(1966, 1), reached(born, 18))
        self.earnings = earnings
        self.mpea = average_maximum(benefit_year, old)

    def months(self) -> list[Month]:
        return list(range(self.start, self.end))

    def in_year(self, year: int) -> int:
        return sum(1 for m in self.months() if m // 12 == year)

    def month_values(self) -> list[tuple[Fraction, Fraction, Fraction]]:
        """(base, first additional, second additional) of every month of the period."""
        out = []
        for m in self.months():
            year = m // 12
            n, paid = self.in_year(year), self.earnings.get(year, Fraction(0))
            part = Fraction(n, 12)
            if paid <= YBE[year] * part:
                out.append((Fraction(0), Fraction(0), Fraction(0)))
                continue
            upe = min(paid, YMPE[year] * part)
            value = upe / n * self.mpea / YMPE[year]
            first = value * SHARE[year] if year >= 2019 else Fraction(0)
            second = Fraction(0)
            if year >= 2024:
                over = max(min(paid, YAMPE[year] * part) - YMPE[year] * part, Fraction(0))
                second = over / n * self.mpea / YMPE[year]
            out.append((value, first, second))
        return out

    def parts(self, least: int, benefit: Month) -> tuple[int, int, int]:
        """The three parts of the pension at 65 in cents."""
        values = self.month_values()
        base = sorted(v for v, _, _ in values)
        after_65 = max(self.end - reached(self.born, 65), 0)
        drop = min(after_65, max(len(base) - 120, 0))
        base = base[drop:]
        if len(base) > 120:
            rate = on("drop_out", benefit // 12, benefit % 12 + 1)
            assert rate is not None
            base = base[min(ceil(len(base) * rate), len(base) - 120) :]
        average = sum(base, Fraction(0)) / max(len(base), least)
        first = sum((f for _, f, _ in values), Fraction(0)) / 480
        second = sum((s for _, _, s in values), Fraction(0)) / 480
        return (
            cents(average * Fraction(25, 100)),
            cents(first * Fraction(833, 10000)),
            cents(second * Fraction(3333, 10000)),
        )


def percent(parts: tuple[int, int, int], rate: Fraction) -> int:
    return sum(floor(p * rate + Fraction(1, 2)) for p in parts)


def retirement(
    born: Month, claim: Month, earnings: dict[int, Fraction], old: bool = False
) -> int | None:
    """Cents a month, None where the law of the time is not in the tables."""
    whole = sum(Contributor(born, claim, earnings, claim // 12, old).parts(120, claim))
    moved = claim - reached(born, 65)
    if moved == 0:
        return whole
    rate = on("early_rate" if moved < 0 else "late_rate", claim // 12, claim % 12 + 1)
    if rate is None:
        return None
    factor = 1 + (-rate if moved < 0 else rate) * min(abs(moved), 60)
    return floor(whole * factor + Fraction(1, 2))


def years_paid(
    born: Month, end: Month, earnings: dict[int, Fraction], tenth: bool = False
) -> list[int]:
    """Years with a contribution (s. 52(3)); for disability the exemption is a tenth of the maximum
    (s. 44(2))."""
    who = Contributor(born, end, earnings, 2000)
    out = []
    for year, paid in sorted(earnings.items()):
        n = who.in_year(year)
        if not n or paid <= 0:
            continue
        least = floor(YMPE[year] / 1000) * 100 if tenth else YBE[year]
        if (paid >= least * Fraction(n, 12)) if tenth else (paid > least * Fraction(n, 12)):
            out.append(year)
    return out


def disability(
    born: Month, event: Month, claim: Month, earnings: dict[int, Fraction]
) -> int | None:
    """Cents a month, None without a right."""
    years = years_paid(born, event + 1, earnings, tenth=True)
    recent = [y for y in years if y >= event // 12 - 5]
    if event >= reached(born, 65) or not (
        len(recent) >= 4 or (len(years) >= 25 and len(recent) >= 3)
    ):
        return None
    start = max(claim, event + 4)
    parts = Contributor(born, event + 1, earnings, start // 12).parts(48, start)
    return percent(parts, Fraction(3, 4)) + cents(by_year("disability_flat_rate")[start // 12])


def survivor_right(born: Month, event: Month, earnings: dict[int, Fraction]) -> bool:
    end = min(event + 1, reached(born, 70))
    years = years_paid(born, event + 1, earnings)
    span = {m // 12 for m in range(max(ym(1966, 1), reached(born, 18)), end)}
    span = {y for y in span if y <= (born + 780) // 12 or y in years}
    return len(years) >= 10 or (len(years) >= 3 and 3 * len(years) >= len(span))


def survivor(
    born: Month, event: Month, claim: Month, over_65: bool, earnings: dict[int, Fraction]
) -> int:
    """Cents a month to a survivor without a pension of his own, death and claim in one year."""
    parts = Contributor(born, event + 1, earnings, event // 12).parts(36, claim)
    if over_65:
        return percent(parts, Fraction(6, 10))
    return percent(parts, Fraction(375, 1000)) + cents(by_year("survivor_flat_rate")[claim // 12])
