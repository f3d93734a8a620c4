"""One person under Japan's two pensions, in plain Python, month by month."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, add_months, day_before, down, half_up

K, E = Tables("jp/kiso.yaml"), Tables("jp/kosei.yaml")
OLDER = date(1956, 4, 2)
# share of a month from April 2009, before it; the same beyond 480 months (2004 Act, art. 10)
WEIGHTS = {
    "quarter_exempt": (Fraction(7, 8), Fraction(5, 6), Fraction(3, 8), Fraction(1, 2)),
    "half_exempt": (Fraction(3, 4), Fraction(2, 3), Fraction(1, 4), Fraction(1, 3)),
    "three_quarter_exempt": (Fraction(5, 8), Fraction(1, 2), Fraction(1, 8), Fraction(1, 6)),
    "full_exempt": (Fraction(1, 2), Fraction(1, 3), Fraction(0), Fraction(0)),
}


def month(day: date) -> int:
    return day.year * 12 + day.month - 1


def fiscal(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def reached(born: date, years: int) -> date:
    return day_before(add_months(born, 12 * years))


def factor(born: date, claim: date, tables: Tables) -> Fraction:
    """Of the yearly amount, for the months before or after 65."""
    moved = month(claim) - month(reached(born, 65))
    if moved < 0:
        return 1 + moved * tables.on("early_rate", born)
    if moved < 12:
        return Fraction(1)
    return 1 + min(moved, int(tables.on("deferral_months", born))) * Fraction(7, 1000)


# -- basic pension


def credited(born: date, record: dict[int, str]) -> Fraction:
    """Credited months of ages 20 to 59, in the order of the law, 480 at most."""
    ages = range(month(reached(born, 20)), month(reached(born, 60)))
    kinds = {m: kind for m, kind in record.items() if m in ages}
    done = sum(kind == "paid" for kind in kinds.values())
    total = Fraction(min(done, 480))
    for name, (new, old, new_beyond, old_beyond) in WEIGHTS.items():
        for late, weight, beyond in ((True, new, new_beyond), (False, old, old_beyond)):
            for m, kind in kinds.items():
                if kind == name and (m >= 2009 * 12 + 3) == late:
                    total += weight if done < 480 else beyond
                    done += 1
    return min(total, Fraction(480))


def basic(born: date, claim: date, record: dict[int, str]) -> int | None:
    """Yen a year; -1 without a right, None where a parameter was not seen."""
    if len(record) < K.on("qualifying", claim) or claim < reached(born, 60):
        return -1
    try:
        old = born < OLDER and fiscal(claim) >= 2023
        full = K.on("full_amount_older" if old else "full_amount", claim)
        share = full * credited(born, record) / 480
        if fiscal(claim) < 2016:
            amount = half_up(share / 100) * 100
            return half_up(Fraction(half_up(amount * factor(born, claim, K)), 100)) * 100
        return half_up(half_up(share) * factor(born, claim, K))
    except LookupError:
        return None


def basic_refund(record: dict[int, str]) -> int | None:
    """Yen once, for a foreigner who left; record of first-category months."""
    parts = {"paid": 4, "quarter_exempt": 3, "half_exempt": 2, "three_quarter_exempt": 1}
    months = sum(parts.get(kind, 0) for kind in record.values()) // 4
    if months < 6:
        return 0
    last = max(record)
    try:
        premium = K.of("premium", (last - 3) // 12)
    except LookupError:
        return None
    most = 60 if last >= 2021 * 12 + 3 else 36
    return half_up(premium * min(months // 6 * 6, most) / 2)


# -- employees' pension


def part(born: date, claim: date, pay: dict[int, int]) -> int:
    """Art. 20 of 2000: both averages times multiplier times months, one rounding."""
    young = born >= OLDER and fiscal(claim) >= 2023
    name = "revaluation_younger" if young else "revaluation_older"
    before = after = Fraction(0)
    for m, yen in pay.items():
        row = int(E.step("revaluation_period", m))
        worth = yen * E.of(name, fiscal(claim) * 100 + row)
        if m < 2003 * 12 + 3:
            before += worth
        else:
            after += worth
    return half_up(before * Fraction("0.007125") + after * Fraction("0.005481"))


def former(claim: date, pay: dict[int, int]) -> int:
    """Art. 21 of 2000: the old multipliers on the fixed table, times the level of the year."""
    total = Fraction(0)
    for m, yen in pay.items():
        rate = Fraction("0.0075") if m < 2003 * 12 + 3 else Fraction("0.005769")
        total += yen * E.step("former_rate", m) * rate
    return half_up(total * E.of("former_level", fiscal(claim)))


def addition(born: date, claim: date, pay: dict[int, int]) -> int:
    """Art. 59(2) of 1985."""
    old = born < OLDER and fiscal(claim) >= 2023
    rate = E.of("revision_rate_older" if old else "revision_rate", fiscal(claim))
    full = half_up(780_900 * rate / 100) * 100
    ages = range(month(reached(born, 20)), month(reached(born, 60)))
    inside = sum(m in ages and m >= 1961 * 12 + 3 for m in pay)
    return max(half_up(1628 * rate) * min(len(pay), 480) - half_up(full * Fraction(inside, 480)), 0)


def employees(born: date, claim: date, pay: dict[int, int]) -> int | None:
    """Yen a year for 120 months and more; 0 below 60, None where a parameter was not seen."""
    if claim < reached(born, 60):
        return 0
    try:
        whole = max(part(born, claim, pay), former(claim, pay)) + addition(born, claim, pay)
        return half_up(whole * factor(born, claim, E))
    except LookupError:
        return None


def employees_refund(pay: dict[int, int]) -> int | None:
    """Yen once: average (x 1.3 before April 2003) x rate of the reference October."""
    last = max(pay)
    total = sum(down(yen * Fraction(13, 10) * 1000) if m < 2003 * 12 + 3 else yen * 1000
                for m, yen in pay.items())  # fmt: skip
    average = half_up(Fraction(total, 1000 * len(pay)))
    year = last // 12 - (2 if last % 12 < 8 else 1)
    try:
        premium = E.on("contribution_rate", date(year, 10, 1))
    except LookupError:
        return None
    number = min(len(pay) // 6 * 6, 60 if last >= 2021 * 12 + 3 else 36)
    tenths = half_up(premium / 2 * number * 10)
    return half_up(Fraction(average * tenths, 10))
