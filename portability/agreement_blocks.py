"""From the checked text of a rule to its parts: one small function per block, no defaults of
law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portability.agreement_parts import (
    NOWHERE,
    AmountRule,
    BelowMinimum,
    Choose,
    Cite,
    Concurrence,
    Condition,
    Count,
    Fee,
    Floor,
    Record,
    Rounding,
    Said,
    ShareOf,
    Spell,
    TakeOver,
    Term,
    ThirdStates,
    absence,
)
from portability.dates import FOREVER, NODATE, day
from portability.units import UNITS, Conversion, ConversionTable

Raw_ = Mapping[str, Any]


@frozen
class Context:
    """What the rules of one agreement refer to."""

    conversions: Mapping[str, ConversionTable]
    lists: Mapping[str, tuple[str, ...]]
    urls: Mapping[str, str]
    third_states: ThirdStates | None
    choose: Choose
    between: tuple[tuple[str, str], ...]
    based: bool = False  # a draft's own articles are not to be found in the sources of its base

    def cite(self, value: Any) -> Cite:
        """An article, with the address of its source (the first one if none is named; of a text
        based on another none, for the first one is the base's)."""
        first = "" if self.based else next(iter(self.urls.values()), "")
        if not isinstance(value, dict):
            return Cite(str(value), first) if value is not None else Cite("", first)
        url = value.get("url") or self.urls.get(value.get("source", ""), first)
        return Cite(str(value["article"]), url, value.get("quote", ""))


def many(value: Any) -> tuple[str, ...] | None:
    """One or several words -> a tuple; None stays None."""
    if value is None:
        return None
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def dates(row: Raw_) -> tuple[int, int]:
    return (
        day(row["from"]) if "from" in row else NODATE,
        day(row["until"]) if "until" in row else FOREVER,
    )


def choose_of(value: Raw_ | None, context: Context) -> Choose | None:
    if value is None:
        return None
    return Choose(value["order"], value.get("tie", "national"), context.cite(value.get("cite")))


def said_of(value: Any, context: Context) -> Said | None:
    """A clause that the text says it does not have, or that was not seen; None where there is one,
    or nothing is said."""
    word = absence(value)
    if word is None:
        return None
    return Said(word, context.cite(value.get("cite")) if isinstance(value, dict) else NOWHERE)


def third_of(value: Any, context: Context) -> ThirdStates | None:
    if not isinstance(value, dict) or absence(value) is not None:
        return None
    bound = value["bound"]
    unit = value.get("unit", "theirs")
    how = conversion_of(unit) if isinstance(unit, dict) else None if unit == "unknown" else unit
    return ThirdStates(
        bound if bound in ("both", "own") else many(bound) or (),
        frozenset(many(value["for"]) or ()),
        how,
        context.cite(value.get("cite")),
    )


def spell(value: Raw_) -> Spell:
    unit = next(unit for unit in UNITS if unit in value)
    return unit, value[unit]


def pair(value: Any) -> tuple[int, int] | None:
    return None if value is None else (1, 1) if value == 1 else (value[0], value[1])


def conversion_of(value: Raw_) -> Conversion:
    (source, n), (target, m) = spell(value), spell(value["gives"])
    return Conversion(
        source,
        n,
        target,
        m,
        value.get("remainder_from"),
        value.get("fill_to"),
        value.get("per", "calendar_year"),
        value.get("place", "anywhere"),
        {int(year): units for year, units in value.get("constants", {}).items()},
    )


def table_of(name: str, value: Raw_) -> ConversionTable:
    return ConversionTable(
        name,
        {int(k): dict(v) for k, v in value["equal"].items()},
        value.get("weeks_via", 6),
        value.get("remainder_from"),
        value.get("per", "calendar_year"),
        dict(value.get("fill_to", {})),
    )


def count_of(value: Raw_, context: Context) -> Count:
    unit, kinds, (start, end) = value["unit"], value.get("kinds", {}), dates(value)
    how = (
        conversion_of(unit)
        if isinstance(unit, dict)
        else None
        if unit == "unknown"
        else context.conversions[unit]
    )
    schemes, codes = value["schemes"], value.get("codes", {})
    return Count(
        schemes=schemes if isinstance(schemes, str) else tuple(schemes),
        kinds_only=some(kinds, "only"),
        kinds_not=some(kinds, "not"),
        start=start,
        end=end,
        from_age=value.get("from_age"),
        to_age=value.get("to_age"),
        unit=how,
        overlap=value.get("overlap", "own_first"),
        codes_only=some(codes, "only"),
        codes_not=some(codes, "not"),
        as_needed=bool(value.get("as_needed")),
        uses=some(value, "for") or frozenset({"right", "amount"}),
        branches=many(value.get("branches")),
        cite=context.cite(value.get("cite")),
    )


def some(value: Raw_, key: str) -> frozenset[str] | None:
    """The words under a key as a set; None if the key is absent."""
    return frozenset(str(word) for word in many(value[key]) or ()) if key in value else None


def term_of(value: Any) -> Term | None:
    if value is None:
        return None
    if isinstance(value, str):
        return (
            Term(value)
            if value in ("own", "foreign", "counted", "minimum")
            else Term("scheme", name=value)
        )
    if "term" in value:
        return Term("scheme", name=value["term"])
    if "complement" in value:
        return Term("complement", *spell(value["complement"]))
    if "by_born" in value:
        rows = tuple(
            (NODATE if low is None else day(low), FOREVER if high is None else day(high) + 1, k)
            for low, high, k in value["by_born"]
        )
        return Term("by_born", value.get("unit", "month"), rows=rows)
    if "ages" in value:
        first = day(value["from"]) if "from" in value else NODATE
        return Term("window", value.get("unit", "month"), rows=((*value["ages"], first),))
    return Term("fixed", *spell(value))


def amounts_of(value: Any, context: Context) -> Mapping[str, AmountRule]:
    """Components by name; one rule for all stands under "amount"."""
    if value == "unknown" or "basis" in value:
        return {"amount": amount_of(value, context)}
    return {name: amount_of(row, context) for name, row in value.items()}


def amount_of(value: Any, context: Context) -> AmountRule:
    if value == "unknown":
        return AmountRule("unknown")
    step, cap = value.get("in"), value.get("cap")
    return AmountRule(
        value["basis"],
        term_of(value.get("numerator")),
        term_of(value.get("denominator")),
        pair(value.get("at_most")),
        Rounding(*spell(step), step["round"]) if step else None,
        term_of(cap["to"]) if cap else None,
        cap.get("of", "both") if cap else "both",
        value.get("plus"),
        value.get("not_above"),
        context.cite(value.get("cite")),
    )


def condition_of(value: Raw_ | None) -> Condition | None:
    if value is None:
        return None
    of = next(iter(value))
    return Condition(of, spell(value[of]))


def floor_of(value: Raw_, context: Context) -> Floor:
    return Floor(
        value["stage"],
        value.get("to"),
        pair(value.get("share")),
        condition_of(value.get("if")),
        context.cite(value.get("cite")),
    )


def below_of(value: Raw_ | None, context: Context) -> BelowMinimum | None:
    if value is None:
        return None
    return BelowMinimum(
        spell(value["less_than"]),
        value.get("unless"),
        value["then"],
        value.get("all_below"),
        context.cite(value.get("cite")),
    )


def take_over_of(value: Raw_ | None, context: Context) -> TakeOver | None:
    if value is None:
        return None
    fee = value.get("payment")
    return TakeOver(
        spell(value["from"]),
        spell(value["less_than"]),
        value["by"],
        value.get("tie", "last"),
        value.get("requires"),
        Fee(fee["times"], fee["of"]) if fee else None,
        context.between,
        context.cite(value.get("cite")),
    )


def concurrence_of(value: Raw_ | None, context: Context) -> Concurrence | None:
    if value is None:
        return None
    shares = tuple(
        ShareOf(
            many(row["schemes"]) or (),
            required(row["numerator"]),
            required(row["denominator"]),
            pair(row.get("at_most")),
        )
        for row in value.get("shares", ())
    )
    of = value["of"]
    return Concurrence(
        value["kind"],
        of if of == "all" else tuple(of),
        value.get("reads", "final"),
        value.get("to"),
        value.get("payer"),
        shares,
        context.cite(value.get("cite")),
    )


def required(value: Any) -> Term:
    term = term_of(value)
    assert term is not None
    return term


def record_of(value: Raw_ | None, context: Context) -> Record | None:
    if value is None:
        return None

    def schemes(items: Any) -> tuple[str, ...] | None:
        return context.lists.get(items, many(items)) if isinstance(items, str) else many(items)

    low, high = value.get("at_least"), value.get("less_than")
    return Record(
        schemes(value.get("only")),
        schemes(value.get("some")),
        value.get("country"),
        spell(low) if low else None,
        spell(high) if high else None,
    )
