"""The national floor of the parties: C102, C128 and R202 against what the scheme files state.

A party meets a floor if one of its schemes does. What no file states is unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from portability.compare.ruled import scheme_source
from portability.compare.standards import figures
from portability.compare.standards.finding import (
    JUDGED,
    MET,
    NOT,
    PARTLY,
    UNKNOWN,
    Finding,
    Place,
    combined,
    named,
    places_of,
)
from portability.compare.standards.items import Item
from portability.compare.standards.view import View

MODEL = "unknown, because a model names no parties whose law could be looked at"


def by_party(view: View, judge: Callable[[str], Finding | None]) -> Finding:
    """One finding a party: the best of its schemes; `judge` says None of a scheme without a
    figure."""
    if view.agreement.any_party:
        return Finding(UNKNOWN, MODEL)
    parts = {}
    for country in view.parties:
        schemes = view.schemes(country)
        found = {s: f for s in schemes if (f := judge(s)) is not None}
        judged = {s: f for s, f in found.items() if f.verdict in JUDGED}
        if not schemes:
            parts[country] = Finding(UNKNOWN, "unknown, because no scheme file is held")
        elif judged:
            parts[country] = best(judged)
        else:
            parts[country] = next(iter(found.values()), None) or Finding(
                UNKNOWN, "unknown, because no scheme file states it as a figure"
            )
    return combined(parts, Finding(UNKNOWN, "unknown, because the text names no party"))


def best(found: dict[str, Finding]) -> Finding:
    for verdict in (MET, PARTLY, NOT):
        for scheme, finding in found.items():
            if finding.verdict == verdict:
                why = f"{scheme}: {finding.why}"
                return Finding(verdict, why, finding.places, finding.shortfall)
    raise AssertionError("only judged findings are compared")


def years(months: int) -> str:
    whole, rest = divmod(months, 12)
    return f"{whole}" if not rest else f"{whole} years {rest} months"


def pension_age(view: View, item: Item) -> Finding:
    """C102 article 26(2), C128 article 15(2): at most 65; a higher age only with due regard to the
    working ability of older persons, which no file shows."""
    limit = 12 * int(item.params["age"])

    def of_scheme(scheme: str) -> Finding | None:
        found = [(name, age, place) for name, age, place in figures.age_tables(scheme)]
        if not found:
            open_ = [w for w in figures.ways(scheme, "old_age") if w.age]
            for sex in figures.SEXES:
                ages = [(w.age, w) for w in open_ if w.sex == sex and within(scheme, w, 30)]
                if ages:
                    age, way = min((age or 0, w.name) for age, w in ages)
                    place = next(w.place for _, w in ages if w.name == way)
                    found.append((f"{sex}, {way}", age, place))
        if not found:
            return None
        name, age, place = max(found, key=lambda row: row[1])
        if age <= limit:
            return Finding(MET, f"pension age {years(age)} ({name})", (place,))
        why = (
            f"pension age {years(age)} ({name}): above {item.params['age']} only with due "
            "regard to the working ability of older persons, which the file does not show"
        )
        return Finding(PARTLY, why, (place,))

    return by_party(view, of_scheme)


def within(scheme: str, way: figures.Way, limit: int) -> bool:
    """Is the period of a way known to be at most so many years?"""
    a_year = figures.units_a_year(scheme)
    return way.units is not None and a_year is not None and way.units <= limit * a_year


def qualifying_period(view: View, item: Item) -> Finding:
    """C102 articles 29, 57 and 63, C128 articles 11, 18 and 24: a full benefit after at most
    `years` of contributions, a reduced one after `reduced_years`."""
    full, reduced = int(item.params["years"]), int(item.params["reduced_years"])
    limit = 12 * int(item.params.get("age", 65))

    def of_branch(scheme: str, branch: str) -> Finding | None:
        found = list(figures.ways(scheme, branch))
        if not found:
            return None
        if figures.units_a_year(scheme) is None:
            why = f"unknown, because {scheme} does not say how many days make a year"
            return Finding(UNKNOWN, why, places_of([Finding(UNKNOWN, "", (found[0].place,))]))
        parts = {
            sex: period(scheme, [w for w in found if w.sex == sex], full, reduced, limit)
            for sex in figures.SEXES
        }
        return combined(parts, Finding(UNKNOWN, "no way"))

    def of_scheme(scheme: str) -> Finding | None:
        parts = {b: f for b in item.params["branches"] if (f := of_branch(scheme, b)) is not None}
        return combined(parts, Finding(UNKNOWN, "no way")) if parts else None

    return by_party(view, of_scheme)


def period(scheme: str, ways: list[figures.Way], full: int, reduced: int, limit: int) -> Finding:
    """The shortest period in one scheme for one sex, at an age the standard would accept."""
    ages = [way.age for way in ways if way.age is not None and within(scheme, way, full)]
    latest = max(limit, min(ages, default=0))
    open_ = [way for way in ways if way.units is not None and (way.age or 0) <= latest]
    if not open_:
        return Finding(UNKNOWN, "unknown, because the period is not on record")
    way = min(open_, key=lambda row: row.units or 0)
    said = f"from {way.units} units ({way.name})"
    if within(scheme, way, reduced):
        return Finding(MET, f"{said}, at most {reduced} years", (way.place,))
    if within(scheme, way, full):
        why = f"{said}: at most {full} years, but no reduced benefit from {reduced} years"
        return Finding(PARTLY, why, (way.place,))
    return Finding(NOT, f"{said}: more than {full} years", (way.place,))


def minimum_in_old_age(view: View, item: Item) -> Finding:
    """R202 paragraph 5(d): basic income security for older persons, for all residents. A file can
    show a minimum pension of the insured; for all residents it shows nothing."""

    def of_scheme(scheme: str) -> Finding | None:
        place = figures.minimum_place(scheme)
        if place is None:
            return None
        why = "a minimum pension for the insured; whether all residents have it is not in the file"
        return Finding(PARTLY, why, (place,))

    return by_party(view, of_scheme)


def branch_held(view: View, item: Item) -> Finding:
    """R202 paragraph 5(a) to (c): does a scheme file hold a benefit of this kind at all?"""

    def of_scheme(scheme: str) -> Finding | None:
        source = scheme_source(scheme)
        held = [b for b in item.params["branches"] if source is not None and b in source.branches]
        if not held:
            return None
        why = (
            f"{', '.join(map(named, held))} for the insured; whether all in need have it is not "
            "in the file"
        )
        return Finding(PARTLY, why, (Place(f"{scheme} branches"),))

    return by_party(view, of_scheme)


def appeal_stated(view: View, item: Item) -> Finding:
    """C102 article 70(1), C128 article 34(1): a right of appeal."""

    def of_scheme(scheme: str) -> Finding | None:
        place = figures.appeal_place(scheme)
        return Finding(MET, "the way to object is stated", (place,)) if place else None

    return by_party(view, of_scheme)


def floor_of_the_parties(view: View, item: Item) -> Finding:
    """Global Compact, objective 22(a): floors in line with R202; the findings on its guarantees."""
    found = {name: f for name, f in view.so_far.items() if name.startswith("r202-5")}
    return combined(found, Finding(UNKNOWN, "unknown, because no guarantee was looked at"))


def not_in_files(view: View, item: Item) -> Finding:
    """What the standard measures is in no scheme file."""
    if view.agreement.any_party:
        return Finding(UNKNOWN, MODEL)
    return Finding(UNKNOWN, f"unknown, because {item.params['reason']}")
