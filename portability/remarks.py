"""What a reader must know beside the amounts: the record as bars, evidence asked for, warnings."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from portability.build import counted_for
from portability.case import Case
from portability.casemodel import CONTINUED, PARAMETERS
from portability.dates import NODATE, iso, month_of
from portability.exact import decimal_text
from portability.registry import country_of
from portability.totalization import Result

ASKED_FOR = ("fact_missing", "period_dates_missing", "fx_missing", "not_stated")
UNREAD = ("income",)  # of a member of the family: the form takes it, and no law built here asks it
Json = dict[str, Any]


def presumes(lines: list[Json]) -> bool:
    """Does a benefit rest on a condition nobody certified (an unstated nationality, a state that is
    presumed to grant nothing for a short time)?"""
    due = [line for line in lines if line["status"] == "entitled"]
    return any(reason.get("stage") == "note" for line in due for reason in line["reasons"])


def timeline(case: Case) -> list[Json]:
    """The record as bars: one entry per dated line, overlaps between countries marked."""
    dated = [p for p in case.periods if p.start != NODATE]
    out = []
    for p in sorted(dated, key=lambda p: (p.start, p.scheme)):
        country = country_of(p.scheme)
        overlap = any(
            country_of(q.scheme) != country and q.start < p.end and p.start < q.end for q in dated
        )
        out.append(
            {
                "country": country,
                "scheme": p.scheme,
                "kind": p.kind,
                "start": iso(p.start),
                "end": iso(p.end - 1),
                "evidence": p.evidence,
                "overlap": overlap,
                "counted": p.status == "normal",
            }
        )
    return out


def missing(lines: list[Json]) -> list[Json]:
    """Evidence the file still needs: what a P8000 would ask for."""
    wanted: list[Json] = []
    for line in lines:
        for reason in [
            *line["reasons"],
            *(r for other in line["alternatives"] for r in other["reasons"]),
        ]:
            if reason["code"] in ASKED_FOR:
                item = {
                    "scheme": line["scheme"],
                    "what": reason.get("fact") or reason.get("what") or reason["code"],
                }
                if item not in wanted:
                    wanted.append(item)
    return wanted


def warnings(case: Case) -> list[Json]:
    """What a reader must know: refunded lines, sums that differ from their dates, facts that no
    formula reads."""
    out: list[Json] = []
    for number, p in enumerate(case.periods):
        if p.status != "normal":
            out.append({"code": p.status, "period": number, "scheme": p.scheme})
        elif counted_for(p, case.claim.branch) == (True, False):
            out.append({"code": "right_only", "period": number, "scheme": p.scheme})
        elif p.credited is not None and p.start != NODATE:
            out += difference(number, p.scheme, p.start, p.end, p.credited)
    for number, member in enumerate(case.raw.get("family") or ()):
        for key in UNREAD:
            if member.get(key) is not None:
                out.append({"code": "fact_not_used", "fact": f"family[{number}].{key}"})
    if case.parameters_go_on:
        out.append({"code": "parameters_continued"})
    for name, value in case.assumptions.items():
        if (name, value) != (PARAMETERS, CONTINUED):
            out.append({"code": "assumption_not_used", "assumption": name})
    return out


def uncovered(result: Result, person: int, schemes: list[str]) -> list[Json]:
    """Pairs of states in the record between which no instrument of the catalogue is in force."""
    countries = sorted({country_of(scheme) for scheme in schemes})
    out: list[Json] = []
    for first, second in combinations(countries, 2):
        bound = (
            result.batch.bound(agreement, first)[person]
            & result.batch.bound(agreement, second)[person]
            for agreement in result.batch.agreements
        )
        if not any(bound):
            out.append({"code": "no_agreement", "between": [first, second]})
    return out


def difference(number: int, scheme: str, start: int, end: int, credited: int) -> list[Json]:
    """A certified sum above what its dates could hold: counted as certified, and said."""
    from portability import registry
    from portability.units import per_year_of

    months = int(month_of(end - 1) - month_of(start)) + 1
    most = -(-months * per_year_of(registry.load(scheme).unit) // 12)
    if credited <= most * 1000:
        return []
    return [
        {
            "code": "certified_above_dates",
            "period": number,
            "scheme": scheme,
            "certified": decimal_text(credited, 3),
            "dates_hold": str(most),
        }
    ]
