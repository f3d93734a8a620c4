"""Canonical JSON: one value, one text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.ledger.canonical import canonical, parse, plain

# (value, canonical text): RFC 8785 s.3.2.2 to 3.2.4 as far as they concern JSON without fractions.
VECTORS: list[tuple[Any, str]] = [
    ({}, "{}"),
    ([], "[]"),
    ({"b": 1, "a": [True, False, None]}, '{"a":[true,false,null],"b":1}'),
    ({"é": 1, "e": 2, "E": 3}, '{"E":3,"e":2,"é":1}'),
    ('\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
    ("\b\f\r\t\u007f\u2028", '"\\b\\f\\r\\t\u007f\u2028"'),
    # A character beyond the first plane is two UTF-16 units and sorts before U+FB33.
    (
        {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
        '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ),
    ([9007199254740991, -9007199254740991, 0], "[9007199254740991,-9007199254740991,0]"),
]


@pytest.mark.parametrize(("value", "text"), VECTORS)
def test_vectors(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()
    assert parse(text) == value


@pytest.mark.parametrize(
    "value",
    [1.5, 1.0, 2**53, -(2**53), {1: "a"}, {"a": {2: "b"}}, Decimal("1.5"), {1, 2}, "\ud800", b"x"],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}',
        '{"a":1,"a":2}',
        '{"a": 1}',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":NaN}',
        '{"a":9007199254740992}',
        '{"a":-0}',
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        ' {"a":1}',
        '{"\ufb33":1,"\U0001f600":2}',
        "",
        "{",
    ],
)
def test_a_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_deep_nesting_is_refused_without_a_crash() -> None:
    value: Any = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(ValueError, match="nested"):
        canonical(value)


def test_plain_makes_text_of_what_json_cannot_hold() -> None:
    value = {"n": 2**70, "d": Decimal("1.50"), "day": date(2026, 11, 24), "t": (1, 2), 5: None}
    assert plain(value) == {
        "n": str(2**70),
        "d": "1.50",
        "day": "2026-11-24",
        "t": [1, 2],
        "5": None,
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(values)
def test_round_trip_and_no_second_form(value: Any) -> None:
    text = canonical(value)
    assert parse(text) == value
    assert canonical(parse(text)) == text
    assert canonical(reversed_keys(value)) == text
