"""United States, title II: both sides of each date on which the law changes, and what stays
unknown."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from portability import catalogue
from portability.answer import answer
from portability.case import load
from portability.yamlsource import json_source
from tests.oracles import us_oasdi

US = "us-oasdi"
ROWS = Path(__file__).parents[1] / "cases" / "us" / "oact_indexing_rows.json"


def told(
    born: str,
    claim: str,
    earnings: dict[int, Any] | None = None,
    facts: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The United States' line for a person; without earnings forty certified quarters."""
    periods: list[dict[str, Any]] = [
        {"scheme": US, "start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": str(v)}
        for y, v in (earnings or {}).items()
    ]
    periods += more.pop("periods", [])
    text = {
        "person": {"born": born},
        "claim": {"branch": "old_age", "date": claim},
        "periods": periods or [{"scheme": US, "credited": {"quarters": 40}}],
        "facts": {US: facts or {}},
        **more,
    }
    case = load(json_source(json.dumps(text), "case.json"))
    found = answer(case, [catalogue.find("us-de")], ahead=False)["entitlements"]
    return next(e for e in found if e["scheme"] == US and "claimant" not in e)


def step(entry: dict[str, Any], key: str) -> Any:
    return next(s["value"] for s in entry["trace"] if s["step"] == key)


def paid(entry: dict[str, Any]) -> str:
    return str(entry["payable"]["amount"])


FULL = [
    ("1938-01-01", 780),
    ("1938-01-02", 782),
    ("1943-01-01", 790),
    ("1943-01-02", 792),
    ("1955-01-01", 792),
    ("1955-01-02", 794),
    ("1960-01-01", 802),
    ("1960-01-02", 804),
]


@pytest.mark.parametrize(("born", "months"), FULL)
def test_full_retirement_age_goes_by_the_day_before_the_birthday(born: str, months: int) -> None:
    """404.409; 404.2(c)(4): somebody born on 1 January attains ages in the year before."""
    entry = told(born, f"{int(born[:4]) + 69}-06-01", facts={"pia": 1000})
    assert step(entry, "full_retirement_age") == str(months)


@pytest.mark.parametrize(
    ("born", "first"),
    [
        ("1955-05-01", "2017-05-01"),
        ("1955-05-02", "2017-05-01"),
        ("1955-05-03", "2017-06-01"),
        ("1956-02-29", "2018-03-01"),
    ],
)
def test_the_first_month_is_one_throughout_which_one_is_62(born: str, first: str) -> None:
    """402(a), 404.311: the month before, the right is only deferred."""
    assert told(born, first, facts={"pia": 1000})["status"] == "entitled"
    year, month = int(first[:4]), int(first[5:7])
    before = f"{year - (month == 1)}-{12 if month == 1 else month - 1:02d}-01"
    entry = told(born, before, facts={"pia": 1000})
    assert entry["status"] == "deferred"
    assert entry["shortfall"]["earliest"] == first


def test_credits_of_the_year_of_entitlement_wait_for_january() -> None:
    """404.313(b)(2): from full retirement age in April 2010 to entitlement in October 2011."""
    facts = {"pia": 1000}
    assert step(told("1944-04-15", "2011-10-01", facts=facts), "delayed_months") == "9"
    facts = {"pia": 1000, "entitlement_month": 201110}
    assert step(told("1944-04-15", "2011-12-01", facts=facts), "delayed_months") == "9"
    assert step(told("1944-04-15", "2012-01-01", facts=facts), "delayed_months") == "18"


def test_all_credits_count_in_the_month_of_70() -> None:
    entry = told("1944-04-15", "2014-04-01", facts={"pia": 1000})
    assert (step(entry, "delayed_months"), paid(entry)) == ("48", "1320.00")


@pytest.mark.parametrize(
    ("born", "rate"), [("1942-12-31", 75), ("1943-01-01", 75), ("1943-01-02", 80)]
)
def test_the_credit_goes_by_year_of_birth(born: str, rate: int) -> None:
    """402(w)(6): 7.5 percent a year to 1942, 8 percent from 1943."""
    entry = told(born, "2013-06-01", facts={"pia": 1000})
    months = int(step(entry, "delayed_months"))
    want = (100_000 * (12_000 + months * rate) // 12_000) // 100
    assert paid(entry) == f"{want}.00"


CAREER = dict.fromkeys(range(1968, 1998), 12000)


def test_the_increase_of_december_1999_is_corrected_from_july_2001() -> None:
    """Public Law 106-554: 2.4 percent as first paid, 2.5 percent for months from July 2001."""
    facts = {"entitlement_month": 199905}
    quarters = {
        "periods": [
            {
                "scheme": US,
                "start": f"{y}-01-01",
                "end": f"{y}-12-31",
                "earnings": "12000",
                **({"credited": {"quarters": 4}} if y < 1978 else {}),
            }
            for y in CAREER
        ]
    }
    before = told("1934-05-10", "2001-06-01", facts=facts, **quarters)
    after = told("1934-05-10", "2001-07-01", facts=facts, **quarters)
    base = int(step(after, "pia_at_eligibility").replace(".", ""))
    assert step(before, "pia_at_eligibility") == step(after, "pia_at_eligibility")
    for entry, month in ((before, (2001, 6)), (after, (2001, 7))):
        raised = us_oasdi.with_increases(base, 1996, month)
        assert step(entry, "pia") == f"{raised // 100}.{raised % 100:02d}"
    assert step(before, "pia") != step(after, "pia")


def test_a_quarter_needs_the_amount_of_its_year() -> None:
    """413(d)(2): 250 dollars in 1978, 260 in 1979; four at most."""
    entry = told("1950-03-05", "2015-04-01", {1978: "999.99", 1979: "1039.99", 1980: 90_000})
    assert entry["periods"]["own"] == str(3 + 3 + 4)


WORK = dict.fromkeys(range(1978, 1987), 30000)  # 36 quarters


@pytest.mark.parametrize(
    ("wages", "status"),
    [(7_800, "entitled"), (7_799, "unknown"), (149, "not_entitled"), (0, "not_entitled")],
)
def test_wages_before_1978_decide_only_where_the_law_lets_them(wages: int, status: str) -> None:
    """404.141(d): wages at the limit give four quarters; below it their number is a question."""
    entry = told("1950-03-05", "2015-04-01", {1970: wages, **WORK})
    assert entry["status"] == status
    if status == "unknown":
        assert [r["code"] for r in entry["reasons"]] == ["fact_missing"]


def test_certified_quarters_settle_it() -> None:
    row = {"scheme": US, "start": "1970-01-01", "end": "1970-12-31", "earnings": "3000"}
    periods = [{**row, "credited": {"quarters": 4}}]
    assert told("1950-03-05", "2015-04-01", WORK, periods=periods)["status"] == "entitled"


def test_the_quarter_of_the_claim_counts_and_no_later_one() -> None:
    """404.146(a): in May one can have two quarters of the year."""
    work = dict.fromkeys(range(2006, 2015), 30000)
    entry = told("1950-03-05", "2015-05-01", {**work, 2015: 30_000})
    assert (entry["periods"]["own"], entry["status"]) == ("38", "not_entitled")
    entry = told("1950-03-05", "2015-10-01", {**work, 2015: 30_000})
    assert (entry["periods"]["own"], entry["status"]) == ("40", "entitled")


def quarter(y: int, q: int, wages: float) -> dict[str, Any]:
    end = f"{y}-{3 * q:02d}-{(31, 30, 30, 31)[q - 1]}"
    return {"scheme": US, "start": f"{y}-{3 * q - 2:02d}-01", "end": end, "earnings": wages}


@pytest.mark.parametrize(
    ("wages", "own", "status"),
    [
        ([50.0, 50.0, 50.0, 50.0], "40", "entitled"),
        ([600.0, 600.0, 49.99, 600.0], "39", "not_entitled"),
        ([49.99, 49.99, 49.99, 49.99], "36", "not_entitled"),
    ],
)
def test_wages_by_quarter_before_1978_tell_the_quarters(
    wages: list[float], own: str, status: str
) -> None:
    """404.141(b)(1): fifty dollars paid in a calendar quarter."""
    rows = [quarter(1970, q, paid) for q, paid in enumerate(wages, 1)]
    entry = told("1950-03-05", "2015-04-01", WORK, periods=rows)
    assert (entry["periods"]["own"], entry["status"]) == (own, status)


ABROAD = {"scheme": "de-grv", "credited": {"months": 480}}


def test_quarters_enter_the_fraction_with_the_computation_that_uses_their_year() -> None:
    """415(f)(2), GN 01701.255: those of the year of entitlement count for the right, and for the
    amount from the next January."""
    earned = dict.fromkeys(range(2016, 2021), 30000) | {2022: 20000}
    entry = told("1958-02-10", "2022-04-01", earned, periods=[ABROAD])
    assert (entry["periods"]["own"], entry["fraction"]) == ("22", "20/140")
    assert (step(entry, "pro_rata_pia"), paid(entry)) == ("208.50", "173.00")
    facts = {"entitlement_month": 202204}
    later = told("1958-02-10", "2023-01-01", earned, facts, periods=[ABROAD])
    assert later["fraction"] == "24/140"


def test_a_certified_entitlement_rests_on_the_quarters_of_its_month() -> None:
    """402(a): 31 quarters in July 2014 and 44 four years later: the totalized benefit goes on."""
    earned = dict.fromkeys(range(2007, 2018), 30000)
    facts = {"entitlement_month": 201407}
    entry = told("1950-05-10", "2018-07-01", earned, facts, periods=[ABROAD])
    assert (entry["route"], entry["fraction"], paid(entry)) == ("us-de", "44/140", "360.00")
    assert told("1950-05-10", "2018-07-01", earned, periods=[ABROAD])["route"] == "national"


@pytest.mark.parametrize(
    ("year", "earnings", "counts"),
    [(1990, 9525, 1), (1990, 9524, 0), (1991, 5940, 1), (1991, 5939, 0)],
)
def test_a_year_of_the_special_minimum(year: int, earnings: int, counts: int) -> None:
    """404.261(a): a quarter of the old-law base to 1990, 15 percent from 1991."""
    work = dict.fromkeys(range(1992, 2003), 30000)
    entry = told("1940-03-05", "2005-10-01", {**work, year: earnings})
    assert step(entry, "special_minimum_years") == str(11 + counts)


def test_an_increase_that_is_not_published_leaves_a_floor() -> None:
    """The increase of December 2026: the amount of January 2027 is unknown, and says why."""
    work = dict.fromkeys(range(1980, 2020), 40000)
    assert told("1960-03-05", "2026-11-01", work)["payable"] is not None
    entry = told("1960-03-05", "2027-01-01", work)
    assert (entry["status"], entry["payable"]) == ("entitled", None)
    assert entry["reasons"][0]["table"] == "cola"


def test_the_older_guarantees_make_the_amount_unknown() -> None:
    """404.230: 62 in 1979-1983; the right is known."""
    work = dict.fromkeys(range(1975, 1990), 9000)
    entry = told("1920-03-05", "1990-10-01", work)
    assert (entry["status"], entry["payable"]) == ("entitled", None)
    assert told("1922-01-02", "1990-10-01", work)["payable"] is not None


def test_periods_without_earnings_open_the_right_and_not_the_amount() -> None:
    rows = [{"scheme": US, "start": "1980-01-01", "end": "1995-12-31"}]
    entry = told("1950-03-05", "2015-04-01", periods=rows)
    assert (entry["status"], entry["payable"]) == ("entitled", None)
    assert entry["reasons"][0]["fact"] == "earnings"
    entry = told("1950-03-05", "2016-03-01", facts={"pia": 900}, periods=rows)
    assert paid(entry) == "900.00"


@pytest.mark.parametrize("row", json.loads(ROWS.read_text("utf-8")), ids=lambda r: r["id"])
def test_the_actuary_s_indexed_rows(row: dict[str, Any]) -> None:
    """Pages of ten retirement years print factors to four decimals and whole dollars."""
    eligible = row["born_in"] + 62
    entry = told(f"{row['born_in']}-01-02", f"{eligible + 4}-06-01", pre1978(row["earnings"]))
    for printed in row["rows"]:
        year = str(printed["year"])
        factor = Fraction(step(entry, "quotient").get(year, "1"))
        found = Fraction(step(entry, "indexed_earnings")[year])
        assert abs(factor - Fraction(str(printed["factor"]))) <= Fraction(1, 10_000)
        assert abs(found - printed["indexed"]) <= 1


def pre1978(earnings: dict[str, int]) -> dict[int, Any]:
    """The printed rows and ten later years that make the person insured."""
    made = {int(y): v for y, v in earnings.items()}
    return {**made, **{y: 20_000 for y in range(1990, 2001) if y not in made}}


def test_a_line_of_several_years_gives_each_year_its_share_up_to_the_claim() -> None:
    """The sum of 2010-2024 is not pressed into the years before a claim in June 2024."""
    line = {"scheme": US, "start": "2010-01-01", "end": "2024-12-31", "earnings": 900000}
    entry = told("1960-05-05", "2024-06-01", periods=[line])
    yearly = told("1960-05-05", "2024-06-01", dict.fromkeys(range(2010, 2025), 60000))
    assert step(entry, "indexed_earnings") == step(yearly, "indexed_earnings")
    assert (entry["periods"]["own"], paid(entry)) == (yearly["periods"]["own"], paid(yearly))
