"""A case file (portability/case@1): checked with every fault at once."""

from __future__ import annotations

from attrs import evolve

from portability import registry
from portability.case_records import engine_steps, read_facts, read_period
from portability.casemodel import Case, Claim, Claimant, Period, Person
from portability.cohort import BRANCHES, FLAGS, RELATIONS, SEXES, WISHES
from portability.countries import COUNTRIES, CURRENCIES
from portability.dates import NODATE
from portability.errors import nearest
from portability.reader import Reader, kind_of
from portability.yamlsource import Raw, Source

__all__ = ["Case", "Claim", "Claimant", "Period", "Person", "engine_steps", "load", "read_case"]

RATE_DIGITS = 8
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
MAX_PERIODS = 5_000


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
        where=top.source.where((*top.path, "facts")),
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
        at.choice("sex", SEXES, "unspecified"),
    )


def read_rate(at: Reader) -> tuple[str, str, int, int, str] | None:
    if not at.mapping(("from", "to", "date", "rate", "source"), ("from", "to", "date", "rate")):
        return None
    for key in ("from", "to"):
        if at.get(key) is not None and str(at.get(key)) not in CURRENCIES:
            at.fault(
                key,
                at.get(key),
                "an ISO 4217 currency code such as EUR",
                nearest(str(at.get(key)).upper(), CURRENCIES),
                "unknown_currency",
            )
    rate = at.scaled("rate", RATE_DIGITS)
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
