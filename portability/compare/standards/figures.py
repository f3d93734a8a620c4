"""Figures that scheme files really state: qualifying periods and pension ages, as they stand in
`parametric.ways` and in tables. Nothing is computed; what is in code only is not stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from portability.compare.ruled import scheme_source
from portability.compare.standards.finding import Place
from portability.dates import day
from portability.scheme import SchemeSource
from portability.tables import Table
from portability.units import PER_YEAR
from portability.yamlsource import read

# Tables that hold the ordinary pension age in months; the first group found in a file counts.
AGE_TABLES = (
    ("pension_age",),
    ("standard_age",),
    ("full_retirement_age",),
    ("ordinary_age",),
    ("men_age", "women_age"),
    ("age_men", "age_women"),
    ("fixed_age",),
    ("reference_age_women",),
)
QUALIFYING = "qualifying"  # a table of the qualifying period in the scheme's unit
MINIMUM = "minimum_pension"
SEXES = ("female", "male")


@frozen
class Way:
    """One way to a pension: units of the scheme needed, age in months; None = not stated."""

    name: str
    sex: str
    units: int | None
    age: int | None
    place: Place


def latest(table: Table) -> int | None:
    """The value on the day the table was last checked; by birth or key, that of its last row."""
    if table.by == "date":
        values, known = table.find(day(table.checked))
        return int(values) if bool(known) else None
    return int(table.values[-1]) if bool(table.certain[-1]) else None


def stated(source: SchemeSource, value: Any, sex: str) -> int | None:
    """A figure of a file: a number, {table: name} or one of them for each sex."""
    if isinstance(value, Mapping) and sex in value:
        value = value[sex]
    if isinstance(value, Mapping) and "table" in value:
        return latest(source.tables[value["table"]])
    return value if isinstance(value, int) else None


def ways(scheme: str, branch: str) -> Iterator[Way]:
    """The ways a scheme file states for a branch, for women and men; those that ended are left
    out."""
    source = scheme_source(scheme)
    if source is None:
        return
    for row in source.text.get("parametric", {}).get("ways", ()):
        if row.get("branch", "old_age") != branch or "until" in row:
            continue
        place = Place(f"{scheme} parametric.ways.{row['name']}", str(row.get("cite", "")))
        for sex in SEXES:
            units, age = (stated(source, row.get(key), sex) for key in ("units", "age"))
            yield Way(str(row["name"]), sex, units, age, place)
    if branch == "old_age" and "parametric" not in source.text and QUALIFYING in source.tables:
        table = source.tables[QUALIFYING]
        for sex in SEXES:
            yield Way(QUALIFYING, sex, latest(table), None, place_of(source, QUALIFYING))


def age_tables(scheme: str) -> Iterator[tuple[str, int, Place]]:
    """(table, months, place) of the ordinary pension age; from tables alone."""
    source = scheme_source(scheme)
    if source is None:
        return
    for names in AGE_TABLES:
        held = [name for name in names if name in source.tables]
        for name in held:
            value = latest(source.tables[name])
            if value is not None and source.tables[name].unit == "month":
                yield name, value, place_of(source, name)
        if held:
            return


def place_of(source: SchemeSource, table: str) -> Place:
    """Where a table stands: its citation and the address of its source."""
    found = source.tables[table]
    known = source.text.get("sources", {}).get(found.source, {})
    return Place(f"{source.id} tables.{table}", found.cite, str(known.get("url", "")))


def units_a_year(scheme: str) -> int | None:
    """Units in a year; None where the unit is the day and the file does not say how many."""
    source = scheme_source(scheme)
    if source is None:
        return None
    if source.unit != "day":
        return PER_YEAR[source.unit]
    if "days_a_year" in source.text:
        return int(source.text["days_a_year"])
    weekly = source.text.get("week_days")
    return 52 * int(weekly) if weekly else None


def minimum_place(scheme: str) -> Place | None:
    """Where a scheme file states a minimum pension that is known; None where it states none."""
    source = scheme_source(scheme)
    if source is None or MINIMUM not in source.tables:
        return None
    return place_of(source, MINIMUM) if latest(source.tables[MINIMUM]) is not None else None


def appeal_place(scheme: str) -> Place | None:
    """Where the drawer says how to object to a decision; None where it does not."""
    from portability import registry

    path = registry.drawers()[scheme].with_name("appeal.en.yaml")
    if not path.is_file():
        return None
    row = read(path)[0].data.get(registry.drawers()[scheme].stem)
    return Place(f"{scheme} appeal", str(row["cite"]), str(row.get("url", ""))) if row else None
