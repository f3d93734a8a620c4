"""Canada Pension Plan against a month-by-month oracle, printed maximums and both sides of each
change of law."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS
from portability.registry import load
from tests.oracles import ca_cpp as oracle
from tests.oracles.ca_bench import Answer, Person, answer

Earnings = dict[int, int]


def year_rows(earnings: Earnings) -> list[tuple[str, str, int]]:
    return [(f"{y}-01-01", f"{y}-12-31", money * 100) for y, money in sorted(earnings.items())]


def dollars(earnings: Earnings) -> dict[int, Fraction]:
    return {y: Fraction(money) for y, money in earnings.items()}


def paid(
    born: str, claim: str, earnings: Earnings, branch: int = OLD_AGE, **more: object
) -> Answer:
    # type: ignore[arg-type]
    return answer([Person(born, claim, year_rows(earnings), "CA", **more)], branch, "ca-cpp")


def full(first: int, last: int) -> Earnings:
    return dict.fromkeys(range(first, last + 1), 200_000)


def iso(month: int, day: int = 1) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}-{day:02d}"


careers = st.dictionaries(st.integers(1966, 2025), st.integers(0, 110_000), max_size=45)


@given(st.integers(oracle.ym(1938, 1), oracle.ym(1964, 12)), st.integers(-60, 66), careers)
def test_retirement_equals_the_oracle(born: int, moved: int, career: Earnings) -> None:
    """Claims from 2011 on, five years early to five years late. Certified earnings stop before the
    claim."""
    claim = min(
        max(oracle.reached(born, 65) + moved, oracle.ym(2011, 1), oracle.reached(born, 60)),
        oracle.ym(2026, 12),
    )
    career = {y: v for y, v in career.items() if (y + 1) * 12 <= claim and v > 0}
    if not oracle.years_paid(born, claim, dollars(career)):
        return
    got = paid(iso(born, 15), iso(claim), career)
    want = oracle.retirement(born, claim, dollars(career))
    assert got.met.all() and not got.unknown_amount.any()
    assert int(got.v[0]) == want


@given(
    st.integers(oracle.ym(1962, 1), oracle.ym(1999, 12)),
    st.integers(oracle.ym(2017, 9), oracle.ym(2025, 12)),
    careers,
)
def test_disability_equals_the_oracle(born: int, event: int, career: Earnings) -> None:
    career = {y: v for y, v in career.items() if (y + 1) * 12 <= event and v > 0}
    claim = max(event + 4, oracle.ym(2018, 1))
    got = paid(iso(born, 15), iso(claim), career, INVALIDITY, event=iso(event, 10))
    want = oracle.disability(born, event, claim, dollars(career))
    assert bool(got.met[0]) == (want is not None)
    if want is not None:
        assert int(got.v[0]) == want


@given(
    st.integers(oracle.ym(1966, 1), oracle.ym(1995, 12)),
    st.integers(2020, 2025),
    st.integers(1, 11),
    st.booleans(),
    careers,
)
def test_survivors_equal_the_oracle(
    born: int, year: int, month: int, over_65: bool, career: Earnings
) -> None:
    event = oracle.ym(year, month)
    career = {y: v for y, v in career.items() if y < year and v > 0}
    widow = ("spouse", "1940-01-01" if over_65 else "1980-01-01", iso(event + 1))
    got = paid(
        iso(born, 15), iso(event + 1), career, SURVIVORS, event=iso(event, 10), family=[widow]
    )
    right = oracle.survivor_right(born, event, dollars(career))
    assert bool(got.met[0]) == right
    if right:
        assert int(got.award.v[0]) == oracle.survivor(
            born, event, event + 1, over_65, dollars(career)
        )


@pytest.mark.parametrize(
    ("year", "maximum"),
    [
        (2018, 113417),
        (2019, 115458),
        (2022, 125359),
        (2023, 130657),
        (2024, 136460),
        (2025, 143300),
        (2026, 150765),
    ],
)
def test_printed_maximum_at_65(year: int, maximum: int) -> None:
    """The yearly maximum a canada.ca page prints for pensions starting in January at 65."""
    got = paid(f"{year - 66}-12-15", f"{year}-01-01", full(1966, year - 1))
    assert got.v.tolist() == [maximum]


def test_the_whole_maximum_needs_39_years_of_the_highest_earnings() -> None:
    """47 years less 17 % leave 39: a lower block of months is dropped, not averaged in."""
    low = {y: (5_000 if y < 1974 else 200_000) for y in range(1979, 2026)}
    assert paid("1960-12-15", "2026-01-01", low).v.tolist() == [150765]


def test_drop_out_changes_in_2012_and_2014() -> None:
    """s. 48(4)(a)(i): 15, 16, 17 percent; a benefit is reckoned by the month in which it begins."""
    for claim, rate in (
        ("2011-12-01", 15),
        ("2012-01-01", 16),
        ("2013-12-01", 16),
        ("2014-01-01", 17),
    ):
        year = int(claim[:4])
        got = paid(
            f"{year - 65}-11-15" if claim.endswith("12-01") else f"{year - 66}-12-15",
            claim,
            full(1970, year - 1),
        )
        months = int(got.steps["contributory_months"])
        assert int(got.steps["months_dropped"]) == -(-months * rate // 100)


def test_before_2011_only_the_month_of_65_has_a_factor() -> None:
    """s. 46(3): until 2010 the factor was fixed by the Minister; it is not in the tables, so it is
    unknown."""
    assert not paid("1945-05-15", "2010-06-01", full(1966, 2009)).unknown_amount.any()
    assert paid("1945-04-15", "2010-06-01", full(1966, 2009)).unknown_amount.all()
    assert not paid("1945-12-15", "2011-02-01", full(1966, 2010)).unknown_amount.any()


def test_a_certified_average_is_enough() -> None:
    """An institution that certifies the average has done the drop-outs."""
    got = paid(
        "1955-03-15",
        "2020-04-01",
        {2000: 40_000},
        facts={"average_monthly_pensionable_earnings": 4_000 * 10**8},
    )
    assert got.steps["base_part"] == "1000.00"


def test_contributions_without_earnings_leave_the_amount_open() -> None:
    got = answer(
        [Person("1955-03-15", "2020-04-01", [("1990-01-01", "1999-12-31", -1)], "CA")],
        OLD_AGE,
        "ca-cpp",
    )
    assert got.met.all() and got.own.tolist() == [10] and got.unknown_amount.all()


def test_flat_part_is_what_an_agreement_prorates() -> None:
    """Three of four years: the earnings part stays whole, the flat rate is cut to three
    quarters."""
    person = Person(
        "1980-05-15", "2025-01-01", year_rows(full(2022, 2024)), "CA", event="2024-08-10"
    )
    whole = answer([person], INVALIDITY, "ca-cpp")
    cut = answer([person], INVALIDITY, "ca-cpp", {"flat": (3, 4)})
    assert whole.met.tolist() == [False] and whole.own.tolist() == [3]
    assert int(whole.parts["flat"][0]) == 59849
    assert int(whole.v[0]) - int(cut.v[0]) == 59849 - 44887


def test_children_ask_for_the_family_allowance_months() -> None:
    """s. 49(d): months of a family allowance recipient leave the period; who drew it is a fact."""
    without = paid("1960-03-15", "2025-04-01", full(1990, 2024), children=["1985-06-01"])
    told = paid(
        "1960-03-15",
        "2025-04-01",
        full(1990, 2024),
        children=["1985-06-01"],
        facts={"family_allowance_months": 84},
    )
    assert without.unknown_amount.all()
    assert not told.unknown_amount.any()
    assert told.steps["contributory_months"] == str(int(without.steps["contributory_months"]) - 84)


def test_maximum_averages() -> None:
    """s. 42(1): three years before 1998, four in 1998, five from 1999 (a printed AYMPE history, in
    dollars)."""
    printed = {1974: 5900, 1986: 23333, 1997: 35367, 1998: 35750, 1999: 36080, 2005: 39780}
    for year, value in printed.items():
        assert round(oracle.average_maximum(year, False)) == value
    assert int(load("ca-cpp").tables["ympe"].at([2005])[0]) == 4110000
