"""One person of the Spanish general scheme, in plain Python: integers and fractions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

TABLES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "calculators" / "es" / "rg.yaml").read_text()
)["tables"]


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def by_year(name: str, year: int) -> Fraction:
    values = TABLES[name]["values"]
    rows = [key for key in values if key <= year]
    if not rows:
        raise LookupError(name)
    return Fraction(str(values[max(rows)]))


def by_date(name: str, day: date) -> Fraction:
    rows = [row for row in TABLES[name]["rows"] if row["from"] <= day]
    if not rows or rows[-1]["value"] is None or rows[-1].get("unverified"):
        raise LookupError(name)
    return Fraction(str(rows[-1]["value"]))


def age(born: date, day: date) -> int:
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def birthday(born: date, months: int) -> date:
    total = born.year * 12 + born.month - 1 + months
    return date(total // 12, total % 12 + 1, born.day)


def whole_months(days: int) -> int:
    return days // 365 * 12 + floor(days % 365 / Fraction("30.41666"))


def percent(year: int, months: int) -> Fraction:
    extra = max(0, months - 180)
    first, then = by_year("first_months", year), by_year("next_months", year)
    rising = min(extra, first) * by_year("first_rate", year)
    rising += min(max(Fraction(0), extra - first), then) * by_year("next_rate", year)
    return min(Fraction(100), 50 + rising)


def ordinary_age(year: int, months: int) -> int:
    long_ = by_year("long_period", year)
    return 780 if months >= long_ else int(by_year("ordinary_age", year))


def age_ahead(born: date, claim: date, months: int) -> int:
    """The age that will be required in the year in which the person reaches it."""
    need = by_year("long_period", max(claim.year, birthday(born, 780).year))
    if months + max(0, 780 - age(born, claim)) >= need:
        return 780
    for year in range(claim.year, claim.year + 3):
        required = int(by_year("ordinary_age", year))
        if birthday(born, required).year <= year:
            return required
    return int(by_year("ordinary_age", 2100))


def variant(born: date, claim: date, days: int, recent: int, dismissed: bool = False) -> str:
    months = whole_months(days)
    if days < 5475 or recent < 730:
        return "none"
    if age(born, claim) >= ordinary_age(claim.year, months):
        return "ordinary"
    ahead = age_ahead(born, claim, months)
    if dismissed and claim >= date(2022, 1, 1) and months >= 396 and age(born, claim) >= ahead - 48:
        return "involuntary"
    soon = age(born, claim) >= ahead - 24
    return "early" if claim >= date(2022, 1, 1) and months >= 420 and soon else "none"


def pension(
    born: date,
    claim: date,
    days: int,
    recent: int,
    base: int,
    after: int = 0,
    dismissed: bool = False,
) -> dict[str, Any]:
    """Cents; `after`: days contributed after the ordinary age. None: not to be known from the
    tables seen."""
    kind, months = variant(born, claim, days, recent, dismissed), whole_months(days)
    out: dict[str, Any] = {"variant": kind, "months": months, "amount": None}
    if kind == "none":
        return out
    later = 0
    if kind == "ordinary" and after >= 365:
        if claim < date(2022, 1, 1):
            return out
        later = after // 365 * 4
        later += 2 if claim >= date(2025, 4, 1) and after % 365 > 182 else 0
    share = percent(claim.year, months)
    full = half_up(base * (share + later) / 100)
    try:
        maximum = int(by_date("maximum", claim) * 100)
    except LookupError:
        return out
    if kind == "involuntary":
        paid = involuntary(born, claim, months, full, maximum)
        return {**out, "amount": min(paid, maximum), "percent": share}
    if kind == "early":
        return {**out, "amount": early(born, claim, months, full, maximum), "percent": share}
    return {**out, "amount": min(full, maximum), "percent": share}


def early(born: date, claim: date, months: int, full: int, maximum: int) -> int | None:
    ahead = max(1, age_ahead(born, claim, months) - age(born, claim))
    column = 1 + sum(months >= step for step in (462, 498, 534))
    if full > maximum:
        cut = TABLES[f"early_above_maximum_{column}"]["values"].get(claim.year * 100 + ahead)
    else:
        cut = TABLES[f"early_reduction_{column}"]["values"][ahead]
    if cut is None:
        return None
    paid = half_up(min(full, maximum) * (1 - Fraction(str(cut)) / 100))
    return paid if paid > 1_256_60 else None


def involuntary(born: date, claim: date, months: int, full: int, maximum: int) -> int:
    ahead = max(1, age_ahead(born, claim, months) - age(born, claim))
    column = 1 + sum(months >= step for step in (462, 498, 534))
    cut = Fraction(str(TABLES[f"early_involuntary_{column}"]["values"][ahead]))
    limit = half_up(maximum * (1 - Fraction(ceil(Fraction(ahead, 3)), 200)))
    return min(half_up(full * (1 - cut / 100)), limit)


def incapacity(
    born: date, event: date, days: int, recent: int, bases: dict[tuple[int, int], int], degree: int
) -> dict[str, Any]:
    """Permanent incapacity through illness: bases by (year, month), the printed price index."""
    since_16 = (event - birthday(born, 16 * 12)).days
    since_20 = (event - birthday(born, 20 * 12)).days
    young = age(born, event) < 31 * 12
    needed = ceil(Fraction(since_16, 3)) if young else max(1825, ceil(Fraction(since_20, 4)))
    met = days >= needed and (young or recent * 5 >= needed)
    index = {key: Fraction(str(v)) for key, v in TABLES["price_index"]["values"].items()}
    last = event.year * 12 + event.month - 3
    total = 0
    for back in range(96):
        month = last - back
        base = bases[month // 12, month % 12 + 1]
        total += base if back < 24 else half_up(base * index[last - 24] / index[month])
    base = half_up(Fraction(total, 112))
    future = max(0, int(by_year("ordinary_age", event.year)) - age(born, event))
    share = percent(event.year, whole_months(days) + future)
    full = half_up(base * share / 100 * degree / 100)
    return {"met": met, "base": base, "amount": min(full, int(by_date("maximum", event) * 100))}


def full_career_days(year: int) -> int:
    months = int(by_year("full_career", year))
    return months // 12 * 365 + ceil(months % 12 * Fraction("30.41666"))


def regulatory_base(
    claim: date, bases: dict[tuple[int, int], int], index: dict[int, Fraction]
) -> int:
    """Bases by (year, month) without a gap; index by year x 12 + month - 1."""
    last = claim.year * 12 + claim.month - 3
    reference = index[last - 24]
    updated = []
    for back in range(348):
        month = last - back
        base = bases[month // 12, month % 12 + 1]
        updated.append(base if back < 24 else half_up(base * reference / index[month]))
    old = half_up(
        sum(updated[: int(by_date("base_months", claim))]) / by_date("base_divisor", claim)
    )
    if claim.year < 2026:
        return old
    best = sorted(updated[: int(by_date("new_window", claim))], reverse=True)
    new = half_up(sum(best[: int(by_date("new_months", claim))]) / by_date("new_divisor", claim))
    return max(old, new)
