"""United States, title II: benefits of the first years of wage indexing, against figures of the SSA
detailed calculator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schemes.test_us_family import WIDOW, payments, survivors_of, told

US = "us-oasdi"
Row = dict[str, Any]


def year(y: int, earnings: float, quarters: int | None = None) -> Row:
    row: Row = {"scheme": US, "start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": earnings}
    return row if quarters is None else {**row, "credited": {"quarters": quarters}}


def disabled(born: str, onset: str, claim: str, rows: list[Row], *family: Row) -> list[Row]:
    text = {
        "person": {"born": born},
        "claim": {"branch": "invalidity", "date": claim, "event": onset},
        "periods": rows,
        "family": list(family),
    }
    return told(text)


def step(entry: Row, key: str) -> Any:
    return next(s["value"] for s in entry["trace"] if s["step"] == key)


WORK = [
    *(year(y, e, 4) for y, e in ((1969, 7800), (1970, 7800), (1972, 9000), (1975, 14100))),
    *(year(y, e, 4) for y, e in ((1976, 13471.78), (1977, 16500))),
    *(year(y, e) for y, e in ((1978, 17700), (1979, 22900))),
]


@pytest.mark.parametrize(
    ("onset", "claim", "years", "paid"),
    [
        ("1979-08-02", "1980-02-01", "3", "579.00"),
        ("1980-02-02", "1980-08-01", "8", "591.30"),
    ],
)
def test_dropout_years_of_the_disabled_shrink_in_july_1980(
    onset: str, claim: str, years: str, paid: str
) -> None:
    """Public Law 96-265: five years before, one in five since."""
    entry = disabled("1949-06-15", onset, claim, WORK)[0]
    assert step(entry, "computation_years") == years
    assert entry["payable"]["amount"] == paid


def test_before_june_1982_a_dime_is_rounded_up() -> None:
    """404.304(f): half of 648.90 is 324.50 in May 1982."""
    late = [year(1979, 5061.66), year(1980, 6549.19), year(1981, 22251.98)]
    rows = [year(1975, 14100, 4), year(1976, 14469.45, 3), year(1977, 14443, 2), year(1978, 17700)]
    spouse = {"relation": "spouse", "born": "1911-10-02", "claim": "1982-05-01"}
    child = {"relation": "child", "born": "1974-10-02", "claim": "1982-05-01"}
    text = ("1955-12-23", "1981-06-01", "1982-05-01", [*rows, *late], spouse, child)
    found = disabled(*text)
    assert found[0]["payable"]["amount"] == "648.90"
    assert step(found[1], "full_benefit") == "324.50"
    assert payments(found) == [162_30, 162_30]


def early_widow(claim: str) -> list[int]:
    """A widow disabled at 52 and entitled in June 1979, 101 months before 65."""
    widow = {"relation": "spouse", "born": "1922-12-01", "flags": ["disabled"]}
    text = {
        "person": {"born": "1940-11-28"},
        "claim": {"branch": "survivors", "date": claim, "event": "1979-06-01"},
        "periods": [{"scheme": US, "credited": {"quarters": 60}}],
        "facts": {US: {"pia": 515.7, "family_maximum": 902.5}},
        "family": [{**widow, "event": "1975-02-01", "claim": "1979-06-01"}],
    }
    return payments(told(text))


def test_below_sixty_the_reduction_was_higher_before_1984() -> None:
    """Public Law 98-21 s. 134: 43/240 percent more for each month; 28.5 percent in all since."""
    assert early_widow("1979-06-01") == [330_90]
    assert early_widow("1983-12-01") == [330_00]
    assert early_widow("1984-01-01") == [368_00]


def test_a_disabled_widow_s_months_are_those_from_sixty() -> None:
    """402(q)(6): the reduction period begins at 60."""
    widow = {**WIDOW, "born": "1953-05-05", "flags": ["disabled"], "event": "2005-01-01"}
    found = survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", widow)
    assert (step(found[1], "reduction_months"), payments(found)) == ("72", [71_500])


@pytest.mark.parametrize(("death", "known"), [("1980-09-28", False), ("1982-09-28", True)])
def test_a_frozen_minimum_that_could_be_more_leaves_the_amount_open(
    death: str, known: bool
) -> None:
    """404.212(e): 122 dollars for those who died or were eligible from 1979 to 1981."""
    text = {
        "person": {"born": "1950-05-08"},
        "claim": {"branch": "survivors", "date": "1983-11-01", "event": death},
        "periods": [year(y, 251, 4) for y in (1974, 1975, 1976)],
        "family": [{"relation": "spouse", "born": "1911-04-01", "claim": "1983-11-01"}],
    }
    record, widow = told(text)
    assert (widow["payable"] is not None) == known
    assert any(r.get("what") == "frozen minimum" for r in record["reasons"]) != known


@pytest.mark.parametrize(
    ("onset", "claim", "aime", "paid"),
    [
        ("2003-01-01", "2003-06-01", "2112", "1027.00"),
        ("2003-01-01", "2008-01-01", "2446", "1308.00"),
    ],
)
def test_a_year_within_the_disability_counts_where_that_gives_more(
    onset: str, claim: str, aime: str, paid: str
) -> None:
    """420, 423(a)(2): the reckoning without the period of disability uses the whole record."""
    rows = [year(y, 20000) for y in range(1985, 2003)] + [year(2003, 80000)]
    text = {
        "person": {"born": "1957-09-02"},
        "claim": {"branch": "invalidity", "date": claim, "event": onset},
        "periods": rows,
        "facts": {US: {"entitlement_month": 200306}},
    }
    entry = told(text)[0]
    assert (step(entry, "aime"), entry["payable"]["amount"]) == (aime, paid)
