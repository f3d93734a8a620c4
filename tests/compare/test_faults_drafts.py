"""One planted fault a draft: each kind is found at its clause, with a person who is computed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from portability import catalogue, registry
from portability.agreement import Agreement
from portability.answer import answer
from portability.case import load
from portability.compare.faults import report
from portability.compare.faults.effects import loss
from portability.compare.faults.model import changed, table
from portability.compare.faults.monotone import falls
from portability.errors import InputError
from portability.yamlsource import Source

Json = dict[str, Any]

# Germany and the Philippines, whose laws are both computed; nothing is wrong with it.
CLEAN = """\
schema: portability/agreement@1
id: draft
title: Draft between Germany and the Philippines
kind: draft
status: draft
parties: [DE, PH]
persons: {kind: open, cite: Article 3}
branches: [old_age]
legislation:
  posting: {months: 24, extension: consent of both, extension_months: 36, cite: Article 7}
third_states: none
pre_entry: {counted: true, cite: Article 20}
transitional: {rule: claims refused before are decided again on request, cite: Article 21}
replaces: {ids: [de-ph], cite: Article 25}
rules:
  - scheme: de-grv
    branches: [old_age]
    when: only_if_needed
    counts:
      - {schemes: [ph-sss], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 10}
    amount: {basis: own, cite: Article 11}
    cite: Article 11
  - scheme: ph-sss
    branches: [old_age]
    when: only_if_needed
    counts:
      - {schemes: [de-grv], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 12}
    amount: {basis: minimum, numerator: own, denominator: minimum, at_most: 1, cite: Article 13}
    cite: Article 13
"""
PLANTED: dict[str, Json] = yaml.safe_load(
    (Path(__file__).parent / "faults_planted.yaml").read_text("utf-8")
)


def written(folder: Path, text: str, name: str = "draft") -> Agreement:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return catalogue.find(path)


def planted(folder: Path, kind: str) -> Agreement:
    """The clean draft with the other words of the table."""
    text = CLEAN
    for old, new in PLANTED[kind]["edits"]:
        assert old in text, old
        text = text.replace(old, new)
    return written(folder, text)


def found(made: Json, kind: str) -> Json:
    hits = [item for item in made["findings"] if item["kind"] == kind]
    assert hits, [item["kind"] for item in made["findings"]]
    first: Json = hits[0]
    return first


def test_nothing_is_wrong_with_the_clean_draft(tmp_path: Path) -> None:
    made = report(written(tmp_path, CLEAN))
    assert made["findings"] == [] and not made["found"] and made["not_read"] == []


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_fault_is_found_at_its_clause(kind: str, tmp_path: Path) -> None:
    wanted, agreement = PLANTED[kind], planted(tmp_path, kind)
    item = found(report(agreement), kind)
    assert item["severity"] == wanted["severity"]
    assert item["path"] == wanted["path"]
    name, line, column = item["where"].rsplit(":", 2)
    assert name == str(tmp_path / "draft.yaml") and int(column) >= 1
    text = (tmp_path / "draft.yaml").read_text("utf-8").splitlines()
    absent = kind in ("no_pre_entry", "no_transition")
    assert int(line) == 1 if absent else text[int(line) - 1].strip()
    assert "{" not in item["consequence"] and item["better"]
    if wanted["person"]:
        assert "none" not in item["example"], item["example"]
    else:
        assert item["example"] is None or "none" in item["example"] or item["example"]["case"]


@pytest.mark.parametrize("kind", [kind for kind in PLANTED if PLANTED[kind]["person"]])
def test_what_the_example_says_is_what_the_engine_answers(kind: str, tmp_path: Path) -> None:
    """The case file of the example, run again by itself, gives the sums that were printed; and the
    person loses by the text as it is written."""
    agreement = planted(tmp_path, kind)
    example = found(report(agreement), kind)["example"]
    strict = kind == "no_pre_entry"  # there the text is read strictly, which no file says
    lines = answer(
        load(Source("again", example["case"])), [changed(agreement)], trace=False, ahead=False
    )["entitlements"]
    again = {line["scheme"]: line["payable"] for line in lines}
    column = "with_better_rule" if strict else "as_written"
    assert again == {scheme: said["payable"] for scheme, said in example[column].items()}
    assert loses(kind, example)


def loses(kind: str, example: Json) -> bool:
    """The better column pays more somewhere; a share above the whole pays too much instead; a short
    period pays the same as none."""
    before = example["as_written"]
    if "without_these_months" in example:
        after = example["without_these_months"]
        return all(before[s]["payable"] == said["payable"] for s, said in after.items())
    after = example.get("with_better_rule") or example["one_month_less"]
    more = [s for s in after if amount(after[s]) > amount(before[s])]
    less = [s for s in after if amount(after[s]) < amount(before[s])]
    if kind in ("unbounded_fraction", "shares_above_one", "unfit_share"):
        return bool(less)
    if kind == "inverted_fraction":
        return "read as printed" in example["literally"]
    return bool(more)


def amount(said: Json) -> Decimal:
    return Decimal(said["payable"]["amount"]) if said["payable"] else Decimal(0)


def test_every_kind_of_finding_is_planted_or_has_a_test_of_its_own() -> None:
    assert set(table("words.yaml")) - set(PLANTED) == {"borrowed_article"}


def test_a_draft_that_borrows_its_articles_is_told(tmp_path: Path) -> None:
    """Based on another text, the rules keep that text's articles; the place is in the base's file
    and the draft's own rule stands first."""
    text = """\
schema: portability/agreement@1
id: draft
based_on: ca-ph
title: Draft
rules:
  - scheme: ph-sss
    branches: [old_age]
    counts: []
    amount: {basis: unknown, numerator: counted, denominator: own}
"""
    made = report(written(tmp_path, text))
    borrowed, own = found(made, "borrowed_article"), found(made, "inverted_fraction")
    assert borrowed["path"] == "rules[1]" and "4 rules from ca-ph" in borrowed["consequence"]
    assert borrowed["where"].split(":")[0].endswith("agreements/ca-ph.yaml")
    first = (catalogue.builtin() or Path()) / "ca-ph.yaml"
    lines = first.read_text("utf-8").splitlines()
    assert lines[int(borrowed["where"].split(":")[1]) - 1].strip() == "- scheme: ca-oas"
    assert own["where"].endswith("draft.yaml:9:13") and own["article"] is None
    assert found(made, "no_article")["path"] == "rules[0]"


def test_the_personal_scope_names_who_is_left_out(tmp_path: Path) -> None:
    made = found(report(planted(tmp_path, "refugees_out")), "refugees_out")
    assert "refugees and stateless persons are not named" in made["consequence"]
    text = CLEAN.replace("{kind: open", "{kind: nationals, includes: [survivors, refugees]")
    made = found(report(written(tmp_path, text)), "refugees_out")
    assert "covered; stateless persons are not named" in made["consequence"]


def test_months_in_two_currencies_are_never_added() -> None:
    """Columns: careers in pairs. A fall counts only where no pension rises, both are known, and
    national law alone does not take the same away."""
    none = np.zeros((2, 2), np.int64)
    sure = np.ones((2, 2), np.bool_)
    assert falls(np.array([[0, 0], [1000, 900]]), none, sure) == (100, 0, 1)
    assert falls(np.array([[0, 1], [1000, 900]]), none, sure) is None  # one rises
    assert falls(np.array([[0, 0], [900, 1000]]), none, sure) is None
    assert falls(np.array([[0, 0], [1000, 900]]), np.array([[0, 0], [700, 600]]), sure) is None
    assert (
        falls(np.array([[0, 0], [1000, 900]]), none, np.array([[True] * 2, [True, False]])) is None
    )
    two = np.array([[0, 0, 0, 0], [1000, 900, 1000, 500]])
    assert falls(two, np.zeros((2, 4), np.int64), np.ones((2, 4), np.bool_)) == (500, 2, 1)


def test_an_example_that_costs_somebody_else_is_no_example() -> None:
    def line(amount: str | None, status: str = "entitled") -> Json:
        return {"status": status, "payable": amount and {"amount": amount}}

    nothing = line(None, "not_entitled")
    assert loss({"a": nothing, "b": line("5.00")}, {"a": line("1.00"), "b": line("5.00")}) == 1000
    assert loss({"a": line("3.00")}, {"a": line("4.00")}) == 250
    assert loss({"a": nothing, "b": line("5.00")}, {"a": line("1.00"), "b": line("4.00")}) == 0
    assert loss({"a": line(None)}, {"a": line("4.00")}) == 1  # an amount nobody can state
    assert loss({"a": line("4.00")}, {"a": line(None)}) == 0


# --- a share that does not fit the theoretical pension (20 CFR 404.1918)

MODEL = """\
schema: portability/agreement@1
id: draft
based_on: model-r167
title: Draft
parties: [US, PH]
"""


def unfit(folder: Path, text: str) -> list[Json]:
    made = report(written(folder, text))
    return [item for item in made["findings"] if item["kind"] == "unfit_share"]


def test_the_model_does_not_fit_american_law(tmp_path: Path) -> None:
    """Sixty own quarters and four abroad: 60/64 of a pension on 35 years, 3,521 dollars, where
    60/140 of it would leave the national 2,368: the better rule changes nothing for the
    Philippines."""
    (item,) = unfit(tmp_path, MODEL)
    example = item["example"]
    assert (item["path"], item["scheme"]) == ("defaults.amount", "us-oasdi")
    assert "20 CFR 404.1918" in item["consequence"] and "computation period" in item["consequence"]
    assert example["as_written"]["us-oasdi"]["fraction"] == "60/64"
    assert example["as_written"]["us-oasdi"]["payable"]["amount"] == "3521.00"
    assert example["with_better_rule"]["us-oasdi"]["payable"]["amount"] == "2368.00"
    assert "national law alone gives this person 2,368.00 USD" in example["literally"]
    assert example["as_written"]["ph-sss"] == example["with_better_rule"]["ph-sss"]
    assert [row["agreement"] for row in item["better"]] == ["us-de", "us-ca"]


def test_no_share_at_all_is_told_and_the_share_that_fits_is_not(tmp_path: Path) -> None:
    amount = "  amount: {basis: theoretical, cite: Article 9}\n"
    (item,) = unfit(tmp_path, f"{MODEL}annex:\n- scheme: [us-oasdi]\n{amount}")
    assert "the whole, without a fraction" in item["consequence"]
    fits = amount.replace("cite", "numerator: own, denominator: computation_period, cite")
    assert not unfit(tmp_path, f"{MODEL}annex:\n- scheme: [us-oasdi]\n{fits}")
    assert not unfit(tmp_path, MODEL.replace("[US, PH]", "[DE, PH]"))


def test_a_scheme_file_that_says_half_of_its_share_is_faulty(tmp_path: Path) -> None:
    text = registry.drawers()["us-oasdi"].read_text("utf-8")
    folder = tmp_path / "us"
    folder.mkdir()
    (folder / "oasdi.yaml").write_text(text.replace("  period: computation period\n", ""), "utf-8")
    with pytest.raises(InputError) as raised:
        registry.source_of(folder / "oasdi.yaml")
    assert [fault.path for fault in raised.value.faults] == ["theoretical_share"]
