"""`portability determine`: cases in, determinations out, one ledger entry each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from portability.errors import Fault, InputError

Json = dict[str, Any]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="CASE…")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "html"]),
    help="Default: table on a terminal, else json.",
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    envvar="PORTABILITY_LEDGER",
    help="Ledger file (default: $PORTABILITY_LEDGER, else the user data directory).",
)
@click.option("--dry-run", is_flag=True, help="Answer without recording.")
@click.option(
    "--agreement",
    "extra",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="An agreement file (a draft, for instance) to apply besides the catalogue.",
)
@click.option(
    "--next/--no-next",
    "ahead",
    default=None,
    help="Whether to tell what would change the answer (default: yes, but not for jsonl).",
)
@click.option(
    "--supersedes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Record it as a correction of determination N (with --reason).",
)
@click.option("--reason", help="Why it is corrected; stands in the entry, no personal data.")
@click.option("--out", type=click.Path(dir_okay=False), help="Write the answer to a file.")
def determine(
    files: tuple[str, ...],
    form: str | None,
    ledger: str | None,
    dry_run: bool,
    extra: tuple[str, ...],
    ahead: bool | None,
    supersedes: int | None,
    reason: str | None,
    out: str | None,
) -> None:
    """Answer a portability request.

    CASE is a YAML or JSON file in the form portability/case@1 (`portability schema case`), or `-`
    for JSON Lines on
    standard input. The answer says, scheme by scheme, what is owed, from when, by which route, why
    (with the article),
    what is missing and what would change it; then it is recorded in the ledger.

    \b
      portability determine examples/us-de.yaml
      portability determine examples/us-de.yaml --format html --out answer.html
      portability determine - --format jsonl --dry-run < cases.jsonl
      portability determine better.yaml --supersedes 12 --reason "record from abroad"
    """
    from portability.answer import answer

    form = form or ("table" if sys.stdout.isatty() or out else "json")
    if (supersedes is None) != (not reason) or (dry_run and reason):
        raise click.UsageError("a correction is recorded with both: --supersedes N --reason TEXT")
    cases = loaded(*read_all(files))
    if supersedes is not None and len(cases) != 1:
        raise click.UsageError("--supersedes N corrects one determination by one case")
    agreements = agreements_for(extra)
    tell = form != "jsonl" if ahead is None else ahead
    documents: Iterable[Json] = (answer(case, agreements(case), ahead=tell) for case in cases)
    if not dry_run:
        documents = recorded(list(documents), cases, ledger, agreements, supersedes, reason or "")
    written(documents, form, out, single=len(cases) == 1)


def read_all(files: tuple[str, ...]) -> tuple[list[Any], list[Fault]]:
    """Every readable document of every file, and the faults of the others."""
    found: list[Any] = []
    faults: list[Fault] = []
    for name in files:
        try:
            if name == "-" or name.endswith(".jsonl"):
                more, refused = json_lines(name)
                found, faults = found + more, faults + refused
            else:
                from portability.yamlsource import read

                found += read(name)
        except InputError as error:
            faults += error.faults
    return found, faults


def json_lines(name: str) -> tuple[list[Any], list[Fault]]:
    """JSON Lines, one document a line; or one YAML or JSON document over several lines."""
    from portability.yamlsource import Raw, json_source, one, parse, raw_bytes

    raw = sys.stdin.buffer.read() if name == "-" else raw_bytes(name)
    shown = "<stdin>" if name == "-" else name
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise one(shown, Raw("bytes that are not UTF-8"), "UTF-8 text", code="binary") from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines or not lines[0][1].lstrip().startswith("{"):
        return list(parse(raw, shown)), []
    if not lines[0][1].rstrip().endswith("}"):
        return [json_source(text, shown)], []
    found: list[Any] = []
    faults: list[Fault] = []
    for number, line in lines:
        try:
            found.append(json_source(line, shown, number))
        except InputError as error:
            faults += error.faults
    return found, faults


def loaded(sources: list[Any], faults: list[Fault]) -> list[Any]:
    """Sources -> checked cases; every fault of every document at once."""
    from portability import case

    found = []
    for source in sources:
        try:
            found.append(case.load(source))
        except InputError as error:
            faults = [*faults, *error.faults]
    if faults:
        raise InputError(faults)
    return found


def agreements_for(extra: tuple[str, ...]) -> Any:
    """case -> the agreements that bind at least two of its countries, and those named on the
    command line."""
    from functools import cache

    from portability import catalogue
    from portability.registry import country_of

    added = [catalogue.find(path) for path in extra]
    own = {a.id for a in added}

    @cache
    def between(countries: frozenset[str]) -> list[Any]:
        return [*added, *(a for a in catalogue.agreements(countries=countries) if a.id not in own)]

    return lambda case: between(frozenset(country_of(scheme) for scheme in case.schemes))


def recorded(
    documents: list[Json],
    cases: list[Any],
    path: str | None,
    agreements: Any,
    supersedes: int | None,
    reason: str,
) -> list[Json]:
    """One ledger entry per determination; the entry's number and hash go into the document that
    is shown."""
    from portability.commands.recording import Corrects, record

    corrects = None if supersedes is None else Corrects(supersedes, reason)
    return record(documents, cases, path, agreements, corrects)


def written(documents: Iterable[Json], form: str, out: str | None, single: bool) -> None:
    lines = (rendered(document, form, number) + "\n" for number, document in enumerate(documents))
    if out is not None and out != "-":
        return kept(lines, out)
    with click.open_file("-", "w", encoding="utf-8") as stream:
        for line in lines:
            stream.write(line)


def kept(lines: Iterable[str], out: str) -> None:
    """The answer in its file, whole or not at all: on a full disk an older answer stays as it was.
    (click's atomic file replaces the old one even then.)"""
    from pathlib import Path

    beside = Path(f"{out}.part")
    try:
        if Path(out).exists() and not Path(out).is_file():  # a pipe or a device
            beside = Path(out)
        with open(beside, "w", encoding="utf-8") as stream:
            stream.writelines(lines)
        if beside != Path(out):
            os.replace(beside, out)
    except OSError as error:
        if beside != Path(out):
            beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, out) from None


def rendered(document: Json, form: str, number: int) -> str:
    if form == "jsonl":
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if form == "json":
        return json.dumps(document, ensure_ascii=False, indent=2)
    from portability import report

    if form == "html":
        return report.html(document)
    return ("\n" + "=" * 80 + "\n" if number else "") + report.table(document)
