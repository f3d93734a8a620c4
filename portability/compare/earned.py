"""Earnings bands: what a member earned over his career, held against the national average.

A line counts where its earnings are stated and the scheme's own table of average earnings
(`earnings_defaults: national_average` of its file, with its citation) knows all its months. It
counts with its months: the band is that of

    sum of (months x earnings of the line / average of its scheme over the same months)
    ----------------------------------------------------------------------------------
                                sum of the months

No sum is converted from one currency to another, and a year long past weighs as much as the last.
Earnings that were themselves assumed (the average, the scheme's minimum) count for nothing: whoever
has no other line is told apart, as is whoever has no line to compare.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability import columnar, registry
from portability.cohort import RowSet
from portability.dates import NODATE
from portability.estimate.earnings import in_money, level, spans
from portability.estimate.fields import Words
from portability.estimate.form import EARNINGS_FROM
from portability.exact import mul_div

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
DIMENSION = "earnings"
AVERAGE, MINIMUM = "national_average", "scheme_minimum"
LEAST = ((1, 2), (2, 3), (1, 1), (3, 2))  # where each band but the first begins, as a fraction
BANDS = (
    "below half",
    "half to two thirds",
    "two thirds to average",
    "average to one and a half",
    "one and a half or more",
)
AT_AVERAGE = "assumed at the average"
AT_MINIMUM = "assumed at the scheme's minimum"
NO_AVERAGE = "unknown: no average to compare with"
NO_EARNINGS = "unknown: no earnings stated"
WORDS = (*BANDS, AT_AVERAGE, AT_MINIMUM, NO_AVERAGE, NO_EARNINGS)
DEFINITION = (
    "earnings over the career, each line against the average of its own scheme in the same months, "
    "weighted by months; bands begin at 1/2, 2/3, 1 and 3/2 of the average; lines whose earnings "
    "were assumed at the average or the minimum do not count"
)
STANDARD = (
    "1/2 and 1: OECD, Pensions at a Glance 2023, gross pension replacement rates, "
    "https://read.oecd.org/10.1787/5df7712d-en; 2/3 and 3/2: OECD, incidence of low and high pay, "
    "https://www.oecd.org/en/data/indicators/incidence-of-low-and-high-pay.html (there of the "
    "median, which schemes do not publish; here of the average)"
)
UNIT = lcm(28, 29, 30, 31)  # parts of a month in which every day of every month is whole


@frozen
class Lines:
    """Lines that count, m of them: whose (member's place), months in 1/UNIT, earnings and average
    over the same months in minor units of the scheme's currency."""

    person: NDArray[np.int32]
    months: Int
    earned: Int
    average: Int

    def of(self, rows: Bool) -> Lines:
        return Lines(self.person[rows], self.months[rows], self.earned[rows], self.average[rows])


def bands(batch: pa.RecordBatch) -> list[str]:
    """A word of WORDS per member of a batch of MEMBERS."""
    co = columnar.cohort_of(batch)
    n, rows = len(co), co.rows
    told = rows.earnings >= 0
    dated = (rows.start != NODATE) & (rows.end != NODATE)
    last = np.where(dated, rows.end.astype(np.int64) - 1, 0)
    none = np.zeros(0, np.bool_)
    named = Words(rows.scheme, none, none, none, co.schemes)
    fit = told & dated & in_money(None, named, rows.start, last)
    average, known, same = held_against(rows, last, fit, co.schemes)
    path = path_of(batch, len(told))
    at_average = (path == EARNINGS_FROM.index(AVERAGE)) & same
    at_minimum = told & (path == EARNINGS_FROM.index(MINIMUM))
    counts = known & ~at_average & ~at_minimum
    months = months_of(rows.start.astype(np.int64), last, counts)
    lines = Lines(rows.person[counts], months, rows.earnings[counts], average[counts])
    made = np.full(n, WORDS.index(NO_EARNINGS), np.int8)
    for word, mask in ((NO_AVERAGE, told), (AT_MINIMUM, at_minimum), (AT_AVERAGE, at_average)):
        made[rows.person[mask]] = WORDS.index(word)
    has = np.zeros(n, np.bool_)
    has[lines.person] = True
    reached = sum((at_least(lines, n, *least) for least in LEAST), np.zeros(n, np.int8))
    return [WORDS[place] for place in np.where(has, reached, made).tolist()]


def held_against(
    rows: RowSet, last: Int, fit: Bool, schemes: tuple[str, ...]
) -> tuple[Int, Bool, Bool]:
    """(average of each line's months in minor units, whether it was published and is above zero,
    whether the line's earnings are that average, published or continued)."""
    m = len(last)
    average, known, same = np.zeros(m, np.int64), np.zeros(m, np.bool_), np.zeros(m, np.bool_)
    for place, name in enumerate(schemes):
        mine = np.flatnonzero(fit & (rows.scheme == place))
        published, continued = level(name, AVERAGE, False), level(name, AVERAGE, True)
        if published is None or continued is None or not len(mine):
            continue
        covered = spans(rows.start[mine].astype(np.int64), last[mine])
        average[mine], sure = published.of(covered)
        known[mine] = sure & (average[mine] > 0)
        usual, given = continued.of(covered)
        same[mine] = given & (usual == rows.earnings[mine])
    return average, known, same


def path_of(batch: pa.RecordBatch, m: int) -> NDArray[np.int8]:
    """Where the earnings of each line came from, place in EARNINGS_FROM; a line that does not say
    is one of the record."""
    lines: Any = batch.column("periods").flatten()
    place = lines.type.get_field_index("path")
    if place < 0:
        return np.zeros(m, np.int8)
    return columnar.words(lines.field(place), EARNINGS_FROM, m)


def months_of(start: Int, last: Int, rows: Bool) -> Int:
    """Months of the lines `rows` in 1/UNIT, exact: a part of a month is days of its length."""
    covered = spans(start[rows], last[rows])
    whole = np.maximum(covered.last - covered.first - 1, 0) * UNIT
    begins = covered.first_days * (UNIT // covered.first_length)
    return np.asarray(whole + begins + covered.last_days * (UNIT // covered.last_length), np.int64)


def at_least(lines: Lines, n: int, num: int, den: int) -> NDArray[np.int8]:
    """int8[n]: 1 for members who earned at least num/den of the average.

    A line is above or below by months x |den x earned - num x average| / average. Whole parts of it
    decide, unless they differ by no more than their number of remainders: then fractions do.
    """
    off = den * lines.earned - num * lines.average
    size = mul_div(np.abs(off), lines.months, lines.average, "down")
    up, down = off >= 0, off < 0
    total, above, below = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.add.at(total, lines.person, np.where(up, size, -size))
    np.add.at(above, lines.person, up)
    np.add.at(below, lines.person, down)
    reached = total - below >= 0
    for person in np.flatnonzero(~reached & (total + above > 0)).tolist():
        mine = lines.of(lines.person == person)
        reached[person] = exactly(mine, num, den)
    return (reached & (above + below > 0)).astype(np.int8)


def exactly(lines: Lines, num: int, den: int) -> bool:
    """The same of one member in fractions."""
    total = Fraction(0)
    rows = zip(lines.months.tolist(), lines.earned.tolist(), lines.average.tolist(), strict=True)
    for months, earned, average in rows:
        total += Fraction(months * (den * earned - num * average), average)
    return total >= 0


def averages(schemes: tuple[str, ...]) -> dict[str, str]:
    """scheme -> its table of average earnings with the article, or why there is none."""
    made = {}
    for name in schemes:
        said = registry.source(name).text.get("earnings_defaults", {}).get(AVERAGE)
        if said is None:
            made[name] = "its file has no table of average earnings"
            continue
        tables = said["table"] if isinstance(said["table"], list) else [said["table"]]
        made[name] = f"{', '.join(tables)}, a {said['per']} ({said['cite']})"
    return made
