"""`make bench`: how long a process takes, as a ratio to the bare interpreter."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "examples" / "us-de.yaml"


def seconds(*command: str, runs: int = 7) -> float:
    """Median wall time of a process; the first run only warms the caches."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    bare = seconds(sys.executable, "-c", "pass")
    rows = [
        ("bare interpreter", bare),
        ("portability --help", seconds(sys.executable, "-m", "portability", "--help")),
        (
            "one case, table",
            seconds(sys.executable, "-m", "portability", "determine", str(CASE), "--dry-run"),
        ),
    ]
    print(f"{'':24}{'ms':>8}{'ratio':>8}")
    for name, value in rows:
        print(f"{name:24}{value * 1000:8.0f}{value / bare:8.1f}")


if __name__ == "__main__":
    main()
