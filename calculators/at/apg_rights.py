"""APG 4, 16, 25, ASVG 236, 617(13): which old-age pension is open on the Stichtag, and its
reduction.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.at.apg_record import APG, Record, attained, reckoning_month
from portability.cohort import SEXES, Cohort
from portability.dates import NODATE, day, first_day
from portability.scheme import Qualification
from portability.tables import Table
from portability.trace import Run, Step
from portability.units import THOUSAND
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Law = Mapping[str, Table]

FEMALE = SEXES.index("female")
ACCOUNT_BIRTH = day("1955-01-01")  # APG 1(3): older persons stay under the law before
ACCOUNT = 2005  # APG 12(2)
WIDE_TEXT = day("2024-12-19")  # day on which the present wording of APG 4(1) was seen
REFORM_BIRTH = day("1964-01-01")  # BGBl. I 25/2025 art. 32
MONTHS, WORKED = 180, 84  # APG 4(1)
FRAME = 360  # ASVG 236(2) no. 2
HEAVY, HEAVY_AGE, LONG = 120, 60 * 12, 540  # APG 4(3); ASVG 617(13)
ONE = 100_000  # 1e-5
NONE, CORRIDOR, LONG_INSURED, HEAVY_WORK, STANDARD = range(5)
VARIANTS = {
    STANDARD: "Alterspension (APG 4(1))",
    CORRIDOR: "Korridorpension (APG 4(2))",
    HEAVY_WORK: "Schwerarbeitspension (APG 4(3))",
    LONG_INSURED: "Langzeitversicherte (ASVG 617(13))",
}
CUTS = {CORRIDOR: "corridor_cut", LONG_INSURED: "early_cut", HEAVY_WORK: "heavy_cut"}

WAIT = Step(
    "waiting_period", "month", "APG 4(1), 16(3); ASVG 236", APG + "4", own="month", worked="month"
)
REFERENCE = Step("standard_age", "month", "APG 4(1), 16(6)", APG + "4")
HEAVY_MONTHS = Step(
    "heavy_work_months", "month", "APG 4(3): heavy work in the last 240 months", APG + "4"
)
STEPS = (WAIT, REFERENCE, HEAVY_MONTHS)


@define
class Way:
    """One old-age pension: who may enter, months counted and required, reduction (1e-5)."""

    variant: int
    open: Bool
    counted: Int
    required: Int
    cut: Int


def record_of(view: View) -> Record:
    if not isinstance(view.own, Record):
        raise TypeError("at-apg needs its own record")
    return view.own


def standard_month(law: Law, co: Cohort) -> Int:
    """APG 4(1), 16(6): first month at or after the standard age, women's 60 to 65."""
    women, men = (law[name].find(co.born)[0] for name in ("women_age", "men_age"))
    return attained(co.born, np.where(co.sex == FEMALE, women, men))


def worked(view: View) -> Int:
    """APG 4(1): months of gainful activity; foreign ones count alike (883/2004 art. 6)."""
    rec = record_of(view)
    return rec.count(rec.work) + rec.loose_work // THOUSAND + view.foreign()


def contributions(view: View) -> Int:
    """ASVG 236(4) no. 1 a: months with contributions."""
    rec = record_of(view)
    return rec.count(rec.paid) + rec.loose_paid // THOUSAND


def waiting(co: Cohort, view: View, at: Int) -> tuple[Bool, Bool]:
    """APG 4(1), 16(3), ASVG 236: (met, cannot be judged). ASVG 236 helps who was insured before
    2005.
    """
    total = view.units("theoretical")
    wide = (total >= MONTHS) & (worked(view) >= WORKED)
    new = (
        view.within(np.full(len(co), ACCOUNT * 12), at) >= MONTHS
    )  # wording of 2006: months after 2004
    recent = view.within(at - FRAME, at) >= MONTHS  # ASVG 236(1) no. 2, (2) no. 2
    paid = contributions(view) + view.foreign() >= MONTHS  # ASVG 236(4) no. 1 a
    old = (co.claim < WIDE_TEXT) | (co.born < ACCOUNT_BIRTH)
    met = np.asarray(np.where(old, new & wide, wide) | recent | paid)
    return met, np.asarray(old & ~met & (total >= MONTHS))


def since(view: View, standard: Int, at: Int) -> Int:
    """APG 5(4): first month from the standard age at which the minimum insurance is complete."""
    zero = np.zeros_like(standard)
    short = (at > standard) & (view.within(zero, standard) < MONTHS)
    if not short.any():
        return standard
    low, high = standard.copy(), np.maximum(at, standard)
    for _ in range(11):  # bisection over at most 2**11 months
        middle = (low + high) // 2
        enough = view.within(zero, middle) >= MONTHS
        high, low = (
            np.where(enough, middle, high),
            np.where(enough, low, np.minimum(middle + 1, high)),
        )
    return np.where(short, high, standard)


def corridor_needs(law: Law, co: Cohort) -> tuple[Int, Int]:
    """APG 4(2), 25(2), BGBl. I 25/2025: (months, first month of the age) of the Korridorpension."""
    months = np.where(
        co.born < REFORM_BIRTH,
        law["corridor_months"].find(co.claim)[0],
        law["corridor_months_1964"].find(co.born)[0],
    )
    return months, attained(co.born, law["corridor_age"].find(co.born)[0])


def early(law: Law, run: Run, co: Cohort, view: View, at: Int, standard: Int) -> list[Way]:
    """APG 4(2), (3), ASVG 617(13): pensions before the standard age, each with its reduction."""
    total, young, ahead = view.units("theoretical"), at < standard, np.maximum(standard - at, 0)
    need, age = corridor_needs(law, co)
    heavy, given = run.fact(HEAVY_MONTHS)
    hard = given & (heavy >= HEAVY) & (total >= LONG) & (at >= attained(co.born, HEAVY_AGE))
    paid, woman = contributions(view), co.sex == FEMALE
    least = np.where(woman, law["long_insured_women_months"].find(co.born)[0], LONG)
    women, men = (law[f"long_insured_{sex}"].find(co.born)[0] for sex in ("women", "men"))
    long_age = np.where(woman, women, men)
    long = (long_age > 0) & (paid >= least) & (at >= attained(co.born, long_age))
    out = []
    for variant, opened, counted, required in (
        (HEAVY_WORK, hard, total, np.full(run.n, LONG)),
        (LONG_INSURED, long, paid, least),
        (CORRIDOR, (total >= need) & (need > 0) & (at >= age), total, need),
    ):
        may = opened & young
        rate = law[CUTS[variant]].at(co.claim, run, may)
        out.append(Way(variant, may, counted, required, ahead * rate))
    return out


def old_age(law: Law, run: Run, co: Cohort, view: View) -> Qualification:
    """APG 4, ASVG 236, 617(13): the pension with the smallest reduction open on the Stichtag."""
    differs = law["women_age"].find(co.born)[0] != law["men_age"].find(co.born)[0]
    run.lacks((co.sex == 0) & differs, "fact_missing", fact="person.sex", cite="APG 16(6)")
    at, standard = reckoning_month(co), standard_month(law, co)
    waits, unsure = waiting(co, view, at)
    run.lacks(unsure & (at >= standard), "rule_unknown", what="APG 4(1) before its present wording")
    own, counted, zero = view.own.total(), view.units("theoretical"), np.zeros(run.n, np.int64)
    first = Way(STANDARD, waits & (at >= standard), counted, zero + MONTHS, zero)
    ways = [first, *early(law, run, co, view, at, standard)]
    cuts = np.stack([np.where(way.open, way.cut, ONE) for way in ways])
    best, met = np.argmin(cuts, axis=0), cuts.min(axis=0) < ONE

    def pick(name: str, otherwise: Int | int) -> Int:
        chosen = np.choose(best, [getattr(way, name) for way in ways])
        return np.asarray(np.where(met, chosen, otherwise), np.int64)

    run.trace(WAIT, counted, own=own, worked=worked(view))
    run.trace(REFERENCE, standard - attained(co.born, 0))
    rank = np.where(met, 100 - cuts.min(axis=0) // 200, 0)
    earliest = np.where(waits, first_day(standard), NODATE)
    return Qualification(
        met,
        own,
        pick("counted", counted),
        pick("required", MONTHS),
        pick("variant", NONE),
        rank,
        start=first_day(at),
        earliest=earliest,
    )
