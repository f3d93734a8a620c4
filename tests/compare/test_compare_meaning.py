"""The normal form: equal exactly where the law is equal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.agreement import NONE, NOT_REGULATED, UNKNOWN, AmountRule, Term
from portability.agreement_blocks import conversion_of
from portability.compare import meaning
from portability.compare.meaning import likeness, of_model, of_raw, renamed, span, words
from portability.units import COMMON, UNITS

ES = meaning.Measure("day", 365)  # Spain: a year of 365 days (es/rg.yaml, LGSS art. 205.1 a)


def share(numerator: Any, denominator: Any, **more: Any) -> AmountRule:
    return AmountRule("theoretical", numerator, denominator, **more)


def fixed(unit: str, n: int) -> Term:
    return Term("fixed", unit, n)


def test_35_of_35_years_are_420_of_420_months() -> None:
    years = share(fixed("year", 35), fixed("year", 35))
    months = share(fixed("month", 420), fixed("month", 420))
    assert of_model(years) == of_model(months)
    assert of_model(years) != of_model(share(fixed("year", 35), fixed("month", 421)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("year", 1), ("month", 12)),
        (("year", 1), ("quarter", 4)),
        (("year", 1), ("week", 52)),
        (("quarter", 6), ("month", 18)),
        (("day", 360), ("year", 1)),
    ],
)
def test_lengths_are_the_engines(a: tuple[str, int], b: tuple[str, int]) -> None:
    assert span(*a) == span(*b)
    assert span(*a) != span(b[0], b[1] + 1)


def test_a_year_of_days_is_as_long_as_the_scheme_makes_it() -> None:
    assert span("day", 365, ES) == span("year", 1) and span("day", 360, ES) != span("year", 1)


@given(st.sampled_from(UNITS), st.integers(1, 600))
def test_no_two_lengths_of_one_unit_are_the_same(unit: str, n: int) -> None:
    kind, common = span(unit, n)
    assert kind == "time" and common % n == 0 and common <= n * COMMON
    assert span(unit, n) != span(unit, n + 1)


def edge(**row: Any) -> Any:
    return of_model(conversion_of(row))


def test_an_edge_is_in_lowest_terms_and_keeps_its_direction() -> None:
    assert edge(day=360, gives={"month": 12}) == edge(day=30, gives={"month": 1})
    assert edge(month=3, gives={"quarter": 1}) != edge(quarter=1, gives={"month": 3})
    assert edge(month=3, gives={"quarter": 1}) != edge(
        month=3, gives={"quarter": 1}, remainder_from=1
    )
    assert edge(month=12, gives={"year": 1}, remainder_from=3) != edge(
        month=12, gives={"year": 1}, remainder_from=6
    )


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(2, 5),
    st.sampled_from([None, 1, 2, 7]),
    st.integers(0, 4_000),
)
def test_lowest_terms_convert_as_the_engine_converts(
    n: int, m: int, k: int, rest: int | None, x: int
) -> None:
    """The same form only where `Conversion.steps` gives the same units for every length."""
    import numpy as np

    row = {"day": n, "gives": {"month": m}, **({"remainder_from": rest} if rest else {})}
    wide = {**row, "day": n * k, "gives": {"month": m * k}}
    small, large = conversion_of(row), conversion_of(wide)
    assert of_model(small) == of_model(large)
    days = np.array([x], np.int64)
    assert small.steps(days) == large.steps(days)


def test_lists_and_keys_stand_in_no_order() -> None:
    a = of_raw({"kind": "nationals", "of": ["DE", "FR"], "includes": ["refugees", "survivors"]})
    b = of_raw({"includes": ["survivors", "refugees"], "of": ["FR", "DE"], "kind": "nationals"})
    assert a == b
    assert of_raw({"months": 24}) == of_raw([{"months": 24}])  # one value may stand for a list


def test_the_order_of_counts_is_law() -> None:
    one, other = fixed("year", 1), fixed("year", 2)
    assert of_model((one, other)) != of_model((other, one))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("at least\n   90 days", "At least 90 days.", True),
        ("24–36 months", "24 to 36 months", True),
        ("the parties' periods", "the parties’ periods", True),
        ("pre-entry periods; lump sums", "pre entry periods, lump sums", True),
        ("7(2)", "72", False),
        ("1,5 points", "15 points", False),
        ("more than 10 percent", "more than 10 percent not", False),
        ("above 10%", "above 10", False),
        ("< 12 months", "> 12 months", False),
    ],
)
def test_prose_is_its_words(a: str, b: str, same: bool) -> None:
    assert (words(a) == words(b)) is same


def test_articles_and_remarks_are_no_law() -> None:
    plain = of_raw({"law": "work_state", "cite": "Article 7", "note": "see the protocol"})
    assert plain == of_raw({"law": "work_state", "cite": {"article": "Art. 9"}})


def test_three_ways_to_say_nothing_are_three() -> None:
    assert [of_raw(word) for word in ("unknown", "not_regulated", "none")] == [
        UNKNOWN,
        NOT_REGULATED,
        NONE,
    ]
    assert likeness(NONE, NOT_REGULATED) == "changed" and likeness(NONE, NONE) == "same"


def test_what_is_unknown_is_never_the_same() -> None:
    stated, half = of_raw({"months": 24}), of_raw({"months": 24, "extension_months": "unknown"})
    assert likeness(UNKNOWN, stated) == likeness(UNKNOWN, UNKNOWN) == "unknown"
    assert likeness(half, half) == "unknown"
    assert likeness(half, of_raw({"months": 24, "extension_months": 36})) == "unknown"
    assert likeness(half, of_raw({"months": 60, "extension_months": 36})) == "changed"
    assert of_model(AmountRule("unknown")) is UNKNOWN


def test_bands_by_birth_are_a_set_unless_one_covers_the_other() -> None:
    rows = ((0, 10, 480), (10, 20, 492))
    back = (rows[1], rows[0])
    assert of_model(Term("by_born", "month", rows=rows)) == of_model(
        Term("by_born", "month", rows=back)
    )
    over = ((0, 15, 480), (10, 20, 492))
    assert of_model(Term("by_born", "month", rows=over)) != of_model(
        Term("by_born", "month", rows=(over[1], over[0]))
    )


def test_partners_lose_their_names_and_prose_keeps_them() -> None:
    form = of_raw({"of": ["US", "FR"], "rule": "fr-cnav pays FR"})
    new = renamed(form, {"FR": "DE", "fr-cnav": "de-grv"})
    assert new == of_raw({"of": ["DE", "US"], "rule": "fr-cnav pays FR"})


def test_texts_too_long_to_search_are_shown_whole() -> None:
    from portability.compare.redline import redline

    before, after = "word " * 3_000 + "a", "word " * 3_000 + "b"
    assert redline(before, after) == (("-", before), ("+", after))
