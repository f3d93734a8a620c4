"""Spain: calculator against a plain oracle, official figures, both sides of each change of law."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import es_rg as oracle

from calculators.es.record import days_of, whole_months
from calculators.es.rg import RegimenGeneral
from portability import registry
from portability.build import cohort_of
from portability.case import load
from portability.holding import holdings
from portability.tables import Table
from portability.totalization import totalize
from portability.trace import Recorder, Run
from portability.view import View
from portability.yamlsource import Source

RG = "es-rg"
SCHEME: Any = registry.load(RG)


class Abroad(View):
    """Own periods and a plain number of foreign days."""

    more = 0

    def foreign(self) -> Any:
        return np.full(len(self.own.undated), self.more, np.int64)


def case(
    born: date,
    claim: date,
    lines: list[dict[str, Any]],
    facts: dict[str, Any] | None = None,
    branch: str = "old_age",
    births: tuple[date, ...] = (),
) -> Any:
    wanted = {"branch": branch, "date": claim.isoformat()}
    if branch == "invalidity":
        wanted["event"] = claim.isoformat()
    return load(
        Source(
            "case",
            {
                "schema": "portability/case@1",
                "person": {
                    "born": born.isoformat(),
                    "sex": "female" if births else "male",
                    "children": [{"born": birth.isoformat()} for birth in births],
                },
                "claim": wanted,
                "periods": [{"scheme": RG, **line} for line in lines],
                "facts": {RG: facts} if facts else {},
            },
        )
    )


def span(start: date, end: date, **more: Any) -> dict[str, Any]:
    return {"start": start.isoformat(), "end": end.isoformat(), **more}


def traced(one: Any, foreign: int = 0, scheme: Any = SCHEME) -> dict[str, Any]:
    held = holdings(cohort_of([one]), {RG: scheme})[RG]
    view = Abroad(held.credited)
    view.more = foreign
    run = Run(1, RG, "xx", facts=held.facts(), trace_to=Recorder())
    qual = scheme.qualify(run, held.co, view)
    right_known = not run.unknown_right[0]
    run.stage = "amount"
    q = scheme.accrue(run, held.co, view, qual, "amount", "theoretical")
    steps = {step["step"]: step["value"] for step in run.trace_to.steps}
    return {
        **steps,
        "variant": int(qual.variant[0]),
        "right_known": right_known,
        "known": not run.unknown_amount[0],
        "v": int(q.v[0]),
        "career": int(scheme.term("full_career", run, held.co, view)[0]),
    }


@st.composite
def careers(draw: st.DrawFn) -> tuple[Any, ...]:
    claim = draw(st.dates(date(2013, 1, 1), date(2026, 12, 28)))
    months = draw(st.integers(61 * 12, 69 * 12))
    total = claim.year * 12 + claim.month - 1 - months
    born = date(total // 12, total % 12 + 1, draw(st.integers(1, 28)))
    length = draw(st.integers(1000, 16000))
    gap = draw(st.sampled_from([0, 0, 0, 40, 400]))
    end = claim - timedelta(days=1 + gap)
    start = max(end - timedelta(days=length - 1), born + timedelta(days=366 * 16))
    return (
        born,
        claim,
        start,
        end,
        draw(st.sampled_from([0, 0, 2000])),
        draw(st.integers(100_00, 4500_00)),
        draw(st.booleans()),
    )


@given(careers())
def test_calculator_agrees_with_the_oracle(career: tuple[Any, ...]) -> None:
    born, claim, start, end, foreign, base, dismissed = career
    days = (end - start).days + 1
    recent = 5000 if start < claim.replace(year=claim.year - 3, day=1) else 0
    if recent == 0:
        return
    total = days + foreign
    age = (
        780
        if oracle.whole_months(total) >= oracle.by_year("long_period", claim.year)
        else int(oracle.by_year("ordinary_age", claim.year))
    )
    after = max(0, (end - oracle.birthday(born, age)).days + 1)
    after = min(after, days)
    want = oracle.pension(born, claim, total, recent, base, after, dismissed)
    money = f"{base // 100}.{base % 100:02d}"
    facts = {"regulatory_base": money, "involuntary_end": int(dismissed)}
    got = traced(case(born, claim, [span(start, end)], facts), foreign)
    assert got["variant"] == ["none", "early", "involuntary", "ordinary"].index(want["variant"])
    if want["variant"] == "none":
        return
    assert got["contributed_months"] == str(want["months"])
    assert got["known"] == (want["amount"] is not None)
    if want["amount"] is not None:
        assert got["v"] == want["amount"]


@given(st.lists(careers(), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [
        case(c[0], c[1], [span(c[2], c[3], earnings=100_000)], {"regulatory_base": 900})
        for c in batch
    ]
    together = totalize(cohort_of(cases), {RG: SCHEME}, []).decisions[RG]
    for i, one in enumerate(cases):
        alone = totalize(cohort_of([one]), {RG: SCHEME}, []).decisions[RG]
        assert (alone.amount[0], alone.entitled[0]) == (together.amount[i], together.entitled[i])


@pytest.mark.parametrize(("year", "months"), [(2015, 426), (2021, 432), (2024, 438), (2027, 444)])
def test_the_four_scales_reach_100(year: int, months: int) -> None:
    """LGSS DT 9: 50 percent at 15 years; 35y6m, 36y, 36y6m and 37y give 100."""
    assert oracle.percent(year, 180) == 50
    assert oracle.percent(year, months) == 100 > oracle.percent(year, months - 1)
    assert oracle.full_career_days(year) == int(days_of(np.array([months]))[0])


@pytest.mark.parametrize(
    ("days", "months"),
    [(365, 12), (364, 11), (183, 6), (182, 5), (5475, 180), (5474, 179), (30, 0), (31, 1)],
)
def test_days_become_whole_months(days: int, months: int) -> None:
    """RD 1716/2012 art. 3.1."""
    assert int(whole_months(np.array([days]))[0]) == oracle.whole_months(days) == months


def test_both_sides_of_the_scale_of_2023() -> None:
    """106 months at 0.21 to 2022, 49 from 2023."""
    lines = [span(date(1990, 1, 1), date(2014, 12, 31))]
    before = traced(case(date(1956, 1, 5), date(2022, 12, 31), lines, {"regulatory_base": 1000}))
    after = traced(case(date(1956, 1, 5), date(2023, 12, 1), lines, {"regulatory_base": 1000}))
    assert (before["contributed_months"], before["percent"]) == ("300", "74.92")
    assert after["percent"] == "73.78"


def test_both_sides_of_the_ordinary_age_of_2025() -> None:
    """66 years 6 months in 2024, 66 years 8 months in 2025 (LGSS DT 7)."""
    lines = [span(date(1990, 1, 1), date(2014, 12, 31))]
    for born, claim, open_ in (
        (date(1958, 6, 15), date(2024, 12, 15), True),
        (date(1958, 7, 15), date(2025, 1, 15), False),
        (date(1958, 7, 15), date(2025, 3, 15), True),
    ):
        assert (
            traced(case(born, claim, lines, {"regulatory_base": 1000}))["variant"] == 3
        ) is open_


def test_the_maximum_limits_before_the_share() -> None:
    lines = [span(date(1980, 1, 1), date(2024, 12, 31))]
    got = traced(case(date(1960, 1, 10), date(2025, 1, 10), lines, {"regulatory_base": 5000}))
    assert (got["pension_before_maximum"], got["full_pension"]) == ("5000.00", "3267.60")


def test_early_by_24_months_below_38_years_and_a_half() -> None:
    """LGSS art. 208.2: 21 percent; above the maximum 7.40 percent of it in 2025 (DT 34)."""
    lines = [span(date(1988, 6, 1), date(2025, 3, 9))]
    for base, v in ((2000, 1580_00), (4000, 3025_80)):  # 3267.60 less 7.40 percent
        got = traced(case(date(1960, 3, 10), date(2025, 3, 10), lines, {"regulatory_base": base}))
        assert (got["variant"], got["v"]) == (1, v)


def test_full_career_by_date() -> None:
    """12775 days in 2002 (STS 2011-01-31); 35.5 years in 2013-2019 (STSJ Cantabria 1025/2015: 2203
    days print 17 %)."""
    lines = [span(date(1970, 1, 1), date(2001, 12, 31))]
    careers_ = {
        year: traced(case(date(1937, 3, 24), date(year, 3, 25), lines, {"regulatory_base": 1}))[
            "career"
        ]
        for year in (2002, 2015, 2021, 2024)
    }
    assert careers_ == {2002: 12_775, 2015: 12_958, 2021: 13_140, 2024: 13_323}
    assert round(Fraction(2203, 12_958) * 100) == 17


def test_deferral_by_date() -> None:
    """4 percent a full year; from 2025-04-01 2 more for a part above six months (LGSS art.
    210.2)."""
    lines = [span(date(1990, 1, 1), date(2025, 3, 30))]
    one = case(date(1957, 6, 1), date(2025, 3, 31), lines, {"regulatory_base": 1000})
    two = case(date(1957, 6, 1), date(2025, 4, 1), lines, {"regulatory_base": 1000})
    assert (traced(one)["deferral_percent"], traced(two)["deferral_percent"]) == ("4", "4")
    late = case(date(1957, 1, 1), date(2025, 4, 1), lines, {"regulatory_base": 1000})
    assert traced(late)["deferral_percent"] == "6"


def priced() -> tuple[Any, dict[int, Fraction]]:
    """The scheme with an invented price index back to 1990: the printed one starts in 2002."""
    index = {
        month: Fraction(20_000 + 137 * (month - 1970 * 12), 1000)
        for month in range(1970 * 12, 2030 * 12)
    }
    table = SCHEME.tables["price_index"]
    keys = np.array(list(index), np.int64)
    values = np.array([int(v * 1000) for v in index.values()], np.int64)
    made: Table = attrs.evolve(
        table, keys=keys, values=values, certain=np.ones(len(keys), np.bool_)
    )
    source = attrs.evolve(SCHEME.source, tables={**SCHEME.tables, "price_index": made})
    return RegimenGeneral(source), index


@given(
    st.dates(date(2013, 1, 1), date(2026, 12, 28)),
    st.lists(st.integers(500_00, 4000_00), min_size=40, max_size=40),
    st.booleans(),
)
@settings(max_examples=8)
def test_regulatory_base(claim: date, yearly: list[int], by_month: bool) -> None:
    scheme, index = priced()
    bases, lines = {}, []
    for i, year in enumerate(range(claim.year - 39, claim.year + 1)):
        for month in range(1, 13):
            base = yearly[i] + (month * 7_00 if by_month else 0)
            bases[year, month] = base
            start = date(year, month, 1)
            if start >= claim.replace(day=1):
                continue
            end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            lines.append(span(start, end, earnings=f"{base // 100}.{base % 100:02d}"))
    born = claim.replace(year=claim.year - 68, day=1)
    got = traced(case(born, claim, lines), scheme=scheme)
    want = oracle.regulatory_base(claim, bases, index)
    assert got["regulatory_base"].replace(".", "") == str(want)


def test_without_a_price_index_the_base_is_unknown() -> None:
    one = case(
        date(1957, 1, 1),
        date(2024, 4, 1),
        [span(date(1985, 1, 1), date(2024, 3, 31), earnings=900_000)],
    )
    made = totalize(cohort_of([one]), {RG: SCHEME}, []).decisions[RG]
    assert made.entitled[0] and not made.known[0]


def test_days_for_births() -> None:
    """LGSS art. 235: 112 days a birth, 126 for twins, less the days contributed then."""
    lines = [span(date(1985, 1, 1), date(1999, 12, 31)), span(date(2002, 1, 1), date(2024, 12, 31))]
    own = sum(
        (date.fromisoformat(x["end"]) - date.fromisoformat(x["start"])).days + 1 for x in lines
    )
    for births, added in (
        ((date(2000, 6, 1),), 112),
        ((date(2000, 6, 1), date(2000, 6, 1)), 126),
        ((date(1990, 6, 1),), 0),
        ((date(1999, 12, 1),), 81),
    ):
        one = case(
            date(1958, 1, 10), date(2025, 1, 10), lines, {"regulatory_base": 1000}, births=births
        )
        held = holdings(cohort_of([one]), {RG: SCHEME})[RG]
        assert int(held.credited.total()[0]) == own + added
    certified = case(
        date(1958, 1, 10),
        date(2025, 1, 10),
        [span(date(1985, 1, 1), date(1999, 12, 31), credited={"days": 5000})],
        {"regulatory_base": 1000},
        births=(date(2000, 6, 1),),
    )
    assert not traced(certified)["known"]


@given(
    st.dates(date(2012, 1, 1), date(2026, 2, 28)),
    st.integers(24, 60),
    st.integers(10, 40),
    st.sampled_from([55, 75, 100]),
    st.integers(600_00, 4000_00),
)
@settings(max_examples=25)
def test_permanent_incapacity(event: date, years: int, work: int, degree: int, base: int) -> None:
    """LGSS arts. 195, 197 on the printed price index; every month of the last ten years insured."""
    born = event.replace(year=event.year - years, day=1)
    work = min(work, years - 17)
    start = date(event.year - work, 1, 1)
    bases, lines = {}, []
    for year in range(start.year, event.year + 1):
        for month in range(1, 13):
            first = date(year, month, 1)
            if first >= event.replace(day=1):
                continue
            bases[year, month] = base + month * 100
            end = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            money = bases[year, month]
            lines.append(span(first, end, earnings=f"{money // 100}.{money % 100:02d}"))
    if work < 9 or event.year not in range(2012, 2027) or event.year == 2023:
        return
    facts = {"incapacity_percent": degree}
    got = traced(case(born, event, lines, facts, branch="invalidity"))
    days = (event.replace(day=1) - start).days
    want = oracle.incapacity(born, event, days, min(days, 3652), bases, degree)
    assert (got["variant"] == 4) is want["met"]
    assert got["known"]
    assert got["incapacity_base"].replace(".", "") == str(want["base"])
    assert got["v"] == want["amount"]


def test_incapacity_needs_the_degree() -> None:
    lines = [span(date(2000, 1, 1), date(2024, 12, 31), earnings=600_000)]
    got = traced(case(date(1975, 1, 1), date(2025, 1, 10), lines, branch="invalidity"))
    assert got["variant"] == 4 and not got["known"]
