"""Entry points of installed packages under `portability.…`, looked up once per state of the
installation: asking importlib.metadata costs more than a case."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from portability.compiled import stored

PREFIX = "portability."
INSTALLED = (".dist-info", ".egg-info", ".egg")


def points(group: str) -> dict[str, Callable[[], Any]]:
    """Name -> what loads the object the entry point names."""
    return {name: loader(value) for owner, name, value in known() if owner == group}


@cache
def known() -> list[list[str]]:
    """[group, name, value] of each entry point of ours; read again when a package comes or goes."""
    state = hashlib.sha256(repr(list(installation())).encode()).hexdigest()
    found: list[list[str]] = stored("plugins" + state, scanned)
    return found


def installation() -> Iterator[tuple[str, str, int]]:
    """(folder, package, time of its last change) of everything on the path."""
    for folder in sys.path:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            names = [""]
        for name in names:
            if not name or name.endswith(INSTALLED):
                yield folder, name, changed(os.path.join(folder, name))


def changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def scanned() -> list[list[str]]:
    from importlib.metadata import entry_points

    every = entry_points()
    groups = sorted(group for group in every.groups if group.startswith(PREFIX))
    return [[group, p.name, p.value] for group in groups for p in every.select(group=group)]


def loader(value: str) -> Callable[[], Any]:
    """ "package.module:attribute" -> what imports it."""

    def load() -> Any:
        module, _, attribute = value.partition("[")[0].strip().partition(":")
        found: Any = importlib.import_module(module)
        for part in filter(None, attribute.split(".")):
            found = getattr(found, part)
        return found

    return load
