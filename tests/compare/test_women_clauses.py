"""Which clause makes which difference: counterfactual texts, worked out by hand, on real texts and
on drafts that differ from them in one clause."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "estimate"))
sys.path.insert(0, str(Path(__file__).parent))
from estimate_people import batch, drawn, line
from test_impact import Drawn

from portability import catalogue
from portability.compare import impact, weighing, women
from portability.compare.peopled import Weighted
from portability.compare.women import clausewise, corridor, counterfactual, paying
from portability.dates import day

Json = dict[str, Any]
HEAD = """\
schema: portability/agreement@1
id: {id}
title: Draft, {base} with one clause changed
kind: draft
status: draft
parties: [{parties}]
based_on: {base}
rules:
{rules}
"""
GERMAN = """\
  - scheme: de-grv
    branches: [old_age, invalidity, survivors]
    when: only_if_needed
{minimum}    counts:
      - schemes: [us-oasdi]
        unit: {{quarter: 1, gives: {{month: 3}}, fill_to: 12}}
    amount: {{basis: own, cite: "GN 01707.125"}}
    cite: "GN 01707.125"
"""
TURKISH = """\
  - scheme: de-grv
    branches: [old_age, invalidity, survivors]
    when: only_if_needed
    counts:
      - schemes: [tr-sgk]
        unit: {{day: 30, gives: {{month: 1}}, fill_to: 12}}
    amount: {{basis: own, cite: {{article: Art. 28(2), source: art28}}}}
{half}    cite: {{article: "Art. 27, 28", source: art28}}
"""


def draft(folder: Path, name: str, base: str, rules: str) -> str:
    path = folder / f"{name}.yaml"
    parties = ", ".join(catalogue.find(base).countries())
    path.write_text(HEAD.format(id=name, base=base, parties=parties, rules=rules.rstrip("\n")))
    return str(path)


def exchanged(*names: str) -> Json:
    texts = weighing.texts(list(names), goes_on=False)
    corridors = corridor.corridors(texts[1:])
    rows = paying.measured(texts, corridors)
    (found,) = clausewise.report(texts[1:], corridors, rows)
    return found


def effects(found: Json) -> dict[tuple[str, str, str, str], tuple[str | None, str | None]]:
    """(scheme of the clause, clause, corridor, career) -> (change, right)."""
    return {
        (c["scheme"], c["clause"], e["corridor"], e["career"]): (e["change"], e["right"])
        for c in found["clauses"]
        for e in c["effects"]
    }


@cache
def ca_ph() -> Json:
    return exchanged("ca-ph", "model-r167")


class TestRealTexts:
    def test_the_denominator_alone(self) -> None:
        """ca-ph XIII(1) divides by the 120 months of the minimum period, the model by all periods:
        84/120 and 84/204 of 6,400 a month."""
        cents = Decimal(6400) * 84 / 204
        expected = (cents.quantize(Decimal("0.01")) - 4480) * 12
        key = ("ph-sss", "rule.amount: denominator", "CA-PH", "gap-host")
        assert effects(ca_ph())[key] == (str(expected), "kept")
        assert expected == Decimal("-22136.52")

    def test_clauses_that_work_together(self) -> None:
        """96 Philippine of 252 months. Basis: 21 credited years, 300 + 3,200 + 2 % x 11 of 16,000 =
        7,020 instead of 6,400; denominator: 252 instead of 120. What is left is neither alone."""
        basis = (7020 - 6400) * 96 // 120 * 12
        share = ((Decimal(6400) * 96 / 252).quantize(Decimal("0.01")) - 5120) * 12
        whole = ((Decimal(7020) * 96 / 252).quantize(Decimal("0.01")) - 5120) * 12
        found = next(
            row
            for row in ca_ph()["remainders"]
            if (row["corridor"], row["career"], row["scheme"]) == ("CA-PH", "contracts", "ph-sss")
        )
        assert found["single"] == {
            "ph-sss rule.amount: basis": f"{basis}.00",
            "ph-sss rule.amount: denominator": str(share),
        }
        assert found["whole"] == str(whole) and found["together"] == str(whole - basis - share)
        assert (basis, found["together"]) == (5952, "-3117.72")

    def test_the_flat_part_of_a_widow(self) -> None:
        """ca-ph XII(b): two of the ten years of the minimum period; by the model two of twelve."""
        key = ("ca-cpp", "rule.amount.flat: denominator", "PH-CA", "widow-short-record")
        change, right = effects(ca_ph())[key]
        assert change is not None and Decimal(change) < 0 and right == "kept"

    def test_articles_of_both_texts_stand_beside_a_clause(self) -> None:
        found = next(
            c
            for c in ca_ph()["clauses"]
            if (c["scheme"], c["clause"]) == ("ph-sss", "rule.amount: denominator")
        )
        assert found["before"]["article"] == "Article XIII(1)"
        assert found["after"]["article"] == "ETS 78 Articles 29, 30"
        assert found["before"]["url"].startswith("https://laws-lois.justice.gc.ca")

    def test_a_conversion_of_another_unit_is_not_tried(self) -> None:
        """French quarters convert as quarters; German months cannot be read that way."""
        found = exchanged("us-de", "us-fr")
        row = next(c for c in found["clauses"] if c["clause"] == "rule.conversion" and c["open"])
        assert (row["scheme"], row["open"]) == ("us-oasdi", counterfactual.OTHER_UNIT)
        assert row["effects"] == []

    def test_periods_of_other_schemes_bring_their_conversion(self) -> None:
        """What the United States count of Canada converts into quarters: no months of the
        Philippines can be made of that."""
        found = exchanged("ca-ph", "us-ca")
        rows = [c for c in found["clauses"] if c["clause"] == "rule.counts" and c["open"]]
        assert [(c["scheme"], c["open"]) for c in rows] == [("ph-sss", counterfactual.OTHER_UNIT)]
        assert not any(c["clause"] == "rule.cases" for c in found["clauses"])

    def test_an_amount_that_nobody_knows_is_unknown_and_not_nothing(self) -> None:
        found = effects(exchanged("us-de", "us-fr"))
        assert found["de-grv", "rule.amount", "US-DE", "one-contract"] == (None, "kept")

    def test_cases_of_one_text_meet_one_rule_of_the_other(self) -> None:
        """ca-au tells three cases apart, the model none: the own minimum goes from each of them,
        and eleven months open a right whose amount needs a rate of exchange."""
        found = effects(exchanged("ca-au", "model-r167"))
        key = ("au-age", "rule.own_minimum", "CA-AU", "eleven-months")
        assert found[key] == (None, "gained")
        assert not any(clause == "rule.cases" for _, clause, _, _ in found)


class TestDrafts:
    def test_without_the_eighteen_months_a_contract_of_eleven_is_paid(self, tmp_path: Path) -> None:
        """11 months of 2000: 5,476.32 x 11 / 54,256 points, 9 per cent for 18 months later, at
        40.79 a month."""
        text = draft(tmp_path, "open-us-de", "us-de", GERMAN.format(minimum=""))
        found = exchanged("us-de", text)
        points = (Decimal("5476.32") * 11 / 54256).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        personal = (points * Decimal("1.09")).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        month = (personal * Decimal("40.79")).quantize(Decimal("0.01"), ROUND_HALF_UP)
        key = ("de-grv", "rule.own_minimum", "US-DE", "eleven-months")
        assert effects(found) == {key: (str(month * 12), "gained")}
        assert month * 12 == Decimal("592.32")

    def test_the_other_way_round_the_right_is_lost(self, tmp_path: Path) -> None:
        text = draft(tmp_path, "open-us-de", "us-de", GERMAN.format(minimum=""))
        key = ("de-grv", "rule.own_minimum", "US-DE", "eleven-months")
        assert effects(exchanged(text, "us-de")) == {key: ("-592.32", "lost")}

    def test_twelve_months_keep_eleven_out_as_eighteen_do(self, tmp_path: Path) -> None:
        minimum = "    own_minimum: {month: 12}\n"
        text = draft(tmp_path, "twelve-us-de", "us-de", GERMAN.format(minimum=minimum))
        found = exchanged("us-de", text)
        (clause,) = [c for c in found["clauses"] if c["clause"] == "rule.own_minimum"]
        assert clause["effects"] == [] and found["remainders"] == []

    def test_half_of_the_additional_period(self, tmp_path: Path) -> None:
        """de-tr 28(3), with an invented conversion (the real one was not seen): a widow whose
        husband worked two years in Germany loses half of the additional period alone."""
        paid = {}
        for name, share in (("none", "[0, 1]"), ("half", "[1, 2]"), ("whole", "[1, 1]")):
            half = f"    with: {{added_period: {share}}}\n"
            text = draft(tmp_path, f"{name}-de-tr", "de-tr", TURKISH.format(half=half))
            texts = weighing.texts([text], goes_on=False)
            rows = paying.measured(texts, corridor.corridors(texts[1:]))
            (row,) = [
                r
                for r in rows
                if (r["text"], r["corridor"], r["career"], r["scheme"])
                == (f"{name}-de-tr", "TR-DE", "widow-short-record", "de-grv")
            ]
            paid[name] = Decimal(row["yearly"])
        assert 0 < paid["none"] < paid["half"] < paid["whole"]
        assert abs(2 * paid["half"] - paid["none"] - paid["whole"]) <= Decimal("0.24")
        whole = draft(tmp_path, "full-de-tr", "de-tr", TURKISH.format(half=""))
        found = effects(exchanged(str(tmp_path / "half-de-tr.yaml"), whole))
        key = ("de-grv", "rule.with", "TR-DE", "widow-short-record")
        assert found[key] == (str(paid["whole"] - paid["half"]), "kept")
        assert {clause for _, clause, _, _ in found} == {"rule.with"}

    def test_a_scheme_without_any_rule_takes_all_of_them(self, tmp_path: Path) -> None:
        """A draft that says nothing of the German scheme: the rules of us-de as a whole open what
        a contract of 24 months is worth (1,281.24, worked out in test_women)."""
        path = tmp_path / "silent.yaml"
        text = HEAD.format(id="silent", base="us-de", parties="US, DE", rules="")
        path.write_text(text.replace("rules:\n", "rules: null\n"))
        found = exchanged(str(path), "us-de")
        key = ("de-grv", "rules", "US-DE", "one-contract")
        assert effects(found)[key] == ("1281.24", "gained")
        back = effects(exchanged("us-de", str(path)))
        assert back[key] == ("-1281.24", "lost")
        assert {clause for _, clause, _, _ in back} == {"rules"}
        clause = next(c for c in found["clauses"] if c["scheme"] == "de-grv")
        assert "own periods" in clause["after"]["says"] and clause["after"]["article"]


class TestChanged:
    @pytest.mark.parametrize("name", ["us-de", "ca-ph", "model-r167", "eu-883-2004"])
    def test_a_text_with_nothing_changed_pays_the_same(self, name: str) -> None:
        pair = {"us-de": ("US", "DE"), "eu-883-2004": ("DE", "ES")}.get(name, ("PH", "CA"))
        agreement = catalogue.find(name)
        again = counterfactual.changed(agreement, {})
        assert paying.pay(pair, [again], False) == paying.pay(pair, [agreement], False)

    def test_all_clauses_together_are_the_other_text(self) -> None:
        """The rules of the model for both states, laid into ca-ph, pay what the model pays."""
        first, second = catalogue.find("ca-ph"), catalogue.find("model-r167")
        schemes = {"ca-cpp": "CA", "ca-oas": "CA", "ph-sss": "PH"}
        over = {
            (scheme, branch): second.rules_for(scheme, country, branch)
            for scheme, country in schemes.items()
            for branch in ("old_age", "survivors")
        }
        made = counterfactual.changed(first, over, persons=second.persons)
        for row, other in zip(
            paying.pay(("CA", "PH"), [made], False),
            paying.pay(("CA", "PH"), [second], False),
            strict=True,
        ):
            kept = ("career", "scheme", "status", "yearly", "fraction")
            assert [row[k] for k in kept] == [other[k] for k in kept]

    def test_the_day_of_a_text_keeps_its_rivals_out(self) -> None:
        texts = weighing.texts(["ca-au@2014-07-01"], goes_on=False)
        assert texts[1].agreement is not None
        made = counterfactual.changed(texts[1].agreement, {})
        found = clausewise.under(made, texts[1], frozenset({"CA", "AU"}))
        assert [agreement.id for agreement in found].count("ca-au@2014-07-01") == 1
        assert "ca-au" not in {agreement.id for agreement in found}
        assert all(agreement.bound("CA", day("2025-10-01")) for agreement in found)


class Three:
    """Two women with eleven German months and a man with 24, each one person, at entry."""

    def __init__(self) -> None:
        ends = (("female", "2000-11-30"), ("female", "2000-11-30"), ("male", "2001-12-31"))
        self.batch = batch([worked(sex, end) for sex, end in ends])
        self.header: Json = {"title": "three", "synthetic": True}
        self.years = (15, 20, 25)

    def batches(self) -> Iterator[Weighted]:
        weight, starts = np.full((3, 3), 1000), np.zeros(3, np.int64)
        sex = self.batch.column("sex").to_pylist()
        yield Weighted(self.batch, weight, starts, {"sex": sex, "age": ["65"] * 3})


def worked(sex: str, end: str) -> Json:
    months = 11 if end.startswith("2000") else 24
    return {
        "born": date(1958, 3, 10),
        "claim": date(2025, 10, 1),
        "sex": sex,
        "residence": "US",
        "nationality": "US",
        "periods": [
            line("us-oasdi", "1985-01-01", "1999-12-31", earnings=4000_00 * 180),
            line("de-grv", "2000-01-01", end, earnings=5476_32 * months),
        ],
    }


class TestPeople:
    def test_one_clause_is_the_whole_difference_of_texts_that_differ_in_it(
        self, tmp_path: Path
    ) -> None:
        """Without the 18 months two women gain 592.32 a year each; the man has his already."""
        text = draft(tmp_path, "open-us-de", "us-de", GERMAN.format(minimum=""))
        texts = weighing.texts(["us-de", text], goes_on=False)
        report = women.report(texts, Three())
        found = report["people"]
        whole = next(p for p in found["texts"] if (p["from"], p["to"]) == ("us-de", "open-us-de"))
        (clause,) = found["clauses"]
        spans = set(impact.SPANS)
        assert clause["clause"] == "rule.own_minimum"
        assert clause["persons"] == whole["persons"]
        assert clause["benefits"] == [row for row in whole["benefits"] if row["span"] in spans]
        gains = {
            p["group"]: p["persons"]["central"]
            for p in clause["persons"]
            if (p["effect"], p["scheme"]) == ("gains", "de-grv")
        }
        assert gains == {"": "2.000", "female": "2.000"}
        sums = {(b["group"], b["span"]): b["sum"]["central"] for b in clause["benefits"]}
        assert sums["female", "year 1"] == str(Decimal("592.320") * 2)
        assert not any(group == "male" for group, _ in sums)
        grid = next(g for g in women.grids(report) if g.title.startswith("Which clause moves whom"))
        assert ("us-de → open-us-de", "de-grv Own periods needed first", "women") in {
            row[:3] for row in grid.rows
        }

    def test_an_impact_that_is_given_is_not_computed_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = Drawn(drawn(20, 6, ("us-oasdi", "de-grv")))
        names = ["us-de", "model-r167"]
        given = impact.of(names, people)
        texts = weighing.texts(names, goes_on=False)
        monkeypatch.setattr(impact, "of", None)
        found = women.report(texts, people, given)
        kept = {row["by"] for pair in found["people"]["texts"] for row in pair["persons"]}
        assert kept <= {"", "sex"} and len(found["people"]["texts"]) == len(given["pairs"])
        grid = next(g for g in women.grids(found) if g.title.startswith("Which clause moves whom"))
        assert all(len(row) == len(grid.heads) for row in grid.rows)
