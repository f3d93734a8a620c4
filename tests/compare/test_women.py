"""Difficulties women face: what texts and laws say, and matched careers, on real texts. Sums are
worked out by hand from the law beside them."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from portability import case, registry
from portability.answer import answer
from portability.compare import weighing, women
from portability.compare.faults import people
from portability.compare.standards.items import standards
from portability.compare.women import careers, corridor, laws, paying, wording
from portability.concurrence import A_YEAR
from portability.dates import add_months, day
from portability.errors import InputError
from portability.yamlsource import json_source

Json = dict[str, Any]
CENT = Decimal("0.01")


@cache
def measured(*names: str) -> tuple[Json, ...]:
    texts = weighing.texts(list(names), goes_on=False)
    return tuple(paying.measured(texts, corridor.corridors(texts[1:])))


def row(names: tuple[str, ...], where: str, text: str, career: str, scheme: str) -> Json:
    key = {"corridor": where, "text": text, "career": career, "scheme": scheme}
    (found,) = [r for r in measured(*names) if key.items() <= r.items()]
    return found


def cost(names: tuple[str, ...], where: str, text: str, pair: tuple[str, str], scheme: str) -> Json:
    keys = ("corridor", "text", "career", "beside", "scheme")
    wanted = dict(zip(keys, (where, text, *pair, scheme), strict=True))
    wanted |= dict(zip(("home", "host"), where.split("-"), strict=True))
    (found,) = [r for r in paying.interruptions(measured(*names)) if wanted.items() <= r.items()]
    return found


def german(points: Decimal, late: int) -> str:
    """SGB VI 64, 77(2): points x (1 + 0.005 a month late) x 40.79 EUR (1 July 2025), twelve months
    of it; points to four places (SGB VI 121)."""
    personal = (points * (1 + Decimal("0.005") * late)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return str((personal * Decimal("40.79")).quantize(CENT, ROUND_HALF_UP) * 12)


def dm_points(months: int, year_average: int) -> Decimal:
    """Points of a year: 2,800 euro are 5,476.32 DM (Regulation 2866/98) against the average of SGB
    VI annex 1."""
    return (Decimal("5476.32") * months / year_average).quantize(Decimal("0.0001"), ROUND_HALF_UP)


US_DE = ("us-de", "us-fr")


class TestMinimumPeriods:
    def test_a_contract_of_24_months_is_paid_and_one_of_11_is_shut_out(self) -> None:
        """us-de, Germany: 18 months of its own before American periods are counted."""
        whole = row(US_DE, "US-DE", "us-de", "one-contract", "de-grv")
        points = dm_points(12, 54256) + dm_points(12, 55216)  # 2000, 2001
        assert whole["yearly"] == german(points, late=18) == "1281.24"
        short = row(US_DE, "US-DE", "us-de", "eleven-months", "de-grv")
        assert (short["status"], short["yearly"]) == ("not_entitled", "0.00")
        assert short["reason"] == "own minimum: GN 01707.125"
        assert (short["own"], short["foreign"], short["required"]) == ("11", "180", "60")
        lost = cost(US_DE, "US-DE", "us-de", ("eleven-months", "one-contract"), "de-grv")
        assert (lost["cost"], lost["right"], lost["item"]) == ("1281.24", "lost", "minimum")

    def test_six_quarters_in_the_united_states(self) -> None:
        """42 USC 433(c): eleven months are four quarters, two fewer than the six."""
        short = row(US_DE, "DE-US", "us-de", "eleven-months", "us-oasdi")
        assert (short["status"], short["own"]) == ("not_entitled", "4")
        assert short["reason"].startswith("own minimum: 20 CFR 404.1908")

    def test_below_a_year_the_philippines_pay_nothing(self) -> None:
        """ca-ph Article X: less than one year."""
        short = row(("ca-ph", "model-r167"), "CA-PH", "ca-ph", "eleven-months", "ph-sss")
        assert (short["status"], short["yearly"]) == ("not_entitled", "0.00")
        assert short["reason"].startswith("below minimum")


class TestInterruptions:
    def test_a_gap_takes_the_right_away_and_the_text_brings_a_share_back(self) -> None:
        """Eight American quarters of ten years: 40 are needed, 60 German months count as 32 more
        up to 40 and beyond; 8 of 140 quarters are paid (20 CFR 404.1918)."""
        alone = cost(US_DE, "US-DE", weighing.NOTHING, ("gap-home", "continuous"), "us-oasdi")
        assert (alone["right"], alone["cost"]) == ("lost", alone["without"])
        under = row(US_DE, "US-DE", "us-de", "gap-home", "us-oasdi")
        assert (under["status"], under["fraction"], under["own"]) == ("entitled", "8/140", "8")
        found = cost(US_DE, "US-DE", "us-de", ("gap-home", "continuous"), "us-oasdi")
        assert found["right"] == "kept"
        assert Decimal(found["cost"]) == Decimal(found["without"]) - Decimal(under["yearly"])

    def test_a_child_before_1992_is_30_months_of_a_twelfth_point(self) -> None:
        """SGB VI 249(1), 70(2): 30 x 0.0833 = 2.4990 points; 24 months of her own and 30 of the
        child are still fewer than 60, so that the right needs us-de as well."""
        child = row(US_DE, "DE-US", "us-de", "child-home", "de-grv")
        assert (child["own"], child["route"]) == ("54", "us-de")
        gained = cost(US_DE, "DE-US", "us-de", ("child-home", "gap-home"), "de-grv")
        assert gained["cost"] == f"-{german(Decimal('2.4990'), late=18)}" == "-1333.32"

    def test_a_child_is_credited_only_where_it_was_raised(self) -> None:
        """The child is raised in the United States: Germany credits nothing (children_raised 0)."""
        away = row(US_DE, "US-DE", "us-de", "child-home", "de-grv")
        assert away["yearly"] == row(US_DE, "US-DE", "us-de", "gap-home", "de-grv")["yearly"]

    def test_the_philippine_share_of_the_minimum_period(self) -> None:
        """ca-ph XIII(1): 84 of 120 months of the pension of the minimum period, 40 per cent of
        16,000; by the model 84 of all 204."""
        names = ("ca-ph", "model-r167")
        basic = Fraction(16_000 * 40, 100)
        under = row(names, "CA-PH", "ca-ph", "gap-host", "ph-sss")
        assert (under["fraction"], Fraction(under["yearly"])) == ("84/120", basic * 84 / 120 * 12)
        model = row(names, "CA-PH", "model-r167", "gap-host", "ph-sss")
        assert model["fraction"] == "84/204"
        assert model["yearly"] == str((Decimal(6400) * 84 / 204).quantize(CENT) * 12) == "31623.48"

    def test_residence_goes_on_without_work(self) -> None:
        """Old Age Security Act s. 3: a gap in Canada changes nothing, one at home does."""
        names = ("ca-ph", "model-r167")
        with_gap = cost(names, "PH-CA", "ca-ph", ("gap-host", "continuous"), "ca-oas")
        assert (with_gap["cost"], with_gap["right"]) == ("0.00", "kept")
        at_home = cost(names, "PH-CA", "ca-ph", ("gap-home", "continuous"), "ca-oas")
        assert at_home["right"] == "lost"  # 180 + 24 months of the 240 that payment abroad needs

    def test_half_the_pay_is_half_the_points(self) -> None:
        """From 1995 on the whole wage stays below the ceiling of 7,800 DM."""
        found = cost(US_DE, "US-DE", "us-de", ("part-time", "continuous"), "de-grv")
        assert abs(2 * Decimal(found["with"]) - Decimal(found["without"])) < 12
        assert found["right"] == "kept"

    def test_the_ceiling_takes_a_little_of_the_whole_wage(self) -> None:
        """1985: 64,800 DM of 65,715.84 count (SGB VI annex 2), of the half all; average 35,286."""
        found = cost(US_DE, "DE-US", "us-de", ("part-time", "continuous"), "de-grv")
        lost = Decimal("915.84") / 35286 * Decimal("1.09") * Decimal("40.79") * 12
        assert abs(2 * Decimal(found["with"]) - Decimal(found["without"]) - lost) < Decimal("0.5")


class TestSurvivors:
    def test_a_marriage_of_six_months(self) -> None:
        """Nine months (20 CFR 404.335(a)), one year (SGB VI 46(2a)); what the file of a scheme does
        not state is unknown, not a right."""
        pair = ("widow-short-marriage", "widow")
        for scheme in ("us-oasdi", "de-grv"):
            found = cost(US_DE, "DE-US", "us-de", pair, scheme)
            assert (found["right"], found["with"]) == ("lost", "0.00")
        for scheme in ("ph-sss", "ca-cpp"):
            found = cost(("ca-ph", "model-r167"), "PH-CA", "ca-ph", pair, scheme)
            assert (found["right"], found["cost"]) == (None, None)

    def test_a_divorced_wife_where_the_law_was_read(self) -> None:
        widow = row(US_DE, "DE-US", "us-de", "widow", "us-oasdi")
        divorced = row(US_DE, "DE-US", "us-de", "divorced", "us-oasdi")
        assert divorced["yearly"] == widow["yearly"] not in (None, "0.00")
        unread = row(US_DE, "DE-US", "us-de", "divorced", "de-grv")
        assert (unread["status"], unread["yearly"]) == ("unknown", None)
        assert unread["reason"] == "rule unknown: the claim of a divorced spouse"

    def test_a_derived_right_of_two_years(self) -> None:
        """24 months in Germany and 120 in the United States: 60 are needed (SGB VI 50(1))."""
        alone = row(US_DE, "US-DE", weighing.NOTHING, "widow-short-record", "de-grv")
        assert (alone["status"], alone["own"]) == ("not_entitled", "24")
        assert row(US_DE, "US-DE", "us-de", "widow-short-record", "de-grv")["status"] == "entitled"


class TestCareers:
    @pytest.mark.parametrize("pair", [("US", "DE"), ("PH", "CA"), ("CA", "AU"), ("DE", "FR")])
    def test_every_career_is_a_case_that_anybody_can_ask(self, pair: tuple[str, str]) -> None:
        """The rows are those of `determine` on the same document."""
        texts = weighing.texts(["us-de"], goes_on=False)
        paid = paying.pay(pair, texts[0].law.agreements(frozenset(pair)), goes_on=False)
        for career in careers.careers():
            one = case.load(json_source(json.dumps(careers.document(career, *pair)), career.id))
            told = answer(one, texts[0].law.agreements(frozenset(pair)), ahead=False)
            for line in told["entitlements"]:
                record = career.branch == careers.SURVIVORS and "claimant" not in line
                if not record and line["payable"] is not None:
                    (mine,) = [
                        r for r in paid if (r["career"], r["scheme"]) == (career.id, line["scheme"])
                    ]
                    if mine["reason"] == "the scheme's file does not state it":
                        assert mine["yearly"] is None
                        continue
                    times = A_YEAR[line["payable"]["per"]]
                    assert Decimal(mine["yearly"]) == Decimal(line["payable"]["amount"]) * times

    def test_matched_careers_differ_in_the_interruption_alone(self) -> None:
        """Outside a gap the career beside it has the same stays on the same days."""
        known = {career.id: career for career in careers.careers()}
        assert len(known) == len(careers.careers())
        for career in known.values():
            for beside in (known[name] for name in career.beside):
                assert beside.branch == career.branch
                mine = days_of(career) - days_of(beside)
                assert not mine or career.id == "contracts"  # whose last contract ends later
                assert (
                    career.pay != beside.pay
                    or career.stays != beside.stays
                    or (career.claimant != beside.claimant or career.child != beside.child)
                )

    def test_the_wage_is_the_same_before_the_euro(self) -> None:
        """2,800 euro x 1.95583 = 5,476.324 DM; the line ends where the money changes."""
        continuous = careers.careers()[0]
        lines = careers.document(continuous, "US", "DE")["periods"]
        mark, euro = [line for line in lines if line["scheme"] == "de-grv"]
        assert (mark["end"], euro["start"]) == ("2001-12-31", "2002-01-01")
        assert Decimal(mark["earnings"]) == Decimal("5476.32") * 84
        assert Decimal(euro["earnings"]) == Decimal(2800) * 96

    def test_a_wage_that_does_not_divide_is_refused(self) -> None:
        with pytest.raises(ValueError, match="1/3 of the wage"):
            careers.wage("de-grv", (1, 3))

    def test_lives_move_back_where_amounts_are_published_earlier(self) -> None:
        document = careers.document(careers.careers()[0], "CA", "AU")
        assert document["claim"]["date"] == "2020-10-01"
        assert document["person"]["born"] == "1953-03-10"


def days_of(career: careers.Career) -> set[tuple[str, int]]:
    """(state, day) of all work."""
    found: set[tuple[str, int]] = set()
    for stay in career.stays:
        if stay.get("works", True):
            start = day(stay["from"])
            end = int(add_months(start, stay["months"]))
            found |= {(stay["in"], when) for when in range(start, end)}
    return found


class TestCorridors:
    def test_partners_stand_across_from_each_other(self) -> None:
        texts = weighing.texts(["us-de", "us-fr"], goes_on=False)[1:]
        first, second = corridor.corridors(texts)
        assert (first.id, second.id) == ("US-DE", "DE-US")
        assert first.pairs == {"us-de": ("US", "DE"), "us-fr": ("US", "FR")}

    def test_a_text_of_many_states_is_laid_on_those_of_the_other(self) -> None:
        texts = weighing.texts(["eu-883-2004", "us-de", "model-r167"], goes_on=False)[1:]
        (found, _) = corridor.corridors(texts)
        assert found.pairs == {
            "eu-883-2004": None,
            "us-de": ("US", "DE"),
            "model-r167": ("US", "DE"),
        }

    def test_models_alone_take_two_states_with_computed_laws(self) -> None:
        (found, _) = corridor.corridors(weighing.texts(["model-r167"], goes_on=False)[1:])
        assert found.id == "DE-PH"

    def test_states_without_a_scheme_are_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        texts = weighing.texts(["us-de"], goes_on=False)[1:]
        monkeypatch.setattr(people, "schemes_held", lambda country: ())
        with pytest.raises(InputError, match="two states whose schemes are held here"):
            corridor.corridors(texts)


class TestLaws:
    def test_every_row_names_a_scheme_an_item_an_article_and_an_address(self) -> None:
        known = {item["id"] for item in wording.items()}
        rows = careers.table("laws.yaml")["laws"]
        for found in rows:
            assert found["scheme"] in registry.ids() and found["item"] in known
            assert found["how"] in (laws.COMPUTED, laws.CERTIFIED, laws.STATED)
            assert found["cite"] and laws.url_of(found).startswith("http")
        keys = [(found["scheme"], found["item"]) for found in rows]
        assert len(keys) == len(set(keys))
        wanted = "us-oasdi de-grv ca-cpp ca-oas ph-sss jp-kosei kr-nps in-eps fr-cnav es-rg ch-ahv"
        assert {*wanted.split(), "au-age"} <= {scheme for scheme, _ in keys}

    def test_what_no_file_states_is_unknown(self) -> None:
        found = laws.stated("kr-nps", {"id": "children", "title": "Child-raising"})
        assert (found["how"], found["cite"]) == ("unknown", "")
        assert found["says"] == "unknown, because the scheme's file does not state it"

    def test_a_scheme_file_of_ways_states_its_shortest_period(self) -> None:
        found = laws.stated("pl-zus", {"id": "minimum", "title": "Minimum periods"})
        assert found["how"] in ("computed", "unknown")
        stated = laws.stated("ro-cnpp", {"id": "minimum", "title": "Minimum periods"})
        assert stated["how"] == "computed" and stated["says"].startswith("180 months")

    def test_child_years_that_an_institution_certifies(self) -> None:
        found = laws.stated("ch-ahv", {"id": "children", "title": "Child-raising"})
        assert (found["how"], found["cite"]) == ("certified", "AHVG articles 29sexies, 29septies")


class TestWording:
    @staticmethod
    @cache
    def said(*names: str) -> dict[str, dict[str, Json]]:
        texts = weighing.texts(list(names), goes_on=False)[1:]
        return {row["item"]: row["texts"] for row in wording.report(texts)}

    def test_the_widow_has_her_partners_periods_in_australia(self) -> None:
        """SI/2003-4 Article 6(3)."""
        cell = self.said("ca-au", "model-r167")["derived"]["ca-au"]
        assert any("Article 6(3)" in clause["says"] for clause in cell["clauses"])

    def test_half_of_the_additional_period(self) -> None:
        """de-tr Article 28(3), with its address."""
        cell = self.said("de-tr", "us-de")["supplements"]["de-tr"]
        found = {clause["part"]: clause for clause in cell["clauses"]}
        assert "at one half (28(3))" in found["rule.note"]["says"]
        assert found["rule.with"]["says"] == "added period: 1/2"
        assert found["rule.with"]["url"].endswith("/0028_1965_11_01.html")

    def test_the_family_that_comes_along(self) -> None:
        """ca-ph Article VII, Supplementary Agreement V."""
        cell = self.said("ca-ph", "model-r167")["posted_spouse"]["ca-ph"]
        assert cell["state"] == "stated"
        assert cell["clauses"][0]["article"] == "Article VII; Supplementary Agreement V"

    def test_silence_of_a_file_is_not_silence_of_the_text(self) -> None:
        found = self.said("ca-ph", "model-r167")["divorced"]
        assert found["ca-ph"]["says"] == "unknown, because the file holds nothing on it"
        assert found["model-r167"]["says"] == "not in the text"
        assert found["ca-ph"]["state"] == "unknown" and found["model-r167"]["state"] == "not_in_it"

    def test_what_was_not_seen_is_unknown(self) -> None:
        cell = self.said("us-de", "us-fr")["domestic"]["us-de"]
        assert cell["says"] == "unknown, because the text was not seen on it"

    def test_verdicts_are_those_of_the_standard(self) -> None:
        known = {item.id for item in standards()["women"].items}
        assert {item["measure"] for item in wording.items() if "measure" in item} <= known
        cell = self.said("ca-ph", "model-r167")["survivors"]["model-r167"]
        assert cell["verdict"] == "met"

    def test_own_minimum_with_article_and_schemes(self) -> None:
        cell = self.said("us-de", "us-fr")["minimum"]["us-de"]
        told = {(c["says"], c["article"]): c["schemes"] for c in cell["clauses"]}
        assert "old_age" in told["18 months", "GN 01707.125"]["de-grv"]


def test_the_report_is_plain_data_and_the_same_every_time() -> None:
    texts = weighing.texts(["us-de", "us-fr"], goes_on=False)
    once, again = women.report(texts), women.report(texts)
    assert json.dumps(once) == json.dumps(again)
    assert once["schema"] == "portability/women@1" and once["people"] is None


def test_every_table_is_as_wide_as_its_headings() -> None:
    found = women.report(weighing.texts(["ca-ph", "model-r167"], goes_on=False))
    grids = list(women.grids(found))
    assert len({grid.title for grid in grids}) == len(grids)
    for grid in grids:
        assert grid.rows and {len(cells) for cells in grid.rows} == {len(grid.heads)}
        assert all(isinstance(cell, str) for cells in grid.rows for cell in cells)
    costs = next(g for g in grids if g.title.startswith("What the interruption costs, home CA"))
    assert ("8 years without work there", "without interruption", "ph-sss", "PHP") in {
        cells[:4] for cells in costs.rows
    }
