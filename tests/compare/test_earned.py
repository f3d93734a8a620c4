"""Earnings bands against an oracle that takes one person at a time, month by month."""

from __future__ import annotations

import calendar
import csv
import json
import sys
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "estimate"))
from estimate_people import batch, career, line
from registers import MAP, as_csv, row

from portability import registry
from portability.commands import cli
from portability.compare import earned, impact, impact_told
from portability.compare.membership import Membership
from portability.tables import minor_digits

Json = dict[str, Any]
PARTS = {"year": 12, "month": 1}
EURO, MARK = date(2002, 1, 1), date(1948, 6, 21)


# --- the oracle


def of_month(scheme: str, year: int) -> Fraction | None:
    """A twelfth of the year's average (or the month's), in minor units; None if not published."""
    source = registry.source(scheme)
    said = source.text.get("earnings_defaults", {}).get("national_average")
    if said is None or year < int(str(said.get("from", 0))[:4]):
        return None
    names = said["table"] if isinstance(said["table"], list) else [said["table"]]
    for name in names:
        table = source.tables[name]
        rows = dict(zip(table.keys.tolist(), table.values.tolist(), strict=True))
        sure = dict(zip(table.keys.tolist(), table.certain.tolist(), strict=True))
        if year in rows and sure[year]:
            minor = 10 ** minor_digits(source.currency)
            return Fraction(rows[year] * minor, 10**table.scale * PARTS[said["per"]])
    return None


def reference(scheme: str, start: date, end: date) -> tuple[Fraction, int | None]:
    """(months of a line, average over them rounded half up to the minor unit)."""
    if scheme == "de-grv" and (start < MARK or start < EURO <= end):
        return Fraction(0), None
    months, total = Fraction(0), Fraction(0)
    year, month = start.year, start.month
    unknown = False
    while (year, month) <= (end.year, end.month):
        length = calendar.monthrange(year, month)[1]
        first = start.day if (year, month) == (start.year, start.month) else 1
        last = end.day if (year, month) == (end.year, end.month) else length
        share = Fraction(last + 1 - first, length)
        level = of_month(scheme, year)
        unknown |= level is None
        months, total = months + share, total + share * (level or 0)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months, None if unknown else int(total + Fraction(1, 2))


def oracle(person: Json) -> str:
    top, weight = Fraction(0), Fraction(0)
    seen = set()
    for each in person["periods"]:
        if each["earnings"] is None:
            continue
        seen.add("told")
        months, average = reference(each["scheme"], each["start"], each["end"])
        if each["path"] == "scheme_minimum":
            seen.add("minimum")
        elif each["path"] == "national_average" and average == each["earnings"]:
            seen.add("average")
        elif average:
            top += months * Fraction(each["earnings"], average)
            weight += months
    if weight:
        edges = [Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(3, 2)]
        return earned.BANDS[sum(top / weight >= edge for edge in edges)]
    for word, name in (("average", earned.AT_AVERAGE), ("minimum", earned.AT_MINIMUM)):
        if word in seen:
            return name
    return earned.NO_AVERAGE if "told" in seen else earned.NO_EARNINGS


def near(rng: np.random.Generator, scheme: str, start: str, end: str) -> Json:
    """A line about the average: a simple share of it, sometimes a unit beside, or no such thing."""
    _, average = reference(scheme, date.fromisoformat(start), date.fromisoformat(end))
    share = [(1, 2), (2, 3), (1, 1), (3, 2), (3, 4), (2, 1)][int(rng.integers(6))]
    value = None if average is None else average * share[0] // share[1] + int(rng.integers(-1, 2))
    path = ["record", "contract_wage", "national_average"][int(rng.integers(3))]
    if path == "national_average" and average is not None and rng.random() < 0.6:
        value = average
    return line(scheme, start, end, earnings=value, path=path)


def drawn(count: int, seed: int) -> pa.RecordBatch:
    rng = np.random.default_rng(seed)
    people = []
    for _ in range(count):
        lines = []
        for _ in range(int(rng.integers(1, 6))):
            scheme = ("us-oasdi", "de-grv", "kr-nps", "ph-sss")[int(rng.integers(4))]
            start = date(int(rng.integers(1946, 2025)), int(rng.integers(1, 13)), 1)
            start = start.replace(day=int(rng.integers(1, 29)) if rng.random() < 0.5 else 1)
            end = start.replace(year=start.year + int(rng.integers(0, 4)), month=12, day=31)
            if rng.random() < 0.3:
                lines.append(career(rng, scheme, start, end))
            else:
                lines.append(near(rng, scheme, start.isoformat(), end.isoformat()))
        people.append(
            {
                "born": date(1930, 3, 3),
                "claim": date(2026, 3, 1),
                "sex": "female",
                "residence": "PH",
                "periods": lines,
            }
        )
    return batch(people)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_band_is_that_of_one_person_at_a_time(seed: int) -> None:
    people = drawn(900, seed)
    told = earned.bands(people)
    wanted = [oracle(person) for person in people.to_pylist()]
    assert told == wanted
    assert set(Counter(told)) == set(earned.WORDS)
    assert earned.bands(people.slice(137, 41)) == wanted[137:178]  # whatever the part


def one(*lines: Json) -> str:
    person = {"born": date(1960, 1, 1), "claim": date(2026, 3, 1), "sex": "male", "residence": "US"}
    (word,) = earned.bands(batch([{**person, "periods": list(lines)}]))
    return word


def in_2024(earnings: int | None, path: str = "record", scheme: str = "us-oasdi") -> Json:
    return line(scheme, "2024-01-01", "2024-12-31", earnings=earnings, path=path)


def test_the_bands_by_hand() -> None:
    """The average wage index of 2024 is 69,846.57 dollars."""
    half, whole = 34_923_29, 69_846_57
    assert one(in_2024(half - 1)) == "below half"
    assert one(in_2024(half)) == "half to two thirds"
    assert one(in_2024(whole * 2 // 3)) == "two thirds to average"  # 69,846.57 is a multiple of 3
    assert one(in_2024(whole * 2 // 3 - 1)) == "half to two thirds"
    assert one(in_2024(whole - 1)) == "two thirds to average"
    assert one(in_2024(whole)) == "average to one and a half"
    assert one(in_2024(104_769_86)) == "one and a half or more"
    assert one(in_2024(104_769_85)) == "average to one and a half"
    assert one(in_2024(0)) == "below half"


def test_what_is_assumed_or_unknown_has_its_own_word() -> None:
    whole = 69_846_57
    assert one(in_2024(whole, "national_average")) == earned.AT_AVERAGE
    assert one(in_2024(whole * 2, "national_average")) == "one and a half or more"  # a stated share
    assert one(in_2024(7_000_00, "scheme_minimum")) == earned.AT_MINIMUM
    assert one(in_2024(20_000_00, scheme="ph-sss")) == earned.NO_AVERAGE
    assert one(in_2024(None, "none")) == earned.NO_EARNINGS
    assert one(line("us-oasdi", "2026-01-01", "2026-03-31", earnings=5)) == earned.NO_AVERAGE
    # an assumed line adds nothing to a stated one
    stated = line("us-oasdi", "2020-01-01", "2020-12-31", earnings=1_000_00, path="record")
    assert one(stated, in_2024(whole, "national_average")) == "below half"


def test_marks_and_euros_are_never_added() -> None:
    """Half of the average in marks (1990: 41,946 DM) and in euros (2010: 31,144): the half, though
    the marks are more units; a line across the change of money counts for nothing."""
    marks = line("de-grv", "1990-01-01", "1990-12-31", earnings=20_973_00)
    euros = line("de-grv", "2010-01-01", "2010-12-31", earnings=15_572_00)
    assert one(marks, euros) == "half to two thirds"
    across = line("de-grv", "2001-07-01", "2002-06-30", earnings=1_00)
    assert one(marks, euros, across) == "half to two thirds"
    assert one(across) == earned.NO_AVERAGE


def test_months_are_the_weights() -> None:
    """Eleven months at twice the average and eleven years at nothing: 22/143, below half; whatever
    the dollars of those years."""
    high = line("us-oasdi", "2024-01-01", "2024-11-30", earnings=2 * 69_846_57)
    none = line("us-oasdi", "1960-01-01", "1970-12-31", earnings=0)
    assert one(high, none) == "below half"
    assert one(high, line("us-oasdi", "1960-01-01", "1960-11-30", earnings=0)) == (
        "average to one and a half"
    )


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(1, 40 * 12 * earned.UNIT),
            st.integers(0, 10**9),
            st.integers(1, 10**9),
        ),
        max_size=12,
    ),
    st.sampled_from(earned.LEAST),
)
def test_the_fast_comparison_is_the_exact_one(
    rows: list[tuple[int, int, int, int]], least: tuple[int, int]
) -> None:
    columns = [np.array([row[at] for row in rows], np.int64) for at in range(4)]
    lines = earned.Lines(columns[0].astype(np.int32), *columns[1:])
    found = earned.at_least(lines, 3, *least).tolist()
    for person in range(3):
        mine = [row for row in rows if row[0] == person]
        total = sum((Fraction(row[1] * row[2], row[3]) for row in mine), Fraction(0))
        months = sum(row[1] for row in mine)
        assert found[person] == int(bool(mine) and total >= Fraction(*least) * months)


def test_equal_below_and_above_meet_the_edge_exactly() -> None:
    """Thirds that no whole part shows: 1/3 below and 1/3 above the average are the average."""
    three = np.array([1, 1], np.int64), np.array([2, 4], np.int64), np.array([3, 3], np.int64)
    lines = earned.Lines(np.zeros(2, np.int32), *three)
    assert earned.at_least(lines, 1, 1, 1).tolist() == [1]
    assert earned.at_least(lines, 1, 3, 2).tolist() == [0]


# --- in an impact


ROWS = [
    row(
        id="A",
        born="1955-05-17",
        to="USA",
        start="2010-01-01",
        end="2017-12-31",
        wage="5000",
        money="USD",
    ),
    row(
        id="A",
        born="1955-05-17",
        to="DEU",
        start="2000-01-01",
        end="2001-12-31",
        wage=None,
        money=None,
    ),
    row(
        id="B",
        born="1955-05-17",
        to="USA",
        start="2010-01-01",
        end="2014-12-31",
        wage="1000",
        money="USD",
    ),
    row(
        id="B",
        born="1955-05-17",
        to="DEU",
        start="2015-01-01",
        end="2022-12-31",
        wage="1000",
        money="EUR",
    ),
    row(
        id="C",
        born="1955-05-17",
        to="DEU",
        start="2010-01-01",
        end="2014-12-31",
        wage=None,
        money=None,
        sex="M",
    ),
]
FIRST_AVERAGE = MAP.replace("- {from: scheme_minimum}\n", "")


def files(folder: Path) -> tuple[Path, Path]:
    path = folder / "map.yaml"
    path.write_text(FIRST_AVERAGE, "utf-8")
    return as_csv(folder / "register.csv", ROWS), path


def test_a_register_tells_its_bands_in_their_order(tmp_path: Path) -> None:
    register, path = files(tmp_path)
    found = impact.of(["us-de"], Membership(register, path, "2027-01-01"))
    words = [
        each["group"]
        for each in found["pairs"][0]["persons"]
        if (each["by"], each["scheme"], each["when"]) == ("earnings", "us-oasdi", "at entry")
    ]
    assert words == ["below half", "average to one and a half"]
    for each in found["pairs"][0]["persons"]:
        assert each["by"] != "earnings" or each["group"] in earned.WORDS
    assert found["earnings"]["averages"]["us-oasdi"] == "awi, a year (20 CFR 404.211(c))"
    assert earned.AT_AVERAGE in {
        each["group"] for each in found["pairs"][0]["persons"] if each["scheme"] == "de-grv"
    }


def test_order_is_by_band_and_age_and_never_alphabetic() -> None:
    def sorted_(dimension: str, words: tuple[str, ...]) -> list[str]:
        return sorted(words, key=lambda word: impact.place(dimension, word))

    assert sorted_("earnings", tuple(reversed(earned.WORDS))) == list(earned.WORDS)
    assert sorted_("age", ("under 25", "65 and over", "25-34")) == [
        *("under 25", "25-34", "65 and over")
    ]
    assert sorted_("earnings", ("my own word", "below half", "another")) == [
        *("below half", "another", "my own word")
    ]


@pytest.mark.parametrize("form", ["table", "json", "html", "csv", "xlsx"])
def test_the_bands_are_in_every_format(form: str, tmp_path: Path) -> None:
    register, path = files(tmp_path)
    out = tmp_path / f"out.{form}"
    words = ["compare", "us-de", "model-r167", "--members", str(register), "--map", str(path)]
    words += ["--entry", "2027-01-01", "--format", form, "--out", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    made = out.read_bytes()
    if form == "xlsx":
        import zipfile

        with zipfile.ZipFile(out) as found:
            made = found.read("xl/sharedStrings.xml")
    for wanted in (b"below half", b"average to one and a half", b"404.211(c)", b"Pensions at a"):
        assert wanted in made
    again = CliRunner().invoke(cli, words)
    assert again.exit_code == 0 and (form == "xlsx" or out.read_bytes() == made)
    if form == "csv":
        rows = list(csv.DictReader(made.decode().splitlines()))
        mine = [each for each in rows if (each["by"], each["what"]) == ("earnings", "persons")]
        assert {each["group"] for each in mine} <= set(earned.WORDS) and mine
    if form == "json":
        assert json.loads(made)["impact"]["earnings"]["bands"] == list(earned.WORDS)


def test_the_table_names_definition_standard_and_averages(tmp_path: Path) -> None:
    register, path = files(tmp_path)
    found = impact.of(["us-de"], Membership(register, path, "2027-01-01"))
    grids = {grid.title: grid for grid in impact_told.grids(found)}
    told = dict(grids["Bands of earnings"].rows)
    assert told["definition"] == earned.DEFINITION and "oecd.org" in told["standard"]
    spread = grids["no agreement → us-de: by earnings"]
    order = [row[1] for row in spread.rows if row[0] == "US us-oasdi"]
    assert order == sorted(order, key=earned.WORDS.index)
