"""`portability ledger`, third room: what happens to a decision besides being taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portability.commands.ledger_options import at_ledger, numbered, writing
from portability.errors import LedgerError

if TYPE_CHECKING:
    from portability.ledger import Ledger

FILE = click.Path(exists=True, dir_okay=False)
LARGEST = 64 << 20


def about(book: Ledger, number: int) -> Any:
    """The body of a determination, or a usage error."""
    made = numbered(book, number).body
    if made["kind"] not in ("determination", "correction"):
        raise click.UsageError(f"entry {number} is no determination")
    return made


def told(receipt: Any) -> None:
    click.echo(f"recorded as entry {receipt.entry}, {receipt.hash}")


@click.command()
@click.argument("number", type=click.IntRange(0, 2**62), metavar="N")
@at_ledger
@click.option("--reason", required=True, help="Why; no personal data.")
def reverse(number: int, path: str | None, reason: str) -> None:
    """Withdraw determination N: a new entry says so, the old one stays as it is."""
    from portability.ledger import body

    with writing(path) as book:
        about(book, number)
        told(book.append(body("reversal", supersedes=number, reason=reason)))


@click.command()
@click.argument("number", type=click.IntRange(0, 2**62), metavar="N")
@at_ledger
@click.option("--letter", type=FILE, help="The letter as sent; kept sealed.")
@click.option("--to", "receiver", help="Which office or channel; no names of persons.")
def sent(number: int, path: str | None, letter: str | None, receiver: str | None) -> None:
    """Record that the decision of entry N was sent."""
    from portability.ledger import Draft, body

    with writing(path) as book:
        made = about(book, number)
        documents = {"letter": content(letter)} if letter else {}
        entry = body("decision_sent", about=[number], to=receiver)
        (receipt,) = book.append_many([Draft(entry, documents, person=made.get("person"))])
    told(receipt)


@click.command()
@click.argument("file", type=FILE)
@at_ledger
@click.option("--reference", help="The office's reference of the person.")
@click.option(
    "--for", "number", type=click.IntRange(0, 2**62), help="The determination it is about."
)
@click.option("--form", "what", help="What it is, for example P5000; no personal data.")
@click.option("--from", "sender", help="Which office sent it.")
def evidence(
    file: str,
    path: str | None,
    reference: str | None,
    number: int | None,
    what: str | None,
    sender: str | None,
) -> None:
    """Record evidence as it was received: the file itself, sealed, byte for byte."""
    from portability.ledger import Draft, body

    if (reference is None) == (number is None):
        raise click.UsageError("say whose it is: --reference, or --for an entry's number")
    with writing(path) as book:
        person = None if number is None else about(book, number).get("person")
        entry = body(
            "evidence_received",
            form=what,
            sender=sender,
            about=None if number is None else [number],
        )
        draft = Draft(entry, {"document": content(file)}, subject=reference, person=person)
        (receipt,) = book.append_many([draft])
    told(receipt)


def content(name: str) -> bytes:
    data = Path(name).read_bytes()
    if len(data) > LARGEST:
        raise LedgerError(f"{name}: larger than {LARGEST >> 20} MiB; nothing was recorded")
    return data


@click.command()
@click.argument("rules", nargs=-1, metavar="[RULE]…")
@at_ledger
@click.option("--reason", help="Why, for example the official journal; stands in the entry.")
def publish(rules: tuple[str, ...], path: str | None, reason: str | None) -> None:
    """Record which text of the law is in force here from now on.

    RULE is a scheme or an agreement, for example `us-oasdi us-de`; without one, all of them. Only
    texts that differ from those published last are recorded, byte for byte.
    """
    from portability.commands.recording import texts_in_force
    from portability.ledger import Draft, body
    from portability.ledger.bodies import text_hash
    from portability.ledger.show import published

    with writing(path) as book:
        before = published(book)
        texts = texts_in_force(rules)
        fresh = {name: data for name, data in texts.items() if text_hash(data) != before.get(name)}
        if not fresh:
            click.echo(f"{len(texts)} rules, all published as they are; nothing was recorded")
            return
        named = {name: text_hash(data) for name, data in fresh.items()}
        entry = body("rules_published", rules=named, reason=reason)
        (receipt,) = book.append_many([Draft(entry, {}, fresh)])
    for name in fresh:
        click.echo(f"{name}: {'changed' if name in before else 'new'}")
    told(receipt)


@click.command()
@click.argument("file", type=FILE)
@at_ledger
@click.option("--rule", "rules", multiple=True, help="A scheme or agreement it was made under.")
def batch(file: str, path: str | None, rules: tuple[str, ...]) -> None:
    """Record a batch of estimates as one entry: how many lines FILE has, and one hash over all.

    FILE holds one answer a line (`determine - --format jsonl --dry-run`, or a CSV file); it is not
    kept here. A line that is shown later can be checked against the entry, with the whole file.
    """
    import portability
    from portability.commands.recording import texts_in_force
    from portability.ledger import Draft, batch_body
    from portability.ledger.bodies import text_hash

    if not rules:
        raise click.UsageError("name what it was made under: --rule us-oasdi --rule us-de")
    texts = texts_in_force(rules)
    named = {name: text_hash(data) for name, data in texts.items()}
    with writing(path) as book, Path(file).open("rb") as stream:
        lines = (line.rstrip(b"\r\n") for line in stream)
        made = batch_body(lines, rules=named, engine=portability.__version__)
        (receipt,) = book.append_many([Draft(made, {}, texts)])
    click.echo(f"{made['rows']} line(s), root {made['root']}")
    told(receipt)


@click.command()
@at_ledger
def upgrade(path: str | None) -> None:
    """Bring a ledger of an earlier version to this one. It only adds; an entry says so."""
    from portability.ledger.proof import checkpoint
    from portability.ledger.upgrade import upgrade as run
    from portability.ledger.upgrade import version

    with writing(path) as book:
        receipts = run(book)
        if not receipts:
            click.echo(f"{book.path}: schema {version(book)} already; nothing was changed")
            return
        for receipt in receipts:
            told(receipt)
        click.echo(checkpoint(book), nl=False)
