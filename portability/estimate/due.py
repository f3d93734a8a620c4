"""What falls due in this month and the twelve that follow, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from portability.estimate.cells import KEPT, OPEN, Mark, line
from portability.estimate.shown import cell, money_hidden
from portability.estimate.tallies import AMOUNT_UNKNOWN, ENTITLED, OUTCOMES
from portability.estimate.whole import Whole, amount

Json = dict[str, Any]
MONTHS = 13  # this month and the twelve that follow
KINDS = ("starts", "opens", "reached")
HALVES = ((0, 7), (7, 13))  # months missing: 1-6 (and none), 7-12


def every(whole: Whole) -> Json:
    """Pensions that start, rights that open by age (deferred), rights reached by going on working,
    and refunds that can be asked for no longer."""
    by_kind = {kind: ahead(whole, kind) for kind in KINDS}
    made: Json = {
        "months": [month(whole.as_of, at) for at in range(MONTHS)],
    }
    for kind, counts in by_kind.items():
        made[kind] = shown(whole, kind, counts)
    made["refund_deadlines"] = deadlines(whole)
    return made


def month(as_of: date, at: int) -> str:
    number = as_of.year * 12 + as_of.month - 1 + at
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def place(month_: str, as_of: date) -> int:
    """Place of a month among those ahead, MONTHS if it is none of them."""
    at = (int(month_[:4]) - as_of.year) * 12 + int(month_[5:7]) - as_of.month
    return at if 0 <= at < MONTHS else MONTHS


def ahead(whole: Whole, kind: str) -> list[int]:
    """Counts by month ahead, and of all others."""
    counts = [0] * (MONTHS + 1)
    for (name, month_), (count,) in whole.tallies["months"].items():
        if name == kind:
            counts[place(str(month_), whole.as_of)] += count
    return counts


def shown(whole: Whole, kind: str, counts: list[int]) -> list[int | str]:
    """Counts of the months ahead. `reached` by half-years: their sums may be known from the bands
    of missing months, those of the others from the totals of the outcome."""
    t = whole.threshold
    if kind != "reached":
        marks = line(counts, t) or [KEPT] * len(counts)
    else:
        marks = []
        for first, after in HALVES:
            half = counts[first:after]
            marks += line(half, t) or [KEPT] * len(half)
    return [
        cell(count, mark, t) for count, mark in zip(counts[:MONTHS], marks[:MONTHS], strict=True)
    ]


def reached_told(whole: Whole) -> list[int]:
    """Which half-years' sums of `reached` can be worked out from the calendar."""
    counts = ahead(whole, "reached")
    return [
        at
        for at, (first, after) in enumerate(HALVES)
        if line(counts[first:after], whole.threshold) is not None
    ]


def deadlines(whole: Whole) -> list[Json]:
    """Per scheme, refunds whose last day lies in each month, with the sum that lapses."""
    t, made = whole.threshold, []
    by_scheme: dict[str, dict[str, list[list[int]]]] = {}
    for (scheme, month_, currency), (count, total) in whole.tallies["deadlines"].items():
        mine = by_scheme.setdefault(str(scheme), {})
        figures = mine.setdefault(str(currency), [[0, 0] for _ in range(MONTHS + 1)])
        figure = figures[place(str(month_), whole.as_of)]
        figure[0] += count
        figure[1] += total
    due = whole.of_scheme("refunds", OUTCOMES)
    for scheme, sums in sorted(by_scheme.items()):
        counts = [sum(one[at][0] for one in sums.values()) for at in range(MONTHS + 1)]
        if not any(counts[:MONTHS]):
            continue
        total = due[scheme][ENTITLED] + due[scheme][AMOUNT_UNKNOWN]
        marks = line([*counts, total - sum(counts)], t) if whole.refund_due_known(scheme) else None
        marks = marks or [KEPT] * (MONTHS + 2)
        row: Json = {
            "scheme": scheme,
            "cells": [cell(counts[at], marks[at], t) for at in range(MONTHS)],
        }
        row["money"] = [
            {"currency": currency, "sums": lapsing(currency, figures, marks, t)}
            for currency, figures in sorted(sums.items())
        ]
        made.append(row)
    return made


def lapsing(
    currency: str, figures: list[list[int]], marks: Sequence[Mark], t: int
) -> list[str | None]:
    """Sums by month; null where withheld. The sum of all months is taken as known."""
    people = {at: figures[at][0] for at in range(MONTHS + 1)}
    shut = {at for at in people if marks[at] is not OPEN}
    hidden = shut | money_hidden(people, shut, t)
    return [None if at in hidden else amount(figures[at][1], currency) for at in range(MONTHS)]
