"""The house rules of CONTRIBUTING.md that a machine can hold."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES = 400, 60
CODE = ("portability", "calculators", "benchmarks", "tests")

# file -> why a float may appear there. An amount, a point or a rate never does.
FLOATS = {
    "portability/errors.py": "likeness of two spellings",
    "portability/exact.py": "a size estimate that only sends outliers to Python integers",
}


@cache
def tracked() -> tuple[Path, ...]:
    """Files under version control; in an unpacked archive, all files."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not set(path.parts) & {".venv", "__pycache__"}]
    return tuple(sorted(path for path in paths if path.is_file()))


@cache
def text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python(*folders: str) -> Iterator[Path]:
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders:
            yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_rooms_are_small() -> None:
    long = {shown(path): len(text(path).splitlines()) for path in python(*CODE)}
    assert not {name: lines for name, lines in long.items() if lines > FILE_LINES}


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{shown(path)}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for path in python(*CODE)
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


NUMPY = re.compile(r"float\d*|double|true_divide|divide|mean|average|interp")


def floats_in(path: Path) -> Iterator[str]:
    """A float literal, conversion or numpy function; in a drawer also true division."""
    drawer = path.relative_to(ROOT).parts[0] == "calculators"
    for node in ast.walk(ast.parse(text(path))):
        where = f"{shown(path)}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Constant(value=float()):
                yield f"{where} literal {node.value}"
            case ast.Call(func=ast.Name(id="float" | "round")):
                yield f"{where} float( or round("
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name) if NUMPY.fullmatch(
                name
            ):
                yield f"{where} np.{name}"
            case ast.Attribute(attr="mean"):
                yield f"{where} .mean"
            case ast.BinOp(op=ast.Div()) if drawer:
                yield f"{where} true division"


def test_no_float_meets_money() -> None:
    found = [
        hit
        for path in python("portability", "calculators")
        if shown(path) not in FLOATS
        for hit in floats_in(path)
    ]
    assert not found, "\n".join(found)


def test_nothing_is_left_unfinished_or_silenced() -> None:
    words = re.compile(r"\bT[O]DO\b|\bF[I]XME\b|pytest\.mark\.skip\b|type: i[g]nore(?!\[)")
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in python(*CODE, "cli.py")
        for number, line in enumerate(text(path).splitlines(), 1)
        if words.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_module_says_what_it_is() -> None:
    silent = [
        shown(path)
        for path in python("portability", "calculators")
        if text(path).strip() and not ast.get_docstring(ast.parse(text(path)))
    ]
    assert not silent


def index_hosts() -> set[str]:
    """Hosts of the package index this machine uses, asked of pip and never written down."""
    from urllib.parse import urlsplit

    from pip._internal.models.index import PyPI

    configured = subprocess.run(
        ["python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    hosts = {urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\s'\"]+", configured)}
    return {host for host in hosts | {PyPI.netloc, PyPI.file_storage_domain} if "." in host}


def test_no_registry_host_and_no_path_of_this_machine() -> None:
    """A clone must not carry where it was made."""
    marks = {*index_hosts(), f"{ROOT}/"}
    home = re.compile(r"(?<![\w.:/-])/(home|Users)/\w+/|(?<![\w.:/-])/r[o]ot/")
    option = re.compile(r"--(extra-)?index-url[ =]\S|--find-links[ =]\S|--trusted-host[ =]\S")
    found = [f"{shown(path)}: {mark}" for path in tracked() for mark in marks if mark in text(path)]
    found += [
        f"{shown(path)}: {hit.group()}"
        for path in tracked()
        for pattern in (home, option)
        if (hit := pattern.search(text(path)))
    ]
    assert not found, "\n".join(found)


def test_the_lock_has_a_hash_for_every_package() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=[a-z0-9])", "\n" + text(ROOT / name))[1:]
        assert len(blocks) > 5
        assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


# --- figures


class Plain(yaml.CSafeLoader):
    """Dates as text, so that the order of rows can be read as written."""


Plain.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))


def scheme_files() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".yaml" and "calculators" in path.parts and "." not in path.stem
    ]


@cache
def document(path: Path) -> Any:
    return yaml.load(text(path), Plain)


def untold(path: Path) -> Iterator[str]:
    """Tables and rows of a scheme file that do not say where their figures come from."""
    head = document(path)
    named = set(head.get("sources") or {})
    for name, table in (head.get("tables") or {}).items():
        for word in ("cite", "checked"):
            if not table.get(word):
                yield f"{shown(path)} {name}: no {word}"
        rows = table.get("rows") or []
        if not table.get("source") and not (rows and all(row.get("source") for row in rows)):
            yield f"{shown(path)} {name}: no source"
        for source in [table.get("source"), *(row.get("source") for row in rows)]:
            # a small word is a name from `sources:`; anything else cites a gazette or page itself
            if source and re.fullmatch(r"[a-z_][a-z0-9_]*", str(source)) and source not in named:
                yield f"{shown(path)} {name}: source {source!r} is not under `sources:`"


def test_every_figure_has_a_source() -> None:
    assert scheme_files()
    found = [fault for path in scheme_files() for fault in untold(path)]
    assert not found, "\n".join(found)


def bare_figures(node: Any, where: str, cited: bool) -> Iterator[str]:
    """Numbers below a key that no enclosing mapping cites."""
    if isinstance(node, dict):
        cited = cited or bool(node.get("cite"))
        for name, item in node.items():
            yield from bare_figures(item, f"{where}.{name}", cited)
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from bare_figures(item, f"{where}[{number}]", cited)
    elif isinstance(node, int | float) and not isinstance(node, bool) and not cited:
        yield f"{where}: {node}"


def test_every_figure_of_a_scheme_in_yaml_alone_is_cited() -> None:
    found = [
        fault
        for path in scheme_files()
        for fault in bare_figures(document(path).get("parametric"), shown(path), False)
    ]
    assert not found, "\n".join(found)


def test_every_source_can_be_read() -> None:
    """A title and where it was seen, on which day."""
    found = [
        f"{shown(path)} sources.{name}: {word} is missing"
        for path in scheme_files()
        for name, source in (document(path).get("sources") or {}).items()
        for word in ("title", "url", "seen")
        if not source.get(word)
    ]
    assert not found, "\n".join(found)


def disorder(name: str, table: dict[str, Any]) -> Iterator[str]:
    keys = (
        [row["from"] for row in table["rows"]]
        if "rows" in table
        else list(table.get("values") or {})
    )
    keys = [str(key) if table.get("by", "date") in ("date", "born") else int(key) for key in keys]
    for before, after in pairwise(keys):
        if after <= before:
            yield f"{name}: {after} after {before}"
    if table.get("until") and keys and str(table["until"]) <= str(keys[-1]):
        yield f"{name}: ends {table['until']} before its last row"
    day = table.get("changes_on")
    for row in table.get("rows") or []:
        if day and day[:2] != day[3:] and str(row["from"])[5:] == f"{day[3:]}-{day[:2]}":
            yield f"{name}: a row on {row['from']}: are day and month swapped? They change on {day}"


def test_no_two_dated_rows_overlap() -> None:
    found = [
        f"{shown(path)} {fault}"
        for path in scheme_files()
        for name, table in (document(path).get("tables") or {}).items()
        for fault in disorder(name, table)
    ]
    assert not found, "\n".join(found)


def test_nobody_saw_a_figure_in_the_future() -> None:
    """`checked` is a day on which somebody looked."""
    newest = max(
        str(source.get("seen", ""))
        for path in scheme_files()
        for source in (document(path).get("sources") or {}).values()
    )
    assert newest <= date.today().isoformat()


def test_an_overlap_is_found() -> None:
    """The check itself: two rows on one day, and a row before its forerunner."""
    rows = {
        "by": "date",
        "rows": [{"from": "2020-01-01"}, {"from": "2020-01-01"}, {"from": "2019-01-01"}],
    }
    assert len(list(disorder("t", rows))) == 2
    assert list(disorder("t", {"by": "year", "values": {2001: 1, 2000: 2}}))
    assert not list(disorder("t", {"by": "year", "values": {2000: 1, 2001: 2}}))


# --- agreements


def agreement_files() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".yaml" and path.relative_to(ROOT).parts[0] == "agreements"
    ]


@pytest.mark.parametrize("path", agreement_files(), ids=shown)
def test_every_rule_of_an_agreement_names_its_article(path: Path) -> None:
    text_ = document(path)
    rules = text_.get("rules") if isinstance(text_, dict) else None
    listed = rules if isinstance(rules, list) else []
    assert not [f"rules[{number}]" for number, rule in enumerate(listed) if not rule.get("cite")]


def test_norway_is_written_so_that_everybody_reads_norway() -> None:
    """Other people's tools read these files with YAML 1.1, where a bare NO is false."""
    bare = re.compile(r"(?<![\w\"'-])(NO|ON|YES|OFF|Y|N)(?=\s*[,\]}]|\s*$)")
    found = []
    for path in [
        *scheme_files(),
        *agreement_files(),
        *(p for p in tracked() if "cases" in p.parts),
    ]:
        if path.suffix != ".yaml":
            continue
        for token in yaml.scan(text(path)):
            if isinstance(token, yaml.ScalarToken) and token.plain and bare.fullmatch(token.value):
                found.append(
                    f'{shown(path)}:{token.start_mark.line + 1} write "{token.value}" in quotes'
                )
    assert not found, "\n".join(found)
