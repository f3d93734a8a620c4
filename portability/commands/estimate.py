"""`portability estimate`: a register through the law; a sample of one; one member explained."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portability.commands.estimate_proof import check_proof, prove
from portability.errors import Fault, InputError

if TYPE_CHECKING:
    from portability.estimate.law import Law

Json = dict[str, Any]
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class OrRun(click.Group):
    """`estimate REGISTER …` is `estimate run REGISTER …`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("--") and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=OrRun)
def estimate() -> None:
    """Estimate for a whole register: one row a member, scheme and route, and a report.

    \b
      portability estimate sample --members 5000 --seed 1 --out sample
      portability estimate sample/register.csv --map sample/map.yaml --out result
      portability estimate explain result MEMBER
      portability estimate prove result MEMBER > proof.json

    A register holds no names: members have an opaque id. A run that was stopped goes on where it
    stopped when it is started again with the same words.
    """


@estimate.command("run")
@click.argument("source", type=FILE, metavar="REGISTER")
@click.option("--map", "map_", type=FILE, required=True, help="Which column is what (MAP.yaml).")
@click.option("--out", type=FOLDER, required=True, help="Folder of the result.")
@click.option(
    "--agreement",
    "drafts",
    multiple=True,
    metavar="FILE",
    help="A draft to apply besides the catalogue (repeatable).",
)
@click.option(
    "--without",
    multiple=True,
    metavar="ID",
    help="An agreement of the catalogue to leave out, to see what it is worth (repeatable).",
)
@click.option(
    "--continue-parameters",
    "goes_on",
    is_flag=True,
    help="Assume that every figure of the law stays as it was published last (said in every row).",
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes (default: every core).")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="This machine, or Spark (extra spark) for registers beyond one machine: the same rows.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which the next twelve months run (default: today).",
)
@click.option(
    "--threshold",
    type=click.IntRange(2, 1000),
    default=5,
    show_default=True,
    help="Cells of fewer members are not shown in report and summary.",
)
@click.option(
    "--csv/--no-csv",
    default=True,
    show_default=True,
    help="results.csv beside results.parquet: half a kilobyte a member, a fifth of the time. "
    "The ledger entry is over its lines.",
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    envvar="PORTABILITY_LEDGER",
    help="Ledger file (default: $PORTABILITY_LEDGER, else the user data directory).",
)
@click.option("--dry-run", is_flag=True, help="Estimate without recording.")
def run(
    source: Path,
    map_: Path,
    out: Path,
    drafts: tuple[str, ...],
    without: tuple[str, ...],
    goes_on: bool,
    workers: int | None,
    engine: str,
    as_of: datetime | None,
    threshold: int,
    csv: bool,
    ledger: str | None,
    dry_run: bool,
) -> None:
    """Estimate every member of REGISTER (Parquet, CSV or JSON Lines).

    Writes results.parquet, results.csv, members.parquet (what was read), rejects.csv, summary.json
    and report.html into the folder, and one entry with a hash over all rows into the ledger.
    """
    if not (csv or dry_run):
        raise click.UsageError("the ledger entry is over the lines of results.csv: add --dry-run")
    needs_arrow()
    from portability.estimate import driver
    from portability.estimate.law import Law

    law = Law(tuple(drafts), tuple(without), goes_on=goes_on)
    checked(law)
    day = as_of.date() if as_of else begun(out)
    job = driver.Job(source, map_, out, law, day, threshold, csv)
    many = workers or os.cpu_count() or 1
    with Progress() as told:
        if engine == "spark":
            from portability.estimate import spark

            summary = spark.estimate(job, many, told)
        else:
            summary = driver.estimate(job, many, told)
    tell(out, summary)
    if not dry_run:
        click.echo(recorded(out, summary, law, ledger))


def begun(out: Path) -> date:
    """Today, or the day on which the run in this folder was begun."""
    import json

    path = out / "run.json"
    if path.exists():
        return date.fromisoformat(json.loads(path.read_text("utf-8"))["as_of"])
    return date.today()


def needs_arrow() -> None:
    """pyarrow is an extra: said before anything is opened. It shares one heap with numpy, here and
    in the workers: what one frees the other can have, a fifth less memory."""
    from importlib.util import find_spec

    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if find_spec("pyarrow") is None:
        raise click.UsageError("estimates need pyarrow: pip install 'portability[cohort]'")


def checked(law: Law) -> None:
    """Every instrument named on the command line is known, or all that are not are told."""
    from portability import catalogue, on_day
    from portability.errors import nearest

    faults: list[Fault] = []
    for draft in law.drafts:
        try:
            on_day.text(draft)
        except InputError as error:
            faults += error.faults
    known = catalogue.paths()
    faults += [
        Fault(
            "--without:1:1", "agreement", repr(name), "an id of the catalogue", nearest(name, known)
        )
        for name in law.without
        if name not in known
    ]
    if faults:
        raise InputError(faults)


class Progress:
    """On a terminal a bar for each stage: how far, members a second, time left. Nothing otherwise
    (where click would print the label)."""

    def __init__(self) -> None:
        self.stage, self.start = "", 0
        self.open = ExitStack()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self.open.close()

    def __call__(self, stage: str, done: int, total: int, members: int) -> None:
        if not sys.stderr.isatty():
            return
        if stage != self.stage:
            self.open.close()
            self.stage, self.start = stage, time.monotonic_ns()
            self.bar = self.open.enter_context(
                click.progressbar(length=1, label=stage, file=sys.stderr, item_show_func=rate)
            )
        self.bar.length = max(total, 1)
        passed = max(time.monotonic_ns() - self.start, 1)
        now = (members, members * 10**9 // passed) if stage == "estimating" else None
        self.bar.update(done - self.bar.pos, now)


def rate(now: tuple[int, int] | None) -> str:
    return "" if now is None else f"{now[0]:,} members, {now[1]:,} a second"


def tell(out: Path, summary: Json) -> None:
    """What a person looks at next."""
    members = "a few" if summary["members"] is None else f"{summary['members']:,}"
    click.echo(f"{members} members estimated, {summary['rejects']:,} rows rejected")
    click.echo(f"report     {out / 'report.html'}")
    texts = f"{out / 'results.csv'} and " if (out / "results.csv").exists() else f"{out}/"
    click.echo(f"results    {texts}results.parquet")
    if summary["rejects"]:
        click.echo(f"rejected   {out / 'rejects.csv'}: line, field and reason")


def recorded(out: Path, summary: Json, law: Law, ledger: str | None) -> str:
    """One entry: the number of lines of results.csv and the Merkle root over them."""
    import portability
    from portability import on_day
    from portability.commands.recording import agreement_text, texts_in_force
    from portability.ledger import Draft, Ledger, batch_body
    from portability.ledger.bodies import text_hash

    drafts = {found.id: agreement_text(found) for found in map(on_day.text, law.drafts)}
    names = [name for name in summary["rules"] if name not in drafts]
    texts = (texts_in_force(names) if names else {}) | drafts
    named = {name: text_hash(data) for name, data in texts.items()}
    with (out / "results.csv").open("rb") as stream, Ledger.open(ledger, create=True) as book:
        lines = (line.rstrip(b"\r\n") for line in stream)
        body = batch_body(lines, rules=named, engine=portability.__version__)
        (receipt,) = book.append_many([Draft(body, {}, texts)])
    return f"ledger     entry {receipt.entry}, root {body['root']}"


@estimate.command()
@click.option(
    "--members",
    type=click.IntRange(1, 100_000_000),
    default=5000,
    show_default=True,
    help="How many.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=1,
    show_default=True,
    help="The same number gives the same register.",
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the register and its map.")
def sample(members: int, seed: int, out: Path) -> None:
    """Write a synthetic register (Parquet, CSV) and its map.yaml: careers of nobody, for trials."""
    needs_arrow()
    from portability.estimate import sample as made

    counts = made.write(members, seed, out)
    click.echo(f"{counts['members']:,} members of nobody, {counts['spells']:,} spells in {out}")
    click.echo(f"portability estimate {out / 'register.csv'} --map {out / 'map.yaml'} --out result")


@estimate.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("member")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "html", "case"]),
    default="table",
    show_default=True,
    help="`case`: the member as a case file for `portability determine`.",
)
def explain(folder: Path, member: str, form: str) -> None:
    """Run one member of a finished estimate again, with every step and its article."""
    import json

    needs_arrow()
    from portability import report
    from portability.estimate import member as one

    document, answered, changed = one.explained(folder, member)
    if changed:
        click.echo(f"changed since the estimate: {', '.join(changed)}", err=True)
    if form == "case":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif form == "json":
        click.echo(json.dumps(answered, indent=2, ensure_ascii=False))
    else:
        click.echo(report.html(answered) if form == "html" else report.table(answered))


estimate.add_command(prove)
estimate.add_command(check_proof)
