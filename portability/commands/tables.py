"""`portability tables`: dated parameters and their gaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.group()
def tables() -> None:
    """Dated parameters: where they begin and end, and which gaps blank the most results."""


@tables.command("list")
@click.argument("scheme", required=False)
def list_(scheme: str | None) -> None:
    """Every table with its life, the day somebody last saw it stand, and its source."""
    from portability import registry

    for scheme_id in [scheme] if scheme else registry.ids():
        for table in registry.load(scheme_id).tables.values():
            life = f"{table.span():26} checked {table.checked}"
            click.echo(f"{scheme_id:20} {table.name:36} {life}  {table.source}")


@tables.command()
@click.argument("files", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="A table, or JSON for programs.",
)
def gaps(files: tuple[str, ...], form: str) -> None:
    """Rank what is missing by scheme, table and years, by the number of results it blanks.

    FILES are cases or worked examples (default: the worked examples of tests/cases).
    """
    from portability import gaps as module

    ranked: list[dict[str, Any]] = module.ranked([Path(f) for f in files] or [Path("tests/cases")])
    if form == "json":
        click.echo(json.dumps(ranked, indent=2))
        return
    for row in ranked:
        click.echo(f"{row['results']:6}  {row['scheme']:18} {row['missing']:42} {row['at']}")
    if not ranked:
        click.echo("No result of these files is blanked by a missing table or rule.")
