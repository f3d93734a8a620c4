"""Members in, results out: the engine of one case over a batch of members.

Every figure comes from `totalize`, the call behind a determination, over one cohort that holds
each member as he is, where lines are assumed once more per scenario (as `estimate_range` does for
a case: none of them, and each scheme's alone), and where a refund is due once more as if it had
been paid. A member's row does not depend on who else is in his batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from portability import catalogue, columnar, on_day, registry
from portability.agreement import Agreement
from portability.cohort import EVIDENCE, STATUS, Cohort, RowSet
from portability.estimate import lines, refunds
from portability.estimate.form import EARNINGS_FROM
from portability.estimate.refunds import Refunds
from portability.estimate.sheet import Sheet
from portability.totalization import Result, totalize

Index = NDArray[np.intp]
Bool = NDArray[np.bool_]
ASSUMED, RETURNED = EVIDENCE.index("assumed"), STATUS.index("refunded")


@frozen
class Law:
    """What is applied, as words that travel to other processes.

    drafts   agreements besides the catalogue: paths, ids, an id on a day (ca-au@2014-06-30)
    without  ids of the catalogue that are left out
    goes_on  the assumption that every parameter stays as it was published last
    """

    drafts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    branch: str = "old_age"
    goes_on: bool = False

    def agreements(self, countries: frozenset[str]) -> tuple[Agreement, ...]:
        return applied(self.drafts, self.without, countries)

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """Digest of each scheme or instrument by id, sorted."""
        drafts = {found.id: found.digest for found in map(on_day.text, self.drafts)}
        return {
            name: registry.digest(name)
            if name in registry.ids()
            else drafts.get(name) or catalogue.find(name).digest
            for name in sorted(names)
        }

    def installed(self) -> str:
        """SHA-256 over every file of law and program on this machine, and the drafts: what parts of
        one run must have in common."""
        here = Path(__file__).resolve().parents[1]
        files = {*here.glob("*.py"), *here.glob("estimate/*.py"), *catalogue.paths().values()}
        for scheme in registry.drawers().values():
            files |= {scheme, *scheme.parent.glob("*.py"), *scheme.parent.parent.glob("*.py")}
        whole = hashlib.sha256()
        for path in sorted(files):
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        for draft in self.drafts:
            whole.update(on_day.text(draft).digest.encode())
        return "sha256:" + whole.hexdigest()


@cache
def applied(
    drafts: tuple[str, ...], without: tuple[str, ...], countries: frozenset[str]
) -> tuple[Agreement, ...]:
    """Drafts first, as `determine --agreement` has them. Raises InputError on an unknown id."""
    added = [on_day.text(draft) for draft in drafts]
    out = {*without, *(a.id for a in added)}
    found = [a for a in catalogue.agreements(countries=countries) if a.id not in out]
    return (*added, *found)


@frozen
class Runs:
    """One cohort of a batch of n members: rows 0..n-1 as they are, then blocks of some of them once
    more.

    scenarios  (members, first row) of each scenario of assumed lines
    returned   scheme -> rows of those whose record there is given back
    bare       members of whom a scenario leaves no line at all (they are paid nothing there):
               bool[n]
    """

    co: Cohort
    n: int
    scenarios: tuple[tuple[Index, int], ...]
    returned: Mapping[str, slice]
    bare: Bool


def run(batch: pa.RecordBatch, law: Law) -> pa.Table:
    """MEMBERS -> RESULTS: one row per member, scheme, route and benefit, members in their order.
    Raises ValueError on a word that the form does not know."""
    co = columnar.cohort_of(batch, law.branch)
    schemes = registry.known(co.schemes, law.goes_on)
    agreements = law.agreements(frozenset(registry.country_of(s) for s in co.schemes))
    back = refunds.asked(co, schemes, agreements)
    runs = spread(co, back.at_cost if back else {})
    paths = columnar.words(line_column(batch, "path"), EARNINGS_FROM, len(co.rows))
    people = lines.people_of(batch, co, paths, law.goes_on)
    sheet = told(totalize(runs.co, schemes, agreements), runs, back, people)
    return sheet.table(people.table)


def told(result: Result, runs: Runs, back: Refunds | None, people: lines.People) -> Sheet:
    """Every row of the members; the result, much larger, is not needed after that."""
    sheet = Sheet()
    lines.pensions(sheet, result, runs.n, ranges(result, runs), people)
    if back:
        for scheme in back.at_cost:
            refunds.add(sheet, back, scheme, result, runs.returned.get(scheme))
    return sheet


def line_column(batch: pa.RecordBatch, name: str) -> Any:
    """One field of the lines of a batch, or None where nobody fills it."""
    periods = batch.column("periods")
    offsets = periods.offsets.to_numpy()
    found = periods.values.slice(offsets[0], offsets[-1] - offsets[0])
    at = found.type.get_field_index(name)
    return found.field(at) if at >= 0 else None


@frozen
class Block:
    """Members once more: `who`, of their lines those of the mask `kept`, and the scheme (its
    number) whose lines are given back, -1 none."""

    who: Index
    kept: Bool
    returned: int = -1


def spread(co: Cohort, at_cost: Mapping[str, Index]) -> Runs:
    """The members as they are, once per scenario of their assumed lines, and once per refund that
    may cost them something elsewhere (scheme -> members)."""
    n, rows = len(co), co.rows
    assumed = rows.evidence == ASSUMED
    some, certified = owners(rows, n, assumed), owners(rows, n, ~assumed)
    every = np.ones(len(rows), np.bool_)
    blocks = [Block(np.flatnonzero(some & certified), ~assumed)]
    where = np.zeros((len(co.schemes), n), np.bool_)  # whose lines of a scheme are assumed
    where[rows.scheme[assumed], rows.person[assumed]] = True
    several = np.count_nonzero(where, axis=0) > 1  # with one alone, all are as they are
    for number in np.flatnonzero(where.any(axis=1)):
        mine = ~assumed | (rows.scheme == number)
        blocks.append(Block(np.flatnonzero(where[number] & several), mine))
    back = {s: Block(who, every, co.schemes.index(s)) for s, who in at_cost.items() if len(who)}
    together = [Block(np.arange(n), every), *blocks, *back.values()]
    first = np.cumsum([0, *(len(block.who) for block in together)]).tolist()
    scenarios = tuple((block.who, start) for block, start in zip(blocks, first[1:], strict=False))
    starts = dict(zip(back, first[1 + len(blocks) :], strict=False))
    returned = {s: slice(start, start + len(back[s].who)) for s, start in starts.items()}
    return Runs(laid(co, together, first), n, scenarios, returned, some & ~certified)


def owners(rows: RowSet, n: int, lines: Bool) -> Bool:
    """Who of n members has one of these lines."""
    out = np.zeros(n, np.bool_)
    out[rows.person[lines]] = True
    return out


def laid(co: Cohort, blocks: list[Block], first: list[int]) -> Cohort:
    """All blocks as one cohort: persons first[i], first[i] + 1 … are block i."""
    if first[-1] == len(co):
        return co
    rows, lines, person, given = co.rows, [], [], []
    for block, start in zip(blocks, first, strict=False):
        at, place = chosen_lines(rows.person, len(co), block.who, block.kept)
        lines.append(at)
        person.append(place + start)
        given.append(rows.scheme[at] == block.returned)
    made = co.persons(np.concatenate([block.who for block in blocks]))
    made.rows = rows.where(np.concatenate(lines))
    made.rows.person = np.concatenate(person).astype(np.int32)
    status = np.where(np.concatenate(given), RETURNED, made.rows.status)
    made.rows.status = status.astype(np.int8)
    return made


def chosen_lines(person: NDArray[np.int32], n: int, who: Index, kept: Bool) -> tuple[Index, Index]:
    """(lines, the place in `who` of each line's person) of the persons `who`, the kept ones."""
    place = np.full(n, -1, np.intp)
    place[who] = np.arange(len(who))
    at = np.flatnonzero(kept & (place[person] >= 0))
    return at, place[person[at]]


def ranges(result: Result, runs: Runs) -> dict[str, lines.Range]:
    """Low and high of each scheme for the n members: minor units int64[n], known bool[n]. A scheme
    that a scenario leaves without any record pays nothing there."""
    return {scheme: span(result, scheme, runs) for scheme in result.decisions}


def span(result: Result, scheme: str, runs: Runs) -> lines.Range:
    decision, n = result.decisions[scheme], runs.n
    value = np.zeros(len(result.co), np.int64)
    lost = np.zeros(len(result.co), np.bool_)
    at = decision.holding.idx
    value[at] = np.where(decision.entitled, decision.amount, 0)
    lost[at] = decision.unknown | (decision.entitled & ~decision.known)
    low, high, known = value[:n].copy(), value[:n].copy(), ~lost[:n]
    low[runs.bare] = 0
    for who, start in runs.scenarios:
        block = slice(start, start + len(who))
        low[who] = np.minimum(low[who], value[block])
        high[who] = np.maximum(high[who], value[block])
        known[who] &= ~lost[block]
    return lines.Range(low, high, known)
