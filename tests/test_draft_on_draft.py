"""`based_on:` may name another draft's file: read from the file that names it, under its digest,
never out of its folder."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from portability import catalogue
from portability.commands import replaying
from portability.commands import run as main
from portability.compare.faults import report
from portability.errors import Fault, InputError, LedgerError
from portability.estimate.law import Law
from portability.yamlsource import MAX_BYTES

Json = dict[str, Any]
FIRST = """\
schema: portability/agreement@1
id: first
title: First draft
based_on: model-r167
parties: [PH, DE]
transitional: {rule: as the first draft has it, cite: Article 20}
rules:
- scheme: de-grv
  branches: [old_age]
  own_minimum: {month: 12}
  counts: [{schemes: [ph-sss], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 10}]
  amount: {basis: own, cite: Article 11}
  cite: Article 11
"""
SECOND = """\
schema: portability/agreement@1
id: second
title: Second draft
based_on: NAME
persons: {kind: open, cite: Article 3}
rules:
- scheme: ph-sss
  branches: [old_age]
  counts: [{schemes: [de-grv], unit: {month: 1, gives: {month: 1}, fill_to: 12}, cite: Article 12}]
  amount: {basis: minimum, numerator: own, denominator: minimum, at_most: 1, cite: Article 13}
  cite: Article 13
"""
CASE = """\
schema: portability/case@1
person: {born: 1957-02-15, sex: male, nationalities: [PH], residence: PH}
claim: {branch: old_age, date: 2024-10-01}
periods:
- {scheme: de-grv, start: 1990-01-01, end: 1991-12-31, earnings: 60000}
- {scheme: ph-sss, start: 1992-01-01, end: 2011-12-31, earnings: 2400000}
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def second(folder: Path, name: str = "first.yaml", of: str = "second") -> Path:
    text = SECOND.replace("NAME", name).replace("id: second", f"id: {of.rsplit('/')[-1]}")
    return written(folder, of, text)


def faults(path: Path) -> list[Fault]:
    with pytest.raises(InputError) as raised:
        catalogue.find(path)
    return list(raised.value.faults)


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    written(tmp_path, "first", FIRST)
    second(tmp_path)
    return tmp_path


def test_a_draft_lies_over_another_draft_which_lies_over_the_model(drafts: Path) -> None:
    found = catalogue.find(drafts / "second.yaml")
    assert [rule.scheme for rule in found.rules] == ["ph-sss", "de-grv"]
    assert found.raw["transitional"]["rule"] == "as the first draft has it"
    assert found.raw["persons"]["cite"] == "Article 3"
    assert found.raw["persons"]["includes"] == ["survivors whatever their nationality"]
    assert found.raw["pre_entry"] == catalogue.find("model-r167").raw["pre_entry"]
    assert found.countries() == ("PH", "DE") and found.status == "draft"


def test_a_path_is_read_from_the_file_that_names_it(
    drafts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(drafts, "round-1/first", FIRST)
    second(drafts, "round-1/first.yaml", "later")
    monkeypatch.chdir(drafts / "round-1")
    assert len(catalogue.find(Path("..") / "later.yaml").rules) == 2
    assert len(catalogue.find(drafts / "later.yaml").rules) == 2


def test_the_digest_covers_what_lies_below(drafts: Path) -> None:
    third = second(drafts, "second.yaml", "third")
    path = drafts / "first.yaml"
    before = [catalogue.find(drafts / f"{n}.yaml") for n in ("first", "second", "third")]
    path.write_text(FIRST.replace("{month: 12}", "{month: 18}"), "utf-8")
    after = [catalogue.find(drafts / f"{n}.yaml") for n in ("first", "second", "third")]
    assert all(a.digest != b.digest for a, b in zip(before, after, strict=True))
    assert [a.rules[-1].own_minimum for a in after] == [("month", 18)] * 3
    for one in after:
        assert one.digest == "sha256:" + hashlib.sha256(catalogue.text_of(one)).hexdigest()
    third.write_text(third.read_text("utf-8") + "notes: [other]\n", "utf-8")
    assert catalogue.find(third).digest != after[2].digest


# --- what is refused


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = second(tmp_path)
    (fault,) = faults(path)
    assert (fault.where, fault.path, fault.code) == (
        f"{path}:4:11",
        "based_on",
        "missing_file",
    )
    assert "'first.yaml', where nothing can be read" in str(fault)


@pytest.mark.parametrize(
    "name", ["../first.yaml", "{home}/first.yaml", "~/first.yaml", "sub/../../first.yaml"]
)
def test_a_path_never_leads_out_of_the_folder(drafts: Path, name: str) -> None:
    """Not even to a file that is a good draft."""
    path = second(drafts, name.replace("{home}", str(drafts)), "inner/later")
    (drafts / "inner" / "sub").mkdir()
    (fault,) = faults(path)
    assert fault.code == "outside" and "leads out of the folder" in fault.found


def test_a_link_never_leads_out_either(drafts: Path) -> None:
    inner = drafts / "inner"
    inner.mkdir()
    (inner / "first.yaml").symlink_to(drafts / "first.yaml")
    (fault,) = faults(second(inner))
    assert fault.code == "outside"


def test_only_a_regular_file_of_a_usual_size(tmp_path: Path) -> None:
    path = second(tmp_path)
    base = tmp_path / "first.yaml"
    base.mkdir()
    assert "no regular file" in faults(path)[0].found
    base.rmdir()
    os.mkfifo(base)
    assert "no regular file" in faults(path)[0].found
    base.unlink()
    with base.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert faults(path)[0].code == "too_large"
    base.unlink()
    base.symlink_to(base)
    assert faults(path)[0].code == "missing_file"


@pytest.mark.parametrize("name", ["first.txt", "first", "FIRST.yaml ", "'a\\nb.yaml'"])
def test_a_name_that_is_neither_an_id_nor_a_draft(drafts: Path, name: str) -> None:
    (fault,) = faults(second(drafts, name))
    assert fault.path == "based_on"
    assert fault.code in ("pattern", "unknown_agreement", "outside", "missing_file")


def test_a_ring_of_drafts(tmp_path: Path) -> None:
    one = second(tmp_path, "two.yaml", "one")
    second(tmp_path, "three.yaml", "two")
    three = second(tmp_path, "one.yaml", "three")
    (fault,) = faults(one)
    assert fault.code == "loop" and fault.where == f"{three}:4:11"
    (fault,) = faults(second(tmp_path, "self.yaml", "self"))
    assert fault.code == "loop"


def test_a_tower_of_drafts(tmp_path: Path) -> None:
    written(tmp_path, "d0", FIRST.replace("id: first", "id: d0"))
    for number in range(1, 25):
        path = second(tmp_path, f"d{number - 1}.yaml", f"d{number}")
    assert faults(path)[0].code == "too_deep"
    assert catalogue.find(tmp_path / "d10.yaml").rules


def test_faults_of_the_base_are_told_in_the_base(drafts: Path) -> None:
    base = drafts / "first.yaml"
    base.write_text(FIRST.replace("basis: own", "basis: mine"), "utf-8")
    (fault,) = faults(drafts / "second.yaml")
    assert fault.where.startswith(f"{base}:") and "mine" in fault.found
    base.write_text("{", "utf-8")
    assert faults(drafts / "second.yaml")[0].where.startswith(f"{base}:")


# --- everything that takes an agreement


def test_check_finds_a_fault_of_the_base_in_the_base(drafts: Path) -> None:
    base = drafts / "first.yaml"
    base.write_text(FIRST.replace("basis: own", "basis: own, numerator: counted, denominator: own"))
    findings = report(catalogue.find(drafts / "second.yaml"))["findings"]
    (found,) = [item for item in findings if item["kind"] == "inverted_fraction"]
    assert found["where"].startswith(f"{base}:12:") and found["path"] == "rules[1].amount"
    assert "no_transition" not in {item["kind"] for item in findings}


def test_a_draft_upon_a_draft_upon_a_treaty_is_not_set_beside_that_treaty(tmp_path: Path) -> None:
    """us-uy is what both stand on: no second instrument between the two states."""
    head = "schema: portability/agreement@1\nid: NAME\ntitle: Draft\nbased_on: BASE\n"
    written(tmp_path, "one", head.replace("NAME", "one").replace("BASE", "us-uy"))
    path = written(tmp_path, "two", head.replace("NAME", "two").replace("BASE", "one.yaml"))
    kinds = {item["kind"] for item in report(catalogue.find(path))["findings"]}
    assert not kinds & {"two_instruments", "third_state_conflict"}


def test_compare_takes_both(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(drafts / "first.yaml"), str(drafts / "second.yaml")]) in (0, 1)
    assert "second" in capsys.readouterr().out


def ledger(drafts: Path) -> str:
    return str(drafts / "ledger.sqlite")


def test_determine_records_and_replays_it(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty-four months in Germany with the Philippine ones (SGB VI 50), by the first draft."""
    case, path = drafts / "case.yaml", drafts / "second.yaml"
    case.write_text(CASE, "utf-8")
    words = ["determine", str(case), "--agreement", str(path), "--ledger", ledger(drafts)]
    assert main([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    line = next(item for item in told["entitlements"] if item["scheme"] == "de-grv")
    assert (line["status"], line["route"]) == ("entitled", "second")
    assert told["rules"]["second"] == catalogue.find(path).digest
    for name in ("first.yaml", "second.yaml"):
        (drafts / name).unlink()  # the ledger holds both texts
    assert main(["ledger", "replay", "1", "--ledger", ledger(drafts)]) == 0
    assert "identical" in capsys.readouterr().out


def test_a_draft_beside_texts_in_force_is_tried_first_again_when_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its id comes behind that of the treaty: the order of the routes is that of the decision."""
    case = tmp_path / "case.yaml"
    case.write_text(CASE, "utf-8")
    path = written(tmp_path, "zz", FIRST.replace("id: first", "id: zz"))
    words = ["determine", str(case), "--agreement", str(path), "--ledger", ledger(tmp_path)]
    assert main(words) == 0
    path.unlink()
    assert main(["ledger", "replay", "1", "--ledger", ledger(tmp_path)]) == 0
    capsys.readouterr()


def test_a_stored_draft_may_not_write_where_it_likes(tmp_path: Path) -> None:
    """A ledger from elsewhere: a path out of the folder, or upon a file that is there."""
    for name in ("../evil.yaml", "/tmp/evil.yaml", "evil.txt", "draft.yaml"):
        text = json.dumps({"based_on": name, "base": FIRST, "text": SECOND})
        home = tmp_path / name.replace("/", "_")
        with pytest.raises(LedgerError, match="a path it may not"):
            replaying.lay_agreement(home, "draft", text.encode())
        assert not (tmp_path / "evil.yaml").exists()
    nested = json.dumps({"based_on": "sub/b.yaml", "base": FIRST, "text": SECOND})
    outer = json.dumps({"based_on": "sub/a.yaml", "base": nested, "text": SECOND})
    replaying.lay_agreement(tmp_path / "good", "draft", outer.encode())
    laid = sorted(path.relative_to(tmp_path / "good") for path in tmp_path.glob("good/**/*.yaml"))
    assert [str(path) for path in laid] == [
        "upon-drafts/draft/draft.yaml",
        "upon-drafts/draft/sub/a.yaml",
        "upon-drafts/draft/sub/sub/b.yaml",
    ]


def test_an_estimate_applies_it_and_names_its_digest(drafts: Path) -> None:
    law = Law(drafts=(str(drafts / "second.yaml"),))
    found = law.agreements(frozenset({"DE", "PH"}))
    assert [one.id for one in found] == ["second", "de-ph"]
    before = law.digests(["second"])
    assert before == {"second": catalogue.find(drafts / "second.yaml").digest}
    installed = law.installed()
    (drafts / "first.yaml").write_text(FIRST + "notes: [changed]\n", "utf-8")
    assert law.digests(["second"]) != before and law.installed() != installed


# --- agreements new


def test_new_writes_a_draft_upon_a_draft(
    drafts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(drafts)
    words = ["agreements", "new", "--parties", "PH,DE", "--based-on"]
    assert main([*words, "second.yaml", "--out", "third.yaml"]) == 0
    assert "based_on: second.yaml" in (drafts / "third.yaml").read_text("utf-8")
    assert len(catalogue.find("third.yaml").rules) == 2
    (drafts / "sub").mkdir()
    assert main([*words, "second.yaml", "--out", "sub/fourth.yaml"]) == 2
    assert "in the folder of the file to write" in capsys.readouterr().err
    assert main([*words, str(drafts / "second.yaml"), "--id", "fifth"]) == 0
    assert "based_on: second.yaml" in (drafts / "fifth.yaml").read_text("utf-8")
    assert main([*words, "nowhere.yaml", "--id", "sixth"]) == 2
    assert not (drafts / "sixth.yaml").exists()
