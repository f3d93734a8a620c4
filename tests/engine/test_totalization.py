"""Routes, shares, gates and choice on invented countries, against a plain Fraction oracle."""

from fractions import Fraction
from math import ceil, floor
from types import SimpleNamespace
from typing import Any

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from portability import agreement as model
from portability import build
from portability.answer import answer
from portability.claimants import choose
from portability.dates import day
from portability.scheme import Award
from portability.totalization import Result
from tests.invented import world

PAIR = world.both("xx-pension", "xy-pension")
YEARS = st.lists(  # few years, many lines, often whole years: records overlap and rights open
    st.tuples(
        st.sampled_from(["xx-pension", "xy-pension"]),
        st.integers(1996, 2010),
        st.sampled_from([1, 1, 1, 2, 4, 6]),
        st.sampled_from([12, 12, 12, 3, 8, 9]),
    ),
    min_size=1,
    max_size=30,
)


def document(rows: list[tuple[str, int, int, int]], **more: Any) -> dict[str, Any]:
    lines = [
        {"scheme": s, "start": f"{y}-{min(a, b):02d}-01", "end": f"{y}-{max(a, b):02d}-28"}
        for s, y, a, b in rows
    ]
    return world.person(lines, **more)


def months(rows: list[tuple[str, int, int, int]], scheme: str) -> set[tuple[int, int]]:
    return {(y, m) for s, y, a, b in rows if s == scheme for m in range(min(a, b), max(a, b) + 1)}


def oracle(rows: list[tuple[str, int, int, int]]) -> dict[str, tuple[bool, int, int, int]]:
    """scheme -> (entitled, own, foreign, cents a month): national and pro rata, the higher one."""
    out = {}
    x, y = months(rows, "xx-pension"), months(rows, "xy-pension")
    quarters = {(year, (m - 1) // 3) for year, m in y}
    if x:
        foreign = 0
        for year in range(1970, 2015):
            mine = {m for yy, m in x if yy == year}
            theirs = {m for yy, m in y if yy == year}
            q = {(m - 1) // 3 for m in theirs}
            free = {(m - 1) // 3 for m in theirs - mine} if theirs & mine else q
            foreign += min(3 * len(free), 12 - len(mine))
        out["xx-pension"] = benefit(len(x), foreign, 120, 480, 601)
    if y:
        foreign = 0
        for year in range(1970, 2015):
            mine = {q for yy, q in quarters if yy == year}
            touched = {m for yy, m in y if yy == year}
            free = {m for yy, m in x if yy == year} - touched
            foreign += min(ceil(Fraction(len(free), 3)), 4 - len(mine))
        out["xy-pension"] = benefit(len(quarters), foreign, 40, 160, 601)
    if len(out) == 1:
        scheme = next(iter(out))
        _met, own, _, _ = out[scheme]
        out[scheme] = benefit(
            own,
            0,
            120 if scheme == "xx-pension" else 40,
            480 if scheme == "xx-pension" else 160,
            601,
        )
    return out


def benefit(
    own: int, foreign: int, required: int, full: int, rate: int
) -> tuple[bool, int, int, int]:
    national = min(own, full) * rate if own >= required else -1
    shared = -1
    if own + foreign >= required and foreign >= 0:
        theoretical = min(own + foreign, full) * rate
        shared = floor(Fraction(theoretical * own, own + foreign) + Fraction(1, 2)) if own else 0
    best = max(national, shared)
    return best >= 0, own, foreign, max(best, 0)


Line = tuple[bool, int, int, int]


def table(result: Result, person: int) -> dict[str, Line]:
    """scheme -> (entitled, own, foreign as the route counts it, cents a month)."""
    out = {}
    for scheme, decision in result.decisions.items():
        row = int(decision.holding.pos[person])
        if row < 0:
            continue
        own, foreign = int(decision.outcomes[0].qual.own[row]), 0
        for number, outcome in enumerate(decision.outcomes[1:], 1):
            at = decision.place(number, row)
            if at >= 0:
                foreign = int(outcome.view.foreign()[at])
        out[scheme] = bool(decision.entitled[row]), own, foreign, int(decision.amount[row])
    return out


@given(st.lists(YEARS, min_size=1, max_size=5))
def test_the_columns_give_what_the_plain_oracle_gives(
    persons: list[list[tuple[str, int, int, int]]],
) -> None:
    result = world.run([document(rows) for rows in persons], [PAIR])
    for person, rows in enumerate(persons):
        assert table(result, person) == oracle(rows)


@given(st.lists(YEARS, min_size=2, max_size=5))
def test_a_cohort_equals_its_members_one_by_one(
    persons: list[list[tuple[str, int, int, int]]],
) -> None:
    many = world.run([document(rows) for rows in persons], [PAIR])
    for person, rows in enumerate(persons):
        alone = world.run([document(list(reversed(rows)))], [PAIR])
        assert table(many, person) == table(alone, 0)


TEN = [("xx-pension", 1980 + i, 1, 12) for i in range(6)] + [
    ("xy-pension", 1990 + i, 1, 12) for i in range(6)
]


def test_only_if_needed_leaves_the_national_pension_alone() -> None:
    pair = world.both("xx-pension", "xy-pension", when="only_if_needed")
    enough = [("xx-pension", 1980 + i, 1, 12) for i in range(12)] + TEN[6:]
    decision = world.run([document(enough)], [pair]).decisions["xx-pension"]
    assert decision.chosen.tolist() == [0]
    assert decision.outcomes[1].refused["not_needed"].tolist() == [True]
    assert world.run([document(TEN)], [pair]).decisions["xx-pension"].chosen.tolist() == [1]


def test_an_own_minimum_shuts_the_route() -> None:
    pair = world.both("xx-pension", "xy-pension", own_minimum=("month", 73))
    decision = world.run([document(TEN)], [pair]).decisions["xx-pension"]
    assert not decision.entitled[0]
    assert decision.outcomes[1].refused["own_minimum"].tolist() == [True]


def test_a_unit_nobody_knows_makes_unknown_only_those_it_decides() -> None:
    count = model.Count(("xy-pension",), unit=None)
    pair = world.agreement(
        "xx-xy",
        (world.rule("xx-pension", (), counts=(count,)), world.rule("xy-pension", ("xx-pension",))),
    )
    decision = world.run([document(TEN)], [pair]).decisions["xx-pension"]
    assert decision.unknown.tolist() == [True]


def test_two_conversions_of_one_full_year_never_exceed_it() -> None:
    rows = [("xx-pension", 1980, 1, 6), ("xy-pension", 1980, 5, 12)]
    decision = world.run([document(rows)], [PAIR]).decisions["xx-pension"]
    view = decision.outcomes[1].view
    assert int(view.own.total()[0] + view.foreign()[0]) == 12


def test_short_periods_are_absorbed_by_the_others() -> None:
    """883/2004 art. 57: under a year in XX: it pays nothing, XY counts it outside the ratio."""
    below = model.BelowMinimum(("year", 1), None, "others_absorb", "last_as_own")
    pair = world.both("xx-pension", "xy-pension", below_minimum=below)
    rows = [("xx-pension", 1980, 1, 6)] + [("xy-pension", 1990 + i, 1, 12) for i in range(12)]
    result = world.run([document(rows)], [pair])
    xx, xy = result.decisions["xx-pension"], result.decisions["xy-pension"]
    assert not xx.entitled[0]
    route = xy.outcomes[1]
    assert route.paid is not None and route.paid.fraction is not None
    assert (int(route.paid.fraction[0][0]), int(route.paid.fraction[1][0])) == (48, 48)
    assert int(route.paid.amounts.v[0]) == 50 * 601


def test_third_states_help_only_who_still_lacks_the_right() -> None:
    clause = model.ThirdStates("both", frozenset({"right"}), "theirs")
    ruled = tuple(evolve(rule, third_states=clause) for rule in PAIR.rules)
    pair = world.agreement("xx-xy", ruled, third_states=clause)
    others = [world.both("xx-pension", "xz-pension"), world.both("xy-pension", "xz-pension")]
    rows = [("xx-pension", 1980 + i, 1, 12) for i in range(4)] + [
        ("xy-pension", 1990 + i, 1, 12) for i in range(4)
    ]
    doc = document(rows)
    doc["periods"] += [{"scheme": "xz-pension", "start": "2000-01-01", "end": "2003-12-31"}]
    decision = world.run([doc], [pair, *others]).decisions["xx-pension"]
    routes = {o.route: bool(o.met[0]) for o in decision.outcomes}
    assert routes == {"national": False, "xx-xy": True, "xx-xz": False}
    # A rule that says none has none, whatever the text says of the others.
    pair = world.agreement("xx-xy", PAIR.rules, third_states=clause)
    decision = world.run([doc], [pair, *others]).decisions["xx-pension"]
    assert not any(o.met[0] for o in decision.outcomes)


def test_survivors_claim_on_one_record_and_choose() -> None:
    doc = document(
        TEN,
        claim={"branch": "survivors", "date": "2016-01-01", "event": "2015-06-01"},
        family=[
            {"relation": "spouse", "born": "1955-01-01"},
            {"relation": "child", "born": "2005-01-01"},
            {"relation": "child", "born": "1980-01-01"},
        ],
    )
    claims = world.run([doc], [PAIR]).decisions["xx-pension"].claims
    assert claims is not None
    assert claims.paid.tolist() == [72 * 601 * 50 // 100, 72 * 601 * 20 // 100, 0]
    assert claims.chosen.tolist() == [0, 0, -1]


def test_certified_amounts_stand_in_for_what_comes_before() -> None:
    doc = document(TEN, facts={"xx-pension": {"theoretical_amount": "900.00"}})
    route = world.run([doc], [PAIR]).decisions["xx-pension"].outcomes[1]
    assert route.paid is not None
    assert np.array_equal(route.paid.amounts.v, [45000])


def test_short_periods_everywhere_are_paid_by_the_last_state_whose_conditions_are_met() -> None:
    """883/2004 art. 57(3): XZ is later, but its conditions are not met; XX certifies its own."""
    below = model.BelowMinimum(("year", 1), "own_right", "others_absorb", "last_as_own")
    pair = world.both("xx-pension", "xz-pension", below_minimum=below)
    rows = [("xx-pension", 1980, 1, 11), ("xz-pension", 1990, 1, 6)]
    facts = {"xx-pension": {"theoretical_amount": "120.00"}}
    result = world.run([document(rows, facts=facts)], [pair])
    assert [bool(d.entitled[0]) for d in result.decisions.values()] == [True, False]
    assert result.decisions["xx-pension"].amount.tolist() == [12000]
    bare = world.run([document(rows)], [pair])
    assert not any(bool(d.entitled[0]) for d in bare.decisions.values())


def test_a_certified_sum_is_not_paid_where_the_share_is_unknown() -> None:
    pair = world.both("xx-pension", "xy-pension", amount={"amount": model.AmountRule("unknown")})
    facts = {"xx-pension": {"theoretical_amount": "900.00"}}
    decision = world.run([document(TEN, facts=facts)], [pair]).decisions["xx-pension"]
    assert decision.entitled.tolist() == [True] and decision.known.tolist() == [False]


def test_displaced_voluntary_time_is_added_after_the_fraction_or_asked_for() -> None:
    """987/2009 arts. 12(3), 43(2): a year of voluntary XX time under compulsory XY time."""
    counts = (model.Count(("xy-pension",), unit=world.EDGES["quarter", "month"], overlap="art12"),)
    how = evolve(world.PRO_RATA, plus="displaced")
    rule = world.rule("xx-pension", (), counts=counts, amount={"amount": how})
    pair = world.agreement("xx-xy", (rule, world.rule("xy-pension", ("xx-pension",))))
    lines = [
        {"scheme": "xx-pension", "start": "1980-01-01", "end": "1984-12-31"},
        {
            "scheme": "xx-pension",
            "kind": "voluntary",
            "start": "1985-01-01",
            "end": "1985-12-31",
        },
        {"scheme": "xy-pension", "start": "1985-01-01", "end": "1989-12-31"},
    ]
    for facts, amount in (({}, None), ({"displaced_amount": "7.00"}, 45000 + 700)):
        given = {"xx-pension": {"theoretical_amount": "900.00", **facts}}
        decision = world.run([world.person(lines, facts=given)], [pair]).decisions["xx-pension"]
        assert decision.entitled.tolist() == [True]
        assert (int(decision.amount[0]) if decision.known[0] else None) == amount


def test_a_rule_for_nationals_takes_who_states_none_and_says_so() -> None:
    pair = world.both("xx-pension", "xy-pension", nationalities=("DE",))
    people = [{"nationalities": ["DE"]}, {}, {"nationalities": ["PH"]}]
    result = world.run([document(TEN, person=person) for person in people], [pair])
    decision = result.decisions["xx-pension"]
    assert decision.entitled.tolist() == [True, True, False]
    notes = [
        mask.tolist() for code, _, mask in decision.outcomes[1].run.reasons if code == "not_stated"
    ]
    assert notes == [[False, True]]


def test_an_answer_on_a_presumption_is_an_estimate() -> None:
    pair = world.both("xx-pension", "xy-pension", nationalities=("DE",))
    stated = world.made(document(TEN, person={"nationalities": ["DE"]}))
    silent = world.made(document(TEN))
    assert answer(stated, [pair])["estimate"] is False
    told = answer(silent, [pair])
    assert told["estimate"] is True
    assert {"scheme": "xx-pension", "what": "person.nationalities"} in told["missing"]


def test_a_sum_cut_by_a_count_keeps_the_share_of_its_months() -> None:
    """Half of the line lies before the day from which it counts: half of its 20 quarters."""
    count = model.Count(
        ("xy-pension",), start=day("1995-01-01"), unit=world.EDGES["quarter", "month"]
    )
    rules = (
        world.rule("xx-pension", (), counts=(count,)),
        world.rule("xy-pension", ("xx-pension",)),
    )
    doc = document([("xx-pension", 2000, 1, 12)])
    line = {"scheme": "xy-pension", "start": "1990-01-01", "end": "1999-12-31"}
    doc["periods"].append({**line, "credited": {"quarters": 20}})
    view = (
        world.run([doc], [world.agreement("xx-xy", rules)]).decisions["xx-pension"].outcomes[1].view
    )
    assert view.foreign().tolist() == [30]


def test_the_day_of_death_still_counts() -> None:
    claim = {"branch": "survivors", "date": "2016-01-01", "event": "2015-06-01"}
    doc = document([], claim=claim)
    doc["periods"] = [{"scheme": "xx-pension", "start": "2015-01-01", "end": "2015-06-01"}]
    doc["family"] = [{"relation": "spouse", "born": "1955-01-01"}]
    own = world.run([doc], []).decisions["xx-pension"].outcomes[0].qual.own
    assert own.tolist() == [6]


def test_a_route_used_only_if_needed_yields_to_a_national_award() -> None:
    """POMS GN 01701.215: the child stays on the national record even where the other pays more."""
    fam = build.cohort_of([world.made(FAMILY)]).fam
    assert fam is not None

    def offer(met: list[bool], v: list[int], rule: model.Rule | None) -> Any:
        award = Award(np.array(met), np.array(v), "XTS", "month", np.zeros(2, np.int64))
        return SimpleNamespace(award=award, outcome=SimpleNamespace(rule=rule))

    needed = world.rule("xx-pension", ("xy-pension",), when="only_if_needed")
    always = world.rule("xx-pension", ("xy-pension",))
    national = offer([True, False], [100, 0], None)
    assert choose([national, offer([True, True], [150, 90], needed)], fam).tolist() == [0, 1]
    assert choose([national, offer([True, True], [150, 90], always)], fam).tolist() == [1, 1]


FAMILY = document(
    TEN,
    claim={"branch": "survivors", "date": "2016-01-01", "event": "2015-06-01"},
    family=[
        {"relation": "child", "born": "2005-01-01"},
        {"relation": "spouse", "born": "1955-01-01"},
    ],
)


def test_more_work_is_measured_against_waiting_as_long() -> None:
    """The rate rises on 1 July 2010: waiting raises the pension, work abroad does not."""
    doc = document(
        [("xx-pension", 1990 + i, 1, 12) for i in range(15)], claim={"date": "2010-02-01"}
    )
    doc["person"]["born"] = "1944-01-01"
    doc["periods"].append({"scheme": "xy-pension", "start": "2006-01-01", "end": "2006-12-31"})
    told = answer(world.made(doc), [])["next"]
    touched = {(n["change"], n.get("scheme"), n["affects"]) for n in told}
    assert ("wait", None, "xx-pension") in touched
    assert ("months_worked", "xy-pension", "xx-pension") not in touched
