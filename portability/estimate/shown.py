"""Rows of figures as a reader may see them: tables below tables, and the money beside them.

A row is shown in the columns of its parent, whose figures are the totals of its children. Children
never tell more of the parent than it shows: what the parent withholds is one column for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from portability.estimate.cells import KEPT, OPEN, SMALL, Mark, line, protect, small, together

Json = dict[str, Any]
Groups = list[list[int]]  # columns: the outcomes (places) that stand together in each


@frozen
class Row:
    """counts and marks by column, and those of the total."""

    counts: list[int]
    marks: list[Mark]
    total: int
    mark: Mark

    def told(self, threshold: int) -> Json:
        cells = [cell(c, m, threshold) for c, m in zip(self.counts, self.marks, strict=True)]
        return {"total": cell(self.total, self.mark, threshold), "cells": cells}


def cell(count: int, mark: Mark, threshold: int) -> int | str:
    """A count, "<5", or "withheld"."""
    if mark is OPEN:
        return count
    return f"<{threshold}" if mark is SMALL else "withheld"


def cells(counts: Sequence[int], threshold: int) -> list[int | str]:
    """Counts that add up to a figure everybody knows; all withheld where they cannot be told."""
    marks = line(counts, threshold) or [KEPT] * len(counts)
    return [cell(count, mark, threshold) for count, mark in zip(counts, marks, strict=True)]


def grouped(counts: Sequence[int], groups: Groups) -> list[int]:
    return [sum(counts[place] for place in group) for group in groups]


def top(counts: Sequence[int], threshold: int) -> tuple[Row, Groups]:
    """The whole, in columns none of which is small; nothing but "<5" of fewer than that."""
    total = sum(counts)
    groups = together(counts, threshold)
    if small(total, threshold):
        return Row(grouped(counts, groups), [KEPT] * len(groups), total, SMALL), groups
    return Row(grouped(counts, groups), [OPEN] * len(groups), total, OPEN), groups


def below(
    parent: Row, rows: Mapping[Any, list[int]], threshold: int, weights: Sequence[int]
) -> dict[Any, Row] | None:
    """The children of a row, as counts in its columns; None where not even their names can be told.

    Totals first (their sum is the parent's); rows without a shown total, together, and the others
    then stand in a table whose row and column totals are known. weights: how dear each column is.
    """
    if parent.mark is not OPEN:
        return None
    if len(rows) == 1:  # the only child is its parent
        return {
            name: Row(counts, parent.marks, parent.total, OPEN) for name, counts in rows.items()
        }
    names = list(rows)
    totals = [sum(rows[name]) for name in names]
    marks = line(totals, threshold)
    if marks is None:
        return None
    seen = [column for column, mark in enumerate(parent.marks) if mark is OPEN]
    rest = [column for column, mark in enumerate(parent.marks) if mark is not OPEN]

    def inner(counts: Sequence[int]) -> list[int]:
        return [*(counts[c] for c in seen), sum(counts[c] for c in rest)]

    lit = [name for name, mark in zip(names, marks, strict=True) if mark is OPEN]
    table = [inner(rows[name]) for name in lit]
    hidden = [rows[name] for name, mark in zip(names, marks, strict=True) if mark is not OPEN]
    dark = [len(table)] if hidden else []
    if hidden:
        table.append(inner([sum(column) for column in zip(*hidden, strict=True)]))
    dear = [*(weights[column] for column in seen), max(weights)]
    grid = protect(table, threshold, dark, weights=dear)
    made: dict[Any, Row] = {}
    for name, total, mark in zip(names, totals, marks, strict=True):
        shown = [KEPT] * len(parent.marks)
        at = lit.index(name) if mark is OPEN else -1
        if at >= 0 and at not in grid.dark:
            for place, column in enumerate(seen):
                shown[column] = grid.marks[at][place]
        made[name] = Row(rows[name], shown, total, mark)
    return made


def known(row: Row | None, groups: Groups, outcomes: Collection[int]) -> bool:
    """Whether a reader may know how many of the row have one of these outcomes: their columns are
    shown and hold nothing else."""
    if row is None or row.mark is not OPEN:
        return False
    mine = [at for at, group in enumerate(groups) if set(group) & set(outcomes)]
    return all(row.marks[at] is OPEN and set(groups[at]) <= set(outcomes) for at in mine)


def money_hidden(people: Mapping[Any, int], forced: Iterable[Any], threshold: int) -> set[Any]:
    """Rows whose sums in one currency are withheld, where the sum of all rows is shown.

    people: how many each row's sum is made of. Small rows and those `forced` are withheld, and then
    the smallest others, until what is withheld is the sum of at least `threshold` people.
    """
    some = {name: n for name, n in people.items() if n}
    hidden = {name for name in forced if name in some}
    hidden |= {name for name, n in some.items() if small(n, threshold)}
    if not hidden:
        return hidden

    rest = sorted((name for name in some if name not in hidden), key=lambda n: (some[n], str(n)))
    while rest and sum(some[name] for name in hidden) < threshold:
        hidden.add(rest.pop(0))
    return hidden
