"""The oracle's person as a case, answered by the engine without agreements."""

from __future__ import annotations

from typing import Any

from portability.answer import answer
from portability.case import Case, load
from portability.yamlsource import Source
from tests.oracles import de_grv as oracle
from tests.oracles.de_grv import Person, Row


def last_day(month: int) -> str:
    start = oracle.month_text(month)
    days = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
    return f"{start[:8]}{days[month % 12 + 1]}"


def case_of(person: Person, branch: str = "old_age", **facts: str) -> Case:
    """The oracle's person as a case; income is nil so that the supplement is payable."""
    periods: list[dict[str, str]] = []
    for row in person.rows:
        line = {
            "scheme": "de-grv",
            "kind": row.kind,
            "start": oracle.month_text(row.first),
            "end": last_day(row.last),
        }
        if row.kind != "equivalent":
            line["earnings"] = f"{row.earnings // 100}.{row.earnings % 100:02d}"
        periods.append(line | ({"code": row.code} if row.code else {}))
    who: dict[str, Any] = {
        "born": oracle.born_text(person),
        "sex": "female" if person.female else "male",
        "residence": "DE",
        "children": [{"born": f"{oracle.month_text(m)[:8]}10"} for m in person.children],
    }
    if person.disabled:
        who["flags"] = ["severely_disabled"]
    claim = {"branch": branch, "date": oracle.month_text(person.claim)}
    if person.event is not None:
        claim["event"] = oracle.month_text(person.event)
    known = {
        "monthly_income": "0",
        **({"children_raised": str(len(person.children))} if person.children else {}),
        **facts,
    }
    return load(
        Source(
            "test",
            {
                "schema": "portability/case@1",
                "person": who,
                "claim": claim,
                "periods": periods,
                "facts": {"de-grv": known},
            },
        )
    )


def line_of(case: Case) -> dict[str, Any]:
    return next(e for e in answer(case, (), ahead=False)["entitlements"] if e["scheme"] == "de-grv")


def steps_of(line: dict[str, Any]) -> dict[str, Any]:
    return {step["step"]: step["value"] for step in line["trace"]}


def flat(
    born: tuple[int, int, int], claim: int, first: int, earnings: int = 4_000_000, **more: Any
) -> Person:
    """Equal earnings in every year from `first` to the claim."""
    rows = [
        Row(y * 12, min(y * 12 + 11, claim - 1), earnings)
        for y in range(first, (claim - 1) // 12 + 1)
    ]
    return Person(born, claim, rows, **more)
