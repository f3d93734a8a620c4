"""`portability ledger`: what was recorded, whether it still stands, whether it comes out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portability.errors import LEDGER_REFUSED, LedgerError

if TYPE_CHECKING:
    pass

from portability.commands.ledger_options import (
    answer_table,
    as_format,
    at_ledger,
    comma_separated,
    numbered,
    read_text,
    reading,
    table,
    writing,
)

Json = dict[str, Any]
LOGGED = ("entry", "at", "kind", "corridor", "outcome", "supersedes", "superseded_by", "hash")


class LedgerGroup(click.Group):
    """The first commands stand here, the others are imported when one of them is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        more()
        return list(self.commands)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.commands:
            more()
        return self.commands.get(name)


def more() -> None:
    from portability.commands import ledger_more

    ledger_more.register(ledger)


@click.group(cls=LedgerGroup)
def ledger() -> None:
    """The append-only record: log, show, verify, replay, checkpoint and what an audit needs.

    Nothing in it is ever edited or deleted; personal data is sealed and can be erased.
    """


@ledger.command()
@at_ledger
@as_format("table", "json", "jsonl", "csv")
@click.option("--kind", help="Only entries of this kind, for example determination.")
@click.option("--last", type=click.IntRange(1, 2**62), metavar="N", help="Only the last N entries.")
def log(path: str | None, form: str, kind: str | None, last: int | None) -> None:
    """List the entries: number, time, kind, countries, outcome, what supersedes what.

    \b
      portability ledger log
      portability ledger log --kind determination --format csv > decisions.csv
    """
    from portability.ledger.show import lines

    with reading(path) as book:
        first = 0 if last is None else max(0, len(book) - last)
        rows = [row for row in lines(book, first) if kind in (None, row["kind"])]
    if form == "table":
        click.echo(table(rows, ("entry", "at", "kind", "corridor", "outcome")))
    elif form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    else:
        click.echo(comma_separated(rows, LOGGED), nl=False)


@ledger.command()
@click.argument("number", type=click.IntRange(0, 2**62), metavar="N")
@at_ledger
@as_format("table", "json", "html")
@click.option("--unseal", is_flag=True, help="Open the personal data; that is recorded.")
@click.option("--reason", default="", help="Why it is opened; stands in the record of access.")
def show(number: int, path: str | None, form: str, unseal: bool, reason: str) -> None:
    """Show entry N like a file note. Personal data stays sealed unless --unseal is given."""
    from portability.ledger import show as told

    with writing(path) if unseal else reading(path) as book:
        numbered(book, number)
        note = told.note(book, number)
        if unseal:
            from portability.ledger.persons import unseal_recorded

            note["documents"] = unseal_recorded(book, number, reason)
    if form == "json":
        click.echo(json.dumps(note, ensure_ascii=False, indent=2))
    elif form == "html":
        click.echo(told.html(note))
    else:
        click.echo(told.text(note))
        answer = note.get("documents", {}).get("determination")
        if answer:
            click.echo("\n" + answer_table(answer, note))


@ledger.command()
@at_ledger
@as_format("table", "json")
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="A checkpoint kept outside this machine (- for standard input). May be repeated.",
)
@click.option("--receipt", "receipts", multiple=True, metavar="N:HASH", help="As on a decision.")
@click.option("--key", metavar="VKEY", help="The key the checkpoint must be signed with.")
@click.option(
    "--witness", "witnesses", multiple=True, metavar="VKEY", help="Who must have cosigned."
)
def verify(
    path: str | None,
    form: str,
    checkpoints: tuple[str, ...],
    receipts: tuple[str, ...],
    key: str | None,
    witnesses: tuple[str, ...],
) -> int:
    """Check every hash of the ledger; say in words what is proven and what is not. Exit 3 on any
    fault.

    Without --checkpoint the file is only compared with itself: give a checkpoint (or the receipt of
    a
    decision) that somebody else kept.
    """
    from portability.ledger.checkpoint import read_key
    from portability.ledger.verify import verify as run

    notes = [read_text(name) for name in checkpoints]
    pairs = [receipt(text) for text in receipts]
    with reading(path) as book:
        report = run(
            book,
            notes,
            key=read_key(key) if key else None,
            witnesses=[read_key(text) for text in witnesses],
            receipts=pairs,
        )
    if form == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(report.text())
    return 0 if report.ok else LEDGER_REFUSED


def receipt(text: str) -> tuple[int, str]:
    number, _, value = text.partition(":")
    if not number.isdigit() or len(value) != 64:
        raise click.UsageError(f"--receipt {text!r}: expected N:HASH as printed, e.g. 12:3f…")
    return int(number), value


@ledger.command()
@at_ledger
@click.option("--last", is_flag=True, help="Print the last one signed instead of signing anew.")
def checkpoint(path: str | None, last: bool) -> None:
    """Sign the present state and print it: about 170 bytes to keep where nobody here can change
    them.

    Print it on the decision letter, mail it to the other country's liaison body, publish it. Later
    `ledger verify --checkpoint FILE` proves that nothing before it was changed or removed.
    """
    from portability.ledger.proof import checkpoint as sign
    from portability.ledger.proof import latest

    with reading(path) if last else writing(path) as book:
        text = latest(book) if last else sign(book)
    if text is None:
        raise LedgerError("no checkpoint was signed yet")
    click.echo(text, nl=False)


def file_or_stdout(out: str | None, text: str) -> None:
    if out:
        Path(out).write_text(text, "utf-8")
    else:
        click.echo(text, nl=False)
