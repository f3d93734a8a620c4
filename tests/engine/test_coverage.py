"""Crediting against sets of months and days."""

from datetime import date, timedelta

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from portability.cohort import RowSet
from portability.coverage import credit_by_dates, span_years
from portability.dates import day
from portability.units import Conversion
from portability.view import converted

LOW, HIGH = date(1990, 1, 1), date(1999, 12, 31)
DAYS = (HIGH - LOW).days
SPANS = st.lists(
    st.tuples(st.integers(0, DAYS), st.integers(0, 900)).map(
        lambda p: (LOW + timedelta(p[0]), min(LOW + timedelta(p[0] + p[1]), HIGH))
    ),
    max_size=8,
)


def rows(persons: list[list[tuple[date, date]]]) -> RowSet:
    lines = [(i, a, b) for i, spans in enumerate(persons) for a, b in spans]
    n = len(lines)
    start = np.array([day(a.isoformat()) for _, a, _ in lines], np.int32)
    end = np.array([day(b.isoformat()) + 1 for _, _, b in lines], np.int32)
    zero = np.zeros(n, np.int8)
    none = np.full(n, -1, np.int64)
    return RowSet(
        np.array([i for i, _, _ in lines], np.int32),
        start,
        end,
        np.zeros(n, np.int16),
        zero,
        zero,
        zero,
        none.copy(),
        none.copy(),
        none.astype(np.int16),
    )


def days_of(spans: list[tuple[date, date]]) -> set[date]:
    return {a + timedelta(k) for a, b in spans for k in range((b - a).days + 1)}


def oracle(spans: list[tuple[date, date]], unit: str) -> int:
    days = days_of(spans)
    if unit == "day":
        return len(days)
    if unit == "month":
        return len({(d.year, d.month) for d in days})
    if unit == "quarter":
        return len({(d.year, (d.month - 1) // 3) for d in days})
    if unit == "year":
        return len({d.year for d in days})
    return sum(min(-(-sum(d.year == y for d in days) // 7), 52) for y in range(1990, 2000))


@given(
    st.lists(SPANS, min_size=1, max_size=4),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_dates_touch_units(persons: list[list[tuple[date, date]]], unit: str) -> None:
    lines = rows(persons)
    credited = credit_by_dates(len(persons), lines, span_years(lines), unit)
    assert credited.total().tolist() == [oracle(spans, unit) for spans in persons]


@given(SPANS, SPANS, st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_another_period_never_shortens_the_counted_time(
    spans: list[tuple[date, date]], more: list[tuple[date, date]], unit: str
) -> None:
    short, long = rows([spans]), rows([spans + more])
    before = credit_by_dates(1, short, span_years(short), unit).total()
    after = credit_by_dates(1, long, span_years(long), unit).total()
    assert after[0] >= before[0]


@given(SPANS.filter(bool), st.integers(0, 10**7), st.integers(0, 10**9))
def test_certified_sums_and_earnings_stay_whole(
    spans: list[tuple[date, date]], sum_: int, money: int
) -> None:
    lines = rows([spans[:1]])
    lines.credited[:] = sum_
    lines.earnings[:] = money
    credited = credit_by_dates(1, lines, span_years(lines), "month")
    assert int(credited.by_year.sum()) * 1000 + int(credited.undated[0]) == sum_
    assert int(credited.earnings.sum()) == money


def test_five_certified_quarters_of_eight_months_stay_five() -> None:
    """BSG B 5 R 54/11 R: certified units are converted, never recomputed from dates."""
    lines = rows([[(date(1994, 10, 1), date(1995, 6, 1))]])
    lines.credited[:] = 5000
    assert credit_by_dates(1, lines, span_years(lines), "quarter").total().tolist() == [5]


def test_a_sum_certified_over_several_years_is_converted_in_one_operation() -> None:
    """Reg. 987/2009 art. 13(3): 1,000 days are 34 months, not 35 from five roundings."""
    lines = rows([[(date(1990, 1, 1), date(1994, 12, 31))]])
    lines.credited[:] = 1_000_000
    credited = credit_by_dates(1, lines, span_years(lines), "day")
    how = Conversion("day", 30, "month", 1, 1, 12, "as_certified")
    none = np.zeros_like(credited.by_year)
    assert int(converted(None, credited, how, none).sum()) == 34
    assert int(converted(None, credited, evolve(how, per="calendar_year"), none).sum()) == 35


def test_total_converts_all_years_together() -> None:
    lines = rows([[(date(1990, 1, 1), date(1990, 2, 10)), (date(1992, 1, 1), date(1992, 2, 10))]])
    credited = credit_by_dates(1, lines, span_years(lines), "day")
    how = Conversion("day", 30, "month", 1, 1, None, "total")
    none = np.zeros_like(credited.by_year)
    assert int(converted(None, credited, how, none).sum()) == 3  # 82 days; year by year 2 + 2
