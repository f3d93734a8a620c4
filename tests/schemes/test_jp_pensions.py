"""Japan: both pensions against a plain oracle, month by month; reforms on both sides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import jp_pensions as oracle
from oracles.plain import add_months

KISO, KOSEI = "jp-kiso", "jp-kosei"
KINDS = ("paid", "paid", *oracle.WEIGHTS)


def spans(record: dict[int, Any]) -> list[tuple[int, int, Any]]:
    """Runs of months with one value: (first month, last month, value)."""
    out: list[tuple[int, int, Any]] = []
    for m in sorted(record):
        if out and out[-1][1] == m - 1 and out[-1][2] == record[m]:
            out[-1] = (out[-1][0], m, record[m])
        else:
            out.append((m, m, record[m]))
    return out


def dates(first: int, last: int) -> dict[str, str]:
    end = add_months(date(last // 12, last % 12 + 1, 1), 1).toordinal() - 1
    return {
        "start": str(date(first // 12, first % 12 + 1, 1)),
        "end": str(date.fromordinal(end)),
    }


def contributions(record: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {**dates(a, b), **({} if kind == "paid" else {"code": kind})}
        for a, b, kind in spans(record)
    ]


def remuneration(pay: dict[int, int]) -> list[dict[str, Any]]:
    return [{**dates(a, b), "earnings": yen * (b - a + 1)} for a, b, yen in spans(pay)]


@st.composite
def people(draw: st.DrawFn) -> tuple[date, date]:
    born = draw(st.dates(date(1946, 4, 2), date(1966, 11, 1)).filter(lambda d: d.day <= 28))
    moved = draw(st.sampled_from([-61, -60, -24, 0, 0, 0, 5, 12, 60, 130]))
    claim = add_months(oracle.reached(born, 65).replace(day=1), moved)
    return born, min(claim, date(2026, 12, 1))


@st.composite
def records(draw: st.DrawFn, end: date, values: Any) -> dict[int, Any]:
    month, out = 12 * draw(st.integers(1968, 2000)) + draw(st.integers(0, 11)), {}
    for _ in range(draw(st.integers(1, 6))):
        value = draw(values)
        for _ in range(draw(st.integers(5, 260))):
            out[month] = value
            month += 1
        month += draw(st.integers(0, 30))
    return {m: v for m, v in out.items() if m < oracle.month(end)}


@st.composite
def basic_careers(draw: st.DrawFn) -> tuple[date, date, dict[int, str]]:
    born, claim = draw(people())
    return born, claim, draw(records(claim, st.sampled_from(KINDS)))


@st.composite
def employees(draw: st.DrawFn) -> tuple[date, date, dict[int, int]]:
    born, claim = draw(people())
    return born, claim, draw(records(claim, st.integers(88_000, 650_000)))


@given(basic_careers().filter(lambda c: c[2]))
def test_the_basic_pension_agrees_with_the_oracle(career: tuple[date, date, Any]) -> None:
    born, claim, record = career
    line = ask(KISO, born, claim, contributions(record))
    want = oracle.basic(born, claim, record)
    assert (line["status"] == "entitled") == (want != -1)
    assert line["pays"] == (None if want in (None, -1) else str(want))


@given(employees().filter(lambda c: len(c[2]) >= 120))
def test_the_employees_pension_agrees_with_the_oracle(career: tuple[date, date, Any]) -> None:
    born, claim, pay = career
    line = ask(KOSEI, born, claim, remuneration(pay), {"np_qualifying_months": 300})
    want = oracle.employees(born, claim, pay)
    assert (line["status"] == "entitled") == (want != 0)
    assert line["pays"] == (None if not want else str(want))


@given(st.data(), st.dates(date(2006, 1, 1), date(2026, 6, 1)))
def test_the_lump_sums_agree_with_the_oracle(data: st.DataObject, claim: date) -> None:
    first = oracle.month(claim) - data.draw(st.integers(3, 80))
    months = range(first, oracle.month(claim))
    foreign = {"nationalities": ["PH"], "residence": "PH"}
    kinds = {m: data.draw(st.sampled_from(KINDS)) if m % 7 == 0 else "paid" for m in months}
    if len(months) < 120:
        line = ask(KISO, "1980-05-05", claim, contributions(kinds), branch="refund", **foreign)
        want = oracle.basic_refund(kinds)
        assert line["pays"] == (None if not want else str(want))
        pay = {m: 200_000 + 1_000 * (m % 5) for m in months}
        line = ask(KOSEI, "1980-05-05", claim, remuneration(pay), branch="refund", **foreign)
        want = oracle.employees_refund(pay) if len(pay) >= 6 else 0
        assert line["pays"] == (None if not want else str(want))


@given(st.lists(employees().filter(lambda c: len(c[2]) >= 120), min_size=2, max_size=4))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [
        case(KOSEI, born, claim, remuneration(pay), {"np_qualifying_months": 300})
        for born, claim, pay in batch
    ]
    together = [paid(line) for line in lines(KOSEI, cases)]
    assert together == [paid(lines(KOSEI, [one])[0]) for one in cases]


def test_ten_years_are_enough_from_august_2017() -> None:
    work = [{"start": "1990-01-01", "end": "1999-12-31"}]
    before = ask(KISO, "1950-01-01", "2017-07-31", work)
    after = ask(KISO, "1950-01-01", "2017-08-01", work)
    assert before["status"] == "not_entitled" and after["status"] == "entitled"


@pytest.mark.parametrize(
    ("born", "factor"),
    [("1962-04-01", "0.7"), ("1962-04-02", "0.76")],  # 60 months at 0.5 and 0.4 %
)
def test_early_rates_by_birth(born: str, factor: str) -> None:
    line = ask(KISO, born, "2022-03-31" if factor == "0.7" else "2022-04-01",
               [{"credited": {"months": 400}}])  # fmt: skip
    assert line["steps"]["age_factor"] == factor


@pytest.mark.parametrize(("born", "factor"), [("1952-04-01", "1.42"), ("1952-04-02", "1.679")])
def test_deferral_ends_at_70_or_75_by_birth(born: str, factor: str) -> None:
    line = ask(KISO, born, "2025-05-01", [{"credited": {"months": 400}}])
    assert line["steps"]["age_factor"] == factor


def test_births_before_2_april_1941_have_shorter_full_careers() -> None:
    line = ask(KISO, "1941-04-01", "2018-04-01", [{"credited": {"months": 480}}])
    assert line["status"] == "unknown" and line["why"] >= {"rule_unknown"}


@pytest.mark.parametrize(
    ("reference", "rates"),
    [
        (2016, [5, 11, 16, 22, 27, 33]),  # 18.182 % in October 2016, tenths of a month's pay
        (2012, [5, 10, 15, 20, 25, 30]),
        (2004, [4, 8, 13, 17, 21]),
    ],
)
def test_payment_rates_of_the_lump_sum(reference: int, rates: list[int]) -> None:
    foreign = {"nationalities": ["PH"], "residence": "PH"}
    last = (reference + 1) * 12 + 8  # September of the year after the reference October
    for months, tenths in zip(range(6, 42, 6), rates, strict=False):
        pay = dict.fromkeys(range(last - months + 1, last + 1), 100000)
        claim = date(reference + 2, 1, 10)
        line = ask(KOSEI, "1980-05-05", claim, remuneration(pay), branch="refund", **foreign)
        assert line["pays"] == str(10_000 * tenths)


def test_sixty_months_are_refunded_from_april_2021() -> None:
    foreign = {"nationalities": ["VN"], "residence": "VN"}
    for last, most in (("2021-03-31", 36), ("2021-04-30", 60)):
        work = [{"start": "2015-01-01", "end": last}]
        line = ask(KISO, "1990-01-01", "2021-06-01", work, branch="refund", **foreign)
        assert line["steps"]["refund_number"] == str(most)


def test_who_lives_in_japan_or_is_japanese_gets_no_lump_sum() -> None:
    work = [{"start": "2020-01-01", "end": "2024-12-31"}]
    at_home = {"nationalities": ["VN"], "residence": "JP"}
    japanese = {"nationalities": ["JP"], "residence": "US"}
    for person in (at_home, japanese):
        line = ask(KISO, "1990-01-01", "2025-06-01", work, branch="refund", **person)
        assert line["status"] == "not_entitled"
    line = ask(KISO, "1990-01-01", "2025-06-01", work, branch="refund", residence="VN")
    assert line["status"] == "unknown"


def test_the_older_group_has_its_own_amounts_from_2023() -> None:
    work = [{"credited": {"months": 480}}]
    for born, full in (("1956-04-01", "829300"), ("1956-04-02", "831700")):
        assert ask(KISO, born, "2025-06-01", work)["steps"]["full_pension"] == full
