"""Replay: the same bytes, or every figure that differs."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from invented_ledger import CASE, DETERMINATION, RULES, Record

from portability.errors import LedgerError
from portability.ledger import Ledger
from portability.ledger.canonical import plain
from portability.ledger.impact import Change, Unknown, impact, in_force
from portability.ledger.persons import erase
from portability.ledger.replay import Recorded, determinations, differences, replay, replay_each

ROOT = Path(__file__).resolve().parent.parent.parent


def changed(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(DETERMINATION)
    made.update(more)
    return made


def test_the_run_gets_case_and_law_and_the_same_bytes_are_identical(
    ledger: Ledger, record: Record
) -> None:
    record(ledger)

    def run(then: Recorded) -> Mapping[str, Any]:
        assert then.entry == 1
        assert then.case == plain(CASE)
        assert then.texts == RULES
        return {**DETERMINATION, "ledger": {"entry": 99, "hash": "…"}}

    found = replay(ledger, 1, run)
    assert found.identical and found.same
    assert len(ledger) == 2


def test_every_figure_that_differs_is_named(ledger: Ledger, record: Record) -> None:
    record(ledger)
    now = changed(warnings=["new"])
    now["entitlements"][0]["payable"]["amount"] = "98.00"
    now["entitlements"][0]["trace"].append({"step": "pia", "value": "1"})
    del now["entitlements"][1]["route"]
    found = replay(ledger, 1, lambda then: now)
    assert not found.identical and not found.same and not found.law
    assert [str(difference) for difference in found.differences] == [
        'entitlements[us-oasdi].payable.amount: recorded "97.00", now "98.00"',
        'entitlements[us-oasdi].trace[pia]: recorded nothing, now {"step": "pia", "value": "1"}',
        'entitlements[de-grv].route: recorded "us-de", now nothing',
        'warnings: recorded nothing, now ["new"]',
    ]


def test_a_change_of_the_law_is_told_apart(ledger: Ledger, record: Record) -> None:
    record(ledger)
    now = changed(rules={**DETERMINATION["rules"], "us-de": "sha256:" + "0" * 64})
    found = replay(ledger, 1, lambda then: now)
    assert not found.identical
    assert found.same
    assert [difference.where for difference in found.law] == ["rules.us-de"]


def test_what_cannot_be_replayed_is_told(ledger: Ledger, record: Record) -> None:
    record(ledger, subject="A")
    record(ledger, subject="B")
    record(ledger, subject="A", supersedes=1, reason="new evidence")
    erase(ledger, "B")
    assert determinations(ledger) == [1, 2, 3]
    assert determinations(ledger, 2) == [2, 3]
    found = list(replay_each(ledger, determinations(ledger), lambda then: DETERMINATION))
    assert [(item.identical, item.erased, item.refused) for item in found] == [
        (True, False, ""),
        (False, True, ""),
        (True, False, ""),
    ]
    with pytest.raises(LedgerError, match="is no determination"):
        replay(ledger, 4, lambda then: DETERMINATION)


def test_a_key_that_is_missing_is_no_crash(ledger: Ledger, record: Record, place: Path) -> None:
    record(ledger)
    ledger.close()
    place.with_name("ledger.keys.db").unlink()
    with Ledger.open(place, readonly=True) as again:
        (found,) = replay_each(again, [1], lambda then: DETERMINATION)
    assert "key of its person is not in" in found.refused


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (1, 1, []),
        (1, "1", [': recorded 1, now "1"']),
        (None, {}, [": recorded null, now {}"]),
        (True, 1, [": recorded true, now 1"]),
        ({"a": None}, {}, ["a: recorded null, now nothing"]),
        ([1, 2], [1], ["[1]: recorded 2, now nothing"]),
        ({"a": [{"id": "x", "v": 1}]}, {"a": [{"id": "x", "v": 2}]}, ["a[x].v: recorded 1, now 2"]),
    ],
)
def test_differences(then: object, now: object, said: list[str]) -> None:
    assert [str(difference) for difference in differences(then, now)] == said


def test_impact_lists_what_would_change_in_decisions_in_force(
    ledger: Ledger, record: Record
) -> None:
    record(ledger, subject="A")
    record(ledger, subject="B")
    record(ledger, subject="A", supersedes=1, reason="new evidence")
    record(ledger, subject="C")
    erase(ledger, "C")
    assert list(in_force(ledger)) == [2, 3, 4]
    now = changed(rules={**DETERMINATION["rules"], "us-de": "sha256:" + "0" * 64})
    now["entitlements"][0]["payable"]["amount"] = "98.00"
    now["entitlements"][1] = {"scheme": "fr-cnav", "status": "entitled"}
    found = list(impact(ledger, lambda then: now))
    changes = [item for item in found if isinstance(item, Change)]
    assert [(c.entry, c.scheme, c.field, c.recorded, c.now) for c in changes if c.entry == 2] == [
        (2, "us-oasdi", "payable", "97.00 USD month", "98.00 USD month"),
        (2, "de-grv", "status", "unknown", ""),
        (2, "fr-cnav", "status", "", "entitled"),
    ]
    assert {c.rules for c in changes} == {"us-de"}
    assert [(u.entry, u.why) for u in found if isinstance(u, Unknown)] == [
        (4, "the person's data was erased")
    ]


# With the engine, as processes: the installed law changes between decision and replay.

REQUEST = {
    "schema": "portability/case@1",
    "reference": "R-1",
    "person": {"born": "1950-03-14", "name": "Maria Exemplaria"},
    "claim": {"branch": "old_age", "date": "2016-04-01"},
    "periods": [
        {"scheme": "us-oasdi", "start": "1990-01-01", "end": "1990-12-31", "earnings": "21027.98"},
        {"scheme": "de-grv", "start": "1991-01-01", "end": "2004-12-31"},
    ],
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout of its own, whose law may be changed."""
    for name in ("portability", "calculators", "agreements"):
        shutil.copytree(
            ROOT / name, tmp_path / "house" / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "case.json").write_text(json.dumps(REQUEST))
    return tmp_path / "house"


def run(house: Path, *words: str) -> tuple[int, str]:
    env = {
        **os.environ,
        "PYTHONPATH": str(house),
        "PORTABILITY_LEDGER": str(house.parent / "ledger.db"),
        "PORTABILITY_CACHE": str(house.parent / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "portability", *words],
        cwd=house,
        env=env,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_recorded_law_decides_after_the_installed_one_changed(house: Path) -> None:
    code, said = run(house, "determine", "../case.json", "--format", "json")
    assert code == 0, said
    assert run(house, "ledger", "replay", "1") == (
        0,
        "entry 1: identical, byte for byte\n1 replayed, 1 identical\n",
    )
    edit(house / "agreements" / "us-de.yaml", "\n", "\n# a comment\n")
    scheme = house / "calculators" / "us" / "oasdi.yaml"
    scheme.write_text(scheme.read_text("utf-8") + "\n# a comment\n", "utf-8")
    code, said = run(house, "ledger", "replay", "--all")
    assert (code, said.splitlines()[0]) == (0, "entry 1: identical, byte for byte")
    code, said = run(house, "ledger", "replay", "--all", "--with-current-law")
    assert code == 0
    assert "only the names of the rules or the program differ" in said
    assert "rules.us-de: recorded" in said
    assert run(house, "ledger", "impact") == (0, "no decision in force would be different today\n")
    # A program stored in the ledger runs only if one asks for it.
    program = house / "calculators" / "us" / "oasdi.py"
    program.write_text(program.read_text("utf-8") + "\n# a comment\n", "utf-8")
    code, said = run(house, "ledger", "replay", "1")
    assert code == 0
    assert "--run-stored-code" in said
    code, said = run(house, "ledger", "replay", "1", "--run-stored-code", "--format", "json")
    assert code == 0
    assert json.loads(said)[0]["identical"] is True
