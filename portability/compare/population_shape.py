"""The shape of a synthetic population (portability/population@1): one table that checks a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portability.countries import CURRENCIES
from portability.errors import nearest
from portability.exact import parse_number
from portability.shape import Country, Day, Exactly, Shape, Text, Whole, Word
from portability.shape_lists import Either, Fields, Listed, MapOf, Row
from portability.yamlsource import Path_, Raw, Source

SCHEMA = "portability/population@1"
NAME = Text("a name of small letters, digits and underscores", r"[a-z][a-z0-9_]{0,39}")
WORD = Text("a word of a dimension", r"[A-Za-z0-9][\w .+-]{0,39}")
REST = "rest"
GAPS = ("first", "middle", "last")
MOVE = "move"


@frozen
class Number(Shape):
    """A plain number that is not negative."""

    @property
    def expected(self) -> str:
        return "a plain number such as 59.84"

    def fits(self, value: Any) -> bool:
        return type(value) is int or (isinstance(value, str) and bool(re.match(r"[-\d]", value)))

    def check(self, source: Source, path: Path_, value: Any) -> None:
        try:
            good = self.fits(value) and parse_number(value) >= 0
        except ValueError:
            good = False
        if not good:
            found = value if isinstance(value, str | int) else Raw("no number")
            source.fault(path, found, self.expected, code="number")


@frozen
class Currency(Shape):
    """A currency code."""

    @property
    def expected(self) -> str:
        return "a currency code such as PHP"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and value in CURRENCIES

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not self.fits(value):
            hint = nearest(value, CURRENCIES) if isinstance(value, str) else ""
            source.fault(path, value, self.expected, hint, "unknown_currency")


def supported(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """A figure has a source and what it says there, or it is assumed with a reason."""
    if "source" not in value and "assumed" not in value:
        source.fault(path, Raw("a figure without a source"), "source, or assumed: WHY", code="bare")
    if "source" in value and "says" not in value:
        expected = "says: what stands in the source"
        source.fault(path, Raw("a source without its words"), expected, code="bare")


SUPPORT: dict[str, Shape] = {"source": NAME, "says": Text(), "assumed": Text("why")}
WHERE = MapOf(NAME, Listed(WORD, alone=True, least=1))
LEVELLED: dict[str, Shape] = {"low": Number(), "central": Number(), "high": Number()}
FIGURE = Fields(
    {**LEVELLED, **SUPPORT},
    needs=("low", "central", "high"),
    words="{low, central, high, source and says or assumed}",
    extra=supported,
)
ASSUMPTION = Fields(
    {**LEVELLED, "unit": Text("what the numbers are"), **SUPPORT},
    needs=("low", "central", "high", "unit"),
    words="{low, central, high, unit, source and says or assumed}",
    extra=supported,
)
SOURCE = Fields(
    {"title": Text(), "url": Text("an address", r"https?://\S+"), "locator": Text(), "seen": Day()},
    needs=("title", "url", "locator", "seen"),
    words="{title, url, locator, seen}",
)
SHARE = Either((Number(), NAME))
VALUES = MapOf(WORD, Either((MapOf(WORD, SHARE), SHARE)))
MARGIN = Fields(
    {"of": Listed(NAME, alone=True, least=1), "shares": VALUES, "counts": VALUES, **SUPPORT},
    needs=("of",),
    one_of=(("shares", "counts"),),
    words="{of: sex, shares: {female: 59.84, male: 40.16}, source: …, says: …}",
    extra=supported,
)
AGE = Either((Whole(15, 100), Exactly(MOVE)))
EARNINGS = Fields(
    {"percent": NAME, "amount": NAME, "per": Word(("month", "year")), "currency": Currency()},
    one_of=(("percent", "amount"),),
    words="{percent: ASSUMPTION} of the national average, or {amount: ASSUMPTION, per, currency}",
    extra=lambda source, path, value: amounts(source, path, value),
)
WORK = Fields(
    {
        "where": WHERE,
        "scheme": Text("a scheme"),
        "from": AGE,
        "until": AGE,
        "share": NAME,
        "gap": Word(GAPS),
        "earnings": EARNINGS,
    },
    needs=("scheme", "from", "until", "share", "earnings"),
    words="{scheme, from, until, share, earnings}",
)
CAREER = Fields(
    {
        "where": WHERE,
        "age": Whole(50, 90),
        "residence": Country(),
        "nationality": Country(),
        "work": Listed(WORK, least=1),
        "assumed": Text("why"),
    },
    needs=("where", "age", "residence", "nationality", "work", "assumed"),
    words="{where, age, residence, nationality, work, assumed}",
)
CALIBRATION = Fields(
    {
        "count": Number(),
        "what": Text(),
        "source": NAME,
        "says": Text(),
        "entitled": Fields(
            {"scheme": Text("a scheme"), "under": Text("an agreement")},
            needs=("scheme", "under"),
            words="{scheme, under: AGREEMENT}",
        ),
        "stock": Fields(
            {"of": NAME, "years": MapOf(WORD, Whole(0, 120)), "assumed": Text("why")},
            needs=("of", "years", "assumed"),
            words="{of: DIMENSION, years: {WORD: …}, assumed: WHY}",
        ),
    },
    needs=("count", "what", "source", "says"),
    one_of=(("entitled", "stock"),),
    words="{count, what, source, says, entitled or stock}",
)
DOCUMENT = Fields(
    {
        "schema": Exactly(SCHEMA),
        "title": Text(),
        "countries": Listed(Country(), least=2),
        "entry": Day(),
        "claim": Day(),
        "persons": Text("what is counted"),
        "sources": MapOf(NAME, SOURCE),
        "assumptions": MapOf(NAME, ASSUMPTION),
        "years_paid": NAME,
        "total": Fields(
            {"a_year": FIGURE, "in_payment": FIGURE},
            needs=("a_year", "in_payment"),
            words="{a_year, in_payment}",
        ),
        "dimensions": MapOf(NAME, Listed(WORD, least=2)),
        "margins": Listed(MARGIN, least=1),
        "seed": Listed(
            Fields(
                {"where": WHERE, "times": NAME, "none": Text("why nobody can be there")},
                needs=("where",),
                one_of=(("times", "none"),),
                words="{where, times: ASSUMPTION} or {where, none: WHY}",
            )
        ),
        "moved": MapOf(NAME, MapOf(WORD, Row((Whole(0, 100), Whole(0, 100))))),
        "careers": Listed(CAREER, least=1),
        "left_out": Listed(
            Fields(
                {"where": WHERE, "because": Text("why")},
                needs=("where", "because"),
                words="{where, because}",
            )
        ),
        "kept": Listed(Text(), least=1),
        "lost": Listed(Text(), least=1),
        "calibration": CALIBRATION,
    },
    needs=(
        *("schema", "title", "countries", "entry", "claim", "persons", "sources", "assumptions"),
        *("years_paid", "total", "dimensions", "margins", "careers", "kept", "lost", "calibration"),
    ),
    words="a synthetic population",
)


def amounts(source: Source, path: Path_, value: Mapping[str, Any]) -> None:
    """An amount says its currency and what it is paid for; a percentage says neither."""
    for key in ("per", "currency"):
        if ("amount" in value) != (key in value):
            found = Raw(f"{key} beside percent" if key in value else f"amount without {key}")
            source.fault(path, found, "amount, per and currency together", code="amount")
