"""Earnings of a line, by hand: what the register says, what a scheme's tables say, or nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registers import MAP, of_csv, row

from portability import registry
from portability.dates import day, iso
from portability.errors import InputError
from portability.estimate import earnings
from portability.yamlsource import parse

LAST = MAP.replace("scheme_minimum}", "scheme_minimum, beyond: last}").replace(
    "national_average}", "national_average, beyond: last}"
)


def line(folder: Path, text: str = MAP, **changes: str | None) -> tuple[Any, Any]:
    members, refused = of_csv(folder, [row(**changes)], text)
    assert not refused
    found = members[0]["periods"][0]
    return found["earnings"], found["path"]


def test_wages(tmp_path: Path) -> None:
    """2,000 dollars a month for 24 months; a day of January is 1/31 of a month."""
    assert line(tmp_path) == (24 * 200_000, "contract_wage")
    assert line(tmp_path, start="2010-01-31", end="2010-01-31", wage="31") == (100, "contract_wage")
    halves = {"start": "2010-01-17", "end": "2010-02-14", "wage": "868"}  # 15/31 and 14/28
    assert line(tmp_path, **halves) == (868 * 100 * 15 // 31 + 868 * 100 // 2, "contract_wage")
    yen = {"to": "JPN", "money": "JPY", "wage": "250000"}
    assert line(tmp_path, **yen) == (24 * 250_000, "contract_wage")
    half = {"start": "2010-01-01", "end": "2010-01-01", "wage": "0.31"}  # a cent
    assert line(tmp_path, **half) == (1, "contract_wage")
    assert line(tmp_path, wage="0") == (0, "contract_wage")


@pytest.mark.parametrize(
    ("per", "wage", "wanted"),
    [("year", "24000", 48_000_00), ("week", "700", 730 * 100_00), ("month", "10", 240_00)],
)
def test_wages_per(tmp_path: Path, per: str, wage: str, wanted: int) -> None:
    text = MAP.replace("currency: {column: money}", f"currency: {{column: money}}, per: {per}")
    assert line(tmp_path, text, wage=wage) == (wanted, "contract_wage")


def test_no_exchange_rate_is_invented(tmp_path: Path) -> None:
    """A wage in pesos is no wage of the American scheme: the least that gives quarters stands in,
    1,120 dollars a quarter in 2010 and 2011 (20 CFR 404.143)."""
    wanted = (8 * 112_000, "scheme_minimum")
    assert line(tmp_path, money="PHP") == wanted
    assert line(tmp_path, money=None) == wanted
    assert line(tmp_path, wage=None) == wanted


def test_a_table_gives_each_month_its_year(tmp_path: Path) -> None:
    """July 2022 to June 2024: two quarters of 1,510, four of 1,640, two of 1,730."""
    span = {"start": "2022-07-01", "end": "2024-06-30", "wage": None}
    assert line(tmp_path, **span)[0] == 2 * 151_000 + 4 * 164_000 + 2 * 173_000
    day_ = {"start": "2023-05-31", "end": "2023-05-31", "wage": None}
    assert line(tmp_path, **day_)[0] == (164_000 * 2 + 93) // (2 * 93)  # 1/31 of a third
    two = {"start": "2022-12-01", "end": "2023-01-31", "wage": None}
    assert line(tmp_path, **two)[0] == (151_000 + 164_000) // 3
    average = MAP.replace("- {from: scheme_minimum}\n", "")
    values = {2022: 63_795_13, 2023: 66_621_80, 2024: 69_846_57}
    awi = registry.source("us-oasdi").tables["awi"]
    assert {year: int(awi.find(year)[0]) for year in values} == values
    wanted = Fraction(values[2022], 2) + values[2023] + Fraction(values[2024], 2)
    assert line(tmp_path, average, **span) == (int(wanted + Fraction(1, 2)), "national_average")


def test_german_average_of_each_year(tmp_path: Path) -> None:
    """SGB VI annex 1: a whole year at the average is that average, provisional where the final one
    is not out; marks to 2001."""
    german = {"to": "DEU", "money": None}
    for year, average in ((2020, 39_167), (2024, 47_085), (2026, 51_944), (2000, 54_256)):
        span = {"start": f"{year}-01-01", "end": f"{year}-12-31"}
        assert line(tmp_path, **german, **span) == (average * 100, "national_average"), year
    across = {"start": "2001-12-01", "end": "2002-01-31"}  # half marks, half euro: nothing
    assert line(tmp_path, **german, **across) == (None, "none")


def test_wages_in_the_money_of_their_day(tmp_path: Path) -> None:
    before = {"to": "DEU", "start": "2000-01-01", "end": "2000-12-31", "wage": "4000"}
    assert line(tmp_path, **before, money="DEM") == (12 * 400_000, "contract_wage")
    assert line(tmp_path, **before, money="EUR")[1] == "national_average"
    after = {**before, "start": "2002-01-01", "end": "2002-12-31"}
    assert line(tmp_path, **after, money="EUR") == (12 * 400_000, "contract_wage")
    assert line(tmp_path, **after, money="DEM")[1] == "national_average"
    spanish = MAP.replace("USA: us-oasdi", "USA: es-rg")
    old = {"start": "2001-01-01", "end": "2001-12-31"}
    assert line(tmp_path, spanish, **old, money="EUR") == (None, "none")


def test_beyond_the_last_year(tmp_path: Path) -> None:
    span = {"start": "2026-12-01", "end": "2027-01-31", "wage": None}
    assert line(tmp_path, **span) == (None, "none")
    two_thirds = (189_000 * 2 + 1) // 3
    assert line(tmp_path, LAST, **span) == (two_thirds, "scheme_minimum")
    early = {"start": "1960-01-01", "end": "1960-12-31", "wage": None, "born": "1940-01-01"}
    assert line(tmp_path, LAST, **early) == (4_007_12, "national_average")  # no quarter amount yet


def test_a_scheme_without_such_a_table(tmp_path: Path) -> None:
    assert line(tmp_path, LAST, to="JPN", wage=None) == (None, "none")
    korean = {"to": "KOR", "wage": None, "start": "2025-01-01", "end": "2025-12-31"}
    assert line(tmp_path, LAST, **korean) == (12 * 3_089_062, "national_average")


def test_a_sum_for_the_whole_line(tmp_path: Path) -> None:
    text = MAP.split("earnings:")[0] + "earnings:\n- {from: record, column: wage}\n"
    assert line(tmp_path, text, wage="12345.67") == (12_345_67, "record")
    assert line(tmp_path, text, to="JPN", wage="12345.5") == (12_346, "record")
    old = {"to": "DEU", "start": "1995-01-01", "end": "2005-12-31"}
    assert line(tmp_path, text, **old) == (2_000_00, "record")  # as a case has it
    assert line(tmp_path, MAP.split("earnings:")[0]) == (None, "none")


MONTHS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


@given(st.integers(day("1960-01-01"), day("2040-01-01")), st.integers(0, 2_000), st.data())
def test_months_against_a_count_day_by_day(start: int, length: int, data: st.DataObject) -> None:
    end = start + length
    per_month: dict[str, int] = {}
    for each in range(start, end + 1):
        per_month[iso(each)[:7]] = per_month.get(iso(each)[:7], 0) + 1
    wanted = Fraction(0)
    for month, days in per_month.items():
        year, number = int(month[:4]), int(month[5:])
        leap = number == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        wanted += Fraction(days, MONTHS[number] + leap)
    num, den = earnings.spans(np.array([start]), np.array([end])).months()
    assert Fraction(int(num[0]), int(den[0])) == wanted


def test_a_level_against_a_sum_month_by_month() -> None:
    table = earnings.level("us-oasdi", "national_average", False)
    assert table is not None
    awi = registry.source("us-oasdi").tables["awi"]
    start, end = day("1999-02-10"), day("2003-11-20")
    wanted = Fraction(0)
    for each in range(start, end + 1):
        text = iso(each)
        length = MONTHS[int(text[5:7])] + (text[5:7] == "02" and int(text[:4]) % 4 == 0)
        wanted += Fraction(int(awi.find(int(text[:4]))[0]), 12 * length)
    value, known = table.of(earnings.spans(np.array([start]), np.array([end])))
    assert known[0] and int(value[0]) == int(wanted + Fraction(1, 2))


# --- what a scheme's file may declare


def declared(rule: str) -> list[str]:
    body = Path(registry.source("us-oasdi").path).read_text("utf-8")
    start = body.index("earnings_defaults:")
    stop = body.index("sources:", start)
    source = parse(f"{body[:start]}earnings_defaults:\n{rule}\n{body[stop:]}", "oasdi.yaml")[0]
    with pytest.raises(InputError) as caught:
        registry.checked(source)
    return [f"{fault.path}: {fault.found}; {fault.expected}" for fault in caught.value.faults]


def test_a_declaration_names_a_table_of_the_scheme_in_its_money() -> None:
    good = "  national_average: {table: awi, per: year, cite: x}"
    assert registry.source("us-oasdi").text["earnings_defaults"]
    assert declared(good.replace("awi", "awo")) == [
        "earnings_defaults.national_average.table: 'awo'; a table of this file"
    ]
    assert declared(good.replace("awi", "cola"))[0].endswith("a table in USD")
    assert "per: year | quarter | month" in declared(good.replace("per: year", "per: week"))[0]
    assert "cite: ARTICLE" in declared(good.replace(", cite: x", ""))[0]
    assert "national_average, scheme_minimum" in declared(good.replace("national_a", "a"))[0]
    assert "table, per, from, money, cite" in declared(good.replace("x}", "x, since: 1}"))[0]
    assert "former_money" in declared(good.replace("x}", "x, money: of_the_day}"))[0]
    assert "a year or a day" in declared(good.replace("x}", "x, from: soon}"))[0]


def test_former_money_is_whole() -> None:
    rule = "  national_average: {table: awi, per: year, cite: x}\nformer_money: {from: 1990-01-01}"
    assert "{from: DAY, until: DAY" in declared(rule)[0]
