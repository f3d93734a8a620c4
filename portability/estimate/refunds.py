"""Contributions given back: the sum, until when, and what the refund takes away elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from portability import told
from portability.agreement import Agreement
from portability.cohort import BRANCHES, STATUS, Cohort
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
REFUND, REFUNDED = BRANCHES.index("refund"), STATUS.index("refunded")


def add(
    sheet: Sheet,
    co: Cohort,
    result: Result,
    schemes: dict[str, Scheme],
    agreements: Sequence[Agreement],
) -> None:
    """What each scheme that gives contributions back would pay instead, and what that would cost:
    the members concerned run again in the branch refund, then with the record given back."""
    giving = [s for s in co.schemes if "refund" in schemes[s].branches]
    if not giving or BRANCHES[co.branch] != "old_age":
        return
    numbers = [co.schemes.index(s) for s in giving]
    who = np.unique(co.rows.person[np.isin(co.rows.scheme, numbers)]).astype(np.intp)
    again = co.take(who)
    again.branch = REFUND
    paid = totalize(again, schemes, agreements, only=giving)
    due = {scheme: due_to(paid.decisions[scheme], len(who)) for scheme in giving}
    taken = given_back(co, who, due, result, schemes, agreements)
    for scheme in giving:
        add_rows(sheet, paid, scheme, who, result, taken[scheme])


def due_to(decision: Decision, n: int) -> Bool:
    """Who of n persons has the right."""
    out = np.zeros(n, np.bool_)
    out[decision.holding.idx[decision.entitled]] = True
    return out


def given_back(
    co: Cohort,
    who: Index,
    due: dict[str, Bool],
    before: Result,
    schemes: dict[str, Scheme],
    agreements: Sequence[Agreement],
) -> dict[str, list[Marked]]:
    """Which other schemes refuse, or pay less, once the record of a scheme is refunded, by that
    scheme: bool over the members `who` each. Whoever has a refund due and a record elsewhere runs
    once more per such refund, all in one cohort."""
    numbers = {scheme: co.schemes.index(scheme) for scheme in due}
    rows = {
        scheme: np.flatnonzero(due[scheme] & elsewhere(co, numbers[scheme])[who]) for scheme in due
    }
    people = np.concatenate([who[at] for at in rows.values()])
    found: dict[str, list[Marked]] = {scheme: [] for scheme in due}
    if not len(people):
        return found
    less = co.take(people)
    refunded = np.repeat([*numbers.values()], [len(at) for at in rows.values()])
    mine = less.rows.scheme == refunded[less.rows.person]
    less.rows = evolve(less.rows, status=np.where(mine, REFUNDED, less.rows.status).astype(np.int8))
    after, start = totalize(less, schemes, agreements), 0
    for scheme, at in rows.items():
        block = slice(start, start + len(at))
        for word, here in losses(before, after, who[at], block, scheme):
            wide = np.zeros(len(who), np.bool_)
            wide[at] = here
            found[scheme].append((word, wide))
        start += len(at)
    return found


def elsewhere(co: Cohort, number: int) -> Bool:
    """Who has a line in another scheme than this one: bool[n]."""
    out = np.zeros(len(co), np.bool_)
    out[co.rows.person[co.rows.scheme != number]] = True
    return out


def add_rows(
    sheet: Sheet, paid: Result, scheme: str, who: Index, result: Result, losses: list[Marked]
) -> None:
    """Rows of one scheme's refund for the members `who` of the batch: the sum, until when it can be
    asked for, how many months of the pension it equals, what it takes away (bool over `who`)."""
    decision = paid.decisions[scheme]
    best = told.telling(decision)
    state = told.statuses(decision, best)
    lost = joined(sheet, "loses", losses, len(who)) if losses else np.full(len(who), -1, np.int64)
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


def losses(before: Result, after: Result, who: Index, block: slice, scheme: str) -> list[Marked]:
    """What refunding `scheme` changes in the others, for the members `who` (rows of `before`, and
    the persons `block` of `after` in their order): bool[len(who)] each."""
    found: list[Marked] = []
    for other, now in after.decisions.items():
        was = before.decisions[other]
        old, new = was.holding.pos[who], now.holding.pos[block]
        both = (old >= 0) & (new >= 0)
        if other == scheme or not both.any():
            continue
        entitled = both & was.entitled[old]
        still = entitled & now.entitled[new]
        less = still & was.known[old] & now.known[new] & (now.amount[new] < was.amount[old])
        found += [
            (f"{other}: the right", entitled & ~now.entitled[new] & ~now.unknown[new]),
            (f"{other}: part of the amount", less),
        ]
    return found
