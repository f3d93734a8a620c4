"""A disk that is full, at every point: with so many kilobytes of room left, and no more.

    python tests/ledger/filling.py FOLDER               FOLDER: a small file system, two megabytes

Whatever the room, a ledger begins or it does not; what was acknowledged is there; what is refused
is refused in one sentence; and with room again it goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field

HERE = Path(__file__).resolve().parent
KILOBYTE = 1024
STEP, FREE = 4, 600  # kilobytes: a page; more than a ledger of a few entries needs


@define
class Tally:
    """What many full disks came to."""

    disks: int = 0
    refused: int = 0
    begun: int = 0
    acknowledged: int = 0
    lost: int = 0
    faults: list[str] = field(factory=list)


@contextmanager
def small_disk(place: Path, size: str = "2m") -> Iterator[Path]:
    """A file system of its own in memory. Raises OSError if this user may mount none."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise OSError("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill_often(disk: Path, step: int = STEP) -> Tally:
    """Disks with 0, 4, 8 … kilobytes of room: begin a ledger and append until nothing goes any
    more; then with a ledger of some entries that is there already."""
    tally = Tally()
    for begun in (False, True):
        for room in range(0, FREE, step):
            tally.disks += 1
            try:
                fill(disk, room, begun, tally)
            finally:
                for path in disk.iterdir():
                    path.unlink()
    return tally


def fill(disk: Path, room: int, begun: bool, tally: Tally) -> None:
    """One disk."""
    place, ballast = disk / "ledger.db", disk / "ballast"
    receipts = append(place, 3, tally) if begun else []
    leave(ballast, disk, room)
    receipts += append(place, 100_000, tally)
    ballast.unlink()
    tally.acknowledged += len(receipts)
    tally.begun += bool(receipts)
    check(place, receipts, f"{room} KB of room", tally)


def leave(ballast: Path, disk: Path, room: int) -> None:
    """Take all the space but so many kilobytes."""
    found = os.statvfs(disk)
    with ballast.open("wb") as stream:
        left = found.f_bavail * found.f_frsize - room * KILOBYTE
        stream.write(bytes(max(0, left)))


def append(place: Path, count: int, tally: Tally) -> list[tuple[int, str]]:
    """So many entries, or until one is refused, as must be said in one sentence."""
    from invented_ledger import record

    from portability.errors import LedgerError
    from portability.ledger import Ledger

    receipts: list[tuple[int, str]] = []
    try:
        with Ledger.open(place, create=True) as ledger:
            for number in range(count):
                receipt = record(ledger, subject=f"file-{len(receipts)}-{number}")
                receipts.append((receipt.entry, receipt.hash))
    except LedgerError as error:
        tally.refused += 1
        said = str(error)
        if "\n" in said or not any(w in said for w in ("disk", "space", "cannot be opened")):
            tally.faults.append(f"not a plain sentence: {said}")
    return receipts


def check(place: Path, receipts: list[tuple[int, str]], where: str, tally: Tally) -> None:
    """With room again: all is there, and the next entry can be written."""
    from invented_ledger import record

    from portability.errors import LedgerError
    from portability.ledger import Ledger
    from portability.ledger.verify import verify

    try:
        with Ledger.open(place, create=not receipts) as ledger:
            held = {entry.number: entry.chain.hex() for entry in ledger.entries()}
            tally.lost += sum(held.get(number) != value for number, value in receipts)
            for number, _ in receipts:
                assert ledger.unsealed(number)
            record(ledger)
            tally.faults += [f"{where}: {fault}" for fault in verify(ledger).faults]
    except LedgerError as error:
        tally.faults.append(f"{where}: {error}")


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parent.parent)]
    print(fill_often(Path(sys.argv[1])))
