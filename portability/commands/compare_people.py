"""What `portability compare` does with people: impact, difficulties women face, the memo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from portability.errors import Fault, InputError

if TYPE_CHECKING:
    from portability.compare.costs import Costs
    from portability.compare.peopled import People
    from portability.compare.side_by_side import Comparison

Json = dict[str, Any]
ROOM = 130


@frozen
class Asked:
    """What the command line asked of people."""

    members: Path | None
    map: Path | None
    population: str | None
    costs: Path | None
    entry: str | None
    far: int
    goes_on: bool
    women: bool
    memo: Path | None
    ledger: str | None
    dry_run: bool

    @property
    def anything(self) -> bool:
        return bool(self.members or self.population or self.costs or self.women or self.memo)

    def people(self) -> People | None:
        """The register or the population; None if neither was named. Raises UsageError on half of
        a register."""
        if self.members and self.population:
            raise click.UsageError("people are a register or a population: one of the two")
        if self.population:
            from portability.compare import population

            return population.load(self.population)
        if self.members is None:
            return None
        if self.map is None or self.entry is None:
            raise click.UsageError("a register needs --map MAP.yaml and --entry DATE")
        from portability.compare.membership import Membership

        return Membership(self.members, self.map, self.entry)

    def stated(self, texts: Sequence[str]) -> Costs | None:
        """Contributions forgone and administration, if a file states them for these texts."""
        if self.costs is None:
            return None
        if not (self.members or self.population):
            raise click.UsageError("--costs stand beside people: --members or --population")
        from portability.compare import costs, impact, weighing

        compared = weighing.texts(list(texts), self.goes_on)
        return costs.load(self.costs, compared, impact.parties(compared))


def answer(
    asked: Asked, texts: Sequence[str], shown: Comparison, whole: Comparison, form: str
) -> bytes:
    """What is printed or written; the memo is written beside it."""
    from portability.commands.estimate import needs_arrow

    needs_arrow()
    if asked.memo and asked.memo.suffix not in (".html", ".pdf"):
        fault = Fault(
            "--memo:1:1", "memo", repr(asked.memo.name), "a name that ends in .html or .pdf"
        )
        raise InputError([fault])
    people, stated = loaded(asked, texts)
    from portability.compare import impact, women

    found = None
    if people is not None:
        found = impact.of(texts, people, far=asked.far, goes_on=asked.goes_on, stated=stated)
    sides = None
    if asked.women or asked.memo:
        from portability.compare import weighing

        sides = women.report(weighing.texts(list(texts), asked.goes_on), people, found)
    if asked.memo:
        write_memo(asked, shown, whole, found, sides, stated)
    return printed(form, shown.labels, found, sides)


def loaded(asked: Asked, texts: Sequence[str]) -> tuple[People | None, Costs | None]:
    """The people and the stated costs. Raises InputError with every fault of both files."""
    faults: list[Fault] = []
    people, stated = None, None
    try:
        people = asked.people()
    except InputError as error:
        faults += error.faults
    try:
        stated = asked.stated(texts)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return people, stated


def printed(form: str, labels: Sequence[str], found: Json | None, sides: Json | None) -> bytes:
    """Impact and difficulties in one of the formats."""
    import json

    from portability.compare import grid, impact_rows, impact_told, memo, women

    if form == "json":
        made = json.dumps({"impact": found, "women": sides}, indent=2, ensure_ascii=False)
        return f"{made}\n".encode()
    hers = [] if sides is None else list(women.grids(sides))
    if form == "html":
        return memo.impact_page(labels, found, hers).encode()
    if form == "csv":
        if found is None:
            raise click.UsageError("csv holds figures of people: --members or --population")
        return impact_rows.as_csv(found)
    if form == "xlsx":
        mine = [] if found is None else list(impact_told.grids(found))
        try:
            return impact_rows.book(found, [*mine, *hers])
        except ImportError:
            raise click.UsageError(
                "a spreadsheet needs XlsxWriter: pip install 'portability[xlsx]'"
            ) from None
    parts = [] if found is None else [impact_told.table(found, ROOM)]
    parts += [grid.laid(hers, ROOM)] if sides is not None else []
    return "\n".join(parts).encode()


def write_memo(
    asked: Asked,
    shown: Comparison,
    whole: Comparison,
    found: Json | None,
    sides: Json | None,
    stated: Costs | None,
) -> None:
    from portability.commands.determine import kept
    from portability.compare import memo, women

    assert asked.memo is not None
    recorded = memo.Recorded(entry_of(asked, shown, found, stated))
    grids: Iterable[Any] = () if sides is None else women.grids(sides)
    html = memo.page(shown, whole, found, grids, recorded)
    if asked.memo.suffix == ".html":
        kept([html], str(asked.memo))
    else:
        try:
            made = memo.pdf(html)
        except (ImportError, OSError):
            raise click.UsageError(
                "a PDF needs WeasyPrint and Pango (pip install 'portability[pdf]'); "
                "--memo memo.html needs neither"
            ) from None
        asked.memo.write_bytes(made)
    click.echo(f"{asked.memo}: {recorded.text}", err=True)


def entry_of(asked: Asked, shown: Comparison, found: Json | None, stated: Costs | None) -> str:
    """The ledger's entry of this run; the same figures under the same law are the same run."""
    import portability
    from portability.commands.recording import agreement_text, texts_in_force
    from portability.compare import memo
    from portability.ledger import Draft, Ledger, batch_body, batches
    from portability.ledger.bodies import text_hash

    if asked.dry_run:
        return "Not recorded in a ledger (--dry-run)."
    texts = texts_in_force(list(found["schemes"])) if found else {}
    texts |= {text.id: agreement_text(text) for text in shown.texts}
    if stated is not None:
        texts["costs"] = stated.canonical
    rules = {name: text_hash(data) for name, data in texts.items()}
    body = batch_body(memo.lines(found), rules=rules, engine=portability.__version__)
    with Ledger.open(asked.ledger, create=True) as book:
        number = batches.recorded(book, body)
        if number is None:
            (receipt,) = book.append_many([Draft(body, {}, texts)])
            number = receipt.entry
    return f"Ledger entry {number}, root {body['root']}."
