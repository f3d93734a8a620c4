"""How a recorded case is decided again: the engine, handed to the ledger's replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portability.ledger.replay import Recorded

Json = dict[str, Any]


def runner(current: bool) -> Callable[[Recorded], Json]:
    """What decides a recorded case again.

    current  under the rules of this installation, whatever was recorded
    """
    from portability import case as case_module
    from portability.answer import answer
    from portability.commands.determine import agreements_for
    from portability.yamlsource import json_source

    agreements = agreements_for(())

    def run(then: Recorded) -> Json:
        source = json_source(json.dumps(then.case, ensure_ascii=False), f"entry {then.entry}")
        case = case_module.load(source)
        # A batch is recorded without what would change the answer; it is compared without it.
        return answer(case, agreements(case), ahead=bool(then.determination.get("next")))

    return run
