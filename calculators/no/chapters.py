"""Norway: what chapters 3, 19 and 20 make of income and trygdetid, before it is paid.

Sums are kept in millionths of a krone.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from attrs import define
from numpy.typing import NDArray

from calculators.no import earning, levels
from calculators.no.earning import BALANCE, EARNED, ENTRY, LAW, MICRO, POINTS
from calculators.no.levels import (
    AGE_67,
    DT,
    DT_67,
    FT,
    FT_67,
    FT_RATES,
    GUARANTEE,
    MINIMUM,
    SITUATION,
    WITH_EARNER,
    WITH_PENSIONER,
    withdrawal_age,
)
from portability.cohort import Cohort
from portability.dates import month_of
from portability.exact import div, mul_div
from portability.scheme import Int, Run, Scheme, Step, View

Bool = NDArray[np.bool_]

GRADE = Step("withdrawal_grade", "1e-2", "folketrygdloven § 19-10, 20-14", LAW)
BASE = Step("base_amount", "NOK", "folketrygdloven § 1-4", LAW)
SPT = Step("sluttpoengtall", "1e-2", "folketrygdloven § 3-11", LAW)
BEFORE_92 = Step("point_years_to_1991", "year", "folketrygdloven § 3-8, 3-10", LAW)
AFTER_91 = Step("point_years_from_1992", "year", "folketrygdloven § 3-8, 3-10", LAW)
ACCOUNT = Step("pension_account", "1e-6 NOK", "folketrygdloven § 20-4, 20-18, 20-21", LAW)
BASIS_GP = Step("basis_gp", "1e-6 NOK", "folketrygdloven § 3-2", LAW)
BASIS_TP = Step("basis_tp", "1e-6 NOK", "folketrygdloven § 3-8", LAW)
BASIS = Step("basispensjon", "1e-6 NOK", "folketrygdloven § 19-5", LAW)
ADJUSTED_MINIMUM = Step("adjusted_mpn", "1e-6 NOK", "folketrygdloven § 19-9", LAW)
BASIS_PT = Step("basis_pt", "1e-6 NOK", "folketrygdloven § 19-9", LAW)
ADJUSTED_GUARANTEE = Step("adjusted_garantipensjon_level", "1e-6 NOK",
                          "folketrygdloven § 20-9, 20-11", LAW)
GUARANTEE_ACCOUNT = Step("garantipensjon_account", "1e-6 NOK", "folketrygdloven § 20-11", LAW)
FULL_YEARS = 40  # § 3-2, 3-8, 20-10
STEPS = (GRADE, BASE, SITUATION, POINTS, SPT, BEFORE_92, AFTER_91, EARNED, ENTRY, BALANCE, ACCOUNT,
         FT, FT_67, FT_RATES, DT, DT_67, MINIMUM, GUARANTEE, BASIS_GP, BASIS_TP, BASIS,
         ADJUSTED_MINIMUM, BASIS_PT, ADJUSTED_GUARANTEE, GUARANTEE_ACCOUNT)
RATE_45, RATE_42 = 45, 42  # § 3-8: hundredths of the base amount a point year


@define
class Pieces:
    """Before the ratios: basispensjon, pensjonstillegg and the accounts, each int64[n] in 1e-6
    NOK."""

    gp: Int
    tp: Int
    pt: Int
    account: Int
    guarantee: Int

    def yearly(self, share: Int, weight: Int, below: tuple[Int, Int]) -> dict[str, Int]:
        """§ 19-10, 20-14: a year's pension; share tenths of chapter 19, weight hundredths, below
        (FT, DT)."""
        ft, dt = below
        made = {}
        for name, v, ratio, unit, tenths in (
                ("gp", self.gp, ft, 1, share), ("tp", self.tp, ft, 1, share),
                ("pt", self.pt, ft, 1, share), ("inntektspensjon", self.account, dt, 10,
                                                10 - share),
                ("garantipensjon", self.guarantee, dt, 10, 10 - share)):
            # weight / 100 x tenths / 10, over FT / 1000 or DT / 100
            year = mul_div(np.maximum(v, 0), weight * tenths, np.maximum(ratio, 1) * unit,
                           "half_up")
            made[name] = np.where(ratio > 0, year, 0)
        return made


class Chapters(Scheme):
    """The formulas shared by all years of birth; the scheme itself adds the right and the
    payment."""

    relations = ("spouse", "partner", "child")

    def share_19(self, co: Cohort) -> Int:
        """§ 19-15, 20-19: tenths of the pension that follow chapter 19: int64[n]."""
        return self.tables["chapter_19_share"].at(earning.year_born(co.born))

    def grade(self, run: Run) -> Int:
        """§ 19-10(3), 20-14(3): hundredths of the pension that are drawn, all unless the claim says
        less."""
        value, given = run.fact(GRADE)
        return np.where(given, value, 100)

    def ratios(self, run: Run, co: Cohort, need: Bool) -> tuple[Int, Int]:
        """(forholdstall, delingstall) at withdrawal."""
        age, share = withdrawal_age(co, month_of(co.claim)), self.share_19(co)
        return self.pair(run, co, age, (FT, DT), need & (share > 0), need & (share < 10))

    def ratios_67(self, run: Run, co: Cohort, need: Bool) -> tuple[Int, Int]:
        """(forholdstall, delingstall) of the cohort at 67."""
        age, share = np.full(run.n, AGE_67), self.share_19(co)
        return self.pair(run, co, age, (FT_67, DT_67), need & (share > 0), need & (share < 10))

    def pair(self, run: Run, co: Cohort, age: Int, steps: tuple[Step, Step], first: Bool,
             second: Bool) -> tuple[Int, Int]:
        born = earning.year_born(co.born)
        made = []
        for step, name, need in zip(steps, ("forholdstall", "delingstall"), (first, second),
                                    strict=True):
            table, wanted = self.tables[name], need & ~run.given(step)
            made.append(run.step(step, partial(levels.ratio, table, born, age, run, wanted),
                                 when=need))
        return made[0], made[1]

    def points(self, run: Run, co: Cohort, view: View, need: Bool) -> Int:
        years = view.own.years.astype(np.int64)
        income = np.where(earning.settled(years, co.claim.astype(np.int64)),
                          earning.whole_kroner(view.own.earnings), 0)
        return earning.points(run, self.tables, income, years, earning.year_born(co.born), need)

    def point_years(self, run: Run, co: Cohort, view: View, need: Bool) -> tuple[Int, Int, Int]:
        """§ 3-8(4): years before 1992 all count, later ones up to forty in all: (before, after,
        points)."""
        wanted = need & ~(run.given(SPT) & run.given(BEFORE_92) & run.given(AFTER_91))
        made = self.points(run, co, view, wanted)
        early = (view.own.years < 1992)[None, :]
        before = run.step(BEFORE_92, lambda: ((made > 0) & early).sum(axis=1))
        after = run.step(AFTER_91, lambda: ((made > 0) & ~early).sum(axis=1))
        return before, np.minimum(after, np.maximum(FULL_YEARS - before, 0)), made

    def basis_tp(self, run: Run, co: Cohort, view: View, need: Bool) -> Int:
        """§ 3-8: base amount x final points x (45 % before, 42 % after 1991) x point years / 40:
        1e-6 NOK."""
        need = need & (self.share_19(co) > 0)
        before, after, made = self.point_years(run, co, view, need)
        final = run.step(SPT, lambda: earning.final_points(made))
        self.untold(run, co, view, need & ~run.given(SPT), SPT)
        enough = before + after >= 5
        weight = RATE_45 * before + RATE_42 * after
        v = mul_div(self.base(run, co, need) * final, np.where(enough, weight, 0) * (MICRO // 100),
                    100 * FULL_YEARS)
        run.trace(BASIS_TP, v, when=self.share_19(co) > 0)
        return v

    def account(self, run: Run, co: Cohort, view: View, need: Bool) -> Int:
        """§ 20-4 to 20-8: the account on the day of withdrawal: int64[n], 1e-6 NOK."""
        need = need & (self.share_19(co) < 10) & ~run.given(ACCOUNT)
        self.untold(run, co, view, need, ACCOUNT)
        years = view.own.years.astype(np.int64)
        income = np.where(earning.settled(years, co.claim.astype(np.int64)),
                          earning.whole_kroner(view.own.earnings), 0)
        if not need.any():
            return np.asarray(run.step(ACCOUNT, lambda: np.zeros(run.n, np.int64),
                                       when=self.share_19(co) < 10))
        income, claim = np.where(need[:, None], income, 0), co.claim.astype(np.int64)
        return np.asarray(run.step(
            ACCOUNT, lambda: earning.account(run, self.tables, income, years, claim, need)))

    def untold(self, run: Run, co: Cohort, view: View, need: Bool, step: Step) -> None:
        """§ 3-16, 20-8: years of care for a child under six earn points that no record of income
        shows."""
        person, born = co.children_of()
        raised = np.zeros(run.n, np.bool_)
        raised[person[month_of(born) // 12 + 6 > 1967]] = True
        run.lacks(need & raised, "fact_missing", fact=step.key,
                  what="points for the care of children",
                  cite="folketrygdloven § 3-16, 20-8")

    def base(self, run: Run, co: Cohort, need: Bool) -> Int:
        """§ 1-4: the base amount on the day of withdrawal, kroner."""
        return np.asarray(run.step(BASE, lambda: self.tables["base_amount"].at(co.claim, run,
                                                                               need)))

    def stepping(self, run: Run, co: Cohort, key: Int, need: Bool) -> tuple[Int, Int]:
        """§ 19-9: forholdstall at 67 of the cohort a rate is set for, and of one's own; equal where
        none applies."""
        born = earning.year_born(co.born)
        other = np.where(key < levels.NO_STEPPING, levels.rates_cohort(key, born), born)
        wanted = need & (other != born)
        table = self.tables["forholdstall"]
        own = levels.ratio(table, born, np.full(run.n, AGE_67), run, wanted)
        stepped = run.given(FT_RATES) & run.given(FT_67)
        rates = run.step(FT_RATES, lambda: levels.ratio(table, other, np.full(run.n, AGE_67), run,
                                                        wanted),
                         when=wanted | run.given(FT_RATES))
        mine = np.where(run.given(FT_67), run.fact(FT_67)[0], own)
        apply = (wanted | stepped) & (rates > 0) & (mine > 0)
        return np.where(apply, rates, 1), np.where(apply, mine, 1)

    def pieces(self, run: Run, co: Cohort, view: View, tt: Int, need: Bool,
               full_rate: bool = False) -> Pieces:
        """§ 3-2, 3-8, 19-9, 20-11: basispensjon, pensjonstillegg, the account and the guarantee
        account.

        tt int64[n] trygdetid in 1e-6 year; full_rate: the grunnpensjon of § 19-11 whatever the
        situation.
        """
        share, flat = self.share_19(co), need & (tt > 0)
        situation, _ = run.fact(SITUATION, flat & ~(run.given(MINIMUM) & run.given(GUARANTEE)))
        reduced = ((situation == WITH_PENSIONER) | (situation == WITH_EARNER)) & (not full_rate)
        base = self.base(run, co, need & (share > 0))
        gp = mul_div(base * np.where(reduced, 90, 100), tt, 100 * FULL_YEARS)  # § 3-2(3), (4)
        run.trace(BASIS_GP, gp, when=share > 0)
        tp = self.basis_tp(run, co, view, need)
        run.trace(BASIS, gp + tp, when=share > 0)
        account = self.account(run, co, view, need)
        at_67 = np.minimum(month_of(co.claim), month_of(co.born) + AGE_67 + 1)
        key = levels.rate_key(at_67)
        scale = (*self.stepping(run, co, key, flat), *self.ratios_67(run, co, flat))
        wanted = flat & (share > 0) & ~run.given(BASIS_PT) & ~run.given(MINIMUM)
        least = run.step(MINIMUM, lambda: levels.minimum_level(run, self.tables, situation, key,
                                                               wanted),
                         when=share > 0)
        pt = self.supplement(run, co, self.adjusted(run, co, least, tt, at_67, need), scale,
                             gp + tp)
        asked = flat & (share < 10) & ~run.given(GUARANTEE_ACCOUNT) & ~run.given(GUARANTEE)
        sure = run.step(GUARANTEE, lambda: levels.guarantee_level(run, self.tables, situation, key,
                                                                  asked),
                        when=share < 10)
        guarantee = self.guarantee(run, co, self.adjusted(run, co, sure, tt, at_67, need), scale,
                                   account)
        return Pieces(gp, tp, np.where(tt > 0, pt, 0), account, np.where(tt > 0, guarantee, 0))

    def supplement(self, run: Run, co: Cohort, level: Int, scale: tuple[Int, ...],
                   basis: Int) -> Int:
        """§ 19-9(3): the minimum level times forholdstall at 67, less the basispensjon; below zero
        nothing is paid."""
        low, high, ft_67, _ = scale
        mine = self.share_19(co) > 0
        run.trace(ADJUSTED_MINIMUM, mul_div(level, low, high, "half_up"), when=mine & (level > 0))
        return np.asarray(run.step(
            BASIS_PT, lambda: mul_div(level * low, ft_67, high * 1000,
                                      "half_up") - basis, when=mine))

    def guarantee(self, run: Run, co: Cohort, level: Int, scale: tuple[Int, ...],
                  account: Int) -> Int:
        """§ 20-11(3): the level times delingstall at 67, less 80 per cent of the account; below
        zero nothing."""
        low, high, _, dt_67 = scale
        mine = self.share_19(co) < 10
        run.trace(ADJUSTED_GUARANTEE, mul_div(level, low, high, "half_up"), when=mine & (level > 0))
        less = div(account * 4, 5, "half_up")
        return np.asarray(run.step(
            GUARANTEE_ACCOUNT, lambda: mul_div(level, low * dt_67, high * 100,
                                               "half_up") - less, when=mine))

    def adjusted(self, run: Run, co: Cohort, level: Int, tt: Int, at_67: Int, need: Bool) -> Int:
        """§ 19-8(1), 19-9(2), 20-10, 20-11(2): the level by trygdetid; after 67 it has followed
        wages: 1e-6 NOK."""
        value = div(level * tt, FULL_YEARS, "half_up")
        return earning.grown(self.tables["wage_growth"], at_67, month_of(co.claim), value, run,
                             need & (level > 0))
