"""The items are data, checked strictly: each names its article, its address and its check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from portability import catalogue
from portability.compare import standards
from portability.compare.standards import items
from portability.compare.standards.checks import TESTS
from portability.errors import InputError
from portability.yamlsource import parse

FILES = sorted(items.FOLDER.glob("*.yaml"))
EVERY = [item for standard in items.standards().values() for item in standard.items]
# Rows that the notes on the standards mark as not seen in a primary text.
UNSEEN = {
    "c143-9",
    "c157-2-more",
    "c157-3-4",
    "c157-5-rest",
    "c157-6-8",
    "c157-10-16",
    "c157-18-19",
    "r167-post",
    "r167-calc",
    "r167-short-year",
    "r167-overlap",
    "annex1-ratio-b",
    "annex2",
    "g-splitting",
    "g-equal-age",
}


def test_every_standard_can_be_asked_for_by_its_name() -> None:
    assert set(standards.NAMES) == set(items.standards())
    assert {"c118", "c157", "r167", "c102", "r202", "gcm22", "ets78"} <= set(standards.NAMES)


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.id)
def test_every_item_says_where_it_stands_and_how_it_is_judged(item: items.Item) -> None:
    assert item.article and item.asks.endswith(".") and item.fields
    assert item.url.startswith(("https://", "http://"))
    assert "seen 2026-" in item.source
    assert item.test in TESTS
    assert item.verified == (item.test != "not_read")
    assert bool(item.reason) != item.verified
    if item.leeway is not None:
        assert item.leeway.article and item.leeway.says


def test_ids_are_used_once_and_every_check_is_used() -> None:
    assert len({item.id for item in EVERY}) == len(EVERY)
    assert {item.test for item in EVERY} == set(TESTS)


def test_what_was_not_seen_is_never_judged() -> None:
    assert {item.id for item in EVERY if not item.verified} == UNSEEN
    for name in ("ets-78", "eu-883-2004", "ca-il"):
        report = standards.report(catalogue.find(name), ["all"])
        found = {i["id"]: i["verdict"] for s in report["standards"] for i in s["items"]}
        assert {i for i, verdict in found.items() if verdict == "not_verified"} == UNSEEN


def test_every_section_of_the_notes_is_carried() -> None:
    assert {item.section for item in EVERY} == set("ABCDEFG")
    sections = {item.id: item.section for item in EVERY}
    assert sections["c118-5-export"] == "D" and sections["age-65"] == "E"


# --- planted faults

GOOD: dict[str, Any] = {
    "schema": "portability/standard@1",
    "standards": {
        "x": {
            "title": "X",
            "about": "Y",
            "sources": {
                "t": {
                    "title": "X",
                    "url": "https://example.org",
                    "seen": "2026-11-24",
                    "kind": "full_text",
                }
            },
        }
    },
    "items": [
        {
            "id": "x-1",
            "standard": "x",
            "section": "A",
            "article": "X article 1",
            "source": "t",
            "asks": "Something.",
            "fields": ["persons"],
            "test": "equality",
            "verified": True,
        }
    ],
}


def faults(**changed: Any) -> list[str]:
    row = {**GOOD["items"][0], **changed}
    row = {key: value for key, value in row.items() if value is not None}
    text = yaml.safe_dump({**GOOD, "items": [row]}, allow_unicode=True)
    try:
        items.check(parse(text, "x.yaml")[0])
    except InputError as error:
        return [f"{fault.path}: {fault.code}" for fault in error.faults]
    return []


def test_a_good_file_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"artcle": "X 1"}, "items[0].artcle: unknown_key"),
        ({"article": None}, "items[0]: missing"),
        ({"asks": None}, "items[0]: missing"),
        ({"fields": None}, "items[0]: missing"),
        ({"verified": None}, "items[0]: missing"),
        ({"verified": "yes"}, "items[0].verified: type"),
        ({"section": "H"}, "items[0].section: unknown_word"),
        ({"url": "example.org"}, "items[0].url: pattern"),
        ({"source": "other"}, "items[0].source: invalid"),
        ({"standard": "y"}, "items[0].standard: invalid"),
        ({"verified": False}, "items[0]: invalid"),
        ({"with": {"phrases": []}}, "items[0].with.phrases: unknown_key"),
        ({"leeway": {"kinds": ["mercy"], "article": "2", "says": "…"}},
         "items[0].leeway.kinds[0]: unknown_word"),
    ],
)  # fmt: skip
def test_a_fault_is_named(changed: dict[str, Any], fault: str) -> None:
    assert faults(**changed) == [fault]


def test_an_id_twice_is_a_fault() -> None:
    text = json.dumps({**GOOD, "items": GOOD["items"] * 2}, indent=1)
    with pytest.raises(InputError, match="an id used once"):
        items.check(parse(text, "x.yaml")[0])


def test_files_hold_nothing_but_items() -> None:
    assert FILES and all(path.parent == Path(items.__file__).parent for path in FILES)
    for path in FILES:
        assert set(yaml.safe_load(path.read_text("utf-8"))) == {"schema", "standards", "items"}
