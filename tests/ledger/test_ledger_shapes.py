"""A body passed by its shape is one that strict reading passes, and says the same."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from invented_ledger import CASE, DETERMINATION, Record, drop_guards

from portability.ledger import Ledger, determination_body
from portability.ledger.bodies import KINDS
from portability.ledger.canonical import canonical, parse
from portability.ledger.shapes import Shapes, misbuilt
from portability.ledger.verify import verify


def made(at: str = "2026-11-24T10:00:00Z", other: bool = False) -> dict[str, Any]:
    """A body as the ledger writes it: fresh numbers and hashes, `claimant_0` somebody else's."""
    body, _ = determination_body(CASE, DETERMINATION, at=at)
    owner = secrets.token_hex(16)
    names = ("case", "claimant_0", "determination")
    sealed = {
        name: {
            "person": secrets.token_hex(16) if other and name == "claimant_0" else owner,
            "sha256": secrets.token_hex(32),
        }
        for name in names
    }
    return {**body, "person": owner, "sealed": sealed}


def learned(*bodies: dict[str, Any]) -> Shapes:
    shapes = Shapes()
    for body in bodies:
        shapes.learn(canonical(body), body, [])
    return shapes


def test_a_shape_says_what_reading_says() -> None:
    shapes = learned(made())
    for other in (False, True):
        body = made("2031-01-09T23:59:59Z", other)
        (known,) = shapes.find([canonical(body)])
        assert known is not None
        shape, strings = known
        assert shape.due(strings) == tuple(
            (name.encode(), part["person"].encode(), part["sha256"].encode())
            for name, part in sorted(body["sealed"].items())
        )


def test_nothing_passes_that_reading_refuses() -> None:
    """Every byte of a known body exchanged for every other."""
    body = made()
    shapes, text = learned(body), canonical(body)
    said = {k: v for k, v in body.items() if k not in ("at", "person", "sealed")}
    changed = [
        text[:at] + bytes([value]) + text[at + 1 :]
        for at in range(len(text))
        for value in range(256)
        if value != text[at]
    ]
    passed = [one for one, known in zip(changed, shapes.find(changed), strict=True) if known]
    assert 1_000 < len(passed) < 10_000
    for one in passed:
        again = parse(one)
        assert misbuilt(1, again, KINDS) is None
        assert {k: v for k, v in again.items() if k not in ("at", "person", "sealed")} == said


@pytest.mark.parametrize("more", [{}, {"by": "0" * 32}], ids=["a time", "a time and digits"])
def test_what_is_passed_over_is_what_would_be_found(more: dict[str, str]) -> None:
    """Bodies that seal nothing, every byte exchanged for every other: alone and among others."""
    body = {key: value for key, value in made().items() if key not in ("person", "sealed")} | more
    shapes, text = learned(body), canonical(body)
    assert shapes.plain([text, text])
    passed = 0
    for at in range(len(text)):
        for value in range(0, 256, 3):
            one = text[:at] + bytes([value]) + text[at + 1 :]
            (known,) = shapes.find([one])
            assert shapes.plain([text, one]) is shapes.plain([one]) is (known is not None)
            passed += known is not None
    assert 100 < passed < 2_000
    assert not shapes.plain([text, text + b" "])


def test_what_asks_for_something_is_not_passed_over() -> None:
    text = canonical(made())
    assert not learned(made()).plain([text])
    lacking = Shapes()
    lacking.learn(text, {}, ["us-de"])
    assert not lacking.plain([text])


@pytest.mark.parametrize(
    "at", ["2026-11-24T10:00:6xZ", "2026-21-24T10:00:00Z", "2026-11-24T30:00:00Z"]
)
def test_a_time_that_is_none_does_not_pass(at: str) -> None:
    assert list(learned(made()).find([canonical(made(at))])) == [None]


def test_a_second_object_of_sealed_documents_is_not_trusted() -> None:
    """Were the wrong one taken, an edited document could pass."""
    body = made()
    body["more"] = {"sealed": dict(body["sealed"])}
    assert list(learned(body).find([canonical(body)])) == [None]


def test_shapes_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portability.ledger.shapes.MOST_SHAPES", 10)
    shapes = Shapes()
    for number in range(100):
        body = {**made(), "by": f"user-{number}"}
        shapes.learn(canonical(body), body, [])
    assert shapes.count <= 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": 2}, "version or kind"),
        ({"kind": "opened"}, "only entry 0"),
        ({"kind": "gift"}, "version or kind"),
        ({"at": "yesterday"}, "time"),
        ({"person": "1234"}, "person"),
        ({"kind": "reversal"}, "supersedes"),
        ({"supersedes": 7}, "supersedes"),
        ({"supersedes": "1"}, "supersedes"),
        ({"kind": "erasure"}, "erased"),
    ],
)
def test_the_rules_for_a_body_hold_without_the_database(
    change: dict[str, Any], words: str, ledger: Ledger, record: Record
) -> None:
    """The file's own constraints say the same; here somebody wrote around them."""
    body = {"v": 1, "kind": "access", "at": "2026-11-24T10:00:00Z", **change}
    assert words in str(misbuilt(5, body, KINDS))
    for _ in range(2):
        record(ledger)
    drop_guards(ledger.connection)
    ledger.connection.execute("PRAGMA ignore_check_constraints = ON")
    ledger.connection.execute(
        "UPDATE entry SET body = ? WHERE seq = 2", (json.dumps(body, sort_keys=True),)
    )
    assert any(fault.entry == 2 for fault in verify(ledger).faults)
