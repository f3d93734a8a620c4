"""Units of time and the directed conversions that coordinating instruments order between them."""

from __future__ import annotations

from math import lcm
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

Int = NDArray[np.int64]

UNITS = ("day", "week", "month", "quarter", "year")
PLURALS = {
    "days": "day",
    "weeks": "week",
    "months": "month",
    "quarters": "quarter",
    "years": "year",
}
PER_YEAR = {"day": 360, "week": 52, "month": 12, "quarter": 4, "year": 1}
COMMON = lcm(360, 365, 52, 12)  # one measure in which every unit of every scheme is whole
THOUSAND = 1000  # certified sums are kept in thousandths of a unit


def unit_named(text: str) -> str:
    """ "months" or "month" -> "month". Raises ValueError."""
    word = PLURALS.get(text, text)
    if word not in UNITS:
        raise ValueError(f"unknown unit {text!r}")
    return word


def exact_factor(source: str, target: str, days_a_year: int = 360) -> int | None:
    """How many `target` are in one `source` where the calendar leaves no doubt, else None."""
    table = {**PER_YEAR, "day": days_a_year}
    if source == target:
        return 1
    if source == "year":
        return table[target]
    if (source, target) == ("quarter", "month"):
        return 3
    if (source, target) == ("quarter", "week"):
        return 13
    return None


@frozen
class Conversion:
    """`source_n` source units give `target_n` target units.

    remainder_from  smallest rest (source units) that gives one more step; 1 any rest, None the
    rest is lost
    fill_to         own + foreign per calendar year never above (target units)
    per             calendar_year | total | period | as_certified: what is converted in one
    operation
    place           anywhere | covered_units | consecutive
    constants       target units of particular source years ({1972: 40})
    """

    source_unit: str
    source_n: int
    target_unit: str
    target_n: int
    remainder_from: int | None = None
    fill_to: int | None = None
    per: str = "calendar_year"
    place: str = "anywhere"
    constants: dict[int, int] = field(factory=dict)

    def steps(self, x: Int, scale: int = 1) -> Int:
        """Target units (whole) for x source units given in 1/scale; one rounding."""
        product, whole = x if self.target_n == 1 else x * self.target_n, self.source_n * scale
        if whole == 1:
            return product
        if self.remainder_from is None:
            return product // whole
        enough = self.remainder_from * self.target_n * scale if self.remainder_from > 1 else 1
        return (product + (whole - min(enough, whole))) // whole


@frozen
class ConversionTable:
    """Equivalences between all units, by the days a week of a scheme has (Reg. 987/2009 art. 13).

    days        {5: {"week": 5, "month": 22, "quarter": 66, "year": 264}, 6: …, 7: …}
    weeks_via   the day scheme through which weeks become months and the reverse
    fill_to     yearly maximum per target unit; of days: the year of the row (art. 13(2))
    """

    name: str
    days: dict[int, dict[str, int]]
    weeks_via: int = 6
    remainder_from: int | None = 1
    per: str = "as_certified"
    fill_to: dict[str, int] = field(factory=dict)
    place: str = "anywhere"

    def edge(
        self, source: str, target: str, source_days: int = 7, target_days: int = 7
    ) -> Conversion:
        """The conversion between two units; `*_days`: the day scheme of a scheme whose unit is
        the day."""
        n, m = self.ratio(source, target, source_days, target_days)
        most = self.days[target_days]["year"] if target == "day" else self.fill_to.get(target)
        return Conversion(source, n, target, m, self.remainder_from, most, self.per, self.place)

    def knows(self, source: str, target: str, source_days: int, target_days: int) -> bool:
        """Has the text a row for the day scheme of each scheme that counts days?"""
        return (source != "day" or source_days in self.days) and (
            target != "day" or target_days in self.days
        )

    def ratio(
        self, source: str, target: str, source_days: int, target_days: int
    ) -> tuple[int, int]:
        if source == target:
            if source == "day" and source_days != target_days:
                return self.days[source_days]["week"], self.days[target_days]["week"]
            return 1, 1
        if "day" in (source, target):
            scheme = source_days if source == "day" else target_days
            table = {**self.days[scheme], "day": 1}
            return table[target], table[source]
        if "year" in (source, target) or {source, target} in (
            {"month", "quarter"},
            {"week", "quarter"},
        ):
            small = {"year": 1, "quarter": 4, "month": 12, "week": 52}
            a, b = small[source], small[target]
            shared = np.gcd(a, b)
            return int(a // shared), int(b // shared)
        via = {**self.days[self.weeks_via]}
        return via[target], via[source]


def year_share(units: Any, unit: str, days_a_year: int = 360) -> Any:
    """Units -> parts of a year in COMMON-ths (exact), so that schemes of one state can be
    summed."""
    per = days_a_year if unit == "day" else PER_YEAR[unit]
    return units * (COMMON // per)


def per_year_of(unit: str) -> int:
    """Most units of this kind that a calendar year can hold by its dates."""
    return {"day": 366, "week": 53, "month": 12, "quarter": 4, "year": 1}[unit]
