"""APG 3, ASVG 223(2), 231: an Austrian record, and the day of reckoning."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.cohort import COMPULSORY, EMPLOYMENT, EQUIVALENT, SELF_EMPLOYMENT, Cohort, RowSet
from portability.coverage import Credited, cells, credit_by_dates, limited, scatter
from portability.dates import NODATE, day, day_in_month, month_of

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Mask = NDArray[np.uint16]

APG = "https://gesetzefinden.at/bundesrecht/bundesgesetze/apg/para-"
WORK = (COMPULSORY, EMPLOYMENT, SELF_EMPLOYMENT)  # APG 3(1) no. 1
ACCOUNT_START, FIRST_CREDIT_END = day("2005-01-01"), day("2014-01-01")  # APG 12(2), 15(1)


@define
class Record(Credited):
    """Insured months; work: uint16[m, Y] months of gainful activity, loose_work: sums without dates
    (thousandths).

    blank, blank_later bool[m]: months without a contribution base after 2004, after 2013
    """

    work: Mask = field(kw_only=True)
    paid: Mask = field(kw_only=True)
    loose_work: Int = field(kw_only=True)
    loose_paid: Int = field(kw_only=True)
    blank: Bool = field(kw_only=True)
    blank_later: Bool = field(kw_only=True)

    def take(self, idx: NDArray[np.intp]) -> Credited:
        cut = super().take(idx)
        return evolve(cut, **{name: getattr(self, name)[idx] for name in OWN})

    @property
    def touched(self) -> Mask:
        """Months of the record: a scheme of months always has them."""
        assert self.months is not None
        return self.months

    def count(self, mask: Mask) -> Int:
        """Dated months of a mask; a certified sum over fewer dates stands."""
        kept = limited(self.by_year, self.touched, mask & self.touched, "month")
        return np.asarray(kept.sum(axis=1), np.int64)


OWN = ("work", "paid", "loose_work", "loose_paid", "blank", "blank_later")


def loose_sum(m: int, rows: RowSet, chosen: Bool) -> Int:
    out = np.zeros(m, np.int64)
    np.add.at(out, rows.person[chosen], rows.credited[chosen])
    return out


def credit(m: int, rows: RowSet, years: NDArray[np.int32]) -> Record:
    """APG 3, ASVG 231: months that hold an insured period, and those of work among them."""
    base = credit_by_dates(m, rows, years, "month")
    normal = rows.status == 0
    lines = rows.where((rows.start != NODATE) & (rows.end > rows.start) & normal)
    loose = rows.where((rows.start == NODATE) & (rows.credited >= 0) & normal)
    at = cells(lines, years)
    work, paid = np.isin(lines.kind, WORK), lines.kind != EQUIVALENT

    def without_base(since: int) -> Bool:
        chosen = (lines.earnings < 0) & (lines.end > since)
        return np.asarray(np.bincount(lines.person[chosen], minlength=m) > 0)

    return Record(
        base.unit,
        years,
        base.by_year,
        base.undated,
        base.earnings,
        base.months,
        base.kinds,
        lump=base.lump,
        work=scatter(m, len(years), at, work[at.row]),
        paid=scatter(m, len(years), at, paid[at.row]),
        loose_work=loose_sum(m, loose, np.isin(loose.kind, WORK)),
        loose_paid=loose_sum(m, loose, loose.kind != EQUIVALENT),
        blank=without_base(ACCOUNT_START),
        blank_later=without_base(FIRST_CREDIT_END),
    )


def attained(born: NDArray[Any], months: Int | int) -> Int:
    """APG 5(2), ASVG 223(2): first month whose first day is not before the birthday of an age."""
    return np.asarray(month_of(born.astype(np.int64) - 1) + months + 1, np.int64)


def reckoning_month(co: Cohort) -> Int:
    """ASVG 223(2): the Stichtag is the day claimed if it is a first of a month, else the next
    first.
    """
    return np.asarray(month_of(co.claim) + (day_in_month(co.claim) > 1), np.int64)
