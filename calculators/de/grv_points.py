"""SGB VI 63, 70, 256a, 262: points for contribution periods; 71-74, 59: the value of months
without contributions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.de.grv_record import URL, Record
from portability.cohort import Cohort
from portability.coverage import months_in, per_person, window_mask
from portability.dates import day, month_of, year_of
from portability.exact import mul_div
from portability.tables import Table
from portability.trace import Run, Step

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Law = Mapping[str, Table]

E4 = 10_000
YEAR = 12
CODE_START = day("1992-01-01")  # SGB VI in force; 300(1)
CHILD_POINT = 833  # 70(2): 0.0833 a month
CHILD_KNOWN = day("2012-08-01")  # 70(2) was read in the text of August 2012
LOW_PAY_MONTHS, LOW_PAY_LIMIT = 420, 625  # 262(1): 35 years, 0.0625 a month
LOW_PAY_END = 1992  # 262(1): months before 1992 are raised
SCHOOL_END = day("2009-01-01")  # 263(3), 74 sentence 4: schooling is worth nothing from 2009
ONE_TO_ONE = 2025  # 256a(1): no conversion of eastern earnings from 2025
TRAINING_MONTHS, TRAINING_AGE = 36, 25 * 12  # 71(3) sentence 2

AVERAGE = Step("average_earnings", "1e-2", "SGB VI annex 1, 70(1) sentence 2", URL)
BASE = Step("contribution_base", "1e-2", "SGB VI 157, 159, 161, annex 2", URL, earnings="1e-2")
BY_YEAR = Step("points_by_year", "1e-4 point", "SGB VI 70(1), 121", URL)
EAST_BY_YEAR = Step("points_by_year_east", "1e-4 point", "SGB VI 256a(1), annex 10", URL)
CHILD = Step("child_raising_points", "1e-4 point", "SGB VI 70(2)", URL, months="month")
LOW_PAY = Step(
    "low_pay_points", "1e-4 point", "SGB VI 262", URL, average="1e-4 point", months="month"
)
FREE = Step("noncontributory_points", "1e-4 point", "SGB VI 71-74, 263", URL)


@define
class Points:
    """Points of a record by year, in ten-thousandths: int64[n, Y]; child_loose int64[n]: months
    outside the years.
    """

    west: Int
    east: Int
    child: Int
    child_loose: Int
    together: Int

    def contributions(self) -> Int:
        return self.together

    def total(self) -> Int:
        return np.asarray(per_person(self.together) + self.child_loose, np.int64)


def chosen(final: Table, provisional: Table, run: Run, years: Int, early: Bool, used: Bool) -> Int:
    """70(1), 256a(1): int64[n, Y], the provisional value where `early`, else the final one; needed
    where `used`.
    """
    last, has_last = final.find(years)
    first, has_first = provisional.find(years)
    value = np.where(early, first[None, :], last[None, :])
    known = np.where(early, has_first[None, :], has_last[None, :])
    for table, mine in ((provisional, early), (final, ~early)):
        lacking = np.asarray(used & ~known & mine)
        if lacking.any():
            table.lacks(run, np.asarray(lacking.any(axis=1)), years[lacking.any(axis=0)])
    return value


def points(law: Law, run: Run, co: Cohort, rec: Record) -> Points:
    """70(1), 256a: the points of a record; in a batch reckoned once for all who ask."""
    if run.tracing:
        return priced(law, run, co, rec)
    if rec.reckoned is None or not np.array_equal(rec.reckoned[0], co.claim):
        quiet = Run(run.n, run.scheme, run.route, stage=run.stage)
        rec.reckoned = (co.claim, priced(law, quiet, co, rec), quiet.reasons)
    for code, detail, mask in rec.reckoned[2]:
        run.lacks(mask, code, **{key: item for key, item in detail.items() if key != "stage"})
    made: Points = rec.reckoned[1]
    return made


def priced(law: Law, run: Run, co: Cohort, rec: Record) -> Points:
    """70(1), 256a: each year's base over the average of the year, four decimals; all cells
    int64[n, Y].
    """
    years = rec.years.astype(np.int64)
    run.lacks(co.claim < CODE_START, "rule_unknown", what="law before SGB VI")
    run.lacks(
        rec.unpriced,
        "fact_missing",
        fact="earnings_points",
        cite="SGB VI 70(1): a period without earnings",
    )
    recent = years[None, :] >= year_of(co.claim)[:, None] - 1
    eastern = rec.east_base.any()
    west_pay = rec.earnings - rec.east_base if eastern else rec.earnings
    used = rec.earnings > 0
    average = np.maximum(
        chosen(law["average_earnings"], law["provisional_average"], run, years, recent, used), 1
    )
    ceiling = law["ceiling"].row(years, run, used)
    base = np.minimum(
        west_pay, mul_div(ceiling[None, :], months_in(rec.west & rec.touched), YEAR, "half_up")
    )
    west = together = mul_div(base, E4, average, "half_up")
    east = np.broadcast_to(np.int64(0), west.shape)
    if run.tracing:
        run.trace(BASE, base, years=years, earnings=west_pay, when=(west_pay > 0).any(axis=1))
        run.trace(AVERAGE, np.where(used, average, 0), years=years, when=used.any(axis=1))
        run.trace(BY_YEAR, west, years=years, when=(west > 0).any(axis=1))
    if eastern:
        east = mul_div(east_base(law, run, co, rec, ceiling, recent), E4, average, "half_up")
        together = west + east
        run.trace(EAST_BY_YEAR, east, years=years, when=(east > 0).any(axis=1))
    child, loose = child_points(law, run, co, rec, together, years, recent)
    together = together + child if child.any() else together
    return Points(west, east, child, loose, together)


def east_base(law: Law, run: Run, co: Cohort, rec: Record, ceiling: Int, recent: Bool) -> Int:
    """256a(1), 260, annexes 2a, 10: eastern earnings raised to the western level, in minor units,
    int64[n, Y].

    From July 1990 the eastern ceiling cuts before the conversion, before that the western one after
    it (260).
    """
    years, pay = rec.years.astype(np.int64), rec.east_base
    start = year_of(co.claim)[:, None]
    early = np.where(start <= 2018, recent, (start == 2019) & (years[None, :] == 2018)) & (
        years[None, :] >= 1991
    )
    later = years[None, :] >= ONE_TO_ONE
    halves = years[None, :] == 1990
    used = pay > 0
    factor = chosen(
        law["east_factor"],
        law["east_factor_provisional"],
        run,
        years,
        early,
        used & ~later & ~halves,
    )
    factor = np.where(later, E4, factor)
    months = months_in(rec.east & rec.touched)
    west_cap = mul_div(ceiling[None, :], months, YEAR, "half_up")
    full, known = law["ceiling_east"].find(years)
    lacking: Bool = used & ~known[None, :] & (years[None, :] >= 1990) & ~later
    law["ceiling_east"].lacks(run, np.asarray(lacking.any(axis=1)), years[lacking.any(axis=0)])
    east_cap = mul_div(np.where(known, full, 0)[None, :], months, YEAR, "half_up")
    new = mul_div(np.minimum(pay, east_cap), factor, E4, "half_up")
    old = np.minimum(mul_div(pay, factor, E4, "half_up"), west_cap)
    out = np.where(later, np.minimum(pay, west_cap), np.where(years[None, :] < 1990, old, new))
    run.lacks(rec.straddles, "period_dates_missing", cite="SGB VI annex 10: the two halves of 1990")
    return np.where(halves, base_1990(law, rec, ceiling, years)[:, None], out)


def base_1990(law: Law, rec: Record, ceiling: Int, years: Int) -> Int:
    """Annex 10: 1990 has two factors; int64[n]."""
    column = np.flatnonzero(years == 1990)
    if not len(column):
        return np.zeros(len(rec.straddles), np.int64)
    c = column[0]
    one, two = (int(law["east_factor_1990"].find(half)[0]) for half in (1, 2))
    months = months_in(rec.east & rec.touched)[:, c] - rec.first_months
    cap = int(law["ceiling_east"].find(1990)[0])
    west_cap = mul_div(ceiling[c], rec.first_months, YEAR, "half_up")
    first = np.minimum(mul_div(rec.first_half, one, E4, "half_up"), west_cap)
    rest = np.minimum(
        rec.east_base[:, c] - rec.first_half, mul_div(cap, np.maximum(months, 0), YEAR, "half_up")
    )
    return first + mul_div(rest, two, E4, "half_up")


def child_points(
    law: Law, run: Run, co: Cohort, rec: Record, other: Int, years: Int, recent: Bool
) -> tuple[Int, Int]:
    """70(2): 0.0833 a month beside other contributions, up to the year's maximum (annex 2b)."""
    nothing, loose = np.broadcast_to(np.int64(0), other.shape), rec.beyond()
    if not (rec.child.any() or loose.any()):
        return nothing, loose
    months = months_in(rec.child & rec.touched)
    any_month = (months.sum(axis=1) + loose) > 0
    run.lacks(
        any_month & (co.claim < CHILD_KNOWN),
        "rule_unknown",
        what="child-raising points before 2012",
    )
    if not any_month.any():
        return nothing, np.zeros(run.n, np.int64)
    beside = (months > 0) & (other > 0)
    average = chosen(
        law["average_earnings"], law["provisional_average"], run, years, recent, beside
    )
    most = mul_div(
        law["ceiling"].row(years, run, beside)[None, :], E4, np.maximum(average, 1), "half_up"
    )
    paid = np.maximum(months_in((rec.west | rec.east) & rec.touched), 1)
    both = months_in(rec.child & (rec.west | rec.east) & rec.touched)
    room = np.maximum(
        mul_div(most, both, YEAR, "half_up") - mul_div(other, both, paid, "half_up"), 0
    )
    value = (months - both) * CHILD_POINT + np.minimum(
        both * CHILD_POINT, np.where(both > 0, room, 0)
    )
    run.trace(
        CHILD,
        value.sum(axis=1) + loose * CHILD_POINT,
        months=months.sum(axis=1) + loose,
        when=any_month,
    )
    return value, loose * CHILD_POINT


def low_pay(run: Run, rec: Record, got: Points, all_months: Int) -> Int:
    """262: with 35 years and an average below 0.0625 the months of duty before 1992 are raised by
    half; int64[n].
    """
    raised, low = np.zeros(run.n, np.int64), np.zeros((2, run.n), np.int64)
    who = np.flatnonzero(all_months >= LOW_PAY_MONTHS)
    if not len(who):
        return raised
    touched = rec.touched[who]
    duty = months_in(rec.compulsory[who] & touched)
    paid = np.maximum(months_in(rec.paid[who] & touched), 1)
    value = mul_div(got.contributions()[who], duty, paid, "half_up")
    beyond, early = rec.beyond()[who], rec.beyond(0, LOW_PAY_END * YEAR)[who]
    months, total = duty.sum(axis=1) + beyond, value.sum(axis=1) + beyond * CHILD_POINT
    before = rec.years < LOW_PAY_END
    old_months = duty[:, before].sum(axis=1) + early
    old_total = value[:, before].sum(axis=1) + early * CHILD_POINT
    average = mul_div(total, 1, np.maximum(months, 1), "half_up")
    old = mul_div(old_total, 1, np.maximum(old_months, 1), "half_up")
    entitled = (average < LOW_PAY_LIMIT) & (old < LOW_PAY_LIMIT) & (old_months > 0)
    target = np.minimum(mul_div(old, 3, 2, "half_up"), LOW_PAY_LIMIT)
    raised[who] = np.where(entitled, (target - np.minimum(old, target)) * old_months, 0)
    low[:, who] = old, old_months
    run.trace(LOW_PAY, raised, average=low[0], months=low[1], when=raised > 0)
    return raised


def free_points(run: Run, co: Cohort, rec: Record) -> Int:
    """71-74, 263: points of months without contributions, as certified; without a certificate
    unknown; int64[n].
    """
    open_value, early = rec.open_value, co.claim < SCHOOL_END
    if early.any():
        open_value = open_value | (early & (rec.touched & ~rec.paid).any(axis=1))
    return run.fact(FREE, need=open_value)[0]


def average_value(
    co: Cohort, rec: Record, got: Points, foreign: Int, end: Int, drop_last: Bool
) -> tuple[Int, Int]:
    """71-73: the better of basic and comparative valuation, points a month before month `end`:
    int64[n], 1e-4.

    Training months (71(3) no. 2) count at least 0.0833; foreign months count with the average of
    the own ones.
    drop_last: 73 leaves out the last four years where that is better (reduced earning capacity
    only).
    Also returned: the months on which contributions could lie (72(2), (3)).
    """
    born17 = month_of(co.born.astype(np.int64) - 1) + 17 * YEAR + 1
    zero = np.zeros_like(end)
    own = rec.touched & window_mask(rec.years, zero, end)
    paid = months_in(rec.paid & own)
    value = mul_div(
        got.contributions(), paid, np.maximum(months_in(rec.paid & rec.touched), 1), "half_up"
    )
    young = window_mask(rec.years, zero, month_of(co.born.astype(np.int64) - 1) + TRAINING_AGE + 1)
    apprentice = months_in(rec.compulsory & ~rec.child & own & young)
    done = np.cumsum(apprentice, axis=1) - apprentice
    taught = np.clip(TRAINING_MONTHS - done, 0, apprentice)
    value = value + np.maximum(
        CHILD_POINT * taught - mul_div(value, taught, np.maximum(paid, 1), "half_up"), 0
    )
    beyond = rec.beyond(0, end)
    count, worth = paid.sum(axis=1) + beyond, value.sum(axis=1) + beyond * CHILD_POINT
    abroad = mul_div(worth, foreign, np.maximum(count, 1), "half_up")
    before = months_in(own & window_mask(rec.years, zero, born17)).sum(axis=1)
    before = before + rec.beyond(0, born17)
    free = months_in(own & ~rec.paid & ~rec.considered).sum(axis=1)
    room = np.maximum(end - born17 + before - free, 1)
    total = worth + abroad
    basic = mul_div(total, 1, room, "half_up")
    if not drop_last.any():
        return basic, room
    cut_months = months_in(rec.paid & own & window_mask(rec.years, end - 4 * YEAR, end))
    late = rec.beyond(end - 4 * YEAR, end)
    cut = mul_div(value, cut_months, np.maximum(paid, 1), "half_up").sum(axis=1)
    cut, left = cut + late * CHILD_POINT, room - cut_months.sum(axis=1) - late
    without = np.where(
        left > 0, mul_div(np.maximum(total - cut, 0), 1, np.maximum(left, 1), "half_up"), 0
    )
    return np.where(drop_last, np.maximum(basic, without), basic), room
