"""Reading checked values out of a strict document: every fault is collected, none stops the
reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from attrs import define

from portability.dates import NODATE, day
from portability.errors import nearest, shown
from portability.exact import parse_number, scale_fraction
from portability.yamlsource import Path_, Raw, Source

MISSING: Any = object()


@define
class Reader:
    """A place in a document. Every getter returns the checked value, or its default after
    noting a fault."""

    source: Source
    path: Path_ = ()

    @property
    def data(self) -> Any:
        value = self.source.data
        for part in self.path:
            value = value[part]
        return value

    def at(self, *more: str | int) -> Reader:
        return Reader(self.source, self.path + more)

    def fault(
        self,
        key: str | int | None,
        found: object,
        expected: str,
        hint: str = "",
        code: str = "invalid",
    ) -> None:
        path = self.path if key is None else (*self.path, key)
        self.source.fault(path, found, expected, hint, code)

    def mapping(self, allowed: Collection[str], required: Collection[str] = ()) -> bool:
        """The value is a mapping with only these keys. Unknown keys are faults, with the
        nearest valid one."""
        data = self.data
        if not isinstance(data, dict):
            self.fault(None, kind_of(data), "a mapping", code="type")
            return False
        for key in data:
            if key not in allowed:
                self.fault(
                    key,
                    Raw(f"the unknown key {shown(key, 30)}"),
                    f"one of {', '.join(allowed)}",
                    nearest(str(key), allowed),
                    "unknown_key",
                )
        for key in required:
            if key not in data or data[key] is None:
                self.fault(None, Raw("nothing"), f"the key {key!r}", code="missing")
        return True

    def get(self, key: str, default: Any = None) -> Any:
        data = self.data
        value = data.get(key, default) if isinstance(data, dict) else default
        return default if value is None else value

    def items(self, key: str) -> Iterable[Reader]:
        """Readers of the entries of a list (none if absent; a fault if it is no list)."""
        value = self.get(key, [])
        if not isinstance(value, list):
            self.fault(key, kind_of(value), "a list", code="type")
            return []
        return [self.at(key, i) for i in range(len(value))]

    def text(self, key: str, default: str = "", secret: bool = False) -> str:
        value = self.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.fault(key, kind_of(value) if secret else value, "text", code="type")
            return default
        if len(value) > 500:
            self.fault(
                key, Raw(f"{len(value)} characters"), "at most 500 characters", code="too_long"
            )
            return default
        return value

    def choice(
        self,
        key: str,
        allowed: Collection[str],
        default: str | None = None,
        code: str = "unknown_word",
    ) -> str:
        """One of the allowed words."""
        value = self.get(key, default)
        if not isinstance(value, str) or value not in allowed:
            if value is not None:
                words = (
                    ", ".join(sorted(allowed))
                    if len(allowed) <= 16
                    else f"one of {len(allowed)} known words"
                )
                self.fault(key, value, words, nearest(str(value), allowed), code)
            return default or next(iter(allowed))
        return value

    def date(self, key: str, low: str = "1850-01-01", high: str = "2100-12-31") -> int:
        """A calendar date as days; NODATE if absent or faulty."""
        value = self.get(key)
        if value is None:
            return NODATE
        try:
            found = day(value) if isinstance(value, str) else day(str(value))
        except (ValueError, OverflowError):
            self.fault(key, value, "a calendar date YYYY-MM-DD", code="date")
            return NODATE
        if not day(low) <= found <= day(high):
            self.fault(key, value, f"a date from {low} to {high}", code="date_range")
            return NODATE
        return found

    def number(self, key: str, low: int | None = 0, high: int | None = None) -> Fraction | None:
        """An exact decimal; None if absent or faulty."""
        value = self.get(key)
        if value is None:
            return None
        try:
            found = parse_number(value)
        except ValueError:
            self.fault(key, value, "a plain decimal number such as 1234.50", code="not_a_number")
            return None
        if low is not None and found < low:
            self.fault(
                key, value, f"a number of at least {low}", code="negative" if low == 0 else "range"
            )
            return None
        if high is not None and found > high:
            self.fault(key, value, f"a number of at most {high:,}", code="range")
            return None
        return found

    def scaled(
        self, key: str, scale: int, low: int | None = 0, high: int | None = None
    ) -> int | None:
        """An exact decimal as an integer of this scale; None if absent or faulty."""
        found = self.number(key, low, high)
        if found is None:
            return None
        try:
            return scale_fraction(found, scale)
        except ValueError as error:
            self.fault(
                key,
                self.get(key),
                f"a number with at most {scale} decimal places",
                str(error),
                "precision",
            )
            return None


def kind_of(value: Any) -> Raw:
    """What stands there, without its content."""
    names = {
        dict: "a mapping",
        list: "a list",
        str: "text",
        int: "a number",
        bool: "true or false",
        type(None): "nothing",
    }
    return Raw(names.get(type(value), "something else"))
