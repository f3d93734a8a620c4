"""Verification: every fault with its entry, and in plain words what is proven and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from attrs import define, field

from portability.errors import LedgerError
from portability.ledger.checkpoint import Checkpoint, Note, PublicKey, read_checkpoint, read_note
from portability.ledger.findings import Finding, Scan
from portability.ledger.scan import Given, check_checkpoint, scan
from portability.ledger.store import Ledger


@define
class Report:
    """The result of a verification. `ok` only if not a single fault was found."""

    path: str
    origin: str
    entries: int
    root: str
    faults: list[Finding]
    proven: list[str] = field(factory=list)
    not_proven: list[str] = field(factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        faults = [{"entry": f.entry, "code": f.code, "text": f.text} for f in self.faults]
        return {
            "schema": "portability/verification@1",
            "ok": self.ok,
            "origin": self.origin,
            "entries": self.entries,
            "root": self.root,
            "faults": faults,
            "proven": self.proven,
            "not_proven": self.not_proven,
        }

    def text(self) -> str:
        """The report for a person."""
        verdict = "no fault found" if self.ok else f"{len(self.faults)} fault(s) found"
        lines = [
            f"{self.path}: {self.entries} entries, {verdict}",
            f"ledger {self.origin}, root {self.root}",
        ]
        for title, items in (
            ("Faults", [str(fault) for fault in self.faults]),
            ("Proven", self.proven),
            ("Not proven", self.not_proven),
        ):
            if items:
                lines += ["", f"{title}:"]
                lines += [
                    fill(
                        item,
                        96,
                        initial_indent="  - ",
                        subsequent_indent="    ",
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
                    for item in items
                ]
        return "\n".join(lines)


def verify(
    ledger: Ledger,
    notes: Sequence[str | bytes] = (),
    *,
    key: PublicKey | None = None,
    witnesses: Sequence[PublicKey] = (),
    receipts: Sequence[tuple[int, str]] = (),
) -> Report:
    """Check the whole file; against checkpoints and receipts kept outside it if there are any.

    notes      signed checkpoints, as printed by `ledger checkpoint`
    key        the key they must be signed with, if it is known from elsewhere
    witnesses  keys of those who cosigned; each must have cosigned every checkpoint given
    receipts   (entry, hash) as printed on a decision
    Raises LedgerError if a checkpoint cannot be read at all. Faults of the ledger are in the
    report.
    """
    given: list[tuple[Note, Checkpoint]] = []
    for text in notes:
        note = read_note(text)
        given.append((note, read_checkpoint(note)))
    found = scan(ledger, {stated.size for _, stated in given}, {number for number, _ in receipts})
    anchored = [
        (note, stated)
        for note, stated in given
        if check_checkpoint(
            found,
            Given(note, stated, "the checkpoint given"),
            stated.size,
            found.roots.get(stated.size),
            key,
        )
    ]
    check_witnesses(found, anchored, witnesses)
    covered = check_receipts(found, receipts)
    check_keys(found)
    root = found.roots.get(found.size, b"").hex() or "unknown"
    report = Report(str(ledger.path), found.origin, found.size, root, found.faults)
    if report.ok:
        report.proven = proven(found, anchored, covered, witnesses)
    report.not_proven = not_proven(found, anchored, covered, bool(witnesses))
    return report


def check_witnesses(
    found: Scan, anchored: Sequence[tuple[Note, Checkpoint]], witnesses: Sequence[PublicKey]
) -> None:
    for note, stated in anchored:
        for witness in witnesses:
            if not note.signed_by(witness):
                found.fault(
                    None,
                    "witness",
                    f"the checkpoint of {stated.size} entries is not cosigned by {witness.name}",
                )


def check_receipts(found: Scan, receipts: Sequence[tuple[int, str]]) -> int:
    """How many entries, from the first, the receipts cover."""
    covered = 0
    for number, value in receipts:
        stored = found.chains.get(number, b"").hex()
        if not stored:
            found.fault(
                number, "cut", "the receipt given is for this entry, which the file does not hold"
            )
        elif stored != value.lower():
            found.fault(
                number,
                "receipt",
                "the receipt given has another hash: this entry or one before it differs",
            )
        else:
            covered = max(covered, number + 1)
    return covered


def check_keys(found: Scan) -> None:
    """If the key file is here: nobody whose data was erased still has a key in it."""
    keys = found.ledger.keys
    if not found.erased or not keys.exists():
        return
    try:
        for person, number in found.erased.items():
            if keys.person(person.decode()) is not None:
                found.fault(number, "erasure", "the key was not destroyed: run the erasure again")
    except LedgerError as error:
        found.fault(None, "keys", str(error))


def proven(
    found: Scan,
    anchored: Sequence[tuple[Note, Checkpoint]],
    covered: int,
    witnesses: Sequence[PublicKey],
) -> list[str]:
    """What a verification without fault shows, in words."""
    said = [
        (
            f"The file agrees with itself: all {found.size} entries follow one another without "
            "a gap, each fits its hash, the chain and the tree of hashes; tables and guards are "
            "those of a ledger."
        ),
        (
            f"{found.sealed} sealed documents and {len(found.texts)} stored texts of law and "
            "program are unchanged."
        ),
    ]
    if covered:
        said.append(
            f"Entries 0 to {covered - 1} are those the receipt covers: none was changed, removed, "
            f"inserted or "
            "reordered since it was given out."
        )
    if anchored:
        _, last = max(anchored, key=lambda pair: pair[1].size)
        said.append(
            f"Entries 0 to {last.size - 1} are exactly those of the checkpoint given: none was "
            f"changed, removed, "
            "inserted or reordered since it was signed."
        )
        said += [
            f"{witness.name} confirmed that checkpoint after comparing it with all it saw before."
            for witness in witnesses
        ]
    return said


def not_proven(
    found: Scan, anchored: Sequence[tuple[Note, Checkpoint]], covered: int, witnessed: bool
) -> list[str]:
    """What even a verification without fault leaves open, in words."""
    if found.faults:
        return [
            (
                "Nothing is proven while there are faults. Keep the file as it is and restore a "
                "verified backup."
            )
        ]
    said = []
    end = max([covered, *(stated.size for _, stated in anchored)])
    if end == 0:
        said.append(
            "Completeness is not proven: whoever owns the file can rewrite it or cut off its end "
            "and recompute "
            "every hash. Verify against a checkpoint kept outside: --checkpoint FILE."
        )
    elif end < found.size:
        said.append(
            f"Entries {end} to {found.size - 1} are younger than what you gave: they agree with "
            f"themselves, but "
            "only a later checkpoint protects them."
        )
    if anchored and not witnessed:
        said.append(
            "That nobody was shown a different history under the same key: only a checkpoint "
            "cosigned by a witness "
            "(or held by two offices) shows that."
        )
    said += [
        f"That the change of key in entry {number} was the office's own: the key before did not "
        "endorse it. Ask the office."
        for number in found.unendorsed
    ]
    if found.documents_erased:
        said.append(
            f"The content of {found.documents_erased} documents of {len(found.erased)} erased "
            f"person(s): only their "
            "hashes are left."
        )
    said.append(
        "That a decision was right: `ledger replay` recomputes it. That a time is true: it is the "
        "writer's clock."
    )
    return said
