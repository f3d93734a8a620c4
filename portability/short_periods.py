"""Periods of a state below the agreement's minimum (883/2004 art. 57 and its relatives)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from portability.registry import country_of
from portability.units import year_share

if TYPE_CHECKING:
    from portability.agreement import Agreement, BelowMinimum, Rule
    from portability.batch import Batch
    from portability.holding import Holding
    from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


@define
class ShortPeriods:
    """below[country]: persons whose time in that state stays below its minimum; all_below: in
    every state."""

    below: dict[str, Bool] = field(factory=dict)
    then: dict[str, str] = field(factory=dict)
    all_below: Bool | None = None
    last: NDArray[np.str_] | None = None

    @classmethod
    def of(cls, batch: Batch, agreement: Agreement) -> ShortPeriods:
        key = f"short:{agreement.id}"
        if key not in batch.cache:
            batch.cache[key] = cls.found(batch, agreement)
        made: ShortPeriods = batch.cache[key]
        return made

    @classmethod
    def found(cls, batch: Batch, agreement: Agreement) -> ShortPeriods:
        inside = [
            h
            for h in batch.holdings.values()
            if agreement.any_party or h.country in agreement.countries()
        ]
        rules = {h.country: minimum_of(batch, agreement, h) for h in inside}
        if not any(rules.values()):
            return cls()
        from portability.conditions import last_country

        n = len(batch.co)
        out = cls(last=last_country(batch, agreement))
        present = np.zeros(n, np.bool_)
        everywhere = np.ones(n, np.bool_)
        for country in sorted(rules):
            time, has, own_right = state_time(batch, inside, country)
            rule = rules[country]
            below = (
                np.zeros(n, np.bool_)
                if rule is None
                else has & (time < year_share(rule.less_than[1], rule.less_than[0]))
            )
            if rule is not None:
                out.then[country] = rule.then
                if rule.unless == "own_right":
                    below &= ~own_right
            out.below[country] = below
            present |= has
            everywhere &= ~has | below
        out.all_below = present & everywhere
        return out

    def absorb(self, view: View, holding: Holding, sel: Index) -> None:
        """Mark foreign parts that count in the theoretical amount but not in the ratio."""
        for part in view.parts:
            country = country_of(part.scheme)
            if country in self.below and self.then.get(country) == "others_absorb":
                part.absorbed = part.absorbed | self.below[country][holding.idx[sel[part.at]]]

    def settle(
        self, holding: Holding, rule: Rule, sel: Index, met: Bool, refused: dict[str, Bool]
    ) -> tuple[Bool | None, Bool]:
        """(who is paid without the fraction, who is still met)."""
        if rule.below_minimum is None or self.all_below is None or self.last is None:
            return None, met
        people = holding.idx[sel]
        every, below = self.all_below[people], self.below[holding.country][people]
        last = self.last[people] == holding.country
        keeps = {"each_own": every, "last_full": every & last, "last_as_own": every & last}
        stays = keeps.get(rule.below_minimum.all_below or "nobody", np.zeros(len(sel), np.bool_))
        refused["below_minimum"] = met & below & ~stays
        whole = stays if rule.below_minimum.all_below in ("last_full", "last_as_own") else None
        return whole, met & (~below | stays)


def minimum_of(batch: Batch, agreement: Agreement, holding: Holding) -> BelowMinimum | None:
    for rule in agreement.rules_for(holding.scheme.id, holding.country, batch.branch):
        if rule.below_minimum is not None:
            return rule.below_minimum
    return None


def state_time(batch: Batch, inside: list[Holding], country: str) -> tuple[Int, Bool, Bool]:
    """(time in the state in COMMON-ths of a year, has a record there, has a right there alone),
    all [n]."""
    n = len(batch.co)
    time, has, right = np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for holding in inside:
        if holding.country != country:
            continue
        time[holding.idx] += year_share(
            holding.credited.total(), holding.scheme.unit, holding.scheme.days_a_year
        )
        has[holding.idx] = True
        national = batch.national.get(holding.scheme.id)
        if national is not None:
            right[holding.idx] |= national.met
    return time, has, right
