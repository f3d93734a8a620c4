"""A result told as rows: every route of each member and scheme, the deciding one marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability import told
from portability.batch import Outcome
from portability.cohort import EVIDENCE, SEXES, Cohort
from portability.dates import NODATE, age_months, first_day, month_of
from portability.estimate.form import AGE_BANDS, CODE, EARNINGS_FROM, WORD
from portability.estimate.sheet import NULL, Sheet
from portability.exact import div, mul_div
from portability.remarks import ASKED_FOR
from portability.scheme import Scheme
from portability.totalization import Decision, Result
from portability.units import per_year_of

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Index = NDArray[np.intp]
Marked = tuple[str, Bool]  # a word, and for whom it holds
ASSUMED = EVIDENCE.index("assumed")
BANDS = np.array([25, 35, 45, 55, 65])
HORIZON = 2100 * 12  # months: nobody is told a later date


@frozen
class Range:
    """Of the n members: low, high int64[n] minor units; known bool[n]."""

    low: Int
    high: Int
    known: Bool


@frozen
class People:
    """The members of a batch: their columns of RESULTS, and what was assumed of their records.

    table    member, sex, age_band, residence
    assumed  (word, bool[n]): what holds of the whole record
    paths    scheme -> (word of EARNINGS_FROM, bool[n]: who has a line there with such earnings)
    """

    table: pa.Table
    assumed: tuple[Marked, ...]
    paths: Mapping[str, tuple[Marked, ...]]


def people_of(batch: pa.RecordBatch, co: Cohort, path: NDArray[np.int8], goes_on: bool) -> People:
    """path int8[lines]: where the earnings of each line came from, place in EARNINGS_FROM;
    goes_on: parameters are assumed to stay as they were published last."""
    age = div(np.maximum(age_months(co.born, co.claim), 0), 12)
    bands = np.searchsorted(BANDS, age, side="right").astype(np.int8)
    table = pa.table(
        {
            "member": batch.column("member"),
            "sex": pa.DictionaryArray.from_arrays(co.sex, list(SEXES)).cast(WORD),
            "age_band": pa.DictionaryArray.from_arrays(bands, list(AGE_BANDS)).cast(WORD),
            "residence": batch.column("residence").cast(CODE),
        }
    )

    def owners(lines: Bool) -> Bool:
        out = np.zeros(len(co), np.bool_)
        out[co.rows.person[lines]] = True
        return out

    present = [place for place in range(1, len(EARNINGS_FROM) - 1) if (path == place).any()]
    paths = {
        scheme: tuple(
            (EARNINGS_FROM[place], owners((co.rows.scheme == number) & (path == place)))
            for place in present
        )
        for number, scheme in enumerate(co.schemes)
    }
    assumed = [("periods", owners(co.rows.evidence == ASSUMED))]
    if goes_on:
        assumed.append(("parameters continued", np.ones(len(co), np.bool_)))
    return People(table, tuple(assumed), paths)


def pensions(
    sheet: Sheet, result: Result, n: int, spans: Mapping[str, Range], people: People
) -> None:
    """Rows of every route of every scheme, for the first n persons of a result."""
    for scheme, decision in result.decisions.items():
        base = int(np.searchsorted(decision.holding.idx, n))
        best = told.telling(decision)
        state = told.statuses(decision, best)
        needed = joined(sheet, "evidence_needed", asked(decision), base)
        assumed = joined(sheet, "assumed", assumptions(decision, people, base), base)
        for number, outcome in enumerate(decision.outcomes):
            k = int(np.searchsorted(outcome.sel, base))
            rows = outcome.sel[:k]
            mine = best[rows] == number
            status = np.where(mine, state[rows], alone(decision, outcome)[:k])
            cells = row_of(sheet, decision, outcome, k, mine, status)
            span_of(cells, spans[scheme], decision.holding.idx[rows], mine)
            cells["evidence_needed"] = np.where(mine, needed[rows], -1)
            cells["assumed"] = np.where(mine, assumed[rows], -1)
            sheet.add(decision.holding.idx[rows], decision.holding.scheme.currency, **cells)


def alone(decision: Decision, outcome: Outcome) -> NDArray[np.int64]:
    """Status of a route that does not decide, places in told.STATUSES."""
    shut = decision.barred[outcome.sel] & (outcome.route == "national")
    met, unknown = outcome.met & ~shut, outcome.run.unknown_right
    return np.where(met, told.ENTITLED, np.where(unknown, told.UNKNOWN, told.NOT_ENTITLED))


def row_of(
    sheet: Sheet,
    decision: Decision,
    outcome: Outcome,
    k: int,
    mine: Bool,
    status: NDArray[Any],
) -> dict[str, Any]:
    """Cells of the first k persons of an outcome, what a benefit row and a refund row share."""
    scheme, sel, qual = decision.holding.scheme, outcome.sel[:k], outcome.qual
    claim = decision.holding.co.claim[outcome.sel]
    paid, known = outcome.amount()
    due = status == told.ENTITLED
    sure = known[:k] & due & (~mine | decision.known[sel])
    num, den = fraction(outcome, k)
    own, counted, required = (column[:k] for column in (qual.own, qual.counted, qual.required))
    unsaid = outcome.run.unknown_right[:k] & (required == 0)
    months, reached = ahead(outcome, scheme, claim, k)
    open_ = (status == told.NOT_ENTITLED) | (status == told.DEFERRED)
    reason, detail = why(sheet, outcome, k, status, due & ~sure)
    return {
        "country": scheme.country,
        "scheme": scheme.id,
        "benefit": "pension",
        "route": outcome.route,
        "chosen": mine,
        "status": words_at(sheet, "status", told.STATUSES)[status],
        "unit": scheme.unit,
        "own": own,
        "foreign": counted - own,
        "counted": counted,
        "required": np.where(unsaid, NULL, required),
        "numerator": num,
        "denominator": den,
        "likely": np.where(sure, paid[:k], NULL),
        "per": np.where(due & paid_at(outcome)[:k], per_of(sheet, outcome), -1),
        "from": np.where(due, told.starts(outcome, claim)[:k], NODATE),
        "missing_months": np.where(open_, months, NULL),
        "reached": np.where(open_, reached, NODATE),
        "reason": reason,
        "detail": detail,
    }


def paid_at(outcome: Outcome) -> Bool:
    """Of everyone in sel, for whom an amount was asked for, known or not."""
    out = np.zeros(len(outcome.sel), np.bool_)
    out[outcome.payees] = outcome.paid is not None
    return out


def per_of(sheet: Sheet, outcome: Outcome) -> int:
    return -1 if outcome.paid is None else sheet.code("per", outcome.paid.amounts.per)


def span_of(cells: dict[str, Any], span: Range, person: Index, mine: Bool) -> None:
    """Low and high beside the answer, where every scenario is known and one of them pays."""
    shown = mine & span.known[person] & (span.high[person] > 0)
    cells["low"] = np.where(shown, span.low[person], NULL)
    cells["high"] = np.where(shown, span.high[person], NULL)


def fraction(outcome: Outcome, k: int) -> tuple[Int, Int]:
    made = np.full((2, len(outcome.sel)), NULL, np.int64)
    if outcome.paid is not None and outcome.paid.fraction is not None:
        made[:, outcome.payees] = outcome.paid.fraction
    return made[0, :k], made[1, :k]


def ahead(outcome: Outcome, scheme: Scheme, claim: NDArray[np.int32], k: int) -> tuple[Int, Int]:
    """(months of work still missing, rounded up; the first of the month in which the right is
    reached if they follow the claim without a gap, NODATE beyond 2099) of the first k."""
    missing, later = told.missing_of(outcome, claim)
    a_year = scheme.days_a_year if scheme.unit == "day" else per_year_of(scheme.unit)
    months = mul_div(missing[:k], 12, a_year, "up")
    at = month_of(claim[:k]) + months
    day = np.maximum(np.where(months > 0, first_day(np.minimum(at, HORIZON)), NODATE), later[:k])
    return months, np.where(at < HORIZON, day, NODATE)


def words_at(sheet: Sheet, name: str, words: Iterable[str]) -> Int:
    """Codes of a list of words, by their place in it."""
    return np.array([sheet.code(name, word) for word in words], np.int64)


def reasons_of(outcome: Outcome) -> Iterator[tuple[str, Mapping[str, Any], Bool]]:
    """(code, detail, bool over sel) of everything that makes an outcome unknown, refuses it, or is
    presumed, in the order in which it was found."""
    k = len(outcome.sel)
    yield from outcome.run.reasons
    if outcome.pay_run is not None:
        for code, detail, mask in outcome.pay_run.reasons:
            wide = np.zeros(k, np.bool_)
            wide[outcome.payees] = mask
            yield code, detail, wide
    for code, mask in outcome.refused.items():
        yield code, {"stage": "gate"}, mask


def why(
    sheet: Sheet, outcome: Outcome, k: int, status: NDArray[Any], unpaid: Bool
) -> tuple[Int, Int]:
    """(code of the first reason, code of the table, fact or rule it names) of the first k: why the
    right is unknown, the amount (`unpaid`), or refused; `shortfall` where only time is missing."""
    reason, detail = np.full(k, -1, np.int64), np.full(k, -1, np.int64)
    wanted = {
        "right": status == told.UNKNOWN,
        "amount": unpaid,
        "gate": status == told.NOT_ENTITLED,
    }
    for code, told_of, mask in reasons_of(outcome):
        if told_of["stage"] in wanted:
            who = mask[:k] & wanted[told_of["stage"]] & (reason < 0)
            reason[who] = sheet.code("reason", code)
            detail[who] = sheet.code("detail", named(told_of))
    short = (reason < 0) & ((status == told.NOT_ENTITLED) | (status == told.DEFERRED))
    reason[short] = sheet.code("reason", "shortfall")
    return reason, detail


def named(detail: Mapping[str, Any]) -> str | None:
    """What a reason names: the table, the fact, or the rule nobody holds."""
    for key in ("table", "fact", "what", "cite"):
        if detail.get(key):
            owner = detail.get("scheme")
            return f"{owner}: {detail[key]}" if owner else str(detail[key])
    return None


def asked(decision: Decision) -> list[Marked]:
    """Evidence that any route of the scheme asks for: what a P8000 would list. bool[m] each."""
    found: dict[str, Bool] = {}
    for outcome in decision.outcomes:
        for code, detail, mask in reasons_of(outcome):
            if code in ASKED_FOR:
                word = str(detail.get("fact") or detail.get("what") or code)
                who = found.setdefault(word, np.zeros(len(decision.chosen), np.bool_))
                who[outcome.sel] |= mask
    return sorted(found.items())


def assumptions(decision: Decision, people: People, base: int) -> list[Marked]:
    """What the answer rests on without evidence: periods, earnings, presumed conditions. bool[m]
    each."""
    m, at = len(decision.chosen), decision.holding.idx[:base]
    lines = [*people.assumed]
    lines += [(f"earnings: {word}", who) for word, who in people.paths[decision.holding.scheme.id]]
    found = []
    for word, who in lines:
        wide = np.zeros(m, np.bool_)
        wide[:base] = who[at]
        found.append((word, wide))
    presumed: dict[str, Bool] = {}
    for number, outcome in enumerate(decision.outcomes):
        for code, detail, mask in outcome.run.reasons:
            if detail["stage"] == "note":
                who = presumed.setdefault(code, np.zeros(m, np.bool_))
                who[outcome.sel] |= mask & (decision.chosen[outcome.sel] == number)
    return found + sorted(presumed.items())


def joined(sheet: Sheet, name: str, found: list[Marked], k: int) -> Int:
    """Codes int64[m] of the words that hold for each of the first k, joined by semicolons; -1
    where none does."""
    some = [(word, who[:k]) for word, who in found if who[:k].any()]
    m = len(found[0][1]) if found else k
    out = np.full(m, -1, np.int64)
    if not some:
        return out
    sets, place = combinations([who for _, who in some])
    codes = []
    for bits in sets:
        words = [word for number, (word, _) in enumerate(some) if bits >> number & 1]
        codes.append(sheet.code(name, "; ".join(words)) if words else -1)
    out[:k] = np.array(codes, np.int64)[place]
    return out


TOGETHER = 12  # masks looked at together: 4,096 combinations


def combinations(masks: list[Bool]) -> tuple[list[int], Int]:
    """(the combinations that occur, as bits in the order of the masks; which of them is whose).
    Counted, not sorted: people are many, combinations few."""
    sets, place = [0], np.zeros(len(masks[0]), np.int64)
    for start in range(0, len(masks), TOGETHER):
        part = masks[start : start + TOGETHER]
        width = 1 << len(part)
        place = place * width
        for number, mask in enumerate(part):
            place += mask * np.int64(1 << number)
        present = np.flatnonzero(np.bincount(place, minlength=len(sets) * width))
        renumbered = np.zeros(len(sets) * width, np.int64)
        renumbered[present] = np.arange(len(present))
        place = renumbered[place]
        sets = [sets[one // width] | (one % width) << start for one in present.tolist()]
    return sets, place
