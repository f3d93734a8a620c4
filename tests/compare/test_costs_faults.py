"""What a file of costs must not say: every fault at once, each with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from invented_costs import DOCUMENT, HANDLED, POSTED, changed, figure, loaded

from portability.errors import InputError

Json = dict[str, Any]


def faults(tmp_path: Path, document: Json) -> list[str]:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, document)
    assert all(":" in fault.where and fault.where.count(":") >= 2 for fault in caught.value.faults)
    return [f"{fault.path}: {fault.found}: {fault.code}" for fault in caught.value.faults]


def without(figure_: Json, *keys: str) -> Json:
    return {key: value for key, value in figure_.items() if key not in keys}


AMOUNT: Json = POSTED["earnings"]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (changed(both=figure(-5)), "contributions[0].both.value: '-5': number"),
        (changed(both=figure(101)), "contributions[0].both.value: '101': range"),
        (changed(both={"value": 5}), "contributions[0].both: a figure without a source: bare"),
        (
            changed(both=figure(5, source="nobook", says="5")),
            "contributions[0].both.source: 'nobook': unknown_name",
        ),
        (
            changed(both={"value": 5, "source": "book"}),
            "contributions[0].both: a source without its words: bare",
        ),
        (changed(both=figure(3, 2, 4)), "contributions[0].both: figures that descend: order"),
        (
            changed(both={"low": 1, "assumed": "x"}),
            "contributions[0].both: low: one_of",
        ),
        (changed(sent_from="UX"), "contributions[0].sent_from: 'UX': unknown_country"),
        (changed(sent_from="DE"), "contributions[0].sent_from: 'DE': other_country"),
        (changed(sent_from="PH"), "contributions[0].sent_from: 'PH': other_country"),
        (changed(scheme="ph-ssx"), "contributions[0].scheme: 'ph-ssx': unknown_name"),
        (changed(scheme="de-grv"), "contributions[0].scheme: 'de-grv': other_country"),
        (
            changed(earnings={**AMOUNT, "currency": "USD"}),
            "contributions[0].earnings.currency: 'USD': currency",
        ),
        (
            changed(earnings={**AMOUNT, "currency": "PHX"}),
            "contributions[0].earnings.currency: 'PHX': unknown_currency",
        ),
        (
            changed(earnings={**AMOUNT, "price_year": 2999}),
            "contributions[0].earnings.price_year: 2999: range",
        ),
        (
            changed(earnings={"percent": figure(100), "of_year": 2024}),
            "contributions[0].earnings.of_year: 2024: no_average",
        ),
        (
            changed(earnings=without(AMOUNT, "per")),
            "contributions[0].earnings: amount alone: missing",
        ),
        (
            changed(workers={"at_entry": figure(5)}),
            "contributions[0].workers: at_entry alone: missing",
        ),
        (changed(workers={"a_year": figure(5)}), "contributions[0].workers: a_year alone: missing"),
        (
            changed(workers={"always": figure(5), "stay": figure(0)}),
            "contributions[0].workers.stay.value: '0': range",
        ),
        (changed(workers={"stay": figure(5)}), "contributions[0].workers: stay: one_of"),
        (changed(text="C"), "contributions[0].text: 'C': unknown_name"),
        (changed(text="none"), "contributions[0].text: workers under no agreement: none"),
        (changed(hours=figure(1)), "contributions[0].hours: the unknown key 'hours': unknown_key"),
        (
            {**DOCUMENT, "contributions": [without(POSTED, "rate")]},
            "contributions[0]: nothing for rate: missing",
        ),
        (
            {**DOCUMENT, "contributions": [POSTED, POSTED]},
            "contributions[1]: ph-sss under us-ph-1 a second time: twice",
        ),
        (
            {**DOCUMENT, "administration": [without(HANDLED, "hours", "per_hour")]},
            "administration[0]: claims without a cost, or with two: one_of",
        ),
        (
            {**DOCUMENT, "administration": [{**HANDLED, "currency": "PHP"}]},
            "administration[0].currency: 'PHP': currency",
        ),
        ({**DOCUMENT, "schema": "portability/costs@2"}, "schema: 'portability/costs@2': type"),
    ],
)
def test_a_fault_says_where_and_what(tmp_path: Path, document: Json, wanted: str) -> None:
    assert wanted in faults(tmp_path, document)


def test_every_fault_at_once(tmp_path: Path) -> None:
    money = {**AMOUNT, "currency": "USD", "price_year": 2999}
    wrong = changed(sent_from="UX", both=figure(-5), rate={"value": 15}, text="C", earnings=money)
    found = faults(tmp_path, {**wrong, "hour": 3, "administration": [{"scheme": "de-grv"}]})
    assert len(found) == 9
    codes = {each.rpartition(": ")[2] for each in found}
    assert codes == {
        *("unknown_country", "number", "bare", "unknown_name", "currency", "range"),
        *("unknown_key", "other_country", "one_of"),
    }


def test_a_sum_and_its_inputs_are_not_stated_both(tmp_path: Path) -> None:
    both = changed(sum={**figure(5), "currency": "PHP", "price_year": 2024})
    assert any("one_of" in each for each in faults(tmp_path, both))
    apart = {**DOCUMENT, "contributions": [POSTED, {"scheme": "ph-sss", "sum": both_sum()}]}
    assert any(each.endswith("twice") for each in faults(tmp_path, apart))


def both_sum() -> Json:
    return {**figure(5), "currency": "PHP", "price_year": 2024}
