"""What an entry says in clear, and what it seals. Nothing personal stands in a body.

A body is one JSON object: `v` 1, `kind`, `at` (UTC), and by kind what the lines below add. The
store adds `person`
(a random number) and `sealed` (name -> person and hash). Name, birth date, nationality, the
office's reference, the
record and every amount are in the sealed documents only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from portability.ledger.canonical import canonical, plain
from portability.ledger.family import split
from portability.ledger.merkle import leaf_hash, root_of

Body = dict[str, Any]
VERSION = 1
KINDS = (
    "opened",
    "determination",
    "estimate_batch",
    "evidence_received",
    "decision_sent",
    "correction",
    "reversal",
    "erasure",
    "rules_published",
    "schema_change",
    "key_change",
    "access",
    "disclosure",
)
ABOUT_A_PERSON = (
    "erasure",
    "access",
    "disclosure",
)  # these name a person's number and seal nothing


def now() -> str:
    """The time to the second, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def body(kind: str, at: str | None = None, **more: object) -> Body:
    """A body of a kind; fields that are None are left out."""
    given = {key: plain(value) for key, value in more.items() if value is not None}
    return {"v": VERSION, "kind": kind, "at": at or now(), **given}


def determination_body(
    case: Mapping[str, Any],
    determination: Mapping[str, Any],
    *,
    code: Mapping[str, bytes] | None = None,
    supersedes: int | None = None,
    reason: str | None = None,
    at: str | None = None,
) -> tuple[Body, dict[str, bytes]]:
    """Body and documents to seal of a determination; with `supersedes` and `reason` of a
    correction.

    case           the case document as given
    determination  the result (portability/determination@1); its `rules` name the texts applied as
                   id -> sha256
    code           program sources applied, name -> bytes; pass the same bytes to `append` as blobs
    """
    result = {key: value for key, value in determination.items() if key != "ledger"}
    rules = {k: v for k, v in result.get("rules", {}).items() if str(v).startswith("sha256:")}
    made = body(
        "correction" if reason else "determination",
        at,
        branch=result.get("claim", {}).get("branch"),
        corridor=corridor(result),
        estimate=bool(result.get("estimate", False)),
        outcome=outcome(result),
        rules=rules,
        engine=result.get("rules", {}).get("engine"),
        code=None if code is None else {name: text_hash(data) for name, data in code.items()},
        supersedes=supersedes,
        reason=reason,
    )
    documents = split(plain(case), plain(result))
    return made, {name: canonical(document) for name, document in documents.items()}


def outcome(determination: Mapping[str, Any]) -> list[dict[str, str]]:
    """Status and route per scheme; no amount, no period. Claimants of one record are not told
    apart."""
    rows = [
        {
            "scheme": str(item.get("scheme", "")),
            "status": str(item.get("status", "unknown")),
            "route": str(item.get("route") or ""),
        }
        for item in determination.get("entitlements", [])
    ]
    return sorted(rows, key=lambda row: (row["scheme"], row["route"], row["status"]))


def corridor(determination: Mapping[str, Any]) -> str:
    """The countries of the file, e.g. DE-US."""
    countries = {str(item.get("country", "")) for item in determination.get("entitlements", [])}
    return "-".join(sorted(filter(None, countries)))


def batch_body(
    rows: Iterable[bytes], *, rules: Mapping[str, str], engine: str, at: str | None = None
) -> Body:
    """One entry for a batch of estimates: how many rows, and the Merkle root over their bytes."""
    count = 0

    def leaves() -> Iterable[bytes]:
        nonlocal count
        for row in rows:
            count += 1
            yield leaf_hash(row)

    root = root_of(leaves()).hex()
    return body("estimate_batch", at, rows=count, root=root, rules=dict(rules), engine=engine)


def text_hash(data: bytes) -> str:
    """How bodies name a stored text."""
    return "sha256:" + sha256(data).hexdigest()


def referenced(made: Mapping[str, Any]) -> dict[str, str]:
    """Name -> SHA-256 (hex) of the texts a body says it applied."""
    found = {}
    for part in ("rules", "code"):
        for name, value in (made.get(part) or {}).items():
            found[str(name)] = str(value).removeprefix("sha256:")
    return found
