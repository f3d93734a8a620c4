"""What a rule counts: own periods, then foreign ones in order, then third states; nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from portability.agreement import Agreement, Count, Rule, ThirdStates
from portability.batch import Batch
from portability.cohort import KINDS, Cohort, RowSet
from portability.coverage import Credited, everybody
from portability.dates import FOREVER, NODATE, add_years, month_of
from portability.holding import Holding, recredited
from portability.overlap import treaty_credits
from portability.placement import consecutive
from portability.scheme import Qualification
from portability.trace import Run
from portability.units import Conversion, ConversionTable
from portability.view import View, part_of

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


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
    mine = None
    if rule.own_from != NODATE:  # Canada-Korea art. 8(1)(b)(ii): own residence from 1988 only
        mine = kept_lines(holding, Count("others", start=rule.own_from))
    own = filtered(holding, mine, sel, credits.get(holding.scheme.id))
    view = View(own)
    taken, people = own.by_year.copy(), holding.idx[sel]
    for count in rule.counts:
        if count.branches is not None and batch.branch not in count.branches:
            continue
        for other, has in counted_holdings(batch, agreement, holding, count):
            usable = batch.usable(agreement, holding.country, other.country)
            at = np.flatnonzero(has[sel] & usable[people])
            if len(at):
                treaty = credits.get(other.scheme.id)
                open_ = add_part(view, taken, holding, other, count, sel, at, run, treaty)
                unsure += [] if open_ is None else [open_]
    return view


def counts_something(batch: Batch, agreement: Agreement, holding: Holding, rule: Rule) -> Bool:
    """Persons of the holding with a record that the rule counts, whatever it gives: bool[m]."""
    out = np.zeros(len(holding.idx), np.bool_)
    for count in rule.counts:
        if count.branches is not None and batch.branch not in count.branches:
            continue
        for other, has in counted_holdings(batch, agreement, holding, count):
            usable = batch.usable(agreement, holding.country, other.country)
            out |= has & usable[holding.idx]
    return out


def counted_holdings(
    batch: Batch, agreement: Agreement, holding: Holding, count: Count
) -> Iterable[tuple[Holding, Bool]]:
    """Foreign records that a count takes, and who of the holding has one: bool[m]."""
    for other, has in batch.abroad(holding):
        party = agreement.any_party or other.country in agreement.countries()
        if party and (count.everyone or other.scheme.id in count.schemes):
            yield other, has


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
    lines, record = counted_record(other, count)
    foreign = (treaty or record if lines is None else record).bare().take(mine)
    if how.place == "consecutive" and how.target_unit == "quarter":
        rows = other.rows if lines is None else lines
        foreign, how = consecutive(rows, mine, foreign, view.own.take(at), how)
    here = slice(None) if everybody(at, len(sel)) else at
    months = None if view.own.months is None else view.own.months[here]
    part = part_of(other.scheme.id, at, months, foreign, how, taken[here], third)
    part.right_only = "amount" not in count.uses
    part.as_needed = count.as_needed
    taken[here] += part.by_year
    view.parts.append(part)
    return None


def counted_record(other: Holding, count: Count) -> tuple[RowSet | None, Credited]:
    """(lines the count leaves, None: all; the record they make), once for all who count them."""
    key = (
        (count.start, count.end, count.from_age, count.to_age),
        (count.kinds_only, count.kinds_not, count.codes_only, count.codes_not),
    )
    if key not in other.counted:
        lines = kept_lines(other, count)
        everyone = np.arange(len(other.co))
        record = other.credited if lines is None else recredited(other, lines, everyone)
        other.counted[key] = (lines, record)
    found: tuple[RowSet | None, Credited] = other.counted[key]
    return found


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


def filtered(
    other: Holding, lines: RowSet | None, mine: Index, treaty: Credited | None
) -> Credited:
    """The foreign record of the persons `mine`, credited again where lines are left out."""
    if lines is None:
        return (treaty or other.credited).take(mine)
    return recredited(other, lines, mine)


def kept_lines(other: Holding, count: Count) -> RowSet | None:
    """The foreign lines without those the count leaves out (kinds, dates, ages); None: all."""
    rows, co = other.rows, other.co
    keep = chosen_lines(rows, co, count)
    dated = rows.start != NODATE
    if count.from_age is None and count.to_age is None and keep.all():
        low = rows.start.min(initial=FOREVER, where=dated)
        high = rows.end.max(initial=NODATE, where=dated)
        if low >= count.start and high <= count.end:
            return None
    start, end = np.full(len(rows), count.start, np.int64), np.full(len(rows), count.end, np.int64)
    if count.from_age is not None:
        start = np.maximum(start, add_years(co.born, count.from_age)[rows.person])
    if count.to_age is not None:
        end = np.minimum(end, add_years(co.born, count.to_age)[rows.person])
    cut = dated & ((rows.start < start) | (rows.end > end))
    if keep.all() and not cut.any():
        return None
    lines = evolve(rows)
    lines.start = np.where(dated, np.maximum(rows.start, start), rows.start).astype(np.int32)
    lines.end = np.where(dated, np.minimum(rows.end, np.minimum(end, FOREVER)), rows.end).astype(
        np.int32
    )
    at = np.flatnonzero(cut & (rows.credited > 0) & (lines.end > lines.start))
    if len(at):  # a certified sum cut by the count keeps the share of the months that are left
        lines.credited = rows.credited.copy()
        lines.credited[at] = rows.credited[at] * months_of(lines, at) // months_of(rows, at)
    return lines.where(keep & (~dated | (lines.end > lines.start)))


def months_of(rows: RowSet, at: Index) -> Int:
    """Calendar months that dated lines touch."""
    return month_of(rows.end[at] - 1) - month_of(rows.start[at]) + 1


def chosen_lines(rows: RowSet, co: Cohort, count: Count) -> Bool:
    """Lines of the kinds and period codes that the count names."""
    keep = np.ones(len(rows), np.bool_)
    if count.kinds_only is not None or count.kinds_not is not None:
        taken = np.array([kind_taken(kind, count) for kind in KINDS])
        keep &= taken[rows.kind]
    if count.codes_only is not None:
        keep &= np.isin(rows.code, [i for i, c in enumerate(co.codes) if c in count.codes_only])
    if count.codes_not is not None:
        keep &= ~np.isin(rows.code, [i for i, c in enumerate(co.codes) if c in count.codes_not])
    return keep


def kind_taken(kind: str, count: Count) -> bool:
    return (count.kinds_only is None or kind in count.kinds_only) and (
        count.kinds_not is None or kind not in count.kinds_not
    )


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
    """Periods of third states, if the text lets them count: for who still lacks the right after the
    bilateral test, and for everybody where they enter the amount too."""
    clause = rule.third_states  # a rule without one of its own has the agreement's
    if clause is None:
        return qual, view
    always = "amount" in clause.uses
    lacking = np.flatnonzero(~run.unknown_right & (always | ~qual.met))
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
