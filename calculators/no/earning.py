"""Norway: what income earns. Pension points (chapter 3) and the pension account (chapter 20).

Income of a year counts from the end of the year in which its tax is settled: the income of 2024 is
settled in 2025
and counts from 1 January 2026 (§ 19-5, § 20-4).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from portability.dates import month_of
from portability.exact import div, mul_div
from portability.scheme import Int, Run, Step
from portability.tables import Table

Bool = NDArray[np.bool_]
LAW = "https://lovdata.no/dokument/NL/lov/1997-02-28-19"

POINTS = Step("pension_points", "1e-2", "folketrygdloven § 3-13; FOR-1991-12-23-895 § 3", LAW)
EARNED = Step("pension_earned", "1e-6 NOK", "folketrygdloven § 20-5", LAW)
ENTRY = Step("pension_entry", "1e-6 NOK", "folketrygdloven § 20-4, 20-21", LAW)
BALANCE = Step("account_on_1_january", "1e-6 NOK", "folketrygdloven § 20-4, 20-18, 20-21", LAW)

MICRO = 10**6  # sums are handed on in millionths of a krone
THOUSAND, LIMB = 1_000, 10**6
FIRST_YEAR = 1967  # § 3-10: a point year is a calendar year after 1966
BEST = 20  # § 3-11: the final point figure is the mean of the twenty best years
EARLY_FULL, LIMIT = 8, 12  # multiples of the base amount
MAY = 4  # index of the month from which the base amount changes (§ 1-4)
NEW_RULE = 2010  # § 20-21: until then the account follows the average base amount
BASE_2009, BASE_2010 = 72_881, 75_641  # § 20-21: bridge between the two ways of counting


def whole_kroner(earnings: Int) -> Int:
    """Income in whole kroner: int64[n, Y]."""
    return div(earnings, 100)


def settled(years: Int, claim: Int) -> Bool:
    """Years whose tax is settled before the year of the claim (int64[n], days): bool[n, Y]."""
    return np.asarray(years[None, :] <= (month_of(claim) // 12 - 2)[:, None])


def points(run: Run, tables: Mapping[str, Table], income: Int, years: Int, born: Int,
           need: Bool) -> Int:
    """§ 3-13: income above the base amount over the base amount, two decimals: int64[n, Y]
    hundredths.

    income int64[n, Y] kroner, already limited to the years that count; a third of what lies between
    the full
    income (8 G, from 1992 6 G) and 12 G counts, in whole kroner; from 1992 no year gives more than
    7.00 (§ 3-12).
    """
    base = tables["average_base_amount"].row(years, run, (income > 0) & need[:, None])
    base = base[None, :]
    known = tables["full_income"].has(years)
    multiple = np.where(known, tables["full_income"].row(years), EARLY_FULL)[None, :]
    beyond = (income > multiple * base) & ~known[None, :] & (base > 0) & need[:, None]
    tables["full_income"].row(years, run, beyond)
    third = np.maximum(np.minimum(income, LIMIT * base) - multiple * base, 0)
    counted = np.minimum(income, multiple * base) + div(third, 3, "half_up")
    age = years[None, :] - born[:, None]
    earns = (income > base) & (base > 0) & (years >= FIRST_YEAR)[None,
                                                                 :] & (age >= 13) & (age <= 75)
    made = mul_div(np.where(earns, counted - base, 0), 100, np.maximum(base, 1), "half_up")
    made = np.where((years >= 1992)[None, :], np.minimum(made, 700), made)
    run.trace(POINTS, made, years=years)
    return made


def final_points(made: Int) -> Int:
    """§ 3-11: mean of the twenty best years, of all years if fewer; two decimals: int64[n]
    hundredths."""
    best = -np.sort(-made, axis=1)[:, :BEST]
    count = (best > 0).sum(axis=1)
    return div(best.sum(axis=1), np.maximum(count, 1), "half_up")


def earned(run: Run, tables: Mapping[str, Table], income: Int, years: Int, need: Bool) -> Int:
    """§ 20-5: 18.1 per cent of the income up to 7.1 times the average base amount: int64[n, Y],
    1e-6 NOK."""
    base = tables["average_base_amount"].row(years, run, (income > 0) & need[:, None])[None, :]
    counted = np.minimum(income * 10, 71 * base)  # tenths of a krone
    made = np.where((base > 0) & (years >= FIRST_YEAR)[None, :], counted * 181 * (MICRO // 10_000),
                    0)
    run.trace(EARNED, made, years=years)
    return np.asarray(made)


def account(run: Run, tables: Mapping[str, Table], income: Int, years: Int, claim: Int,
            need: Bool) -> Int:
    """§ 20-4, 20-18, 20-21: the pension account on the day of the claim: int64[n], 1e-6 NOK.

    Before 2010 the account is raised each 1 January by the average base amounts of the two years
    before it, in 2010 to the base amount itself; from May 2010 it follows wages each 1 May. The
    chain is kept in 1e-9 NOK, so that the sixth decimal of the result is right.
    """
    column = {int(y): i for i, y in enumerate(years)}
    made = earned(run, tables, income, years, need) * THOUSAND
    average, growth = tables["average_base_amount"], tables["wage_growth"]
    month = month_of(claim)
    last = int(month.max(initial=0)) // 12
    total, begun = np.zeros(len(claim), np.int64), np.zeros(len(claim), np.bool_)
    span = range(min(column, default=last) + 2, last + 1)
    entries, balances = np.zeros((2, len(claim), len(span)), np.int64)
    for at, year in enumerate(span):
        entry = made[:, column[year - 2]] if year - 2 in column else np.zeros_like(total)
        now = month >= year * 12
        begun |= now & (entry > 0)
        if year <= NEW_RULE:
            above = BASE_2009 if year == NEW_RULE else int(average.row([year - 1])[0])
            below = max(int(average.row([year - 2])[0]), 1)
            total = np.where(now, times(total, above, below), total)
            entry = times(entry, above, below)
        else:
            entry = raised(run, average, growth, entry, year - 2, need & now & (entry > 0))
        total = total + np.where(now, entry, 0)
        entries[:, at], balances[:, at] = entry, total
        total = np.where(month >= year * 12 + MAY, in_may(run, growth, total, year, need & begun),
                         total)
    run.trace(ENTRY, lambda: div(entries, THOUSAND, "half_up"), years=np.array(span) - 2)
    run.trace(BALANCE, lambda: div(balances, THOUSAND, "half_up"), years=np.array(span))
    return div(total, THOUSAND, "half_up")


def times(x: Int, above: Int | int, below: Int | int) -> Int:
    """x * above / below, half up, where x * above would leave 64 bits: x < 2**62, the others <
    2**23."""
    high, low = x // LIMB, x % LIMB
    whole, rest = high * above // below, high * above % below
    return np.asarray(whole * LIMB + div(rest * LIMB + low * above, below, "half_up"))


def in_may(run: Run, growth: Table, total: Int, year: int, need: Bool) -> Int:
    """§ 20-18(1), (4): the account follows wages on 1 May, for the first time in 2010: int64[n]."""
    if year < NEW_RULE:
        return total
    if year == NEW_RULE:
        return times(total, BASE_2010, BASE_2009)
    return times(total, growth.at(np.full(len(total), year), run, need), 10_000)


def raised(run: Run, average: Table, growth: Table, entry: Int, year: int, need: Bool) -> Int:
    """§ 20-4(3): what was earned in `year`, at the wage level of May of the next year: int64[n].

    The level of the year of the income is the mean of four months before and eight from May: so
    NAV's stored calculation raises the income of 2017 by 3.860220325525998 per cent.
    """
    at = np.full(len(entry), year)
    if year <= NEW_RULE:
        within = times(entry, BASE_2010, np.maximum(average.at(at, run, need), 1))
    else:
        own = growth.at(at, run, need)
        within = times(entry, 12 * own, 40_000 + 8 * own)
    if year < NEW_RULE:
        return within
    return times(within, growth.at(at + 1, run, need), 10_000)


def grown(growth: Table, start: Int, end: Int, value: Int, run: Run, need: Bool) -> Int:
    """A sum that follows wages each 1 May after the month `start` up to the month `end`:
    int64[n]."""
    first, last = int(start.min(initial=0)) // 12, int(end.max(initial=0)) // 12
    for year in range(max(first, NEW_RULE + 1), last + 1):
        may = (start < year * 12 + MAY) & (end >= year * 12 + MAY)
        rate = growth.at(np.full(len(value), year), run, need & may)
        value = np.where(may & (rate > 0), mul_div(value, rate, 10_000, "half_up"), value)
    return value


def year_born(born: NDArray[np.int32]) -> Int:
    """Calendar year of birth: int64[n]."""
    return month_of(born) // 12
