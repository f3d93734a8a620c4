"""Careers of a synthetic population as members: one for every cell, age at the move and level.

A career is a rule ("from the move until 65, four years of five"); what it leaves open, the age at
the move within its band, is spread evenly over whole years. Nobody is drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen
from numpy.typing import NDArray

from portability import registry
from portability.compare.peopled import LEVELS
from portability.compare.population_fit import Int, split
from portability.compare.population_parts import Pick, Text, number, where
from portability.compare.population_shape import MOVE
from portability.dates import day, first_day, month_of
from portability.estimate.earnings import level, spans
from portability.estimate.form import EARNINGS_FROM, LINE, MEMBERS
from portability.exact import mul_div
from portability.tables import minor_digits

YEAR = 12
AVERAGE, STATED = "national_average", "contract_wage"


@frozen
class Stretch:
    """Work in a scheme without a break: months [first, after), earned as a share of the national
    average (thousandths of a percent) or as an amount (thousandths of the currency a year); the
    other is -1."""

    scheme: str
    first: int
    after: int
    share: int
    amount: int


@frozen
class Life:
    """What makes two members one: the cell, and everything the law asks about."""

    cell: tuple[int, ...]
    age: int
    residence: str
    nationality: str
    work: tuple[Stretch, ...]


@define
class Lives:
    """weight: life -> thousandths of a person by LEVELS; bare: those without a record anywhere."""

    weight: dict[Life, list[int]] = field(factory=dict)
    bare: list[int] = field(factory=lambda: [0] * len(LEVELS))


def lives(text: Text, tables: Sequence[Int], picks: Sequence[Pick]) -> Lives:
    """The members of fitted tables, one per level."""
    made = Lives()
    ruled = [(where(text, career["where"]), career) for career in text["careers"]]
    out = left_out(text)
    for column, (pick, table) in enumerate(zip(picks, tables, strict=True)):
        for place in np.argwhere((table > 0) & ~out).tolist():
            cell = tuple(place)
            career = next(career for here, career in ruled if here[cell])
            ages = moves(text, cell)
            weights = split(int(table[cell]), [Fraction(1)] * len(ages))
            for age, weight in zip(ages, weights, strict=True):
                work = tuple(stretches(text, pick, cell, career, age))
                if not work:
                    made.bare[column] += weight
                elif weight:
                    life = Life(
                        cell, career["age"], career["residence"], career["nationality"], work
                    )
                    made.weight.setdefault(life, [0] * len(LEVELS))[column] += weight
    return made


def inside(text: Text, given: Text, cell: tuple[int, ...]) -> bool:
    """Whether a cell is one of those a `where` names."""
    for axis, (name, words) in enumerate(text["dimensions"].items()):
        wanted = given.get(name)
        if wanted is not None and words[cell[axis]] not in (
            wanted if isinstance(wanted, list) else [wanted]
        ):
            return False
    return True


def left_out(text: Text) -> NDArray[np.bool_]:
    """The cells whose persons are counted and weighed on nothing."""
    out = np.zeros([len(words) for words in text["dimensions"].values()], np.bool_)
    for rule in text.get("left_out") or ():
        out |= where(text, rule["where"])
    return out


def moves(text: Text, cell: tuple[int, ...]) -> list[int]:
    """Ages at the move in a cell; [-1] where nothing says when."""
    for axis, (name, words) in enumerate(text["dimensions"].items()):
        band = text.get("moved", {}).get(name, {}).get(words[cell[axis]])
        if band is not None:
            return list(range(band[0], band[1] + 1))
    return [-1]


def stretches(
    text: Text, pick: Pick, cell: tuple[int, ...], career: Text, move: int
) -> Iterator[Stretch]:
    """The work of one career. Ages are counted in months from birth."""
    born = month_of(day(text["claim"])) - 1 - career["age"] * YEAR
    for work in career["work"]:
        if not inside(text, work.get("where", {}), cell):
            continue
        start, end = (move if work[key] == MOVE else work[key] for key in ("from", "until"))
        span = max(end - start, 0) * YEAR
        worked = int(span * number(text, pick, work["share"]) / 100)
        first, earned = int(born) + start * YEAR, work["earnings"]
        for low, high in parts(span, worked, work.get("gap", "first")):
            yield Stretch(work["scheme"], first + low, first + high, *pay(text, pick, earned))


def parts(span: int, worked: int, gap: str) -> list[tuple[int, int]]:
    """Where in a span of months the worked ones lie; the gap is first, in the middle, or last."""
    if gap == "middle":
        half = (worked + 1) // 2
        made = [(0, half), (span - (worked - half), span)]
    else:
        made = [(span - worked, span)] if gap == "first" else [(0, worked)]
    return [part for part in made if part[1] > part[0]]


def pay(text: Text, pick: Pick, earned: Text) -> tuple[int, int]:
    if "percent" in earned:
        return int(number(text, pick, earned["percent"]) * 1000), -1
    amount = int(number(text, pick, earned["amount"]) * 1000)
    return -1, amount * (YEAR if earned["per"] == "month" else 1)


# --- as columns


def batch(text: Text, found: Sequence[Life], first: int) -> pa.RecordBatch:
    """MEMBERS of these lives; ids count from `first`. One line a calendar year of work."""
    claim = day(text["claim"])
    born = [first_day(month_of(claim) - 1 - life.age * YEAR) + 14 for life in found]
    n = len(found)
    names = list(text["dimensions"])
    sexes = text["dimensions"].get("sex")
    sex = [sexes[life.cell[names.index("sex")]] if sexes else None for life in found]
    columns: dict[str, Any] = {
        "member": [f"S{first + at:07d}" for at in range(n)],
        "row": list(range(first, first + n)),
        "born": np.array(born, np.int32),
        "claim": np.full(n, claim, np.int32),
        "event": pa.nulls(n, pa.date32()),
        "sex": sex,
        "residence": [life.residence for life in found],
        "nationality": [life.nationality for life in found],
        "periods": periods(found),
    }
    arrays = [
        value if isinstance(value, pa.Array) else typed(value, MEMBERS.field(name).type)
        for name, value in columns.items()
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=MEMBERS)


def typed(values: Any, kind: pa.DataType) -> pa.Array:
    """An array of a type of MEMBERS; words are coded."""
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    if pa.types.is_date32(kind):
        return pa.array(values, pa.int32()).cast(kind)
    return pa.array(values, kind)


def periods(found: Sequence[Life]) -> pa.ListArray:
    """list<LINE> of each life, in the order of time."""
    rows: list[tuple[int, int, Stretch]] = []
    offsets = [0]
    for life in found:
        mine = [
            (max(part.first, year * YEAR), min(part.after, (year + 1) * YEAR), part)
            for part in life.work
            for year in range(part.first // YEAR, (part.after - 1) // YEAR + 1)
        ]
        rows += sorted(mine, key=lambda row: (row[0], row[2].scheme))
        offsets.append(len(rows))
    start = first_day(np.array([row[0] for row in rows], np.int64))
    end = first_day(np.array([row[1] for row in rows], np.int64)) - 1
    earned, paths = earnings(rows, start, end)
    m = len(rows)
    given: dict[str, Any] = {
        "scheme": [row[2].scheme for row in rows],
        "kind": ["compulsory"] * m,
        "start": start.astype(np.int32),
        "end": end.astype(np.int32),
        "credited": pa.nulls(m, pa.int64()),
        "earnings": earned,
        "evidence": ["certified"] * m,  # the rule is the record: nothing of it is in doubt
        "status": ["normal"] * m,
        "path": paths,
    }
    arrays = [
        value if isinstance(value, pa.Array) else typed(value, LINE.field(name).type)
        for name, value in given.items()
    ]
    struct = pa.StructArray.from_arrays(arrays, fields=list(LINE))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct)


def earnings(
    rows: Sequence[tuple[int, int, Stretch]], start: Int, end: Int
) -> tuple[pa.Array, list[str]]:
    """(minor units of each line, null where the scheme's own table knows no level of the year;
    where it came from, a word of EARNINGS_FROM)."""
    m = len(rows)
    value, known = np.zeros(m, np.int64), np.zeros(m, np.bool_)
    paths = [EARNINGS_FROM[-1]] * m
    by: dict[str, list[int]] = {}
    for at, (low, high, part) in enumerate(rows):
        if part.share < 0:
            minor = 10 ** minor_digits(registry.source(part.scheme).currency)
            whole = part.amount * (high - low) * minor
            value[at] = (2 * whole + YEAR * 1000) // (2 * YEAR * 1000)
            known[at], paths[at] = True, STATED
        else:
            by.setdefault(part.scheme, []).append(at)
    for scheme, places in by.items():
        table = level(scheme, AVERAGE, True)
        if table is None:
            continue
        here = np.array(places, np.int64)
        found, sure = table.of(spans(start[here], end[here]))
        share = [rows[at][2].share for at in places]
        value[here] = mul_div(np.where(sure, found, 0), share, 100_000, "half_up")
        known[here] = sure
        for at, here_known in zip(places, sure.tolist(), strict=True):
            paths[at] = AVERAGE if here_known else EARNINGS_FROM[-1]
    return pa.array(value, mask=~known), paths


def corridor(life: Life) -> str:
    """Countries of the record, as "PH-US"."""
    return "-".join(sorted({registry.country_of(part.scheme) for part in life.work}))


def labels(text: Text, found: Sequence[Life], ages: Sequence[str]) -> Mapping[str, list[str]]:
    """Dimension -> a word per member; age at the claim and corridor besides."""
    made = {
        name: [words[life.cell[axis]] for life in found]
        for axis, (name, words) in enumerate(text["dimensions"].items())
    }
    return {**made, "age": list(ages), "corridor": [corridor(life) for life in found]}
