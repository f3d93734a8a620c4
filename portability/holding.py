"""Each scheme's own persons in a batch: their records, credited once and read by every route."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import SURVIVORS, Cohort, RowSet, take_family
from portability.coverage import Credited, span_years
from portability.dates import NODATE, first_day, month_of, year_of
from portability.scheme import Scheme
from portability.trace import NOFACT, Recorder, Run

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


@define
class Holding:
    """One scheme's m persons.

    idx  their rows in the batch; pos[n]: person -> row here, -1 none
    co   the persons without records; rows: their lines (person = row here), cut at the risk;
    years: those of the batch
    """

    scheme: Scheme
    idx: Index
    pos: Int
    co: Cohort
    rows: RowSet
    years: NDArray[np.int32]
    found: tuple[Credited, Run] | None = field(default=None, init=False, repr=False)
    counted: dict[Any, Any] = field(factory=dict, init=False, repr=False)

    def credit(self) -> tuple[Credited, Run]:
        """What the lines give under the scheme's law, and what that law found lacking: once, when
        somebody first looks."""
        if self.found is None:
            run = Run(len(self.idx), self.scheme.id, "national", facts=self.facts())
            self.found = (self.scheme.credit(run, self.co, self.rows, self.years), run)
        return self.found

    @property
    def credited(self) -> Credited:
        return self.credit()[0]

    @property
    def run(self) -> Run:
        return self.credit()[1]

    @property
    def country(self) -> str:
        return self.scheme.country

    def facts(self, at: Index | None = None) -> dict[str, Int]:
        """Certified figures of this scheme by step key, for all or for the persons `at`."""
        chosen = {
            key: value for (scheme, key), value in self.co.facts.items() if scheme == self.scheme.id
        }
        return chosen if at is None else {key: value[at] for key, value in chosen.items()}

    def new_run(self, route: str, at: Index | None = None, trace: bool = False) -> Run:
        """A run of this scheme under a route, starting from what crediting found lacking."""
        n = len(self.co) if at is None else len(at)
        run = Run(
            n, self.scheme.id, route, facts=self.facts(at), trace_to=Recorder() if trace else None
        )
        at = np.arange(n) if at is None else at
        run.unknown_right |= self.run.unknown_right[at]
        for code, detail, mask in self.run.reasons:
            if mask[at].any():
                run.reasons.append((code, detail, mask[at]))
        return run


def cut_at(
    rows: RowSet, risk: NDArray[np.int32], whole: Bool, through: bool = False
) -> tuple[RowSet, Bool | None]:
    """Lines end at the risk (claim or event); a line cut short keeps the share of its sums that
    its months give. Also returned: the lines of which something is left (None: all).

    through  the day of the risk itself still counts: nobody's insurance ends before he dies
    whole  bool[schemes]: law that credits by calendar year (42 USC 413(a)(2)) keeps the sums as
    certified, also of a year that begins on the day of the risk; a line of several years ends with
    the year of the risk, so that each year keeps its share
    """
    limit = risk.take(rows.person)
    if through:
        limit = np.where(limit == NODATE, limit, limit + ~whole[rows.scheme])
    dated = rows.start != NODATE
    at = np.flatnonzero(dated & (limit != NODATE) & (rows.end > limit))
    if not len(at):
        return rows, None
    start, last, yearly = rows.start[at], limit[at], whole[rows.scheme[at]]
    several = yearly & (year_of(start) < year_of(last))
    turn = np.minimum(rows.end[at], first_day((year_of(last) + 1) * 12))
    stop = np.where(several, turn, last + (yearly & (start == last)))
    end = rows.end.copy()
    end[at] = stop
    full = month_of(rows.end[at] - 1) - month_of(start) + 1
    kept = np.where(stop > start, month_of(stop - 1) - month_of(start) + 1, 0)

    def shortened(values: Int) -> Int:
        old = values[at]
        less = np.flatnonzero((~yearly | several) & (old > 0))
        if not len(less):
            return values
        new = values.copy()
        new[at[less]] = old[less] * kept[less] // np.maximum(full[less], 1)
        return new

    cut = evolve(
        rows, end=end, credited=shortened(rows.credited), earnings=shortened(rows.earnings)
    )
    left = ~dated | (end > rows.start)
    return cut, None if left.all() else left


def holdings(co: Cohort, schemes: dict[str, Scheme], trace: bool = False) -> dict[str, Holding]:
    """Every scheme in which the batch has records or certified figures."""
    whole = np.array([schemes[scheme_id].whole_sums for scheme_id in co.schemes], np.bool_)
    rows, left = cut_at(co.rows, co.risk, whole, co.branch == SURVIVORS)
    years = span_years(rows)
    return {
        scheme_id: holding(co, rows, left, scheme_id, schemes[scheme_id], years)
        for scheme_id in co.schemes
    }


def holding(
    co: Cohort,
    rows: RowSet,
    left: Bool | None,
    scheme_id: str,
    scheme: Scheme,
    years: NDArray[np.int32],
) -> Holding:
    """The scheme's persons: who has a line of it (`rows`, of which `left` remain) or a figure."""
    number = co.schemes.index(scheme_id)
    own = rows.scheme == number
    lines = np.flatnonzero(own if left is None else own & left)
    has = np.zeros(len(co), np.bool_)
    has[rows.person.take(lines)] = True
    if left is not None:
        has[rows.person[np.flatnonzero(own & ~left)]] = True
    for (owner, _), value in co.facts.items():
        if owner == scheme_id:
            has |= value != NOFACT
    idx = np.flatnonzero(has)
    pos = np.full(len(co), -1, np.int64)
    pos[idx] = np.arange(len(idx))
    mine = rows.where(lines).renumbered(pos)
    people = co.persons(idx)
    people.fam = None if co.fam is None else take_family(co.fam, idx)
    return Holding(scheme, idx, pos, people, mine, years)


def recredited(holding: Holding, rows: RowSet, at: Index) -> Credited:
    """The scheme's crediting of some of its lines only, for the persons `at`."""
    pos = np.full(len(holding.co), -1, np.int64)
    pos[at] = np.arange(len(at))
    mine = rows.where(pos[rows.person] >= 0).renumbered(pos)
    run = Run(len(at), holding.scheme.id, "national", facts=holding.facts(at))
    return holding.scheme.credit(run, holding.co.persons(at), mine, holding.credited.years)
