"""Where each value of a JSON text stands: looked up only when there is a fault to tell."""

from __future__ import annotations

import json
import re
from typing import Any

Path_ = tuple[str | int, ...]
Place = tuple[int, int]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


def places(text: str, line: int = 1) -> tuple[dict[Path_, Place], list[tuple[Path_, Place]]]:
    """(path -> (line, column), keys that stand twice) of a valid JSON text whose first line has
    this number."""
    found: dict[Path_, Place] = {}
    twice: list[tuple[Path_, Place]] = []
    path: list[Any] = []  # of every open container: the key or number of its current entry
    started = 0  # offset of the current line
    for match in TOKEN.finditer(text):
        breaks = text.count("\n", started, match.start())
        if breaks:
            line, started = line + breaks, text.rindex("\n", started, match.start()) + 1
        word, at = match[0], (line, match.start() - started + 1)
        if word == ":" or (word in "]}" and (path.pop() or True)):
            continue
        if word == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ...
        elif path and path[-1] is ...:
            path[-1] = json.loads(word, strict=False)
            if tuple(path) in found:
                twice.append((tuple(path), at))
            found[tuple(path)] = at
        else:
            found[tuple(path)] = at
            if word in "[{":
                path.append(0 if word == "[" else ...)
    return found, twice
