"""A record known only as a certified sum: the right can be judged, the amount perhaps not, and no
scheme breaks on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portability import registry
from portability.answer import answer
from portability.case import load
from portability.yamlsource import json_source

ENOUGH = {"day": 14_000, "week": 2_000, "month": 460, "quarter": 150, "year": 38}


@pytest.mark.parametrize("scheme", registry.ids())
def test_a_sum_without_dates_is_answered(scheme: str) -> None:
    unit = registry.source(scheme).unit
    text: dict[str, Any] = {
        "person": {"born": "1957-03-01", "sex": "female"},
        "claim": {"branch": "old_age", "date": "2024-06-15"},
        "periods": [{"scheme": scheme, "credited": {f"{unit}s": ENOUGH[unit]}}],
    }
    case = load(json_source(json.dumps(text), "case.json"))
    lines = answer(case, [], trace=True, ahead=False)["entitlements"]
    assert [line["scheme"] for line in lines] == [scheme]
