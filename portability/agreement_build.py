"""From a checked agreement document to the model: one small function per block, no checks and no defaults of law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve, frozen

from portability.agreement import (
    Absent,
    Agreement,
    AmountRule,
    BelowMinimum,
    Choose,
    Cite,
    Concurrence,
    Condition,
    Count,
    Fee,
    Floor,
    Layers,
    PartySpan,
    Persons,
    Record,
    Replaces,
    Rounding,
    Rule,
    ShareOf,
    Spell,
    TakeOver,
    Term,
    ThirdStates,
)
from portability.agreement_schema import ABSENT
from portability.dates import FOREVER, NODATE, day
from portability.units import UNITS, Conversion, ConversionTable

Raw_ = Mapping[str, Any]
UNPROVEN_START = ("unknown", "none", None)


@frozen
class Context:
    """What the rules of one agreement refer to."""

    conversions: Mapping[str, ConversionTable]
    lists: Mapping[str, tuple[str, ...]]
    urls: Mapping[str, str]
    third_states: ThirdStates | None
    choose: Choose
    between: tuple[tuple[str, str], ...]

    def cite(self, value: Any) -> Cite:
        """An article, with the address of its source (the first one if none is named)."""
        first = next(iter(self.urls.values()), "")
        if not isinstance(value, dict):
            return Cite(str(value), first) if value is not None else Cite("", first)
        url = value.get("url") or self.urls.get(value.get("source", ""), first)
        return Cite(str(value["article"]), url, value.get("quote", ""))


def made(raw: Raw_, name: str, digest: str) -> Agreement:
    """A checked document -> the model."""
    urls = {key: str(source["url"]) for key, source in raw.get("sources", {}).items()}
    lists = {key: tuple(items) for key, items in raw.get("lists", {}).items()}
    tables = {key: table_of(key, value) for key, value in raw.get("conversions", {}).items()}
    between = tuple((a, b) for a, b in raw.get("take_over_between", ()))
    plain = Context(tables, lists, urls, None, Choose(), between)
    defaults = raw.get("defaults")
    layered = (defaults,) if isinstance(defaults, dict) else tuple(defaults) if isinstance(defaults, list) else ()
    choose = choose_of(raw.get("choose"), plain) or Choose()
    third = third_of(raw.get("third_states"), plain)
    context = evolve(plain, third_states=third, choose=choose)
    rules = raw.get("rules")
    parties = raw["parties"]
    return Agreement(
        id=raw["id"], title=str(raw["title"]), kind=raw["kind"], status=raw["status"],
        parties=() if parties == "any" else spans(parties), start=start_of(raw),
        end=day(raw["until"]) if "until" in raw else FOREVER, persons=persons_of(raw, context), choose=choose,
        replaces=replaces_of(raw.get("replaces"), context), third_states=third, conversions=tables,
        rules=explicit(rules, context) if isinstance(rules, list) else (),
        layers=Layers(layered, tuple(raw.get("annex", ())), partial(rule_of, context)),
        legislation=block(raw.get("legislation")), lists=lists, source=name, digest=digest, raw=raw,
        any_party=parties == "any", exclusive=bool(raw.get("exclusive")), absent=absent_part(rules, defaults))


def absent_part(rules: Any, defaults: Any) -> Absent | None:
    """Why there is no benefits part, or None if there is one."""
    if isinstance(rules, list) or isinstance(defaults, dict | list):
        return None
    word = rules if isinstance(rules, str) else defaults
    return Absent(word) if isinstance(word, str) else Absent.UNKNOWN


def block(value: Any) -> Any:
    """A block, or one of the three sentinels; a missing block is unknown: absence was not read in any text."""
    if value is None:
        return Absent.UNKNOWN
    return Absent(value) if isinstance(value, str) and value in ABSENT else value


def start_of(raw: Raw_) -> int:
    """Day of entry into force. A draft or model has none and applies when asked for; an unknown one never."""
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


def dates(row: Raw_) -> tuple[int, int]:
    return (day(row["from"]) if "from" in row else NODATE, day(row["until"]) if "until" in row else FOREVER)


def many(value: Any) -> tuple[str, ...] | None:
    """One or several words -> a tuple; None stays None."""
    if value is None:
        return None
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def persons_of(raw: Raw_, context: Context) -> Persons:
    value = raw.get("persons")
    if not isinstance(value, dict):
        return Persons()
    everybody = () if raw["parties"] == "any" else tuple(dict.fromkeys(p.country for p in spans(raw["parties"])))

    def scope(row: Raw_) -> Persons:
        of = row.get("of", "parties")
        nationals = everybody if of == "parties" else many(of) or ()
        return Persons(row["kind"], nationals if row["kind"] == "nationals" else (), cite=context.cite(row.get("cite")))

    return evolve(scope(value), by_country={key: scope(row) for key, row in value.get("by_country", {}).items()})


def replaces_of(value: Raw_ | None, context: Context) -> Replaces | None:
    if value is None:
        return None
    return Replaces(value.get("between") == "parties", tuple(value.get("ids", ())), tuple(value.get("keeps", ())),
                    context.cite(value.get("cite")))


def choose_of(value: Raw_ | None, context: Context) -> Choose | None:
    if value is None:
        return None
    return Choose(value["order"], value.get("tie", "national"), context.cite(value.get("cite")))


def third_of(value: Any, context: Context) -> ThirdStates | None:
    if not isinstance(value, dict):
        return None
    bound = value["bound"]
    unit = value.get("unit", "theirs")
    how = conversion_of(unit) if isinstance(unit, dict) else None if unit == "unknown" else unit
    return ThirdStates(bound if bound in ("both", "own") else many(bound) or (), frozenset(many(value["for"]) or ()),
                       how, context.cite(value.get("cite")))


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
    minimum = dict(raw.get("own_minimum", {}))
    continuous = minimum.pop("continuous", None)
    third = third_of(raw["third_states"], context) if "third_states" in raw else context.third_states
    return Rule(
        path=path, scheme=scheme, branches=many(raw.get("branches")), residence_in=many(residence.get("in")),
        residence_not=many(residence.get("not")), nationalities=many(raw.get("nationalities")), start=start, end=end,
        record=record_of(raw.get("record"), context), payer=raw.get("payer"), bars=raw.get("bars"),
        when=raw.get("when", "only_if_needed"), own_minimum=spell(minimum) if minimum else None,
        continuous=spell(continuous) if continuous else None,
        counts=tuple(count_of(row, context) for row in raw["counts"]), amount=amounts_of(raw["amount"], context),
        floors=tuple(floor_of(row, context) for row in raw.get("floors", ())),
        below_minimum=below_of(raw.get("below_minimum"), context),
        take_over=take_over_of(raw.get("take_over"), context),
        concurrence=concurrence_of(raw.get("concurrence"), context), third_states=third,
        choose=choose_of(raw.get("choose"), context) or context.choose,
        with_={key: tuple(v) if isinstance(v, list) else v for key, v in raw.get("with", {}).items()},
        defect=str(raw.get("defect", "")), note=str(raw.get("note", "")), cite=context.cite(raw.get("cite")))


def spell(value: Raw_) -> Spell:
    unit = next(unit for unit in UNITS if unit in value)
    return unit, value[unit]


def pair(value: Any) -> tuple[int, int] | None:
    return None if value is None else (1, 1) if value == 1 else (value[0], value[1])


def conversion_of(value: Raw_) -> Conversion:
    (source, n), (target, m) = spell(value), spell(value["gives"])
    return Conversion(source, n, target, m, value.get("remainder_from"), value.get("fill_to"),
                      value.get("per", "calendar_year"), value.get("place", "anywhere"),
                      {int(year): units for year, units in value.get("constants", {}).items()})


def table_of(name: str, value: Raw_) -> ConversionTable:
    return ConversionTable(name, {int(k): dict(v) for k, v in value["equal"].items()}, value.get("weeks_via", 6),
                           value.get("remainder_from"), value.get("per", "calendar_year"),
                           dict(value.get("fill_to", {})))


def count_of(value: Raw_, context: Context) -> Count:
    unit, kinds, (start, end) = value["unit"], value.get("kinds", {}), dates(value)
    how = (conversion_of(unit) if isinstance(unit, dict) else
           None if unit == "unknown" else context.conversions[unit])
    schemes, codes = value["schemes"], value.get("codes", {})
    return Count(
        schemes=schemes if isinstance(schemes, str) else tuple(schemes), kinds_only=some(kinds, "only"),
        kinds_not=some(kinds, "not"), start=start, end=end, from_age=value.get("from_age"),
        to_age=value.get("to_age"), unit=how, overlap=value.get("overlap", "own_first"),
        codes_only=some(codes, "only"), codes_not=some(codes, "not"), as_needed=bool(value.get("as_needed")),
        uses=some(value, "for") or frozenset({"right", "amount"}), branches=many(value.get("branches")),
        cite=context.cite(value.get("cite")))


def some(value: Raw_, key: str) -> frozenset[str] | None:
    """The words under a key as a set; None if the key is absent."""
    return frozenset(str(word) for word in many(value[key]) or ()) if key in value else None


def term_of(value: Any) -> Term | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Term(value) if value in ("own", "foreign", "counted", "minimum") else Term("scheme", name=value)
    if "term" in value:
        return Term("scheme", name=value["term"])
    if "complement" in value:
        return Term("complement", *spell(value["complement"]))
    if "by_born" in value:
        rows = tuple((NODATE if low is None else day(low), FOREVER if high is None else day(high) + 1, k)
                     for low, high, k in value["by_born"])
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
        value["basis"], term_of(value.get("numerator")), term_of(value.get("denominator")), pair(value.get("at_most")),
        Rounding(*spell(step), step["round"]) if step else None, term_of(cap["to"]) if cap else None,
        cap.get("of", "both") if cap else "both", value.get("plus"), value.get("not_above"),
        context.cite(value.get("cite")))


def condition_of(value: Raw_ | None) -> Condition | None:
    if value is None:
        return None
    of = next(iter(value))
    return Condition(of, spell(value[of]))


def floor_of(value: Raw_, context: Context) -> Floor:
    return Floor(value["stage"], value.get("to"), pair(value.get("share")), condition_of(value.get("if")),
                 context.cite(value.get("cite")))


def below_of(value: Raw_ | None, context: Context) -> BelowMinimum | None:
    if value is None:
        return None
    return BelowMinimum(spell(value["less_than"]), value.get("unless"), value["then"], value.get("all_below"),
                        context.cite(value.get("cite")))


def take_over_of(value: Raw_ | None, context: Context) -> TakeOver | None:
    if value is None:
        return None
    fee = value.get("payment")
    return TakeOver(spell(value["from"]), spell(value["less_than"]), value["by"], value.get("tie", "last"),
                    value.get("requires"), Fee(fee["times"], fee["of"]) if fee else None, context.between,
                    context.cite(value.get("cite")))


def concurrence_of(value: Raw_ | None, context: Context) -> Concurrence | None:
    if value is None:
        return None
    shares = tuple(ShareOf(many(row["schemes"]) or (), required(row["numerator"]), required(row["denominator"]),
                           pair(row.get("at_most"))) for row in value.get("shares", ()))
    of = value["of"]
    return Concurrence(value["kind"], of if of == "all" else tuple(of), value.get("reads", "final"), value.get("to"),
                       value.get("payer"), shares, context.cite(value.get("cite")))


def required(value: Any) -> Term:
    term = term_of(value)
    assert term is not None
    return term


def record_of(value: Raw_ | None, context: Context) -> Record | None:
    if value is None:
        return None

    def schemes(items: Any) -> tuple[str, ...] | None:
        return context.lists.get(items, many(items)) if isinstance(items, str) else many(items)

    return Record(schemes(value.get("only")), schemes(value.get("some")))
