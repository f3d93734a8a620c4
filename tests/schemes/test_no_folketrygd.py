"""Norwegian old-age pension against an oracle in fractions, NAV's stored figures and both chapters'
changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators.no import earning
from portability.cohort import BRANCHES, OLD_AGE
from portability.dates import day
from portability.registry import load
from portability.trace import Run
from tests.oracles import no_folketrygd as oracle
from tests.oracles.ca_bench import Answer, Person, answer

Income = dict[int, int]
LAW = load("no-folketrygd")


def paid(
    born: str,
    claim: str,
    income: Income,
    residence: str = "NO",
    branch: int = OLD_AGE,
    **facts: int,
) -> Answer:
    rows = [(f"{y}-01-01", f"{y}-12-31", v * 100) for y, v in sorted(income.items())]
    return answer([Person(born, claim, rows, residence, facts=facts)], branch, "no-folketrygd")


incomes = st.dictionaries(st.integers(1971, 2021), st.integers(1_000, 1_400_000), max_size=45)


@given(
    st.sampled_from([1951, 1952, 1953, 1955, 1956]), st.integers(1, 11), incomes, st.integers(5, 40)
)
def test_pension_at_67_equals_the_oracle(
    born: int, month: int, income: Income, trygdetid: int
) -> None:
    """In the month after the 67th birthday, alone, with certified levels and trygdetid."""
    year = born + 67
    got = paid(
        f"{born}-{month:02d}-10",
        f"{year}-{month + 1:02d}-01",
        income,
        living_situation=1,
        minimum_pension_level=200_000,
        guarantee_pension_level=190_000,
        trygdetid=trygdetid,
        forholdstall_67=int(oracle.FT[born * 1000 + 804] * 1000),
        rates_forholdstall_67=int(oracle.FT[born * 1000 + 804] * 1000),
    )
    want = oracle.pension(born, year, month + 1, income, trygdetid, 200_000, 190_000)
    assert got.met.all() and not got.unknown_amount.any()
    assert int(got.v[0]) == 100 * sum(want.values())
    for name, kroner in want.items():
        assert got.steps[f"{name}_month"] == str(kroner)


@given(st.integers(1967, 2025), st.integers(0, 2_500_000))
def test_points_equal_the_oracle(year: int, income: int) -> None:
    run = Run(1)
    made = earning.points(
        run,
        LAW.tables,
        np.array([[income]]),
        np.array([year]),
        np.array([1950]),
        np.ones(1, np.bool_),
    )
    if run.unknown_right.any():  # before 1971 the rule above 8 G was not seen
        assert year < 1971 and income > 8 * oracle.AVERAGE[year]
    else:
        assert int(made[0, 0]) == oracle.points(year, income) * 100


@given(
    st.dictionaries(
        st.integers(1967, 2024), st.integers(1_000, 1_500_000), min_size=1, max_size=50
    ),
    st.integers(2011, 2026),
    st.sampled_from([1, 4, 5, 12]),
)
def test_account_equals_the_oracle(income: Income, year: int, month: int) -> None:
    """Every income counts from the second 1 January after its year; the account moves on 1 May."""
    income = {y: v for y, v in income.items() if y <= year - 2} or {year - 2: 500_000}
    years = np.arange(min(income), max(income) + 1)
    money = np.array([[income.get(int(y), 0) for y in years]])
    run = Run(1)
    got = earning.account(
        run,
        LAW.tables,
        money,
        years,
        np.array([day(f"{year}-{month:02d}-01")]),
        np.ones(1, np.bool_),
    )
    want = oracle.balances(income, year)[year, 5 if month >= 5 else 1]
    assert not run.unknown_right.any()
    assert abs(int(got[0]) - want * 10**6) < 1


def test_income_of_2017_is_raised_as_nav_raises_it() -> None:
    """The stored growth of NAV's calculation: 0.03860220325525998."""
    assert round((oracle.lift(2017) - 1) * 10**15) == 38_602_203_255_260


@pytest.mark.parametrize(
    ("born", "share"), [("1953-12-31", 10), ("1954-01-01", 9), ("1962-12-31", 1), ("1963-01-01", 0)]
)
def test_tenths_by_year_of_birth(born: str, share: int) -> None:
    """§ 19-15: 1953 and 1954, 1962 and 1963."""
    assert LAW.tables["chapter_19_share"].at([int(born[:4])])[0] == share
    variant = paid(born, "2031-01-01", {2000: 400_000}, early_withdrawal=1).qual.variant[0]
    assert variant == (1 if share == 10 else 3 if share == 0 else 2)


def test_points_change_in_1992() -> None:
    """7 G: six points before 1992, above 6 G a third from then on (5.33)."""
    for year, want in ((1991, 600), (1992, 533)):
        income = 7 * int(oracle.AVERAGE[year])
        made = earning.points(
            Run(1),
            LAW.tables,
            np.array([[income]]),
            np.array([year]),
            np.array([1950]),
            np.ones(1, np.bool_),
        )
        assert made.tolist() == [[want]]


def test_years_before_1992_weigh_more() -> None:
    """§ 3-8: 45 and 42 per cent: one year moved across the line changes the tilleggspensjon by 3/40
    per cent of G."""
    facts = {
        "sluttpoengtall": 400,
        "trygdetid": 40,
        "living_situation": 1,
        "basis_pt": 0,
        "base_amount": 100_000,
    }
    one = paid(
        "1953-03-10",
        "2020-04-01",
        {1990: 300_000},
        point_years_to_1991=20,
        point_years_from_1992=20,
        **facts,
    )
    two = paid(
        "1953-03-10",
        "2020-04-01",
        {1990: 300_000},
        point_years_to_1991=19,
        point_years_from_1992=21,
        **facts,
    )
    assert one.steps["basis_tp"] == "174000" and two.steps["basis_tp"] == "173700"


def test_trygdetid_is_rounded_once() -> None:
    """NAV's example: 1974-12-11 to 1994-06-01 with points in 1994 is 20 years and 21 days: 241
    months, 20 years."""
    rows = [("1974-12-11", "1993-12-31", -1), ("1994-01-01", "1994-06-01", 200_000 * 100)]
    got = answer(
        [Person("1958-11-12", "2026-01-01", rows, "NO", facts={"living_situation": 1})],
        OLD_AGE,
        "no-folketrygd",
    )
    assert got.own.tolist() == [234]  # months of membership: 19 years 5 months 22 days
    assert got.steps["trygdetid"] == "20"


def test_five_years_for_the_flat_part() -> None:
    """§ 19-2: 59 months open nothing, 60 open a pension (chapter 19)."""
    short = answer(
        [Person("1952-03-10", "2019-04-01", [("2000-01-01", "2004-11-30", -1)], "NO")],
        OLD_AGE,
        "no-folketrygd",
    )
    enough = answer(
        [Person("1952-03-10", "2019-04-01", [("2000-01-01", "2004-12-31", -1)], "NO")],
        OLD_AGE,
        "no-folketrygd",
    )
    assert not short.met.any() and enough.met.all()


def test_account_alone_opens_chapter_20() -> None:
    got = paid("1956-03-10", "2023-04-01", {2000: 400_000}, living_situation=1)
    assert got.met.all() and got.steps["garantipensjon_month"] == "0"


def test_next_year_of_base_amounts_is_unknown() -> None:
    facts = {
        "living_situation": 1,
        "trygdetid": 40,
        "sluttpoengtall": 400,
        "basis_pt": 0,
        "pension_account": 10**12,
        "garantipensjon_account": 0,
    }
    before, after = (
        paid(
            "1960-02-10",
            d,
            {1990: 200_000},
            point_years_to_1991=12,
            point_years_from_1992=28,
            **facts,
            forholdstall=1108,
            delingstall=1588,
        )
        for d in ("2027-04-01", "2027-05-01")
    )
    assert not before.unknown_amount.any() and after.unknown_amount.all()


def test_before_67_the_pension_must_reach_the_level() -> None:
    """§ 19-11: half a pension at 62 with small income does not; the institution may have found that
    it does."""
    poor = paid(
        "1953-03-10",
        "2019-06-01",
        {2000: 60_000},
        living_situation=1,
        trygdetid=40,
        forholdstall=1080,
    )
    told = paid(
        "1953-03-10",
        "2019-06-01",
        {2000: 60_000},
        living_situation=1,
        trygdetid=40,
        forholdstall=1080,
        early_withdrawal=1,
    )
    assert not poor.met.any() and told.met.all()


def test_pro_rata_shortens_the_trygdetid() -> None:
    """NAV: theoretical years x fraction; 30 years at 1/2 measure like 15; what income earned stays
    whole."""
    facts = {
        "living_situation": 1,
        "sluttpoengtall": 400,
        "point_years_to_1991": 10,
        "point_years_from_1992": 5,
        "minimum_pension_level": 190_000,
        "trygdetid": 30,
    }
    person = Person(
        "1953-03-10", "2020-04-01", [("1990-01-01", "2004-12-31", -1)], "NO", facts=facts
    )
    half = answer([person], OLD_AGE, "no-folketrygd", {"flat": (1, 2)})
    whole = answer([person], OLD_AGE, "no-folketrygd")
    assert half.parts["flat"].tolist() == [15 * 10**6]
    assert half.steps["basis_gp"] == "37446.75"  # 99858 x 15 / 40
    assert half.steps["tp_month"] == whole.steps["tp_month"]


def test_other_branches_are_counted_and_unknown() -> None:
    got = paid("1970-03-10", "2020-04-01", {2000: 400_000}, branch=BRANCHES.index("sickness"))
    assert got.own.tolist() == [12] and got.unknown_right.all()
