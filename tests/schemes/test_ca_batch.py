"""Canada, Australia, Norway: a person's answer is the same alone and among others."""

from __future__ import annotations

import random

import pytest

from portability.cohort import INVALIDITY, OLD_AGE
from tests.oracles.ca_bench import Person, answer

MEANS = {"partnered": 1, "ordinary_income": 50_000, "assessable_assets": 40_000_000, "homeowner": 0}
LEVELS = {
    "living_situation": 1,
    "minimum_pension_level": 200_000,
    "forholdstall_67": 1068,
    "guarantee_pension_level": 190_000,
    "rates_forholdstall_67": 1055,
    "delingstall_67": 1533,
    "disability_degree": 100,
    "minimum_multiple": 2529,
}
FACTS: dict[str, dict[str, int]] = {
    "ca-oas": {},
    "ca-cpp": {},
    "au-age": MEANS,
    "no-folketrygd": LEVELS,
}
RUNS = [
    ("ca-oas", OLD_AGE),
    ("ca-cpp", OLD_AGE),
    ("ca-cpp", INVALIDITY),
    ("au-age", OLD_AGE),
    ("no-folketrygd", OLD_AGE),
    ("no-folketrygd", INVALIDITY),
]


def people(scheme: str, n: int, event: bool) -> list[Person]:
    lot = random.Random(f"{scheme} {event}")
    out = []
    for _ in range(n):
        born = lot.randint(1950, 1962)
        claim = f"{lot.randint(born + 60, 2026)}-{lot.randint(1, 6):02d}-01"
        rows = []
        for year in range(1975, int(claim[:4])):
            if lot.random() < 0.7:
                rows.append(
                    (
                        f"{year}-{lot.randint(1, 6):02d}-{lot.randint(1, 28):02d}",
                        f"{year}-12-{lot.randint(10, 31)}",
                        lot.choice((-1, lot.randint(100_000, 90_000_000))),
                    )
                )
        facts = {key: v for key, v in FACTS[scheme].items() if lot.random() < 0.8}
        out.append(
            Person(
                f"{born}-{lot.randint(1, 12):02d}-{lot.randint(1, 28):02d}",
                claim,
                rows,
                lot.choice(("CA", "AU", "NO", "PH", "")),
                facts=facts,
                event=claim if event else "",
                credited=lot.choice((-1, -1, 120_000)),
            )
        )
    return out


@pytest.mark.parametrize(("scheme", "branch"), RUNS)
def test_alone_and_among_others(scheme: str, branch: int) -> None:
    lot = people(scheme, 40, branch == INVALIDITY)
    batch = answer(lot, branch, scheme)
    for i, person in enumerate(lot):
        one = answer([person], branch, scheme)
        assert (one.met[0], one.own[0], one.counted[0], one.required[0]) == (
            batch.met[i],
            batch.own[i],
            batch.counted[i],
            batch.required[i],
        )
        assert (one.unknown_right[0], one.unknown_amount[0]) == (
            batch.unknown_right[i],
            batch.unknown_amount[i],
        )
        if one.met[0] and not one.unknown_amount[0]:
            assert one.v[0] == batch.v[i]
