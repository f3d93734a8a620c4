"""Synthetic populations: every figure with its source, careers by rule."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from attrs import evolve
from invented_population import SMALL, changed, dumped, loaded

from portability.compare import impact, population
from portability.compare.peopled import EVERY_YEAR, LEVELS
from portability.compare.population import Population
from portability.compare.population_lives import parts
from portability.compare.population_parts import TOTALS, Pick
from portability.dates import iso
from portability.estimate import law
from portability.estimate.form import MEMBERS
from portability.estimate.law import Law

SHIPPED = population.ids()


# --- what ships


@pytest.mark.parametrize("name", SHIPPED)
def test_margins_hold_in_every_level(name: str) -> None:
    """The shares of each margin, as the file states them, are those of the fitted table."""
    people = population.load(name)
    names = list(people.text["dimensions"])
    for when in TOTALS:
        for pick, table in zip(people.picks, people.tables(when), strict=True):
            whole = int(table.sum())
            assert whole == int(1000 * int(people.text["total"][when][pick.level]))
            for margin in people.text["margins"]:
                axis = names.index(margin["of"])
                sums = table.sum(axis=tuple(a for a in range(len(names)) if a != axis))
                for word, count in zip(people.text["dimensions"][margin["of"]], sums, strict=True):
                    share = str(margin.get("shares", {}).get(word))
                    if re.fullmatch(r"\d+\.\d\d", share):
                        wanted = whole * int(share.replace(".", ""))
                        assert abs(int(count) * 10_000 - wanted) < 10_000


@pytest.mark.parametrize("name", SHIPPED)
def test_every_amount_of_a_shipped_population_is_known(name: str) -> None:
    for weighted in population.load(name).batches():
        assert weighted.batch.schema.equals(MEMBERS)
        table = law.run(weighted.batch, Law())
        deciding = [
            row for row in table.to_pylist() if row["chosen"] and row["benefit"] == "pension"
        ]
        assert deciding and all(row["status"] != "unknown" for row in deciding)
        assert all(row["likely"] is not None for row in deciding if row["status"] == "entitled")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_header_tells_what_it_is_and_where_from(name: str) -> None:
    people = population.load(name)
    header = people.header
    assert header["synthetic"] is True and header["no_person"].startswith("nobody")
    assert set(header["total"]) == set(TOTALS) and header["kept"] and header["lost"]
    for told in [*header["margins"].values(), *header["total"].values()]:
        assert "says:" in told or "ASSUMED:" in told
    assert set(header["assumptions"]) == set(people.text["assumptions"])
    for address in header["sources"].values():
        assert "https://" in address and "seen 2026" in address
    assert header["calibration"]["misfit"].count("%") == len(LEVELS)
    assert header["misfit"].startswith(header["calibration"]["misfit"])
    assert header["published"].startswith("margins ") and "assumptions" in header["assumed"]
    assert people.header is header  # computed once


@pytest.mark.parametrize("name", SHIPPED)
def test_every_named_assumption_and_source_is_used(name: str) -> None:
    text = population.load(name).text
    used = yaml.safe_dump({**text, "assumptions": None, "sources": None})
    sourced = yaml.safe_dump({**text, "sources": None})
    assert [word for word in text["assumptions"] if not re.search(rf"\b{word}\b", used)] == []
    assert [word for word in text["sources"] if not re.search(rf"\b{word}\b", sourced)] == []


def test_the_published_counts_behind_us_ph() -> None:
    """The shares of the source are those of the counts it prints beside them."""
    text = population.load("us-ph").text
    counts = {"0-14": 231372, "15-19": 131486, "20-24": 110113, "25-29": 110714, "30-34": 116738}
    shares = text["margins"][1]["shares"]
    whole = 231372 * 10_000 // 1929
    for word, count in counts.items():
        hundredths = int(str(shares[word]).replace(".", ""))
        assert abs(count * 10_000 - hundredths * whole) < 2 * whole
    assert 1477077 // 38 == 38870


def test_no_instrument_binds_the_philippines_and_the_united_states() -> None:
    from portability import catalogue

    both = frozenset({"PH", "US"})
    assert not [
        found.id
        for found in catalogue.agreements(countries=both)
        if both <= set(found.countries()) and len(found.countries()) == 2
    ]


# --- a small one, by hand


def test_cells_by_hand(tmp_path: Path) -> None:
    """Of 120 persons 72 are women and 48 (40 percent) have a short record; women have one with four
    times the odds of men."""
    people = loaded(tmp_path)
    table = people.tables("in_payment")[1]
    assert table.sum(axis=1).tolist() == [72_000, 48_000]
    assert table.sum(axis=0).tolist() == [48_000, 72_000]
    (a, b), (c, d) = table.tolist()
    assert abs(a * d - 4 * b * c) < 4 * 10**6  # odds of 4, to a thousandth of a person


def test_levels_years_and_members(tmp_path: Path) -> None:
    people = loaded(tmp_path)
    assert people.years == (10, 20, 30) and people.entry == "2028-01-01"
    stock, flow = list(people.batches())
    assert stock.starts.tolist() == [0] * len(stock.starts)
    assert flow.starts.tolist() == [EVERY_YEAR] * len(flow.starts)
    assert stock.weight.sum(axis=0).tolist() == [100_000, 120_000, 150_000]
    assert flow.weight.sum(axis=0).tolist() == [3_000, 5_000, 8_000]
    assert set(stock.labels) == {"sex", "record", "age", "corridor", "earnings"}
    assert set(stock.labels["corridor"]) == {"DE-US"}
    # five ages at the move in two sexes; the level of earnings differs between low, central, high
    assert len(stock.starts) == 3 * 2 * 5
    assert ((stock.weight > 0).sum(axis=1) == 1).all()


def test_a_career_by_hand(tmp_path: Path) -> None:
    """Born on 15 February 1959; at 30 to the United States, at 31 back: one year there, 34 here."""
    batch = next(iter(loaded(tmp_path).batches())).batch
    rows = batch.to_pylist()
    first = rows[0]
    assert str(first["born"]) == "1959-02-15" and str(first["claim"]) == "2026-03-01"
    lines = first["periods"]
    abroad = [line for line in lines if line["scheme"] == "us-oasdi"]
    home = [line for line in lines if line["scheme"] == "de-grv"]
    assert (str(abroad[0]["start"]), str(abroad[-1]["end"])) == ("1989-02-01", "1990-01-31")
    assert (str(home[0]["start"]), str(home[-1]["end"])) == ("1990-02-01", "2024-01-31")
    assert len(abroad) == 2 and len(home) == 35
    # half of the average wage index of 1990 (21,027.98) for one month of twelve
    assert abroad[-1]["earnings"] == 87617
    assert {line["path"] for line in lines} == {"national_average"}


def test_what_the_agreement_counts(tmp_path: Path) -> None:
    """One year from February on is seven quarters at the average wage (four of 1989, and a month's
    1,752 dollars of 1990 are three of 520), at half of it five: one of four ages has no right in
    the low level (20 persons with a short record), everybody in the others (48, 90)."""
    header = loaded(tmp_path).header["calibration"]
    assert header["counted"] == "15.000 / 48.000 / 90.000"
    assert header["misfit"] == "-62.5 % / +20.0 % / +125.0 %"


def test_impact_of_five_persons_a_year(tmp_path: Path) -> None:
    found = impact.of(["us-de"], loaded(tmp_path))
    gains = {
        (row["scheme"], row["when"]): row["persons"]
        for row in found["pairs"][0]["persons"]
        if row["by"] == "" and row["effect"] == "gains"
    }
    assert gains["us-oasdi", "a year"] == {"low": "0.450", "central": "2.000", "high": "4.800"}
    assert gains["us-oasdi", "at entry"]["central"] == "48.000"


def test_a_million_times_as_many(tmp_path: Path) -> None:
    few = loaded(tmp_path).tables("in_payment")[1]
    total = yaml.safe_load(SMALL)["total"]
    total["in_payment"] |= {"central": 120_000_000, "high": 150_000_000}
    many = changed(tmp_path, total=total).tables("in_payment")[1]
    assert np.abs(few * 1_000_000 - many).max() <= 1_000_000


def test_variants_move_one_thing(tmp_path: Path) -> None:
    people = loaded(tmp_path)
    central = people.tables("in_payment")[1]
    seen = {}
    for name, level, variant in people.variants():
        assert len({*variant.picks}) == 1
        seen[name, level] = variant.tables("in_payment")[0]
    assert [name for name, _ in seen][::2] == [
        *("years", "all_of_it", "level", "few", "odds", "total a_year", "total in_payment")
    ]
    assert np.array_equal(seen["level", "low"], central)
    assert seen["few", "low"].sum(axis=0).tolist() == [24_000, 96_000]
    assert seen["total in_payment", "high"].sum() == 150_000
    variant = evolve(people, picks=(Pick("high", "years"),) * 3)
    assert variant.years == (30, 30, 30)
    assert (
        variant.header["levels"] == "a variant: years at its high figure, everything else central"
    )


def test_the_assumption_that_matters_most_comes_first(tmp_path: Path) -> None:
    def women_with_a_short_record(people: Population) -> int:
        return int(people.tables("in_payment")[1][0, 0])

    rows = population.ranked(loaded(tmp_path), women_with_a_short_record)
    assert [name for name, *_ in rows[:3]] == ["few", "total in_payment", "odds"]
    assert rows[-1][3] == 0 and rows[0][3] == rows[0][2] - rows[0][1] > 0


def test_the_same_twice(tmp_path: Path) -> None:
    one, other = (list(loaded(tmp_path).batches()) for _ in range(2))
    for mine, theirs in zip(one, other, strict=True):
        assert mine.batch.equals(theirs.batch)
        assert np.array_equal(mine.weight, theirs.weight) and mine.labels == theirs.labels


def test_who_has_no_record_is_told_apart(tmp_path: Path) -> None:
    text = yaml.safe_load(SMALL)
    for work in text["careers"][0]["work"]:
        work["where"] = {"record": "long"}
    text["left_out"] = [{"where": {"sex": "male", "record": "long"}, "because": "invented"}]
    text["careers"][0]["where"] = {"sex": "female"}
    text["careers"].append({**text["careers"][0], "where": {"sex": "male", "record": "short"}})
    people = loaded(tmp_path, dumped(text))
    told = people.header["left_out"]
    assert told["without a record anywhere in_payment"] == "20.000 / 48.000 / 90.000"
    assert told["sex male, record long"] == "invented"
    stock = next(iter(people.batches()))
    outside = sum(
        int(told[f"{what} in_payment"].split(" / ")[1].replace(".", ""))
        for what in ("persons", "without a record anywhere")
    )
    assert int(stock.weight[:, 1].sum()) + outside == 120_000


@pytest.mark.parametrize(
    ("gap", "found"), [("first", [(4, 10)]), ("last", [(0, 6)]), ("middle", [(0, 3), (7, 10)])]
)
def test_where_the_gap_lies(gap: str, found: list[tuple[int, int]]) -> None:
    assert parts(10, 6, gap) == found
    assert parts(10, 10, gap) in ([(0, 10)], [(0, 5), (5, 10)]) and parts(10, 0, gap) == []


def test_days_are_the_last_of_a_month(tmp_path: Path) -> None:
    batch = next(iter(loaded(tmp_path).batches())).batch
    ends = batch.column("periods").values.field("end").cast("int32").to_numpy()
    assert all(iso(int(end) + 1).endswith("-01") for end in set(ends.tolist()))
