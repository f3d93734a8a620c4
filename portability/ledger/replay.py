"""Replay: decide again from the stored case and compare, byte by byte and figure by figure.

What decides is handed in: `run` takes what was recorded and returns a determination. Nothing is
written, and
sealed documents are opened in memory only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from portability.errors import LedgerError
from portability.ledger.canonical import canonical, parse, plain
from portability.ledger.family import join
from portability.ledger.store import Ledger

Json = dict[str, Any]
REPLAYED = ("determination", "correction")
NOTHING = "nothing"


@frozen
class Difference:
    """One figure that differs: where in the determination, what was recorded, what comes out
    now."""

    where: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.where}: recorded {self.recorded}, now {self.now}"


@frozen
class Replay:
    """The outcome for one entry.

    identical    the same bytes come out
    differences  figures of the answer that differ
    law          texts whose hash differs from the recorded one (or that did not exist)
    refused      why it could not be recomputed (key missing, data changed), or empty
    erased       the person's data was erased: nothing is left to decide on
    """

    entry: int
    identical: bool
    differences: tuple[Difference, ...] = ()
    law: tuple[Difference, ...] = ()
    refused: str = ""
    erased: bool = False

    @property
    def same(self) -> bool:
        """Whether every figure is the same (the law or the program may have another hash)."""
        return not (self.differences or self.refused or self.erased)

    def as_json(self) -> Json:
        return {
            "entry": self.entry,
            "identical": self.identical,
            "same_figures": self.same,
            "differences": [_shown(d) for d in self.differences],
            "law": [_shown(d) for d in self.law],
            "refused": self.refused or None,
            "erased": self.erased,
        }


@frozen
class Recorded:
    """What an entry holds of a decision, opened: the case, the answer, the texts of law and program
    it applied."""

    entry: int
    case: Json = field(repr=False)
    determination: Json = field(repr=False)
    texts: Mapping[str, bytes] = field(repr=False)


Run = Callable[[Recorded], Mapping[str, Any]]


def recorded(ledger: Ledger, number: int) -> Recorded:
    """Case and determination of an entry. Raises LedgerError if it holds none or they do not
    open."""
    found = ledger.entry(number)
    if found.body.get("kind") not in REPLAYED:
        raise LedgerError(f"entry {number} is no determination but: {found.body.get('kind')}")
    documents = ledger.unsealed(number)
    try:
        whole = join({name: parse(data) for name, data in documents.items()})
        case, determination = whole["case"], whole["determination"]
    except (KeyError, ValueError) as error:
        raise LedgerError(
            f"entry {number}: its sealed documents are not readable ({error})"
        ) from None
    return Recorded(number, case, determination, ledger.texts(number))


def replay(ledger: Ledger, number: int, run: Run) -> Replay:
    """Decide entry `number` again with `run` and compare with what it recorded."""
    then = recorded(ledger, number)
    now = {key: value for key, value in run(then).items() if key != "ledger"}
    return compare(number, then.determination, plain(now))


def compare(number: int, then: Json, now: Json) -> Replay:
    """Two determinations: the same bytes, or what differs."""
    if canonical(then) == canonical(now):
        return Replay(number, True)
    law = tuple(differences(then.get("rules"), now.get("rules"), "rules"))
    rest = [{k: v for k, v in document.items() if k != "rules"} for document in (then, now)]
    return Replay(number, False, tuple(differences(rest[0], rest[1])), law)


def replay_each(ledger: Ledger, numbers: Iterable[int], run: Run) -> Iterator[Replay]:
    """Replay entries. What cannot be replayed (erased, key missing) is reported, not raised."""
    for number in numbers:
        parts = (ledger.entry(number).body.get("sealed") or {}).values()
        if any(ledger.erased(part["person"]) for part in parts):
            yield Replay(number, False, erased=True)
            continue
        try:
            yield replay(ledger, number, run)
        except LedgerError as error:
            said = str(error).removeprefix(f"entry {number}: ")
            yield Replay(number, False, refused=said)


def determinations(ledger: Ledger, first: int = 0) -> list[int]:
    """Numbers of the entries that can be replayed."""
    return [entry.number for entry in ledger.entries(first) if entry.body.get("kind") in REPLAYED]


def differences(then: object, now: object, where: str = "") -> Iterable[Difference]:
    """Every leaf that differs between two JSON values, in order."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in [*then, *(key for key in now if key not in then)]:
            path = f"{where}.{key}" if where else str(key)
            yield from differences(then.get(key, _ABSENT), now.get(key, _ABSENT), path)
    elif isinstance(then, list) and isinstance(now, list):
        for i in range(max(len(then), len(now))):
            left = then[i] if i < len(then) else _ABSENT
            right = now[i] if i < len(now) else _ABSENT
            yield from differences(left, right, f"{where}[{_label(left, right, i)}]")
    elif type(then) is not type(now) or then != now:
        yield Difference(where, _text(then), _text(now))


class _Absent:
    """A place that holds nothing at all, unlike null."""


_ABSENT = _Absent()


def _label(left: object, right: object, number: int) -> str:
    """Entries of a list are named by their scheme or step where they have one."""
    for item in (left, right):
        if isinstance(item, dict):
            for key in ("scheme", "step", "route", "id"):
                if isinstance(item.get(key), str):
                    return str(item[key])
    return str(number)


def _text(value: object) -> str:
    if isinstance(value, _Absent):
        return NOTHING
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _shown(difference: Difference) -> Json:
    return {"where": difference.where, "recorded": difference.recorded, "now": difference.now}
