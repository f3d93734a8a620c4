"""Input that means harm, or was made by a machine that is broken: refused with its place, exit 2.

Never a traceback, never 70 for a fault of the input, never a name in a message, and the same bytes
whatever the machine's locale, time zone or hash seed.
"""

from __future__ import annotations

import copy
import errno
import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portability import commands, compiled, registry
from portability.commands.determine import kept
from portability.errors import InputError
from portability.jsonplaces import places
from portability.yamlsource import read

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "examples" / "us-de.yaml"
FILES = sorted((ROOT / "tests" / "cases").rglob("*.yaml"))
NAME = "Zyxwonka Personname"
PLACED = re.compile(r":\d+:\d+: ")
WEIRD: list[Any] = [
    *(None, True, False, 0, -1, 10**12, 10**18, 10**30, -(10**18), "", "  ", [], {}, [[]]),
    *("1e400", "1e5", "NaN", ".inf", "1_000", "0x10", "+5", "1.", "１２", "-0", "1/3", "26/0"),
    *("0000-01-01", "9999-12-31", "1800-01-01", "2026-W01-1", "2026-1-1", "1970-02-30", "yes"),
    *("\u202e", "ß\u0301", "😀", "us-oasdi", "survivors", "USD", {"months": 10**6}, [None]),
    *({"days": "0.001"}, {"a": 1}, {1: 2}, ["x"] * 5, "../../etc/passwd", NAME),
]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """With --debug a failure of the program is raised and fails the test with its traceback."""
    code = commands.run(["--debug", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def cases_of(path: Path) -> Iterator[Any]:
    data = read(path)[0].data
    yield from [data["case"]] if "case" in data else list(data.get("cases", {}).values())


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in inner:
            yield from spots(item, (*path, key))


def mutated(document: Any, chance: random.Random) -> Any:
    """One to three places of a document changed, removed, repeated or swapped."""
    made = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3))):
        known = list(spots(made))
        if not known:
            return made
        *parents, key = chance.choice(known)
        holder = made
        for part in parents:
            holder = holder[part]
        match chance.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.extend(copy.deepcopy(holder[key]) for _ in range(30))
            case 2 if isinstance(holder, dict):
                holder[chance.choice(("x", "end", "scheme", "earnings", "credited"))] = holder[key]
            case _:
                holder[key] = copy.deepcopy(chance.choice(WEIRD))
    return made


def test_mutated_cases_are_answered_or_refused_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, path = random.Random(4041910), tmp_path / "case.json"
    originals = [case for file in FILES for case in cases_of(file)]
    for _ in range(250):
        case = mutated(chance.choice(originals), chance)
        if isinstance(case, dict) and isinstance(case.get("person"), dict):
            case["person"]["name"] = NAME
        path.write_text(json.dumps(case, ensure_ascii=False), "utf-8")
        code, out, err = run(capsys, "determine", str(path), "--dry-run", "--format", "json")
        assert code in (0, 2), path.read_text("utf-8")
        assert NAME not in err
        if code == 2:
            assert out == "" and all(
                PLACED.search(line) for line in err.splitlines()[:-1] if not line.startswith("…")
            ), err


def test_mutated_examples_find_something_or_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, path = random.Random(883), tmp_path / "example.json"
    originals = [read(file)[0].data for file in FILES if file.stat().st_size < 3_000]
    for _ in range(100):
        path.write_text(json.dumps(mutated(chance.choice(originals), chance)), "utf-8")
        assert run(capsys, "cases", "check", str(path))[0] in (0, 1, 2)


def test_mutated_agreements_and_scheme_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTABILITY_CACHE", str(tmp_path / "cache"))
    chance = random.Random(987)
    files = [ROOT / "agreements" / f"{name}.yaml" for name in ("us-de", "ca-ph", "au-it", "ets-78")]
    for _ in range(30):
        file = chance.choice(files)
        path = tmp_path / f"{file.stem}.json"
        path.write_text(json.dumps(mutated(read(file)[0].data, chance)), "utf-8")
        assert run(capsys, "agreements", "check", str(path))[0] in (0, 1)
        form = ("--dry-run", "--no-next", "--format", "json")
        code = run(capsys, "determine", str(CASE), "--agreement", str(path), *form)[0]
        assert code in (0, 2)
    schemes = [registry.drawers()[name] for name in ("nl-aow", "ma-cnss", "kr-nps", "tr-sgk")]
    for _ in range(80):
        file = chance.choice(schemes)
        path = tmp_path / file.parent.name / file.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(mutated(read(file)[0].data, chance)), "utf-8")
        try:
            registry.from_source(registry.source_of(path))
        except InputError as error:
            assert all(PLACED.search(str(fault)) for fault in error.faults)


GOOD = CASE.read_text("utf-8")
BROKEN = {
    "nul": GOOD.replace("old_age", "old\0age").encode(),
    "utf-16": GOOD.encode("utf-16"),
    "latin-1": GOOD.replace("DEMO", "Jérôme").encode("latin-1"),
    "tab": GOOD.replace("claim:", "\tclaim:").encode(),
    "merge key": GOOD.replace("claim:", "<<: {a: b}\nclaim:").encode(),
    "brackets": b"[" * 100_000,
    "nested keys": b"? " * 100_000,
    "nested lists": b"- " * 100_000,
    "nested mappings": b"{a: " * 100_000,
    "hidden brackets": b'["]", ' * 50_000,
    "nested json": b'{"person":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "many documents": b"--- 1\n" * 50,
    "lines": b"".join(b" " * i + b"- \n" for i in range(3_000)),
    "long number": b"person: {born: " + b"9" * 100_000 + b"}",
    "20,000 periods": b"person: {born: 1950-01-01}\nclaim: {branch: old_age, date: 2016-01-01}\n"
    b"periods:\n" + b"- {scheme: us-oasdi}\n" * 20_000,
}


def test_broken_files_end_no_process(tmp_path: Path) -> None:
    """In a process of its own: deep nesting used to end it with a fault of memory."""
    names = []
    for number, (name, raw) in enumerate(sorted(BROKEN.items())):
        path = tmp_path / f"{number}.{'json' if 'json' in name else 'yaml'}"
        path.write_bytes(raw)
        names.append(str(path))
    done = started("determine", *names, "--dry-run")
    assert (done.returncode, done.stdout) == (2, b""), done.stderr[-500:]
    told = done.stderr.decode()
    assert "Traceback" not in told
    for path_name in names:
        assert f"{path_name}:" in told, path_name


def test_a_mark_line_ends_and_words_of_yaml_1_1_are_harmless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A byte-order mark and CRLF change nothing; NO is Norway and `yes` no flag."""
    plain, marked = tmp_path / "plain.yaml", tmp_path / "marked.yaml"
    plain.write_text(GOOD, "utf-8")
    marked.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    form = ("--dry-run", "--format", "json")
    first, second = (run(capsys, "determine", str(p), *form) for p in (plain, marked))
    assert first == second and first[0] == 0
    plain.write_text(GOOD.replace("residence: DE", "residence: NO"), "utf-8")
    assert run(capsys, "determine", str(plain), *form)[0] == 0
    plain.write_text(GOOD.replace("residence: DE", "residence: yes"), "utf-8")
    assert run(capsys, "determine", str(plain), *form)[0] == 2


def test_json_faults_stand_where_the_editor_shows_them() -> None:
    text = '{"a": [1, {"b": "]"}],\n  "c": {"d": 2, "d": 3}}'
    found, twice = places(text)
    assert found[("a", 1, "b")] == (1, 17)
    assert found[("c",)] == (2, 8)
    assert twice == [(("c", "d"), (2, 17))]


def started(*arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    chosen = {"PORTABILITY_LEDGER": os.devnull, **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "portability", *arguments],
        cwd=ROOT,
        capture_output="stdout" not in more,
        env={**os.environ, **chosen},
        check=False,
        **more,
    )


def test_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    machines: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "3", "PORTABILITY_CACHE": str(tmp_path / "cold")},
    ]
    examples = sorted(str(path) for path in (ROOT / "examples").glob("*.yaml"))
    form = ("--dry-run", "--format", "jsonl", "--next")
    answers = {started("determine", *examples, *form, env=env).stdout for env in machines}
    assert len(answers) == 1 and answers.pop()


def test_closed_pipes_and_streams_are_no_defect() -> None:
    form = ("determine", str(CASE), "--dry-run", "--format", "json")
    process = subprocess.Popen(
        [sys.executable, "-m", "portability", *form], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait() == 0
    closed = 'exec "$0" -m portability "$@" >&- <&-'
    done = subprocess.run(
        ["sh", "-c", closed, sys.executable, *form], cwd=ROOT, stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if Path("/dev/full").exists():
        with open("/dev/full", "wb") as full:
            done = started(*form, stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 2 and b"Traceback" not in done.stderr


def test_a_full_disk_leaves_the_older_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "answer.json"
    kept(["older\n"], str(out))

    def lines() -> Iterator[str]:
        yield "newer\n"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match=re.escape(str(out))):
        kept(lines(), str(out))
    assert out.read_text("utf-8") == "older\n"
    assert list(tmp_path.iterdir()) == [out]


def test_a_damaged_or_missing_cache_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTABILITY_CACHE", str(tmp_path))
    assert compiled.stored("one", lambda: {"a": {1: 2}}) == {"a": {1: 2}}
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = file.read_text("utf-8")
    for text in ("null", "{}", whole.replace("a", "b"), whole[:-1], ""):
        file.write_text(text, "utf-8")
        assert compiled.stored("one", lambda: {"a": {1: 2}}) == {"a": {1: 2}}
    monkeypatch.setenv("PORTABILITY_CACHE", os.devnull)
    assert compiled.stored("two", lambda: 7) == 7
    monkeypatch.delenv("PORTABILITY_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    assert compiled.stored("three", lambda: 8) == 8


def test_no_document_opens_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An example names agreements by id; a path in it is a fault, whatever stands there."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n", "utf-8")
    example = tmp_path / "example.yaml"
    example.write_text(
        "schema: portability/example@1\nid: x\ntitle: x\n"
        "source: {title: x, authority: derived}\n"
        f"conversion: {{agreement: {secret}, table: art13, items: []}}\n",
        "utf-8",
    )
    code, out, _ = run(capsys, "cases", "check", str(example))
    assert code == 1
    assert "a known agreement id" in out and "hunter2" not in out


def test_a_case_on_standard_input_that_is_no_case(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for raw in (b"", b"\xff\xfe", b"null", b"{", b'{"a":1}{"b":2}\n', b"[" * 50_000, b"\0"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert run(capsys, "determine", "-", "--dry-run", "--format", "jsonl")[0] == 2


def test_a_line_of_json_ends_at_a_line_feed_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """U+2028, vertical tabs and the like may stand inside a text."""
    line = json.dumps(next(cases_of(FILES[0])), ensure_ascii=False)
    raw = f'{{"reference": "a\u2028b\u0085c", {line[1:]}\r\n'.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code, out, _ = run(capsys, "determine", "-", "--dry-run", "--format", "jsonl")
    assert code == 0
    assert json.loads(out)["reference"] == "a\u2028b\u0085c"
