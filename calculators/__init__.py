"""National law: a folder per country, a YAML (and where the formula needs it Python) per scheme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def drawers() -> Iterator[Path]:
    """The YAML file of every scheme here, in a fixed order (`<scheme>.<lang>.yaml` holds words)."""
    for path in sorted(Path(__file__).parent.glob("*/*.yaml")):
        if "." not in path.stem:
            yield path
