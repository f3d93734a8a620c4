"""Finds agreements: by id in the catalogue, or by path. Checked documents are kept by the hash of
their content.

The catalogue is the checkout's `agreements/` (in a wheel `portability/agreements`), the folders
that the entry-point
group `portability.agreements` names, and folders given by the caller; a later folder wins over an
earlier one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from portability.agreement import Agreement
from portability.agreement_build import made
from portability.agreement_loader import checked, digest_of, opened, whole_text
from portability.compiled import stored
from portability.errors import Fault, InputError, nearest
from portability.lineage import below, is_path
from portability.plugins import points
from portability.yamlsource import raw_bytes

GROUP = "portability.agreements"
FORMAT_MODULES = (
    "agreement_schema.py",
    "agreement_rules.py",
    "agreement_checks.py",
    "agreement_loader.py",
    "lineage.py",
    "shape.py",
    "shape_lists.py",
)
UNDECIDED = ("draft", "model")


def builtin() -> Path | None:
    """The folder that ships with the package: inside the wheel, else beside the package in a
    checkout."""
    here = Path(__file__).resolve().parent
    found = [
        folder for folder in (here.parent / "agreements", here / "agreements") if folder.is_dir()
    ]
    return found[0] if found else None


@cache
def installed() -> tuple[Path, ...]:
    """Folders of other packages: an entry point names a function that yields folders."""
    return tuple(Path(folder) for load in points(GROUP).values() for folder in load()())


def paths(folders: Iterable[str | Path] = ()) -> dict[str, Path]:
    """Agreement id (the file's name) -> file, sorted by id."""
    own = builtin()
    places = [*([own] if own else []), *installed(), *map(Path, folders)]
    found = {path.stem: path for place in places for path in sorted(place.glob("*.yaml"))}
    return dict(sorted(found.items()))


def find(reference: str | Path, folders: Iterable[str | Path] = ()) -> Agreement:
    """The agreement of an id or a path. Raises InputError with every fault of its file."""
    folders = tuple(folders)
    known = paths(folders)
    text = str(reference)
    if text in known:
        return load_file(known[text], folders)
    if Path(text).suffix in (".yaml", ".yml", ".json") or "/" in text:
        return load_file(Path(text), folders)
    raise InputError(
        [
            Fault(
                "agreement:1:1",
                "agreement",
                repr(text),
                "a known agreement id or the path of a file",
                nearest(text, known),
                "unknown_agreement",
            )
        ]
    )


def agreements(
    folders: Iterable[str | Path] = (), countries: Iterable[str] | None = None
) -> tuple[Agreement, ...]:
    """Every agreement of the catalogue that binds states; drafts and models only where they are
    named by `find`.

    countries: only those between at least two of these states.
    """
    folders = tuple(folders)
    wanted = None if countries is None else frozenset(countries)
    chosen = may_bind(tuple(paths(folders).values()), wanted)
    loaded = (load_file(path, folders) for path in chosen)
    return tuple(
        found
        for found in loaded
        if found.kind not in UNDECIDED
        and (wanted is None or len(wanted.intersection(found.countries())) > 1)
    )


def may_bind(found: tuple[Path, ...], wanted: frozenset[str] | None) -> tuple[Path, ...]:
    """The files that could bind two of these states. A file about others is not read, and its
    faults stop nobody; who is party to which is kept in one index of all contents."""
    if wanted is None:
        return found
    texts = {path: path.read_bytes() for path in found}
    marks = {path: hashlib.sha256(raw).hexdigest() for path, raw in texts.items()}
    whole = hashlib.sha256("".join(marks.values()).encode()).hexdigest()
    named = stored("index" + whole, lambda: {marks[p]: parties(marks[p], texts[p]) for p in found})
    return tuple(
        path
        for path in found
        if named[marks[path]] == ["*"] or len(wanted.intersection(named[marks[path]])) > 1
    )


def parties(mark: str, raw: bytes) -> list[str]:
    made: list[str] = stored("parties" + mark, lambda: sorted(parties_in(raw)))
    return made


def parties_in(raw: bytes) -> set[str]:
    """Every country code in the `parties` of a file as it stands; {"*"} where that cannot be
    said."""
    from portability.yamlsource import parse

    try:
        data = parse(raw, "agreement")[0].data
    except InputError:
        return {"*"}
    parties = data.get("parties") if isinstance(data, dict) else None
    return set(words_in(parties)) if parties is not None and "based_on" not in data else {"*"}


def words_in(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from words_in(item)


def load_file(path: Path, folders: tuple[str | Path, ...] = ()) -> Agreement:
    """One file -> Agreement; read again only if its content changed."""
    raw = raw_bytes(path)
    under: tuple[str, ...] = ()
    if b"based_on" in raw:
        chain = below(path, paths(folders))
        under = (*bases(folders), *(hashlib.sha256(text).hexdigest() for _, text in chain))
    return of_content(path, hashlib.sha256(raw).hexdigest(), folders, under)


@cache
def of_content(
    path: Path, content: str, folders: tuple[str | Path, ...] = (), under: tuple[str, ...] = ()
) -> Agreement:
    """The agreement of this content (`content`: its hash; `under`: states of the files a draft may
    be based on); its document comes from the cache where it can."""

    def document() -> dict[str, object]:
        source, raw = opened(path)
        whole = dict(checked(source, named(folders)))
        return {"whole": whole, "digest": digest_of(raw, source, named(folders))}

    kept = stored(key_of(content, under), document)
    if path.stem != kept["whole"]["id"]:
        raise InputError(
            [
                Fault(
                    f"{path}:1:1",
                    "id",
                    repr(kept["whole"]["id"]),
                    f"the name of the file: {path.stem}",
                    code="file_name",
                )
            ]
        )
    return made(kept["whole"], str(path), kept["digest"])


def named(folders: tuple[str | Path, ...] = ()) -> Callable[[str], Agreement | None]:
    """What finds the base of a draft: by id in the catalogue, or by the path the loader has made
    of its `based_on`. A ring of drafts is found before (`lineage.below`)."""

    def base(name: str) -> Agreement | None:
        file = Path(name) if is_path(name) else paths(folders).get(name)
        return None if file is None else load_file(file, folders)

    return base


def text_of(agreement: Agreement) -> bytes:
    """The text whose SHA-256 the agreement carries, read from its file again. Raises InputError."""
    source, raw = opened(Path(agreement.source))
    return whole_text(raw, source, named())


def key_of(content: str, under: tuple[str, ...]) -> str:
    """Key of a checked document: its content, the format's own code, what it may be based on."""
    return hashlib.sha256("\n".join([content, format_digest(), *under]).encode()).hexdigest()


@cache
def format_digest() -> str:
    """Hash of the modules that say what a valid file is: a document checked by older ones is
    checked again."""
    here = Path(__file__).resolve().parent
    return hashlib.sha256(
        b"".join((here / name).read_bytes() for name in FORMAT_MODULES)
    ).hexdigest()


def bases(folders: tuple[str | Path, ...]) -> tuple[str, ...]:
    """Names and states of the files a draft can be based on."""
    out = []
    for name, path in paths(folders).items():
        try:
            stat = path.stat()
        except OSError:
            continue
        out.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return tuple(out)
