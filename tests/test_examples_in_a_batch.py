"""Every worked example decided in one batch of all of them is decided as it is alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from portability import case, catalogue, registry
from portability.build import cohort_of
from portability.totalization import Result, totalize
from portability.yamlsource import Path_, read

CASES = Path(__file__).parent / "cases"


def loaded() -> list[tuple[str, case.Case]]:
    found = []
    for path in sorted(CASES.rglob("*.yaml")):
        for source in read(path):
            data: Any = source.data
            if data.get("out_of_scope") or data.get("expect_error"):
                continue
            places: list[Path_] = [("cases", name) for name in data.get("cases", {})]
            places += [("case",)] if "case" in data else []
            found += [(f"{path.stem} {place[-1]}", case.load(source, place)) for place in places]
    return found


def decided(result: Result, person: int) -> dict[str, tuple[Any, ...]]:
    """scheme -> (entitled, known, unknown, amount, floor, route) of one person."""
    out: dict[str, tuple[Any, ...]] = {}
    for scheme, made in result.decisions.items():
        for row in np.flatnonzero(made.holding.idx == person):
            route = "" if made.chosen[row] < 0 else made.outcomes[int(made.chosen[row])].route
            known = bool(made.known[row])
            figures = (int(made.amount[row]) if known else None, int(made.at_least[row]))
            flags = (bool(made.entitled[row]), known, bool(made.unknown[row]))
            out[scheme] = (*flags, *figures, route)
    return out


def test_a_batch_of_all_examples_decides_each_as_alone() -> None:
    agreements = catalogue.agreements()
    by_branch: dict[str, list[tuple[str, case.Case]]] = {}
    for name, made in loaded():
        by_branch.setdefault(made.claim.branch, []).append((name, made))
    for group in by_branch.values():
        co = cohort_of([made for _, made in group])
        together = totalize(co, registry.known(co.schemes), agreements)
        for person, (name, made) in enumerate(group):
            one = cohort_of([made])
            alone = totalize(one, registry.known(one.schemes), agreements)
            assert decided(alone, 0) == decided(together, person), name
