"""`portability cases`: worked examples held against the program."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portability.errors import FOUND, Fault, InputError


@click.group()
def cases() -> None:
    """Official worked examples (portability/example@1, see docs/worked-examples.md)."""


@cases.command()
@click.argument("places", nargs=-1, metavar="[DIR|FILE]…")
@click.option("--quiet", is_flag=True, help="Only the examples that differ, and the totals.")
@click.option(
    "--agreement",
    "extra",
    multiple=True,
    type=click.Path(),
    help="Apply this agreement file besides the catalogue.",
)
def check(places: tuple[str, ...], quiet: bool, extra: tuple[str, ...]) -> int:
    """Run worked examples and compare every figure; one line a case, exit 1 if any figure differs.

    Without arguments the examples of tests/cases are run.
    """
    from portability.commands.determine import agreements_for
    from portability.comparing import Checked
    from portability.examples import check as run
    from portability.examples import files

    agreements = agreements_for(extra)
    found = files(places or (Path("tests/cases"),))
    done: list[Checked] = []
    faults: list[Fault] = []
    with click.progressbar(
        found, file=sys.stderr, label="examples", hidden=not sys.stderr.isatty()
    ) as bar:
        for path in bar:
            try:
                done += run(path, agreements)
            except InputError as error:
                faults += error.faults
    for item in done:
        if not (quiet and not item.differences):
            click.echo(line(item))
        for difference in item.differences:
            click.echo(f"         {difference}")
    for fault in faults:
        click.echo(f"faulty   {fault}")
    failed, skipped = sum(bool(d.differences) for d in done), sum(bool(d.skipped) for d in done)
    figures, passed = sum(d.figures for d in done), sum(d.passed for d in done)
    wrong = failed + len(faults)
    click.echo(f"{passed} passed, {wrong} failed, {skipped} skipped; {figures:,} figures compared")
    return FOUND if failed or faults else 0


def line(item: object) -> str:
    from portability.comparing import Checked

    assert isinstance(item, Checked)
    if item.skipped:
        return f"not run  {item.name}: {item.skipped}"
    word = "differs " if item.differences else "agrees  "
    return f"{word} {item.name} ({item.figures} figures): {item.title}"
