"""Registers for tests: the same spells written as CSV, Parquet, JSON lines and one row a member."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from portability.estimate import mapping, register

PERSON = ("id", "born", "sex", "home", "lives")
SPELL = ("to", "start", "end", "wage", "money", "how")
COLUMNS = (*PERSON, *SPELL)
MAP = """\
schema: portability/register-map@1
rows: spell
member: {column: id}
born: {column: born}
sex: {column: sex, words: {F: female, M: male}}
residence: {column: lives}
nationality: {column: home}
claim: {date: 2026-11-24}
spell:
  scheme: {column: to, words: {USA: us-oasdi, DEU: de-grv, JPN: jp-kosei, KOR: kr-nps, HKG: null}}
  start: {column: start}
  end: {column: end}
  evidence: {column: how, words: {i: certified, c: assumed}}
earnings:
- {from: contract_wage, column: wage, currency: {column: money}}
- {from: scheme_minimum}
- {from: national_average}
"""
NESTED = MAP.replace("rows: spell", "rows: member\nspells: {column: spells}")
GOOD = {
    "id": "A1",
    "born": "1980-05-17",
    "sex": "F",
    "home": "PH",
    "lives": "PH",
    "to": "USA",
    "start": "2010-01-01",
    "end": "2011-12-31",
    "wage": "2000",
    "money": "USD",
    "how": "c",
}


def row(**changes: str | None) -> dict[str, str | None]:
    return {**GOOD, **changes}


def load(folder: Path, text: str = MAP) -> mapping.Mapping:
    path = folder / "map.yaml"
    path.write_text(text, "utf-8")
    return mapping.load(path)


def csv_bytes(rows: Iterable[Mapping[str, str | None]], columns: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if r[c] is None else r[c] for c in columns] for r in rows])
    return out.getvalue().encode()


def as_csv(path: Path, rows: Iterable[Mapping[str, str | None]]) -> Path:
    path.write_bytes(csv_bytes(rows))
    return path


def as_parquet(path: Path, rows: Iterable[Mapping[str, str | None]]) -> Path:
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    pq.write_table(pa.Table.from_pylist(list(rows), schema), path, compression="none")
    return path


def as_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def members_of(rows: Iterable[Mapping[str, str | None]]) -> list[dict[str, Any]]:
    """One row a member, with the facts of his first row."""
    found: dict[str, dict[str, Any]] = {}
    for each in rows:
        name = str(each["id"])
        member = found.setdefault(name, {**{k: each[k] for k in PERSON}, "spells": []})
        member["spells"].append({k: each[k] for k in SPELL})
    return list(found.values())


def as_nested(path: Path, rows: Iterable[Mapping[str, str | None]], group: int = 1000) -> Path:
    inner = pa.list_(pa.struct([(name, pa.string()) for name in SPELL]))
    schema = pa.schema([*((name, pa.string()) for name in PERSON), ("spells", inner)])
    table = pa.Table.from_pylist(members_of(rows), schema)
    pq.write_table(table, path, row_group_size=group, compression="none")
    return path


def read(
    path: Path, mapped: mapping.Mapping, work: Path, size: int = 1000
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(members, rejects) of a register, in the order in which they come."""
    members: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    for unit in register.units(path, mapped, work):
        for batch, refused in register.read(unit, mapped, size):
            batch.validate(full=True)
            assert batch.num_rows <= size
            members += batch.to_pylist()
            rejects += refused.to_pylist()
    return members, rejects


def told(rejects: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(r["row"], r["member"], r["field"], r["found"], r["reason"]) for r in rejects]


def of_csv(
    folder: Path, rows: Iterable[Mapping[str, str | None]], text: str = MAP
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    path = as_csv(folder / "register.csv", rows)
    return read(path, load(folder, text), folder / "work")
