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


@click.command()
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="XX",
    help="A state: one alone is set against its partners, several against one another "
    "(repeatable, or PH,US,DE). Default: every state with an instrument.",
)
@click.option(
    "--branch",
    default="old_age",
    show_default=True,
    help="The branch for which periods are added together or not: old_age, invalidity, survivors, "
    "sickness, unemployment …",
)
@ON
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "html", "svg"]),
    default="table",
    show_default=True,
    help="table: to read; json: one object; csv: one line per pair and instrument; html, svg: one "
    "page or picture that loads nothing.",
)
@click.option("--out", type=click.Path(dir_okay=False), help="Write to this file instead.")
def matrix(
    parties: tuple[str, ...], branch: str, on: str | None, form: str, out: str | None
) -> None:
    """Draw who has what with whom: states by states, with their instruments.

    \b
      portability agreements matrix --party PH
      portability agreements matrix --party CA,CH,PH,TR,US --branch survivors --on 2010-01-01
      portability agreements matrix --format svg --out who-has-what.svg

    T both states count each other's periods for the branch, > or < one of them does, C coverage
    only, S signed and not in force. A dot says that this catalogue holds nothing, not that there is
    no agreement.
    """
    from pathlib import Path

    from portability import catalogue
    from portability.compare import matrix as found
    from portability.compare import matrix_page, matrix_print

    codes = [code.strip().upper() for text in parties for code in text.split(",") if code.strip()]
    check_states(codes, branch)
    made = found.matrix(catalogue.agreements(), branch, day_of(on), codes)
    text = {
        "table": lambda: "\n".join(matrix_print.lines(made, room())) + "\n",
        "json": lambda: as_json(matrix_print.document(made)) + "\n",
        "csv": lambda: matrix_print.table_csv(made),
        "html": lambda: matrix_page.html(made),
        "svg": lambda: matrix_page.svg(made),
    }[form]()
    if out is None:
        click.echo(text, nl=False)
        return
    Path(out).write_text(text, encoding="utf-8")
    click.echo(f"wrote {out}")


def check_states(codes: list[str], branch: str) -> None:
    """Every code is a country, and the branch is one. Raises InputError with every fault."""
    from portability.cohort import BRANCHES
    from portability.compare.facets_query import country_hint
    from portability.countries import COUNTRIES
    from portability.errors import Fault, InputError, nearest

    expected = "an ISO 3166 country code such as DE"
    faults = [
        Fault("--party:1:1", "party", repr(code), expected, country_hint(code), "unknown_country")
        for code in codes
        if code not in COUNTRIES
    ]
    if branch not in BRANCHES:
        hint = nearest(branch, BRANCHES)
        faults.append(Fault("--branch:1:1", "branch", repr(branch), ", ".join(BRANCHES), hint))
    if faults:
        raise InputError(faults)


@click.command()
@click.option(
    "--parties",
    multiple=True,
    required=True,
    metavar="XX,YY",
    help="The countries between which it is drafted (ISO 3166, two or more).",
)
@click.option(
    "--based-on",
    "base",
    default="model-r167",
    show_default=True,
    help="The model, any agreement of the catalogue, or another draft's file beside the one to "
    "write or below: what the draft says until you change it.",
)
@click.option("--id", "name", help="Id of the draft (default: draft-xx-yy).")
@click.option(
    "--out", type=click.Path(dir_okay=False), help="File to write (default: the id.yaml, here)."
)
def new(parties: tuple[str, ...], base: str, name: str | None, out: str | None) -> None:
    """Write the first file of a draft, ready to change; nothing existing is overwritten.

    \b
      portability agreements new --parties PH,AU --based-on model-r167
      portability agreements new --parties PH,AU --based-on ca-ph --out drafts/ph-au.yaml
      portability agreements new --parties PH,AU --based-on drafts/ph-au.yaml --out drafts/two.yaml

    The file loads at once and says what its base says. Each clause that delegations usually change
    stands in it as a comment, with the question it answers, the words allowed, the article of the
    base, and what other texts in force say.
    """
    from portability.compare import drafts

    plan = drafts.plan(parties, base, name, out, day_of(None))
    path = drafts.write(plan, out)
    click.echo(f"wrote {path}: {plan.id}, {' '.join(plan.parties)}, based on {plan.base.id}")
    for code in plan.parties:
        if not drafts.schemes_of(code):
            click.echo(drafts.without_scheme(code))
    click.echo(f"Next: portability agreements check {path} (it names what the draft still lacks)")
