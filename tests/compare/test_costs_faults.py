"""What a file of costs must not say: every fault at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from invented_costs import DOCUMENT, HANDLED, PARTIES, POSTED, TEXTS, changed, figure, loaded

from portability.compare import costs, costs_told
from portability.errors import InputError
from portability.yamlsource import Source

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
        (changed(text=[]), "contributions[0].text: an empty list: empty"),
        (changed(scheme=5), "contributions[0].scheme: 5: type"),
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


STATED: Json = {"scheme": "us-oasdi", "text": "A", "sum": both_sum() | {"currency": "USD"}}
WHOLE: Json = {**DOCUMENT, "contributions": [{**POSTED, "growth": figure(1)}, STATED]}
ODD = (None, [], {}, "", "x", 5, -1, "-0.5", True, [[]], [{"a": 1}], {"value": []}, 10**17, "1e5")


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a document."""
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else listed:
        yield (*path, key)
        yield from places(item, (*path, key))


def test_whatever_stands_anywhere_is_taken_or_refused(tmp_path: Path) -> None:
    """Anything in the place of anything: a file is refused with faults, or it is read and told."""
    taken = refused = 0
    for path in places(WHOLE):
        for odd in ODD:
            document = json.loads(json.dumps(WHOLE))
            parent = document
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]] = odd
            try:
                source = costs.checked(Source("costs.yaml", document), TEXTS, PARTIES)
            except InputError as error:
                refused += bool(error.faults)
                continue
            taken += 1
            stated = costs.Costs(source, TEXTS)
            for one, other in pairwise(TEXTS):
                costs.pair(stated, one, other, stated.schemes, {"year 1": (1, 1)})
            assert list(costs_told.grids(costs_told.header(stated)))
    assert taken > 20 and refused > 10 * taken


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_reason_is_not_empty(tmp_path: Path, blank: str) -> None:
    bare = changed(both={"value": 5, "assumed": blank})
    assert any(each.endswith("pattern") for each in faults(tmp_path, bare))
    silent = changed(both={"value": 5, "source": "book", "says": blank})
    assert any(each.endswith("pattern") for each in faults(tmp_path, silent))


def test_a_file_may_leave_out_either_part(tmp_path: Path) -> None:
    for part in ("contributions", "administration"):
        stated = loaded(tmp_path, without(DOCUMENT, part))
        for text in TEXTS[1:]:
            assert isinstance(stated.years(part, "us-oasdi", text, 1, 1), str)
