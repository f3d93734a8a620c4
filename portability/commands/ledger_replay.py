"""`portability ledger replay`: does the recorded answer come out again?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from portability.commands.ledger_options import (
    as_format,
    at_ledger,
    comma_separated,
    numbered,
    reading,
    table,
)
from portability.errors import FOUND, LEDGER_REFUSED, InputError, LedgerError

if TYPE_CHECKING:
    from portability.ledger.replay import Replay


@click.command()
@click.argument("number", type=click.IntRange(0, 2**62), metavar="[N]", required=False)
@at_ledger
@as_format("table", "json")
@click.option("--all", "everything", is_flag=True, help="Every determination.")
@click.option("--since", type=click.IntRange(0, 2**62), metavar="N", help="From entry N on.")
@click.option(
    "--with-current-law",
    "current",
    is_flag=True,
    help="Decide under today's rules: what would change, and by which rule.",
)
@click.option(
    "--run-stored-code",
    "run_code",
    is_flag=True,
    help="Also run calculators stored in the ledger (only for a ledger you trust).",
)
@click.option("--changed", is_flag=True, help="Show only entries that do not come out identical.")
def replay(
    number: int | None,
    path: str | None,
    form: str,
    everything: bool,
    since: int | None,
    current: bool,
    run_code: bool,
    changed: bool,
) -> int:
    """Decide entry N again from its sealed case and stored law, and compare byte by byte.

    Rules and tables are those recorded, even if the installed ones have changed since. Exit 3 if
    a figure differs all the same, exit 1 if it does because the program has changed. Nothing is
    written; sealed data is opened in memory only.

    \b
      portability ledger replay 1
      portability ledger replay --all
      portability ledger replay --all --with-current-law --changed
    """
    from portability.commands.replaying import Replayer
    from portability.ledger.replay import determinations, replay_each

    if (number is not None) + everything + (since is not None) != 1:
        raise click.UsageError("say which: an entry's number, --all, or --since N")
    with reading(path) as book, Replayer(current, run_code) as run:
        numbers = determinations(book, since or 0)
        if number is not None:
            numbered(book, number)
            if number not in numbers:
                raise click.UsageError(f"entry {number} is no determination")
            numbers = [number]
        try:
            found = list(replay_each(book, numbers, run))
        except InputError as error:
            raise LedgerError(f"a recorded case cannot be read any more: {error}") from None
    shown = [item for item in found if not (changed and item.identical)]
    if form == "json":
        click.echo(json.dumps([item.as_json() for item in shown], ensure_ascii=False, indent=2))
    else:
        for item in shown:
            click.echo("\n".join(in_words(item, current)))
        click.echo(summary(found))
    if current:
        return 0
    if any(item.refused or (item.differences and not item.law) for item in found):
        return LEDGER_REFUSED
    return FOUND if any(item.differences for item in found) else 0


@click.command()
@at_ledger
@as_format("table", "json", "csv")
def impact(path: str | None, form: str) -> int:
    """List the decisions in force that would be different today: scheme, figure, changed rules.

    Exit 1 if there is any. What cannot be looked at (erased, key missing) is told on standard
    error.
    """
    from attrs import asdict

    from portability.commands.replaying import Replayer
    from portability.ledger.impact import Change, Unknown
    from portability.ledger.impact import impact as run

    with reading(path) as book, Replayer(current=True) as decide:
        try:
            found = list(run(book, decide))
        except InputError as error:
            raise LedgerError(f"a recorded case cannot be read any more: {error}") from None
    for item in found:
        if isinstance(item, Unknown):
            click.echo(f"entry {item.entry}: {item.why}", err=True)
    rows = [asdict(item) for item in found if isinstance(item, Change)]
    fields = ("entry", "scheme", "claimant", "field", "recorded", "now", "rules", "person")
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(comma_separated(rows, fields), nl=False)
    elif rows:
        click.echo(table(rows, fields))
    else:
        click.echo("no decision in force would be different today")
    return FOUND if rows else 0


def in_words(item: Replay, current: bool) -> Iterable[str]:
    """One entry's replay in words."""
    head, count = f"entry {item.entry}", len(item.differences)
    if item.erased:
        yield f"{head}: erased, so it cannot be decided again"
    elif item.refused:
        yield f"{head}: not replayed: {item.refused}"
    elif item.identical:
        yield f"{head}: identical, byte for byte"
    elif item.same:
        yield f"{head}: the same figures; only the names of the rules or the program differ"
    elif current and item.law:
        yield f"{head}: under today's rules {count} figures differ"
    else:
        yield f"{head}: {count} figures differ"
    for difference in (*item.law, *item.differences):
        yield f"  {difference}"
    if item.law and not current:
        yield (
            "  The program has changed since. To run calculators as they were recorded, for a "
            "ledger you trust: --run-stored-code"
        )


def summary(found: list[Replay]) -> str:
    same = sum(item.identical for item in found)
    erased = sum(item.erased for item in found)
    differ = len(found) - same - erased
    parts = [f"{len(found)} replayed", f"{same} identical"]
    parts += [f"{erased} erased"] if erased else []
    parts += [f"{differ} not identical"] if differ else []
    return ", ".join(parts)
