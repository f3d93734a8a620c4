"""Opened twice by one program, used by another at the same time: nothing acknowledged is lost.

POSIX drops all locks of a process on a file when it closes any descriptor of it. Another program
that ends then thinks itself the last one, and removes the log this one still writes to.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import record

from portability.errors import LedgerError
from portability.ledger import Ledger
from portability.ledger.held import HELD, empty_log, identity, log_of
from portability.ledger.persons import erase
from portability.ledger.verify import verify

ANOTHER = """
import sys
from portability.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    print(len(ledger), ledger.keys.find(sys.argv[2]) is not None)
"""


def another(place: Path, subject: str) -> tuple[int, bool]:
    """What another program finds: number of entries, whether the person is known; it was the last
    to close, as far as it can see."""
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER, str(place), subject],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parent.parent.parent,
    )
    count, known = done.stdout.split()
    return int(count), known == "True"


def read_again(ledger: Ledger) -> None:
    Ledger.open(ledger.path, readonly=True).close()


def verified_beside(ledger: Ledger) -> None:
    with Ledger.open(ledger.path, readonly=True) as again:
        assert verify(again).ok


def refused_beside(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        Ledger.open(ledger.path.parent, readonly=True)


def forgotten(ledger: Ledger) -> None:
    erase(ledger, "A")


ACTS: list[Callable[[Ledger], None]] = [read_again, verified_beside, refused_beside, forgotten]


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_lost_to_a_program_that_ends(place: Path, act: Callable[[Ledger], None]) -> None:
    with Ledger.open(place, create=True) as ledger:
        record(ledger, subject="A")
        record(ledger, subject="B")
        act(ledger)
        another(place, "B")
        receipt = record(ledger, subject="C")
        assert another(place, "C") == (receipt.entry + 1, True)
        assert ledger.unsealed(receipt.entry)
    assert another(place, "C") == (receipt.entry + 1, True)


def test_a_ledger_is_held_until_it_is_closed_or_gone(place: Path) -> None:
    first = Ledger.open(place, create=True)
    which = identity(place)
    second = Ledger.open(place)
    assert HELD[which] == 2
    second.close()
    second.close()
    assert HELD[which] == 1
    third = Ledger.open(place)
    del third
    gc.collect()
    assert HELD[which] == 1
    first.close()
    assert HELD[which] == 0


def test_an_emptied_log_is_empty_on_the_disk(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("portability.ledger.held.os.fsync", synced.append)
    with Ledger.open(place, create=True) as ledger:
        record(ledger)
        before = len(synced)
        assert log_of(place).stat().st_size > 0
        assert empty_log(ledger.connection, place)
        assert log_of(place).stat().st_size == 0
        assert len(synced) == before + 1
