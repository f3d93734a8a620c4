"""A clause of an agreement, and the headings under which clauses stand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from attrs import frozen

from portability.agreement import Absent, Cite
from portability.compare import meaning, said


@frozen
class Clause:
    """One thing that a text orders.

    heading, part   words of `headings.yaml`; a component of an amount is "rule.amount.<component>"
    title           the part's name for people
    party, scheme, branch   whom it is for; None = the whole text
    case            place among the rules of its scheme and branch, the first that fits counts
    cases           whom this rule takes, in words; "" where the scheme has one rule for everybody
    meaning         normal form (`meaning`); an `Absent` for unknown, none, not_regulated
    text            the clause in a sentence for people
    wording         the words the file has from the text itself (rule, quote); may be ""
    cites           articles with address, the clause's own first
    note            remark of the file, no law
    path            where it stands in the file, "rules[0].counts"
    raw, value      what the file holds there; the engine's object, if there is one
    law             False: about the file (sources, notes); never a difference between two texts
    """

    heading: str
    part: str
    title: str
    meaning: meaning.Form
    text: str
    party: str | None = None
    scheme: str | None = None
    branch: str | None = None
    case: int = 0
    cases: str = ""
    wording: str = ""
    cites: tuple[Cite, ...] = ()
    note: str = ""
    path: str = ""
    raw: Any = None
    value: Any = None
    law: bool = True

    @property
    def absent(self) -> Absent | None:
        """Why the text says nothing here; None where it does say something."""
        return self.meaning if isinstance(self.meaning, Absent) else None

    @property
    def article(self) -> str:
        """Article locators, in words."""
        return "; ".join(dict.fromkeys(cite.article for cite in self.cites if cite.article))

    @property
    def url(self) -> str:
        return next((cite.url for cite in self.cites if cite.url), "")

    @property
    def quote(self) -> str:
        return " … ".join(cite.quote for cite in self.cites if cite.quote)


@frozen
class Heading:
    """A heading with its parts and their titles, in order."""

    id: str
    title: str
    parts: Mapping[str, str]


@cache
def headings() -> tuple[Heading, ...]:
    """The headings in the field's order."""
    rows = said.table("headings.yaml")
    return tuple(Heading(row["id"], row["title"], row["parts"]) for row in rows)


@cache
def places() -> dict[str, tuple[int, int, Heading]]:
    """Part -> (number of its heading, its place below it, the heading)."""
    return {
        part: (i, j, heading)
        for i, heading in enumerate(headings())
        for j, part in enumerate(heading.parts)
    }


def place(clause: Clause) -> tuple[int, int, str]:
    """Where a clause stands: number of its heading, place below it, component."""
    part = clause.part
    component = ""
    if part not in places():
        part, _, component = part.rpartition(".")
    i, j, _ = places()[part]
    return i, j, component
