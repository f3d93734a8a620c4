"""A clause that is not there: none, not regulated or not seen, bare or with the article that says
it (`own_minimum`, `third_states`). What was not seen decides nobody's right."""

from __future__ import annotations

from typing import Any

import pytest

from portability import catalogue, registry
from portability.agreement import NONE, NOT_REGULATED, UNKNOWN, Agreement, Cite, absence
from portability.agreement_loader import load
from portability.build import cohort_of
from portability.case import load as load_case
from portability.compare import clauses, side_by_side, standards
from portability.compare.faults import report
from portability.determination import entitlement
from portability.totalization import totalize
from portability.yamlsource import Source

Json = dict[str, Any]
TEXT = """\
schema: portability/agreement@1
id: draft
title: Draft between Germany and the Philippines
kind: draft
status: draft
parties: [DE, PH]
sources:
  t: {title: Draft, url: "https://example.org/draft", seen: 2026-11-24, kind: full_text}
persons: {kind: open, cite: Article 3}
branches: [old_age]
third_states: THIRD
rules:
- scheme: de-grv
  when: only_if_needed
  own_minimum: MINIMUM
  counts: [{schemes: [ph-sss], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 10}]
  amount: {basis: own, cite: Article 11}
  cite: Article 11
- scheme: ph-sss
  when: only_if_needed
  third_states: OWN_THIRD
  counts: [{schemes: [de-grv], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 12}]
  amount: {basis: minimum, numerator: own, denominator: minimum, at_most: 1, cite: Article 13}
  cite: Article 13
"""


def text(minimum: str = "{month: 12}", third: str = "none", own_third: str = "none") -> str:
    made = TEXT.replace("OWN_THIRD", own_third)
    return made.replace("THIRD", third).replace("MINIMUM", minimum)


def draft(**said: str) -> Agreement:
    made, faults = load(text(**said), catalogue.find)
    assert made is not None, "\n".join(map(str, faults))
    return made


def line(agreement: Agreement, german: int, abroad: int = 240, third: bool = False) -> Json:
    """A person of sixty-seven with so many months in Germany and in the Philippines."""
    start, end = "1990-01-01", f"{1990 + german // 12 - 1}-12-31"
    periods = [
        {"scheme": "de-grv", "start": start, "end": end, "earnings": "30000"},
        {"scheme": "ph-sss", "credited": {"months": abroad}},
    ]
    case = {
        "person": {"born": "1957-02-15", "nationalities": ["PH"], "residence": "PH"},
        "claim": {"branch": "old_age", "date": "2024-10-01"},
        "periods": periods,
    }
    co = cohort_of([load_case(Source("case", case))])
    result = totalize(co, registry.known(co.schemes), [agreement])
    return entitlement(result, "de-grv", 0)


def test_a_minimum_that_was_not_seen_decides_nobodys_right() -> None:
    """Two years in Germany need the Philippine months (SGB VI 50: five years): unknown, and the
    reason names the clause; six years need no agreement."""
    found = line(draft(minimum="{says: unknown, cite: Article 10(2)}"), 24)
    assert found["status"] == "unknown" and found["payable"] is None
    assert {"code": "rule_unknown", "what": "own_minimum"}.items() <= found["reasons"][0].items()
    assert found["reasons"][0]["cite"] == "Article 10(2)"
    bare = line(draft(minimum="unknown"), 24)
    assert bare["status"] == "unknown" and bare["reasons"][0]["cite"] == "Article 11"
    assert line(draft(minimum="unknown"), 72)["status"] == "entitled"


@pytest.mark.parametrize("word", ["none", "not_regulated", "{says: none, cite: Article 10(2)}"])
def test_a_minimum_that_is_excluded_asks_for_nothing(word: str) -> None:
    assert line(draft(minimum=word), 24)["route"] == "draft"
    assert line(draft(minimum=word), 24)["status"] == "entitled"
    assert line(draft(minimum="{month: 36}"), 24)["status"] == "not_entitled"


def test_nobody_becomes_unknown_who_has_no_right_with_all_periods() -> None:
    assert line(draft(minimum="unknown"), 12, 12)["status"] == "not_entitled"


def test_none_with_an_article_is_none_and_shows_the_article() -> None:
    """compare: the same meaning as the bare word; the article stands beside it."""
    cited = draft(third="{says: none, cite: Article 9, note: as before}", own_third="{says: none}")
    assert cited.third_states is None and absence(cited.raw["third_states"]) is NONE
    (clause,) = [c for c in clauses.of(cited) if c.part == "third_states"]
    assert clause.absent is NONE and clause.article == "Article 9" and clause.note == "as before"
    assert clause.url == "https://example.org/draft"
    rows = [c for c in clauses.of(cited) if c.part == "rule.third_states"]
    assert {c.absent for c in rows} == {NONE}
    assert {c.article for c in rows if c.scheme == "de-grv"} == {"Article 9"}
    table = side_by_side.of([draft(), cited])
    thirds = [row for row in table.rows if row.part == "rule.third_states"]
    assert thirds and not [row for row in thirds if row.differs]


def test_an_own_minimum_that_is_none_is_told_with_its_article() -> None:
    found = draft(minimum="{says: none, cite: Article 10(2)}")
    rows = [c for c in clauses.of(found) if c.part == "rule.own_minimum"]
    assert [(c.absent, c.article) for c in rows] == [(NONE, "Article 10(2)")]
    rule = found.rules[0]
    assert rule.own_minimum is None and rule.minimum_said is not None
    assert rule.minimum_said.cite == Cite("Article 10(2)", "https://example.org/draft")


def test_a_standard_is_unknown_where_the_minimum_is() -> None:
    def short(minimum: str) -> Json:
        made = standards.report(draft(minimum=minimum), ["ets78"])["standards"][0]["items"]
        found: Json = next(item for item in made if "below_minimum" in " ".join(item["fields"]))
        return found

    assert "minimum of own periods was not seen" in str(short("unknown"))
    assert "minimum of own periods was not seen" not in str(short("none"))


def test_faults_read_a_cited_word_like_a_bare_one() -> None:
    bare = report(draft(third="none"))["findings"]
    cited = report(draft(third="{says: none, cite: Article 9}"))["findings"]
    assert [item["kind"] for item in bare] == [item["kind"] for item in cited]
    assert report(draft(third="{says: unknown, cite: Article 9}"))["not_read"] == []


def test_a_rule_that_excludes_third_states_is_not_given_those_of_the_text() -> None:
    """The rule's own word stands before the agreement's clause."""
    found = draft(third="{bound: own, for: [right], cite: Article 9}", own_third="none")
    assert found.rules[0].third_states == found.third_states is not None
    assert found.rules[1].third_states is None


@pytest.mark.parametrize(
    ("key", "wrong", "expected"),
    [
        ("minimum", "never", "unknown | not_regulated | none"),
        ("minimum", "{says: never}", "unknown, not_regulated, none"),
        ("third", "{says: none, articles: 9}", "articles"),
        ("third", "{bound: none, for: [right]}", "third_states.bound"),
    ],
)
def test_other_words_are_faults(key: str, wrong: str, expected: str) -> None:
    made, faults = load(text(**{key: wrong}), catalogue.find)
    assert made is None and len(faults) == 1
    assert expected.split(" ")[0].rstrip(",") in str(faults[0])


def test_three_reasons() -> None:
    assert [absence(w) for w in ("none", "unknown", "not_regulated")] == [
        NONE,
        UNKNOWN,
        NOT_REGULATED,
    ]
    assert absence(None) is None is absence({"bound": "both"}) is absence("words")
