"""Switzerland: calculator against a plain oracle, the printed tables, both sides of each change of
law."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import ch_ahv as oracle

from portability import registry
from portability.build import cohort_of
from portability.case import load
from portability.holding import holdings
from portability.totalization import totalize
from portability.trace import Recorder, Run
from portability.view import View
from portability.yamlsource import Source

AHV = "ch-ahv"
SCHEME: Any = registry.load(AHV)

# BSV 318.117.011, Rententabellen 2025, scale 44:
# income up to, old-age pension, widow's 80 %, child's 40 %
# (the copy seen prints 1580 for the widow at 49896; 80 % of 1975.68 and of 1976 are 1581)
TABLE_2025 = """
15120 1260 1008 504|16632 1293 1034 517|18144 1326 1060 530|19656 1358 1087 543
21168 1391 1113 556|22680 1424 1139 570|24192 1457 1165 583|25704 1489 1191 596
27216 1522 1218 609|28728 1555 1244 622|30240 1588 1270 635|31752 1620 1296 648
33264 1653 1322 661|34776 1686 1349 674|36288 1719 1375 687|37800 1751 1401 701
39312 1784 1427 714|40824 1817 1454 727|42336 1850 1480 740|43848 1882 1506 753
45360 1915 1532 766|46872 1935 1548 774|48384 1956 1564 782|49896 1976 1581 790
51408 1996 1597 798|52920 2016 1613 806|54432 2036 1629 814|55944 2056 1645 823
57456 2076 1661 831|58968 2097 1677 839|60480 2117 1693 847|61992 2137 1710 855
63504 2157 1726 863|65016 2177 1742 871|66528 2197 1758 879|68040 2218 1774 887
69552 2238 1790 895|71064 2258 1806 903|72576 2278 1822 911|74088 2298 1839 919
75600 2318 1855 927|77112 2339 1871 935|78624 2359 1887 943|80136 2379 1903 952
81648 2399 1919 960|83160 2419 1935 968|84672 2439 1951 976|86184 2460 1968 984
87696 2480 1984 992|89208 2500 2000 1000|90720 2520 2016 1008
"""
ROWS = [
    tuple(map(int, row.split()))
    for line in TABLE_2025.split("\n")
    for row in line.split("|")
    if row.strip()
]


def case(
    born: date,
    claim: date,
    lines: list[dict[str, Any]],
    facts: dict[str, Any] | None = None,
    sex: str = "male",
    death: date | None = None,
    family: list[dict[str, Any]] | None = None,
) -> Any:
    wanted = {"branch": "survivors" if death else "old_age", "date": claim.isoformat()}
    if death:
        wanted["event"] = death.isoformat()
    return load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {"born": born.isoformat(), "sex": sex},
                "claim": wanted,
                "periods": [{"scheme": AHV, **line} for line in lines],
                **({"facts": {AHV: facts}} if facts else {}),
                **({"family": family} if family else {}),
            },
        )
    )


def yearly(months: dict[int, int], incomes: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "start": f"{y}-01-01",
            "end": f"{y}-{n:02d}-28",
            "earnings": f"{incomes[y] // 100}.{incomes[y] % 100:02d}",
        }
        for y, n in months.items()
    ]


def traced(one: Any) -> dict[str, Any]:
    held = holdings(cohort_of([one]), {AHV: SCHEME})[AHV]
    view = View(held.credited)
    run = Run(1, AHV, "national", facts=held.facts(), trace_to=Recorder())
    qual = SCHEME.qualify(run, held.co, view)
    run.stage = "amount"
    q = SCHEME.accrue(run, held.co, view, qual, "amount", "own")
    paid = SCHEME.payable(run, held.co, {"amount": q.v}, view, qual)
    steps = {step["step"]: step["value"] for step in run.trace_to.steps}
    return {
        **steps,
        "met": bool(qual.met[0]),
        "known": not run.unknown_amount[0],
        "v": int(paid.v[0]),
        "variant": int(qual.variant[0]),
        "part": int(q.v[0]),
        "reasons": run.reasons,
    }


@st.composite
def careers(draw: st.DrawFn) -> tuple[Any, ...]:
    woman = draw(st.sampled_from([False, False, True]))
    born = draw(st.dates(date(1959, 1, 1), date(1963, 12, 28)).filter(lambda d: d.day <= 28))
    reference = oracle.add_months(born, oracle.reference_age(born, woman))
    claim = oracle.add_months(reference, draw(st.sampled_from([-24, -18, -7, -1, 0, 0, 0, 1])))
    first = born.year + 21
    years = draw(st.lists(st.integers(first, claim.year), min_size=1, max_size=44, unique=True))
    months = {y: draw(st.sampled_from([12, 12, 12, 5, 11])) for y in sorted(years)}
    months = {
        y: min(n, 12 if y < claim.year else max(1, claim.month - 1)) for y, n in months.items()
    }
    incomes = {y: draw(st.integers(1_000_00, 150_000_00)) for y in months}
    return born, claim, months, incomes, woman


@given(careers())
def test_calculator_agrees_with_the_oracle(career: tuple[Any, ...]) -> None:
    born, claim, months, incomes, woman = career
    reference = oracle.add_months(born, oracle.reference_age(born, woman))
    event = claim.year if claim < reference else reference.year
    used = {y: n for y, n in months.items() if y < event}
    if event not in (2025, 2026) or sum(used.values()) < 12 or claim < date(2024, 1, 1):
        return
    want = oracle.pension(born, claim, months, incomes, woman)
    got = traced(case(born, claim, yearly(months, incomes), sex="female" if woman else "male"))
    assert got["met"]
    for key in ("contribution_years", "cohort_years", "scale"):
        assert got[key] == str(want[key]), key
    assert got["average_income"].replace(".", "") == str(want["average_income"])
    assert got["partial_pension"] == f"{want['partial_pension']}.00"
    transitional = woman and born >= date(1961, 1, 1)
    if not transitional and not (want["early"] and want["low"]):
        assert got["known"]
        assert got["v"] == want["monthly_pension"] * 100
    elif transitional:
        assert not got["known"]


@given(st.lists(careers(), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [case(c[0], c[1], yearly(c[2], c[3]), sex="female" if c[4] else "male") for c in batch]
    together = totalize(cohort_of(cases), {AHV: SCHEME}, []).decisions[AHV]
    for i, one in enumerate(cases):
        alone = totalize(cohort_of([one]), {AHV: SCHEME}, []).decisions[AHV]
        assert (alone.amount[0], alone.entitled[0], alone.known[0]) == (
            together.amount[i],
            together.entitled[i],
            together.known[i],
        )


@pytest.mark.parametrize(("income", "old_age", "widow", "child"), ROWS)
def test_printed_table_of_2025(income: int, old_age: int, widow: int, child: int) -> None:
    full = oracle.full_pension(Fraction(1260), Fraction(income))
    assert [oracle.half_up(full * share) for share in (1, Fraction(4, 5), Fraction(2, 5))] == [
        old_age,
        widow,
        child,
    ]
    for given_income in (income, income - 1, income - 1511):
        if given_income > 15_120 - 1512:
            lines = yearly(
                dict.fromkeys(range(1981, 2025), 12), dict.fromkeys(range(1981, 2025), 1_00)
            )
            one = case(date(1960, 5, 5), date(2025, 6, 1), lines, {"average_income": given_income})
            assert traced(one)["v"] == old_age * 100


def test_the_table_of_scales() -> None:
    """AHVV art. 52(1): the ratio and the scale it opens (the printed bounds)."""
    printed = {
        200: 1,
        228: 2,
        1136: 5,
        1137: 6,
        5000: 22,
        5001: 23,
        6591: 30,
        7500: 33,
        7501: 34,
        7955: 36,
    }
    table = SCHEME.tables["scale"]
    assert {ratio: int(table.at(np.array([ratio]))[0]) for ratio in printed} == printed
    for number in range(1, 45):
        assert int(SCHEME.tables["scale_percent"].at(np.array([number]))[0]) == oracle.half_up(
            Fraction(10_000 * number, 44)
        )


@pytest.mark.parametrize(
    ("year", "born", "income", "pension"),
    [
        (2002, date(1937, 3, 1), 18_540, 1164),
        (2004, date(1939, 2, 14), 74_694, 2093),
        (2004, date(1939, 2, 14), 81_024, 2110),
    ],
)
def test_pensions_of_the_court_case(year: int, born: date, income: int, pension: int) -> None:
    """Federal Insurance Court H 49/05 of 2005-12-01: incomes, scale 44 and pensions of 2002 and
    2004."""
    lines = yearly(dict.fromkeys(range(1958, 2002), 12), dict.fromkeys(range(1958, 2002), 1_00))
    one = case(born, date(year, 4, 1), lines, {"average_annual_income": income, "scale": 44})
    assert traced(one)["v"] == pension * 100


def test_early_by_18_months() -> None:
    """beobachter.ch 2025-12-11: maximum income, 42 of 44 years: 2405, less 10.2 percent 2160 (paid
    as 13th too)."""
    years = range(1983, 2025)
    lines = yearly(dict.fromkeys(years, 12), dict.fromkeys(years, 120_000_00))
    got = traced(case(date(1962, 1, 10), date(2025, 7, 10), lines))
    assert (got["contribution_years"], got["scale"], got["partial_pension"]) == (
        "42",
        "42",
        "2405.00",
    )
    assert (got["early_reduction"], got["monthly_pension"]) == ("0.102", "2160.00")


def test_both_sides_of_the_age_of_women() -> None:
    """AHV 21: 64 for women born in 1960, 64 years 3 months for those of 1961."""
    lines = yearly(
        dict.fromkeys(range(1985, 2024), 12), dict.fromkeys(range(1985, 2024), 50_000_00)
    )
    for born, claim, variant in (
        (date(1960, 12, 10), date(2025, 1, 1), 1),
        (date(1961, 1, 10), date(2025, 2, 1), 2),
        (date(1961, 1, 10), date(2025, 4, 10), 1),
    ):
        assert traced(case(born, claim, lines, sex="female"))["variant"] == variant


def test_deferral_and_unknown_factors() -> None:
    years = range(1981, 2025)
    lines = yearly(dict.fromkeys(years, 12), dict.fromkeys(years, 120_000_00))
    assert (
        traced(case(date(1960, 5, 5), date(2026, 12, 1), lines, {"deferred_months": 18}))["v"]
        == 2722_00
    )
    earlier = case(
        date(1958, 5, 5),
        date(2023, 6, 1),
        yearly(dict.fromkeys(range(1979, 2023), 12), dict.fromkeys(range(1979, 2023), 5_000_00)),
    )
    assert traced(earlier)["met"] and not traced(earlier)["known"]


def test_survivors_of_a_man_of_fifty() -> None:
    """Widow 80 and orphan 40 percent of the pension on his average (AHVG 36, 37); a widow of 44
    without child: none."""
    years = range(1996, 2025)
    lines = yearly(dict.fromkeys(years, 12), dict.fromkeys(years, 60_480_00))
    family = [
        {"relation": "spouse", "born": "1980-02-01", "since": "2005-06-01"},
        {"relation": "child", "born": "2010-05-01"},
        {"relation": "child", "born": "2005-05-01"},
    ]
    one = case(date(1975, 3, 1), date(2025, 6, 1), lines, death=date(2025, 5, 15), family=family)
    claims = totalize(cohort_of([one]), {AHV: SCHEME}, []).decisions[AHV].claims
    assert claims.offers[0].award.met.tolist() == [True, True, False]
    assert claims.paid.tolist() == [1693_00, 847_00, 0]
    alone = case(
        date(1975, 3, 1),
        date(2025, 6, 1),
        lines,
        death=date(2025, 5, 15),
        family=[{"relation": "spouse", "born": "1980-06-01", "since": "2005-06-01"}],
    )
    claims = totalize(cohort_of([alone]), {AHV: SCHEME}, []).decisions[AHV].claims
    assert claims.offers[0].award.met.tolist() == [False]


def test_income_of_somebody_who_died_young_is_raised() -> None:
    """AHVV art. 54: 50 percent at 27, 40 at 28, none from 45."""
    for born, percent in (
        (date(1998, 3, 1), 150),
        (date(1997, 3, 1), 140),
        (date(1980, 5, 1), 100),
    ):
        years = range(born.year + 21, 2025)
        lines = yearly(dict.fromkeys(years, 12), dict.fromkeys(years, 20_000_00))
        one = case(
            born,
            date(2025, 6, 1),
            lines,
            death=date(2025, 5, 15),
            family=[{"relation": "child", "born": "2020-01-01"}],
        )
        assert traced(one)["average_income"] == f"{200 * percent}.00"


def test_a_large_family_above_ninety_percent_is_open() -> None:
    """AHVG art. 41, AHVV 54bis: widow and six orphans get 3.2 pensions; the cut is not reckoned."""
    years = range(1996, 2025)
    lines = yearly(dict.fromkeys(years, 12), dict.fromkeys(years, 90_000_00))
    for children, known in ((2, True), (6, False)):
        family = [{"relation": "spouse", "born": "1980-02-01", "since": "2005-06-01"}]
        family += [{"relation": "child", "born": f"{2008 + i}-05-01"} for i in range(children)]
        one = case(
            date(1975, 3, 1), date(2025, 6, 1), lines, death=date(2025, 5, 15), family=family
        )
        claims = totalize(cohort_of([one]), {AHV: SCHEME}, []).decisions[AHV].claims
        assert claims.offers[0].known.tolist() == [True] + [known] * children
