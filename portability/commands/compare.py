"""`portability compare`: drafts and agreements side by side, clause by clause."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from portability.commands.compare_people import Asked, answer

FORMATS = ("table", "json", "html", "csv", "xlsx")


@click.command()
@click.argument("texts", nargs=-1, required=True, metavar="A B [C…]")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    help="A table for the terminal, JSON for programs, a self-contained page, or a spreadsheet.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file instead of the terminal (needed for xlsx).",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every clause, also those that are the same, known in no text, or about the file.",
)
@click.option(
    "--scheme",
    "schemes",
    multiple=True,
    metavar="ID",
    help="Only the rules of this scheme, such as us-oasdi (repeatable).",
)
@click.option(
    "--branch",
    "branches",
    multiple=True,
    metavar="NAME",
    help="Only the rules of this branch, such as old_age or survivors (repeatable).",
)
@click.option(
    "--clause",
    "parts",
    multiple=True,
    metavar="NAME",
    help="Only this heading or clause, such as short_periods or posting (repeatable).",
)
@click.option(
    "--match",
    "matches",
    multiple=True,
    metavar="A=B",
    help="States or schemes that stand across from each other, such as de-grv=fr-cnav "
    "(repeatable). Partners are found without it where each text has one.",
)
@click.option(
    "--members",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="REGISTER",
    help="What the texts do to the members of a register (with --map and --entry).",
)
@click.option(
    "--map",
    "map_",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="MAP.yaml",
    help="Which column of the register is what (`portability estimate`).",
)
@click.option(
    "--population",
    metavar="ID",
    help="What the texts do to a synthetic population: an id such as us-ph, or a file.",
)
@click.option(
    "--costs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Beside people: contributions that are not paid because workers are posted, and the cost "
    "of administration, as a file states them (portability/costs@1).",
)
@click.option(
    "--entry",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day on which the texts enter into force, for a register.",
)
@click.option(
    "--far",
    type=click.IntRange(6, 100),
    default=25,
    show_default=True,
    help="The one far year after entry into force that is told.",
)
@click.option(
    "--continue-parameters",
    "goes_on",
    is_flag=True,
    help="Assume that every figure of the law stays as it was published last.",
)
@click.option(
    "--women",
    is_flag=True,
    help="What texts and national laws do for interrupted careers, children, part-time and "
    "domestic work, survivors and divorced spouses.",
)
@click.option(
    "--memo",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all of it as one page to keep (.html, or .pdf with the extra pdf).",
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    envvar="PORTABILITY_LEDGER",
    help="Ledger in which a memo is recorded (default: $PORTABILITY_LEDGER, else the user's).",
)
@click.option("--dry-run", is_flag=True, help="Write the memo without recording it.")
def compare(
    texts: tuple[str, ...],
    form: str,
    out: Path | None,
    everything: bool,
    schemes: tuple[str, ...],
    branches: tuple[str, ...],
    parts: tuple[str, ...],
    matches: tuple[str, ...],
    members: Path | None,
    map_: Path | None,
    population: str | None,
    costs: Path | None,
    entry: datetime | None,
    far: int,
    goes_on: bool,
    women: bool,
    memo: Path | None,
    ledger: str | None,
    dry_run: bool,
) -> None:
    """Two or more agreements, models or drafts side by side, clause by clause.

    A text is an id of the catalogue or the path of a file; ca-au@2014-06-30 is the text as it stood
    on that day. Clauses are compared by meaning: 35
    years of 35 are 420 months of 420, order and line breaks are no change, and what is unknown is
    never the same as anything. Beside a change stand both articles and the words that changed.
    Differences are no fault: the exit code is 0.

    With --members or --population: persons who gain or lose a right, are paid more or less, and
    what it costs each scheme, by year, sex, age, earnings and corridor, also against no agreement;
    with --costs contributions forgone and administration beside it.

    \b
      portability compare us-de us-fr --scheme us-oasdi
      portability compare draft-1.yaml draft-2.yaml --population us-ph --memo memo.html
    """
    if len(texts) < 2:
        raise click.UsageError("compare needs two texts or more: portability compare A B")
    if form == "xlsx" and out is None:
        raise click.UsageError("a spreadsheet is written to a file: --format xlsx --out FILE")
    from portability import on_day
    from portability.compare import side_by_side

    side_by_side.check_asked(schemes, branches, parts)
    found = [on_day.text(text) for text in texts]
    whole = side_by_side.of(found, [match.split("=") for match in matches], schemes)
    shown = whole.only(everything, schemes, branches, parts)
    asked = Asked(
        *(members, map_, population, costs, entry.date().isoformat() if entry else None, far),
        *(goes_on, women, memo, ledger, dry_run),
    )
    made = answer(asked, texts, shown, whole, form) if asked.anything else b""
    made = made or printed(form, shown, whole)
    if out is not None:
        out.write_bytes(made)
        what = "people" if asked.anything else f"{len(shown.rows)} clauses"
        click.echo(f"{out}: {what}", err=True)
    else:
        click.echo(made.decode(), nl=False)


def printed(form: str, shown: object, whole: object) -> bytes:
    """The comparison in one of the formats."""
    from portability.compare import printed as text
    from portability.compare.side_by_side import Comparison

    assert isinstance(shown, Comparison) and isinstance(whole, Comparison)
    if form == "json":
        return text.as_json(shown, whole).encode()
    if form == "csv":
        return text.as_csv(shown).encode()
    if form == "html":
        from portability.compare.printed_page import page

        return page(shown, whole).encode()
    if form == "xlsx":
        from portability.compare.printed_book import book

        try:
            return book(shown, whole)
        except ImportError:
            raise click.UsageError(
                "a spreadsheet needs XlsxWriter: pip install 'portability[xlsx]'"
            ) from None
    return text.table(shown, whole).encode()
