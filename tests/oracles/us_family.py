"""The family of one worker, plain Python: 42 USC 402(b)-(h), 403(a). Money in cents; see
us_oasdi."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracles import us_oasdi as law
from tests.oracles.us_oasdi import Month, Worker, dime, month_index


@dataclass
class Member:
    """relation: spouse | divorced_spouse | child | parent; in_care, disabled as in a case."""

    relation: str
    born: date
    entitled: Month
    in_care: bool = False
    disabled: bool = False
    onset: date | None = None


@dataclass
class Line:
    full: int
    limited: int = 0
    months: int = 0
    benefit: int = 0
    paid: int = 0


def maximum_at_eligibility(pia: int, eligible: int) -> int:
    """403(a)(1): 150, 272, 134 and 175 percent of the parts between the bend points."""
    one, two, three = (int(law.T[f"maximum_bend_{i}"][eligible]) * 100 for i in (1, 2, 3))
    parts = [
        min(pia, one),
        max(0, min(pia, two) - one),
        max(0, min(pia, three) - two),
        max(0, pia - three),
    ]
    raw = Fraction(sum(p * k for p, k in zip(parts, (150, 272, 134, 175), strict=True)), 100)
    return dime(raw, eligible >= 1983)


def disability_at_eligibility(pia: int, amount: Fraction, eligible: int) -> int:
    """403(a)(6): the lower of 85 percent of the AIME and 150 percent of the PIA, but not below the
    PIA."""
    down = eligible >= 1983
    return max(min(dime(amount * 85, down), dime(Fraction(pia * 3, 2), down)), pia)


def artificial_aime(pia: int, eligible: int) -> Fraction:
    """GN 01701.210C: the AIME that would give this PIA (cents to dollars), dollars up."""
    one, two = int(law.T["pia_bend_1"][eligible]), int(law.T["pia_bend_2"][eligible])
    p = Fraction(pia, 100)
    if p <= Fraction(9, 10) * one:
        value = p * 10 / 9
    elif p <= Fraction(58, 100) * one + Fraction(32, 100) * two:
        value = (100 * p - 58 * one) / 32
    else:
        value = (100 * p - 58 * one - 17 * two) / 15
    return (
        Fraction(-(-value.numerator // value.denominator))
        if eligible >= 1983
        else Fraction(int(value))
    )


def special_maximum(w: Worker, years: int) -> int:
    """Appendix V: 150 percent in January 1979, then each increase, never below 150 percent of the
    PIA."""
    pia = min(20, max(0, years - 10)) * 1150
    most = dime(Fraction(pia * 3, 2), False)
    for year, rate in law.increases(1979, w.month):
        down = year >= 1982
        pia = dime(pia * (1 + rate / 100), down)
        most = max(dime(most * (1 + rate / 100), down), dime(Fraction(pia * 3, 2), down))
    return most


def widow_eligibility(w: Worker, m: Member) -> int:
    """402(e)(2)(B): the later of death and the widow(er)'s year of 60 (disabled: of onset, from
    50), at most 62 of the worker."""
    assert w.death
    own = (m.born - law.timedelta(1)).year + 60
    if m.disabled:
        assert m.onset
        own = max(m.onset.year, own - 10)
    return min(max(law.eligibility_year(w), own), w.attained.year + 62)


def widow_pia(w: Worker, m: Member, n: int) -> int:
    """The PIA as if the year of eligibility were that year; for deaths before 62, from 1985."""
    assert w.death
    year = widow_eligibility(w, m)
    if (
        w.death >= w.attained.replace(year=w.attained.year + 62, day=min(w.attained.day, 28))
        or w.foreign
    ):
        return 0
    pia0 = law.formula(law.aime(law.index_earnings(w.earnings, year, w.death.year), n), year)
    return law.with_increases(pia0, year, w.month)


def share(w: Worker, m: Member) -> Fraction:
    if w.branch == "survivor":
        full = m.relation in ("spouse", "divorced_spouse") and not m.in_care
        return Fraction(1) if full else Fraction(3, 4)
    return Fraction(1, 2)


def member(w: Worker, m: Member, pia: int, n: int) -> Line:
    base = pia
    if w.branch == "survivor" and share(w, m) == 1:
        base = max(pia, widow_pia(w, m, n))
    return Line(dime(base * share(w, m)))


def months_early(w: Worker, m: Member) -> int:
    year = (m.born - law.timedelta(1)).year
    age = law.full_age(year - 2 if w.branch == "survivor" else year)
    return max(0, law.attained_month(m.born, age) - month_index(m.entitled))


def reduce(w: Worker, m: Member, line: Line) -> None:
    """402(q): only spouses and widow(er)s without a child in care are reduced for age."""
    line.benefit = line.limited
    if m.relation not in ("spouse", "divorced_spouse") or m.in_care:
        return
    line.months = months_early(w, m)
    if w.branch == "survivor":
        whole = law.full_age((m.born - law.timedelta(1)).year - 2) - 720
        part = Fraction(1) if m.disabled and line.months > whole else Fraction(line.months, whole)
        cut = line.limited * Fraction(285, 1000) * part
    else:
        cut = line.limited * (
            Fraction(25 * min(line.months, 36), 3600) + Fraction(5 * max(0, line.months - 36), 1200)
        )
    line.benefit = line.limited - dime(cut, False)


def family(w: Worker, members: list[Member], pia: int, most: int, n: int) -> list[Line]:
    """403(a): in one proportion within the maximum; a divorced spouse stands outside it."""
    lines = [member(w, m, pia, n) for m in members]
    inside = [
        line for line, m in zip(lines, members, strict=True) if m.relation != "divorced_spouse"
    ]
    room = most if w.branch == "survivor" else max(0, most - pia)
    total = sum(line.full for line in inside)
    for line, m in zip(lines, members, strict=True):
        within = m.relation != "divorced_spouse" and total > room
        line.limited = dime(Fraction(line.full * room, total)) if within else line.full
        reduce(w, m, line)
        line.paid = line.benefit // 100 * 100
    return lines
