"""What a draft is based on: the id of an agreement, or another draft's file beside it or below.

A path is read relative to the file that names it and never leads out of that file's folder: a draft
that somebody sent cannot reach for other files of the machine.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from portability.errors import InputError
from portability.yamlsource import MAX_BYTES, Raw, Source, parse, raw_bytes

SUFFIXES = (".yaml", ".yml", ".json")
MOST = 20  # drafts upon drafts
KEY = ("based_on",)
WANTED = "the path of another draft beside this file or in a folder below, such as first.yaml"


def is_path(name: object) -> bool:
    """Does `based_on` name a file? No id has a point."""
    return isinstance(name, str) and name.lower().endswith(SUFFIXES)


def leads_out(name: str) -> bool:
    """A path that is not plainly below the folder of the file that names it."""
    parts = PurePosixPath(name).parts
    return (
        not parts or name.startswith(("/", "~")) or ".." in parts or "\\" in name or ":" in parts[0]
    )


def beside(source: Source, name: str) -> Path:
    """The file that a draft names. Raises InputError at its `based_on` if the path leads out of its
    folder, or to nothing, no regular file or too large a one."""
    path = Path(source.name).parent / name
    found, code = "", "unreadable"
    try:
        home = Path(source.name).parent.resolve()
        if leads_out(name) or not path.resolve().is_relative_to(home):
            found, code = f"{name!r}, which leads out of the folder of this file", "outside"
        else:
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):
                found = f"{name!r}, which is no regular file"
            elif state.st_size > MAX_BYTES:
                found, code = f"{name!r}, of more than {MAX_BYTES:,} bytes", "too_large"
    except (OSError, ValueError, RuntimeError):  # nothing there, no file's name, a ring of links
        found, code = f"{name!r}, where nothing can be read", "missing_file"
    if found:
        source.fault(KEY, Raw(found), WANTED, code=code)
        source.check()
    return path


def below(path: Path, known: Mapping[str, Path]) -> tuple[tuple[Path, bytes], ...]:
    """The files a draft stands on, nearest first, each with its bytes; `known`: files by id. Raises
    InputError where a file stands on itself, or on too many others. What is wrong inside a file is
    said by the loader that reads it."""
    made: list[tuple[Path, bytes]] = []
    seen, here = [path.resolve()], path
    while True:
        try:
            raw = raw_bytes(here)
            source = parse(raw, str(here))[0] if b"based_on" in raw else Source(str(here), {})
        except InputError:
            return tuple(made)
        name = source.data.get("based_on") if isinstance(source.data, dict) else None
        if not isinstance(name, str):
            return tuple(made)
        under = beside(source, name) if is_path(name) else known.get(name)
        if under is None:
            return tuple(made)
        if under.resolve() in seen:
            found = Raw(f"{name!r}, which is based on this file again")
            source.fault(KEY, found, "a text that stands without this one", code="loop")
        elif len(seen) > MOST:
            found = Raw(f"more than {MOST} texts one upon the other")
            source.fault(KEY, found, f"at most {MOST}", code="too_deep")
        source.check()
        seen.append(under.resolve())
        made.append((under, raw_bytes(under)))
        here = under
