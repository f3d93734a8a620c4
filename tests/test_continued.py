"""The assumption that every parameter stays as it was published last: asked for, said, and without
effect on what is published."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from portability import catalogue, registry
from portability.answer import answer
from portability.case import load
from portability.dates import day
from portability.tables import compiled
from portability.yamlsource import parse

TEXT = {"cite": "s. 1", "source": "act", "checked": "2026-11-24", "unit": "EUR cent"}
YEARS = compiled(
    "wage", "xx", {**TEXT, "by": "year", "values": {2020: "10", 2021: "11", 2023: "13"}}
)
DAYS = {
    **TEXT,
    "by": "date",
    "changes_on": "07-01",
    "rows": [{"from": "2026-07-01", "value": "42.52"}],
}


def test_a_yearly_table_goes_on_from_its_last_year_and_keeps_its_holes() -> None:
    value, known = YEARS.continued().find([2019, 2021, 2022, 2023, 2024, 2060])
    assert known.tolist() == [False, True, False, True, True, True]
    assert value.tolist() == [0, 1100, 0, 1300, 1300, 1300]
    assert YEARS.find([2024])[1].tolist() == [False]


def test_a_dated_table_goes_on_beyond_the_day_on_which_a_new_value_is_due() -> None:
    table = compiled("value", "xx", DAYS)
    late = [day("2027-06-30"), day("2027-07-01"), day("2060-01-01")]
    assert table.find(late)[1].tolist() == [True, False, False]
    value, known = table.continued().find(late)
    assert known.all() and value.tolist() == [4252] * 3


def test_a_rule_that_ends_is_not_continued() -> None:
    table = compiled("value", "xx", {**DAYS, "until": "2030-01-01"})
    assert table.continued().find([day("2030-01-01")])[1].tolist() == [False]


@pytest.mark.parametrize(
    "scheme", ["us-oasdi", "de-grv", "fr-cnav", "jp-kosei", "ph-sss", "ca-cpp"]
)
def test_what_is_published_is_the_same_in_every_table(scheme: str) -> None:
    went_on = registry.continued(scheme)
    for name, table in registry.load(scheme).tables.items():
        value, known = table.find(table.keys)
        again, still = went_on.tables[name].find(table.keys)
        assert np.array_equal(value[known], again[known]) and bool(still[known].all())


CASE = """
schema: portability/case@1
person: {{born: 1985-03-15, sex: female, nationalities: [DE], residence: DE}}
claim: {{branch: old_age, date: {claim}}}
{assumptions}
periods:
  - {{scheme: de-grv, start: 2004-01-01, end: 2004-12-31, earnings: 29060}}
  - {{scheme: de-grv, start: 2005-01-01, end: 2014-12-31, credited: {{months: 120}},
     earnings: 300000}}
"""
CONTINUED = "assumptions: {parameters: continued}"


def answered(claim: str, assumptions: str) -> dict[str, object]:
    case = load(parse(CASE.format(claim=claim, assumptions=assumptions).encode(), "case")[0])
    return answer(case, catalogue.agreements(countries=("DE",)), trace=False, ahead=False)


def test_a_claim_in_the_far_future_is_an_estimate_in_todays_money_or_unknown() -> None:
    unknown = answered("2052-04-01", "")["entitlements"][0]
    assert (unknown["status"], unknown["payable"]) == ("entitled", None)
    told = answered("2052-04-01", CONTINUED)
    assert told["estimate"] is True
    assert {"code": "parameters_continued"} in told["warnings"]
    assert told["entitlements"][0]["payable"]["currency"] == "EUR"


def test_other_assumptions_are_still_said_to_be_unused() -> None:
    told = answered("2052-04-01", "assumptions: {parameters: growing, wage_growth: 3%}")
    codes = [(w["code"], w.get("assumption")) for w in told["warnings"]]
    assert ("assumption_not_used", "parameters") in codes
    assert ("assumption_not_used", "wage_growth") in codes
    assert told["entitlements"][0]["payable"] is None
    assert date.fromisoformat(told["claim"]["date"]).year == 2052
