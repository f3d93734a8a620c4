"""Members of a family who claim on somebody's record: awards per route, the choice per
claimant, the family's cap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from portability.batch import Outcome
from portability.cohort import BRANCHES, RELATIONS, SURVIVORS, Family
from portability.dates import NODATE
from portability.exact import div, mul_div
from portability.holding import Holding
from portability.scheme import Award
from portability.trace import Recorder, Run, Step

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@define
class ClaimRun(Run):
    """A run over claimants: in a cohort of one each claimant has a trace of his own."""

    recorders: list[Recorder] = field(factory=list)

    @property
    def tracing(self) -> bool:
        return bool(self.recorders)

    def trace(
        self, step: Step, value: Any, /, *, when: Any = None, years: Any = None, **terms: Any
    ) -> None:
        for j, recorder in enumerate(self.recorders):
            if when is None or bool(at(when, j)):
                recorder.record(
                    step,
                    at(value, j),
                    None,
                    {name: at(term, j) for name, term in terms.items()},
                    False,
                )


def at(value: Any, j: int) -> Any:
    """The claimant's entry of a column; a scalar or word stands for all."""
    item = value() if callable(value) else value
    if isinstance(item, str):
        return item
    array = np.asarray(item)
    return array if array.ndim == 0 or array.size == 1 else array[j]


@define
class Offer:
    """What one route offers: the record's parts (int64[m], -1 where the route gives nothing)
    and the awards."""

    outcome: Outcome
    parts: Mapping[str, Int]
    award: Award
    known: Bool


@define
class Claims:
    """The claimants of one scheme's m records.

    chosen  index into offers, -1 none; before and paid int64[b] minor units (before and after the
    family's cap)
    """

    fam: Family
    offers: list[Offer]
    chosen: Int
    before: Int
    paid: Int
    run: ClaimRun


def claims_of(holding: Holding, found: list[Outcome], barred: Bool, trace: bool) -> Claims | None:
    """Award per route, choice per claimant, cap over the family. None: nobody claims, or the
    law gives no award."""
    if holding.co.fam is None or not len(holding.co.fam):
        return None
    if BRANCHES[holding.co.branch] not in holding.scheme.branches:
        found = []  # the law of this branch was not built: nobody on the record has an award
    fam = holding.co.fam
    run = ClaimRun(
        len(fam),
        holding.scheme.id,
        "claimants",
        stage="amount",
        recorders=[Recorder() for _ in range(len(fam))] if trace else [],
    )
    offers = [
        offer
        for outcome in found
        if (offer := offered(holding, fam, outcome, barred, run)) is not None
    ]
    if not offers and holding.co.branch != SURVIVORS:
        return None
    unjudged(holding, fam, run)
    chosen = choose(offers, fam)
    before = np.zeros(len(fam), np.int64)
    for number, offer in enumerate(offers):
        before = np.where(chosen == number, offer.award.v, before)
    paid = before
    if offers:
        paid = holding.scheme.limit(run, holding.co, fam, before, chosen, offers)
    return Claims(fam, offers, chosen, before, paid, run)


def unjudged(holding: Holding, fam: Family, run: ClaimRun) -> None:
    """A relation that the law built here does not know has an unknown right, not none."""
    judged = holding.scheme.relations
    if judged is None:
        return
    run.stage = "right"
    for number, relation in enumerate(RELATIONS):
        if relation not in judged:
            what = f"the claim of a {relation.replace('_', ' ')}"
            run.lacks(fam.relation == number, "rule_unknown", what=what, scheme=holding.scheme.id)
    run.stage = "amount"


def offered(
    holding: Holding, fam: Family, outcome: Outcome, barred: Bool, run: ClaimRun
) -> Offer | None:
    """The awards of one route, laid out over all claimants."""
    if outcome.paid is None or outcome.pay_run is None:
        return None
    rows = outcome.sel[outcome.payees]
    if outcome.route == "national":
        open_ = ~barred[rows]
    else:
        open_ = np.ones(len(rows), np.bool_)
    keep = np.zeros(len(holding.idx), np.bool_)
    keep[rows] = True
    mine = np.flatnonzero(keep[fam.person])
    part_run = ClaimRun(
        len(mine),
        holding.scheme.id,
        outcome.route,
        stage="amount",
        recorders=[run.recorders[j] for j in mine] if run.recorders else [],
    )
    view, qual = outcome.view.take(outcome.payees), outcome.qual.take(outcome.payees)
    made = holding.scheme.award(
        part_run, holding.co.persons(rows), fam.take(keep), outcome.paid.parts, qual, view
    )
    if made is None:
        return None
    record_open = np.zeros(len(holding.idx), np.bool_)
    record_open[rows] = open_
    known = np.zeros(len(holding.idx), np.bool_)
    known[rows] = ~outcome.pay_run.unknown_amount
    award = spread(made, mine, len(fam), record_open[fam.person])
    amount_known = known[fam.person]
    amount_known[mine] &= ~part_run.unknown_amount
    run.absorb(part_run, mine)
    parts = {
        name: laid(value, rows, len(holding.idx)) for name, value in outcome.paid.parts.items()
    }
    return Offer(outcome, parts, award, amount_known)


def laid(value: Int, rows: NDArray[np.intp], m: int) -> Int:
    out = np.full(m, -1, np.int64)
    out[rows] = value
    return out


def spread(made: Award, mine: NDArray[np.intp], b: int, open_: Bool) -> Award:
    met, v, start = np.zeros(b, np.bool_), np.zeros(b, np.int64), np.full(b, NODATE, np.int64)
    met[mine], v[mine], start[mine] = made.met, made.v, made.start
    met &= open_
    return Award(met, np.where(met, v, 0), made.currency, made.per, start)


def choose(offers: list[Offer], fam: Family) -> Int:
    """The claimant's best award; a route used only if needed yields to a national award."""
    chosen = np.full(len(fam), -1, np.int64)
    best = np.full(len(fam), -1, np.int64)
    national = np.zeros(len(fam), np.bool_)
    for number, offer in enumerate(offers):
        better = offer.award.met & (offer.award.v > best)
        if offer.outcome.rule is None:
            national = offer.award.met.copy()
        elif offer.outcome.rule.when == "only_if_needed":
            better &= ~national
        chosen = np.where(better, number, chosen)
        best = np.where(better, offer.award.v, best)
    return chosen


def record(fam: Family, offers: list[Offer], route: Int, part: str) -> Int:
    """The part of the record each claimant draws on (int64[b], 0 where he draws on none)."""
    out = np.zeros(len(fam), np.int64)
    for number, offer in enumerate(offers):
        out = np.where(route == number, offer.parts[part][fam.person], out)
    return out


def fit(fam: Family, amounts: Int, maximum: Int, step: int = 1) -> Int:
    """Claimants cut in one proportion so that their sum stays within maximum[m], rounded down
    to `step`."""
    total = fam.total(amounts)
    over = (total > maximum)[fam.person]
    most, whole = maximum[fam.person], np.maximum(total[fam.person], 1)
    cut = div(mul_div(amounts, np.where(over, most, 1), np.where(over, whole, 1)), step) * step
    return np.where(over, cut, amounts)
