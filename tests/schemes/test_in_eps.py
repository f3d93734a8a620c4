"""India, EPS 1995: against a plain oracle; both sides of the changes of 2014 and 2024."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import in_eps as oracle
from oracles.plain import add_months

EPS = "in-eps"


@st.composite
def careers(draw: st.DrawFn) -> tuple[Any, ...]:
    born = draw(st.dates(date(1945, 1, 1), date(1966, 12, 28)).filter(lambda d: d.day <= 28))
    claim = add_months(born, draw(st.sampled_from([599, 600, 624, 660, 690, 696, 700, 730])))
    spans: list[oracle.Span] = []
    start = date(draw(st.integers(1985, 2012)), draw(st.integers(1, 12)), 1)
    for _ in range(draw(st.integers(1, 4))):
        end = add_months(start, draw(st.integers(6, 170))) - timedelta(1)
        if end >= claim:
            break
        spans.append((start, end, draw(st.sampled_from([2000, 4900, 6400, 9000, 15000, 40000]))))
        start = add_months(end + timedelta(1), draw(st.integers(0, 24)))
    return born, claim, spans, draw(st.booleans())


def periods(spans: list[oracle.Span]) -> list[dict[str, Any]]:
    """A line for each calendar year, so that wages and years agree."""
    out = []
    for a, b, wage in spans:
        for year in range(a.year, b.year + 1):
            low, high = max(a, date(year, 1, 1)), min(b, date(year, 12, 31))
            months = high.month - low.month + 1
            out.append({"start": low, "end": high, "earnings": wage * months})
    return out


def text(paise: int | None) -> str | None:
    return None if not paise else f"{paise // 100}.{paise % 100:02d}"


@given(careers().filter(lambda c: c[2]))
def test_calculator_agrees_with_the_oracle(career: tuple[Any, ...]) -> None:
    born, claim, spans, high = career
    line = ask(EPS, born, claim, periods(spans), {"salary_1995_at_least_2500": int(high)})
    want = oracle.pension(born, claim, spans, high)
    assert (line["status"] == "entitled") == (want != 0)
    assert line["pays"] == text(want)


@given(careers().filter(lambda c: c[2]), st.dates(date(2013, 1, 1), date(2026, 1, 1)))
def test_withdrawal_agrees_with_the_oracle(career: tuple[Any, ...], claim: date) -> None:
    spans = [(a, b, wage) for a, b, wage in career[2][:1] if b < claim]
    if not spans:
        return
    line = ask(EPS, career[0], claim, periods(spans), branch="refund")
    want = oracle.withdrawal(claim, spans)
    assert (line["status"] == "entitled") == (want != 0)
    assert line["pays"] == text(want)


@given(st.lists(careers().filter(lambda c: c[2]), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [
        case(EPS, born, claim, periods(spans), {"salary_1995_at_least_2500": int(high)})
        for born, claim, spans, high in batch
    ]
    together = [paid(line) for line in lines(EPS, cases)]
    assert together == [paid(lines(EPS, [one])[0]) for one in cases]


def worked(start: str, end: str, wage: int) -> list[dict[str, Any]]:
    return periods([(date.fromisoformat(start), date.fromisoformat(end), wage)])


def test_half_a_year_makes_the_tenth_year_of_eligible_service() -> None:
    """Para. 9: 9 years 6 months are ten years, 9 years 5 months are not."""
    for end, status in (("2014-03-31", "entitled"), ("2014-02-28", "not_entitled")):
        line = ask(EPS, "1956-06-01", "2014-06-01", worked("2004-10-01", end, 6000))
        assert line["status"] == status


def test_the_average_runs_over_sixty_months_from_september_2014() -> None:
    """A rise in the last year counts in full before, for a fifth after."""
    for end, average in (("2014-08-31", "6000.00"), ("2014-09-30", "3200.00")):
        last = date.fromisoformat(end)
        rise = add_months(date(last.year, last.month, 1), -11)
        spans = [(date(2000, 1, 1), rise - timedelta(1), 2500), (rise, last, 6000)]
        line = ask(EPS, "1956-01-01", "2014-10-01", periods(spans))
        assert line["steps"]["pensionable_salary"] == average


def test_the_minimum_of_1000_rupees_began_on_1_september_2014() -> None:
    work = worked("2000-01-01", "2013-12-31", 500)
    assert ask(EPS, "1956-01-01", "2014-08-31", work)["pays"] == "100.00"
    assert ask(EPS, "1956-01-01", "2014-09-01", work)["pays"] == "1000.00"


def test_early_pensions_before_26_september_2008_are_not_known() -> None:
    work = worked("1996-01-01", "2007-12-31", 5000)
    assert ask(EPS, "1953-09-26", "2008-09-26", work)["pays"] == "754.00"  # 857 less 12 %
    assert ask(EPS, "1953-09-25", "2008-09-25", work)["why"] == {"parameter_not_published"}


@pytest.mark.parametrize(
    ("claim", "end", "pays"),
    [
        ("2024-06-13", "2022-12-31", "75300.00"),  # five years: 5.02 x 15,000
        ("2024-06-13", "2022-11-30", None),  # a broken year was not ruled
        ("2024-06-14", "2022-12-31", None),  # 60 months: the new figure was not seen
        ("2024-06-14", "2023-12-31", "91050.00"),  # 72 months: 6.07 x 15,000
    ],
)
def test_table_d_goes_by_months_from_14_june_2024(claim: str, end: str, pays: str | None) -> None:
    line = ask(EPS, "1990-01-01", claim, worked("2018-01-01", end, 17778), branch="refund")
    assert (line["status"], line["pays"]) == ("entitled", pays)
