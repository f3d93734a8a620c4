"""Cases become columns: the only place where a person is looked at one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portability.case import Case, Claimant, Period
from portability.cohort import (
    BRANCHES,
    EVIDENCE,
    FLAGS,
    KINDS,
    NONE,
    RELATIONS,
    SEXES,
    STATUS,
    TYPES,
    WISHES,
    Cohort,
    Family,
    RowSet,
    empty_rows,
)
from portability.trace import NOFACT


def cohort_of(cases: Sequence[Case]) -> Cohort:
    """Cases of one branch -> Cohort. Raises ValueError if the branches differ (split them
    first)."""
    branches = {case.claim.branch for case in cases}
    if len(branches) > 1:
        raise ValueError(f"a cohort has one branch, found {sorted(branches)}")
    branch = branches.pop() if branches else "old_age"
    schemes = tuple(
        sorted(
            {p.scheme for case in cases for p in case.periods}
            | {s for c in cases for s, _ in c.facts}
        )
    )
    countries = tuple(sorted(codes_in(cases)))
    place = {code: i for i, code in enumerate(countries)}
    people = [case.person for case in cases]
    claims = [case.claim for case in cases]
    nationality = [[place[code] for code in person.nationalities] for person in people]
    return Cohort(
        born=column((p.born for p in people), np.int32),
        claim=column((c.date for c in claims), np.int32),
        event=column((c.event for c in claims), np.int32),
        sex=column((SEXES.index(p.sex) for p in people), np.int8),
        wish=column((WISHES.index(c.wish) for c in claims), np.int8),
        residence=column((place.get(p.residence, NONE) for p in people), np.int16),
        nationality=column((code for codes in nationality for code in codes), np.int16),
        nationality_ptr=pointers(len(codes) for codes in nationality),
        branch=BRANCHES.index(branch),
        rows=rows_of(cases, schemes, branch),
        schemes=schemes,
        countries=countries,
        codes=all_codes(cases),
        facts=facts_of(cases),
        rates=rates_of(cases),
        fam=family_of(cases, place),
        children=column((day for p in people for day in p.children), np.int32),
        children_ptr=pointers(len(p.children) for p in people),
        flags=column((flag_bits(p.flags) for p in people), np.int32),
    )


def column(values: Iterable[int], kind: type) -> NDArray[Any]:
    return np.fromiter(values, dtype=kind)


def pointers(counts: Iterable[int]) -> NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(np.fromiter(counts, np.intp))]).astype(np.intp)


def codes_in(cases: Sequence[Case]) -> set[str]:
    found = {code for case in cases for code in case.person.nationalities}
    found |= {case.person.residence for case in cases if case.person.residence}
    return found | {
        member.residence for case in cases for member in case.family if member.residence
    }


def all_codes(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(sorted({p.code for case in cases for p in case.periods if p.code}))


def flag_bits(flags: Iterable[str]) -> int:
    return sum(1 << FLAGS.index(flag) for flag in flags)


def counted_for(period: Period, branch: str) -> tuple[bool, bool]:
    """(counts for the right, counts for the amount) in this branch."""
    right = period.counts_right is None or branch in period.counts_right
    amount = period.counts_amount is None or branch in period.counts_amount
    return right, amount


def rows_of(cases: Sequence[Case], schemes: tuple[str, ...], branch: str) -> RowSet:
    """Lines sorted by person; lines that do not open the right are left out, earnings that do
    not count are cut."""
    code_place = {code: i for i, code in enumerate(all_codes(cases))}
    place = {scheme: i for i, scheme in enumerate(schemes)}
    lines = []
    for person, case in enumerate(cases):
        for p in case.periods:
            right, amount = counted_for(p, branch)
            if not right:
                continue
            earnings = p.earnings if p.earnings is not None and amount else -1
            lines.append(
                (
                    person,
                    p.start,
                    p.end,
                    place[p.scheme],
                    KINDS.index(p.kind),
                    EVIDENCE.index(p.evidence),
                    STATUS.index(p.status),
                    -1 if p.credited is None else p.credited,
                    earnings,
                    code_place.get(p.code, NONE),
                )
            )
    if not lines:
        return empty_rows()
    return RowSet(
        *(
            np.array(values, kind)
            for values, kind in zip(zip(*lines, strict=True), TYPES, strict=True)
        )
    )


RATE_DAYS = 92  # how old a rate may be on the claim date


def rates_of(cases: Sequence[Case]) -> dict[tuple[str, str], NDArray[np.int64]]:
    """The latest valid rate of each case and pair of currencies, in 1e-8; 0 where there is none."""
    found: dict[tuple[str, str], NDArray[np.int64]] = {}
    for person, case in enumerate(cases):
        for source, target, day, rate, _ in sorted(case.rates, key=lambda r: r[2]):
            if 0 <= case.claim.date - day <= RATE_DAYS:
                column = found.setdefault((source, target), np.zeros(len(cases), np.int64))
                column[person] = rate
    return found


def facts_of(cases: Sequence[Case]) -> dict[tuple[str, str], NDArray[np.int64]]:
    facts: dict[tuple[str, str], NDArray[np.int64]] = {}
    for person, case in enumerate(cases):
        for key, value in case.facts.items():
            facts.setdefault(key, np.full(len(cases), NOFACT, np.int64))[person] = value
    return facts


def family_of(cases: Sequence[Case], place: dict[str, int]) -> Family | None:
    members = [
        (person, number, member)
        for person, case in enumerate(cases)
        for number, member in enumerate(case.family)
    ]
    if not members:
        return None
    who: list[Claimant] = [member for _, _, member in members]
    return Family(
        person=column((person for person, _, _ in members), np.int32),
        first=pointers(len(case.family) for case in cases).astype(np.int32),
        claimant=column((number for _, number, _ in members), np.int16),
        relation=column((RELATIONS.index(m.relation) for m in who), np.int8),
        flags=column((flag_bits(m.flags) for m in who), np.int32),
        residence=column((place.get(m.residence, NONE) for m in who), np.int16),
        born=column((m.born for m in who), np.int32),
        since=column((m.since for m in who), np.int32),
        claim=column((m.claim for m in who), np.int32),
        event=column((m.event for m in who), np.int32),
        sex=column((SEXES.index(m.sex) for m in who), np.int8),
        own=np.full(len(members), NONE, np.int32),
    )
