"""The terminal table: the answer first, everything aligned, nothing wider than the window."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portability.clean import plain, width
from portability.report import table
from portability.report.timeline import lanes, text_bars

Json = dict[str, Any]


def test_the_answer_is_the_first_line(two_states: Json) -> None:
    assert (
        table(two_states, 100).splitlines()[0]
        == "United States pays 97.00 USD a month from February 1982."
    )


def test_the_parts_stand_in_order(two_states: Json) -> None:
    text = table(two_states, 120)
    parts = [
        "PH-2027-00123",
        "Who pays what",
        "Your years together",
        "Your periods",
        "Your share",
        "Reasons",
        "Step by step",
        "Other routes",
        "What changes next",
        "What is missing",
        "entry 7",
    ]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


def test_columns_stand_under_their_heads(two_states: Json) -> None:
    lines = table(two_states, 120).splitlines()
    head = next(line for line in lines if line.lstrip().startswith("Country"))
    first = lines[lines.index(head) + 1]
    assert head.index("Amount") == first.index("97.00 USD") and head.index("Under") == first.index(
        "us-de"
    )
    head = next(line for line in lines if line.lstrip().startswith("Scheme") and "Needed" in line)
    first = lines[lines.index(head) + 1]
    assert head.index("Own") + len("Own") == first.index(" 26") + len(" 26")


def test_the_trace_is_a_tree_with_articles(two_states: Json) -> None:
    lines = table(two_states, 140).splitlines()
    at = next(i for i, line in enumerate(lines) if "Pro rata: 97.00 USD, from own 26" in line)
    assert "[20 CFR 404.1918(c)]" in lines[at]
    assert "└ Pia: 462.70 USD, certified [42 USC 415(a)]" in lines[at + 1]
    assert lines[at + 1].index("└ Pia") > lines[at].index("└ Pro")


@pytest.mark.parametrize("columns", [48, 60, 80, 132])
def test_nothing_is_wider_than_the_window(two_states: Json, hostile: Json, columns: int) -> None:
    for document in (two_states, hostile):
        assert max(width(line) for line in table(document, columns).splitlines()) <= columns


def test_bars_mark_overlap_gap_and_what_does_not_count(two_states: Json) -> None:
    bars = text_bars(two_states["timeline"], 80)
    us, de, years = bars
    assert us.startswith("US us-oasdi") and "█" in us and "▒" in us and "░" not in us
    assert "▒" in de and "░" in de and "·" in de
    assert "1951" in years or "1952" in years
    # on one day both countries are hatched
    assert [i for i, sign in enumerate(us) if sign == "▒"] == [
        i for i, sign in enumerate(de) if sign == "▒"
    ]


def test_only_the_shared_days_overlap(two_states: Json) -> None:
    us, de = lanes(two_states["timeline"])
    assert [bar.state for bar in us.bars] == ["counted", "overlap"]
    assert [bar.state for bar in de.bars] == ["overlap", "counted", "not_counted"]
    assert us.bars[1].end == de.bars[0].end and us.bars[1].start == de.bars[0].start


def test_a_terminal_is_not_driven_by_a_case(hostile: Json) -> None:
    text = table(hostile, 100)
    assert not [sign for sign in text if ord(sign) < 32 and sign != "\n"]
    assert "\u202e" not in text


def test_unknown_names_its_table(unknown: Json) -> None:
    text = table(unknown, 120)
    assert text.startswith("It is not known yet whether old-age benefit is due.")
    assert "“pension value”" in text and "This answer was not recorded" in text


def test_an_estimate_shows_its_range(two_states: Json) -> None:
    low, high = (
        {"amount": amount, "currency": "USD", "per": "month"} for amount in ("641.03", "714.29")
    )
    two_states["estimate"] = True
    two_states["entitlements"][0]["range"] = {"low": low, "high": high}
    first = table(two_states, 140).splitlines()[0]
    assert "between 641.03 USD a month and 714.29 USD a month" in first


def test_a_floor_is_told_as_a_floor(two_states: Json) -> None:
    line = two_states["entitlements"][0]
    line["payable"], line["at_least"] = None, {"amount": "50.00", "currency": "USD", "per": "month"}
    text = table(two_states, 120)
    assert (
        text.startswith("United States pays at least 50.00 USD a month") and "≥ 50.00 USD" in text
    )


def test_nobody_owes_anything(two_states: Json) -> None:
    two_states["entitlements"] = two_states["entitlements"][1:]
    first = table(two_states, 120).splitlines()[0]
    assert first == "No country owes old-age benefit on 1 February 1982."


@given(st.text())
def test_clean_text_is_one_visible_line(text: str) -> None:
    clean = plain(text)
    assert clean.isprintable() or not any(ord(sign) < 32 for sign in clean)
    assert len(clean.splitlines()) <= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["step", "value", "unit", "cite", "url", "inputs"]), json_values
    )
)
def test_any_step_can_be_told(entry: Json) -> None:
    line = {
        "scheme": "xx-a",
        "country": "XX",
        "status": "entitled",
        "route": "national",
        "trace": [entry],
    }
    assert table({"entitlements": [line]}, 80)
