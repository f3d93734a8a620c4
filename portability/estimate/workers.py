"""Tasks dealt to processes of this machine; inline where there is one worker or one task."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import pyarrow as pa
from attrs import define, field

T = TypeVar("T")
Task = Callable[[], T]  # travels to another process: a function of a module with its arguments


def single() -> None:
    """Workers share the machine: one thread each."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def called(task: Task[T]) -> T:
    return task()


@define
class Workers:
    """`count` processes, started with the first two tasks and kept for the next ones.

    out  the folder of the run, named when one of them died
    """

    count: int
    out: Path
    pool: ProcessPoolExecutor | None = field(default=None, init=False)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def each(self, tasks: Iterable[Task[T]]) -> Iterator[T]:
        """What every task returns, as they are finished; a task is asked for only when somebody is
        free for it soon. Raises InterruptedError if a worker died, and what a task raised."""
        given = iter(tasks)
        first = list(islice(given, 2))
        if self.count == 1 or len(first) < 2:
            for task in chain(first, given):
                yield task()
            return
        if self.pool is None:
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(self.count, context, initializer=single)
        try:
            yield from dealt(self.pool, chain(first, given), 2 * self.count)
        except BrokenProcessPool:
            raise InterruptedError(
                4, "a worker was killed; run again to go on", str(self.out)
            ) from None


def dealt(pool: ProcessPoolExecutor, tasks: Iterator[Task[T]], ahead: int) -> Iterator[T]:
    """At most `ahead` tasks wait or run at a time."""
    waiting: set[Future[T]] = set()
    while True:
        waiting |= {pool.submit(called, task) for task in islice(tasks, ahead - len(waiting))}
        if not waiting:
            return
        finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in finished)
