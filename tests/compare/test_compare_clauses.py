"""Clauses: every key of the format lands in one, and nothing is dropped silently."""

from __future__ import annotations

from typing import Any

import pytest

from portability import agreement_rules, agreement_schema, catalogue
from portability.agreement import Agreement
from portability.compare import clauses, side_by_side
from portability.compare.clause import places
from portability.compare.side_by_side import Row
from portability.shape_lists import Fields
from tests.compare.whole import CITE, EQUAL, RULE, WHOLE, made, ruled

RULED = ("rule", {"rule": "otherwise"})
# key -> (what it becomes, the part of the comparison in which that is seen)
CHANGES: dict[str, tuple[Any, str]] = {
    "title": ("Another title", "title"),
    "kind": ("trade_agreement", "kind"),
    "status": ("signed", "status"),
    "parties": (["US", "DE", "FR"], "parties"),
    "signed": ("2000-02-01", "signed"),
    "in_force": ("2001-02-01", "in_force"),
    "until": ("2091-01-01", "until"),
    "in_force_note": ("at once", "in_force_note"),
    "amendments": ([{"title": "Second Protocol"}], "amendments"),
    "sources": (
        {"text": WHOLE["sources"]["text"] | {"title": "Another gazette"}},
        "sources",
    ),
    "institutions": ([{"country": "DE", "name": "DRV", "role": "liaison"}], "institutions"),
    "persons": ({"kind": "open"}, "persons"),
    "benefits": ({"US": ["title II"], "DE": ["miners' insurance"]}, "benefits"),
    "branches": (["old_age", "survivors"], "branches"),
    "legislation": ({"posting": {"months": 60}}, "legislation.posting"),
    "lists": ({"some": ["de-grv", "us-oasdi"]}, "lists"),
    "conversions": ({"table": {"equal": {"7": EQUAL["7"]}}}, "conversions"),
    "replaces": ({"ids": ["us-de"]}, "replaces"),
    "third_states": ("none", "rule.third_states"),
    "choose": ({"order": "applicant"}, "rule.choose"),
    "exclusive": (True, "exclusive"),
    "rules": ([RULE | {"when": "always"}], "rule.when"),
    "defaults": (WHOLE["defaults"] | {"when": "always"}, "rule.when"),
    "annex": ([{"scheme": ["de-grv"], "when": "only_if_needed"}], "rule.when"),
    "take_over_between": ([], "take_over_between"),
    "notes": (["another remark"], "notes"),
    "unverified": (["the place"], "unverified"),
    "facts": ({"a": 2}, "facts"),
    **{
        key: ({"rule": "otherwise", "cite": CITE}, key)
        for key, value in WHOLE.items()
        if isinstance(value, dict) and value.get("rule") == "as before"
    },
}
HEAD = {"schema", "id", "based_on"}  # the same in every file, or its name


def test_every_key_of_the_format_is_tried() -> None:
    assert set(CHANGES) | HEAD == set(agreement_schema.KEYS)
    assert set(WHOLE) | {"based_on"} == set(agreement_schema.KEYS)


def rows(a: Agreement, b: Agreement) -> list[Row]:
    return [row for row in side_by_side.of([a, b]).rows if row.shown]


@pytest.mark.parametrize("key", sorted(CHANGES))
def test_a_change_of_any_key_is_seen_in_its_clause(key: str) -> None:
    value, part = CHANGES[key]
    a, b = made(), made(**{key: value})
    law = places()[part][2].id != "file"
    found = [row.part for row in rows(a, b)]
    if law:
        assert part in found
    else:
        assert not found  # about the file: shown with --all, and no difference of law
        texts = [row for row in side_by_side.of([a, b]).rows if row.part == part]
        assert len({cell.text for row in texts for cell in row.cells}) == 2


NEEDED = {"parties", "title", "kind", "status", "sources"}  # a file without them is refused


@pytest.mark.parametrize("key", sorted(set(CHANGES) - NEEDED))
def test_a_key_taken_away_is_seen(key: str) -> None:
    """Of a real text it is then unknown or, where the engine knows what its absence means, not in
    it; never the same."""
    _, part = CHANGES[key]
    gone = {key: None, **({"annex": None} if key == "defaults" else {})}
    shown = {row.part: row.state for row in rows(made(), made(**gone))}
    if places()[part][2].id == "file":
        assert not shown
    elif key == "legislation":
        assert shown["legislation.posting"] == "unknown"
    else:
        assert shown[part] in ("unknown", "only", "changed")


# key of a rule -> (value, part)
OF_A_RULE: dict[str, tuple[Any, str]] = {
    "record": ({"some": ["de-grv"]}, "rule.cases"),
    "payer": ("event", "rule.cases"),
    "bars": ("national", "rule.bars"),
    "when": ("always", "rule.when"),
    "own_minimum": ({"quarter": 7}, "rule.own_minimum"),
    "own_from": ("1950-01-01", "rule.own_from"),
    "counts": ([], "rule.counts"),
    "amount": ({"basis": "own"}, "rule.amount"),
    "floors": ([{"stage": "before", "to": "minimum_pension"}], "rule.floors"),
    "below_minimum": ({"less_than": {"year": 1}, "then": "lost"}, "rule.below_minimum"),
    "take_over": (
        {"from": {"year": 1}, "less_than": {"year": 5}, "by": "longest"},
        "rule.take_over",
    ),
    "concurrence": ({"kind": "income_test", "of": "all"}, "rule.concurrence"),
    "third_states": ({"bound": "own", "for": ["right"]}, "rule.third_states"),
    "choose": ({"order": "first"}, "rule.choose"),
    "with": ({"half": [1, 2]}, "rule.with"),
    "defect": ("the share is upside down", "rule.defect"),
    "branches": (["survivors"], "rule.when"),
    "from": ("2010-01-01", "rule.cases"),
    "until": ("2010-01-01", "rule.cases"),
    "nationalities": (["US"], "rule.cases"),
    "residence": ({"in": ["DE"]}, "rule.cases"),
    "scheme": (["us-oasdi"], ""),
    "country": (None, ""),
    "cite": ("Article 8", ""),
    "note": ("a remark", ""),
}


def test_every_key_of_a_rule_is_tried() -> None:
    rule = agreement_rules.RULE
    assert isinstance(rule, Fields) and set(OF_A_RULE) == set(rule.keys)


@pytest.mark.parametrize("key", sorted(OF_A_RULE))
def test_a_change_of_a_rule_is_seen_in_its_clause(key: str) -> None:
    value, part = OF_A_RULE[key]
    found = [row.part for row in rows(made(), ruled(**{key: value}))]
    assert part in found if part else not found


def parts_of(shape: Any) -> set[str]:
    assert isinstance(shape, Fields)
    return set(shape.keys)


OF_A_COUNT: dict[str, Any] = {
    "schemes": "parties",
    "kinds": {"not": ["equivalent"]},
    "from": "1950-01-01",
    "until": "2050-01-01",
    "from_age": 18,
    "to_age": 60,
    "unit": {"month": 1, "gives": {"quarter": 1}},
    "overlap": "art12",
    "codes": {"not": ["600"]},
    "as_needed": True,
    "for": ["right"],
    "branches": ["survivors"],
}


def test_a_change_of_any_key_of_a_count_is_seen() -> None:
    assert set(OF_A_COUNT) | {"cite", "note"} == parts_of(agreement_rules.COUNT)
    for key, value in OF_A_COUNT.items():
        count = RULE["counts"][0] | {key: value}
        found = {row.part for row in rows(made(), ruled(counts=[count]))}
        converted = {"rule.conversion"} if key in ("unit", "schemes", "branches") else set()
        assert found == converted | ({"rule.counts"} if key != "unit" else set()), key


def test_a_count_for_this_branch_alone_is_a_count() -> None:
    count = RULE["counts"][0] | {"branches": ["old_age"]}
    assert not rows(made(), ruled(counts=[count]))


OF_AN_AMOUNT: dict[str, Any] = {
    "basis": "minimum",
    "numerator": "counted",
    "denominator": {"month": 420},
    "at_most": 1,
    "in": {"day": 30, "round": "up"},
    "cap": {"to": "full_career", "of": "denominator"},
    "plus": "displaced",
    "not_above": "own_amount",
}


def test_a_change_of_any_key_of_an_amount_is_seen() -> None:
    assert set(OF_AN_AMOUNT) | {"cite"} == parts_of(agreement_rules.AMOUNT)
    for key, value in OF_AN_AMOUNT.items():
        amount = RULE["amount"] | {key: value}
        assert {row.part for row in rows(made(), ruled(amount=amount))} == {"rule.amount"}, key


def test_every_provision_on_legislation_has_its_place() -> None:
    keys = parts_of(agreement_schema.LEGISLATION) - {"cite", "note"}
    assert {f"legislation.{key}" for key in keys} <= set(places())


@pytest.mark.parametrize("name", sorted(catalogue.paths()))
def test_nothing_of_a_real_text_is_dropped(name: str) -> None:
    """Every block of the file is some clause's `raw`, and every rule reaches some scheme."""
    agreement = catalogue.find(name)
    found = clauses.of(agreement)
    said = {clause.part.split(".")[0] for clause in found}
    beside = {"legislation", "rules", "defaults", "annex", "third_states", "choose"}
    assert set(agreement.raw) - beside <= said
    laws = agreement.raw.get("legislation")
    if isinstance(laws, dict):
        stated = {f"legislation.{key}" for key in laws if key not in ("cite", "note")}
        assert stated <= {clause.part for clause in found}
    if isinstance(agreement.raw.get("rules"), list):
        reached = {clause.path.split(".")[0] for clause in found}
        assert {f"rules[{i}]" for i in range(len(agreement.raw["rules"]))} <= reached


def test_clauses_stand_in_the_fields_order() -> None:
    order = [heading.id for heading in clauses.headings()]
    assert order[:13] == [
        "parties",
        "persons",
        "branches",
        "equal_treatment",
        "legislation",
        "totalization",
        "conversion",
        "method",
        "short_periods",
        "third_states",
        "export",
        "overlap",
        "lump_sums",
    ]
    assert [order.index(name) for name in ("transition", "administration", "data_protection")] == [
        14,
        15,
        16,
    ]
    for name in ("us-de", "nl-nz", "eu-883-2004"):
        stand = [order.index(clause.heading) for clause in clauses.of(catalogue.find(name))]
        assert stand == sorted(stand)


def test_a_clause_carries_article_address_and_quotation() -> None:
    found = {(c.part, c.scheme): c for c in clauses.of(catalogue.find("ca-tr"))}
    counted = found["rule.conversion", "ca-cpp"]
    assert (counted.article, counted.quote) == ("Article VIII(2)(b)", "at least 90 days")
    assert counted.url.startswith("https://laws-lois.justice.gc.ca/eng/regulations/SI-2004-164")
    assert counted.path == "rules[1].counts" and counted.raw[0]["schemes"] == ["tr-sgk"]


def test_what_was_not_seen_cites_nothing() -> None:
    found = {c.part: c for c in clauses.of(catalogue.find("us-de"))}
    assert found["legislation.general"].absent is not None
    assert not found["legislation.general"].article
    assert found["legislation.posting"].article == "GN 01701.005"


def test_annex_rows_are_laid_over_the_defaults_and_named() -> None:
    found = clauses.of(catalogue.find("eu-883-2004"), ["ie-spc"])
    last = [c for c in found if c.part == "rule.when" and c.branch == "old_age"][-1]
    assert last.text == "only if the right needs it" and "annex[0]" in last.path
    assert "annex VIII part 1" in last.article


def test_a_model_alone_speaks_of_every_scheme() -> None:
    found = [c for c in clauses.of(catalogue.find("model-r167")) if c.part == "rule.amount"]
    assert {c.scheme for c in found} == {clauses.EVERY}
    assert {c.branch for c in found} == {"old_age", "invalidity", "survivors"}
