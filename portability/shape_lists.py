"""Shapes that hold other shapes: lists, rows, alternatives, mappings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from portability.errors import nearest
from portability.reader import kind_of
from portability.shape import Json, Shape, Whole
from portability.units import PLURALS, UNITS
from portability.yamlsource import Path_, Raw, Source


@frozen
class Listed(Shape):
    """A list; `alone`: a single value may stand for a list of one."""

    item: Shape
    alone: bool = False
    least: int = 0

    @property
    def expected(self) -> str:
        return f"a list of: {self.item.expected}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) or (self.alone and self.item.fits(value))

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if isinstance(value, list):
            if len(value) < self.least:
                source.fault(path, Raw("an empty list"), self.expected, code="empty")
            for i, item in enumerate(value):
                self.item.check(source, (*path, i), item)
        elif self.alone:
            self.item.check(source, path, value)
        else:
            Shape.check(self, source, path, value)

    def schema(self) -> Json:
        made: Json = {"type": "array", "items": self.item.schema()}
        if self.least:
            made["minItems"] = self.least
        return {"anyOf": [self.item.schema(), made]} if self.alone else made


@frozen
class Row(Shape):
    """A list of fixed length, each place with its shape."""

    items: tuple[Shape, ...]

    @property
    def expected(self) -> str:
        return f"[{', '.join(item.expected for item in self.items)}]"

    def fits(self, value: Any) -> bool:
        return isinstance(value, list)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, list) or len(value) != len(self.items):
            found = Raw(f"a list of {len(value)}") if isinstance(value, list) else kind_of(value)
            source.fault(path, found, self.expected, code="type")
            return
        for i, (shape, item) in enumerate(zip(self.items, value, strict=True)):
            shape.check(source, (*path, i), item)

    def schema(self) -> Json:
        n = len(self.items)
        return {
            "type": "array",
            "prefixItems": [item.schema() for item in self.items],
            "minItems": n,
            "maxItems": n,
        }


@frozen
class Either(Shape):
    """The first shape that fits reports the faults."""

    options: tuple[Shape, ...]

    @property
    def expected(self) -> str:
        return " | ".join(option.expected for option in self.options)

    def fits(self, value: Any) -> bool:
        return any(option.fits(value) for option in self.options)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        for option in self.options:
            if option.fits(value):
                return option.check(source, path, value)
        return Shape.check(self, source, path, value)

    def schema(self) -> Json:
        return {"anyOf": [option.schema() for option in self.options]}


@frozen
class MapOf(Shape):
    """A mapping whose keys are names of the author's own."""

    key: Shape
    value: Shape

    @property
    def expected(self) -> str:
        return f"a mapping of {self.key.expected} to {self.value.expected}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, dict):
            return Shape.check(self, source, path, value)
        for key, item in value.items():
            number = (
                isinstance(self.key, Whole)
                and isinstance(key, str)
                and key.isascii()
                and key.isdigit()
            )
            self.key.check(source, (*path, key), int(key) if number else key)
            self.value.check(source, (*path, key), item)
        return None

    def schema(self) -> Json:
        return {"type": "object", "additionalProperties": self.value.schema()}


Extra = Callable[[Source, Path_, Mapping[str, Any]], None]


@frozen
class Fields(Shape):
    """A mapping with known keys. `one_of`: groups of keys of which exactly one stands; `name`: its
    $defs entry."""

    keys: Mapping[str, Shape]
    needs: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    marked_by: tuple[str, ...] = ()
    words: str = "a mapping"
    extra: Extra | None = field(default=None, eq=False)
    patch: bool = False

    @property
    def expected(self) -> str:
        return self.words

    def fits(self, value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        return not self.marked_by or any(key in value for key in self.marked_by)

    def check(self, source: Source, path: Path_, value: Any) -> None:
        if not isinstance(value, dict):
            return Shape.check(self, source, path, value)
        for key, item in value.items():
            shape = self.keys.get(str(key))
            if shape is None:
                found = Raw(f"the unknown key {key!r}")
                hint = nearest(PLURALS.get(str(key), str(key)), self.keys)
                source.fault(
                    (*path, key), found, f"one of {', '.join(self.keys)}", hint, "unknown_key"
                )
            elif not (self.patch and item is None):
                shape.check(source, (*path, key), item)
        for key in self.needs:
            if value.get(key) is None and not self.patch:
                source.fault(path, Raw("nothing"), f"the key {key!r}", code="missing")
        for group in self.one_of:
            if sum(key in value for key in group) != 1 and not self.patch:
                found = Raw(", ".join(key for key in group if key in value) or "none of them")
                source.fault(path, found, f"exactly one of {', '.join(group)}", code="one_of")
        if self.extra is not None:
            self.extra(source, path, value)
        return None

    def schema(self) -> Json:
        made: Json = {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: shape.schema() for key, shape in self.keys.items()},
        }
        if self.needs:
            made["required"] = list(self.needs)
        if self.one_of:
            made["allOf"] = [
                {"oneOf": [{"required": [key]} for key in group]} for group in self.one_of
            ]
        if self.patch:
            made = {
                **made,
                "properties": {
                    key: {"anyOf": [{"type": "null"}, value]}
                    for key, value in made["properties"].items()
                },
            }
        return made


SPELL = Fields(
    {unit: Whole(0) for unit in UNITS}, one_of=(UNITS,), words="a length such as {month: 18}"
)
