"""Benefits that read what another state pays: order, shares, currencies, circles."""

from __future__ import annotations

from typing import Any

import pytest

from portability import agreement as model
from tests.invented import world

ROWS = [
    {"scheme": "xx-pension", "start": "1980-01-01", "end": "1985-12-31"},
    {"scheme": "xy-pension", "start": "1990-01-01", "end": "1995-12-31"},
]
RATE = [{"from": "EUR", "to": "USD", "date": "2015-12-01", "rate": "2"}]
SHARE = model.ShareOf(("xy-pension",), model.Term("own"), model.Term("fixed", "month", 144), (1, 1))


def pair(concurrence: model.Concurrence, other: model.Concurrence | None = None) -> Any:
    rules = (
        world.rule("xx-pension", ("xy-pension",), concurrence=concurrence),
        world.rule("xy-pension", ("xx-pension",), concurrence=other),
    )
    return world.agreement("xx-xy", rules)


def income(rates: list[dict[str, Any]], concurrence: model.Concurrence) -> tuple[int, list[str]]:
    """(income the rule reads a year, reasons) of the xx pension."""
    document = world.person(ROWS, rates=rates)
    result = world.run([document], [pair(concurrence)])
    outcome = result.decisions["xx-pension"].outcomes[1]
    assert outcome.pay_run is not None
    found = outcome.pay_run.income
    return (-1 if found is None else int(found[0])), [
        code for code, _, _ in outcome.pay_run.reasons
    ]


@pytest.fixture(autouse=True)
def currencies(monkeypatch: pytest.MonkeyPatch, invented: None) -> None:
    """The invented currencies stand for two real ones, so that a case may give their rate."""
    from portability import registry

    for scheme, currency in (("xx-pension", "USD"), ("xy-pension", "EUR")):
        monkeypatch.setattr(registry.load(scheme), "currency", currency)


def test_an_income_test_reads_the_other_pension_a_year_in_its_own_currency() -> None:
    """XY pays 24 of 48 quarters of 48 x 6.01 = 144.24 a month; the rate is 2."""
    assert income(RATE, model.Concurrence("income_test")) == (144_24 * 12 * 2, [])


def test_only_the_share_the_text_names_is_counted() -> None:
    concurrence = model.Concurrence("income_test", shares=(SHARE,))
    assert income(RATE, concurrence) == (144_24 * 12 * 2 // 2, [])


def test_without_a_dated_rate_the_amount_is_unknown() -> None:
    assert income([], model.Concurrence("income_test"))[1] == ["fx_missing"]
    old = [{**RATE[0], "date": "2015-09-01"}]
    assert income(old, model.Concurrence("income_test"))[1] == ["fx_missing"]


def test_two_schemes_that_read_each_other_are_circular() -> None:
    both = model.Concurrence("income_test")
    result = world.run([world.person(ROWS)], [pair(both, both)])
    for scheme in ("xx-pension", "xy-pension"):
        outcome = result.decisions[scheme].outcomes[1]
        assert outcome.pay_run is not None
        assert "circular" in [code for code, _, _ in outcome.pay_run.reasons]
        assert not result.decisions[scheme].known[0]


def test_a_supplement_reaches_what_own_law_alone_would_pay() -> None:
    """ETS 78 art. 34: the sum of both benefits stays below the national pension of XX."""
    rows = [
        {"scheme": "xx-pension", "start": "1980-01-01", "end": "1995-12-31"},
        {"scheme": "xy-pension", "start": "1996-01-01", "end": "1996-12-31"},
    ]
    rules = (
        world.rule(
            "xx-pension",
            ("xy-pension",),
            choose=model.Choose("totalized"),
            amount={
                "amount": model.AmountRule(
                    "own", model.Term("own"), model.Term("fixed", "month", 480)
                )
            },
            concurrence=model.Concurrence("top_up", reads="before", to="own_law"),
        ),
    )
    chosen = world.agreement("xx-xy", rules, parties=(model.PartySpan("XX"), model.PartySpan("XY")))
    decision = world.run([world.person(rows)], [chosen]).decisions["xx-pension"]
    assert decision.amount.tolist() == [192 * 601]
