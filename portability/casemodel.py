"""A case as the engine reads it: one person, the lines of the records, one claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

PARAMETERS, CONTINUED = "parameters", "continued"


@frozen
class Period:
    """One line of an insurance record. start, end: days, end exclusive, NODATE without dates.

    credited: certified sum in thousandths of the scheme's unit, or None; earnings: minor units, or
    None.
    """

    scheme: str
    kind: str
    start: int
    end: int
    credited: int | None
    earnings: int | None
    evidence: str
    status: str
    counts_right: frozenset[str] | None
    counts_amount: frozenset[str] | None
    code: str
    source: str


@frozen
class Claimant:
    """A member of the family who claims. Days; NODATE where not given; income in minor units or
    None."""

    relation: str
    born: int
    since: int
    residence: str
    flags: frozenset[str]
    claim: int
    event: int
    sex: str = "unspecified"


@frozen
class Person:
    born: int
    sex: str
    nationalities: tuple[str, ...]
    residence: str
    died: int
    children: tuple[int, ...]
    flags: frozenset[str]
    name: str = field(default="", repr=False)


@frozen
class Claim:
    branch: str
    date: int
    event: int
    wish: str


@frozen
class Case:
    """A checked case; `where` is its place, `raw` the document as given (sealed in the ledger)."""

    reference: str = field(repr=False)
    person: Person = field(repr=False)
    claim: Claim
    periods: tuple[Period, ...] = field(repr=False)
    facts: Mapping[tuple[str, str], int] = field(repr=False)
    family: tuple[Claimant, ...] = field(repr=False)
    rates: tuple[tuple[str, str, int, int, str], ...]
    assumptions: Mapping[str, str]
    where: str
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def parameters_go_on(self) -> bool:
        """Is it assumed that what was published last stays as it is?"""
        return self.assumptions.get(PARAMETERS) == CONTINUED

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes with a line in the record, in order of appearance."""
        return tuple(dict.fromkeys(period.scheme for period in self.periods))
