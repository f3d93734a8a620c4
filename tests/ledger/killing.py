"""Kill a writing program at a random moment, again and again: nothing acknowledged may be lost.

    python tests/ledger/killing.py FOLDER --kills 1000 --writers 4

A writer prints a receipt only after `append` returned. What it printed before it was killed must
be in the ledger.
kill -9 keeps what the operating system holds: this shows that the program survives, not the power
supply.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import define

HERE = Path(__file__).resolve().parent


@define
class Tally:
    """What many kills came to."""

    kills: int = 0
    acknowledged: int = 0
    entries: int = 0
    lost: int = 0
    faults: int = 0
    logs_left: int = 0


def write_for_ever(path: str, size: int) -> None:
    """A writer: batches of `size`, one line on standard output per batch acknowledged."""
    from invented_ledger import CASE, DETERMINATION, RULES

    from portability.ledger import Draft, Ledger, determination_body

    with Ledger.open(path, create=True) as ledger:
        while True:
            body, sealed = determination_body(CASE, DETERMINATION)
            drafts = [Draft(body, sealed, RULES, f"{os.getpid()}-{i % 7}") for i in range(size)]
            receipts = ledger.append_many(drafts)
            lines = "".join(f"{receipt.entry} {receipt.hash}\n" for receipt in receipts)
            os.write(1, lines.encode())


def acknowledged(output: bytes) -> Iterator[tuple[int, str]]:
    for line in output.decode().split("\n")[:-1]:
        number, value = line.split(" ")
        yield int(number), value


def kill_once(place: Path, writers: int, chance: random.Random) -> list[tuple[int, str]]:
    """Start writers, kill all at one moment; every receipt they had printed."""
    command = [sys.executable, str(HERE / "killing.py"), str(place), "--write"]
    running = [
        subprocess.Popen(
            [*command, str(chance.choice((1, 1, 7)))], stdout=subprocess.PIPE, cwd=HERE
        )
        for _ in range(writers)
    ]
    first = b""
    if chance.random() < 0.8:  # else perhaps while they start or make the ledger
        assert running[0].stdout is not None
        first = running[0].stdout.readline()
    time.sleep(chance.uniform(0, 0.3))
    for process in running:
        process.send_signal(signal.SIGKILL)
    outputs = [process.communicate()[0] for process in running]
    outputs[0] = first + outputs[0]
    return [pair for output in outputs for pair in acknowledged(output)]


def kill_often(folder: Path, kills: int, writers: int, seed: int = 1) -> Tally:
    """Kill, verify, compare with every receipt; a fresh ledger now and then."""
    from portability.ledger import Ledger
    from portability.ledger.verify import verify

    tally, chance = Tally(), random.Random(seed)
    place = folder / "ledger-0.db"
    receipts: dict[int, str] = {}
    held: dict[int, str] = {}
    while tally.kills < kills:
        for number, value in kill_once(place, writers, chance):
            receipts[number] = value
            tally.acknowledged += 1
        tally.kills += writers
        tally.logs_left += place.with_name(place.name + "-wal").exists()
        if not place.exists():
            continue  # killed while it was being made: nothing was acknowledged
        with Ledger.open(place) as ledger:
            tally.faults += len(verify(ledger).faults)
            held = {entry.number: entry.chain.hex() for entry in ledger.entries()}
            tally.lost += sum(held.get(number) != value for number, value in receipts.items())
        if len(held) > 3_000:
            tally.entries += len(held)
            place = folder / f"ledger-{tally.kills}.db"
            receipts, held = {}, {}
    tally.entries += len(held)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--writers", type=int, default=1)
    parser.add_argument("--write", type=int)
    given = parser.parse_args()
    sys.path[:0] = [str(HERE), str(HERE.parent.parent)]
    if given.write:
        write_for_ever(str(given.folder), given.write)
    tally = kill_often(given.folder, given.kills, given.writers)
    print(tally)
    sys.exit(bool(tally.lost or tally.faults))


if __name__ == "__main__":
    main()
