"""Old-age laws in YAML alone against plain oracles, and both sides of their changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask
from oracles import yaml_alone
from oracles.plain import add_months

from portability import catalogue, registry
from portability.answer import answer
from portability.case import load
from portability.dates import day
from portability.tables import minor_digits
from portability.yamlsource import Source


def sum_of(months: int) -> list[dict[str, Any]]:
    return [{"credited": {"months": months}}]


OLD_AGE = {
    "gh-ssnit": yaml_alone.ghana,
    "lc-nic": yaml_alone.saint_lucia,
    "ec-iess": yaml_alone.ecuador,
    "pk-eobi": yaml_alone.pakistan,
    "br-inss": yaml_alone.brazil,
    "vn-bhxh": yaml_alone.viet_nam,
    "pe-snp": yaml_alone.peru,
}


@st.composite
def insured(draw: st.DrawFn) -> tuple[int, int, date, date, str]:
    """Months, average pay, birth, claim, sex: mostly old enough and insured for long enough."""
    years = draw(st.integers(9, 42))
    months = 12 * years + draw(st.sampled_from([0, 0, 0, 1, 11]))
    claim = draw(st.dates(date(2014, 6, 1), date(2028, 6, 1)))
    born = add_months(claim, -draw(st.integers(48 * 12, 72 * 12))) - timedelta(
        draw(st.integers(0, 1))
    )
    pay = draw(st.integers(10_000, 100_000_000))
    return months, pay, born, claim, draw(st.sampled_from(["female", "male"]))


@pytest.mark.parametrize("scheme", OLD_AGE)
@given(insured())
def test_old_age_agrees_with_the_oracle(scheme: str, one: tuple[int, int, date, date, str]) -> None:
    months, pay, born, claim, sex = one
    digits = minor_digits(registry.load(scheme).currency)
    try:
        want: int | None = OLD_AGE[scheme](months, pay, born, claim, sex)
    except LookupError:
        want = None
    line = ask(scheme, born, claim, sum_of(months), {"average_pay": money(pay, digits)}
               if scheme != "pe-snp" else None, sex=sex)  # fmt: skip
    assert line["pays"] == (money(want, digits) if want else None)
    assert (line["status"] in ("not_entitled", "deferred")) == (want == 0)


def money(minor: int, digits: int) -> str:
    return f"{minor // 10**digits}.{minor % 10**digits:0{digits}d}" if digits else str(minor)


@pytest.mark.parametrize(
    ("scheme", "months", "born", "sides"),
    [
        ("gh-ssnit", 180, "1955-01-02", {"2014-12-31": None, "2015-01-02": "375.00"}),
        ("gh-ssnit", 180, "1955-01-01", {"2015-01-02": None}),  # 55 on 1 January 2010
        ("lc-nic", 180, "1949-06-01", {"2014-12-31": None, "2015-01-01": "400.00"}),
        ("ec-iess", 180, "1950-01-01", {"2023-12-31": None, "2024-01-01": "562.50"}),
        ("ec-iess", 180, "1950-01-01", {"2026-12-31": "562.50", "2027-01-01": None}),
        ("br-inss", 180, "1950-01-01", {"2019-11-12": None, "2021-01-01": "1100.00"}),
        ("vn-bhxh", 180, "1960-01-01", {"2025-06-30": None, "2025-07-01": "400"}),
        ("pe-snp", 120, "1950-01-01", {"2021-07-22": None, "2021-07-23": "250.00"}),
        ("pe-snp", 180, "1950-01-01", {"2025-08-29": None, "2025-08-30": "400.00"}),
        ("pk-eobi", 180, "1950-01-01", {"2024-12-31": "10000.00", "2025-01-01": "11500.00"}),
    ],
)
def test_both_sides_of_a_change(scheme: str, months: int, born: str, sides: dict[str, Any]) -> None:
    for claim, pays in sides.items():
        facts = {"average_pay": 1000} if scheme != "pe-snp" else None
        assert ask(scheme, born, claim, sum_of(months), facts, sex="male")["pays"] == pays


def test_the_vietnamese_ages_are_those_of_the_calendar_year() -> None:
    """The tables by birth against the rule: so many months more each calendar year."""
    for sex, name in (("female", "age_women"), ("male", "age_men")):
        table = registry.load("vn-bhxh").tables[name]
        for month in range(12 * 40):
            born = add_months(date(1950, 1, 1), month)
            age = int(table.find(day(born.isoformat()))[0])
            assert add_months(born, age) == yaml_alone.vietnamese_day(born, sex), born


@pytest.mark.parametrize(
    ("scheme", "sex", "born", "claim", "units", "status"),
    [
        ("co-colpensiones", "male", "1960-03-01", "2022-03-01", {"weeks": 1300}, "entitled"),
        ("co-colpensiones", "male", "1960-03-01", "2022-02-28", {"weeks": 1300}, "unknown"),
        ("co-colpensiones", "male", "1960-03-01", "2022-03-01", {"weeks": 849}, "not_entitled"),
        ("co-colpensiones", "female", "1960-03-01", "2025-12-31", {"weeks": 1250}, "unknown"),
        ("co-colpensiones", "female", "1960-03-01", "2026-01-01", {"weeks": 1250}, "entitled"),
        ("ar-anses", "male", "1960-03-01", "2025-03-01", {"months": 360}, "entitled"),
        ("ar-anses", "male", "1960-03-01", "2025-03-01", {"months": 359}, "unknown"),
        ("ar-anses", "male", "1960-03-01", "2019-03-01", {"months": 360}, "deferred"),
        ("uy-bps", "male", "1955-03-01", "2023-05-01", {"months": 252}, "entitled"),
        ("uy-bps", "male", "1955-03-01", "2023-05-02", {"months": 252}, "unknown"),
        ("uy-bps", "male", "1955-03-01", "2023-05-01", {"months": 119}, "not_entitled"),
        ("ci-cnps", "male", "1962-03-01", "2017-03-01", {"months": 180}, "entitled"),
        ("ci-cnps", "male", "1962-03-01", "2016-12-31", {"months": 180}, "unknown"),
        ("ci-cnps", "male", "1962-03-02", "2017-03-01", {"months": 180}, "deferred"),
    ],
)
def test_the_right_where_the_amount_is_not_known(
    scheme: str, sex: str, born: str, claim: str, units: dict[str, int], status: str
) -> None:
    line = ask(scheme, born, claim, [{"credited": units}], sex=sex)
    assert (line["status"], line["pays"]) == (status, None)


@given(st.integers(1, 200), st.integers(600, 730), st.sampled_from(["female", "male"]))
def test_the_pakistani_grant(months: int, age: int, sex: str) -> None:
    """A month's wage for each completed year, at pension age, from two to under fifteen years."""
    claim = date(2024, 3, 1)
    line = ask("pk-eobi", add_months(claim, -age), claim, sum_of(months), {"average_pay": 13_000},
               branch="refund", sex=sex)  # fmt: skip
    due = 24 <= months < 180 and age >= (660 if sex == "female" else 720)
    assert line["pays"] == (f"{13_000 * (months // 12)}.00" if due else None)


def test_the_sex_is_asked_for_where_it_decides() -> None:
    work, facts = sum_of(216), {"average_pay": 9_000}
    line = ask("br-inss", "1950-01-01", "2024-05-01", work, facts)
    assert line["pays"] is None and line["why"] == {"fact_missing"}


def test_an_agreement_shares_the_pension_that_was_raised_to_the_minimum_wage() -> None:
    """IN 77/2015 art. 649: the theoretical benefit is at least the minimum wage, the share less."""
    document = {
        "schema": "portability/case@1",
        "person": {"born": "1950-01-15", "sex": "male", "residence": "BR"},
        "claim": {"branch": "old_age", "date": "2024-05-15"},
        "periods": [
            {"scheme": "br-inss", "start": "1970-01-01", "end": "1979-12-31"},
            {"scheme": "ca-cpp", "start": "1980-01-01", "end": "1999-12-31", "earnings": "100000"},
        ],
        "facts": {"br-inss": {"average_pay": 1_000}},
    }
    found = answer(load(Source("test", document)), catalogue.agreements(countries={"BR", "CA"}))
    line = next(line for line in found["entitlements"] if line["scheme"] == "br-inss")
    assert (line["route"], line["fraction"]) == ("ca-br", "120/180")
    assert str(line["payable"]["amount"]) == "941.33"  # 1,412 x 120 / 180
