"""Reading the lines of the records and the certified figures of a case."""

from __future__ import annotations

from collections.abc import Mapping

from portability import registry
from portability.casemodel import Period, Person
from portability.cohort import BRANCHES, EVIDENCE, KINDS, STATUS
from portability.dates import NODATE, iso
from portability.errors import nearest
from portability.reader import Reader, kind_of
from portability.scheme import Scheme
from portability.tables import minor_digits
from portability.trace import Step
from portability.units import PLURALS, UNITS, exact_factor, unit_named
from portability.yamlsource import Raw

PERIOD_KEYS = (
    "scheme",
    "kind",
    "start",
    "end",
    "credited",
    "earnings",
    "currency",
    "evidence",
    "status",
    "counts_for",
    "code",
    "source",
    "note",
)
MAX_EARNINGS = 10**13
MAX_FIGURE = 10**9  # points, ratios, periods: no career comes near, every product fits 64 bits


def read_period(at: Reader, person: Person) -> Period | None:
    if not at.mapping(PERIOD_KEYS, ("scheme",)):
        return None
    scheme_id = at.get("scheme")
    if not isinstance(scheme_id, str) or scheme_id not in registry.ids():
        if scheme_id is not None:
            at.fault(
                "scheme",
                scheme_id,
                "a known scheme (`portability schemes list` shows all)",
                nearest(str(scheme_id), registry.ids()),
                "unknown_scheme",
            )
        return None
    scheme = registry.load(scheme_id)
    start, end = period_dates(at, person, scheme.whole_sums)
    currency = at.get("currency")
    if currency is not None and currency != scheme.currency:
        at.fault(
            "currency", currency, f"{scheme.currency}, the currency of {scheme_id}", code="currency"
        )
    credited = read_credited(at, scheme)
    if start == NODATE and credited is None and at.get("start") is None:
        at.fault(
            None,
            Raw("a line without dates or a certified sum"),
            "start and end, or credited: {months: 14}",
            code="missing",
        )
    right, amount = read_counts_for(at)
    return Period(
        scheme_id,
        at.choice("kind", KINDS, "compulsory"),
        start,
        end,
        credited,
        at.scaled("earnings", minor_digits(scheme.currency), 0, MAX_EARNINGS),
        at.choice("evidence", EVIDENCE, "certified"),
        at.choice("status", STATUS, "normal"),
        right,
        amount,
        at.text("code"),
        at.text("source"),
    )


def period_dates(at: Reader, person: Person, whole: bool = False) -> tuple[int, int]:
    """First day and the day after the last; faults for order, birth and death.

    whole: a scheme that counts calendar years whole may name the year of death to its end
    """
    start, last = at.date("start"), at.date("end")
    if (at.get("start") is None) != (at.get("end") is None):
        at.fault(None, Raw("only one of start and end"), "both, or neither", code="missing")
        return NODATE, NODATE
    if NODATE in (start, last):
        return NODATE, NODATE
    if last < start:
        at.fault("end", at.get("end"), f"a day on or after start ({iso(start)})", code="order")
        return NODATE, NODATE
    if person.born != NODATE and start < person.born:
        at.fault(
            "start",
            at.get("start"),
            f"a day on or after the birth date ({iso(person.born)})",
            code="before_birth",
        )
    same_year = whole and person.died != NODATE and iso(last)[:4] == iso(person.died)[:4]
    if person.died != NODATE and last > person.died and not same_year:
        at.fault(
            "end",
            at.get("end"),
            f"a day on or before the death ({iso(person.died)})",
            code="after_death",
        )
    return start, last + 1


def read_credited(at: Reader, scheme: Scheme) -> int | None:
    """A certified sum ({months: 14}) in thousandths of the scheme's unit."""
    value = at.get("credited")
    if value is None:
        return None
    words = (*UNITS, *PLURALS)
    inner = at.at("credited")
    if not isinstance(value, dict) or not value:
        at.fault(
            "credited", kind_of(value), "a sum with its unit, for example {months: 14}", code="type"
        )
        return None
    total = 0
    for key in value:
        if key not in words:
            inner.fault(
                key,
                Raw(f"the unknown unit {key!r}"),
                ", ".join(UNITS),
                nearest(str(key), words),
                "unknown_unit",
            )
            continue
        amount = inner.scaled(str(key), 3, 0, 100_000)
        factor = exact_factor(unit_named(str(key)), scheme.unit, scheme.days_a_year)
        if factor is None:
            inner.fault(
                str(key),
                Raw(f"a sum in {key}"),
                f"the unit of {scheme.id}: {scheme.unit}",
                code="wrong_unit",
            )
        elif amount is not None:
            total += amount * factor
    return total


def read_counts_for(at: Reader) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    if at.get("counts_for") is None or not at.at("counts_for").mapping(("entitlement", "amount")):
        return None, None
    inner = at.at("counts_for")
    found = []
    for key in ("entitlement", "amount"):
        value = inner.get(key)
        if value is not None and not (
            isinstance(value, list) and all(item in BRANCHES for item in value)
        ):
            inner.fault(
                key, value, f"a list of branches ({', '.join(BRANCHES)})", code="unknown_word"
            )
            value = None
        found.append(None if value is None else frozenset(value))
    return found[0], found[1]


def engine_steps(scheme: Scheme) -> dict[str, Step]:
    """Figures every scheme may have certified, whatever its law."""
    by = "as certified by the institution"
    money, unit = f"{scheme.currency} cent", scheme.unit
    return {
        "qualifying_period": Step("qualifying_period", unit, by),
        "full_career": Step("full_career", unit, by),
        "independent_amount": Step("independent_amount", money, by),
        "theoretical_amount": Step("theoretical_amount", money, by),
        "displaced_amount": Step("displaced_amount", money, by),
    }


def read_facts(top: Reader, schemes: Mapping[str, Scheme]) -> dict[tuple[str, str], int]:
    """Certified figures in the unit of their step. Unknown schemes and steps are faults."""
    facts: dict[tuple[str, str], int] = {}
    value = top.get("facts", {})
    if not isinstance(value, dict):
        top.fault("facts", kind_of(value), "a mapping: scheme -> {step: value}", code="type")
        return facts
    for scheme_id in value:
        if scheme_id not in registry.ids():
            top.at("facts").fault(
                scheme_id,
                scheme_id,
                "a known scheme",
                nearest(str(scheme_id), registry.ids()),
                "unknown_scheme",
            )
            continue
        scheme = schemes.get(scheme_id) or registry.load(scheme_id)
        allowed = {**engine_steps(scheme), **scheme.all_steps()}
        inner = top.at("facts", scheme_id)
        if not inner.mapping(tuple(allowed)):
            continue
        for key in inner.data:
            if key in allowed:
                most = MAX_EARNINGS if scheme.currency in allowed[key].unit else MAX_FIGURE
                found = inner.scaled(key, allowed[key].scale, 0, most)
                if found is not None:
                    facts[scheme_id, key] = found
    return facts
