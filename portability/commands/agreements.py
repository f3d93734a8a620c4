"""`portability agreements` and `portability explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from portability.commands.agreements_check import check
from portability.commands.agreements_more import matrix, new, search
from portability.errors import Fault, InputError


@click.group()
def agreements() -> None:
    """Agreements: every command that takes an id also takes the path of a file."""


agreements.add_command(check)
agreements.add_command(search)
agreements.add_command(matrix)
agreements.add_command(new)


@agreements.command("list")
@click.option(
    "--party",
    multiple=True,
    metavar="XX",
    help="Only agreements that bind this country (repeatable).",
)
def list_(party: tuple[str, ...]) -> None:
    """All agreements: id, kind, parties, in force, title."""
    from portability import catalogue
    from portability.countries import COUNTRIES
    from portability.dates import NODATE, iso
    from portability.errors import nearest

    party = tuple(code.upper() for code in party)
    unknown = [code for code in party if code not in COUNTRIES]
    if unknown:
        expected = "an ISO 3166 country code such as DE"
        raise InputError(
            Fault("--party:1:1", "party", repr(code), expected, nearest(code, COUNTRIES))
            for code in unknown
        )
    for name in catalogue.paths():
        found = catalogue.find(name)
        if not set(party) <= set(found.countries()):
            continue
        parties = (
            " ".join(found.countries())
            if len(found.countries()) <= 4
            else f"{len(found.countries())} states"
        )
        since = iso(found.start) if found.start > NODATE else "-"
        click.echo(f"{found.id:16} {found.kind:14} {parties:14} {since:12} {found.title}")


@agreements.command()
@click.argument("agreement")
def show(agreement: str) -> None:
    """The whole agreement as JSON, defaults and annexes laid out."""
    from portability import catalogue

    click.echo(json.dumps(catalogue.find(agreement).raw, indent=2, ensure_ascii=False, default=str))


@click.command()
@click.argument("agreement")
@click.option("--scheme", help="Only the rules of this scheme.")
def explain(agreement: str, scheme: str | None) -> None:
    """Show each rule of an agreement with the article it implements: what a lawyer signs."""
    from portability import catalogue

    found = catalogue.find(agreement)
    click.echo(f"{found.title} ({found.id}), {found.digest}\n")
    rules = [
        *as_list(found.raw.get("rules")),
        *as_list(found.raw.get("defaults")),
        *as_list(found.raw.get("annex")),
    ]
    for rule in rules:
        if scheme and scheme not in as_list(rule.get("scheme")):
            continue
        cite = rule.get("cite")
        where = (
            cite
            if not isinstance(cite, Mapping)
            else f"{cite.get('article', '')} {cite.get('url', '')}".strip()
        )
        of = ", ".join(as_list(rule.get("scheme") or rule.get("country"))) or "every scheme"
        click.echo(f"{of}: {where or 'no article'}")
        if isinstance(cite, Mapping) and cite.get("quote"):
            click.echo(f'    "{cite["quote"]}"')
        for key, value in rule.items():
            if key not in ("cite", "scheme", "country"):
                click.echo(f"    {key}: {json.dumps(value, ensure_ascii=False, default=str)}")
        click.echo()


def as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
