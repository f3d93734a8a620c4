"""SGB VI for one person, month by month, in fractions: no code shared with the calculator, only
its tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES: dict[str, Any] = yaml.safe_load((ROOT / "calculators/de/grv.yaml").read_text())["tables"]


@dataclass
class Row:
    """Months first..last (year * 12 + month - 1) within one calendar year; earnings in cents."""

    first: int
    last: int
    earnings: int
    kind: str = "compulsory"
    code: str = ""


@dataclass
class Person:
    born: tuple[int, int, int]
    claim: int
    rows: list[Row]
    female: bool = False
    disabled: bool = False
    children: list[int] = field(default_factory=list)  # months of birth
    event: int | None = None


def ym(year: int, month: int) -> int:
    return year * 12 + month - 1


def half_up(x: Fraction, digits: int) -> Fraction:
    scale = 10**digits
    return Fraction((2 * x * scale + 1).__floor__() // 2, scale)


def number(x: Any) -> Fraction:
    return Fraction(Decimal(str(x)))


def by_year(table: str, year: int) -> Fraction:
    return number(TABLES[table]["values"][year])


def in_force(table: str, text: str) -> Fraction:
    """The last row on or before an ISO date."""
    body = TABLES[table]
    pairs = (
        [(str(r["from"]), r["value"]) for r in body["rows"]]
        if "rows" in body
        else [(str(k), v) for k, v in body["values"].items()]
    )
    return number(max((p for p in pairs if p[0] <= text), key=lambda p: p[0])[1])


def born_text(person: Person) -> str:
    return "{:04d}-{:02d}-{:02d}".format(*person.born)


def month_text(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}-01"


def reached(person: Person, age: int | Fraction) -> int:
    """Month at whose beginning an age (months) is completed: the first-born of a month one month
    sooner.
    """
    y, m, d = person.born
    return ym(y, m) + int(age) + (0 if d == 1 else 1)


def average(person: Person, year: int) -> Fraction:
    start = person.claim // 12
    return by_year("provisional_average" if year >= start - 1 else "average_earnings", year)


def child_months(person: Person) -> set[int]:
    """56(5), 249: after the month of birth; a second child's months follow the first one's."""
    found: set[int] = set()
    end = 0
    for birth in sorted(person.children):
        length = (
            36
            if birth >= ym(1992, 1)
            else int(in_force("child_months_before_1992", month_text(person.claim)))
        )
        first = max(birth + 1, end)
        end = first + length
        limit = person.event if person.event is not None else person.claim
        found |= {m for m in range(first, end) if m < limit}
        end = max(min(end, limit), first)
    return found


def yearly(person: Person) -> dict[int, dict[str, Fraction]]:
    """Points of each year: west, east, child; and the months on which they lie."""
    out: dict[int, dict[str, Fraction]] = {}
    children = child_months(person)
    years = {r.first // 12 for r in person.rows} | {m // 12 for m in children}
    for year in sorted(years):
        rows = [r for r in person.rows if r.first // 12 == year and r.kind != "equivalent"]
        points = {"west": Fraction(0), "east": Fraction(0), "child": Fraction(0)}
        places: set[int] = set()
        for side in ("west", "east"):
            mine = [r for r in rows if (r.code == "east") == (side == "east")]
            months = {m for r in mine for m in range(r.first, r.last + 1)}
            pay = Fraction(sum(r.earnings for r in mine), 100)
            places |= months
            if not pay:
                continue
            table = "ceiling_east" if side == "east" and year < 2025 else "ceiling"
            pay = min(pay, half_up(by_year(table, year) * len(months) / 12, 2))
            if side == "east":
                pay = half_up(pay * east_factor(person, year), 2)
            points[side] = half_up(pay / average(person, year), 4)
        raising = {m for m in children if m // 12 == year}
        both = raising & places
        other = points["west"] + points["east"]
        value = Fraction(833, 10_000)
        points["child"] = len(raising - both) * value
        if both:
            most = (
                half_up(by_year("ceiling", year) / average(person, year), 4)
                if other
                else Fraction(10)
            )
            room = half_up(most * len(both) / 12, 4) - half_up(other * len(both) / len(places), 4)
            points["child"] += min(len(both) * value, max(room, Fraction(0)))
        out[year] = points
    return out


def east_factor(person: Person, year: int) -> Fraction:
    start = person.claim // 12
    if year >= 2025:
        return Fraction(1)
    early = year >= start - 1 if start <= 2018 else start == 2019 and year == 2018
    return by_year("east_factor_provisional" if early else "east_factor", year)


def months_of(person: Person) -> dict[str, set[int]]:
    out: dict[str, set[int]] = {
        "paid": set(child_months(person)),
        "duty": set(child_months(person)),
        "all": set(),
        "long": set(),
    }
    for row in person.rows:
        span = set(range(row.first, row.last + 1))
        out["all"] |= span
        if row.kind != "equivalent":
            out["paid"] |= span
        if row.kind == "compulsory":
            out["duty"] |= span
        if row.code in ("sickness", "consideration"):
            out["long"] |= span
    out["all"] |= out["paid"]
    out["long"] |= out["duty"]
    if len(out["duty"]) >= 216:
        out["long"] |= out["paid"]
    return out


def doors(person: Person) -> list[tuple[str, int]]:
    """Every pension open in the claim month: name, months of reduction."""
    got, claim, born = months_of(person), person.claim, born_text(person)
    found: list[tuple[str, int]] = []

    def door(name: str, meets: bool, earliest: Fraction, free: Fraction) -> None:
        if meets and claim >= reached(person, earliest):
            found.append((name, max(reached(person, free) - claim, 0)))

    standard = in_force("standard_age", born)
    door("standard", len(got["paid"]) >= 60, standard, standard)
    if born >= "1939":
        door("long", len(got["all"]) >= 420, Fraction(756), in_force("long_age", born))
    if born >= "1944" and person.disabled:
        door(
            "disabled",
            len(got["all"]) >= 420,
            in_force("disabled_earliest", born),
            in_force("disabled_age", born),
        )
    age = in_force("very_long_age", born) if claim >= ym(2014, 7) else Fraction(780)
    door("very_long", len(got["long"]) >= 540 and claim >= ym(2012, 8), age, age)
    late = {m for m in got["duty"] if m >= reached(person, 480) - 1}
    if born < "1952" and person.female:
        door(
            "women",
            len(got["paid"]) >= 180 and len(late) > 120,
            Fraction(720),
            in_force("women_age", born),
        )
    return found


def access(person: Person) -> Fraction | None:
    """77(2); None: no pension is open."""
    found = doors(person)
    if not found:
        return None
    if "standard" in (name for name, _ in found):
        paid = sorted(months_of(person)["paid"])
        since = max(reached(person, in_force("standard_age", born_text(person))), paid[59] + 1)
        return 1 + Fraction(5, 1000) * max(person.claim - since, 0)
    return 1 - Fraction(3, 1000) * min(cut for _, cut in found)


def low_pay(person: Person, points: dict[int, dict[str, Fraction]]) -> Fraction:
    """262."""
    got = months_of(person)
    if len(got["all"]) < 420:
        return Fraction(0)

    def sums(before: int) -> tuple[Fraction, int]:
        total, count = Fraction(0), 0
        for year, p in points.items():
            paid = [m for m in got["paid"] if m // 12 == year]
            duty = [m for m in got["duty"] if m // 12 == year]
            if year < before and duty:
                total += half_up(sum(p.values(), Fraction(0)) * len(duty) / len(paid), 4)
                count += len(duty)
        return total, count

    (total, count), (old_total, old_count) = sums(9999), sums(1992)
    limit = Fraction(625, 10_000)
    if not old_count or half_up(total / count, 4) >= limit:
        return Fraction(0)
    old = half_up(old_total / old_count, 4)
    if old >= limit:
        return Fraction(0)
    return (min(half_up(old * Fraction(3, 2), 4), limit) - old) * old_count


def supplement(person: Person, points: dict[int, dict[str, Fraction]]) -> Fraction:
    """76g, before income."""
    got = months_of(person)
    basic = got["duty"] | {
        m
        for r in person.rows
        if r.code in ("sickness", "consideration")
        for m in range(r.first, r.last + 1)
    }
    if person.claim < ym(2021, 1) or len(basic) < 396:
        return Fraction(0)
    total, count = Fraction(0), 0
    for year, p in points.items():
        paid = [m for m in got["paid"] if m // 12 == year]
        counted = [m for m in paid if m in basic]
        value = sum(p.values(), Fraction(0))
        if counted and value >= Fraction(25, 1000) * len(paid):
            total += half_up(value * len(counted) / len(paid), 4)
            count += len(counted)
    if not count:
        return Fraction(0)
    mean = half_up(total / count, 4)
    most = (
        Fraction(667, 10_000)
        if len(basic) >= 420
        else half_up(Fraction(334, 10_000) + Fraction(1389, 10**6) * (len(basic) - 396), 4)
    )
    if mean >= most:
        return Fraction(0)
    each = half_up(min(mean, most - mean) * Fraction(875, 1000), 4)
    return each * min(count, 420)


def old_age(person: Person) -> tuple[Fraction, Fraction] | None:
    """(points without the supplement, monthly amount in EUR with it), or None; for claims from
    2002.
    """
    factor = access(person)
    if factor is None:
        return None
    points = yearly(person)
    east = (
        sum((p["east"] for p in points.values()), Fraction(0))
        if person.claim < ym(2024, 7)
        else Fraction(0)
    )
    total = sum((sum(p.values(), Fraction(0)) for p in points.values()), Fraction(0)) + low_pay(
        person, points
    )
    day = month_text(person.claim)
    value = in_force("pension_value", day)
    amount = half_up(half_up((total - east) * factor, 4) * value, 2)
    if east:
        amount += half_up(half_up(east * factor, 4) * in_force("pension_value_east", day), 2)
    extra = half_up(half_up(supplement(person, points) * factor, 4) * value, 2)
    return total - east, amount + extra


def insured(person: Person) -> bool:
    """43(1), 241(2): 60 months, 36 compulsory ones in the five years before the event, or unbroken
    since 1984.
    """
    assert person.event is not None
    got, event = months_of(person), person.event
    if len(got["paid"]) < 60 or person.claim >= reached(
        person, in_force("standard_age", born_text(person))
    ):
        return False
    recent = [m for m in got["duty"] if event - 60 <= m < event]
    early = [m for m in got["paid"] if m < ym(1984, 1)]
    unbroken = event > ym(1984, 1) and all(m in got["all"] for m in range(ym(1984, 1), event))
    return len(recent) >= 36 or (len(early) >= 60 and unbroken)


def average_value(person: Person, points: dict[int, dict[str, Fraction]], drop: bool) -> Fraction:
    """71-73: points a month over the months from 17 to the event; the first 36 taught months at
    least 0.0833.
    """
    assert person.event is not None
    got, value, taught = months_of(person), Fraction(833, 10_000), 0
    total, cut, cut_months = Fraction(0), Fraction(0), 0
    for year, p in sorted(points.items()):
        paid = [m for m in got["paid"] if m // 12 == year]
        work = [
            m
            for m in got["duty"] - child_months(person)
            if m // 12 == year and m < reached(person, 300)
        ]
        mine = sum(p.values(), Fraction(0))
        lessons = min(len(work), 36 - taught)
        taught += lessons
        if paid:
            mine += max(value * lessons - half_up(mine * lessons / len(paid), 4), Fraction(0))
            last = [m for m in paid if m >= person.event - 48]
            cut += half_up(mine * len(last) / len(paid), 4)
            cut_months += len(last)
        total += mine
    first = reached(person, 17 * 12)
    room = person.event - first + len([m for m in got["all"] if m < first])
    basic = half_up(total / room, 4)
    if drop and room > cut_months:
        return max(basic, half_up((total - cut) / (room - cut_months), 4))
    return basic


def attributed(person: Person, start: int) -> int:
    """59, 253a: months from the event to the month in which the last age is completed."""
    assert person.event is not None
    age = min(
        in_force("attributed_end_age", month_text(start)),
        in_force("standard_age", born_text(person)),
    )
    return max(reached(person, age) - 1 - person.event + 1, 0)


def reduced(person: Person, start: int, first: int) -> Fraction:
    """77(2), (4), 264d."""
    day = month_text(start)
    long = len(months_of(person)["long"]) >= in_force("long_service_years", day)
    age = Fraction(756) if long else in_force("reduction_age", day)
    return 1 - Fraction(3, 1000) * min(max(reached(person, age) - first, 0), 36)


def invalidity(person: Person) -> Fraction | None:
    """Full reduction of earning capacity: monthly amount in EUR, or None."""
    if not insured(person):
        return None
    points = yearly(person)
    total = sum((sum(p.values(), Fraction(0)) for p in points.values()), Fraction(0)) + low_pay(
        person, points
    )
    drop = person.claim >= ym(2014, 7)
    total += attributed(person, person.claim) * average_value(person, points, drop)
    east = (
        sum((p["east"] for p in points.values()), Fraction(0))
        if person.claim < ym(2024, 7)
        else Fraction(0)
    )
    factor, day = reduced(person, person.claim, person.claim), month_text(person.claim)
    amount = half_up(half_up((total - east) * factor, 4) * in_force("pension_value", day), 2)
    if east:
        amount += half_up(half_up(east * factor, 4) * in_force("pension_value_east", day), 2)
    extra = half_up(supplement(person, points) * factor, 4)
    return amount + half_up(extra * in_force("pension_value", day), 2)
