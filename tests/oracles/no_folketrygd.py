"""One Norwegian old-age pension in fractions. Reads the tables and nothing else.

Read it beside folketrygdloven: chapter 3 points, chapter 19 and chapter 20 the pension.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import yaml

YAML = Path(__file__).parents[2] / "calculators/no/folketrygd.yaml"
TEXT: dict[str, Any] = yaml.load(YAML.read_text("utf-8"), yaml.BaseLoader)["tables"]


def values(name: str) -> dict[int, Fraction]:
    return {int(k): Fraction(v) for k, v in TEXT[name]["values"].items()}


AVERAGE, GROWTH = values("average_base_amount"), values("wage_growth")
FT, DT = values("forholdstall"), values("delingstall")
BASES = [(row["from"], int(row["value"])) for row in TEXT["base_amount"]["rows"]]


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def base_amount(day: str) -> int:
    return [value for start, value in BASES if start <= day][-1]


def points(year: int, income: int) -> Fraction:
    """Two decimals; a third of the income above 8 G, from 1992 above 6 G."""
    g = AVERAGE[year]
    if income <= g:
        return Fraction(0)
    full = (8 if year < 1992 else 6) * g
    third = half_up(max(min(Fraction(income), 12 * g) - full, Fraction(0)) / 3)
    made = Fraction(half_up((min(Fraction(income), full) + third - g) / g * 100), 100)
    return min(made, Fraction(7)) if year >= 1992 else made


def final_points(all_points: list[Fraction]) -> Fraction:
    best = sorted((p for p in all_points if p > 0), reverse=True)[:20]
    return Fraction(half_up(sum(best, Fraction(0)) / len(best) * 100), 100) if best else Fraction(0)


def balances(income: dict[int, int], last: int) -> dict[tuple[int, int], Fraction]:
    """The account after each change: (year, 1) on 1 January, (year, 5) on 1 May."""
    out: dict[tuple[int, int], Fraction] = {}
    total = Fraction(0)
    for year in range(min(income) + 2, last + 1):
        earned = year - 2
        entry = Fraction(0)
        if earned in income:
            entry = Fraction(181, 1000) * min(
                Fraction(income[earned]), Fraction(71, 10) * AVERAGE[earned]
            )
        if year <= 2010:
            level = Fraction(72881) if year == 2010 else AVERAGE[year - 1]
            total = (total + entry) * level / AVERAGE[year - 2]
        else:
            total += entry * lift(earned)
        out[year, 1] = total
        if year == 2010:
            total *= Fraction(75641, 72881)
        if year > 2010:
            total *= GROWTH[year]
        out[year, 5] = total
    return out


def lift(earned: int) -> Fraction:
    """From the mean level of the year of the income to that of May of the next year."""
    if earned < 2010:
        return Fraction(75641) / AVERAGE[earned]
    if earned == 2010:
        return Fraction(75641) / AVERAGE[2010] * GROWTH[2011]
    own = GROWTH[earned]
    return 12 * own / (4 + 8 * own) * GROWTH[earned + 1]


def pension(
    born: int,
    year: int,
    month: int,
    income: dict[int, int],
    trygdetid: int,
    minimum: int,
    guarantee: int,
) -> dict[str, int]:
    """Kroner a month of each component at 67 for somebody who lives alone; trygdetid in years."""
    g = base_amount(f"{year:04d}-{month:02d}-01")
    income = {y: v for y, v in income.items() if y <= year - 2}
    share = Fraction(max(0, min(10, 1963 - born)), 10)
    made = {y: points(y, v) for y, v in income.items()}
    before = sum(1 for y, p in made.items() if p > 0 and y < 1992)
    after = min(sum(1 for y, p in made.items() if p > 0 and y >= 1992), 40 - before)
    gp = Fraction(g * trygdetid, 40)
    tp = Fraction(0)
    if before + after >= 5:
        tp = (
            g
            * final_points(list(made.values()))
            * (Fraction(45, 100) * before + Fraction(42, 100) * after)
            / 40
        )
    out: dict[str, int] = {}
    key = born * 1000 + 804
    if share > 0:
        ft = FT[key]
        pt = max(minimum * Fraction(trygdetid, 40) * ft - gp - tp, Fraction(0))
        out |= {
            name: half_up(v / ft * share / 12) for name, v in (("gp", gp), ("tp", tp), ("pt", pt))
        }
    if share < 1:
        dt = DT[key]
        account = Fraction(0)
        if income:
            account = balances(income, year)[year, 5 if month >= 5 else 1]
        rest = max(guarantee * Fraction(trygdetid, 40) * dt - account * Fraction(4, 5), Fraction(0))
        out["inntektspensjon"] = half_up(account / dt * (1 - share) / 12)
        out["garantipensjon"] = half_up(rest / dt * (1 - share) / 12)
    return out
