"""Answers of `agreements search` for people, as JSON and as CSV; the list of facets likewise."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portability.clean import plain
from portability.compare.facets import STATED, UNKNOWN, Fact, Row, Sheet, table
from portability.compare.facets_query import Answer, Hit
from portability.compare.ruled import EVERY
from portability.dates import iso
from portability.layout import aligned, wrapped

Json = dict[str, Any]
COLUMNS = (
    "answer",
    "agreement",
    "title",
    "scheme",
    "branches",
    "conditions",
    "facet",
    "standing",
    "value",
    "article",
    "url",
    "reason",
)
HEADS = ("id", "kind", "status", "party", "parties")  # terms that only pick agreements
MANY, FEW = 4, 3
EVERY_SCHEME = "every scheme"
OPEN = "cannot be said, because the text was not seen"


def lines(answer: Answer, on: int, room: int) -> list[str]:
    """The answer for a terminal: those that do, with value and article, then those of which it
    cannot be said, then how many do not."""
    asked = ", ".join(answer.terms) or "every agreement"
    out = [f"On {iso(on)}: {asked}", "", *counted(answer, room), ""]
    for hit in answer.hits:
        out += told_hit(hit, room)
    if answer.open:
        out += ["", f"{OPEN.capitalize()} ({len(answer.open)}):"]
        for hit in answer.open:
            reasons = dict.fromkeys(reason for _, reason in open_reasons(hit))
            out += hanging(hit.sheet.agreement.id, "; ".join(reasons), room)
    return out


def counted(answer: Answer, room: int) -> list[str]:
    text = (
        f"{len(answer.hits)} of {answer.searched} do, {len(answer.no)} do not, of "
        f"{len(answer.open)} it cannot be said."
    )
    return wrapped(text, room)


def told_hit(hit: Hit, room: int) -> list[str]:
    """Id and title, then each statement with the rules that make it, alike ones together."""
    found = hit.sheet.agreement
    out = wrapped(plain(f"{found.id}  {found.title}"), room)
    alike: dict[Fact, list[str]] = {}
    for row, fact in statements(hit):
        alike.setdefault(fact, []).extend([told_row(row)] if row is not None else [])
    for fact, who in alike.items():
        more = f" · and {len(who) - FEW} more rules (--format json)" if len(who) > FEW else ""
        head = f"{' · '.join(who[:FEW])}{more}: " if who else ""
        text = f"{head}{fact.facet}: {fact.told} [{where(fact)}]"
        first, *rest = wrapped(plain(text), room - 4)
        out += [f"  {first}", *(f"    {line}" for line in rest)]
    return out


def hanging(head: str, text: str, room: int) -> list[str]:
    rows = wrapped(plain(text), room - 18)
    return [f"  {head:15} {rows[0]}", *(f"  {'':15} {row}" for row in rows[1:])]


def where(fact: Fact) -> str:
    article = fact.article or "the file names no article"
    return f"{article}, {fact.url}" if fact.url else article


def told_row(row: Row) -> str:
    """Schemes, branches and conditions of a rule on one line."""
    what = ", ".join(branch.replace("_", " ") for branch in row.branches)
    return ", ".join(part for part in (told_schemes(row), what, row.conditions) if part)


def told_schemes(row: Row) -> str:
    names = [name if "-" in name else f"schemes of {name}" for name in row.schemes]
    names = [EVERY_SCHEME if EVERY in row.schemes else name for name in names]
    many = f"{len(names)} schemes ({', '.join(names[:2])} …)"
    return ", ".join(names) if len(names) <= MANY else many


def statements(hit: Hit) -> Iterator[tuple[Row | None, Fact]]:
    """What answers the question, each statement once; terms that only pick agreements are left out
    unless nothing else was asked."""
    told = [fact for fact in hit.facts if fact.facet not in HEADS]
    if not told and not hit.rows:
        told = list(hit.facts)
    yield from ((None, fact) for fact in dict.fromkeys(told))
    for row, facts in hit.rows:
        yield from ((row, fact) for fact in dict.fromkeys(facts))


def open_reasons(hit: Hit) -> Iterator[tuple[Row | None, str]]:
    """(rule or None, reason) of every fact that is not known."""
    for row, fact in statements(hit):
        if fact.standing == UNKNOWN:
            schemes = (
                f"{', '.join(row.schemes[:MANY])}: " if row is not None and row.schemes else ""
            )
            yield row, f"{schemes}{fact.reason}"


def document(answer: Answer, on: int) -> Json:
    """The whole answer as one JSON object."""
    return {
        "schema": "portability/agreements-search@1",
        "on": iso(on),
        "query": list(answer.terms),
        "searched": answer.searched,
        "hits": [told(hit) for hit in answer.hits],
        "cannot_be_said": [{"reason": OPEN, **told(hit)} for hit in answer.open],
        "no": list(answer.no),
    }


def told(hit: Hit) -> Json:
    found = hit.sheet.agreement
    return {
        "agreement": found.id,
        "title": found.title,
        "status": hit.sheet.status,
        "statements": [one(row, fact) for row, fact in statements(hit)],
    }


def one(row: Row | None, fact: Fact) -> Json:
    return {
        "schemes": list(row.schemes) if row is not None else [],
        "branches": list(row.branches) if row is not None else [],
        "conditions": row.conditions if row is not None else "",
        "facet": fact.facet,
        "standing": fact.standing,
        "value": fact.told,
        "length": {fact.length[0]: fact.length[1]} if fact.length is not None else None,
        "words": list(fact.words),
        "article": fact.article,
        "url": fact.url,
        "reason": fact.reason,
    }


def table_csv(answer: Answer) -> str:
    """One line per statement; agreements that do not are a line without a statement."""
    rows: list[Sequence[str]] = []
    for word, hits in (("yes", answer.hits), ("cannot be said", answer.open)):
        for hit in hits:
            found = hit.sheet.agreement
            for row, fact in statements(hit):
                made = one(row, fact)
                listed = [" ".join(made["schemes"]), " ".join(made["branches"])]
                rest = [str(made[key]) for key in COLUMNS[5:]]
                rows.append([word, found.id, found.title, *listed, *rest])
    rows += [["no", name, *[""] * (len(COLUMNS) - 2)] for name in answer.no]
    return written([COLUMNS, *rows])


def written(rows: Iterable[Sequence[str]]) -> str:
    """CSV with one kind of line end; a cell that a spreadsheet would compute is made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([harmless(plain(cell)) for cell in row])
    return out.getvalue()


def harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def facet_counts(sheets: Sequence[Sheet]) -> Mapping[str, tuple[int, int, int, int]]:
    """Per facet, agreements that (state it, state it in part, say none or leave it to national law,
    leave it unknown). In part: stated for one scheme and unknown for another."""
    made = {}
    for name, facet in table().items():
        if facet.name in ("scheme", "branch"):
            continue
        counts = [0, 0, 0, 0]
        for sheet in sheets:
            rows = [sheet.facts.get(name, ())] + [row.facts.get(name, ()) for row in sheet.rows]
            seen = {fact.standing for facts in rows for fact in facts}
            stated = STATED in seen
            counts[0] += stated
            counts[1] += stated and UNKNOWN in seen
            counts[2] += not stated and bool(seen - {UNKNOWN})
            counts[3] += seen == {UNKNOWN}
        made[name] = (counts[0], counts[1], counts[2], counts[3])
    return made


def facet_document(sheets: Sequence[Sheet], on: int) -> Json:
    counts = facet_counts(sheets)
    names = ("states", "states_in_part", "none_or_not_regulated", "unknown")
    return {
        "schema": "portability/facets@1",
        "on": iso(on),
        "agreements": len(sheets),
        "facets": [
            {
                "facet": facet.name,
                "about": facet.about,
                "kind": facet.kind,
                "measured_in": facet.unit,
                "means": facet.means,
                "words": dict(facet.words),
                "example": facet.example,
                **dict(zip(names, counts.get(facet.name, ()), strict=False)),
            }
            for facet in table().values()
        ],
    }


def facet_csv(sheets: Sequence[Sheet], on: int) -> str:
    heads = ["facet", "about", "measured_in", "means", "words", "states", "states_in_part"]
    heads += ["none_or_not_regulated", "unknown", "example"]
    rows = [
        [" ".join(row[key]) if key == "words" else str(row.get(key, "")) for key in heads]
        for row in facet_document(sheets, on)["facets"]
    ]
    return written([heads, *rows])


def facet_lines(sheets: Sequence[Sheet], on: int, room: int) -> list[str]:
    """Every facet with what it means, how it is measured, and how much of the catalogue says it."""
    rows, words = [], []
    for row in facet_document(sheets, on)["facets"]:
        figures = [row.get(key) for key in ("states", "none_or_not_regulated", "unknown")]
        partly = row.get("states_in_part")
        states = f"{figures[0]} ({partly} in part)" if partly else figures[0]
        told = ["" if figure is None else str(figure) for figure in (states, *figures[1:])]
        rows.append([row["facet"], row["means"], row["measured_in"], *told])
        listed = [f"{name}: {text}" for name, text in row["words"].items()]
        words += hanging_words(row["facet"], listed, row["example"], room)
    heads = ["facet", "what it says", "measured in", "state", "none", "unknown"]
    about = (
        f"{len(sheets)} agreements in force on {iso(on)}. State: the text says it; none: the text "
        "excludes it or leaves it to national law; unknown: not seen. Each facet can also be asked "
        "for `stated`, `none`, `not_regulated` and `unknown`."
    )
    return [*wrapped(about, room), "", *aligned(heads, rows, room), "", "Words:", *words]


def hanging_words(name: str, listed: Sequence[str], example: str, room: int) -> list[str]:
    text = f"{'; '.join(listed)}. " if listed else ""
    rows = wrapped(f'{text}For example "{example}"', room - 26)
    return [f"  {name:22} {rows[0]}", *(f"  {'':22} {row}" for row in rows[1:])]
