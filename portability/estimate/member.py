"""One member of a batch as a case: the document `determine` would answer."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from portability import registry
from portability.case import SCHEMA
from portability.estimate.form import MEMBERS
from portability.exact import decimal_text, trimmed
from portability.tables import minor_digits

Json = dict[str, Any]


def document(batch: pa.RecordBatch, at: int, branch: str = "old_age") -> Json:
    """The case (portability/case@1) of the member in row `at` of MEMBERS; the reference is the
    member's id, and where earnings were assumed the line's note says from what."""
    names = [name for name in batch.schema.names if name in MEMBERS.names]
    row = batch.select(names).slice(at, 1).to_pylist()[0]
    person: Json = {"born": row["born"].isoformat(), "sex": row.get("sex") or "unspecified"}
    if row.get("nationality"):
        person["nationalities"] = [row["nationality"]]
    if row.get("residence"):
        person["residence"] = row["residence"]
    claim: Json = {"branch": branch, "date": row["claim"].isoformat()}
    if row.get("event"):
        claim["event"] = row["event"].isoformat()
    return {
        "schema": SCHEMA,
        "reference": str(row.get("member", at)),
        "person": person,
        "claim": claim,
        "periods": [period(line) for line in row["periods"]],
    }


def period(line: Json) -> Json:
    scheme = registry.load(line["scheme"])
    made: Json = {"scheme": scheme.id, "kind": line.get("kind") or "compulsory"}
    for key in ("start", "end"):
        if line.get(key):
            made[key] = line[key].isoformat()
    if line.get("credited") is not None:
        made["credited"] = {f"{scheme.unit}s": trimmed(line["credited"], 3)}
    if line.get("earnings") is not None:
        made["earnings"] = decimal_text(line["earnings"], minor_digits(scheme.currency))
    for key, usual in (("evidence", "certified"), ("status", "normal")):
        if line.get(key) and line[key] != usual:
            made[key] = line[key]
    if line.get("path") not in (None, "record", "none"):
        made["note"] = f"earnings assumed: {line['path']}"
    return made
