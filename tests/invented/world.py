"""Helpers: agreements and cases of the invented countries as Python objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portability import agreement as model
from portability import build, case, registry
from portability.agreement import Agreement
from portability.dates import FOREVER, day
from portability.totalization import Result, totalize
from portability.units import Conversion
from portability.yamlsource import Source

HERE = Path(__file__).parent
SCHEMES = ("xx-pension", "xy-pension", "xz-pension")
OWN, COUNTED = model.Term("own"), model.Term("counted")
PRO_RATA = model.AmountRule("theoretical", OWN, COUNTED)
EDGES = {
    ("month", "quarter"): Conversion("month", 3, "quarter", 1, 1, 4),
    ("month", "week"): Conversion("month", 3, "week", 13, 1, 52),
    ("quarter", "month"): Conversion("quarter", 1, "month", 3, None, 12),
    ("quarter", "week"): Conversion("quarter", 1, "week", 13, None, 52),
    ("week", "month"): Conversion("week", 13, "month", 3, 1, 12),
    ("week", "quarter"): Conversion("week", 13, "quarter", 1, 1, 4),
}
UNIT = {"xx-pension": "month", "xy-pension": "quarter", "xz-pension": "week"}


def rule(scheme: str, partners: tuple[str, ...], **more: Any) -> model.Rule:
    counts = tuple(
        model.Count((other,), unit=EDGES[UNIT[other], UNIT[scheme]]) for other in partners
    )
    options: dict[str, Any] = {"when": "always", "counts": counts, "amount": {"amount": PRO_RATA}}
    return model.Rule("rules[0]", scheme, **{**options, **more})


def agreement(id_: str, rules: tuple[model.Rule, ...], **more: Any) -> Agreement:
    countries = tuple(dict.fromkeys(r.scheme[:2].upper() for r in rules))
    options: dict[str, Any] = {
        "id": id_,
        "title": id_,
        "kind": "bilateral",
        "status": "in_force",
        "parties": tuple(model.PartySpan(c) for c in countries),
        "start": day("1980-01-01"),
        "end": FOREVER,
        "persons": model.Persons(),
        "choose": model.Choose(),
        "replaces": None,
        "third_states": None,
        "conversions": {},
        "rules": rules,
        "layers": model.Layers(),
        "legislation": model.NOT_REGULATED,
        "lists": {},
        "source": "",
        "digest": "sha256:0",
        "raw": {},
    }
    return Agreement(**{**options, **more})


def both(first: str, second: str, **more: Any) -> Agreement:
    """A plain pro rata agreement between two invented schemes."""
    rules = (rule(first, (second,), **more), rule(second, (first,), **more))
    return agreement(f"{first[:2]}-{second[:2]}", rules)


def made(document: dict[str, Any]) -> case.Case:
    return case.load(Source("case.yaml", document))


def person(periods: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A case document: born 1950, claims at 65 unless told otherwise."""
    claim = {"branch": "old_age", "date": "2016-01-01", **more.pop("claim", {})}
    return {
        "person": {"born": "1950-01-01", **more.pop("person", {})},
        "claim": claim,
        "periods": periods,
        **more,
    }


def run(
    documents: list[dict[str, Any]], agreements: list[Agreement], trace: bool = False
) -> Result:
    co = build.cohort_of([made(document) for document in documents])
    return totalize(co, registry.known(co.schemes), agreements, trace=trace)
