"""What every text says on each difficulty: the clause with its article and address, or why nothing
can be said. Verdicts come from the standard "women" (section G), clauses from the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portability import catalogue
from portability.agreement import Absent, Agreement
from portability.compare import clauses, standards
from portability.compare.clause import Clause
from portability.compare.weighing import Text
from portability.compare.women.careers import table

Json = dict[str, Any]
BECAUSE = "unknown, because "
NOT_HELD = BECAUSE + "the file holds nothing on it"
NOT_IN_IT = "not in the text"
FORMS = {
    Absent.UNKNOWN: BECAUSE + "the text was not seen on it",
    Absent.NOT_REGULATED: "not regulated: the text was read and leaves it to national law",
    Absent.NONE: "none: the text excludes it",
}
STATED, SILENT, UNKNOWN = "stated", "not_in_it", "unknown"


def items() -> list[Mapping[str, Any]]:
    """The difficulties, in order."""
    found: list[Mapping[str, Any]] = table("items.yaml")["items"]
    return found


def head(text: Text) -> Json:
    agreement = text.agreement
    assert agreement is not None
    return {
        "name": text.name,
        "id": agreement.id,
        "title": agreement.title,
        "status": agreement.status,
        "digest": agreement.digest,
    }


def report(texts: Sequence[Text]) -> list[Json]:
    """One row per item: per text what stands in it, in the order of the texts."""
    said = {text.name: said_by(text.agreement) for text in texts if text.agreement is not None}
    return [
        {
            "item": item["id"],
            "title": item["title"],
            "asks": item["asks"],
            "texts": {name: found[item["id"]] for name, found in said.items()},
        }
        for item in items()
    ]


def said_by(agreement: Agreement) -> dict[str, Json]:
    """Item -> {state, says, clauses, verdict, why} of one text."""
    found = clauses.of(agreement)
    judged = {row["id"]: row for row in standards.women(agreement)}
    return {item["id"]: said(item, found, judged, agreement) for item in items()}


def said(
    item: Mapping[str, Any],
    found: Iterable[Clause],
    judged: Mapping[str, Json],
    agreement: Agreement,
) -> Json:
    told = list(told_of(item, list(found)))
    rows = [row for row in told if row["says"]]
    absent = [row["absent"] for row in told if row["absent"]]
    verdict = judged.get(item.get("measure", ""))
    open_ = absent[0] if absent else NOT_IN_IT if decided(agreement) else NOT_HELD
    return {
        "state": STATED if rows else UNKNOWN if open_.startswith(BECAUSE) else SILENT,
        "says": "" if rows else open_,
        "clauses": [{k: v for k, v in row.items() if k != "absent"} for row in rows],
        "verdict": verdict["verdict"] if verdict else None,
        "why": verdict["why"] if verdict else "",
        "standard": verdict["article"] if verdict else "",
    }


def decided(agreement: Agreement) -> bool:
    """A draft or model: the file is the text, and what it lacks is not in it."""
    return agreement.kind in catalogue.UNDECIDED


def told_of(item: Mapping[str, Any], found: Sequence[Clause]) -> Iterator[Json]:
    """The clauses of the item's parts, then those in which its words stand; the same sentence of
    several schemes once, with all of them."""
    words = re.compile(item["words"]) if item["words"] else None
    rows: dict[tuple[str, str, str], Json] = {}
    for clause in found:
        named = any(f"{clause.part}.".startswith(f"{part}.") for part in item["parts"])
        if not named and not (words and spoken(clause) and words.search(heard(clause))):
            continue
        # A clause that is there for another reason says what the words are found in.
        says = clause.text if named else sentence(clause, words)
        absent = FORMS[clause.absent] if clause.absent is not None else ""
        row = rows.setdefault(
            (clause.part, says, clause.article),
            {
                "part": clause.part,
                "title": clause.title,
                "says": "" if absent else says,
                "article": clause.article,
                "url": clause.url,
                "schemes": {},
                "absent": absent,
            },
        )
        if clause.scheme:
            branches = row["schemes"].setdefault(clause.scheme, [])
            if clause.branch and clause.branch not in branches:
                branches.append(clause.branch)
    yield from rows.values()


def spoken(clause: Clause) -> bool:
    """Is it said by the text? What the file says about itself is not."""
    return clause.law or clause.part in ("notes", "rule.note")


def heard(clause: Clause) -> str:
    return " · ".join((clause.text, clause.note, clause.wording, clause.quote)).lower()


def sentence(clause: Clause, words: re.Pattern[str] | None) -> str:
    """The part of a clause in which the words stand: its text, else its remark or quotation."""
    for said_ in (clause.text, clause.note, clause.wording, clause.quote):
        if words is not None and words.search(said_.lower()):
            return said_
    return clause.text
