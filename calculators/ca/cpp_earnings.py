"""Canada Pension Plan: the contributory period and the earnings that fall into it (s. 42, 48-53.2).

Within a year every month has the same earnings (s. 52), so a year is a block of months: drop-outs
take whole blocks
from the lowest upward and cut the last one. The Act orders no rounding before the cent; values are
kept in
millionths of a cent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from portability.dates import day, month_of
from portability.exact import div, mul_div
from portability.scheme import Int, Run, Step
from portability.tables import Table

Bool = NDArray[np.bool_]
Days = NDArray[np.int32] | NDArray[np.int64]

ACT = "https://laws-lois.justice.gc.ca/eng/acts/C-8/"
UPE = Step("unadjusted_pensionable_earnings", "CAD cent", "Canada Pension Plan s. 53", ACT)
ADJUSTED = Step("adjusted_pensionable_earnings", "CAD cent", "Canada Pension Plan s. 51(1)", ACT)
AYMPE = Step("aympe", "CAD cent",
             "Canada Pension Plan s. 42(1) \"Maximum Pensionable Earnings Average\"", ACT)

MICRO = 10**6  # millionths of a cent
HUNDRED = 10_000  # the yearly maximum is a multiple of 100 dollars (s. 18(2)): 10,000 cents
BEGIN = 1966 * 12  # s. 49
FIRST_FROM, SECOND_FROM = 2019, 2024  # s. 49.1, 49.2
BORN_1933 = day("1933-01-01")


@define
class Career:
    """Contributory months of n persons, by year.

    years   int64[Y]; months int64[n, Y] of the period in each year; outside int64[n]: months in
    years without record
    value   int64[n, Y] adjusted earnings of one month, s. 51(1), in 1e-6 cent
    first   int64[n, Y] the same for the first additional part (share of s. 51(1.1)); second: s.
    53.2
    """

    years: Int
    months: Int
    outside: Int
    value: Int
    first: Int
    second: Int

    @property
    def total(self) -> Int:
        """Months of the contributory period: int64[n]."""
        return np.asarray(self.months.sum(axis=1) + self.outside)

    def kept(self, dropped: Int) -> Int:
        """Sum of the adjusted earnings without the `dropped` months of lowest earnings: int64[n],
        1e-6 cent."""
        order = np.argsort(self.value, axis=1, kind="stable")
        value = np.take_along_axis(self.value, order, axis=1)
        months = np.take_along_axis(self.months, order, axis=1)
        left = np.maximum(dropped - self.outside, 0)[:, None]
        before = np.cumsum(months, axis=1) - months
        gone = np.clip(left - before, 0, months)
        return np.asarray(((months - gone) * value).sum(axis=1))


def age_month(born: Days, age: int) -> Int:
    """Month at whose beginning an age counts as reached: the one after the birthday (s. 2(2));
    int64[n]."""
    return month_of(born) + 12 * age + 1


def period(born: Days, end: Int) -> tuple[Int, Int]:
    """s. 49: from January 1966 or 18 to `end` (exclusive month), not past the month before 70."""
    start = np.maximum(BEGIN, age_month(born, 18))
    return start, np.maximum(np.minimum(end, age_month(born, 70)), start)


def months_in(years: Int, start: Int, end: Int) -> Int:
    """Months [start, end) of each year: int64[n, Y]."""
    january = years[None, :] * 12
    inside = np.minimum(end[:, None], january + 12) - np.maximum(start[:, None], january)
    return np.asarray(np.clip(inside, 0, 12))


def average_maximum(ympe: Table, year: Int, born: Days, run: Run, need: Bool) -> tuple[Int, Int]:
    """s. 42(1): (sum of the yearly maximums in hundreds of dollars, their number); int64[n]
    each."""
    number = np.select([(year < 1998) | (born < BORN_1933), year == 1998], [3, 4], 5)
    total = sum((np.where(k < number, ympe.at(year - k, run, need & (k < number)), 0)
                 for k in range(5)),
                np.zeros(run.n, np.int64))
    run.trace(AYMPE, div(total, number, "half_up"))
    return div(total, HUNDRED), number


def career(run: Run, tables: Mapping[str, Table], born: Days, earnings: Int,
           record: NDArray[np.int32], start: Int,
           end: Int, year: Int, need: Bool) -> Career:
    """Earnings of the contributory period [start, end) adjusted to `year`, in which the benefit
    becomes payable.

    earnings int64[n, Y] cents of the years record; maximum and exemption of a part year are
    twelfths (s. 17, 19, 53(2)).
    """
    years = record.astype(np.int64)
    months = months_in(years, start, end)
    paid = (earnings > 0) & (months > 0)
    maximum = tables["ympe"].row(years, run, paid & need[:, None])[None, :]
    exempt = tables["basic_exemption"].row(years, run, paid & need[:, None])[None, :]
    above = earnings * 12 > exempt * months  # s. 52(3), 53(1): at or below the exemption is nothing
    twelfths = np.where(above, np.minimum(earnings * 12, maximum * months), 0)
    total, number = average_maximum(tables["ympe"], year, born, run, need)
    unit = 12 * number[:, None] * np.maximum(maximum // HUNDRED, 1) * np.maximum(months, 1)
    value = mul_div(twelfths * total[:, None], MICRO, unit, "half_up")
    run.trace(UPE, lambda: div(twelfths, 12, "half_up"), years=years)
    run.trace(ADJUSTED, lambda: div(value * months, MICRO, "half_up"), years=years)
    share = tables["first_additional_share"].row(years, run,
                                                 paid & need[:, None] & (years >= FIRST_FROM))
    outside = np.maximum(end - start, 0) - months.sum(axis=1)
    return Career(years, months, outside, value, div(value * share[None, :], 100, "half_up"),
                  second_value(run, tables, earnings, years, months, maximum, total, number,
                               paid & need[:, None]))


def second_value(run: Run, tables: Mapping[str, Table], earnings: Int, years: Int, months: Int,
                 maximum: Int,
                 total: Int, number: Int, need: Bool) -> Int:
    """s. 53.2, 51(1): earnings between the two maximums, adjusted, of one month: int64[n, Y], 1e-6
    cent."""
    over = (earnings * 12 > maximum * months) & (years >= SECOND_FROM)
    upper = tables["yampe"].row(years, run, need & over)[None, :]
    twelfths = np.where(over, np.minimum(earnings * 12, upper * months) - maximum * months, 0)
    unit = 12 * number[:, None] * np.maximum(maximum // HUNDRED, 1) * np.maximum(months, 1)
    return mul_div(np.maximum(twelfths, 0) * total[:, None], MICRO, unit, "half_up")
