"""Checked documents cached by the hash of their file: reading YAML costs more than the law."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

VERSION = "2"


def folder() -> Path | None:
    """Where checked documents are kept; $PORTABILITY_CACHE, else the user's cache directory; None
    for a user without a home."""
    chosen = os.environ.get("PORTABILITY_CACHE")
    if chosen:
        return Path(chosen) / VERSION
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return base / "portability" / VERSION


READERS = ("compiled", "countries", "dates", "exact", "registry", "tables", "units", "yamlsource")


@cache
def readers() -> str:
    """Hash of the modules that read and check: what older ones accepted is read again."""
    here = Path(__file__).resolve().parent
    texts = ((here / f"{name}.py").read_bytes() for name in READERS)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def stored(digest: str, make: Callable[[], Any]) -> Any:
    """make(), or what the same readers gave before for a file with this digest. The cache is only
    ever a copy: a file that does not carry the hash of its own text is made again."""
    place = folder()
    if place is None:
        return make()
    path = place / f"{digest.split(':')[-1]}-{readers()}.json"
    try:
        seal, _, text = path.read_text("utf-8").partition("\n")
        if seal == hashlib.sha256(text.encode()).hexdigest():
            return revived(json.loads(text))
    except (OSError, ValueError):
        pass
    value = make()
    keep(path, value)
    return value


def keep(path: Path, value: Any) -> None:
    """Write beside and rename: a reader never sees half a file; a full or read-only disk only
    costs time."""
    import tempfile

    text = json.dumps(marked(value))
    seal = hashlib.sha256(text.encode()).hexdigest()
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as stream:
            beside = Path(stream.name)
            stream.write(f"{seal}\n{text}")
        os.replace(beside, path)
    except OSError:
        if beside is not None:
            beside.unlink(missing_ok=True)


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
