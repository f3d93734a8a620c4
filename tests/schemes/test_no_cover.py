"""Norwegian trygdetid with future time, disability benefit and survivors: NAV's own figures, both
sides of 2024."""

from __future__ import annotations

import pytest

from portability.cohort import INVALIDITY, SURVIVORS
from tests.oracles.ca_bench import Answer, Person, answer

Rows = list[tuple[str, str, int]]


def got(born: str, event: str, claim: str, rows: Rows, branch: int, **more: object) -> Answer:
    person = Person(born, claim, rows, "NO", event=event, **more)  # type: ignore[arg-type]
    return answer([person], branch, "no-folketrygd")


@pytest.mark.parametrize(
    ("born", "event", "rows", "actual", "earning", "future", "years"),
    [
        # BeregnTrygdetidTest.kt: "Utland 2", "Skal ikke få mer enn 40 år i brøken"; income in the
        # last year fills it
        (
            "1981-02-21",
            "2023-03-15",
            [("1997-02-21", "2009-12-31", -1), ("2010-01-01", "2010-12-17", 500_000_00)],
            167,
            312,
            230,
            33,
        ),
        (
            "1958-11-12",
            "2015-01-07",
            [("1974-12-11", "1993-12-31", -1), ("1994-01-01", "1994-06-01", 300_000_00)],
            241,
            481,
            95,
            28,
        ),
    ],
)
def test_future_time_as_nav_counts_it(
    born: str, event: str, rows: Rows, actual: int, earning: int, future: int, years: int
) -> None:
    """§ 12-12(3): under four fifths of the time since 16: forty years less four fifths of it."""
    made = got(born, event, event, rows, SURVIVORS)
    assert made.steps["earning_period_months"] == str(earning)
    assert made.steps["future_months"] == str(future)
    assert made.steps["trygdetid"] == str(years)
    assert min((actual + future + 6) // 12, 40) == years


def test_stored_disability_case() -> None:
    """Scenario 2 of NAV's test data: born 1980, disabled 1 October 2019, no income: 2.48 G, 20,023
    a month."""
    made = got(
        "1980-01-01",
        "2019-10-01",
        "2020-02-01",
        [("1980-01-01", "2019-12-31", -1)],
        INVALIDITY,
        facts={
            "base_amount": 96_883,
            "minimum_multiple": 2_480,
            "disability_degree": 100,
            "beregningsgrunnlag": 0,
            "living_situation": 1,
        },
    )
    assert made.met.all() and made.own.tolist() == [285] and not made.unknown_amount.any()
    assert (made.steps["earning_period_months"], made.steps["future_months"]) == ("284", "327")
    assert (made.steps["uforetrygd_year"], made.v.tolist()) == ("240270", [2_002_300])


def test_best_three_of_five_years() -> None:
    """§ 12-11: each year up to 6 G, raised to the base amount of the claim; 66 per cent of the
    mean."""
    income = {
        2020: 900_000,
        2021: 500_000,
        2022: 400_000,
        2023: 300_000,
        2024: 200_000,
        2019: 950_000,
    }
    rows = [
        ("1996-01-01", "2018-12-31", -1),
        *((f"{y}-01-01", f"{y}-12-31", v * 100) for y, v in income.items()),
    ]
    made = got(
        "1980-01-01", "2025-03-10", "2025-08-01", rows, INVALIDITY, facts={"disability_degree": 50}
    )
    averages = (100_853, 104_716, 109_784, 116_239, 122_225)
    incomes = (900_000, 500_000, 400_000, 300_000, 200_000)
    raised = sorted(min(v, 6 * g) * 130_160 / g for v, g in zip(incomes, averages, strict=True))
    best = raised[2:]
    assert abs(int(made.v[0]) / 100 - sum(best) / 3 * 0.66 / 2 / 12) < 1


def test_member_for_five_years() -> None:
    """§ 12-2: four years are too few; a person under 26 is covered."""
    old = got(
        "1970-01-01", "2022-06-10", "2022-10-01", [("2018-06-11", "2022-09-30", -1)], INVALIDITY
    )
    young = got(
        "1999-01-01", "2022-06-10", "2022-10-01", [("2018-06-11", "2022-09-30", -1)], INVALIDITY
    )
    left = got(
        "1970-01-01", "2022-06-10", "2022-10-01", [("2010-01-01", "2021-12-31", -1)], INVALIDITY
    )
    # benefits earned before could still open it
    assert not old.met.any() and old.unknown_right.all()
    assert young.met.all()
    assert not left.met.any() and not left.unknown_right.any()


def test_children_and_survivor_since_2024() -> None:
    """§ 18-5: 1 G a year for each child under 20, with full trygdetid; deaths before 2024 fall
    under older law."""
    family = [("child", "2010-05-01", "2025-07-01"), ("child", "2004-01-01", "2025-07-01")]
    rows: Rows = [("1990-01-01", "2025-06-09", -1)]
    after = got("1974-01-01", "2025-06-10", "2025-07-01", rows, SURVIVORS, family=family)
    assert after.award.met.tolist() == [True, False]
    assert after.award.v.tolist() == [(130_160 * 10 // 12 + 5) // 10 * 100, 0]


def test_pro_rata_shortens_the_years() -> None:
    """NAV: 30 theoretical years at 1/2 measure like 15."""
    rows: Rows = [("1990-01-01", "2025-06-09", -1)]
    person = Person(
        "1974-01-01",
        "2025-07-01",
        rows,
        "NO",
        event="2025-06-10",
        facts={"trygdetid": 30},
        family=[("child", "2010-05-01", "2025-07-01")],
    )
    made = answer([person], SURVIVORS, "no-folketrygd", {"flat": (1, 2)})
    assert made.parts["flat"].tolist() == [15 * 10**6]
    assert made.award.v.tolist() == [4_068 * 100]  # 130160 x 15 / 40 / 12 = 4067.5, half up
