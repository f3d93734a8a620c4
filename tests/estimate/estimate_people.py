"""Members for tests: written as dicts, and drawn at random over many schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from portability.estimate.form import EARNINGS_FROM, MEMBERS

MIXED = (
    *("us-oasdi", "de-grv", "ca-cpp", "ca-oas", "ph-sss", "jp-kosei", "kr-nps", "fr-cnav"),
    *("es-rg", "nl-aow", "ie-spc", "in-eps", "ch-ahv", "pt-ss"),
)


def batch(members: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Rows of MEMBERS; what is not given is null, `path` is "record"."""
    rows = []
    for number, member in enumerate(members):
        lines = [
            {**dict.fromkeys(LINE_NAMES), "path": "record", **line} for line in member["periods"]
        ]
        row = {"member": f"m{number}", "row": number + 1, **member, "periods": lines}
        rows.append({name: row.get(name) for name in MEMBERS.names})
    return pa.RecordBatch.from_pylist(rows, MEMBERS)


LINE_NAMES = [field.name for field in MEMBERS.field("periods").type.value_type]


def line(scheme: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "start": date.fromisoformat(start),
        "end": date.fromisoformat(end),
        **more,
    }


def drawn(count: int, seed: int, schemes: Sequence[str] = MIXED) -> pa.RecordBatch:
    """Careers in two or three of many schemes, half of the lines assumed; most of pension age."""
    rng = np.random.default_rng(seed)
    people = []
    for _ in range(count):
        born = date(
            int(rng.integers(1946, 1972)), int(rng.integers(1, 13)), int(rng.integers(1, 28))
        )
        several = min(int(rng.integers(1, 4)), len(schemes))
        known = rng.choice(len(schemes), size=several, replace=False)
        at, lines = date(born.year + int(rng.integers(16, 30)), int(rng.integers(1, 13)), 1), []
        for _ in range(int(rng.integers(1, 7))):
            end = at + timedelta(days=int(rng.integers(200, 6000)))
            if end >= date(2026, 10, 1):
                break
            lines.append(career(rng, schemes[int(rng.choice(known))], at, end))
            at = end + timedelta(days=int(rng.integers(-200, 1500)))
        if lines:
            people.append(
                {
                    "born": born,
                    "claim": date(int(rng.integers(2021, 2027)), int(rng.integers(1, 11)), 1),
                    "sex": str(rng.choice(["female", "male"])),
                    "residence": str(rng.choice(["PH", "DE", "US", "JP", "FR"])),
                    "nationality": None if rng.random() < 0.2 else str(rng.choice(["PH", "DE"])),
                    "periods": lines,
                }
            )
    return batch(people)


def career(rng: np.random.Generator, scheme: str, start: date, end: date) -> dict[str, Any]:
    path = EARNINGS_FROM[int(rng.integers(0, len(EARNINGS_FROM)))]
    return line(
        scheme,
        start.isoformat(),
        end.isoformat(),
        evidence=str(rng.choice(["certified", "assumed"])),
        earnings=None if path == "none" else int(rng.integers(10**5, 10**8)),
        path=path,
    )
