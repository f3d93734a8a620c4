"""Fitting a table to margins in whole numbers: exact margins, odds ratios kept, whatever order."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from portability.compare.population_fit import Int, Margin, Unmet, split, table, targets

PERSON = 1000


def of(*values: int) -> Int:
    return np.array(values, np.int64)


def rational(seed: Int, margins: list[Margin], rounds: int) -> list[list[Fraction]]:
    """The textbook procedure on a table of two dimensions, in exact fractions."""
    made = [[Fraction(int(value)) for value in row] for row in seed]
    rows, columns = (margin.target.tolist() for margin in margins)
    for _ in range(rounds):
        made = [[v * rows[i] / sum(row) for v in row] for i, row in enumerate(made)]
        sums = [sum(row[j] for row in made) for j in range(len(columns))]
        made = [[v * columns[j] / sums[j] for j, v in enumerate(row)] for row in made]
        made = [[v.limit_denominator(10**12) for v in row] for row in made]
    return made


def test_a_table_whose_answer_is_known_in_closed_form() -> None:
    """Odds ratio 4 between equal margins: x² / (N - x)² = 4, so x is two thirds of N."""
    half = Margin((0,), of(3000, 3000)), Margin((1,), of(3000, 3000))
    assert table(np.array([[4, 1], [1, 1]]), half).tolist() == [[2000, 1000], [1000, 2000]]
    assert table(np.array([[1, 1], [1, 1]]), half).tolist() == [[1500, 1500], [1500, 1500]]


def test_the_same_as_the_textbook_in_fractions() -> None:
    seed = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]])
    margins = [
        Margin((0,), of(150, 300, 400, 150) * PERSON),
        Margin((1,), of(200, 300, 400, 100) * PERSON),
    ]
    made = table(seed, margins)
    wanted = rational(seed, margins, 40)
    assert all(
        abs(made[i, j] - wanted[i][j]) <= 1 for i, row in enumerate(wanted) for j in range(len(row))
    )
    assert made[0, 0] == 64559


@st.composite
def joint(draw: st.DrawFn, least: int = 1) -> tuple[Int, Int]:
    """(a table of two or three dimensions with somebody in it, a positive seed of its shape)."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=3))
    n = int(np.prod(sizes))
    most = draw(st.sampled_from([3, 50, 40_000, 10**9]))
    cells = draw(st.lists(st.integers(0, most), min_size=n, max_size=n))
    assume(sum(cells) > 0)
    seed = draw(st.lists(st.integers(least, 30), min_size=n, max_size=n))
    return np.array(cells).reshape(sizes), np.array(seed).reshape(sizes)


def single(cells: Int) -> list[Margin]:
    axes = range(cells.ndim)
    return [
        Margin((axis,), cells.sum(axis=tuple(other for other in axes if other != axis)))
        for axis in axes
    ]


@given(joint())
def test_margins_of_one_dimension_hold_exactly(given_: tuple[Int, Int]) -> None:
    cells, seed = given_
    made = table(seed, single(cells))
    assert (made >= 0).all() and made.dtype == np.int64
    for margin in single(cells):
        assert margin.sums(made).tolist() == margin.target.tolist()


@given(joint())
def test_margins_of_two_dimensions_hold_exactly(given_: tuple[Int, Int]) -> None:
    cells, seed = given_
    if cells.ndim < 3:
        return
    margins = [Margin((0, 1), cells.sum(axis=2)), Margin((2,), cells.sum(axis=(0, 1)))]
    made = table(seed, margins)
    for margin in margins:
        assert margin.sums(made).tolist() == margin.target.tolist()


@given(joint())
def test_who_is_already_fitted_stays(given_: tuple[Int, Int]) -> None:
    """A table is its own fit to its own margins."""
    cells, _ = given_
    assert np.abs(table(cells, single(cells)) - cells).max() <= 1


@given(joint())
def test_the_order_of_margins_does_not_matter(given_: tuple[Int, Int]) -> None:
    cells, seed = given_
    made = [table(seed, list(order)) for order in permutations(single(cells))]
    assert max(int(np.abs(one - made[0]).max()) for one in made) <= 3


@given(st.lists(st.integers(1, 9), min_size=4, max_size=4), st.data())
def test_odds_ratios_are_those_of_the_seed(four: list[int], data: st.DataObject) -> None:
    rows = data.draw(st.integers(200, 800))
    columns = data.draw(st.integers(200, 800))
    seed = np.array(four).reshape(2, 2)
    whole = 10**9
    margins = [
        Margin((0,), of(rows, 1000 - rows) * (whole // 1000)),
        Margin((1,), of(columns, 1000 - columns) * (whole // 1000)),
    ]
    made = table(seed, margins)
    ratio = Fraction(int(made[0, 0]) * int(made[1, 1]), int(made[0, 1]) * int(made[1, 0]))
    wanted = Fraction(four[0] * four[3], four[1] * four[2])
    assert abs(ratio / wanted - 1) < Fraction(1, 10_000)


@given(joint(), st.integers(1, 40))
def test_five_persons_are_fitted_as_five_millions(given_: tuple[Int, Int], times: int) -> None:
    cells, seed = given_
    few = [Margin(margin.axes, margin.target) for margin in single(cells)]
    many = [Margin(margin.axes, margin.target * times) for margin in few]
    assert np.abs(table(seed, few) * times - table(seed, many)).max() <= 4 * times


def test_nobody_is_a_table_too() -> None:
    nobody = [Margin((0,), of(0, 0)), Margin((1,), of(0, 0))]
    assert table(np.ones((2, 2), np.int64), nobody).sum() == 0


@pytest.mark.parametrize(
    ("seed", "rows", "columns"),
    [
        ([[0, 0], [1, 1]], (10, 10), (10, 10)),  # somebody has to be where nobody can be
        ([[1, 0], [0, 1]], (30, 10), (10, 30)),  # nobody lacks a cell, and no table has both
        ([[1, 1], [0, 1]], (0, 10), (10, 0)),
    ],
)
def test_what_no_table_has_is_refused(
    seed: list[list[int]], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    with pytest.raises(Unmet):
        margins = [Margin((0,), of(*rows) * PERSON), Margin((1,), of(*columns) * PERSON)]
        table(np.array(seed), margins)


@given(joint(least=0))
def test_where_nobody_can_be_is_nobody(given_: tuple[Int, Int]) -> None:
    cells, seed = given_
    cells = np.where(seed > 0, cells, 0)
    assume(cells.sum() > 0)
    made = table(np.where(cells > 0, np.maximum(seed, 1), seed), single(cells))
    assert not made[(seed == 0) & (cells == 0)].any()
    for margin in single(cells):
        assert margin.sums(made).tolist() == margin.target.tolist()


def test_rounding_exchanges_where_the_last_ones_cannot_be_placed() -> None:
    """The last thousandth is lacking in a row and a column that meet where nobody can be: two cells
    gain and one gives."""
    seed = np.array([[2, 5, 1], [5, 3, 3], [2, 2, 0]])
    margins = [Margin((0,), of(6, 3, 1)), Margin((1,), of(2, 5, 3))]
    assert table(seed, margins).tolist() == [[0, 4, 2], [1, 1, 1], [1, 0, 0]]


@given(joint(), st.integers(1, 9_999))
def test_margins_that_meet_are_rounded_to_agree(given_: tuple[Int, Int], total: int) -> None:
    """Two margins with a dimension in common say the same of it, and a table has both exactly."""
    cells, seed = given_
    if cells.ndim < 3:
        return
    whole = int(cells.sum())
    shares = [
        ((0, 1), exact(cells.sum(axis=2), whole)),
        ((1, 2), exact(cells.sum(axis=0), whole)),
        ((2,), exact(cells.sum(axis=(0, 1)), whole)),
    ]
    made = targets(total, shares)
    assert [int(margin.target.sum()) for margin in made] == [total] * 3
    assert made[0].target.sum(axis=0).tolist() == made[1].target.sum(axis=1).tolist()
    assert made[1].target.sum(axis=0).tolist() == made[2].target.tolist()
    fit = table(seed, made)
    for margin in made:
        assert margin.sums(fit).tolist() == margin.target.tolist()


def exact(counts: Int, whole: int) -> NDArray[np.object_]:
    made = np.empty(counts.shape, np.object_)
    for place in np.ndindex(counts.shape):
        made[place] = Fraction(int(counts[place]), whole)
    return made


@given(st.integers(0, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_a_split_is_whole_and_near(total: int, parts: list[int]) -> None:
    assume(sum(parts) > 0)
    made = split(total, [Fraction(part) for part in parts])
    assert sum(made) == total
    whole = sum(parts)
    assert all(
        abs(value - Fraction(total * part, whole)) < 1
        for value, part in zip(made, parts, strict=True)
    )


def test_the_largest_remainder_comes_first() -> None:
    """Of ten, 1.43, 2.86 and 5.71: two are left after 1, 2 and 5."""
    assert split(10, [Fraction(1), Fraction(2), Fraction(4)]) == [1, 3, 6]
    assert split(2, [Fraction(1)] * 3) == [1, 1, 0]
