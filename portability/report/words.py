"""The texts of a report on one determination, in its languages."""

from __future__ import annotations

from pathlib import Path

from portability.registry import drawers
from portability.words import Words, appeal, document, fill, languages_in, words_in

__all__ = ["TEXTS", "Words", "appeal", "document", "drawers", "fill", "languages", "words"]

TEXTS = Path(__file__).parent / "texts"


def languages() -> tuple[str, ...]:
    """Codes of the languages a report can be written in."""
    return languages_in(TEXTS)


def words(language: str = "en") -> Words:
    """The words of a language. Raises ValueError with the known ones."""
    return words_in(TEXTS, language)
