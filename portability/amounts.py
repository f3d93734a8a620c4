"""From periods to a benefit: accrue, share, payable; the terms, caps and floors an agreement
orders."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from portability.agreement import AmountRule, Condition, Floor, Rule
from portability.cohort import BRANCHES, Cohort
from portability.exact import mul_div
from portability.lengths import fixed, scheme_term, stepped, term
from portability.scheme import Amounts, Qualification, Quantity, Scheme
from portability.trace import NOFACT, Run, Step
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Pair = tuple[Int, Int]
UNCITED = "no article given"
DIRECT = AmountRule("own")
CERTIFIED = {"national": "independent_amount"}
DISPLACED = "displaced_amount"  # engine step: what displaced voluntary time gives, certified


@define
class Paid:
    """What one route pays k persons. theoretical: minor units before the fraction, or None
    where points are shared."""

    amounts: Amounts
    parts: dict[str, Int]
    fraction: Pair | None
    theoretical: Int | None
    shared: Int | None
    base: Mapping[str, Int]


def pay(
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    rule: Rule | None,
    whole: Bool | None = None,
    displaced: Bool | None = None,
) -> Paid:
    """accrue -> floor -> share -> floor -> payable for k persons; `whole`: paid without the
    fraction; `displaced`: whose voluntary time is valued beside it."""
    run.stage = "amount"
    view.required = qual.required
    certified = run.facts.get(CERTIFIED.get(run.route, "theoretical_amount"))
    if certified is None or not shares_known(scheme, rule):
        given = np.zeros(run.n, np.bool_)
    else:
        given = certified != NOFACT
    recorder = run.trace_to
    run.trace_to = None if given.all() else recorder  # nothing before a certified sum is computed
    with run.only(~given):
        made = by_law(scheme, run, co, view, qual, rule, whole)
    run.trace_to = recorder
    if certified is not None and given.any():
        sums = np.where(given, certified, 0)
        made = as_certified(scheme, run, co, view, qual, rule, made, sums, given, whole)
    return made if displaced is None else with_displaced(scheme, run, made, rule, displaced)


def shares_known(scheme: Scheme, rule: Rule | None) -> bool:
    """A sum certified before the share pays nothing where nobody knows what is shared, or how."""
    return rule is None or all(rule.amount_of(c).basis != "unknown" for c in scheme.components)


def with_displaced(
    scheme: Scheme, run: Run, made: Paid, rule: Rule | None, displaced: Bool
) -> Paid:
    """987/2009 art. 43(2): voluntary time that a compulsory period abroad displaces is valued alone
    and added. What it gives is the institution's to say: needed as a fact, else unknown."""
    how = DIRECT if rule is None else rule.amount_of(scheme.components[0])
    if how.plus != "displaced" or not displaced.any():
        return made
    step = Step(DISPLACED, f"{scheme.currency} cent", cite_of(how, rule), url_of(how, rule))
    value, _ = run.fact(step, need=displaced)
    made.amounts.v = made.amounts.v + np.where(displaced, value, 0)
    return made


def by_law(
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    rule: Rule | None,
    whole: Bool | None,
) -> Paid:
    parts: dict[str, Int] = {}
    base: dict[str, Int] = {}
    fraction: Pair | None = None
    nothing = np.zeros(run.n, np.int64)
    unshared: Int | None = nothing
    if BRANCHES[co.branch] not in scheme.branches:  # only what was certified can be paid
        parts = dict.fromkeys(scheme.components, nothing)
        return Paid(Amounts(nothing, scheme.currency, "month"), parts, None, None, None, parts)
    for component in scheme.components:
        how = DIRECT if rule is None else rule.amount_of(component)
        if how.basis == "unknown":
            run.lacks(
                np.ones(run.n, np.bool_),
                "rule_unknown",
                what="amount",
                rule=run.route,
                cite=str(how.cite or (rule.cite if rule else "")),
            )
            parts[component] = np.zeros(run.n, np.int64)
            continue
        run.basis, run.terms = how.basis, {} if rule is None else rule.with_
        q = scheme.accrue(run, co, view, qual, component, how.basis)
        refuse_basis(scheme, run, view, component, how, rule)
        q = floored(scheme, run, co, view, q, rule, "before")
        base[component] = q.v
        money = q.unit.endswith(" cent")
        unshared = unshared + q.v if money and unshared is not None else None
        shared, pair = shared_part(scheme, run, co, view, qual, q, how, rule, whole)
        fraction = pair if pair is not None else fraction
        parts[component] = limited_to_own(
            scheme, run, co, view, qual, component, how, shared, q.unit
        )
    amounts = scheme.payable(run, co, parts, view, qual)
    if fraction is None or unshared is None:
        return Paid(amounts, parts, fraction, None, None, base)
    total = sum(parts.values(), np.zeros(run.n, np.int64))
    return Paid(amounts, parts, fraction, unshared, total, base)


def refuse_basis(
    scheme: Scheme, run: Run, view: View, component: str, how: AmountRule, rule: Rule | None
) -> None:
    """Unknown where the text asks for the pension of other periods than the own ones, and the
    scheme cannot say what they would give."""
    if scheme.made_of(component, how.basis):
        return
    run.lacks(
        view.units(how.basis) != view.units("own"),
        "rule_unknown",
        what=f"{how.basis} amount",
        scheme=scheme.id,
        cite=cite_of(how, rule),
    )


def shared_part(
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    q: Quantity,
    how: AmountRule,
    rule: Rule | None,
    whole: Bool | None,
) -> tuple[Int, Pair | None]:
    if how.numerator is None or how.denominator is None:
        return q.v, None
    num, den = fraction_of(scheme, run, co, view, qual, how)
    if whole is not None:
        num = np.where(whole, den, num)
    shared = scheme.share(run, co, q, num, den)
    trace_fraction(scheme, run, how, rule, num, den)
    run.trace(
        Step("pro_rata_amount", q.unit, cite_of(how, rule), url_of(how, rule), theoretical=q.unit),
        shared,
        theoretical=q.v,
    )
    after = floored(scheme, run, co, view, Quantity(shared, q.unit), rule, "after")
    return after.v, (num, den)


def trace_fraction(
    scheme: Scheme, run: Run, how: AmountRule, rule: Rule | None, num: Int, den: Int
) -> None:
    step = Step(
        "fraction", scheme.unit, cite_of(how, rule), url_of(how, rule), denominator=scheme.unit
    )
    run.trace(step, num, denominator=den)


def cite_of(how: AmountRule, rule: Rule | None) -> str:
    return str(how.cite) or ("" if rule is None else rule_cite(rule)) or UNCITED


def rule_cite(rule: Rule) -> str:
    """The rule's article; a draft that gives none is named by its place."""
    return str(rule.cite) or f"{rule.path}: {UNCITED}"


def url_of(how: AmountRule, rule: Rule | None) -> str:
    return how.cite.url or (rule.cite.url if rule else "")


def limited_to_own(
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    component: str,
    how: AmountRule,
    shared: Int,
    unit: str,
) -> Int:
    """Never above the amount on own periods alone (20 CFR 404.1918(a)(4))."""
    if how.not_above != "own_amount":
        return shared
    recorder, run.trace_to, run.basis = run.trace_to, None, "own"
    own = scheme.accrue(run, co, view, qual, component, "own")
    run.trace_to, run.basis = recorder, how.basis
    capped = np.minimum(shared, own.v)
    run.trace(
        Step("amount_on_own_periods", unit, cite_of(how, None), url_of(how, None)),
        own.v,
        when=own.v < shared,
    )
    return capped


def as_certified(
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
    rule: Rule | None,
    made: Paid,
    certified: Int,
    given: Bool,
    whole: Bool | None = None,
) -> Paid:
    """A sum the institution certified stands in the place of everything computed before it."""
    how = DIRECT if rule is None else rule.amount_of(scheme.components[0])
    step = Step(
        "theoretical_amount" if rule else "independent_amount",
        f"{scheme.currency} cent",
        "as certified by the institution",
    )
    run.record(step, certified, None, {}, True)
    shared, pair = certified, made.fraction
    if how.numerator is not None and how.denominator is not None:
        num, den = fraction_of(scheme, run, co, view, qual, how)
        num = num if whole is None else np.where(whole, den, num)
        shared, pair = mul_div(certified, num, den, "half_up"), (num, den)
        trace_fraction(scheme, run, how, rule, num, den)
        run.trace(Step("pro_rata_amount", step.unit, cite_of(how, rule), url_of(how, rule)), shared)
    amounts = Amounts(
        np.where(given, shared, made.amounts.v),
        scheme.currency,
        made.amounts.per,
        made.amounts.start,
    )
    if pair is None:
        return Paid(amounts, made.parts, None, None, None, made.base)
    before = np.where(given, certified, 0 if made.theoretical is None else made.theoretical)
    after = np.where(given, shared, 0 if made.shared is None else made.shared)
    return Paid(amounts, made.parts, pair, before, after, made.base)


def fraction_of(
    scheme: Scheme, run: Run, co: Cohort, view: View, qual: Qualification, how: AmountRule
) -> Pair:
    """Numerator and denominator in the scheme's unit (or the bigger step of `in`), capped as
    the rule says."""
    assert how.numerator is not None and how.denominator is not None
    num = term(how.numerator, scheme, run, co, view, qual)
    den = term(how.denominator, scheme, run, co, view, qual)
    if how.in_ is not None:
        num, den = stepped(num, scheme, how.in_), stepped(den, scheme, how.in_)
    if how.cap is not None:
        num, den = capped(num, den, how, scheme, run, co, view, qual)
    if how.at_most is not None:
        num = np.minimum(num, den * how.at_most[0] // how.at_most[1])
    empty = den <= 0
    run.lacks(empty, "rule_gap", what="denominator", cite=cite_of(how, None))
    return np.where(empty, 0, np.maximum(num, 0)), np.where(empty, 1, den)


def capped(
    num: Int,
    den: Int,
    how: AmountRule,
    scheme: Scheme,
    run: Run,
    co: Cohort,
    view: View,
    qual: Qualification,
) -> Pair:
    """The full career limits both sides (883/2004 art. 56(1)(a)); 0: the benefit does not
    depend on duration."""
    assert how.cap is not None
    if how.cap.kind == "scheme":
        most = scheme_term(how.cap, scheme, run, co, view)
    else:  # Canada-Brazil art. 16(2)(b): the minimum period limits the total
        most = term(how.cap, scheme, run, co, view, qual)
    if most is None:
        return num, den
    limit = np.where(most > 0, most, np.maximum(num, den))
    if how.cap_of in ("both", "numerator"):
        num = np.minimum(num, limit)
    if how.cap_of in ("both", "denominator"):
        den = np.minimum(den, limit)
    return num, den


def floored(
    scheme: Scheme, run: Run, co: Cohort, view: View, q: Quantity, rule: Rule | None, stage: str
) -> Quantity:
    """Minimum sums before or after the fraction."""
    if rule is None:
        return q
    for floor in rule.floors:
        if floor.stage != stage:
            continue
        holds = condition_met(floor.condition, scheme, view, run)
        least = floor_sum(floor, scheme, run, co, view, q, holds)
        raised = np.where(holds, np.maximum(q.v, least), q.v)
        run.trace(
            Step("minimum_amount", q.unit, str(floor.cite) or rule_cite(rule)),
            raised,
            when=raised > q.v,
        )
        q = Quantity(raised, q.unit)
    return q


def floor_sum(
    floor: Floor, scheme: Scheme, run: Run, co: Cohort, view: View, q: Quantity, holds: Bool
) -> Int:
    if floor.to is None:
        return np.zeros(run.n, np.int64)
    least = scheme.amount_term(floor.to, run, co, view)
    if least is None or not q.unit.endswith(" cent"):
        run.lacks(holds, "rule_unknown", what=floor.to, scheme=scheme.id)
        return np.zeros(run.n, np.int64)
    return (
        least if floor.share is None else mul_div(least, floor.share[0], floor.share[1], "half_up")
    )


def condition_met(condition: Condition | None, scheme: Scheme, view: View, run: Run) -> Bool:
    if condition is None:
        return np.ones(run.n, np.bool_)
    units = {
        "own": view.own.total(),
        "foreign": view.foreign(),
        "counted": view.units("theoretical"),
    }[condition.of]
    return units >= fixed(*condition.least, scheme, run)
