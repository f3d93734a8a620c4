"""Ireland: State Pension (Contributory), ss. 108-109, and Invalidity Pension, ss. 118-121.

Social Welfare Consolidation Act 2005; parameters: spc.yaml; amounts are weekly. The yearly average
is taken over contribution years up to the one before pensionable age; the aggregated contributions
method divides by 2080 weeks; from 2025 the two are blended. Abroad, weeks of both states give the
notional rate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.ie.record import Weeks, contribution_year, first_abroad, weeks
from portability.cohort import INVALIDITY, Cohort, RowSet
from portability.coverage import Credited
from portability.dates import FOREVER, add_years, age_months, day, month_of, year_of
from portability.exact import div, mul_div
from portability.scheme import Amounts, Bool, Int, Qualification, Quantity, Run, Scheme, Step, View

ACT = (
    "https://github.com/legalize-dev/legalize-ie/blob/628f50627979ac5a005eafed6021be31a4953703/ie/"
    "IE-2005-act-26.md"
)
PENSIONABLE, LATEST = 66, 70  # s.2 pensionable age; s.108(2) deferred pensionable age
PAID, PAID_2002, PAID_2012 = 520, 156, 260  # s.109(1)(b), (1A), (2)
OWN_PAID = 260  # s.109(1)(b)(iii): of 520 weeks with voluntary contributions
FULL_AVERAGE, LEAST_AVERAGE = 48, 10  # s.109(1)(c) and the lowest reduced rate
FULL_WEEKS, CREDITS, CARING = 2080, 520, 1040  # s.109(6B)(a), (b)(i)-(iii)
AVERAGE_FROM_1979 = day("1979-04-06")
BANDS_FROM, AGGREGATED_FROM = day("2012-09-01"), day("2018-03-30")  # s.109(6A)
DEFERRED_BORN, DEFERRED_FROM = day("1958-01-01"), day("2024-01-01")  # s.108(1B), (2)
INVALIDITY_PAID, INVALIDITY_RECENT = 260, 48  # s.119(1)(a), (b)

ENTRY_YEARS = Step("years_since_entry", "year", "s.108(2) yearly average", ACT)
AVERAGE = Step(
    "yearly_average",
    "week",
    "s.108(2) yearly average",
    ACT,
    weeks="week",
    contribution_years="year",
)
SINCE_1979 = Step("alternative_yearly_average", "week", "s.108(2) alternative yearly average", ACT)
CARING_WEEKS = Step("home_caring_weeks", "week", "s.108(2) home caring period, s.109(6B)(b)", ACT)
RECKONABLE = Step(
    "reckonable_weeks", "week", "s.109(6B)(b)", ACT, paid="week", credits="week", caring="week"
)
FULL_RATE = Step("full_rate", "EUR cent", "s.108(1A)-(1B), Schedule 2 Part 1", ACT)
AVERAGE_RATE = Step("yearly_average_rate", "EUR cent", "s.109(1)(c), (8)-(9)", ACT, average="week")
AGGREGATED_RATE = Step(
    "aggregated_rate", "EUR cent", "s.109(6B)(a)", ACT, full="EUR cent", weeks="week"
)
BLENDED_RATE = Step(
    "blended_rate",
    "EUR cent",
    "s.109(6D)",
    ACT,
    average_rate="EUR cent",
    aggregated="EUR cent",
    share="percent",
)
PERSONAL_RATE = Step("personal_rate", "EUR cent", "s.109(6A), (6D)", ACT)
ADULT = Step("qualified_adult_increase", "EUR cent", "s.112(1), Schedule 2 Part 1", ACT)
WEEKLY = Step("weekly_rate", "EUR cent", "ss. 109, 112", ACT, personal="EUR cent", adult="EUR cent")
INVALIDITY_RATE = Step("invalidity_rate", "EUR cent", "s.121, Schedule 2 Part 1", ACT)
RECENT = Step("recent_weeks", "week", "s.119(1)(b)", ACT)

NONE, STATE_PENSION, INVALIDITY_PENSION = 0, 1, 2


class Spc(Scheme):
    """Old age in the order of s.109; invalidity (883/2004 Annex VI, type A) beside it."""

    steps = (
        ENTRY_YEARS,
        AVERAGE,
        SINCE_1979,
        CARING_WEEKS,
        RECKONABLE,
        FULL_RATE,
        AVERAGE_RATE,
        AGGREGATED_RATE,
        BLENDED_RATE,
        PERSONAL_RATE,
        ADULT,
        WEEKLY,
        INVALIDITY_RATE,
        RECENT,
    )
    bases = ("own", "theoretical")
    variants = {
        NONE: "none",
        STATE_PENSION: "state_pension",
        INVALIDITY_PENSION: "invalidity_pension",
    }

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """ss. 2, 108(2): contribution weeks by kind."""
        return weeks(len(co), rows, years)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        return self.invalid(run, co, view) if co.branch == INVALIDITY else self.aged(run, co, view)

    def aged(self, run: Run, co: Cohort, view: View) -> Qualification:
        """s.109(1): age, 520 paid weeks (fewer for earlier pensionable ages) and an average or
        aggregated weeks."""
        pensionable = add_years(co.born, PENSIONABLE)
        own, counted = view.own.total(), view.units("theoretical")
        required = np.select(
            [pensionable < day("2002-04-06"), pensionable < day("2012-04-06")],
            [PAID_2002, PAID_2012],
            PAID,
        )
        enough = self.paid_enough(run, view, required)
        aged = age_months(co.born, co.claim) >= 12 * PENSIONABLE
        by_average = aged & enough & ~self.aggregates(co)
        averaged = self.average(run, co, view, by_average) >= LEAST_AVERAGE
        met = aged & enough & (averaged | self.aggregates(co))
        return Qualification(
            met,
            own,
            counted,
            required,
            met * STATE_PENSION,
            met.astype(np.int8),
            earliest=pensionable,
        )

    def paid_enough(self, run: Run, view: View, required: Int) -> Bool:
        """s.109(1)(b)(i), (iii): qualifying weeks, or with voluntary ones where half of them
        qualify."""
        own, abroad = view.own, view.foreign()
        if not isinstance(own, Weeks):
            raise TypeError("the Irish record is made by Spc.credit")
        paid = own.qualifying + abroad
        mixed = (paid + own.voluntary >= required) & (paid >= OWN_PAID) & (required == PAID)
        return np.asarray((paid >= required) | mixed)

    def pension_year(self, co: Cohort) -> Int:
        """s.108(2): year of pensionable age, or of the award to somebody born from 1958 who
        deferred it."""
        at = year_of(add_years(co.born, PENSIONABLE))
        return np.where(
            self.deferred_age(co) > PENSIONABLE, np.minimum(year_of(co.claim), at + 4), at
        )

    def deferred_age(self, co: Cohort) -> Int:
        """s.108(1B): age referenced rates of 67 to 70 for births from 1958."""
        age = np.clip(age_months(co.born, co.claim) // 12, PENSIONABLE, LATEST)
        return np.where((co.born >= DEFERRED_BORN) & (co.claim >= DEFERRED_FROM), age, PENSIONABLE)

    def average(self, run: Run, co: Cohort, view: View, need: Bool) -> Int:
        """s.108(2): weeks per contribution year since entry, to the nearest whole number, a half
        up."""
        end = self.pension_year(co)
        own = view.own
        entry = np.minimum(
            own.entry if isinstance(own, Weeks) else np.full(run.n, FOREVER), first_abroad(view)
        )

        def since_entry() -> Int:
            run.lacks(entry == FOREVER, "period_dates_missing", step=ENTRY_YEARS.key)
            return np.where(entry == FOREVER, 1, np.maximum(end - contribution_year(entry), 1))

        with run.only(need & ~run.given(AVERAGE)):
            since: Int = np.maximum(run.step(ENTRY_YEARS, since_entry), 1)
        late = own.years.astype(np.int64)[None, :] >= end[:, None]
        after = np.where(late, own.by_year + view.foreign_by_year(), 0).sum(axis=1)
        total = view.units("theoretical") - after
        average: Int = run.step(
            AVERAGE, lambda: div(total, since, "half_up"), weeks=total, contribution_years=since
        )
        return average

    def alternative(self, run: Run, co: Cohort, view: View) -> Int:
        """s.108(2): the average since 1979-04-06, for pensionable age from 1992-04-06."""
        end = self.pension_year(co)
        since = view.within(month_of(np.full(run.n, AVERAGE_FROM_1979)), end * 12)
        average: Int = run.step(
            SINCE_1979, lambda: div(since, np.maximum(end - 1979, 1), "half_up")
        )
        return average

    def averaging(self, co: Cohort) -> Bool:
        """s.109(6D)(j): pensionable age from 2034 leaves only the aggregated contributions."""
        return np.asarray(self.share_of(co) < 100)

    def aggregates(self, co: Cohort) -> Bool:
        """s.109(6A): pensionable age from 2012-09-01, payment from 2018-03-30."""
        return np.asarray(
            (add_years(co.born, PENSIONABLE) >= BANDS_FROM) & (co.claim >= AGGREGATED_FROM)
        )

    def share_of(self, co: Cohort) -> Int:
        """s.109(6D): percent of the aggregated method, 0 before 2025."""
        return self.tables["aggregated_share"].at(self.pension_year(co))

    def full_rate(self, run: Run, co: Cohort) -> Int:
        """s.108(1A)-(1B), Schedule 2: the weekly rate for the age at award."""
        age = self.deferred_age(co)
        rate = self.tables["personal_rate"].at(co.claim, run, need=age == PENSIONABLE)
        for years in range(PENSIONABLE + 1, LATEST + 1):
            later = self.tables[f"personal_rate_{years}"].at(co.claim, run, need=age == years)
            rate = np.where(age == years, later, rate)
        full: Int = run.step(FULL_RATE, lambda: rate)
        return full

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """s.109: the notional weekly rate on the weeks of `basis`, with the increase for a
        qualified adult."""
        if co.branch == INVALIDITY:
            return Quantity(self.invalidity_rate(run, co), "EUR cent")
        counted = View(view.own) if basis == "own" else view
        personal: Int = run.step(PERSONAL_RATE, lambda: self.personal(run, co, counted))
        adult, _ = run.fact(ADULT)
        weekly = personal + adult
        run.trace(WEEKLY, weekly, personal=personal, adult=adult)
        return Quantity(weekly, "EUR cent")

    def personal(self, run: Run, co: Cohort, view: View) -> Int:
        """s.109(6A), (6D): the better of the two methods; from 2025 the better of one and the
        blend."""
        full, share = self.full_rate(run, co), self.share_of(co)
        aggregated = np.where(self.aggregates(co), self.aggregated(run, co, view, full), 0)
        by_average = self.average_rate(run, co, view, full, aggregated)
        blend = div(by_average * (100 - share) + aggregated * share, 100, "half_up")
        run.trace(
            BLENDED_RATE,
            blend,
            when=share > 0,
            average_rate=by_average,
            aggregated=aggregated,
            share=share,
        )
        return np.maximum(aggregated, np.where(share > 0, blend, by_average))

    def aggregated(self, run: Run, co: Cohort, view: View, full: Int) -> Int:
        """s.109(6B): full rate x weeks / 2080, to the nearest 10 cent, 5 cent up."""
        own = view.own
        if not isinstance(own, Weeks):
            raise TypeError("the Irish record is made by Spc.credit")
        caring = np.minimum(run.fact(CARING_WEEKS)[0], CARING)
        credits = np.minimum(np.minimum(own.credits, CREDITS), CARING - caring)
        paid = own.qualifying + own.voluntary + view.foreign()
        total: Int = run.step(
            RECKONABLE,
            lambda: np.minimum(paid + credits + caring, FULL_WEEKS),
            paid=paid,
            credits=credits,
            caring=caring,
        )
        rate: Int = run.step(
            AGGREGATED_RATE,
            lambda: mul_div(full, total, FULL_WEEKS * 10, "half_up") * 10,
            full=full,
            weeks=total,
        )
        return rate

    def average_rate(self, run: Run, co: Cohort, view: View, full: Int, aggregated: Int) -> Int:
        """s.109(1)(c), (8)-(9): the full rate from 48, else the reduced rate of the average's
        band."""
        open_ = (aggregated < full) & self.averaging(co) & ~run.given(AVERAGE_RATE)
        average = self.average(run, co, view, open_)
        whole = (average >= FULL_AVERAGE) | (self.alternative(run, co, view) >= FULL_AVERAGE)
        banded = ~whole & (average >= LEAST_AVERAGE)
        matters = banded & open_
        early = add_years(co.born, PENSIONABLE) < BANDS_FROM
        run.lacks(
            matters & early,
            "rule_unknown",
            what="reduced rates for pensionable age before 2012-09-01",
        )
        deferred = self.deferred_age(co) > PENSIONABLE
        run.lacks(
            matters & deferred, "parameter_not_published", table="reduced rates for ages 67 to 70"
        )
        rate = np.where(whole, full, 0)
        for low, high in ((10, 14), (15, 19), (20, 29), (30, 39), (40, 47)):
            band = banded & (average >= low) & (average <= high)
            value = self.tables[f"reduced_rate_{low}"].at(
                co.claim, run, need=band & matters & ~early & ~deferred
            )
            rate = np.where(band, value, rate)
        by_average: Int = run.step(AVERAGE_RATE, lambda: rate, average=average)
        return by_average

    def invalid(self, run: Run, co: Cohort, view: View) -> Qualification:
        """ss. 118(1)(a), 119(1): under pensionable age, 260 paid weeks, 48 in one of the last two
        complete years."""
        own, counted = view.own.total(), view.units("theoretical")
        by_year = view.own.by_year + view.foreign_by_year()
        years, last = view.own.years.astype(np.int64)[None, :], year_of(co.claim)[:, None]
        recent = np.where((years == last - 1) | (years == last - 2), by_year, 0).max(axis=1)
        weeks_recent: Int = run.step(RECENT, lambda: recent)
        enough = self.paid_enough(run, view, np.full(run.n, INVALIDITY_PAID))
        young = co.claim < add_years(co.born, PENSIONABLE)
        run.lacks(
            young
            & enough
            & (weeks_recent < INVALIDITY_RECENT)
            & view.undated()
            & ~run.given(RECENT),
            "period_dates_missing",
            step=RECENT.key,
        )
        met = young & enough & (weeks_recent >= INVALIDITY_RECENT)
        return Qualification(
            met,
            own,
            counted,
            np.full(run.n, INVALIDITY_PAID),
            met * INVALIDITY_PENSION,
            met.astype(np.int8),
        )

    def invalidity_rate(self, run: Run, co: Cohort) -> Int:
        """s.121: one weekly rate for all, whatever the length of insurance."""
        rate = self.tables["invalidity_rate"].at(co.claim, run, need=~run.given(INVALIDITY_RATE))
        weekly: Int = run.step(INVALIDITY_RATE, lambda: rate)
        return weekly + run.fact(ADULT)[0]

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """full_career: 2080 weeks where only the aggregated method counts; else no duration is
        tied to a full rate."""
        if name != "full_career":
            return None
        only = (co.branch != INVALIDITY) & ~self.averaging(co)
        return np.where(only, FULL_WEEKS, 0)

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        return Amounts(parts["amount"], "EUR", "week")
