"""A register as the people of a comparison: every member is one person."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from attrs import frozen

from portability import columnar
from portability.compare import earned
from portability.compare.peopled import LEVELS, PERSON, Json, Weighted
from portability.dates import day, year_of
from portability.estimate import lines, mapping, register
from portability.registry import country_of

SIZE = 16_384


@frozen
class Membership:
    """The members of a register; entry: the day on which the texts enter into force."""

    path: Path
    map: Path
    entry: str
    years: tuple[int, int, int] = (15, 20, 25)

    @property
    def header(self) -> Json:
        return {
            "title": f"the members of {self.path.name}",
            "synthetic": False,
            "persons": "every member is one person; who is not in the register is not counted",
            "entry": self.entry,
            "levels": "the levels differ only in how long a pension is paid",
            "publication": "small cells and single members are told: not for publication",
        }

    def batches(self) -> Iterator[Weighted]:
        """Raises InputError for a faulty map or register."""
        mapped = mapping.load(self.map)
        with tempfile.TemporaryDirectory() as folder:
            for unit in register.units(self.path, mapped, Path(folder)):
                for batch, _ in register.read(unit, mapped, SIZE):
                    yield weighted(batch, day(self.entry))


def weighted(batch: pa.RecordBatch, entry: int) -> Weighted:
    """Everybody once; who claims after the entry starts in the year of the claim."""
    co = columnar.cohort_of(batch)
    unstated = np.zeros(len(co.rows), np.int8)
    people = lines.people_of(batch, co, unstated, goes_on=False)
    later = np.maximum(year_of(co.claim) - year_of(np.int64(entry)) + 1, 1)
    corridors = np.full(len(co), "", object)
    for number, scheme in enumerate(co.schemes):
        here = np.unique(co.rows.person[co.rows.scheme == number])
        corridors[here] += country_of(scheme) + " "
    return Weighted(
        batch,
        np.full((len(co), len(LEVELS)), PERSON, np.int64),
        np.where(co.claim <= entry, 0, later).astype(np.int64),
        {
            "sex": people.table.column("sex").to_pylist(),
            "age": people.table.column("age_band").to_pylist(),
            earned.DIMENSION: earned.bands(batch),
            "corridor": ["-".join(sorted(set(word.split()))) for word in corridors],
        },
    )
