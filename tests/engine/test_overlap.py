"""Reg. 987/2009 art. 12 against sets of months."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portability import build, registry
from portability.batch import Batch
from portability.holding import holdings
from portability.overlap import resolved
from portability.totalization import national
from tests.invented import world

SCHEMES = ("xx-pension", "xy-pension")
KIND = {"C": "compulsory", "V": "voluntary", "E": "equivalent"}
LINE = st.tuples(
    st.sampled_from(SCHEMES),
    st.sampled_from("CVE"),
    st.integers(0, 59),
    st.integers(0, 30),
)
Months = dict[str, dict[str, set[int]]]


def months(lines: list[tuple[str, str, int, int]]) -> Months:
    out: Months = {s: {c: set() for c in "CVE"} for s in SCHEMES}
    for scheme, kind, first, length in lines:
        out[scheme][kind] |= set(range(first, min(first + length, 59) + 1))
    return out


def oracle(lines: list[tuple[str, str, int, int]]) -> dict[str, set[int]]:
    """Months each scheme keeps: 12(2), 12(3), 12(4)."""
    have = months(lines)
    x, y = SCHEMES
    v = {s: have[s]["V"] - have[o]["C"] for s, o in ((x, y), (y, x))}
    e = {s: have[s]["E"] - have[s]["C"] - have[o]["C"] - v[o] for s, o in ((x, y), (y, x))}
    for month in sorted(e[x] & e[y]):
        before = {s: max((m for m in have[s]["C"] if m < month), default=-1) for s in SCHEMES}
        after = {s: min((m for m in have[s]["C"] if m > month), default=10**9) for s in SCHEMES}
        keeper = (
            max(SCHEMES, key=lambda s: before[s])
            if max(before.values()) >= 0
            else min(SCHEMES, key=lambda s: after[s])
        )
        e[y if keeper == x else x].discard(month)
    return {s: have[s]["C"] | v[s] | e[s] for s in SCHEMES}


@given(st.lists(LINE, min_size=1, max_size=8))
def test_the_masks_keep_what_the_sets_keep(lines: list[tuple[str, str, int, int]]) -> None:
    rows = [
        {
            "scheme": scheme,
            "kind": KIND[kind],
            "start": f"{1990 + first // 12}-{first % 12 + 1:02d}-01",
            "end": f"{1990 + last // 12}-{last % 12 + 1:02d}-28",
        }
        for scheme, kind, first, length in lines
        for last in [min(first + length, 59)]
    ]
    co = build.cohort_of([world.made(world.person(rows))])
    batch = Batch(co, holdings(co, registry.known(co.schemes)), [], national)
    pair = world.both(*SCHEMES)
    changed = resolved(batch, pair)
    wanted = oracle(lines)
    for scheme, held in batch.holdings.items():
        credited = changed.get(scheme, held.credited)
        assert credited.months is not None
        kept = {
            (int(year) - 1990) * 12 + month
            for year, mask in zip(credited.years, credited.months[0], strict=True)
            for month in range(12)
            if int(mask) >> month & 1
        }
        assert kept == wanted[scheme]


def test_an_equivalent_month_yields_to_insurance_in_another_scheme_of_the_state() -> None:
    """12(3): two months of care while insured as a farmer are the farmer's, in XX too."""
    line = {"start": "1990-01-01", "end": "1990-02-28"}
    rows = [
        {"scheme": "xx-pension", "kind": "equivalent", **line},
        {"scheme": "xx-pension", "kind": "compulsory", "start": "1991-01-01", "end": "1991-01-31"},
        {"scheme": "xx-farm", "kind": "compulsory", **line},
    ]
    co = build.cohort_of([world.made(world.person(rows))])
    batch = Batch(co, holdings(co, registry.known(co.schemes)), [], national)
    changed = resolved(batch, world.both(*SCHEMES))
    assert set(changed) == {"xx-pension"}
    assert changed["xx-pension"].by_year.tolist() == [[0, 1]]
