"""The rules that a draft begins with: for each scheme of the parties what the base orders for it,
or the form of a rule where the base orders nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portability import registry
from portability.agreement import SELECTORS, Agreement, matches
from portability.agreement_blocks import many
from portability.cohort import BRANCHES
from portability.compare.drafts_yaml import OFF, listed, remark
from portability.countries import COUNTRIES
from portability.units import PER_YEAR, exact_factor


def lines(parties: Sequence[str], base: Agreement, below: Mapping[str, Any]) -> Iterator[str]:
    """`rules:` with one or several rules for each scheme (a country without a scheme stands for
    all its schemes), as clauses that are not taken over yet."""
    owners = [owner for code in parties for owner in owners_of(code)]
    yield f"{OFF}rules:"
    for owner in owners:
        yield from remark(described(owner))
        for rule in rules(owner, owners, base, below):
            yield from (f"{OFF}{line}" for line in listed(rule, 2))


def owners_of(code: str) -> list[str]:
    held = [scheme for scheme in registry.ids() if registry.country_of(scheme) == code]
    return held or [code]


def described(owner: str) -> str:
    if "-" not in owner:
        return f"{owner}: every scheme of {COUNTRIES[owner]}, none is held here"
    found = registry.source(owner)
    branches = ", ".join(found.branches)
    return (
        f"{owner}: {found.name}; periods in {found.unit}s, amounts in {found.currency}; {branches}"
    )


def rules(
    owner: str, owners: Sequence[str], base: Agreement, below: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What the base orders for this scheme, said for it alone; else the form of a rule."""
    named = [row for row in mappings(below.get("rules")) if owner in (*of(row, "scheme"), *of(row))]
    made = [owned(owner, row) for row in named]
    if not named:
        for default in mappings(below.get("defaults")):
            made += [owned(owner, row) for row in layered(owner, default, base, below)]
    return made or [form(owner, owners)]


def mappings(value: Any) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, Mapping)]


def of(row: Mapping[str, Any], key: str = "country") -> tuple[str, ...]:
    return many(row.get(key)) or ()


def layered(
    owner: str, default: Mapping[str, Any], base: Agreement, below: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A default for one scheme, with the annex rows for it laid over as `agreement.Layers` does;
    branches for which it comes to the same stand together. Branches are those the scheme has."""
    if "only" in (default.get("record") or {}):
        return []  # a record in nothing but other schemes is not one of this scheme
    branches = many(default.get("branches")) or many(base.raw.get("branches")) or BRANCHES
    if "-" in owner:
        own = registry.source(owner).branches
        branches = tuple(branch for branch in branches if branch in own) or branches
    made: list[dict[str, Any]] = []
    for branch in branches:
        row = {key: value for key, value in default.items() if key != "branches"}
        for over in mappings(below.get("annex")):
            if matches(over, owner, state(owner), branch):
                row |= {key: value for key, value in over.items() if key not in SELECTORS}
        row = {key: value for key, value in row.items() if value is not None}
        same = next((m for m in made if {**m, "branches": 0} == {**row, "branches": 0}), None)
        if row.get("excluded"):
            continue
        if same is None:
            made.append({**row, "branches": [branch]})
        else:
            same["branches"].append(branch)
    return made


def owned(owner: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of this scheme alone, its branches first."""
    key = "scheme" if "-" in owner else "country"
    branches = {"branches": row["branches"]} if "branches" in row else {}
    rest = {name: value for name, value in row.items() if name not in SELECTORS}
    return {key: owner, **branches, **rest}


def form(owner: str, owners: Sequence[str]) -> dict[str, Any]:
    """A rule that counts the periods of the other parties, unit by unit where the calendar leaves
    no doubt, and of which nobody has said yet what it pays."""
    key = "scheme" if "-" in owner else "country"
    made: dict[str, Any] = {key: owner}
    if "-" in owner:
        made["branches"] = list(registry.source(owner).branches)
    made["when"] = "only_if_needed"
    code = state(owner)
    others = [other for other in owners if state(other) != code]
    made["counts"] = [count(owner, other) for other in others]
    return {**made, "amount": "unknown", "cite": "FILL IN"}


def state(owner: str) -> str:
    return registry.country_of(owner) if "-" in owner else owner


def count(owner: str, other: str) -> dict[str, Any]:
    """Foreign periods and how they convert: by the calendar, else it is to be agreed (unknown)."""
    if "-" not in other:
        return {"schemes": "others", "unit": "unknown", "cite": "FILL IN"}
    unit: Any = "unknown"
    if "-" in owner:
        own, theirs = registry.source(owner), registry.source(other)
        days = int(theirs.text.get("days_a_year", 360))
        unit = conversion(theirs.unit, own.unit, days) or "unknown"
    return {"schemes": [other], "unit": unit, "cite": "FILL IN"}


def conversion(theirs: str, own: str, days: int) -> dict[str, Any] | None:
    """The conversion that the calendar gives between two units, up to a full year; None where it
    leaves a doubt (weeks and months)."""
    up = exact_factor(theirs, own, days)
    if "day" in (theirs, own) and theirs != own:
        return None
    if up is not None:
        return {theirs: 1, "gives": {own: up}, "fill_to": PER_YEAR[own]}
    down = exact_factor(own, theirs, days)
    if down is None:
        return None
    return {theirs: down, "gives": {own: 1}, "remainder_from": 1, "fill_to": PER_YEAR[own]}


def strange(legislation: Any, parties: Sequence[str]) -> bool:
    """Does the base post workers only between states that are no party?"""
    rows = legislation.get("posting") if isinstance(legislation, Mapping) else None
    for row in rows if isinstance(rows, list) else [rows]:
        named = [
            code
            for key in ("from", "to")
            for code in (many(row.get(key)) or () if isinstance(row, Mapping) else ())
        ]
        if set(named) - set(parties):
            return True
    return False
