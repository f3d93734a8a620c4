"""A family in one entry, a key for each: split, joined, erased one by one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from invented_ledger import CASE, DETERMINATION, RULES

from portability.errors import LedgerError
from portability.ledger import Ledger, determination_body
from portability.ledger.canonical import plain
from portability.ledger.family import join, owners, split
from portability.ledger.persons import disclose, erase, unseal_recorded
from portability.ledger.replay import recorded, replay, replay_each
from portability.ledger.verify import verify

FAMILY = [
    {"relation": "spouse", "born": "1948-02-01", "name": "Widow"},
    {"relation": "child", "born": "1999-01-01", "name": "Child"},
]


def request() -> tuple[dict[str, Any], dict[str, Any]]:
    case = {**plain(CASE), "family": FAMILY}
    answer: dict[str, Any] = copy.deepcopy(DETERMINATION)
    for number in (1, 0, 1, 7):
        answer["entitlements"].append(
            {"scheme": f"s{number}", "claimant": {"number": number}, "status": "entitled"}
        )
    return case, answer


@pytest.fixture
def family(ledger: Ledger) -> Ledger:
    body, sealed = determination_body(*request())
    ledger.append(body, sealed, RULES, subject="R-1", persons=owners(sealed, "R-1"))
    return ledger


def test_split_and_join() -> None:
    case, answer = request()
    parts = split(case, answer)
    assert set(parts) == {"case", "determination", "claimant_0", "claimant_1"}
    assert "Child" not in str(parts["case"]) + str(parts["determination"])
    assert [line["scheme"] for line in parts["claimant_1"]["lines"]] == ["s1", "s1"]
    assert join(parts) == {"case": case, "determination": answer}
    whole = {"case": plain(CASE), "determination": plain(DETERMINATION)}
    assert split(**whole) == whole == join(whole)


def test_each_member_is_a_person(family: Ledger) -> None:
    parts = family.entry(1).body["sealed"]
    assert len({part["person"] for part in parts.values()}) == 3
    assert parts["case"]["person"] == parts["determination"]["person"]
    case, answer = request()
    then = recorded(family, 1)
    assert (then.case, then.determination) == (case, answer)
    assert replay(family, 1, lambda _: answer).identical


def test_one_member_erased_leaves_the_others(family: Ledger) -> None:
    erase(family, "R-1/claimant_1")
    assert verify(family).ok
    opened = unseal_recorded(family, 1)
    assert opened["case"]["family"] == [FAMILY[0], {"sealed": "claimant_1"}]
    assert "Child" not in str(opened)
    (found,) = replay_each(family, [1], lambda _: DETERMINATION)
    assert found.erased
    copy_for_the_widow = disclose(family, "R-1/claimant_0")
    (entry, *_) = copy_for_the_widow["entries"]
    assert set(entry["documents"]) == {"claimant_0"}
    erase(family, "R-1")
    erase(family, "R-1/claimant_0")
    with pytest.raises(LedgerError, match="erased"):
        unseal_recorded(family, 1)
    assert verify(family).ok


def test_without_a_reference_each_is_somebody_new(ledger: Ledger) -> None:
    body, sealed = determination_body(*request())
    for _ in range(2):
        ledger.append(body, sealed, RULES, persons=owners(sealed, None))
    persons = {part["person"] for n in (1, 2) for part in ledger.entry(n).body["sealed"].values()}
    assert len(persons) == 6
