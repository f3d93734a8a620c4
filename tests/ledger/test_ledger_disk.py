"""A short version of what `make torture` does to the disk: full at any point, power cut at any
write."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import filling
import powercut
import pytest

HERE = Path(__file__).resolve().parent
traced = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

LIMITED = """
import resource, signal, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from pathlib import Path
import filling
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
tally = filling.Tally()
for number, value in filling.append(Path(sys.argv[3]), 100_000, tally):
    print(number, value)
print(*tally.faults, sep="\\n", file=sys.stderr)
"""


def test_a_small_disk_full_at_every_point(tmp_path: Path) -> None:
    with ExitStack() as mounted:
        try:  # only root may mount: a failure of the ledger on the disk is never skipped
            disk = mounted.enter_context(filling.small_disk(tmp_path / "disk"))
        except OSError as error:
            pytest.skip(str(error))
        tally = filling.fill_often(disk, step=30)
    assert (tally.lost, tally.faults) == (0, [])
    assert tally.disks == tally.refused == 40
    assert tally.acknowledged > 100
    assert 20 < tally.begun < 40  # with some there was no room to begin at all


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("kilobytes", [0, 20, 70, 100, 130, 300])
def test_a_limit_on_the_size_of_files(place: Path, kilobytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, HERE, HERE.parent.parent, place, str(kilobytes << 10)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == ""
    pairs = [line.split() for line in done.stdout.splitlines()]
    tally = filling.Tally()
    filling.check(place, [(int(number), value) for number, value in pairs], "a limit", tally)
    assert (tally.lost, tally.faults) == (0, [])
    assert bool(pairs) == (kilobytes >= 100)


@traced
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    tally = powercut.cut_everywhere(tmp_path, every=29)
    assert (tally.lost, tally.faults) == (0, [])
    assert tally.acknowledged == 3 * (6 + 2 * 5 + 1)
    assert tally.cuts > 50


@traced
def test_a_power_cut_is_seen_where_the_disk_is_not_waited_for(tmp_path: Path) -> None:
    """The simulation notices: without synchronisation what was acknowledged is lost."""
    tally = powercut.cut_everywhere(tmp_path, every=29, careless=True)
    assert tally.lost > 100


def test_what_was_not_synchronised_survives_in_part() -> None:
    disk, file = powercut.Disk(), powercut.File()
    disk.name("a", file)
    file.since.append((0, b"x" * 1024))
    nothing = disk.cut(random.Random(1), 0.0)
    assert nothing == {}  # not even its name
    disk.sync("")
    assert disk.cut(random.Random(1), 0.0) == {"a": b""}
    assert disk.cut(random.Random(1), 1.0) == {"a": b"x" * 1024}
    halves = {disk.cut(random.Random(seed), 0.5)["a"] for seed in range(40)}
    assert halves == {b"", b"x" * 512, bytes(512) + b"x" * 512, b"x" * 1024}
    disk.sync("a")
    file.since.append((100, None))
    assert disk.cut(random.Random(1), 0.0) == {"a": b"x" * 1024}
    assert disk.cut(random.Random(1), 1.0) == {"a": b"x" * 100}
    disk.name("a", None)
    assert disk.cut(random.Random(1), 0.0) == {"a": b"x" * 1024}
    assert disk.cut(random.Random(1), 1.0) == {}
