"""Shapes of documents: one table checks a file (every fault at once) and prints its JSON Schema.

A shape says what may stand somewhere. `fits` looks at the type only, so that of several shapes the
one that was meant
reports the fault; `check` goes into the value; `schema` is its JSON Schema (draft 2020-12).
"""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from portability.countries import COUNTRIES
from portability.dates import day
from portability.errors import nearest
from portability.reader import kind_of
from portability.yamlsource import Path_, Raw, Source

Json = dict[str, Any]


class Shape:
    """Base: what is expected in words, a coarse test, the check, the JSON Schema."""

    @property
    def expected(self) -> str:
        raise NotImplementedError

    def fits(self, value: Any) -> bool:
        raise NotImplementedError

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not self.fits(value):
            found = value if isinstance(value, str | int) else kind_of(value)
            source.fault(path, found, self.expected, code="type")

    def schema(self) -> Json:
        raise NotImplementedError


@frozen
class Text(Shape):
    """Text, perhaps of a pattern; a plain integer is text too (an article "29")."""

    words: str = "text"
    pattern: str = ""
    longest: int = 2_000

    @property
    def expected(self) -> str:
        return self.words

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) or (type(value) is int and not self.pattern)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not self.fits(value):
            return Shape.check(self, source, path, value)
        if len(str(value)) > self.longest:
            what = Raw(f"{len(str(value)):,} characters")
            source.fault(path, what, f"at most {self.longest:,} characters", code="too_long")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            source.fault(path, value, self.words, code="pattern")
        return None

    def schema(self) -> Json:
        made: Json = {"type": "string" if self.pattern else ["string", "integer"]}
        return {**made, "pattern": f"^(?:{self.pattern})$"} if self.pattern else made


@frozen
class Word(Shape):
    """One word of a closed list."""

    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        return ", ".join(self.words)

    def fits(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, str) or value not in self.words:
            found = value if isinstance(value, str | int) else kind_of(value)
            hint = nearest(value, self.words) if isinstance(value, str) else ""
            source.fault(path, found, self.expected, hint, "unknown_word")

    def schema(self) -> Json:
        return {"enum": list(self.words)}


@frozen
class Exactly(Shape):
    """One fixed word among other shapes ("unknown" in the place of a block)."""

    word: str

    @property
    def expected(self) -> str:
        return self.word

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and value == self.word

    def schema(self) -> Json:
        return {"const": self.word}


@frozen
class Country(Shape):
    """A country code (quoting NO is not needed: the reader is strict)."""

    @property
    def expected(self) -> str:
        return "a country code such as DE"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, str) or value not in COUNTRIES:
            found = value if isinstance(value, str | int) else kind_of(value)
            hint = ""
            if isinstance(value, str):
                named = {name.lower(): code for code, name in COUNTRIES.items()}
                hint = f"did you mean {named[value.lower()]}?" if value.lower() in named else ""
                hint = hint or (
                    f"did you mean {value.upper()}?" if value.upper() in COUNTRIES else ""
                )
            source.fault(path, found, self.expected, hint, "unknown_country")

    def schema(self) -> Json:
        return {"type": "string", "pattern": "^[A-Z]{2}$", "description": self.expected}


@frozen
class Day(Shape):
    """A calendar date."""

    @property
    def expected(self) -> str:
        return "a calendar date YYYY-MM-DD"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and bool(re.match(r"\d", value))

    def check(self, source: Source, path: Path_, value: Any) -> None:
        try:
            day(str(value))
            valid = "1800" <= str(value) < "2200"
        except ValueError:
            valid = False
        if not valid:
            found = value if isinstance(value, str | int) else kind_of(value)
            source.fault(path, found, self.expected, code="date")

    def schema(self) -> Json:
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@frozen
class Whole(Shape):
    """A whole number."""

    low: int = 0
    high: int = 1_000_000

    @property
    def expected(self) -> str:
        return f"a whole number from {self.low:,} to {self.high:,}"

    def fits(self, value: Any) -> bool:
        return type(value) is int

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if type(value) is not int or not self.low <= value <= self.high:
            found = value if isinstance(value, str | int) else kind_of(value)
            source.fault(path, found, self.expected, code="range")

    def schema(self) -> Json:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@frozen
class Flag(Shape):
    """true or false."""

    @property
    def expected(self) -> str:
        return "true or false"

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    def schema(self) -> Json:
        return {"type": "boolean"}


@frozen
class Free(Shape):
    """Anything: recorded, never read by the engine."""

    @property
    def expected(self) -> str:
        return "anything"

    def fits(self, value: Any) -> bool:
        return True

    def schema(self) -> Json:
        return {}


@frozen
class Nothing(Shape):
    """null: deletes what a base or a default says."""

    @property
    def expected(self) -> str:
        return "null"

    def fits(self, value: Any) -> bool:
        return value is None

    def schema(self) -> Json:
        return {"type": "null"}
