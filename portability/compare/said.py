"""A clause in a sentence for people: the words stand in `said.yaml`, the order and the figures
here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from portability.agreement import (
    Absent,
    AmountRule,
    BelowMinimum,
    Choose,
    Concurrence,
    Count,
    Floor,
    Record,
    Rounding,
    Rule,
    ShareOf,
    Spell,
    TakeOver,
    Term,
    ThirdStates,
)
from portability.dates import FOREVER, NODATE, iso
from portability.units import Conversion, ConversionTable
from portability.yamlsource import read

HERE = Path(__file__).parent


@cache
def table(name: str) -> Any:
    """A table of words that ships with the package."""
    return read(HERE / name)[0].data


def word(value: Any, group: str = "words") -> str:
    """A word of a closed list as it is said; any other text as it stands."""
    if isinstance(value, Absent):
        return str(table("said.yaml")["absent"][value.value])
    if isinstance(value, bool):
        return "yes" if value else "no"
    known = table("said.yaml")[group].get(str(value))
    return str(known if known is not None else value).replace("_", " ")


def listed(items: Iterable[str]) -> str:
    """a, b and c"""
    made = list(items)
    return " and ".join([", ".join(made[:-1]), made[-1]] if len(made) > 1 else made)


def joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)


def span(value: Spell) -> str:
    unit, n = value
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def days(start: int, end: int) -> str:
    """ "from 1990-01-01 on", "until 2016-01-01" (ends are the first day after)."""
    return " ".join(
        part
        for part in (
            f"from {iso(start)} on" if start != NODATE else "",
            f"before {iso(end)}" if end != FOREVER else "",
        )
        if part
    )


# --- blocks of the file


def raw(value: Any, between: str = "; ") -> str:
    """A block of the schema that the model keeps as it was written."""
    if value is None:
        return ""
    if isinstance(value, list):
        return said_rows(value)
    if not isinstance(value, Mapping):
        return prose(value)
    fields: Mapping[str, Any] = table("said.yaml")["fields"]
    known = [key for key in fields if key in value]
    others = [key for key in value if key not in fields and key not in ("cite", "note", "url")]
    said = [field(key, value[key], fields.get(key)) for key in [*known, *others]]
    return between.join(part for part in said if part)


def terms(value: Mapping[str, Any]) -> str:
    """What a rule hands to the scheme's own law; a pair is a share: "added period: 1/2"."""
    return joined(
        f"{word(key)}: {pair((row[0], row[1]))}" if isinstance(row, list) else raw({key: row})
        for key, row in value.items()
    )


def said_rows(rows: Sequence[Any]) -> str:
    if any(isinstance(row, Mapping) for row in rows):
        return joined(raw(row, ", ") for row in rows)
    if all(isinstance(row, str) and row.isupper() and len(row) == 2 for row in rows):
        return listed(sorted(rows))  # states stand in no order
    return listed("–".join(map(str, row)) if isinstance(row, list) else prose(row) for row in rows)


def field(key: str, value: Any, template: Any) -> str:
    if isinstance(value, bool):
        yes, no = template if isinstance(template, list) else (word(key), f"not: {word(key)}")
        return str(yes if value else no)
    text = raw(value)
    if isinstance(template, list):
        return f"{word(key)}: {text}"
    return template.format(text) if template else f"{word(key)}: {text}"


def prose(value: Any) -> str:
    """Text without the file's line breaks; words of closed lists as they are said."""
    if isinstance(value, str) and value in ("unknown", "none", "not_regulated"):
        return word(Absent(value))
    return word(" ".join(str(value).split()) if isinstance(value, str) else value)


# --- parts of a rule


def cases(rules: Sequence[Rule]) -> str:
    """Who is taken by which rule, in the order in which they are tried."""
    if len(rules) == 1:
        return case(rules[0]) or "everybody"
    return joined(f"({i}) {case(rule) or 'everybody else'}" for i, rule in enumerate(rules, 1))


def case(rule: Rule) -> str:
    """The conditions of one rule; nothing where it has none."""
    return ", ".join(
        part
        for part in (
            f"resident in {listed(rule.residence_in)}" if rule.residence_in else "",
            f"not resident in {listed(rule.residence_not)}" if rule.residence_not else "",
            f"nationals of {listed(rule.nationalities)}" if rule.nationalities else "",
            f"claims {days(rule.start, rule.end)}" if days(rule.start, rule.end) else "",
            record(rule.record) if rule.record else "",
            "its law applied at the event" if rule.payer == "event" else "",
        )
        if part
    )


def record(value: Record) -> str:
    if value.only is not None:
        return f"whole record in {listed(value.only)}"
    if value.some is not None:
        return f"some of the record in {listed(value.some)}"
    least, most = value.at_least, value.less_than
    size = f"at least {span(least)}" if least else f"less than {span(most)}" if most else ""
    return f"{size} in {value.country}"


def own_minimum(rule: Rule) -> str:
    least = span(rule.own_minimum) if rule.own_minimum else ""
    return f"{least}, of which {span(rule.continuous)} in one piece" if rule.continuous else least


def counts(rows: Sequence[Count]) -> str:
    return joined(count(row) for row in rows) or "nothing is counted"


def count(row: Count) -> str:
    """Which foreign periods count, and for what."""
    return ", ".join(
        part
        for part in (
            counted(row),
            only_not("kinds", row.kinds_only, row.kinds_not),
            only_not("codes", row.codes_only, row.codes_not),
            days(row.start, row.end),
            f"from age {row.from_age}" if row.from_age is not None else "",
            f"to age {row.to_age}" if row.to_age is not None else "",
            f"for {listed(word(use) for use in sorted(row.uses))}" if len(row.uses) == 1 else "",
            f"for {listed(map(word, row.branches))}" if row.branches else "",
            "only as many as the right needs" if row.as_needed else "",
            word("art12") if row.overlap == "art12" else "",
        )
        if part
    )


def counted(row: Count) -> str:
    return str(table("said.yaml")["everyone"]) if row.everyone else listed(row.schemes)


def only_not(what: str, only: frozenset[str] | None, without: frozenset[str] | None) -> str:
    if only is not None:
        return f"only {what} {listed(word(item) for item in sorted(only))}"
    return f"without {what} {listed(word(i) for i in sorted(without))}" if without else ""


def conversions(rows: Sequence[Count]) -> str:
    return joined(f"{counted(row)}: {conversion(row.unit)}" for row in rows)


def conversion(value: Conversion | ConversionTable | None) -> str:
    if value is None:
        return word(Absent.UNKNOWN)
    if isinstance(value, ConversionTable):
        return equivalences(value)
    given = f"{span((value.source_unit, value.source_n))} = "
    return ", ".join(
        part
        for part in (
            given + span((value.target_unit, value.target_n)),
            remainder(value.remainder_from, value.source_unit, value.source_n),
            f"own and foreign at most {span((value.target_unit, value.fill_to))} per calendar year"
            if value.fill_to
            else "",
            f"converted for {word(value.per)}" if value.per != "calendar_year" else "",
            word(value.place) if value.place != "anywhere" else "",
            *(f"{y}: {span((value.target_unit, n))}" for y, n in sorted(value.constants.items())),
        )
        if part
    )


def remainder(least: int | None, unit: str, step: int) -> str:
    if least is None:
        return "a rest is lost" if step > 1 else ""
    return "any rest counts as one more" if least == 1 else f"a rest from {span((unit, least))} on"


def equivalences(value: ConversionTable) -> str:
    rows = [
        f"{days_}-day week: " + ", ".join(f"{unit} {n}" for unit, n in row.items())
        for days_, row in sorted(value.days.items())
    ]
    most = [span((unit, n)) for unit, n in value.fill_to.items()]
    return joined(
        [
            "table of equivalences (days in a unit)",
            *rows,
            "any rest counts as one more" if value.remainder_from == 1 else "",
            f"at most {listed(most)} per calendar year" if most else "",
            f"converted {word(value.per)}",
        ]
    )


def amount(value: AmountRule) -> str:
    """How one component is made, in the order in which it is computed."""
    if value.basis == "unknown":
        return word(Absent.UNKNOWN)
    text = word(value.basis, "basis")
    if value.numerator is not None and value.denominator is not None:
        text += f" × {term(value.numerator)} / {term(value.denominator)}"
    return ", ".join(
        part
        for part in (
            text,
            f"at most {pair(value.at_most)}" if value.at_most else "",
            f"{capped(value)} at most {term(value.cap)}" if value.cap else "",
            rounding(value.in_) if value.in_ else "",
            "displaced voluntary time added after the share" if value.plus else "",
            "never above the amount on own periods" if value.not_above else "",
        )
        if part
    )


def capped(value: AmountRule) -> str:
    return "numerator and denominator" if value.cap_of == "both" else value.cap_of


def pair(value: tuple[int, int]) -> str:
    n, d = value
    return str(n) if d == 1 else f"{n}/{d}"


def rounding(value: Rounding) -> str:
    return f"in steps of {span((value.unit, value.n))}, {word(value.how)}"


def term(value: Term) -> str:
    """A length of a fraction."""
    if value.kind == "fixed":
        return span((value.unit, value.n))
    if value.kind == "complement":
        return f"({span((value.unit, value.n))} less {word('foreign')})"
    if value.kind == "by_born":
        sizes = [k for _, _, k in value.rows]
        low, high = (
            span((value.unit or "unit", min(sizes))),
            span((value.unit or "unit", max(sizes))),
        )
        return f"({low} to {high} by date of birth, {len(sizes)} bands: {bands(value)})"
    if value.kind == "window":
        low_age, high_age, first = value.rows[0]
        since = f" from {iso(first)}" if first != NODATE else ""
        return f"(time between {low_age} and {high_age}{since})"
    return word(value.name or value.kind)


def bands(value: Term) -> str:
    return ", ".join(
        f"{'…' if low == NODATE else iso(low)} to {'…' if high == FOREVER else iso(high - 1)} {k}"
        for low, high, k in value.rows
    )


def floors(rows: Sequence[Floor]) -> str:
    return joined(floor(row) for row in rows)


def floor(row: Floor) -> str:
    share = f"{pair(row.share)} of " if row.share else ""
    text = f"{word(row.stage, 'stage')}, to {share}{word(row.to or 'the minimum')}"
    if row.condition is None:
        return text
    return f"{text}, if {word(row.condition.of)} reach {span(row.condition.least)}"


def below(value: BelowMinimum) -> str:
    unless = " and no own right" if value.unless else ""
    silent = "where all are below: the text is silent"
    last = f"where all are below: {word(value.all_below)}" if value.all_below else silent
    return f"less than {span(value.less_than)}{unless}: {word(value.then)}; {last}"


def take_over(value: TakeOver) -> str:
    return joined(
        [
            f"from {span(value.at_least)} to less than {span(value.less_than)}",
            f"by the state with the {value.by} period, if equal the {value.tie} one",
            f"needs an agreement: {value.requires}" if value.requires else "",
            f"it is paid {value.payment.times} × {word(value.payment.of)}" if value.payment else "",
        ]
    )


def concurrence(value: Concurrence) -> str:
    of = "all benefits" if value.of == "all" else listed(value.of)
    return joined(
        [
            f"{word(value.kind)} over {of}, reads the {value.reads} amounts",
            f"up to {word(value.to)}" if value.to else "",
            "paid by the state of residence" if value.payer else "",
            *(share(row) for row in value.shares),
        ]
    )


def share(row: ShareOf) -> str:
    most = f", at most {pair(row.at_most)}" if row.at_most else ""
    part = f"{term(row.numerator)} / {term(row.denominator)}"
    return f"of {listed(row.schemes)} it counts {part}{most}"


def choose(value: Choose) -> str:
    return f"{word(value.order)}; if equal, {word(value.tie)}"


def third(value: ThirdStates) -> str:
    """Whose agreements open the door, for what, and how the periods are converted."""
    bound = value.bound
    who = (
        listed(bound)
        if isinstance(bound, tuple)
        else {"both": "both parties", "own": "the counting party"}.get(bound, bound)
    )
    how = value.unit if isinstance(value.unit, Conversion | ConversionTable) else None
    said = word("theirs") if value.unit == "theirs" else conversion(how)
    uses = listed(word(use) for use in sorted(value.uses))
    return f"periods of states bound with {who}, for {uses}; conversion: {said}"
