"""The same question to the calculator and to the plain Python that the tests trust."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pyarrow as pa

from portability import columnar, registry
from portability.totalization import Result, totalize
from tests.oracles import us_oasdi as oracle

US = "us-oasdi"
EPOCH = date(1970, 1, 1)


def vector(people: pa.Table, runs: int = 3) -> float:
    """Persons a second: national old-age benefit of the United States, columns."""
    times = []
    for _ in range(runs + 1):
        start = time.process_time()
        answered(people)
        times.append(time.process_time() - start)
    return len(people) / min(times[1:])


def answered(people: pa.Table) -> Result:
    co = columnar.cohort_of(people.combine_chunks().to_batches()[0])
    return totalize(co, registry.known(co.schemes), [])


def plain(people: pa.Table) -> float:
    """Persons a second: one worker after the other; every answer is compared."""
    workers = [worker(row) for row in people.to_pylist()]
    start = time.process_time()
    wanted = [benefit(w) for w in workers]
    took = time.process_time() - start
    decision = answered(people).decisions[US]
    got = [
        int(v) if met else None for v, met in zip(decision.amount, decision.entitled, strict=True)
    ]
    assert got == wanted, "the oracle and the calculator differ"
    return len(workers) / took


def worker(row: dict[str, object]) -> oracle.Worker:
    born, claim, lines = row["born"], row["claim"], row["periods"]
    assert isinstance(born, date) and isinstance(claim, date) and isinstance(lines, list)
    earnings: dict[int, int] = {}
    for line in lines:
        if line["start"] < claim:
            year = line["start"].year
            earnings[year] = earnings.get(year, 0) + line["earnings"]
    return oracle.Worker(born, "old_age", (claim.year, claim.month), earnings=earnings)


def benefit(w: oracle.Worker) -> int | None:
    """Monthly benefit in cents, None without a right (fully insured, old enough)."""
    claim = w.month[0] * 4 + (w.month[1] - 1) // 3
    if oracle.counted(oracle.quarters_of(w), 0, claim) < oracle.minimum_quarters(w):
        return None
    if oracle.month_index(w.month) < first_month(w.born):
        return None
    eligible = oracle.eligibility_year(w)
    found = oracle.national(w, eligible, oracle.computation_years(w, eligible))
    low, special = found["wage_indexed_pia"], oracle.special_minimum(w)
    raised = oracle.own_benefit(w, max(low, special), low if special > low else None)
    return int(raised["benefit"]) // 100 * 100


def first_month(born: date) -> int:
    """402(a): the first month throughout which one is 62 (attained the day before the birthday)."""
    before = born - timedelta(1)
    return oracle.attained_month(born, 744) + (before.day > 1)
