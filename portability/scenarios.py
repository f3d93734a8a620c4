"""The same person under other facts, as rows of one cohort: what changes next, and the range of
an estimate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from portability.agreement import Agreement
from portability.cohort import EVIDENCE, STATUS, Cohort, RowSet
from portability.dates import NODATE, add_months, day, first_day, iso, month_of
from portability.determination import money
from portability.registry import country_of
from portability.scheme import Scheme
from portability.totalization import Decision, Result, totalize

Json = dict[str, Any]
ASSUMED = EVIDENCE.index("assumed")
WORK_ON = (6, 12)  # months more that are tried
HORIZON = 240  # months ahead in which the earliest date is looked for
LAST_CLAIM = day("2100-12-01")


@frozen
class Scenario:
    """One change: `months` more worked in `scheme`, `months` waited, or the record of `scheme`
    refunded."""

    change: str
    scheme: str = ""
    months: int = 0


def next_steps(
    co: Cohort, result: Result, schemes: Mapping[str, Scheme], agreements: Sequence[Agreement]
) -> list[Json]:
    """What would change the answer for a cohort of one: waiting, working on, a refund; and the
    earliest dates."""
    waits = [Scenario("wait", months=months) for months in WORK_ON]
    plans = [*waits]
    plans += [Scenario("months_worked", s, months) for s in co.schemes for months in WORK_ON]
    if len({country_of(scheme) for scheme in co.schemes}) > 1:
        plans += [Scenario("refund", scheme) for scheme in co.schemes]
    other = totalize(changed(co, plans), schemes, agreements)
    steps = [*earliest(co, result, schemes, agreements)]
    for i, plan in enumerate(plans):
        working = plan.change == "months_worked"
        same_wait = WORK_ON.index(plan.months) if working else None
        steps += effects(plan, result, other, i, same_wait)
    return steps


def changed(co: Cohort, plans: Sequence[Scenario]) -> Cohort:
    """The person once per scenario, with the scenario's rows and claim date."""
    many = co.take(np.zeros(len(plans), np.intp))
    shift = np.array([plan.months for plan in plans], np.int64)
    many.claim = np.minimum(add_months(many.claim, shift), LAST_CLAIM).astype(np.int32)
    rows = many.rows
    for i, plan in enumerate(plans):
        if plan.change == "refund":
            mine = (rows.person == i) & (rows.scheme == co.schemes.index(plan.scheme))
            rows.status = np.where(mine, STATUS.index("refunded"), rows.status).astype(np.int8)
    more = [worked(co, i, plan) for i, plan in enumerate(plans) if plan.change == "months_worked"]
    many.rows = ordered(joined([rows, *[row for row in more if row is not None]]))
    return many


def worked(co: Cohort, person: int, plan: Scenario) -> RowSet | None:
    """A further line of the scheme, from its end (or the claim) on, earning what the last line
    earned."""
    mine = np.flatnonzero(co.rows.scheme == co.schemes.index(plan.scheme))
    if not len(mine):
        return None
    last = mine[np.argmax(co.rows.end[mine])]
    line = co.rows.where(np.array([last]))
    dated = line.start[0] != NODATE
    months = int(month_of(line.end - 1)[0] - month_of(line.start)[0]) + 1 if dated else 12
    start = int(first_day(month_of(max(int(co.claim[0]), int(line.end[0]) if dated else NODATE))))
    earned = int(line.earnings[0])
    return evolve(
        line,
        person=np.array([person], np.int32),
        start=np.array([start], np.int32),
        end=add_months(np.array([start]), plan.months).astype(np.int32),
        credited=np.array([-1], np.int64),
        earnings=np.array([earned * plan.months // max(months, 1) if earned > 0 else -1], np.int64),
        evidence=np.array([ASSUMED], np.int8),
    )


def joined(parts: Iterable[RowSet]) -> RowSet:
    from portability.cohort import COLUMNS

    found = list(parts)
    return RowSet(*(np.concatenate([getattr(part, name) for part in found]) for name in COLUMNS))


def ordered(rows: RowSet) -> RowSet:
    return rows.where(np.argsort(rows.person, kind="stable"))


def effects(
    plan: Scenario, before: Result, after: Result, person: int, same_wait: int | None
) -> Iterable[Json]:
    """The schemes whose status or amount the change touches.

    Work is measured against waiting just as long (row same_wait), so that its effect is its own.
    """
    for scheme, now in after.decisions.items():
        was = before.decisions[scheme] if same_wait is None else now
        row = int(now.holding.pos[person])
        old_row = int(was.holding.pos[0 if same_wait is None else same_wait])
        if row < 0 or old_row < 0 or (plan.change == "refund" and scheme == plan.scheme):
            continue
        told = difference(was, old_row, now, row)
        if told:
            yield {
                "change": plan.change,
                "where": country_of(plan.scheme) if plan.scheme else None,
                "scheme": plan.scheme or None,
                "amount": plan.months or None,
                "unit": "month" if plan.months else None,
                "affects": scheme,
                **told,
            }


def state(decision: Decision, row: int) -> str:
    return (
        "entitled"
        if decision.entitled[row]
        else "unknown"
        if decision.unknown[row]
        else "not_entitled"
    )


def difference(was: Decision, old_row: int, now: Decision, row: int) -> Json:
    before, after = state(was, old_row), state(now, row)
    if before != after:
        effect = {"entitled": "opens_right", "not_entitled": "loses_right"}.get(
            after, "becomes_unknown"
        )
        return {"effect": effect, "from": before, "to": after, **payment(now, row)}
    if (
        after == "entitled"
        and was.known[old_row]
        and now.known[row]
        and was.amount[old_row] != now.amount[row]
    ):
        higher = now.amount[row] > was.amount[old_row]
        return {"effect": "raises_amount" if higher else "lowers_amount", **payment(now, row)}
    return {}


def payment(decision: Decision, row: int) -> Json:
    if not (decision.entitled[row] and decision.known[row]):
        return {"payable": None}
    outcome = decision.outcomes[int(decision.chosen[row])]
    per = outcome.paid.amounts.per if outcome.paid is not None else "month"
    return {"payable": money(int(decision.amount[row]), decision.holding.scheme.currency, per)}


def earliest(
    co: Cohort, result: Result, schemes: Mapping[str, Scheme], agreements: Sequence[Agreement]
) -> list[Json]:
    """First month of the next twenty years in which a scheme that pays nothing today would pay,
    without more work."""
    closed = [s for s, d in result.decisions.items() if not d.entitled[0] and not d.unknown[0]]
    if not closed or co.event[0] != NODATE:
        return []
    months = min(HORIZON, max(int(month_of(LAST_CLAIM) - month_of(co.claim[0])) - 1, 0))
    if months == 0:
        return []
    ahead = co.take(np.zeros(months, np.intp))
    ahead.claim = first_day(month_of(co.claim[0]) + 1 + np.arange(months)).astype(np.int32)
    later = totalize(ahead, schemes, agreements)
    found = []
    for scheme in closed:
        decision = later.decisions[scheme]
        opens = np.flatnonzero(decision.entitled)
        if len(opens):
            row = int(opens[0])
            found.append(
                {
                    "change": "wait_until",
                    "where": country_of(scheme),
                    "scheme": scheme,
                    "affects": scheme,
                    "date": iso(int(ahead.claim[decision.holding.idx[row]])),
                    "effect": "opens_right",
                    **payment(decision, row),
                }
            )
    return found


def estimate_range(
    co: Cohort, schemes: Mapping[str, Scheme], agreements: Sequence[Agreement]
) -> dict[str, Json]:
    """Low and high of each scheme over the scenarios of assumed lines: none, all, each scheme's
    alone."""
    assumed = sorted({int(s) for s in co.rows.scheme[co.rows.evidence == ASSUMED]})
    if not assumed:
        return {}
    kept: list[NDArray[np.bool_]] = [co.rows.evidence != ASSUMED, np.ones(len(co.rows), np.bool_)]
    kept += [(co.rows.evidence != ASSUMED) | (co.rows.scheme == s) for s in assumed]
    many = co.take(np.zeros(len(kept), np.intp))
    many.rows = many.rows.where(np.concatenate(kept))
    result = totalize(many, schemes, agreements)
    return {scheme: span(decision, len(kept)) for scheme, decision in result.decisions.items()}


def span(decision: Decision, count: int) -> Json:
    """A scheme that a scenario leaves without any record pays nothing there."""
    present = decision.holding.pos[:count] >= 0
    entitled, known = decision.entitled, decision.known
    if (entitled & ~known).any() or decision.unknown.any():
        return {"low": None, "high": None}
    amounts = np.where(entitled, decision.amount, 0)
    if not present.all():
        amounts = np.append(amounts, 0)
    currency = decision.holding.scheme.currency
    per = next((o.paid.amounts.per for o in decision.outcomes if o.paid is not None), "month")
    return {
        "low": money(int(amounts.min()), currency, per),
        "high": money(int(amounts.max()), currency, per),
    }
