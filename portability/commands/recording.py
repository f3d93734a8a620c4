"""What a determination leaves in the ledger: the sealed case and result, and the exact texts
that were applied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from portability.case import Case

if TYPE_CHECKING:
    from portability.ledger import Ledger, Receipt

Json = dict[str, Any]
AgreementsOf = Callable[[Case], Sequence[Any]]


@frozen
class Corrects:
    """The earlier determination a new one takes the place of, and why."""

    entry: int
    reason: str


def record(
    documents: Sequence[Json],
    cases: Sequence[Case],
    path: str | None,
    agreements: AgreementsOf,
    corrects: Corrects | None = None,
) -> list[Json]:
    """Append one entry per determination in one transaction, and put its number and hash into
    the document."""
    from portability.ledger import Draft, Ledger
    from portability.ledger.bodies import determination_body
    from portability.ledger.family import owners

    drafts = []
    with Ledger.open(path, create=corrects is None) as ledger:
        person = None if corrects is None else corrected(ledger, corrects.entry, cases[0].reference)
        for document, case in zip(documents, cases, strict=True):
            body, sealed = determination_body(
                case.raw,
                document,
                supersedes=None if corrects is None else corrects.entry,
                reason=None if corrects is None else corrects.reason,
            )
            drafts.append(
                Draft(
                    body,
                    sealed,
                    law(document["rules"], agreements(case)),
                    subject=case.reference or None,
                    persons=owners(sealed, case.reference or None),
                    person=person,
                )
            )
        then = None if corrects is None else still_in_force(corrects.entry)
        receipts = ledger.append_many(drafts, then)
    return [
        {**document, "ledger": {"entry": receipt.entry, "hash": receipt.hash}}
        for document, receipt in zip(documents, receipts, strict=True)
    ]


def corrected(ledger: Ledger, number: int, reference: str | None) -> str:
    """The person of the determination to be corrected; the new case must be of the same one."""
    try:
        made = ledger.entry(number).body
    except LookupError as error:
        raise click.UsageError(str(error)) from None
    if made["kind"] not in ("determination", "correction"):
        raise click.UsageError(f"--supersedes {number}: that entry is no determination")
    if reference:
        known = ledger.keys.find(reference)
        if known is None or known.id != made["person"]:
            raise click.UsageError(
                f"--supersedes {number}: that entry is about another person than {reference}"
            )
    return str(made["person"])


def still_in_force(number: int) -> Callable[[sqlite3.Connection, Sequence[Receipt]], None]:
    """Refuse, within the transaction, what was superseded already: corrections form a line."""
    from portability.errors import LedgerError

    def check(connection: sqlite3.Connection, receipts: Sequence[Receipt]) -> None:
        query = "SELECT seq FROM entry WHERE supersedes = ? AND seq < ? ORDER BY seq LIMIT 1"
        later = connection.execute(query, (number, receipts[0].entry)).fetchone()
        if later is not None:
            raise LedgerError(
                f"entry {number} was superseded by entry {later[0]} already; nothing was recorded"
            )

    return check


def texts_in_force(names: Sequence[str]) -> dict[str, bytes]:
    """The installed texts of schemes and agreements by id; all of the catalogue if none is named.
    Raises InputError for one that is not known."""
    from portability import catalogue, registry

    if not names:
        found = {scheme: registry.bundle(scheme) for scheme in registry.ids()}
        return found | {one.id: agreement_text(one) for one in catalogue.agreements()}
    known = registry.ids()
    return {
        name: registry.bundle(name) if name in known else agreement_text(catalogue.find(name))
        for name in names
    }


def law(rules: Mapping[str, str], agreements: Sequence[Any]) -> dict[str, bytes]:
    """The texts behind the digests of a determination: scheme bundles and agreement files."""
    from portability import registry

    known = {agreement.id: agreement for agreement in agreements}
    texts = {}
    for name in rules:
        if name in known:
            texts[name] = agreement_text(known[name])
        elif name in registry.ids():
            texts[name] = registry.bundle(name)
    return texts


def agreement_text(agreement: Any) -> bytes:
    """The bytes whose digest the agreement carries: of a draft, its base's digest before them, or
    both texts."""
    from portability import catalogue

    return catalogue.text_of(agreement)
