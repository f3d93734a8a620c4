"""Periods of a state below the agreement's minimum (883/2004 art. 57 and its relatives)."""

from __future__ import annotations

from collections.abc import Callable
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
    from portability.trace import Run
    from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]
Able = Callable[["Holding", Bool], Bool]


@define
class ShortPeriods:
    """below[country]: persons whose time in that state stays below its minimum; open_: whether it
    gives a right of its own there is not known; all_below: in every state; last: the state that
    then pays; unsure: dates are lacking to say which."""

    below: dict[str, Bool] = field(factory=dict)
    open_: dict[str, Bool] = field(factory=dict)
    then: dict[str, str] = field(factory=dict)
    all_below: Bool | None = None
    last: NDArray[np.str_] | None = None
    unsure: Bool | None = None

    @classmethod
    def of(cls, batch: Batch, agreement: Agreement, able: Able) -> ShortPeriods:
        """able(holding, persons): whom the state's law, on all periods, gives a right or may."""
        key = f"short:{agreement.id}"
        if key not in batch.cache:
            batch.cache[key] = cls.found(batch, agreement, able)
        made: ShortPeriods = batch.cache[key]
        return made

    @classmethod
    def found(cls, batch: Batch, agreement: Agreement, able: Able) -> ShortPeriods:
        inside = [
            h
            for h in batch.holdings.values()
            if agreement.any_party or h.country in agreement.countries()
        ]
        rules = {h.country: minimum_of(batch, agreement, h) for h in inside}
        if not any(rules.values()):
            return cls()
        n = len(batch.co)
        out = cls()
        present = np.zeros(n, np.bool_)
        everywhere = np.ones(n, np.bool_)
        for country in sorted(rules):
            time, has, own_right, doubt = state_time(batch, inside, country)
            has = has & batch.bound(agreement, country)
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
            out.below[country], out.open_[country] = below, below & doubt
            present |= has
            everywhere &= ~has | below
        out.all_below = present & everywhere
        out.last, out.unsure = last_able(batch, agreement, inside, out.all_below, able)
        return out

    def absorb(self, view: View, holding: Holding, sel: Index) -> None:
        """Mark foreign parts that count in the theoretical amount but not in the ratio."""
        for part in view.parts:
            country = country_of(part.scheme)
            if country in self.below and self.then.get(country) == "others_absorb":
                part.absorbed = part.absorbed | self.below[country][holding.idx[sel[part.at]]]

    def doubts(self, view: View, holding: Holding, sel: Index) -> list[tuple[Bool, str]]:
        """Whether a state with less than the minimum pays or is freed decides the others' fraction:
        (persons for whom nobody knows if it grants a right for so little, the state)."""
        found = []
        for part in view.parts:
            country = country_of(part.scheme)
            if country in self.below and self.then.get(country) == "others_absorb":
                lacking = np.zeros(len(sel), np.bool_)
                lacking[part.at] = self.open_[country][holding.idx[sel[part.at]]]
                found += [(lacking, country)] if lacking.any() else []
        return found

    def settle(
        self,
        holding: Holding,
        rule: Rule,
        sel: Index,
        run: Run,
        met: Bool,
        refused: dict[str, Bool],
    ) -> tuple[Bool | None, Bool]:
        """(who is paid without the fraction, who is still met)."""
        if rule.below_minimum is None or self.all_below is None or self.last is None:
            return None, met
        people = holding.idx[sel]
        every, below = self.all_below[people], self.below[holding.country][people]
        last = self.last[people] == holding.country
        if self.unsure is not None and rule.below_minimum.all_below == "last_as_own":
            open_ = met & below & self.unsure[people]
            run.lacks(open_, "period_dates_missing", cite=str(rule.below_minimum.cite))
            met = met & ~open_
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


def state_time(batch: Batch, inside: list[Holding], country: str) -> tuple[Int, Bool, Bool, Bool]:
    """(time in the state in COMMON-ths of a year, has a record there, has a right there alone,
    whether it has is not known), all [n].

    The right is one of the periods: an age not yet reached does not make them short.
    """
    n = len(batch.co)
    time, has, right = np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    doubt = np.zeros(n, np.bool_)
    for holding in inside:
        if holding.country != country:
            continue
        time[holding.idx] += year_share(
            holding.credited.total(), holding.scheme.unit, holding.scheme.days_a_year
        )
        has[holding.idx] = True
        national = batch.national(holding)
        qual, unknown = national.qual, national.run.unknown_right
        long_enough = ~unknown & (qual.counted >= np.maximum(qual.required, 1))
        right[holding.idx] |= national.met | long_enough
        doubt[holding.idx] |= unknown
    return time, has, right, doubt & ~right


def last_able(
    batch: Batch, agreement: Agreement, inside: list[Holding], short: Bool, able: Able
) -> tuple[NDArray[np.str_], Bool]:
    """883/2004 art. 57(3): per person the last state whose conditions are met on all periods, for
    those below the minimum everywhere ("" where none is); and for whom dates are lacking to say
    which of several is the last."""
    from portability.conditions import last_country

    n = len(batch.co)
    if not short.any():
        return np.full(n, "", "U2"), np.zeros(n, np.bool_)
    fit = {country: np.zeros(n, np.bool_) for country in sorted({h.country for h in inside})}
    for holding in inside:
        fit[holding.country][holding.idx] |= able(holding, short)
    last, many = last_country(batch, agreement, fit), sum(fit.values(), np.zeros(n, np.int64))
    for country, can in fit.items():
        last[can & (many == 1)] = country
    return last, short & (many > 1) & undated(inside, n)


def undated(inside: list[Holding], n: int) -> Bool:
    """Persons with a sum without dates in one of these records."""
    out = np.zeros(n, np.bool_)
    for holding in inside:
        out[holding.idx] |= holding.credited.undated > 0
    return out
