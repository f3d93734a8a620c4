"""National floors: only figures a scheme file states are compared, everything else is unknown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portability.compare.standards import checks_floor, figures
from portability.compare.standards.checks import judge
from portability.compare.standards.finding import Place
from portability.compare.standards.view import View
from tests.compare.drafted import draft, item

OLD_AGE = {"branches": ["old_age"], "years": 30, "reduced_years": 15, "age": 65}
RISK = {"branches": ["invalidity", "survivors"], "years": 15, "reduced_years": 5}


def between(*countries: str) -> View:
    return View(draft(parties=list(countries)))


def by_party(view: View, test: str, **params: object) -> dict[str, str]:
    return {
        name: part.verdict for name, part in judge(view, item(test, params=params)).parts.items()
    }


def test_old_age_after_the_period_the_files_state() -> None:
    """Japan 10 years (National Pension Act 26), Poland any contribution (art. 24), Colombia 1,300
    weeks = 25 years and no reduced pension (Ley 100 art. 33), Ecuador 15 years at 65; the period of
    the United States is in code only."""
    view = between("JP", "PL", "CO", "EC", "US")
    assert by_party(view, "qualifying_period", **OLD_AGE) == {
        "JP": "met",
        "PL": "met",
        "CO": "partly",
        "EC": "met",
        "US": "unknown",
    }


def test_a_pension_open_only_above_the_standard_age_is_not_taken_for_one_at_65() -> None:
    """Uruguay: 15 years open a pension at 70 (Ley 16.713 art. 20); at 65 it takes 25."""
    found = judge(between("UY", "EC"), item("qualifying_period", params=OLD_AGE)).parts["UY"]
    assert (found.verdict, "300 units" in found.why) == ("partly", True)


def test_days_without_a_year_are_unknown() -> None:
    """Greece counts 4,500 days and the file does not say how many make a year."""
    found = judge(between("GR", "JP"), item("qualifying_period", params=OLD_AGE)).parts["GR"]
    assert (found.verdict, "how many days make a year" in found.why) == ("unknown", True)


def test_invalidity_after_sixty_months() -> None:
    """Tunisia: 60 months (décret 74-499 with 82-1030)."""
    view = between("TN", "PL")
    assert by_party(view, "qualifying_period", **RISK) == {"TN": "met", "PL": "unknown"}


@pytest.mark.parametrize(
    ("units", "age", "verdict"),
    [(180, 780, "met"), (181, 780, "partly"), (360, 780, "partly"), (361, 780, "not")],
)
def test_the_bounds_of_the_period(units: int, age: int, verdict: str) -> None:
    """Months of a monthly scheme against 15 and 30 years, on both sides of each bound."""
    way = figures.Way("w", "female", units, age, Place("x", "X article 1"))
    assert checks_floor.period("pl-zus", [way], 30, 15, 780).verdict == verdict


def test_a_period_not_on_record_is_unknown() -> None:
    way = figures.Way("w", "female", None, 780, Place("x"))
    assert checks_floor.period("pl-zus", [way], 30, 15, 780).verdict == "unknown"


def test_pension_age_as_the_tables_state_it() -> None:
    """Switzerland 65 (AHVG 21), Poland 60 and 65 (art. 24), United States and Germany 67: allowed
    only with regard to the working ability of older persons; the Philippines are in code only."""
    view = between("CH", "PL", "US", "DE", "PH")
    assert by_party(view, "pension_age", age=65) == {
        "CH": "met",
        "PL": "met",
        "US": "partly",
        "DE": "partly",
        "PH": "unknown",
    }


@pytest.mark.parametrize(("months", "verdict"), [(780, "met"), (781, "partly")])
def test_the_bound_of_the_age(months: int, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def table(scheme: str) -> Iterator[tuple[str, int, Place]]:
        yield "pension_age", months, Place(scheme)

    monkeypatch.setattr(figures, "age_tables", table)
    assert by_party(between("JP", "PL"), "pension_age", age=65)["PL"] == verdict


def test_a_women_s_table_that_ended_is_not_the_pension_age() -> None:
    """Germany keeps an early age for women (237a SGB VI, until 1952) beside the standard age."""
    assert [(name, age) for name, age, _ in figures.age_tables("de-grv")] == [("standard_age", 804)]


def test_an_age_that_rises_later_is_the_one_in_force_when_the_table_was_checked() -> None:
    """Belgium: 65 in 2024, 66 from 2025, 67 from 2030; checked on 2026-11-24."""
    assert [(name, age) for name, age, _ in figures.age_tables("be-sfp")] == [("pension_age", 792)]


def test_a_minimum_of_the_insured_is_part_of_a_floor() -> None:
    """Morocco 1,000 dirhams a month (CNSS); the files of the United States state none."""
    assert by_party(between("MA", "US"), "minimum_in_old_age") == {"MA": "partly", "US": "unknown"}


def test_insured_risks_are_part_of_a_floor_and_care_is_nowhere() -> None:
    view = between("US", "PL")
    working_age = {"branches": ["sickness", "unemployment", "maternity", "invalidity"]}
    assert by_party(view, "branch_held", **working_age)["US"] == "partly"
    assert set(by_party(view, "branch_held", branches=["healthcare"]).values()) == {"unknown"}


def test_the_way_to_object_with_its_article() -> None:
    found = judge(between("US", "PL"), item("appeal_stated"))
    assert found.parts["US"].verdict == "met"
    assert found.parts["US"].places[0].article.startswith("20 CFR 404.909")
    assert found.parts["PL"].verdict == "unknown"


def test_a_state_without_a_scheme_file_and_a_model_are_unknown() -> None:
    nowhere = judge(between("US", "MC"), item("pension_age", params={"age": 65})).parts["MC"]
    assert (nowhere.verdict, "no scheme file is held" in nowhere.why) == ("unknown", True)
    model = judge(View(draft(kind="model", parties="any")), item("pension_age", params={"age": 65}))
    assert (model.verdict, "a model names no parties" in model.why) == ("unknown", True)


def test_figures_name_their_row() -> None:
    found = judge(between("CO", "PL"), item("qualifying_period", params=OLD_AGE))
    assert [p.article for p in found.parts["CO"].places] == [
        "Ley 100 art. 33 as replaced by Ley 797 art. 9: 57 for women, 62 for men since 2014"
    ]
