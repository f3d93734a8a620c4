"""One person under the UK State Pension, in plain Python: tax years counted day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from oracles.plain import Tables, add_months, half_up

T = Tables("gb/nsp.yaml")
START = date(2016, 4, 6)
Line = tuple[date, date, int]  # first day, last day, earnings in pence (0: none)


def pension_day(born: date, male: bool) -> date:
    """Pensions Act 1995 sch. 4."""
    if male and born < date(1953, 12, 6):
        return add_months(born, 780)
    age = add_months(born, int(T.on("fixed_age", born)))
    written = str(int(T.on("fixed_day", born)))
    if written == "0":
        return age
    return max(age, date(int(written[:4]), int(written[4:6]), int(written[6:])))


def qualifying(lines: list[Line], pension: date) -> tuple[int, int]:
    """(qualifying years before 6 April 2016, from then on), whole tax years before pension age."""
    before = after = 0
    first = min(a for a, _, _ in lines).year - 1
    for year in range(first, pension.year + 1):
        low, high = date(year, 4, 6), date(year + 1, 4, 6)
        if high > pension:
            break
        days: set[date] = set()
        for a, b, _ in lines:
            days |= {max(a, low) + timedelta(k) for k in range(overlap(a, b, low, high))}
        paid = sum(
            money * overlap(a, b, low, high) // ((b - a).days + 1) for a, b, money in lines if money
        )
        try:
            enough = paid >= 52 * T.of("lower_earnings_limit", year) * 100
        except LookupError:
            enough = False
        if len(days) // 7 >= 52 or enough:
            before, after = before + (high <= START), after + (high > START)
    return before, after


def overlap(a: date, b: date, low: date, high: date) -> int:
    return max((min(b + timedelta(1), high) - max(a, low)).days, 0)


def weekly(claim: date, before: int, after: int, additional: int, deduction: int) -> int | None:
    """Pence a week without deferral; None where a parameter of the day was not seen."""
    full = T.on("full_rate", claim) * 100
    if before == 0:
        return half_up(full * min(after, 35) / 35)
    rate, basic = T.on("full_rate", START) * 100, T.on("basic_rate", date(2016, 4, 11)) * 100
    old = half_up(basic * min(before, 30) / 30) + additional
    new = max(half_up(rate * min(before, 35) / 35) - deduction, 0)
    start = max(old, new)
    risen = half_up(min(Fraction(start), rate) * full / rate) + half_up(full * after / 35)
    if start <= rate:
        return min(risen, int(full))
    year = claim.year - (claim < date(claim.year, 4, 6))
    try:
        factor = T.of("protected_factor", year)
    except LookupError:
        return None
    return min(risen, int(full)) + half_up((start - rate) * factor)


def deferred(amount: int, claim: date, pension: date) -> int:
    """1 % for nine weeks, whole weeks, none below nine."""
    weeks = (claim - pension).days // 7
    return amount + (half_up(Fraction(amount * weeks, 900)) if weeks >= 9 else 0)
