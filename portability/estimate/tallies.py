"""Which figures a summary holds, and how one part of RESULTS gives them.

Every scheme answer stands in the row that decides it (`chosen`, also where nothing is paid). Its
outcome: entitled (right and amount known), amount_unknown (a right, no amount), deferred,
not_entitled, unknown. A member counts once: as unknown where the law of any of his schemes is
unknown, else by the best of his answers.

Figures of money are (answers paid, those without a known range, those paid only under other
assumptions, those whose low is another than likely, those whose high is; low, likely, high), sums
in thousandths of the currency. An answer without a known range stands in low and high with its
likely amount.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from portability.dates import month_iso, month_of
from portability.estimate.columns import (
    Bool,
    Int,
    Key,
    Tally,
    Words,
    group,
    joined_code,
    listed,
    numbers_of,
    plain,
    thousandths_of,
    words_of,
)

__all__ = ["NAMES", "OUTCOMES", "Key", "Tally", "tallies"]

OUTCOMES = ("entitled", "amount_unknown", "deferred", "not_entitled", "unknown")
ENTITLED, AMOUNT_UNKNOWN, DEFERRED, NOT_ENTITLED, UNKNOWN = range(5)
# the outcome that stands for a member: the first of these among his answers
PRECEDENCE = (UNKNOWN, AMOUNT_UNKNOWN, ENTITLED, DEFERRED, NOT_ENTITLED)
MISSING_BANDS = ("1-6", "7-12", "13-24", "25-36", "37-60", "61-120", "121+")
MISSING_TO = np.array([6, 12, 24, 36, 60, 120])
KEEPING_BANDS = ("1-12", "13-24", "25-60", "61-120", "121+")
KEEPING_TO = np.array([12, 24, 60, 120])
NOT_COMPARED = "no pension to compare"
NO_MONTHS = "not a matter of months"
NAMES = (
    "answers",  # residence, country, scheme, outcome -> answers
    "answers_money",  # residence, country, scheme, currency, per -> money
    "members",  # sex, age band, outcome, "elsewhere" if entitled in some scheme -> members
    "members_money",  # sex, age band, currency, per -> money, members instead of answers
    "routes",  # scheme, route, worth -> answers with a right, now or later, by that route
    "routes_money",  # scheme, route, currency, per -> answers, compared, not opened, likely, above
    "missing",  # scheme, band of months -> answers not entitled
    "months",  # starts | opens | reached, month -> answers
    "deadlines",  # scheme, month, currency -> refunds, sum
    "refunds",  # scheme, outcome -> answers
    "refund_bands",  # scheme, band of equal months -> refunds due
    "refund_losses",  # scheme, "some" | "none" -> refunds due
    "losses",  # scheme, what it takes away elsewhere -> refunds due
    "refund_money",  # scheme, currency -> refunds, sum
    "unknown",  # scheme, outcome, reason, detail -> answers
    "assumed",  # what -> members
    "evidence",  # what -> members
)


@frozen
class Part:
    """The rows of one part, all of n: words, whole numbers, and what was known of them."""

    table: pa.Table
    member: Int  # 0, 1, … in the order met
    members: int
    word: dict[str, Words]
    likely: Int
    paid: Bool  # likely is known

    def rows(self, mask: Bool) -> Any:
        return np.flatnonzero(mask)

    def at(self, rows: Any, *names: str) -> list[Words]:
        return [self.word[name].at(rows) for name in names]


CODED = (
    *("sex", "age_band", "residence", "country", "scheme", "benefit", "route", "status"),
    *("currency", "per", "reason", "detail", "assumed", "evidence_needed", "loses"),
)


def tallies(table: pa.Table) -> dict[str, Tally]:
    """All tallies of NAMES. Raises ValueError as `summary.partial` says."""
    made: dict[str, Tally] = {name: {} for name in NAMES}
    if not table.num_rows:
        return made
    lacking = [name for name in ("member", "chosen", *CODED) if name not in table.column_names]
    if lacking:
        raise ValueError(f"not a table of results: no column {', '.join(lacking)}")
    member, members = people(plain(table.column("member")))
    likely, paid = thousandths_of(table.column("likely"))
    word = {name: words_of(table.column(name)) for name in CODED}
    part = Part(table, member, members, word, likely, paid)
    chosen = numbers_of(table.column("chosen"))[0].astype(np.bool_)
    pension = word["benefit"].equal("pension")
    answers, national = deciding(part, chosen, pension)
    refunds = np.flatnonzero(chosen & word["benefit"].equal("refund"))
    outcome = outcomes(part)
    made |= of_answers(part, answers, outcome)
    made |= of_members(part, answers, outcome)
    made |= of_routes(part, answers, national, outcome)
    made |= of_time(part, answers, outcome)
    made |= of_refunds(part, refunds, outcome)
    rows = np.flatnonzero(chosen)
    made["assumed"] = of_words(part, rows, "assumed")
    made["evidence"] = of_words(part, rows, "evidence_needed")
    return made


def people(member: pa.Array) -> tuple[Int, int]:
    """(number of each row's member in the order met, how many). Raises ValueError if the rows of a
    member are apart: he would count twice."""
    if member.null_count:
        raise ValueError("a row without a member")
    new = np.ones(len(member), np.bool_)
    new[1:] = pc.not_equal(member[1:], member[:-1]).to_numpy(zero_copy_only=False)
    number = np.cumsum(new) - 1
    if pc.count_distinct(member).as_py() != int(number[-1]) + 1:
        raise ValueError("the rows of one member do not stand together")
    return number, int(number[-1]) + 1


def deciding(part: Part, chosen: Bool, pension: Bool) -> tuple[NDArray[np.intp], Int]:
    """(rows that decide a scheme's answer; the row of the national route of the same member and
    scheme, -1 if none). Raises ValueError unless each answer has exactly one deciding row."""
    scheme = part.word["scheme"]
    answer = part.member * len(scheme.words) + scheme.code
    room = part.members * len(scheme.words)
    decided = np.bincount(answer[chosen & pension], minlength=room)
    asked = np.bincount(answer[pension], minlength=room)
    if (decided != (asked > 0)).any():
        raise ValueError(
            f"{int((decided > 1).sum())} answers with more than one deciding row, "
            f"{int(((asked > 0) & (decided == 0)).sum())} with none"
        )
    if (np.bincount(part.member[chosen & pension], minlength=part.members) == 0).any():
        raise ValueError("a member without any answer")
    rows = np.flatnonzero(chosen & pension)
    place = np.full(room, -1, np.int64)
    alone = np.flatnonzero(pension & part.word["route"].equal("national"))
    place[answer[alone]] = alone
    return rows, place[answer[rows]]


def outcomes(part: Part) -> Int:
    """Place in OUTCOMES for every row. Raises ValueError on a status that is none."""
    status = part.word["status"]
    places = {
        "entitled": ENTITLED,
        "deferred": DEFERRED,
        "not_entitled": NOT_ENTITLED,
        "unknown": UNKNOWN,
    }
    strange = [word for word in status.words[:-1] if word not in places]
    if strange or (status.code == len(status.words) - 1).any():
        raise ValueError(f"no such status: {strange[0] if strange else None!r}")
    found = np.array([*(places[str(word)] for word in status.words[:-1]), UNKNOWN], np.int64)
    made = found[status.code]
    return np.where((made == ENTITLED) & ~part.paid, AMOUNT_UNKNOWN, made)


def of_answers(part: Part, rows: NDArray[np.intp], outcome: Int) -> dict[str, Tally]:
    where = part.at(rows, "residence", "country", "scheme")
    blank = np.isin(outcome[rows], (AMOUNT_UNKNOWN, UNKNOWN))
    lost = rows[blank]
    return {
        "answers": group([*where, listed(OUTCOMES, outcome[rows])]),
        "answers_money": money(
            part, payees_of(part, rows, outcome), "residence", "country", "scheme"
        ),
        "unknown": group(
            [
                *part.at(lost, "scheme"),
                listed(OUTCOMES, outcome[lost]),
                *part.at(lost, "reason", "detail"),
            ]
        ),
    }


@frozen
class Payees:
    """Answers that pay, or would under other assumptions: their rows and, of each, whether it does,
    whether its range is known, and low, likely and high in thousandths."""

    rows: NDArray[np.intp]
    pays: Bool
    known: Bool
    low: Int
    likely: Int
    high: Int

    def counts(self) -> tuple[Bool, ...]:
        """The five counts of a figure of money, as masks."""
        lower, higher = self.low != self.likely, self.high != self.likely
        return self.pays, self.pays & ~self.known, ~self.pays, lower, higher


def payees_of(part: Part, rows: NDArray[np.intp], outcome: Int) -> Payees:
    low, low_known = thousandths_of(part.table.column("low"))
    high, high_known = thousandths_of(part.table.column("high"))
    paid = outcome == ENTITLED
    ranged = low_known & high_known
    mine = rows[paid[rows] | (ranged[rows] & (high[rows] > 0))]
    pays, known = paid[mine], ranged[mine]
    likely = np.where(pays, part.likely[mine], 0)
    lowest, highest = (np.where(known, column[mine], likely) for column in (low, high))
    return Payees(mine, pays, known, lowest, likely, highest)


def money(part: Part, found: Payees, *names: str) -> Tally:
    """Figures of money by words, currency and period."""
    columns = [mask.astype(np.int64) for mask in found.counts()]
    keys = part.at(found.rows, *names, "currency", "per")
    sums = group(keys, *columns, found.low, found.likely, found.high)
    return {key: figures[1:] for key, figures in sums.items()}


def of_members(part: Part, rows: NDArray[np.intp], outcome: Int) -> dict[str, Tally]:
    rank = np.argsort(np.array(PRECEDENCE))  # rank[outcome]: 0 stands before all others
    best = np.full(part.members, len(PRECEDENCE), np.int64)
    np.minimum.at(best, part.member[rows], rank[outcome[rows]])
    right = np.zeros(part.members, np.bool_)
    due = np.isin(outcome[rows], (ENTITLED, AMOUNT_UNKNOWN))
    right[part.member[rows[due]]] = True
    first = np.searchsorted(part.member, np.arange(part.members))
    state = np.array(PRECEDENCE)[best]
    elsewhere = right & (state == UNKNOWN)
    return {
        "members": group(
            [
                *part.at(first, "sex", "age_band"),
                listed(OUTCOMES, state),
                listed(("", "elsewhere"), elsewhere),
            ]
        ),
        "members_money": members_money(part, rows, outcome),
    }


def members_money(part: Part, rows: NDArray[np.intp], outcome: Int) -> Tally:
    """As `money`, by sex and age band; counted are members: one with two pensions in a currency
    counts once, as paid if either is, and likewise for the rest."""
    found = payees_of(part, rows, outcome)
    sums = part.at(found.rows, "currency", "per")
    room = len(sums[0].words) * len(sums[1].words)
    who = part.member[found.rows] * room + joined_code(sums, len(found.rows))
    once, at, inverse = np.unique(who, return_index=True, return_inverse=True)
    masks = []
    for mask in found.counts():
        any_ = np.zeros(len(once), np.bool_)
        np.logical_or.at(any_, inverse, mask)
        masks.append(any_)
    masks[2] = ~masks[0]  # nobody is paid and "only under other assumptions" at once
    first = found.rows[at]
    counts = group(
        part.at(first, "sex", "age_band", "currency", "per"),
        *(mask.astype(np.int64) for mask in masks),
    )
    whole = money(part, found, "sex", "age_band")
    return {key: (*counts[key][1:], *figures[len(masks) :]) for key, figures in whole.items()}


WORTH = ("national", "opened", "raised", "not_known", "later", "later_other")


def of_routes(
    part: Part, answers: NDArray[np.intp], national: Int, outcome: Int
) -> dict[str, Tally]:
    """What the deciding routes are worth: where the national route gives nothing the whole amount,
    else what lies above it; not known where either amount is not. A right that begins later is
    `later` where the national route will not give it, `later_other` otherwise."""
    due = np.isin(outcome[answers], (ENTITLED, AMOUNT_UNKNOWN, DEFERRED))
    rows, alone = answers[due], national[due]
    there = alone >= 0
    other = np.where(there, alone, 0)
    state = np.where(there, outcome[other], UNKNOWN)
    is_national = part.word["route"].equal("national")[rows]
    refused = np.isin(state, (NOT_ENTITLED, DEFERRED))
    currency, per = part.word["currency"].code, part.word["per"].code
    same = (currency[rows] == currency[other]) & (per[rows] == per[other])
    paid = outcome[rows] == ENTITLED
    comparable = paid & (refused | ((state == ENTITLED) & same))
    later = outcome[rows] == DEFERRED
    only = later & ~is_national & (state == NOT_ENTITLED)
    worth = np.select([only, later, is_national, refused, comparable], [4, 5, 0, 1, 2], 3)
    gain = np.where(comparable, part.likely[rows] - np.where(refused, 0, part.likely[other]), 0)
    gain = np.where(is_national, 0, gain)
    told, whole = rows[paid], (refused & ~is_national)[paid]
    against = (comparable & ~is_national)[paid]
    return {
        "routes": group([*part.at(rows, "scheme", "route"), listed(WORTH, worth)]),
        "routes_money": group(
            part.at(told, "scheme", "route", "currency", "per"),
            *(against.astype(np.int64), (~whole).astype(np.int64)),
            *(part.likely[told], gain[paid]),
        ),
    }


def banded(months: Int, to: NDArray[np.int64]) -> Int:
    return np.searchsorted(to, months, side="left").astype(np.int64)


def of_time(part: Part, answers: NDArray[np.intp], outcome: Int) -> dict[str, Tally]:
    """Months missing, and the months in which something begins."""
    months, known = numbers_of(part.table.column("missing_months"))
    reached, dated = numbers_of(part.table.column("reached"))
    begins, told = numbers_of(part.table.column("from"))
    state = outcome[answers]
    open_ = answers[state == NOT_ENTITLED]
    band = np.where(
        known[open_] & (months[open_] > 0), banded(months[open_], MISSING_TO), len(MISSING_BANDS)
    )
    due = np.isin(state, (ENTITLED, AMOUNT_UNKNOWN))
    dates: Tally = {}
    for kind, rows, day, has in (
        ("starts", answers[due], begins, told),
        ("opens", answers[state == DEFERRED], reached, dated),
        ("reached", open_, reached, dated),
    ):
        dates |= {(kind, *key): n for key, n in group([months_of(rows[has[rows]], day)]).items()}
    bands = listed((*MISSING_BANDS, NO_MONTHS), band)
    return {"missing": group([*part.at(open_, "scheme"), bands]), "months": dates}


def months_of(rows: NDArray[np.intp], day: Int) -> Words:
    """Months of days, as "2027-04"."""
    months = month_of(day[rows])
    first, last = (int(months.min()), int(months.max())) if len(months) else (0, -1)
    return listed([month_iso(month) for month in range(first, last + 1)], months - first)


def of_refunds(part: Part, rows: NDArray[np.intp], outcome: Int) -> dict[str, Tally]:
    deadline, dated = numbers_of(part.table.column("deadline"))
    months, known = numbers_of(part.table.column("equals_months"))
    due = rows[np.isin(outcome[rows], (ENTITLED, AMOUNT_UNKNOWN))]
    paid = due[outcome[due] == ENTITLED]
    timed = due[dated[due]]
    loses = part.word["loses"]
    some = loses.code[due] != len(loses.words) - 1
    losses: Tally = {}
    for word, at in containing(loses.at(due)).items():
        for key, figures in group(part.at(due[at], "scheme")).items():
            losses[(*key, word)] = figures
    band = np.where(known[due], banded(months[due], KEEPING_TO), len(KEEPING_BANDS))
    return {
        "refunds": group([*part.at(rows, "scheme"), listed(OUTCOMES, outcome[rows])]),
        "refund_bands": group(
            [*part.at(due, "scheme"), listed((*KEEPING_BANDS, NOT_COMPARED), band)]
        ),
        "refund_losses": group([*part.at(due, "scheme"), listed(("none", "some"), some)]),
        "losses": losses,
        "refund_money": group(part.at(paid, "scheme", "currency"), part.likely[paid]),
        "deadlines": group(
            [
                *part.at(timed, "scheme"),
                months_of(timed, deadline),
                *part.at(timed, "currency"),
            ],
            part.likely[timed],
        ),
    }


def containing(column: Words) -> dict[str, Bool]:
    """Of a column of "a; b; c": word -> rows that have it."""
    lists = [frozenset((text or "").split("; ")) - {""} for text in column.words]
    found: dict[str, Bool] = {}
    for word in sorted(frozenset().union(*lists)):
        has = np.array([word in one for one in lists])
        rows = has[column.code]
        if rows.any():
            found[word] = rows
    return found


def of_words(part: Part, rows: NDArray[np.intp], name: str) -> Tally:
    """Members, each once, in any of whose answers a word of the column stands."""
    made: Tally = {}
    for word, has in containing(part.word[name].at(rows)).items():
        whose = np.zeros(part.members, np.bool_)
        whose[part.member[rows[has]]] = True
        made[(word,)] = (int(np.count_nonzero(whose)),)
    return made
