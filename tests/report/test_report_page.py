"""The page: content, order, escaping, and what a screen reader, a phone and a printer need."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from portability.report import html

Json = dict[str, Any]
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements in order, text, and whether every tag is closed where it was opened."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_sections_stand_in_the_order_of_a_good_explanation(two_states: Json) -> None:
    text = Page(html(two_states)).text
    order = [
        "United States pays 97.00 USD a month from February 1982",
        "This is a calculation, not a decision",
        "Your periods, country by country",
        "Your years together",
        "Who pays what",
        "Your share",
        "What was not counted, and why",
        "What changes next",
        "What is missing, and who sends it",
        "If you disagree",
        "Reference, data and law",
    ]
    places = [
        text.rindex(part) if part == "Your years together" else text.index(part) for part in order
    ]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order), (
        places
    )


def test_the_page_says_what_the_determination_says(two_states: Json) -> None:
    text = Page(html(two_states)).text
    for said in (
        "26 quarters of your own and 12 quarters from other countries make 38 quarters; 31",
        "26 of the 124 quarters were there. It pays 26/124 of 1462.70 USD a month, which gives",
        "us-oasdi, 1 January 1957 – 30 June 1957: another country insured this time too",
        "de-grv, 1 January 1961 – 31 December 1962 (compulsory insurance): not counted",
        "Germany: 14 months are still missing; the earliest date is 1 April 1983",
        "With 12 months more in Germany: Germany owes a benefit, 212.40 EUR a month",
        "If the contributions in Germany are paid back: United States owes nothing any more",
        "Germany: the institution must certify “earnings points”",
        "PH-2027-00123",
        "entry 7",
        "f00d",
        "sha256:abcd",
        "20 CFR 404.1918(c)",
        "1 January 1959 – 31 December 1960",
    ):
        assert said in text, said


def test_a_screen_reader_finds_its_way(two_states: Json) -> None:
    page = Page(html(two_states))
    assert page.all("html")[0]["lang"] == "en" and page.all("html")[0]["dir"] == "ltr"
    assert page.all("a")[0]["href"] == "#answer" and page.all("main")[0]["id"] == "answer"
    assert len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    identities = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(identities) == len(set(identities))
    named = {
        name
        for _, attributes in page.elements
        for name in (attributes.get("aria-labelledby") or "").split()
    }
    assert named <= set(identities)


def test_the_drawing_is_told_in_words_and_as_a_table(two_states: Json) -> None:
    source = html(two_states)
    page = Page(source)
    drawing = page.all("svg")[0]
    assert drawing["role"] == "img"
    titles = re.findall(r"<title[^>]*>([^<]*)</title>", source)[1:]
    assert titles[0] == "Periods from 1 January 1951 to 31 December 1962"
    assert "1 January 1951 – 31 December 1956, compulsory insurance, counted" in titles
    assert "no period on record: 1 January 1959 – 31 December 1960" in titles
    bars = [bar["class"] for bar in page.all("rect") if "bar" in str(bar.get("class"))]
    assert bars.count("bar overlap") == 2 and "bar not_counted" in bars and "bar gap" in bars
    assert "The same as a table" in page.text


def test_bars_stay_inside_the_drawing_in_proportion(two_states: Json) -> None:
    bars = [
        (int(str(bar["x"])), int(str(bar["width"])))
        for bar in Page(html(two_states)).all("rect")
        if "bar" in str(bar.get("class"))
    ]
    assert all(x >= 0 and x + width <= 1000 for x, width in bars)
    six_years, two_years = bars[0][1], bars[-2][1]
    assert abs(six_years - 3 * two_years) <= 4


def test_nothing_is_loaded_and_nothing_runs(two_states: Json) -> None:
    source = html(two_states)
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {
        t for t, _ in page.elements
    }
    assert not [
        name for _, attributes in page.elements for name in attributes if name.startswith("on")
    ]
    assert not re.search(r"url\((?!#)|@import", source)
    assert not [a for _, a in page.elements if "src" in a]
    assert all(re.match(r"https?://|#", str(a["href"])) for _, a in page.elements if a.get("href"))


def test_it_prints_and_fits_a_phone(two_states: Json) -> None:
    source = html(two_states)
    assert "@media print" in source and 'name="viewport"' in source and "overflow-x: auto" in source


def test_what_others_wrote_stays_text(hostile: Json) -> None:
    page = Page(html(hostile))
    assert not page.all("script")
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text and "\u202e" not in page.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://", "x y"]
)
def test_only_web_addresses_become_links(two_states: Json, url: str) -> None:
    two_states["entitlements"][0]["trace"][0]["url"] = url
    two_states["entitlements"][0]["rule"]["url"] = url
    page = Page(html(two_states))
    assert url not in [a.get("href") for a in page.all("a")]
    assert "20 CFR 404.1918(b)(1)" in page.text


def test_an_unknown_amount_is_never_a_number(unknown: Json) -> None:
    text = Page(html(unknown)).text
    assert "It is not known yet whether old-age benefit is due" in text
    assert (
        "The figure “pension value” of de-grv is not on record for 1 July 2031 (on record: 1 J"
        in text
    )
    assert "This is an estimate" in text and "None" not in text and "…" not in text
    assert "No dated periods are on record." in text


def test_a_bare_document_still_makes_a_page() -> None:
    text = Page(html({})).text
    assert "None" not in text and "No country owes" in text


def test_how_to_object_is_cited_or_said_to_be_unseen(two_states: Json) -> None:
    two_states["entitlements"].append({"scheme": "xx-none", "country": "CH", "status": "unknown"})
    page = Page(html(two_states))
    assert "within three months if you are told abroad" in page.text and "SGG s.84" in page.text
    assert "Switzerland, xx-none: the last day was not seen in a source here." in page.text


def test_a_birth_date_is_shown_only_if_it_is_handed_over(two_states: Json) -> None:
    assert "Born" not in Page(html(two_states)).text
    two_states["person"] = {"born": "1920-01-10", "name": "Secret Person"}
    text = Page(html(two_states)).text
    assert "Born 10 January 1920" in text and "Secret" not in text


def test_claimants_are_paid_and_the_record_is_not(two_states: Json) -> None:
    paid = two_states["entitlements"][0]
    record = {**paid, "payable": None}
    widow = {
        **paid,
        "claimant": {"number": 0, "relation": "spouse"},
        "periods": None,
        "alternatives": [],
    }
    two_states["entitlements"] = [record, widow]
    two_states["claim"]["branch"] = "survivors"
    text = Page(html(two_states)).text
    assert "United States pays 97.00 USD a month from February 1982 to the spouse." in text
    assert "amount is not known" not in text and "Paid to" in text
