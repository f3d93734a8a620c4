"""SGB VI 51, 54-58: what a German record holds, month by month and kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import (
    COMPULSORY,
    EMPLOYMENT,
    EQUIVALENT,
    KINDS,
    SELF_EMPLOYMENT,
    Cohort,
    RowSet,
)
from portability.coverage import (
    Cells,
    Credited,
    cells,
    credit_by_dates,
    limited,
    months_in,
    per_person,
    rows_of,
    scatter,
    window_mask,
)
from portability.dates import NODATE, day, month_of
from portability.tables import Table
from portability.trace import Run, Step
from portability.units import THOUSAND

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Mask = NDArray[np.uint16]
Years = NDArray[np.int32]

URL = "https://www.gesetze-im-internet.de/sgb_6/"
PAYS = np.zeros(len(KINDS), np.bool_)
PAYS[[COMPULSORY, EMPLOYMENT, SELF_EMPLOYMENT]] = True  # 55(1), 55(2): compulsory contributions
EAST_SHARES = day("1990-07-01")  # annexes 2a and 10: the day the currency and the ceilings changed
CHILD_REFORM = day("1992-01-01")  # 249(1)
CHILD_MONTHS = 36  # 56(5)
OUTSIDE = np.arange(1935, 2061, dtype=np.int32)  # years in which a child may have been raised
FIRST_PARENT = day("1921-01-01")  # 249(4)

CHILDREN = Step(
    "children_raised", "child", "SGB VI 56(1), (2): children attributed to this parent", URL
)


@define
class Record(Credited):
    """Credited months with what SGB VI distinguishes; masks uint16[m, Y], sums int64.

    paid, compulsory   months with contributions; with compulsory contributions (55)
    benefit, jobless   months of 51(3a) no. 3 b, c; with unemployment benefit (no. 3 a)
    considered         consideration months (57)
    child              child-raising months (56); outside: those outside the years of the
                       record, uint16[m, OUTSIDE] (no column where there are none)
    west, east         months with western, eastern contributions; east_base: eastern earnings, in
                       minor units
    first_half         eastern earnings of January to June 1990, their months; straddles: a line
                       crosses 1 July 1990
    loose_paid, loose_compulsory   certified sums without dates, thousandths of a month
    unpriced           contribution periods without earnings; open_value: months to be valued under
                       71-74, 263
    """

    paid: Mask = field(kw_only=True)
    compulsory: Mask = field(kw_only=True)
    benefit: Mask = field(kw_only=True)
    considered: Mask = field(kw_only=True)
    jobless: Mask = field(kw_only=True)
    child: Mask = field(kw_only=True)
    west: Mask = field(kw_only=True)
    east: Mask = field(kw_only=True)
    east_base: Int = field(kw_only=True)
    first_half: Int = field(kw_only=True)
    first_months: Int = field(kw_only=True)
    straddles: Bool = field(kw_only=True)
    outside: Mask = field(kw_only=True)
    loose_paid: Int = field(kw_only=True)
    loose_compulsory: Int = field(kw_only=True)
    unpriced: Bool = field(kw_only=True)
    open_value: Bool = field(kw_only=True)
    reckoned: Any = field(default=None, init=False, repr=False, eq=False)

    def take(self, idx: NDArray[np.intp]) -> Credited:
        cut = super().take(idx)
        if cut is self:
            return self
        done: dict[int, Any] = {id(self.months): cut.months}  # many masks are one and the same
        for name in OWN:
            mine = getattr(self, name)
            if id(mine) not in done:
                done[id(mine)] = rows_of(mine, idx)
        return evolve(cut, **{name: done[id(getattr(self, name))] for name in OWN})

    @property
    def touched(self) -> Mask:
        """Months of the record: a scheme of months always has them."""
        assert self.months is not None
        return self.months

    def dated(self, mask: Mask, first: Int | None = None, last: Int | None = None) -> Int:
        """Months of a mask, in [first, last) if given: int64[m]; a certified sum over fewer dates
        stands.
        """
        kept = mask if mask is self.months else mask & self.touched
        if first is not None and last is not None:
            kept = kept & window_mask(self.years, first, last)
        left = limited(self.by_year, self.touched, kept, "month")
        return self.dated_total() if left is self.by_year else per_person(left)

    def beyond(self, first: Int | int = 0, last: Int | int = 10**6) -> Int:
        """Child-raising months outside the years of the record, in [first, last): int64[m]."""
        if not self.outside.shape[1]:
            return np.zeros(len(self.outside), np.int64)
        low, high = (np.broadcast_to(np.asarray(x), len(self.outside)) for x in (first, last))
        return np.asarray(
            months_in(self.outside & window_mask(OUTSIDE, low, high)).sum(axis=1), np.int64
        )

    def contributions(self) -> Int:
        """51(1): months with contributions, dated or not."""
        return self.dated(self.paid) + self.loose_paid // THOUSAND

    def duties(self) -> Int:
        """55: months with compulsory contributions, dated or not."""
        return self.dated(self.compulsory) + self.loose_compulsory // THOUSAND


OWN = (
    "paid",
    "compulsory",
    "benefit",
    "considered",
    "jobless",
    "child",
    "west",
    "east",
    "east_base",
    "first_half",
    "first_months",
    "straddles",
    "outside",
    "loose_paid",
    "loose_compulsory",
    "unpriced",
    "open_value",
)


def coded(co: Cohort, rows: RowSet, *names: str) -> Bool:
    """Lines whose period code is one of `names`."""
    wanted = [index for index, code in enumerate(co.codes) if code in names]
    return np.isin(rows.code, wanted) if wanted else np.zeros(len(rows), np.bool_)


def credit(tables: Mapping[str, Table], run: Run, co: Cohort, rows: RowSet, years: Years) -> Record:
    """SGB VI 54, 122(1): touched months, and which of 51 they serve. Certified sums stand as
    certified.
    """
    m = len(co)
    base = credit_by_dates(m, rows, years, "month")
    touched = np.zeros((m, len(years)), np.uint16) if base.months is None else base.months
    dated = (rows.start != NODATE) & (rows.end > rows.start) & (rows.status == 0)
    lines = rows if bool(dated.all()) else rows.where(dated)
    months = Months(m, lines, years, touched)
    raising = coded(co, lines, "child_raising")
    paid = (lines.kind != EQUIVALENT) | raising
    duty = PAYS[lines.kind] | raising
    east = coded(co, lines, "east") & ~raising
    child, outside = raised(tables, run, co, years, months.of(raising))
    loose = rows.where((rows.start == NODATE) & (rows.credited >= 0) & (rows.status == 0))
    loose_paid = loose_sum(m, loose, loose.kind != EQUIVALENT)
    loose_free = loose_sum(m, loose, loose.kind == EQUIVALENT)
    more = child & ~touched
    loose_child = months_in(outside).sum(axis=1) * THOUSAND

    def with_child(mask: Mask) -> Mask:
        return mask if child is months.none else mask | child

    return Record(
        base.unit,
        years,
        base.by_year + months_in(more) if more.any() else base.by_year,
        base.undated + loose_child,
        base.earnings,
        with_child(touched),
        with_children(base.kinds, lines, touched, child),
        lump=base.lump,
        paid=with_child(months.of(paid)),
        compulsory=with_child(months.of(duty)),
        child=child,
        outside=outside,
        benefit=months.of(coded(co, lines, "sickness")),
        considered=months.of(coded(co, lines, "consideration")),
        jobless=months.of(coded(co, lines, "unemployment")),
        west=months.of(paid & ~east & ~raising),
        east=months.of(east & paid),
        loose_paid=loose_paid + loose_child,
        loose_compulsory=loose_sum(m, loose, PAYS[loose.kind]) + loose_child,
        unpriced=any_of(m, lines, paid & ~raising & (lines.earnings < 0)) | (loose_paid > 0),
        open_value=any_of(m, lines, to_value(co, lines)) | (loose_free > 0),
        **eastern(m, years, lines, east & paid),
    )


def with_children(
    kinds: dict[int, Mask], lines: RowSet, touched: Mask, child: Mask
) -> dict[int, Mask]:
    """55(1): child-raising months are compulsory ones, for the overlap of treaties too."""
    if not child.any():
        return kinds
    if not kinds:
        only = int(lines.kind[0]) if len(lines) else COMPULSORY
        kinds = {only: touched}
    return {**kinds, COMPULSORY: kinds.get(COMPULSORY, np.zeros_like(child)) | child}


class Months:
    """Month masks of chosen lines: uint16[m, Y]; all lines are the record, none an empty mask."""

    def __init__(self, m: int, lines: RowSet, years: Years, touched: Mask):
        self.m, self.lines, self.years, self.touched = m, lines, years, touched
        self.none = np.zeros_like(touched)
        self.cells: Cells | None = None

    def of(self, chosen: Bool) -> Mask:
        if not chosen.any():
            return self.none
        if chosen.all():
            return self.touched
        self.cells = cells(self.lines, self.years) if self.cells is None else self.cells
        return scatter(self.m, len(self.years), self.cells, chosen[self.cells.row])


def to_value(co: Cohort, lines: RowSet) -> Bool:
    """71(1), (2): lines that may be worth points beside contributions; schooling no longer is (74
    sentence 4).
    """
    plain = coded(co, lines, "education", "consideration", "child_raising")
    return np.asarray(((lines.kind == EQUIVALENT) & ~plain) | coded(co, lines, "training"))


def any_of(m: int, lines: RowSet, chosen: Bool) -> Bool:
    return np.asarray(np.bincount(lines.person[chosen], minlength=m) > 0)


def loose_sum(m: int, loose: RowSet, chosen: Bool) -> Int:
    out = np.zeros(m, np.int64)
    np.add.at(out, loose.person[chosen], loose.credited[chosen])
    return out


def eastern(m: int, years: Years, lines: RowSet, east: Bool) -> dict[str, Any]:
    """Earnings of the accession area (256a): by year, and those of January to June 1990 apart
    (annex 10).
    """
    zero = np.zeros(m, np.int64)
    if not east.any():
        return {
            "east_base": np.broadcast_to(np.int64(0), (m, len(years))),
            "first_half": zero,
            "first_months": zero,
            "straddles": np.zeros(m, np.bool_),
        }
    whole = credit_by_dates(m, lines.where(east), years, "month").earnings
    early = east & (lines.end <= EAST_SHARES)
    column = np.flatnonzero(years == 1990)
    if not len(column):
        first, touched = zero, zero
    else:
        half = credit_by_dates(m, lines.where(early), years, "month")
        first, touched = half.earnings[:, column[0]], half.by_year[:, column[0]]
    crossing = east & (lines.start < EAST_SHARES) & (lines.end > EAST_SHARES)
    return {
        "east_base": whole,
        "first_half": first,
        "first_months": touched,
        "straddles": any_of(m, lines, crossing),
    }


def raised(
    tables: Mapping[str, Table], run: Run, co: Cohort, years: Years, recorded: Mask
) -> tuple[Mask, Mask]:
    """56(5), 249: child-raising months of the record and of the children attributed to the person.

    Children of the case count, oldest first, as far as `children_raised` certifies; periods that
    meet are laid end to end (56(5) sentence 2). Returns the months inside and outside the years of
    the record.
    """
    outside = np.zeros((len(co), 0), np.uint16)
    count, given = run.fact(CHILDREN)
    count = np.where(given & (co.born >= FIRST_PARENT), count, 0)
    if not count.any():
        return recorded, outside
    person, born = co.children_of()
    order = np.lexsort((born, person))
    person, born = person[order], born[order]
    place = np.arange(len(person)) - np.searchsorted(person, person)
    before = (born < CHILD_REFORM) & (place < count[person])
    older = np.bincount(person[before], minlength=len(co)) > 0
    short = tables["child_months_before_1992"].at(co.claim, run, need=older)
    mask, end = recorded.copy(), np.zeros(len(co), np.int64)
    outside = np.zeros((len(co), len(OUTSIDE)), np.uint16)
    foreign = ~np.isin(OUTSIDE, years)
    for turn in range(int(place.max()) + 1 if len(place) else 0):
        here = (place == turn) & (turn < count[person])
        who = person[here]
        first = np.maximum(month_of(born[here]) + 1, end[who])
        last = first + np.where(born[here] < CHILD_REFORM, short[who], CHILD_MONTHS)
        last = np.maximum(np.minimum(last, month_of(co.risk[who])), first)
        end[who] = last
        mask[who] |= window_mask(years, first, last)
        outside[who] |= np.where(foreign[None, :], window_mask(OUTSIDE, first, last), np.uint16(0))
    return mask, outside
