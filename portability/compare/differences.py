"""What a change means: which part of a clause was what before, and is what now."""

from __future__ import annotations

import re

from portability.agreement import Absent
from portability.compare import meaning, said
from portability.dates import FOREVER, NODATE, iso
from portability.units import COMMON, PER_YEAR

MISSING = object()
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
UNITS = ("year", "month", "week", "quarter", "day")
DAYS = ("start", "end")
LONGEST = 160


def between(before: meaning.Form, after: meaning.Form) -> tuple[str, ...]:
    """ "months: 60 → 24" for each part that differs; nothing for a clause that is one value.

    >>> between(meaning.of_raw({"months": 60}), meaning.of_raw({"months": 24, "share": 25}))
    ('months: 60 → 24', 'share: – → 25')
    """
    out = []
    for path, _ in meaning.differing(before, after):
        name = label(path, before)
        if name:
            out.append(f"{name}: {change(at(before, path), at(after, path), path)}")
    return tuple(dict.fromkeys(out))


def change(before: object, after: object, path: str) -> str:
    """One part: old and new value; of a set what left it and what joined it; of prose only that
    it is another one, for the redline shows it."""
    if is_words(before) and is_words(after):
        return "other words"
    if is_set(before) or is_set(after):
        old, new = members(before), members(after)
        lost = [f"- {value(item)}" for item in old if item not in new]
        won = [f"+ {value(item)}" for item in new if item not in old]
        return shortened(", ".join([*lost, *won]))
    return f"{value(before, path)} → {value(after, path)}"


def is_words(form: object) -> bool:
    return isinstance(form, tuple) and form[:1] == ("words",)


def is_set(form: object) -> bool:
    return isinstance(form, tuple) and form[:1] == ("set",)


def members(form: object) -> list[object]:
    if form is MISSING:
        return []
    return list(form[1]) if isinstance(form, tuple) and is_set(form) else [form]


def label(path: str, whole: meaning.Form) -> str:
    """The name of a part: its last words, and which count or case it belongs to if there are
    several."""
    words = [key for _, key in STEP.findall(path) if key]
    names = said.table("said.yaml")["parts"]
    shown = " ".join(str(names.get(word, word.replace("_", " "))) for word in words)
    shown = " ".join(shown.split())
    first = STEP.match(path)
    several = meaning.is_list(whole) and len(whole[1]) > 1
    if first is None or not first[1] or not several:
        return shown.strip()
    return f"({int(first[1]) + 1}) {shown}".strip()


def at(form: meaning.Form, path: str) -> object:
    """The part of a form under a path of `meaning.differing`; MISSING where it has none."""
    for number, key in STEP.findall(path):
        if key:
            found = dict(form[1]) if meaning.is_map(form) else {}
            form = found.get(key, MISSING)
        else:
            form = form[1][int(number)]
        if form is MISSING:
            return MISSING
    return form


def value(form: object, path: str = "") -> str:
    """A form in words."""
    if form is MISSING:
        return "–"
    if isinstance(form, Absent | bool):
        return said.word(form)
    if isinstance(form, int):
        return day(form) if path.rpartition(".")[2] in DAYS else str(form)
    if not isinstance(form, tuple) or not form:
        return said.word(form, "basis" if path.rpartition(".")[2] == "basis" else "words")
    kind = form[0]
    if kind == "time":
        return length(int(form[1]))
    if kind == "ratio":
        return said.pair((int(form[1]), int(form[2])))
    if kind == "words":
        return shortened(" ".join(form[1]))
    if kind == "map":
        parts = said.table("said.yaml")["parts"]
        named = (f"{parts.get(key, key.replace('_', ' '))} {value(v, key)}" for key, v in form[1])
        return shortened(", ".join(part.strip() for part in named))
    listed = form[1] if kind in ("set", "list") else form
    return shortened(said.listed(value(item) for item in listed) or "nothing")


def day(number: int) -> str:
    return "open" if number in (NODATE, FOREVER) else iso(number)


def length(common: int) -> str:
    """Parts of a year in the largest unit that holds them whole."""
    for unit in UNITS:
        one = COMMON // PER_YEAR[unit]
        if common % one == 0:
            return said.span((unit, common // one))
    return f"{common}/{COMMON} of a year"


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
