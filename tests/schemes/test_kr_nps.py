"""Korea, National Pension: against a plain oracle; ages by birth, ten years, early and late."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import kr_nps as oracle
from oracles.plain import add_months

from portability import registry
from portability.build import cohort_of
from portability.holding import holdings
from portability.trace import Run
from portability.units import Conversion
from portability.view import Part, View

NPS = "kr-nps"


@st.composite
def careers(draw: st.DrawFn) -> tuple[date, date, dict[int, int]]:
    born = draw(st.dates(date(1957, 1, 1), date(1971, 12, 28)).filter(lambda d: d.day <= 28))
    age = int(oracle.T.on("pension_age", born))
    claim = add_months(born, age + draw(st.sampled_from([-61, -60, -13, 0, 0, 0, 1, 30, 61])))
    last = min(claim.year - 1, 2025)
    years = draw(st.lists(st.integers(1988, last), min_size=8, max_size=37, unique=True))
    return born, claim, {y: draw(st.integers(350_000, 6_000_000)) for y in sorted(years)}


def periods(incomes: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {"start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": 12 * m} for y, m in incomes.items()
    ]


@given(careers())
def test_calculator_agrees_with_the_oracle(career: tuple[date, date, dict[int, int]]) -> None:
    born, claim, incomes = career
    line = ask(NPS, born, claim, periods(incomes))
    want = oracle.pension(born, claim, incomes)
    assert (line["status"] == "entitled") == (want != 0)
    assert line["pays"] == (None if not want else str(want))


@given(st.lists(careers(), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [case(NPS, born, claim, periods(incomes)) for born, claim, incomes in batch]
    together = [paid(line) for line in lines(NPS, cases)]
    assert together == [paid(lines(NPS, [one])[0]) for one in cases]


@pytest.mark.parametrize(
    ("born", "months"),
    [
        ("1956-12-31", 732),
        ("1957-01-01", 744),
        ("1960-12-31", 744),
        ("1961-01-01", 756),
        ("1965-01-01", 768),
        ("1969-01-01", 780),
    ],
)
def test_pension_age_by_birth(born: str, months: int) -> None:
    work = periods(dict.fromkeys(range(2000, 2016), 2000000))
    day = add_months(date.fromisoformat(born), months)
    assert ask(NPS, born, day, work)["variant"] == "standard"


def test_births_before_1953_are_unknown() -> None:
    work = periods(dict.fromkeys(range(1990, 2010), 2000000))
    assert ask(NPS, "1952-12-31", "2013-01-01", work)["status"] == "unknown"


def test_ten_years_open_the_right() -> None:
    work = [{"start": "2010-01-01", "end": "2019-11-30", "earnings": 119 * 2_000_000}]
    assert ask(NPS, "1960-01-01", "2025-01-01", work)["status"] == "not_entitled"
    work = [{"start": "2010-01-01", "end": "2019-12-31", "earnings": 120 * 2_000_000}]
    assert ask(NPS, "1960-01-01", "2025-01-01", work)["status"] == "entitled"


def test_the_constants_fell_from_1999_and_rose_in_2026() -> None:
    """Months of 1998 count 2.4 with three quarters of B, those of 1999 1.8 with all of it."""
    facts = {"a_value": 3_000_000, "b_value": 2_000_000}
    got = []
    for first in (1988, 1999, 2008, 2025, 2026):
        stay = [{"start": f"{first}-01-01", "end": f"{first}-12-31"}]
        one = case(NPS, "1969-01-01", "2034-01-01", stay, facts)
        held = holdings(cohort_of([one]), {NPS: registry.load(NPS)})[NPS]
        run = Run(1, NPS, facts=held.facts(), stage="amount")
        scheme: Any = registry.load(NPS)
        weighted, months = scheme.weighted(
            run, View(held.credited), np.array([3_000_000]), np.array([2_000_000])
        )
        got.append(int(weighted[0]) // int(months[0]) // 10**5)
    assert got == [10_800_000, 9_000_000, 7_500_000, 6_225_000, 6_450_000]


def test_pro_rata_of_the_theoretical_amount_is_the_own_share() -> None:
    """Art. 51 is linear in the months: 60 own of 180 months pay what 60/240 of the factor do."""
    work = periods(dict.fromkeys(range(2018, 2023), 2000000))
    facts = {"a_value": 3_089_062, "b_value": 2_000_000}
    one = case(NPS, "1962-01-01", "2025-01-01", work, facts)
    held = holdings(cohort_of([one]), {NPS: registry.load(NPS)})[NPS]
    same = Conversion("month", 1, "month", 1)
    abroad = Part(
        "xx-foreign", np.array([0]), np.zeros_like(held.credited.by_year), np.array([120]),
        held.credited, same, np.zeros(1, np.bool_),
    )  # fmt: skip
    view, scheme = View(held.credited, [abroad]), registry.load(NPS)
    run = Run(1, NPS, "us-kr", facts=held.facts())
    qual = scheme.qualify(run, held.co, view)
    run.stage = "amount"
    whole = scheme.accrue(run, held.co, view, qual, "amount", "theoretical")
    own = scheme.accrue(run, held.co, view, qual, "amount", "own")
    assert bool(qual.met[0])
    assert abs(int(scheme.share(run, held.co, whole, np.array([60]), np.array([180]))[0])
               - int(own.v[0])) <= 1  # fmt: skip
