"""`portability new`: the files a contributor fills in."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def new() -> None:
    """Write the files of something new, ready to fill in; nothing existing is overwritten."""


@new.command()
@click.argument("country", metavar="XX")
@click.argument("scheme", default="pension")
@click.option(
    "--into",
    type=click.Path(file_okay=False),
    default=".",
    help="Root of the project (default: here).",
)
@click.option("--currency", default="EUR", help="ISO 4217 code.")
@click.option(
    "--unit",
    type=click.Choice(["day", "week", "month", "quarter", "year"]),
    default="month",
    help="Unit of the scheme's periods.",
)
def scheme(country: str, scheme: str, into: str, currency: str, unit: str) -> None:
    """Write the drawer of a country's scheme: parameters, words, a worked example and a test.

    \b
      portability new scheme NP ssf --currency NPR
    """
    from portability.drawer import write

    for path in write(Path(into), country, scheme, currency, unit):
        click.echo(f"wrote {path}")
    click.echo("Next: docs/add-a-country.md")
