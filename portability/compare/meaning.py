"""The meaning of a clause in a normal form: two forms are equal exactly where the law is.

A form is a tree of tuples that Python compares as it is:

    ("map", ((key, form), …))    keys sorted: their order has no legal meaning
    ("set", (form, …))           sorted and each once; a set of one is its member
    ("list", (form, …))          order kept: counts and cases are read from the first on
    ("time", n)                  a length in `units.COMMON`-ths of a year, so 35 years = 420 months
    ("ratio", n, d)              in lowest terms
    ("words", (word, …))         prose without line breaks, punctuation and capital letters
    a word of a closed list, a whole number, true or false, or one of the three `Absent`

Lengths and conversions are the engine's own (`units.year_share`, `units.Conversion`): where the
engine takes two lengths for one, so does the comparison, and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import gcd
from typing import Any

from attrs import fields, frozen, has

from portability.agreement import (
    UNKNOWN,
    Absent,
    AmountRule,
    Cite,
    Condition,
    Count,
    Rounding,
    TakeOver,
    Term,
    ThirdStates,
)
from portability.dates import FOREVER, NODATE
from portability.units import UNITS, Conversion, ConversionTable, year_share

Form = Any  # one of the forms above
RANGE = re.compile(r"(?<=\d)\s*[–—-]\s*(?=\d)")  # 24-36 is 24 to 36, however the dash is printed
WORD = re.compile(r"\d+(?:[.,:/]\d+)*%?|[^\W_]+(?:['’][^\W_]+)*|_+|[<>≤≥=+×%]")
SILENT = ("path", "name", "cite", "note")  # where a rule stands and what it is called is no law
YEAR_DAYS = 360


@frozen
class Measure:
    """How the scheme that decides reads a length: its unit, and the days of its year."""

    unit: str = "month"
    days_a_year: int = YEAR_DAYS


PLAIN = Measure()


def words(text: str) -> Form:
    """Prose as its words.

    >>> words("At least\\n  3 months,  or 24–36.") == words("at least 3 months or 24 to 36")
    True
    """
    plain = RANGE.sub(" to ", unicodedata.normalize("NFKC", text).casefold())
    return ("words", tuple(WORD.findall(plain.replace("’", "'"))))


def span(unit: str, n: int, measure: Measure = PLAIN) -> Form:
    """A length in parts of a year, as the engine lays it into the unit of a scheme.

    >>> span("year", 35) == span("month", 420)
    True
    """
    return ("time", int(year_share(n, unit, measure.days_a_year)))


def mapped(items: Iterable[tuple[str, Form]]) -> Form:
    return ("map", tuple(sorted(items, key=lambda item: item[0])))


def any_order(items: Iterable[Form]) -> Form:
    """A set: sorted, each once; one member stands for itself."""
    members = sorted(set(items), key=repr)
    return members[0] if len(members) == 1 else ("set", tuple(members))


def ratio(n: int, d: int) -> Form:
    """
    >>> ratio(35, 35) == ratio(420, 420)
    True
    """
    shared = gcd(n, d) or 1
    return ("ratio", n // shared, d // shared)


# --- what the schema leaves as text and mappings


def of_raw(value: Any) -> Form:
    """A block as the file holds it; `cite` and `note` are left out, lists are sets."""
    if isinstance(value, Mapping):
        return mapped((str(k), of_raw(v)) for k, v in value.items() if k not in ("cite", "note"))
    if isinstance(value, list | tuple):
        return any_order(of_raw(item) for item in value)
    if isinstance(value, str):
        return of_text(value)
    return value


def of_text(value: str) -> Form:
    """unknown, none and not_regulated are three values; a code in capitals or with an underscore
    is itself; the rest is prose."""
    if value in ("unknown", "none", "not_regulated"):
        return Absent(value)
    if re.fullmatch(r"[A-Z]{2}|[a-z]+(_[a-z]+)+", value):
        return value
    return words(value)


# --- what the model holds


def of_model(value: Any, measure: Measure = PLAIN) -> Form:
    """A part of the model (`agreement_parts`), without its citation; a field that says nothing is
    left out."""
    special = SPECIAL.get(type(value))
    if special is not None:
        return special(value, measure)
    if has(type(value)):
        return of_fields(value, measure)
    if isinstance(value, Mapping):
        return mapped((str(k), of_model(v, measure)) for k, v in value.items())
    if isinstance(value, frozenset):
        return any_order(value)
    if isinstance(value, tuple):
        return of_tuple(value, measure)
    return value


def of_fields(value: Any, measure: Measure, without: tuple[str, ...] = ()) -> Form:
    """An attrs object field by field."""
    return mapped(
        (one.name, of_model(found, measure))
        for one in fields(type(value))
        if one.name not in (*SILENT, *without)
        and (found := getattr(value, one.name)) not in (None, NODATE, FOREVER, ())
        and not isinstance(found, Cite)
    )


def of_tuple(value: tuple[Any, ...], measure: Measure) -> Form:
    if len(value) == 2 and value[0] in UNITS and isinstance(value[1], int):
        return span(value[0], value[1], measure)
    if len(value) == 2 and all(isinstance(item, int) for item in value):
        return ratio(*value)
    if all(isinstance(item, str) for item in value):
        return any_order(value)
    if all(isinstance(item, tuple) for item in value):
        return any_order(tuple(item) for item in value)
    return ("list", tuple(of_model(item, measure) for item in value))


def of_conversion(value: Conversion, measure: Measure) -> Form:
    """A directed edge in lowest terms: 360 days for 12 months are 30 days for one. Its units stay:
    an edge is no length, and three months for a quarter are not a quarter for three months."""
    shared = gcd(value.source_n, value.target_n)
    rest = of_fields(value, measure, ("source_n", "target_n", "constants"))
    return mapped(
        [
            *rest[1],
            ("source_n", value.source_n // shared),
            ("target_n", value.target_n // shared),
            *([("constants", of_model(value.constants))] if value.constants else []),
        ]
    )


def of_table(value: ConversionTable, measure: Measure) -> Form:
    """What a table orders; what the file calls it is no law."""
    return of_fields(value, measure)


def of_term(value: Term, measure: Measure) -> Form:
    """A term of a fraction; lengths as parts of a year."""
    unit = value.unit or measure.unit
    if value.kind == "fixed":
        return span(unit, value.n, measure)
    if value.kind == "complement":
        return mapped([("complement", span(unit, value.n, measure))])
    if value.kind == "by_born":
        rows = [(low, high, span(unit, k, measure)) for low, high, k in value.rows]
        return mapped([("by_born", ("list", tuple(rows if overlapping(rows) else sorted(rows))))])
    if value.kind == "window":
        return mapped([("ages", value.rows[0]), ("unit", unit)])
    return value.name if value.kind == "scheme" else mapped([("periods", value.kind)])


def overlapping(rows: list[tuple[int, int, Form]]) -> bool:
    """Does the order of the rows decide? The later one wins where two cover a day."""
    ordered = sorted(rows, key=lambda row: row[:2])
    return any(b[0] < a[1] for a, b in pairwise(ordered))


def of_amount(value: AmountRule, measure: Measure) -> Form:
    if value.basis == "unknown":
        return UNKNOWN
    return of_fields(value, measure, () if value.cap else ("cap_of",))


def of_count(value: Count, measure: Measure) -> Form:
    """Who and what is counted; how it is converted is a clause of its own."""
    rest = of_fields(value, measure, ("unit", "schemes"))
    return mapped([*rest[1], ("schemes", counted(value))])


def counted(value: Count) -> Form:
    """Whose periods: named schemes, or those of every other party (parties and others are one)."""
    return "parties" if value.everyone else any_order(value.schemes)


def of_third(value: ThirdStates, measure: Measure) -> Form:
    known = UNKNOWN if value.unit is None else of_model(value.unit, measure)
    return mapped([*of_fields(value, measure, ("unit",))[1], ("unit", known)])


def of_take_over(value: TakeOver, measure: Measure) -> Form:
    """When periods are taken over; between which states is a clause of its own."""
    return of_fields(value, measure, ("between",))


def of_rounding(value: Rounding, measure: Measure) -> Form:
    return mapped([("step", span(value.unit, value.n, measure)), ("how", value.how)])


def of_condition(value: Condition, measure: Measure) -> Form:
    return mapped([(value.of, of_model(value.least, measure))])


SPECIAL: Mapping[type, Any] = {
    Conversion: of_conversion,
    ConversionTable: of_table,
    Term: of_term,
    AmountRule: of_amount,
    Count: of_count,
    ThirdStates: of_third,
    TakeOver: of_take_over,
    Rounding: of_rounding,
    Condition: of_condition,
}


# --- comparing

SAME, CHANGED, OPEN = "same", "changed", "unknown"


def differing(a: Form, b: Form, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two forms part: (path, "changed" | "unknown"). An unknown is never the same as
    anything, another unknown included."""
    if a is UNKNOWN or b is UNKNOWN:
        yield path, OPEN
    elif is_map(a) and is_map(b):
        left, right = dict(a[1]), dict(b[1])
        for key in dict.fromkeys([*left, *right]):
            at = f"{path}.{key}" if path else key
            if key in left and key in right:
                yield from differing(left[key], right[key], at)
            else:
                one = left.get(key, right.get(key))
                yield at, OPEN if one is UNKNOWN else CHANGED
    elif is_list(a) and is_list(b) and len(a[1]) == len(b[1]):
        for i, (one, other) in enumerate(zip(a[1], b[1], strict=True)):
            yield from differing(one, other, f"{path}[{i}]")
    elif a != b:
        yield path, CHANGED
    elif has_unknown(a):
        yield path, OPEN


def is_map(form: Form) -> bool:
    return isinstance(form, tuple) and form[:1] == ("map",)


def is_list(form: Form) -> bool:
    return isinstance(form, tuple) and form[:1] == ("list",)


def has_unknown(form: Form) -> bool:
    return form is UNKNOWN or (isinstance(form, tuple) and any(map(has_unknown, form)))


def likeness(a: Form, b: Form) -> str:
    """same | changed | unknown: changed where anything stated differs, unknown where all that
    differs is not known."""
    kinds = {kind for _, kind in differing(a, b)}
    return CHANGED if CHANGED in kinds else OPEN if kinds else SAME


def renamed(form: Form, names: Mapping[str, str]) -> Form:
    """The form with codes of states and schemes replaced; prose is left alone."""
    if isinstance(form, str):
        return names.get(form, form)
    if not isinstance(form, tuple) or form[:1] == ("words",):
        return form
    if form[:1] == ("set",):
        return any_order(renamed(item, names) for item in form[1])
    if form[:1] == ("map",):
        return mapped((names.get(k, k), renamed(v, names)) for k, v in form[1])
    return tuple(renamed(item, names) for item in form)
