"""One member of a batch as a case: the document `determine` would answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from portability import case, registry
from portability.answer import answer
from portability.case import SCHEMA
from portability.casemodel import CONTINUED, PARAMETERS
from portability.errors import Fault, InputError
from portability.estimate.form import MEMBERS
from portability.estimate.law import Law
from portability.exact import decimal_text, trimmed
from portability.tables import minor_digits
from portability.yamlsource import json_source

Json = dict[str, Any]


def document(batch: pa.RecordBatch, at: int, law: Law) -> Json:
    """The case (portability/case@1) of the member in row `at` of MEMBERS; the reference is the
    member's id, and where earnings were assumed the line's note says from what."""
    names = [name for name in batch.schema.names if name in MEMBERS.names]
    row = batch.select(names).slice(at, 1).to_pylist()[0]
    person: Json = {"born": row["born"].isoformat(), "sex": row.get("sex") or "unspecified"}
    if row.get("nationality"):
        person["nationalities"] = [row["nationality"]]
    if row.get("residence"):
        person["residence"] = row["residence"]
    claim: Json = {"branch": law.branch, "date": row["claim"].isoformat()}
    if row.get("event"):
        claim["event"] = row["event"].isoformat()
    assumptions = {"assumptions": {PARAMETERS: CONTINUED}} if law.goes_on else {}
    return {
        **assumptions,
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


def explained(folder: Path, member: str) -> tuple[Json, Json, list[str]]:
    """(the member as a case, its full determination, the rules that differ from those of the
    estimate) of a finished estimate. Raises InputError if the folder holds no such member."""
    run = told(folder, "run.json")
    asked = run["law"]
    law = Law(**{**asked, "drafts": tuple(asked["drafts"]), "without": tuple(asked["without"])})
    document = found(folder, member, law)
    one = case.load(json_source(json.dumps(document), str(folder / "members.parquet")))
    countries = frozenset(registry.country_of(scheme) for scheme in one.schemes)
    answered = answer(one, law.agreements(countries))
    before, now = told(folder, "summary.json")["rules"], answered["rules"]
    changed = [
        name for name in now if name != "engine" and before.get(name) not in (None, now[name])
    ]
    return document, answered, changed


def found(folder: Path, member: str, law: Law) -> Json:
    table = pq.read_table(folder / "members.parquet", filters=[("member", "=", member)])
    if not len(table):
        where = f"{folder / 'members.parquet'}:1:1"
        expected = "a member who was estimated (rejects.csv lists who was not)"
        raise InputError([Fault(where, "member", "nobody with this id", expected)])
    return document(table.combine_chunks().to_batches()[0], 0, law)


def told(folder: Path, name: str) -> Json:
    path = folder / name
    if not path.exists():
        raise InputError(
            [
                Fault(
                    f"{path}:1:1",
                    name,
                    "nothing",
                    "the folder of a finished `portability estimate`",
                )
            ]
        )
    made: Json = json.loads(path.read_text("utf-8"))
    return made
