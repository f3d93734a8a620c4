"""A text as it stood on one day: the file of an agreement holds its versions one after the other.

    before, after = on_day.text("ca-au@2014-06-30"), on_day.text("ca-au@2014-07-01")

Dated are the states bound, the amendments and the rules (the day of the claim); the other blocks
of a file carry no dates and are the same on every day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from portability import catalogue
from portability.agreement import Agreement, Layers, PartySpan, Rule
from portability.agreement_blocks import dates
from portability.dates import FOREVER, NODATE, day, iso
from portability.errors import Fault, InputError

Raw = Mapping[str, Any]


def text(reference: str) -> Agreement:
    """The agreement of an id or path, "ca-au", or as it stood on a day, "ca-au@2014-06-30". Raises
    InputError with every fault of the file."""
    name, sign, date = reference.rpartition("@")
    when = day_of(date) if sign else None
    return catalogue.find(reference) if when is None else on(catalogue.find(name), when)


def day_of(date: str) -> int | None:
    """The day of an ISO date; None for any other text (a path may hold the sign as well)."""
    try:
        return day(date)
    except ValueError:
        return None


def on(agreement: Agreement, when: int) -> Agreement:
    """The text as it stood on a day, its rules and parties without their dates; its id says the
    day. Raises InputError for a day on which it is not in force."""
    if not agreement.start <= when < agreement.end:
        raise InputError([out_of_force(agreement, when)])
    amendments = [row for row in agreement.raw.get("amendments", ()) if since(row) <= when]
    raw = {key: value for key, value in agreement.raw.items() if key != "amendments"}
    return evolve(
        agreement,
        id=f"{agreement.id}@{iso(when)}",
        parties=tuple(
            PartySpan(span.country) for span in agreement.parties if span.start <= when < span.end
        ),
        rules=tuple(undated(rule) for rule in agreement.rules if rule.start <= when < rule.end),
        layers=layers(agreement.layers, when),
        raw={**raw, **({"amendments": amendments} if amendments else {})},
    )


def out_of_force(agreement: Agreement, when: int) -> Fault:
    known = NODATE < agreement.start < FOREVER
    since_ = f"from {iso(agreement.start)} on" if known else "its entry into force is not known"
    until = f", before {iso(agreement.end)}" if agreement.end != FOREVER else ""
    expected = f"a day on which {agreement.id} is in force ({since_}{until})"
    return Fault(f"{agreement.id}:1:1", "day", iso(when), expected, code="not_in_force")


def since(amendment: Raw) -> int:
    """The day an amendment came into force; one that is not known is shown on every day."""
    found = day_of(str(amendment.get("in_force")))
    return NODATE if found is None else found


def undated(rule: Rule) -> Rule:
    return evolve(rule, start=NODATE, end=FOREVER)


def layers(whole: Layers, when: int) -> Layers:
    """The defaults that hold on the day; each keeps its place in the file."""
    kept = [i for i, row in enumerate(whole.defaults) if holds(row, when)]

    def build(raw: Raw, path: str, scheme: str) -> Rule:
        number = int(path[9:-1]) if path.endswith("]") else 0
        real = f"defaults[{kept[number]}]" if len(whole.defaults) > 1 else "defaults"
        assert whole.build is not None
        return undated(whole.build(raw, real, scheme))

    return Layers(tuple(whole.defaults[i] for i in kept), whole.annex, build)


def holds(row: Raw, when: int) -> bool:
    start, end = dates(row)
    return start <= when < end
