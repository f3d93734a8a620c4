"""APG against an oracle, and both sides of each change of law."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.answer import answer
from portability.case import Case, load
from portability.yamlsource import Source
from tests.oracles import at_apg as oracle
from tests.oracles.at_apg import Person, ym


def case_of(person: Person, **facts: str) -> Case:
    periods = []
    for y, (months, money) in sorted(person.years.items()):
        last = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[months - 1]
        line = {
            "scheme": "at-apg",
            "kind": "compulsory",
            "start": f"{y}-01-01",
            "end": f"{y}-{months:02d}-{last}",
        }
        if y >= 2005:
            line["earnings"] = f"{money // 100}.{money % 100:02d}"
        periods.append(line)
    if person.first_credit is not None:
        facts["first_credit"] = f"{person.first_credit // 100}.{person.first_credit % 100:02d}"
    who = {
        "born": oracle.born(person),
        "sex": "female" if person.female else "male",
        "residence": "AT",
    }
    return load(
        Source(
            "test",
            {
                "schema": "portability/case@1",
                "person": who,
                "periods": periods,
                "claim": {"branch": "old_age", "date": oracle.text(person.claim)},
                "facts": {"at-apg": facts},
            },
        )
    )


def line_of(case: Case) -> dict[str, Any]:
    return next(e for e in answer(case, (), ahead=False)["entitlements"] if e["scheme"] == "at-apg")


def steps_of(line: dict[str, Any]) -> dict[str, Any]:
    return {step["step"]: step["value"] for step in line["trace"]}


@st.composite
def people(draw: Any) -> Person:
    """Born 1960-66, claims of 2025 and 2026; before 2005 the first credit stands for everything."""
    born = (
        draw(st.integers(1960, 1966)),
        draw(st.integers(1, 12)),
        draw(st.sampled_from((1, 2, 28))),
    )
    claim = draw(st.integers(ym(2025, 1), ym(2026, 12)))
    first = draw(st.integers(born[0] + 15, 2015))
    years = {}
    for y in range(first, claim // 12 + 1):
        months = min(12 if draw(st.integers(0, 9)) else draw(st.integers(1, 12)), claim - y * 12)
        if months > 0 and draw(st.integers(0, 9)):
            years[y] = (months, draw(st.integers(100_000, 11_000_000)))
    known = draw(st.integers(0, 3_000_000)) if any(y < 2005 for y in years) else None
    return Person(born, draw(st.booleans()), claim, years, known)


@given(people())
def test_old_age_equals_the_oracle(person: Person) -> None:
    if not person.years:
        return
    line, want = line_of(case_of(person)), oracle.pension(person)
    assert (line["status"] == "entitled") == (want is not None)
    if want is not None:
        assert not line["reasons"]
        assert Fraction(steps_of(line)["total_credit"]) == oracle.total_credit(person)
        assert Fraction(line["payable"]["amount"]) == want


def full(born: tuple[int, int, int], claim: int, first: int, female: bool = False) -> Person:
    years = {y: (min(12, claim - y * 12), 4_000_000) for y in range(first, (claim - 1) // 12 + 1)}
    return Person(born, female, claim, years, 1_500_000 if first < 2005 else None)


@pytest.mark.parametrize(
    ("born", "claim", "entitled"),
    [
        ((1963, 12, 31), ym(2024, 1), True),
        ((1964, 1, 1), ym(2024, 1), False),
        ((1964, 1, 1), ym(2024, 7), True),
        ((1964, 7, 1), ym(2025, 6), False),
        ((1964, 7, 1), ym(2025, 7), True),
    ],
)
def test_standard_age_of_women_rises_by_half_years(born: Any, claim: int, entitled: bool) -> None:
    """16(6): born from 1964 each half-year of birth adds half a year."""
    assert (line_of(case_of(full(born, claim, 2005, True)))["status"] == "entitled") == entitled


@pytest.mark.parametrize(
    ("born", "claim", "first", "variant"),
    [
        ((1963, 12, 15), ym(2026, 1), 1985, "Korridorpension (APG 4(2))"),
        (
            (1964, 2, 15),
            ym(2026, 4),
            1985,
            None,
        ),  # 62 years and one month: 62y2m and 482 months are needed
        ((1964, 2, 15), ym(2026, 5), 1985, "Korridorpension (APG 4(2))"),
    ],
)
def test_corridor_rises_from_births_of_1964(
    born: Any, claim: int, first: int, variant: str | None
) -> None:
    """BGBl. I 25/2025 art. 32."""
    assert line_of(case_of(full(born, claim, first))).get("variant") == variant


def test_late_bonus_is_known_from_2024() -> None:
    """5(4) in force from 2024-01-01; what stood before is not held."""
    assert steps_of(line_of(case_of(full((1958, 1, 1), ym(2024, 1), 1990))))["increase"] == "0.051"
    before = line_of(case_of(full((1957, 1, 1), ym(2023, 12), 1990)))
    assert before["status"] == "entitled" and before["payable"] is None


def test_the_year_of_the_claim_is_not_revalued() -> None:
    """12(3) no. 2: 2025 is revalued with the factor of 2026, 2026 is not; only the order of years
    matters.
    """
    long = full((1961, 3, 14), ym(2026, 4), 2010)
    sums = steps_of(line_of(case_of(long)))["total_credit_by_year"]
    credit = Fraction("712")
    assert (
        Fraction(sums["2025"])
        == oracle.half_up(Fraction(sums["2024"]) * Fraction("1.073")) + credit
    )
    assert Fraction(sums["2026"]) == Fraction(sums["2025"]) + credit


def test_months_before_2005_want_the_first_credit() -> None:
    """15(1): the account starts from the Kontoerstgutschrift; without it the amount is unknown."""
    person = full((1960, 3, 14), ym(2025, 4), 1990)
    person.first_credit = None
    line = line_of(case_of(person))
    assert line["status"] == "entitled" and line["payable"] is None
    assert "fact_missing" in {reason["code"] for reason in line["reasons"]}


def test_born_before_1955_has_no_account() -> None:
    """1(3): the right follows ASVG 236, the amount is not held."""
    line = line_of(case_of(full((1954, 12, 31), ym(2020, 1), 1980)))
    assert line["status"] == "entitled" and line["payable"] is None


def test_claim_within_a_month_starts_with_the_next() -> None:
    """ASVG 223(2): the Stichtag is the next first of a month."""
    person = full((1960, 3, 14), ym(2025, 5), 2005)
    raw = case_of(person).raw
    middle = load(Source("test", {**raw, "claim": {"branch": "old_age", "date": "2025-04-10"}}))
    assert line_of(middle)["from"] == "2025-05"


def test_protection_clause_of_2024_and_2025() -> None:
    """34: 6.2 per cent of the sum of 2022 for 2024, 4.5 of 2023 for 2025, nothing in 2023 and
    2026.
    """
    for year, rate in ((2023, None), (2024, "62"), (2025, "45"), (2026, None)):
        line = line_of(case_of(full((year - 65, 1, 1), ym(year, 1), 1990)))
        steps = steps_of(line)
        assert ("protection_amount" in steps) == (rate is not None)
        if rate is not None:
            before = Fraction(steps["total_credit_by_year"][str(year - 2)])
            added = oracle.half_up(before * Fraction(int(rate), 1000) / 14)
            assert Fraction(steps["protection_amount"]) == added
            assert Fraction(line["payable"]["amount"]) == added + Fraction(steps["monthly_pension"])


def test_protection_of_a_corridor_pension() -> None:
    """34: only who could have claimed it the year before, or whose unemployment benefit ended."""
    late, early = (full(born, ym(2025, 4), 1984) for born in ((1963, 3, 15), (1962, 3, 15)))
    assert "protection_amount" not in steps_of(line_of(case_of(late)))
    assert "protection_amount" in steps_of(line_of(case_of(early)))
    ended = steps_of(line_of(case_of(late, unemployment_benefit_ended="1")))
    assert "protection_amount" in ended


def test_a_certified_sum_does_not_tell_the_sum_two_years_before() -> None:
    person = full((1960, 1, 1), ym(2025, 1), 1990)
    assert line_of(case_of(person, total_credit="30000"))["payable"] is None
    told = line_of(case_of(person, total_credit="30000", protected_credit="27000"))
    assert told["payable"]["amount"] == "2229.65"  # 2142.86 + 86.79
