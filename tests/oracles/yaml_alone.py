"""Old-age pensions whose law is YAML alone, one person, in plain Python.

Each function: months of insurance, average pay in minor units, birth, claim, sex -> minor units a
month; 0 without a right; LookupError where the law or a figure is not known.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from oracles.plain import Tables, add_months, age_in_months, half_up

EC, PK, BR, VN = (Tables(f"{name}.yaml") for name in ("ec/iess", "pk/eobi", "br/inss", "vn/bhxh"))
PE, LC = Tables("pe/snp.yaml"), Tables("lc/nic.yaml")


def unknown(why: str) -> int:
    raise LookupError(why)


def percent(pay: int, rate: Fraction | int) -> int:
    return half_up(Fraction(pay) * rate / 100)


def ghana(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """37.5 % at 180 months, 3/32 of a percent a month above, 60 % at most; 60 to 90 % before 60."""
    age = age_in_months(born, claim)
    if claim < date(2015, 1, 1) or born <= date(1955, 1, 1):
        return unknown("PNDCL 247")
    if months < 180 or age < 660:
        return 0
    right = min(Fraction(75, 2) + Fraction(3, 32) * (months - 180), Fraction(60))
    of_full = {55: 60, 56: Fraction(135, 2), 57: 75, 58: Fraction(165, 2), 59: 90}
    return percent(percent(pay, right), of_full.get(age // 12, 100))


def saint_lucia(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """40 % and 0.1 % a month above 180, 300 dollars at least."""
    age = age_in_months(born, claim)
    if claim < date(2015, 1, 1):
        return unknown("earlier law")
    if months < 180 or age < 780:
        return unknown("early pension") if months >= 156 and age >= 720 else 0
    rate = 40 + Fraction(months - 180, 10)
    if rate > 60:
        return unknown("highest rate")
    return max(percent(pay, rate), int(LC.on("minimum_pension", claim)) * 100)


def ecuador(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """Whole years only: 1.25 % a year from 50 % at ten, more from 36; between its limits."""
    age, years = age_in_months(born, claim), months // 12
    doors = ((480, 0), (360, 720), (180, 780), (120, 840))
    if not any(months >= need and age >= old for need, old in doors):
        return 0
    if months % 12 and years < 40:
        return unknown("a part of a year")
    late = {36: "83.25", 37: "86.05", 38: "89.70", 39: "94.30"}
    plain = 50 + Fraction(5, 4) * (years - 10)
    rate = Fraction(100) if years >= 40 else Fraction(late[years]) if years in late else plain
    wage = EC.on("basic_wage", claim) * 100
    least = next(p for top, p in ((10, 50), (20, 60), (30, 70), (35, 80), (39, 90), (99, 100))
                 if years <= top)  # fmt: skip
    most = 250 if years < 15 else 550 if years >= 40 else 300 + 50 * ((years - 15) // 5)
    return max(min(percent(pay, rate), half_up(wage * most / 100)), half_up(wage * least / 100))


def pakistan(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """A fiftieth for each whole year; half a percent less for each month before 60 (55)."""
    age, pension_age = age_in_months(born, claim), 660 if sex == "female" else 720
    if months < 180 or age < pension_age - 60:
        return unknown("relaxed years, miners") if age >= 600 else 0
    if months % 12:
        return unknown("a part of a year")
    kept = 1 - Fraction(max(pension_age - age, 0), 200)
    full = half_up(Fraction(pay * (months // 12), 50))
    return max(half_up(full * kept), half_up(PK.on("minimum_pension", claim) * 100 * kept))


def brazil(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """60 % and 2 % for each full year above 15 (women) or 20 (men); minimum wage and ceiling."""
    age = age_in_months(born, claim)
    if claim < date(2019, 11, 13):
        return unknown("earlier law")
    years_short = max(2023 - claim.year, 0) if claim >= date(2020, 1, 1) else 4
    wanted = 744 - 6 * years_short if sex == "female" else 780
    if months < 180 or age < wanted:
        return unknown("transition rules") if months >= 300 and age >= 540 else 0
    above = max(months // 12 - (15 if sex == "female" else 20), 0)
    least = int(BR.on("minimum_wage", claim) * 100)
    most = int(BR.on("contribution_ceiling", claim) * 100)
    return min(max(percent(pay, 60 + 2 * above), least), most)


def viet_nam(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """Women 45 % at 15 years, men 40 % there and 45 % at 20; 2 % a year, 75 % at most."""
    if claim < date(2025, 7, 1):
        return unknown("earlier law")
    if months < 180 or claim < vietnamese_day(born, sex):
        old = age_in_months(born, claim) >= 540
        return unknown("heavy work, reduced capacity") if months >= 180 and old else 0
    if months % 12:
        return unknown("a part of a year")
    years = months // 12
    women, men = 45 + 2 * (years - 15), 40 + (years - 15) if years < 20 else 45 + 2 * (years - 20)
    return percent(pay, min(women if sex == "female" else men, 75))


def vietnamese_day(born: date, sex: str) -> date:
    """The first day on which the age of the calendar year is reached."""
    first, step, last = (664, 4, 720) if sex == "female" else (723, 3, 744)
    for age in range(first - step, last + 1):
        day = add_months(born, age)
        if age >= (
            min(first + step * (day.year - 2021), last) if day.year > 2020 else first - step
        ):
            return day
    raise AssertionError


def peru(months: int, pay: int, born: date, claim: date, sex: str) -> int:
    """300 soles from 10 years, 400 from 15; what 20 years give is not known."""
    age = age_in_months(born, claim)
    if claim < date(2021, 7, 23):
        return unknown("earlier law")
    if months < 120 or age < 780:
        return unknown("early pension") if months >= 240 and age >= 600 else 0
    if months >= 240:
        return unknown("percentages of DL 19990")
    return int(PE.on("flat_15" if months >= 180 else "flat_10", claim)) * 100
