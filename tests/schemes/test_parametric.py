"""What the block `parametric:` can say: Benin, the Emirates, Tunisia, Morocco and inventions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from one_person import ask, case, lines, paid
from oracles import final_pay as oracle
from oracles.plain import add_months

from portability import registry
from portability.build import cohort_of
from portability.errors import InputError
from portability.tables import compiled
from portability.totalization import totalize

BENIN, EMIRATES, TUNIS = "bj-cnss", "ae-gpssa", "tn-cnss"
BORN = date(1960, 3, 15)


def sum_of(months: int) -> list[dict[str, Any]]:
    return [{"credited": {"months": months}}]


@given(st.integers(150, 480), st.integers(20_000, 2_000_000), st.integers(650, 780))
def test_benin_agrees_with_the_oracle(months: int, pay: int, age: int) -> None:
    line = ask(BENIN, BORN, add_months(BORN, age), sum_of(months), {"average_pay": pay})
    want = oracle.benin(months, pay, age)
    assert line["pays"] == (None if not want else str(want))
    assert (line["status"] == "entitled") == (want != 0)


def test_benin_names_the_age_at_which_the_right_opens() -> None:
    line = ask(BENIN, BORN, "2010-01-01", sum_of(200), {"average_pay": 50_000})
    assert line["status"] == "deferred" and line["shortfall"]["earliest"] == "2015-03-15"


def test_benin_averages_the_last_sixty_months_of_the_record() -> None:
    work = [
        {"start": "1990-01-01", "end": "2004-12-31", "earnings": 1_800_000},
        {"start": "2005-01-01", "end": "2009-12-31", "earnings": 6_000_000},
    ]
    assert ask(BENIN, BORN, "2020-04-01", work)["steps"]["average_pay"] == "100000"


@given(st.integers(180, 460), st.integers(100_000, 9_000_000))
def test_the_emirates_agree_with_the_oracle(months: int, pay: int) -> None:
    money = f"{pay // 100}.{pay % 100:02d}"
    line = ask(EMIRATES, BORN, "2023-03-15", sum_of(months), {"average_pay": money})
    want = oracle.emirates(months, pay)
    assert line["pays"] == (None if want is None else f"{want // 100}.{want % 100:02d}")


@given(st.integers(1, 14), st.integers(100_000, 9_000_000))
def test_the_gratuity_agrees_with_the_oracle(years: int, pay: int) -> None:
    facts = {"average_pay": f"{pay // 100}.{pay % 100:02d}"}
    line = ask(EMIRATES, BORN, "2019-01-01", sum_of(12 * years), facts, branch="refund")
    want = oracle.gratuity(12 * years, pay)
    assert want is not None and line["pays"] == f"{want // 100}.{want % 100:02d}"


@pytest.mark.parametrize(
    ("months", "claim", "status"),
    [
        (180, "2020-03-15", "entitled"),  # 15 years and 60
        (180, "2020-03-14", "deferred"),
        (240, "2010-03-15", "entitled"),  # 20 years and 50, on resignation
        (239, "2010-03-15", "deferred"),
    ],
)
def test_conditions_of_law_7_of_1999(months: int, claim: str, status: str) -> None:
    line = ask(EMIRATES, BORN, claim, sum_of(months), {"average_pay": 15_000})
    assert line["status"] == status


def test_who_entered_under_law_57_of_2023_is_unknown() -> None:
    for start, status in (("2023-09-30", "entitled"), ("2023-10-31", "unknown")):
        work = [{"start": start, "end": "2039-12-31"}]
        line = ask(EMIRATES, "1978-01-01", "2040-01-01", work, {"average_pay": 15_000})
        assert line["status"] == status


@st.composite
def tunisians(draw: st.DrawFn) -> tuple[date, date, dict[int, int]]:
    opening = draw(st.dates(date(1994, 7, 1), date(2026, 6, 1)))
    born = date(opening.year - 60, 1, 1)
    first = opening.year - draw(st.integers(5, 35))
    top = draw(st.sampled_from([3_000_000, 3_000_000, 90_000_000]))
    return opening, born, {y: draw(st.integers(1_000, top)) for y in range(first, opening.year)}


def tunisian(one: tuple[date, date, dict[int, int]]) -> Any:
    opening, born, pay = one
    work = [
        {"start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": f"{m // 1000}.{m % 1000:03d}"}
        for y, m in pay.items()
    ]
    return case(TUNIS, born, opening, work)


@given(tunisians())
def test_tunisia_agrees_with_the_oracle(one: tuple[date, date, dict[int, int]]) -> None:
    opening, _, pay = one
    try:
        want = oracle.tunisia(opening, 12 * len(pay), pay)
    except LookupError:
        want = None
    line = lines(TUNIS, [tunisian(one)])[0]
    assert line["status"] == "entitled"
    assert paid(line) == (None if want is None else f"{want // 1000}.{want % 1000:03d}")


@given(st.lists(tunisians(), min_size=2, max_size=5))
def test_one_person_is_a_row_of_many(batch: list[Any]) -> None:
    cases = [tunisian(one) for one in batch]
    together = [paid(line) for line in lines(TUNIS, cases)]
    assert together == [paid(lines(TUNIS, [one])[0]) for one in cases]


def test_the_tunisian_window_grew_on_1_july_1996() -> None:
    """Seven years of pay are enough on 30 June, ten are needed a day later."""
    work = [
        {"start": f"{y}-01-01", "end": f"{y}-12-31", "earnings": 2_000} for y in range(1988, 1996)
    ]
    before = ask(TUNIS, "1936-01-01", "1996-06-30", work)
    after = ask(TUNIS, "1936-01-01", "1996-07-01", work)
    assert before["pays"] is not None
    assert after["pays"] is None and after["why"] == {"rule_unknown"}


def test_a_broken_step_is_unknown_only_where_it_decides() -> None:
    whole = ask(BENIN, BORN, "2017-03-15", sum_of(187), {"average_pay": 50_000})
    broken = ask(BENIN, BORN, "2017-04-15", sum_of(187), {"average_pay": 50_000})
    assert whole["pays"] == "12750"  # 30 % of 50,000 less 15 %
    assert broken["pays"] is None and broken["why"] == {"rule_unknown"}


@pytest.mark.parametrize(
    ("days", "pays"),
    [
        (3239, None),
        (3240, "2500.00"),  # 50 %
        (3455, "2500.00"),
        (3456, "2550.00"),  # 216 days more: 51 %
        (7560, "3500.00"),  # 70 %, the most
        (9999, "3500.00"),
    ],
)
def test_morocco_by_days(days: int, pays: str | None) -> None:
    work = [{"credited": {"days": days}}]
    line = ask("ma-cnss", BORN, "2024-05-01", work, {"average_pay": 5_000})
    assert line["pays"] == pays


def test_morocco_pays_from_1320_days_since_may_2025_but_how_much_is_not_known() -> None:
    work = [{"credited": {"days": 2000}}]
    before = ask("ma-cnss", BORN, "2025-04-30", work, {"average_pay": 5_000})
    after = ask("ma-cnss", BORN, "2025-05-01", work, {"average_pay": 5_000})
    assert before["status"] == "not_entitled"
    assert (after["status"], after["pays"], after["why"]) == ("entitled", None, {"rule_unknown"})


def test_every_fault_of_the_block_is_named_at_once() -> None:
    source = registry.load(BENIN).source
    broken = {
        "ways": [{"name": "standard", "units": "many", "age": 720}],
        "base": {"months": 60, "cite": "an act", "mnths": 3},
        "rate": {"cite": "an act", "pieces": [{"each": 12, "rate": "two", "part": "dwn"}]},
        "minimum": [{"way": "standard", "table": "nowhere", "share": [1, 2]}],
    }
    text = {**source.text, "parametric": broken}
    with pytest.raises(InputError) as caught:
        registry.from_source(evolve(source, text=text))
    named = {fault.path.removeprefix("parametric.") for fault in caught.value.faults}
    assert named == {
        "ways[0].units",
        "ways[0].cite",
        "base.mnths",
        "rate.pieces[0].rate",
        "rate.pieces[0].part",
        "minimum[0].table",
    }


def test_the_tunisian_invalidity_pension_has_a_rate_of_its_own() -> None:
    """50 %, and half a point for each quarter beyond 180 months."""
    for months, rate in ((59, None), (60, "50"), (182, "50"), (183, "50.5"), (600, "80")):
        line = ask(
            TUNIS,
            "1975-01-01",
            "2024-05-01",
            [{"credited": {"months": months}}],
            {"average_pay": 1_000},
            branch="invalidity",
            event="2024-04-01",
        )
        assert line["steps"].get("rate_percent") == rate
        assert (line["status"] == "entitled") == (rate is not None)


def survivors_scheme() -> Any:
    """Benin's file with a survivors' pension of our own invention."""
    source = registry.load(BENIN).source
    law = dict(source.text["parametric"])
    law["ways"] = [{"name": "death", "branch": "survivors", "units": 60, "age": 0, "cite": "ours"}]
    law["rate"] = {"cite": "ours", "pieces": [{"from": 60, "rate": 50}]}
    children = {"share": 25, "to_age": 18, "student_to_age": 25, "orphan": 40}
    law["claimants"] = {"cite": "ours", "cap": 100,
                        "shares": {"spouse": {"share": 60}, "child": children}}  # fmt: skip
    text = {**source.text, "parametric": law, "branches": ["survivors"]}
    return registry.from_source(evolve(source, branches=("survivors",), text=text))


def survivors(family: list[dict[str, Any]]) -> list[int]:
    """What each claimant is paid on a pension of 50,000."""
    one = case(BENIN, "1960-01-01", "2020-01-01", sum_of(100), {"average_pay": 100_000},
               "survivors", family, "2020-01-01")  # fmt: skip
    decided = totalize(cohort_of([one]), {BENIN: survivors_scheme()}, []).decisions[BENIN]
    assert decided.claims is not None
    return [int(paid_) for paid_ in decided.claims.paid]


def test_survivors_get_their_shares_and_are_cut_in_one_proportion() -> None:
    spouse: dict[str, Any] = {"relation": "spouse", "born": "1962-01-01"}
    young: dict[str, Any] = {"relation": "child", "born": "2005-01-01"}
    student = {"relation": "child", "born": "2000-01-01", "flags": ["student"]}
    grown = {"relation": "child", "born": "2000-01-01"}
    orphan = {**young, "flags": ["orphan"]}
    assert survivors([spouse, young]) == [30_000, 12_500]
    assert survivors([student, grown]) == [12_500, 0]
    assert survivors([orphan]) == [20_000]
    assert survivors([spouse, young, young, young]) == [22_222, 9_259, 9_259, 9_259]


def residence_scheme() -> Any:
    """A flat pension of our own invention: 1,000 francs, a fortieth for each year of residence."""
    source = registry.load(BENIN).source
    row = {"from": "2000-01-01", "value": "1000"}
    text = {"by": "date", "unit": "XOF", "cite": "ours", "source": "ours", "checked": "2026-01-01",
            "rows": [row]}  # fmt: skip
    law = {
        "ways": [{"name": "residence", "units": 36, "age": 780, "cite": "ours"}],
        "base": {"table": "full", "cite": "ours (https://example.org/law)"},
        "rate": {
            "cite": "ours",
            "max": 100,
            "pieces": [{"each": 12, "rate": "2.5", "part": "down"}],
        },
        "full_career": 480,
    }
    tables = {"full": compiled("full", BENIN, text)}
    return registry.from_source(
        evolve(source, tables=tables, text={**source.text, "parametric": law})
    )


def test_a_flat_pension_by_years_of_residence() -> None:
    scheme = residence_scheme()
    assert scheme.all_steps()["full_amount"].url == "https://example.org/law"
    cases = [case(BENIN, "1955-01-01", "2021-01-01", sum_of(months)) for months in (35, 479, 600)]
    decided = totalize(cohort_of(cases), {BENIN: scheme}, []).decisions[BENIN]
    assert decided.entitled.tolist() == [False, True, True]
    assert decided.amount.tolist() == [0, 975, 1000]
