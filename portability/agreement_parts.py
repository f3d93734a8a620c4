"""Parts of a coordinating instrument: counts, terms, amounts, gates. `agreement` puts them
together.

Days are days since 1970-01-01, ends exclusive; a length is a unit and a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen

from portability.dates import FOREVER, NODATE
from portability.units import Conversion, ConversionTable

Spell = tuple[str, int]  # ("month", 18)


class Absent(Enum):
    """Three different reasons why a block says nothing; never None, never interchangeable."""

    UNKNOWN = "unknown"  # the text was not seen
    NOT_REGULATED = "not_regulated"  # the text was read and leaves it to national law
    NONE = "none"  # the text excludes it

    def __bool__(self) -> bool:
        return False


UNKNOWN, NOT_REGULATED, NONE = Absent.UNKNOWN, Absent.NOT_REGULATED, Absent.NONE


def absence(value: Any) -> Absent | None:
    """The reason that a block gives in place of a clause, bare (none) or with its article ({says:
    none, cite: …}); None where it is a clause, or is not there."""
    word = value.get("says") if isinstance(value, Mapping) else value
    known = isinstance(word, str) and word in {reason.value for reason in Absent}
    return Absent(word) if known else None


@frozen
class Cite:
    """Where a rule stands: article, address, a short phrase of the text."""

    article: str = ""
    url: str = ""
    quote: str = ""

    def __str__(self) -> str:
        return self.article


NOWHERE = Cite()


@frozen
class Said:
    """A clause that is not there: why, and the article that says so."""

    word: Absent
    cite: Cite = NOWHERE


@frozen
class PartySpan:
    """A state bound from `start` (inclusive) to `end` (exclusive)."""

    country: str
    start: int = NODATE
    end: int = FOREVER


@frozen
class Persons:
    """Personal scope: kind open | nationals | insured | residents; nationals_of empty = not asked.

    by_country: a scope of its own for the benefits of one party (SR 0.831.109.767.1 art. 3).
    """

    kind: str = "open"
    nationals_of: tuple[str, ...] = ()
    by_country: Mapping[str, Persons] = field(factory=dict)
    cite: Cite = NOWHERE

    def of(self, country: str) -> Persons:
        return self.by_country.get(country, self)


@frozen
class Choose:
    """order highest | applicant | totalized | first; tie national | totalized."""

    order: str = "highest"
    tie: str = "national"
    cite: Cite = NOWHERE


@frozen
class Replaces:
    """Instruments this one displaces: those between its parties, or named ids; `keeps` names what
    stays."""

    between_parties: bool = False
    ids: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    cite: Cite = NOWHERE


@frozen
class ThirdStates:
    """Periods of a state outside the agreement: bound both | own | countries; uses right, amount.

    unit: "theirs" (our agreement's rule with that state), a conversion, or None (counted in a way
    not known).
    """

    bound: str | tuple[str, ...] = "both"
    uses: frozenset[str] = frozenset({"right"})
    unit: str | Conversion | ConversionTable | None = "theirs"
    cite: Cite = NOWHERE


@frozen
class Count:
    """Foreign periods that a rule counts. The order of counts is the order of precedence.

    schemes     scheme ids, or "parties" / "others": every scheme of the other parties
    kinds_only, kinds_not   kinds of periods (words of `cohort.KINDS`), None = all
    codes_only, codes_not   the sender's own period codes, None = all
    start, end  rows are cut to these days; from_age, to_age: rows are cut to these ages (years)
    unit        Conversion | ConversionTable | None: how they convert is not known
    overlap     own_first | art12
    as_needed   only as many units as the right needs (SI/99-76 art. VIII(5))
    uses        right | amount: what the periods count for
    branches    None = all
    """

    schemes: tuple[str, ...] | str
    kinds_only: frozenset[str] | None = None
    kinds_not: frozenset[str] | None = None
    start: int = NODATE
    end: int = FOREVER
    from_age: int | None = None
    to_age: int | None = None
    unit: Conversion | ConversionTable | None = None
    overlap: str = "own_first"
    codes_only: frozenset[str] | None = None
    codes_not: frozenset[str] | None = None
    as_needed: bool = False
    uses: frozenset[str] = frozenset({"right", "amount"})
    branches: tuple[str, ...] | None = None
    cite: Cite = NOWHERE

    @property
    def everyone(self) -> bool:
        """All schemes of the other parties."""
        return isinstance(self.schemes, str)


@frozen
class Term:
    """A length in a fraction.

    kind  own | foreign | counted | minimum: periods as the route sees them
          fixed {month: 420}: unit, n
          complement {complement: {month: 540}}: unit, n; n less the FOREIGN periods
          by_born {by_born: [[from, to, k]]}: rows (first day, end exclusive, k), unit
          window {ages: [20, 60]}: months between two ages, from a day on: unit, rows ((from_age,
          to_age, day),)
          scheme {term: name} or a bare name: `Scheme.term(name)`
    """

    kind: str
    unit: str = ""
    n: int = 0
    rows: tuple[tuple[int, int, int], ...] = ()
    name: str = ""


@frozen
class Rounding:
    """A bigger step, rounded once after summing: {day: 30, round: up}; how up | down | half_up."""

    unit: str
    n: int
    how: str = "down"


@frozen
class Condition:
    """`of` (own | foreign | counted) of at least `least`."""

    of: str
    least: Spell


@frozen
class Floor:
    """A minimum set before or after the fraction: a sum of national law (`to`), or a `share` of
    that sum."""

    stage: str
    to: str | None = None
    share: tuple[int, int] | None = None
    condition: Condition | None = None
    cite: Cite = NOWHERE


@frozen
class AmountRule:
    """How one component is paid. numerator None: no fraction (direct calculation).

    basis     own | theoretical | minimum, or "unknown": the amount of this route is not known
    at_most   the ratio never above (1, 1)
    cap       a term that limits `cap_of`: both (883/2004 art. 56(1)(a)) | denominator | numerator
    in_       the terms are rounded to a bigger step once after summing
    plus      "displaced": displaced voluntary time accrues alone and is added after the fraction
    not_above "own_amount": never above the amount on own periods alone (20 CFR 404.1918(a)(4))
    """

    basis: str
    numerator: Term | None = None
    denominator: Term | None = None
    at_most: tuple[int, int] | None = None
    in_: Rounding | None = None
    cap: Term | None = None
    cap_of: str = "both"
    plus: str | None = None
    not_above: str | None = None
    cite: Cite = NOWHERE


@frozen
class BelowMinimum:
    """Short periods of a state: less_than; unless own_right; then others_absorb | others_count |
    lost;

    all_below each_own | last_full | last_as_own | nobody | None (the text is silent).
    """

    less_than: Spell
    unless: str | None = None
    then: str = "lost"
    all_below: str | None = None
    cite: Cite = NOWHERE


@frozen
class Fee:
    """What moves between states: `times` the `of` (yearly_part)."""

    times: int
    of: str


@frozen
class TakeOver:
    """Periods from `at_least` up to below `less_than` may be taken over by the state with the `by`
    (longest)."""

    at_least: Spell
    less_than: Spell
    by: str = "longest"
    tie: str = "last"
    requires: str | None = None
    payment: Fee | None = None
    between: tuple[tuple[str, str], ...] = ()
    cite: Cite = NOWHERE


@frozen
class ShareOf:
    """The share of another scheme's benefit that an income test counts; schemes not named count in
    full."""

    schemes: tuple[str, ...]
    numerator: Term
    denominator: Term
    at_most: tuple[int, int] | None = None


@frozen
class Concurrence:
    """kind income_test | top_up; `of` "all" or scheme ids; reads final | before; to own_law |
    minimum_pension."""

    kind: str
    of: tuple[str, ...] | str = "all"
    reads: str = "final"
    to: str | None = None
    payer: str | None = None
    shares: tuple[ShareOf, ...] = ()
    cite: Cite = NOWHERE


@frozen
class Record:
    """A condition on the person's record: `only` these schemes, at least one of `some`, or the
    time in one `country`: `at_least`, or `less_than` (none at all is less)."""

    only: tuple[str, ...] | None = None
    some: tuple[str, ...] | None = None
    country: str | None = None
    at_least: Spell | None = None
    less_than: Spell | None = None
