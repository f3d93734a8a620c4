"""The regulatory base: LGSS art. 209.1, DT 8, DT 40. Bases of the last 24 months stand, earlier
ones follow prices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.es.record import Days
from portability.cohort import Cohort
from portability.dates import month_of
from portability.exact import mul_div
from portability.scheme import Run, Step
from portability.tables import Table

Int = NDArray[np.int64]
NOMINAL = 24  # art. 209.1: months before the month preceding the event that keep their amount
LGSS = "https://www.boe.es/buscar/act.php?id=BOE-A-2015-11724"

UPDATED = Step("updated_bases", "EUR cent", "LGSS art. 209.1", LGSS)
BASE = Step("regulatory_base", "EUR cent", "LGSS art. 209.1, DT 8, DT 40", LGSS)


def regulatory_base(tables: Mapping[str, Table], run: Run, co: Cohort, own: Days) -> Int:
    """Sum of the updated bases of the window / divisor; from 2026 the better of the old and the
    new rule. Cents."""
    widest = 348
    bases, covered = window(own, co, widest)
    months = tables["base_months"].at(co.claim, run)
    looked = tables["new_window"].at(co.claim)
    need = np.arange(widest)[None, :] < np.maximum(months, looked)[:, None]
    run.lacks(
        (need & ~covered).any(axis=1),
        "rule_unknown",
        what="months without a base",
        cite="LGSS art. 209.1 b",
    )
    updated = indexed(tables, run, co, bases, need)
    run.trace(UPDATED, updated.sum(axis=1))
    old = mul_div(
        first(updated, months), 1, np.maximum(tables["base_divisor"].at(co.claim), 1), "half_up"
    )
    best = -np.sort(-first_only(updated, looked), axis=1)
    divisor = tables["new_divisor"].at(co.claim)  # hundredths
    new = mul_div(
        first(best, tables["new_months"].at(co.claim)), 100, np.maximum(divisor, 1), "half_up"
    )
    return np.where(looked > 0, np.maximum(old, new), old)


def window(own: Days, co: Cohort, widest: int) -> tuple[Int, NDArray[np.bool_]]:
    """Bases of the months before the month that precedes the event, latest first: int64[n,
    widest], and where one is."""
    first_month = int(own.years[0]) * 12
    column = (month_of(co.risk) - 2 - first_month)[:, None] - np.arange(widest)[None, :]
    inside = (column >= 0) & (column < own.bases.shape[1])
    found = np.take_along_axis(own.bases, np.clip(column, 0, own.bases.shape[1] - 1), axis=1)
    bases = np.where(inside, found, 0)
    return bases, bases > 0


def indexed(
    tables: Mapping[str, Table], run: Run, co: Cohort, bases: Int, need: NDArray[np.bool_]
) -> Int:
    """Art. 209.1 a: earlier bases x index of the 25th month back / index of their own month, to
    the cent."""
    table = tables["price_index"]
    month = month_of(co.risk)[:, None] - 2 - np.arange(bases.shape[1])[None, :]
    own, known = table.find(month)
    last = table.at(
        month[:, NOMINAL], run, need=np.asarray((need & (bases > 0))[:, NOMINAL:].any(axis=1))
    )
    old = (np.arange(bases.shape[1]) >= NOMINAL)[None, :]
    run.lacks(
        (need & old & (bases > 0) & ~known).any(axis=1),
        "parameter_not_published",
        table="price_index",
        scheme=run.scheme,
        known=table.span(),
    )
    return np.where(old, mul_div(bases, last[:, None], np.maximum(own, 1), "half_up"), bases)


def first(values: Int, count: Int) -> Int:
    total: Int = first_only(values, count).sum(axis=1)
    return total


def first_only(values: Int, count: Int) -> Int:
    """Only the first count[n] columns."""
    return np.where(np.arange(values.shape[1])[None, :] < count[:, None], values, 0)
