"""What the parts of a published summary share: the totals, and which rows of it are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import define, field, frozen

from portability.estimate.cells import KEPT, OPEN, Mark, line, small
from portability.estimate.shown import Groups, Row, known, money_hidden, top
from portability.estimate.tallies import AMOUNT_UNKNOWN, ENTITLED, OUTCOMES, Key, Tally
from portability.exact import decimal_text
from portability.tables import minor_digits

Json = dict[str, Any]
Pair = tuple[str, str]  # currency, per
Money = dict[Pair, tuple[int, ...]]  # figures as in `tallies`
LOWER, HIGHER, LOW, LIKELY, HIGH = 3, 4, 5, 6, 7  # places among the figures


@frozen
class Sums:
    """A sum that is shown, in thousandths; an end of its range is None where it is withheld: where
    it differs from likely because of a few, it would tell of these few."""

    low: int | None
    likely: int
    high: int | None


@define
class Whole:
    """The membership (members, each once) and its answers (one per member and scheme).

    money     sums that are shown for the whole: currency, per
    schemes   the rows of schemes as shown, and scheme_money their sums that are, once
              `published.places` has made them
    """

    tallies: Mapping[str, Tally]
    threshold: int
    as_of: date
    members: Row
    member_groups: Groups
    answers: Row
    answer_groups: Groups
    money: dict[Pair, Sums]
    schemes: dict[str, Row] = field(factory=dict)
    scheme_money: dict[str, dict[Pair, Sums]] = field(factory=dict)

    def knows(self, scheme: str, *outcomes: int) -> bool:
        """Whether a reader may know how many answers of a scheme have one of the outcomes."""
        return known(self.schemes.get(scheme), self.answer_groups, outcomes)

    def of_scheme(self, name: str, words: Sequence[str]) -> dict[str, list[int]]:
        """A tally by (scheme, word): scheme -> counts in the order of the words."""
        made: dict[str, list[int]] = {}
        for (scheme, word), figures in self.tallies[name].items():
            counts = made.setdefault(str(scheme), [0] * len(words))
            counts[words.index(str(word))] += figures[0]
        return dict(sorted(made.items()))

    def refund_marks(self, scheme: str) -> list[Mark]:
        """How a scheme's refunds are shown by outcome; every answer of the scheme has one."""
        counts, row = self.of_scheme("refunds", OUTCOMES)[scheme], self.schemes.get(scheme)
        told = row is not None and row.mark is OPEN and row.total == sum(counts)
        return (line(counts, self.threshold) if told else None) or [KEPT] * len(counts)

    def refund_due_known(self, scheme: str) -> bool:
        marks = self.refund_marks(scheme)
        return all(marks[at] is OPEN for at in (ENTITLED, AMOUNT_UNKNOWN))


def whole_of(tallies: Mapping[str, Tally], as_of: date, threshold: int) -> Whole:
    members, member_groups = top(total(outcomes(tallies["members"], 2)), threshold)
    answers, answer_groups = top(total(outcomes(tallies["answers"], 3)), threshold)
    sums = moneys(tallies["members_money"], lambda key: "").get("", {})
    shown = {
        pair: Sums(
            *ends(figures, small(figures[LOWER], threshold), small(figures[HIGHER], threshold))
        )
        for pair, figures in sums.items()
        if not small(payees(figures), threshold)
    }
    return Whole(tallies, threshold, as_of, members, member_groups, answers, answer_groups, shown)


def ends(figures: Sequence[int], no_low: bool, no_high: bool) -> tuple[int | None, int, int | None]:
    low = None if no_low else figures[LOW]
    return low, figures[LIKELY], None if no_high else figures[HIGH]


def outcomes(
    tally: Tally, place: int, row: Callable[[Key], Any] = lambda key: ""
) -> dict[Any, list[int]]:
    """Counts by outcome, which stands at `place` of a key, of the rows that keys belong to."""
    made: dict[Any, list[int]] = {}
    for key, figures in tally.items():
        counts = made.setdefault(row(key), [0] * len(OUTCOMES))
        counts[OUTCOMES.index(str(key[place]))] += figures[0]
    return made


def total(rows: Mapping[Any, Sequence[int]]) -> list[int]:
    return [sum(row[at] for row in rows.values()) for at in range(len(OUTCOMES))]


def moneys(tally: Tally, row: Callable[[Key], Any]) -> dict[Any, Money]:
    """Figures by currency and period (the last two words of a key) of the rows keys belong to."""
    made: dict[Any, Money] = {}
    for key, figures in tally.items():
        mine = made.setdefault(row(key), {})
        sums = (str(key[-2]), str(key[-1]))
        had = mine.get(sums, (0,) * len(figures))
        mine[sums] = tuple(a + b for a, b in zip(had, figures, strict=True))
    return made


def payees(figures: Sequence[int]) -> int:
    """How many people a sum is made of: those paid, else those who would be."""
    return figures[0] or figures[2]


def amount(thousandths: int, currency: str) -> str:
    """Exact text in the currency's own digits; three where the sum has them."""
    digits = minor_digits(currency)
    unit = 10 ** (3 - digits)
    if thousandths % unit:
        return decimal_text(thousandths, 3)
    return decimal_text(thousandths // unit, digits)


def range_told(pair: Pair, sums: Sums | None) -> Json:
    """Low, likely and high of a sum (an end is null where it is withheld), or that all of it is."""
    currency, per = pair
    head: Json = {"currency": currency, "per": per}
    if sums is None:
        return {**head, "withheld": True}
    return {
        **head,
        "low": None if sums.low is None else amount(sums.low, currency),
        "likely": amount(sums.likely, currency),
        "high": None if sums.high is None else amount(sums.high, currency),
    }


def money_rows(
    rows: Mapping[Any, Money], shut: Collection[Any], parent: Mapping[Pair, Sums], threshold: int
) -> dict[Any, dict[Pair, Sums | None]]:
    """Sums of rows below a parent, None where withheld: those of rows that are `shut`, those whose
    parent withholds them, small ones, and those that would give them away."""
    made: dict[Any, dict[Pair, Sums | None]] = {row: {} for row in rows}
    for pair in sorted({pair for row in rows.values() for pair in row}):
        mine = {name: row[pair] for name, row in rows.items() if pair in row}
        hidden = money_hidden({name: payees(f) for name, f in mine.items()}, shut, threshold)
        whole = parent.get(pair)
        low = hidden_ends(mine, LOWER, hidden, whole is None or whole.low is None, threshold)
        high = hidden_ends(mine, HIGHER, hidden, whole is None or whole.high is None, threshold)
        for name, figures in mine.items():
            free = whole is not None and name not in hidden
            made[name][pair] = Sums(*ends(figures, name in low, name in high)) if free else None
    return made


def hidden_ends(
    rows: Mapping[Any, Sequence[int]], place: int, hidden: set[Any], all_: bool, threshold: int
) -> set[Any]:
    """Rows of which one end of the range is withheld. place: the count of those who make it differ
    from likely; all_: the parent withholds it, so that every row which differs does."""
    people = {name: figures[place] for name, figures in rows.items()}
    if all_:
        return {name for name, n in people.items() if n}
    return money_hidden(people, hidden, threshold)
