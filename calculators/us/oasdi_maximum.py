"""The family maximum and the reduction of dependants and survivors for age: 42 USC 403(a),
402(q)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.us import oasdi_age as age
from calculators.us import oasdi_family as family
from calculators.us import oasdi_pia as pia
from calculators.us import oasdi_totalization as totalization
from calculators.us.oasdi_insured import (
    CFR,
    ENTITLED,
    JULY_1980,
    Clock,
    clock,
    computation_years,
    used_quarters,
)
from calculators.us.oasdi_pia import dimes, effective, increased
from portability.claimants import record
from portability.cohort import INVALIDITY, SURVIVORS, Cohort, Family
from portability.dates import month_of, year_of
from portability.exact import div, mul_div, to_step
from portability.scheme import Run, Step
from portability.tables import Table
from portability.view import View

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Tables = Mapping[str, Table]

FULL = Step(
    "full_benefit",
    "USD cent",
    "42 USC 402(b)(2), (d)(2), (e)(2), (g)(2), (h)(2)",
    CFR + "404.333",
    pia="USD cent",
)
BASE_MAXIMUM = Step(
    "family_maximum_at_eligibility",
    "USD cent",
    "42 USC 403(a)(1), (6), 20 CFR 404.403",
    CFR + "404.403",
    pia="USD cent",
)
MAXIMUM = Step(
    "family_maximum", "USD cent", "42 USC 403(a), 415(i)(4), 20 CFR 404.403", CFR + "404.403"
)
LIMITED = Step(
    "after_family_maximum",
    "USD cent",
    "42 USC 403(a)(4), 20 CFR 404.404",
    CFR + "404.404",
    full="USD cent",
    maximum="USD cent",
)
WIDOW_LIMIT = Step(
    "widow_limit", "USD cent", "42 USC 402(e)(2)(D), 20 CFR 404.338(e)", CFR + "404.338"
)
STEPS = (FULL, BASE_MAXIMUM, MAXIMUM, LIMITED, WIDOW_LIMIT)
AGE_60 = family.AGE_60
JANUARY_1984 = 1984 * 12
POMS_MIXED = "https://secure.ssa.gov/poms.nsf/lnx/0201701215"


def limit(
    tables: Tables,
    run: Run,
    co: Cohort,
    fam: Family,
    amounts: Int,
    route: Int,
    offers: Sequence[Any],
) -> Int:
    """403(a): within the maximum, then the reduction for age, then whole dollars."""
    most, national = chosen_maximum(tables, co, fam, route, offers)
    inside = (amounts > 0) & ~(fam.is_("divorced_spouse") & ~fam.has("in_care"))  # 403(a)(3)(C)
    room = most
    if co.branch != SURVIVORS:  # 403(a)(4): the worker's own benefit is never cut
        room = np.maximum(
            most - first_of(fam, record(fam, list(offers), route, "pia"), route >= 0), 0
        )
    months = month_of(co.claim)
    held = within(
        fam, np.where(inside, amounts, 0), room, mixed(fam, route, inside), national, months
    )
    held = np.where(inside, held, amounts)
    run.trace(FULL, amounts, when=route >= 0, pia=record(fam, list(offers), route, "pia"))
    run.trace(MAXIMUM, fam.of(most), when=route >= 0)
    run.trace(LIMITED, held, when=route >= 0, full=amounts, maximum=fam.of(most))
    return paid(tables, run, co, fam, held, record(fam, list(offers), route, "pia"))


def within(fam: Family, amounts: Int, room: Int, several: Bool, national: Int, paid: Int) -> Int:
    """403(a)(4): in one proportion to a dime; GN 01701.215: of tenths of a percent where two
    PIAs are drawn on."""
    total = fam.total(amounts)
    whole = np.maximum(fam.of(total), 1)
    over = fam.of(total > room)
    down = fam.of(paid) >= age.JUNE_1982
    cut = dimes(amounts, np.where(over, whole, 1), down, np.where(over, fam.of(room), 1))
    share = mul_div(amounts, 1000, whole, "half_up")
    tenths = to_step(mul_div(np.maximum(fam.of(national), 0), share, 1000), 10)
    return np.where(over, np.where(fam.of(several), tenths, cut), amounts)


def mixed(fam: Family, route: Int, inside: Bool) -> Bool:
    """Records on which members of one family draw by different routes."""
    low, high = np.full(len(fam.first) - 1, 99, np.int64), np.full(len(fam.first) - 1, -1, np.int64)
    np.minimum.at(low, fam.person[inside], route[inside])
    np.maximum.at(high, fam.person[inside], route[inside])
    found: Bool = (high >= 0) & (low != high)
    return found


def first_of(fam: Family, values: Int, mask: Bool) -> Int:
    """The value of any claimant of each record for whom mask holds (they share it): int64[m]."""
    out = np.zeros(len(fam.first) - 1, np.int64)
    np.maximum.at(out, fam.person[mask], values[mask])
    return out


def chosen_maximum(
    tables: Tables, co: Cohort, fam: Family, route: Int, offers: Sequence[Any]
) -> tuple[Int, Int]:
    """(maximum that binds the family, maximum of the national PIA or -1): int64[m]. National where
    anyone draws on it."""
    m = len(co)
    most, national = np.zeros(m, np.int64), np.full(m, -1, np.int64)
    for number in reversed(range(len(offers))):
        drawn = np.zeros(m, np.bool_)
        drawn[fam.person[route == number]] = True
        if not drawn.any():
            continue
        value = offered_maximum(tables, co, offers[number], drawn)
        most = np.where(drawn, value, most)
        if offers[number].outcome.route == "national":
            national = np.where(drawn, value, national)
    return most, national


def offered_maximum(tables: Tables, co: Cohort, offer: Any, drawn: Bool) -> Int:
    """The family maximum of one route for the records drawn on, laid out over all m."""
    outcome = offer.outcome
    rows = outcome.sel[outcome.payees]
    keep = np.flatnonzero(drawn[rows])
    at = outcome.payees[keep]
    run = outcome.pay_run.child(keep, trace_to=None)
    people, view = co.persons(rows[keep]), outcome.view.take(at)
    now, value = clock(run, people), offer.parts["pia"][rows[keep]]
    if outcome.route == "national":
        found = run.step(MAXIMUM, lambda: own_maximum(run, tables, people, now, view, value))
    else:
        found = run.step(MAXIMUM, lambda: shared_maximum(run, tables, people, now, view, value))
    out = np.zeros(len(co), np.int64)
    out[rows[keep]] = found
    return out


def own_maximum(run: Run, tables: Tables, co: Cohort, now: Clock, view: View, value: Int) -> Int:
    """403(a)(1), (6): from the PIA at eligibility, raised with it."""
    every, years, earnings = np.ones(run.n, np.bool_), view.own.years, view.own.earnings
    if co.branch == INVALIDITY:
        now, earnings = pia.better_year(run, tables, co, now, view)
    aime, base = pia.own_base(run, tables, now, years, earnings, every)
    most = run.step(
        BASE_MAXIMUM,
        lambda: np.where(
            (co.branch == INVALIDITY) & (now.entitled >= JULY_1980),
            disability_maximum(base, aime * 100, now.eligible),
            by_bends(run, tables, base, now.eligible),
        ),
        pia=base,
    )
    most = increased(run, tables, most, now.eligible, now.paid, every)
    if co.branch == INVALIDITY:
        return np.maximum(most, value)
    indexed = increased(run, tables, base, now.eligible, now.paid, every)
    special = (value > indexed) & ~run.given(pia.PIA)
    if not special.any():
        return most
    least = special_maximum(run, tables, now, years, earnings)
    return np.where(special, least, most)


def shared_maximum(run: Run, tables: Tables, co: Cohort, now: Clock, view: View, value: Int) -> Int:
    """GN 01701.210: from the raw pro rata PIA, the one before cost-of-living increases."""
    every = np.ones(run.n, np.bool_)
    theory = totalization.theoretical_base(run, tables, now, view, every)
    period = 4 * computation_years(run, now)
    used = used_quarters(now, view)
    raw = mul_div(theory, used, period * 10) * 10
    raised = increased(run, tables, theory, now.eligible, now.paid, every)
    capped = value < mul_div(raised, used, period * 10) * 10  # 404.1918(a)(4)
    if capped.any():
        own = pia.own_base(run, tables, now, view.own.years, view.own.earnings, every)[1]
        raw = np.where(capped, np.minimum(raw, own), raw)
    if co.branch == INVALIDITY:
        aime = artificial_aime(run, tables, raw, now.eligible)
        most = disability_maximum(raw, aime * 100, now.eligible)
        return np.maximum(increased(run, tables, most, now.eligible, now.paid, every), value)
    return increased(
        run, tables, by_bends(run, tables, raw, now.eligible), now.eligible, now.paid, every
    )


def by_bends(run: Run, tables: Tables, base: Int, eligible: Int) -> Int:
    """403(a)(1)-(2): 150, 272, 134 and 175 percent of the parts of the PIA."""
    one, two, three = (tables[f"maximum_bend_{i}"].at(eligible, run) * 100 for i in (1, 2, 3))
    parts = (
        150 * np.minimum(base, one)
        + 272 * np.clip(base - one, 0, two - one)
        + 134 * np.clip(base - two, 0, three - two)
        + 175 * np.maximum(base - three, 0)
    )
    return dimes(parts, 100, eligible >= 1983)


def disability_maximum(base: Int, aime: Int, eligible: Int) -> Int:
    """403(a)(6): the lower of 85 percent of the AIME (in cents) and 150 percent of the PIA, but not
    below the PIA."""
    down = eligible >= 1983
    return np.maximum(np.minimum(dimes(85 * aime, 100, down), dimes(150 * base, 100, down)), base)


def artificial_aime(run: Run, tables: Tables, base: Int, eligible: Int) -> Int:
    """GN 01701.210C: the average in dollars that would give this PIA (in cents)."""
    one, two = tables["pia_bend_1"].at(eligible, run), tables["pia_bend_2"].at(eligible, run)
    low, middle = base <= 90 * one, base <= 58 * one + 32 * two
    top = np.select([low, middle], [base, base - 58 * one], base - 58 * one - 17 * two)
    by = np.select([low, middle], [90, 32], 15)
    return np.where(
        eligible >= 1983, div(np.maximum(top, 0), by, "up"), div(np.maximum(top, 0), by)
    )


def special_maximum(
    run: Run, tables: Tables, now: Clock, years: NDArray[np.int32], earnings: Int
) -> Int:
    """415(a)(1)(C), appendix V: 150 percent of the special minimum, never below that after an
    increase."""
    need = np.ones(run.n, np.bool_)
    pia.special_minimum(run, tables, now, years, earnings, need)
    covered = pia.special_years(run, tables, now, years, earnings)
    value = np.clip(covered - 10, 0, 20) * pia.special_amount(tables)
    most = dimes(3 * value, 2, np.zeros(run.n, np.bool_))
    cola, first = tables["cola"], tables["cola_first_paid"]
    for year in range(pia.NEW_LAW, cola.last + 1):
        on, way = now.paid >= effective(year), "down" if year >= 1982 else "up"
        rate = np.where(
            (now.paid < pia.JULY_2001) & first.has(year), first.find(year)[0], cola.find(year)[0]
        )
        value = np.where(on, mul_div(value, 1000 + rate, 10_000, way) * 10, value)
        raised = (
            np.maximum(mul_div(most, 1000 + rate, 10_000, way), mul_div(value, 3, 20, way)) * 10
        )
        most = np.where(on, raised, most)
    return most


def paid(tables: Tables, run: Run, co: Cohort, fam: Family, held: Int, record_pia: Int) -> Int:
    """402(q), (e)(2)(D), 415(g): reduced for age, limited to what the deceased drew, whole
    dollars."""
    own = family.record_run(run, co)
    now = clock(own, co)
    months = months_early(tables, co, fam)
    run.trace(age.EARLY, months, when=(held > 0) & reducible(fam))
    value = (
        widow_reduced(tables, fam, held, months, fam.of(now.paid))
        if co.branch == SURVIVORS
        else spouse_reduced(held, months, fam.of(now.paid))
    )
    if co.branch == SURVIVORS:
        value = widow_limit(tables, run, own, fam, now, value, record_pia)
    run.trace(age.BENEFIT, value, when=held > 0)
    value = age.dollars(value, fam.of(now.paid))
    run.trace(age.MONTHLY, value, when=held > 0)
    return value


def reducible(fam: Family) -> Bool:
    """402(q)(1), (5): a spouse or widow(er) with a child in care is not reduced."""
    return family.partner(fam) & ~fam.has("in_care")


def months_early(tables: Tables, co: Cohort, fam: Family) -> Int:
    """402(q)(6), 404.409(b): to full retirement age; a widow(er)'s is that of births two years
    earlier, and months before 60 do not count."""
    survivors = co.branch == SURVIVORS
    whole = age.full_age(tables, year_of(fam.born.astype(np.int64) - 1) - 2 * survivors)
    since = np.maximum(month_of(fam.claim), family.attained(fam, AGE_60) if survivors else 0)
    return np.where(reducible(fam), np.maximum(family.attained(fam, whole) - since, 0), 0)


def spouse_reduced(held: Int, months: Int, paid: Int) -> Int:
    """402(q)(1): 25/36 percent for 36 months, 5/12 percent beyond."""
    parts = 25 * np.minimum(months, 36) + 15 * np.maximum(months - 36, 0)
    return age.to_dime(held, np.maximum(3600 - parts, 0), 3600, paid)


def widow_reduced(tables: Tables, fam: Family, held: Int, months: Int, paid: Int) -> Int:
    """402(q)(1), 404.410(c)-(d): 28.5 percent spread from 60 to full retirement age; for months
    before 1984 43/240 percent more for each month below 60 (Public Law 98-21 s. 134)."""
    span: Int = age.full_age(tables, year_of(fam.born.astype(np.int64) - 1) - 2) - AGE_60
    young = np.clip(family.attained(fam, AGE_60) - month_of(fam.claim), 0, 120)
    early: Int = np.where(reducible(fam) & (paid < JANUARY_1984), young, 0)
    whole: Int = 24000 * span
    taken: Int = 6840 * months + 43 * early * span
    return dimes(held, whole, paid >= age.JUNE_1982, whole - taken)


def widow_limit(
    tables: Tables, run: Run, own: Run, fam: Family, now: Clock, value: Int, record_pia: Int
) -> Int:
    """402(e)(2)(D): where the deceased drew a reduced benefit, no more than that or 82.5 percent of
    the PIA."""
    early = np.maximum(now.attained(age.full_age(tables, now.year)) - now.entitled, 0)
    bound = fam.of(own.given(ENTITLED) & (early > 0)) & reducible(fam) & (value > 0)
    if not bound.any():
        return value
    drawn = age.reduced(record_pia, fam.of(early), fam.of(now.paid))
    most = np.maximum(drawn, to_step(mul_div(record_pia, 825, 1000), 10))
    run.trace(WIDOW_LIMIT, most, when=bound)
    return np.where(bound, np.minimum(value, most), value)
