"""One determination for people: a table for a terminal, a self-contained page for the person."""

from portability.report.page import html
from portability.report.svg import timeline_svg
from portability.report.terminal import table
from portability.report.words import languages, words

__all__ = ["html", "languages", "table", "timeline_svg", "words"]
