"""A synthetic population: members with weights, fitted to published margins. No person is in it.

    people = population.load("us-ph")        # or a path
    found = impact.of(["draft.yaml"], people)

Margins are published counts or shares with their source; a table of cells is fitted to them
(population_fit), and every cell gets careers by rule. Whatever nobody published is an assumption
with a name, three values and a reason; low, central and high take all of them at once, variants()
one at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from portability.compare import earned, population_told
from portability.compare.peopled import EVERY_YEAR, LEVELS, Json, People, Weighted
from portability.compare.population_check import checked
from portability.compare.population_fit import Int
from portability.compare.population_lives import Life, Lives, batch, labels, lives
from portability.compare.population_parts import BASE, CENTRAL, TOTALS, Pick, Text, fitted
from portability.errors import Fault, InputError, nearest
from portability.estimate.form import AGE_BANDS
from portability.yamlsource import Raw, Source, read

SIZE = 16_384
BANDS = (25, 35, 45, 55, 65)
STARTS = dict(zip(TOTALS, (EVERY_YEAR, 0), strict=True))


@frozen(eq=False)
class Population:
    """source: the checked document; picks: which figures stand for low, central and high."""

    source: Source
    picks: tuple[Pick, ...] = BASE

    @property
    def text(self) -> Text:
        found: Text = self.source.data
        return found

    @property
    def entry(self) -> str:
        return str(self.text["entry"])

    @property
    def years(self) -> tuple[int, int, int]:
        """Years for which a pension is paid, by LEVELS."""
        name = self.text["years_paid"]
        low, central, high = (
            int(pick.of(name, self.text["assumptions"][name])) for pick in self.picks
        )
        return low, central, high

    @property
    def digest(self) -> str:
        """Of the document's meaning."""
        text = json.dumps(self.text, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def header(self) -> Json:
        """What it is: margins, sources, relations kept and lost, seed, assumptions, misfit."""
        return population_told.header(self)

    def tables(self, when: str) -> list[Int]:
        """Fitted cells by level, thousandths of a person along the dimensions; when: of TOTALS."""
        made = {pick: fitted(self.source, pick, when) for pick in dict.fromkeys(self.picks)}
        return [made[pick] for pick in self.picks]

    def lives(self, when: str) -> Lives:
        return lives(self.text, self.tables(when), self.picks)

    def batches(self) -> Iterator[Weighted]:
        """In payment on the day of entry, then anew in every year."""
        number = 1
        for when in reversed(TOTALS):
            weight = self.lives(when).weight
            found = list(weight)
            for at in range(0, len(found), SIZE):
                part = found[at : at + SIZE]
                members = batch(self.text, part, number)
                told = labels(self.text, part, [band(life) for life in part])
                yield Weighted(
                    members,
                    np.array([weight[life] for life in part], np.int64),
                    np.full(len(part), STARTS[when], np.int64),
                    # a dimension of that name in the file keeps its own words
                    {earned.DIMENSION: earned.bands(members), **told},
                )
                number += len(part)

    def variants(self) -> Iterator[tuple[str, str, Population]]:
        """(assumption, "low" or "high", the population with it there and everything else central):
        what moves between the two is what the assumption decides. All three levels are the same."""
        for name in [*self.text["assumptions"], *(f"total {when}" for when in TOTALS)]:
            for level in (LEVELS[0], LEVELS[-1]):
                yield name, level, evolve(self, picks=(Pick(level, name),) * len(LEVELS))


def band(life: Life) -> str:
    """The age band at the claim."""
    return AGE_BANDS[sum(life.age >= least for least in BANDS)]


def ranked(people: Population, measure: Callable[[People], int]) -> list[tuple[str, int, int, int]]:
    """(assumption, the measure with it low, with it high, how far apart) by how far apart, the one
    that matters most first; measure: any figure of a population, in its own unit."""
    found: dict[str, list[int]] = {}
    for name, _, variant in people.variants():
        found.setdefault(name, []).append(measure(variant))
    rows = [(name, low, high, abs(high - low)) for name, (low, high) in found.items()]
    return sorted(rows, key=lambda row: (-row[3], row[0]))


def folder() -> Path:
    return Path(__file__).with_name("populations")


def ids() -> tuple[str, ...]:
    """Populations that ship with the program."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def load(reference: str | Path) -> Population:
    """The population of an id or a path. Raises InputError with every fault."""
    path = Path(reference)
    if path.suffix not in (".yaml", ".yml", ".json"):
        if str(reference) not in ids():
            expected = f"{', '.join(ids())}, or the path of a .yaml file"
            hint = nearest(str(reference), ids())
            name = repr(str(reference))
            raise InputError(
                [Fault("population:1:1", "population", name, expected, hint, "unknown_population")]
            )
        path = folder() / f"{reference}.yaml"
    documents = read(path)
    if len(documents) > 1:
        documents[0].fault((), Raw(f"{len(documents)} documents"), "one population in a file")
        documents[0].check()
    return Population(checked(documents[0]))


__all__ = ["CENTRAL", "Population", "ids", "load", "ranked"]
