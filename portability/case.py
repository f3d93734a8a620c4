"""A case: one person, the lines of the insurance records, one claim (portability/case@1)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from portability import registry
from portability.cohort import BRANCHES, EVIDENCE, FLAGS, KINDS, RELATIONS, SEXES, STATUS, WISHES
from portability.countries import COUNTRIES, CURRENCIES
from portability.dates import NODATE, iso
from portability.errors import nearest
from portability.reader import Reader, kind_of
from portability.scheme import Scheme
from portability.tables import minor_digits
from portability.trace import Step
from portability.units import PLURALS, UNITS, exact_factor, unit_named
from portability.yamlsource import Raw, Source

SCHEMA = "portability/case@1"
KEYS = (
    "schema",
    "reference",
    "person",
    "claim",
    "periods",
    "facts",
    "family",
    "rates",
    "assumptions",
    "note",
)
PERSON_KEYS = (
    "born",
    "sex",
    "nationalities",
    "residence",
    "name",
    "children",
    "died",
    "flags",
    "national_numbers",
)
CLAIM_KEYS = ("branch", "date", "event", "wish")
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
FAMILY_KEYS = (
    "relation",
    "born",
    "since",
    "residence",
    "flags",
    "claim",
    "income",
    "name",
    "sex",
    "event",
)
MAX_EARNINGS = 10**13
MAX_PERIODS = 5_000


@frozen
class Period:
    """One line of an insurance record. start, end: days, end exclusive, NODATE without dates.

    credited: certified sum in thousandths of the scheme's unit, or None; earnings: minor units, or
    None.
    """

    scheme: str
    kind: str
    start: int
    end: int
    credited: int | None
    earnings: int | None
    evidence: str
    status: str
    counts_right: frozenset[str] | None
    counts_amount: frozenset[str] | None
    code: str
    source: str


@frozen
class Claimant:
    """A member of the family who claims. Days; NODATE where not given; income in minor units or
    None."""

    relation: str
    born: int
    since: int
    residence: str
    flags: frozenset[str]
    claim: int
    event: int


@frozen
class Person:
    born: int
    sex: str
    nationalities: tuple[str, ...]
    residence: str
    died: int
    children: tuple[int, ...]
    flags: frozenset[str]
    name: str = field(default="", repr=False)


@frozen
class Claim:
    branch: str
    date: int
    event: int
    wish: str


@frozen
class Case:
    """A checked case; `raw` is the document as given (sealed in the ledger, never logged)."""

    reference: str = field(repr=False)
    person: Person = field(repr=False)
    claim: Claim
    periods: tuple[Period, ...] = field(repr=False)
    facts: Mapping[tuple[str, str], int] = field(repr=False)
    family: tuple[Claimant, ...] = field(repr=False)
    rates: tuple[tuple[str, str, int, Fraction, str], ...]
    assumptions: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes with a line in the record, in order of appearance."""
        return tuple(dict.fromkeys(period.scheme for period in self.periods))


def load(source: Source, prefix: tuple[str | int, ...] = ()) -> Case:
    """A document (or the part of it at `prefix`) -> Case. Raises InputError with every fault."""
    made = read_case(Reader(source, prefix))
    source.check()
    assert made is not None
    return made


def read_case(top: Reader) -> Case | None:
    if not top.mapping(KEYS, ("person", "claim")):
        return None
    top.choice("schema", (SCHEMA,), SCHEMA)
    person, claim = read_person(top), read_claim(top)
    lines = list(top.items("periods"))
    if len(lines) > MAX_PERIODS:
        top.fault(
            "periods", Raw(f"{len(lines):,} periods"), f"at most {MAX_PERIODS:,}", code="too_many"
        )
        lines = []
    if claim.branch == "survivors" and person.died == NODATE:
        person = evolve(person, died=claim.event)
    periods = [read_period(line, person) for line in lines]
    schemes = {p.scheme: registry.load(p.scheme) for p in periods if p is not None}
    return Case(
        reference=top.text("reference", secret=True),
        person=person,
        claim=claim,
        periods=tuple(p for p in periods if p is not None),
        facts=read_facts(top, schemes),
        family=tuple(read_claimant(member, claim) for member in top.items("family")),
        rates=tuple(filter(None, (read_rate(rate) for rate in top.items("rates")))),
        assumptions=read_assumptions(top),
        raw=top.data,
    )


def read_person(top: Reader) -> Person:
    at = top.at("person")
    if "person" not in top.data or not at.mapping(PERSON_KEYS, ("born",)):
        return Person(NODATE, "unspecified", (), "", NODATE, (), frozenset())
    born, died = at.date("born"), at.date("died")
    if NODATE not in (born, died) and died < born:
        at.fault("died", at.get("died"), "a date after the birth date", code="order")
    return Person(
        born,
        at.choice("sex", SEXES, "unspecified"),
        countries(at, "nationalities"),
        country(at, "residence"),
        died,
        read_children(at),
        flags(at),
        at.text("name", secret=True),
    )


def read_children(at: Reader) -> tuple[int, ...]:
    found = []
    for child in at.items("children"):
        if child.mapping(("born", "name"), ("born",)):
            found.append(child.date("born"))
    return tuple(day for day in found if day != NODATE)


def country(at: Reader, key: str) -> str:
    """An ISO 3166 code as text; NO is Norway."""
    value = at.get(key)
    if value is None:
        return ""
    return (
        at.choice(key, COUNTRIES, code="unknown_country") if known_country(at, key, value) else ""
    )


def known_country(at: Reader, key: str, value: object) -> bool:
    if isinstance(value, str) and value in COUNTRIES:
        return True
    hint = (
        nearest(str(value).upper(), COUNTRIES)
        if not isinstance(value, str)
        else country_hint(value)
    )
    at.fault(key, value, "an ISO 3166 country code such as NO, PH or DE", hint, "unknown_country")
    return False


def country_hint(value: str) -> str:
    if value.upper() in COUNTRIES:
        return f"did you mean {value.upper()}?"
    aliases = {"UK": "GB", "EL": "GR"}
    return f"did you mean {aliases[value.upper()]}?" if value.upper() in aliases else ""


def countries(at: Reader, key: str) -> tuple[str, ...]:
    value = at.get(key, [])
    if not isinstance(value, list):
        at.fault(key, value, "a list of country codes, for example [PH]", code="type")
        return ()
    found = []
    for i, item in enumerate(value):
        if isinstance(item, str) and item in COUNTRIES:
            found.append(item)
        else:
            at.at(key).fault(
                i, item, "an ISO 3166 country code", country_hint(str(item)), "unknown_country"
            )
    return tuple(found)


def flags(at: Reader) -> frozenset[str]:
    value = at.get("flags", [])
    if not isinstance(value, list):
        at.fault("flags", value, f"a list of {', '.join(FLAGS)}", code="type")
        return frozenset()
    for i, item in enumerate(value):
        if item not in FLAGS:
            at.at("flags").fault(
                i, item, ", ".join(FLAGS), nearest(str(item), FLAGS), "unknown_word"
            )
    return frozenset(item for item in value if item in FLAGS)


def read_claim(top: Reader) -> Claim:
    at = top.at("claim")
    if "claim" not in top.data or not at.mapping(CLAIM_KEYS, ("branch", "date")):
        return Claim("old_age", NODATE, NODATE, "none")
    claim = Claim(
        at.choice("branch", BRANCHES, "old_age"),
        at.date("date", "1900-01-01"),
        at.date("event", "1900-01-01"),
        at.choice("wish", WISHES, "none"),
    )
    if (
        claim.branch in ("survivors", "invalidity")
        and claim.event == NODATE
        and at.get("event") is None
    ):
        at.fault(
            None,
            Raw("nothing"),
            f"the key 'event': the day of the {claim.branch} event",
            code="missing",
        )
    return claim


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
                found = inner.scaled(key, allowed[key].scale, low=None)
                if found is not None:
                    facts[scheme_id, key] = found
    return facts


def read_claimant(at: Reader, claim: Claim) -> Claimant:
    if not at.mapping(FAMILY_KEYS, ("relation", "born")):
        return Claimant("spouse", NODATE, NODATE, "", frozenset(), claim.date, NODATE)
    started = at.date("claim")
    return Claimant(
        at.choice("relation", RELATIONS, "spouse"),
        at.date("born"),
        at.date("since"),
        country(at, "residence"),
        flags(at),
        claim.date if started == NODATE else started,
        at.date("event"),
    )


def read_rate(at: Reader) -> tuple[str, str, int, Fraction, str] | None:
    if not at.mapping(("from", "to", "date", "rate", "source"), ("from", "to", "date", "rate")):
        return None
    for key in ("from", "to"):
        if at.get(key) is not None and at.get(key) not in CURRENCIES:
            at.fault(
                key,
                at.get(key),
                "an ISO 4217 currency code such as EUR",
                nearest(str(at.get(key)).upper(), CURRENCIES),
                "unknown_currency",
            )
    rate = at.number("rate")
    if rate is not None and rate == 0:
        at.fault("rate", at.get("rate"), "a rate above zero", code="range")
    if rate is None or at.date("date") == NODATE:
        return None
    return str(at.get("from")), str(at.get("to")), at.date("date"), rate, at.text("source")


def read_assumptions(top: Reader) -> dict[str, str]:
    value = top.get("assumptions", {})
    if not isinstance(value, dict):
        top.fault(
            "assumptions", kind_of(value), "a mapping such as {wage_growth: 3.5%}", code="type"
        )
        return {}
    return {str(key): str(item) for key, item in value.items()}
