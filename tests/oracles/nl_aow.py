"""One person under the AOW, in plain Python: days are walked one by one on the 360-day calendar."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, add_months, half_up

T = Tables("nl/aow.yaml")


def uninsured_days(born: date, spans: list[tuple[date, date]]) -> int:
    """Days of the window outside every span: a year 360 days, a month 30, the 31st no day."""
    age = int(T.on("pension_age", born))
    first, end = add_months(born, age - 600), add_months(born, age)
    covered = sum(serial(b) - serial(a) for a, b in united(spans, first, end))
    return 600 * 30 - covered


def united(spans: list[tuple[date, date]], first: date, end: date) -> list[tuple[date, date]]:
    """Spans (end exclusive) cut to the window and joined where they meet."""
    out: list[tuple[date, date]] = []
    for a, b in sorted((max(a, first), min(b, end)) for a, b in spans):
        if a >= b:
            continue
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def serial(day: date) -> int:
    return day.year * 360 + (day.month - 1) * 30 + min(day.day, 30) - 1


def percent(born: date, spans: list[tuple[date, date]]) -> int:
    return 100 - 2 * (uninsured_days(born, spans) // 360)


def pension(born: date, claim: date, spans: list[tuple[date, date]], shared: bool) -> int | None:
    """Cents a month; None where the amount of the day was not seen."""
    try:
        full = T.on("full_couple_each" if shared else "full_single", claim)
    except LookupError:
        return None
    return half_up(full * 100 * Fraction(percent(born, spans), 100))
