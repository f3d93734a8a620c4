"""The long runs behind docs/reliability.md: kills with one and four writers, flipped bits, full
disks, power cuts.

    python tests/ledger/torture.py [--kills 1000] [--flips 10000] [--step 4] [--cuts 3]

Prints one line a run; exit 1 if anything acknowledged was lost or any damage passed unseen.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]


def kills(folder: Path, count: int, writers: int) -> bool:
    from killing import kill_often

    tally = kill_often(folder, count, writers)
    print(
        f"{writers} writer(s): {tally.kills:,} kills, {tally.acknowledged:,} acknowledged, "
        f"{tally.entries:,} entries, {tally.lost} lost, {tally.faults} faults, "
        f"{tally.logs_left:,} logs left behind",
        flush=True,
    )
    return not (tally.lost or tally.faults)


def bits(folder: Path, count: int) -> bool:
    from invented_ledger import record
    from test_ledger_flips import flips

    from portability.ledger import Ledger
    from portability.ledger.proof import checkpoint

    place = folder / "ledger.db"
    with Ledger.open(place, create=True) as ledger:
        for number in range(40):
            record(ledger, subject=f"file-{number % 5}")
        held = checkpoint(ledger)
    try:
        seen, harmless = flips(place, held, folder, count, seed=count)
    except AssertionError as error:
        print(f"flipped bits: {error}")
        return False
    print(f"{count:,} flipped bits: {seen:,} seen, {harmless:,} harmless", flush=True)
    return True


def disks(folder: Path, step: int) -> bool:
    from filling import fill_often, small_disk

    try:
        with small_disk(folder / "disk") as disk:
            tally = fill_often(disk, step)
    except OSError as error:
        print(f"full disks: not tried, {error}", flush=True)
        return True
    print(
        f"{tally.disks:,} disks of two megabytes filled up: on {tally.begun:,} a ledger had begun, "
        f"{tally.acknowledged:,} acknowledged, {tally.refused:,} refusals in words, "
        f"{tally.lost} lost, {len(tally.faults)} faults",
        *tally.faults[:20],
        sep="\n",
        flush=True,
    )
    return not (tally.lost or tally.faults)


def cuts(folder: Path, chances: int) -> bool:
    from powercut import cut_everywhere

    if shutil.which("strace") is None:
        print("power cuts: not tried, strace is not here", flush=True)
        return True
    tally = cut_everywhere(folder, chances=chances)
    print(
        f"power cut at each of {tally.moments:,} moments: {tally.cuts:,} different disks, "
        f"{tally.acknowledged:,} acknowledged in the whole run, {tally.lost} lost, "
        f"{len(tally.faults)} faults",
        *tally.faults[:20],
        sep="\n",
        flush=True,
    )
    return not (tally.lost or tally.faults)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--step", type=int, default=4, help="kilobytes between full disks")
    parser.add_argument("--cuts", type=int, default=3, help="random power cuts a moment")
    given = parser.parse_args()
    sound = True
    runs = ((disks, given.step), (cuts, given.cuts), (kills, given.kills, 1))
    for run, *more in (*runs, (kills, given.kills, 4), (bits, given.flips)):
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            sound &= run(Path(folder), *more)
    sys.exit(not sound)


if __name__ == "__main__":
    main()
