"""One agreement over a batch: who has a right under its rules, and what is paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from portability.agreement import Absent, Agreement, Rule
from portability.amounts import Paid, pay, rule_cite
from portability.batch import Batch, Outcome
from portability.cohort import Cohort
from portability.conditions import in_scope, note_nationality, partner_record, rule_mask
from portability.counting import counted, counts_something, with_third_states
from portability.coverage import longest_run
from portability.exact import Overflow, rows_of
from portability.holding import Holding
from portability.lengths import fixed
from portability.overlap import displaced_voluntary
from portability.scheme import Qualification
from portability.short_periods import ShortPeriods
from portability.trace import Run, Step
from portability.units import PER_YEAR
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


def outcomes(batch: Batch, agreement: Agreement, holding: Holding) -> Iterable[Outcome]:
    """Everything one scheme gives under one agreement; each person is taken by the first rule
    that fits."""
    rules = agreement.rules_for(holding.scheme.id, holding.country, batch.branch)
    if not rules:
        return
    bound = batch.bound(agreement, holding.country)[holding.idx]
    free = bound & partner_record(batch, agreement, holding)
    if not free.any():
        return
    short = ShortPeriods.of(batch, agreement, partial(able, batch, agreement))
    for rule in rules:
        mask = free & rule_mask(batch, agreement, holding, rule)
        if rule.when != "always":
            mask &= counts_something(batch, agreement, holding, rule)
        sel = np.flatnonzero(mask)
        if len(sel):
            free = free & ~mask
            yield under_rule(batch, agreement, holding, rule, sel, short)


def under_rule(
    batch: Batch,
    agreement: Agreement,
    holding: Holding,
    rule: Rule,
    sel: Index,
    short: ShortPeriods,
) -> Outcome:
    """The rule applied to the persons sel: count, qualify, gates, pay."""
    scheme, co = holding.scheme, holding.co.persons(sel)
    run = holding.new_run(agreement.id, sel, batch.trace)
    note_nationality(batch, agreement, holding, rule, sel, run)
    unsure: list[tuple[Bool, dict[str, str]]] = []
    view = counted(batch, agreement, holding, rule, sel, run, unsure)
    short.absorb(view, holding, sel)
    scope = in_scope(agreement, holding, co)
    run.basis, run.terms = "theoretical", rule.with_
    qual = scheme.qualify(run, co, view)
    for mask, detail in unsure:
        needless = qual.met if rests_on_own_time(rule) else qual.met & False
        run.lacks(mask & ~needless, "rule_unknown", **detail)
    qual, view = with_third_states(batch, agreement, holding, rule, sel, run, co, qual, view)
    if any(part.as_needed for part in view.parts):
        before = view.foreign()
        view.limit_to_need(qual.required)
        qual.counted = qual.counted - (before - view.foreign())
    certified(run, qual, "theoretical_amount")
    met = qual.met & ~run.unknown_right & scope
    refused: dict[str, Bool] = {"outside_personal_scope": qual.met & ~scope}
    met = gates(batch, holding, rule, sel, run, co, view, qual, met, refused)
    whole, met = short.settle(holding, rule, sel, run, met, refused)
    doubts = [] if rests_on_own_time(rule) else short.doubts(view, holding, sel)
    displaced = displaced_voluntary(batch, agreement, holding)[sel]
    record_periods(run, scheme.unit, rule, view, qual)
    out = Outcome(agreement.id, rule, sel, qual, view, met, run, method_of(rule), refused=refused)
    settle_amount(out, holding, co, rule, whole, doubts, displaced)
    return out


def able(batch: Batch, agreement: Agreement, holding: Holding, persons: Bool) -> Bool:
    """Of these persons of the batch, whom the law of this scheme gives a right on all periods, or
    may give one: bool over the holding."""
    free = persons[holding.idx] & batch.bound(agreement, holding.country)[holding.idx]
    out = np.zeros(len(free), np.bool_)
    for rule in agreement.rules_for(holding.scheme.id, holding.country, batch.branch):
        sel = np.flatnonzero(free & rule_mask(batch, agreement, holding, rule))
        if not len(sel):
            continue
        run = holding.new_run(agreement.id, sel)
        view = counted(batch, agreement, holding, rule, sel, run, [])
        run.basis, run.terms = "theoretical", rule.with_
        qual = holding.scheme.qualify(run, holding.co.persons(sel), view)
        certified(run, qual, "theoretical_amount")
        out[sel] = qual.met | run.unknown_right
        free[sel] = False
    return out


def settle_amount(
    out: Outcome,
    holding: Holding,
    co: Cohort,
    rule: Rule | None,
    whole: Bool | None = None,
    doubts: Sequence[tuple[Bool, str]] = (),
    displaced: Bool | None = None,
) -> None:
    """Amounts for those who have the right, and only for them (gate before amount); doubts: for
    whom it is open whether a state with short periods is freed; displaced: whose voluntary time
    gives way to another state's.

    A sum above 64 bits makes that person's amount unknown and leaves everybody else's alone.
    """
    possible = out.met.copy()
    while possible.any():
        out.payees = np.flatnonzero(possible)
        out.pay_run = out.run.child(out.payees, stage="amount")
        for mask, country in doubts:
            note = {"what": country, "cite": minimum_cite(rule)}
            out.pay_run.note(mask[out.payees], "presumed_no_right", **note)
        try:
            out.paid = paid_to(out, holding, co, rule, whole, displaced)
            return
        except Overflow as error:
            lost = np.zeros(out.run.n, np.bool_)
            lost[out.payees[rows_of(error, len(out.payees))]] = True
            out.run.stage = "amount"
            out.run.lacks(lost, "overflow")
            possible &= ~lost
    out.payees = np.zeros(0, np.intp)


def paid_to(
    out: Outcome,
    holding: Holding,
    co: Cohort,
    rule: Rule | None,
    whole: Bool | None,
    displaced: Bool | None = None,
) -> Paid:
    at, view, qual, run = out.payees, out.view.for_amount(), out.qual, out.pay_run
    assert run is not None
    if len(at) < out.run.n:
        co, view, qual = co.persons(at), view.take(at), qual.take(at)
    masks = [mask if mask is None else mask[at] for mask in (whole, displaced)]
    return pay(holding.scheme, run, co, view, qual, rule, *masks)


def minimum_cite(rule: Rule | None) -> str:
    """Where the agreement says what becomes of short periods."""
    if rule is None:
        return ""
    below = rule.below_minimum
    return str(below.cite if below is not None else rule.cite)


def method_of(rule: Rule) -> str:
    """Name of the method in the field's words."""
    first = next(iter(rule.amount.values()), None)
    if first is None or first.basis == "unknown":
        return "unknown"
    if first.numerator is None:
        return "direct"
    return {"theoretical": "theoretical_pro_rata", "minimum": "minimum_period_fraction"}.get(
        first.basis, "fraction"
    )


def certified(run: Run, qual: Qualification, step: str) -> None:
    """An institution that certifies an amount has found the right: nothing before it is asked
    again."""
    fact = run.facts.get(step)
    if fact is None:
        return
    given = fact != -(2**63)
    qual.met = qual.met | given
    qual.rank = np.where(given, np.maximum(qual.rank, 1), qual.rank)
    run.unknown_right = run.unknown_right & ~given


def gates(
    batch: Batch,
    holding: Holding,
    rule: Rule,
    sel: Index,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    met: Bool,
    refused: dict[str, Bool],
) -> Bool:
    """`when` and `own_minimum`: who is met but not served, with the reason."""
    if rule.when == "only_if_needed":
        national = batch.national(holding)
        enough = national.met[sel] & (qual.rank <= national.qual.rank[sel])
        if rule.below_minimum is not None:  # 883/2004 art. 52(4)(iii)
            enough &= ~view_absorbs(view)
        refused["not_needed"] = met & enough
        met = met & ~enough
        unsure = national.run.unknown_right[sel] & met
        run.lacks(unsure, "national_right_unknown", cite=str(rule.cite))
        met = met & ~unsure
    if rule.minimum_said is not None and rule.minimum_said.word is Absent.UNKNOWN:
        run.stage = "right"
        cite = rule.minimum_said.cite.article or str(rule.cite)
        run.lacks(met, "rule_unknown", what="own_minimum", cite=cite)
        met = np.zeros_like(met)
    if rule.own_minimum is not None:
        run.stage = "right"
        least = fixed(*rule.own_minimum, holding.scheme, run)
        below = view.own.total() < least
        refused["own_minimum"] = met & below
        met = met & ~below
    if rule.continuous is not None:
        run.stage = "right"
        months = to_months(*rule.continuous)
        broken = longest_run(view.own) < months
        undated = met & broken & (view.own.undated > 0)
        run.lacks(undated, "period_dates_missing", cite=str(rule.cite))
        refused["own_minimum_continuous"] = met & broken
        met = met & ~broken
    if rule.bars == "national":  # 883/2004 art. 44(2): another state pays alone, this one nothing
        refused["another_state_pays"] = met
        met = np.zeros_like(met)
    return met


def view_absorbs(view: View) -> Bool:
    """Who takes over periods of a state below its minimum."""
    out = np.zeros(len(view), np.bool_)
    for part in view.parts:
        out[part.at] |= part.absorbed & (part.total() > 0)
    return out


def to_months(unit: str, n: int) -> int:
    """A length in calendar months, a part of one rounded up."""
    return -(-n * 12 // PER_YEAR[unit])


def record_periods(run: Run, unit: str, rule: Rule, view: View, qual: Qualification) -> None:
    """The counted periods as a step of their own, per foreign scheme."""
    if not run.tracing:
        return
    cite, url = rule_cite(rule), rule.cite.url
    parts = {f"from {part.scheme}": part.total() for part in view.parts}
    step = Step(
        "counted_periods",
        unit,
        cite,
        url,
        own=unit,
        required=unit,
        **dict.fromkeys(parts, unit),
    )
    run.record(
        step,
        qual.counted,
        None,
        {"own": view.own.total(), **parts, "required": qual.required},
        False,
    )


def rests_on_own_time(rule: Rule) -> bool:
    """No component asks for foreign time: whoever has the right without it needs no conversion."""
    terms = [term for how in rule.amount.values() for term in (how.numerator, how.denominator)]
    foreign = {"foreign", "counted", "complement"}
    return all(how.basis == "own" for how in rule.amount.values()) and not any(
        term is not None and term.kind in foreign for term in terms
    )
