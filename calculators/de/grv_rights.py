"""SGB VI 35-38, 43, 46, 48, 50-52, 235-237a, 241: which pension is open on the day claimed, and
from which age.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.de.grv_record import URL, Record
from portability.cohort import SEXES, Cohort
from portability.coverage import limited, months_in, per_person, window_mask
from portability.dates import NODATE, day, first_day, month_of
from portability.scheme import Qualification
from portability.tables import Table
from portability.trace import Run, Step
from portability.units import THOUSAND
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Law = Mapping[str, Table]

NONE, LONG, WOMEN, UNEMPLOYED, DISABLED, VERY_LONG, STANDARD, INVALID, DEATH = range(9)
ORDER = (STANDARD, LONG, DISABLED, VERY_LONG, UNEMPLOYED, WOMEN)  # 89(1)
VARIANTS = {
    STANDARD: "Regelaltersrente (35, 235)",
    VERY_LONG: "besonders langjährig Versicherte (38, 236b)",
    DISABLED: "schwerbehinderte Menschen (37, 236a)",
    UNEMPLOYED: "Arbeitslosigkeit oder Altersteilzeit (237)",
    WOMEN: "Altersrente für Frauen (237a)",
    LONG: "langjährig Versicherte (36, 236)",
    INVALID: "Erwerbsminderung (43)",
    DEATH: "Rente wegen Todes (46, 48)",
}
GENERAL, FIFTEEN, TWENTY, THIRTY_FIVE, FORTY_FIVE = 60, 180, 240, 420, 540  # 50, in months (122(2))
VOLUNTARY_FROM = 216  # 51(3a) no. 4: 18 years
VERY_LONG_AT_63 = day("2014-07-01")  # 236b
VERY_LONG_AT_65 = day("2012-07-02")  # 38, as in the text of that day
CODE_START = day("1992-01-01")
AFTER_40, TEN_YEARS = 40 * 12, 120  # 237a(1) no. 3
EIGHT_OF_TEN, TEN = 96, 120  # 237(1) no. 4
THREE, FIVE = 36, 60  # 43(1) no. 2
FIRST_LAW = day("1984-01-01")  # 241(2)
REDUCTION_RANK = 100
LAST_COHORT = day("1952-01-01")  # 237(1) no. 1, 237a(1) no. 1
FEMALE = SEXES.index("female")

STANDARD_AGE = Step("standard_age", "month", "SGB VI 35, 235(2)", URL)
AGE = Step("reference_age", "month", "SGB VI 36-38, 235-237a", URL, earliest="month")
WAIT = Step("waiting_period", "month", "SGB VI 50, 51", URL, own="month", required="month")
UNEMPLOYED_FACT = Step("unemployed_or_part_time", "1", "SGB VI 237(1) no. 3: condition met", URL)
RECENT = Step(
    "compulsory_months_of_last_five_years", "month", "SGB VI 43(1) no. 2, (4)", URL, window="month"
)
WAIT_DONE = Step("waiting_period_completed", "1", "SGB VI 50(1) sentence 2: deemed completed", URL)


@define
class Months:
    """Months of each waiting period: int64[n]. general: 51(1); all: 51(3); very_long: 51(3a);
    duty: 55(2).
    """

    general: Int
    all: Int
    very_long: Int
    duty: Int
    own: Int


def attained(born: NDArray[np.int32], months: Int | int) -> Int:
    """99(1), BGB 187(2), 188(2): the month at whose beginning an age is completed (born on the
    1st: that month).
    """
    return np.asarray(month_of(born.astype(np.int64) - 1) + months + 1, np.int64)


def record_of(view: View) -> Record:
    if not isinstance(view.own, Record):
        raise TypeError("de-grv needs its own record")
    return view.own


def months_of(co: Cohort, view: View) -> Months:
    """51: what counts for which waiting period; foreign months stand where their own kind would."""
    rec, foreign = record_of(view), view.foreign()
    end = month_of(co.claim)
    work = strictly = rec.compulsory
    if rec.jobless.any():  # 51(3a) no. 3: not in the last two years before the pension
        strictly = rec.compulsory & ~rec.jobless
        work = strictly | (rec.jobless & ~window_mask(rec.years, end - 24, end))
    if rec.benefit.any() or rec.considered.any():
        work = work | rec.benefit | rec.considered
    every = work if rec.paid is rec.compulsory else work | (rec.paid & ~rec.compulsory)
    undated = rec.loose_compulsory // THOUSAND + foreign
    strict = rec.dated(work) + undated
    wider = rec.dated(every) + rec.loose_paid // THOUSAND + foreign
    enough = rec.dated(strictly) + undated >= VOLUNTARY_FROM  # 51(3a) no. 4
    return Months(
        rec.contributions() + foreign,
        view.units("theoretical"),
        np.where(enough, wider, strict),
        rec.duties() + foreign,
        rec.contributions(),
    )


def within(view: View, mask: NDArray[np.uint16], first: Int, last: Int) -> Int:
    """Own months of a mask and foreign months in [first, last): int64[n]."""
    rec = record_of(view)
    inside = window_mask(rec.years, first, last) & rec.touched
    mine = per_person(limited(rec.by_year, rec.touched, inside & mask, "month"))
    beyond = rec.beyond(first, last)  # contribution months of either mask
    return np.asarray(view.foreign_within(first, last) + mine + beyond, np.int64)


def unplaced(view: View) -> Bool:
    """Sums without dates that have no place in a window; child-raising months have one."""
    rec = record_of(view)
    own = rec.undated > rec.beyond() * THOUSAND
    return np.asarray(own | (view.foreign() > view.foreign_by_year().sum(axis=1)))


@define
class Doors:
    """One row of the old-age pensions: who may enter (bool[n]), from which month, the month free
    of reduction.
    """

    variant: int
    open: Bool
    earliest: Int
    free: Int
    counted: Int
    required: int


def doors(law: Law, run: Run, co: Cohort, view: View, got: Months) -> list[Doors]:
    """35-38, 235-237a: every old-age pension of SGB VI with its own age and waiting period."""
    claim, born = month_of(co.claim), co.born
    standard = attained(born, law["standard_age"].at(born, run))
    out = [Doors(STANDARD, got.general >= GENERAL, standard, standard, got.general, GENERAL)]
    young = claim < standard
    for variant, name, meets in (
        (LONG, "long", got.all >= THIRTY_FIVE),
        (DISABLED, "disabled", co.has("severely_disabled") & (got.all >= THIRTY_FIVE)),
        (UNEMPLOYED, "unemployed", unemployed(run, co, view, got)),
        (WOMEN, "women", women(co, view, got, young)),
    ):
        if not meets.any():
            continue
        required = THIRTY_FIVE if variant in (DISABLED, LONG) else FIFTEEN
        counted = got.all if variant in (DISABLED, LONG) else got.general
        need = meets & young & (claim >= attained(born, 60 * 12))
        earliest = attained(born, law[f"{name}_earliest"].at(born, run, need))
        free = attained(born, law[f"{name}_age"].at(born, run, need))
        known = law[f"{name}_age"].has(born)
        out.append(Doors(variant, meets & known, earliest, free, counted, required))
    out.append(very_long(law, run, co, got, young))
    return sorted(out, key=lambda way: ORDER.index(way.variant))


def very_long(law: Law, run: Run, co: Cohort, got: Months, young: Bool) -> Doors:
    """38, 236b: without reduction after 45 years, from 63 upwards since July 2014, before at 65."""
    new, old = co.claim >= VERY_LONG_AT_63, co.claim >= VERY_LONG_AT_65
    age = np.where(new, law["very_long_age"].at(co.born, run), 65 * 12)
    at, meets = attained(co.born, age), got.very_long >= FORTY_FIVE
    unseen = meets & ~old & young & (month_of(co.claim) >= at)
    run.lacks(unseen, "rule_unknown", what="45 years of contributions before July 2012")
    return Doors(VERY_LONG, meets & (new | old), at, at, got.very_long, FORTY_FIVE)


def unemployed(run: Run, co: Cohort, view: View, got: Months) -> Bool:
    """237(1): born before 1952, unemployment or part-time certified, eight of the last ten years,
    15 years.
    """
    value, given = run.fact(UNEMPLOYED_FACT)
    if not given.any():
        return np.zeros(run.n, np.bool_)
    claim = month_of(co.claim)
    enough = within(view, record_of(view).compulsory, claim - TEN, claim) >= EIGHT_OF_TEN
    return np.asarray(
        given & (value > 0) & (co.born < LAST_COHORT) & enough & (got.general >= FIFTEEN)
    )


def women(co: Cohort, view: View, got: Months, young: Bool) -> Bool:
    """237a(1): women with more than ten years of compulsory contributions after 40, 15 years
    waiting period; looked at before the standard age only, where it can give more.
    """
    candidate = (co.sex == FEMALE) & (co.born < LAST_COHORT) & (got.general >= FIFTEEN) & young
    who = np.flatnonzero(candidate)
    if not len(who):
        return np.asarray(candidate)
    cut, forty = view.take(who), attained(co.born[who], AFTER_40) - 1
    late = within(cut, record_of(cut).compulsory, forty, month_of(co.claim[who]))
    candidate[who] = late > TEN_YEARS
    return np.asarray(candidate)


def old_age(law: Law, run: Run, co: Cohort, view: View) -> Qualification:
    """89(1), 99(1): the pension with the least reduction open when the month claimed begins; ties:
    order of 89.
    """
    claim, got = month_of(co.claim), months_of(co, view)
    before_code = co.claim < CODE_START
    run.lacks(before_code, "rule_unknown", what="law before SGB VI")
    ways = doors(law, run, co, view, got)
    early = [
        np.where(
            way.open & (claim >= way.earliest), np.maximum(way.free - claim, 0), REDUCTION_RANK
        )
        for way in ways
    ]
    best = np.argmin(np.stack(early), axis=0)  # ties: the order of doors
    least = np.min(np.stack(early), axis=0)
    met = least < REDUCTION_RANK

    def of_best(name: str, otherwise: Int | int) -> Int:
        return np.where(
            met, np.choose(best, [np.asarray(getattr(way, name)) for way in ways]), otherwise
        )

    required, counted = of_best("required", GENERAL), of_best("counted", got.general)
    variant = of_best("variant", NONE)
    foreign = view.foreign()
    run.trace(WAIT, counted, own=counted - foreign, required=required)
    standard = first_day(ways[0].earliest)
    earliest = np.where(got.general >= GENERAL, standard, NODATE)
    return Qualification(
        met,
        counted - foreign,
        counted,
        required,
        variant,
        np.where(met, REDUCTION_RANK - least, 0),
        earliest=earliest,
    )


def reduced_months(law: Law, co: Cohort, variant: Int) -> Int:
    """77(2) no. 2 a: months between the claim and the age free of reduction: int64[n]."""
    names = {
        LONG: "long_age",
        WOMEN: "women_age",
        UNEMPLOYED: "unemployed_age",
        DISABLED: "disabled_age",
    }
    claim = month_of(co.claim)
    out = np.zeros(len(co), np.int64)
    for code, name in names.items():
        if not (variant == code).any():
            continue
        free = attained(co.born, law[name].find(co.born)[0])
        out = np.where(variant == code, np.maximum(free - claim, 0), out)
    return np.asarray(out, np.int64)


def late_months(law: Law, run: Run, co: Cohort, view: View, at: Int) -> Int:
    """77(2) no. 2 b: months after the standard age in which the waiting period was met; at: month
    index int64[n].
    """
    standard = attained(co.born, law["standard_age"].find(co.born)[0])
    late: Int = np.maximum(at - standard, 0)
    if not late.any():
        return late
    who = np.flatnonzero(late > 0)
    cut, start, upto = view.take(who), standard[who], at[who]
    paid, zero = record_of(cut).paid, np.zeros(len(who), np.int64)
    short = within(cut, paid, zero, start) < GENERAL
    if not short.any():
        return late
    open_ = np.zeros(len(co), np.bool_)
    open_[who] = short & unplaced(cut) & (within(cut, paid, zero, upto) < GENERAL)
    run.lacks(open_, "period_dates_missing", cite="SGB VI 77(2) no. 2 b")
    low, high = start.copy(), np.maximum(upto, start)
    for _ in range(11):  # bisection over at most 2**11 months: the month at which 60 are complete
        middle = (low + high) // 2
        enough = within(cut, paid, zero, middle) >= GENERAL
        high, low = (
            np.where(enough, middle, high),
            np.where(enough, low, np.minimum(middle + 1, high)),
        )
    out = late.copy()
    out[who] = np.where(short, np.maximum(upto - high, 0), late[who])
    return out


def invalidity(law: Law, run: Run, co: Cohort, view: View) -> Qualification:
    """43(1), (2), 241(2): general waiting period, three of the last five years, before the
    standard age.
    """
    got, rec = months_of(co, view), record_of(view)
    event = month_of(co.risk)
    run.lacks(co.claim < CODE_START, "rule_unknown", what="law before SGB VI")
    window = np.full(run.n, FIVE, np.int64)
    gaps = rec.touched & ~rec.paid  # 43(4) no. 1-3: months without contributions
    for _ in range(8):
        longer = FIVE + months_in(gaps & window_mask(rec.years, event - window, event)).sum(axis=1)
        if (longer == window).all():
            break
        window = longer
    recent = within(view, rec.compulsory, event - window, event)
    since = month_of(np.int64(FIRST_LAW))
    zero = np.zeros(run.n, np.int64)
    kept = (
        (within(view, rec.paid, zero, zero + since) >= GENERAL)
        & (view.within(zero + since, event) + rec.beyond(zero + since, event) >= event - since)
        & (event > since)
    )
    loose = unplaced(view) & (recent < THREE) & ~kept & (got.duty >= THREE)
    run.lacks(loose, "period_dates_missing", cite="SGB VI 43(1) no. 2")
    young = month_of(co.claim) < attained(co.born, law["standard_age"].at(co.born, run))
    met = young & (got.general >= GENERAL) & ((recent >= THREE) | kept)
    run.trace(WAIT, got.general, own=got.own, required=np.full(run.n, GENERAL))
    run.trace(RECENT, recent, window=window)
    return Qualification(
        met,
        got.own,
        got.general,
        np.full(run.n, GENERAL),
        np.where(met, INVALID, NONE),
        np.where(met, 1, 0),
    )


def survivors(run: Run, co: Cohort, view: View) -> Qualification:
    """46(1), 48(1), 50(1): the deceased had the general waiting period (or it is deemed
    completed).
    """
    got = months_of(co, view)
    run.lacks(co.claim < CODE_START, "rule_unknown", what="law before SGB VI")
    deemed, _ = run.fact(WAIT_DONE)
    met = (got.general >= GENERAL) | (deemed > 0)
    run.trace(WAIT, got.general, own=got.own, required=np.full(run.n, GENERAL))
    return Qualification(
        met,
        got.own,
        got.general,
        np.full(run.n, GENERAL),
        np.where(met, DEATH, NONE),
        np.where(met, 1, 0),
    )
