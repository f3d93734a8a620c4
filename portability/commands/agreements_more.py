"""`portability agreements search`, `matrix` and `new`: what delegations ask of many texts, who has
what with whom, and the first file of a draft."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

ON = click.option(
    "--on",
    metavar="DATE",
    help="The day asked for, YYYY-MM-DD (default: today): rules and parties bound on that day.",
)
WIDEST = 200


@click.command()
@click.argument("query", nargs=-1)
@ON
@click.option(
    "--agreement",
    "chosen",
    multiple=True,
    metavar="ID|FILE",
    help="Ask these instead of the catalogue: an id or a file, also a draft (repeatable).",
)
@click.option("--facets", is_flag=True, help="List what can be asked, and how much is known of it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="table: to read; json: one object; csv: one line per statement.",
)
def search(
    query: tuple[str, ...], on: str | None, chosen: tuple[str, ...], facets: bool, form: str
) -> None:
    """Ask which agreements in force do X, and with which article.

    \b
      portability agreements search "own_minimum > 1 year"
      portability agreements search "denominator capped" party=CA
      portability agreements search "third_states counted" branch=survivors
      portability agreements search --facets

    QUERY is one term or several: a facet, a comparison (= != > >= < <=, or none for a word) and a
    value; a|b for either. All terms must hold, terms about rules in one and the same rule. Lengths
    are compared by what they are: 6 quarters are more than a year. An agreement whose text was not
    seen on a point is listed apart and never counted as a no.
    """
    from portability import catalogue
    from portability.compare import facets as facts
    from portability.compare import facets_print as show
    from portability.compare import facets_query

    when = day_of(on)
    terms = facets_query.parse(query)
    if chosen:
        asked = [catalogue.find(name) for name in chosen]
    else:
        asked = [catalogue.find(name) for name in catalogue.paths()]
    if facets or not query:
        sheets = [facts.sheet(agreement, when) for agreement in asked]
        sheets = [sheet for sheet in sheets if chosen or sheet.status == "in_force"]
        made: Any = {
            "table": lambda: "\n".join(show.facet_lines(sheets, when, room())),
            "json": lambda: as_json(show.facet_document(sheets, when)),
            "csv": lambda: show.facet_csv(sheets, when).rstrip("\n"),
        }
    else:
        answer = facets_query.search(terms, asked, when, only_in_force=not chosen)
        made = {
            "table": lambda: "\n".join(show.lines(answer, when, room())),
            "json": lambda: as_json(show.document(answer, when)),
            "csv": lambda: show.table_csv(answer).rstrip("\n"),
        }
    click.echo(made[form]())


def room() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)


def as_json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def day_of(text: str | None) -> int:
    """The day asked for as days since 1970-01-01. Raises InputError."""
    from datetime import date

    from portability.dates import day
    from portability.errors import Fault, InputError

    try:
        return day(text if text is not None else date.today().isoformat())
    except ValueError:
        found = Fault("--on:1:1", "on", repr(text), "a calendar date YYYY-MM-DD")
        raise InputError([found]) from None
