"""A faulty population is refused: every fault at once, with its place and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from invented_population import SMALL, dumped, loaded

from portability.compare import population
from portability.errors import InputError


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def test_an_unknown_population_is_told() -> None:
    with pytest.raises(InputError, match="did you mean us-de"):
        population.load("us-dee")


FAULTY = {
    "years_paid: years": ("years_paid: year", "one of assumptions: years"),
    "source: book, says: five": ("says: five", "source, or assumed: WHY"),
    "female: 60, male: 40": ("female: 60, man: 40", "exactly: female, male"),
    "few, long: rest}, assumed: invented": ("feww, long: rest}, assumed: invented", "did you mean"),
    "times: odds": ("times: chance", "one of assumptions"),
    "long: [45, 45]": ("long: [45, 44]", "ages that ascend"),
    "residence: DE": ("residence: XQ", "a country code"),
    "scheme: us-oasdi, from: 30": ("scheme: kr-nps, from: 30", "a scheme of DE, US"),
    "until: 65, share": ("until: 68, share", "an age up to the claim (67)"),
    "under: us-de}": ("under: us-dee}", "did you mean us-de?"),
    "claim: 2026-03-01": ("claim: 2026-02-30", "a calendar date"),
    "in_payment: {low: 100": ("in_payment: {low: 130", "low <= central <= high"),
    "years: {low: 10": ("years: {low: 10.5", "whole years from 1 to 60"),
    "few: {low: 20": ("few: {low: 20.0001", "at most three decimals"),
    "all_of_it: {low: 100": ("all_of_it: {low: 101", "a share of the time"),
    "moved:": ("others:", "one of schema"),
    "- where: {}": ("- where: {sex: female}", "one career for each cell"),
}


@pytest.mark.parametrize("change", FAULTY)
def test_one_fault_one_message(tmp_path: Path, change: str) -> None:
    to, expected = FAULTY[change]
    assert SMALL.count(change) == 1
    found = faults(tmp_path, SMALL.replace(change, to))
    assert len(found) == 1, found
    assert expected in found[0] and re.match(r"small\.yaml:\d+:\d+: ", found[0])


def test_a_move_needs_its_age(tmp_path: Path) -> None:
    found = faults(tmp_path, SMALL.replace("short: [31, 34], ", ""))
    assert len(found) == 2  # for either line of work
    assert all("found a move at no age" in fault for fault in found)


def test_a_cell_has_one_career(tmp_path: Path) -> None:
    text = yaml.safe_load(SMALL)
    text["careers"].append({**text["careers"][0], "where": {"sex": "male"}})
    found = faults(tmp_path, dumped(text))
    assert len(found) == 1 and "sex male and record short: several careers" in found[0]
    text["careers"].pop()
    text["left_out"] = [{"where": {"record": "long"}, "because": "invented"}]
    found = faults(tmp_path, dumped(text))
    assert len(found) == 1 and "record long: a career, and is left out" in found[0]


def test_faults_are_told_all_at_once(tmp_path: Path) -> None:
    text = SMALL
    for change in ("years_paid: years", "times: odds", "long: [45, 45]", "under: us-de}"):
        text = text.replace(change, FAULTY[change][0])
    assert len(faults(tmp_path, text)) == 4
    text = SMALL
    for change in ("in_payment: {low: 100", "years: {low: 10", "all_of_it: {low: 100"):
        text = text.replace(change, FAULTY[change][0])
    assert len(faults(tmp_path, text)) == 3


MARGINS = {
    "shares that sum to 100.1": "- {of: sex, shares: {female: 60, male: 40.1}, assumed: x}",
    "shares of 160": "- {of: sex, shares: {female: 160, male: rest}, assumed: x}",
    "one rest, and only among": "- {of: sex, shares: {female: rest, male: rest}, assumed: x}",
    "counts of nobody": "- {of: sex, counts: {female: 0, male: 0}, assumed: x}",
    "exactly one of shares, counts": (
        "- {of: sex, shares: {female: 60, male: 40}, counts: {female: 6, male: 4}, assumed: x}"
    ),
    "the total of margins[0] (10), or shares": (
        "- {of: sex, counts: {female: 6, male: 4}, assumed: x}\n"
        "- {of: record, counts: {short: 3, long: 8}, assumed: x}"
    ),
    "other shares than margins[0]": (
        "- {of: sex, shares: {female: 60, male: 40}, assumed: x}\n"
        "- {of: [record, sex], counts: {short: {female: 2, male: 2}, long: {female: 3, male: 3}},"
        " assumed: x}"
    ),
    "already join": (
        "- {of: [sex, record], counts: {female: {short: 3, long: 3}, male: {short: 2, long: 2}},"
        " assumed: x}\n"
        "- {of: [record, sex], counts: {short: {female: 3, male: 2}, long: {female: 3, male: 2}},"
        " assumed: x}"
    ),
}


@pytest.mark.parametrize("expected", MARGINS)
def test_margins_that_cannot_be(tmp_path: Path, expected: str) -> None:
    first = "- {of: sex, shares: {female: 60, male: 40}, source: book, says: 60 and 40 percent}"
    text = SMALL.replace(first, MARGINS[expected])
    found = [fault for fault in faults(tmp_path, text) if expected in fault]
    assert len(found) == 1 and "small.yaml:" in found[0]


def test_margins_that_agree_where_they_meet_are_taken(tmp_path: Path) -> None:
    text = yaml.safe_load(SMALL)
    both = {"short": {"female": 2, "male": 2}, "long": {"female": 4, "male": 2}}
    text["margins"][1] = {"of": ["record", "sex"], "counts": both, "assumed": "x"}
    table = loaded(tmp_path, dumped(text)).tables("in_payment")[1]
    assert table.tolist() == [[24_000, 48_000], [24_000, 24_000]]


def test_a_dimension_without_a_margin_and_a_cell_where_somebody_must_be(tmp_path: Path) -> None:
    text = yaml.safe_load(SMALL)
    found = faults(tmp_path, dumped({**text, "margins": text["margins"][:1]}))
    assert len(found) == 1 and "a dimension without a margin" in found[0]
    none = [{"where": {"record": "short"}, "none": "invented"}]
    found = faults(tmp_path, dumped({**text, "seed": none}))
    assert len(found) == 1 and "record short: nobody can be there" in found[0]
    ring = [
        {"where": {"sex": "female", "record": "short"}, "none": "invented"},
        {"where": {"sex": "male", "record": "long"}, "none": "invented"},
    ]
    found = faults(tmp_path, dumped({**text, "seed": ring}))
    assert len(found) == 1 and "whenever the other margins are met" in found[0]


def test_amounts_are_in_the_scheme_s_one_money(tmp_path: Path) -> None:
    amount = "earnings: {amount: level, per: month, currency: %s}"
    for currency, expected in (("USD", ""), ("EUR", "USD")):
        text = SMALL.replace("earnings: {percent: level}", amount % currency, 1)
        if expected:
            assert expected in faults(tmp_path, text)[0]
        else:
            batch = next(iter(loaded(tmp_path, text).batches())).batch
            line = batch.to_pylist()[0]["periods"][0]
            assert (line["earnings"], line["path"]) == (50 * 11 * 100, "contract_wage")
    head, tail = SMALL.split("- {scheme: de-grv", 1)
    text = (
        head + "- {scheme: de-grv" + tail.replace("earnings: {percent: level}", amount % "EUR", 1)
    )
    assert "whose money changed" in faults(tmp_path, text)[0]
    half = SMALL.replace("earnings: {percent: level}", "earnings: {percent: level, per: year}", 1)
    assert "amount, per and currency together" in faults(tmp_path, half)[0]


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("record: [short, long]", "record: [1, 2]"),
        ("shares: {short: few, long: rest}", "shares: {1: few, 2: rest}"),
        ("shares: {short: few, long: rest}", "shares: {short: {female: 1}, long: rest}"),
        ("shares: {short: few, long: rest}", "shares: few"),
        ("careers:\n", "careers: []\nothers:\n"),
        ("countries: [DE, US]", "countries: DE"),
        ("of: sex, shares", "of: [sex, record, sex], shares"),
        ("of: sex, shares", "of: [sex, sex], shares"),
        ("female: 60, male: 40", "female: -60, male: 160"),
        ("female: 60, male: 40", "female: 6e1, male: 40"),
        ("where: {}", "where: {sex: []}"),
        ("where: {}", "where: [sex]"),
        ("schema: portability/population@1", "schema: portability/agreement@1"),
    ],
)
def test_hostile_words_are_faults_and_no_crash(tmp_path: Path, change: str, to: str) -> None:
    assert SMALL.count(change) == 1
    found = faults(tmp_path, SMALL.replace(change, to))
    assert found and all(re.match(r"small\.yaml:\d+:\d+: ", fault) for fault in found)
