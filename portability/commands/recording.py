"""What a determination leaves in the ledger: the sealed case and result, and the exact texts
that were applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from portability.case import Case

Json = dict[str, Any]
AgreementsOf = Callable[[Case], Sequence[Any]]


def record(
    documents: Sequence[Json], cases: Sequence[Case], path: str | None, agreements: AgreementsOf
) -> list[Json]:
    """Append one entry per determination in one transaction, and put its number and hash into
    the document."""
    from portability.ledger import Draft, Ledger
    from portability.ledger.bodies import determination_body
    from portability.ledger.family import owners

    drafts = []
    for document, case in zip(documents, cases, strict=True):
        body, sealed = determination_body(case.raw, document)
        drafts.append(
            Draft(
                body,
                sealed,
                law(document["rules"], agreements(case)),
                subject=case.reference or None,
                persons=owners(sealed, case.reference or None),
            )
        )
    with Ledger.open(path, create=True) as ledger:
        receipts = ledger.append_many(drafts)
    return [
        {**document, "ledger": {"entry": receipt.entry, "hash": receipt.hash}}
        for document, receipt in zip(documents, receipts, strict=True)
    ]


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
    """The bytes whose digest the agreement carries: for a draft, its base's digest stands
    before them."""
    raw = Path(agreement.source).read_bytes()
    based_on = agreement.raw.get("based_on")
    if not based_on:
        return raw
    from portability import catalogue

    return catalogue.find(based_on).digest.encode() + raw
