"""Contributions forgone and administration against fractions worked out another way."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from invented_costs import DOCUMENT, DRAFTS, LEVELS, PARTIES, POSTED, TEXTS, changed, figure, loaded

from portability.compare import (
    costs,
    costs_told,
    impact,
    impact_told,
    population,
    posting,
    weighing,
)
from portability.compare.costs import ADMINISTRATION, CONTRIBUTIONS, Costs
from portability.compare.weighing import Text
from portability.yamlsource import Source

Json = dict[str, Any]


# --- the oracle: the area under the months of everybody, piece by piece


def overlap(start: Fraction, months: Fraction, year: int) -> Fraction:
    """Months of [start, start + months] in the year."""
    low, high = max(start, Fraction(12 * year - 12)), min(start + months, Fraction(12 * year))
    return max(high - low, Fraction(0))


def arriving(months: Fraction, year: int) -> Fraction:
    """The mean of `overlap` over all who come since entry, one a year: between its corners it is a
    straight line, so that trapezoids are exact."""
    corners = {Fraction(0), Fraction(12 * year)}
    for edge in (12 * year - 12, 12 * year):
        corners |= {Fraction(edge), edge - months}
    inside = sorted(corner for corner in corners if 0 <= corner <= 12 * year)
    return sum(
        (
            (b - a) * (overlap(a, months, year) + overlap(b, months, year)) / 2
            for a, b in pairwise(inside)
        ),
        Fraction(0),
    ) / Fraction(12)


def forgone(row: Json, limit: int | None, at: str, year: int) -> Fraction:
    """One year of one level, from the document alone."""

    def value(each: Json | None, usual: int = 0) -> Fraction:
        return Fraction(usual) if each is None else Fraction(each.get("value", each.get(at)))

    def short(months: Fraction) -> Fraction:
        return months if limit is None else min(months, Fraction(limit))

    workers = row["workers"]
    stay = value(workers.get("stay"))
    if "always" in workers:
        part = short(stay) / stay if "stay" in workers else Fraction(1)
        months = 12 * value(workers["always"]) * part
    else:
        there = overlap(Fraction(0), short(value(workers.get("left"))), year)
        months = value(workers.get("at_entry")) * there
        months += value(workers.get("a_year")) * arriving(short(stay), year)
    wage = value(row["earnings"]["amount"]) / (1 if row["earnings"]["per"] == "month" else 12)
    paid = value(row["both"]) / 100 * value(row["rate"]) / 100 * wage
    return months * paid * (1 + value(row.get("growth")) / 100) ** (year - 1)


def under(months: int | None, extension: int | None = None) -> tuple[Text, ...]:
    """The texts with another posting clause in the first; None: none."""
    clause: Any = "none" if months is None else {"months": months, "cite": "draft article 7"}
    if extension is not None and months is not None:
        clause |= {"extension_months": extension, "extension": "consent"}
    agreement = TEXTS[1].agreement
    assert agreement is not None
    raw = {**agreement.raw, "legislation": {**agreement.raw["legislation"], "posting": clause}}
    return TEXTS[0], evolve(TEXTS[1], agreement=evolve(agreement, raw=raw)), TEXTS[2]


numbers = st.fractions(0, 5_000, max_denominator=100).map(lambda f: Fraction(round(f * 100), 100))
percents = st.integers(0, 10_000).map(lambda n: Fraction(n, 100))
lengths = st.integers(1, 2_000).map(lambda n: Fraction(n, 10))


def three(values: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Json]:
    ordered = st.lists(values, min_size=3, max_size=3).map(sorted)
    return ordered.map(lambda found: figure(*(decimal(each) for each in found)))


def decimal(value: Fraction) -> str:
    whole, rest = divmod(value.numerator * 100 // value.denominator, 100)
    return f"{whole}.{rest:02d}"


moving = st.fixed_dictionaries(
    {
        "at_entry": three(numbers),
        "left": three(lengths),
        "a_year": three(numbers),
        "stay": three(lengths),
    }
)
steady = st.fixed_dictionaries({"always": three(numbers)}, optional={"stay": three(lengths)})


@given(
    workers=st.one_of(moving, steady),
    both=three(percents),
    rate=three(percents),
    growth=three(st.integers(0, 500).map(lambda n: Fraction(n, 100))),
    amount=three(numbers),
    per=st.sampled_from(["month", "year"]),
    months=st.integers(1, 100),
    extension=st.one_of(st.none(), st.integers(1, 60)),
    counted=st.booleans(),
    span=st.tuples(st.integers(1, 12), st.integers(0, 5)),
)
def test_what_is_given_up_is_the_area_under_the_months(
    workers: Json,
    both: Json,
    rate: Json,
    growth: Json,
    amount: Json,
    per: str,
    months: int,
    extension: int | None,
    counted: bool,
    span: tuple[int, int],
) -> None:
    row = {**POSTED, "workers": workers, "both": both, "rate": rate, "growth": growth}
    row["earnings"] = {"amount": amount, "per": per, "currency": "PHP", "price_year": 2025}
    row["extension"] = {"counted": counted, "assumed": "invented"}
    texts = under(months, extension)
    source = Source("costs.yaml", changed(**row))
    costs.checked(source, texts, PARTIES)
    stated = Costs(source, texts)
    limit = months + (extension or 0) * counted
    first, last = span[0], span[0] + span[1]
    found = stated.years(CONTRIBUTIONS, "ph-sss", texts[1], first, last)
    assert found == tuple(
        sum((forgone(row, limit, at, year) for year in range(first, last + 1)), Fraction(0))
        for at in LEVELS
    )


def test_one_year_by_hand(tmp_path: Path) -> None:
    """Central: 200 x 75 % = 150 workers there, 12 months each; 60 x 75 % = 45 come evenly, half a
    year each on average: (150 x 12 + 45 x 6) x 30,000 x 15 %. Year 2: 150 x 6, 45 x (6 + 12). From
    the fifth year on everybody's 36 months are full: 45 x 36."""
    stated = loaded(tmp_path, DOCUMENT)
    monthly = 30_000 * 15 // 100
    for year, months in ((1, 150 * 12 + 45 * 6), (2, 150 * 6 + 45 * 18), (25, 45 * 36)):
        found = stated.years(CONTRIBUTIONS, "ph-sss", TEXTS[1], year, year)
        assert found[1] == months * monthly
    # high: a stay of 90 months counts for the 60 of both drafts; extensions are not counted
    far = stated.years(CONTRIBUTIONS, "ph-sss", TEXTS[1], 25, 25)
    assert far[2] == 120 * 60 * 35_000 * 15 // 100


def test_the_clause_that_makes_the_difference_is_named(tmp_path: Path) -> None:
    """With extensions the first draft ends at 72 months, the second never: 90 of a stay of 90."""
    counted = changed(extension={"counted": True, "assumed": "both consent"})
    stated = loaded(tmp_path, counted)
    spans = {"year 25": (25, 25)}
    row, _ = costs.pair(stated, TEXTS[1], TEXTS[2], ["ph-sss", "us-oasdi"], spans)[CONTRIBUTIONS]
    assert row["sum"] == {
        "low": "0.000",
        "central": "0.000",
        "high": f"{120 * (90 - 72) * 35_000 * 15 // 100}.000",
    }
    assert [each["clause"].split(" (")[0] for each in row["clauses"]] == [
        "60 months and 12 more",
        "60 months and an extension without a stated limit",
    ]
    assert {each["article"] for each in row["clauses"]} == {"draft article 7"}
    assert [
        (row["text"], row["months"]["high"]) for row in costs_told.header(stated)["exempted"]
    ] == [("us-ph-1", "72.000"), ("us-ph-2", "90.000")]


def test_administration_by_hand(tmp_path: Path) -> None:
    """Central: once 20,000; 2,000 claims at entry and 150 a year, three hours at 80 dollars."""
    stated = loaded(tmp_path, DOCUMENT)
    assert stated.years(ADMINISTRATION, "us-oasdi", TEXTS[1], 1, 1)[1] == 20_000 + 2_150 * 240
    assert stated.years(ADMINISTRATION, "us-oasdi", TEXTS[1], 1, 5)[1] == (
        20_000 + 2_000 * 240 + 5 * 150 * 240
    )
    assert stated.years(ADMINISTRATION, "us-oasdi", TEXTS[1], 25, 25)[2] == 200 * 360


def test_a_stated_sum_stands_for_its_text_alone(tmp_path: Path) -> None:
    """Version A 100 a year with a growth of 10 percent, none 7; of B nobody stated anything."""
    priced = {"currency": "PHP", "price_year": 2024}
    a = {"scheme": "ph-sss", "text": "A", "sum": {**figure(90, 100, 110), **priced}}
    none = {"scheme": "ph-sss", "text": "none", "sum": {**figure(7), **priced}}
    rows = [{**a, "growth": figure(10)}, none]
    stated = loaded(tmp_path, {**DOCUMENT, "contributions": rows})
    assert stated.years(CONTRIBUTIONS, "ph-sss", TEXTS[1], 1, 2)[1] == 210
    assert stated.years(CONTRIBUTIONS, "ph-sss", TEXTS[0], 1, 2)[1] == 14
    spans = {"year 1": (1, 1)}
    (row,) = costs.pair(stated, TEXTS[0], TEXTS[1], ["ph-sss"], spans)[CONTRIBUTIONS]
    assert row["sum"]["central"] == "93.000"
    (row,) = costs.pair(stated, TEXTS[1], TEXTS[2], ["ph-sss"], spans)[CONTRIBUTIONS]
    assert row["unknown"] == costs.NOBODY[CONTRIBUTIONS]


def test_a_percentage_of_the_schemes_own_average(tmp_path: Path) -> None:
    """150 % of 69,846.57 dollars (2024), 12.4 %: one worker a year who stays for good."""
    row = {
        "scheme": "us-oasdi",
        "sent_from": "PH",
        "workers": {"always": figure(1)},
        "both": figure(100),
        "earnings": {"percent": figure(150), "of_year": 2024},
        "rate": figure("12.4"),
    }
    stated = loaded(tmp_path, {**DOCUMENT, "contributions": [row]})
    found = stated.years(CONTRIBUTIONS, "us-oasdi", TEXTS[1], 1, 1)
    assert found == (Fraction("69846.57") * Fraction(3, 2) * Fraction(124, 1000),) * 3


def test_without_a_stay_the_limit_is_not_applied_and_says_so(tmp_path: Path) -> None:
    """Ten workers at any time, 24 months stayed, 12 under the model's clause: half of them."""
    for workers, months, cell in (
        ({"always": figure(10)}, 120, "all: no stay is stated"),
        ({"always": figure(10), "stay": figure(24)}, 60, "12"),
    ):
        row = {**POSTED, "workers": workers, "both": figure(100)}
        stated = loaded(tmp_path, {**DOCUMENT, "contributions": [row]}, under(12))
        found = stated.years(CONTRIBUTIONS, "ph-sss", stated.texts[1], 3, 3)
        assert found[0] == months * 20_000 * 15 // 100
        whom, *_ = costs_told.grids(costs_told.header(stated))
        assert whom.rows[0][4] == cell


# --- clauses


@pytest.mark.parametrize(
    ("reference", "sender", "host", "months", "known"),
    [
        ("us-kr", "US", "KR", 60, True),
        ("us-kr", "KR", "US", 60, True),
        ("us-dk", "US", "DK", 60, True),  # a clause for each direction
        ("us-dk", "DK", "US", 36, True),
        ("nl-nz", "NL", "NZ", 60, True),
        ("nl-nz", "NZ", "NL", None, False),  # nobody read one, which does not say there is none
        ("model-r167", "US", "PH", 12, True),
        ("us-kr", "US", "PH", None, True),  # does not bind the other state: nobody is exempted
    ],
)
def test_the_clause_of_each_direction(
    reference: str, sender: str, host: str, months: int | None, known: bool
) -> None:
    (_, text) = weighing.texts([reference], False)
    found = posting.clause(text, sender, host)
    assert (found.months, found.known) == (months, known)
    if months is None:
        assert found.limit(True) == 0


def test_the_reservation_of_a_file_goes_with_its_clause(tmp_path: Path) -> None:
    """us-de: the months are a general statement on all agreements of the United States."""
    texts = tuple(weighing.texts(["us-de"], False))
    found = posting.clause(texts[1], "DE", "US")
    assert "not read in this agreement's own text" in found.note
    row = {**POSTED, "scheme": "us-oasdi", "sent_from": "DE"}
    row["earnings"] = {"percent": figure(100), "of_year": 2024}
    source = Source("costs.yaml", {**DOCUMENT, "contributions": [row]})
    stated = Costs(costs.checked(source, texts, frozenset({"DE", "US"})), texts)
    whom, *_ = costs_told.grids(costs_told.header(stated))
    assert "60 months [GN 01701.005]; remark of the file: general statement" in whom.rows[0][2]


def test_what_was_not_read_is_unknown_and_what_a_draft_lacks_is_not_in_it(tmp_path: Path) -> None:
    stated = loaded(tmp_path, DOCUMENT, under(None))
    assert stated.years(CONTRIBUTIONS, "ph-sss", stated.texts[1], 1, 5) == costs.NOTHING
    agreement = TEXTS[1].agreement
    assert agreement is not None
    law = {key: value for key, value in agreement.raw["legislation"].items() if key != "posting"}
    for kind, said in (("draft", costs.NOTHING), ("treaty", "unknown: us-ph-1: no posting")):
        other = evolve(agreement, kind=kind, raw={**agreement.raw, "legislation": law})
        texts = (TEXTS[0], evolve(TEXTS[1], agreement=other))
        found = Costs(stated.source, texts).years(CONTRIBUTIONS, "ph-sss", texts[1], 1, 5)
        assert found == said if kind == "draft" else str(found).startswith(str(said))


def test_time_before_entry_counts_where_the_clause_says_so() -> None:
    """A stay of 36 months of which 18 are left; a clause of 24 leaves 6 if time before counts."""
    row = {**POSTED, "workers": {**POSTED["workers"], "left": figure(18), "stay": figure(36)}}
    texts = under(24)
    agreement = texts[1].agreement
    assert agreement is not None
    law = agreement.raw["legislation"]
    clause = {**law["posting"], "pre_entry_time": True}
    raw = {**agreement.raw, "legislation": {**law, "posting": clause}}
    before = evolve(texts[1], agreement=evolve(agreement, raw=raw))
    for text, months in ((texts[1], 18), (before, 6)):
        found = costs.exempted(row, text)
        assert not isinstance(found, str) and found.left == (Fraction(months),) * 3
        assert found.stay == (Fraction(24),) * 3


# --- in an impact


def test_nobody_stated_anything_and_the_row_stays_unknown() -> None:
    found = impact.of([str(DRAFTS[0])], population.load("us-ph"))
    assert found["costs"] is None and CONTRIBUTIONS not in found["pairs"][0]
    assert found["not_told"][CONTRIBUTIONS] == costs.NOBODY[CONTRIBUTIONS]
    assert found["not_told"][ADMINISTRATION] == costs.NOBODY[ADMINISTRATION]
    titles = [grid.title for grid in impact_told.grids(found) if grid.rows]
    assert not [title for title in titles if "forgone" in title]


def test_costs_stand_apart_from_benefits_and_change_none(tmp_path: Path) -> None:
    stated = loaded(tmp_path, DOCUMENT)
    bare = impact.of(DRAFTS, population.load("us-ph"))
    found = impact.of(DRAFTS, population.load("us-ph"), stated=stated)
    for before, after in zip(bare["pairs"], found["pairs"], strict=True):
        assert before == {key: after[key] for key in before}
        schemes = {row["scheme"] for row in after[CONTRIBUTIONS]}
        assert schemes == {"ph-sss", "us-oasdi"}  # both countries in one table
        lacking = [row for row in after[CONTRIBUTIONS] if "unknown" in row]
        assert [row["scheme"] for row in lacking] == ["us-oasdi"]
    assert "unknown of us-oasdi" in found["not_told"][CONTRIBUTIONS]
    assert found["costs"]["digest"] == stated.digest
    tables = {grid.title: grid for grid in impact_told.grids(found)}
    rows = tables["no agreement → us-ph-1: contributions forgone, because workers are posted"].rows
    year, unknown = rows[0], rows[-1]
    assert year[:3] == ("PH ph-sss", "PHP", "year 1")
    assert year[3].split(" – ")[1] == f"{(150 * 12 + 45 * 6) * 4_500:,}"
    assert "draft article 7" in year[4] and rows[1][4] == ""
    assert unknown[3] == costs.NOBODY[CONTRIBUTIONS]


def test_the_hash_is_of_the_meaning(tmp_path: Path) -> None:
    one = loaded(tmp_path, DOCUMENT)
    path = tmp_path / "costs.yaml"
    path.write_text(f"# a remark\n{yaml.safe_dump(DOCUMENT)}".replace("&id", "#"), "utf-8")
    text = json.dumps(DOCUMENT)
    path = tmp_path / "costs.json"
    path.write_text(text, "utf-8")
    assert costs.load(path, TEXTS, PARTIES).digest == one.digest
    other = loaded(tmp_path, changed(both=figure(50, 75, 99)))
    assert other.digest != one.digest
