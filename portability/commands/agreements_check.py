"""`portability agreements check`: faults of a file, of a draft, and how it stands to international
standards."""

from __future__ import annotations

import json
from typing import Any

import click

from portability.errors import FOUND, Fault, InputError

Json = dict[str, Any]


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--standard",
    "standards",
    multiple=True,
    metavar="NAME",
    help="Instead of drafting faults: conformity item by item with an international standard, such "
    "as c118, c157, r167, c102, r202, gcm22 or ets78 (repeatable).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table: to read; json: one object with a list of reports, one per file.",
)
def check(files: tuple[str, ...], standards: tuple[str, ...], form: str) -> int:
    """Read agreement files strictly and find what costs people pensions.

    FILES are agreement ids or paths. Every fault of a file is told with file:line:column.

    Exit 1 if there is one, or an error or a warning; notes alone exit 0. With --standard: 1 if an
    item of the standard is `not` met; partly, not regulated, unknown and not verified exit 0. A
    standard of an unknown name exits 2.
    """
    from portability import catalogue

    faults: list[Fault] = []
    reports: list[Json] = []
    names: list[str] = []
    for name in files:
        try:
            found = catalogue.find(name)
        except InputError as error:
            faults += error.faults
            continue
        reports.append(report_of(found, standards))
        names.append(name)
    if form == "json":
        told = {"reports": reports, "unreadable": [str(fault) for fault in faults]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))
    else:
        for number, (name, report) in enumerate(zip(names, reports, strict=True)):
            click.echo("\n" * (number > 0) + "\n".join(lines_of(report, name, bool(standards))))
        for fault in faults:
            click.echo(str(fault))
    return FOUND if faults or any(report.get("found") for report in reports) else 0


def report_of(agreement: Any, standards: tuple[str, ...]) -> Json:
    """One report per file; its key `found` says whether the exit code is 1."""
    if standards:
        made: Json = standing().report(agreement, standards)
        return made
    from portability.compare.faults import report

    return report(agreement)


def lines_of(report: Json, name: str, standards: bool) -> list[str]:
    if standards:
        told: list[str] = standing().lines(report)
        return told
    from portability.compare.faults.printed import lines

    return lines(report, name)


def standing() -> Any:
    """The module of international standards, imported only where the option asks for it."""
    from portability.compare import standards

    return standards
