"""Readers of what an instrument says once: its head, persons, export, applicable law, and the
blocks that are a rule in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from portability.agreement import Agreement, Cite
from portability.agreement_blocks import many
from portability.compare.facets import (
    NONE,
    NOT_THERE,
    UNKNOWN,
    Facet,
    Fact,
    absent,
    context,
    day_told,
    said,
    span_told,
    word_of,
)
from portability.dates import day

Facts = tuple[Fact, ...]
Reader = Callable[[Agreement, Facet, Sequence[str], str], Facts]
Raw_ = Mapping[str, Any]
NOWHERE = Cite()


def head(agreement: Agreement) -> Cite:
    """Where the head of an instrument stands: its first source."""
    return context(agreement).cite(None)


def identity(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    return (said(facet, agreement.id, head(agreement), agreement.id),)


def kind(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    return (said(facet, agreement.kind, head(agreement), agreement.kind),)


def standing(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    return (said(facet, status, head(agreement), status, "any"),)


def party(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    if agreement.any_party:
        return (said(facet, "any state", head(agreement)),)
    return (said(facet, " ".join(bound) or "nobody on this day", head(agreement), *bound),)


def parties(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    return (said(facet, f"{len(bound)} states", head(agreement), number=len(bound)),)


def dated(key: str) -> Reader:
    def reader(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
        value = agreement.raw.get(key)
        word = UNKNOWN if value is None else word_of(value)
        if word is not None:
            return (absent(facet, word, head(agreement), "the file does not say the day"),)
        return (day_told(facet, day(str(value)), head(agreement)),)

    return reader


def source(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    rows = agreement.raw.get("sources", {}).values()
    made = tuple(
        said(facet, f"{row['kind']}: {row['title']}", Cite("", str(row["url"])), str(row["kind"]))
        for row in rows
    )
    return made or (absent(facet, UNKNOWN, NOWHERE, "the file names no source"),)


def totalization(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    if agreement.absent is None:
        return (said(facet, "benefits", head(agreement), "benefits"),)
    if agreement.coverage_only:
        return (said(facet, "coverage only", head(agreement), "coverage_only"),)
    return (absent(facet, agreement.absent.value, head(agreement)),)


def why_missing(agreement: Agreement) -> str:
    """A draft is all there is of its text; of a real text the file may hold a part."""
    return "the draft has no such clause" if agreement.kind == "draft" else NOT_THERE


def block(agreement: Agreement, facet: Facet, name: str) -> tuple[Raw_ | None, Facts]:
    """A block as a mapping, or the fact that it is not one."""
    value = agreement.raw.get(name)
    if value is None:
        return None, (absent(facet, UNKNOWN, NOWHERE, why_missing(agreement)),)
    word = word_of(value)
    if word is not None:
        return None, (absent(facet, word, NOWHERE),)
    return value, ()


def ruled(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    found, missing = block(agreement, facet, facet.block)
    if found is None:
        return missing
    told = str(found.get("rule") or found.get("kind") or "a rule").replace("_", " ")
    return (said(facet, told, context(agreement).cite(found.get("cite")), "stated"),)


def pre_entry(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    found, missing = block(agreement, facet, "pre_entry")
    if found is None:
        return missing
    cite = context(agreement).cite(found.get("cite"))
    counted = found.get("counted")
    if counted is None:
        why = "the clause does not say whether earlier periods count"
        return (absent(facet, UNKNOWN, cite, why),)
    rule = f"; {found['rule']}" if "rule" in found else ""
    word = "counted" if counted else "not_counted"
    return (said(facet, word.replace("_", " ") + rule, cite, word),)


def persons(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    found, missing = block(agreement, facet, "persons")
    if found is None:
        return missing
    cites = context(agreement)
    rows = [("", found), *found.get("by_country", {}).items()]
    made = []
    for country, row in rows:
        told = [f"{country}: {row['kind']}" if country else str(row["kind"])]
        if row.get("of", "parties") != "parties":
            told.append(f"of {', '.join(many(row['of']) or ())}")
        if row.get("includes"):
            told.append(f"with {', '.join(map(str, row['includes']))}")
        made.append(said(facet, "; ".join(told), cites.cite(row.get("cite")), str(row["kind"])))
    return tuple(made)


def equal_treatment(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    found, missing = block(agreement, facet, "equal_treatment")
    if found is None:
        return missing
    word = str(found.get("kind", "by_rule"))
    rule = f": {found['rule']}" if "rule" in found else ""
    cite = context(agreement).cite(found.get("cite"))
    return (said(facet, word.replace("_", " ") + rule, cite, word),)


def export(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    """Export to the other party and to third states: two statements, so that one may be known and
    the other not."""
    found, missing = block(agreement, facet, "export")
    if found is None:
        return missing
    cite = context(agreement).cite(found.get("cite"))
    kept = [str(item) for item in found.get("exceptions", ())]
    but = f"; except {'; '.join(kept)}" if kept else ""
    rule = f"; {found['rule']}" if "rule" in found else ""
    also = ("exceptions",) if kept else ()
    return (
        near(facet, found.get("other_party"), rule + but, also, cite),
        far(facet, found.get("third_state"), but, also, cite),
    )


def near(facet: Facet, other: Any, tail: str, also: tuple[str, ...], cite: Cite) -> Fact:
    if other is True:
        return said(facet, "in the other state" + tail, cite, "other_party", *also)
    if other is False:
        return absent(facet, NONE, cite)
    return absent(facet, UNKNOWN, cite, "the file does not say whether the other state is reached")


def far(facet: Facet, third: Any, tail: str, also: tuple[str, ...], cite: Cite) -> Fact:
    if third is True:
        return said(facet, "everywhere" + tail, cite, "everywhere", *also)
    if third is False:
        return said(facet, "not in third states", cite, "not_third_state")
    if third is None:
        return absent(facet, UNKNOWN, cite, "what is paid in third states was not seen")
    told = f"in third states: {third}" + tail
    return said(facet, told, cite, "third_state_conditional", *also)


def legislation(
    agreement: Agreement, facet: Facet, name: str
) -> tuple[list[Raw_], Cite, Fact | None]:
    """The rows of one clause on the applicable law, the article of the whole part, or the fact that
    there is none."""
    found, missing = block(agreement, facet, "legislation")
    if found is None:
        return [], NOWHERE, missing[0]
    whole = context(agreement).cite(found["cite"]) if "cite" in found else NOWHERE
    value = found.get(name)
    word = UNKNOWN if value is None else word_of(value)
    if word is not None:
        why = why_missing(agreement) if value is None else ""
        return [], whole, absent(facet, word, whole, why)
    rows: list[Raw_] = value if isinstance(value, list) else [value or {}]
    return rows, whole, None


def law(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    rows, whole, missing = legislation(agreement, facet, facet.block)
    if missing is not None:
        return (missing,)
    made = []
    for row in rows:
        cite = context(agreement).cite(row["cite"]) if "cite" in row else whole
        note = f"; {row['note']}" if "note" in row else ""
        word = str(row["law"])
        made.append(said(facet, word.replace("_", " ") + note, cite, word))
    return tuple(made)


def direction(row: Raw_) -> str:
    """ " from US to DK", where a posting clause is for one direction."""
    words = [f" {key} {', '.join(many(row[key]) or ())}" for key in ("from", "to") if key in row]
    return "".join(words)


def noted(row: Raw_) -> str:
    """The file's own reservation goes wherever the figure goes."""
    return f" ({row['note']})" if "note" in row else ""


def posting(agreement: Agreement, facet: Facet, bound: Sequence[str], status: str) -> Facts:
    """The length of a posting (block: months | self_employed_months), each direction apart."""
    rows, whole, missing = legislation(agreement, facet, "posting")
    if missing is not None:
        return (missing,)
    made = []
    for row in rows:
        cite = context(agreement).cite(row["cite"]) if "cite" in row else whole
        value = row.get(facet.block)
        if isinstance(value, int):
            made.append(span_told(facet, ("month", value), cite, then=direction(row) + noted(row)))
        else:
            word = UNKNOWN if value is None else word_of(value) or UNKNOWN
            why = "what holds for the self-employed is not in the file"
            made.append(absent(facet, word, cite, why))
    return tuple(made)


def posting_extended(
    agreement: Agreement, facet: Facet, bound: Sequence[str], status: str
) -> Facts:
    """Posting and its stated extension together. An extension without a stated limit, or none in
    the file, leaves the longest posting unknown, though not below the clause's own months."""
    rows, whole, missing = legislation(agreement, facet, "posting")
    if missing is not None:
        return (missing,)
    made = []
    for row in rows:
        cite = context(agreement).cite(row["cite"]) if "cite" in row else whole
        more, months = row.get("extension_months"), int(row["months"])
        if isinstance(more, int):
            then = f" ({months} and {more} more){direction(row)}{noted(row)}"
            made.append(span_told(facet, ("month", months + more), cite, then=then))
            continue
        how = row.get("extension")
        why = (
            f"{months} months, and an extension ({how}) whose limit is not in the file"
            if how
            else f"{months} months; whether they can be extended is not in the file"
        )
        least = absent(facet, UNKNOWN, cite, why)
        told = f"at least {months} months{direction(row)}{noted(row)}"
        made.append(evolve(least, told=told, length=("month", months)))
    return tuple(made)


READERS: Mapping[str, Reader] = {
    "id": identity,
    "kind": kind,
    "status": standing,
    "party": party,
    "parties": parties,
    "signed": dated("signed"),
    "in_force": dated("in_force"),
    "source": source,
    "totalization": totalization,
    "ruled": ruled,
    "pre_entry": pre_entry,
    "persons": persons,
    "equal_treatment": equal_treatment,
    "export": export,
    "law": law,
    "posting": posting,
    "posting_extended": posting_extended,
}
