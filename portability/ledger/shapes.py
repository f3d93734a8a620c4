"""Bodies read strictly once per shape.

Most bodies of a ledger differ only in numbers of persons, hashes and the time. A body that equals
one that was read strictly, but for the content of such strings, has the same canonical form, the
same keys and names the same texts: in `:"…"`, letters and digits without quote or backslash can be
exchanged for others without a change of how the rest is read. So the comparison proves what the
reading would, and what stands in the exchanged strings is all that is left to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from attrs import define, field, frozen

from portability.ledger.canonical import canonical

# A person, a hash, a time: as a value, never as a key.
VARYING = re.compile(rb'(?<=:")(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9-]{10}T[0-9:]{8}Z)(?=")')
HEX, DIGITS = b"0123456789abcdef", bytes.maketrans(b"123456789", b"000000000")
TIME = b"0000-00-00T00:00:00Z"
AT = re.compile(rb"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z")
PERSON = re.compile(r"[0-9a-f]{32}")
MOST_SHAPES, MOST_LAYOUTS = 4096, 16
Slices = Callable[[bytes], tuple[bytes, ...]]
Due = tuple[tuple[bytes, bytes, bytes], ...]


@frozen
class Shape:
    """What bodies of a shape have in common: texts that are not stored; name of each sealed
    document, and which of the varying strings are its person and its hash."""

    missing: tuple[str, ...] = ()
    sealed: tuple[tuple[bytes, int, int], ...] = ()

    def due(self, strings: Sequence[bytes]) -> Due:
        """Name, person and hash of each sealed document."""
        return tuple((name, strings[who], strings[what]) for name, who, what in self.sealed)


@define
class Layout:
    """Where the varying strings stand in bodies of one length."""

    spans: tuple[tuple[int, int], ...]
    fixed: Slices
    hexadecimal: Slices
    times: Slices
    shapes: dict[tuple[bytes, ...], Shape] = field(factory=dict)
    before: tuple[bytes, ...] = ()  # the last one found, and its shape: neighbours are often alike
    last: Shape | None = None


@define
class Shapes:
    """The shapes read so far, by the length of the body."""

    layouts: dict[int, list[Layout]] = field(factory=dict)
    count: int = 0
    time: bytes = b""

    def find(self, texts: Iterable[bytes]) -> Iterator[tuple[Shape, tuple[bytes, ...]] | None]:
        """Each body's shape and its varying hexadecimal strings; None for one that has to be read.
        Lazy: what is learned meanwhile counts for the next body."""
        layouts = self.layouts
        for text in texts:
            for layout in layouts.get(len(text), ()):
                fixed = layout.fixed(text)
                shape = layout.last if fixed == layout.before else layout.shapes.get(fixed)
                if shape is not None:
                    layout.before, layout.last = fixed, shape
                    for at in layout.times(text):
                        if at != self.time and not self.is_time(at):
                            shape = None
                    strings = layout.hexadecimal(text)
                    sound = not strings or not b"".join(strings).translate(None, HEX)
                    yield (shape, strings) if shape is not None and sound else None
                    break
            else:
                yield None

    def is_time(self, at: bytes) -> bool:
        """Neighbours often share their second: the last one seen is not looked at again."""
        if not AT.fullmatch(at):
            return False
        self.time = at
        return True

    def learn(self, text: bytes, made: Mapping[str, Any], missing: Sequence[str]) -> None:
        """Keep the shape of a body that was read strictly and found sound."""
        if self.count >= MOST_SHAPES:
            self.layouts.clear()
            self.count = 0
        spans = tuple(match.span() for match in VARYING.finditer(text))
        several = self.layouts.setdefault(len(text), [])
        layout = next((known for known in several if known.spans == spans), None)
        if layout is None:
            if len(several) >= MOST_LAYOUTS:
                return
            several.append(layout := layout_of(text, spans))
        sealed = sealed_of(made.get("sealed") or {}, text, layout)
        if sealed is not None:
            layout.shapes[layout.fixed(text)] = Shape(tuple(missing), sealed)
            self.count += 1


def layout_of(text: bytes, spans: tuple[tuple[int, int], ...]) -> Layout:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    timed = [span for span in spans if text[slice(*span)].translate(DIGITS) == TIME]
    return Layout(
        spans,
        slices(list(zip(edges[::2], edges[1::2], strict=True))),
        slices([span for span in spans if span not in timed]),
        slices(timed),
    )


def slices(spans: Sequence[tuple[int, int]]) -> Slices:
    """text -> the bytes of each span, in one call."""
    parts = [slice(*span) for span in spans]
    if not parts:
        return lambda text: ()
    if len(parts) == 1:
        (only,) = parts
        return lambda text: (text[only],)
    get: Slices = itemgetter(*parts)
    return get


def sealed_of(
    parts: Mapping[str, Mapping[str, str]], text: bytes, layout: Layout
) -> tuple[tuple[bytes, int, int], ...] | None:
    """Which varying strings are person and hash of each sealed document; None if that is not
    certain. In canonical form they stand name by name, `person` before `sha256`."""
    strings = layout.hexadecimal(text)
    if not parts:
        return ()
    due = [value.encode() for _, part in sorted(parts.items()) for _, value in sorted(part.items())]
    begin = text.find(b'"sealed":')
    end = begin + len(b'"sealed":') + len(canonical(parts))
    spans = [span for span in layout.spans if text[slice(*span)].translate(DIGITS) != TIME]
    inside = [at for at, (low, high) in enumerate(spans) if begin < low and high < end]
    if text.count(b'"sealed":') != 1 or [strings[at] for at in inside] != due:
        return None
    names = [name.encode() for name in sorted(parts)]
    return tuple(zip(names, inside[::2], inside[1::2], strict=True))


def misbuilt(number: int, made: Mapping[str, Any], kinds: Sequence[str]) -> str | None:
    """What is wrong with the common keys of a body (section 3 of the format), or None."""
    kind, person, earlier = made.get("kind"), made.get("person"), made.get("supersedes")
    if made.get("v") != 1 or kind not in kinds:
        return "its version or kind is not known"
    if not AT.fullmatch(str(made.get("at", "")).encode()):
        return "its time is not one"
    if person is not None and not (isinstance(person, str) and PERSON.fullmatch(person)):
        return "its person is not a number drawn here"
    if earlier is not None and not (type(earlier) is int and 0 <= earlier < number):
        return "it supersedes no earlier entry"
    if (kind == "opened") != (number == 0):
        return "only entry 0 opens a ledger"
    if kind in ("correction", "reversal") and earlier is None:
        return "it does not say which entry it supersedes"
    if kind == "erasure" and person is None:
        return "it does not say whose data was erased"
    return None
