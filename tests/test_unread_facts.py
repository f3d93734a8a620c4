"""What a case says and no formula reads is told, never passed over in silence."""

from __future__ import annotations

from typing import Any

from portability import casemodel, remarks
from portability.answer import answer
from portability.case import FAMILY_KEYS, load
from portability.report import why
from portability.report.words import words
from portability.yamlsource import parse

CASE = """
schema: portability/case@1
person: {{born: 1965-05-05, sex: male, died: 2025-03-10, residence: DE}}
claim: {{branch: survivors, date: 2025-04-01, event: 2025-03-10}}
family:
  - {{relation: child, born: 2015-01-01, residence: DE}}
  - {{relation: spouse, born: 1966-01-01, since: 1990-01-01, residence: DE{more}}}
periods:
  - {{scheme: de-grv, start: 1990-01-01, end: 2019-12-31, earnings: 900000}}
"""


def told(more: str) -> dict[str, Any]:
    made: dict[str, Any] = answer(
        load(parse(CASE.format(more=more).encode(), "case")[0]), [], trace=False, ahead=False
    )
    return made


def test_the_income_of_a_survivor_is_said_not_to_be_used() -> None:
    """SGB VI 97 takes it into account; here it changes nothing, and the answer says so."""
    with_, without = told(", income: '3000.00'"), told("")
    assert {"code": "fact_not_used", "fact": "family[1].income"} in with_["warnings"]
    assert not [w for w in without["warnings"] if w["code"] == "fact_not_used"]
    assert with_["entitlements"] == without["entitlements"]


def test_the_report_says_it_in_a_sentence() -> None:
    (line,) = [x for x in why.warnings(told(", income: '3000.00'"), words()) if "family" in x]
    assert line.startswith("“family[1].income” was not used")


def test_what_the_form_takes_and_the_model_does_not_is_on_the_list() -> None:
    """A key of the form that the engine gets is not on it; a name is no fact."""
    kept = {field.name for field in casemodel.Claimant.__attrs_attrs__}
    assert set(FAMILY_KEYS) - kept - {"name"} == set(remarks.UNREAD)
