"""A reader with a pencil: every sum the published figures must satisfy, taken together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pencil import Pencil, reading
from results_table import Row, beside, membership, row, table

from portability.estimate.summary import Summary, partial

Json = dict[str, Any]
NOVEMBER = date(2026, 11, 24)


def memberships() -> Iterator[tuple[str, list[Row]]]:
    for seed in range(4):
        yield f"even {seed}", membership(60, seed)
        yield f"rare {seed}", membership(400, seed, rare=True)
    yield "large", membership(1500, 9, rare=True)
    yield "one answer each", [one for one in membership(500, 5, rare=True) if first(one)]


def first(one: Row) -> bool:
    return bool(one["scheme"] == "de-grv" and one["chosen"])


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_every_small_count_may_still_be_any(rows: list[Row]) -> None:
    s = partial(table(rows)).json(5, NOVEMBER)
    pencil = reading(s)
    assert pencil.small
    pencil.think()
    narrowed = {name: pencil.bounds[name] for name in pencil.small if pencil.bounds[name] != [1, 4]}
    assert not narrowed


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_what_is_left_of_a_row_is_nobody_or_many(rows: list[Row]) -> None:
    """The total less all that is shown: several outcomes together, but never of one to four."""
    s = partial(table(rows)).json(5, NOVEMBER)
    for name in ("by_sex", "by_age", "by_country", "by_scheme", "by_corridor"):
        for one in s[name]["rows"]:
            shown = sum(told for told in one["cells"] if isinstance(told, int))
            if isinstance(one["total"], int):
                assert one["total"] - shown not in range(1, 5)


# --- links between tables, each made so that leaving one out would tell


def people(n: int, name: str, scheme: str, status: str, **more: Any) -> list[Row]:
    likely = "10" if status == "entitled" else None
    return [row(f"{name}{number}", scheme, status, likely, **more) for number in range(n)]


def short(n: int, name: str, scheme: str, months: int) -> list[Row]:
    """n members who lack so many months, and would reach the right so long after November 2026."""
    reached = date(2026 + (10 + months) // 12, (10 + months) % 12 + 1, 1)
    return people(n, name, scheme, "not_entitled", missing_months=months, reached=reached)


def thought(rows: list[Row]) -> tuple[Json, Pencil]:
    s = partial(table(rows)).json(5, NOVEMBER)
    pencil = reading(s)
    pencil.think()
    assert all(pencil.bounds[name] == [1, 4] for name in pencil.small)
    return s, pencil


def test_the_calendar_does_not_tell_a_small_band() -> None:
    """Twelve reach a right in January: ten of the German scheme, so that two would be left."""
    rows = [
        *short(10, "a", "de-grv", 2),
        *short(30, "b", "de-grv", 20),
        *short(2, "c", "us-oasdi", 2),
        *short(3, "d", "us-oasdi", 20),
        *short(40, "e", "us-oasdi", 50),
    ]
    s, pencil = thought(rows)
    assert s["calendar"]["reached"][2] == 12
    assert pencil.small
    bands = {row["scheme"]: row["cells"] for row in s["missing"]["rows"]}
    assert bands["us-oasdi"][0] == "<5" and bands["de-grv"][0] == "withheld"


def test_bands_do_not_tell_a_withheld_outcome() -> None:
    """The 20 not entitled are withheld to protect the 2 deferred: their bands are, too."""
    rows = [
        *people(60, "a", "us-oasdi", "entitled"),
        *people(2, "b", "us-oasdi", "deferred"),
        *short(20, "c", "us-oasdi", 50),
        *people(70, "d", "de-grv", "entitled"),
        *people(50, "e", "de-grv", "deferred"),
        *short(90, "f", "de-grv", 50),
    ]
    s, _ = thought(rows)
    american = next(one for one in s["by_scheme"]["rows"] if one["scheme"] == "us-oasdi")
    assert american["cells"][2:4] == ["<5", "withheld"]
    bands = {one["scheme"]: one["cells"] for one in s["missing"]["rows"]}
    assert set(bands["us-oasdi"]) == {"withheld"}


def test_refunds_do_not_tell_a_withheld_total() -> None:
    """Of 103 answers in Japan 3 are of one scheme: the refunds of the other add up to 100."""
    rows = [*people(3, "a", "jp-kosei", "not_entitled"), *people(60, "z", "de-grv", "not_entitled")]
    for number in range(100):
        more = {"benefit": "refund", "per": "once", "currency": "JPY"}
        rows.append(row(f"b{number}", "jp-kokumin", "not_entitled"))
        status = "entitled" if number < 60 else "not_entitled"
        rows.append(row(f"b{number}", "jp-kokumin", status, "5" if number < 60 else None, **more))
    s, _ = thought(rows)
    totals = {one["scheme"]: one["total"] for one in s["by_scheme"]["rows"]}
    assert (totals["jp-kosei"], totals["jp-kokumin"]) == ("<5", "withheld")
    assert s["refunds"]["rows"][0]["entitled"] == "withheld"


def test_money_goes_with_its_count() -> None:
    """A flat pension would tell by division how many draw it."""
    rows = [
        *people(3, "a", "us-oasdi", "entitled"),
        *people(30, "b", "us-oasdi", "not_entitled"),
        *people(8, "c", "de-grv", "entitled"),
        *people(40, "d", "de-grv", "not_entitled"),
        *people(90, "e", "ca-oas", "entitled"),
        *people(80, "f", "ca-oas", "not_entitled"),
    ]
    s, _ = thought(rows)
    told = {one["country"]: (one["cells"][0], one["money"][0]) for one in s["by_country"]["rows"]}
    assert told["US"][0] == "<5" and told["US"][1].get("withheld")
    assert told["DE"][0] == "withheld" and told["DE"][1].get("withheld")
    assert told["CA"][0] == 90 and told["CA"][1]["likely"] == "900.00"


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
def test_what_is_shown_is_true(rows: list[Row]) -> None:
    """Counts against the tallies themselves, "<5" against 1 … 4."""
    summary = partial(table(rows))
    s, answers = summary.json(5, NOVEMBER), summary.tallies["answers"]
    for one in s["by_corridor"]["rows"]:
        for group, told in zip(s["by_corridor"]["columns"], one["cells"], strict=True):
            true = sum(
                n
                for (residence, country, _, outcome), (n,) in answers.items()
                if (residence, country) == (one["residence"], one["country"]) and outcome in group
            )
            assert told == "withheld" or (told == "<5" and 0 < true < 5) or told == true
            assert not (isinstance(told, int) and 0 < told < 5)


def test_a_small_count_that_is_left_to_be_worked_out_is_found() -> None:
    """The pencil itself: one withheld figure in a row whose total is known."""
    s = partial(table(membership(400, 1, rare=True))).json(5, NOVEMBER)
    pencil = reading(json.loads(json.dumps(s)))
    pencil.bounds["x",], pencil.bounds["y",] = [1, 4], [7, 7]
    pencil.bounds["z",] = [9, 9]
    pencil.add(("z",), [("x",), ("y",)])
    pencil.think()
    assert pencil.bounds["x",] == [2, 2]


# --- money


def shown_money(rows: list[Json], pair: tuple[str, str]) -> list[Json]:
    return [
        line for one in rows for line in one["money"] if (line["currency"], line["per"]) == pair
    ]


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in memberships()])
@pytest.mark.parametrize("name", ["by_sex", "by_age", "by_country"])
def test_no_sum_of_a_few_can_be_found_by_subtraction(rows: list[Row], name: str) -> None:
    """What is left of a shown total is the sum of nobody, or of at least five people."""
    summary = partial(table(rows))
    s = summary.json(5, NOVEMBER)
    place, tally = {
        "by_sex": (0, "members_money"),
        "by_age": (1, "members_money"),
        "by_country": (1, "answers_money"),
    }[name]
    key = {"by_sex": "sex", "by_age": "age_band", "by_country": "country"}[name]
    for total in s["answers"]["money"]:
        pair = (total["currency"], total["per"])
        if total.get("withheld") or s[name]["withheld"]:
            continue
        hidden = {
            one[key]
            for one in s[name]["rows"]
            for line in one["money"]
            if (line["currency"], line["per"]) == pair and line.get("withheld")
        }
        left = Decimal(total["likely"]) - sum(
            Decimal(line["likely"])
            for line in shown_money(s[name]["rows"], pair)
            if not line.get("withheld")
        )
        payees = sum(
            figures[0] or figures[2]
            for words, figures in summary.tallies[tally].items()
            if words[-2:] == pair and words[place] in hidden
        )
        assert (not hidden and left == 0) or payees >= 5
        for end, count in (("low", 3), ("high", 4)):
            dark = {
                one[key]
                for one in s[name]["rows"]
                for line in one["money"]
                if (line["currency"], line["per"]) == pair and line.get(end) is None
            }
            apart = sum(
                figures[count]
                for words, figures in summary.tallies[tally].items()
                if words[-2:] == pair and words[place] in dark
            )
            assert total[end] is None or apart == 0 or apart >= 5


def test_an_end_of_a_range_that_is_the_work_of_a_few_is_withheld() -> None:
    """Low is another than likely for six in the Philippines, for two in Germany and for nobody in
    Mexico: the eight are shown, the two are not, nor the six that would give them away."""
    rows = []
    for home, n, unsure in (("PH", 20, 6), ("DE", 20, 2), ("MX", 20, 0)):
        for number in range(n):
            low = "0" if number < unsure else "10"
            more = {"low": low, "residence": home, "sex": "male" if number % 2 else "female"}
            rows.append(row(f"{home}{number}", "us-oasdi", "entitled", "10", **more))
    s = partial(table(rows)).json(5, NOVEMBER)
    assert s["answers"]["money"][0]["low"] == "520.00"
    lows = {one["residence"]: one["money"][0]["low"] for one in s["by_corridor"]["rows"]}
    assert lows == {"PH": None, "DE": None, "MX": "200.00"}
    assert {one["money"][0]["likely"] for one in s["by_corridor"]["rows"]} == {"200.00"}
    few = partial(table(rows[20:])).json(5, NOVEMBER)
    assert few["answers"]["money"][0]["low"] is None
    assert few["answers"]["money"][0]["likely"] == few["answers"]["money"][0]["high"] == "400.00"


@pytest.mark.parametrize(
    ("opened", "raised", "unknown", "above"),
    [
        (8, 0, 0, "80.00"),
        (8, 6, 0, "110.00"),  # 14 of 10, 5 of each of the six are the own law's
        (8, 1, 0, None),  # likely less this would be the own law's pension of one member
        (8, 0, 3, None),  # … or the pensions of three
        (0, 2, 9, None),
    ],
)
def test_what_an_agreement_adds_is_never_that_of_a_few(
    opened: int, raised: int, unknown: int, above: str | None
) -> None:
    rows = []
    for number in range(opened + raised + unknown):
        status = "not_entitled" if number < opened else "entitled"
        own = "5" if opened <= number < opened + raised else None
        rows.append(row(f"m{number}", "de-grv", "entitled", "10", route="us-de"))
        rows.append(beside(f"m{number}", "de-grv", status, own))
    s = partial(table(rows)).json(5, NOVEMBER)
    assert s["by_route"][0]["money"][0]["above_national"] == above
    assert s["by_route"][0]["money"][0]["likely"] == f"{10 * len(rows) // 2}.00"


def test_fewer_members_than_the_threshold_show_nothing() -> None:
    rows = [row(f"m{n}", "de-grv", "entitled", "10") for n in range(4)]
    s = partial(table(rows)).json(5, NOVEMBER)
    assert s["membership"] == {"total": "<5"}
    assert set(s) == {"schema", "as_of", "threshold", "membership"}
    assert "10" not in json.dumps(s["membership"])


def test_the_threshold_is_the_readers() -> None:
    rows = membership(300, 2, rare=True)
    summary: Summary = partial(table(rows))
    text = json.dumps(summary.json(10, NOVEMBER))
    assert '"<10"' in text and '"<5"' not in text
    assert '"<' not in json.dumps(summary.json(2, NOVEMBER)).replace('"<2"', "")
