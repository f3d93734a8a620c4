"""`portability estimate` as its users run it: whole, killed and started again, recorded, proven."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from portability import commands
from portability.estimate import driver, sample
from portability.estimate.driver import Job
from portability.estimate.law import Law

TABLES = ("results.csv", "rejects.csv", "report.html", "summary.json", "results.parquet")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """900 members of nobody; nested.parquet in nine row groups, so in nine units."""
    folder = Path(tmp_path_factory.mktemp("register"))
    sample.write(900, 5, folder)
    nested = pq.read_table(folder / "nested.parquet")
    pq.write_table(nested, folder / "nested.parquet", row_group_size=100)
    return folder


def job(register: Path, out: Path, name: str = "nested.parquet", **more: Any) -> Job:
    maps = {"nested.parquet": "nested-map.yaml"}
    source = register / name
    return Job(
        source, register / maps.get(name, "map.yaml"), out, Law(), date(2026, 11, 24), **more
    )


@pytest.fixture(scope="module")
def whole(register: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = Path(tmp_path_factory.mktemp("whole"))
    driver.estimate(job(register, out), 1, lambda *now: None)
    return out


def invoked(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands.cli, list(map(str, arguments)))


def test_two_workers_give_the_same_bytes_as_one(
    register: Path, whole: Path, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int, int]] = []
    driver.estimate(job(register, tmp_path), 2, lambda *now: told.append(now))
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes(), name
    members = pq.read_metadata(whole / "members.parquet").num_rows
    assert told[0] == ("estimating", 0, 9, 0) and ("estimating", 9, 9, members) in told
    assert told[-1] == ("laying", 3, 3, members)
    assert not (tmp_path / "work").exists()


def test_the_same_register_in_another_form_gives_the_same_rows(
    register: Path, whole: Path, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int, int]] = []
    driver.estimate(job(register, tmp_path, "register.csv"), 1, lambda *now: told.append(now))
    size = (register / "register.csv").stat().st_size
    assert [now for now in told if now[0] == "reading"][-1] == ("reading", size, size, 0)
    one, other = (
        sorted((folder / "results.csv").read_text().splitlines()) for folder in (whole, tmp_path)
    )
    assert one == other


def test_a_run_that_is_killed_goes_on_with_no_row_twice_and_none_lost(
    register: Path, whole: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "portability", "estimate", register / "nested.parquet"]
    command += ["--map", register / "nested-map.yaml", "--out", tmp_path, "--workers", "1"]
    command += ["--as-of", "2026-11-24", "--dry-run"]
    process = subprocess.Popen([*map(str, command)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("work/results-*.arrow")) and time.monotonic() < deadline:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = {path.name for path in tmp_path.glob("work/results-*.arrow")}
    assert 0 < len(done) < 9 and not (tmp_path / "summary.json").exists()
    ages = {name: (tmp_path / "work" / name).stat().st_mtime_ns for name in done}
    told: list[tuple[str, int, int, int]] = []
    driver.estimate(job(register, tmp_path), 1, lambda *now: told.append(now))
    assert told[0] == ("estimating", len(done), 9, 0), (
        f"what was finished is not made again: {ages}"
    )
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes(), name


def test_a_killed_worker_is_said_and_the_run_goes_on(
    register: Path, whole: Path, tmp_path: Path
) -> None:
    def kill(stage: str, done: int, units: int, members: int) -> None:
        if done == 1:
            for child in children():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(InterruptedError, match="a worker was killed; run again to go on"):
        driver.estimate(job(register, tmp_path), 2, kill)
    driver.estimate(job(register, tmp_path), 2, lambda *now: None)
    assert (tmp_path / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()


def children() -> list[int]:
    """Worker processes of this one (spawned Python)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if (
            int(fields[1]) == os.getpid()
            and "spawn_main" in Path(path.parent, "cmdline").read_text()
        ):
            found.append(int(path.parent.name))
    return found


def test_a_folder_of_another_run_is_refused(
    register: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in whole.iterdir()}
    command = ["estimate", register / "nested.parquet", "--map", register / "nested-map.yaml"]
    command += ["--out", whole, "--without", "us-de", "--dry-run", "--as-of", "2026-11-24"]
    assert commands.run([str(word) for word in command]) == 2
    assert "found a run with another law; expected an empty folder" in capsys.readouterr().err
    assert before == {path.name: path.read_bytes() for path in whole.iterdir()}


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 s.2.1 as it stands, without the program."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()


def test_one_entry_holds_the_root_and_a_members_rows_can_be_proven(
    register: Path, tmp_path: Path
) -> None:
    book, out = tmp_path / "book.db", tmp_path / "out"
    done = invoked(
        *("estimate", register / "register.parquet", "--map", register / "map.yaml"),
        *("--out", out, "--ledger", book, "--as-of", "2026-11-24"),
    )
    assert done.exit_code == 0, done.output
    lines = (out / "results.csv").read_bytes().splitlines()
    root = root_of(lines).hex()
    assert f"root {root}" in done.output
    shown = json.loads(invoked("ledger", "show", "1", "--ledger", book, "--format", "json").output)
    body = shown.get("body", shown)
    assert (body["kind"], body["rows"], body["root"]) == ("estimate_batch", len(lines), root)
    assert {"us-oasdi", "de-grv"} <= set(body["rules"])
    member = next(csv.reader([lines[len(lines) // 2].decode()]))[0]
    proof = invoked("estimate", "prove", out, member)
    told = json.loads(proof.output)
    mine = [line.decode() for line in lines if next(csv.reader([line.decode()]))[0] == member]
    assert [row["line"] for row in told["rows"]] == mine and told["root"] == root
    kept = tmp_path / "proof.json"
    kept.write_text(proof.output)
    assert invoked("estimate", "check-proof", kept, "--root", root).exit_code == 0
    told["rows"][0]["line"] = told["rows"][0]["line"].replace("pension", "refund")
    kept.write_text(json.dumps(told))
    checked = commands.run(["estimate", "check-proof", str(kept), "--root", root])
    assert checked == 1, "a line that was changed is not in the batch"


def rows_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "results.csv").read_text().splitlines()))


def test_without_lines_there_is_no_entry(register: Path, whole: Path, tmp_path: Path) -> None:
    """The entry is over the lines of results.csv; Parquet and report are the same without them."""
    command = ["estimate", register / "nested.parquet", "--map", register / "nested-map.yaml"]
    command += ["--out", tmp_path / "out", "--as-of", "2026-11-24", "--no-csv", "--workers", "1"]
    asked = invoked(*command)
    assert asked.exit_code == 2 and "add --dry-run" in asked.output
    assert not (tmp_path / "out").exists()
    done = invoked(*command, "--dry-run")
    assert done.exit_code == 0 and "results.csv" not in done.output, done.output
    assert not (tmp_path / "out" / "results.csv").exists()
    for name in ("results.parquet", "members.parquet", "report.html"):
        assert (tmp_path / "out" / name).read_bytes() == (whole / name).read_bytes(), name


def test_a_member_is_explained_with_the_figures_of_his_row(whole: Path) -> None:
    chosen = [row for row in rows_of(whole) if row["chosen"] == "true"]
    paid = next(row for row in chosen if row["likely"] and row["route"] != "national")
    told = json.loads(
        invoked("estimate", "explain", whole, paid["member"], "--format", "json").output
    )
    line = next(e for e in told["entitlements"] if e["scheme"] == paid["scheme"])
    assert (line["route"], line["status"]) == (paid["route"], paid["status"])
    assert line["payable"]["amount"] == paid["likely"]
    assert line["trace"], "every step with its article"
    nobody = commands.run(["estimate", "explain", str(whole), "nobody"])
    assert nobody == 2


def test_what_an_agreement_is_worth_is_seen_without_it(register: Path, tmp_path: Path) -> None:
    without = Job(
        *(register / "nested.parquet", register / "nested-map.yaml", tmp_path / "out"),
        Law(without=("us-de",)),
        date(2026, 11, 24),
    )
    driver.estimate(without, 1, lambda *now: None)
    routes = {row["route"] for row in rows_of(tmp_path / "out")}
    assert "us-de" not in routes and "eu-883-2004" in routes


def test_parts_made_under_another_law_are_not_gone_on_with(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = job(register, tmp_path)
    driver.begin(begun)
    manifest = json.loads((tmp_path / "run.json").read_text())
    assert manifest["rules"] == Law().installed()
    (tmp_path / "run.json").write_text(json.dumps({**manifest, "rules": "sha256:00"}))
    command = ["estimate", begun.register, "--map", begun.map, "--out", tmp_path, "--dry-run"]
    assert commands.run([str(word) for word in command]) == 2
    assert "a run with another rules" in capsys.readouterr().err
