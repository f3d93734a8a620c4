"""The long runs behind docs/reliability.md: kills with one and four writers, flipped bits.

    python tests/ledger/torture.py [--kills 1000] [--flips 10000]

Prints one line a run; exit 1 if anything acknowledged was lost or any damage passed unseen.
"""

from __future__ import annotations

import argparse
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--flips", type=int, default=10_000)
    given = parser.parse_args()
    sound = True
    for run, *more in ((kills, given.kills, 1), (kills, given.kills, 4), (bits, given.flips)):
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            sound &= run(Path(folder), *more)
    sys.exit(not sound)


if __name__ == "__main__":
    main()
