"""Checked documents cached by the hash of their file: reading YAML costs more than the law."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

VERSION = "1"


def folder() -> Path:
    """Where checked documents are kept; $PORTABILITY_CACHE, else the user's cache directory."""
    chosen = os.environ.get("PORTABILITY_CACHE")
    base = (
        Path(chosen)
        if chosen
        else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portability"
    )
    return base / VERSION


def stored(digest: str, make: Callable[[], Any]) -> Any:
    """make(), or what it gave before for a file with this digest. The cache is only ever a copy."""
    path = folder() / (digest.split(":")[-1] + ".json")
    try:
        return revived(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        pass
    value = make()
    keep(path, value)
    return value


def keep(path: Path, value: Any) -> None:
    """Write beside and rename: a reader never sees half a file; a full or read-only disk only
    costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as stream:
            json.dump(marked(value), stream)
        os.replace(stream.name, path)
    except OSError:
        return


def marked(value: Any) -> Any:
    """JSON has only text keys: mappings with integer keys are written as marked lists of pairs."""
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and "~pairs" not in value:
            return {key: marked(item) for key, item in value.items()}
        return {"~pairs": [[key, marked(item)] for key, item in value.items()]}
    return [marked(item) for item in value] if isinstance(value, list | tuple) else value


def revived(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"~pairs"}:
            return {key: revived(item) for key, item in value["~pairs"]}
        return {key: revived(item) for key, item in value.items()}
    return [revived(item) for item in value] if isinstance(value, list) else value
