"""What divides the answers of one scheme further: routes, months missing, refunds, reasons."""

from __future__ import annotations

from typing import Any

from portability.estimate import due
from portability.estimate.cells import KEPT, OPEN, Mark, line, protect, small
from portability.estimate.shown import cell, cells
from portability.estimate.tallies import (
    AMOUNT_UNKNOWN,
    DEFERRED,
    ENTITLED,
    KEEPING_BANDS,
    MISSING_BANDS,
    NO_MONTHS,
    NOT_COMPARED,
    NOT_ENTITLED,
    OUTCOMES,
    UNKNOWN,
    WORTH,
)
from portability.estimate.whole import Money, Pair, Whole, amount, money_rows

Json = dict[str, Any]
STEPS = (6, 12, 24, 36, 60, 120)  # "N more months"; the ends of MISSING_BANDS
DEAR = (64, 32, 16, 8, 4, 2, 1, 1)  # the fewer months are missing, the more a band is worth
LOSSES = ("none", "some")
LATER = WORTH.index("later")
NOW = (ENTITLED, AMOUNT_UNKNOWN)


def every(whole: Whole) -> Json:
    return {
        "by_route": routes(whole),
        "missing": missing(whole),
        "refunds": refunds(whole),
        "losses": losses(whole),
        "unknown": unknown(whole),
        "assumed": mentioned(whole, "assumed"),
        "evidence": mentioned(whole, "evidence"),
    }


def routes(whole: Whole) -> list[Json]:
    """Answers with a right, by the route that gives it, and what an agreement's route is worth: the
    right itself (`opened`), or more money (`raised`); `later`: rights that begin later and that
    the own law would not give."""
    t, made = whole.threshold, []
    by_scheme: dict[str, dict[str, list[int]]] = {}
    for (scheme, route, worth), figures in whole.tallies["routes"].items():
        mine = by_scheme.setdefault(str(scheme), {})
        counts = mine.setdefault(str(route), [0] * len(WORTH))
        counts[WORTH.index(str(worth))] += figures[0]
    for scheme, rows in sorted(by_scheme.items()):
        names = sorted(rows)
        now = told_routes(whole, scheme, [sum(rows[n][:LATER]) for n in names], NOW)
        later = told_routes(whole, scheme, [sum(rows[n][LATER:]) for n in names], (DEFERRED,))
        sums = route_money(whole, scheme, dict(zip(names, now, strict=True)))
        for name, mark, after in zip(names, now, later, strict=True):
            counts = rows[name]
            row: Json = {"scheme": scheme, "route": name}
            row["answers"] = cell(sum(counts[:LATER]), mark, t)
            if name != "national":
                shown = divided(counts[1:LATER], mark is OPEN, t)
                row |= dict(zip(WORTH[1:LATER], shown, strict=True))
                row["later"] = divided(counts[LATER:], after is OPEN, t)[0]
            made.append({**row, "money": sums.get(name, [])})
    return made


def told_routes(
    whole: Whole, scheme: str, counts: list[int], outcomes: tuple[int, ...]
) -> list[Mark]:
    """Marks of counts that divide a scheme's answers with these outcomes."""
    marks = line(counts, whole.threshold) if whole.knows(scheme, *outcomes) else None
    return marks or [KEPT] * len(counts)


def route_money(whole: Whole, scheme: str, marks: dict[str, Mark]) -> dict[str, list[Json]]:
    """Sums by route, below those of the scheme. What lies above the national route is null where it
    is that of a few, or where likely less it would be what a few get anyway."""
    rows: dict[str, Money] = {}
    gains: dict[tuple[str, Pair], str | None] = {}
    for (of, route, currency, per), figures in whole.tallies["routes_money"].items():
        if of == scheme:
            n, compared, not_opened, likely, gain = figures
            pair = (str(currency), str(per))
            rows.setdefault(str(route), {})[pair] = (n, 0, 0, 0, 0, likely, likely, likely)
            few = small(compared, whole.threshold) or small(not_opened, whole.threshold)
            gains[str(route), pair] = None if few else amount(gain, pair[0])
    shut = [name for name, mark in marks.items() if mark is not OPEN]
    shown = money_rows(rows, shut, whole.scheme_money.get(scheme, {}), whole.threshold)
    made: dict[str, list[Json]] = {}
    for name, sums in shown.items():
        for pair, told in sorted(sums.items()):
            one: Json = {"currency": pair[0], "per": pair[1]}
            if told is None:
                one["withheld"] = True
            else:
                one["likely"] = amount(told.likely, pair[0])
                if name != "national":
                    one["above_national"] = gains[name, pair]
            made.setdefault(name, []).append(one)
    return made


def missing(whole: Whole) -> Json:
    """Answers not entitled, by months still missing; what N more months would open.

    The calendar shows how many reach their right within 1-6 and 7-12 months: those two columns have
    totals that a reader may know, the others only the rows'.
    """
    t, words = whole.threshold, (*MISSING_BANDS, NO_MONTHS)
    by_scheme = whole.of_scheme("missing", words)
    told = [scheme for scheme in by_scheme if whole.knows(scheme, NOT_ENTITLED)]
    grid = protect(
        [by_scheme[scheme] for scheme in told],
        t,
        open_columns=frozenset(due.reached_told(whole)),
        weights=DEAR,
    )
    rows = []
    for scheme, counts in by_scheme.items():
        at = told.index(scheme) if scheme in told else -1
        hidden = at < 0 or at in grid.dark
        marks = [KEPT] * len(words) if hidden else grid.marks[at]
        shown = [cell(count, mark, t) for count, mark in zip(counts, marks, strict=True)]
        rows.append({"scheme": scheme, "cells": shown, "opens": opens(counts, marks)})
    return {"bands": list(words), "rows": rows}


def opens(counts: list[int], marks: list[Mark]) -> list[Json]:
    """Per step, how many rights so many more months would open; at least, where a band that
    belongs to them is withheld."""
    made = []
    for at, months in enumerate(STEPS):
        upto = range(at + 1)
        shown = sum(counts[place] for place in upto if marks[place] is OPEN)
        exact = all(marks[place] is OPEN for place in upto)
        made.append({"months": months, "answers": shown, "exact": exact})
    return made


def refunds(whole: Whole) -> Json:
    """Per scheme that gives contributions back: due or not, against keeping, at whose cost."""
    t, rows = whole.threshold, []
    bands = whole.of_scheme("refund_bands", (*KEEPING_BANDS, NOT_COMPARED))
    cost = whole.of_scheme("refund_losses", LOSSES)
    for scheme, counts in whole.of_scheme("refunds", OUTCOMES).items():
        marks = whole.refund_marks(scheme)
        shown = [cell(count, mark, t) for count, mark in zip(counts, marks, strict=True)]
        due_known = whole.refund_due_known(scheme)
        some = sum(counts[at] for at in (ENTITLED, AMOUNT_UNKNOWN)) > 0
        made: Json = {"scheme": scheme, **dict(zip(OUTCOMES, shown, strict=True))}
        made["keeping"] = divided(bands.get(scheme), due_known, t) if some else []
        made["loses_elsewhere"] = divided(cost.get(scheme), due_known, t)[1] if some else 0
        made["money"] = [
            {"currency": str(key[1]), "sum": amount(total, str(key[1]))}
            if marks[ENTITLED] is OPEN and not small(n, t)
            else {"currency": str(key[1]), "withheld": True}
            for key, (n, total) in sorted(whole.tallies["refund_money"].items(), key=str)
            if key[0] == scheme
        ]
        rows.append(made)
    return {"bands": [*KEEPING_BANDS, NOT_COMPARED], "rows": rows}


def divided(counts: list[int] | None, told: bool, t: int) -> list[int | str]:
    if counts is None:
        return []
    return cells(counts, t) if told else ["withheld"] * len(counts)


def losses(whole: Whole) -> list[Json]:
    """What refunds take away in other schemes: the refund's scheme, what, of how many."""
    t = whole.threshold
    shown = {row["scheme"]: row["loses_elsewhere"] for row in refunds(whole)["rows"]}
    made: list[tuple[int, Json]] = []
    for (scheme, what), (count,) in sorted(whole.tallies["losses"].items(), key=str):
        of = shown.get(str(scheme))
        told = cells([count, of - count], t)[0] if isinstance(of, int) else "withheld"
        made.append((count, {"scheme": scheme, "what": what, "members": told}))
    made.sort(key=lambda row: ranked(row[0], row[1]["members"], row[1]))
    return [row for _, row in made]


def unknown(whole: Whole) -> list[Json]:
    """Tables, rules and facts that are missing, the one that blanks most members first. A member
    has one answer per scheme: per scheme, answers are members."""
    t = whole.threshold
    found: dict[tuple[str, str], dict[tuple[str | None, str | None], int]] = {}
    for (scheme, outcome, reason, detail), (count,) in whole.tallies["unknown"].items():
        found.setdefault((str(scheme), str(outcome)), {})[reason, detail] = count
    rows: list[tuple[int, Json]] = []
    for scheme in sorted({scheme for scheme, _ in found}):
        both = [found.get((scheme, OUTCOMES[at]), {}) for at in (UNKNOWN, AMOUNT_UNKNOWN)]
        alone = [whole.knows(scheme, at) for at in (UNKNOWN, AMOUNT_UNKNOWN)]
        if alone != [True, True] and whole.knows(scheme, UNKNOWN, AMOUNT_UNKNOWN):
            marks = line([n for reasons in both for n in reasons.values()], t)
            lines = marks or [KEPT] * sum(map(len, both))
            per = [lines[: len(both[0])], lines[len(both[0]) :]]
        else:
            per = [
                (line(list(reasons.values()), t) if told else None) or [KEPT] * len(reasons)
                for reasons, told in zip(both, alone, strict=True)
            ]
        for what, reasons, marks_ in zip(("right", "amount"), both, per, strict=True):
            for ((reason, detail), count), mark in zip(reasons.items(), marks_, strict=True):
                told: Json = {"scheme": scheme, "what": what, "reason": reason, "detail": detail}
                rows.append((count, told | {"members": cell(count, mark, t)}))
    rows.sort(key=lambda row: ranked(row[0], row[1]["members"], row[1]))
    return [row for _, row in rows]


def ranked(count: int, shown: int | str, row: Json) -> tuple[int, str]:
    """By size; what is withheld stands last, in no order that would tell its size."""
    size = -count if isinstance(shown, int) else 1 if str(shown).startswith("<") else 2
    return size, "|".join(str(value) for key, value in row.items() if key != "members")


def mentioned(whole: Whole, name: str) -> list[Json]:
    """Members by a word of their answers (several may hold): all but a few of the membership are
    as telling as a few."""
    t = whole.threshold
    rows: list[tuple[int, Json]] = []
    for (word,), (count,) in whole.tallies[name].items():
        shown = cells([count, whole.members.total - count], t)[0]
        rows.append((count, {"what": word, "members": shown}))
    rows.sort(key=lambda row: ranked(row[0], row[1]["members"], row[1]))
    return [row for _, row in rows]
