"""The same members under several texts: what each scheme pays them, as columns side by side.

Every figure comes from `portability.estimate.law.run`, the engine of one case.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from portability import catalogue, on_day, told
from portability.agreement import Agreement
from portability.concurrence import A_YEAR
from portability.errors import Fault, InputError
from portability.estimate import law
from portability.estimate.form import MONEY_DIGITS
from portability.estimate.law import Law

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
ABSENT = -1
NOTHING = "no agreement"
GAINS, LOSES, MORE, LESS, SAME, UNKNOWN = "gains", "loses", "more", "less", "same", "unknown"
EFFECTS = (GAINS, LOSES, MORE, LESS, SAME, UNKNOWN)


@frozen
class Text:
    """One side of a comparison: a name for tables, the law it stands for; `agreement` None: the
    same world without any of the texts compared."""

    name: str
    law: Law
    agreement: Agreement | None


@frozen
class Paid:
    """What one text gives n members in S schemes, [n, S] each.

    status  place in told.STATUSES, ABSENT where the member has no record there
    yearly  thousandths of the currency a year, 0 where nothing is paid; known: amount and right are
    row     position in `table` of the row that decides, ABSENT where there is none
    """

    status: NDArray[np.int8]
    yearly: Int
    known: Bool
    row: Int
    table: pa.Table


def texts(references: list[str], goes_on: bool) -> list[Text]:
    """The world without, then each text in its order. Whatever of the catalogue stands between the
    same states as a text compared is left out wherever that text is not the one applied.
    Raises InputError with every fault of every file."""
    found: list[Agreement] = []
    faults: list[Fault] = []
    for reference in references:
        try:
            found.append(on_day.text(reference))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    out = tuple(sorted({name for text in found for name in rivals(text)}))
    sides = [Text(NOTHING, Law(without=out, goes_on=goes_on), None)]
    labels = names(found)
    for reference, agreement, label in zip(references, found, labels, strict=True):
        applied = Law((reference,), out, goes_on=goes_on)
        sides.append(Text(label, applied, agreement))
    return sides


def rivals(text: Agreement) -> list[str]:
    """The text itself, and the bilateral instruments of the catalogue between its states."""
    states = frozenset(text.countries())
    return [text.id.partition("@")[0]] + [
        other.id
        for other in catalogue.agreements(countries=states)
        if frozenset(other.countries()) == states
    ]


def names(found: list[Agreement]) -> list[str]:
    """The ids, numbered where two files bear the same."""
    seen: dict[str, int] = {}
    out = []
    for agreement in found:
        seen[agreement.id] = seen.get(agreement.id, 0) + 1
        number = seen[agreement.id]
        out.append(agreement.id if number == 1 else f"{agreement.id} ({number})")
    return out


def paid(batch: pa.RecordBatch, text: Text, schemes: tuple[str, ...]) -> Paid:
    """The deciding pension rows of every member of a batch in `schemes`, as columns."""
    table = law.run(batch, text.law)
    deciding = pc.and_(table.column("chosen"), pc.equal(words(table, "benefit"), "pension"))
    at = np.flatnonzero(deciding.to_numpy(zero_copy_only=False))
    deciders = table.take(pa.array(at))
    kept = pc.is_in(words(deciders, "scheme"), value_set=pa.array(schemes, pa.string()))
    rows, at = deciders.filter(kept), at[kept.to_numpy(zero_copy_only=False)]
    member = pc.index_in(rows.column("member"), value_set=batch.column("member"))
    place = pc.index_in(words(rows, "scheme"), value_set=pa.array(schemes))
    i, j = (column.to_numpy(zero_copy_only=False) for column in (member, place))
    shape = (len(batch), len(schemes))
    status = np.full(shape, ABSENT, np.int8)
    status[i, j] = index(rows, "status", told.STATUSES)
    yearly, known = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    amount, given = thousandths(rows.column("likely"))
    pers = (*A_YEAR, None)
    times = np.array([*A_YEAR.values(), 0])[index(rows, "per", pers)]
    yearly[i, j] = amount * times
    entitled = status[i, j] == told.ENTITLED
    known[i, j] = np.where(entitled, given, status[i, j] != told.UNKNOWN)
    where = np.full(shape, ABSENT, np.int64)
    where[i, j] = at
    return Paid(status, yearly, known, where, table)


def words(table: pa.Table, name: str) -> pa.ChunkedArray:
    return table.column(name).cast(pa.string())


def index(table: pa.Table, name: str, allowed: tuple[str | None, ...]) -> NDArray[np.int64]:
    """Place of each word in `allowed`; null has the place of None."""
    found = pc.index_in(words(table, name), value_set=pa.array(allowed, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def thousandths(column: pa.ChunkedArray) -> tuple[Int, Bool]:
    """(decimal128(18, 3) as whole thousandths, 0 for null; which are given)."""
    scaled = pa.compute.multiply(column, pa.scalar(10**MONEY_DIGITS, pa.decimal128(5, 0)))
    given = column.is_valid().to_numpy(zero_copy_only=False)
    whole = scaled.fill_null(0).cast(pa.decimal128(38, 0)).cast(pa.int64())
    return np.asarray(whole.to_numpy(zero_copy_only=False), np.int64), given


def effects(before: Paid, after: Paid) -> NDArray[np.int8]:
    """What a change of text does to each member in each scheme: place in EFFECTS, ABSENT where he
    has no record."""
    was, now = before.status == told.ENTITLED, after.status == told.ENTITLED
    doubtful = (before.status == told.UNKNOWN) | (after.status == told.UNKNOWN)
    doubtful |= was & now & ~(before.known & after.known)
    difference = after.yearly - before.yearly
    choices = [
        (before.status == ABSENT, ABSENT),
        (doubtful, EFFECTS.index(UNKNOWN)),
        (now & ~was, EFFECTS.index(GAINS)),
        (was & ~now, EFFECTS.index(LOSES)),
        (difference > 0, EFFECTS.index(MORE)),
        (difference < 0, EFFECTS.index(LESS)),
    ]
    made: NDArray[np.int8] = np.select(
        [mask for mask, _ in choices],
        [np.int8(value) for _, value in choices],
        np.int8(EFFECTS.index(SAME)),
    )
    return made


def priced(before: Paid, after: Paid) -> Bool:
    """Whose difference is known: a right gained with an unknown amount is a person, not a sum."""
    return before.known & after.known
