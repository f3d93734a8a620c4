"""Parquet in, Parquet out, on one core: `python -m benchmarks.batch pair|states|oracle`.

Times are processor time of this process (a shared machine's wall time says little), the best of
several runs after one that warms the caches.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.oracle import plain, vector
from benchmarks.pieces import Pieces
from benchmarks.population import mixed, population
from portability import catalogue, columnar, registry, totalization
from portability.agreement import Agreement
from portability.scheme import Scheme

RUNS = 5
PAIR = ("us-oasdi", "de-grv")
UNION = "eu-883-2004"


def spent(work: Callable[[], object], runs: int = RUNS) -> float:
    """Least processor time of a piece of work, in seconds."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def machine() -> str:
    """The machine's own measures: a 64-bit division in a column, and how fast columns are copied
    (neighbours on the same memory show here)."""
    value = np.arange(1, 400_001, dtype=np.int64) * 1_000_003
    by, large = np.arange(1, 400_001, dtype=np.int64), np.ones(4_000_000, np.int64)
    other = large.copy()
    each = spent(lambda: value // by, 40) / len(value) * 1e9
    copied = 2 * large.nbytes / spent(lambda: np.copyto(other, large), 20) / 1e9
    return f"division {each:.2f} ns, copying {copied:.0f} GB/s"


def determined(
    source: Path,
    target: Path,
    schemes: Mapping[str, Scheme],
    agreements: Sequence[Agreement],
    size: int,
    pieces: Pieces,
) -> None:
    """Batches of `size` persons through the engine, one row group each."""
    writer = None
    batches = pq.ParquetFile(source).iter_batches(size, use_threads=False)
    while True:
        with pieces.piece("Parquet read"):
            batch = next(batches, None)
        if batch is None:
            break
        with pieces.piece("columns in"):
            co = columnar.cohort_of(batch)
        with pieces.piece("engine, the rest"):
            result = totalization.totalize(co, {s: schemes[s] for s in co.schemes}, agreements)
        with pieces.piece("columns out"):
            table = columnar.table_of(result)
        with pieces.piece("Parquet written"):
            if writer is None:
                writer = pq.ParquetWriter(
                    target, table.schema, compression="lz4", write_statistics=False
                )
            writer.write_table(table)
    if writer is not None:
        writer.close()


def measured(
    name: str, people: pa.Table, schemes: Sequence[str], agreements: Sequence[Agreement], size: int
) -> float:
    """Persons a second, printed with the pieces."""
    loaded = registry.known(schemes)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.parquet", Path(folder) / "out.parquet"
        pq.write_table(people, source, row_group_size=size, compression="lz4")

        def run() -> None:
            determined(source, target, loaded, agreements, size, Pieces())

        seconds = spent(run)
        pieces = Pieces()
        with pieces.watching(loaded):
            determined(source, target, loaded, agreements, size, pieces)
    rate = len(people) / seconds
    print(f"{name}: {rate:,.0f} persons a second of processor time")
    print(f"{seconds / len(people) * 1e6:.1f} µs a person, batches of {size:,}; {machine()}")
    print(f"{'  piece (µs a person, with the watch running)':46}")
    for line in pieces.lines(len(people))[:24]:
        print(f"  {line}")
    return rate


def main() -> None:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    what = sys.argv[1]
    if what == "pair":
        agreements = catalogue.agreements(countries={"US", "DE"})
        measured("United States and Germany", population(65_536, PAIR), PAIR, agreements, 16_384)
    elif what == "states":
        union = catalogue.find(UNION)
        names = one_a_state(union)
        people = mixed(65_536, names)
        measured(f"{len(names)} states, Regulation 883/2004", people, names, [union], 32_768)
    else:
        people = population(8_192, PAIR[:1])
        fast, slow = vector(people), plain(people.slice(0, 400))
        print(
            f"United States alone, every answer equal: plain Python {slow:,.0f} persons a second,"
        )
        print(f"columns {fast:,.0f}, ratio {fast / slow:.0f}")


def one_a_state(union: Agreement) -> list[str]:
    """The first scheme of each state, by id."""
    found: dict[str, str] = {}
    for scheme in registry.ids():
        country = registry.country_of(scheme)
        if country in union.countries():
            found.setdefault(country, scheme)
    return sorted(found.values())


if __name__ == "__main__":
    main()
