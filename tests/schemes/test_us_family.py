"""United States, title II: survivors, disability and families against the plain oracle."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from portability import catalogue
from portability.answer import answer
from portability.case import load
from portability.yamlsource import json_source
from tests.oracles import us_family, us_oasdi
from tests.schemes.test_us_oasdi import US, document

AGREEMENT = catalogue.find("us-de")
Entries = list[dict[str, Any]]


def told(text: dict[str, Any]) -> Entries:
    """The lines of the United States: the record first, then the claimants in their order."""
    found = answer(load(json_source(json.dumps(text), "case.json")), [AGREEMENT], ahead=False)
    return [e for e in found["entitlements"] if e["scheme"] == US]


def month_text(month: us_oasdi.Month) -> str:
    return f"{month[0]}-{month[1]:02d}-01"


def row_of(m: us_family.Member) -> dict[str, Any]:
    flags = [name for name in ("in_care", "disabled") if getattr(m, name)]
    made: dict[str, Any] = {
        "relation": m.relation,
        "born": str(m.born),
        "claim": month_text(m.entitled),
        "flags": flags,
    }
    if m.onset:
        made["event"] = str(m.onset)
    return made


def text_of(w: us_oasdi.Worker, members: list[us_family.Member]) -> dict[str, Any]:
    text = document(w)
    text["claim"]["branch"] = {"survivor": "survivors", "disability": "invalidity"}.get(
        w.branch, w.branch
    )
    if w.onset:
        text["claim"]["event"] = str(w.onset)
    if w.entitled and w.entitled != w.month:
        text["facts"] = {US: {"entitlement_month": w.entitled[0] * 100 + w.entitled[1]}}
    if members:
        text["family"] = [row_of(m) for m in members]
    return text


def payments(entries: Entries) -> list[int]:
    """Cents of every claimant's line, 0 where nothing is due."""
    found = [e["payable"] for e in entries if "claimant" in e]
    return [0 if p is None else int(p["amount"].replace(".", "")) for p in found]


def month_of(index: int) -> us_oasdi.Month:
    return index // 12, index % 12 + 1


@st.composite
def records(draw: st.DrawFn, born: date, last: int) -> dict[int, int]:
    """From some year on: mostly enough to be insured, now and then not."""
    low = max(1978, born.year + 17)
    start = draw(st.integers(low, max(low, last - draw(st.sampled_from([12, 12, 12, 1])))))
    scale = draw(st.sampled_from([300_000, 4_000_000, 20_000_000]))
    return {y: draw(st.integers(scale // 3, scale)) for y in range(start, last + 1)}


@st.composite
def members(draw: st.DrawFn, month: us_oasdi.Month, survivors: bool) -> list[us_family.Member]:
    index = us_oasdi.month_index(month)
    found = []
    if draw(st.booleans()):
        low = 60 if survivors else 63
        years = draw(st.integers(low + 1, 72))
        born = date(month[0] - years, draw(st.integers(1, 12)), draw(st.integers(1, 28)))
        first = max(us_oasdi.attained_month(born, low * 12), index - draw(st.integers(0, 40)))
        relation = draw(st.sampled_from(["spouse", "divorced_spouse"]))
        found.append(us_family.Member(relation, born, month_of(min(first, index))))
    elif draw(st.booleans()):
        born = date(month[0] - draw(st.integers(25, 50)), 5, 5)
        found.append(us_family.Member("spouse", born, month, in_care=True))
    for _ in range(draw(st.integers(0 if found else 1, 4))):
        born = date(month[0] - draw(st.integers(1, 16)), draw(st.integers(1, 12)), 3)
        found.append(us_family.Member("child", born, month))
    return found


@given(st.data())
def test_survivors_are_paid_as_the_oracle_says(data: st.DataObject) -> None:
    death = data.draw(st.dates(date(1990, 1, 1), date(2023, 12, 31)))
    born = death - timedelta(data.draw(st.integers(25 * 365, 63 * 365)))
    month = month_of(death.year * 12 + death.month - 1 + data.draw(st.integers(0, 30)))
    w = us_oasdi.Worker(born, "survivor", month, death=death)
    w.earnings = data.draw(records(born, death.year))
    family = data.draw(members(month, True))
    assume(date(*month, 1) >= death)
    qcs = us_oasdi.quarters_of(w)
    assume(us_oasdi.counted(qcs, 0, us_oasdi.quarter(death)) >= us_oasdi.minimum_quarters(w))
    eligible = us_oasdi.eligibility_year(w)
    n = us_oasdi.computation_years(w, eligible)
    found = us_oasdi.national(w, eligible, n)
    low, special = found["wage_indexed_pia"], us_oasdi.special_minimum(w)
    base = us_family.maximum_at_eligibility(found["pia_at_eligibility"], eligible)
    most = us_oasdi.with_increases(base, eligible, month)
    if special > low:
        most = us_family.special_maximum(w, us_oasdi.special_years(w))
    lines = us_family.family(w, family, max(low, special), most, n)
    assert payments(told(text_of(w, family))) == [line.paid for line in lines]


@given(st.data())
def test_the_disabled_and_their_families_are_paid_as_the_oracle_says(data: st.DataObject) -> None:
    born = data.draw(st.dates(date(1945, 1, 3), date(1990, 1, 1)))
    onset = born + timedelta(data.draw(st.integers(23 * 365, 61 * 365)))
    assume(date(1988, 1, 1) < onset < date(2024, 1, 1))
    waiting = onset.year * 12 + onset.month - 1 + (onset.day > 1)
    assume(waiting // 12 == onset.year)
    first = waiting + 5
    month = month_of(first + data.draw(st.integers(0, 20)))
    w = us_oasdi.Worker(born, "disability", month, entitled=month_of(first), onset=onset)
    w.earnings = data.draw(records(born, onset.year))
    w.earnings.pop(onset.year, None) if (onset.month, onset.day) == (1, 1) else None
    assume(w.earnings)
    family = data.draw(members(month, False))
    family = [m for m in family if m.entitled >= month_of(first)]
    met = recently(w, onset) and us_oasdi.counted(
        us_oasdi.quarters_of(w), 0, waiting // 3
    ) >= us_oasdi.minimum_quarters(w)
    entries = told(text_of(w, family))
    assert (entries[0]["status"] == "entitled") == met
    if not met:
        return
    eligible = us_oasdi.eligibility_year(w)
    n = us_oasdi.computation_years(w, eligible)
    found = us_oasdi.national(w, eligible, n)
    low, special = found["wage_indexed_pia"], us_oasdi.special_minimum(w)
    pia = max(low, special)
    assert entries[0]["payable"]["amount"] == f"{pia // 100}.00"
    base = us_family.disability_at_eligibility(
        found["pia_at_eligibility"], Fraction(found["aime"]), eligible
    )
    most = max(us_oasdi.with_increases(base, eligible, month), pia)
    lines = us_family.family(w, family, pia, most, n)
    assert payments(entries) == [line.paid for line in lines]


def recently(w: us_oasdi.Worker, onset: date) -> bool:
    """404.130(b), (c) in the quarter of onset or of the first month of the waiting period."""
    qcs, since = us_oasdi.quarters_of(w), us_oasdi.attained_month(w.born, 252) // 3 + 1
    waiting = (onset.year * 12 + onset.month - 1 + (onset.day > 1)) // 3
    for end in {us_oasdi.quarter(onset), waiting}:
        if us_oasdi.counted(qcs, end - 39, end) >= 20:
            return True
        if end - 39 < since:
            first = min(since, end - 11)
            if us_oasdi.counted(qcs, first, end) >= (end - first + 1) // 2:
                return True
    return False


@given(st.data())
def test_the_family_of_a_pensioner_is_paid_as_the_oracle_says(data: st.DataObject) -> None:
    born = data.draw(st.dates(date(1938, 1, 3), date(1955, 1, 1)))
    month = month_of(us_oasdi.attained_month(born, data.draw(st.integers(745, 850))))
    w = us_oasdi.Worker(born, "old_age", month)
    w.earnings = data.draw(records(born, month[0] - 1))
    family = data.draw(members(month, False))
    qcs = us_oasdi.quarters_of(w)
    now = month[0] * 4 + (month[1] - 1) // 3
    assume(us_oasdi.counted(qcs, 0, now) >= us_oasdi.minimum_quarters(w))
    eligible = us_oasdi.eligibility_year(w)
    n = us_oasdi.computation_years(w, eligible)
    found = us_oasdi.national(w, eligible, n)
    low, special = found["wage_indexed_pia"], us_oasdi.special_minimum(w)
    base = us_family.maximum_at_eligibility(found["pia_at_eligibility"], eligible)
    most = us_oasdi.with_increases(base, eligible, month)
    if special > low:
        most = us_family.special_maximum(w, us_oasdi.special_years(w))
    lines = us_family.family(w, family, max(low, special), most, n)
    assert payments(told(text_of(w, family))) == [line.paid for line in lines]


def survivors_of(facts: dict[str, Any], born: str, death: str, *family: dict[str, Any]) -> Entries:
    """Survivors on a certified record of forty quarters, claimed in January 2010."""
    text = {
        "person": {"born": born},
        "claim": {"branch": "survivors", "date": "2010-01-01", "event": death},
        "periods": [{"scheme": US, "credited": {"quarters": 40}}],
        "facts": {US: {"family_maximum": 1800, **facts}},
        "family": list(family),
    }
    return told(text)


WIDOW = {"relation": "spouse", "born": "1940-03-05"}


def test_a_widow_gets_no_more_than_a_reduced_pensioner_drew() -> None:
    """402(e)(2)(D): entitled at 62, 38 months early, 791.60; 82.5 percent of the PIA is more."""
    found = survivors_of(
        {"pia": 1000, "entitlement_month": 200005}, "1938-05-02", "2009-03-01", WIDOW
    )
    assert payments(found) == [82_500]
    found = survivors_of(
        {"pia": 1000, "entitlement_month": 200303}, "1938-05-02", "2009-03-01", WIDOW
    )
    assert payments(found) == [97_700]  # four months early: 977.70, and the limit is that


def test_a_widow_gets_the_credits_the_worker_had_earned() -> None:
    """402(w)(1), (e)(2)(C): from 65 in January 2000 to the death, 36 months at half a percent."""
    found = survivors_of({"pia": 1000}, "1935-01-10", "2003-01-20", WIDOW)
    assert payments(found) == [118_000]


def test_parents_share_when_there_are_two() -> None:
    """402(h)(2): 82.5 percent for one dependent parent, 75 for each of two."""
    parent = {"relation": "parent", "born": "1930-03-05", "flags": ["dependant"]}
    assert payments(survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", parent)) == [82_500]
    both = survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", parent, parent)
    assert payments(both) == [75_000, 75_000]


def test_a_marriage_before_the_death_must_have_lasted_nine_months() -> None:
    """404.335(a)."""
    late, old = {**WIDOW, "since": "2008-08-01"}, {**WIDOW, "since": "2008-04-01"}
    assert payments(survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", late)) == [0]
    assert payments(survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", old)) == [100_000]


def test_a_divorced_widow_takes_nothing_from_the_children() -> None:
    """403(a)(3)(C): she stands outside the family maximum."""
    children = [{"relation": "child", "born": f"{y}-03-05"} for y in (2000, 2001, 2002)]
    divorced = {"relation": "divorced_spouse", "born": "1940-03-05"}
    found = survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", divorced, *children)
    assert payments(found) == [100_000, 60_000, 60_000, 60_000]
    found = survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", WIDOW, *children)
    assert payments(found) == [55_300, 41_500, 41_500, 41_500]


def test_the_eighteenth_birthday_ends_a_child_s_benefit_unless_disabled() -> None:
    """402(d)(1)(B): attained the day before."""
    grown = {"relation": "child", "born": "1992-01-01"}
    assert payments(survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", grown)) == [0]
    disabled = {**grown, "flags": ["disabled"]}
    assert payments(survivors_of({"pia": 1000}, "1955-01-10", "2009-01-20", disabled)) == [75_000]
