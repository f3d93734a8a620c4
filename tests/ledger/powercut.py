"""A power cut, simulated at every write: what was synchronised is there, the rest perhaps.

    python tests/ledger/powercut.py FOLDER          the program that is traced

A writer runs under strace. Its trace holds every byte written, every synchronisation and every
acknowledgement, in order. For each moment the disk is put together as a power cut could leave it:
what had been synchronised, plus none, all or any of what had not, in sectors of 512 bytes, with
names of files in the order they were made. Every receipt printed before that moment must be in it.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import define, field

HERE = Path(__file__).resolve().parent
SECTOR = 512
NAMING = "openat,unlink,unlinkat,link,linkat,rename,renameat"
CALLS = f"{NAMING},write,pwrite64,ftruncate,fsync,fdatasync"
LINE = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?[^<>]*$")
NAMED, BYTES = re.compile(r"^\d+<(.*)>$"), re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


# The program that is watched


def write(folder: Path, careless: bool = False) -> None:
    """Create, append, erase, close, open again; a line on standard output for all that was
    acknowledged. `careless`: without waiting for the disk, to see that the simulation notices."""
    from invented_ledger import CASE, DETERMINATION, RULES

    from portability.ledger import Draft, Ledger, determination_body
    from portability.ledger.persons import erase
    from portability.ledger.proof import checkpoint

    def say(*words: object) -> None:
        os.write(1, (" ".join(map(str, words)) + "\n").encode())

    for again in range(3):
        with Ledger.open(folder / "ledger.db", create=True) as ledger:
            ledger.connection.execute("PRAGMA wal_autocheckpoint = 25")  # often, to cut there too
            if careless:
                ledger.connection.execute("PRAGMA synchronous = OFF")
            for number in range(8):
                body, sealed = determination_body(CASE, DETERMINATION)
                size = 5 if number % 4 == 3 else 1
                drafts = [
                    Draft(body, sealed, RULES, f"{again}-{number}-{part}") for part in range(size)
                ]
                for receipt in ledger.append_many(drafts):
                    say("entry", receipt.entry, receipt.hash)
            person = ledger.keys.find(f"{again}-2-0")
            assert person is not None
            erase(ledger, person.id)
            say("erased", person.id, person.key.hex())
            checkpoint(ledger)


def record(folder: Path, careless: bool = False) -> list[str]:
    """The trace of one run, a line a call."""
    trace = folder.with_name(folder.name + ".trace")
    command = ["strace", "-qq", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", trace]
    subprocess.run(
        [*command, sys.executable, HERE / "powercut.py", folder, *["--careless"] * careless],
        check=True,
        capture_output=True,
        cwd=HERE,
    )
    return trace.read_text("ascii").splitlines()


# What the disk holds


@define
class File:
    """Its synchronised content, and what was done to it since."""

    safe: bytearray = field(factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(factory=list)  # offset, data; None: cut there


@define
class Disk:
    """One folder: files by name, as on the disk and as the program sees them."""

    safe: dict[str, File] = field(factory=dict)
    names: dict[str, File] = field(factory=dict)
    since: list[tuple[str, File | None]] = field(factory=list)  # name, what it stands for now

    def name(self, name: str, file: File | None) -> None:
        self.since.append((name, file))
        named(self.names, name, file)

    def sync(self, name: str) -> None:
        if name == "":  # the folder itself
            for change in self.since:
                named(self.safe, *change)
            self.since = []
            return
        file = self.names[name]
        for offset, data in file.since:
            done(file.safe, offset, data)
        file.since = []

    def cut(self, chance: random.Random, share: float) -> dict[str, bytes]:
        """Name -> content after a power cut; of what was not synchronised a share survives."""
        left = dict(self.safe)
        reach = sum(chance.random() < share for _ in self.since)
        for change in self.since[:reach]:
            named(left, *change)
        return {name: survived(file, chance, share) for name, file in left.items()}


def named(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def done(content: bytearray, offset: int, data: bytes | None) -> None:
    """A write, or (None) a cut to a length."""
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset + len(data) - len(content))))
    content[offset : offset + len(data)] = data


def survived(file: File, chance: random.Random, share: float) -> bytes:
    """Writes that were not synchronised survive sector by sector, or not at all."""
    content = bytearray(file.safe)
    for offset, data in file.since:
        if data is None:
            if chance.random() < share:
                done(content, offset, None)
            continue
        at = 0
        while at < len(data):
            end = min(len(data), at + SECTOR - (offset + at) % SECTOR)
            if chance.random() < share:
                done(content, offset + at, data[at:end])
            at = end
    return bytes(content)


# From the trace to the disk


def moments(lines: Sequence[str], folder: Path) -> Iterator[tuple[Disk, list[list[str]]]]:
    """The disk before the first and after every call that concerns the folder, and what had been
    acknowledged by then."""
    disk, said = Disk(), list[list[str]]()
    yield disk, said
    for line in lines:
        found = LINE.match(line)
        if found is None or int(found[3]) < 0:
            continue
        if happen(disk, said, found[1], found[2], f"{folder}"):
            yield disk, said


def happen(disk: Disk, said: list[list[str]], call: str, given: str, folder: str) -> bool:
    """One call; whether it concerned the folder."""
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in BYTES.findall(given)]
    arguments = given.split(", ")
    first, last = arguments[0], arguments[-1]
    opened = NAMED.match(first)
    target = None if opened is None else inside(plain(opened[1]), folder)
    if call == "write" and first.startswith("1<"):
        said += [line.split(" ") for line in texts[0].decode().splitlines()]
        return True
    if call in NAMING.split(","):
        return renamed(disk, call, [inside(text.decode(), folder) for text in texts], arguments)
    if target is None or (target and target not in disk.names):
        return False
    if call in ("fsync", "fdatasync"):
        disk.sync(target)
    elif call == "pwrite64":
        disk.names[target].since.append((int(last), texts[0]))
    elif call == "ftruncate":
        disk.names[target].since.append((int(last), None))
    else:
        raise AssertionError(f"{call} on {target}: not foreseen")
    return True


def renamed(disk: Disk, call: str, names: list[str | None], arguments: list[str]) -> bool:
    """Files made, named, named otherwise, removed."""
    if not names or names[0] in (None, "") or names[0].endswith("-shm"):
        return False  # shared memory is never read after a cut: it is made again
    if call == "openat":
        if not any("O_CREAT" in word for word in arguments) or names[0] in disk.names:
            return False
        disk.name(names[0], File())
    elif call.startswith("unlink"):
        disk.name(names[0], None)
    else:
        assert names[1]
        disk.name(names[1], disk.names[names[0]])
        if call.startswith("rename"):
            disk.name(names[0], None)
    return True


def plain(text: str) -> str:
    """A path as strace shows it, in hexadecimal or not."""
    return bytes.fromhex(text.replace("\\x", "")).decode() if text.startswith("\\x") else text


def inside(path: str, folder: str) -> str | None:
    """The name within the folder; empty for the folder itself, None for elsewhere."""
    if path == folder:
        return ""
    return path.removeprefix(folder + "/") if path.startswith(folder + "/") else None


# What must hold


@define
class Tally:
    """What many cuts came to."""

    moments: int = 0
    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    faults: list[str] = field(factory=list)


def cut_everywhere(
    folder: Path, every: int = 1, chances: int = 1, careless: bool = False, seed: int = 1
) -> Tally:
    """Record a run, then cut after every so-manieth call: nothing that was not synchronised
    survives, all of it, and so many times a random half."""
    run = folder / "run"
    run.mkdir()
    lines = record(run, careless)
    tally, chance, seen = Tally(), random.Random(seed), set[int]()
    for number, (disk, said) in enumerate(moments(lines, run)):
        tally.moments += 1
        tally.acknowledged = len(said)
        if number % every:
            continue
        for share in (0.0, 1.0, *[0.5] * chances):
            left = disk.cut(chance, share)
            state = hash((len(said), *sorted(left.items())))
            if state not in seen:
                seen.add(state)
                tally.cuts += 1
                examine(left, said, folder / "after", tally)
    return tally


def examine(left: dict[str, bytes], said: list[list[str]], place: Path, tally: Tally) -> None:
    """Put the files there, open, verify, compare with all that was acknowledged."""
    from portability.errors import LedgerError

    place.mkdir(exist_ok=True)
    for path in place.iterdir():
        path.unlink()
    for name, content in left.items():
        (place / name).write_bytes(content)
    if "ledger.db" not in left:
        tally.lost += len(said)
        return
    try:
        compare(place / "ledger.db", said, tally)
    except (LedgerError, LookupError, TypeError, ValueError, AssertionError) as error:
        tally.faults.append(f"after {len(said)} acknowledgements: {error}")


def compare(place: Path, said: list[list[str]], tally: Tally) -> None:
    from invented_ledger import record as append

    from portability.ledger import Ledger
    from portability.ledger.verify import verify

    erased = {words[1]: bytes.fromhex(words[2]) for words in said if words[0] == "erased"}
    with Ledger.open(place) as ledger:
        count = len(ledger)
        for kind, number, value in said:
            if kind == "entry":
                if int(number) >= count or ledger.entry(int(number)).chain.hex() != value:
                    tally.lost += 1
                elif not ledger.erased(ledger.entry(int(number)).body["person"]):
                    assert ledger.unsealed(int(number))  # else its key was lost
        for person, key in erased.items():
            tally.lost += not ledger.erased(person)
            if ledger.keys.person(person) is not None:
                tally.faults.append("the key of an erased person is there again")
            if any(key in path.read_bytes() for path in place.parent.glob("ledger.keys.*")):
                tally.faults.append("the bytes of a destroyed key are there again")
        append(ledger)
        # A person whose erasure was not acknowledged yet may still have a key.
        tally.faults += [
            f"after {len(said)} acknowledgements: {fault}"
            for fault in verify(ledger).faults
            if fault.code != "erasure"
        ]


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parent.parent)]
    write(Path(sys.argv[1]), "--careless" in sys.argv)
