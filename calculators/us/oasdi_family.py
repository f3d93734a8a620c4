"""Benefits of the family: 42 USC 402(b)-(h), 20 CFR 404.330-404.374. The family maximum is in
oasdi_maximum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from calculators.us import oasdi_age as age
from calculators.us.oasdi_insured import (
    AGE_70,
    CFR,
    CURRENTLY,
    ENTITLED,
    FIRST_NEW,
    FULLY,
    NEW_START,
    Clock,
    clock,
    computation_years,
)
from calculators.us.oasdi_pia import AIME, ELIGIBILITY_PIA, average, formula, increased, indexed
from portability.cohort import SURVIVORS, Cohort, Family
from portability.dates import NODATE, add_months, add_years, day_in_month, month_of, year_of
from portability.scheme import Award, Qualification, Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Tables = Mapping[str, Table]

RATE = Step("claimant_rate", "1e-3", "42 USC 402(b)-(h), 20 CFR 404.330-404.374", CFR + "404.333")
WIDOW_PIA = Step(
    "widow_indexed_pia", "USD cent", "42 USC 402(e)(2)(B), 20 CFR 404.338", CFR + "404.338"
)
STEPS = (RATE, WIDOW_PIA)

AGE_50, AGE_60, AGE_62 = 600, 720, 744
FIRST_WIDOW_INDEX = 1985  # 402(e)(2)(B): widow(er)s first eligible, or deaths, after 1984


def award(
    tables: Tables,
    run: Run,
    co: Cohort,
    fam: Family,
    parts: Mapping[str, Int],
    qual: Qualification,
    view: View,
) -> Award:
    """The full benefit of each claimant on this record, before the family maximum and before
    reduction for age."""
    own = record_run(run, co)
    now = clock(own, co)
    survivors = co.branch == SURVIVORS
    rate = survivor_rates(fam, qual) if survivors else life_rates(fam)
    rate = np.where(married_long_enough(co, fam, survivors), rate, 0)
    run.trace(RATE, rate, when=rate > 0)
    base = fam.of(parts["pia"])
    if survivors:
        base = widow_base(tables, run, own, co, fam, view, qual, now, base, rate)
    full = age.to_dime(base, rate, 1000, fam.of(now.paid))
    return Award(
        rate > 0,
        full,
        "USD",
        "month",
        start=np.maximum(fam.claim, fam.of(co.claim)).astype(np.int64),
    )


def record_run(run: Run, co: Cohort, scheme: str = "us-oasdi") -> Run:
    """A silent run over the records on which the claimants draw."""
    facts = {key: value for (owner, key), value in co.facts.items() if owner == scheme}
    return Run(len(co), scheme, run.route, stage="amount", facts=facts)


def attained(fam: Family, months: int | Int) -> Int:
    """Month in which each claimant attains an age, on the day before the birthday (404.2(c)(4))."""
    return month_of(fam.born.astype(np.int64) - 1) + months


def young(fam: Family) -> Bool:
    """402(d)(1)(B): a child under 18, a student under 19, or disabled (before 22)."""
    claim = month_of(fam.claim)
    limit = np.where(fam.has("student"), 19 * 12, 18 * 12)
    return fam.is_("child") & (fam.has("disabled") | (claim < attained(fam, limit)))


def partner(fam: Family) -> Bool:
    return fam.is_("spouse") | fam.is_("divorced_spouse")


def carer(fam: Family) -> Bool:
    """402(b)(1)(B), (g)(1)(E): a child of the worker in care."""
    return partner(fam) & fam.has("in_care")


def life_rates(fam: Family) -> Int:
    """402(b)(2), (d)(2): half of the PIA for a spouse, a divorced spouse from 62, a child."""
    born = fam.born.astype(np.int64) - 1
    whole = (month_of(born) < FIRST_NEW) | (day_in_month(born) == 1)
    aged = (
        partner(fam)
        & ~carer(fam)
        & (month_of(fam.claim) >= attained(fam, np.where(whole, AGE_62, NEW_START)))
    )
    return np.where(aged | (carer(fam) & fam.is_("spouse")) | young(fam), 500, 0)


def survivor_rates(fam: Family, qual: Qualification) -> Int:
    """402(d)(2), (e)(2), (g)(2), (h)(2): thousandths of the PIA."""
    claim, fully = month_of(fam.claim), fam.of(qual.variant) == FULLY
    insured = fam.of(qual.variant) >= CURRENTLY
    alone = ~carer(fam) & partner(fam) & fully & ~fam.has("remarried")
    aged = alone & (claim >= attained(fam, AGE_60))
    unable = alone & fam.has("disabled") & (claim >= attained(fam, AGE_50))  # 402(e)(1)(B)(ii)
    parent = fam.is_("parent") & fam.has("dependant") & fully & (claim >= attained(fam, AGE_62))
    several = fam.of(fam.total(parent.astype(np.int64))) > 1
    young_family = insured & (young(fam) | (carer(fam) & ~fam.has("remarried")))
    return np.select(
        [aged | unable, young_family, parent & ~several, parent], [1000, 750, 825, 750], 0
    )


def married_long_enough(co: Cohort, fam: Family, survivors: bool) -> Bool:
    """404.330(a), 404.335(a): one year of marriage, nine months before a death; only where the
    marriage is dated."""
    dated = fam.is_("spouse") & ~carer(fam) & (fam.since != NODATE)
    since = np.where(dated, fam.since, fam.born).astype(np.int64)
    year, nine = add_years(since, 1) <= fam.claim, add_months(since, 9) <= fam.of(co.event) + 1
    found: Bool = ~dated | (nine if survivors else year)
    return found


def widow_base(
    tables: Tables,
    run: Run,
    own: Run,
    co: Cohort,
    fam: Family,
    view: View,
    qual: Qualification,
    now: Clock,
    pia: Int,
    rate: Int,
) -> Int:
    """402(e)(2): the PIA of a widow(er): widow's indexing where higher, with the credits the worker
    had earned."""
    widow = partner(fam) & (rate == 1000)
    value = pia
    if run.route == "national":
        indexed_pia = widow_indexed(tables, run, own, co, fam, view, now, widow)
        run.trace(WIDOW_PIA, indexed_pia, when=widow & (indexed_pia > pia))
        value = np.maximum(pia, indexed_pia)
    months = worker_credits(tables, own, now, view, qual.required)
    if not months.any():
        return value
    raised = age.credited(tables, now.take(fam.person), value, fam.of(months))
    return np.where(widow, raised, value)


def worker_credits(tables: Tables, own: Run, now: Clock, view: View, required: Int) -> Int:
    """402(w)(1), (e)(2)(C): months from full retirement age to entitlement, death or 70."""
    start = np.maximum(
        now.attained(age.full_age(tables, now.year)), age.insured_month(own, now, view, required)
    )
    end = np.where(own.given(ENTITLED), now.entitled, month_of(now.death))
    found: Int = np.maximum(np.minimum(end, now.attained(AGE_70)) - start, 0)
    return found


def widow_year(fam: Family, now: Clock) -> Int:
    """402(e)(2)(B)(i): the later of death and the widow(er)'s 60 (or disability from 50), not after
    the worker's 62."""
    sixty = year_of(fam.born.astype(np.int64) - 1) + 60
    onset = np.maximum(year_of(fam.event), sixty - 10)
    own = np.where(fam.has("disabled") & (fam.event != NODATE), np.minimum(onset, sixty), sixty)
    found: Int = np.minimum(np.maximum(fam.of(now.eligible), own), fam.of(now.year) + 62)
    return found


def widow_indexed(
    tables: Tables, run: Run, own: Run, co: Cohort, fam: Family, view: View, now: Clock, widow: Bool
) -> Int:
    """402(e)(2)(B): the PIA as if eligibility were in the widow(er)'s year, for workers who died
    before 62."""
    died = fam.of(now.death)
    before = died < add_years(fam.of(now.born), 62)
    year = widow_year(fam, now)
    late = (year >= FIRST_WIDOW_INDEX) | (year_of(died) >= FIRST_WIDOW_INDEX)
    value = np.zeros(len(fam), np.int64)
    idx = np.flatnonzero(widow & before & late & (year > fam.of(now.eligible)))
    if not len(idx):
        return value
    rows, quiet = fam.person[idx], Run(len(idx), run.scheme, run.route, stage="amount")
    cut = evolve(now.take(rows), eligible=year[idx])
    years, earnings = view.own.years, view.own.earnings[rows]
    n = computation_years(own, now)[rows]
    need = np.ones(len(idx), np.bool_)
    aime = average(quiet, AIME, indexed(quiet, tables, cut, years, earnings, cut.eligible), n)
    base = formula(quiet, tables, ELIGIBILITY_PIA, aime, cut.eligible, need)
    value[idx] = increased(quiet, tables, base, cut.eligible, cut.paid, need)
    return value
