"""Cases as columns. A case is a cohort of one; every calculator works on columns and nothing
else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from portability.dates import NODATE, age_months

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Days = NDArray[np.int32]
Index = NDArray[np.intp]

BRANCHES = (
    "old_age",
    "invalidity",
    "survivors",
    "sickness",
    "maternity",
    "healthcare",
    "work_injury",
    "unemployment",
    "family",
    "death_grant",
    "refund",
)
OLD_AGE, INVALIDITY, SURVIVORS = 0, 1, 2
REFUND = BRANCHES.index("refund")
KINDS = (
    "compulsory",
    "voluntary",
    "optional_continued",
    "equivalent",
    "residence",
    "employment",
    "self_employment",
)
COMPULSORY, VOLUNTARY, OPTIONAL_CONTINUED, EQUIVALENT, RESIDENCE, EMPLOYMENT, SELF_EMPLOYMENT = (
    range(7)
)
EVIDENCE = ("certified", "documented", "declared", "assumed")
STATUS = ("normal", "refunded", "transferred")
SEXES = ("unspecified", "female", "male")
RELATIONS = ("spouse", "divorced_spouse", "child", "parent", "partner")
FLAGS = (
    "in_care",
    "disabled",
    "student",
    "orphan",
    "severely_disabled",
    "remarried",
    "dependant",
    "cohabiting",
)
WISHES = ("none", "national", "totalized")
NONE = -1


@define
class RowSet:
    """Lines of insurance records, sorted by person.

    person      row of the person in the cohort this set belongs to
    start, end  days, end exclusive, NODATE where the line has no dates
    scheme      index into Cohort.schemes; kind, evidence, status: index into the tuples above
    credited    certified sum in thousandths of the scheme's unit, -1 none
    earnings    minor units of the scheme's currency for the whole span, -1 none
    code        index into Cohort.codes (the sender's own period code), -1 none
    """

    person: NDArray[np.int32]
    start: Days
    end: Days
    scheme: NDArray[np.int16]
    kind: NDArray[np.int8]
    evidence: NDArray[np.int8]
    status: NDArray[np.int8]
    credited: Int
    earnings: Int
    code: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.person)

    def where(self, mask: Bool | Index) -> RowSet:
        at = np.flatnonzero(mask) if mask.dtype == np.bool_ else mask
        return RowSet(*(taken(getattr(self, name), at) for name in COLUMNS))

    def renumbered(self, pos: NDArray[np.int64]) -> RowSet:
        """The same lines with person numbers of another cohort (pos[old] -> new)."""
        values = {name: getattr(self, name) for name in COLUMNS}
        if (pos != np.arange(len(pos))).any():
            values["person"] = pos.astype(np.int32).take(self.person)
        return RowSet(**values)


def taken(column: NDArray[Any], at: NDArray[Any]) -> NDArray[Any]:
    """column[at]; a column that repeats one value (stride 0) stays one."""
    if len(column) and column.strides == (0,):
        return column[: len(at)] if len(at) <= len(column) else np.broadcast_to(column[0], len(at))
    return column.take(at)


COLUMNS = (
    "person",
    "start",
    "end",
    "scheme",
    "kind",
    "evidence",
    "status",
    "credited",
    "earnings",
    "code",
)
TYPES = (
    np.int32,
    np.int32,
    np.int32,
    np.int16,
    np.int8,
    np.int8,
    np.int8,
    np.int64,
    np.int64,
    np.int16,
)


def empty_rows() -> RowSet:
    columns: list[Any] = [np.zeros(0, kind) for kind in TYPES]
    return RowSet(*columns)


OF_MEMBER = (
    *("claimant", "relation", "flags", "residence", "born", "since", "claim", "event", "sex"),
    "own",
)


@define
class Family:
    """Claimants other than the insured person: b rows sorted by person.

    claimant  number within the case (0, 1, …); relation: index into RELATIONS; flags: bit set over
    FLAGS
    born, since (marriage), claim, event (own disability): days, NODATE where not given; residence:
    index into Cohort.countries; income: minor units or -1
    """

    person: NDArray[np.int32]
    first: NDArray[np.int32]
    claimant: NDArray[np.int16]
    relation: NDArray[np.int8]
    flags: NDArray[np.int32]
    residence: NDArray[np.int16]
    born: Days
    since: Days
    claim: Days
    event: Days
    sex: NDArray[np.int8]
    own: NDArray[np.int32]
    facts: Mapping[str, Int] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.person)

    def of(self, x: NDArray[Any]) -> NDArray[Any]:
        """A column of the record, laid out per claimant."""
        return x[self.person]

    def total(self, v: Int) -> Int:
        """Sum of a claimants' column per record: int64[n]."""
        out = np.zeros(len(self.first) - 1, np.int64)
        np.add.at(out, self.person, v)
        return out

    def rank(self, mask: Bool) -> Int:
        """0, 1, 2 … among the claimants of one record for whom mask holds (else -1)."""
        running = np.cumsum(mask) - 1
        before = np.concatenate([[0], np.cumsum(mask)])[self.first[:-1]]
        return np.where(mask, running - before[self.person], -1)

    def is_(self, relation: str) -> Bool:
        made: Bool = self.relation == RELATIONS.index(relation)
        return made

    def has(self, flag: str) -> Bool:
        made: Bool = (self.flags >> FLAGS.index(flag)) & 1 == 1
        return made

    def age_months(self, at: NDArray[Any]) -> Int:
        return age_months(self.born, at)

    def take(self, keep: Bool) -> Family:
        """The claimants whose record is kept (bool[n] over records), renumbered."""
        chosen = keep[self.person]
        pos = np.cumsum(keep) - 1
        person = pos[self.person[chosen]].astype(np.int32)
        counts = np.bincount(person, minlength=int(keep.sum()))
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        cut = {name: getattr(self, name)[chosen] for name in OF_MEMBER}
        return Family(
            person=person, first=first, facts={k: v[chosen] for k, v in self.facts.items()}, **cut
        )


@define
class Cohort:
    """n persons of one branch.

    born, claim, event, risk  days; risk = event (invalidity, survivors) else claim: records end
    there
    sex, wish                 index into SEXES, WISHES; residence: index into countries, -1 unknown
    nationality               CSR: values nationality[ptr[i]:ptr[i+1]], indices into countries
    rows                      lines of the record, sorted by person
    facts                     (scheme id, step key) -> int64[n] in the step's unit, NOFACT = not
    given
    rates                     (from, to) -> int64[n], 1e-8, 0 = no rate valid on the claim date
    children                  CSR of birth days of the person's children (child-raising credits)
    """

    born: Days
    claim: Days
    event: Days
    sex: NDArray[np.int8]
    wish: NDArray[np.int8]
    residence: NDArray[np.int16]
    nationality: NDArray[np.int16]
    nationality_ptr: Index
    branch: int
    rows: RowSet
    schemes: tuple[str, ...]
    countries: tuple[str, ...]
    codes: tuple[str, ...] = ()
    facts: dict[tuple[str, str], Int] = field(factory=dict)
    fam: Family | None = None
    children: Days = field(factory=lambda: np.zeros(0, np.int32))
    children_ptr: Index | None = None
    flags: NDArray[np.int32] | None = None
    rates: dict[tuple[str, str], Int] = field(factory=dict)

    @property
    def risk(self) -> Days:
        """event where there is one, else the claim date: the day on which the record ends."""
        return np.where(self.event != NODATE, self.event, self.claim).astype(np.int32)

    def __len__(self) -> int:
        return len(self.born)

    def has(self, flag: str) -> Bool:
        """Persons with a flag of FLAGS (for example severely_disabled)."""
        if self.flags is None:
            return np.zeros(len(self), np.bool_)
        made: Bool = (self.flags >> FLAGS.index(flag)) & 1 == 1
        return made

    def lives_in(self, *countries: str) -> Bool:
        wanted = [self.countries.index(c) for c in countries if c in self.countries]
        return np.isin(self.residence, wanted)

    def national_of(self, *countries: str) -> Bool:
        """Persons who hold one of these nationalities: bool[n]."""
        wanted = [self.countries.index(c) for c in countries if c in self.countries]
        hit = np.isin(self.nationality, wanted)
        owner = np.repeat(np.arange(len(self)), np.diff(self.nationality_ptr))
        return np.bincount(owner[hit], minlength=len(self)) > 0

    def children_of(self) -> tuple[Index, Days]:
        """(person row, birth day) of every child named in the case."""
        if self.children_ptr is None:
            return np.zeros(0, np.intp), np.zeros(0, np.int32)
        return np.repeat(np.arange(len(self)), np.diff(self.children_ptr)), self.children

    def persons(self, idx: Index) -> Cohort:
        """The persons idx without their records (idx may repeat)."""
        if len(idx) == len(self) and bool((idx == np.arange(len(idx))).all()):
            facts, rates = dict(self.facts), dict(self.rates)
            return evolve(self, rows=empty_rows(), fam=None, facts=facts, rates=rates)
        nat, nat_ptr = csr_take(self.nationality, self.nationality_ptr, idx)
        children, children_ptr = (
            (self.children, None)
            if self.children_ptr is None
            else csr_take(self.children, self.children_ptr, idx)
        )
        return Cohort(
            born=self.born[idx],
            claim=self.claim[idx],
            event=self.event[idx],
            sex=self.sex[idx],
            wish=self.wish[idx],
            residence=self.residence[idx],
            nationality=nat,
            nationality_ptr=nat_ptr,
            branch=self.branch,
            rows=empty_rows(),
            schemes=self.schemes,
            countries=self.countries,
            codes=self.codes,
            facts={key: value[idx] for key, value in self.facts.items()},
            children=children,
            children_ptr=children_ptr,
            flags=None if self.flags is None else self.flags[idx],
            rates={pair: value[idx] for pair, value in self.rates.items()},
        )

    def take(self, idx: Index) -> Cohort:
        """The persons idx with their records (idx may repeat: scenarios)."""
        made = self.persons(idx)
        counts = np.bincount(self.rows.person, minlength=len(self))
        ptr = np.concatenate([[0], np.cumsum(counts)])
        lines = csr_lines(ptr, idx)
        rows = self.rows.where(lines)
        rows.person = np.repeat(np.arange(len(idx)), counts[idx]).astype(np.int32)
        made.rows = rows
        if self.fam is not None:
            made.fam = take_family(self.fam, idx)
        return made


def take_family(fam: Family, idx: Index) -> Family:
    lines = csr_lines(fam.first, idx)
    counts = np.diff(fam.first)[idx]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    cut = {name: getattr(fam, name)[lines] for name in OF_MEMBER}
    return Family(
        person=np.repeat(np.arange(len(idx)), counts).astype(np.int32),
        first=first,
        facts={k: v[lines] for k, v in fam.facts.items()},
        **cut,
    )


def csr_lines(ptr: NDArray[Any], idx: Index) -> Index:
    """Positions of the values that belong to the rows idx of a CSR layout, in order."""
    counts = np.diff(ptr)[idx].astype(np.int64)
    starts = np.asarray(ptr)[idx].astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1] - starts, counts)


def csr_take(values: NDArray[Any], ptr: Index, idx: Index) -> tuple[NDArray[Any], Index]:
    if not len(values):
        return values, np.zeros(len(idx) + 1, np.intp)
    counts = np.diff(ptr)[idx]
    return values[csr_lines(ptr, idx)], np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
