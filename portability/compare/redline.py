"""Two sentences word by word: what stays, what goes, what comes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from portability.compare import meaning

KEPT, GONE, NEW = "=", "-", "+"
Redline = tuple[tuple[str, str], ...]
MOST = 4_000_000  # pairs of words; longer texts are shown whole, for the search grows with both


def redline(before: str, after: str) -> Redline:
    """Runs of words, each with = (stays), - (goes) or + (comes). Punctuation, capitals and line
    breaks are no change.

    >>> redline("at most 24 months", "at most\\n60 months.")
    (('=', 'at most'), ('-', '24'), ('+', '60'), ('=', 'months.'))
    """
    old, new = before.split(), after.split()
    if len(old) * len(new) > MOST:
        return ((GONE, before), (NEW, after))
    matcher = SequenceMatcher(None, [*map(bare, old)], [*map(bare, new)], autojunk=False)
    out: list[tuple[str, str]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            out.append((KEPT, " ".join(new[c:d])))
            continue
        if b > a:
            out.append((GONE, " ".join(old[a:b])))
        if d > c:
            out.append((NEW, " ".join(new[c:d])))
    return tuple(out)


def bare(word: str) -> Sequence[str]:
    """A word as it counts: without punctuation and capitals."""
    found: Sequence[str] = meaning.words(word)[1]
    return found


def marked(parts: Redline) -> str:
    """For plain text: [-what goes-] {+what comes+}."""
    signs = {KEPT: "{}", GONE: "[-{}-]", NEW: "{{+{}+}}"}
    return " ".join(signs[kind].format(text) for kind, text in parts)
