"""The shape of stated costs (portability/costs@1): one table that checks a file, and what a single
row says that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portability.compare.peopled import LEVELS
from portability.compare.population_shape import LEVELLED, NAME, SOURCE, Currency, Number
from portability.compare.population_shape import supported as supported_by
from portability.exact import parse_number
from portability.shape import Country, Exactly, Flag, Shape, Text, Whole, Word
from portability.shape_lists import Either, Fields, Listed, MapOf
from portability.yamlsource import Path_, Raw, Source

SCHEMA = "portability/costs@1"
VALUE = "value"
MOST = 10**15  # more is no sum and no number of workers
YEARS = Whole(1950, 2100)
SAID = r"[\s\S]*\S[\s\S]*"  # a reason is not empty
SUPPORT: dict[str, Shape] = {
    "source": NAME,
    "says": Either((Whole(-MOST, MOST), Text("what stands in the source", SAID))),
    "assumed": Text("why", SAID),
}
A_FIGURE = "{value: 15} or {low, central, high}, with source and says, or assumed: WHY"


def figure(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """One value or three that do not descend; supported by a source or an assumption."""
    supported_by(source, path, value)
    given = [key for key in LEVELS if key in value]
    if (VALUE in value) == bool(given) or (given and len(given) < len(LEVELS)):
        found = Raw(", ".join(key for key in (VALUE, *LEVELS) if key in value) or "no number")
        source.fault(path, found, "value, or low, central and high", code="one_of")
        return
    found_ = [number(value[key]) for key in (given or [VALUE])]
    numbers = [each for each in found_ if each is not None]
    if len(numbers) < len(found_):
        return  # no numbers: the shape has said so
    if numbers != sorted(numbers):
        found = Raw("figures that descend")
        source.fault(path, found, "low <= central <= high", code="order")
    if max(numbers) > MOST:
        source.fault(path, Raw("more than a quadrillion"), f"at most {MOST:,}", code="range")


def number(value: Any) -> Any:
    try:
        return parse_number(value)
    except ValueError:
        return None


def percent(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """A share: nothing above 100 percent."""
    figure(source, path, value)
    for key in (VALUE, *LEVELS):
        found = number(value.get(key, 0))
        if found is not None and found > 100:
            source.fault((*path, key), value[key], "a percentage from 0 to 100", code="range")


NUMBERS: dict[str, Shape] = {VALUE: Number(), **LEVELLED, **SUPPORT, "cite": Text("an article")}
FIGURE = Fields(NUMBERS, words=A_FIGURE, extra=figure)
PERCENT = Fields(NUMBERS, words=A_FIGURE + ", in percent", extra=percent)
PRICED: dict[str, Shape] = {"currency": Currency(), "price_year": YEARS}
SUM = Fields(
    {**NUMBERS, **PRICED},
    needs=("currency", "price_year"),
    words="a sum a year: {low, central, high, currency, price_year, source, says}",
    extra=figure,
)


def together(
    source: Source, path: Path_, value: Mapping[str, Any], pairs: Mapping[str, tuple[str, ...]]
) -> None:
    """Keys that say nothing without others."""
    for key, needed in pairs.items():
        for other in needed:
            if key in value and other not in value:
                expected = f"the key {other!r} beside {key!r}"
                source.fault(path, Raw(f"{key} alone"), expected, code="missing")


def posted(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    pairs = {"at_entry": ("left",), "left": ("at_entry",), "a_year": ("stay",)}
    together(source, path, value, pairs)
    if ("always" in value) == ("at_entry" in value or "a_year" in value):
        expected = "always (as many at any time), or at_entry and a_year"
        source.fault(path, Raw(", ".join(map(str, value))), expected, code="one_of")
    stay = value.get("stay")
    if isinstance(stay, dict):
        for key in (VALUE, *LEVELS):
            if number(stay.get(key, 1)) == 0:
                source.fault((*path, "stay", key), stay[key], "months above 0", code="range")


def earned(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    pairs: dict[str, tuple[str, ...]] = {"amount": ("per", "currency", "price_year")}
    pairs |= dict.fromkeys(("per", "currency", "price_year"), ("amount",))
    together(source, path, value, {**pairs, "percent": ("of_year",), "of_year": ("percent",)})


WORKERS = Fields(
    {"always": FIGURE, "at_entry": FIGURE, "a_year": FIGURE, "stay": FIGURE, "left": FIGURE},
    words="{at_entry, left, a_year, stay} or {always, stay}; stay and left in months",
    extra=posted,
)
EARNINGS = Fields(
    {
        "amount": FIGURE,
        "per": Word(("month", "year")),
        **PRICED,
        "percent": FIGURE,
        "of_year": YEARS,
    },
    one_of=(("amount", "percent"),),
    words="{amount, per, currency, price_year}, or {percent, of_year} of the scheme's own average",
    extra=earned,
)
EXTENSION = Fields(
    {"counted": Flag(), **SUPPORT},
    needs=("counted",),
    words="{counted: true, assumed: WHY}",
    extra=supported_by,
)
TEXTS = Listed(
    Text("A, B … in the order of the command, none, or a text's id"), alone=True, least=1
)
COMMON: dict[str, Shape] = {
    "scheme": Text("a scheme", r"\S+"),
    "text": TEXTS,
    "sum": SUM,
    "growth": PERCENT,
    "note": Text(),
}
INPUTS = ("sent_from", "workers", "both", "earnings", "rate")


def contribution(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """A sum, or everything from which it is computed."""
    inputs = [key for key in (*INPUTS, "extension") if key in value]
    if "sum" in value and inputs:
        found = Raw(f"sum beside {', '.join(inputs)}")
        source.fault(path, found, "a sum, or its inputs", code="one_of")
    elif "sum" not in value and not set(INPUTS) <= set(inputs):
        lacking = [key for key in INPUTS if key not in value]
        found = Raw(f"nothing for {', '.join(lacking)}")
        source.fault(path, found, f"sum, or {', '.join(INPUTS)}", code="missing")


def handled(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """A sum, or claims with what one costs, or a cost that comes once."""
    inputs = [key for key in ("claims", "once", "per_claim", "hours") if key in value]
    if ("sum" in value) == bool(inputs):
        found = Raw(", ".join(key for key in ("sum", *inputs) if key in value) or "no cost")
        source.fault(path, found, "sum, or claims and once", code="one_of")
    together(
        source,
        path,
        value,
        {
            "hours": ("per_hour", "claims"),
            "per_hour": ("hours",),
            "per_claim": ("claims",),
            **dict.fromkeys(("once", "claims"), ("currency", "price_year")),
        },
    )
    if "claims" in value and ("per_claim" in value) == ("hours" in value):
        found = Raw("claims without a cost, or with two")
        source.fault(path, found, "per_claim, or hours and per_hour", code="one_of")


CONTRIBUTION = Fields(
    {
        **COMMON,
        "sent_from": Country(),
        "workers": WORKERS,
        "both": PERCENT,
        "earnings": EARNINGS,
        "rate": PERCENT,
        "extension": EXTENSION,
    },
    needs=("scheme",),
    words="{scheme, sent_from, workers, both, earnings, rate} or {scheme, text, sum}",
    extra=contribution,
)
CLAIMS = Fields(
    {"at_entry": FIGURE, "a_year": FIGURE}, needs=("a_year",), words="{at_entry, a_year}"
)
ADMINISTRATION = Fields(
    {
        **COMMON,
        **PRICED,
        "claims": CLAIMS,
        "per_claim": FIGURE,
        "hours": FIGURE,
        "per_hour": FIGURE,
        "once": FIGURE,
    },
    needs=("scheme",),
    words="{scheme, currency, price_year, claims, per_claim, once} or {scheme, sum}",
    extra=handled,
)
DOCUMENT = Fields(
    {
        "schema": Exactly(SCHEMA),
        "title": Text(),
        "sources": MapOf(NAME, SOURCE),
        "contributions": Listed(CONTRIBUTION),
        "administration": Listed(ADMINISTRATION),
    },
    needs=("schema", "title"),
    words="stated costs",
)
