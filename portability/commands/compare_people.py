"""What `portability compare` does with people: impact, difficulties women face, the memo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from portability.errors import Fault, InputError

if TYPE_CHECKING:
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
    entry: str | None
    far: int
    goes_on: bool
    women: bool
    memo: Path | None
    ledger: str | None
    dry_run: bool

    @property
    def anything(self) -> bool:
        return bool(self.members or self.population or self.women or self.memo)

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


def answer(
    asked: Asked, texts: Sequence[str], shown: Comparison, whole: Comparison, form: str
) -> str:
    """What is printed; the memo is written beside it."""
    from portability.commands.estimate import needs_arrow

    needs_arrow()
    if asked.memo and asked.memo.suffix not in (".html", ".pdf"):
        fault = Fault(
            "--memo:1:1", "memo", repr(asked.memo.name), "a name that ends in .html or .pdf"
        )
        raise InputError([fault])
    people = asked.people()
    from portability.compare import impact, women

    found = None
    if people is not None:
        found = impact.of(texts, people, far=asked.far, goes_on=asked.goes_on)
    sides = None
    if asked.women or asked.memo:
        from portability.compare import weighing

        sides = women.report(weighing.texts(list(texts), asked.goes_on), people, found)
    if asked.memo:
        write_memo(asked, shown, whole, found, sides)
    return printed(form, found, sides)


def printed(form: str, found: Json | None, sides: Json | None) -> str:
    """Impact and difficulties as JSON or as tables."""
    import json

    from portability.compare import impact_told, women

    if form == "json":
        return json.dumps({"impact": found, "women": sides}, indent=2, ensure_ascii=False) + "\n"
    parts = []
    if found is not None:
        parts.append(impact_told.table(found, ROOM))
    if sides is not None:
        parts.append(impact_told.laid(women.grids(sides), ROOM))
    return "\n".join(parts)


def write_memo(
    asked: Asked, shown: Comparison, whole: Comparison, found: Json | None, sides: Json | None
) -> None:
    from portability.commands.determine import kept
    from portability.compare import memo, women

    assert asked.memo is not None
    recorded = memo.Recorded(entry_of(asked, shown, found))
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


def entry_of(asked: Asked, shown: Comparison, found: Json | None) -> str:
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
    rules = {name: text_hash(data) for name, data in texts.items()}
    body = batch_body(memo.lines(found), rules=rules, engine=portability.__version__)
    with Ledger.open(asked.ledger, create=True) as book:
        number = batches.recorded(book, body)
        if number is None:
            (receipt,) = book.append_many([Draft(body, {}, texts)])
            number = receipt.entry
    return f"Ledger entry {number}, root {body['root']}."
