"""Two texts side by side: golden rows of real texts, read in their articles; states; sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portability import catalogue
from portability.agreement import Agreement
from portability.compare import on_day, side_by_side
from portability.compare.redline import redline
from portability.compare.side_by_side import Comparison, Row
from portability.errors import InputError
from tests.compare.whole import RULE, made, ruled


def comparison(*names: str, matches: Any = ()) -> Comparison:
    return side_by_side.of([on_day.text(name) for name in names], matches)


def row(found: Comparison, part: str, scheme: str = "", branch: str = "") -> Row:
    """The one row of a part, and of a scheme and branch."""
    fits = [
        one
        for one in found.rows
        if one.part == part
        and (not scheme or any(scheme in w.schemes and branch in ("", w.branch) for w in one.where))
    ]
    assert len(fits) == 1, f"{part} {scheme}: {len(fits)} rows"
    return fits[0]


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


# --- sides


def test_partners_are_told_and_stand_across() -> None:
    found = comparison("us-de", "us-fr")
    assert found.told == (
        "FR in us-fr stands across from DE in us-de",
        "fr-cnav in us-fr stands across from de-grv in us-de",
    )
    benefits = [one for one in found.rows if one.part == "benefits"]
    assert [one.party for one in benefits] == ["US", "DE / FR"]


def test_schemes_without_a_plain_counterpart_are_told_and_can_be_named() -> None:
    found = comparison("us-de", "us-jp")
    assert any(
        "de-grv (us-de) and jp-kiso, jp-kosei (us-jp) have no plain" in t for t in found.told
    )
    named = comparison("us-de", "us-jp", matches=[("de-grv", "jp-kosei")])
    own = row(named, "rule.when", "de-grv", "old_age")
    assert own.where[0].schemes == ("de-grv", "jp-kosei")
    with pytest.raises(InputError) as error:
        comparison("us-de", "us-jp", matches=[("de-grv", "jp-koseii")])
    assert "jp-kosei" in str(error.value)


def test_of_a_text_of_many_states_only_the_side_in_common_is_laid_out() -> None:
    found = comparison("de-tr", "eu-883-2004")
    schemes = {name for one in found.rows for w in one.where for name in w.schemes if name}
    assert schemes == {"de-grv", "tr-sgk"}
    assert any(sentence.startswith("eu-883-2004: parties without") for sentence in found.told)
    assert "FR" in "".join(found.told) and "DE," not in "".join(found.told)
    paired = comparison("de-tr", "eu-883-2004", matches=[("TR", "FR")])
    assert ("tr-sgk", "fr-cnav") in {w.schemes for one in paired.rows for w in one.where}


def test_a_model_is_laid_out_for_the_schemes_of_the_other_text() -> None:
    for names in (("us-de", "model-r167"), ("model-r167", "us-de")):
        found = comparison(*names)
        at = names.index("model-r167")
        when = row(found, "rule.when", "de-grv", "old_age")
        assert when.cells[at].text.startswith("always") and when.state == "changed"


def test_three_texts_have_a_column_each() -> None:
    found = comparison("us-de", "us-fr", "us-it")
    posting = row(found, "legislation.posting")
    assert len(posting.cells) == 3 and found.labels == ("us-de", "us-fr", "us-it")
    own = row(found, "rule.own_minimum", "us-oasdi")
    assert own.state == "same" and len(own.where[0].schemes) == 3


@pytest.mark.parametrize(
    ("a", "b"),
    [("us-de", "us-fr"), ("ca-tr", "nl-nz"), ("ets-78", "model-r167"), ("de-tr", "eu-883-2004")],
)
def test_the_other_way_round_it_is_the_same_comparison(a: str, b: str) -> None:
    there, back = comparison(a, b), comparison(b, a)
    assert there.counts() == back.counts()
    assert {(o.part, o.verdict) for o in there.rows} == {(o.part, o.verdict) for o in back.rows}


def test_in_three_texts_the_one_that_differs_is_found() -> None:
    a, b, c = ruled(), ruled(), ruled(own_minimum={"month": 24})
    found = row(side_by_side.of([a, b, c]), "rule.own_minimum")
    assert found.state == "changed"
    assert [bool(cell.redline) for cell in found.cells] == [False, False, True]
    unknown = row(side_by_side.of([made(export="unknown"), b, made(export="none")]), "export")
    assert unknown.state == "changed" and unknown.unseen == ("us-xx (1)",)


# --- drafts and days


def test_two_versions_of_one_draft(tmp_path: Path) -> None:
    """Based on the model: what they leave as it is is the same, what one deletes is only in the
    other; both bear one id and are told apart by their folders."""
    head = (
        "schema: portability/agreement@1\nid: ph-kr\nbased_on: model-r167\n"
        "title: Draft\nparties: [PH, KR]\n"
    )
    texts = {
        "v1": "legislation: {posting: {months: 60, cite: Article 8}}\n",
        "v2": "legislation: {posting: {months: 36, cite: Article 9}}\nrefund: null\n",
    }
    for version, body in texts.items():
        (tmp_path / version).mkdir()
        (tmp_path / version / "ph-kr.yaml").write_text(head + body)
    found = comparison(*(str(tmp_path / version / "ph-kr.yaml") for version in texts))
    assert found.labels == ("v1/ph-kr", "v2/ph-kr")
    shown = {one.part: one.verdict for one in found.only().rows}
    assert shown == {"legislation.posting": "changed", "refund": "only in v1/ph-kr"}
    assert row(found, "rule.amount", "ph-sss", "old_age").state == "same"


def test_a_day_on_which_it_was_no_law_is_refused() -> None:
    with pytest.raises(InputError) as error:
        on_day.text("ca-au@2002-12-31")
    assert "from 2003-01-01 on" in str(error.value)
    assert on_day.text("ca-au@2003-01-01").id == "ca-au@2003-01-01"


def test_rules_of_other_days_only_are_unknown_on_this_day() -> None:
    """The file of us-ca holds the Canadian chapter as amended in 1997; the earlier one was not
    transcribed."""
    found = comparison("us-ca@1997-09-30", "us-ca@1997-10-01")
    own = row(found, "rule.own_minimum", "ca-oas")
    assert (own.state, own.unseen) == ("unknown", ("us-ca@1997-09-30",))


def test_a_default_keeps_its_place_in_the_file_on_any_day() -> None:
    text = on_day.text("eu-883-2004@2020-01-01")
    last = text.rules_for("de-grv", "DE", "old_age")[-1]
    assert last.path == "defaults[4]"
    assert catalogue.find("eu-883-2004").raw["defaults"][4]["amount"]["basis"] == "theoretical"
    assert (
        "GB" in text.countries() and "GB" not in on_day.text("eu-883-2004@2021-01-01").countries()
    )


# --- choosing rows


def test_rows_are_chosen_by_scheme_branch_and_clause() -> None:
    found = comparison("ca-ph", "ca-tr")
    assert {one.part for one in found.only(parts=("posting",)).rows} == {"legislation.posting"}
    oas = found.only(everything=True, schemes=("ca-oas",)).rows
    assert oas and all({w.schemes[0] for w in one.where} == {"ca-oas"} for one in oas)
    branch = found.only(everything=True, branches=("death_grant",)).rows
    assert branch and all({w.branch for w in one.where} == {"death_grant"} for one in branch)
    assert not {one.state for one in found.only().rows} & {"same", "note"}
    assert len(found.only(everything=True).rows) == len(found.rows)


def test_every_wrong_word_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        side_by_side.check_asked(["us-oasd"], ["oldage"], ["postin", "method"])
    assert [fault.hint for fault in error.value.faults] == [
        "did you mean us-oasdi?",
        "did you mean old_age?",
        "did you mean posting?",
    ]


def test_a_redline_puts_the_words_back_together() -> None:
    before = "no benefit for a time before entry into force, not what a lump sum settled"
    after = "no benefit for any time before signature or what a lump sum settled"
    parts = redline(before, after)
    assert " ".join(t for kind, t in parts if kind != "-").split() == after.split()
    kept = [t for kind, t in parts if kind != "+"]
    assert [w.strip(",") for w in " ".join(kept).split()] == [w.strip(",") for w in before.split()]
