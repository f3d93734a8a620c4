"""The engine: national law first, then every agreement in force, then the choice between what
they give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from portability import concurrence
from portability.agreement import Agreement
from portability.batch import Batch, Outcome
from portability.claimants import Claims, claims_of
from portability.cohort import WISHES, Cohort
from portability.holding import Holding, holdings
from portability.routes import certified, outcomes, settle_amount
from portability.scheme import Scheme
from portability.trace import Step
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
NATIONAL, TOTALIZED = WISHES.index("national"), WISHES.index("totalized")


@define
class Decision:
    """One scheme's result for its m persons.

    outcomes  national first, then one per agreement rule that took somebody
    chosen    int64[m]: index into outcomes, -1 nobody pays; amount int64[m] minor units; known
    bool[m]
    entitled  bool[m]; unknown bool[m]: the right itself is unknown; at_least int64[m], -1 none
    """

    holding: Holding
    outcomes: list[Outcome]
    chosen: Int
    amount: Int
    known: Bool
    entitled: Bool
    unknown: Bool
    at_least: Int
    barred: Bool = field(factory=lambda: np.zeros(0, np.bool_))
    claims: Claims | None = None

    def place(self, outcome: int, row: int) -> int:
        """Position of a holding row in an outcome's sel, or -1."""
        at = np.flatnonzero(self.outcomes[outcome].sel == row)
        return int(at[0]) if len(at) else -1


@define
class Result:
    """Everything determined for a cohort of one branch."""

    co: Cohort
    batch: Batch
    decisions: dict[str, Decision]


def totalize(
    co: Cohort,
    schemes: Mapping[str, Scheme],
    agreements: Sequence[Agreement],
    trace: bool = False,
    only: Collection[str] | None = None,
) -> Result:
    """National right and amount, every route, choice. `trace` is for a cohort of one; `only`: the
    schemes whose answer is asked for (all), the others are looked at as far as these read them."""
    batch = Batch(co, holdings(co, dict(schemes)), agreements, national, trace)
    asked = [held for scheme, held in batch.holdings.items() if only is None or scheme in only]
    found = {held.scheme.id: routes(batch, held) for held in asked}
    if len(asked) < len(batch.holdings) and any(map(concurrence.rules_of, found.values())):
        return totalize(co, schemes, agreements, trace)
    decisions = {held.scheme.id: decide(batch, held, found[held.scheme.id]) for held in asked}
    second_pass(batch, found, decisions)
    return Result(co, batch, decisions)


def routes(batch: Batch, held: Holding) -> list[Outcome]:
    """What a scheme gives: under national law first, then under every agreement."""
    found = [batch.national(held)]
    for agreement in batch.agreements:
        if held.country in agreement.countries() or agreement.any_party:
            found += outcomes(batch, agreement, held)
    return found


def second_pass(
    batch: Batch, found: dict[str, list[Outcome]], decisions: dict[str, Decision]
) -> None:
    """Benefits that read what others pay, what is read first; decided again with it."""
    ready, circular = concurrence.order(found, batch.holdings)
    for scheme in [*ready, *sorted(circular)]:
        paid = {s: payments(batch, decision) for s, decision in decisions.items() if s != scheme}
        held = batch.holdings[scheme]
        concurrence.apply(batch, held, found[scheme], paid, scheme in circular)
        decisions[scheme] = decide(batch, held, found[scheme])


def payments(batch: Batch, decision: Decision) -> concurrence.Payment:
    """What a decision pays each person a year; unknown where right or amount is."""
    held = decision.holding
    made = concurrence.Payment(held.scheme.currency, len(batch.co))
    for number, outcome in enumerate(decision.outcomes):
        times = concurrence.A_YEAR[outcome.paid.amounts.per] if outcome.paid is not None else 0
        rows = np.flatnonzero(decision.chosen == number)
        made.a_year[held.idx[rows]] = decision.amount[rows] * times
    made.unknown[held.idx] = decision.unknown | (decision.entitled & ~decision.known)
    return made


def national(batch: Batch, held: Holding) -> Outcome:
    """The right and the amount under national law alone."""
    scheme, m = held.scheme, len(held.idx)
    run = held.new_run("national", trace=batch.trace)
    view = View(held.credited)
    supported = batch.branch in scheme.branches
    run.lacks(
        np.full(m, not supported), "rule_unknown", what=f"branch {batch.branch}", scheme=scheme.id
    )
    qual = scheme.qualify(run, held.co, view)
    certified(run, qual, "independent_amount")
    met = qual.met & ~run.unknown_right
    if run.tracing:
        step = Step(
            "counted_periods",
            scheme.unit,
            "the insurance record, as certified",
            required=scheme.unit,
        )
        run.record(step, qual.counted, None, {"required": qual.required}, False)
    out = Outcome("national", None, np.arange(m), qual, view, met, run, "national")
    settle_amount(out, held, held.co, None)
    return out


def decide(batch: Batch, held: Holding, found: list[Outcome]) -> Decision:
    """The choice between the national right and the routes, person by person, ties to the
    earlier route."""
    m = len(held.idx)
    made = Decision(
        held,
        found,
        np.full(m, -1, np.int64),
        np.zeros(m, np.int64),
        np.zeros(m, np.bool_),
        np.zeros(m, np.bool_),
        np.zeros(m, np.bool_),
        np.full(m, -1, np.int64),
    )
    made.barred = barred(found, m)
    for number, outcome in enumerate(found):
        take(batch, made, number, outcome)
    made.unknown &= ~made.entitled
    hidden = better_unknown(made)
    made.known &= ~hidden
    made.claims = claims_of(held, found, made.barred, batch.trace)
    return made


def barred(found: list[Outcome], m: int) -> Bool:
    """Persons whose rule shuts the national route of this scheme."""
    out = np.zeros(m, np.bool_)
    for outcome in found:
        if outcome.rule is not None and outcome.rule.bars == "national":
            out[outcome.sel] = True
    return out


def take(batch: Batch, made: Decision, number: int, outcome: Outcome) -> None:
    """Compare one outcome with the best so far."""
    sel = outcome.sel
    value, known = outcome.amount()
    met = outcome.met & ~shut(made, outcome)
    made.unknown[sel] |= outcome.run.unknown_right
    order, tie = choice_of(batch, outcome)
    wish = made.holding.co.wish[sel]
    present = made.entitled[sel]
    higher = value > made.amount[sel]
    equal = (value == made.amount[sel]) & (tie == "totalized")
    better = {
        "highest": higher | equal,
        "totalized": np.ones(len(sel), np.bool_),
        "first": np.zeros(len(sel), np.bool_),
        "applicant": np.where(
            wish == TOTALIZED, True, np.where(wish == NATIONAL, False, higher | equal)
        ),
    }[order]
    clear = np.where(known, ~made.known[sel], False) & (order != "first")
    both = known & made.known[sel]
    replaces = met & (~present | clear | np.where(both, better, order == "totalized"))
    floor = np.maximum(made.at_least[sel], np.where(met & known, value, -1))
    made.at_least[sel] = floor
    rows = sel[replaces]
    made.chosen[rows] = number
    made.amount[rows] = value[replaces]
    made.known[rows] = known[replaces]
    made.entitled[rows] = True


def shut(made: Decision, outcome: Outcome) -> Bool:
    """Persons for whom a rule has closed this route."""
    if outcome.route != "national":
        return np.zeros(len(outcome.sel), np.bool_)
    return made.barred[outcome.sel]


def choice_of(batch: Batch, outcome: Outcome) -> tuple[str, str]:
    if outcome.rule is None:
        return "first", "national"
    if outcome.rule.choose is not None:
        return outcome.rule.choose.order, outcome.rule.choose.tie
    agreement = next(a for a in batch.agreements if a.id == outcome.route)
    return agreement.choose.order, agreement.choose.tie


def better_unknown(made: Decision) -> Bool:
    """Persons for whom another route they have a right to has an amount nobody knows: the sum
    is only a floor."""
    out = np.zeros(len(made.chosen), np.bool_)
    for number, outcome in enumerate(made.outcomes):
        _, known = outcome.amount()
        open_ = outcome.met & ~known & ~shut(made, outcome)
        other = made.chosen[outcome.sel] != number
        decided = chosen_outright(made, outcome.sel)
        out[outcome.sel] |= open_ & other & ~decided
    return out


def chosen_outright(made: Decision, sel: NDArray[np.intp]) -> Bool:
    """Persons whose rule pays the totalized benefit whatever the national one is."""
    out = np.zeros(len(made.chosen), np.bool_)
    for number, outcome in enumerate(made.outcomes):
        if (
            outcome.rule is not None
            and outcome.rule.choose is not None
            and outcome.rule.choose.order == "totalized"
        ):
            out |= made.chosen == number
    return out[sel]
