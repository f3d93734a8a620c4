"""Whom a rule takes: records, residence, nationality, the event, the personal scope."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from portability.agreement import Agreement, Record, Rule
from portability.batch import Batch
from portability.cohort import Cohort
from portability.dates import NODATE
from portability.holding import Holding
from portability.trace import Run
from portability.units import year_share

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


def partner_record(batch: Batch, agreement: Agreement, holding: Holding) -> Bool:
    """Persons of the holding with a record in another bound state that no other instrument
    takes over."""
    out = np.zeros(len(holding.idx), np.bool_)
    for other, both in batch.abroad(holding):
        if agreement.any_party or other.country in agreement.countries():
            usable = batch.usable(agreement, holding.country, other.country)
            out |= both & usable[holding.idx]
    return out


def rule_mask(batch: Batch, agreement: Agreement, holding: Holding, rule: Rule) -> Bool:
    """The rule's own conditions: validity, residence, nationality, the whole record, who pays
    at the event. An unstated nationality is taken to fit, and the answer says so."""
    co = holding.co
    mask = (co.claim >= rule.start) & (co.claim < rule.end)
    if rule.residence_in is not None:
        mask = mask & co.lives_in(*rule.residence_in)
    if rule.residence_not is not None:
        mask = mask & ~co.lives_in(*rule.residence_not)
    if rule.nationalities is not None:
        mask = mask & (co.national_of(*rule.nationalities) | (np.diff(co.nationality_ptr) == 0))
    if rule.record is not None:
        mask = mask & record_mask(batch, agreement, holding, rule)
    if rule.payer == "event":
        mask = mask & (last_country(batch, agreement)[holding.idx] == holding.country)
    return mask


def record_mask(batch: Batch, agreement: Agreement, holding: Holding, rule: Rule) -> Bool:
    assert rule.record is not None
    out = np.ones(len(holding.idx), np.bool_)
    some = np.zeros(len(holding.idx), np.bool_)
    only = rule.record.only
    for other in batch.holdings.values():
        party = other.country in agreement.countries()
        if only is not None and party and other.scheme.id not in only:
            out &= other.pos[holding.idx] < 0
        if rule.record.some is not None and other.scheme.id in rule.record.some:
            some |= other.pos[holding.idx] >= 0
    if rule.record.country is not None:
        out &= time_condition(batch, holding, rule.record)
    return out & (some if rule.record.some is not None else True)


def time_condition(batch: Batch, holding: Holding, record: Record) -> Bool:
    """Time in one country at least, or less than, a length (all its schemes; none is less)."""
    time = np.zeros(len(batch.co), np.int64)
    for other in batch.holdings.values():
        if other.country == record.country:
            units, unit = other.credited.total(), other.scheme.unit
            time[other.idx] += year_share(units, unit, other.scheme.days_a_year)
    mine = time[holding.idx]
    if record.at_least is not None:
        return mine >= int(year_share(np.int64(record.at_least[1]), record.at_least[0]))
    assert record.less_than is not None
    made: Bool = mine < int(year_share(np.int64(record.less_than[1]), record.less_than[0]))
    return made


def last_country(
    batch: Batch, agreement: Agreement, fit: Mapping[str, Bool] | None = None
) -> NDArray[np.str_]:
    """Country of the last dated line before the risk, per person ("" where no line has dates).

    fit: country -> persons for whom it comes into question; None: every state.
    """
    n = len(batch.co)
    best, country = np.full(n, NODATE, np.int64), np.full(n, "", "U2")
    for holding in batch.holdings.values():
        if holding.country not in agreement.countries():
            continue
        end = np.full(len(holding.idx), NODATE, np.int64)
        np.maximum.at(end, holding.rows.person, holding.rows.end.astype(np.int64))
        later = end > best[holding.idx]
        if fit is not None:
            later &= fit[holding.country][holding.idx]
        best[holding.idx[later]] = end[later]
        country[holding.idx[later]] = holding.country
    return country


def in_scope(agreement: Agreement, holding: Holding, co: Cohort) -> Bool:
    """Personal scope: open, or nationals of named states; somebody without a stated nationality
    is not excluded."""
    persons = agreement.persons.of(holding.country)
    if persons.kind == "open" or not persons.nationals_of:
        return np.ones(len(co), np.bool_)
    stated = np.diff(co.nationality_ptr) > 0
    return ~stated | co.national_of(*persons.nationals_of)


def note_nationality(
    batch: Batch, agreement: Agreement, holding: Holding, rule: Rule, sel: Index, run: Run
) -> None:
    """Who states no nationality although the rule, the scope of this country, or that of another
    one with a record asks for it: the answer holds on that condition, and says so."""
    people = holding.idx[sel]
    asked = np.full(run.n, rule.nationalities is not None)
    cites = [str(rule.cite)] if rule.nationalities is not None else []
    for other in batch.holdings.values():
        persons = agreement.persons.of(other.country)
        inside = agreement.any_party or other.country in agreement.countries()
        if inside and persons.kind != "open" and persons.nationals_of:
            asked |= other.pos[people] >= 0
            cites.append(str(persons.cite))
    lacking: Bool = asked & (np.diff(batch.co.nationality_ptr)[people] == 0)
    cite = cites[0] if cites else ""
    run.note(lacking, "not_stated", fact="person.nationalities", cite=cite)
