"""Age Pension against an oracle on plain dates, the Guide's example and the changes of age and
rate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.cohort import OLD_AGE
from portability.exact import mul_div
from portability.registry import load
from tests.oracles import au_age as oracle
from tests.oracles.ca_bench import Answer, Person, answer

Stays = list[tuple[date, date]]
MEANS = {"partnered": 0, "ordinary_income": 0, "assessable_assets": 0, "homeowner": 1}


def paid(born: str, claim: str, stays: Stays, residence: str = "AU", **facts: int) -> Answer:
    rows = [(a.isoformat(), b.isoformat(), -1) for a, b in stays]
    person = Person(born, claim, rows, residence, facts=facts, kind="residence")
    return answer([person], OLD_AGE, "au-age")


def span(a: str, b: str) -> Stays:
    return [(date.fromisoformat(a), date.fromisoformat(b))]


@st.composite
def lives(draw: st.DrawFn) -> tuple[date, date, Stays]:
    born = draw(st.dates(date(1949, 1, 1), date(1959, 12, 31)))
    claim = draw(st.dates(date(2014, 1, 1), date(2026, 3, 1)))
    days = st.dates(date(1950, 1, 1), date(2026, 2, 1))
    edges = sorted(draw(st.sets(days, min_size=2, max_size=6)))
    stays = [
        (a, b - timedelta(5))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
        if (b - a).days > 10
    ]
    return born, claim, stays


@given(lives(), st.booleans(), st.integers(0, 400_000), st.integers(0, 1_200_000), st.booleans())
def test_equals_the_oracle(
    life: tuple[date, date, Stays], couple: bool, income: int, assets: int, owner: bool
) -> None:
    born, claim, stays = life
    got = paid(
        born.isoformat(),
        claim.isoformat(),
        stays,
        partnered=int(couple),
        ordinary_income=income,
        assessable_assets=assets * 100,
        homeowner=int(owner),
    )
    assert int(got.own[0]) == oracle.awlr(born, claim, stays)
    assert bool(got.met[0]) == oracle.right(born, claim, stays)
    want = oracle.domestic(claim, couple, income, assets, owner)
    if got.met[0]:
        assert bool(got.unknown_amount[0]) == (want is None)
        assert want is None or int(got.v[0]) == want


def test_the_guides_two_periods() -> None:
    """Guide 7.2.2.40: 10 years 1 month 13 days and 4 years 5 months 29 days: 14 years 8 months."""
    stays = [*span("1966-07-05", "1976-08-17"), *span("1985-09-19", "1990-03-16")]
    got = paid("1949-07-05", "2016-07-05", stays)
    assert got.own.tolist() == [175] and got.steps["awlr_months"] == "176"


def test_a_month_is_added_even_where_nothing_is_left_over() -> None:
    """Guide 1.1.A.340, blueprint 106-06030000: whole months plus one, once."""
    got = paid("1950-01-01", "2016-07-05", span("1970-01-01", "1979-12-31"))
    assert got.own.tolist() == [120] and got.steps["awlr_months"] == "121"


def test_pension_age_by_birth() -> None:
    """s. 23(5A): each step of half a year, from both sides."""
    for born, months in (
        ("1952-06-30", 780),
        ("1952-07-01", 786),
        ("1953-12-31", 786),
        ("1954-01-01", 792),
        ("1955-07-01", 798),
        ("1957-01-01", 804),
    ):
        day = oracle.later(date.fromisoformat(born), months)
        home = span("1960-01-01", "2026-01-01")
        assert paid(born, day.isoformat(), home).met.all(), born
        assert not paid(born, (day - timedelta(1)).isoformat(), home).met.any(), born


def test_five_of_the_ten_years_without_a_break() -> None:
    broken = [
        *span("1980-01-01", "1984-12-30"),
        *span("1990-01-01", "1994-12-30"),
        *span("2000-01-01", "2004-12-30"),
    ]
    assert not paid("1955-01-01", "2023-01-01", broken).met.any()
    whole = [*broken[:2], *span("2000-01-01", "2005-01-01")]
    assert paid("1955-01-01", "2023-01-01", whole).met.all()


def test_a_claim_is_made_in_australia() -> None:
    home = span("1960-01-01", "2020-01-01")
    assert not paid("1955-01-01", "2023-01-01", home, "PH").met.any()
    assert paid("1955-01-01", "2023-01-01", home, "").unknown_right.all()


@pytest.mark.parametrize(
    ("claim", "single", "each"),
    [
        ("2014-03-20", 84280, 63530),
        ("2016-03-20", 87390, 65870),
        ("2017-09-20", 89440, 67420),
        ("2020-03-20", 94430, 71180),
        ("2025-03-20", 114900, 86610),
        ("2025-09-20", 117870, 88850),
    ],
)
def test_printed_maximum_rates(claim: str, single: int, each: int) -> None:
    key = int(claim[:4]) * 100 + int(claim[5:7])
    assert load("au-age").tables["maximum_single"].find([key])[0].tolist() == [single]
    assert load("au-age").tables["maximum_partnered"].find([key])[0].tolist() == [each]


def test_rates_change_on_the_twentieth() -> None:
    home = span("1957-01-01", "2026-01-01")
    before, after = (paid("1957-01-01", d, home, **MEANS) for d in ("2025-09-19", "2025-09-20"))
    assert before.v.tolist() == [114900] and after.v.tolist() == [117870]


def test_means_that_nobody_told_leave_the_maximum_rate() -> None:
    got = paid("1957-01-01", "2025-10-01", span("1957-01-01", "2025-09-30"), partnered=0)
    assert got.met.all() and got.unknown_amount.all() and got.steps["maximum_rate"] == "1178.70"
    told = paid("1957-01-01", "2026-04-01", span("1957-01-01", "2026-03-31"), domestic_rate=90000)
    assert told.v.tolist() == [90000] and not told.unknown_amount.any()


def test_share_of_a_foreign_pension_that_counts_as_income() -> None:
    """Blueprint 106-04000000, example 1: AWLR of 200 months over 300, only for the agreement that
    is used."""
    assert mul_div([450_000, 120_000], 200, 300, "half_up").tolist() == [300_000, 80_000]
