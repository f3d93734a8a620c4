"""Docs and code cannot drift: examples run, commands are documented, links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

import calculators
import portability
from portability.commands import cli as main

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def modules(package: ModuleType) -> Iterator[str]:
    yield package.__name__
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield found.name


def test_examples_in_docstrings_run() -> None:
    failed = {
        name: result
        for package in (portability, calculators)
        for name in modules(package)
        if (
            result := doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
        ).failed
    }
    assert not failed


def sessions(path: Path) -> Iterator[tuple[str, str]]:
    """(command, expected output) of ```console blocks; only `$ portability …` lines run."""
    for language, _, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                if command.startswith("portability ") and not set(command) & set("|<>&;`"):
                    yield command, expected


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the docs refer to, so that an example may write."""
    for folder in ("examples", "tests/cases"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(ROOT / "agreements", tmp_path / "agreements")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORTABILITY_LEDGER", str(tmp_path / "docs.sqlite"))
    return tmp_path


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_console_examples_in_docs_run(path: Path, workplace: Path) -> None:
    """In the order of the page; output given there must come out (… stands for anything)."""
    for command, expected in sessions(path):
        result = CliRunner().invoke(main, shlex.split(command, comments=True)[1:])
        assert result.exit_code in (0, 1), f"{command}\n{result.output}\n{result.exception!r}"
        wanted = expected.replace("…", "...").rstrip() + "\n"
        if expected.strip():
            checker = doctest.OutputChecker()
            same = checker.check_output(
                wanted,
                result.output.rstrip() + "\n",
                doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
            )
            assert same, f"{command}\nthe page says:\n{wanted}\nit prints:\n{result.output}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_inside_the_repository_lead_somewhere(path: Path) -> None:
    links = re.findall(
        r"\]\((?!https?:|mailto:|#)([^)#\s]+)", FENCE.sub("", path.read_text(encoding="utf-8"))
    )
    assert not [link for link in links if not (path.parent / link).exists()]


def commands(
    group: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, f"{name} is listed and cannot be loaded"
            yield (*words, name), command
            yield from commands(command, (*words, name))


def test_every_command_and_option_has_help() -> None:
    silent = []
    for words, command in commands(main):
        if not (command.help or "").strip():
            silent.append(" ".join(words))
        silent += [
            f"{' '.join(words)} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ]
    assert not silent


def test_every_command_is_in_the_docs() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in DOCS)
    missing = [
        " ".join(words)
        for words, command in commands(main)
        if not isinstance(command, click.Group) and f"portability {' '.join(words)}" not in said
    ]
    assert not missing
