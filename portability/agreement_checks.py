"""What no single field can tell: references, orders of dates, whose scheme a rule speaks of, units
that fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portability import registry
from portability.dates import day
from portability.errors import InputError, nearest
from portability.units import UNITS
from portability.yamlsource import Path_, Raw, Source

Raw_ = Mapping[str, Any]
UNCITED_KINDS = ("draft", "model")


def check(source: Source, whole: Raw_) -> None:
    """Add every fault of a document whose fields are each right in themselves."""
    parties = countries_of(whole["parties"])
    ordered(source, (), whole, "signed", "in_force")
    ordered(source, (), whole, "in_force", "until")
    check_parties(source, whole["parties"])
    check_sources(source, whole)
    for name, items in whole.get("lists", {}).items():
        known_schemes(source, ("lists", name), items, parties)
    for path, rule in rules_of(whole):
        check_rule(source, path, rule, whole, parties)
    for i, row in enumerate(whole.get("annex", ())):
        check_owner(source, ("annex", i), row, parties)
        check_rule(source, ("annex", i), row, whole, parties, partial=True)
    if whole.get("annex") and not isinstance(whole.get("defaults"), dict | list):
        source.fault(
            ("annex",), Raw("rows without defaults"), "`defaults`, over which annex rows are laid"
        )
    check_take_over(source, whole)


def many(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def countries_of(parties: Any) -> frozenset[str] | None:
    """Countries of the parties; None = any."""
    if parties == "any":
        return None
    rows = [party if isinstance(party, str) else party["country"] for party in parties]
    return frozenset(country for row in rows for country in many(row))


def rules_of(whole: Raw_) -> Iterator[tuple[Path_, Raw_]]:
    rules, defaults = whole.get("rules"), whole.get("defaults")
    if isinstance(rules, list):
        yield from ((("rules", i), rule) for i, rule in enumerate(rules))
    if isinstance(defaults, dict):
        yield ("defaults",), defaults
    if isinstance(defaults, list):
        yield from ((("defaults", i), rule) for i, rule in enumerate(defaults))


def ordered(source: Source, path: Path_, row: Raw_, first: str, last: str) -> None:
    """Two dates of one mapping in their order (words such as unknown do not count)."""
    low, high = row.get(first), row.get(last)
    if isinstance(low, str) and isinstance(high, str) and low[:1].isdigit() and high[:1].isdigit():
        if day(low) > day(high) or (day(low) == day(high) and last == "until"):
            source.fault((*path, last), high, f"a day after {first} ({low})", code="date_order")


def check_parties(source: Source, parties: Any) -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    if parties == "any":
        return
    for i, party in enumerate(parties):
        row = {"country": party} if isinstance(party, str) else party
        ordered(source, ("parties", i), row, "from", "until")
        for country in many(row["country"]):
            span = (row.get("from", "0"), row.get("until", "9"))
            if any(span[0] < high and low < span[1] for low, high in spans.get(country, ())):
                source.fault(("parties", i), country, "each party once at a time", code="duplicate")
            spans.setdefault(country, []).append(span)


def check_sources(source: Source, whole: Raw_) -> None:
    """Every rule names its article, every article a source with an address."""
    named = whole.get("sources", {})
    if not named and whole["kind"] not in UNCITED_KINDS:
        source.fault(
            (), Raw("nothing"), "the key 'sources' with at least one source", code="missing"
        )
    for path, cite in cites(whole, ()):
        if (
            isinstance(cite, dict)
            and cite.get("source") is not None
            and cite["source"] not in named
        ):
            source.fault(
                (*path, "source"),
                cite["source"],
                f"a source of this file: {', '.join(named)}",
                nearest(cite["source"], named),
                "unknown_source",
            )
    for path, rule in rules_of(whole):
        if not rule.get("cite") and whole["kind"] not in UNCITED_KINDS:
            source.fault(
                path, Raw("nothing"), "the key 'cite' with the article of the rule", code="missing"
            )


def cites(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "cite":
                yield (*path, key), item
            elif key != "facts":
                yield from cites(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from cites(item, (*path, i))


def check_owner(source: Source, path: Path_, row: Raw_, parties: frozenset[str] | None) -> None:
    known_schemes(source, (*path, "scheme"), many(row.get("scheme")), parties)
    for country in many(row.get("country")):
        party(source, (*path, "country"), country, parties)


def party(source: Source, path: Path_, country: str, parties: frozenset[str] | None) -> None:
    if parties is not None and country not in parties:
        source.fault(path, country, f"a party: {', '.join(sorted(parties))}", code="not_a_party")


def known_schemes(
    source: Source, path: Path_, schemes: list[str], parties: frozenset[str] | None
) -> None:
    for scheme in schemes:
        if scheme not in registry.drawers():
            source.fault(
                path,
                scheme,
                "a known scheme id",
                nearest(scheme, registry.drawers()),
                "unknown_scheme",
            )
        else:
            party(source, path, registry.country_of(scheme), parties)


def check_rule(
    source: Source,
    path: Path_,
    rule: Raw_,
    whole: Raw_,
    parties: frozenset[str] | None,
    partial: bool = False,
) -> None:
    if not partial:
        check_owner(source, path, rule, parties)
        ordered(source, path, rule, "from", "until")
    lists, record = whole.get("lists", {}), rule.get("record") or {}
    for key in ("only", "some"):
        name = record.get(key)
        if isinstance(name, str) and name not in lists:
            known_schemes(source, (*path, "record", key), [name], parties)
    if record.get("country"):
        party(source, (*path, "record", "country"), record["country"], parties)
        if sum(key in record for key in ("at_least", "less_than")) != 1:
            source.fault(
                (*path, "record"),
                Raw("a country alone"),
                "at_least or less_than beside it",
                code="one_of",
            )
    for i, count in enumerate(rule.get("counts") or ()):
        check_count(source, (*path, "counts", i), count, whole, parties, many(rule.get("scheme")))
    test = rule.get("concurrence") or {}
    if isinstance(test.get("of"), list):
        known_schemes(source, (*path, "concurrence", "of"), test["of"], None)
    for i, floor in enumerate(rule.get("floors") or ()):
        ordered(source, (*path, "floors", i), floor, "from", "until")


def check_count(
    source: Source,
    path: Path_,
    count: Raw_,
    whole: Raw_,
    parties: frozenset[str] | None,
    owners: list[str],
) -> None:
    ordered(source, path, count, "from", "until")
    low, high = count.get("from_age", 0), count.get("to_age", 1000)
    if low >= high:
        source.fault((*path, "to_age"), high, f"an age above from_age ({low})", code="order")
    unit, schemes = count["unit"], count["schemes"]
    if isinstance(unit, str) and unit != "unknown" and unit not in whole.get("conversions", {}):
        names = list(whole.get("conversions", {}))
        source.fault(
            (*path, "unit"),
            unit,
            f"unknown, a conversion, or one of: {', '.join(names) or '(none named)'}",
            nearest(unit, names),
            "unknown_conversion",
        )
    if not isinstance(schemes, list):
        return
    known_schemes(source, (*path, "schemes"), schemes, parties)
    for scheme in schemes:
        if scheme in owners:
            source.fault(
                (*path, "schemes"),
                scheme,
                "schemes of another state, not the rule's own",
                code="own_scheme",
            )
    if isinstance(unit, dict):
        fitting_units(source, path, unit, schemes, owners)


def fitting_units(
    source: Source, path: Path_, unit: Raw_, schemes: list[str], owners: list[str]
) -> None:
    """A conversion starts from the unit of the scheme it counts and ends in the unit of the scheme
    that counts."""
    start = next(name for name in UNITS if name in unit)
    end = next(name for name in UNITS if name in unit["gives"])
    for word, given, ids in (("", start, schemes), ("gives", end, owners)):
        for scheme in ids:
            real = unit_of(scheme)
            if real is not None and real != given:
                at = (*path, "unit", word) if word else (*path, "unit")
                source.fault(at, given, f"{real}: the unit of {scheme}", code="unit")


def unit_of(scheme: str) -> str | None:
    """Unit of a scheme's periods; None if its file cannot be read (that fault is told where the
    scheme is used)."""
    path = registry.drawers().get(scheme)
    if path is None:
        return None
    try:
        return registry.source_of(path).unit
    except (InputError, OSError):
        return None


def check_take_over(source: Source, whole: Raw_) -> None:
    countries = countries_of(whole["parties"])
    for i, row in enumerate(whole.get("take_over_between", ())):
        for country in row:
            party(source, ("take_over_between", i), country, countries)
