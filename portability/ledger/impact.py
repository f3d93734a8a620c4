"""Impact: which decisions in force would be different under today's law, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from portability.errors import LedgerError
from portability.ledger.canonical import plain
from portability.ledger.replay import REPLAYED, Run, recorded
from portability.ledger.store import Ledger

Json = dict[str, Any]
FIELDS = ("status", "payable", "at_least", "from")


@frozen
class Change:
    """A scheme's answer that would be different; `rules` names the texts that changed since."""

    entry: int
    person: str
    scheme: str
    claimant: str
    field: str
    recorded: str
    now: str
    rules: str


@frozen
class Unknown:
    """A decision that cannot be looked at: erased, or its key is missing."""

    entry: int
    why: str


def in_force(ledger: Ledger) -> Iterator[int]:
    """Determinations that no later entry supersedes or reverses."""
    rows = ledger.query(
        "SELECT seq, kind FROM entry WHERE seq NOT IN "
        "(SELECT supersedes FROM entry WHERE supersedes IS NOT NULL) ORDER BY seq"
    )
    return (int(seq) for seq, kind in rows if kind in REPLAYED)


def impact(ledger: Ledger, run: Run) -> Iterator[Change | Unknown]:
    """Decide every decision in force again with `run` (today's law) and tell what changes."""
    for number in in_force(ledger):
        try:
            then = recorded(ledger, number)
        except LedgerError as error:
            yield Unknown(number, str(error).removeprefix(f"entry {number}: "))
            continue
        person = str(ledger.entry(number).body.get("person", ""))
        yield from changes(number, person, then.determination, plain(run(then)))


def changes(number: int, person: str, then: Json, now: Json) -> Iterator[Change]:
    """Status, amount and start of every scheme and claimant that differ."""
    old, new = answers(then), answers(now)
    rules = changed_rules(then, now)
    for key in [*old, *(key for key in new if key not in old)]:
        for name in FIELDS:
            before, after = shown(old.get(key, {}), name), shown(new.get(key, {}), name)
            if before != after:
                yield Change(number, person, *key, name, before, after, rules)


def answers(determination: Json) -> dict[tuple[str, str], Json]:
    """Lines of the answer by scheme and claimant."""
    found = {}
    for line in determination.get("entitlements", []):
        claimant = line.get("claimant") or {}
        found[str(line.get("scheme", "")), str(claimant.get("number", ""))] = line
    return found


def changed_rules(then: Json, now: Json) -> str:
    """Names of the rules whose text differs, or that came or went."""
    old, new = then.get("rules", {}), now.get("rules", {})
    return " ".join(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def shown(line: Mapping[str, Any], name: str) -> str:
    """A field in words: an amount with its currency and period."""
    value = line.get(name)
    if isinstance(value, Mapping):
        return " ".join(str(value.get(key, "")) for key in ("amount", "currency", "per"))
    return "" if value is None else str(value)
