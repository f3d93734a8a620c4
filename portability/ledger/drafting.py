"""From drafts to what is written: bodies in canonical form, sealed documents, stored texts.

All of it happens before the transaction begins, so that other writers wait for the disk only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from attrs import define, field, frozen

from portability.errors import LedgerError
from portability.ledger.bodies import ABOUT_A_PERSON, KINDS, referenced
from portability.ledger.canonical import canonical
from portability.ledger.seal import KeyStore, Person, Sealed, Sealer


@frozen
class Draft:
    """What to append: a body, documents to seal, texts it applied; whose they are: the office's
    reference (`subject`) or the person's number."""

    body: Mapping[str, Any]
    sealed: Mapping[str, bytes] = field(factory=dict, repr=False)
    blobs: Mapping[str, bytes] = field(factory=dict, repr=False)
    subject: str | None = field(default=None, repr=False)
    persons: Mapping[str, str | None] = field(factory=dict, repr=False)
    person: str | None = None


@define
class Batch:
    """Drafts made ready: per entry its body and its sealed documents; texts by their hash."""

    entries: list[tuple[str, dict[str, Sealed]]] = field(factory=list)
    texts: dict[str, bytes] = field(factory=dict, repr=False)
    named: dict[str, str] = field(factory=dict)  # hash -> name, for those not given

    @property
    def persons(self) -> set[str]:
        return {box.person for _, boxes in self.entries for box in boxes.values()}


def prepare(drafts: Sequence[Draft], keys: KeyStore) -> Batch:
    """Check, seal and serialise. Raises ValueError for a body that may not be written, LedgerError
    for a key that is not here."""
    batch, sealer = Batch(), Sealer()
    hashes: dict[int, str] = {}  # by identity: the drafts, and so the bytes, outlive this call
    for draft in drafts:
        check_body(draft.body)
    owners = admitted(drafts, keys)
    for draft, documents in zip(drafts, owners, strict=True):
        made = dict(draft.body)
        boxes = {
            name: sealer.seal(person, name, draft.sealed[name])
            for name, person in documents.items()
            if name is not None
        }
        if boxes:
            made["person"] = documents[None].id
            made["sealed"] = {n: {"person": b.person, "sha256": b.hash} for n, b in boxes.items()}
        add_texts(batch, draft, hashes)
        batch.entries.append((canonical(made).decode(), boxes))
    return batch


def admitted(drafts: Sequence[Draft], keys: KeyStore) -> list[dict[str | None, Person]]:
    """Per draft: whom each sealed document belongs to; under None, whom the entry is about. New
    keys are made in one transaction."""
    wanted: list[str | None] = []
    for draft in drafts:
        if draft.sealed:
            wanted += [draft.subject] if draft.person is None else []
            wanted += [draft.persons[name] for name in draft.sealed if name in draft.persons]
    got = iter(keys.admit_all(wanted))
    found: list[dict[str | None, Person]] = []
    for draft in drafts:
        whose: dict[str | None, Person] = {}
        if draft.sealed:
            owner = next(got) if draft.person is None else known(draft.person, keys)
            whose[None] = owner
            for name in draft.sealed:
                whose[name] = next(got) if name in draft.persons else owner
        found.append(whose)
    return found


def known(person: str, keys: KeyStore) -> Person:
    found = keys.person(person)
    if found is None:
        raise LedgerError(f"keys {keys.path}: the key of this person is not here")
    return found


def add_texts(batch: Batch, draft: Draft, hashes: dict[int, str]) -> None:
    """The texts a body names, each under the hash of its bytes."""
    named = referenced(draft.body)
    for name, data in draft.blobs.items():
        digest = hashes.get(id(data)) or hashes.setdefault(id(data), sha256(data).hexdigest())
        if named.get(name) != digest:
            raise ValueError(f"the body does not name the text {name} with the hash of its bytes")
        batch.texts[digest] = data
    for name, digest in named.items():
        batch.named.setdefault(digest, name)


def check_body(made: Mapping[str, Any]) -> None:
    """What a caller may not write. Raises ValueError."""
    if made.get("v") != 1 or made.get("kind") not in KINDS or made["kind"] == "opened":
        raise ValueError(f"not a body of a known kind: {made.get('kind')!r}")
    if "sealed" in made or ("person" in made and made["kind"] not in ABOUT_A_PERSON):
        raise ValueError("'sealed' and 'person' are written by the ledger itself")
