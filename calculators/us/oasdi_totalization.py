"""Totalization benefits: 42 USC 433, 20 CFR 404.1918, POMS GN 01701.200."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from calculators.us.oasdi_insured import CFR, Clock, computation_years
from calculators.us.oasdi_pia import (
    E7,
    FIRST_YEAR,
    average,
    formula,
    increased,
    indexed,
    wage_indexing,
)
from portability.dates import NODATE, month_of, year_of
from portability.exact import mul_div
from portability.scheme import Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Tables = Mapping[str, Table]

URL = CFR + "404.1918"
RATIO = Step("yearly_ratio", "1e-7", "20 CFR 404.1918(b)(1)(i)", URL)
POSITION = Step(
    "relative_earnings_position",
    "1e-7",
    "20 CFR 404.1918(b)(1)(ii)",
    URL,
    sum="1e-7",
    quarters="quarter",
)
EARNINGS = Step("theoretical_earnings", "USD cent", "20 CFR 404.1918(b)(2)", URL)
THEORETICAL_AIME = Step(
    "theoretical_aime",
    "USD",
    "20 CFR 404.1918(b)(3), 404.211",
    URL,
    total="USD cent",
    months="month",
)
THEORETICAL_BASE = Step(
    "theoretical_pia_at_eligibility",
    "USD cent",
    "20 CFR 404.1918(b)(3), 404.212",
    URL,
    first_bend="USD",
    second_bend="USD",
)
THEORETICAL_PIA = Step("theoretical_pia", "USD cent", "20 CFR 404.1918(b)(3), 404.270", URL)
PRO_RATA = Step(
    "pro_rata_pia",
    "USD cent",
    "20 CFR 404.1918(c)",
    URL,
    theoretical="USD cent",
    own="quarter",
    period="quarter",
)
STEPS = (RATIO, POSITION, EARNINGS, THEORETICAL_AIME, THEORETICAL_BASE, THEORETICAL_PIA, PRO_RATA)


def theoretical_pia(run: Run, tables: Tables, now: Clock, view: View) -> Int:
    """404.1918(a)-(b): the PIA on earnings of all base years at the worker's relative position:
    int64[n], cents."""
    need = ~run.given(THEORETICAL_PIA) & wage_indexing(run, now)
    base = theoretical_base(run, tables, now, view, need)
    found: Int = run.step(
        THEORETICAL_PIA, lambda: increased(run, tables, base, now.eligible, now.paid, need)
    )
    return found


def theoretical_base(run: Run, tables: Tables, now: Clock, view: View, need: Bool) -> Int:
    """404.1918(b): the same before cost-of-living increases."""
    n = computation_years(run, now)
    years, quarters, earned = record(now, view)
    end = last_used(now, years, earned)
    wage = wages(run, tables, now, years, earned, end, need)
    position = relative_position(run, tables, years, quarters, earned, wage, end)
    theory = theoretical_earnings(run, tables, now, years, quarters, position, wage, end)
    amount = average(
        run,
        THEORETICAL_AIME,
        indexed(run, tables, evolve(now, last=end), years, theory, now.eligible),
        n,
    )
    return formula(run, tables, THEORETICAL_BASE, amount, now.eligible, need)


def record(now: Clock, view: View) -> tuple[NDArray[np.int32], Int, Int]:
    """The own record on an axis that holds every year to which earnings are attributed: years,
    quarters, earnings."""
    own = view.own
    low = min(int(own.years[0]), max(int((now.year + 22).min(initial=2100)), FIRST_YEAR))
    high = max(int(own.years[-1]), int(now.eligible.max(initial=0)), low)
    years = np.arange(low, high + 1, dtype=np.int32)
    wide = np.zeros((2, len(now.year), len(years)), np.int64)
    at = int(own.years[0]) - low
    wide[0, :, at : at + len(own.years)] = own.by_year
    wide[1, :, at : at + len(own.years)] = own.earnings
    return years, wide[0], wide[1]


def last_used(now: Clock, years: NDArray[np.int32], earned: Int) -> Int:
    """404.1918(b)(2): the last base year: eligibility or the last year with earnings, before the
    year paid."""
    paid = np.where(earned > 0, years.astype(np.int64), 0).max(axis=1, initial=0)
    found: Int = np.minimum(np.maximum(now.eligible, paid), now.last)
    return found


def wages(
    run: Run,
    tables: Tables,
    now: Clock,
    years: NDArray[np.int32],
    earned: Int,
    end: Int,
    need: Bool,
) -> Int:
    """404.1918(b)(1)(i): the year's average wage; for later years the last one available, that of
    the second year
    before eligibility, entitlement, death or a recomputation: int64[n, Y] cents."""
    index, entitled = years.astype(np.int64), now.entitled // 12
    dead = now.death != NODATE
    again = np.where(
        (earned > 0) & (index >= entitled[:, None]) & (index < now.paid[:, None] // 12), index, 0
    )
    later = again.max(axis=1, initial=0)
    last = np.where(later > 0, later - 1, np.maximum(now.eligible, entitled) - 2)
    last = np.where(dead, year_of(now.death) - 2, last)
    tables["awi"].at(np.minimum(end, last), run, need)
    span = np.arange(min(int(last.min(initial=FIRST_YEAR)), int(index[0])), int(index[-1]) + 1)
    found: Int = tables["awi"].row(span)[np.minimum(index[None, :], last[:, None]) - span[0]]
    return found


def relative_position(
    run: Run,
    tables: Tables,
    years: NDArray[np.int32],
    quarters: Int,
    earned: Int,
    wage: Int,
    end: Int,
) -> Int:
    """404.1918(b)(1): earnings over the average wage, year by year, averaged over the quarters;
    seven decimals."""
    used = (quarters > 0) & (years.astype(np.int64)[None, :] <= end[:, None])
    base = tables["base"].row(years, run, used & (earned > 0))
    usable = np.where(
        used, np.minimum(earned, mul_div(base, quarters, 4)), 0
    )  # GN 01701.200: QCs/4 of the base
    ratio = mul_div(usable, E7, np.maximum(wage, 1), "half_up")
    run.trace(RATIO, ratio, years=years.astype(np.int64))
    total = np.where(used, quarters, 0).sum(axis=1)
    found: Int = run.step(
        POSITION,
        lambda: mul_div(ratio.sum(axis=1), 4, np.maximum(total, 1), "half_up"),
        sum=lambda: ratio.sum(axis=1),
        quarters=total,
    )
    return found


def theoretical_earnings(
    run: Run,
    tables: Tables,
    now: Clock,
    years: NDArray[np.int32],
    quarters: Int,
    position: Int,
    wage: Int,
    end: Int,
) -> Int:
    """404.1918(b)(2): position x average wage in every year from 22 to eligibility and in other
    covered years."""
    index = years.astype(np.int64)[None, :]
    dead = now.death != NODATE
    died = np.where(dead, year_of(now.death), 0)
    stop = now.eligible + (died == now.eligible)
    attributed = (index > now.year[:, None] + 21) & (index < stop[:, None]) | (quarters > 0)
    attributed &= (index >= FIRST_YEAR) & (index <= end[:, None])
    part = np.where(
        index == died[:, None], (month_of(now.death) % 12 // 3 + 1)[:, None], 4
    )  # GN 01701.200B
    value = mul_div(position[:, None], wage * part, 4 * E7, "half_up")
    base = tables["base"].row(years, run, attributed)
    value = np.where(attributed, np.minimum(value, base), 0)
    run.trace(EARNINGS, value, years=years.astype(np.int64))
    return value


def pro_rata(run: Run, value: Int, own: Int, period: Int) -> Int:
    """404.1918(c): quarters of coverage over the quarters of the computation years, down to a dime.

    Example 1 of 404.1918 prints 113.20 for 453 x 26/104 = 113.25, so the fraction is always rounded
    down.
    """
    found: Int = run.step(
        PRO_RATA,
        lambda: mul_div(value, own, period * 10) * 10,
        theoretical=value,
        own=own,
        period=period,
    )
    return found
