"""Batches of estimates that are recorded already: the same rows under the same law are one run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portability.ledger.store import Ledger


def recorded(book: Ledger, body: Mapping[str, Any]) -> int | None:
    """The first entry with the same rows, rules and program as this estimate_batch body."""
    found = book.query(
        "SELECT seq, body FROM entry WHERE json_extract(body, '$.kind') = 'estimate_batch' "
        "AND json_extract(body, '$.root') = ? ORDER BY seq",
        body["root"],
    )
    for number, text in found:
        before = json.loads(text)
        if all(before.get(key) == body.get(key) for key in ("rows", "rules", "engine")):
            return int(number)
    return None
