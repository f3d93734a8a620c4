"""United Kingdom, State Pension: against a plain oracle; printed amounts; both sides of reforms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import gb_nsp as oracle

NSP = "gb-nsp"


@st.composite
def careers(draw: st.DrawFn) -> tuple[Any, ...]:
    born = draw(st.dates(date(1953, 4, 6), date(1960, 3, 31)))
    male = draw(st.booleans())
    pension = oracle.pension_day(born, male)
    claim = max(pension, date(2016, 4, 11)) + timedelta(draw(st.integers(0, 400)))
    claim = min(claim, date(2026, 12, 1))
    spans = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.dates(date(1976, 1, 1), claim - timedelta(800)))
        end = min(start + timedelta(draw(st.integers(30, 6000))), claim - timedelta(1))
        spans.append((start, end, draw(st.sampled_from([0, 0, 90_000, 20_000_000]))))
    certified = draw(st.sampled_from([(0, 0), (25_00, 0), (90_00, 10_00)]))
    return born, male, pension, claim, spans, certified


def asked(career: tuple[Any, ...]) -> tuple[Any, ...]:
    born, male, _, claim, spans, (additional, deduction) = career
    periods = [
        {"start": a, "end": b, **({"earnings": f"{m // 100}"} if m else {})} for a, b, m in spans
    ]
    facts = {"additional_pension": f"{additional / 100:.2f}",
             "contracted_out_deduction": f"{deduction / 100:.2f}"}  # fmt: skip
    return NSP, born, claim, periods, facts, "male" if male else "female"


@given(careers())
def test_calculator_agrees_with_the_oracle(career: tuple[Any, ...]) -> None:
    _, _, pension, claim, spans, (additional, deduction) = career
    scheme, born, _, periods, facts, sex = asked(career)
    line = ask(scheme, born, claim, periods, facts, sex=sex)
    before, after = oracle.qualifying(spans, pension)
    assert line["steps"]["qualifying_years_before_2016"] == str(before)
    assert line["steps"]["qualifying_years_from_2016"] == str(after)
    assert (line["status"] == "entitled") == (before + after >= 10 and claim >= pension)
    if line["status"] == "entitled":
        week = oracle.weekly(claim, before, after, additional, deduction)
        want = None if week is None else oracle.deferred(week, claim, pension)
        assert line["pays"] == (None if want is None else f"{want // 100}.{want % 100:02d}")


@given(st.lists(careers(), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = []
    for career in batch:
        scheme, born, claim, periods, facts, sex = asked(career)
        cases.append(case(scheme, born, claim, periods, facts, sex=sex))
    together = [paid(line) for line in lines(NSP, cases)]
    assert together == [paid(lines(NSP, [one])[0]) for one in cases]


def years(before: int, after: int, claim: str = "2025-10-01", **facts: Any) -> Any:
    """A person of pension age with certified qualifying years."""
    stay = [{"start": "2016-04-06", "end": "2024-04-05"}]
    certified = {"qualifying_years_before_2016": before, "qualifying_years_from_2016": after}
    return ask(NSP, "1959-10-01", claim, stay, {**certified, **facts}, sex="male")


@pytest.mark.parametrize(
    ("count", "week"),
    # hmrc/state-pension, conf/resources/TaxRates/2025.json, statePensionRates
    [(10, "65.79"), (20, "131.57"), (30, "197.36"), (34, "223.67"), (35, "230.25"), (40, "230.25")],
)
def test_rates_of_2025_by_years(count: int, week: str) -> None:
    assert years(0, count)["steps"]["weekly_rate"] == week


def test_ten_years_open_the_right() -> None:
    assert years(0, 9)["status"] == "not_entitled"
    assert years(0, 10)["status"] == "entitled"


def test_years_before_2016_need_the_starting_amount() -> None:
    assert years(20, 4)["why"] == {"fact_missing"}
    assert years(20, 4, starting_amount="155.65")["pays"] == "230.25"
    # above the full rate of 2016: a protected payment, revalued by HMRC's factor 1.341149
    assert years(35, 0, starting_amount="165.65")["pays"] == "243.66"


def test_the_new_rules_begin_on_6_april_2016() -> None:
    """Men born on 5 April 1951 get the basic pension, those born a day later the new one."""
    work = [{"start": "1980-04-06", "end": "2010-04-05"}]
    old = ask(NSP, "1951-04-05", "2016-04-05", work, sex="male")
    new = ask(NSP, "1951-04-06", "2016-04-06", work, sex="male")
    assert (old["variant"], old["pays"]) == ("basic_pension", "115.95")
    assert new["variant"] == "new_state_pension" and new["why"] == {"fact_missing"}


def test_pension_ages_before_2010_are_not_held() -> None:
    work = [{"start": "1970-04-06", "end": "2005-04-05"}]
    line = ask(NSP, "1944-01-01", "2012-01-01", work, sex="male")
    assert line["status"] == "unknown" and "rule_unknown" in line["why"]


def test_deferral_pays_from_nine_weeks_on() -> None:
    stay = [{"start": "2016-04-06", "end": "2024-04-05"}]
    facts = {"qualifying_years_before_2016": 0, "qualifying_years_from_2016": 35}
    pension = date(2024, 10, 1)
    for days, week in ((62, "221.20"), (63, "223.41")):
        claim = pension + timedelta(days)
        line = ask(NSP, "1958-10-01", claim, stay, facts, sex="male")
        assert line["pays"] == week
