"""Two texts side by side: golden rows of real texts, read in their articles; states; sides."""

from __future__ import annotations

from typing import Any

from portability import catalogue
from portability.agreement import Agreement
from portability.compare import side_by_side
from portability.compare.side_by_side import Row
from tests.compare.whole import RULE, comparison, made, row, ruled

# --- golden: what the articles themselves say


def test_australia_divides_by_420_months_from_july_2014() -> None:
    """Guide to Social Security Law 10.1.9.30: 25 years (300 months), from 1 July 2014 35 years
    (420 months); nothing else of the text changed that day."""
    found = comparison("ca-au@2014-06-30", "ca-au@2014-07-01")
    assert [one.part for one in found.rows if one.shown] == ["rule.amount"]
    amount = found.only().rows[0]
    assert amount.state == "changed" and amount.cases == "not resident in AU"
    assert "300 months" in amount.cells[0].text and "420 months" in amount.cells[1].text
    assert ("-", "300") in amount.cells[1].redline and ("+", "420") in amount.cells[1].redline
    assert [c.clause and c.clause.article for c in amount.cells] == [
        "Article 7(1); Guide 10.1.9.30"
    ] * 2


def test_posting_of_canada_with_the_philippines_and_turkey() -> None:
    """VI(2) as amended: 60 months; SI/2004-164 VI(2): 24 months, with consent to 60 in total."""
    found = row(comparison("ca-ph", "ca-tr"), "legislation.posting")
    assert found.state == "changed" and set(found.differs) == {"months", "extension_months"}
    assert found.cells[0].text.startswith("60 months")
    assert found.cells[1].text.startswith("24 months; extension by 36 months")
    assert [c.clause.article for c in found.cells if c.clause] == [
        "Article VI(2); Supplementary Agreement IV",
        "Article VI(2)",
    ]


def test_the_same_rule_of_the_united_states_is_the_same_with_germany_and_france() -> None:
    """42 USC 433(c)(1): six quarters; 20 CFR 404.1918: theoretical benefit, never above the own."""
    found = comparison("us-de", "us-fr")
    for part in ("rule.own_minimum", "rule.amount", "rule.when"):
        assert row(found, part, "us-oasdi").state == "same"
    own = row(found, "rule.own_minimum", "de-grv")
    assert own.where[0].schemes == ("de-grv", "fr-cnav") and own.state == "changed"
    assert [cell.text for cell in own.cells] == ["18 months", "1 year"]


def test_the_model_follows_the_convention_it_was_taken_from() -> None:
    """ETS 78 articles 28 and 31 stand in the model as they are; the cap of the share does not."""
    found = comparison("ets-78", "model-r167")
    assert row(found, "rule.counts", "nl-aow", "old_age").state == "same"
    assert row(found, "rule.below_minimum", "es-rg", "old_age").state == "same"
    amount = row(found, "rule.amount", "es-rg", "old_age")
    assert amount.state == "changed" and "cap" in amount.differs


def test_beside_the_clause_stands_the_sentence_that_is_quoted() -> None:
    """VIII(2)(b) of SI/97-32: at least 3 months of a year; of SI/2004-164: at least 90 days."""
    found = row(comparison("ca-ph", "ca-tr"), "rule.conversion", "ca-cpp", "invalidity")
    assert found.cells[1].quoted == (
        ("-", "a calendar year including"),
        ("=", "at least"),
        ("-", "3 months"),
        ("+", "90 days"),
    )
    gone = " ".join(words for kind, words in found.cells[1].redline if kind == "-")
    assert "ph-sss: 12 months" in gone and "3 months" in gone


def test_an_unknown_amount_is_unknown_in_one() -> None:
    found = row(comparison("us-de", "us-fr"), "rule.amount", "fr-cnav")
    assert (found.state, found.unseen, found.verdict) == (
        "unknown",
        ("us-fr",),
        "unknown in us-fr",
    )


def test_beside_the_words_stands_what_the_change_means() -> None:
    found = comparison("ca-ph", "ca-tr")
    means = {one.part: one.cells[1].means for one in found.rows if one.cells[1].means}
    assert means["legislation.posting"] == ("months: 60 → 24", "extension months: – → 36")
    assert means["persons"] == ("includes: dependants and survivors → –",)
    assert means["export"][-1:] == ("third state: yes → –",)
    assert means["overlap"] == ("rule: other words",)
    days = comparison("ca-au@2014-06-30", "ca-au@2014-07-01").only().rows[0]
    assert days.cells[1].means == ("denominator: 25 years → 35 years",)
    own = row(comparison("us-de", "us-fr"), "rule.own_minimum", "de-grv")
    assert own.cells[1].means == ("at least: 18 months → 1 year",)


def test_several_counts_say_which_one_changed() -> None:
    second = {"schemes": ["de-grv"], "unit": {"month": 1, "gives": {"quarter": 1}}}
    early, late = second | {"from": "1950-01-01"}, second | {"from": "1960-01-01"}
    a, b = (ruled(counts=[*RULE["counts"], count]) for count in (early, late))
    found = row(side_by_side.of([a, b]), "rule.counts", "us-oasdi", "old_age")
    assert found.cells[1].means == ("(2) first day: 1950-01-01 → 1960-01-01",)


# --- states


def only(a: Agreement, b: Agreement, part: str) -> Row:
    return row(side_by_side.of([a, b]), part)


def test_a_text_is_the_same_as_itself() -> None:
    for name in catalogue.paths():
        found = comparison(name, name)
        assert not [one for one in found.rows if one.shown], name
        assert {one.state for one in found.rows} <= {"same", "note", "unknown"}


def test_lengths_order_layout_and_remarks_are_no_change() -> None:
    rule = {
        "amount": {"numerator": {"year": 35}, "denominator": {"year": 35}, "basis": "own"},
        "own_minimum": {"year": 1},
    }
    other = {
        "own_minimum": {"month": 12},
        "amount": {"basis": "own", "denominator": {"month": 420}, "numerator": {"month": 420}},
        "note": "a remark",
        "cite": "Article 99",
    }
    a = made(rules=[RULE | rule], overlap={"rule": "coinciding periods\n count  once."})
    b = made(rules=[RULE | other], overlap={"rule": "Coinciding periods count once", "note": "!"})
    assert not [one for one in side_by_side.of([a, b]).rows if one.shown]


def test_a_reworded_rule_is_a_change_and_shows_its_words() -> None:
    a = made(overlap={"rule": "coinciding periods count once"})
    b = made(overlap={"rule": "coinciding periods count twice"})
    found = only(a, b, "overlap")
    assert found.state == "changed" and found.differs == ("rule",)
    assert found.cells[1].redline == (
        ("=", "coinciding periods count"),
        ("-", "once"),
        ("+", "twice"),
    )


def test_what_a_real_file_lacks_is_unknown_and_what_a_draft_lacks_is_not_in_it() -> None:
    real = only(made(), made(refund=None), "refund")
    assert (real.state, real.verdict) == ("unknown", "unknown in us-xx (2)")
    bare = {"third_states": None, "choose": None}
    for part in ("rule.third_states", "rule.choose"):
        found = side_by_side.of([made(), made(**bare)])
        assert row(found, part, "us-oasdi", "old_age").state == "unknown"
        found = side_by_side.of([made(kind="draft"), made(kind="draft", **bare)])
        assert row(found, part, "us-oasdi", "old_age").state == "only"
    draft = only(made(kind="draft"), made(kind="draft", refund=None), "refund")
    assert (draft.state, draft.verdict) == ("only", "only in us-xx (1)")
    assert draft.cells[1].clause is None and draft.cells[1].text == "not in it"


def test_unknown_none_and_not_regulated_are_three() -> None:
    assert only(made(export="none"), made(export="not_regulated"), "export").state == "changed"
    assert only(made(export="none"), made(export="none"), "export").state == "same"
    both = only(made(export="unknown"), made(export="unknown"), "export")
    assert (both.state, both.shown, both.verdict) == ("unknown", False, "unknown in both")
    assert only(made(export="unknown"), made(export="none"), "export").shown


def test_a_partly_unknown_clause_says_in_which_text() -> None:
    stated = {"posting": {"months": 24, "extension_months": 36}}
    half = {"posting": {"months": 24, "extension_months": "unknown"}}
    found = only(made(legislation=stated), made(legislation=half), "legislation.posting")
    assert (found.state, found.verdict) == ("unknown", "partly unknown in us-xx (2)")
    more = {"posting": {"months": 60, "extension_months": "unknown"}}
    found = only(made(legislation=stated), made(legislation=more), "legislation.posting")
    assert found.verdict == "changed (partly unknown in us-xx (2))"


def test_a_chapter_that_is_absent_stands_across_from_each_provision() -> None:
    found = side_by_side.of([made(), made(legislation="none")])
    assert row(found, "legislation.posting").state == "changed"
    assert not [one for one in found.rows if one.part == "legislation"]
    found = side_by_side.of([made(), made(rules="unknown", defaults=None, annex=None)])
    when = row(found, "rule.own_minimum", "us-oasdi")
    assert (when.state, when.cells[1].text) == ("unknown", "unknown")
    found = side_by_side.of([made(), made(rules="none", defaults=None, annex=None)])
    when = row(found, "rule.own_minimum", "us-oasdi")
    assert (when.verdict, when.cells[1].text) == ("only in us-xx (1)", "no benefits part")


def test_one_amount_for_all_components_stands_across_from_each() -> None:
    flat = {"basis": "own", "numerator": "own", "denominator": "minimum"}
    parts = {"earnings": {"basis": "own"}, "flat": flat}
    found = side_by_side.of([ruled(amount={"basis": "own"}), ruled(amount=parts)])
    assert row(found, "rule.amount.earnings").state == "same"
    assert row(found, "rule.amount.flat").state == "changed"
    whole = [w.branch for o in found.rows if o.part == "rule.amount" for w in o.where]
    assert "old_age" in whole and row(found, "rule.amount", "us-oasdi").where[0].branch != "old_age"


def test_parties_and_others_count_the_same_schemes() -> None:
    counts = RULE["counts"][0] | {"schemes": "parties"}
    other = RULE["counts"][0] | {"schemes": "others"}
    assert not side_by_side.of([ruled(counts=[counts]), ruled(counts=[other])]).only().rows


# --- cases of one scheme


def cases(*conditions: dict[str, Any]) -> Agreement:
    rules = [RULE | row | {"own_minimum": {"quarter": 6 + i}} for i, row in enumerate(conditions)]
    return made(rules=rules)


def test_cases_are_matched_by_whom_they_take_and_not_by_their_place() -> None:
    here, abroad = {"residence": {"in": ["DE"]}}, {"residence": {"not": ["DE"]}}
    a, b = cases(here, abroad), cases(abroad, here)
    found = side_by_side.of([a, b])
    assert {one.cases: one.state for one in found.rows if one.part == "rule.own_minimum"} == {
        "resident in DE": "changed",
        "not resident in DE": "changed",
    }
    texts = {o.cases: [c.text for c in o.cells] for o in found.rows if o.part == "rule.own_minimum"}
    assert texts["resident in DE"] == ["6 quarters", "7 quarters"]
    assert row(found, "rule.cases").state == "changed"  # the first that fits counts


def test_a_single_rule_stands_across_from_a_single_rule() -> None:
    found = side_by_side.of([cases({}), cases({"residence": {"in": ["DE"]}})])
    assert row(found, "rule.own_minimum").state == "same"
    assert row(found, "rule.cases").state == "only"


def test_who_pays_at_the_event_is_one_of_the_conditions() -> None:
    here = {"residence": {"in": ["DE"]}}
    found = row(side_by_side.of([cases(here), cases(here | {"payer": "event"})]), "rule.cases")
    assert found.state == "changed" and "its law applied at the event" in found.cells[1].text
