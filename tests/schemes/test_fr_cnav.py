"""France, general scheme: calculator against a plain oracle, printed wage coefficients, both sides
of reforms."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import fr_cnav as oracle

from portability import registry
from portability.build import cohort_of
from portability.case import load
from portability.holding import holdings
from portability.totalization import totalize
from portability.trace import Recorder, Run
from portability.view import View
from portability.yamlsource import Source

CNAV = "fr-cnav"
SCHEME: Any = registry.load(CNAV)


class Abroad(View):
    """Own periods and a plain number of foreign quarters."""

    more = 0

    def foreign(self) -> Any:
        return np.full(len(self.own.undated), self.more, np.int64)


def case(
    born: date,
    claim: date,
    wages: dict[int, int],
    certified: dict[int, int] | None = None,
    facts: dict[str, Any] | None = None,
) -> Any:
    """A case of yearly lines; wages in cents, certified quarters by year."""
    lines = [
        {
            "scheme": CNAV,
            "start": f"{y}-01-01",
            "end": f"{y}-12-31",
            "earnings": f"{w // 100}.{w % 100:02d}",
        }
        for y, w in wages.items()
    ]
    lines += [
        {
            "scheme": CNAV,
            "kind": "equivalent",
            "start": f"{y}-01-01",
            "end": f"{y}-12-31",
            "credited": {"quarters": q},
        }
        for y, q in (certified or {}).items()
    ]
    return load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {"born": born.isoformat(), "sex": "male"},
                "claim": {"branch": "old_age", "date": claim.isoformat()},
                "periods": lines,
                "facts": {CNAV: {"minimum_supplement": 0, **(facts or {})}},
            },
        )
    )


def decided(cases: list[Any]) -> Any:
    return totalize(cohort_of(cases), {CNAV: SCHEME}, []).decisions[CNAV]


def traced(one: Any, foreign: int = 0, basis: str = "own") -> dict[str, Any]:
    """Steps of one person, computed on own and `foreign` undated quarters."""
    held = holdings(cohort_of([one]), {CNAV: SCHEME})[CNAV]
    view = Abroad(held.credited)
    view.more = foreign
    run = Run(1, CNAV, "xx", facts=held.facts(), trace_to=Recorder())
    qual = SCHEME.qualify(run, held.co, view)
    run.stage = "amount"
    q = SCHEME.accrue(run, held.co, view, qual, "amount", basis)
    paid = SCHEME.payable(run, held.co, {"amount": q.v}, view, qual)
    steps = {step["step"]: step["value"] for step in run.trace_to.steps if "certified" not in step}
    return {
        **steps,
        "met": bool(qual.met[0]),
        "known": not run.unknown_amount[0],
        "v": int(paid.v[0]),
    }


births = st.dates(date(1949, 1, 1), date(1963, 6, 30)).filter(lambda d: d.day <= 28)


@st.composite
def careers(draw: st.DrawFn) -> tuple[date, date, dict[int, int], dict[int, int], int]:
    born = draw(births)
    months = draw(st.integers(62 * 12, 69 * 12))
    claim = oracle.add_months(born, months).replace(day=1)
    claim = min(max(claim, date(2010, 1, 1)), date(2026, 12, 1))
    first = draw(st.integers(max(1968, born.year + 16), 1990))
    worked = draw(
        st.lists(st.integers(first, claim.year - 1), min_size=1, max_size=45, unique=True)
    )
    wages = {year: draw(st.integers(10_00, 60_000_00)) for year in sorted(worked)}
    spare = draw(st.lists(st.integers(first, claim.year - 1), max_size=6, unique=True))
    certified = {year: draw(st.integers(1, 4)) for year in sorted(spare)}
    return born, claim, wages, certified, draw(st.sampled_from([0, 0, 7, 40, 120]))


@given(careers())
def test_calculator_agrees_with_the_oracle(
    career: tuple[date, date, dict[int, int], dict[int, int], int],
) -> None:
    born, claim, wages, certified, foreign = career
    for basis in ("own", "theoretical"):
        want = oracle.pension(born, claim, wages, certified, foreign, basis == "theoretical")
        got = traced(case(born, claim, wages, certified), foreign, basis)
        assert got["known"]
        assert got["v"] == want["monthly_pension"], (basis, want, got)
        for key in (
            "required_quarters",
            "reference_quarters",
            "missing_quarters",
            "surcharge_quarters",
        ):
            assert got[key] == str(want[key]), key
        assert (
            got["average_annual_salary"].replace(".", "") == f"{want['average_annual_salary']:03d}"
        )


@given(st.lists(careers(), min_size=2, max_size=6))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [case(born, claim, wages, certified) for born, claim, wages, certified, _ in batch]
    together = decided(cases)
    for i, one in enumerate(cases):
        alone = decided([one])
        assert (alone.amount[0], alone.entitled[0]) == (together.amount[i], together.entitled[i])


@pytest.mark.parametrize(
    ("start", "year", "printed"),
    [
        # Circ. CNAV 2012/35 of 2012-04-17
        ("2012-04-01", 2012, 1021),
        ("2012-04-01", 2001, 1203),
        ("2012-04-01", 1973, 6165),
        ("2012-04-01", 1963, 15082),
        # Circ. CNAV 2022-3 of 2022-01-11
        ("2022-01-01", 2021, 1011),
        ("2022-01-01", 1990, 1499),
        ("2022-01-01", 1970, 8775),
        ("2022-01-01", 1957, 32388),
        # la-retraite-en-clair.fr
        ("2016-06-01", 1990, 1432),
    ],
)
def test_printed_wage_coefficients(start: str, year: int, printed: int) -> None:
    at = np.searchsorted(
        SCHEME.tables["wage_step"].keys,
        (date.fromisoformat(start) - date(1970, 1, 1)).days,
        "right",
    )
    assert SCHEME.coefficients[at - 1][year - SCHEME.coefficient_years[0]] == printed


def at_the_ceiling(first: int, last: int) -> dict[int, int]:
    """Wages at the yearly ceiling: francs to 2001 (order of the year; openfisca-france,
    plafond_securite_sociale)."""
    francs = {1999: 173_640, 2000: 176_400, 2001: 179_400}
    euro = {
        2002: 28_224,
        2003: 29_184,
        2004: 29_712,
        **SCHEME.source.text["tables"]["ceiling"]["values"],
    }
    known = {**francs, **{int(year): int(value) for year, value in euro.items()}}
    return {year: known[year] * 100 for year in range(first, last + 1)}


def test_a_career_at_the_ceiling_gives_1770_in_2024() -> None:
    """droit-finances, forum 9161798 (after circ. CNAV 2023-34): 25 years at the ceiling,
    1999-2023: 1770 a month."""
    one = case(
        date(1961, 12, 10),
        date(2024, 4, 1),
        at_the_ceiling(1999, 2023),
        dict.fromkeys(range(1980, 1999), 4),
    )
    got = traced(one)
    assert (got["rate_percent"], got["monthly_pension"]) == ("50", "1770.38")


def test_wages_rose_by_four_percent_on_2022_07_01() -> None:
    """UFE: the salary of 25 years at the ceiling rose from 38222 to 39734 on 2022-07-01 (with 2022
    at the ceiling)."""
    keys = SCHEME.tables["wage_step"].keys
    for start, printed in (("2022-01-01", 38_222), ("2022-07-01", 39_734)):
        at = list(keys).index((date.fromisoformat(start) - date(1970, 1, 1)).days)
        sums = []
        for year, cents in at_the_ceiling(1999, 2022).items():
            factor = (
                SCHEME.coefficients[at][year - SCHEME.coefficient_years[0]]
                if year < 2022 or at > 22
                else 1000
            )
            sums.append(oracle.euro_cents(cents, year) * int(factor) // 1000)
        sums.append(
            oracle.euro_cents(169_080_00, 1998) * int(SCHEME.coefficients[at][1998 - 1947]) // 1000
        )
        assert abs(sum(sums) // 25 - printed * 100) < 100


def test_both_sides_of_the_reform_of_2023() -> None:
    """Born 1962-03-01: 62 years and 168 quarters before 2023-09-01, 62 years 6 months and 169
    quarters after."""
    wages = dict.fromkeys(range(2002, 2023), 20_000_00)
    before = traced(case(date(1961, 8, 1), date(2023, 8, 1), wages))
    assert (before["met"], before["required_quarters"]) == (True, "168")
    after = traced(case(date(1961, 9, 1), date(2023, 10, 1), wages))
    assert (after["met"], after["required_quarters"]) == (False, "169")
    assert traced(case(date(1961, 9, 1), date(2023, 12, 1), wages))["met"]


def test_both_sides_of_the_law_of_2026() -> None:
    """Born in June 1964: 63 years and 171 quarters before 2026-09-01, 62 years 9 months and 170
    quarters from then."""
    wages = dict.fromkeys(range(2002, 2025), 20_000_00)
    assert traced(case(date(1963, 12, 1), date(2026, 8, 1), wages))["required_quarters"] == "170"
    early = traced(case(date(1964, 1, 10), date(2026, 10, 10), wages))
    assert (early["met"], early["required_quarters"]) == (True, "170")
    assert not traced(case(date(1964, 1, 10), date(2026, 8, 31), wages))["met"]


def test_both_sides_of_the_reform_of_2010() -> None:
    wages = dict.fromkeys(range(2002, 2011), 20_000_00)
    assert traced(case(date(1951, 6, 30), date(2011, 6, 30), wages))["met"]
    assert not traced(case(date(1951, 7, 1), date(2011, 7, 1), wages))["met"]
    assert traced(case(date(1951, 7, 1), date(2011, 11, 1), wages))["met"]


def test_both_sides_of_the_quarter_of_2014() -> None:
    """200 hours of minimum wage to 2013, 150 from 2014."""
    for year, cents, quarters in (
        (2013, 1885_99, 0),
        (2013, 1886_00, 1),
        (2014, 1429_49, 0),
        (2014, 1429_50, 1),
    ):
        held = holdings(
            cohort_of([case(date(1955, 1, 1), date(2020, 1, 1), {year: cents})]), {CNAV: SCHEME}
        )[CNAV]
        assert held.credited.total()[0] == quarters


def test_unknown_is_said_and_never_guessed() -> None:
    """No coefficient table before 1999; a contribution period without wages leaves the average
    salary open."""
    old = decided(
        [case(date(1935, 1, 1), date(1998, 6, 1), dict.fromkeys(range(1975, 1998), 100_000_00))]
    )
    assert old.entitled[0] and not old.known[0]
    bare = load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {"born": "1955-01-01"},
                "claim": {"branch": "old_age", "date": "2020-01-01"},
                "periods": [{"scheme": CNAV, "start": "1980-01-01", "end": "2019-12-31"}],
            },
        )
    )
    made = decided([bare])
    assert made.entitled[0] and not made.known[0]


def test_a_low_pension_at_the_full_rate_needs_the_supplement() -> None:
    """L351-10: what all pensions together amount to is not in the case."""
    one = case(
        date(1955, 1, 1),
        date(2022, 2, 1),
        dict.fromkeys(range(2002, 2022), 9_000_00),
        facts={"minimum_supplement": 120},
    )
    assert traced(one)["known"]
    plain = case(date(1955, 1, 1), date(2022, 2, 1), dict.fromkeys(range(2002, 2022), 9_000_00))
    facts = {key: value for key, value in plain.facts.items() if key[1] != "minimum_supplement"}
    assert not traced(attrs.evolve(plain, facts=facts))["known"]


def with_children(sex: str, births: list[int], lines: list[dict[str, Any]]) -> Any:
    return load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {
                    "born": "1961-12-10",
                    "sex": sex,
                    "children": [{"born": f"{year}-05-01"} for year in births],
                },
                "claim": {"branch": "old_age", "date": "2024-04-01"},
                "periods": [{"scheme": CNAV, **line} for line in lines],
                "facts": {CNAV: {"average_annual_salary": 30000, "minimum_supplement": 0}},
            },
        )
    )


def test_children_give_quarters_to_the_mother_and_a_tenth_from_three_on() -> None:
    """L351-4 (eight quarters a child), L351-12 and R351-30 (10 percent)."""
    lines = [
        {"start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": 100_000} for y in range(1984, 2002)
    ]
    plain, two = with_children("female", [], lines), with_children("female", [1990, 1992], lines)
    assert (traced(plain)["insured_quarters"], traced(two)["insured_quarters"]) == ("72", "88")
    father = with_children("male", [1990, 1992, 1994], lines)
    assert traced(father)["insured_quarters"] == "72"
    assert traced(father)["yearly_pension"] == "5360.06"  # 4872.78 and a tenth
    assert traced(plain)["yearly_pension"] == "4872.78"  # 30000 x 38.125 % x 72 / 169
    certified = with_children("female", [1990], [{"credited": {"quarters": 160}}])
    assert traced(certified)["met"] and not traced(certified)["known"]


def test_the_full_duration_before_the_legal_age_leaves_the_right_open() -> None:
    """Long careers (L351-1-1) are not held."""
    one = load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {"born": "1964-03-01"},
                "claim": {"branch": "old_age", "date": "2025-04-01"},
                "periods": [{"scheme": CNAV, "credited": {"quarters": 172}}],
            },
        )
    )
    assert decided([one]).unknown[0]
