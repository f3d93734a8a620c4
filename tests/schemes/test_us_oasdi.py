"""United States, title II: the calculator against a plain oracle, official figures, both sides of
each change of law."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portability import catalogue, registry
from portability.build import cohort_of
from portability.case import Case, load
from portability.totalization import Outcome, Result, totalize
from portability.yamlsource import json_source
from tests.oracles import us_oasdi

US = "us-oasdi"
SCHEME: Any = registry.load(US)
AGREEMENT = catalogue.find("us-de")


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def document(worker: us_oasdi.Worker, foreign_months: int = 0) -> dict[str, Any]:
    """The same person as a case."""
    periods: list[dict[str, Any]] = []
    for year, cents in worker.earnings.items():
        end = worker.death if worker.death and worker.death.year == year else date(year, 12, 31)
        row = {"scheme": US, "start": f"{year}-01-01", "end": str(end), "earnings": money(cents)}
        if year in worker.quarters:
            row["credited"] = {"quarters": worker.quarters[year]}
        periods.append(row)
    if foreign_months:
        periods.append({"scheme": "de-grv", "credited": {"months": foreign_months}})
    claim = {
        "branch": {"survivor": "survivors"}.get(worker.branch, worker.branch),
        "date": f"{worker.month[0]}-{worker.month[1]:02d}-01",
    }
    if worker.death:
        claim["event"] = str(worker.death)
    made: dict[str, Any] = {
        "schema": "portability/case@1",
        "person": {"born": str(worker.born)},
        "claim": claim,
        "periods": periods,
    }
    return made


def loaded(text: dict[str, Any]) -> Case:
    return load(json_source(json.dumps(text), "case.json"))


def determined(texts: list[dict[str, Any]], trace: bool = False) -> Result:
    cases = [loaded(text) for text in texts]
    cohort = cohort_of(cases)
    return totalize(cohort, registry.known(cohort.schemes), [AGREEMENT], trace=trace)


def outcome(result: Result, route: str) -> Outcome:
    return next(o for o in result.decisions[US].outcomes if o.route == route)


@st.composite
def workers(draw: st.DrawFn, branch: str = "old_age") -> us_oasdi.Worker:
    """Births on which the older guaranteed methods have no bearing; records with gaps."""
    born = draw(st.dates(date(1929, 1, 3), date(1964, 1, 20)))
    attained = born - timedelta(1)
    first = us_oasdi.attained_month(born, draw(st.integers(745, 870)))
    last = 2026 * 12 + 9
    month = min(first, last)
    start = draw(st.integers(attained.year + 16, attained.year + 50))
    count = draw(st.integers(0, 45))
    end = month // 12 - draw(st.integers(0, 2))
    years = range(max(start, 1951), min(start + count, end + 1))
    scale = draw(st.sampled_from([20_000, 300_000, 3_000_000, 30_000_000]))
    earnings = {y: draw(st.integers(0, scale)) for y in years}
    quarters = {y: draw(st.integers(0, 4)) for y in years if y < 1978}
    return us_oasdi.Worker(
        born, branch, (month // 12, month % 12 + 1), earnings=earnings, quarters=quarters
    )


@given(st.lists(workers(), min_size=1, max_size=8))
def test_the_national_benefit_is_the_oracle_s(people: list[us_oasdi.Worker]) -> None:
    people = [w for w in people if w.earnings]
    if not people:
        return
    out = outcome(determined([document(w) for w in people]), "national")
    amount, known = out.amount()
    for row, w in enumerate(people):
        claim = w.month[0] * 4 + (w.month[1] - 1) // 3
        own = us_oasdi.counted(us_oasdi.quarters_of(w), 0, claim)
        assert int(out.qual.own[row]) == own
        assert int(out.qual.required[row]) == us_oasdi.minimum_quarters(w)
        assert bool(out.met[row]) == (own >= us_oasdi.minimum_quarters(w))
        if not out.met[row]:
            continue
        eligible = us_oasdi.eligibility_year(w)
        found = us_oasdi.national(w, eligible, us_oasdi.computation_years(w, eligible))
        low, special = found["wage_indexed_pia"], us_oasdi.special_minimum(w)
        raised = us_oasdi.own_benefit(w, max(low, special), low if special > low else None)
        assert known[row]
        assert int(amount[row]) == raised["benefit"] // 100 * 100


@given(st.lists(workers(), min_size=1, max_size=8))
def test_the_totalized_benefit_is_the_oracle_s(people: list[us_oasdi.Worker]) -> None:
    people = [w for w in people if w.earnings]
    if not people:
        return
    result = determined([document(w, foreign_months=480) for w in people])
    out = outcome(result, "us-de")
    amount, known = out.amount()
    for at, row in enumerate(out.sel):
        w = people[row]
        w.foreign = True
        claim = w.month[0] * 4 + (w.month[1] - 1) // 3
        own = us_oasdi.counted(us_oasdi.quarters_of(w), 0, claim)
        assert bool(out.met[at]) == (6 <= own < us_oasdi.minimum_quarters(w))
        if not out.met[at]:
            continue
        eligible = us_oasdi.eligibility_year(w)
        n = us_oasdi.computation_years(w, eligible)
        if not any(q and y < w.month[0] for y, q in us_oasdi.quarters_of(w).items()):
            continue
        theory = us_oasdi.theoretical(w, eligible, n)
        shared = theory["pro_rata_pia"]
        low = us_oasdi.national(w, eligible, n)["wage_indexed_pia"]
        shared = min(shared, max(low, us_oasdi.special_minimum(w)))
        assert known[at]
        assert int(amount[at]) == us_oasdi.own_benefit(w, shared)["benefit"] // 100 * 100


@given(st.lists(workers(), min_size=2, max_size=6))
def test_one_person_alone_is_the_row_of_many(people: list[us_oasdi.Worker]) -> None:
    people = [w for w in people if w.earnings]
    if len(people) < 2:
        return
    texts = [document(w, foreign_months=200) for w in people]
    together = determined(texts).decisions[US]
    for row, text in enumerate(texts):
        alone = determined([text], trace=True).decisions[US]
        for name in ("amount", "known", "entitled", "unknown", "at_least"):
            assert getattr(alone, name)[0] == getattr(together, name)[row], name
