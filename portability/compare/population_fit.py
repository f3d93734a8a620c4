"""Iterative proportional fitting in whole numbers: a seed table scaled to given margins, then
rounded to thousandths of a person so that every margin holds exactly.

Deming and Stephan (1940), "On a least squares adjustment of a sampled frequency table when the
expected marginal totals are known", https://doi.org/10.1214/aoms/1177731829: every margin in turn
is met by scaling its slices. What the margins do not say, the odds ratios, stays as in the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice, product

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from portability.exact import mul_div

Int = NDArray[np.int64]
FINE = 10_000  # parts of a thousandth in which a table is fitted; more cells than that are refused
LEAST = 10**9  # parts of the whole at least, so that five persons are fitted as finely as millions
ROUNDS = 2_000
EMPTY = "nobody can be there, but somebody has to be"
APART = "missed whenever the other margins are met"
COARSE = "cannot be met in whole thousandths of a person together with the others"


class Unmet(ValueError):
    """No table has these margins: `margin` is the number of one that is missed, `cell` its value
    (indices along the margin's axes); why: of EMPTY, APART, COARSE."""

    def __init__(self, margin: int, cell: tuple[int, ...], why: str):
        self.margin, self.cell, self.why = margin, cell, why
        super().__init__(f"margin {margin} at {cell}: {why}")


@frozen(eq=False)
class Margin:
    """axes: ascending axes of the table; target: int64 with one dimension per axis, in thousandths
    of a person (all margins of a table have the same sum)."""

    axes: tuple[int, ...]
    target: Int

    def sums(self, table: Int) -> Int:
        """The table summed over all other axes."""
        others = tuple(axis for axis in range(table.ndim) if axis not in self.axes)
        return np.asarray(table.sum(axis=others), np.int64)

    def wide(self, values: NDArray[np.int64], ndim: int) -> Int:
        """Values of the margin laid along the axes of a table, for broadcasting."""
        shape = [1] * ndim
        for axis, length in zip(self.axes, values.shape, strict=True):
            shape[axis] = length
        return values.reshape(shape)


def split(total: int, parts: Sequence[Fraction]) -> list[int]:
    """`total` in proportion to `parts` as whole numbers that sum to it: largest remainder, the
    earlier of equals first. Σ parts > 0."""
    whole = sum(parts)
    exact = [total * part / whole for part in parts]
    made = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda at: (made[at] - exact[at], at))
    for at in order[: total - sum(made)]:
        made[at] += 1
    return made


def table(seed: Int, margins: Sequence[Margin]) -> Int:
    """The seed fitted to the margins, in thousandths of a person; every margin holds exactly.
    Raises Unmet."""
    total = int(margins[0].target.sum())
    if total == 0:
        return np.zeros_like(seed)
    fine = max(FINE, -(-LEAST // total))
    return rounded(fitted(seed, margins, fine), margins, seed > 0, fine)


def fitted(seed: Int, margins: Sequence[Margin], fine: int) -> Int:
    """The seed scaled to the margins, in 1/fine of a thousandth. Stops when nothing moves or all
    margins hold to less than one thousandth after the last round. Raises Unmet."""
    weight = scaled(seed, int(margins[0].target.sum()) * fine)
    for _ in range(ROUNDS):
        before = weight
        for number, margin in enumerate(margins):
            weight = met(weight, number, margin, fine)
        if int(np.abs(weight - before).max()) <= 1:
            break
    for number, margin in enumerate(margins):
        off = np.abs(margin.sums(weight) - margin.target * fine)
        if (off >= fine).any():
            raise Unmet(number, tuple(map(int, np.unravel_index(off.argmax(), off.shape))), APART)
    return weight


def scaled(seed: Int, total: int) -> Int:
    """Proportional to the seed, of about that total; what is above zero stays above zero."""
    return np.where(seed > 0, np.maximum(mul_div(seed, total, seed.sum(), "half_up"), 1), 0)


def met(weight: Int, number: int, margin: Margin, fine: int) -> Int:
    """One margin met: every slice scaled to its target. Raises Unmet for a slice that is empty
    and has to hold someone."""
    now = margin.sums(weight)
    empty = (now == 0) & (margin.target > 0)
    if empty.any():
        raise Unmet(number, tuple(map(int, np.argwhere(empty)[0])), EMPTY)
    wanted = margin.wide(margin.target * fine, weight.ndim)
    return mul_div(weight, wanted, margin.wide(np.maximum(now, 1), weight.ndim), "half_up")


def rounded(weight: Int, margins: Sequence[Margin], may: NDArray[np.bool_], fine: int) -> Int:
    """Whole thousandths with every margin exact: down first, then one to the cell with the largest
    remainder whose margins all still lack one, then exchanges. may: where someone can be.
    Raises Unmet where nothing more can be exchanged."""
    made, rest = weight // fine, weight % fine
    lack = [margin.target - margin.sums(made) for margin in margins]
    while lack[0].sum() > 0:
        open_ = may.copy()
        for margin, missing in zip(margins, lack, strict=True):
            open_ &= margin.wide(missing, weight.ndim) > 0
        if open_.any():
            best = np.unravel_index(int(np.where(open_, rest, -FAR).argmax()), weight.shape)
            moves = [(tuple(map(int, best)), 1)]
        else:
            moves = exchange(made, margins, may, lack)
        for cell, step in moves:
            made[cell] += step
            rest[cell] -= step * fine
            for margin, missing in zip(margins, lack, strict=True):
                missing[tuple(cell[axis] for axis in margin.axes)] -= step
    return made


FAR = 2**62
TRIES = 1_000


def exchange(
    made: Int, margins: Sequence[Margin], may: NDArray[np.bool_], lack: Sequence[Int]
) -> list[tuple[tuple[int, ...], int]]:
    """Two cells that gain and one that gives, so that each margin gets one where it lacks one."""

    def keys(cell: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(cell[axis] for axis in margin.axes) for margin in margins)

    places = {keys(cell): cell for cell in map(tuple, np.argwhere(may).tolist())}
    lacking = [list(map(tuple, np.argwhere(missing > 0).tolist())) for missing in lack]
    for need in islice(product(*lacking), TRIES):
        for giver in map(tuple, np.argwhere(made > 0).tolist()):
            for turn in product((False, True), repeat=len(margins)):
                pairs = list(zip(need, keys(giver), turn, strict=True))
                one = places.get(tuple(b if t else a for a, b, t in pairs))
                other = places.get(tuple(a if t else b for a, b, t in pairs))
                if one and other:
                    return [(one, 1), (other, 1), (giver, -1)]
    raise Unmet(0, lacking[0][0], COARSE)


def targets(
    total: int, shares: Sequence[tuple[tuple[int, ...], NDArray[np.object_]]]
) -> list[Margin]:
    """Margins in whole thousandths that agree with each other, from shares (axes, an array of
    Fraction along them that sums to 1). Shares of one axis in two margins must be equal. Raises
    Unmet where no whole numbers agree."""
    made: list[Margin] = []
    for axes, share in shares:
        bound = [narrow(axes, other) for other in made if set(axes) & set(other.axes)]
        whole = np.array(split(total, list(share.ravel())), np.int64).reshape(share.shape)
        target = table(np.maximum(whole, share > 0), bound) if bound else whole
        made.append(Margin(axes, target))
    return made


def narrow(axes: tuple[int, ...], other: Margin) -> Margin:
    """What `other` says of the axes both have, as a margin of a table along `axes`."""
    both = [axis for axis in axes if axis in other.axes]
    kept = Margin(tuple(other.axes.index(axis) for axis in both), other.target)
    return Margin(tuple(axes.index(axis) for axis in both), kept.sums(other.target))
