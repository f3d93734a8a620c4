"""Bodies read strictly once per shape.

Most bodies of a ledger differ only in numbers of persons, hashes and the time. A body that equals
one that was read strictly, but for the content of such strings, has the same canonical form, the
same keys and names the same texts: in `:"…"`, letters and digits without quote or backslash can be
exchanged for others without a change of how the rest is read. So the comparison proves what the
reading would, and what stands in the exchanged strings is all that is left to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, cast

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


@frozen(eq=False)
class Shape:
    """What bodies of a shape have in common: texts that are not stored; name of each sealed
    document, and which of the varying strings are its person and its hash."""

    missing: tuple[str, ...] = ()
    sealed: tuple[tuple[bytes, int, int], ...] = ()

    @property
    def notable(self) -> bool:
        """Whether there is anything to be done about bodies of this shape."""
        return bool(self.missing or self.sealed)

    def due(self, strings: Sequence[bytes]) -> Due:
        """Name, person and hash of each sealed document."""
        return tuple([(name, strings[who], strings[what]) for name, who, what in self.sealed])


Known = tuple[Shape, tuple[bytes, ...]]


@define
class Layout:
    """Where the varying strings stand in bodies of one length."""

    spans: tuple[tuple[int, int], ...]
    fixed: Slices
    hexadecimal: Slices | None  # None if there are none
    times: tuple[Callable[[bytes], bytes], ...]
    shapes: dict[tuple[bytes, ...], Shape] = field(factory=dict)
    before: tuple[bytes, ...] = ()  # the last one found, and its shape: neighbours are often alike
    last: Shape | None = None

    def shapes_of(self, texts: Sequence[bytes]) -> list[Shape | None]:
        """By what does not vary; None for one not seen yet."""
        fixed = [*map(self.fixed, texts)]
        if fixed.count(self.before) == len(fixed):
            return [self.last] * len(fixed)
        got = [*map(self.shapes.get, fixed)]
        if got[-1] is not None:
            self.before, self.last = fixed[-1], got[-1]
        return got


@define
class Shapes:
    """The shapes read so far, by the length of the body."""

    layouts: dict[int, list[Layout]] = field(factory=dict)
    count: int = 0

    def plain(self, texts: Sequence[bytes]) -> bool:
        """Whether all these bodies have shapes that were seen and ask for nothing: what most are,
        told without looking at each."""
        for some in by_length(texts).values():
            alike = [texts[place] for place in some] if len(some) < len(texts) else texts
            if not any(all_plain(one, alike) for one in self.layouts.get(len(alike[0]), ())):
                return False
        return True

    def find(self, texts: Sequence[bytes]) -> list[Known | None]:
        """Each body's shape and its varying hexadecimal strings; None for one that has to be
        read."""
        found: list[Known | None] = [None] * len(texts)
        for some in by_length(texts).values():
            alike = self.find_alike([texts[place] for place in some])
            for place, one in zip(some, alike, strict=True):
                found[place] = one
        return found

    def find_alike(self, texts: Sequence[bytes]) -> list[Known | None]:
        """`find` for bodies of one length."""
        found: list[Known | None] = [None] * len(texts)
        for layout in self.layouts.get(len(texts[0]), ()):
            got = match(layout, texts)
            if found.count(None) == len(found):
                found = got
            else:
                found = [one or other for one, other in zip(found, got, strict=True)]
            if None not in found:
                break
        return found

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


def by_length(texts: Sequence[bytes]) -> Mapping[int, Sequence[int]]:
    """Length -> the places of the bodies that have it."""
    lengths = [*map(len, texts)]
    if lengths.count(lengths[0]) == len(lengths):
        return {lengths[0]: range(len(lengths))}
    places: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        places.setdefault(length, []).append(place)
    return places


def all_plain(layout: Layout, texts: Sequence[bytes]) -> bool:
    """Whether all these bodies, of the layout's length, are sound and of shapes to be passed
    over."""
    shapes = {*layout.shapes_of(texts)}
    if any(shape is None or shape.notable for shape in shapes):
        return False
    if layout.hexadecimal:
        strings = chain.from_iterable(map(layout.hexadecimal, texts))
        if b"".join(strings).translate(None, HEX):
            return False
    return all(is_time(at) for get in layout.times for at in {*map(get, texts)})


def match(layout: Layout, texts: Sequence[bytes]) -> list[Known | None]:
    """Bodies of the layout's length, all at once: those of a known shape, with a time where a time
    was and hexadecimal digits where such were."""
    shapes = layout.shapes_of(texts)
    strings = [*map(layout.hexadecimal, texts)] if layout.hexadecimal else [()] * len(texts)
    timed = all(is_time(at) for get in layout.times for at in {*map(get, texts)})
    if timed and not b"".join(chain.from_iterable(strings)).translate(None, HEX):
        if None not in shapes:
            return list(zip(cast("list[Shape]", shapes), strings, strict=True))
    else:  # one of them is not sound: which?
        for place, text in enumerate(texts):
            timed = all(is_time(get(text)) for get in layout.times)
            if not timed or b"".join(strings[place]).translate(None, HEX):
                shapes[place] = None
    pairs = zip(shapes, strings, strict=True)
    return [None if shape is None else (shape, varying) for shape, varying in pairs]


def is_time(at: bytes) -> bool:
    return AT.fullmatch(at) is not None


def layout_of(text: bytes, spans: tuple[tuple[int, int], ...]) -> Layout:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    timed = [span for span in spans if text[slice(*span)].translate(DIGITS) == TIME]
    hexadecimal = [span for span in spans if span not in timed]
    return Layout(
        spans,
        slices(list(zip(edges[::2], edges[1::2], strict=True))),
        slices(hexadecimal) if hexadecimal else None,
        tuple(itemgetter(slice(*span)) for span in timed),
    )


def slices(spans: Sequence[tuple[int, int]]) -> Slices:
    """text -> the bytes of each span, in one call."""
    parts = [slice(*span) for span in spans]
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
    if not parts:
        return ()
    strings = layout.hexadecimal(text) if layout.hexadecimal else ()
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
