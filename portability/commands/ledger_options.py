"""What the ledger commands share: their options, opening a ledger, reading a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from portability.ledger import Ledger

Json = dict[str, Any]


def at_ledger(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option --ledger, as on every command that reads or writes a ledger."""
    return click.option(
        "--ledger",
        "path",
        type=click.Path(dir_okay=False),
        envvar="PORTABILITY_LEDGER",
        metavar="PATH",
        help="Ledger file (default: $PORTABILITY_LEDGER, else the user data directory).",
    )(function)


def as_format(*forms: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help="How to print it.",
    )


def reading(path: str | None) -> Ledger:
    from portability.ledger import Ledger

    return Ledger.open(path, readonly=True)


def writing(path: str | None) -> Ledger:
    from portability.ledger import Ledger

    return Ledger.open(path)


def numbered(book: Ledger, number: int) -> Any:
    """The entry, or a usage error that says which there are."""
    try:
        return book.entry(number)
    except LookupError as error:
        raise click.UsageError(str(error)) from None


def answer_table(answer: Json, entry: Json) -> str:
    """A recorded answer as it was shown; lines about an erased member of the family are gone."""
    from portability import report

    lines = [line for line in answer.get("entitlements", []) if "scheme" in line]
    receipt = {"entry": entry["entry"], "hash": entry["hash"]}
    return report.table({**answer, "entitlements": lines, "ledger": receipt})


def read_text(name: str) -> bytes:
    """A small file, or standard input."""
    with click.open_file(name, "rb") as stream:
        data: bytes = stream.read(1 << 20)
    return data.replace(b"\r\n", b"\n")


def table(rows: Iterable[Json], head: tuple[str, ...]) -> str:
    """Rows in columns, the first one aligned to the right."""
    cells = [head, *(tuple("" if row[k] is None else str(row[k]) for k in head) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    return "\n".join(
        "  ".join([row[0].rjust(max(widths[0], 5)), *map(str.ljust, row[1:], widths[1:])]).rstrip()
        for row in cells
    )


def comma_separated(rows: list[Json], fields: tuple[str, ...]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fields, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
