"""Contribution years, scale and average annual income: AHVG arts. 29bis-30, AHVV arts. 50-54."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from portability.cohort import SURVIVORS, Cohort
from portability.coverage import Credited
from portability.dates import age_months, month_of, year_of
from portability.exact import mul_div
from portability.scheme import Run, Step
from portability.tables import Table

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
AHVG = "https://www.fedlex.admin.ch/eli/cc/63/837_843_843/de"
AHVV = "https://www.fedlex.admin.ch/eli/cc/63/1185_1183_1185/de"

YEARS = Step(
    "contribution_years", "year", "AHVG art. 29ter, AHVV arts. 50, 52b, 52c", AHVV, months="month"
)
COHORT_YEARS = Step("cohort_years", "year", "AHVG art. 29ter(1)", AHVG)
RATIO = Step("ratio_percent", "1e-2 percent", "AHVV art. 52(1)", AHVV)
SCALE = Step("scale", "number", "AHVV art. 52(1)-(2)", AHVV, ratio="1e-2 percent")
SHARE = Step("percent", "1e-2 percent", "AHVV art. 52(1)", AHVV, scale="number")
FIRST_ENTRY = Step("first_entry_year", "year", "AHVV art. 51bis(2)", AHVV)
REVALUATION = Step("revaluation_factor", "1e-3", "AHVG art. 30(1), AHVV art. 51bis", AHVV)
INCOMES = Step("sum_of_incomes", "CHF cent", "AHVG art. 29quinquies", AHVG)
CREDITS = Step("credit_years", "1e-1 year", "AHVG arts. 29sexies, 29septies", AHVG)
AVERAGE = Step(
    "average_income",
    "CHF cent",
    "AHVG arts. 29quater, 30",
    AHVG,
    incomes="CHF cent",
    factor="1e-3",
    months="month",
    credit_years="1e-1 year",
)
TABLE_INCOME = Step("average_annual_income", "CHF cent", "AHVV art. 53(1), Rententabellen", AHVV)
STEPS = (
    YEARS,
    COHORT_YEARS,
    RATIO,
    SCALE,
    SHARE,
    FIRST_ENTRY,
    REVALUATION,
    INCOMES,
    CREDITS,
    AVERAGE,
    TABLE_INCOME,
)

NATIONAL_EVENTS = (2025, 2026)  # years of the insured event whose revaluation factors were seen


@define
class Periods:
    """Months that count, for n persons.

    first    first calendar year of the window (1 January after the 20th birthday); event: year of
    the event
    window   months from there to 31 December before the event; youth: earlier months used for gaps
    filled   window, youth and months of the event's year that fill gaps; cohort: years of the
    birth cohort
    excess   bool[n]: more youth months than gaps, so that their incomes cannot be told apart
    """

    first: Int
    event: Int
    window: Int
    youth: Int
    filled: Int
    cohort: Int
    excess: Bool


def periods(co: Cohort, own: Credited, reference: Int) -> Periods:
    """AHVG 29bis, AHVV 52b, 52c; `reference`: day on which the reference age is reached."""
    first, due = year_of(co.born) + 21, year_of(reference)
    before = co.risk < reference
    event = np.where(before, year_of(co.risk), due)
    years = own.years.astype(np.int64)[None, :]
    inside = (years >= first[:, None]) & (years < event[:, None])
    window = np.where(inside, own.by_year, 0).sum(axis=1) + own.undated // 1000
    early = np.where(years < first[:, None], own.by_year, 0).sum(axis=1)
    limit = month_of(np.where(before, co.risk, reference)) % 12 + np.where(before, 0, 1)
    last = np.minimum(np.where(years == event[:, None], own.by_year, 0).sum(axis=1), limit)
    gap = np.maximum((event - first) * 12 - window, 0)
    youth = np.minimum(early, gap)
    filled = window + youth + np.minimum(last, gap - youth)
    end = event if co.branch == SURVIVORS else due
    return Periods(first, event, window, youth, filled, np.maximum(end - first, 1), early > gap)


def scale(tables: Mapping[str, Table], run: Run, found: Periods) -> Int:
    """AHVV 52: full contribution years against those of the cohort: percent of the full pension,
    1e-4."""
    years: Int = run.step(
        YEARS, lambda: np.minimum(found.filled // 12, found.cohort), months=found.filled
    )
    run.trace(COHORT_YEARS, found.cohort)
    ratio: Int = run.step(RATIO, lambda: mul_div(years, 10_000, found.cohort))
    number: Int = run.step(SCALE, lambda: tables["scale"].at(ratio), ratio=ratio)
    percent: Int = run.step(SHARE, lambda: tables["scale_percent"].at(number, run), scale=number)
    return percent


def table_income(
    tables: Mapping[str, Table], run: Run, co: Cohort, own: Credited, found: Periods, minimum: Int
) -> Int:
    """AHVV 53(1): the average raised to the next value of the pension tables, 1.2 minimum pensions
    apart."""

    def law() -> Int:
        average = average_income(tables, run, co, own, found, minimum)
        step = np.maximum(mul_div(minimum, 6, 5), 1)  # 2.6 percent of the minimum pension a row
        above = np.maximum(average - 12 * minimum, 0)
        rows: Int = np.minimum(mul_div(above, 1, step, "up"), 50)
        return 12 * minimum + rows * step

    income: Int = run.step(TABLE_INCOME, law)
    return income


def average_income(
    tables: Mapping[str, Table], run: Run, co: Cohort, own: Credited, found: Periods, minimum: Int
) -> Int:
    """AHVG 29quater, 30: revalued incomes and credits / years and months of contribution; a part
    of a cent up."""
    with run.only(~run.given(AVERAGE)):
        factor = revaluation(tables, run, co, own, found)
        incomes: Int = run.step(INCOMES, lambda: incomes_of(run, own, found))
        credits = credit_years(run, co)
    raised = 100 + young(tables, co)
    months = np.maximum(found.window + found.youth, 1)
    earned = incomes * factor * raised * 12
    cared = credits * 36 * minimum * 12 * 10_000  # AHVG 29sexies(2): three yearly minimums a year
    average: Int = run.step(
        AVERAGE,
        lambda: mul_div(earned + cared, 1, months * 100_000, "up"),
        incomes=incomes,
        factor=factor,
        months=months,
        credit_years=credits,
    )
    return average


def incomes_of(run: Run, own: Credited, found: Periods) -> Int:
    """AHVG 29bis(1), AHVV 51(2): incomes of the window, and of the youth years that fill gaps."""
    years = own.years.astype(np.int64)[None, :]
    inside = (years >= found.first[:, None]) & (years < found.event[:, None])
    early = np.where(years < found.first[:, None], own.earnings, 0).sum(axis=1)
    empty = ((own.by_year > 0) & (own.earnings == 0) & inside).any(axis=1) | (own.undated > 0)
    run.lacks(empty, "fact_missing", fact=INCOMES.key, cite=INCOMES.cite)
    run.lacks(
        (found.youth > 0) & found.excess & (early > 0),
        "rule_unknown",
        what="which youth years fill the gaps",
        cite="AHVV art. 52b",
    )
    total: Int = np.where(inside, own.earnings, 0).sum(axis=1) + np.where(found.youth > 0, early, 0)
    return total


def revaluation(
    tables: Mapping[str, Table], run: Run, co: Cohort, own: Credited, found: Periods
) -> Int:
    """AHVG 30(1): the factor of the first entry in the account and the year of the event, never
    below 1."""
    paid = (own.by_year > 0) | (own.earnings > 0)
    years = own.years.astype(np.int64)
    ever = years[paid.argmax(axis=1)]
    counted = np.where(paid & (years[None, :] >= found.first[:, None]), years[None, :], 9999).min(
        axis=1
    )

    def law() -> Int:
        run.lacks(
            ~np.isin(found.event, NATIONAL_EVENTS),
            "parameter_not_published",
            table="revaluation factors",
            known="events of 2025 and 2026",
        )
        factor = np.full(run.n, 1000, np.int64)
        for year in NATIONAL_EVENTS:
            table, here = tables[f"revaluation_{year}"], found.event == year
            entry, given = run.fact(FIRST_ENTRY)
            used = np.where(given, entry, counted)
            other = table.at(ever)
            run.lacks(
                here & ~given & (ever < counted) & (other != table.at(used)),
                "rule_unknown",
                what="first entry before the 21st year",
                cite="AHVV art. 51bis(2)",
            )
            factor = np.where(here, table.at(used, run, need=here), factor)
        return factor

    factor: Int = run.step(REVALUATION, law)
    return factor


def credit_years(run: Run, co: Cohort) -> Int:
    """AHVG 29sexies, 29septies: years of education and care, halved in marriage: only the fund can
    tell."""
    person, _ = co.children_of()
    parent = np.zeros(run.n, np.bool_)
    parent[person] = True
    value, _ = run.fact(CREDITS, need=parent)
    return value


def young(tables: Mapping[str, Table], co: Cohort) -> Int:
    """AHVG 33(3), AHVV 54: percent added to the earned income of somebody who died before 45."""
    if co.branch != SURVIVORS:
        return np.zeros(len(co), np.int64)
    return tables["young_death"].at(age_months(co.born, co.risk) // 12)
