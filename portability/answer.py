"""A case answered: the one call behind `determine`, replay and worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portability import registry
from portability.agreement import Agreement
from portability.build import cohort_of
from portability.case import Case
from portability.determination import determination
from portability.errors import Fault, InputError
from portability.exact import Negative
from portability.scenarios import estimate_range, next_steps
from portability.totalization import Result, totalize

Json = dict[str, Any]


def answer(
    case: Case, agreements: Sequence[Agreement], trace: bool = True, ahead: bool = True
) -> Json:
    """The determination of one case; `ahead`: with what would change the answer. Does not
    depend on the clock. Certified figures that contradict each other are the input's fault."""
    try:
        return answered(case, agreements, trace, ahead)
    except Negative:
        if not case.facts:
            raise
        given = ", ".join(f"{scheme}.{name}" for scheme, name in sorted(case.facts))
        found = f"certified figures that make an amount below zero ({given})"
        expected = "figures that fit each other and the law"
        raise InputError([Fault(case.where, "facts", found, expected, code="facts")]) from None


def answered(case: Case, agreements: Sequence[Agreement], trace: bool, ahead: bool) -> Json:
    co = cohort_of([case])
    schemes = registry.known(co.schemes, case.parameters_go_on)
    result = totalize(co, schemes, agreements, trace=trace)
    document = determination(case, result, 0, digests(result))
    if ahead and len(co.rows):
        document["next"] = next_steps(co, result, schemes, agreements)
    if document["estimate"]:
        spans = estimate_range(co, schemes, agreements)
        for line in document["entitlements"]:
            line["range"] = spans.get(line["scheme"])
    return document


def digests(result: Result) -> dict[str, str]:
    """Digest of every scheme and agreement that took part in the result."""
    found = {scheme: registry.digest(scheme) for scheme in result.batch.holdings}
    used = {
        outcome.route for decision in result.decisions.values() for outcome in decision.outcomes
    }
    found |= {
        agreement.id: agreement.digest
        for agreement in result.batch.agreements
        if agreement.id in used
    }
    return found
