"""An entry as a file note, and the ledger as a list. Nothing sealed is opened here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from portability.ledger.persons import accesses
from portability.ledger.store import Ledger

Json = dict[str, Any]
TITLES = {
    "opened": "ledger opened",
    "determination": "determination",
    "correction": "correction of a determination",
    "reversal": "reversal",
    "erasure": "erasure of a person's data",
    "access": "access to sealed data",
    "disclosure": "copy for the person concerned",
    "estimate_batch": "batch of estimates",
    "evidence_received": "evidence received",
    "decision_sent": "decision sent",
    "rules_published": "rules published",
    "schema_change": "change of structure",
    "key_change": "change of key",
}
TOLD = ("v", "kind", "at", "outcome", "rules", "code", "sealed", "supersedes", "corridor")


def lines(ledger: Ledger, first: int = 0) -> Iterator[Json]:
    """One row per entry from `first` on."""
    later = dict(
        ledger.query("SELECT supersedes, min(seq) FROM entry WHERE supersedes >= 0 GROUP BY 1")
    )
    for entry in ledger.entries(first):
        body = entry.body
        yield {
            "entry": entry.number,
            "at": body["at"],
            "kind": body["kind"],
            "corridor": body.get("corridor"),
            "outcome": in_brief(body, later.get(entry.number)),
            "supersedes": body.get("supersedes"),
            "superseded_by": later.get(entry.number),
            "hash": entry.chain.hex(),
        }


def in_brief(body: Mapping[str, Any], superseded_by: int | None = None) -> str:
    """What an entry says, in one line."""
    parts = [f"{row['scheme']}: {row['status']}{via(row)}" for row in body.get("outcome", [])]
    if body.get("supersedes") is not None:
        parts.append(f"supersedes {body['supersedes']}")
    if superseded_by is not None:
        parts.append(f"superseded by {superseded_by}")
    if body.get("about"):
        parts.append("of entry " + ", ".join(map(str, body["about"])))
    if "rows" in body:
        parts.append(f"{body['rows']} rows")
    if "checkpoint" in body:
        parts.append(f"{body['checkpoint']['origin']} at {body['checkpoint']['size']} entries")
    if body["kind"] == "opened":
        parts.append(str(body["origin"]))
    if body["kind"] == "rules_published":
        parts.append(f"{len(body['rules'])} texts")
    return ", ".join(parts)


def published(ledger: Ledger) -> dict[str, str]:
    """Rule -> hash of its text as published last."""
    found: dict[str, str] = {}
    for (number,) in ledger.query("SELECT seq FROM entry WHERE kind = 'rules_published'"):
        found |= ledger.entry(int(number)).body["rules"]
    return found


def via(row: Mapping[str, str]) -> str:
    return f" ({row['route']})" if row.get("route") else ""


def note(ledger: Ledger, number: int) -> Json:
    """Everything an entry says in clear, with what later entries say about it."""
    entry = ledger.entry(number)
    body = entry.body
    covering = ledger.query("SELECT min(size) FROM checkpoint WHERE size > ?", number)[0][0]
    later = ledger.query("SELECT seq, kind FROM entry WHERE supersedes = ? ORDER BY seq", number)
    return {
        "entry": number,
        "hash": entry.chain.hex(),
        "body": body,
        "sealed": {name: state(ledger, part) for name, part in (body.get("sealed") or {}).items()},
        "superseded_by": [{"entry": seq, "kind": kind} for seq, kind in later],
        "first_checkpoint": covering,
        "accesses": list(accesses(ledger, number)) if body.get("person") else [],
    }


def state(ledger: Ledger, part: Mapping[str, str]) -> str:
    """Whether a sealed document can be opened here."""
    if ledger.erased(part["person"]):
        return "erased"
    return "sealed" if ledger.keys.person(part["person"]) else "sealed, its key is not here"


def sections(told: Json) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The note as headed pairs, for every form of it."""
    body = told["body"]
    head = [("recorded", body["at"]), ("hash", told["hash"])]
    if body.get("corridor"):
        head.append(("countries", body["corridor"]))
    if body.get("supersedes") is not None:
        head.append(("supersedes", f"entry {body['supersedes']}"))
    head += [("superseded by", f"entry {e['entry']} ({e['kind']})") for e in told["superseded_by"]]
    head.append(("anchored", anchored(told)))
    yield f"Entry {told['entry']}: {TITLES[body['kind']]}", head
    outcome = [(row["scheme"], row["status"] + via(row)) for row in body.get("outcome", [])]
    yield "Outcome", outcome
    rules = {**(body.get("rules") or {}), **(body.get("code") or {})}
    yield "Law and program applied", [(name, str(value)) for name, value in rules.items()]
    yield "Personal data", list(told["sealed"].items())
    yield "Opened", [("by entry", str(number)) for number in told["accesses"]]
    yield "Also said", [(k, str(v)) for k, v in body.items() if k not in TOLD]


def anchored(told: Json) -> str:
    size = told["first_checkpoint"]
    return f"by the checkpoint at {size} entries" if size else "by no checkpoint yet"


def text(told: Json) -> str:
    """The note for a terminal."""
    out: list[str] = []
    for title, pairs in sections(told):
        if pairs:
            width = max(len(name) for name, _ in pairs)
            out += ["", title, *(f"  {name.ljust(width)}  {value}" for name, value in pairs)]
    return "\n".join(out[1:])


def html(told: Json) -> str:
    """The note as one page that needs nothing else."""
    parts = [
        f"<h2>{escape(title)}</h2>\n<table>\n"
        + "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>\n'
            for name, value in pairs
        )
        + "</table>"
        for title, pairs in sections(told)
        if pairs
    ]
    title = f"Ledger entry {told['entry']}"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<style>body{font:1rem/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}"
        "th{text-align:left;padding-right:1rem;vertical-align:top}td{overflow-wrap:anywhere}</style>\n"
        f"<h1>{title}</h1>\n" + "\n".join(parts) + "\n</html>"
    )
