"""Conversions against Fraction, and the table of Reg. 987/2009 art. 13."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.units import Conversion, ConversionTable

ART13 = ConversionTable(
    "art13",
    {
        5: {"week": 5, "month": 22, "quarter": 66, "year": 264},
        6: {"week": 6, "month": 26, "quarter": 78, "year": 312},
        7: {"week": 7, "month": 30, "quarter": 90, "year": 360},
    },
    fill_to={"week": 52, "month": 12, "quarter": 4},
)


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 30))
def test_any_rest_rounds_up_and_no_rest_rounds_down(x: int, n: int, m: int) -> None:
    exact = Fraction(x * m, n)
    up = Conversion("day", n, "month", m, remainder_from=1).steps(np.array([x]))
    down = Conversion("day", n, "month", m).steps(np.array([x]))
    assert (int(up[0]), int(down[0])) == (ceil(exact), floor(exact))


def test_a_rest_counts_from_where_the_text_says() -> None:
    """Canada-Philippines XII: twelve months a year, three months of the rest make one more."""
    year = Conversion("month", 12, "year", 1, remainder_from=3)
    assert year.steps(np.array([2, 3, 12, 14, 15, 24])).tolist() == [0, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("x", "source", "week", "target", "wanted"),
    [
        ("100", "day", 6, "month", 4),
        ("100", "day", 5, "month", 5),
        ("100", "day", 7, "month", 4),
        ("10", "week", 7, "month", 3),
        ("5", "month", 7, "week", 22),
        ("40", "week", 7, "quarter", 4),
        ("2.5", "year", 7, "month", 30),
        ("5", "quarter", 7, "month", 15),
        ("3", "month", 7, "day", 90),
    ],
)
def test_article_13(x: str, source: str, week: int, target: str, wanted: int) -> None:
    thousandths = int(Fraction(x) * 1000)
    assert (
        int(ART13.edge(source, target, week, week).steps(np.array([thousandths]), 1000)[0])
        == wanted
    )
