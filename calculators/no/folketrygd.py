"""Norway: old-age pension of the National Insurance Act (folketrygdloven, chapters 3, 19 and 20).

Born up to 1953 chapter 19 alone, from 1963 chapter 20 alone, between them tenths of both (§ 19-15,
20-19).

Two components: `earnings` (tilleggspensjon and inntektspensjon) rests on Norwegian income alone;
`flat` is the trygdetid,
in millionths of a year, that measures grunnpensjon, minste pensjonsnivå and garantipensjon: a pro
rata shortens it
(30 years at 1/2 are 15), which is how NAV applies art. 52 of Regulation 883/2004.

Sums are kept in millionths of a krone; each component is rounded to whole kroner a month, half up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calculators.no import chapters, cover, earning, levels
from calculators.no.chapters import ACCOUNT, FULL_YEARS, Pieces
from calculators.no.cover import Cover
from calculators.no.earning import LAW, MICRO
from calculators.no.levels import AGE_62, AGE_67, withdrawal_age
from calculators.residence import Spans, Stay, spans_of, stay
from portability.cohort import INVALIDITY, OLD_AGE, SURVIVORS
from portability.coverage import credit_by_dates, merged
from portability.dates import NODATE, add_years, day, first_day, month_of
from portability.exact import div, mul_div
from portability.scheme import (
    Amounts,
    Award,
    Cohort,
    Credited,
    Family,
    Int,
    Qualification,
    Quantity,
    RowSet,
    Run,
    Step,
    View,
)

Bool = NDArray[np.bool_]
STORED = "https://github.com/navikt/pensjon-testdata"

TRYGDETID = Step("trygdetid", "year", "folketrygdloven § 3-5, 20-10", LAW, months="month")
EARLY = Step("early_withdrawal", "1", "folketrygdloven § 19-11, 20-15", LAW, pension="1e-6 NOK",
             level="1e-6 NOK")
NAMES = {"gp": "folketrygdloven § 19-10", "tp": "folketrygdloven § 19-10",
         "pt": "folketrygdloven § 19-9, 19-10",
         "inntektspensjon": "folketrygdloven § 20-14", "garantipensjon": "folketrygdloven § 20-14"}
YEARLY = {name: Step(f"{name}_year_unrounded", "1e-6 NOK", cite, LAW) for name,
          cite in NAMES.items()}
WHOLE = {name: Step(f"{name}_year", "NOK", cite, LAW) for name, cite in NAMES.items()}
MONTHLY = {name: Step(f"{name}_month", "NOK", cite, STORED) for name, cite in NAMES.items()}
TOTAL = Step("total_month", "NOK", "folketrygdloven § 19-10, 20-14", STORED)
FIVE, TWENTY, FORTY = 60, 240, 480  # months: § 19-2, 20-10; § 19-3, 20-10; § 3-2
CHAPTER_19, MIXED, CHAPTER_20 = 1, 2, 3
JANUARY_1937 = day("1937-01-01")


class Folketrygd(Cover):
    """Old age, disability and survivors; unit: month of membership from 16."""

    steps = (TRYGDETID, EARLY, *chapters.STEPS, *cover.STEPS, *YEARLY.values(), *WHOLE.values(),
             *MONTHLY.values(), TOTAL)
    components = ("earnings", "flat")
    bases = ("own", "theoretical")
    variants = {1: "chapter 19 (born up to 1953)",
                2: "tenths of chapters 19 and 20 (born 1954-1962)",
                3: "chapter 20 (born from 1963)", 4: "disability", 5: "survivors"}

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """§ 3-5, 20-10: membership from 16 to the end of the year of 66.

        A year with points is a whole year of trygdetid. Time whose tax is not settled yet is no
        trygdetid (§ 3-5(6)) but it is membership, so other states see it.
        """
        m = len(co)
        born = earning.year_born(co.born)
        low = np.maximum(add_years(co.born, 16), JANUARY_1937)
        high = np.minimum(co.risk, first_day((born + 67) * 12))
        certified = (rows.credited >= 0) & (rows.status == 0)
        spans = spans_of(m, rows.where(~certified))
        made = stay(m, rows, years, low, high, "up", spans, money=True)
        income = earning.whole_kroner(made.earnings)
        quiet = Run(m)
        before = co.claim if co.branch == OLD_AGE else add_years(co.risk, 2)
        counts = earning.settled(years.astype(np.int64), before.astype(np.int64))
        points = earning.points(quiet, self.tables, np.where(counts, income, 0),
                                years.astype(np.int64), born, np.zeros(m, np.bool_))
        told = first_day((month_of(before) // 12 - 1) * 12) if co.branch == OLD_AGE else co.risk
        inside = spans.clipped(low, np.minimum(high, told))
        if co.branch != INVALIDITY:
            inside = with_point_years(inside, points > 0, years).clipped(low, np.minimum(
                first_day((born + 76) * 12), co.risk))
        loose = np.zeros(m, np.int64)
        np.add.at(loose, rows.person[certified], rows.credited[certified])
        made.sums = {"trygdetid": inside.months("up") + div(loose, 1000),
                     **recent_membership(m, rows, years, co)}
        return made

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """§ 19-2, 19-4, 20-2, 20-10: from 62, five years of trygdetid; the pension account asks for
        no years."""
        if co.branch in (INVALIDITY, SURVIVORS):
            return self.covered(run, co, view)
        if co.branch != OLD_AGE:
            return super().qualify(run, co, view)
        own, counted = view.own.total(), view.units("theoretical")
        born, month = earning.year_born(co.born), month_of(co.claim)
        aged = withdrawal_age(co, month) >= AGE_62
        enough = (counted >= FIVE) | (self.trygdetid(run, view, "theoretical") > 0)
        saved = (born >= 1954) & ((view.own.earnings > 0).any(axis=1) | run.given(ACCOUNT))
        variant = np.select([born <= 1953, born <= 1962], [CHAPTER_19, MIXED], CHAPTER_20)
        met = aged & (enough | saved)
        early = met & (withdrawal_age(co, month) < AGE_67)
        at = np.flatnonzero(early)
        if len(at):
            few = run.child(at)
            met[at] = self.early(few, co.persons(at), view.take(at))
            run.absorb(few, at)
        opens = first_day(month_of(co.born) + AGE_62 + 1)
        return Qualification(met, own, counted, np.full(run.n, FIVE), variant,
                             np.select([met & enough, met], [2, 1], 0),
                             earliest=np.where(enough | saved, opens, NODATE))

    def early(self, run: Run, co: Cohort, view: View) -> Bool:
        """§ 19-11, 20-15, 19-15(3): before 67 the whole pension must reach the level for single
        people."""
        certified, given = run.fact(EARLY)
        need = ~given
        recorder, run.trace_to = run.trace_to, None
        tt = self.trygdetid(run, view, "theoretical")
        pieces = self.pieces(run, co, view, tt, need, full_rate=True)
        share, grade = self.share_19(co), self.grade(run)
        now = pieces.yearly(share, grade, self.ratios(run, co, need))
        rest = pieces.yearly(share, 100 - grade, self.ratios_67(run, co, need))
        zero = np.zeros(run.n, np.int64)
        pension = sum(now.values(), zero) + sum(rest.values(), zero)
        key = levels.rate_key(month_of(co.claim))
        single = np.full(run.n, levels.SINGLE)
        low, high = self.stepping(run, co, key, need)
        first = levels.minimum_level(run, self.tables, single, key, need & (share > 0))
        second = levels.guarantee_level(run, self.tables, single, key, need & (share < 10))
        level = mul_div((first * share + second * (10 - share)) * MICRO, low, 10 * high, "half_up")
        run.trace_to = recorder
        reached = np.where(given, certified > 0, pension >= level)
        run.trace(EARLY, reached.astype(np.int64), pension=pension, level=level)
        return np.asarray(reached)

    def accrue(self, run: Run, co: Cohort, view: View, qual: Qualification, component: str,
               basis: str) -> Quantity:
        """`flat`: trygdetid in 1e-6 year; `earnings`: tilleggspensjon and inntektspensjon of a
        year in 1e-6 NOK."""
        if co.branch not in (OLD_AGE, INVALIDITY, SURVIVORS):
            return super().accrue(run, co, view, qual, component, basis)
        if component == "flat":
            tt = self.trygdetid(run, view, basis, None if co.branch == OLD_AGE else co)
            run.trace(TRYGDETID, tt // MICRO, months=view.units(basis))
            return Quantity(self.exported(run, co, view, tt), "1e-6 year")
        if co.branch != OLD_AGE:
            return Quantity(np.zeros(run.n, np.int64), "1e-6 NOK")
        recorder, run.trace_to = run.trace_to, None
        yearly = self.by_income(run, co, view, qual.met)
        run.trace_to = recorder
        return Quantity(yearly["tp"] + yearly["inntektspensjon"], "1e-6 NOK")

    def share(self, run: Run, co: Cohort, q: Quantity, num: Int, den: Int) -> Int:
        """Only trygdetid is cut: foreign time earns nothing in the other part, so it has no share
        of
        it (art. 52 of Regulation 883/2004 as NAV applies it)."""
        return mul_div(q.v, num, den, "half_up") if q.unit.endswith("year") else q.v

    def by_income(self, run: Run, co: Cohort, view: View, need: Bool) -> dict[str, Int]:
        zero = np.zeros(run.n, np.int64)
        pieces = Pieces(zero, self.basis_tp(run, co, view, need), zero,
                        self.account(run, co, view, need), zero)
        return pieces.yearly(self.share_19(co), self.grade(run), self.ratios(run, co, need))

    def payable(self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View,
                qual: Qualification) -> Amounts:
        """§ 19-10, 20-14: every component by the year, rounded to whole kroner a month."""
        if co.branch == INVALIDITY:
            month = self.disability(run, co, view, parts["flat"], qual.met)
            return Amounts(month * 100, self.currency, "month")
        if co.branch == SURVIVORS:
            return Amounts(np.zeros(run.n, np.int64), self.currency, "month")
        if co.branch != OLD_AGE:
            return super().payable(run, co, parts, view, qual)
        share, need = self.share_19(co), qual.met
        pieces = self.pieces(run, co, view, parts["flat"], need)
        yearly = pieces.yearly(share, self.grade(run), self.ratios(run, co, need))
        own = yearly["tp"] + yearly["inntektspensjon"]
        yearly["tp"] = np.where(parts["earnings"] == own, yearly["tp"], parts["earnings"])
        yearly["inntektspensjon"] = np.where(parts["earnings"] == own, yearly["inntektspensjon"], 0)
        total = np.zeros(run.n, np.int64)
        for name, value in yearly.items():
            mine = share > 0 if name in ("gp", "tp", "pt") else share < 10
            month = div(value, 12 * MICRO, "half_up")
            run.trace(YEARLY[name], value, when=mine)
            run.trace(WHOLE[name], value // MICRO, when=mine)
            run.trace(MONTHLY[name], month, when=mine)
            total = total + month
        run.trace(TOTAL, total)
        return Amounts(total * 100, self.currency, "month")

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """Forty years are a full career (§ 3-2, 20-10)."""
        return np.full(run.n, FORTY) if name == "full_career" else None

    def award(self, run: Run, co: Cohort, fam: Family, parts: Mapping[str, Int],
              qual: Qualification, view: View) -> Award:
        """§ 17-6, 18-5: on the trygdetid of the deceased."""
        return self.bereaved(run, co, fam, parts["flat"], qual.own)

    def trygdetid(self, run: Run, view: View, basis: str, co: Cohort | None = None) -> Int:
        """§ 3-5(5), 12-12(6), 20-10: whole years, half a year and more rounded up, at most forty.

        int64[n], 1e-6 year; the own years may be certified. co: with future time (§ 3-7, 12-12).
        """
        own = view.own.sums["trygdetid"] if isinstance(view.own, Stay) else view.own.total()
        own = np.where(run.given(TRYGDETID), run.fact(TRYGDETID)[0] * 12, own)
        months = own + (view.foreign() if basis != "own" else 0)
        if co is not None:
            months = months + np.where(run.given(TRYGDETID), 0, self.future(run, co, months))
        years = np.where(months >= FIVE, div(months + 6, 12), 0)
        return np.asarray(np.minimum(years, FULL_YEARS) * MICRO)

    def exported(self, run: Run, co: Cohort, view: View, tt: Int) -> Int:
        """§ 19-3, 20-10(5): outside Norway with under twenty years the flat parts shrink to the
        point years (chapter 19) or fall away (chapter 20)."""
        if run.route != "national" or co.branch != OLD_AGE:
            return tt
        share = self.share_19(co)
        short = tt < TWENTY // 12 * MICRO
        run.lacks(short & (co.residence < 0), "fact_missing", fact="residence",
                  cite="folketrygdloven § 19-3, 20-10")
        abroad = short & ~co.lives_in(self.country)
        run.lacks(abroad & (share > 0) & (share < 10), "rule_unknown",
                  what="flat parts abroad with under 20 years in both chapters",
                  cite="folketrygdloven § 19-3, 20-10")
        before, after, _ = self.point_years(run, co, view, abroad)
        left = np.where(share > 0, np.minimum((before + after) * MICRO, tt), 0)
        return np.where(abroad, left, tt)


def with_point_years(spans: Spans, earns: Bool, years: NDArray[np.int32]) -> Spans:
    """§ 3-5(3): a calendar year with points is a whole year of trygdetid: spans with those years
    laid in."""
    person, column = np.nonzero(earns)
    january = years[column].astype(np.int64) * 12
    start = np.concatenate([spans.start, first_day(january)])
    end = np.concatenate([spans.end, first_day(january + 12)])
    who = np.concatenate([spans.person, person.astype(np.int32)])
    return Spans(spans.m, *merged(who, start, end))


def recent_membership(m: int, rows: RowSet, years: NDArray[np.int32], co: Cohort) -> dict[str, Int]:
    """§ 12-2, 17-2: touched months of the five years before the event; member until the event."""
    if co.branch not in (INVALIDITY, SURVIVORS):
        return {}
    event = month_of(co.risk)
    touched = credit_by_dates(m, rows, years, "month").window(event - 60, event)
    last = np.full(m, NODATE, np.int64)
    dated = (rows.start != NODATE) & (rows.status == 0)
    np.maximum.at(last, rows.person[dated], rows.end[dated].astype(np.int64))
    return {"touched_60": touched.by_year.sum(axis=1), "member": (last >= co.risk).astype(np.int64)}
