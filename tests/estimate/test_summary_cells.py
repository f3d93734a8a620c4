"""Small cells cannot be worked out: every table a reader may imagine is counted through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from portability.estimate.cells import KEPT, OPEN, SMALL, Grid, Mark, line, protect, together

FULL = {1, 2, 3, 4}


def sequences(total: int, bounds: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """All whole numbers within bounds that add up to a total."""
    if not bounds:
        if total == 0:
            yield ()
        return
    (low, high), rest = bounds[0], bounds[1:]
    least, most = sum(a for a, _ in rest), sum(b for _, b in rest)
    for value in range(max(low, total - most), min(high, total - least) + 1):
        for others in sequences(total - value, rest):
            yield (value, *others)


def bounds_of(count: int, mark: Mark, total: int, threshold: int) -> tuple[int, int]:
    """What a reader knows of a count before he looks at the others."""
    if mark is OPEN:
        return count, count
    return (1, threshold - 1) if mark is SMALL else (threshold, total)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=5))
def test_a_line_tells_nothing_of_its_small_counts(counts: list[int]) -> None:
    marks = line(counts, 5)
    total = sum(counts)
    if marks is None:
        return
    assert all(
        (mark is SMALL) == (0 < count < 5) for count, mark in zip(counts, marks, strict=True)
    )
    bounds = [bounds_of(c, m, total, 5) for c, m in zip(counts, marks, strict=True)]
    seen: list[set[int]] = [set() for _ in counts]
    for guess in sequences(total, bounds):
        for values, value in zip(seen, guess, strict=True):
            values.add(value)
    for values, mark in zip(seen, marks, strict=True):
        assert mark is not SMALL or values == FULL


@pytest.mark.parametrize(
    ("counts", "marks"),
    [
        ([10, 20, 0], [OPEN, OPEN, OPEN]),
        ([2, 3, 40], [SMALL, SMALL, OPEN]),  # 5: (1, 4) (2, 3) (3, 2) (4, 1)
        ([1, 1, 40], [SMALL, SMALL, KEPT]),  # 2 would be 1 + 1
        ([4, 4, 40], [SMALL, SMALL, KEPT]),  # 8 would be 4 + 4
        ([3, 9, 40], [SMALL, KEPT, OPEN]),
        ([3, 5, 40], [SMALL, OPEN, KEPT]),  # 3 + 5 = 8 leaves no 4 beside a 5
        ([1, 5, 6, 7], [SMALL, KEPT, KEPT, KEPT]),
    ],
)
def test_lines_worked_out_by_hand(counts: list[int], marks: list[Mark]) -> None:
    assert line(counts, 5) == marks


@pytest.mark.parametrize("counts", [[3], [1, 1], [4, 4], [2, 5], [1, 1, 1, 1, 1]])
def test_a_line_that_cannot_be_told_at_all(counts: list[int]) -> None:
    assert line(counts, 5) is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(2, 8))
def test_columns_are_put_together_until_none_is_small(counts: list[int], threshold: int) -> None:
    groups = together(counts, threshold)
    assert sorted(place for group in groups for place in group) == list(range(len(counts)))
    sums = [sum(counts[place] for place in group) for group in groups]
    if sum(counts) >= threshold:
        assert all(size == 0 or size >= threshold for size in sums)
    assert all(len(group) == 1 for group in groups if not any(counts[place] for place in group))


def tables(grid: Grid) -> Iterator[list[tuple[int, ...]]]:
    """All tables with the marks, row totals and (open) column totals of a grid."""
    totals = [sum(row) for row in grid.counts]
    columns = [sum(row[c] for row in grid.counts) for c in range(grid.width)]

    def bounds(row: int) -> list[tuple[int, int]]:
        if row in grid.dark:
            return [(0, totals[row])] * grid.width
        return [
            bounds_of(grid.counts[row][c], grid.marks[row][c], totals[row], grid.threshold)
            for c in range(grid.width)
        ]

    def fill(row: int, left: list[int]) -> Iterator[list[tuple[int, ...]]]:
        if row == len(totals):
            if all(left[c] == 0 for c in grid.open_columns):
                yield []
            return
        for guess in sequences(totals[row], bounds(row)):
            rest = [a - b for a, b in zip(left, guess, strict=True)]
            if all(rest[c] >= 0 for c in grid.open_columns):
                for others in fill(row + 1, rest):
                    yield [guess, *others]

    yield from fill(0, columns)


def seen(grid: Grid) -> dict[tuple[int, int], set[int]]:
    """What each small count can be, of all tables a reader may imagine."""
    found: dict[tuple[int, int], set[int]] = {cell: set() for cell in grid.small_cells()}
    for guess in tables(grid):
        for (row, column), values in found.items():
            values.add(guess[row][column])
    return found


def told_away(grid: Grid) -> list[tuple[int, int]]:
    """Small counts of which a reader can rule out something between 1 and threshold - 1; where
    nothing but totals is shown, those he knows exactly."""
    everything = len(grid.dark) == len(grid.counts)
    full = set(range(1, grid.threshold))
    return [
        cell
        for cell, values in seen(grid).items()
        if not (len(values) > 1 if everything else full <= values)
    ]


@example([[2, 0, 3], [3, 0, 0]], False)
@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 9]), min_size=width, max_size=width),
            min_size=2,
            max_size=3,
        )
    ),
    st.booleans(),
)
def test_a_table_tells_nothing_of_its_small_counts(rows: list[list[int]], dark: bool) -> None:
    """Threshold 3, so that everything can be counted through; totals are not small."""
    columns = [sum(column) for column in zip(*rows, strict=True)]
    assume(all(sum(row) >= 3 for row in rows))
    assume(all(column == 0 or column >= 3 for column in columns))
    assume(sum(1 for column in columns if column) >= 2)
    grid = protect(rows, 3, dark=[len(rows) - 1] if dark else [])
    assert told_away(grid) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 9]), min_size=3, max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_a_table_with_totals_of_one_column_only(rows: list[list[int]]) -> None:
    assume(all(sum(row) >= 3 for row in rows))
    first = sum(row[0] for row in rows)
    assume(first >= 3 or first == 0)
    assume(all(sum(1 for count in row if count) >= 2 for row in rows))
    grid = protect(rows, 3, open_columns=frozenset([0]))
    assert [cell for cell in told_away(grid) if cell[0] not in grid.dark] == []


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    grid = protect([[5, 50], [0, 7]], 5)
    assert grid.marks == [[OPEN, OPEN], [OPEN, OPEN]] and not grid.dark


def test_a_rectangle_protects_one_small_count() -> None:
    """The cheapest: 8 and 30 in the row and column of the 2, 40 across would cost more."""
    grid = protect([[2, 30, 90], [8, 9, 70], [40, 60, 80]], 5)
    assert grid.marks[0][0] is SMALL
    assert [sum(mark is KEPT for mark in row) for row in grid.marks] == [1, 2, 0]
    assert not grid.dark and told_away(grid) == []


def test_the_check_itself_finds_what_is_given_away() -> None:
    """One small count alone in its row and column; and one that bounds narrow."""
    marks = [[SMALL, OPEN], [OPEN, OPEN]]
    assert told_away(Grid([[2, 9], [9, 9]], marks, set(), frozenset([0, 1]), 3)) == [(0, 0)]
    marks = [[SMALL, KEPT], [KEPT, KEPT]]
    assert told_away(Grid([[2, 3], [3, 3]], marks, set(), frozenset([0, 1]), 3)) == [(0, 0)]
