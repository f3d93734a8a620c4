"""A determination: the engine's columns told for one person, in the stable form
portability/determination@1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import portability
from portability.batch import Outcome
from portability.case import Case
from portability.claimants import Claims
from portability.cohort import RELATIONS
from portability.dates import NODATE, iso, month_iso, month_of
from portability.exact import decimal_text
from portability.remarks import missing, presumes, timeline, uncovered, warnings
from portability.tables import minor_digits
from portability.told import BY_MONTH, STATUSES, missing_of, starts, statuses, telling
from portability.totalization import Decision, Result

SCHEMA = "portability/determination@1"
Json = dict[str, Any]


def money(value: int, currency: str, per: str) -> Json:
    return {
        "amount": decimal_text(int(value), minor_digits(currency)),
        "currency": currency,
        "per": per,
    }


def entitlement(result: Result, scheme_id: str, person: int) -> Json:
    """One scheme's line: what it owes, by which route, why; every other route under
    `alternatives`."""
    decision = result.decisions[scheme_id]
    row = int(decision.holding.pos[person])
    best = int(telling(decision)[row])
    told = route_line(result, decision, best, row)
    status = STATUSES[int(statuses(decision, telling(decision))[row])]
    line: Json = {
        "scheme": scheme_id,
        "country": decision.holding.country,
        "status": status,
        **told,
    }
    if status != "entitled" or result.batch.branch == "survivors":
        line["payable"] = None  # in a survivors' claim the line is the record, not a payment
    elif not decision.known[row]:
        line["payable"] = None
        floor = int(decision.at_least[row])
        line["at_least"] = (
            None
            if floor < 0
            else money(floor, decision.holding.scheme.currency, per_of(decision, row))
        )
        line["reasons"] = [*line["reasons"], *open_routes(decision, best, row)]
    line["alternatives"] = [
        alternative(result, decision, number, row)
        for number in range(len(decision.outcomes))
        if number != best and decision.place(number, row) >= 0
    ]
    return line


def open_routes(decision: Decision, best: int, row: int) -> Iterator[Json]:
    """Why an amount that is known is only a floor: each other route to which there is a right, of
    an amount nobody knows."""
    for number, outcome in enumerate(decision.outcomes):
        at = decision.place(number, row)
        if number == best or at < 0 or not outcome.met[at] or outcome.amount()[1][at]:
            continue
        if outcome.route == "national" and bool(decision.barred[row]):
            continue
        yield {"code": "other_route_unknown", "stage": "amount", "route": outcome.route}


def per_of(decision: Decision, row: int) -> str:
    for outcome in decision.outcomes:
        if outcome.paid is not None:
            return outcome.paid.amounts.per
    return "month"


def alternative(result: Result, decision: Decision, number: int, row: int) -> Json:
    told = route_line(result, decision, number, row)
    outcome = decision.outcomes[number]
    at = decision.place(number, row)
    met = bool(outcome.met[at]) and not (outcome.route == "national" and bool(decision.barred[row]))
    unknown = bool(outcome.run.unknown_right[at])
    return {"status": "entitled" if met else "unknown" if unknown else "not_entitled", **told}


def route_line(result: Result, decision: Decision, number: int, row: int) -> Json:
    """Route, method, periods, fraction, amounts, reasons and trace of one outcome for one
    person."""
    outcome, scheme = decision.outcomes[number], decision.holding.scheme
    at = decision.place(number, row)
    qual = outcome.qual
    line: Json = {"route": outcome.route, "method": outcome.method}
    own, counted = int(qual.own[at]), int(qual.counted[at])
    required: str | None = str(int(qual.required[at]))
    if required == "0" and outcome.run.unknown_right[at]:
        required = None
    line["periods"] = {
        "unit": scheme.unit,
        "own": str(own),
        "foreign": str(counted - own),
        "counted": str(counted),
        "required": required,
    }
    variant = scheme.variants.get(int(qual.variant[at]))
    if variant:
        line["variant"] = variant
    line.update(amounts_of(decision, outcome, at, row, scheme.currency))
    line["shortfall"] = (
        None
        if outcome.met[at]
        else shortfall(outcome, at, scheme.unit, int(decision.holding.co.claim[row]))
    )
    line["reasons"] = reasons(outcome, at)
    if outcome.run.trace_to is not None:
        line["trace"] = [*outcome.run.trace_to.steps]
    if outcome.rule is not None and (outcome.rule.cite.article or outcome.rule.cite.url):
        line["rule"] = {"cite": outcome.rule.cite.article, "url": outcome.rule.cite.url}
    return line


def amounts_of(decision: Decision, outcome: Outcome, at: int, row: int, currency: str) -> Json:
    paid, found = outcome.paid, np.flatnonzero(outcome.payees == at)
    line: Json = {
        "theoretical": None,
        "fraction": None,
        "pro_rata": None,
        "payable": None,
        "at_least": None,
        "from": None,
    }
    if paid is None or not len(found):
        return line
    k = int(found[0])
    per = paid.amounts.per
    if paid.fraction is not None:
        line["fraction"] = f"{int(paid.fraction[0][k])}/{int(paid.fraction[1][k])}"
    unknown = outcome.pay_run is not None and bool(outcome.pay_run.unknown_amount[k])
    if not unknown:
        line["payable"] = money(int(paid.amounts.v[k]), paid.amounts.currency, per)
        if paid.theoretical is not None:
            line["theoretical"] = money(int(paid.theoretical[k]), currency, per)
        if paid.shared is not None:
            line["pro_rata"] = money(int(paid.shared[k]), currency, per)
    line["from"] = start_of(decision, outcome, at)
    return line


def start_of(decision: Decision, outcome: Outcome, at: int) -> str:
    """First month (or day, where the benefit runs by days or weeks) of the benefit."""
    assert outcome.paid is not None
    start = int(starts(outcome, decision.holding.co.claim[outcome.sel])[at])
    by_month = outcome.paid.amounts.per in BY_MONTH
    return month_iso(int(month_of(start))) if by_month else iso(start)


def shortfall(outcome: Outcome, at: int, unit: str, claim: int) -> Json | None:
    """Units still missing, and the day that opens the right if it lies after the claim."""
    lacking, later = missing_of(outcome, np.full(len(outcome.sel), claim, np.int32))
    missing, earliest = int(lacking[at]), int(later[at])
    if missing == 0 and earliest == NODATE:
        return None
    return {
        "unit": unit,
        "missing": str(missing),
        "earliest": None if earliest == NODATE else iso(earliest),
    }


def reasons(outcome: Outcome, at: int) -> list[Json]:
    """Why something is unknown, refused or a floor, each with the table or rule it lacks."""
    found: list[Json] = []
    for code, detail, mask in outcome.run.reasons:
        if mask[at]:
            found.append({"code": code, **detail})
    if outcome.pay_run is not None and at in outcome.payees:
        k = int(np.flatnonzero(outcome.payees == at)[0])
        for code, detail, mask in outcome.pay_run.reasons:
            if mask[k]:
                found.append({"code": code, **detail})
    for code, mask in outcome.refused.items():
        if mask[at]:
            found.append(
                {
                    "code": code,
                    "stage": "gate",
                    "cite": str(outcome.rule.cite) if outcome.rule else "",
                }
            )
    unique: list[Json] = []
    for item in found:
        if item not in unique:
            unique.append(item)
    return unique


def claimant_lines(result: Result, scheme_id: str, person: int) -> list[Json]:
    """One line per member of the family who claims on this record."""
    decision = result.decisions[scheme_id]
    claims = decision.claims
    if claims is None:
        return []
    row = int(decision.holding.pos[person])
    first, last = int(claims.fam.first[row]), int(claims.fam.first[row + 1])
    return [claimant_line(decision, claims, row, j) for j in range(first, last)]


def claimant_line(decision: Decision, claims: Claims, row: int, j: int) -> Json:
    chosen = int(claims.chosen[j])
    line: Json = {
        "scheme": decision.holding.scheme.id,
        "country": decision.holding.country,
        "claimant": {
            "number": int(claims.fam.claimant[j]),
            "relation": RELATIONS[int(claims.fam.relation[j])],
        },
        "status": claimant_status(decision, claims, row, j),
        "route": "national",
        "payable": None,
        "at_least": None,
        "from": None,
        "alternatives": [],
        "reasons": [
            {"code": code, **detail} for code, detail, mask in claims.run.reasons if mask[j]
        ],
    }
    if chosen >= 0:
        offer = claims.offers[chosen]
        line["route"] = offer.outcome.route
        if bool(offer.known[j]) and not claims.run.unknown_amount[j]:
            line["before_family_maximum"] = money(
                int(claims.before[j]), offer.award.currency, offer.award.per
            )
            line["payable"] = money(int(claims.paid[j]), offer.award.currency, offer.award.per)
        line["from"] = month_iso(int(month_of(offer.award.start[j])))
    if claims.run.recorders:
        line["trace"] = [*claims.run.recorders[j].steps]
    return line


def claimant_status(decision: Decision, claims: Claims, row: int, j: int) -> str:
    """A claimant on a record nobody can judge, or under law that was not built, is unknown too."""
    if claims.chosen[j] >= 0:
        return "entitled"
    unsure = bool(decision.unknown[row]) or bool(claims.run.unknown_right[j])
    return (
        "unknown"
        if unsure or (bool(decision.entitled[row]) and not claims.offers)
        else "not_entitled"
    )


def determination(case: Case, result: Result, person: int, rules: Mapping[str, str]) -> Json:
    """The document for one person of a result; `rules`: id -> digest of everything applied."""
    schemes = [s for s in result.co.schemes if result.batch.holdings[s].pos[person] >= 0]
    order = {scheme: i for i, scheme in enumerate(case.schemes)}
    lines = [
        entitlement(result, scheme, person)
        for scheme in sorted(schemes, key=lambda s: order.get(s, 99))
    ]
    lines += [line for scheme in schemes for line in claimant_lines(result, scheme, person)]
    claim: Json = {"branch": case.claim.branch, "date": iso(case.claim.date)}
    if case.claim.event != NODATE:
        claim["event"] = iso(case.claim.event)
    return {
        "schema": SCHEMA,
        "reference": case.reference,
        "claim": claim,
        "estimate": any(p.evidence == "assumed" for p in case.periods)
        or case.parameters_go_on
        or presumes(lines),
        "entitlements": lines,
        "next": [],
        "warnings": [*warnings(case), *uncovered(result, person, schemes)],
        "missing": missing(lines),
        "timeline": timeline(case),
        "rules": {"engine": portability.__version__, **dict(sorted(rules.items()))},
    }
