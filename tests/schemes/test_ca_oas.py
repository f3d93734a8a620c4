"""Old Age Security against an oracle on plain dates, printed amounts and the changes of 1977, 2013
and 2022."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portability import case, catalogue
from portability.build import cohort_of
from portability.cohort import OLD_AGE
from portability.determination import entitlement
from portability.registry import load
from portability.totalization import totalize
from portability.yamlsource import Source
from tests.oracles import ca_oas as oracle
from tests.oracles.ca_bench import Answer, Person, answer

Stays = list[tuple[date, date]]


def paid(born: str, claim: str, stays: Stays, residence: str = "CA", **more: object) -> Answer:
    rows = [(a.isoformat(), b.isoformat(), -1) for a, b in stays]
    # type: ignore[arg-type]
    return answer(
        [Person(born, claim, rows, residence, kind="residence", **more)], OLD_AGE, "ca-oas"
    )


def span(a: str, b: str) -> Stays:
    return [(date.fromisoformat(a), date.fromisoformat(b))]


@st.composite
def lives(draw: st.DrawFn) -> tuple[date, date, Stays]:
    """Born after the 1977 transition; one to three stays apart; claim on a first of month with a
    known amount."""
    born = draw(st.dates(date(1952, 7, 2), date(1960, 12, 31)))
    claim = oracle.later(date(born.year, born.month, 1), 781 + draw(st.integers(0, 70)))
    claim = min(claim, date(2026, 9, 1))
    edges = sorted(
        draw(st.sets(st.dates(date(1965, 1, 1), date(2026, 8, 31)), min_size=2, max_size=6))
    )
    stays = [
        (a, b - timedelta(40))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
        if (b - a).days > 60
    ]
    if draw(st.booleans()) and stays:
        stays[-1] = (stays[-1][0], date(2026, 8, 31))
    return born, claim, stays


@given(lives(), st.booleans())
def test_equals_the_oracle(life: tuple[date, date, Stays], in_canada: bool) -> None:
    born, claim, stays = life
    got = paid(born.isoformat(), claim.isoformat(), stays, "CA" if in_canada else "PH")
    want = oracle.pension(born, claim, stays, in_canada)
    assert int(got.own[0]) == oracle.months_of(born, claim, stays)
    assert bool(got.met[0]) == (want is not None)
    if want is not None and not got.unknown_amount.any():
        assert int(got.v[0]) == want


def test_amounts_of_the_act() -> None:
    """s. 7(1): 273.80 from January 1985; the adjustment of July 2013: 546.07 x 1.007 = 549.89 (Regs
    s. 8)."""
    table = load("ca-oas").tables["full_pension"]
    assert table.find([198501, 201304, 201307])[0].tolist() == [27380, 54607, 54989]
    assert (54607 * 1007 + 500) // 1000 == 54989
    assert table.find([202610])[1].tolist() == [False]


def test_whole_years_by_the_day() -> None:
    """s. 3(4): ten years to the day open the right; one day less does not."""
    assert paid("1955-03-10", "2020-04-01", span("2010-04-01", "2020-03-31")).met.all()
    assert not paid("1955-03-10", "2020-04-01", span("2010-04-02", "2020-03-31")).met.any()


def test_an_unpublished_quarter_is_unknown() -> None:
    got = paid("1961-03-10", "2026-10-01", span("1990-01-01", "2026-09-30"))
    assert got.met.all() and got.unknown_amount.all()


def test_twenty_years_for_payment_abroad() -> None:
    """s. 9: nineteen years are enough in Canada, not abroad; a residence nobody told leaves it
    open."""
    stays = span("1990-01-01", "2008-12-31")
    assert paid("1955-03-10", "2020-04-01", stays, "CA").met.all()
    assert not paid("1955-03-10", "2020-04-01", stays, "PH").met.any()
    assert paid("1955-03-10", "2020-04-01", stays, "").unknown_right.all()


def test_transition_of_1977() -> None:
    """s. 3(1)(b): 25 on 1 July 1977 and resident then: a full pension after the last ten years
    alone."""
    stays = [*span("1970-01-01", "1977-12-31"), *span("2006-01-01", "2018-12-31")]
    old, young = paid("1952-07-01", "2017-08-01", stays), paid("1952-07-02", "2017-08-01", stays)
    assert old.v.tolist() == [58374] and old.qual.variant.tolist() == [3]
    assert young.v.tolist() == [-(-58374 * 19 * 2 // 40 // 2)] and young.qual.variant.tolist() == [
        1
    ]


def test_deferral_starts_in_july_2013_and_ends_at_70() -> None:
    """s. 7.1(4): born March 1947, 65 in 2012: 45 months from July 2013 to March 2017, however late
    the claim."""
    got = paid("1947-03-10", "2018-01-01", span("1965-03-10", "2017-12-31"))
    assert got.steps["months_deferred"] == "45"
    assert got.v.tolist() == [(58666 * (1000 + 6 * 45) + 500) // 1000]


def test_increase_at_75_from_july_2022() -> None:
    """s. 7(5): the months before July 2022 have none; 666.83 in that quarter becomes 733.51."""
    home = span("1960-01-01", "2026-01-01")
    before, after = (paid("1944-03-10", claim, home) for claim in ("2022-06-01", "2022-07-01"))
    assert "full_pension_75" not in before.steps
    assert after.steps["full_pension_75"] == "733.51"


def test_undated_residence_cannot_say_what_was_open_at_65() -> None:
    on_time = paid("1955-03-10", "2020-04-01", [], credited=240_000)
    late = paid("1955-03-10", "2022-04-01", [], credited=240_000)
    assert on_time.v.tolist() == [30677] and not on_time.unknown_amount.any()
    assert late.unknown_amount.all()
    told = paid(
        "1955-03-10", "2022-04-01", [], credited=240_000, facts={"years_when_first_qualified": 20}
    )
    assert told.v.tolist() == [(64867 * 20 * (1000 + 6 * 24) + 20_000) // 40_000]


def test_a_theoretical_pension_counts_the_years_abroad_and_is_shared_once() -> None:
    """The model: 15 years in Canada and 16 in the Philippines, 31 fortieths of 742.31, of which
    180/372 (ETS 78 Articles 29, 30); 15 fortieths of which 180/372 would share the years twice."""
    life = {
        "schema": "portability/case@1",
        "person": {"born": "1961-02-15", "nationalities": ["PH"], "residence": "PH"},
        "claim": {"branch": "old_age", "date": "2026-03-01"},
        "periods": [
            {"scheme": "ph-sss", "kind": "compulsory", "start": "1990-01-01", "end": "2005-12-31"},
            {"scheme": "ca-oas", "kind": "residence", "start": "2006-01-01", "end": "2020-12-31"},
        ],
    }
    schemes = {name: load(name) for name in ("ca-oas", "ph-sss")}
    result = totalize(
        cohort_of([case.load(Source("test", life))]), schemes, [catalogue.find("model-r167")]
    )
    line = entitlement(result, "ca-oas", 0)
    assert (742_31 * 31 + 20) // 40 == 575_29
    assert (575_29 * 180 * 2 + 372) // (372 * 2) == 278_37
    assert line["payable"]["amount"] == "278.37"
