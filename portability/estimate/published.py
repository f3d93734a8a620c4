"""A summary as it may be published: portability/estimate-summary@1, small cells withheld.

Every table is either a child of a figure that is shown (country -> scheme, country -> corridor,
scheme -> route, band, reason) or tied to the others by totals alone. What divides one figure by
different attributes can be combined in any way: a table that gives nothing away on its own gives
nothing away beside the others either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portability.estimate import details, due
from portability.estimate.cells import OPEN
from portability.estimate.shown import Groups, Row, below, cell, cells, grouped, known
from portability.estimate.tallies import OUTCOMES, UNKNOWN, Key, Tally
from portability.estimate.whole import (
    Money,
    Pair,
    Sums,
    Whole,
    money_rows,
    moneys,
    outcomes,
    range_told,
    whole_of,
)

Json = dict[str, Any]
SCHEMA = "portability/estimate-summary@1"
ENTITLED = OUTCOMES.index("entitled")
DEAR = (8, 2, 1, 1, 2)  # of OUTCOMES: with the entitled their sums are withheld, too


def published(tallies: Mapping[str, Tally], as_of: date, threshold: int) -> Json:
    whole = whole_of(tallies, as_of, threshold)
    made: Json = {
        "schema": SCHEMA,
        "as_of": as_of.isoformat(),
        "threshold": threshold,
        "membership": members(whole),
    }
    if whole.members.mark is not OPEN:
        return made
    made["answers"] = answers(whole)
    made["by_sex"] = attribute(whole, "sex", 0)
    made["by_age"] = attribute(whole, "age_band", 1)
    made |= places(whole)
    made |= details.every(whole)
    made["calendar"] = due.every(whole)
    return made


def columns(groups: Groups) -> list[list[str]]:
    return [[OUTCOMES[place] for place in group] for group in groups]


def members(whole: Whole) -> Json:
    """The membership, each member once; of the unknown, how many have a right elsewhere."""
    row, t = whole.members, whole.threshold
    if row.mark is not OPEN:
        return {"total": cell(row.total, row.mark, t)}
    unknown = [0, 0]
    for key, figures in whole.tallies["members"].items():
        if key[2] == "unknown":
            unknown[key[3] == "elsewhere"] += figures[0]
    told = known(row, whole.member_groups, (UNKNOWN,))
    return {
        "columns": columns(whole.member_groups),
        **row.told(t),
        "unknown_with_a_right_elsewhere": cells(unknown, t)[1] if told else "withheld",
    }


def answers(whole: Whole) -> Json:
    """All scheme answers, and every sum of money there is."""
    sums = moneys(whole.tallies["members_money"], lambda key: "").get("", {})
    money = []
    for key, figures in sorted(sums.items()):
        line = range_told(key, whole.money.get(key))
        if key in whole.money:
            for name, count in zip(("range_unknown", "only_if_assumed"), figures[1:3], strict=True):
                line[name] = cells([count, whole.members.total - count], whole.threshold)[0]
        money.append(line)
    return {
        "columns": columns(whole.answer_groups),
        **whole.answers.told(whole.threshold),
        "money": money,
    }


def table(
    whole: Whole,
    names: tuple[str, ...],
    rows: Mapping[Any, Row] | None,
    sums: Mapping[Any, Mapping[Pair, Sums | None]],
) -> Json:
    """Rows in the order of their names; none where not even these may be told."""
    if rows is None:
        return {"withheld": True, "rows": []}
    made = []
    for key in sorted(rows, key=lambda k: tuple((word is None, word or "") for word in k)):
        money = [range_told(pair, figures) for pair, figures in sorted(sums.get(key, {}).items())]
        made.append(
            {
                **dict(zip(names, key, strict=True)),
                **rows[key].told(whole.threshold),
                "money": money,
            }
        )
    return {"withheld": False, "rows": made}


def shut(rows: Mapping[Any, Row], groups: Groups) -> list[Any]:
    """Rows whose number of entitled is withheld: their sums are, too."""
    column = next(at for at, group in enumerate(groups) if ENTITLED in group)
    return [name for name, row in rows.items() if row.marks[column] is not OPEN]


def children(
    whole: Whole,
    parent: Row,
    groups: Groups,
    counts: Mapping[Any, list[int]],
    sums: Mapping[Any, Money],
    parent_money: Mapping[Pair, Sums],
) -> tuple[dict[Any, Row] | None, dict[Any, dict[Pair, Sums | None]]]:
    """Rows below a row, and their sums below its sums."""
    dear = [max(DEAR[place] for place in group) for group in groups]
    rows = below(
        parent, {key: grouped(row, groups) for key, row in counts.items()}, whole.threshold, dear
    )
    if rows is None:
        return None, {}
    return rows, money_rows(sums, shut(rows, groups), parent_money, whole.threshold)


def attribute(whole: Whole, name: str, place: int) -> Json:
    """Members by sex or age band (places of a key of `members`)."""

    def row(key: Key) -> Any:
        return (key[place],)

    rows, sums = children(
        whole,
        whole.members,
        whole.member_groups,
        outcomes(whole.tallies["members"], 2, row),
        moneys(whole.tallies["members_money"], row),
        whole.money,
    )
    return {
        "columns": columns(whole.member_groups),
        **table(whole, (name,), rows, sums),
    }


def places(whole: Whole) -> Json:
    """Answers by country of the scheme; within a country by scheme, and by residence."""
    groups, counts, sums = whole.answer_groups, whole.tallies["answers"], "answers_money"
    states, state_sums = children(
        whole,
        whole.answers,
        groups,
        outcomes(counts, 3, lambda key: (key[1],)),
        moneys(whole.tallies[sums], lambda key: (key[1],)),
        whole.money,
    )
    made = {"by_country": table(whole, ("country",), states, state_sums)}
    kinds: tuple[tuple[str, tuple[str, ...], Callable[[Key], Any]], ...] = (
        ("by_scheme", ("country", "scheme"), lambda key: (key[1], key[2])),
        ("by_corridor", ("residence", "country"), lambda key: (key[0], key[1])),
    )
    for name, words, row in kinds:
        rows: dict[Any, Row] = {}
        money: dict[Any, dict[Pair, Sums | None]] = {}
        dark = []
        by_state = split(outcomes(counts, 3, row), words.index("country"))
        sums_by_state = split(moneys(whole.tallies[sums], row), words.index("country"))
        for state, mine in by_state.items():
            told = known_sums(state_sums.get(state, {}))
            found, found_sums = (
                (None, {})
                if states is None
                else children(
                    whole,
                    states[state],
                    groups,
                    mine,
                    sums_by_state.get(state, {}),
                    told,
                )
            )
            if found is None:
                dark.append(str(state[0]))
            rows |= found or {}
            money |= found_sums
        made[name] = {**table(whole, words, rows, money), "withheld": sorted(dark)}
        if name == "by_scheme":
            whole.schemes = {str(key[1]): shown for key, shown in rows.items()}
            whole.scheme_money = {str(key[1]): known_sums(mine) for key, mine in money.items()}
    return {name: {"columns": columns(groups), **one} for name, one in made.items()}


def known_sums(sums: Mapping[Pair, Sums | None]) -> dict[Pair, Sums]:
    return {pair: told for pair, told in sums.items() if told is not None}


def split(rows: Mapping[Any, Any], place: int) -> dict[tuple[Any], dict[Any, Any]]:
    """Rows by one word of their key."""
    made: dict[tuple[Any], dict[Any, Any]] = {}
    for key, value in rows.items():
        made.setdefault((key[place],), {})[key] = value
    return made
