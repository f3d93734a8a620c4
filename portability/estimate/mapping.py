"""The map of a register (portability/register-map@1): which column says what, written once.

Strict as every document here: unknown keys, words, columns given twice and dates that are none are
all told at once, with file, line and column. The map never guesses a column from its name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping as Mapped
from pathlib import Path
from typing import Any

from attrs import frozen

from portability import registry
from portability.cohort import EVIDENCE, KINDS, SEXES, STATUS
from portability.countries import COUNTRIES, CURRENCIES
from portability.dates import NODATE, day
from portability.estimate.map_shape import DOCUMENT, FROM_TABLE
from portability.units import unit_named
from portability.yamlsource import Path_, Raw, Source, read

DATE_FORMAT = re.compile(r"[^%\d]*%[dmY][^%\d]+%[dmY][^%\d]+%[dmY][^%\d]*")


@frozen
class Column:
    """Where a fact stands: a column of the register, or one value for everybody.

    words   what the register writes -> our word; None: no such spell is wanted
    format  of dates: None ISO, else %d, %m and %Y in the register's order
    """

    column: str = ""
    value: str | None = None
    words: Mapped[str, str | None] | None = None
    format: str | None = None


@frozen
class Claim:
    """The day asked about: given for everybody, in a column, or by age (completed years; the first
    day of the month after, at the earliest `not_before`)."""

    date: int = NODATE
    column: Column | None = None
    age: int = 0
    not_before: int = NODATE


@frozen
class Earnings:
    """One step of the path on which earnings of a line are looked for.

    source    record: a sum for the whole line | contract_wage: a wage per `per` | scheme_minimum,
    national_average: from the scheme's own table
    last      beyond the table's last year its last figure stands (else: no figure)
    """

    source: str
    column: str = ""
    currency: Column | None = None
    per: str = "month"
    last: bool = False


@frozen
class Mapping:
    """A checked map. `digest`: of its meaning; `name`: the file, for messages; `source`: the
    document with its positions."""

    name: str
    nested: bool
    member: Column
    born: Column
    claim: Claim
    scheme: Column
    start: Column
    end: Column
    sex: Column | None
    residence: Column | None
    nationality: Column | None
    event: Column | None
    kind: Column
    evidence: Column
    status: Column
    credited: Column | None
    credited_unit: str
    earnings: tuple[Earnings, ...]
    spells: str
    digest: str

    def person_columns(self) -> dict[str, Column]:
        """Facts of the member that stand in columns of the register."""
        named: dict[str, Column | None] = {"born": self.born, "sex": self.sex}
        named |= {"residence": self.residence}
        named |= {"nationality": self.nationality, "claim": self.claim.column, "event": self.event}
        return {name: c for name, c in named.items() if c is not None and c.column}

    def line_columns(self) -> dict[str, Column]:
        """Facts of a spell that stand in columns (or fields of its struct)."""
        named: dict[str, Column | None] = {"scheme": self.scheme, "start": self.start}
        named |= {"end": self.end, "kind": self.kind}
        named |= {"evidence": self.evidence, "status": self.status, "credited": self.credited}
        for number, step in enumerate(self.earnings):
            if step.column:
                named[f"earnings{number}"] = Column(step.column)
            if step.currency is not None:
                named[f"currency{number}"] = step.currency
        return {name: c for name, c in named.items() if c is not None and c.column}

    def columns(self) -> tuple[str, ...]:
        """Columns of the register that are read; with `rows: member` the spells are one of them."""
        outer = [self.member.column, *(c.column for c in self.person_columns().values())]
        inner = [self.spells] if self.nested else [c.column for c in self.line_columns().values()]
        return tuple(dict.fromkeys(outer + inner))

    def fields(self) -> tuple[str, ...]:
        """Fields of a spell's struct that are read (`rows: member`)."""
        return tuple(dict.fromkeys(c.column for c in self.line_columns().values()))


def load(path: Path) -> Mapping:
    """The checked map of a file. Raises InputError with every fault."""
    documents = read(path)
    source = documents[0]
    if len(documents) > 1:
        source.fault((), Raw(f"{len(documents)} documents"), "one map in a file")
    return checked(source)


def checked(source: Source) -> Mapping:
    """Raises InputError with every fault of the document."""
    DOCUMENT.check(source, (), source.data)
    source.check()
    data = source.data
    formats(source, data)
    places(source, data)
    source.check()
    spell = data["spell"]
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    credited = spell.get("credited")
    return Mapping(
        name=source.name,
        nested=data["rows"] == "member",
        member=Column(str(data["member"]["column"])),
        born=needed(data["born"]),
        claim=claim_of(data["claim"]),
        scheme=needed(spell["scheme"]),
        start=needed(spell["start"]),
        end=needed(spell["end"]),
        sex=column(data.get("sex")),
        residence=column(data.get("residence")),
        nationality=column(data.get("nationality")),
        event=column(data.get("event")),
        kind=column(spell.get("kind")) or Column(value="compulsory"),
        evidence=column(spell.get("evidence")) or Column(value="assumed"),
        status=column(spell.get("status")) or Column(value="normal"),
        credited=column(credited and {"column": credited["column"]}),
        credited_unit=unit_named(credited["unit"]) if credited else "",
        earnings=tuple(step(each) for each in data.get("earnings") or ()),
        spells=str((data.get("spells") or {}).get("column", "")),
        digest="sha256:" + hashlib.sha256(text.encode()).hexdigest(),
    )


def formats(source: Source, data: Mapped[str, Any]) -> None:
    """A date format names day, month and year of four digits once each, apart from each other."""
    spell = data["spell"]
    given: list[tuple[Path_, Any]] = [(("born",), data["born"]), (("claim",), data["claim"])]
    given += [(("event",), data.get("event") or {})]
    given += [(("spell", key), spell[key]) for key in ("start", "end")]
    for path, value in given:
        found = value.get("format")
        if found is None:
            continue
        letters = sorted(re.findall(r"%(.)", str(found)))
        if not DATE_FORMAT.fullmatch(str(found)) or letters != ["Y", "d", "m"]:
            hint = "a year of two digits is no year" if "%y" in str(found) else ""
            expected = '%d, %m and %Y once each with a separator, such as "%d/%m/%Y"'
            source.fault((*path, "format"), found, expected, hint, "date_format")
    claim = data["claim"]
    for key, other in (("not_before", "age"), ("format", "column")):
        if key in claim and other not in claim:
            source.fault(("claim", key), Raw(f"{key} without {other}"), f"{key} beside {other}")


def places(source: Source, data: Mapped[str, Any]) -> None:
    """`spells` belongs to `rows: member` and only there; the id is no other fact; a wage currency
    of the register is a known one; one path is named once."""
    nested = data["rows"] == "member"
    if nested != ("spells" in data):
        found = Raw("nothing") if nested else Raw("spells beside rows: spell")
        expected = "the key 'spells'" if nested else "spells only with rows: member"
        source.fault(() if nested else ("spells",), found, expected, code="missing")
    named = str(data["member"]["column"])
    for key in ("born", "sex", "residence", "nationality", "event", "claim"):
        if str((data.get(key) or {}).get("column")) == named:
            expected = "another column than the member id"
            source.fault((key, "column"), named, expected, code="member_twice")
    seen: set[str] = set()
    for number, each in enumerate(data.get("earnings") or ()):
        if each["from"] in seen and each["from"] in FROM_TABLE:
            source.fault(("earnings", number, "from"), each["from"], "each step once")
        seen.add(each["from"])


def column(value: Mapped[str, Any] | None) -> Column | None:
    if value is None:
        return None
    words = value.get("words")
    return Column(
        str(value.get("column", "")),
        value.get("value"),
        None if words is None else {str(key): word for key, word in words.items()},
        value.get("format"),
    )


def needed(value: Mapped[str, Any]) -> Column:
    made = column(value)
    assert made is not None
    return made


def claim_of(value: Mapped[str, Any]) -> Claim:
    return Claim(
        day(value["date"]) if "date" in value else NODATE,
        column(value) if "column" in value else None,
        value.get("age", 0),
        day(value["not_before"]) if "not_before" in value else NODATE,
    )


def step(value: Mapped[str, Any]) -> Earnings:
    return Earnings(
        value["from"],
        str(value.get("column", "")),
        column(value.get("currency")),
        value.get("per", "month"),
        value.get("beyond") == "last",
    )


def allowed(name: str) -> tuple[str, ...]:
    """The words a fact may have where no `words` translate it."""
    closed = {"sex": SEXES, "kind": KINDS, "evidence": EVIDENCE, "status": STATUS}
    if name in closed:
        return closed[name]
    if name == "scheme":
        return registry.ids()
    return tuple(CURRENCIES) if name.startswith("currency") else tuple(COUNTRIES)
