"""SGB VI against an oracle on sets of months, official figures and both sides of each change of
law.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability import registry
from portability.build import cohort_of
from portability.case import load
from portability.totalization import totalize
from portability.yamlsource import Source
from tests.oracles import de_grv as oracle
from tests.oracles.de_bench import case_of, flat, line_of, steps_of
from tests.oracles.de_grv import Person, Row, ym

KINDS = (
    ("compulsory", ""),
    ("compulsory", ""),
    ("compulsory", "east"),
    ("voluntary", ""),
    ("equivalent", "education"),
    ("equivalent", "consideration"),
)


@st.composite
def people(draw: Any) -> Person:
    born = (
        draw(st.integers(1939, 1963)),
        draw(st.integers(1, 12)),
        draw(st.sampled_from((1, 2, 28))),
    )
    first = ym(born[0], born[1])
    low = max(first + 60 * 12, ym(2013, 1))
    claim = draw(st.integers(low, max(low, min(first + 70 * 12, ym(2026, 12)))))
    rows = []
    for year in range(max(born[0] + 16, 1955), claim // 12 + 1):
        if draw(st.integers(0, 9)) == 0:
            continue
        kind, code = draw(st.sampled_from(KINDS)) if draw(st.integers(0, 2)) == 0 else KINDS[0]
        if code == "east" and not 1992 <= year <= 2024:
            code = ""
        a = 0 if draw(st.booleans()) else draw(st.integers(0, 11))
        b = min(
            draw(st.integers(a, 11)) if draw(st.integers(0, 3)) == 0 else 11, claim - 1 - year * 12
        )
        if b >= a:
            level = draw(st.sampled_from((20, 40, 70, 110, 260)))
            average = int(oracle.TABLES["average_earnings"]["values"].get(year, 50_493))
            rows.append(
                Row(
                    year * 12 + a,
                    year * 12 + b,
                    average * level + draw(st.integers(0, 99)),
                    kind,
                    code,
                )
            )
    children = (
        draw(st.lists(st.integers(first + 240, first + 480), max_size=3))
        if draw(st.booleans())
        else []
    )
    return Person(born, claim, rows, draw(st.booleans()), draw(st.booleans()), children)


@given(people())
def test_old_age_equals_the_oracle(person: Person) -> None:
    if not person.rows:
        return
    line, want = line_of(case_of(person)), oracle.old_age(person)
    if want is None:
        assert line["status"] in ("not_entitled", "deferred")
        return
    assert line["status"] == "entitled" and not line["reasons"]
    steps = steps_of(line)
    assert Fraction(steps["earnings_points"]) == want[0]
    assert Fraction(steps["access_factor"]) == oracle.access(person)
    assert Fraction(line["payable"]["amount"]) == want[1]


@given(st.lists(people(), min_size=2, max_size=6))
def test_a_batch_gives_what_single_cases_give(group: list[Person]) -> None:
    cases = [case_of(person) for person in group if person.rows]
    if not cases:
        return
    schemes = {"de-grv": registry.load("de-grv")}
    together = totalize(cohort_of(cases), schemes, ()).decisions["de-grv"]
    for i, case in enumerate(cases):
        alone = totalize(cohort_of([case]), schemes, ()).decisions["de-grv"]
        for name in ("entitled", "known", "unknown", "amount"):
            assert getattr(together, name)[i] == getattr(alone, name)[0]


def status(person: Person, **facts: str) -> tuple[str, str]:
    line = line_of(case_of(person, **facts))
    return line["status"], line.get("variant", "")


def test_annex_2b_provisional_column() -> None:
    """Annex 2b, right column: ceiling over provisional average, printed for 1991 to 2002."""
    printed = {
        1991: "1.7761",
        1992: "1.7782",
        1993: "1.7397",
        1994: "1.7580",
        1995: "1.8363",
        1996: "1.8784",
        1997: "1.8288",
        1998: "1.8755",
        1999: "1.9216",
        2000: "1.8931",
        2001: "1.9092",
        2002: "1.8935",
    }
    for year, points in printed.items():
        quotient = oracle.by_year("ceiling", year) / oracle.by_year("provisional_average", year)
        assert oracle.half_up(quotient, 4) == Fraction(points)


def test_provisional_average_only_in_the_last_two_years() -> None:
    """70(1) sentence 2: for a start in 2022 the years 2022 and 2021 have their provisional
    average.
    """
    line = line_of(case_of(flat((1956, 1, 15), ym(2022, 2), 1980)))
    averages = steps_of(line)["average_earnings"]
    assert (averages["2020"], averages["2021"], averages["2022"]) == ("39167", "41541", "38901")


@pytest.mark.parametrize(
    ("born", "claim", "entitled"),
    [
        ((1946, 12, 31), ym(2012, 1), True),
        ((1947, 1, 1), ym(2012, 1), False),
        ((1947, 1, 1), ym(2012, 2), True),
        ((1958, 1, 1), ym(2024, 1), True),
        ((1958, 1, 2), ym(2024, 1), False),
        ((1958, 1, 2), ym(2024, 2), True),
        ((1960, 3, 1), ym(2026, 7), True),
        ((1960, 3, 2), ym(2026, 7), False),
    ],
)
def test_standard_age_rises_and_the_first_of_a_month_is_a_month_sooner(
    born: Any, claim: int, entitled: bool
) -> None:
    """235(2), BGB 187(2), 188(2): five years of contributions, nothing else open."""
    assert (status(flat(born, claim, claim // 12 - 6))[0] == "entitled") == entitled


def test_45_years_at_63_from_july_2014() -> None:
    """236b entered into force on 2014-07-01; before, the same record is only open with a
    reduction.
    """
    person = flat((1951, 3, 15), ym(2014, 6), 1967)
    assert status(person)[1] == "langjährig Versicherte (36, 236)"
    person = flat((1951, 3, 15), ym(2014, 7), 1967)
    assert status(person)[1] == "besonders langjährig Versicherte (38, 236b)"


def test_45_years_at_65_before_july_2014() -> None:
    """38 as of 2012: born in February 1949, 65 in February 2014; 236(2) asks for 65y2m."""
    person = flat((1949, 2, 15), ym(2014, 3), 1966)
    assert status(person)[1] == "besonders langjährig Versicherte (38, 236b)"


def test_child_raising_months_by_the_start_of_the_pension() -> None:
    """249(1): a child born before 1992 brings 12, 24, 30 and from 2027 36 months."""
    for born, claim, months in (
        ((1948, 3, 15), ym(2014, 6), "12"),
        ((1949, 3, 15), ym(2014, 7), "24"),
        ((1953, 3, 15), ym(2019, 1), "30"),
        ((1960, 3, 15), ym(2027, 1), "36"),
    ):
        person = flat(born, claim, 2000, children=[ym(1980, 5)])
        person.rows = [row for row in person.rows if row.last < ym(2025, 1)]
        line = line_of(case_of(person))
        assert line["status"] == "entitled"
        step = next(s for s in line["trace"] if s["step"] == "child_raising_points")
        assert step["inputs"]["months"] == months


def test_women_born_before_1952_only() -> None:
    """237a(1) no. 1."""
    assert (
        status(flat((1951, 12, 2), ym(2012, 1), 1990, female=True))[1]
        == "Altersrente für Frauen (237a)"
    )
    assert status(flat((1952, 1, 2), ym(2012, 2), 1990, female=True))[0] == "deferred"


def test_unemployment_pension_needs_the_fact() -> None:
    """237(1) no. 3 is certified by the institution; born 1949: open from 63."""
    person = flat((1949, 5, 15), ym(2012, 6), 1990)
    assert status(person)[0] == "deferred"
    assert (
        status(person, unemployed_or_part_time="1")[1]
        == "Arbeitslosigkeit oder Altersteilzeit (237)"
    )


def test_late_claim_counts_only_months_with_the_waiting_period() -> None:
    """77(2) no. 2 b: 60 months are complete at the end of 2021, long after the standard age."""
    person = flat((1953, 1, 15), ym(2023, 1), 2017)
    line = line_of(case_of(person))
    assert steps_of(line)["access_factor"] == "1.06"


def test_supplement_from_2021() -> None:
    """76g entered into force on 2021-01-01."""
    before, after = (
        flat((1955, 1, 15), claim, 1975, 1_000_000) for claim in (ym(2020, 12), ym(2021, 1))
    )
    assert "supplement_points" not in steps_of(line_of(case_of(before)))
    assert Fraction(steps_of(line_of(case_of(after)))["supplement_points"]) > 0


def test_supplement_without_income() -> None:
    """97a: unknown in Germany, nothing abroad (97a(3) sentence 3)."""
    person = flat((1955, 1, 15), ym(2021, 1), 1975, 1_000_000)
    text = case_of(person).raw
    here = load(Source("test", {**text, "facts": {}}))
    assert line_of(here)["payable"] is None
    assert "fact_missing" in {reason["code"] for reason in line_of(here)["reasons"]}
    abroad = load(
        Source("test", {**text, "facts": {}, "person": {**text["person"], "residence": "PH"}})
    )
    steps = steps_of(line_of(abroad))
    assert (
        line_of(abroad)["payable"]["amount"] == steps["monthly_pension"]
        and steps["supplement_paid"] == "0.00"
    )


def test_points_ost_become_points_in_july_2024() -> None:
    """254d: before, they stand apart; the two values are equal from July 2023."""
    for claim, apart in ((ym(2024, 6), True), (ym(2024, 7), False)):
        person = flat((1957, 5, 15), claim, 2000)
        for row in person.rows:
            row.code = "east"
        assert ("personal_points_east" in steps_of(line_of(case_of(person)))) == apart


def test_parameters_end() -> None:
    """The pension value of July 2027 is not published: the right is known, the amount is not."""
    known, late = (flat((1960, 8, 15), claim, 2000) for claim in (ym(2027, 6), ym(2027, 7)))
    for person in (known, late):
        person.rows = [row for row in person.rows if row.last < ym(2025, 1)]
    assert line_of(case_of(known))["payable"] is not None
    line = line_of(case_of(late))
    assert line["status"] == "entitled" and line["payable"] is None
    assert "pension_value" in {reason.get("table") for reason in line["reasons"]}


def test_before_the_act_nothing_is_known() -> None:
    person = flat((1926, 5, 15), ym(1991, 7), 1960)
    assert line_of(case_of(person))["status"] == "unknown"


def test_marks_become_euro() -> None:
    """2001: 49.51 DM a point; 45 points are 2227.95 DM = 1139.13 EUR (Reg. 2866/98)."""
    person = flat((1936, 8, 15), ym(2001, 9), 1970)
    line = line_of(case_of(person, earnings_points="45"))
    assert (
        steps_of(line)["monthly_pension_dm"] == "2227.95" and line["payable"]["amount"] == "1139.13"
    )
