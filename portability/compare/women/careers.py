"""Matched careers as case files: anybody can run each of them with `portability determine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from portability import registry
from portability.compare.faults import model, people
from portability.dates import add_months, add_years, day, iso, month_of
from portability.exact import decimal_text
from portability.registry import country_of
from portability.tables import minor_digits
from portability.yamlsource import read

Json = dict[str, Any]
HERE = Path(__file__).parent
HOME, HOST = "home", "host"
BRANCHES = OLD_AGE, SURVIVORS = "old_age", "survivors"
EURO = 100_000  # scale of the rates in `euro`


@cache
def table(name: str = "careers.yaml") -> Any:
    """A table of this package."""
    return read(HERE / name)[0].data


@frozen
class Career:
    """One row of careers.yaml.

    short   its name in tables
    item    the difficulty it measures, "" for a career that others are measured against
    beside  those it is measured against
    pay     share of the full wage
    asks    what a scheme's file must settle before its answer says anything (marriage, divorced)
    """

    id: str
    short: str
    title: str
    item: str
    beside: tuple[str, ...]
    stays: tuple[Mapping[str, Any], ...]
    pay: tuple[int, int]
    child: Mapping[str, Any] | None
    claimant: Mapping[str, Any] | None
    asks: str = ""

    @property
    def branch(self) -> str:
        return OLD_AGE if self.claimant is None else SURVIVORS

    def told(self) -> Json:
        return {
            "id": self.id,
            "short": self.short,
            "title": self.title,
            "item": self.item,
            "beside": list(self.beside),
            "branch": self.branch,
            "stays": [dict(stay) for stay in self.stays],
        }


@cache
def careers() -> tuple[Career, ...]:
    """Every career, in the order of the table."""
    return tuple(
        Career(
            row["id"],
            row["short"],
            row["title"],
            row.get("item", ""),
            tuple(row.get("beside", ())),
            tuple(row["stays"]),
            tuple(row.get("pay", (1, 1))),
            row.get("child"),
            row.get("claimant"),
            row.get("asks", ""),
        )
        for row in table()["careers"]
    )


def head() -> Json:
    """What is assumed of everybody: birth, claim, wages, facts."""
    found = table()
    return {
        "born": found["born"],
        "claim": found["claim"],
        "years_earlier": dict(found["years_earlier"]),
        "deceased": dict(found["deceased"]),
        "monthly_pay": dict(model.table("assumed.yaml")["monthly_pay"]),
        "facts": {**model.table("assumed.yaml")["facts"], **found["facts"]},
        "record_of_the_gap": "without work only a scheme whose record is residence goes on",
        "child": "the child is raised in the state of the gap, which its institution certifies",
    }


@cache
def record_of(country: str) -> tuple[str, ...]:
    """The schemes in which an employee of a state has a record."""
    named = table()["records"].get(country)
    return tuple(named) if named else people.schemes_held(country)[:1]


def earlier(*countries: str) -> int:
    """By how many years lives between these states are moved back."""
    return max(int(table()["years_earlier"].get(country, 0)) for country in countries)


def document(career: Career, home: str, host: str) -> Json:
    """The career between two states as a case file (portability/case@1)."""
    back = earlier(home, host)
    states = {HOME: home, HOST: host}
    lines = [line for stay in career.stays for line in lines_of(stay, career, states, back)]
    head_, child = table(), career.child
    dead = head_["deceased"] if career.claimant is not None else None
    person: Json = {
        "born": moved((dead or head_)["born"], back),
        "sex": "female" if dead is None else "male",
        "nationalities": [home],
        "residence": home,
    }
    claim = {"branch": career.branch, "date": moved((dead or head_)["claim"], back)}
    if child is not None:
        person["children"] = [{"born": moved(child["born"], back)}]
    out: Json = {"schema": "portability/case@1", "reference": career.id.upper(), "person": person}
    if dead is not None and career.claimant is not None:
        claim["event"] = moved(dead["died"], back)
        since, born = career.claimant["since"], dead["widow_born"]
        widow = {**career.claimant, "since": moved(since, back), "born": moved(born, back)}
        out["family"] = [{**widow, "residence": home}]
    schemes = dict.fromkeys(str(line["scheme"]) for line in lines)
    facts = {scheme: facts_of(scheme, career, states) for scheme in schemes}
    out |= {"claim": claim, "periods": lines}
    return out | {"facts": {scheme: known for scheme, known in facts.items() if known}}


def moved(date: str, back: int) -> str:
    return iso(int(add_years(day(date), -back)))


def lines_of(
    stay: Mapping[str, Any], career: Career, states: Mapping[str, str], back: int
) -> Iterator[Json]:
    """The lines of one stay: in every scheme of the state where work is done, else in those whose
    record is residence. A line ends where another money begins."""
    works = stay.get("works", True)
    start = day(moved(stay["from"], back))
    end = int(add_months(start, stay["months"]))
    for scheme in record_of(states[stay["in"]]):
        if not (works or scheme in table()["without_work"]):
            continue
        kind = people.line_kind(scheme) if works else "residence"
        for first, last, money in spans(scheme, start, end):
            line = {"scheme": scheme, "kind": kind, "start": iso(first), "end": iso(last - 1)}
            if kind != "residence":
                line |= earned(scheme, career.pay, int(month_of(last) - month_of(first)), money)
            yield line


def spans(scheme: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """(first day, day after the last, the money of the day) of the stay in a scheme."""
    source = registry.source(scheme)
    former = source.text.get("former_money")
    change = day(former["until"]) if former else start
    if former and start < change:
        yield start, min(end, change), former["currency"]
    if change < end:
        yield max(start, change), end, source.currency


def earned(scheme: str, share: Sequence[int], months: int, money: str) -> Json:
    """The wage of so many months in the money of the day; nothing where none is assumed."""
    pay, digits = wage(scheme, share), minor_digits(money)
    if not pay:
        return {}
    minor = pay * 10**digits
    rate = table()["euro"].get(money)
    if rate is not None:  # a month's wage in the old money, to its smallest coin, half up
        minor = (2 * minor * rate + EURO) // (2 * EURO)
    return {"earnings": decimal_text(minor * months, digits)}


def wage(scheme: str, share: Sequence[int]) -> int:
    """Whole units a month; the shares of the table divide every wage without a rest."""
    whole, rest = divmod(people.monthly_pay(scheme) * share[0], share[1])
    if rest:
        raise ValueError(f"{scheme}: {share[0]}/{share[1]} of the wage is no whole number")
    return whole


def facts_of(scheme: str, career: Career, states: Mapping[str, str]) -> Json:
    """Facts that the scheme asks for by name: those assumed of everybody, the wage, the child."""
    assumed, steps = model.table("assumed.yaml"), registry.load(scheme).all_steps()
    known = {**assumed["facts"], **table()["facts"]}
    known |= {name: wage(scheme, career.pay) for name in assumed["pay_facts"]}
    found: Json = {name: value for name, value in known.items() if name in steps}
    raised = table()["raised"].get(scheme)
    if raised is not None and career.child is not None:
        here = states[career.child["in"]] == country_of(scheme)
        found[raised["fact"]] = raised["where" if here else "elsewhere"]
    return found
