"""The report of a membership: what it says, that it is harmless, that the same gives the same."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from results_table import Row, beside, membership, row, table

from portability.estimate import page as pages
from portability.estimate.charts import Column, columns, short
from portability.estimate.page import page
from portability.estimate.summary import partial

Json = dict[str, Any]
NOVEMBER = date(2026, 11, 24)
VOID = {"meta"}
HOSTILE = "<script>alert(1)</script>\"'&\u202e{n}[x]"


def told(rows: list[Row], threshold: int = 5) -> str:
    return page(partial(table(rows)).json(threshold, NOVEMBER))


class Reader(HTMLParser):
    """Elements, ids, addresses, visible text; every element that opens must close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return membership(400, 7, rare=True)


@pytest.fixture(scope="module")
def html(rows: list[Row]) -> str:
    return told(rows)


def test_it_is_whole_and_loads_nothing(html: str) -> None:
    found = Reader(html)
    assert "script" not in found.tags and "img" not in found.tags and "link" not in found.tags
    assert "default-src 'none'" in html
    names = {name for _, name, _ in found.attributes}
    assert not {name for name in names if name.startswith("on")} and "src" not in names
    addresses = [value for _, name, value in found.attributes if name == "href"]
    assert addresses == ["#answer"]
    assert not re.findall(r"url\((?!#)", html)
    assert len(re.findall("https?:", html)) == html.count('xmlns="http://www.w3.org/2000/svg"')


def test_every_chart_has_a_name_a_description_and_a_table(html: str) -> None:
    found = Reader(html)
    assert len(found.ids) == len(set(found.ids))
    labels = [
        value for tag, name, value in found.attributes if (tag, name) == ("svg", "aria-labelledby")
    ]
    assert len(labels) > 10
    assert all(set(label.split()) <= set(found.ids) for label in labels)
    assert found.tags.count("table") >= 10
    for kind in ("title", "desc"):
        assert html.count(f"<{kind} id=") == len(labels)


def test_it_says_first_what_the_figures_are_not(html: str) -> None:
    top = html[html.index("<h1>") : html.index("<h2")]
    for words in (
        "not decisions",
        "periods are assumed",
        "not a margin of error",
        "count as “not known”",
        "never added",
        "Counts from 1 to 4 are shown as “&lt;5”",
        "November 2026 to November 2027",
    ):
        assert words in top


def test_no_small_count_is_printed(html: str) -> None:
    """In no cell of a table stands 1, 2, 3 or 4."""
    cells = re.findall(r'<td role="cell"[^>]*>([^<]*)</td>', html)
    assert len(cells) > 200 and "&lt;5" in cells and "withheld" in cells
    assert not set(cells) & {"1", "2", "3", "4"}
    figures = re.findall(r"<text[^>]*>([^<]*)</text>", html)
    assert not set(figures) & {"1", "2", "3", "4"}


def test_figures_of_a_small_membership() -> None:
    """Eight pensions of 1,250.50 EUR, six through an agreement of which two raise the amount."""
    rows = []
    for number in range(8):
        route = "us-de" if number < 6 else "national"
        rows.append(row(f"m{number}", "de-grv", "entitled", "1250.50", route=route))
        if number < 6:
            rows.append(beside(f"m{number}", "de-grv", "not_entitled"))
    html = told(rows)
    assert "What 8 members can expect" in html
    assert "10,004.00 EUR a month" in html
    assert "Germany" in html and "German statutory pension insurance (de-grv)" in html
    assert "withheld" in html  # two through the own law are few: they show, and so does the six


def test_it_shows_nothing_that_the_summary_does_not(rows: list[Row]) -> None:
    """The page is made of the published JSON alone: also of one that went through a file."""
    s = partial(table(rows)).json(5, NOVEMBER)
    assert page(json.loads(json.dumps(s))) == page(s)


def test_the_same_rows_give_the_same_bytes(rows: list[Row], html: str) -> None:
    assert told(rows) == html
    blocks: dict[str, list[Row]] = {}
    for one in rows:
        blocks.setdefault(one["member"], []).append(one)
    other = [one for member in reversed(list(blocks)) for one in blocks[member]]
    assert told(other) == html


def hostile(n: int = 30) -> list[Row]:
    """Words nobody should send, in every column of words."""
    made = []
    for number in range(n):
        bad = {"residence": HOSTILE, "country": HOSTILE, "sex": HOSTILE, "age_band": HOSTILE}
        more = {"currency": HOSTILE, "per": HOSTILE, "assumed": HOSTILE, "evidence_needed": HOSTILE}
        status = ("entitled", "unknown", "not_entitled")[number % 3]
        likely = "10" if status == "entitled" else None
        reason = {"reason": HOSTILE, "detail": HOSTILE, "route": HOSTILE, "missing_months": 3}
        made.append(row(f"{HOSTILE}{number}", HOSTILE, status, likely, **bad, **more, **reason))
        made.append(
            row(
                *(f"{HOSTILE}{number}", HOSTILE, "entitled", "10"),
                **{**bad, "currency": HOSTILE, "benefit": "refund", "loses": HOSTILE},
                deadline=date(2027, 1, 1),
            )
        )
    return made


def test_hostile_words_stay_words() -> None:
    html = told(hostile())
    found = Reader(html)
    assert "script" not in found.tags and "<script" not in html and "\u202e" not in html
    assert "&lt;script&gt;" in html
    assert "alert(1)" in "".join(found.words)


def test_no_member_is_named(rows: list[Row]) -> None:
    s = json.dumps(partial(table(rows)).json(5, NOVEMBER))
    html = told(hostile())
    assert not re.search(r"m\d{5}", s) and f"{HOSTILE}0"[-3:] not in html


def test_too_few_members() -> None:
    html = told([row(f"m{n}", "de-grv", "entitled", "10") for n in range(3)])
    Reader(html)
    assert "fewer than 5 members" in html and "<table" not in html


def test_nobody_at_all() -> None:
    Reader(told([]))


def test_one_scheme_one_outcome() -> None:
    """Sections with nothing in them say so."""
    html = told([row(f"m{n}", "de-grv", "not_entitled") for n in range(9)])
    Reader(html)
    for words in (
        "No scheme of this membership gives",
        "Nothing was unknown",
        "No answer is decided",
    ):
        assert words in html


def test_what_the_driver_adds_is_told(rows: list[Row]) -> None:
    s = partial(table(rows)).json(5, NOVEMBER)
    html = page({**s, "rejects": 1234, "rules": {"us-de": "sha256:abcd"}, "run": {}})
    assert "1,234 rows of the register" in html and "sha256:abcd" in html


def test_another_language_is_refused_with_those_there_are(rows: list[Row]) -> None:
    with pytest.raises(ValueError, match="no texts in 'xx'; there are en"):
        page(partial(table(rows)).json(5, NOVEMBER), "xx")


def test_every_text_is_used() -> None:
    """A sentence that nobody says is a mistake."""
    texts = yaml.safe_load((pages.TEXTS / "en.yaml").read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in pages.TEXTS.parent.glob("*.py"))
    for group in ("say", "page", "title", "chart", "word"):
        for key in texts[group]:
            assert f"{group}.{key}" in code or re.search(rf"\"{key}\"", code), f"{group}.{key}"


def test_a_long_name_is_cut_on_a_chart_alone() -> None:
    assert short("x" * 40) == "x" * 32 + "…" and short("x" * 33) == "x" * 33


def test_a_withheld_column_has_no_height_of_its_own() -> None:
    rows = [Column("a", None, "<5", "a: <5"), Column("b", None, "<5", "b: <5")]
    one = columns("x", "t", "d", [*rows, Column("c", 900, "900", "c: 900")], "entitled")
    other = columns("x", "t", "d", [*rows, Column("c", 9, "9", "c: 9")], "entitled")
    heights = re.findall(r'class="seg withheld"[^>]*height="(\d+)"', one)
    assert heights == re.findall(r'class="seg withheld"[^>]*height="(\d+)"', other) != []
