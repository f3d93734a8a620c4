"""Insured status: 42 USC 414 and 423(c), 20 CFR 404.110-404.132, and the years on which all other
rules count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.us.oasdi_record import Earned, waiting_month
from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS, Cohort
from portability.dates import NODATE, day_in_month, first_day, month_of, year_of
from portability.scheme import Qualification, Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

CFR = "https://www.ecfr.gov/current/title-20/section-"
ENTITLED = Step("entitlement_month", "yyyymm", "20 CFR 404.311", CFR + "404.311")
ELIGIBLE = Step("eligibility_year", "year", "42 USC 415(a)(3)(B)", CFR + "404.212")
REQUIRED = Step(
    "quarters_required",
    "quarter",
    "20 CFR 404.110(b), 404.115",
    CFR + "404.110",
    first="year",
    last="year",
)
QUARTERS = Step("quarters_of_coverage", "quarter", "20 CFR 404.140-404.146", CFR + "404.140")
CURRENT = Step("quarters_of_last_13", "quarter", "20 CFR 404.120", CFR + "404.120")
RECENT = Step("quarters_of_last_40", "quarter", "20 CFR 404.130(b)", CFR + "404.130")
YOUNG = Step(
    "quarters_since_21", "quarter", "20 CFR 404.130(c)", CFR + "404.130", required="quarter"
)
ELAPSED = Step("elapsed_years", "year", "20 CFR 404.211(e)(1)", CFR + "404.211")
YEARS = Step("computation_years", "year", "20 CFR 404.211(e)(2)", CFR + "404.211", elapsed="year")
STEPS = (ENTITLED, ELIGIBLE, REQUIRED, QUARTERS, CURRENT, RECENT, YOUNG, ELAPSED, YEARS)

NONE, CURRENTLY, FULLY = 0, 1, 2
AGE_62, AGE_70 = 62 * 12, 70 * 12
SIX = 6  # 404.120, 404.1908
JULY_1980 = 1980 * 12 + 6  # Public Law 96-265: disability dropout years and maximum
NEW_START = 745  # 402(a), from September 1981: the first month throughout which one is 62
FIRST_NEW = month_of(np.array([-18386]))[
    0
]  # births from September 1919 (the day before birth after 1919-08-31)


@define
class Clock:
    """The dates of m persons on which the rules count; months are indices (year * 12 + month - 1).

    born      day before the birthday, on which an age is attained (404.2(c)(4)); year: its year
    paid      month whose benefit is reckoned; entitled: first month of entitlement
    eligible  year of 62, or of an earlier death or disability (415(a)(3)(B))
    last      last year whose earnings count (415(b)(2)(B)(ii); 404.211(b)(2))
    death     day of death, NODATE in a life case
    """

    branch: int
    born: Int
    year: Int
    paid: Int
    entitled: Int
    eligible: Int
    last: Int
    death: Int

    def take(self, idx: NDArray[Any]) -> Clock:
        """The persons idx."""
        names = ("born", "year", "paid", "entitled", "eligible", "last", "death")
        return Clock(self.branch, *(getattr(self, name)[idx] for name in names))

    def attained(self, months: Int | int) -> Int:
        """Month in which an age is attained."""
        return month_of(self.born) + months

    @property
    def first(self) -> Int:
        """414(a): the year before the first elapsed year: 1950, or the year of 21 if later."""
        return np.maximum(self.year + 21, 1950)


@contextmanager
def quietly(run: Run) -> Iterator[None]:
    """Nothing inside is recorded: a figure that stands in the trace already."""
    before, run.trace_to = run.trace_to, None
    try:
        yield
    finally:
        run.trace_to = before


def clock(run: Run, co: Cohort, tell: bool = False) -> Clock:
    """See Clock. A certified entitlement month lets the claim date stand for a later month of
    payment."""
    born = co.born.astype(np.int64) - 1
    year, paid = year_of(born), month_of(co.claim)
    given = run.given(ENTITLED)
    entitled = paid
    if given.any():
        with nullcontext() if tell else quietly(run):
            value, _ = run.fact(ENTITLED)
        month = value // 100 * 12 + value % 100 - 1
        fits = (value % 100 >= 1) & (value % 100 <= 12) & (month <= paid)
        run.lacks(given & ~fits, "fact_missing", fact=ENTITLED.key, cite=ENTITLED.cite)
        entitled = np.where(given & fits, month, paid)
    event = co.event.astype(np.int64)
    happened = (event != NODATE) & (co.branch != OLD_AGE)
    eligible = np.where(happened, np.minimum(year + 62, year_of(event)), year + 62)
    dead = happened & (co.branch == SURVIVORS)
    last = np.where(dead, year_of(event), paid // 12 - 1)
    return Clock(
        co.branch, born, year, paid, entitled, eligible, last, np.where(dead, event, NODATE)
    )


def elapsed_years(now: Clock) -> Int:
    """415(b)(2)(B)(iii): years after 1950 or the year of 21, before the year of eligibility."""
    found: Int = np.maximum(now.eligible - 1 - now.first, 0)
    return found


def computation_years(run: Run, now: Clock) -> Int:
    """415(b)(2)(A): five years dropped, in a disability case (entitlement since July 1980) one in
    five and at most five; at least two remain."""
    elapsed = run.step(ELAPSED, lambda: elapsed_years(now))
    in_five = (now.branch == INVALIDITY) & (now.entitled >= JULY_1980)
    dropped = np.where(in_five, np.minimum(elapsed // 5, 5), 5)
    years: Int = run.step(YEARS, lambda: np.maximum(elapsed - dropped, 2), elapsed=elapsed)
    run.lacks(years < 1, "fact_missing", fact=YEARS.key, cite=YEARS.cite)
    return np.maximum(years, 1)


def earliest_month(now: Clock) -> Int:
    """402(a): the month of 62; since September 1981 only a month throughout which one is 62."""
    whole = (now.attained(0) < FIRST_NEW) | (day_in_month(now.born) == 1)
    return np.where(whole, now.attained(AGE_62), now.attained(NEW_START))


def qualify(run: Run, co: Cohort, view: View, tables: Mapping[str, Table]) -> Qualification:
    """414: fully insured, else (survivors) currently insured; 423(c)(1) for disability."""
    now = clock(run, co, tell=True)
    own, counted = view.own.total(), view.units("theoretical")
    if co.branch == OLD_AGE and bool((now.entitled < now.paid).any()):
        later = quarters_after(now, view)
        own, counted = own - later, counted - later
    required = run.step(
        REQUIRED,
        lambda: np.clip(now.eligible - 1 - now.first, 6, 40),
        first=now.first,
        last=now.eligible - 1,
    )
    run.trace(ELIGIBLE, now.eligible)
    run.trace(QUARTERS, counted)
    fully = counted >= required
    open_(run, view, own, counted, required)
    if co.branch == INVALIDITY:
        full = now.attained(tables["full_retirement_age"].at(now.year))
        return disabled(run, co, view, now, own, counted, required, now.entitled < full)
    if co.branch == SURVIVORS:
        return survivors(run, co, view, own, counted, required)
    start = earliest_month(now)
    old = now.entitled >= start
    variant = np.where(fully & old, FULLY, NONE)
    earliest = np.where(fully & ~old, first_day(start), NODATE)
    return Qualification(
        variant > NONE, own, counted, required, variant, variant, earliest=earliest
    )


def quarters_after(now: Clock, view: View) -> Int:
    """402(a): whoever is entitled since an earlier month was insured then; the quarters after that
    month."""
    room = now.entitled[:, None] // 3 + 1 - view.own.years.astype(np.int64)[None, :] * 4
    after = view.own.by_year.astype(np.int64) - np.clip(room, 0, 4)
    found: Int = np.maximum(after, 0).sum(axis=1)
    return found


def open_(run: Run, view: View, own: Int, counted: Int, required: Int) -> None:
    """404.141: wages before 1978 leave the number of quarters open; unknown where that decides."""
    if isinstance(view.own, Earned):
        most = view.own.possible
        doubt = (counted < required) & (counted + most >= required)
        if run.route != "national":  # 433(c)(1), 404.1908: six quarters of one's own
            doubt |= (own < SIX) & (own + most >= SIX) & (counted + most >= required)
        run.lacks(
            doubt,
            "fact_missing",
            fact=QUARTERS.key,
            cite="20 CFR 404.141",
            what="quarters of coverage of years before 1978",
        )


def undated(run: Run, view: View, doubt: Bool, cite: str) -> None:
    """Sums without dates have no place in a span of quarters: unknown where they could decide."""
    run.lacks(doubt & view.undated(), "period_dates_missing", cite=cite)


def survivors(
    run: Run, co: Cohort, view: View, own: Int, counted: Int, required: Int
) -> Qualification:
    """414(a), (b): fully insured at death, or six quarters in the thirteen ending with the quarter
    of death."""
    end = (month_of(co.event) // 3 + 1) * 3
    recent = view.within(end - 39, end)
    run.trace(CURRENT, recent)
    variant = np.select([counted >= required, recent >= SIX], [FULLY, CURRENTLY], NONE)
    undated(run, view, variant == NONE, "20 CFR 404.120")
    return Qualification(variant > NONE, own, counted, required, variant, variant)


def disabled(
    run: Run,
    co: Cohort,
    view: View,
    now: Clock,
    own: Int,
    counted: Int,
    required: Int,
    below_age: Bool,
) -> Qualification:
    """423(a)(1), (c)(1), 404.130: fully insured, the recent-work test in the quarter of onset or of
    the waiting
    period, and below full retirement age; payable after five full calendar months (423(c)(2))."""
    onset, waiting = month_of(co.event) // 3, waiting_month(co.event) // 3
    recent = recently(run, view, now, onset)
    recent |= (waiting > onset) & recently(run, view, now, waiting, onset)
    undated(run, view, (counted >= required) & ~recent & below_age, "20 CFR 404.130")
    start = waiting_month(co.event) + 5
    open_on = (counted >= required) & recent & below_age
    variant = np.where(open_on & (now.entitled >= start), FULLY, NONE)
    earliest = np.where(open_on & (variant == NONE), first_day(start), NODATE)
    return Qualification(
        variant > NONE, own, counted, required, variant, variant, earliest=earliest
    )


def recently(run: Run, view: View, now: Clock, quarter: Int, before: Int | None = None) -> Bool:
    """404.130(b), (c): the two recent-work tests for a disability in this calendar quarter.

    before: quarter of a test already recorded; this one is recorded only where it is another.
    """
    end = quarter + 1
    again = np.ones(run.n, np.bool_) if before is None else quarter > before
    recent = view.within((end - 40) * 3, end * 3)
    run.trace(RECENT, recent, when=again)
    since = now.attained(21 * 12) // 3 + 1  # 404.130(c)(1): the quarter after 21 is attained
    young = end - 40 < since  # 404.130(c): disabled before the quarter of 31
    length = np.maximum(end - since, 12)  # 404.130(c)(2): fewer than twelve: the last twelve
    half = length // 2  # 404.130(c)(1): an odd number is reduced by one
    special = view.within((end - length) * 3, end * 3)
    run.trace(YOUNG, special, when=young & again, required=half)
    found: Bool = (recent >= 20) | (young & (special >= half))
    return found


def term(name: str, run: Run, now: Clock, view: View) -> Int | None:
    """404.1918(a)(3): used_quarters over the quarters of the computation years; None: not regulated
    here."""
    if name == "used_quarters":
        return used_quarters(now, view)
    if name != "computation_period":
        return None
    with quietly(run):
        return 4 * computation_years(run, now)


def used_quarters(now: Clock, view: View) -> Int:
    """415(f)(2), POMS GN 01701.255: quarters of a year enter the fraction with the computation that
    uses its earnings."""
    own = view.own
    used = own.years.astype(np.int64)[None, :] <= now.last[:, None]
    found: Int = np.where(used, own.by_year, 0).sum(axis=1, dtype=np.int64) + own.undated // 1000
    return found
