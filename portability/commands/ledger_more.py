"""`portability ledger`, second room: proofs, witnesses, persons, backups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from portability.commands.ledger_options import (
    answer_table,
    as_format,
    at_ledger,
    numbered,
    read_text,
    reading,
    writing,
)
from portability.errors import LedgerError

Json = dict[str, Any]
FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
NEW = click.Path(dir_okay=False)


def register(group: click.Group) -> None:
    from portability.commands.ledger_record import batch, evidence, publish, reverse, sent, upgrade
    from portability.commands.ledger_replay import impact, replay

    for command in (replay, impact, reverse, sent, evidence, publish, batch, upgrade):
        group.add_command(command)
    for command in (
        init,
        key,
        rekey,
        prove,
        check_proof,
        witness,
        cosigned,
        erase,
        disclose,
        backup,
        restore,
    ):
        group.add_command(command)


@click.command()
@at_ledger
@click.option("--origin", help="The name it signs under, e.g. pensions.example/ledger.")
def init(path: str | None, origin: str | None) -> None:
    """Begin a ledger under a name of your own (otherwise the first determination begins one)."""
    from portability.ledger import Ledger

    where = Ledger.default_path(path)
    if where.exists():
        raise LedgerError(f"{where}: it exists already; nothing was changed")
    with Ledger.open(where, create=True, origin=origin) as book:
        click.echo(f"{where}\nkeys in {book.keys.path}: keep that file apart from backups")
        click.echo(f"key {book.public_key}: give it to those who will verify")


@click.command()
@at_ledger
@click.option("--witness", is_flag=True, help="The key this office cosigns other ledgers with.")
def key(path: str | None, witness: bool) -> None:
    """Print the ledger's public key (vkey), for those who check its checkpoints."""
    from portability.ledger.witness import witness_key

    with reading(path) as book:
        click.echo(str(witness_key(book).public if witness else book.public_key))


@click.command()
@at_ledger
@click.option("--reason", default="", help="Stands in the entry.")
def rekey(path: str | None, reason: str) -> None:
    """Sign with a new key from now on (the old one leaked, was lost, or is simply old).

    Earlier checkpoints stay valid under the old key. Give the new key to those who verify.
    """
    from portability.ledger.rotation import rotate

    with writing(path) as book:
        receipt, public = rotate(book, reason)
    click.echo(f"recorded as entry {receipt.entry}, {receipt.hash}\nkey {public}")


@click.command()
@click.argument("number", type=click.IntRange(0, 2**62), metavar="[N]", required=False)
@at_ledger
@click.option(
    "--since",
    type=click.IntRange(0, 2**62),
    metavar="SIZE",
    help="Prove instead that the ledger only grew since it had SIZE entries (for a witness).",
)
@click.option(
    "--body", "with_body", type=NEW, metavar="FILE", help="Also write the entry's body to FILE."
)
def prove(number: int | None, path: str | None, since: int | None, with_body: str | None) -> None:
    """Prove that entry N stands in the ledger (c2sp.org/tlog-proof), to somebody who has not the
    ledger.

    Print the proof, and with --body the text it is about. It holds no personal data.
    """
    from portability.ledger import proof

    if (number is None) == (since is None):
        raise click.UsageError("say what to prove: an entry's number, or --since SIZE")
    with writing(path) as book:
        if since is not None:
            click.echo(str(proof.prove_growth(book, since)), nl=False)
            return
        entry = numbered(book, number or 0)
        click.echo(str(proof.prove(book, entry.number)), nl=False)
        if with_body:
            Path(with_body).write_bytes(entry.text.encode())


@click.command("check-proof")
@click.argument("proof", type=FILE)
@click.option(
    "--body", type=FILE, required=True, help="The entry's body, as `prove --body` wrote it."
)
@click.option("--key", "vkey", required=True, metavar="VKEY", help="The key of the ledger.")
def check_proof(proof: str, body: str, vkey: str) -> None:
    """Check a proof without having the ledger. Exit 3 if it does not hold."""
    from portability.ledger.checkpoint import read_key
    from portability.ledger.proof import check_inclusion, read_inclusion

    with click.open_file(body, "rb") as stream:
        text = stream.read()
    found = read_inclusion(decoded(proof))
    stated = check_inclusion(found, text, read_key(vkey))
    click.echo(
        f"proven: this is entry {found.index} of {stated.origin}, as of {stated.size} entries"
    )
    click.echo(text.decode("utf-8", "replace"))


def decoded(name: str) -> str:
    try:
        return read_text(name).decode("utf-8")
    except UnicodeDecodeError:
        raise LedgerError(f"{name}: it is not a text") from None


@click.command()
@click.argument("proof", type=FILE)
@at_ledger
@click.option(
    "--key", "vkey", metavar="VKEY", help="The other ledger's key; needed the first time."
)
@click.option("--new-key", is_flag=True, help="The other office changed its key to the one given.")
def witness(proof: str, path: str | None, vkey: str | None, new_key: bool) -> None:
    """Check that another office's ledger only grew, record its checkpoint here, and cosign it.

    PROOF comes from the other office: `ledger prove --since SIZE`, SIZE being what you cosigned
    last
    (0 the first time). A ledger that was rolled back or rewritten is refused with exit 3.
    """
    from portability.ledger.checkpoint import read_key
    from portability.ledger.proof import read_consistency
    from portability.ledger.witness import cosign

    key = read_key(vkey) if vkey else None
    with writing(path) as book:
        text = cosign(book, read_consistency(decoded(proof)), key, replace=new_key)
    click.echo(text, nl=False)


@click.command()
@click.argument("note", type=FILE)
@at_ledger
@click.option("--witness", "vkey", required=True, metavar="VKEY", help="The witness's key.")
def cosigned(note: str, path: str | None, vkey: str) -> None:
    """Keep a witness's cosignature beside the checkpoint it belongs to."""
    from portability.ledger.checkpoint import read_key
    from portability.ledger.witness import keep_cosignature

    key = read_key(vkey)
    with writing(path) as book:
        size = keep_cosignature(book, decoded(note), key)
    click.echo(f"the checkpoint of {size} entries is cosigned by {key.name}")


@click.command()
@click.argument("person")
@at_ledger
@click.option("--reason", default="", help="Stands in the entry; no personal data.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(person: str, path: str | None, reason: str, yes: bool) -> None:
    """Destroy a person's sealed data and key. PERSON: the office's reference, or the number in the
    ledger.

    Hashes, proofs and checkpoints stay valid. It cannot be undone, in backups neither.
    """
    from portability.ledger import persons

    with writing(path) as book:
        try:
            number = persons.resolve(book, person)
            if not yes:
                count = len(book.of_person(number))
                click.confirm(f"Destroy the data of {count} entries for good?", abort=True)
            receipt = persons.erase(book, number, reason)
        except LookupError as error:
            raise click.UsageError(str(error)) from None
    if receipt is None:
        click.echo("the erasure was recorded before; it is now finished")
    else:
        click.echo(f"erased; recorded as entry {receipt.entry}, {receipt.hash}")


@click.command()
@click.argument("person")
@at_ledger
@as_format("json", "table")
@click.option("--reason", default="", help="Stands in the record of the disclosure.")
def disclose(person: str, path: str | None, form: str, reason: str) -> None:
    """The copy a person may ask for: every entry, every document, the logic, and who had access.

    PERSON: the office's reference, or the number in the ledger. The disclosure is recorded.
    """
    from portability.ledger import persons, show

    with writing(path) as book:
        try:
            copy = persons.disclose(book, person, reason)
        except LookupError as error:
            raise click.UsageError(str(error)) from None
        notes = [show.text(show.note(book, entry["entry"])) for entry in copy["entries"]]
    if form == "json":
        click.echo(json.dumps(copy, ensure_ascii=False, indent=2))
        return
    for note, entry in zip(notes, copy["entries"], strict=True):
        click.echo(note + "\n")
        for name, document in entry["documents"].items():
            if name == "determination":
                click.echo(answer_table(document, entry) + "\n")
            else:
                click.echo(f"{name}:\n{json.dumps(document, ensure_ascii=False, indent=2)}\n")


@click.command()
@click.argument("target", type=NEW)
@at_ledger
def backup(target: str, path: str | None) -> None:
    """Copy the ledger to TARGET while others go on writing; verified before it is called a backup.

    Keys are not copied: keep the key file by other means, so that erased data stays erased.
    """
    from portability.ledger.backup import backup as run

    with writing(path) as book:
        report = run(book, Path(target))
    click.echo(f"{target}: {report.entries} entries, verified against a checkpoint")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@at_ledger
@click.option(
    "--checkpoint",
    "notes",
    multiple=True,
    required=True,
    type=FILE,
    metavar="FILE",
    help="The newest checkpoint kept outside.",
)
def restore(source: str, path: str | None, notes: tuple[str, ...]) -> None:
    """Make a ledger from the backup SOURCE, if it holds all that the checkpoint says it must.

    An existing ledger is never replaced: move it away first, and keep it.
    """
    from portability.ledger import Ledger
    from portability.ledger.backup import restore as run

    target = Ledger.default_path(path)
    report = run(Path(source), target, [decoded(name) for name in notes])
    click.echo(f"{target}: {report.entries} entries, verified")
