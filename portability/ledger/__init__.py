"""The append-only ledger: what was decided, from which inputs, under which text of the law, by
which program.

    with Ledger.open(path, create=True) as ledger:
        body, sealed = determination_body(case, determination)
        receipt = ledger.append(body, sealed, rule_files, subject=reference)

Specification: docs/ledger-format.md. Nothing here knows the engine: what recomputes is handed in.
"""

from portability.ledger.bodies import batch_body, body, determination_body
from portability.ledger.drafting import Draft
from portability.ledger.store import Entry, Ledger, Receipt

__all__ = ["Draft", "Entry", "Ledger", "Receipt", "batch_body", "body", "determination_body"]
