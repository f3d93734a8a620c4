"""Microseconds of processor time per person, piece by piece of the law and of the engine."""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from portability.scheme import Scheme

METHODS = ("credit", "qualify", "accrue", "share", "payable", "term")
ENGINE = {
    ("portability.totalization", "holdings"): "records cut and sorted by scheme",
    ("portability.routes", "counted"): "foreign periods counted",
    ("portability.routes", "partner_record"): "who an agreement reaches",
    ("portability.routes", "rule_mask"): "who an agreement reaches",
    ("portability.routes", "settle_amount"): "amounts: terms, caps, floors",
    ("portability.totalization", "decide"): "choice between the routes",
}


class Pieces:
    """Exclusive times: a piece inside another is taken off the outer one."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.stack: list[float] = []

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        self.stack.append(0.0)
        start = time.process_time()
        try:
            yield
        finally:
            took = time.process_time() - start
            self.spent[name] += took - self.stack.pop()
            if self.stack:
                self.stack[-1] += took

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            with self.piece(name):
                return function(*args, **kwargs)

        return run

    @contextmanager
    def watching(self, schemes: Mapping[str, Scheme]) -> Iterator[None]:
        """The methods of these schemes and the engine's rooms, timed while inside."""
        before = []
        for (module, name), told in ENGINE.items():
            room = importlib.import_module(module)
            before.append((room, name, getattr(room, name)))
            setattr(room, name, self.timed(told, getattr(room, name)))
        for scheme in schemes.values():
            for name in METHODS:
                setattr(scheme, name, self.timed(f"{scheme.id} {name}", getattr(scheme, name)))
        try:
            yield
        finally:
            for room, name, function in before:
                setattr(room, name, function)
            for scheme in schemes.values():
                for name in METHODS:
                    delattr(scheme, name)

    def lines(self, persons: int) -> list[str]:
        """One line a piece, the dearest first."""
        rows = sorted(self.spent.items(), key=lambda item: -item[1])
        return [f"{name:44}{spent / persons * 1e6:8.2f}" for name, spent in rows]
