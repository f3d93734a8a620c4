"""Netherlands, AOW: the calculator against a plain oracle; ages, gaps and amounts at edges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import nl_aow as oracle
from oracles.plain import add_months

AOW = "nl-aow"


@st.composite
def careers(draw: st.DrawFn) -> tuple[date, date, list[tuple[date, date]], bool]:
    born = draw(st.dates(date(1947, 1, 1), date(1962, 9, 30)).filter(lambda d: d.day <= 28))
    age = int(oracle.T.on("pension_age", born))
    claim = add_months(born, age + draw(st.integers(0, 30)))
    spans = []
    for _ in range(draw(st.integers(1, 5))):
        start = born + timedelta(draw(st.integers(0, 20_000)))
        spans.append((start, start + timedelta(draw(st.integers(400, 9000)))))
    return born, claim, [(a, min(b, claim)) for a, b in spans if a < claim], draw(st.booleans())


def periods(spans: list[tuple[date, date]]) -> list[dict[str, Any]]:
    return [{"kind": "residence", "start": a, "end": b - timedelta(1)} for a, b in spans]


@given(careers())
def test_calculator_agrees_with_the_oracle(
    career: tuple[date, date, list[tuple[date, date]], bool],
) -> None:
    born, claim, spans, shared = career
    line = ask(AOW, born, claim, periods(spans), {"shared_household": int(shared)})
    assert line["status"] == "entitled"
    assert line["steps"]["percent"] == str(oracle.percent(born, spans))
    want = oracle.pension(born, claim, spans, shared)
    assert line["pays"] == (None if want is None else f"{want // 100}.{want % 100:02d}")


@given(st.lists(careers(), min_size=2, max_size=6))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [
        case(AOW, born, claim, periods(spans), {"shared_household": int(shared)})
        for born, claim, spans, shared in batch
    ]
    together = [paid(line) for line in lines(AOW, cases)]
    assert together == [paid(lines(AOW, [one])[0]) for one in cases]


@pytest.mark.parametrize(
    ("born", "months"),
    [
        ("1947-12-31", 780),  # AOW art. 7a: 65 before 2013
        ("1948-01-01", 781),
        ("1953-08-31", 796),
        ("1955-08-31", 796),  # frozen 2019-2021
        ("1955-09-01", 799),
        ("1957-02-28", 802),
        ("1957-03-01", 804),
        ("1961-01-01", 807),
    ],
)
def test_pension_age_by_birth(born: str, months: int) -> None:
    day = add_months(date.fromisoformat(born), months)
    stays = [{"kind": "residence", "start": "1990-01-01", "end": "2009-12-31"}]
    assert ask(AOW, born, day, stays)["status"] == "entitled"
    early = ask(AOW, born, day - timedelta(1), stays)
    assert early["status"] in ("deferred", "not_entitled")


def test_a_birth_whose_age_is_not_yet_fixed_is_unknown() -> None:
    stays = [{"kind": "residence", "start": "1990-01-01", "end": "2009-12-31"}]
    assert ask(AOW, "1962-10-01", "2030-01-01", stays)["status"] == "unknown"


def test_days_that_make_no_year_are_left_out() -> None:
    """Regeling herleiding art. 1(4), on both sides of a whole year without insurance."""
    born, first = "1953-05-01", date(1969, 9, 1)
    for gap, want in ((359, "100"), (360, "98")):
        start = add_months(first, gap // 30) + timedelta(gap % 30)
        stay = [{"kind": "residence", "start": start, "end": "2019-08-31"}]
        assert ask(AOW, born, "2019-09-01", stay)["steps"]["percent"] == want


def test_the_household_is_asked_for() -> None:
    stay = [{"kind": "residence", "start": "1970-01-01", "end": "2019-08-31"}]
    line = ask(AOW, "1953-05-01", "2019-09-01", stay)
    assert line["status"] == "entitled" and line["payable"] is None
    assert line["why"] == {"fact_missing"}


def test_a_half_year_that_was_not_seen_is_unknown() -> None:
    stay = [{"kind": "residence", "start": "1970-01-01", "end": "2019-08-31"}]
    seen = ask(AOW, "1953-05-01", "2019-12-31", stay, {"shared_household": 0})
    unseen = ask(AOW, "1952-05-01", "2018-08-01", stay, {"shared_household": 0})
    assert seen["pays"] == "1228.22" and unseen["why"] == {"parameter_not_published"}
