"""`make bench`: everything in one sitting, absolute and as ratios; results are in
docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.batch import machine, spent
from portability import catalogue, registry
from portability.answer import answer
from portability.build import cohort_of
from portability.case import load
from portability.totalization import totalize
from portability.yamlsource import read

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "examples" / "us-de.yaml"
# freed columns are kept for the next ones instead of going back to the system (glibc)
PLAIN = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
MEMORY = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "1000000000"}


def processes(*command: str, runs: int = 9) -> tuple[float, float]:
    """(median wall time, least processor time) of a process; the first run warms the caches."""
    walls, works = [], []
    for _ in range(runs + 1):
        start, before = time.perf_counter(), os.times()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=PLAIN)
        after = os.times()
        walls.append(time.perf_counter() - start)
        works.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    return statistics.median(walls[1:]), min(works[1:])


def one_case() -> None:
    """Start of the program and one case as a process."""
    python = sys.executable
    bare = processes(python, "-c", "pass")
    command = (python, "-m", "portability")
    rows = [
        ("bare interpreter", bare),
        ("portability --help", processes(*command, "--help")),
        ("numpy alone", processes(python, "-c", "import numpy")),
        ("one case, table", processes(*command, "determine", str(CASE), "--dry-run")),
    ]
    print(f"{'a process':24}{'wall ms':>9}{'ratio':>7}{'processor ms':>14}")
    for name, (wall, work) in rows:
        print(f"{name:24}{wall * 1e3:9.0f}{wall / bare[0]:7.1f}{work * 1e3:14.0f}")


def law() -> None:
    """The law of that case, in a process that is warm."""
    case = load(read(CASE)[0])
    schemes = registry.known(case.schemes)
    agreements = catalogue.agreements(countries={registry.country_of(s) for s in schemes})
    co = cohort_of([case])
    traced = spent(lambda: totalize(co, schemes, agreements, trace=True), 30)
    whole = spent(lambda: answer(case, agreements), 30)
    print(f"the law of that case, every step traced: {traced * 1e3:.1f} ms; the whole answer")
    print(f"with what would change it (about 250 further cases): {whole * 1e3:.1f} ms")


def main() -> None:
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    print(f"{date.today()}  {platform.processor() or platform.machine()}, {os.cpu_count()} cores,")
    print(f"load {load_average:.1f}; Python {platform.python_version()}, numpy {np.__version__},")
    print(f"pyarrow {pa.__version__}; {machine()}\n")
    one_case()
    law()
    for part in ("pair", "states", "oracle"):
        print(flush=True)
        command = [sys.executable, "-m", "benchmarks.batch", part]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **MEMORY})


if __name__ == "__main__":
    main()
