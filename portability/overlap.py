"""Overlapping periods under Reg. 987/2009 art. 12: boolean algebra on months, once per agreement.

C compulsory insurance and residence, V voluntary, E equivalent. Compulsory beats voluntary of
another state (12(3)), any period beats an equivalent one (12(4)), an equivalent period of two
states goes to the state of the last compulsory period before it, else of the first after it
(12(5)); sums without dates never overlap (12(6)). Voluntary time that gives way is valued on its
own under the law it was paid to (43(2)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from portability.coverage import CLASSES, Credited, Mask, classes, limited

if TYPE_CHECKING:
    from portability.agreement import Agreement, Rule
    from portability.batch import Batch
    from portability.holding import Holding

Bool = NDArray[np.bool_]
ByCountry = dict[str, dict[str, Mask]]


def treaty_credits(batch: Batch, agreement: Agreement, rule: Rule) -> Mapping[str, Credited]:
    """Records as the agreement sees them where art. 12 takes months away; schemes left
    untouched are absent."""
    if not any(count.overlap == "art12" for count in rule.counts):
        return {}
    if agreement.id not in batch.cache:
        batch.cache[agreement.id] = resolved(batch, agreement)
    found: Mapping[str, Credited] = batch.cache[agreement.id]
    return found


def displaced_voluntary(batch: Batch, agreement: Agreement, holding: Holding) -> Bool:
    """Persons of the holding whose voluntary months another state's compulsory ones displace."""
    lost: Mapping[str, Bool] = batch.cache.get(f"displaced:{agreement.id}", {})
    return lost.get(holding.scheme.id, np.zeros(len(holding.idx), np.bool_))


def resolved(batch: Batch, agreement: Agreement) -> dict[str, Credited]:
    inside = [
        h
        for h in batch.holdings.values()
        if agreement.any_party or h.country in agreement.countries()
    ]
    by_scheme = {h.scheme.id: classes(h.credited, h.rows) for h in inside}
    if not any(by_scheme[h.scheme.id][c].any() for h in inside for c in ("V", "E")):
        return {}
    countries = sorted({h.country for h in inside})
    state = {country: state_masks(batch, inside, by_scheme, country) for country in countries}
    voluntary = {c: state[c]["V"] & ~others(state, c, "C") for c in countries}
    equivalent = {
        c: state[c]["E"]
        & ~state[c]["C"]
        & ~others(state, c, "C")
        & ~union((voluntary[o] for o in countries if o != c), state[c]["E"].shape)
        for c in countries
    }
    settle_common(equivalent, state)
    out = {}
    lost = batch.cache.setdefault(f"displaced:{agreement.id}", {})
    for holding in inside:
        mine = by_scheme[holding.scheme.id]
        kept = kept_months(holding, mine, voluntary, equivalent)
        lost[holding.scheme.id] = ((mine["V"] & ~kept) != 0).any(axis=1)
        before = holding.credited.months
        if before is not None and (kept != before).any():
            out[holding.scheme.id] = evolve(
                holding.credited,
                months=kept,
                by_year=limited(holding.credited.by_year, before, kept, holding.credited.unit),
            )
    return out


def state_masks(
    batch: Batch, inside: list[Holding], by_scheme: Mapping[str, Mapping[str, Mask]], country: str
) -> dict[str, Mask]:
    """Months of a state by class, over all its schemes: uint16[n, Y]."""
    width = len(inside[0].credited.years)
    out = {c: np.zeros((len(batch.co), width), np.uint16) for c in CLASSES}
    for holding in inside:
        if holding.country == country:
            for c in CLASSES:
                out[c][holding.idx] |= by_scheme[holding.scheme.id][c]
    return out


def union(masks: Iterable[Mask], shape: tuple[int, ...]) -> Mask:
    """Months of at least one mask; none where there is no mask."""
    out = np.zeros(shape, np.uint16)
    for mask in masks:
        out |= mask
    return out


def others(state: Mapping[str, Mapping[str, Mask]], country: str, which: str) -> Mask:
    rest = (masks[which] for other, masks in state.items() if other != country)
    return union(rest, state[country][which].shape)


def settle_common(equivalent: dict[str, Mask], state: Mapping[str, Mapping[str, Mask]]) -> None:
    """An equivalent month of two states stays with one (12(5)); only conflicts are looked at
    one by one."""
    countries = sorted(equivalent)
    seen = np.zeros_like(equivalent[countries[0]])
    twice = np.zeros_like(seen)
    for country in countries:
        twice |= seen & equivalent[country]
        seen |= equivalent[country]
    for person, column in zip(*np.nonzero(twice), strict=True):
        for month in range(12):
            if int(twice[person, column]) >> month & 1:
                claimants = [
                    c for c in countries if int(equivalent[c][person, column]) >> month & 1
                ]
                keeper = nearest_compulsory(state, claimants, int(person), int(column) * 12 + month)
                for country in claimants:
                    if country != keeper:
                        equivalent[country][person, column] &= np.uint16(~(1 << month) & 0xFFF)


def nearest_compulsory(
    state: Mapping[str, Mapping[str, Mask]], claimants: list[str], person: int, month: int
) -> str:
    def months(country: str) -> list[int]:
        row = state[country]["C"][person]
        return [
            y * 12 + m
            for y in np.flatnonzero(row).tolist()
            for m in range(12)
            if int(row[y]) >> m & 1
        ]

    where = {country: months(country) for country in claimants}
    before = {c: max((m for m in where[c] if m < month), default=-1) for c in claimants}
    if max(before.values()) >= 0:
        return max(sorted(claimants), key=lambda c: before[c])
    after = {c: min((m for m in where[c] if m > month), default=10**9) for c in claimants}
    return min(sorted(claimants), key=lambda c: after[c])


def kept_months(
    holding: Holding,
    mine: Mapping[str, Mask],
    voluntary: Mapping[str, Mask],
    equivalent: Mapping[str, Mask],
) -> Mask:
    v = mine["V"] & voluntary[holding.country][holding.idx]
    e = mine["E"] & equivalent[holding.country][holding.idx]
    made: Mask = mine["C"] | v | e
    return made
