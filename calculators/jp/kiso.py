"""Japan, old-age basic pension and its lump-sum withdrawal. Parameters: kiso.yaml."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from calculators.jp.common import (
    NPA,
    OLDER_GROUP,
    age_factor,
    attained,
    changed,
    fiscal_year,
    moved,
    number,
    refundable,
)
from calculators.pay import end_of_record
from portability.cohort import EMPLOYMENT, EQUIVALENT, REFUND, VOLUNTARY
from portability.coverage import POPCOUNT, Credited, cells, credit_by_dates, scatter, window_mask
from portability.dates import NODATE, day, first_day, month_of
from portability.exact import mul_div, to_step
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

Mask = NDArray[np.uint16]
FULL_MONTHS, PARTS = 480, 24  # s. 27; all weights are whole twenty-fourths of a month
EXEMPT = ("quarter_exempt", "half_exempt", "three_quarter_exempt", "full_exempt")
HALF_STATE = int(
    month_of(day("2009-04-01"))
)  # Act 104 of 2004 suppl. art. 10: half paid by the state from here
# Act 104 of 2004 suppl. art. 10(1) nos. 2-15: months from / before April 2009, weight inside and
# beyond 480
WEIGHTS = ((21, 9), (20, 12), (18, 6), (16, 8), (15, 3), (12, 4), (12, 0), (8, 0))
REFUND_WEIGHTS = (3, 3, 2, 2, 1, 1, 0, 0)  # quarters: suppl. s. 9-3-2(1)
STANDARD, EARLY, DEFERRED, LUMP = 1, 2, 3, 4

FULL = Step("full_pension", "JPY", "National Pension Act s. 27", NPA)
CREDITED = Step("credited_months", "1e-4 month", "National Pension Act s. 27", NPA)
BASIC = Step(
    "basic_pension", "JPY", "National Pension Act s. 27", NPA, full="JPY", credited="1e-4 month"
)
FACTOR = Step(
    "age_factor", "1e-3", "National Pension Act s. 28, suppl. s. 9-2", NPA, months="month"
)
PENSION = Step("pension", "JPY", "National Pension Act ss. 27, 28", NPA)
PREMIUM = Step("premium", "JPY", "National Pension Act suppl. s. 9-3-2(3)", NPA, year="1")
NUMBER = Step("refund_number", "1", "Enforcement Order art. 14-3-2", NPA, months="month")
LUMP_SUM = Step(
    "lump_sum", "JPY", "National Pension Act suppl. s. 9-3-2(3)", NPA, premium="JPY", number="1"
)


@define
class Contributions(Credited):
    """The record with its months by what was paid.

    paid    int64[m] months paid, ages 20 to 59 (voluntary ones to 64)
    exempt  int64[m, 8] exempt months: quarter, half, three quarters, all; each from and before
            April 2009
    refund  int64[m] quarter months that the lump-sum withdrawal counts (first category only)
    unsure  bool[m] certified exempt months with no known side of April 2009
    """

    paid: Int = field(kw_only=True)
    exempt: Int = field(kw_only=True)
    refund: Int = field(kw_only=True)
    unsure: NDArray[np.bool_] = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Contributions:
        cut = Credited.take(self, idx)
        assert isinstance(cut, Contributions)
        return evolve(
            cut,
            paid=self.paid[idx],
            exempt=self.exempt[idx],
            refund=self.refund[idx],
            unsure=self.unsure[idx],
        )


class Kiso(Scheme):
    """National Pension Act ss. 26-28, suppl. ss. 9-2, 9-3-2."""

    steps = (FULL, CREDITED, BASIC, FACTOR, PENSION, PREMIUM, NUMBER, LUMP_SUM)
    bases = ("own", "theoretical")
    variants: Mapping[int, str] = {
        STANDARD: "standard",
        EARLY: "early",
        DEFERRED: "deferred",
        LUMP: "lump_sum_withdrawal",
    }

    # -- record

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """All months for the right; beside them what was paid and what was exempt."""
        m = len(co)
        plain = credit_by_dates(m, rows, years, self.unit)
        lines = rows.where((rows.status == 0) & (rows.kind != EQUIVALENT))
        paid, exempt, first = self.by_dates(co, lines.where(lines.credited < 0), years)
        unsure = self.certified(co, lines.where(lines.credited >= 0), paid, exempt, first)
        refund = 4 * first + (exempt * np.array(REFUND_WEIGHTS)).sum(axis=1)
        return Contributions(
            plain.unit,
            plain.years,
            plain.by_year,
            plain.undated,
            plain.earnings,
            plain.months,
            plain.kinds,
            lump=plain.lump,
            paid=paid,
            exempt=exempt,
            refund=refund,
            unsure=unsure,
        )

    def by_dates(self, co: Cohort, lines: RowSet, years: NDArray[np.int32]) -> tuple[Int, Int, Int]:
        """(paid months, exempt months by kind, paid first-category months): paid before exempt."""
        m, width = len(co), len(years)
        dated = lines.where((lines.start != NODATE) & (lines.end > lines.start))
        at = cells(dated, years)
        code = exempt_kind(co, dated.code)[at.row]
        kind = dated.kind[at.row]
        low = month_of(attained(co.born, 20))
        adult = window_mask(years, low, month_of(attained(co.born, 60)))
        to_65 = window_mask(years, low, month_of(attained(co.born, 65)))
        voluntary = scatter(m, width, at, (code < 0) & (kind == VOLUNTARY)) & to_65
        employed = scatter(m, width, at, (code < 0) & (kind == EMPLOYMENT)) & adult
        own = scatter(m, width, at, (code < 0) & (kind != VOLUNTARY) & (kind != EMPLOYMENT)) & adult
        taken: Mask = voluntary | employed | own
        exempt = np.zeros((m, 8), np.int64)
        before = window_mask(years, np.zeros(m, np.int64), np.full(m, HALF_STATE, np.int64))
        for k in range(4):
            mask = scatter(m, width, at, code == k) & adult & ~taken
            taken = taken | mask
            exempt[:, 2 * k] = POPCOUNT[mask & ~before].sum(axis=1)
            exempt[:, 2 * k + 1] = POPCOUNT[mask & before].sum(axis=1)
        paid = POPCOUNT[voluntary | employed | own].sum(axis=1)
        return paid, exempt, POPCOUNT[(voluntary | own) & ~employed].sum(axis=1)

    @staticmethod
    def certified(
        co: Cohort, lines: RowSet, paid: Int, exempt: Int, first: Int
    ) -> NDArray[np.bool_]:
        """Certified sums added to the dates' months; bool[m]: exempt on no known side of 2009."""
        months = lines.credited // 1000
        code = exempt_kind(co, lines.code)
        np.add.at(paid, lines.person, np.where(code < 0, months, 0))
        np.add.at(first, lines.person, np.where((code < 0) & (lines.kind != EMPLOYMENT), months, 0))
        line = first_day(np.full(1, HALF_STATE, np.int64))[0]
        after, dated = lines.start >= line, lines.start != NODATE
        sure = (code < 0) | (dated & (after | (lines.end <= line)))
        which = np.where(code >= 0, 2 * code + ~after, 0)
        np.add.at(exempt, (lines.person, which), np.where((code >= 0) & sure, months, 0))
        unsure = np.zeros(len(co), np.bool_)
        unsure[lines.person[~sure]] = True
        return unsure

    # -- right

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """S. 26: ten years (25 before August 2017) of paid, exempt and complementary months, at 65;
        early from 60.
        """
        own, counted = view.own.total(), view.units("theoretical")
        required = self.tables["qualifying"].at(co.claim, run)
        enough = counted >= required
        if co.branch == REFUND:
            record = view.own
            assert isinstance(record, Contributions)
            met = refundable(run, co, view, record.refund // 4, enough)
            six = np.full(run.n, 6, np.int64)
            return Qualification(met, own, own, six, met * LUMP, met.astype(np.int64))
        run.lacks(
            co.born < day("1941-04-02"),
            "rule_unknown",
            what="full months of births before 2 April 1941",
            cite="Act 34 of 1985 suppl. table 4",
        )
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
        """S. 27: full amount x credited months / 480, a year; the lump sum in the branch refund."""
        if co.branch == REFUND:
            return Quantity(self.lump_sum(run, view), "JPY cent")
        older = (co.born < OLDER_GROUP) & (fiscal_year(co.claim) >= 2023)
        young = self.tables["full_amount"].at(co.claim, run, need=~older)
        full = run.step(
            FULL,
            lambda: np.where(
                older, self.tables["full_amount_older"].at(co.claim, run, need=older), young
            ),
        )
        parts = self.credited(run, view, basis)
        basic = mul_div(full, parts, FULL_MONTHS * PARTS, "half_up")
        hundred = (
            fiscal_year(co.claim) < 2016
        )  # until fiscal 2015 each pension was rounded to 100 yen
        nearest = mul_div(full, parts, FULL_MONTHS * PARTS * 100, "half_up") * 100
        basic = np.where(hundred, nearest, basic)
        run.trace(BASIC, basic, full=full, credited=lambda: mul_div(parts, 10**4, PARTS, "half_up"))
        return Quantity(basic, "JPY cent")

    def credited(self, run: Run, view: View, basis: str) -> Int:
        """Credited months in twenty-fourths, 480 at most, in the order of art. 10 (2004)."""
        record = view.own
        assert isinstance(record, Contributions)
        given = run.given(CREDITED)
        run.lacks(record.unsure & ~given, "period_dates_missing", cite=CREDITED.cite)
        more = view.foreign() if basis == "theoretical" else np.zeros(run.n, np.int64)
        room = np.maximum(FULL_MONTHS - record.paid - more, 0)
        parts = np.minimum(record.paid + more, FULL_MONTHS) * PARTS
        for k, (inside, beyond) in enumerate(WEIGHTS):
            months = record.exempt[:, k]
            within = np.minimum(months, room)
            parts = parts + within * inside + (months - within) * beyond
            room = room - within
        parts = np.minimum(parts, FULL_MONTHS * PARTS)
        run.trace(CREDITED, lambda: mul_div(parts, 10**4, PARTS, "half_up"), when=~given)
        certified = mul_div(np.maximum(run.facts.get(CREDITED.key, parts), 0), PARTS, 10**4)
        return np.asarray(np.where(given, certified, parts))

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """S. 28, suppl. s. 9-2: changed for the months before or after 65; a year."""
        if co.branch == REFUND:
            return Amounts(parts["amount"], "JPY", "once")
        factor = age_factor(run, co, self.tables["early_rate"], self.tables["deferral_months"])
        yearly = changed(run, FACTOR, parts["amount"], factor, moved(co))
        yearly = np.where(fiscal_year(co.claim) < 2016, to_step(yearly + 50, 100), yearly)
        run.trace(PENSION, yearly)
        return Amounts(yearly, "JPY", "year")

    def lump_sum(self, run: Run, view: View) -> Int:
        """Suppl. s. 9-3-2(3): half the premium of the year of the last paid month x number."""
        record = view.own
        assert isinstance(record, Contributions)
        last = end_of_record(view) - 1
        run.lacks(view.own.undated > 0, "period_dates_missing", cite=LUMP_SUM.cite)
        year = (last - 3) // 12
        run.lacks(year < 2005, "rule_unknown", what="lump sums of periods before April 2005")
        premium = run.step(
            PREMIUM, lambda: self.tables["premium"].at(year, run, need=year >= 2005), year=year
        )
        months = record.refund // 4
        count = run.step(NUMBER, lambda: number(months, last), months=months)
        lump = mul_div(premium, count, 2, "half_up")
        run.trace(LUMP_SUM, lump, premium=premium, number=count)
        return lump

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """`full_career`: 480 months."""
        return np.full(run.n, FULL_MONTHS, np.int64) if name == "full_career" else None


def exempt_kind(co: Cohort, codes: NDArray[np.int16]) -> Int:
    """0 … 3 for the codes of EXEMPT, else -1."""
    known = [EXEMPT.index(name) if name in EXEMPT else -1 for name in co.codes]
    return np.array([*known, -1], np.int64)[codes]
