"""Foreign periods laid out one quarter after another, where a text orders so (POMS GN 01706.020).

Each certified period is converted by itself; its quarters follow one another from the quarter in
which it begins, never after the one in which it ends. A quarter counts once, whoever certified it.
"""

from __future__ import annotations

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from portability.cohort import RowSet
from portability.coverage import QUARTER_OF, Credited
from portability.dates import NODATE, month_of
from portability.units import THOUSAND, Conversion

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


def consecutive(
    rows: RowSet, mine: NDArray[np.intp], record: Credited, own: Credited, how: Conversion
) -> tuple[Credited, Conversion]:
    """(the record in quarters with the months they fill, a conversion that keeps quarters).

    rows    dated lines of the foreign scheme; mine: its persons, in the order of `record`, `own`
    """
    pos = np.full(int(max(rows.person.max(initial=0), mine.max(initial=0))) + 1, -1, np.int64)
    pos[mine] = np.arange(len(mine))
    lines = rows.where((pos[rows.person] >= 0) & (rows.start != NODATE) & (rows.status == 0))
    person, width = pos[lines.person], len(record.years) * 4
    grid = np.zeros((len(mine), width), np.bool_)
    free, room = own_free(own, width), own_room(own)
    zero = int(record.years[0]) * 4
    first, last = month_of(lines.start) // 3 - zero, month_of(lines.end - 1) // 3 - zero
    wanted = how.steps(certified(lines, record.unit), THOUSAND)
    at = np.arange(width)
    inside = (at >= first[:, None]) & (at <= last[:, None]) & free[person]
    by_year = inside.reshape(len(person), len(record.years), 4)
    inside &= (by_year.cumsum(axis=2) <= room[person][:, :, None]).reshape(inside.shape)
    np.logical_or.at(grid, person, inside & (inside.cumsum(axis=1) <= wanted[:, None]))
    quarters = grid.reshape(len(mine), -1, 4)
    months = (quarters * np.array([0b111 << 3 * q for q in range(4)])).sum(axis=2)
    made = evolve(
        record,
        unit="quarter",
        by_year=quarters.sum(axis=2).astype(np.int64),
        undated=how.steps(record.undated, THOUSAND) * THOUSAND,
        months=months.astype(np.uint16),
        kinds={},
    )
    return made, evolve(
        how, source_unit="quarter", source_n=1, target_n=1, remainder_from=None, place="anywhere"
    )


def own_free(own: Credited, width: int) -> Bool:
    """Quarters that no own period fills; quarters without a place are left to the yearly cap."""
    if own.months is None:
        return np.ones((len(own.undated), width), np.bool_)
    bits = QUARTER_OF[own.months]
    taken = (bits[:, :, None] >> np.arange(4, dtype=np.uint8)) & 1
    free: Bool = taken.reshape(len(own.undated), width) == 0
    return free


def own_room(own: Credited) -> Int:
    """Quarters a year that own ones without a place leave: those are laid where they hinder least
    (GN 01706.030 D: the flexible crediting from 1978), and the rest begins again in the next year.
    """
    if own.months is not None:
        return np.full(own.by_year.shape, 4, np.int64)
    return np.maximum(4 - own.by_year.astype(np.int64), 0)


def certified(lines: RowSet, unit: str) -> Int:
    """Thousandths of the scheme's unit of each line: as certified, else what its dates hold."""
    days = (lines.end - lines.start).astype(np.int64)
    months = month_of(lines.end - 1) - month_of(lines.start) + 1
    held = {"day": days, "week": (days + 6) // 7, "month": months}.get(unit, (months + 2) // 3)
    return np.where(lines.credited >= 0, lines.credited, held * THOUSAND)
