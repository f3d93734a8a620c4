"""From a checked agreement document to the model: one small function per block, no checks and no
defaults of law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve

from portability.agreement import (
    Absent,
    Agreement,
    Choose,
    Layers,
    PartySpan,
    Persons,
    Replaces,
    Rule,
)
from portability.agreement_blocks import (
    Context,
    amounts_of,
    below_of,
    choose_of,
    concurrence_of,
    count_of,
    dates,
    floor_of,
    many,
    record_of,
    said_of,
    spell,
    table_of,
    take_over_of,
    third_of,
)
from portability.agreement_rules import ABSENT
from portability.dates import FOREVER, NODATE, day

Raw_ = Mapping[str, Any]
UNPROVEN_START = ("unknown", "none", None)


def made(raw: Raw_, name: str, digest: str) -> Agreement:
    """A checked document -> the model."""
    plain = references(raw)
    defaults = raw.get("defaults")
    layered = (
        (defaults,)
        if isinstance(defaults, dict)
        else tuple(defaults)
        if isinstance(defaults, list)
        else ()
    )
    choose = choose_of(raw.get("choose"), plain) or Choose()
    third = third_of(raw.get("third_states"), plain)
    context = evolve(plain, third_states=third, choose=choose)
    rules = raw.get("rules")
    parties = raw["parties"]
    return Agreement(
        id=raw["id"],
        title=str(raw["title"]),
        kind=raw["kind"],
        status=raw["status"],
        parties=() if parties == "any" else spans(parties),
        start=start_of(raw),
        end=day(raw["until"]) if "until" in raw else FOREVER,
        persons=persons_of(raw, context),
        choose=choose,
        replaces=replaces_of(raw.get("replaces"), context),
        third_states=third,
        conversions=plain.conversions,
        rules=explicit(rules, context) if isinstance(rules, list) else (),
        layers=Layers(layered, tuple(raw.get("annex", ())), partial(rule_of, context)),
        legislation=block(raw.get("legislation")),
        lists=plain.lists,
        source=name,
        digest=digest,
        raw=raw,
        any_party=parties == "any",
        exclusive=bool(raw.get("exclusive")),
        absent=absent_part(rules, defaults),
    )


def references(raw: Raw_) -> Context:
    """What the blocks of a document refer to: its tables, lists and sources."""
    return Context(
        {key: table_of(key, value) for key, value in raw.get("conversions", {}).items()},
        {key: tuple(items) for key, items in raw.get("lists", {}).items()},
        {key: str(source["url"]) for key, source in raw.get("sources", {}).items()},
        None,
        Choose(),
        tuple((a, b) for a, b in raw.get("take_over_between", ())),
        "based_on" in raw,
    )


def absent_part(rules: Any, defaults: Any) -> Absent | None:
    """Why there is no benefits part, or None if there is one."""
    if isinstance(rules, list) or isinstance(defaults, dict | list):
        return None
    word = rules if isinstance(rules, str) else defaults
    return Absent(word) if isinstance(word, str) else Absent.UNKNOWN


def block(value: Any) -> Any:
    """A block, or one of the three sentinels; a missing block is unknown: absence was not read in
    any text."""
    if value is None:
        return Absent.UNKNOWN
    return Absent(value) if isinstance(value, str) and value in ABSENT else value


def start_of(raw: Raw_) -> int:
    """Day of entry into force. A draft or model has none and applies when asked for; an unknown
    one never."""
    value = raw.get("in_force")
    if value not in UNPROVEN_START:
        return day(value)
    return NODATE if raw["kind"] in ("draft", "model") else FOREVER


def spans(parties: Sequence[Any]) -> tuple[PartySpan, ...]:
    out = []
    for party in parties:
        row = {"country": party} if isinstance(party, str) else party
        out += [PartySpan(country, *dates(row)) for country in many(row["country"]) or ()]
    return tuple(out)


def persons_of(raw: Raw_, context: Context) -> Persons:
    value = raw.get("persons")
    if not isinstance(value, dict):
        return Persons()
    everybody = (
        ()
        if raw["parties"] == "any"
        else tuple(dict.fromkeys(p.country for p in spans(raw["parties"])))
    )

    def scope(row: Raw_) -> Persons:
        of = row.get("of", "parties")
        nationals = everybody if of == "parties" else many(of) or ()
        return Persons(
            row["kind"],
            nationals if row["kind"] == "nationals" else (),
            cite=context.cite(row.get("cite")),
        )

    return evolve(
        scope(value),
        by_country={key: scope(row) for key, row in value.get("by_country", {}).items()},
    )


def replaces_of(value: Raw_ | None, context: Context) -> Replaces | None:
    if value is None:
        return None
    return Replaces(
        value.get("between") == "parties",
        tuple(value.get("ids", ())),
        tuple(value.get("keeps", ())),
        context.cite(value.get("cite")),
    )


def explicit(rules: Sequence[Raw_], context: Context) -> tuple[Rule, ...]:
    """One Rule per scheme (or country: all its schemes) that an entry names."""
    out = []
    for i, raw in enumerate(rules):
        for owner in many(raw.get("scheme")) or many(raw.get("country")) or ():
            out.append(rule_of(context, raw, f"rules[{i}]", owner))
    return tuple(out)


def rule_of(context: Context, raw: Raw_, path: str, scheme: str) -> Rule:
    """One rule from its (layered) text."""
    start, end = dates(raw)
    residence = raw.get("residence", {})
    unsaid = said_of(raw.get("own_minimum"), context)
    minimum = {} if unsaid else dict(raw.get("own_minimum", {}))
    continuous = minimum.pop("continuous", None)
    third = (
        third_of(raw["third_states"], context) if "third_states" in raw else context.third_states
    )
    return Rule(
        path=path,
        scheme=scheme,
        branches=many(raw.get("branches")),
        residence_in=many(residence.get("in")),
        residence_not=many(residence.get("not")),
        nationalities=many(raw.get("nationalities")),
        start=start,
        end=end,
        record=record_of(raw.get("record"), context),
        payer=raw.get("payer"),
        bars=raw.get("bars"),
        when=raw.get("when", "only_if_needed"),
        own_minimum=spell(minimum) if minimum else None,
        minimum_said=unsaid,
        continuous=spell(continuous) if continuous else None,
        own_from=day(raw["own_from"]) if "own_from" in raw else NODATE,
        counts=tuple(count_of(row, context) for row in raw["counts"]),
        amount=amounts_of(raw["amount"], context),
        floors=tuple(floor_of(row, context) for row in raw.get("floors", ())),
        below_minimum=below_of(raw.get("below_minimum"), context),
        take_over=take_over_of(raw.get("take_over"), context),
        concurrence=concurrence_of(raw.get("concurrence"), context),
        third_states=third,
        choose=choose_of(raw.get("choose"), context) or context.choose,
        with_={
            key: tuple(v) if isinstance(v, list) else v for key, v in raw.get("with", {}).items()
        },
        defect=str(raw.get("defect", "")),
        note=str(raw.get("note", "")),
        cite=context.cite(raw.get("cite")),
    )
