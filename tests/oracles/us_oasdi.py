"""One worker, plain Python: United States OASDI (42 USC 402-433). Money in whole cents.

Independent of the calculator: it reads the same tables (calculators/us/oasdi.yaml) and nothing
else. Read it
beside the Act: 413 quarters, 414 insured status, 415 primary insurance amount, 402 reductions,
404.1918 totalization.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import yaml

YAML = Path(__file__).parents[2] / "calculators/us/oasdi.yaml"
Month = tuple[int, int]


def tables() -> dict[str, Any]:
    text = yaml.load(YAML.read_text("utf-8"), yaml.BaseLoader)["tables"]
    return {
        name: {int(k): Fraction(v) for k, v in t["values"].items()}
        for name, t in text.items()
        if "values" in t
    }


T = tables()
AWI, BASE, OLD_BASE, QC = T["awi"], T["base"], T["old_law_base"], T["quarter_amount"]


@dataclass
class Worker:
    """us: foreign coverage fills whatever is missing where `foreign` is true."""

    born: date
    branch: str  # old_age | disability | survivor
    month: Month  # the month whose benefit is reckoned
    entitled: Month | None = None  # first month of entitlement, if earlier
    death: date | None = None
    onset: date | None = None
    earnings: dict[int, int] = field(default_factory=dict)  # cents
    quarters: dict[int, int] = field(default_factory=dict)  # before 1978
    foreign: bool = False

    @property
    def attained(self) -> date:
        """An age is attained on the day before the birthday (20 CFR 404.2(c)(4))."""
        return self.born - timedelta(1)

    @property
    def first(self) -> Month:
        return self.entitled or self.month


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def dime(cents: Fraction | int, down: bool = True) -> int:
    return (floor if down else ceil)(Fraction(cents) / 10) * 10


def month_index(m: Month) -> int:
    return m[0] * 12 + m[1] - 1


def attained_month(born: date, months: int = 0) -> int:
    day = born - timedelta(1)
    return day.year * 12 + day.month - 1 + months


def steps(table: dict[int, Fraction], key: int) -> Fraction:
    return table[max(k for k in table if k <= key)]


def full_age(year: int) -> int:
    return int(steps(T["full_retirement_age"], year))


def quarter(d: date) -> int:
    return d.year * 4 + (d.month - 1) // 3


def quarters_of(w: Worker) -> dict[int, int]:
    """413(a)(2), (d): from 1978 by the yearly amount, before as certified."""
    out = {}
    for year, cents in w.earnings.items():
        out[year] = (
            min(4, cents // int(QC[year] * 100)) if year >= 1978 else w.quarters.get(year, 0)
        )
    return out


def counted(qcs: dict[int, int], first: int, last: int) -> int:
    """Quarters of coverage in the calendar quarters first..last (year * 4 + quarter): a year's
    quarters are placed where they help."""
    total = 0
    for year, n in qcs.items():
        low, high = max(first, year * 4), min(last, year * 4 + 3)
        total += min(n, max(0, high - low + 1))
    return total


def minimum_quarters(w: Worker) -> int:
    """414(a): a quarter for each year after 1950 or the year of 21, before the year of 62, death or
    disability."""
    end = w.attained.year + 62
    if w.branch == "survivor":
        assert w.death
        end = min(end, w.death.year)
    if w.branch == "disability":
        assert w.onset
        end = min(end, w.onset.year)
    return min(40, max(6, end - 1 - max(1950, w.attained.year + 21)))


def eligibility_year(w: Worker) -> int:
    """415(a)(3)(B): the year of 62, or of an earlier death or disability."""
    years = [w.attained.year + 62]
    years += [w.death.year] if w.branch == "survivor" and w.death else []
    years += [w.onset.year] if w.branch == "disability" and w.onset else []
    return min(years)


def computation_years(w: Worker, eligible: int) -> int:
    elapsed = eligible - 1 - max(1950, w.attained.year + 21)
    dropped = min(5, elapsed // 5) if w.branch == "disability" else 5
    return max(2, elapsed - dropped)


def last_year(w: Worker) -> int:
    if w.branch == "survivor":
        assert w.death
        return w.death.year
    return w.month[0] - 1


def index_earnings(earnings: dict[int, int], eligible: int, last: int) -> dict[int, int]:
    """415(b)(3)(A): times the wages of the indexing year over those of the year, to the cent."""
    out = {}
    for year, cents in earnings.items():
        if not 1951 <= year <= last:
            continue
        used = min(cents, int(BASE[year] * 100))
        out[year] = half_up(used * AWI[eligible - 2] / AWI[year]) if year < eligible - 2 else used
    return out


def aime(indexed: dict[int, int], n: int) -> int:
    best = sorted(indexed.values(), reverse=True)[:n]
    return sum(best) // (n * 12 * 100)


def formula(amount: int, eligible: int) -> int:
    """415(a)(1)(A): 90, 32 and 15 percent; up to a dime for 1979-1982, down from 1983."""
    one, two = int(T["pia_bend_1"][eligible]), int(T["pia_bend_2"][eligible])
    raw = 90 * min(amount, one) + 32 * max(0, min(amount, two) - one) + 15 * max(0, amount - two)
    return dime(raw, eligible >= 1983)


def increases(eligible: int, at: Month) -> list[tuple[int, Fraction]]:
    out = []
    for year in range(eligible, at[0] + 1):
        if (year, 6 if year <= 1982 else 12) > at:
            break
        rate = T["cola"][year]
        if year == 1999 and at < (2001, 7):
            rate = T["cola_first_paid"][year]
        out.append((year, rate))
    return out


def with_increases(amount: int, eligible: int, at: Month) -> int:
    for year, rate in increases(eligible, at):
        amount = dime(amount * (1 + rate / 100), year >= 1982)
    return amount


def special_years(w: Worker) -> int:
    """404.261: $900 a year before 1951 (at most 14), then years with the share of the old-law
    base."""
    early = min(14, sum(min(c, 300000) for y, c in w.earnings.items() if y < 1951) // 90000)
    share = {y: steps(T["special_minimum_share"], y) for y in w.earnings if y >= 1951}
    return early + sum(
        1
        for y, s in share.items()
        if y <= last_year(w) and w.earnings[y] * 100 >= OLD_BASE[y] * 100 * s
    )


def special_minimum(w: Worker) -> int:
    years = min(20, max(0, special_years(w) - 10))
    return with_increases(years * 1150, 1979, w.month)


def available_wage(w: Worker, eligible: int) -> int:
    """404.1918(b)(1): the last average wage available when the amount is reckoned."""
    if w.branch == "survivor":
        assert w.death
        return w.death.year - 2
    last = max(eligible, w.first[0]) - 2
    later = [y for y in w.earnings if w.first[0] <= y < w.month[0] and w.earnings[y] > 0]
    return max(later) - 1 if later else last


def theoretical(w: Worker, eligible: int, n: int) -> dict[str, Any]:
    """404.1918(a), (b): relative earnings position, theoretical record, pro rata amount."""
    qcs, available = quarters_of(w), available_wage(w, eligible)
    end = min(last_year(w), max([eligible, *w.earnings]))
    used = {y: q for y, q in qcs.items() if q and y <= end}
    ratio = {
        y: Fraction(
            half_up(
                min(Fraction(w.earnings[y]), BASE[y] * 100 * q / 4) / AWI[min(y, available)] * 10**5
            ),
            10**7,
        )
        for y, q in used.items()
    }
    rep = Fraction(half_up(sum(ratio.values()) * 4 / sum(used.values()) * 10**7), 10**7)
    turned, stop = w.attained.year, eligible
    if w.branch == "survivor" and w.death and w.death.year == eligible:
        stop = eligible + 1
    record = {}
    for year in range(min([turned + 22, *used]), end + 1):
        if turned + 22 <= year < stop or year in used:
            cents = rep * AWI[min(year, available)] * 100
            if w.death and year == w.death.year:
                cents *= Fraction((w.death.month + 2) // 3, 4)
            record[year] = half_up(cents)
    amount = aime(index_earnings(record, eligible, end), n)
    pia0 = formula(amount, eligible)
    pia = with_increases(pia0, eligible, w.month)
    share = Fraction(sum(used.values()), 4 * n)
    return {
        "relative_earnings_position": rep,
        "theoretical_earnings": record,
        "theoretical_aime": amount,
        "theoretical_pia_at_eligibility": pia0,
        "theoretical_pia": pia,
        "numerator": sum(used.values()),
        "denominator": 4 * n,
        "pro_rata_pia": dime(pia * share),
        "raw_pro_rata": dime(pia0 * share),
        "yearly_ratio": ratio,
    }


def national(w: Worker, eligible: int, n: int) -> dict[str, Any]:
    amount = aime(index_earnings(w.earnings, eligible, last_year(w)), n)
    pia0 = formula(amount, eligible)
    return {
        "aime": amount,
        "pia_at_eligibility": pia0,
        "wage_indexed_pia": with_increases(pia0, eligible, w.month),
    }


def insured_from(w: Worker) -> int:
    """First month of the quarter in which the worker is fully insured (delayed credits need it,
    402(w)(2)(A))."""
    qcs, need = quarters_of(w), minimum_quarters(w)
    if w.foreign:
        return 0
    for q in range(1937 * 4, w.month[0] * 4 + 4):
        if counted(qcs, 0, q) >= need:
            return q * 3
    return month_index(w.month)


def delayed_months(w: Worker) -> int:
    """404.313: months from full retirement age to 70; in the year of entitlement only those of
    earlier years."""
    entitled, paid = month_index(w.first), month_index(w.month)
    start = max(attained_month(w.born, full_age(w.attained.year)), insured_from(w))
    seventy = attained_month(w.born, 840)
    if seventy <= entitled:
        end = seventy
    elif seventy <= paid or w.month[0] > w.first[0]:
        end = entitled
    else:
        end = max(start, w.first[0] * 12)
    return max(0, end - start)


def early_reduction(amount: int, months: int) -> int:
    """402(q)(1), (9): 5/9 percent for 36 months, 5/12 percent beyond; the reduction up to the
    dime."""
    share = Fraction(5 * min(months, 36), 900) + Fraction(5 * max(0, months - 36), 1200)
    return amount - dime(amount * share, False)


def own_benefit(w: Worker, pia: int, support: int | None = None) -> dict[str, int]:
    """support: the amount to which credits apply where the special minimum is the PIA
    (404.313(e))."""
    early = attained_month(w.born, full_age(w.attained.year)) - month_index(w.first)
    if w.branch == "disability":
        return {"benefit": pia, "months": 0}
    if early > 0:
        return {"benefit": early_reduction(pia, early), "months": early}
    months = delayed_months(w)
    base = pia if support is None else support
    benefit = dime(base * (1 + months * steps(T["delayed_credit"], w.attained.year) / 1200))
    return {"benefit": benefit if support is None else max(benefit, pia), "months": months}
