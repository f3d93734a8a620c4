"""A membership added up: hand-made results, figures worked out by hand, and any split of them."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results_table import Row, beside, membership, row, table

from portability.estimate.summary import Summary, partial

OCTOBER = date(2026, 10, 15)


def tally(rows: list[Row], name: str) -> dict[Any, Any]:
    return partial(table(rows)).tallies[name]


# --- outcomes


def test_every_status_and_an_amount_nobody_knows() -> None:
    rows = [
        row("a", "us-oasdi", "entitled", "100.00"),
        row("b", "us-oasdi", "entitled"),
        row("c", "us-oasdi", "deferred"),
        row("d", "us-oasdi", "not_entitled"),
        row("e", "us-oasdi", "unknown"),
    ]
    assert tally(rows, "answers") == {
        ("PH", "US", "us-oasdi", outcome): (1,)
        for outcome in ("entitled", "amount_unknown", "deferred", "not_entitled", "unknown")
    }


@pytest.mark.parametrize(
    ("statuses", "counts_as"),
    [
        ([("entitled", "1"), ("not_entitled", None)], "entitled"),
        ([("entitled", "1"), ("unknown", None)], "unknown"),
        ([("not_entitled", None), ("unknown", None)], "unknown"),
        ([("entitled", "1"), ("entitled", None)], "amount_unknown"),
        ([("deferred", None), ("not_entitled", None)], "deferred"),
        ([("deferred", None), ("entitled", "1")], "entitled"),
    ],
)
def test_a_member_counts_once_and_as_unknown_before_all_else(
    statuses: list[tuple[str, str | None]], counts_as: str
) -> None:
    rows = [
        row("a", scheme, status, likely)
        for scheme, (status, likely) in zip(("us-oasdi", "de-grv"), statuses, strict=True)
    ]
    for order in (rows, rows[::-1]):
        found = tally(order, "members")
        assert [(key[2], figures) for key, figures in found.items()] == [(counts_as, (1,))]
        due = any(status == "entitled" for status, _ in statuses)
        assert next(iter(found))[3] == ("elsewhere" if due and counts_as == "unknown" else "")


# --- money


def test_sums_by_currency_and_period_never_across() -> None:
    rows = [
        row("a", "us-oasdi", "entitled", "100.10", low="0", high="120.20"),
        row("a", "de-grv", "entitled", "50.05"),
        row("b", "de-grv", "entitled", "49.95", low="49.95", high="60"),
        row("c", "de-grv", "entitled", "7", per="year"),
    ]
    assert tally(rows, "answers_money") == {
        ("PH", "US", "us-oasdi", "USD", "month"): (1, 0, 0, 1, 1, 0, 100_100, 120_200),
        ("PH", "DE", "de-grv", "EUR", "month"): (2, 0, 0, 0, 1, 100_000, 100_000, 110_050),
        ("PH", "DE", "de-grv", "EUR", "year"): (1, 0, 0, 0, 0, 7_000, 7_000, 7_000),
    }


def test_an_answer_without_a_range_stands_in_it_with_its_likely_amount() -> None:
    rows = [row("a", "de-grv", "entitled", "10", low=None, high=None)]
    assert tally(rows, "answers_money")["PH", "DE", "de-grv", "EUR", "month"] == (
        *(1, 1, 0, 0, 0),
        *(10_000, 10_000, 10_000),
    )


def test_who_is_paid_only_under_other_assumptions_raises_high_alone() -> None:
    rows = [
        row("a", "de-grv", "not_entitled", None, low="0", high="30"),
        row("b", "de-grv", "entitled", "10"),
    ]
    assert tally(rows, "answers_money")["PH", "DE", "de-grv", "EUR", "month"] == (
        *(1, 0, 1, 0, 1),
        *(10_000, 10_000, 40_000),
    )


def test_a_member_with_two_pensions_in_a_currency_is_one_payee() -> None:
    rows = [row("a", "ca-cpp", "entitled", "5"), row("a", "ca-oas", "entitled", "6")]
    assert tally(rows, "members_money") == {
        ("female", "55-64", "CAD", "month"): (1, 0, 0, 0, 0, 11_000, 11_000, 11_000)
    }


def test_sums_beyond_64_bits_are_exact() -> None:
    most = "999999999999999.999"
    rows = [row(f"m{n}", "de-grv", "entitled", most) for n in range(20_000)]
    found = tally(rows, "answers_money")["PH", "DE", "de-grv", "EUR", "month"]
    assert found[6] == 20_000 * (10**18 - 1) > 2**64


# --- agreements


def test_what_a_route_is_worth() -> None:
    """Opened: 80 whole. Raised: 90 - 60 = 30. Not known: no national amount; another period."""
    rows = [
        row("a", "de-grv", "entitled", "80", route="us-de"),
        beside("a", "de-grv", "not_entitled"),
        beside("b", "de-grv", "entitled", "60"),
        row("b", "de-grv", "entitled", "90", route="us-de"),
        row("c", "de-grv", "entitled", "90", route="us-de"),
        beside("c", "de-grv", "unknown"),
        row("d", "de-grv", "entitled", "70", route="us-de"),
        beside("d", "de-grv", "entitled", "500", per="year"),
        row("e", "de-grv", "entitled", None, route="us-de"),
        beside("e", "de-grv", "entitled", "60"),
        row("f", "de-grv", "entitled", "40"),
        beside("f", "de-grv", "entitled", "30", route="us-de"),
        row("g", "de-grv", "deferred", route="us-de"),
        beside("g", "de-grv", "not_entitled"),
        row("h", "de-grv", "not_entitled", route="us-de"),
        beside("h", "de-grv", "not_entitled"),
    ]
    assert tally(rows, "routes") == {
        ("de-grv", "us-de", "opened"): (1,),
        ("de-grv", "us-de", "raised"): (1,),
        ("de-grv", "us-de", "not_known"): (3,),
        ("de-grv", "us-de", "later"): (1,),
        ("de-grv", "national", "national"): (1,),
    }
    assert tally(rows, "routes_money") == {
        ("de-grv", "us-de", "EUR", "month"): (4, 2, 3, 330_000, 110_000),
        ("de-grv", "national", "EUR", "month"): (1, 0, 1, 40_000, 0),
    }


# --- time and refunds


@pytest.mark.parametrize(
    ("months", "band"),
    [
        *((1, "1-6"), (6, "1-6"), (7, "7-12"), (12, "7-12"), (13, "13-24"), (36, "25-36")),
        *((37, "37-60"), (120, "61-120"), (121, "121+"), (0, "not a matter of months")),
        (None, "not a matter of months"),
    ],
)
def test_months_missing_fall_into_bands(months: int | None, band: str) -> None:
    rows = [row("a", "de-grv", "not_entitled", missing_months=months)]
    assert tally(rows, "missing") == {("de-grv", band): (1,)}


def test_only_the_deciding_row_tells_what_is_missing() -> None:
    rows = [
        row("a", "de-grv", "not_entitled", missing_months=3, route="us-de"),
        beside("a", "de-grv", "not_entitled", missing_months=40),
    ]
    assert tally(rows, "missing") == {("de-grv", "1-6"): (1,)}


def test_months_in_which_something_begins() -> None:
    rows = [
        row("a", "de-grv", "entitled", "1", **{"from": date(2026, 12, 31)}),
        row("b", "de-grv", "deferred", reached=date(2027, 2, 1)),
        row("c", "de-grv", "not_entitled", reached=date(2027, 2, 28)),
        row("d", "de-grv", "not_entitled"),
    ]
    assert tally(rows, "months") == {
        ("starts", "2026-12"): (1,),
        ("opens", "2027-02"): (1,),
        ("reached", "2027-02"): (1,),
    }


def test_refunds_against_keeping() -> None:
    def refund(member: str, **more: Any) -> list[Row]:
        return [
            row(member, "jp-kosei", "not_entitled"),
            row(member, "jp-kosei", "entitled", "300000", benefit="refund", per="once", **more),
        ]

    rows = [
        *refund("a", equals_months=12, loses="de-grv: the right; us-oasdi: the right"),
        *refund("b", equals_months=13, deadline=date(2027, 1, 31)),
        *refund("c", deadline=date(2027, 1, 1)),
        row("d", "jp-kosei", "not_entitled"),
        row("d", "jp-kosei", "not_entitled", benefit="refund", per="once"),
    ]
    assert tally(rows, "refunds") == {
        ("jp-kosei", "entitled"): (3,),
        ("jp-kosei", "not_entitled"): (1,),
    }
    assert tally(rows, "refund_bands") == {
        ("jp-kosei", "1-12"): (1,),
        ("jp-kosei", "13-24"): (1,),
        ("jp-kosei", "no pension to compare"): (1,),
    }
    assert tally(rows, "losses") == {
        ("jp-kosei", "de-grv: the right"): (1,),
        ("jp-kosei", "us-oasdi: the right"): (1,),
    }
    assert tally(rows, "refund_losses") == {
        ("jp-kosei", "some"): (1,),
        ("jp-kosei", "none"): (2,),
    }
    assert tally(rows, "refund_money") == {("jp-kosei", "JPY"): (3, 900_000_000)}
    assert tally(rows, "deadlines") == {("jp-kosei", "2027-01", "JPY"): (2, 600_000_000)}
    assert tally(rows, "answers")["PH", "JP", "jp-kosei", "not_entitled"] == (4,)


# --- unknown, assumed


def test_what_is_missing_by_how_many_it_blanks() -> None:
    awi = {"reason": "parameter_not_published", "detail": "us-oasdi: awi"}
    rows = [
        row("a", "us-oasdi", "unknown", **awi),
        row("b", "us-oasdi", "entitled", **awi),
        row("c", "us-oasdi", "entitled", "5"),
        row("d", "us-oasdi", "not_entitled", reason="shortfall"),
    ]
    assert tally(rows, "unknown") == {
        ("us-oasdi", "unknown", "parameter_not_published", "us-oasdi: awi"): (1,),
        ("us-oasdi", "amount_unknown", "parameter_not_published", "us-oasdi: awi"): (1,),
    }


def test_an_assumption_counts_each_member_once() -> None:
    rows = [
        row("a", "us-oasdi", "entitled", "5", assumed="periods; earnings: contract_wage"),
        row("a", "de-grv", "not_entitled", assumed="periods"),
        row("b", "de-grv", "not_entitled", assumed="periods", evidence_needed="credited_years"),
    ]
    assert tally(rows, "assumed") == {("periods",): (2,), ("earnings: contract_wage",): (1,)}
    assert tally(rows, "evidence") == {("credited_years",): (1,)}


# --- splits


def whole_members(rows: list[Row], cuts: list[int]) -> list[list[Row]]:
    """The rows in parts that end with a member."""
    edges = [at for at in range(1, len(rows)) if rows[at]["member"] != rows[at - 1]["member"]]
    chosen = sorted({edges[cut % len(edges)] for cut in cuts}) if edges else []
    bounds = [0, *chosen, len(rows)]
    return [rows[a:b] for a, b in pairwise(bounds)]


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(0, 10**6),
    st.lists(st.integers(0, 10**6), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_split_in_any_order_gives_the_same_summary(
    n: int, seed: int, cuts: list[int], dice: Any
) -> None:
    rows = membership(n, seed)
    whole = partial(table(rows))
    parts = [partial(table(part)) for part in whole_members(rows, cuts)]
    dice.shuffle(parts)
    left = reduce(Summary.merge, parts, Summary())
    right = reduce(lambda a, b: b.merge(a), parts, Summary())
    middle = len(parts) // 2
    halves = reduce(Summary.merge, parts[:middle], Summary()).merge(
        reduce(Summary.merge, parts[middle:], Summary())
    )
    assert left == right == halves == whole
    assert left.json(5, OCTOBER) == whole.json(5, OCTOBER)


def test_merging_leaves_both_as_they_were() -> None:
    one = partial(table([row("a", "de-grv", "entitled", "1")]))
    two = partial(table([row("b", "de-grv", "entitled", "2")]))
    before = (one.state(), two.state())
    both = one.merge(two)
    assert (one.state(), two.state()) == before != (both.state(), both.state())


def test_a_summary_travels_and_comes_back() -> None:
    summary = partial(table(membership(30, 1)))
    assert Summary.of(summary.state()) == summary == pickle.loads(pickle.dumps(summary))
    with pytest.raises(ValueError, match="no such tally: guesses"):
        Summary.of({"guesses": []})


def test_chunks_with_vocabularies_of_their_own() -> None:
    rows = membership(20, 3)
    parts = [table(part) for part in whole_members(rows, [4, 9, 15])]
    assert partial(pa.concat_tables(parts)) == partial(table(rows))


def test_part_of_a_table_is_read_from_its_own_start() -> None:
    rows = membership(20, 4)
    first = whole_members(rows, [8])[0]
    assert partial(table(rows).slice(0, len(first))) == partial(table(first))
    rest = rows[len(first) :]
    assert partial(table(rows).slice(len(first))) == partial(table(rest))


def test_nothing_in_nothing_out() -> None:
    assert partial(table([])) == Summary()
    assert Summary().json()["membership"]["total"] == 0


# --- what cannot be added up


def test_rows_of_a_member_that_stand_apart_are_refused() -> None:
    rows = [
        row("a", "us-oasdi", "entitled", "1"),
        row("b", "us-oasdi", "entitled", "1"),
        row("a", "de-grv", "entitled", "1"),
    ]
    with pytest.raises(ValueError, match="do not stand together"):
        partial(table(rows))


def test_an_answer_needs_exactly_one_deciding_row() -> None:
    with pytest.raises(ValueError, match="0 answers with more than one deciding row, 1 with none"):
        partial(table([beside("a", "us-oasdi", "entitled", "1")]))
    twice = [row("a", "us-oasdi", "entitled", "1"), row("a", "us-oasdi", "entitled", "2")]
    with pytest.raises(ValueError, match="1 answers with more than one deciding row, 0 with none"):
        partial(table(twice))


def test_other_tables_and_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match="no column chosen, sex"):
        partial(pa.table({"member": ["a"]}))
    with pytest.raises(ValueError, match="no such status: 'maybe'"):
        partial(table([row("a", "us-oasdi", "maybe")]))
    wrong = table([row("a", "us-oasdi", "entitled", "1")])
    at = wrong.column_names.index("likely")
    wrong = wrong.set_column(at, "likely", pa.array([Decimal("1.00")], pa.decimal128(10, 2)))
    with pytest.raises(ValueError, match=r"decimal128\(18, 3\)"):
        partial(wrong)


def test_a_threshold_must_withhold_something() -> None:
    with pytest.raises(ValueError, match="threshold of 1"):
        Summary().json(threshold=1)
