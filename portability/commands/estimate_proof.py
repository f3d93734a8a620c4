"""`portability estimate prove`: that one member's rows are in the batch a ledger entry names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from portability.errors import FOUND, Fault, InputError

Json = dict[str, Any]
SCHEMA = "portability/row-proof@1"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("member")
def prove(folder: Path, member: str) -> None:
    """The lines of one member in results.csv, each with its path to the root in the ledger.

    The proof is JSON; whoever holds it and the ledger's entry needs nothing else of the batch:
    `portability estimate check-proof PROOF --root ROOT`.
    """
    from portability.ledger.merkle import inclusion_path

    path = folder / "results.csv"
    if not path.exists():
        expected = "the folder of a finished `portability estimate`"
        raise InputError([Fault(f"{path}:1:1", "FOLDER", "no results.csv", expected)])
    head, mine, size = found(path, member)
    if not mine:
        expected = "a member who was estimated (rejects.csv lists who was not)"
        raise InputError([Fault(f"{path}:1:1", "MEMBER", "nobody with this id", expected)])
    wanted: set[tuple[int, int]] = set()

    def asked(level: int, at: int) -> bytes:
        wanted.add((level, at))
        return b""

    for index in mine:
        inclusion_path(index, size, asked)
    nodes, root = hashes(path, wanted)
    rows = [
        {
            "index": index,
            "line": line,
            "path": [
                value.hex()
                for value in inclusion_path(index, size, lambda level, at: nodes[level, at])
            ],
        }
        for index, line in mine.items()
    ]
    proof = {"schema": SCHEMA, "size": size, "root": root.hex(), "columns": head, "rows": rows}
    click.echo(json.dumps(proof, indent=2, ensure_ascii=False))


@click.command("check-proof")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--root", required=True, help="The root that the ledger's entry states (hex).")
def check_proof(file: Path, root: str) -> int:
    """Are these lines in the batch with this root? Exit 1 if one is not."""
    from portability.ledger.merkle import inclusion_holds, leaf_hash

    try:
        proof = json.loads(file.read_text("utf-8"))
        rows = [
            (
                int(row["index"]),
                str(row["line"]).encode(),
                [bytes.fromhex(value) for value in row["path"]],
            )
            for row in proof["rows"]
        ]
        size, wanted = int(proof["size"]), bytes.fromhex(root)
    except (ValueError, KeyError, TypeError):
        raise InputError(
            [Fault(f"{file}:1:1", "FILE", "no such proof", f"a {SCHEMA} of `estimate prove`")]
        ) from None
    bad = 0
    for index, line, path in rows:
        sound = inclusion_holds(leaf_hash(line), index, size, path, wanted)
        bad += not sound
        click.echo(f"line {index + 1}: {'in the batch' if sound else 'NOT in the batch'}")
    return FOUND if bad else 0


def lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for line in stream:
            yield line.rstrip(b"\r\n")


def found(path: Path, member: str) -> tuple[str, dict[int, str], int]:
    """(heading, index -> line of the member's rows, number of lines); rows stand together."""
    import csv

    mine: dict[int, str] = {}
    head, size = "", 0
    key = member.encode()
    for index, line in enumerate(lines(path)):
        size = index + 1
        if index == 0:
            head = line.decode()
        elif key in line and next(csv.reader([line.decode()]))[0] == member:
            mine[index] = line.decode()
    return head, mine, size


def hashes(path: Path, wanted: set[tuple[int, int]]) -> tuple[dict[tuple[int, int], bytes], bytes]:
    """The wanted nodes of the tree over the lines, and its root, in one pass and flat memory."""
    from portability.ledger.merkle import Frontier, leaf_hash

    frontier, nodes = Frontier(), {}
    for index, line in enumerate(lines(path)):
        leaf = leaf_hash(line)
        if (0, index) in wanted:
            nodes[0, index] = leaf
        for level, at, value in frontier.append(leaf):
            if (level, at) in wanted:
                nodes[level, at] = value
    return nodes, frontier.root()
