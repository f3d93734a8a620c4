"""What a national scheme is to the engine: an instance built from its YAML, working on columns
of its own persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from portability.cohort import Cohort, Family, RowSet
from portability.coverage import Credited, credit_by_dates
from portability.exact import mul_div
from portability.tables import Table
from portability.trace import NOFACT, Run, Step
from portability.view import View

__all__ = [
    "NOFACT",
    "Amounts",
    "Award",
    "Cohort",
    "Credited",
    "Family",
    "Int",
    "Qualification",
    "Quantity",
    "RowSet",
    "Run",
    "Scheme",
    "SchemeSource",
    "Step",
    "View",
]

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

QUALIFYING = Step("qualifying_period", "month", "as certified by the institution")


@define
class Qualification:
    """Who has a right on the claim date.

    met bool[n]; own, counted, required int64[n] in the scheme's unit; variant int8[n] (index into
    Scheme.variants);
    rank int8[n]: higher is better, 0 none: a route that is used only if needed must beat the
    national rank.
    start int64[n] or None: first day of the benefit where the law fixes a later one than the claim
    date.
    earliest int64[n] or None: first day on which the right would open, NODATE where that is not
    known.
    """

    met: Bool
    own: Int
    counted: Int
    required: Int
    variant: NDArray[Any]
    rank: NDArray[Any]
    start: Int | None = None
    earliest: Int | None = None

    def take(self, idx: NDArray[np.intp]) -> Qualification:
        cut = {
            name: getattr(self, name)[idx]
            for name in ("met", "own", "counted", "required", "variant", "rank")
        }
        more: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[idx]
            for name in ("start", "earliest")
        }
        return Qualification(**cut, **more)


@define
class Quantity:
    """What is prorated: v int64[n] in `unit` ("USD cent", "1e-4 point")."""

    v: Int
    unit: str


@define
class Amounts:
    """Benefit payable: v int64[n] minor units of `currency` per month | week | fortnight | year
    | once."""

    v: Int
    currency: str
    per: str = "month"
    start: Int | None = None


@define
class Award:
    """What each claimant would get on one record alone: met bool[b], v int64[b] minor units,
    start int64[b]."""

    met: Bool
    v: Int
    currency: str
    per: str
    start: Int


@frozen(eq=False)
class SchemeSource:
    """The checked YAML of a scheme: head, compiled tables, digest of the file."""

    id: str
    country: str
    name: str
    currency: str
    unit: str
    branches: tuple[str, ...]
    calculator: str
    tables: Mapping[str, Table]
    digest: str
    path: str
    text: Mapping[str, Any] = field(repr=False)


class Scheme:
    """Base of every calculator: the defaults make a record-only scheme (periods counted, right
    and amount unknown)."""

    steps: tuple[Step, ...] = ()
    components: tuple[str, ...] = ("amount",)
    variants: Mapping[int, str] = {}
    bases: tuple[str, ...] = ("own",)  # periods an amount can be made of: own, theoretical, minimum
    relations: tuple[str, ...] | None = None  # claimants whose right is judged here; None: all
    whole_sums: bool = (
        False  # sums belong to calendar years: a line cut at the risk keeps them whole
    )

    def __init__(self, source: SchemeSource):
        self.source = source
        self.id, self.country, self.currency = source.id, source.country, source.currency
        self.unit, self.branches, self.tables = source.unit, source.branches, source.tables

    @property
    def days_a_year(self) -> int:
        """Days of a year of insurance where the unit is the day (365 in Spain, 360, 312 …)."""
        return int(self.source.text.get("days_a_year", 360))

    @property
    def week_days(self) -> int:
        """Day scheme of Reg. 987/2009 art. 13: 5, 6 or 7 days a week."""
        return int(self.source.text.get("week_days", 7))

    def all_steps(self) -> dict[str, Step]:
        """Steps by key: those that can be traced, certified and asserted."""
        return {step.key: step for step in self.steps}

    def made_of(self, component: str, basis: str) -> bool:
        """Whether `accrue` makes this component of the periods of the basis. Where it does not, a
        text that asks for it gets an unknown amount: own time in its place would be shared twice.
        A scheme without a calculator says itself that its amount is unknown."""
        return basis in self.bases or type(self) is Scheme

    def credit(self, run: Run, co: Cohort, rows: RowSet, years: NDArray[np.int32]) -> Credited:
        """Units per calendar year of the scheme's m persons (rows.person in 0..m-1)."""
        return credit_by_dates(len(co), rows, years, self.unit)

    def qualify(self, run: Run, co: Cohort, view: View) -> Qualification:
        """Best variant open on the claim date. Here: unknown, unless the qualifying period is
        certified."""
        counted = view.units("theoretical")
        required, given = run.fact(QUALIFYING)
        run.lacks(~given, "rule_unknown", scheme=self.id, what="qualifying conditions")
        met = given & (counted >= required)
        zero = np.zeros(run.n, np.int64)
        return Qualification(met, view.own.total(), counted, required, zero, met.astype(np.int64))

    def accrue(
        self, run: Run, co: Cohort, view: View, qual: Qualification, component: str, basis: str
    ) -> Quantity:
        """What is prorated, on the periods of `basis` (own | theoretical | minimum)."""
        run.lacks(np.ones(run.n, np.bool_), "rule_unknown", scheme=self.id, what="amount")
        return Quantity(np.zeros(run.n, np.int64), f"{self.currency} cent")

    def share(self, run: Run, co: Cohort, q: Quantity, num: Int, den: Int) -> Int:
        """The fraction num/den of a quantity, with the scheme's rounding."""
        return mul_div(q.v, num, den, "half_up")

    def payable(
        self, run: Run, co: Cohort, parts: Mapping[str, Int], view: View, qual: Qualification
    ) -> Amounts:
        """From the shared components to the benefit: age factor, value, last rounding."""
        return Amounts(sum(parts.values(), np.zeros(run.n, np.int64)), self.currency)

    def term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """A period of national law an agreement names (full_career, computation_period); None:
        not regulated."""
        return None

    def amount_term(self, name: str, run: Run, co: Cohort, view: View) -> Int | None:
        """A sum of national law an agreement names (minimum_pension), in minor units; None: not
        regulated."""
        return None

    def award(
        self,
        run: Run,
        co: Cohort,
        fam: Family,
        parts: Mapping[str, Int],
        qual: Qualification,
        view: View,
    ) -> Award | None:
        """What each claimant would get on this record under one route; None: the scheme knows
        no such benefit."""
        return None

    def limit(
        self, run: Run, co: Cohort, fam: Family, amounts: Int, route: Int, offers: Any
    ) -> Int:
        """Caps over a family, across the routes its members chose."""
        return amounts
