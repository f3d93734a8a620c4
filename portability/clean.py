"""Text that others wrote, made harmless before it reaches a terminal or a page."""

from __future__ import annotations

import html
import unicodedata
from typing import Any
from urllib.parse import urlsplit

JOINERS = "\u200c\u200d"  # Persian, Hindi and others write with them
LONGEST = 2_000


def plain(value: Any) -> str:
    """One line of visible text: no escape sequences, no direction overrides, no endless lines."""
    text = "" if value is None else str(value)[:LONGEST]
    out = []
    for sign in text:
        category = unicodedata.category(sign)
        if sign in "\t\n\r" or category in ("Zl", "Zp"):
            out.append(" ")
        elif category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and sign not in JOINERS):
            out.append("\ufffd")
        else:
            out.append(sign)
    return "".join(out)


def escaped(value: Any) -> str:
    """The same for HTML text and attributes."""
    return html.escape(plain(value), quote=True)


def link(url: Any) -> str:
    """The address if it leads to a web page, else nothing: no javascript:, no file:."""
    text = plain(url)
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname and " " not in text else ""


def width(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(
        0
        if unicodedata.combining(sign) or sign in JOINERS
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )
