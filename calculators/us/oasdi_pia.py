"""The primary insurance amount by wage indexing: 42 USC 415(a), (b), (i), 20 CFR 404.210-404.212,
404.260-404.278."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from calculators.us.oasdi_insured import CFR, Clock, computation_years, quietly, recently
from calculators.us.oasdi_record import Earned, waiting_month
from portability.cohort import Cohort
from portability.dates import day
from portability.exact import div, mul_div
from portability.scheme import Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Tables = Mapping[str, Table]

QUOTIENT = Step("quotient", "1e-7", "20 CFR 404.211(d)(3)", CFR + "404.211")
INDEXED = Step("indexed_earnings", "USD cent", "20 CFR 404.211(d)", CFR + "404.211")
AIME = Step(
    "aime",
    "USD",
    "20 CFR 404.211(f), 42 USC 415(b)(1)",
    CFR + "404.211",
    total="USD cent",
    months="month",
)
ELIGIBILITY_PIA = Step(
    "pia_at_eligibility",
    "USD cent",
    "42 USC 415(a)(1), 20 CFR 404.212",
    CFR + "404.212",
    first_bend="USD",
    second_bend="USD",
)
INDEXED_PIA = Step(
    "wage_indexed_pia", "USD cent", "42 USC 415(i), 20 CFR 404.270-404.278", CFR + "404.270"
)
SPECIAL_YEARS = Step(
    "special_minimum_years", "year", "20 CFR 404.261(a), 42 USC 415(a)(1)(C)(ii)", CFR + "404.261"
)
SPECIAL_PIA = Step(
    "special_minimum_pia", "USD cent", "20 CFR 404.260-404.261", CFR + "404.261", covered="year"
)
PIA = Step(
    "pia",
    "USD cent",
    "42 USC 415(a)(1)",
    CFR + "404.204",
    wage_indexed="USD cent",
    special_minimum="USD cent",
)
STEPS = (QUOTIENT, INDEXED, AIME, ELIGIBILITY_PIA, INDEXED_PIA, SPECIAL_YEARS, SPECIAL_PIA, PIA)

E7 = 10**7
NEVER = 2**60
DIME = 10
FIRST_YEAR = 1951  # 404.211(b)(1): earnings before 1951 are not used
NEW_LAW = 1979  # 415(a)(4): wage indexing for eligibility after 1978
GUARANTEE_END = 1984  # 404.230: alternative guaranteed to those who reach 62 in 1979-1983
JULY_2001 = 2001 * 12 + 6  # Public Law 106-554, POMS RS 00601.122
JANUARY_1979 = day(
    "1979-01-01"
)  # 404.261(b): the amount for each year stands since then, raised with each increase
OLD_START_MOST = 390_50  # 404.222(b): see older_methods
FROZEN, FROZEN_END = 122_00, 1982  # 404.212(e): the minimum of those eligible in 1979-1981
EARLY_CAP, EARLY_YEAR, EARLY_MOST = 3000_00, 900_00, 14  # 404.261(a)(1)


def dimes(value: Int, denominator: Int | int, down: Bool, part: Int | int = 1) -> Int:
    """A part of an amount in cents to a multiple of ten: down, or up for the years before June 1982
    (404.304(f))."""
    whole = np.asarray(denominator, np.int64) * DIME
    low = mul_div(value, part, whole)
    if bool(np.all(down)):
        return low * DIME
    return np.where(down, low, mul_div(value, part, whole, "up")) * DIME


def indexed(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int, eligible: Int
) -> Int:
    """415(b)(3)(A), 404.211(b)-(d): earnings of the base years, capped at the year's base, times
    the average wage of the second year before eligibility over that of their own year, to the cent;
    from that second year on as they are: int64[n, Y].

    The example of 404.211 prints the quotient to seven decimals. The Act rounds none, so the
    product is divided once.
    """
    index, wages = years.astype(np.int64), np.maximum(tables["awi"].row(years), 1)
    counted = (index >= FIRST_YEAR) & (index[None, :] <= now.last[:, None])
    base = tables["base"].row(years, run, counted & (earnings > 0))
    used = np.minimum(earnings, base) * counted
    early = index[None, :] < eligible[:, None] - 2
    top = tables["awi"].at(eligible - 2)[:, None]
    run.trace(QUOTIENT, lambda: quotients(top, wages, early, used), years=index)
    value = mul_div(used, top, wages[None, :], "half_up")
    np.copyto(value, used, where=~early)
    run.trace(INDEXED, value, years=index)
    return value


def quotients(top: Int, wages: Int, early: Bool, used: Int) -> Int:
    """The printed quotients of 404.211(d)(3): int64[n, Y], seven decimals."""
    value = mul_div(np.where(early, top, 1), E7, np.where(early, wages[None, :], 1), "half_up")
    return np.where(used > 0, value, 0)


def average(run: Run, step: Step, values: Int, n: Int) -> Int:
    """404.211(e)-(f): the highest n years over 12n months, in whole dollars."""
    total = highest(values, np.clip(n, 1, values.shape[1]))
    found: Int = run.step(step, lambda: div(total, n * 1200), total=total, months=n * 12)
    return found


def highest(values: Int, n: Int) -> Int:
    """Sum of the n highest values of each person: int64[m]; n between 1 and Y."""
    most, width = int(n.max(initial=1)), values.shape[1]
    narrow = values.max(initial=0) < 2**31
    rising = np.sort(values.astype(np.int32) if narrow else values, axis=1)
    total: Int = rising[:, width - most :].sum(axis=1, dtype=np.int64)
    fewer = np.flatnonzero(n < most)
    if len(fewer):
        beyond = np.arange(most)[None, :] < (most - n[fewer])[:, None]
        lowest = np.where(beyond, rising[fewer, width - most :], 0)
        total[fewer] -= lowest.sum(axis=1, dtype=np.int64)
    return total


def formula(run: Run, tables: Tables, step: Step, aime: Int, eligible: Int, need: Bool) -> Int:
    """415(a)(1)(A)-(B): 90, 32 and 15 percent; up to a dime for 1979-1982, down from 1983."""

    def compute() -> Int:
        tables["awi"].at(eligible - 2, run, need)
        one = tables["pia_bend_1"].at(eligible, run, need)
        two = tables["pia_bend_2"].at(eligible, run, need)
        parts = (
            90 * np.minimum(aime, one)
            + 32 * np.clip(aime - one, 0, two - one)
            + 15 * np.maximum(aime - two, 0)
        )
        return dimes(parts, 1, eligible >= 1983)  # percent of dollars = cents

    found: Int = run.step(
        step,
        compute,
        first_bend=lambda: tables["pia_bend_1"].at(eligible),
        second_bend=lambda: tables["pia_bend_2"].at(eligible),
    )
    return found


def effective(year: int) -> int:
    """404.273: an increase counts from June (1975-1982) or December of its year: month index."""
    return year * 12 + (5 if year <= 1982 else 11)


def increased(run: Run, tables: Tables, amount: Int, eligible: Int, paid: Int, need: Bool) -> Int:
    """415(i)(2): every increase effective from the year of eligibility to the month paid, a dime at
    a time."""
    cola, due = tables["cola"], due_year(paid)
    cola.at(due, run, need & (due >= eligible))
    value, low = amount.copy(), max(int(eligible.min(initial=NEW_LAW)), NEW_LAW)
    years = np.arange(low, min(int(due.max(initial=0)), cola.last) + 1)
    rates, first = rates_of(cola, years), rates_of(tables["cola_first_paid"], years)
    before = paid < JULY_2001
    for year, rate, first_rate in zip(years.tolist(), rates, first, strict=True):
        on = (eligible <= year) & (due >= year)
        if first_rate and before.any():
            np.copyto(value, one_increase(value, first_rate, year), where=on & before)
            on &= ~before
        np.copyto(value, one_increase(value, rate, year), where=on)
    return value


def due_year(paid: Int) -> Int:
    """404.273: year of the last increase that counts in the month paid."""
    found: Int = paid // 12 - (paid < effective_of(paid // 12))
    return found


def rates_of(table: Table, years: Int) -> list[int]:
    """Rates by year, 0 where the table has none."""
    found: list[int] = table.find(years)[0].tolist()
    return found


def one_increase(amount: Int, rate: int, year: int) -> Int:
    """415(i)(2)(A)(ii): to the next dime, since June 1982 the lower one."""
    product = amount * (1000 + rate)  # of percent-cents: far below 64 bits
    if year < 1982:
        product += 10_000 - 1
    product //= 10_000
    product *= DIME
    return product


def effective_of(year: Int) -> Int:
    return year * 12 + np.where(year <= 1982, 5, 11)


def special_years(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int
) -> Int:
    """404.261(a): $900 a year before 1951 (at most 14), then years with a share of the old-law
    base."""
    index = years.astype(np.int64)
    old = index < FIRST_YEAR
    early = np.minimum(earnings[:, old], EARLY_CAP).sum(axis=1) // EARLY_YEAR
    base = tables["old_law_base"].row(index) * tables["special_minimum_share"].row(index)
    share = np.where((base > 0) & ~old, -(-base // 100), NEVER)
    late = (earnings >= share) & (index[None, :] <= now.last[:, None])
    covered = np.minimum(early, EARLY_MOST) + np.count_nonzero(late, axis=1)
    found: Int = run.step(SPECIAL_YEARS, lambda: covered)
    return found


def special_amount(tables: Tables) -> int:
    """415(a)(1)(C)(i): cents for each year of coverage above ten."""
    return int(tables["special_minimum_per_year"].at(np.int64(JANUARY_1979)))


def special_minimum(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int, need: Bool
) -> Int:
    """404.260-404.261: 11.50 dollars for each year of coverage above ten, at most twenty, with all
    increases since 1979."""
    covered = special_years(run, tables, now, years, earnings)
    excess = np.clip(covered - 10, 0, 20)
    value = np.zeros_like(excess)
    some = need & (excess > 0)
    if some.any():
        due = due_year(now.paid)
        with run.only(some):
            tables["cola"].at(due, run, some & (due >= NEW_LAW))
        chain = special_chain(tables["cola"], tables["cola_first_paid"], special_amount(tables))
        step = np.clip(due - NEW_LAW + 1, 0, chain.shape[1] - 1)
        amounts = chain[(now.paid < JULY_2001).astype(np.intp), step, excess]
        value = np.where(some, amounts, 0)
    run.trace(SPECIAL_PIA, value, when=some, covered=covered)
    return value


@cache
def special_chain(cola: Table, first_paid: Table, each: int) -> Int:
    """404.261(b): the amounts of 0-20 years with the increases up to each year since 1979, paid
    from July 2001 on [0] and before [1]: int64[2, years, 21], cents."""
    years = np.arange(NEW_LAW, cola.last + 1)
    rates, first = rates_of(cola, years), rates_of(first_paid, years)
    before = [a or b for a, b in zip(first, rates, strict=True)]
    both = []
    for used in (rates, before):
        rows = [np.arange(21) * each]
        for year, rate in zip(years.tolist(), used, strict=True):
            rows.append(one_increase(rows[-1], rate, year))
        both.append(rows)
    return np.array(both, np.int64)


def wage_indexing(run: Run, now: Clock) -> Bool:
    """415(a)(4)(A): wage indexing is for eligibility after 1978; the older methods are not
    modelled."""
    old = now.eligible < NEW_LAW
    run.lacks(
        old & ~run.given(PIA),
        "rule_unknown",
        cite="20 CFR 404.220-404.222",
        what="average-monthly-wage method (eligible before 1979)",
    )
    return ~old


def frozen_minimum(run: Run, tables: Tables, now: Clock, pia: Int) -> None:
    """404.212(e), 404.222(b): 122 dollars for those eligible in 1979-1981; which increases it got
    (404.277) is not modelled, so a PIA that it could exceed is unknown."""
    free = (now.eligible >= NEW_LAW) & (now.eligible < FROZEN_END) & ~run.given(PIA)
    if not free.any():
        return
    most = increased(run, tables, np.full_like(pia, FROZEN), now.eligible, now.paid, free)
    lacking = free & (pia < most)
    run.lacks(lacking, "rule_unknown", cite="20 CFR 404.212(e), 404.277", what="frozen minimum")


def older_methods(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int, pia: Int
) -> None:
    """404.230-404.242: where a guaranteed older method could exceed the PIA, the amount is unknown.

    The old-start benefit is at most 45.60 dollars (404.241) and its line of the appendix III table
    stands below that
    of an average monthly wage of 502, for which 404.222(b) prints 390.50: with increases, that
    bounds it.
    """
    guarantee = (
        (now.eligible >= NEW_LAW) & (now.eligible < GUARANTEE_END) & (now.eligible == now.year + 62)
    )
    start = (now.year < 1929) & (now.eligible >= NEW_LAW)
    if not (guarantee.any() or start.any()):
        return
    guarantee &= (earnings[:, years < NEW_LAW] > 0).any(axis=1)
    start &= (earnings[:, years < FIRST_YEAR] > 0).any(axis=1)
    free = ~run.given(PIA)
    run.lacks(
        guarantee & free,
        "rule_unknown",
        cite="20 CFR 404.230-404.233",
        what="guaranteed alternative",
    )
    if start.any():
        most = increased(
            run, tables, np.full_like(pia, OLD_START_MOST), now.eligible, now.paid, start
        )
        run.lacks(
            start & free & (pia < most),
            "rule_unknown",
            cite="20 CFR 404.240-404.242",
            what="old-start method",
        )


def own_pia(
    run: Run,
    tables: Tables,
    now: Clock,
    years: NDArray[np.int32],
    earnings: Int,
    special: bool = True,
) -> tuple[Int, Int]:
    """415(a)(1): the higher of the wage-indexed amount and the special minimum: (PIA, wage-indexed
    PIA) in cents."""
    need = ~run.given(PIA) & wage_indexing(run, now)
    _, base = own_base(run, tables, now, years, earnings, need)
    value = run.step(
        INDEXED_PIA, lambda: increased(run, tables, base, now.eligible, now.paid, need)
    )
    least = (
        special_minimum(run, tables, now, years, earnings, need)
        if special
        else np.zeros_like(value)
    )
    pia = run.step(PIA, lambda: np.maximum(value, least), wage_indexed=value, special_minimum=least)
    return pia, value


def own_base(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int, need: Bool
) -> tuple[Int, Int]:
    """404.210-404.212: (AIME in dollars, PIA at eligibility in cents)."""
    n = computation_years(run, now)
    aime = average(run, AIME, indexed(run, tables, now, years, earnings, now.eligible), n)
    return aime, formula(run, tables, ELIGIBILITY_PIA, aime, now.eligible, need)


def waiting_year(
    run: Run,
    tables: Tables,
    now: Clock,
    waiting: Int,
    insured: Bool,
    years: NDArray[np.int32],
    earnings: Int,
    whole: Int,
) -> tuple[Clock, Int]:
    """423(a)(2): the PIA on the whole record as though 62 were attained in the first month of the
    waiting period, where that is higher than with the period of disability left out
    (415(b)(2)(B)(i), 420): (clock, earnings) of the better reckoning."""
    other = np.minimum(waiting, now.year + 62)
    differs = (other != now.eligible) | (whole != earnings).any(axis=1)
    idx = np.flatnonzero(differs & insured & ~run.given(PIA))
    if not len(idx):
        return now, earnings
    quiet, cut = run.child(idx, trace_to=None), now.take(idx)
    moved = evolve(cut, eligible=other[idx])
    as_is = own_pia(quiet, tables, cut, years, earnings[idx])[0]
    better = own_pia(quiet, tables, moved, years, whole[idx])[0] > as_is
    eligible, used, idx = now.eligible.copy(), earnings.copy(), idx[better]
    eligible[idx], used[idx] = other[idx], whole[idx]
    return evolve(now, eligible=eligible), used


def better_year(run: Run, tables: Tables, co: Cohort, now: Clock, view: View) -> tuple[Clock, Int]:
    """423(a)(2), 415(b)(2)(B)(i): a disability benefit reckoned with or without the period of
    disability, whichever gives more."""
    waiting = waiting_month(co.event)
    with quietly(run):
        able = recently(run, view, now, waiting // 3)
    own = view.own
    whole = own.earnings
    if isinstance(own, Earned) and len(own.frozen):
        whole = whole + own.frozen
    return waiting_year(run, tables, now, waiting // 12, able, own.years, own.earnings, whole)
