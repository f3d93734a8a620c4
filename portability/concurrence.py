"""The second pass: benefits that depend on what another state pays (income tests, guarantee
supplements).

An edge s -> x stands where a rule of s reads what x pays; what is read comes first. Two schemes
that read each other's
final amount are circular: unknown, for the persons who have both. A sum in another currency needs
a dated, directed rate
of the case, at most 92 days old on the claim date; a rate is never fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from portability.agreement import AmountRule, Concurrence
from portability.amounts import UNCITED, fraction_of
from portability.batch import Batch, Outcome
from portability.exact import mul_div
from portability.holding import Holding
from portability.routes import paid_to
from portability.tables import minor_digits
from portability.trace import Run, Step

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
A_YEAR = {"month": 12, "week": 52, "fortnight": 26, "year": 1, "once": 0}
RATE_SCALE = 10**8


class Payment:
    """What one scheme pays each person of the batch in the pass that is read: a year, minor
    units."""

    def __init__(self, currency: str, n: int):
        self.currency = currency
        self.a_year = np.zeros(n, np.int64)
        self.unknown = np.zeros(n, np.bool_)


def rules_of(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, Concurrence]]:
    return [
        (o, o.rule.concurrence)
        for o in outcomes
        if o.rule is not None and o.rule.concurrence is not None
    ]


def reads(scheme: str, concurrence: Concurrence, holdings: Mapping[str, Holding]) -> list[str]:
    """Schemes of other countries whose benefit this rule reads."""
    own = holdings[scheme].country
    wanted = concurrence.of
    return [s for s, h in holdings.items() if h.country != own and (wanted == "all" or s in wanted)]


def order(
    found: Mapping[str, list[Outcome]], holdings: Mapping[str, Holding]
) -> tuple[list[str], set[str]]:
    """(schemes with a second pass, what is read first; those that read each other)."""
    edges = {
        scheme: {
            x
            for _, c in rules_of(outcomes)
            if c.reads == "final"
            for x in reads(scheme, c, holdings)
        }
        for scheme, outcomes in found.items()
    }
    waiting = {scheme for scheme, outcomes in found.items() if rules_of(outcomes)}
    ready: list[str] = []
    while waiting:
        free = sorted(s for s in waiting if not edges[s] & (waiting - {s}))
        if not free:
            return ready, waiting
        ready += free
        waiting -= set(free)
    return ready, set()


def apply(
    batch: Batch,
    held: Holding,
    outcomes: list[Outcome],
    paid: Mapping[str, Payment],
    circular: bool,
) -> None:
    """Amounts of this scheme's routes again, with what the others pay."""
    for outcome, concurrence in rules_of(outcomes):
        if outcome.paid is None or outcome.pay_run is None:
            continue
        others = [s for s in reads(held.scheme.id, concurrence, batch.holdings) if s in paid]
        people = held.idx[outcome.sel[outcome.payees]]
        run = outcome.run.child(outcome.payees, stage="amount")
        if circular:
            both = np.zeros(len(people), np.bool_)
            for other in others:
                both |= batch.holdings[other].pos[people] >= 0
            run.lacks(both, "circular", path=" -> ".join([held.scheme.id, *others, held.scheme.id]))
        income = read_income(batch, held, outcome, concurrence, others, paid, people, run)
        if concurrence.kind == "top_up":
            topped_up(held, outcomes[0], outcome, concurrence, income, run)
        else:
            run.income = income
            outcome.pay_run = run
            outcome.paid = paid_to(outcome, held, held.co.persons(outcome.sel), outcome.rule, None)


def read_income(
    batch: Batch,
    held: Holding,
    outcome: Outcome,
    concurrence: Concurrence,
    others: list[str],
    paid: Mapping[str, Payment],
    people: NDArray[np.intp],
    run: Run,
) -> Int:
    """What the others pay a year, in this scheme's currency, each with the share the rule
    counts: int64[k]."""
    total = np.zeros(len(people), np.int64)
    for other in others:
        payment = paid[other]
        a_year, unknown = payment.a_year[people], payment.unknown[people]
        run.lacks(unknown, "other_amount_unknown", scheme=other)
        total += shared(
            held,
            outcome,
            concurrence,
            other,
            exchanged(batch, payment, held, a_year, people, run),
            run,
        )
    return total


def shared(
    held: Holding, outcome: Outcome, concurrence: Concurrence, other: str, amount: Int, run: Run
) -> Int:
    """The share of another scheme's benefit that the income test counts; in full where none is
    named."""
    for share in concurrence.shares:
        if other in share.schemes:
            how = AmountRule(
                "own", share.numerator, share.denominator, share.at_most, cite=concurrence.cite
            )
            at = outcome.payees
            people = held.co.persons(outcome.sel[at])
            num, den = fraction_of(
                held.scheme, run, people, outcome.view.take(at), outcome.qual.take(at), how
            )
            return mul_div(amount, num, den, "half_up")
    return amount


def exchanged(
    batch: Batch, payment: Payment, held: Holding, amount: Int, people: NDArray[np.intp], run: Run
) -> Int:
    """Another currency's minor units in this scheme's, by the case's own rate; unknown where it
    has none."""
    source, target = payment.currency, held.scheme.currency
    if source == target:
        return amount
    rate = batch.co.rates.get((source, target))
    value = np.zeros(len(people), np.int64) if rate is None else rate[people]
    run.lacks(
        (value == 0) & (amount > 0),
        "fx_missing",
        what=f"rate {source} to {target}",
        at_most_days=92,
    )
    up = 10 ** max(minor_digits(target) - minor_digits(source), 0)
    down = 10 ** max(minor_digits(source) - minor_digits(target), 0)
    return mul_div(amount * up, value, RATE_SCALE * down, "half_up")


def topped_up(
    held: Holding,
    national: Outcome,
    outcome: Outcome,
    concurrence: Concurrence,
    income: Int,
    run: Run,
) -> None:
    """Raised to what own law alone would pay, if all benefits together stay below it (ETS 78
    art. 34)."""
    assert outcome.paid is not None and outcome.pay_run is not None
    paid = outcome.paid.amounts
    own, known = national.amount()
    rows = outcome.sel[outcome.payees]
    open_ = national.met[rows]
    run.lacks(open_ & ~known[rows], "other_amount_unknown", scheme=held.scheme.id)
    times = max(A_YEAR[paid.per], 1)
    lacking = np.where(open_, own[rows] * times - paid.v * times - income, 0)
    supplement = np.maximum(lacking, 0) // times
    step = Step(
        "guarantee_supplement",
        f"{held.scheme.currency} cent",
        str(concurrence.cite) or UNCITED,
    )
    run.trace(step, supplement, when=supplement > 0)
    paid.v = paid.v + supplement
    outcome.pay_run.unknown_amount |= run.unknown_amount
    outcome.pay_run.reasons += run.reasons
