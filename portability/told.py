"""What is told of each person's answer in one scheme: by which route, with which status, from when.
Columns over the scheme's persons; a determination reads them for one person, an estimate for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from portability.batch import Outcome
from portability.dates import NODATE, first_day, month_of
from portability.totalization import Decision

Int = NDArray[np.int64]
STATUSES = ("not_entitled", "entitled", "deferred", "unknown")
NOT_ENTITLED, ENTITLED, DEFERRED, UNKNOWN = range(4)
ABSENT = np.int64(2**62)
DOUBTFUL = -1  # a right nobody can judge is told before one that is refused
BY_MONTH = ("month", "year")


def telling(decision: Decision) -> Int:
    """int64[m]: the outcome that is told. The chosen one; where nothing is paid one whose right is
    unknown, else the one with the least still missing; ties to the earlier route."""
    if (decision.chosen >= 0).all():
        return decision.chosen
    lacking = np.full((len(decision.outcomes), len(decision.chosen)), ABSENT, np.int64)
    for number, outcome in enumerate(decision.outcomes):
        missing = np.maximum(outcome.qual.required - outcome.qual.counted, 0)
        lacking[number, outcome.sel] = np.where(outcome.run.unknown_right, DOUBTFUL, missing)
    return np.where(decision.chosen >= 0, decision.chosen, lacking.argmin(axis=0))


def missing_of(outcome: Outcome, claim: NDArray[np.int32]) -> tuple[Int, Int]:
    """(units still missing int64[k], 0 where the right is met; the first day of the right if that
    lies after the claim, else NODATE) of everyone in sel; claim int32[k]."""
    missing = np.maximum(outcome.qual.required - outcome.qual.counted, 0)
    earliest = outcome.qual.earliest
    if earliest is None:
        later = np.full(len(missing), NODATE, np.int64)
    else:  # an earlier day: age is not what is missing
        later = np.where(earliest > claim, earliest, NODATE).astype(np.int64)
    return np.where(outcome.met, 0, missing), np.where(outcome.met, NODATE, later)


def statuses(decision: Decision, told: Int) -> NDArray[np.int8]:
    """int8[m], places in STATUSES; told: the outcome of `telling`."""
    claim = decision.holding.co.claim
    waiting = np.zeros(len(told), np.bool_)
    for number, outcome in enumerate(decision.outcomes):
        missing, later = missing_of(outcome, claim[outcome.sel])
        here = told[outcome.sel] == number
        waiting[outcome.sel] |= here & ~outcome.met & (missing == 0) & (later != NODATE)
    return np.select(
        [decision.entitled, decision.unknown, waiting],
        [np.int8(ENTITLED), np.int8(UNKNOWN), np.int8(DEFERRED)],
        np.int8(NOT_ENTITLED),
    )


def starts(outcome: Outcome, claim: NDArray[np.int32]) -> Int:
    """First day of the benefit of everyone in sel, NODATE where nothing is paid: the claim, or the
    later day of national law; benefits by the month or year begin on the first of a month."""
    out = np.full(len(outcome.sel), NODATE, np.int64)
    if outcome.paid is None:
        return out
    at = outcome.payees
    start = claim[at].astype(np.int64)
    for column, places in ((outcome.qual.start, at), (outcome.paid.amounts.start, slice(None))):
        if column is not None:
            start = np.maximum(start, column[places])
    by_month = outcome.paid.amounts.per in BY_MONTH
    out[at] = first_day(month_of(start)) if by_month else start
    return out
