"""Rounding against Fraction; text against scaled integers."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.exact import (
    MAX,
    Overflow,
    decimal_text,
    mul_div,
    parse_number,
    scale_text,
    to_step,
    trimmed,
)

HUGE = st.integers(0, 2**62)
HOW = {
    "down": floor,
    "up": ceil,
    "half_up": lambda x: floor(x + Fraction(1, 2)),
}


@given(
    st.lists(st.tuples(HUGE, HUGE, st.integers(1, 2**62)), min_size=1, max_size=6),
    st.sampled_from(sorted(HOW)),
)
def test_mul_div_is_the_fraction_rounded_once(rows: list[tuple[int, int, int]], how: str) -> None:
    wanted = [HOW[how](Fraction(a * b, d)) for a, b, d in rows]
    a, b, d = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    if max(wanted) > MAX:
        with pytest.raises(Overflow) as lost:
            mul_div(a, b, d, how)
        assert lost.value.rows.tolist() == [value > MAX for value in wanted]
    else:
        assert mul_div(a, b, d, how).tolist() == wanted


@given(st.integers(0, 10**12), st.integers(1, 1000), st.sampled_from(sorted(HOW)))
def test_to_step(x: int, step: int, how: str) -> None:
    assert int(to_step(x, step, how)) == HOW[how](Fraction(x, step)) * step


def test_a_negative_operand_is_refused() -> None:
    with pytest.raises(ValueError, match="a, b >= 0"):
        mul_div([-1], [1], [1])
    with pytest.raises(ValueError, match="d > 0"):
        mul_div([1], [1], [0])


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_text_and_integer_are_inverse(value: int, scale: int) -> None:
    assert scale_text(decimal_text(value, scale), scale) == value
    assert parse_number(trimmed(value, scale)) == Fraction(value, 10**scale)


@pytest.mark.parametrize("text", ["1e5", "1,234", "NaN", "", " 1", "0x1", "1.", "--1", True])
def test_only_plain_decimals_are_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"number"):
        parse_number(text)
