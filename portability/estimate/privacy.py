"""No names ever enter: a register with a column that looks personal is refused before it is read.

Looked at are all columns, mapped or not, by their heading and by values of the first and the last
rows. The one exception is the column mapped as the member id. A message names the column and what
it looks like, never a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapped
from functools import cache
from pathlib import Path
from typing import Any

from portability.errors import Fault, InputError
from portability.estimate import peek
from portability.estimate.mapping import Mapping
from portability.yamlsource import read

EXPECTED = (
    "no column with names, numbers or addresses of persons: leave it out of the file, or map it as "
    "`member` if it is the office's own opaque id"
)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def rules() -> Mapped[str, Any]:
    data: Mapped[str, Any] = read(Path(__file__).with_name("privacy.yaml"))[0].data
    return data


def check(register: Path, mapping: Mapping) -> None:
    """Raises InputError naming every column that looks personal."""
    seen = peek.columns(register)
    members = len(set(seen.get(mapping.member.column, ()))) or 1
    translated = {c.column for c in mapping.person_columns().values() if c.words}
    prefix = f"{mapping.spells}." if mapping.nested else ""
    translated |= {prefix + c.column for c in mapping.line_columns().values() if c.words}
    faults = []
    for name, values in seen.items():
        if name == mapping.member.column:
            continue
        what = by_heading(name)
        how = "by its heading"
        if what is None:
            what = by_values(values, members, name in translated)
            how = "by its values"
        if what is not None:
            found = f"a column that looks like {what} ({how})"
            faults.append(Fault(f"{register}:1:1", name, found, EXPECTED, code="personal"))
    if faults:
        raise InputError(faults)


# --- headings


def folded(text: str) -> str:
    """Lower case, without accents, one space between words."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.split(r"[\W_]+", letters)).strip()


def by_heading(name: str) -> str | None:
    """What a heading promises, or None."""
    plain = re.sub(r"[0-9]+", " ", name)
    padded = f" {folded(plain)} | {folded(CAMEL.sub(' ', plain))} "  # FirstName, and WhatsApp
    raw = unicodedata.normalize("NFC", name).casefold()
    for what, words, parts, unless in wanted():
        if any(word in padded for word in unless):
            continue
        if any(word in padded for word in words) or any(part in raw for part in parts):
            return what
    return None


@cache
def wanted() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]:
    """(what, words, parts, words that speak of a thing) of the list, folded as headings are."""
    made = []
    for what, rule in rules()["headings"].items():
        words, unless = (
            tuple(f" {folded(str(word))} " for word in rule.get(key, ()))
            for key in ("words", "unless")
        )
        parts = tuple(unicodedata.normalize("NFC", str(p)).casefold() for p in rule["parts"])
        made.append((str(what), words, parts, unless))
    return tuple(made)


# --- values


def by_values(values: Sequence[str], members: int, translated: bool) -> str | None:
    """What the values look like, or None. translated: the map lists the words of the column, and a
    word that it does not list is refused row by row."""
    given = [value.strip() for value in values if value and value.strip()]
    if not given:
        return None
    counts = Counter(given)
    for what, share, pattern, part in shapes():
        fits = sum(
            times for value, times in counts.items() if part in value and pattern.fullmatch(value)
        )
        if fits and fits * 100 >= share * len(given):
            return what
    if translated:
        return None
    named = any(like_names(rule, counts, len(given), members) for rule in rules()["names"])
    return "names of persons" if named else None


def like_names(rule: Mapped[str, Any], counts: Counter[str], total: int, members: int) -> bool:
    """Whether nearly every member has a value of his own that is written as names are."""
    if len(counts) < rule["least"] or len(counts) * 100 < rule["distinct"] * members:
        return False
    patterns = [compiled(pattern) for pattern in rule["patterns"]]
    like = sum(n for value, n in counts.items() if any(p.fullmatch(value) for p in patterns))
    return bool(like * 100 >= rule["share"] * total)


@cache
def shapes() -> tuple[tuple[str, int, re.Pattern[str], str], ...]:
    return tuple(
        (rule["what"], rule["share"], re.compile(rule["pattern"]), rule.get("holds", ""))
        for rule in rules()["shapes"]
    )


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def headings() -> Iterator[tuple[str, str]]:
    """(what, heading) of the whole list, for tests."""
    for what, rule in rules()["headings"].items():
        for word in (*rule["words"], *rule["parts"]):
            yield what, str(word)
