"""One agreement over a batch: whom its rules take, what they count, who has a right, and what
is paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.agreement import Absent, Agreement, Count, Rule, ThirdStates
from portability.amounts import Paid, fixed, pay
from portability.cohort import BRANCHES, KINDS, Cohort
from portability.coverage import Credited, longest_run
from portability.dates import FOREVER, NODATE, add_years
from portability.exact import Overflow, rows_of
from portability.holding import Holding, recredited
from portability.overlap import treaty_credits
from portability.scheme import Qualification
from portability.short_periods import ShortPeriods
from portability.trace import Run, Step
from portability.units import PER_YEAR, Conversion, ConversionTable
from portability.view import View, part_of

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


@define
class Outcome:
    """One scheme under one route, for the persons sel (rows of the holding).

    met      who has the right and passes the gates; refused: reason code -> persons
    paid     for the persons `payees` (positions in sel); None where nobody is paid
    """

    route: str
    rule: Rule | None
    sel: Index
    qual: Qualification
    view: View
    met: Bool
    run: Run
    method: str
    payees: Index = field(factory=lambda: np.zeros(0, np.intp))
    paid: Paid | None = None
    pay_run: Run | None = None
    refused: dict[str, Bool] = field(factory=dict)

    def amount(self) -> tuple[Int, Bool]:
        """(minor units int64[k], known bool[k]) of everyone in sel."""
        value, known = np.zeros(len(self.sel), np.int64), np.zeros(len(self.sel), np.bool_)
        if self.paid is not None and self.pay_run is not None:
            value[self.payees] = self.paid.amounts.v
            known[self.payees] = ~self.pay_run.unknown_amount
        return value, known


@define
class Batch:
    """What all routes share: the cohort, its holdings, the agreements, the national outcomes."""

    co: Cohort
    holdings: Mapping[str, Holding]
    agreements: Sequence[Agreement]
    national: dict[str, Outcome] = field(factory=dict)
    trace: bool = False
    cache: dict[str, Any] = field(factory=dict)

    @property
    def branch(self) -> str:
        return BRANCHES[self.co.branch]

    def bound(self, agreement: Agreement, country: str) -> Bool:
        """Is this country bound by the agreement on each person's claim date? bool[n]."""
        claim = self.co.claim
        inside = (claim >= agreement.start) & (claim < agreement.end)
        if agreement.any_party:
            return inside
        spans = [p for p in agreement.parties if p.country == country]
        hit = np.zeros(len(claim), np.bool_)
        for span in spans:
            hit |= (claim >= span.start) & (claim < span.end)
        return inside & hit

    def displaced(self, agreement: Agreement, own: str, other: str) -> Bool:
        """Persons for whom another instrument takes this one's place between two states on the
        claim date."""
        out = np.zeros(len(self.co), np.bool_)
        for rival in self.agreements:
            if (
                rival.id == agreement.id
                or rival.replaces is None
                or agreement.id in rival.replaces.keeps
            ):
                continue
            if agreement.id in rival.replaces.ids or (
                rival.replaces.between_parties and not replaces_back(agreement, rival)
            ):
                out |= self.bound(rival, own) & self.bound(rival, other)
        return out


def replaces_back(agreement: Agreement, rival: Agreement) -> bool:
    """Two instruments that both replace what stands between their parties: the earlier one
    yields."""
    both = agreement.replaces is not None and agreement.replaces.between_parties
    return both and agreement.start > rival.start


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
    short = ShortPeriods.of(batch, agreement)
    for rule in rules:
        mask = free & rule_mask(batch, agreement, holding, rule)
        sel = np.flatnonzero(mask)
        if not len(sel):
            continue
        made = under_rule(batch, agreement, holding, rule, sel, short)
        if made is not None:
            free = free & ~mask
            yield made


def partner_record(batch: Batch, agreement: Agreement, holding: Holding) -> Bool:
    """Persons of the holding with a record in another bound state that no other instrument
    takes over."""
    out = np.zeros(len(holding.idx), np.bool_)
    for other in batch.holdings.values():
        if other.country == holding.country:
            continue
        if not agreement.any_party and other.country not in agreement.countries():
            continue
        both = other.pos[holding.idx] >= 0
        if both.any():
            usable = batch.bound(agreement, other.country) & ~batch.displaced(
                agreement, holding.country, other.country
            )
            out |= both & usable[holding.idx]
    return out


def rule_mask(batch: Batch, agreement: Agreement, holding: Holding, rule: Rule) -> Bool:
    """The rule's own conditions: validity, residence, nationality, the whole record, who pays
    at the event."""
    co = holding.co
    mask = (co.claim >= rule.start) & (co.claim < rule.end)
    if rule.residence_in is not None:
        mask = mask & co.lives_in(*rule.residence_in)
    if rule.residence_not is not None:
        mask = mask & ~co.lives_in(*rule.residence_not)
    if rule.nationalities is not None:
        mask = mask & co.national_of(*rule.nationalities)
    if rule.record is not None:
        mask = mask & record_mask(batch, agreement, holding, rule)
    if rule.payer == "event":
        mask = mask & (last_country(batch, agreement)[holding.idx] == holding.country)
    return mask


def record_mask(batch: Batch, agreement: Agreement, holding: Holding, rule: Rule) -> Bool:
    assert rule.record is not None
    out = np.ones(len(holding.idx), np.bool_)
    some = np.zeros(len(holding.idx), np.bool_)
    for other in batch.holdings.values():
        has = other.pos[holding.idx] >= 0
        if rule.record.only is not None and other.country in agreement.countries():
            out &= ~has | (other.scheme.id in rule.record.only)
        if rule.record.some is not None and other.scheme.id in rule.record.some:
            some |= has
    return out & (some if rule.record.some is not None else True)


def last_country(batch: Batch, agreement: Agreement) -> NDArray[np.str_]:
    """Country of the last dated line before the risk, per person ("" where no line has dates)."""
    n = len(batch.co)
    best, country = np.full(n, NODATE, np.int64), np.full(n, "", "U2")
    for holding in batch.holdings.values():
        if holding.country not in agreement.countries():
            continue
        end = np.full(len(holding.idx), NODATE, np.int64)
        np.maximum.at(end, holding.rows.person, holding.rows.end.astype(np.int64))
        later = end > best[holding.idx]
        best[holding.idx[later]] = end[later]
        country[holding.idx[later]] = holding.country
    return country


def under_rule(
    batch: Batch,
    agreement: Agreement,
    holding: Holding,
    rule: Rule,
    sel: Index,
    short: ShortPeriods,
) -> Outcome | None:
    """The rule applied to the persons sel: count, qualify, gates, pay."""
    scheme, co = holding.scheme, holding.co.persons(sel)
    run = holding.new_run(agreement.id, sel, batch.trace)
    run.unknown_right |= persons_unknown(agreement, holding, co, run)
    unsure: list[tuple[Bool, dict[str, str]]] = []
    view = counted(batch, agreement, holding, rule, sel, run, unsure)
    if not view.parts and not unsure and rule.when != "always":
        return None
    short.absorb(view, holding, sel)
    scope = in_scope(agreement, holding, co)
    run.basis, run.terms = "theoretical", rule.with_
    qual = scheme.qualify(run, co, view)
    for mask, detail in unsure:
        needless = qual.met if rests_on_own_time(rule) else qual.met & False
        run.lacks(mask & ~needless, "rule_unknown", **detail)
    qual, view = with_third_states(batch, agreement, holding, rule, sel, run, co, qual, view)
    view.limit_to_need(qual.required)
    certified(run, qual, "theoretical_amount")
    met = qual.met & ~run.unknown_right & scope
    refused: dict[str, Bool] = {"outside_personal_scope": qual.met & ~scope}
    met = gates(batch, holding, rule, sel, run, co, view, qual, met, refused)
    whole, met = short.settle(holding, rule, sel, met, refused)
    record_periods(run, scheme.unit, rule, view, qual)
    out = Outcome(agreement.id, rule, sel, qual, view, met, run, method_of(rule), refused=refused)
    settle_amount(out, holding, co, rule, whole)
    return out


def settle_amount(
    out: Outcome, holding: Holding, co: Cohort, rule: Rule | None, whole: Bool | None = None
) -> None:
    """Amounts for those who have the right, and only for them (gate before amount).

    A sum above 64 bits makes that person's amount unknown and leaves everybody else's alone.
    """
    possible = out.met.copy()
    while possible.any():
        out.payees = np.flatnonzero(possible)
        out.pay_run = out.run.child(out.payees, stage="amount")
        try:
            out.paid = paid_to(out, holding, co, rule, whole)
            return
        except Overflow as error:
            lost = np.zeros(out.run.n, np.bool_)
            lost[out.payees[rows_of(error, len(out.payees))]] = True
            out.run.stage = "amount"
            out.run.lacks(lost, "overflow")
            possible &= ~lost
    out.payees = np.zeros(0, np.intp)


def paid_to(
    out: Outcome, holding: Holding, co: Cohort, rule: Rule | None, whole: Bool | None
) -> Paid:
    at, view, qual, run = out.payees, out.view.for_amount(), out.qual, out.pay_run
    assert run is not None
    if len(at) < out.run.n:
        co, view, qual = co.persons(at), view.take(at), qual.take(at)
    return pay(holding.scheme, run, co, view, qual, rule, None if whole is None else whole[at])


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


def in_scope(agreement: Agreement, holding: Holding, co: Cohort) -> Bool:
    """Personal scope: open, or nationals of named states; somebody without a stated nationality
    is not excluded."""
    persons = agreement.persons.of(holding.country)
    if persons.kind == "open" or not persons.nationals_of:
        return np.ones(len(co), np.bool_)
    stated = np.diff(co.nationality_ptr) > 0
    return ~stated | co.national_of(*persons.nationals_of)


def persons_unknown(agreement: Agreement, holding: Holding, co: Cohort, run: Run) -> Bool:
    persons = agreement.persons.of(holding.country)
    if persons.kind == "open" or not persons.nationals_of:
        return np.zeros(len(co), np.bool_)
    lacking = np.diff(co.nationality_ptr) == 0
    run.lacks(lacking, "fact_missing", fact="person.nationalities", cite=str(persons.cite))
    made: Bool = lacking
    return made


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
        national = batch.national[holding.scheme.id]
        enough = national.met[sel] & (qual.rank <= national.qual.rank[sel])
        refused["not_needed"] = met & enough
        met = met & ~enough
        unsure = national.run.unknown_right[sel] & met
        run.lacks(unsure, "national_right_unknown", cite=str(rule.cite))
        met = met & ~unsure
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


def to_months(unit: str, n: int) -> int:
    """A length in calendar months, a part of one rounded up."""
    return -(-n * 12 // PER_YEAR[unit])


def record_periods(run: Run, unit: str, rule: Rule, view: View, qual: Qualification) -> None:
    """The counted periods as a step of their own, per foreign scheme."""
    if not run.tracing:
        return
    cite, url = str(rule.cite) or "the agreement", rule.cite.url
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


def counted(
    batch: Batch,
    agreement: Agreement,
    holding: Holding,
    rule: Rule,
    sel: Index,
    run: Run,
    unsure: list[tuple[Bool, dict[str, str]]],
) -> View:
    """Own periods first, then the counts of the rule in their order; nothing twice.

    Periods whose conversion the text leaves open go to `unsure`: (persons, what is missing).
    """
    credits = treaty_credits(batch, agreement, rule)
    own = credits.get(holding.scheme.id, holding.credited).take(sel)
    view = View(own)
    taken = own.by_year.copy()
    for count in rule.counts:
        if count.branches is not None and batch.branch not in count.branches:
            continue
        for other in counted_holdings(batch, agreement, holding, count):
            usable = batch.bound(agreement, other.country) & ~batch.displaced(
                agreement, holding.country, other.country
            )
            at = np.flatnonzero((other.pos[holding.idx[sel]] >= 0) & usable[holding.idx[sel]])
            if len(at):
                treaty = credits.get(other.scheme.id)
                open_ = add_part(view, taken, holding, other, count, sel, at, run, treaty)
                unsure += [] if open_ is None else [open_]
    return view


def counted_holdings(
    batch: Batch, agreement: Agreement, holding: Holding, count: Count
) -> Iterable[Holding]:
    for other in batch.holdings.values():
        foreign = other.country != holding.country
        party = agreement.any_party or other.country in agreement.countries()
        if foreign and party and (count.everyone or other.scheme.id in count.schemes):
            yield other


def add_part(
    view: View,
    taken: Int,
    holding: Holding,
    other: Holding,
    count: Count,
    sel: Index,
    at: Index,
    run: Run,
    treaty: Credited | None,
    third: bool = False,
) -> tuple[Bool, dict[str, str]] | None:
    """One foreign record, filtered and converted by the count, laid onto what is already taken.

    Returns who has periods that nobody knows how to convert, and which.
    """
    how = edge(count.unit, other, holding)
    if how is None:
        lacking = np.zeros(run.n, np.bool_)
        lacking[at] = True
        what = f"how periods of {other.scheme.id} are counted"
        return lacking, {"what": what, "cite": str(count.cite)}
    mine = other.pos[holding.idx[sel[at]]].astype(np.intp)
    foreign = filtered(other, count, mine, treaty)
    part = part_of(other.scheme.id, at, view.own.take(at), foreign, how, taken[at], third)
    part.right_only = "amount" not in count.uses
    part.as_needed = count.as_needed
    taken[at] += part.by_year
    view.parts.append(part)
    return None


def edge(
    unit: Conversion | ConversionTable | None, other: Holding, holding: Holding
) -> Conversion | None:
    """The conversion from the other scheme's unit to this one's, or None where the text does
    not say."""
    if isinstance(unit, ConversionTable):
        ends = (other.scheme.unit, holding.scheme.unit)
        weeks = (other.scheme.week_days, holding.scheme.week_days)
        return unit.edge(*ends, *weeks) if unit.knows(*ends, *weeks) else None
    if unit is None or unit.source_unit == other.credited.unit:
        return unit
    return None


def filtered(other: Holding, count: Count, mine: Index, treaty: Credited | None) -> Credited:
    """The foreign record without the lines the count leaves out (kinds, dates, ages)."""
    rows, co = other.rows, other.co
    keep = np.ones(len(rows), np.bool_)
    if count.kinds_only is not None:
        keep &= np.isin(rows.kind, [KINDS.index(kind) for kind in count.kinds_only])
    if count.kinds_not is not None:
        keep &= ~np.isin(rows.kind, [KINDS.index(kind) for kind in count.kinds_not])
    if count.codes_only is not None:
        keep &= np.isin(rows.code, [i for i, c in enumerate(co.codes) if c in count.codes_only])
    if count.codes_not is not None:
        keep &= ~np.isin(rows.code, [i for i, c in enumerate(co.codes) if c in count.codes_not])
    start, end = np.full(len(rows), count.start, np.int64), np.full(len(rows), count.end, np.int64)
    if count.from_age is not None:
        start = np.maximum(start, add_years(co.born, count.from_age)[rows.person])
    if count.to_age is not None:
        end = np.minimum(end, add_years(co.born, count.to_age)[rows.person])
    dated = rows.start != NODATE
    cut = dated & ((rows.start < start) | (rows.end > end))
    if keep.all() and not cut.any():
        return (treaty or other.credited).take(mine)
    lines = rows.where(np.arange(len(rows)))
    lines.start = np.where(dated, np.maximum(rows.start, start), rows.start).astype(np.int32)
    lines.end = np.where(dated, np.minimum(rows.end, np.minimum(end, FOREVER)), rows.end).astype(
        np.int32
    )
    return recredited(other, lines.where(keep & (~dated | (lines.end > lines.start))), mine)


def with_third_states(
    batch: Batch,
    agreement: Agreement,
    holding: Holding,
    rule: Rule,
    sel: Index,
    run: Run,
    co: Cohort,
    qual: Qualification,
    view: View,
) -> tuple[Qualification, View]:
    """Who still lacks the right after the bilateral test: periods of third states, if the text
    lets them count."""
    clause = rule.third_states or agreement.third_states
    if clause is None or isinstance(clause, Absent):
        return qual, view
    lacking = np.flatnonzero(~qual.met & ~run.unknown_right)
    if not len(lacking):
        return qual, view
    wider = View(view.own, list(view.parts))
    taken = view.own.by_year + view.foreign_by_year()
    for other in batch.holdings.values():
        if other.country != holding.country and other.country not in agreement.countries():
            add_third(batch, agreement, holding, clause, sel, lacking, other, wider, taken, run)
    if len(wider.parts) == len(view.parts):
        return qual, view
    again = holding.scheme.qualify(run, co, wider)
    helped = np.zeros(run.n, np.bool_)
    helped[lacking] = again.met[lacking]
    if not helped.any():
        return qual, view
    pos = np.where(helped, np.arange(run.n), -1)
    wider.parts = [part if not part.third else part.take(pos) for part in wider.parts]
    return merged_qualification(qual, again, helped), wider


def add_third(
    batch: Batch,
    agreement: Agreement,
    holding: Holding,
    clause: ThirdStates,
    sel: Index,
    lacking: Index,
    other: Holding,
    wider: View,
    taken: Int,
    run: Run,
) -> None:
    """Periods of one third state, converted as our own agreement with that state converts them."""
    if isinstance(clause.bound, tuple) and other.country not in clause.bound:
        return
    partners = [c for c in agreement.countries() if c != holding.country]
    for link in batch.agreements:
        if (
            link.id == agreement.id
            or other.country not in link.countries()
            or holding.country not in link.countries()
        ):
            continue
        ok = batch.bound(link, holding.country) & batch.bound(link, other.country)
        if clause.bound == "both":
            ok &= any_bound(batch, partners, other.country)
        at = lacking[(other.pos[holding.idx[sel[lacking]]] >= 0) & ok[holding.idx[sel[lacking]]]]
        rules = link.rules_for(holding.scheme.id, holding.country, batch.branch)
        counts = [c for r in rules for c in r.counts if c.everyone or other.scheme.id in c.schemes]
        if len(at) and counts:
            unit = counts[0].unit if isinstance(clause.unit, str) else clause.unit
            count = evolve(counts[0], unit=unit, uses=clause.uses)
            open_ = add_part(wider, taken, holding, other, count, sel, at, run, None, third=True)
            if open_ is not None:
                run.lacks(open_[0], "rule_unknown", **open_[1])
            return


def any_bound(batch: Batch, partners: Sequence[str], third: str) -> Bool:
    out = np.zeros(len(batch.co), np.bool_)
    for link in batch.agreements:
        for partner in partners:
            if partner in link.countries() and third in link.countries():
                out |= batch.bound(link, partner) & batch.bound(link, third)
    return out


def merged_qualification(
    first: Qualification, second: Qualification, use_second: Bool
) -> Qualification:
    pick = {
        name: np.where(use_second, getattr(second, name), getattr(first, name))
        for name in ("met", "own", "counted", "required", "variant", "rank")
    }
    more: dict[str, Any] = {
        name: None
        if getattr(first, name) is None or getattr(second, name) is None
        else np.where(use_second, getattr(second, name), getattr(first, name))
        for name in ("start", "earliest")
    }
    return Qualification(**pick, **more)
