"""Every check on a draft can give every verdict it has, and a leeway eases its own kind alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from portability.compare import standards
from portability.compare.standards.checks import TESTS, judge
from portability.compare.standards.finding import (
    EASES,
    MET,
    NOT,
    NOTE,
    PARTLY,
    UNKNOWN,
    VERDICTS,
    Finding,
    Place,
    combined,
    total,
    with_leeway,
)
from portability.compare.standards.view import View
from tests.compare.drafted import PRO_RATA, draft, item, leeway, rules

TABLE = yaml.safe_load(Path(__file__).with_name("standards_verdicts.yaml").read_text("utf-8"))
# Checks whose verdicts rest on scheme files or on earlier findings have tests of their own.
ELSEWHERE = {
    "pension_age",
    "qualifying_period",
    "minimum_in_old_age",
    "branch_held",
    "appeal_stated",
    "floor_of_the_parties",
    "on_the_whole",
    "women_measures",
}


def told() -> Iterator[Any]:
    for number, row in enumerate(TABLE):
        for verdict, blocks in row["verdicts"].items():
            yield pytest.param(row, verdict, blocks, id=f"{number}-{row['test']}-{verdict}")


@pytest.mark.parametrize(("row", "verdict", "blocks"), [*told()])
def test_a_draft_gets_the_verdict(
    row: dict[str, Any], verdict: str, blocks: dict[str, Any]
) -> None:
    made = dict(blocks)
    if isinstance(made.get("rules"), dict):
        made["rules"] = rules(**made["rules"])
    asked = item(
        row["test"],
        params=row.get("with", {}),
        fields=tuple(row.get("fields", ())),
        verified=verdict != "not_verified",
        reason="not seen",
    )
    found = judge(View(draft(**made)), asked)
    assert found.verdict == verdict, found.why
    assert found.why and "\n" not in found.why
    if verdict == UNKNOWN:  # the reason is always told
        assert "unknown" in found.why


def test_every_check_is_in_the_table_or_has_tests_of_its_own() -> None:
    assert {row["test"] for row in TABLE} | ELSEWHERE == set(TESTS)


def test_an_empty_draft_is_unknown_and_never_fails() -> None:
    """An absent field is unknown, never a failure: no check says `not` of what a file omits."""
    bare = View(draft(branches=None))
    for row in TABLE:
        asked = item(row["test"], params=row.get("with", {}), fields=tuple(row.get("fields", ())))
        assert judge(bare, asked).verdict not in (MET, NOT, PARTLY), row["test"]


def test_a_text_nobody_read_carries_no_verdict_whatever_its_check_says() -> None:
    asked = item("equality", verified=False, reason="article 9 was not seen")
    found = judge(View(draft(equal_treatment={"kind": "nationals"})), asked)
    assert (found.verdict, found.why) == ("not_verified", "article 9 was not seen")


def test_findings_rest_on_the_clause_with_its_article_and_address() -> None:
    found = judge(
        View(draft(equal_treatment={"kind": "nationals", "cite": "Article 4"})), item("equality")
    )
    assert found.places == (Place("equal_treatment", "Article 4", "https://example.org/draft"),)


# --- leeway


@pytest.mark.parametrize("kind", EASES)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_leeway_eases_its_own_kind_alone(kind: str, verdict: str) -> None:
    raised = {
        ("reciprocity", PARTLY): MET,
        ("reciprocity", NOT): MET,
        ("listed_exceptions", PARTLY): MET,
        ("agreement", NOT): PARTLY,
    }
    found = with_leeway(Finding(verdict, "short", shortfall=kind), [kind], "X article 2: left open")
    assert found.verdict == raised.get((kind, verdict), verdict)
    assert bool(found.eased) == (verdict in (PARTLY, NOT))
    others = [other for other in EASES if other not in (kind, "progressive")]
    assert with_leeway(Finding(verdict, "short", shortfall=kind), others, "X").verdict == verdict
    if kind != "progressive":
        assert with_leeway(Finding(verdict, "short"), [kind], "X") == Finding(verdict, "short")


def test_reciprocity_excuses_a_residence_condition_only_where_the_standard_says_so() -> None:
    said = "without any condition of residence, except by reciprocity"
    view = View(draft(equal_treatment={"kind": "nationals", "rule": said}))
    assert judge(view, item("no_residence_condition")).verdict == PARTLY
    eased = judge(view, item("no_residence_condition", leeway=leeway("reciprocity")))
    assert (eased.verdict, eased.eased) == (MET, "X article 2: left open")
    assert judge(view, item("no_residence_condition", leeway=leeway("agreement"))).verdict == PARTLY


def test_listed_exceptions_excuse_non_contributory_benefits_and_no_others() -> None:
    asked = item("paid_abroad", leeway=leeway("listed_exceptions"))
    kept = draft(export={"other_party": True, "exceptions": ["non-contributory supplements"]})
    assert judge(View(kept), asked).verdict == MET
    contributory = draft(export={"other_party": True, "exceptions": ["pensions below one half"]})
    assert judge(View(contributory), asked).verdict == PARTLY


def test_the_condition_of_c118_5_2_ends_the_exception_where_the_text_totalizes() -> None:
    """May be made subject to taking part in a scheme for keeping rights: once there is one, it is
    fulfilled."""
    asked = item("paid_abroad", params={"condition": "scheme"}, leeway=leeway("listed_exceptions"))
    export = {"other_party": True, "exceptions": ["non-contributory supplements"]}
    assert judge(View(draft(export=export)), asked).verdict == MET
    assert judge(View(draft(export=export, rules=rules())), asked).verdict == PARTLY
    transitional = {"other_party": True, "exceptions": ["transitional benefits"]}
    assert judge(View(draft(export=transitional, rules=rules())), asked).verdict == MET


def test_the_leeways_of_c118_stand_with_their_items() -> None:
    """Articles 5(3) and 10(2) leave out transitional benefits and assistance; 3(3) and 4(1) speak
    of reciprocity; 12(2) leaves the past to the agreement."""
    text = draft(
        rules=rules(),
        equal_treatment={"kind": "coverage_only", "rule": "reciprocity in benefits"},
        export={"other_party": True, "third_state": True, "exceptions": ["transitional benefits"]},
        pre_entry={"counted": False},
    )
    told = standards.report(text, ["c118"])["standards"][0]["items"]
    found = {row["id"]: (row["verdict"], row["eased"][:16]) for row in told}
    assert found["c118-5-export"] == (MET, "C118 articles 5(")
    assert found["c118-3-equality"] == (MET, "C118 article 3(3")
    assert found["pre-entry"] == (PARTLY, "C118 article 12(")
    assert found["c118-2-branches"] == (PARTLY, "C118 article 2(1")


def test_what_is_left_to_agreement_is_no_breach_when_the_agreement_says_no() -> None:
    view = View(draft(pre_entry={"counted": False, "cite": "Article 30"}))
    assert judge(view, item("earlier_periods_count")).verdict == NOT
    assert judge(view, item("earlier_periods_count", leeway=leeway("agreement"))).verdict == PARTLY


# --- the whole and its parts


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([MET, MET], MET),
        ([MET, NOT], PARTLY),
        ([NOT, NOT], NOT),
        ([NOT, UNKNOWN], NOT),
        ([MET, UNKNOWN], UNKNOWN),
        ([PARTLY, UNKNOWN], PARTLY),
        ([UNKNOWN], UNKNOWN),
        (["not_regulated", NOTE], "not_regulated"),
        ([], UNKNOWN),
    ],
)
def test_a_duty_for_every_part(verdicts: list[str], whole: str) -> None:
    assert total(verdicts) == whole


def test_a_branch_outside_the_agreement_weighs_nothing() -> None:
    parts = {"old_age": Finding(MET, "yes"), "family": Finding("not_regulated", "not in it")}
    assert combined(parts, Finding(UNKNOWN, "none")).verdict == MET


def test_each_branch_is_told_apart() -> None:
    """C118 is accepted branch by branch: one branch pays pro rata, the other counts nothing."""
    made = [{**row, "branches": ["old_age"]} for row in rules()] + [
        {**row, "branches": ["invalidity"], "counts": []} for row in rules()
    ]
    found = judge(View(draft(branches=["old_age", "invalidity"], rules=made)), item("totalizes"))
    parts = {name: part.verdict for name, part in found.parts.items()}
    assert found.verdict == PARTLY
    assert (parts["old_age"], parts["invalidity"], parts["family"]) == (MET, NOT, "not_regulated")
    assert "invalidity" in found.why


def test_periods_of_a_scheme_that_other_rules_serve_are_missed() -> None:
    """A party with two schemes: the other party counts one of them."""
    month = {"month": 1, "gives": {"month": 1}}
    year = {"month": 12, "gives": {"year": 1}, "remainder_from": 1}
    made = [
        {"scheme": scheme, "counts": [{"schemes": [other], "unit": unit}], "amount": PRO_RATA}
        for scheme, other, unit in (
            ("ca-oas", "ph-sss", month),
            ("ca-cpp", "ph-sss", year),
            ("ph-sss", "ca-cpp", {"year": 1, "gives": {"month": 12}}),
        )
    ]
    text = draft(parties=["CA", "PH"], branches=["old_age"], rules=made)
    found = judge(View(text), item("totalizes")).parts["old_age"].parts
    assert {name: part.verdict for name, part in found.items()} == {
        "ca-oas": MET,
        "ca-cpp": MET,
        "ph-sss": PARTLY,
    }
    assert "periods of ca-oas are left out" in found["ph-sss"].why


def test_assimilated_periods_that_are_not_counted_are_told() -> None:
    made = rules()
    for row in made:
        row["counts"] = [{**row["counts"][0], "kinds": {"not": ["equivalent"]}}]
    found = judge(View(draft(branches=["old_age"], rules=made)), item("totalizes"))
    assert (found.verdict, "assimilated periods are left out" in found.why) == (PARTLY, True)
    assert judge(View(draft(rules=made)), item("credits_for_children")).verdict == NOT


# --- findings that look at earlier ones


def after(**verdicts: str) -> View:
    view = View(draft())
    view.so_far |= {key.replace("_", "-"): Finding(v, "…") for key, v in verdicts.items()}
    return view


def test_the_whole_is_weighed_only_where_the_pillars_could_be_judged() -> None:
    full = {"c118_3_equality": MET, "c118_7_total": MET, "c118_5_export": MET}
    assert judge(after(**full), item("on_the_whole")).verdict == MET
    assert (
        judge(after(**{**full, "c118_5_export": UNKNOWN}), item("on_the_whole")).verdict == UNKNOWN
    )
    short = judge(after(**{**full, "c118_7_total": PARTLY}), item("on_the_whole"))
    assert (short.verdict, "c118-7-total" in short.why) == (UNKNOWN, True)


def test_two_measures_for_women_are_enough() -> None:
    asked = item("women_measures")
    assert judge(after(g_a=MET, g_b=MET, g_c=NOT), asked).verdict == MET
    assert judge(after(g_a=MET, g_b=UNKNOWN), asked).verdict == PARTLY
    assert judge(after(g_a=NOT, g_b=UNKNOWN), asked).verdict == UNKNOWN
    assert judge(after(g_a=NOT, g_b="not_regulated"), asked).verdict == NOT
    assert judge(after(), asked).verdict == UNKNOWN


def test_the_floor_is_the_sum_of_its_guarantees() -> None:
    asked = item("floor_of_the_parties")
    assert judge(after(r202_5a=MET, r202_5b=MET), asked).verdict == MET
    assert judge(after(r202_5a=PARTLY, r202_5b=UNKNOWN), asked).verdict == PARTLY
    assert judge(after(r202_5a=UNKNOWN, r202_6=MET), asked).verdict == UNKNOWN
    assert judge(after(), asked).verdict == UNKNOWN


def test_a_duty_to_be_realized_step_by_step_says_so_of_every_shortfall() -> None:
    """C118 article 7(1): the states endeavour to take part."""
    asked = item("takes_part_in_scheme", leeway=leeway("progressive"))
    found = judge(View(draft(rules="none")), asked)
    assert (found.verdict, found.eased) == (NOT, "X article 2: left open")
    assert judge(View(draft(rules=rules())), asked).eased == ""
