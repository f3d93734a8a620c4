"""The shape of a register's map: one table that checks the file and can print its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from typing import Any

from attrs import frozen

from portability import registry
from portability.cohort import EVIDENCE, KINDS, SEXES, STATUS
from portability.countries import CURRENCIES
from portability.errors import nearest
from portability.shape import Country, Day, Exactly, Nothing, Shape, Text, Whole, Word
from portability.shape_lists import Either, Fields, Listed, MapOf
from portability.units import PLURALS, UNITS
from portability.yamlsource import Path_, Raw, Source

SCHEMA = "portability/register-map@1"
ROWS = ("spell", "member")
PERS = ("year", "month", "week")
FROM_TABLE = ("scheme_minimum", "national_average")


@frozen
class Scheme(Shape):
    """A scheme that is known."""

    @property
    def expected(self) -> str:
        return "a known scheme (`portability schemes list` shows all)"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, str) or value not in registry.ids():
            hint = nearest(value, registry.ids()) if isinstance(value, str) else ""
            source.fault(path, value, self.expected, hint, "unknown_scheme")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "description": self.expected}


@frozen
class Currency(Shape):
    """A currency code, of today or of its day."""

    @property
    def expected(self) -> str:
        return "a currency code such as USD"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, str) or value not in CURRENCIES:
            hint = nearest(value, CURRENCIES) if isinstance(value, str) else ""
            source.fault(path, value, self.expected, hint, "unknown_currency")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{3}$", "description": self.expected}


NAME = Text("the name of a column", longest=200)
DATE_COLUMN = Fields(
    {"column": NAME, "format": Text('a date format such as "%d/%m/%Y"')},
    needs=("column",),
    words="{column: …}, dates as YYYY-MM-DD unless format says otherwise",
)


def worded(word: Shape, left_out: bool = False) -> Fields:
    """{column, words} or {value}."""
    target = Either((word, Nothing())) if left_out else word
    return Fields(
        {"column": NAME, "words": MapOf(Text("a word of the register"), target), "value": word},
        one_of=(("column", "value"),),
        words="{column: …, words: {…}}, or {value: …}",
        extra=words_need_a_column,
    )


def words_need_a_column(source: Source, path: Path_, value: Mapped[str, Any]) -> None:
    if "words" in value and "column" not in value:
        source.fault((*path, "words"), Raw("words without a column"), "words beside `column`")


def steps(source: Source, path: Path_, value: Mapped[str, Any]) -> None:
    """A step from the register names its column, a step from a scheme's table has none."""
    kind = value.get("from")
    allowed = {
        "record": ("from", "column", "currency"),
        "contract_wage": ("from", "column", "currency", "per"),
    }.get(str(kind), ("from", "beyond"))
    for key in value:
        if key not in allowed:
            expected = f"only {', '.join(allowed)} beside from: {kind}"
            source.fault((*path, key), Raw(f"the key {key!r}"), expected, code="unknown_key")
    needed = {"record": ("column",), "contract_wage": ("column", "currency")}
    for key in needed.get(str(kind), ()):
        if key not in value:
            source.fault(path, Raw("nothing"), f"the key {key!r}", code="missing")


STEP = Fields(
    {
        "from": Word(("record", "contract_wage", *FROM_TABLE)),
        "column": NAME,
        "currency": worded(Currency()),
        "per": Word(PERS),
        "beyond": Word(("unknown", "last")),
    },
    needs=("from",),
    words="{from: contract_wage, column: …}",
    extra=steps,
)
SPELL = Fields(
    {
        "scheme": worded(Scheme(), left_out=True),
        "start": DATE_COLUMN,
        "end": DATE_COLUMN,
        "kind": worded(Word(KINDS)),
        "evidence": worded(Word(EVIDENCE)),
        "status": worded(Word(STATUS)),
        "credited": Fields(
            {"column": NAME, "unit": Word((*UNITS, *PLURALS))},
            needs=("column", "unit"),
            words="{column: …, unit: month}",
        ),
    },
    needs=("scheme", "start", "end"),
    words="{scheme, start, end, …}",
)
CLAIM = Fields(
    {
        "date": Day(),
        "column": NAME,
        "format": Text(),
        "age": Whole(15, 100),
        "not_before": Day(),
    },
    one_of=(("date", "column", "age"),),
    words="{date: 2026-11-24}, {column: …} or {age: 65, not_before: …}",
)
DOCUMENT = Fields(
    {
        "schema": Exactly(SCHEMA),
        "note": Text(),
        "rows": Word(ROWS),
        "member": Fields({"column": NAME}, needs=("column",), words="{column: …}"),
        "born": DATE_COLUMN,
        "sex": worded(Word(SEXES)),
        "residence": worded(Country()),
        "nationality": worded(Country()),
        "event": DATE_COLUMN,
        "claim": CLAIM,
        "spells": Fields({"column": NAME}, needs=("column",), words="{column: …}"),
        "spell": SPELL,
        "earnings": Listed(STEP),
    },
    needs=("schema", "rows", "member", "born", "claim", "spell"),
    words="a map of a register",
)
