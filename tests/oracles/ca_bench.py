"""Runs one scheme alone, stage by stage, on a few persons: what the engine does on the national
route."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from attrs import NOTHING, fields

from portability.cohort import KINDS, NODATE, RELATIONS, Cohort, Family, RowSet
from portability.coverage import span_years
from portability.dates import day
from portability.registry import load
from portability.trace import NOFACT, Recorder, Run
from portability.view import View

COUNTRIES = ("CA", "AU", "NO", "PH")


@dataclass
class Person:
    """rows: (start, end inclusive, earnings in minor units or -1); facts in the step's unit."""

    born: str
    claim: str
    rows: Sequence[tuple[str, str, int]] = ()
    residence: str = ""
    event: str = ""
    facts: dict[str, int] = field(default_factory=dict)
    credited: int = -1  # one undated certified sum, thousandths
    children: Sequence[str] = ()
    family: Sequence[tuple[str, str, str]] = ()  # relation, born, claim
    kind: str = "compulsory"


def column(values: Iterable[int], kind: type) -> Any:
    return np.array(list(values), dtype=kind)


def cohort(people: Sequence[Person], branch: int, scheme: str) -> Cohort:
    """The people as columns."""
    lines: list[tuple[int, ...]] = []
    for i, p in enumerate(people):
        kind = KINDS.index(p.kind)
        lines += [(i, day(a), day(b) + 1, -1, money, kind) for a, b, money in p.rows]
        if p.credited >= 0:
            lines.append((i, NODATE, NODATE, p.credited, -1, kind))
    cols = np.array(lines, np.int64).reshape(-1, 6).T
    n, k = len(people), cols.shape[1]
    rows = RowSet(
        person=column(cols[0], np.int32),
        start=column(cols[1], np.int32),
        end=column(cols[2], np.int32),
        scheme=np.zeros(k, np.int16),
        kind=column(cols[5], np.int8),
        evidence=np.zeros(k, np.int8),
        status=np.zeros(k, np.int8),
        credited=cols[3],
        earnings=cols[4],
        code=np.full(k, -1, np.int16),
    )
    kids = [(i, day(c)) for i, p in enumerate(people) for c in p.children]
    per_person = np.bincount(column((i for i, _ in kids), np.int64), minlength=n)
    places = [COUNTRIES.index(p.residence) if p.residence else -1 for p in people]
    return Cohort(
        born=column((day(p.born) for p in people), np.int32),
        claim=column((day(p.claim) for p in people), np.int32),
        event=column((day(p.event) if p.event else NODATE for p in people), np.int32),
        sex=np.zeros(n, np.int8),
        wish=np.zeros(n, np.int8),
        residence=column(places, np.int16),
        nationality=np.zeros(0, np.int16),
        nationality_ptr=np.zeros(n + 1, np.intp),
        branch=branch,
        rows=rows,
        schemes=(scheme,),
        countries=COUNTRIES,
        fam=family(people),
        children=column((c for _, c in kids), np.int32),
        children_ptr=np.concatenate([[0], np.cumsum(per_person)]).astype(np.intp),
    )


def family(people: Sequence[Person]) -> Family | None:
    """Claimants: (relation, born, claim)."""
    members = [(i, r, b, c) for i, p in enumerate(people) for r, b, c in p.family]
    if not members:
        return None
    k = len(members)
    person = column((i for i, *_ in members), np.int32)
    first = np.concatenate([[0], np.cumsum(np.bincount(person, minlength=len(people)))])
    values: dict[str, Any] = {
        "person": person,
        "first": first.astype(np.int32),
        "relation": column((RELATIONS.index(r) for _, r, *_ in members), np.int8),
        "residence": np.full(k, -1, np.int16),
        "born": column((day(b) for _, _, b, _ in members), np.int32),
        "since": np.full(k, NODATE, np.int32),
        "claim": column((day(c) for *_, c in members), np.int32),
        "event": np.full(k, NODATE, np.int32),
        "own": np.full(k, -1, np.int32),
    }
    blank = {f.name: np.zeros(k, np.int32) for f in fields(Family) if f.default is NOTHING}
    return Family(**(blank | values))


@dataclass
class Answer:
    met: Any
    own: Any
    counted: Any
    required: Any
    v: Any
    per: str
    unknown_right: Any
    unknown_amount: Any
    reasons: list[Any]
    steps: dict[str, Any]
    parts: dict[str, Any]
    qual: Any
    award: Any = None


def answer(
    people: Sequence[Person],
    branch: int,
    scheme: str,
    parts_shared: dict[str, tuple[int, int]] | None = None,
) -> Answer:
    """All stages on the national route; `parts_shared` applies a fraction to a component (an
    agreement's)."""
    law, co = load(scheme), cohort(people, branch, scheme)
    facts = {}
    for key in {k for p in people for k in p.facts}:
        facts[key] = np.array([p.facts.get(key, NOFACT) for p in people], np.int64)
    recorder = Recorder() if len(people) == 1 else None
    run = Run(len(people), scheme, facts=facts, trace_to=recorder)
    years = span_years(co.rows, *[int(x) for x in (1960, 2026)])
    own = law.credit(run, co, co.rows, years)
    view = View(own)
    qual = law.qualify(run, co, view)
    view.required = qual.required
    run.stage = "amount"
    with run.only(qual.met):
        parts = {}
        for name in law.components:
            q = law.accrue(run, co, view, qual, name, "own")
            num, den = (parts_shared or {}).get(name, (1, 1))
            parts[name] = (
                law.share(run, co, q, np.full(len(people), num), np.full(len(people), den))
                if (num, den) != (1, 1)
                else q.v
            )
        amounts = law.payable(run, co, parts, view, qual)
    award = None
    if co.fam is not None:
        award = law.award(Run(len(co.fam), scheme, stage="amount"), co, co.fam, parts, qual, view)
    steps = {s["step"]: s["value"] for s in recorder.steps} if recorder else {}
    return Answer(
        qual.met,
        qual.own,
        qual.counted,
        qual.required,
        amounts.v,
        amounts.per,
        run.unknown_right,
        run.unknown_amount,
        run.reasons,
        steps,
        parts,
        qual,
        award,
    )
