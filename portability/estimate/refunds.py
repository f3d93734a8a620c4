"""Contributions given back: the sum, until when, and what the refund takes away elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from portability import told
from portability.agreement import Agreement
from portability.cohort import BRANCHES, Cohort
from portability.concurrence import A_YEAR
from portability.dates import NODATE, first_day, month_of
from portability.estimate.lines import Marked, alone, joined, row_of
from portability.estimate.sheet import NULL, Sheet
from portability.exact import mul_div
from portability.scheme import Scheme
from portability.totalization import Decision, Result, totalize

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]
REFUND = BRANCHES.index("refund")


@frozen
class Refunds:
    """The branch refund of a batch.

    who      members with a record in a scheme that gives contributions back
    paid     their refunds: person i is member who[i]
    at_cost  scheme -> members to whom its refund is due and who have a record elsewhere
    """

    who: Index
    paid: Result
    at_cost: Mapping[str, Index]


def asked(
    co: Cohort, schemes: Mapping[str, Scheme], agreements: Sequence[Agreement]
) -> Refunds | None:
    """Those concerned run in the branch refund; None where no scheme gives contributions back."""
    giving = [s for s in co.schemes if "refund" in schemes[s].branches]
    if not giving or BRANCHES[co.branch] != "old_age":
        return None
    numbers = [co.schemes.index(s) for s in giving]
    who = np.unique(co.rows.person[np.isin(co.rows.scheme, numbers)]).astype(np.intp)
    again = co.take(who)
    again.branch = REFUND
    paid = totalize(again, schemes, agreements, only=giving)
    at_cost = {}
    for scheme, number in zip(giving, numbers, strict=True):
        due = due_to(paid.decisions[scheme], len(who))
        at_cost[scheme] = who[due & elsewhere(co, number)[who]]
    return Refunds(who, paid, at_cost)


def due_to(decision: Decision, n: int) -> Bool:
    """Who of n persons has the right."""
    out = np.zeros(n, np.bool_)
    out[decision.holding.idx[decision.entitled]] = True
    return out


def elsewhere(co: Cohort, number: int) -> Bool:
    """Who has a line in another scheme than this one: bool[n]."""
    out = np.zeros(len(co), np.bool_)
    out[co.rows.person[co.rows.scheme != number]] = True
    return out


def add(
    sheet: Sheet, refunds: Refunds, scheme: str, result: Result, after: slice | None = None
) -> None:
    """Rows of one scheme's refund: the sum, until when it can be asked for, how many months of the
    pension it equals, what it takes away.

    result  the members of the batch, and in the rows `after` those of at_cost[scheme] once more,
            their record in the scheme given back; None where there is nobody
    """
    who, paid = refunds.who, refunds.paid
    lost = np.full(len(who), -1, np.int64)
    if after is not None:
        at_cost = refunds.at_cost[scheme]
        found = losses(result, at_cost, after, scheme)
        lost[np.searchsorted(who, at_cost)] = joined(sheet, "loses", found, len(at_cost))
    decision = paid.decisions[scheme]
    best = told.telling(decision)
    state = told.statuses(decision, best)
    for number, outcome in enumerate(decision.outcomes):
        sel = outcome.sel
        mine = best[sel] == number
        status = np.where(mine, state[sel], alone(decision, outcome))
        cells = row_of(sheet, decision, outcome, len(sel), mine, status)
        member = who[decision.holding.idx[sel]]
        due = mine & (status == told.ENTITLED)
        cells |= {
            "benefit": "refund",
            "low": cells["likely"],
            "high": cells["likely"],
            "deadline": np.where(due, deadline(decision, sel), NODATE),
            "equals_months": equal(cells["likely"], result.decisions[scheme], member),
            "loses": np.where(due, lost[decision.holding.idx[sel]], -1),
        }
        kept = np.flatnonzero(mine)
        sheet.add(
            member[kept],
            decision.holding.scheme.currency,
            **{k: v[kept] if isinstance(v, np.ndarray) else v for k, v in cells.items()},
        )


def deadline(decision: Decision, rows: Index) -> Int:
    """Last day on which the refund can be asked for, NODATE where the scheme's file names none:
    months after the end of the record."""
    rule = decision.holding.scheme.source.text.get("refund_claim")
    if not rule:
        return np.full(len(rows), NODATE, np.int64)
    lines = decision.holding.rows
    last = np.full(len(decision.chosen), NODATE, np.int64)
    np.maximum.at(last, lines.person, lines.end.astype(np.int64))
    at = last[rows]
    dated = at != NODATE
    months = month_of(np.where(dated, at - 1, 0)) + 1 + int(rule["months"])
    return np.where(dated, first_day(months), NODATE)


def equal(sums: Int, decision: Decision, member: Index) -> Int:
    """Months of the scheme's own pension that equal the refund, rounded up; NULL where either is
    not known or nothing is paid."""
    row = decision.holding.pos[member]
    yearly = np.zeros(len(member), np.int64)
    for number, outcome in enumerate(decision.outcomes):
        if outcome.paid is not None:
            times = A_YEAR[outcome.paid.amounts.per]
            here = (decision.chosen[row] == number) & decision.known[row]
            yearly = np.where(here, decision.amount[row] * times, yearly)
    both = (sums != NULL) & (yearly > 0)
    months = mul_div(np.where(both, sums, 0), 12, np.where(both, yearly, 1), "up")
    return np.where(both, months, NULL)


def losses(result: Result, who: Index, after: slice, scheme: str) -> list[Marked]:
    """Which other schemes refuse, or pay less, once the record of `scheme` is given back, for the
    members `who` (rows `after` once it is): bool[len(who)] each."""
    found: list[Marked] = []
    for other, decision in result.decisions.items():
        pos = decision.holding.pos
        old, new = pos[who], pos[after]
        both = (old >= 0) & (new >= 0)
        if other == scheme or not both.any():
            continue
        entitled = both & decision.entitled[old]
        still = entitled & decision.entitled[new]
        known = decision.known[old] & decision.known[new]
        found += [
            (f"{other}: the right", entitled & ~decision.entitled[new] & ~decision.unknown[new]),
            (
                f"{other}: part of the amount",
                still & known & (decision.amount[new] < decision.amount[old]),
            ),
        ]
    return found
