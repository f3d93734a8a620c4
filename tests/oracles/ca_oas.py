"""One applicant for Old Age Security, plain dates. Reads the tables and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import yaml

YAML = Path(__file__).parents[2] / "calculators/ca/oas.yaml"
TEXT: dict[str, Any] = yaml.load(YAML.read_text("utf-8"), yaml.BaseLoader)["tables"]
FULL = {int(k): Fraction(v) * 100 for k, v in TEXT["full_pension"]["values"].items()}


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def later(d: date, months: int) -> date:
    """The same day so many months on; a day the month has not is its last."""
    at = d.year * 12 + d.month - 1 + months
    for day in (d.day, 30, 29, 28):
        try:
            return date(at // 12, at % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError


def months_of(born: date, claim: date, stays: list[tuple[date, date]]) -> int:
    """Whole months of residence after 18 and before the claim; stays inclusive and apart; days
    carried at 30.

    Thirty days left of a month of 31 are no whole month.
    """
    months = days = 0
    for start, end in stays:
        low, high = max(start, later(born, 216)), min(end + timedelta(1), claim)
        if high <= low:
            continue
        n = 0
        while later(low, n + 1) <= high:
            n += 1
        months, days = months + n, days + min((high - later(low, n)).days, 29)
    return months + days // 30


def ym(d: date) -> int:
    return d.year * 12 + d.month - 1


def pension(born: date, claim: date, stays: list[tuple[date, date]], in_canada: bool) -> int | None:
    """Cents in the month of the claim, which is after the month of 65 (no 1977 transition); None
    without a right."""
    months = months_of(born, claim, stays)
    if ym(claim) <= ym(born) + 780 or months < (120 if in_canada else 240):
        return None
    full = FULL[claim.year * 100 + (claim.month - 1) // 3 * 3 + 1]
    older = (
        Fraction(11, 10)
        if claim >= date(2022, 7, 1) and ym(claim) > ym(born) + 900
        else Fraction(1)
    )
    now = min(months // 12, 40)
    best = half_up(half_up(full * older) * Fraction(now, 40))
    at_65 = min(months_of(born, later(born, 780), stays) // 12, 40)
    for years in {at_65, 10 if in_canada else 20, 40}:
        since = qualified(born, claim, stays, years, 10 if in_canada else 20)
        if since is None:
            continue
        k = sum(
            1
            for m in range(since + 1, ym(claim))
            if m >= ym(date(2013, 7, 1)) and m <= ym(born) + 840
        )
        if k:
            grown = half_up(full * Fraction(years, 40) * (1 + Fraction(6, 1000) * k))
            best = max(best, half_up(grown * older))
    return best


def qualified(
    born: date, claim: date, stays: list[tuple[date, date]], years: int, least: int
) -> int | None:
    """Month in which a pension of exactly so many fortieths was first open: the first one, or the
    full one (s. 7.1)."""
    month = ym(born) + 780
    first_day = later(born, 780)
    have = min(months_of(born, first_day, stays) // 12, 40)
    if have >= least and years == have:
        return month
    if years != 40 and (have >= least or years != least):
        return None
    low, high = first_day, claim
    if months_of(born, claim, stays) < 12 * years:
        return None
    while low < high:  # residence only grows, so the first day with so many years can be bisected
        middle = low + (high - low) // 2
        if months_of(born, middle, stays) >= 12 * years:
            high = middle
        else:
            low = middle + timedelta(1)
    return max(ym(low), month)
