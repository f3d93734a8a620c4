"""What all routes of a batch share, and what one route gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from portability.agreement import Agreement, Rule
from portability.amounts import Paid
from portability.cohort import BRANCHES, Cohort
from portability.holding import Holding
from portability.scheme import Qualification
from portability.trace import Run
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


@define
class Outcome:
    """One scheme under one route, for the persons sel (rows of the holding).

    met      who has the right and passes the gates; refused: reason code -> persons
    paid     for the persons `payees` (positions in sel); None where nobody is paid
    """

    route: str
    rule: Rule | None
    sel: Index
    qual: Qualification
    view: View
    met: Bool
    run: Run
    method: str
    payees: Index = field(factory=lambda: np.zeros(0, np.intp))
    paid: Paid | None = None
    pay_run: Run | None = None
    refused: dict[str, Bool] = field(factory=dict)

    def amount(self) -> tuple[Int, Bool]:
        """(minor units int64[k], known bool[k]) of everyone in sel."""
        value, known = np.zeros(len(self.sel), np.int64), np.zeros(len(self.sel), np.bool_)
        if self.paid is not None and self.pay_run is not None:
            value[self.payees] = self.paid.amounts.v
            known[self.payees] = ~self.pay_run.unknown_amount
        return value, known


@define
class Batch:
    """What all routes share: the cohort, its holdings, the agreements, the national outcomes.

    nationally  the right and the amount of a holding under national law alone
    """

    co: Cohort
    holdings: Mapping[str, Holding]
    agreements: Sequence[Agreement]
    nationally: Callable[[Batch, Holding], Outcome]
    trace: bool = False
    known: dict[str, Outcome] = field(factory=dict)
    cache: dict[str, Any] = field(factory=dict)
    masks: dict[tuple[str, ...], Bool] = field(factory=dict)

    @property
    def branch(self) -> str:
        return BRANCHES[self.co.branch]

    def national(self, holding: Holding) -> Outcome:
        """A holding under national law alone, found once."""
        scheme = holding.scheme.id
        if scheme not in self.known:
            self.known[scheme] = self.nationally(self, holding)
        return self.known[scheme]

    def once(self, key: tuple[str, ...], compute: Callable[[], Bool]) -> Bool:
        """A mask over the batch that many pairs of schemes ask for: bool[n], never changed."""
        if key not in self.masks:
            self.masks[key] = compute()
        return self.masks[key]

    def bound(self, agreement: Agreement, country: str) -> Bool:
        """Is this country bound by the agreement on each person's claim date? bool[n]."""
        return self.once(("bound", agreement.id, country), lambda: self.binds(agreement, country))

    def binds(self, agreement: Agreement, country: str) -> Bool:
        claim = self.co.claim
        inside = (claim >= agreement.start) & (claim < agreement.end)
        if agreement.any_party:
            return inside
        spans = [p for p in agreement.parties if p.country == country]
        hit = np.zeros(len(claim), np.bool_)
        for span in spans:
            hit |= (claim >= span.start) & (claim < span.end)
        return inside & hit

    def abroad(self, holding: Holding) -> Sequence[tuple[Holding, Bool]]:
        """Schemes of other states in which some of a holding's persons have a record too, and who:
        bool[m], never changed."""
        key = f"abroad:{holding.scheme.id}"
        if key not in self.cache:
            both = [
                (other, other.pos[holding.idx] >= 0)
                for other in self.holdings.values()
                if other.country != holding.country
            ]
            self.cache[key] = [(other, here) for other, here in both if here.any()]
        found: Sequence[tuple[Holding, Bool]] = self.cache[key]
        return found

    def displaced(self, agreement: Agreement, own: str, other: str) -> Bool:
        """Persons for whom another instrument takes this one's place between two states on the
        claim date."""
        out = np.zeros(len(self.co), np.bool_)
        for rival in self.agreements:
            if (
                rival.id == agreement.id
                or rival.replaces is None
                or agreement.id in rival.replaces.keeps
            ):
                continue
            if agreement.id in rival.replaces.ids or (
                rival.replaces.between_parties and not replaces_back(agreement, rival)
            ):
                both = self.bound(rival, own) & self.bound(rival, other)
                out |= both & self.reaches(rival, own) & self.reaches(rival, other)
        return out

    def reaches(self, agreement: Agreement, country: str) -> Bool:
        """Is a person within the personal scope that holds for this country? Nobody without a
        stated nationality is excluded."""
        persons = agreement.persons.of(country)
        if persons.kind == "open" or not persons.nationals_of:
            return self.once(("everybody",), lambda: np.ones(len(self.co), np.bool_))
        nationals = tuple(persons.nationals_of)
        return self.once(("nationals", *nationals), lambda: self.not_others(nationals))

    def not_others(self, nationals: tuple[str, ...]) -> Bool:
        stated = np.diff(self.co.nationality_ptr) > 0
        return ~stated | self.co.national_of(*nationals)

    def usable(self, agreement: Agreement, own: str, other: str) -> Bool:
        """Persons whose periods in `other` count in `own`: bound, not displaced, and not a person
        the instrument reaches here but not there (Regulation 1231/2010: not in Switzerland)."""

        def compute() -> Bool:
            there = self.reaches(agreement, other) | ~self.reaches(agreement, own)
            return self.bound(agreement, other) & ~self.displaced(agreement, own, other) & there

        return self.once(("usable", agreement.id, own, other), compute)


def replaces_back(agreement: Agreement, rival: Agreement) -> bool:
    """Two instruments that both replace what stands between their parties: the earlier one
    yields."""
    both = agreement.replaces is not None and agreement.replaces.between_parties
    return both and agreement.start > rival.start
