"""Regulation 883/2004 on random certified records against plain Fractions: aggregation (6),
conversion (987/2009 art. 13), shares (52), maximum periods (56(1)(a)), short periods (57)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portability import case, catalogue, registry
from portability.build import cohort_of
from portability.totalization import Result, totalize
from portability.yamlsource import Source

# State -> (scheme, unit, units of a year); records alone, so that nothing but the Regulation acts.
STATES = {
    "CZ": ("cz-cssz", "day", 360),
    "LT": ("lt-sodra", "month", 12),
    "MT": ("mt-dss", "week", 52),
    "EE": ("ee-ska", "month", 12),
}
DAYS = {"day": Fraction(1), "week": Fraction(6), "month": Fraction(26)}  # 13(1)(c)(iii): six days
SEVEN = {"week": 7, "month": 30}  # 13(1)(b): a record of days is one of seven days a week
FACTS = st.fixed_dictionaries(
    {
        "time": st.integers(1, 600),
        "least": st.integers(1, 500),
        "most": st.one_of(st.none(), st.integers(200, 500)),
        "theory": st.integers(1, 300_000),
        "own": st.integers(0, 200_000),
    }
)
PERSON = st.dictionaries(st.sampled_from(sorted(STATES)), FACTS, min_size=2)


def scaled(state: str, months: int) -> int:
    """A length given in months, in units of the state."""
    return ceil(Fraction(months * STATES[state][2], 12))


def converted(units: int, source: str, target: str) -> int:
    """Article 13: one operation for a sum, any rest one unit more."""
    if source == target:
        return units
    if source == "day":
        return ceil(Fraction(units, SEVEN[target]))
    if target == "day":
        return units * SEVEN[source]
    return ceil(units * DAYS[source] / DAYS[target])


def expected(person: dict[str, dict[str, Any]]) -> dict[str, int | None]:
    """State -> cents a month, None: not entitled; every state is asked on one day."""
    time = {s: scaled(s, f["time"]) for s, f in person.items()}
    least = {s: scaled(s, f["least"]) for s, f in person.items()}
    short = {s: time[s] < STATES[s][2] and time[s] < least[s] for s in person}
    out: dict[str, int | None] = {}
    for s, f in person.items():
        unit = STATES[s][1]
        others = {o: converted(time[o], STATES[o][1], unit) for o in person if o != s}
        if short[s] or time[s] + sum(others.values()) < least[s]:
            out[s] = None
            continue
        num, den = time[s], time[s] + sum(n for o, n in others.items() if not short[o])
        if f["most"] is not None:
            num, den = min(num, scaled(s, f["most"])), min(den, scaled(s, f["most"]))
        share = (2 * f["theory"] * num + den) // (2 * den)
        out[s] = max(share, f["own"]) if time[s] >= least[s] else share
    return out


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def document(person: dict[str, dict[str, Any]], due: dict[str, int | None]) -> dict[str, Any]:
    facts: dict[str, dict[str, str]] = {}
    periods = []
    for s, f in person.items():
        scheme, unit, _ = STATES[s]
        periods.append({"scheme": scheme, "credited": {f"{unit}s": scaled(s, f["time"])}})
        facts[scheme] = {"qualifying_period": str(scaled(s, f["least"]))}
        if f["most"] is not None:
            facts[scheme]["full_career"] = str(scaled(s, f["most"]))
        if due[s] is not None:  # a certified amount would say that the right exists
            facts[scheme]["theoretical_amount"] = money(f["theory"])
            if f["time"] >= f["least"]:
                facts[scheme]["independent_amount"] = money(f["own"])
    return {
        "person": {"born": "1950-01-01", "nationalities": ["LT"], "residence": "LT"},
        "claim": {"branch": "old_age", "date": "2018-06-01"},
        "periods": periods,
        "facts": facts,
    }


def paid(result: Result, scheme: str, person: int) -> int | None:
    made = result.decisions[scheme]
    row = made.holding.idx.tolist().index(person)
    assert not made.unknown[row]
    assert not made.entitled[row] or made.known[row]
    return int(made.amount[row]) if made.entitled[row] else None


@settings(max_examples=25, deadline=None)
@given(st.lists(PERSON, min_size=1, max_size=12))
def test_shares_of_certified_records(people: list[dict[str, dict[str, Any]]]) -> None:
    people = [p for p in people if any(v is not None for v in expected(p).values())]
    if not people:
        return
    due = [expected(person) for person in people]
    cases = [
        case.load(Source("case.yaml", document(person, sums)))
        for person, sums in zip(people, due, strict=True)
    ]
    co = cohort_of(cases)
    result = totalize(co, registry.known(co.schemes), [catalogue.find("eu-883-2004")])
    for number, sums in enumerate(due):
        for state, cents in sums.items():
            found = paid(result, STATES[state][0], number)
            assert found == cents, (people[number], state, found, cents)
