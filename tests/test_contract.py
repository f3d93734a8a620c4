"""One suite for every scheme, found by itself: a new drawer is under contract without being
told."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from portability import build, case, catalogue, registry
from portability.answer import answer
from portability.scheme import Scheme
from portability.totalization import Result, totalize
from portability.trace import Step
from portability.yamlsource import Source

ALL = registry.ids()
CALCULATED = [s for s in ALL if registry.source(s).calculator != "none"]
BRANCHES = ("old_age", "invalidity", "survivors", "refund")


def document(scheme: str, seed: int, branch: str = "old_age") -> dict[str, Any]:
    """A career in one scheme, nothing special, sometimes very short, very early or very late."""
    rng = random.Random(f"{scheme}{seed}{branch}")
    born = rng.randint(1930, 1975)
    claim = rng.choice([born + rng.randint(55, 72), rng.randint(1995, 2026)])
    claim = max(claim, born + 50)
    rows = []
    for year in range(born + rng.randint(16, 30), min(claim, born + rng.randint(17, 66))):
        if rng.random() < 0.8:
            month = rng.randint(1, 6)
            rows.append(
                {
                    "scheme": scheme,
                    "start": f"{year}-{month:02d}-01",
                    "end": f"{year}-12-28",
                    "earnings": str(rng.randint(100, 60_000)),
                    "kind": rng.choice(["compulsory", "compulsory", "voluntary", "equivalent"]),
                }
            )
    if not rows or rng.random() < 0.2:
        rows.append(
            {"scheme": scheme, "credited": {registry.source(scheme).unit: rng.randint(1, 40)}}
        )
    made: dict[str, Any] = {
        "person": {
            "born": f"{born}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "sex": rng.choice(["female", "male"]),
            "residence": registry.source(scheme).country if rng.random() < 0.7 else "PH",
        },
        "claim": {"branch": branch, "date": f"{claim}-{rng.randint(1, 12):02d}-01"},
        "periods": rows,
    }
    if branch in ("invalidity", "survivors"):
        made["claim"]["event"] = f"{claim - 1}-06-15"
        made["periods"] = [r for r in rows if r.get("end", "") < f"{claim - 1}"]
        made["periods"] = made["periods"] or [
            {"scheme": scheme, "credited": {registry.source(scheme).unit: 9}}
        ]
    if branch == "survivors":
        made["family"] = [
            {"relation": "spouse", "born": f"{born + 2}-03-03"},
            {"relation": "child", "born": f"{claim - 9}-01-01"},
        ]
    return made


def result(documents: list[dict[str, Any]]) -> Result:
    co = build.cohort_of([case.load(Source("case.yaml", d)) for d in documents])
    return totalize(co, registry.known(co.schemes), [])


def row(r: Result, scheme: str, person: int) -> dict[str, Any]:
    """Everything the result says of one person, as plain values."""
    decision = r.decisions[scheme]
    at = int(decision.holding.pos[person])
    qual = decision.outcomes[0].qual
    out = {
        name: int(getattr(qual, name)[at])
        for name in ("met", "own", "counted", "required", "variant", "rank")
    }
    out |= {
        name: int(getattr(decision, name)[at])
        for name in ("chosen", "amount", "known", "entitled", "unknown")
    }
    if decision.claims is not None:
        first, last = decision.claims.fam.first[at : at + 2]
        out["paid"] = decision.claims.paid[first:last].tolist()
    return out


@pytest.mark.parametrize("scheme", ALL)
def test_the_file_is_complete(scheme: str) -> None:
    made = registry.load(scheme)
    assert isinstance(made, Scheme)
    assert made.id == scheme
    for key, step in made.all_steps().items():
        assert isinstance(step, Step) and step.key == key and step.cite
    for table in made.tables.values():
        assert table.cite and table.source and table.checked


@pytest.mark.parametrize("branch", BRANCHES)
@pytest.mark.parametrize("scheme", CALCULATED)
def test_one_person_equals_a_row_of_many(scheme: str, branch: str) -> None:
    if branch not in registry.source(scheme).branches:
        return
    documents = [document(scheme, seed, branch) for seed in range(12)]
    together = result(documents)
    for person, one in enumerate(documents):
        assert row(result([one]), scheme, 0) == row(together, scheme, person), one


@pytest.mark.parametrize("scheme", CALCULATED)
def test_the_order_of_lines_does_not_matter(scheme: str) -> None:
    for seed in range(4):
        one = document(scheme, seed)
        other = {**one, "periods": list(reversed(one["periods"]))}
        assert row(result([one]), scheme, 0) == row(result([other]), scheme, 0)


@pytest.mark.parametrize("scheme", CALCULATED)
def test_dates_outside_the_tables_give_unknown_and_no_number(scheme: str) -> None:
    """A claim in 2090 is answered without a figure nobody has published, or with law that does
    not change."""
    one = document(scheme, 1)
    one["person"]["born"], one["claim"]["date"] = "2020-01-01", "2090-01-01"
    unit = registry.source(scheme).unit
    one["periods"] = [
        {
            "scheme": scheme,
            "start": "2045-01-01",
            "end": "2085-12-31",
            "earnings": "1000000",
            "credited": {
                unit: {"day": 14000, "week": 2000, "month": 480, "quarter": 160, "year": 40}[unit]
            },
        }
    ]
    decision = result([one]).decisions[scheme]
    reasons = [
        code
        for outcome in decision.outcomes
        for run in (outcome.run, outcome.pay_run)
        if run
        for code, _, _ in run.reasons
    ]
    unknown = decision.unknown[0] or (decision.entitled[0] and not decision.known[0])
    assert bool(reasons) or not unknown
    ended = [t for t in registry.load(scheme).tables.values() if t.by == "date" and t.until < 2**30]
    if ended and any(t.unit.endswith(" cent") for t in ended):
        assert not (decision.entitled[0] and decision.known[0]), (
            "a figure for 2090 out of a table that has ended"
        )


@pytest.mark.parametrize("scheme", CALCULATED)
def test_a_cohort_of_nobody(scheme: str) -> None:
    co = build.cohort_of([case.load(Source("case.yaml", document(scheme, 1)))])
    nobody = totalize(co.take(np.zeros(0, np.intp)), registry.known(co.schemes), [])
    assert len(nobody.decisions[scheme].amount) == 0


@pytest.mark.parametrize("scheme", ALL)
def test_an_answer_is_json_and_the_same_twice(scheme: str) -> None:
    made = case.load(Source("case.yaml", document(scheme, 2)))
    agreements = catalogue.agreements(countries={registry.country_of(scheme)})
    first, second = (json.dumps(answer(made, agreements)) for _ in range(2))
    assert first == second
    line = json.loads(first)["entitlements"][0]
    assert line["scheme"] == scheme
    assert line["status"] in ("entitled", "not_entitled", "deferred", "unknown")
    if line["status"] == "unknown" or (line["status"] == "entitled" and line["payable"] is None):
        assert line["reasons"]


def test_the_digest_covers_the_code_a_calculator_shares_with_others() -> None:
    """A change of calculators/residence.py changes the rules that ca-oas names in the ledger."""
    files = json.loads(registry.bundle("ca-oas"))
    assert {"ca/oas.yaml", "ca/oas.py", "residence.py"} <= set(files)
    assert not any(name.startswith("us/") for name in files)
