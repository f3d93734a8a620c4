"""`make bench-ledger`: the ledger beside its floors, in one run on the machine at hand.

    python -m benchmarks.ledger [--entries 1000000] [--folder DIR]

Floors: a bare SQLite insert of the same bytes with the same durability; a bare pass that reads each
body and takes one SHA-256. Rates are per second of wall time and of processor time; on a machine
that others use, the latter and the ratios say more. The best of three is printed for passes and
verifications. No test asserts a time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from attrs import define

from portability.ledger import Draft, Ledger, determination_body, merkle, rows
from portability.ledger.canonical import canonical
from portability.ledger.checkpoint import read_checkpoint, read_note
from portability.ledger.drafting import Batch, prepare
from portability.ledger.proof import checkpoint
from portability.ledger.seal import FAST, Sealer
from portability.ledger.verify import verify

STATUSES = ("entitled", "unknown", "not_entitled")
RULES = {"us-oasdi": b"schema: portability/scheme@1\n" * 200, "us-de": b"schema: agreement\n" * 40}
CASE = {
    "schema": "portability/case@1",
    "person": {"born": "1962-03-14", "name": "Maria Exemplaria", "nationalities": ["PH"]},
    "claim": {"branch": "old_age", "date": "2027-04-01"},
    "periods": [
        {
            "scheme": "us-oasdi",
            "start": f"{year}-01-01",
            "end": f"{year}-12-31",
            "earnings": "21027",
        }
        for year in range(1990, 2002)
    ],
}
ANSWER: dict[str, Any] = {
    "claim": {"branch": "old_age", "date": "2027-04-01"},
    "estimate": False,
    "entitlements": [
        {"scheme": "us-oasdi", "country": "US", "status": "entitled", "route": "us-de"},
        {"scheme": "de-grv", "country": "DE", "status": "unknown", "route": "us-de"},
    ],
    "rules": {
        "engine": "0.1.0",
        **{name: f"sha256:{sha256(data).hexdigest()}" for name, data in RULES.items()},
    },
}


@define
class Clock:
    """A rate: so many in this much wall and processor time."""

    name: str
    count: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return self.count / self.wall

    def line(self, floor: Clock | None = None) -> str:
        ratio = "" if floor is None else f"{self.cpu / self.count / (floor.cpu / floor.count):.1f}"
        slower = "" if floor is None else f"{floor.rate / self.rate:.1f}"
        rates = f"{self.rate:12,.0f}{self.count / self.cpu:12,.0f}"
        return f"| {self.name:58} |{rates.replace(',', ' ')} | {slower:>5} | {ratio:>5} |"


def processor() -> float:
    """Processor time of this process and of those it waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@contextmanager
def timed(clock: Clock, count: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), processor()
    yield
    clock.wall += time.perf_counter() - wall
    clock.cpu += processor() - cpu
    clock.count += count


def best(name: str, count: int, act: Callable[[], object], runs: int = 3) -> Clock:
    """The fastest of several runs, by processor time."""
    clocks = []
    for _ in range(runs):
        clocks.append(Clock(name))
        with timed(clocks[-1], count):
            act()
    return min(clocks, key=lambda clock: clock.cpu)


def drafts(count: int, sealed: bool, persons: int) -> list[Draft]:
    """Decisions of 18 kinds in random order: bodies of a file are alike, not the same."""
    chance, known = random.Random(1), kinds()
    made = []
    for number in range(count):
        body, documents = chance.choice(known)
        made.append(
            Draft(dict(body), documents if sealed else {}, RULES, f"file-{number % persons}")
        )
    return made


def kinds() -> list[tuple[dict[str, Any], dict[str, bytes]]]:
    found = []
    for here, there, route in product(STATUSES, STATUSES, ("us-de", "")):
        first, second = ANSWER["entitlements"]
        lines = [{**first, "status": here, "route": route}, {**second, "status": there}]
        found.append(determination_body(CASE, {**ANSWER, "entitlements": lines}))
    return found


def append(ledger: Ledger, name: str, count: int, size: int, more: dict[str, int | bool]) -> Clock:
    """Appends in transactions of `size`."""
    clock, made = Clock(name), drafts(size, bool(more["sealed"]), int(more["persons"]))
    for _ in range(count // size):
        with timed(clock, size):
            ledger.append_many(made)
    return clock


def split(ledger: Ledger) -> Iterator[str]:
    """Microseconds of processor an entry with two sealed documents takes, piece by piece."""
    made = drafts(1_000, True, 1_000)
    subjects = [draft.subject for draft in made]
    persons = ledger.keys.admit_all(subjects)
    batch = prepare(made, ledger.keys)
    bodies = [json.loads(text) for text, _ in batch.entries]
    documents = [data for draft in made for data in draft.sealed.values()]
    few = [Batch([(text, {}) for text, _ in batch.entries]), batch]

    def seal() -> None:
        sealer = Sealer()
        for person, draft in zip(persons, made, strict=True):
            for name, data in draft.sealed.items():
                sealer.seal(person, name, data)

    def insert(which: int) -> None:
        connection = ledger.connection
        connection.execute("BEGIN IMMEDIATE")
        last, before = rows.tail(connection)
        rows.insert(connection, last, before, few[which].entries)
        connection.execute("ROLLBACK")

    pieces: dict[str, Callable[[], object]] = {
        "all of it": lambda: ledger.append_many(made),
        "persons and keys looked up": lambda: ledger.keys.admit_all(subjects),
        "two documents compressed": lambda: [zlib.compress(data, FAST) for data in documents],
        "two documents compressed and encrypted": seal,
        "body in canonical form, checked": lambda: [canonical(body) for body in bodies],
        "entry and tree inserted": lambda: insert(0),
        "entry, tree and two documents inserted": lambda: insert(1),
    }
    for name, act in pieces.items():
        clock = best(name, len(made), act, 9)
        yield f"  {name:44} {clock.cpu / clock.count * 1e6:6.1f} µs an entry"


def bare_inserts(folder: Path, ledger: Ledger, name: str, count: int, size: int) -> Clock:
    """The bytes of an entry and its documents, in a table with nothing around it."""
    body = ledger.entry(len(ledger) - 1).text
    found = ledger.query("SELECT ciphertext FROM payload WHERE seq = ?", len(ledger) - 1)
    documents = b"".join(bytes(row[0]) for row in found)
    connection = sqlite3.connect(folder / f"bare-{name[:4]}-{size}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE bare (n INTEGER PRIMARY KEY, body TEXT, documents BLOB)")
    clock = Clock(name)
    for _ in range(count // size):
        with timed(clock, size):
            connection.execute("BEGIN IMMEDIATE")
            insert = "INSERT INTO bare (body, documents) VALUES (?, ?)"
            connection.executemany(insert, [(body, documents)] * size)
            connection.execute("COMMIT")
    connection.close()
    return clock


def bare_pass(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    for (body,) in connection.execute("SELECT body FROM entry ORDER BY seq"):
        sha256(b"\x00" + body).digest()
    connection.close()


def least_pass(path: Path) -> None:
    """What any verifier has to do: read body, hashes and nodes, and take three SHA-256 an entry."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    chain = bytes(32)
    for body, leaf, link in connection.execute("SELECT body, leaf, chain FROM entry ORDER BY seq"):
        assert sha256(b"\x00" + body).digest() == leaf
        chain = sha256(chain + leaf).digest()
        assert chain == link
    for (node,) in connection.execute("SELECT hash FROM node"):
        sha256(b"\x01" + node + node).digest()
    connection.close()


def proofs(ledger: Ledger, count: int) -> Clock:
    size = read_checkpoint(read_note(checkpoint(ledger))).size
    chance, clock = random.Random(1), Clock(f"an inclusion proof among {size:,} entries")
    for number in [chance.randrange(size) for _ in range(count)]:
        with timed(clock, 1):
            merkle.inclusion_path(number, size, ledger.node)
    return clock


def peak(path: Path) -> int:
    """Peak memory of a process that verifies, in MB."""
    code = (
        "import sys, resource; from portability.ledger import Ledger\n"
        "from portability.ledger.verify import verify\n"
        "assert verify(Ledger.open(sys.argv[1], readonly=True)).ok\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def measure(folder: Path, entries: int) -> Iterator[str]:
    yield f"| {'what':58} | a second  of processor | wall÷ | cpu÷  |"
    yield f"|{'-' * 60}|{'-' * 25}|{'-' * 7}|{'-' * 7}|"
    with Ledger.open(folder / "sealed.db", create=True, origin="bench.example/l") as ledger:
        append(ledger, "", 1_000, 1_000, {"sealed": True, "persons": 1_000})
        for size, count in ((1, 2_000), (1_000, 20_000)):
            kind = "one a transaction" if size == 1 else f"{size:,} a transaction"
            floor = bare_inserts(folder, ledger, f"bare insert, {kind}", count, size)
            yield floor.line()
            for sealed in (False, True):
                name = f"append, {kind}, {'two sealed documents' if sealed else 'nothing sealed'}"
                how = {"sealed": sealed, "persons": 1_000}
                yield append(ledger, name, count, size, how).line(floor)
        yield from split(ledger)
    yield from verification(folder / "sealed.db", "two sealed documents in most")
    place = folder / "large.db"
    with Ledger.open(place, create=True, origin="bench.example/l") as ledger:
        how = {"sealed": False, "persons": 1}
        small = append(ledger, "", entries // 10, 5_000, how).count
        low = peak(place)
        yield append(ledger, "append, 5,000 a transaction", entries - small, 5_000, how).line()
        yield proofs(ledger, 2_000).line()
    yield from verification(place, "nothing sealed")
    size = place.stat().st_size >> 20
    yield f"peak memory of a verification: {low} MB at {small:,} entries, {peak(place)} MB at all"
    yield f"file of all: {size:,} MB; processors: {os.cpu_count()}"


def verification(place: Path, what: str) -> Iterator[str]:
    """`verify` against a checkpoint, beside a bare pass over the same file."""
    with Ledger.open(place) as ledger:
        note, count = checkpoint(ledger), len(ledger)
        floor = best(f"bare pass: read, one SHA-256; {what}", count, lambda: bare_pass(place))
        yield floor.line()
        least = best(f"what any verifier must do; {what}", count, lambda: least_pass(place))
        yield least.line(floor)

        def check() -> None:
            assert verify(ledger, [note]).ok

        yield best(f"verify: everything; {what}", count, check).line(floor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-ledger-", dir=given.folder) as folder:
        for line in measure(Path(folder), given.entries):
            print(line, flush=True)


if __name__ == "__main__":
    main()
