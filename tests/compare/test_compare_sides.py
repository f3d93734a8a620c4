"""Who stands across from whom, drafts and days, and the rows that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from portability import catalogue, on_day
from portability.compare import side_by_side
from portability.compare.redline import redline
from portability.errors import InputError
from tests.compare.whole import comparison, made, row, ruled

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


def test_a_drafts_rule_takes_the_place_of_its_bases(tmp_path: Path) -> None:
    """It stands before the base's, which nobody reaches any more: no case of its own, and told
    as a remark on the file."""
    file = tmp_path / "us-de-2.yaml"
    file.write_text(
        "schema: portability/agreement@1\nid: us-de-2\nbased_on: us-de\ntitle: Draft\n"
        "rules:\n- {scheme: de-grv, branches: [old_age], own_minimum: {year: 1},\n"
        "   counts: [{schemes: [us-oasdi], unit: {quarter: 1, gives: {month: 3}, fill_to: 12}}],\n"
        "   amount: {basis: own}, cite: Article 7}\n"
    )
    found = comparison("us-de", str(file))
    changed = [one.part for one in found.rows if one.shown and one.where]
    assert changed == ["rule.own_minimum"]
    own = row(found, "rule.own_minimum", "de-grv", "old_age")
    assert own.cells[1].means == ("at least: 18 months → 1 year",)
    assert row(found, "rule.own_minimum", "de-grv", "survivors").state == "same"
    never = row(found, "rule.unreached")
    assert never.state == "note" and never.cells[1].text == (
        "rules[2]: rules[0] takes everybody before it"
    )


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
