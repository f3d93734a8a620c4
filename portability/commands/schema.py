"""`portability schema`: the JSON Schema of a document."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument(
    "name", type=click.Choice(["case", "example", "agreement", "scheme", "determination"])
)
def schema(name: str) -> None:
    """Print the JSON Schema of a document, for editors and other programs."""
    from portability.schemas import schema as made

    click.echo(json.dumps(made(name), indent=2, ensure_ascii=False))
