"""Philippines, SSS: against a plain oracle; the semester, the allowance, dependants, survivors."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import ph_sss as oracle
from oracles.plain import add_months

SSS = "ph-sss"


@st.composite
def careers(draw: st.DrawFn) -> tuple[date, date, dict[int, int]]:
    born = draw(st.dates(date(1940, 1, 1), date(1966, 12, 28)).filter(lambda d: d.day <= 28))
    claim = add_months(born, draw(st.sampled_from([719, 720, 745, 780, 800])))
    month = 12 * draw(st.integers(1984, 2000)) + draw(st.integers(0, 11))
    record: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 6))):
        credit = draw(st.sampled_from([1000, 5000, 9000, 16000, 20000, 30000]))
        for _ in range(draw(st.integers(3, 130))):
            record[month] = credit
            month += 1
        month += draw(st.integers(0, 40))
    end = claim.year * 12 + claim.month - 1
    return born, claim, {m: c for m, c in record.items() if m < end and m >= born.year * 12 + 13}


def periods(record: dict[int, int]) -> list[dict[str, Any]]:
    """One line a month, as the SSS record is kept."""
    out = []
    for month, credit in record.items():
        first = date(month // 12, month % 12 + 1, 1)
        last = add_months(first, 1).toordinal() - 1
        out.append({"start": first, "end": date.fromordinal(last), "earnings": credit})
    return out


def text(centavos: int | None) -> str | None:
    return None if not centavos else f"{centavos // 100}.{centavos % 100:02d}"


@given(careers().filter(lambda c: c[2]))
def test_calculator_agrees_with_the_oracle(career: tuple[date, date, dict[int, int]]) -> None:
    born, claim, record = career
    line = ask(SSS, born, claim, periods(record))
    want = oracle.pension(born, claim, record)
    assert (line["status"] == "entitled") == (want != 0)
    assert line["pays"] == text(want)


@given(st.lists(careers().filter(lambda c: c[2]), min_size=2, max_size=4))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [case(SSS, born, claim, periods(record)) for born, claim, record in batch]
    together = [paid(line) for line in lines(SSS, cases)]
    assert together == [paid(lines(SSS, [one])[0]) for one in cases]


def test_contributions_of_the_semester_do_not_count() -> None:
    """Retirement in May: the semester runs from January to June."""
    ten = [{"start": "2010-01-01", "end": "2019-12-31", "earnings": 1_200_000}]
    late = [{"start": "2010-02-01", "end": "2020-01-31", "earnings": 1_200_000}]
    assert ask(SSS, "1960-05-01", "2020-05-15", ten)["status"] == "entitled"
    assert ask(SSS, "1960-05-01", "2020-05-15", late)["status"] == "not_entitled"


@pytest.mark.parametrize(("claim", "pays"), [("2016-12-31", "9300.00"), ("2017-01-01", "10300.00")])
def test_the_allowance_of_1000_pesos_began_in_2017(claim: str, pays: str) -> None:
    facts = {"amsc": 15000, "credited_years": 30}
    line = ask(SSS, "1950-01-01", claim, [{"credited": {"months": 360}}], facts)
    assert line["pays"] == pays


def test_salary_credits_above_20000_go_to_the_provident_fund() -> None:
    work = [{"start": "2005-01-01", "end": "2025-12-31", "earnings": 21 * 12 * 30_000}]
    line = ask(SSS, "1960-01-01", "2026-09-15", work)
    assert line["steps"]["amsc"] == "26785.71"  # 30,000 to March 2019, 20,000 from then on


def test_years_before_1985_are_not_credited_by_guess() -> None:
    work = [{"start": "1980-01-01", "end": "1999-12-31", "earnings": 240_000}]
    line = ask(SSS, "1950-01-01", "2012-01-01", work)
    assert line["status"] == "entitled" and line["why"] == {"fact_missing"}


def test_the_five_youngest_children_get_a_tenth_until_21() -> None:
    work = [{"credited": {"months": 240}}]
    facts = {"amsc": 10000, "credited_years": 20}
    births = ["1995-01-01", *(f"{y}-01-01" for y in range(2000, 2006))]
    family = [{"relation": "child", "born": born} for born in births]
    made = entitlements(work, facts, family, "old_age", "2017-06-01")
    awarded = [line["payable"]["amount"] for line in made if line.get("payable")]
    assert awarded == ["430.00"] * 5  # of 4,300; the eldest is 22, one more is the sixth


def test_the_spouse_has_the_whole_pension_of_the_deceased() -> None:
    family = [{"relation": "spouse", "born": "1960-01-01"}]
    facts = {"amsc": 10000, "credited_years": 20}
    made = entitlements([{"credited": {"months": 240}}], facts, family, "survivors", "2017-06-01")
    assert [line["payable"]["amount"] for line in made] == ["4300.00"]


def entitlements(
    work: list[dict[str, Any]], facts: dict[str, int], family: Any, branch: str, day: str
) -> list[dict[str, Any]]:
    """The claimants' lines of one case."""
    from portability.answer import answer

    event = {"event": day} if branch == "survivors" else {}
    one = case(SSS, "1955-01-01", day, work, facts, branch, family, **event)

    found = answer(one, [], ahead=False)["entitlements"]
    return [line for line in found if "claimant" in line]
