"""Figures of a synthetic population at one level: shares of its margins, its seed, its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from portability.compare.peopled import LEVELS, PERSON
from portability.compare.population_fit import Int, Unmet, table, targets
from portability.compare.population_shape import REST
from portability.errors import InputError
from portability.exact import parse_number
from portability.yamlsource import Path_, Raw, Source

Text = Mapping[str, Any]
CENTRAL = "central"
TOTALS = ("a_year", "in_payment")  # EVERY_YEAR, and in payment on the day of entry
WHOLE = Fraction(100)


@frozen
class Pick:
    """Which figure of low, central and high is taken: `level` of everything, or of `only` one
    assumption (or "total a_year", "total in_payment") and the central figure of the rest."""

    level: str
    only: str = ""

    def of(self, name: str, figure: Text) -> Fraction:
        return parse_number(figure[self.level if self.only in ("", name) else CENTRAL])


BASE = tuple(Pick(level) for level in LEVELS)


def number(text: Text, pick: Pick, value: Any) -> Fraction:
    """A figure as it stands, or the assumption it names."""
    if isinstance(value, str) and value in text["assumptions"]:
        return pick.of(value, text["assumptions"][value])
    return parse_number(value)


def axes_of(text: Text, margin: Text) -> list[int]:
    """Axes of a margin, in the order in which it names them."""
    names = list(text["dimensions"])
    given = margin["of"] if isinstance(margin["of"], list) else [margin["of"]]
    return [names.index(name) for name in given]


def cells_of(text: Text, margin: Text) -> Iterator[tuple[tuple[int, ...], Any]]:
    """(indices along the margin's own axes, the value there) in the order of the dimensions."""
    words = [list(text["dimensions"].values())[axis] for axis in axes_of(text, margin)]
    values = margin.get("shares") or margin["counts"]
    for place in product(*(range(len(each)) for each in words)):
        found = values
        for axis, at in enumerate(place):
            found = found[words[axis][at]]
        yield place, found


def shares(text: Text, pick: Pick, margin: Text) -> tuple[tuple[int, ...], NDArray[np.object_]]:
    """(ascending axes, Fractions along them that sum to 1). Raises ValueError("…") where a rest is
    below nothing, shares are not 100, or counts are all nothing."""
    axes = axes_of(text, margin)
    sizes = [len(words) for words in text["dimensions"].values()]
    made = np.zeros([sizes[axis] for axis in axes], np.object_)
    rest = None
    for place, value in cells_of(text, margin):
        if value == REST:
            rest = place
        else:
            made[place] = number(text, pick, value)
    whole = made.sum()
    if "shares" in margin:
        if rest is not None:
            made[rest] = WHOLE - whole
            if whole > WHOLE:
                raise ValueError(f"shares of {shown(whole)} beside the rest ({pick.level})")
        elif whole != WHOLE:
            raise ValueError(f"shares that sum to {shown(whole)} ({pick.level})")
        whole = WHOLE
    if whole == 0:
        raise ValueError("counts of nobody")
    order = np.argsort(axes)
    return tuple(sorted(axes)), np.transpose(made / Fraction(whole), order)


def shown(value: Fraction) -> str:
    """A share for a message: as it is, or cut off after four places."""
    tenths = int(value * 10_000)
    text = f"{tenths // 10_000}.{tenths % 10_000:04d}".rstrip("0").rstrip(".")
    return text if Fraction(tenths, 10_000) == value else f"{text}…"


def where(text: Text, given: Text) -> NDArray[np.bool_]:
    """bool along the dimensions: the cells a `where` names; a dimension it does not name is
    whole."""
    dimensions = text["dimensions"]
    made = np.ones([len(words) for words in dimensions.values()], np.bool_)
    for axis, (name, words) in enumerate(dimensions.items()):
        if name in given:
            wanted = given[name] if isinstance(given[name], list) else [given[name]]
            shape = [1] * len(dimensions)
            shape[axis] = len(words)
            made &= np.array([word in map(str, wanted) for word in words]).reshape(shape)
    return made


def seed(text: Text, pick: Pick) -> Int:
    """The table before it is fitted: 1 everywhere, times what `seed` says, 0 where nobody can be;
    whole numbers in the same proportions."""
    sizes = [len(words) for words in text["dimensions"].values()]
    made = np.full(sizes, Fraction(1), np.object_)
    for rule in text.get("seed") or ():
        here = where(text, rule["where"])
        times = Fraction(0) if "none" in rule else number(text, pick, rule["times"])
        made[here] = made[here] * times
    scale = lcm(*(value.denominator for value in made.ravel()))
    return np.array([int(value * scale) for value in made.ravel()], np.int64).reshape(sizes)


def total(text: Text, pick: Pick, when: str) -> int:
    """Thousandths of a person, rounded half up."""
    return int(pick.of(f"total {when}", text["total"][when]) * PERSON + Fraction(1, 2))


def fitted(source: Source, pick: Pick, when: str) -> Int:
    """int64 along the dimensions: thousandths of a person in each cell. Raises InputError where
    the margins cannot be met together."""
    text = source.data
    given = [shares(text, pick, margin) for margin in text["margins"]]
    whole = total(text, pick, when)
    try:
        margins = targets(whole, given)
        return table(seed(text, pick), margins)
    except Unmet as unmet:
        path, found = unmet_told(text, unmet)
        expected = "margins that one table can have, and a seed that leaves room for them"
        source.fault(path, Raw(f"{found} ({pick.level}, {when})"), expected, code="unmet")
        raise InputError(source.faults) from unmet


def unmet_told(text: Text, unmet: Unmet) -> tuple[Path_, str]:
    """Where and how a margin is missed."""
    margin = text["margins"][min(unmet.margin, len(text["margins"]) - 1)]
    names = list(text["dimensions"])
    axes = sorted(axes_of(text, margin))
    words = [
        f"{names[axis]} {text['dimensions'][names[axis]][at]}"
        for axis, at in zip(axes, unmet.cell, strict=False)
    ]
    return ("margins", unmet.margin), f"{' and '.join(words)}: {unmet.why}"


def contradictions(
    given: Sequence[tuple[tuple[int, ...], NDArray[np.object_]]],
) -> Iterator[tuple[int, int]]:
    """(earlier, later) margins that say different shares of the dimensions both have."""
    for later, (axes, share) in enumerate(given):
        for earlier, (others, other) in enumerate(given[:later]):
            both = tuple(axis for axis in axes if axis in others)
            if both and not np.array_equal(summed(axes, share, both), summed(others, other, both)):
                yield earlier, later


def summed(
    axes: tuple[int, ...], share: NDArray[np.object_], kept: tuple[int, ...]
) -> NDArray[np.object_]:
    lost = tuple(place for place, axis in enumerate(axes) if axis not in kept)
    return np.asarray(share.sum(axis=lost), np.object_) if lost else share


def size(text: Text) -> int:
    """Cells of the table."""
    return prod(len(words) for words in text["dimensions"].values())
