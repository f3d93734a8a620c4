"""A row whose value nobody saw is a hole in a dated table, never the value before it."""

from __future__ import annotations

from portability.dates import day
from portability.tables import compiled

ROWS = [
    {"from": "2020-01-01", "value": "1.00"},
    {"from": "2021-01-01", "value": None},
    {"from": "2022-01-01", "value": "2.00", "unverified": True},
    {"from": "2023-01-01", "value": "3.00"},
]
HEAD = {"unit": "EUR cent", "cite": "an act", "source": "a gazette", "checked": "2026-11-24"}


def test_a_hole_is_unknown_and_its_neighbours_are_known() -> None:
    table = compiled("t", "xx", {**HEAD, "by": "date", "rows": ROWS})
    asked = [day(f"{year}-06-01") for year in range(2019, 2025)]
    values, known = table.find(asked)
    assert known.tolist() == [False, True, False, False, True, True]
    assert values.tolist() == [0, 100, 0, 0, 300, 300]


def test_one_day_alone_meets_the_hole_too() -> None:
    table = compiled("t", "xx", {**HEAD, "by": "date", "rows": ROWS})
    assert not table.has(day("2021-06-01")) and table.has(day("2023-06-01"))


def test_an_unverified_year_is_unknown() -> None:
    text = {**HEAD, "by": "year", "unverified": [2001], "values": {2000: "1", 2001: "2"}}
    assert compiled("t", "xx", text).has([2000, 2001, 2002]).tolist() == [True, False, False]


def test_a_key_read_as_text_is_unverified_too() -> None:
    text = {**HEAD, "by": "year", "unverified": [2001], "values": {"2000": "1", "2001": "2"}}
    assert compiled("t", "xx", text).has([2000, 2001]).tolist() == [True, False]
