"""kill -9 at a random moment. The long run is `python tests/ledger/killing.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from killing import kill_often

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")


@pytest.mark.parametrize(("writers", "kills"), [(1, 8), (2, 8)])
def test_nothing_acknowledged_is_lost(tmp_path: Path, writers: int, kills: int) -> None:
    tally = kill_often(tmp_path, kills, writers)
    assert tally.kills >= kills
    assert tally.acknowledged > 0
    assert (tally.lost, tally.faults) == (0, 0)
