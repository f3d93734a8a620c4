"""Japan, Employees' Pension: average standard remuneration x multiplier x months. Parameters:
kosei.yaml.

Earnings of a line are its standard remunerations, spread evenly over its months; each month is
multiplied by the revaluation rate of the fiscal year of the claim. The Act takes the average and
multiplies by the months again: computed here in one piece, without rounding in between.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from calculators.jp.common import (
    OLDER_GROUP,
    age_factor,
    attained,
    changed,
    fiscal_year,
    moved,
    number,
    refundable,
)
from calculators.pay import end_of_record, masks, months_before
from portability.cohort import REFUND
from portability.coverage import POPCOUNT, Credited, credit_by_dates, window_mask
from portability.dates import NODATE, day, first_day, month_of
from portability.exact import mul_div
from portability.scheme import (
    Amounts,
    Cohort,
    Int,
    Qualification,
    Quantity,
    RowSet,
    Run,
    Scheme,
    Step,
    View,
)

EPA = "https://laws.e-gov.go.jp/law/329AC0000000115"
BONUS = int(month_of(day("2003-04-01")))  # bonuses count from here: Act 18 of 2000 suppl. art. 20
FIRST, LAST = 1942 * 12, 2031 * 12  # calendar of the monthly rates
STANDARD, EARLY, DEFERRED, LUMP = 1, 2, 3, 4

NP_MONTHS = Step(
    "np_qualifying_months", "month", "EPA s. 42(2): months of the National Pension", EPA
)
MONTHLY = Step("average_monthly_remuneration", "JPY", "Act 18 of 2000 suppl. art. 20(1)1", EPA)
TOTAL_PAY = Step("average_remuneration", "JPY", "EPA s. 43(1)", EPA)
PROPORTIONAL = Step("remuneration_part", "JPY", "EPA s. 43; Act 18 of 2000 suppl. art. 20", EPA)
FORMER = Step("former_formula_part", "JPY", "Act 18 of 2000 suppl. art. 21", EPA)
TRANSITIONAL = Step("transitional_addition", "JPY", "Act 34 of 1985 suppl. art. 59(2)", EPA)
FACTOR = Step("age_factor", "1e-3", "EPA s. 44-3, suppl. s. 7-3", EPA, months="month")
PENSION = Step("pension", "JPY", "EPA ss. 43, 44-3", EPA)
AVERAGE = Step("average_standard_remuneration", "JPY", "EPA suppl. s. 29(3)", EPA)
RATE = Step("payment_rate", "1e-1", "EPA suppl. s. 29(4)", EPA, number="1")
LUMP_SUM = Step("lump_sum", "JPY", "EPA suppl. s. 29(3)", EPA, average="JPY", rate="1e-1")


@define
class Remuneration(Credited):
    """The record with its pay in thousandths of a yen, before and from April 2003: int64[m, 2]
    each.

    revalued by the table of the claim's fiscal year; former by the fixed table of 2000; plain not
    at all
    """

    revalued: Int = field(kw_only=True)
    former: Int = field(kw_only=True)
    plain: Int = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Remuneration:
        cut = Credited.take(self, idx)
        assert isinstance(cut, Remuneration)
        return evolve(
            cut, revalued=self.revalued[idx], former=self.former[idx], plain=self.plain[idx]
        )


class Kosei(Scheme):
    """EPA ss. 42-44-3, suppl. ss. 7-3, 29; Act 18 of 2000 suppl. arts. 20, 21."""

    steps = (
        NP_MONTHS, MONTHLY, TOTAL_PAY, PROPORTIONAL, FORMER, TRANSITIONAL, FACTOR, PENSION,
        AVERAGE, RATE, LUMP_SUM,
    )  # fmt: skip
    variants: Mapping[int, str] = {
        STANDARD: "standard",
        EARLY: "early",
        DEFERRED: "deferred",
        LUMP: "lump_sum_withdrawal",
    }

    # -- record

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Months, and the pay of each line x the mean rate of its months, in two parts."""
        m = len(co)
        made = credit_by_dates(m, rows, years, self.unit)
        paid = (rows.status == 0) & (rows.earnings > 0) & (rows.start != NODATE)
        lines = rows.where(paid & (rows.end > rows.start))
        first, last = month_of(lines.start), month_of(lines.end - 1) + 1
        group, tables = self.rate_sums(co)
        out = [np.zeros((m, 2), np.int64) for _ in range(3)]
        for part, (low, high) in enumerate(((FIRST, BONUS), (BONUS, LAST))):
            a, b = np.clip(first, low, high) - FIRST, np.clip(last, low, high) - FIRST
            length = np.maximum(last - first, 1)
            which = group[lines.person]
            former = len(tables) - 1
            for out_, rate in (
                (out[0], tables[which, b] - tables[which, a]),
                (out[1], tables[former, b] - tables[former, a]),
                (out[2], 1000 * (b - a)),
            ):
                np.add.at(out_[:, part], lines.person, mul_div(lines.earnings, rate, length))
        return Remuneration(
            made.unit, made.years, made.by_year, made.undated, made.earnings, made.months,
            made.kinds, lump=made.lump, revalued=out[0], former=out[1], plain=out[2],
        )  # fmt: skip

    def rate_sums(self, co: Cohort) -> tuple[Int, Int]:
        """(row of each person, running sums of monthly rates by row, the former table last)."""
        calendar = np.arange(FIRST, LAST)
        period = self.tables["revaluation_period"].find(calendar)[0]
        fy, older = fiscal_year(co.claim), co.born < OLDER_GROUP
        key = fy * 2 + ((fy >= 2023) & ~older)
        distinct, group = np.unique(key, return_inverse=True)
        rows = []
        for value in distinct:
            table = self.tables["revaluation_younger" if value % 2 else "revaluation_older"]
            rows.append(table.find(int(value) // 2 * 100 + period)[0])
        rows.append(self.tables["former_rate"].find(calendar)[0])
        sums = np.concatenate([np.zeros((len(rows), 1), np.int64), np.cumsum(rows, axis=1)], axis=1)
        return group, sums

    # -- right

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """S. 42: one month of insurance, the National Pension's qualifying period, 65 or early."""
        own, foreign = view.own.total(), view.foreign()
        known, given = run.fact(NP_MONTHS)
        counted = np.where(given, known, own) + foreign
        required = self.tables["qualifying"].at(co.claim, run)
        enough = (counted >= required) & (own >= 1)
        if co.branch == REFUND:
            met = refundable(run, co, view, own, enough)
            six = np.full(run.n, 6, np.int64)
            return Qualification(met, own, own, six, met * LUMP, met.astype(np.int64))
        run.lacks(~given & ~enough, "fact_missing", fact=NP_MONTHS.key, cite=NP_MONTHS.cite)
        run.lacks(co.born < day("1946-04-02"), "rule_unknown", what="multipliers of earlier births")
        months = moved(co)
        at_65, at_60 = co.claim >= attained(co.born, 65), co.claim >= attained(co.born, 60)
        opens = [enough & (months >= 12), enough & at_65, enough & at_60]
        variant = np.select(opens, [DEFERRED, STANDARD, EARLY], 0)
        earliest = np.where(enough, attained(co.born, 65) + 1, NODATE)
        rank = np.select([variant == EARLY, variant > 0], [1, 2], 0)
        return Qualification(variant > 0, own, counted, required, variant, rank, earliest=earliest)

    # -- amount

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """The higher of today's and the former formula, with the addition; a year in yen."""
        if co.branch == REFUND:
            return Quantity(self.lump_sum(run, view), "JPY cent")
        part = run.step(PROPORTIONAL, lambda: self.proportional(run, co, view))
        former = run.step(FORMER, lambda: self.former(run, co, view))
        more = run.step(TRANSITIONAL, lambda: self.transitional(run, co, view))
        return Quantity(np.maximum(part, former) + more, "JPY cent")

    def proportional(self, run: Run, co: Cohort, view: View) -> Int:
        """Art. 20 (2000): 7.125 per mille x months before April 2003, 5.481 per mille after."""
        record = view.own
        assert isinstance(record, Remuneration)
        year = fiscal_year(co.claim)
        before, after = self.months(run, view)
        run.lacks(~np.isin(year, [int(k) // 100 for k in self.tables["revaluation_older"].keys]),
                  "parameter_not_published", table="revaluation", scheme=self.id)  # fmt: skip
        old, new = record.revalued[:, 0], record.revalued[:, 1]
        run.lacks((before > 0) & (old == 0) & ~run.given(MONTHLY), "fact_missing", fact=MONTHLY.key)
        run.lacks(
            (after > 0) & (new == 0) & ~run.given(TOTAL_PAY), "fact_missing", fact=TOTAL_PAY.key
        )
        old = sum_of(run, MONTHLY, old, before)
        new = sum_of(run, TOTAL_PAY, new, after)
        return mul_div(7125 * old + 5481 * new, 1, 10**9, "half_up")

    def former(self, run: Run, co: Cohort, view: View) -> Int:
        """Art. 21 (2000): 7.5 and 5.769 per mille on the fixed table, times the year's level."""
        record = view.own
        assert isinstance(record, Remuneration)
        certified = run.given(MONTHLY) | run.given(TOTAL_PAY)
        run.lacks(certified & (record.former.sum(axis=1) == 0), "fact_missing", fact=FORMER.key)
        level = self.tables["former_level"].at(fiscal_year(co.claim), run)
        return mul_div(
            7500 * record.former[:, 0] + 5769 * record.former[:, 1], level, 10**12, "half_up"
        )

    def months(self, run: Run, view: View) -> tuple[Int, Int]:
        """Months before and from April 2003; undated sums belong to neither."""
        run.lacks(view.own.undated > 0, "period_dates_missing", cite=PROPORTIONAL.cite)
        before = months_before(view, BONUS)
        return before, view.own.total() - before

    def transitional(self, run: Run, co: Cohort, view: View) -> Int:
        """Act 34 of 1985 suppl. art. 59(2): 1,628 yen x rate x months, less their basic pension."""
        year = fiscal_year(co.claim)
        older = (co.born < OLDER_GROUP) & (year >= 2023)
        rate = np.where(older, self.tables["revision_rate_older"].at(year, run, need=older),
                        self.tables["revision_rate"].at(year, run, need=~older))  # fmt: skip
        each = mul_div(1628, rate, 1000, "half_up")
        full = mul_div(780900, rate, 1000 * 100, "half_up") * 100
        low = np.maximum(month_of(attained(co.born, 20)), month_of(day("1961-04-01")))
        adult = window_mask(view.own.years, low, month_of(attained(co.born, 60)))
        inside = POPCOUNT[masks(view) & adult].sum(axis=1)
        gross = each * np.minimum(view.own.total(), 480)
        return np.asarray(np.maximum(gross - mul_div(full, inside, 480, "half_up"), 0))

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """S. 44-3, suppl. s. 7-3: changed for the months before or after 65; a year."""
        if co.branch == REFUND:
            return Amounts(parts["amount"], "JPY", "once")
        factor = age_factor(run, co, self.tables["early_rate"], self.tables["deferral_months"])
        yearly = changed(run, FACTOR, parts["amount"], factor, moved(co))
        run.trace(PENSION, yearly)
        return Amounts(yearly, "JPY", "year")

    def lump_sum(self, run: Run, view: View) -> Int:
        """Suppl. s. 29(3), (4): average pay (x 1.3 before April 2003) x rate of the October."""
        record = view.own
        assert isinstance(record, Remuneration)
        months, last = np.maximum(view.own.total(), 1), end_of_record(view) - 1
        pay = mul_div(record.plain[:, 0], 13, 10) + record.plain[:, 1]
        run.lacks((pay == 0) & ~run.given(AVERAGE), "fact_missing", fact=AVERAGE.key)
        average = run.step(AVERAGE, lambda: mul_div(pay, 1, months * 1000, "half_up"))
        october = (last // 12 - np.where(last % 12 < 8, 2, 1)) * 12 + 9
        premium = self.tables["contribution_rate"].at(first_day(october), run)
        count = number(view.own.total(), last)
        rate = run.step(
            RATE, lambda: mul_div(premium, count * 10, 2 * 10**5, "half_up"), number=count
        )
        lump = mul_div(average, rate, 10, "half_up")
        run.trace(LUMP_SUM, lump, average=average, rate=rate)
        return lump


def sum_of(run: Run, step: Step, revalued: Int, months: Int) -> Int:
    """Revalued pay in thousandths: the certified average x months, else what the record gives."""
    given = run.given(step)
    run.trace(
        step, lambda: mul_div(revalued, 1, np.maximum(months, 1) * 1000, "half_up"), when=months > 0
    )
    certified = np.maximum(run.facts.get(step.key, revalued), 0) * months * 1000
    return np.asarray(np.where(given, certified, revalued))
