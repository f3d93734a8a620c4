"""Single promises of a published summary, each held by the membership that would break it."""

from __future__ import annotations

import random
import re
from datetime import date
from typing import Any

from results_table import Row, beside, membership, row, table

from portability.estimate.page import page
from portability.estimate.summary import Summary, partial

NOVEMBER = date(2026, 11, 24)


def told(rows: list[Row]) -> dict[str, Any]:
    return partial(table(rows)).json(5, NOVEMBER)


def test_what_is_withheld_does_not_depend_on_the_order_of_parts() -> None:
    """Ties between counts are broken by names, not by what was read first."""
    dice = random.Random(1)
    for seed in range(12):
        summary = partial(table(membership(60, seed)))
        for _ in range(3):
            shuffled = {}
            for name, tally in summary.tallies.items():
                items = list(tally.items())
                dice.shuffle(items)
                shuffled[name] = dict(items)
            assert Summary(shuffled).json(5, NOVEMBER) == summary.json(5, NOVEMBER)


def test_an_end_that_the_country_withholds_is_withheld_below_it() -> None:
    """Low of the United States hides two Germans' low: six Filipinos would give it away."""
    rows = []
    for scheme, home, n, unsure in (
        ("us-oasdi", "PH", 20, 6),
        ("ca-cpp", "PH", 20, 2),
        ("us-oasdi", "MX", 20, 0),
    ):
        for number in range(n):
            low = "0" if number < unsure else "10"
            more = {"low": low, "residence": home, "currency": "USD"}
            rows.append(row(f"{scheme}{home}{number}", scheme, "entitled", "10", **more))
    s = told(rows)
    assert s["answers"]["money"][0]["low"] == "520.00"
    assert [one["money"][0]["low"] for one in s["by_country"]["rows"]] == [None, None]
    lows = {
        (one["residence"], one["country"]): one["money"][0]["low"]
        for one in s["by_corridor"]["rows"]
    }
    assert lows == {("PH", "CA"): None, ("PH", "US"): None, ("MX", "US"): "200.00"}


def test_who_is_paid_by_one_scheme_is_not_counted_as_perhaps_paid_by_another() -> None:
    rows = [
        row("a", "ca-cpp", "entitled", "5"),
        row("a", "ca-oas", "not_entitled", None, low="0", high="9"),
        row("b", "ca-oas", "not_entitled", None, low="0", high="9"),
    ]
    found = partial(table(rows)).tallies["members_money"]["female", "55-64", "CAD", "month"]
    assert found == (1, 0, 1, 0, 2, 5_000, 5_000, 23_000)


def test_a_later_right_is_the_agreements_only_if_the_own_law_refuses_it() -> None:
    rows = [
        row("a", "de-grv", "deferred", route="us-de"),
        beside("a", "de-grv", "not_entitled"),
        row("b", "de-grv", "deferred", route="us-de"),
        beside("b", "de-grv", "deferred"),
        row("c", "de-grv", "deferred", route="us-de"),
        beside("c", "de-grv", "unknown"),
        row("d", "de-grv", "deferred"),
    ]
    assert partial(table(rows)).tallies["routes"] == {
        ("de-grv", "us-de", "later"): (1,),
        ("de-grv", "us-de", "later_other"): (2,),
        ("de-grv", "national", "later_other"): (1,),
    }


def test_all_but_a_few_tell_as_much_as_a_few() -> None:
    """Of 30 members 27 rest on assumed periods: three do not."""
    rows = [
        row(f"m{n}", "de-grv", "not_entitled", assumed="periods" if n < 27 else None)
        for n in range(30)
    ]
    s = told(rows)
    assert s["assumed"] == [{"what": "periods", "members": "withheld"}]
    assert "is withheld, because it would show a small group" in page(s)


def test_what_is_withheld_is_drawn_as_what_is_left() -> None:
    """A bar is as long as its total, whatever of it is shown."""
    rows = membership(400, 1, rare=True)
    s = told(rows)
    html = page(s)
    drawn = [
        one
        for name in ("by_sex", "by_age", "by_country", "by_scheme", "by_corridor")
        for one in [r for r in s[name]["rows"] if isinstance(r["total"], int)]
    ]
    left = [one["total"] - sum(c for c in one["cells"] if isinstance(c, int)) for one in drawn]
    withheld = sum(rest > 0 for rest in left)
    part = html[html.index('id="h-corridors"') : html.index('id="h-amounts"')]
    figures = re.sub(r'<ul class="legend">.*?</ul>', "", part)
    assert withheld > 5 and figures.count('class="seg withheld"') == withheld
