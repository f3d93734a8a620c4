"""One person asked of one scheme: the determination's line in few words, for tests of schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portability import registry
from portability.build import cohort_of
from portability.case import load
from portability.determination import entitlement
from portability.totalization import totalize
from portability.yamlsource import Source

Line = dict[str, Any]


def case(
    scheme: str,
    born: Any,
    claim: Any,
    periods: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any] | None = None,
    branch: str = "old_age",
    family: Sequence[Mapping[str, Any]] = (),
    event: Any = None,
    **person: Any,
) -> Any:
    """A case with records in one scheme only."""
    lines = [{"scheme": scheme, **{k: written(v) for k, v in line.items()}} for line in periods]
    asked = {"branch": branch, "date": str(claim)}
    if event is not None:
        asked["event"] = str(event)
    document: dict[str, Any] = {
        "schema": "portability/case@1",
        "person": {"born": str(born), **person},
        "claim": asked,
        "periods": lines,
        "facts": {scheme: dict(facts)} if facts else {},
    }
    if family:
        document["family"] = [dict(member) for member in family]
    return load(Source("test", document))


def written(value: Any) -> Any:
    return value if isinstance(value, int | dict) else str(value)


def lines(scheme: str, cases: Sequence[Any], trace: bool = False) -> list[Line]:
    result = totalize(cohort_of(cases), {scheme: registry.load(scheme)}, [], trace=trace)
    return [entitlement(result, scheme, person) for person in range(len(cases))]


def ask(scheme: str, *args: Any, **more: Any) -> Line:
    """The line of one person, with its steps by key and its reasons as a set of codes."""
    line = lines(scheme, [case(scheme, *args, **more)], trace=True)[0]
    steps = {step["step"]: step["value"] for step in line.get("trace", [])}
    why = {reason["code"] for reason in line["reasons"]}
    return {**line, "steps": steps, "why": why, "pays": paid(line)}


def paid(line: Line) -> str | None:
    return None if line["payable"] is None else str(line["payable"]["amount"])
