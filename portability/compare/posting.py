"""The posting clause of a text in one direction, and whom it frees from paying twice.

A worker whom a firm of one state sends to the other stays insured at home for the months that the
clause gives; the scheme of the other state gives up the contributions of these months. Which clause
is in force for whom, `portability.coordination` says; here are lengths of time and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from portability.agreement import Agreement, Cite
from portability.agreement_build import references
from portability.agreement_parts import Absent
from portability.compare.weighing import Text
from portability.coordination import Activity, posting_of
from portability.dates import FOREVER

YEAR = 12
NO_TEXT = "no agreement: nobody is exempted"
NOT_BOUND = "the text does not bind both states"
SEEN = ("draft", "model")  # what their file lacks is not in the text


@frozen
class Clause:
    """months  of the clause alone; None where nothing is exempted or the clause is unknown
    more    months of the extension it names; None where it names no length for one
    extends the clause knows an extension
    before  time before the entry into force counts towards the months
    known   False where the text was not read on the point
    note    the file's own reservation, which goes wherever the clause goes
    """

    months: int | None
    words: str
    cite: Cite
    more: int | None = None
    extends: bool = False
    before: bool = False
    known: bool = True
    note: str = ""

    def limit(self, extended: bool) -> int | None:
        """Months for which a worker can stay insured at home; None: without end."""
        months = self.months or 0
        if not extended or not self.extends:
            return months
        return None if self.more is None else months + self.more


def clause(text: Text, sender: str, host: str) -> Clause:
    """The posting clause for workers sent from one state to another under a text."""
    agreement = text.agreement
    nowhere = Cite("", "")
    if agreement is None:
        return Clause(None, NO_TEXT, nowhere)
    if not agreement.any_party and not {sender, host} <= set(agreement.countries()):
        return Clause(None, NOT_BOUND, nowhere)
    law = agreement.raw.get("legislation")
    if not isinstance(law, Mapping):
        return missing(agreement, law)
    row = posting_of(law, Activity(0, FOREVER, host, sent_from=sender))
    if not row:
        return missing(agreement, law.get("posting"))
    cite = references(agreement.raw).cite(row.get("cite", law.get("cite")))
    more = row.get("extension_months")
    extends = "extension" in row or "extension_months" in row
    length = more if isinstance(more, int) else None
    words = f"{row['months']} months"
    if extends:
        words += f" and {length} more" if length else " and an extension without a stated limit"
        words += f" ({row['extension']})" if "extension" in row else ""
    words += f", only for {row['only_for']}" if "only_for" in row else ""
    before = bool(row.get("pre_entry_time"))
    note = str(row.get("note", ""))
    return Clause(int(row["months"]), words, cite, length, extends, before, note=note)


def missing(agreement: Agreement, said: Any) -> Clause:
    """No clause for this direction: none in the text, or none that was read."""
    word = said.value if isinstance(said, Absent) else said
    nowhere = Cite("", "")
    if word in (Absent.NONE.value, Absent.NOT_REGULATED.value):
        return Clause(None, f"posting: {str(word).replace('_', ' ')}", nowhere)
    if word == Absent.UNKNOWN.value or agreement.kind not in SEEN:
        words = "no posting clause for this direction was read"
        return Clause(None, words, nowhere, known=False)
    return Clause(None, "no posting clause for this direction", nowhere)


def shorter(stay: Fraction, limit: int | None) -> Fraction:
    """Months exempted: the stay, or the limit where it is shorter."""
    return stay if limit is None else min(stay, Fraction(limit))


def there(months: Fraction, year: int) -> Fraction:
    """Months in the `year`-th year after entry of one who is there at entry and is exempted for
    `months` from then on."""
    return min(months, Fraction(YEAR * year)) - min(months, Fraction(YEAR * (year - 1)))


def coming(months: Fraction, year: int) -> Fraction:
    """Months in the `year`-th year of all who come since entry, one a year and evenly over it, each
    exempted for `months`."""

    def until(end: int) -> Fraction:
        if end <= months:
            return Fraction(end * end, 2)
        return months * months / 2 + months * (end - months)

    return (until(YEAR * year) - until(YEAR * (year - 1))) / YEAR
