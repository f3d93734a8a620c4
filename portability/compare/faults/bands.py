"""Tables with holes: birth dates in no band or in two, days on which no rule holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from portability.agreement import AmountRule, Rule
from portability.compare.faults.effects import example, none
from portability.compare.faults.model import (
    Finding,
    Json,
    Text,
    changed,
    component_path,
    finding,
    value_at,
)
from portability.compare.faults.people import (
    Life,
    Stay,
    home_of,
    lives_of,
    moved,
    nationality_of,
    owner,
    partner,
)
from portability.dates import FOREVER, NODATE, add_years, day, iso
from portability.yamlsource import Path_

OLDEST, YOUNGEST = day("1880-01-01"), day("2060-01-01")  # whose birth dates are swept
Span = tuple[int, int]  # first day, end exclusive


def findings(text: Text) -> Iterator[Finding]:
    for rule, path in text.rules():
        for component, how in rule.amount.items():
            at = (*component_path(path, component), "denominator", "by_born")
            for first, end in holes(how):
                found = finding("band_hole", at, scheme=rule.scheme, born=said(first, end))
                yield evolve(found, example=in_no_band(text, rule, at, max(first, OLDEST), end))
            for first, end in twice(how):
                yield finding("band_overlap", at, scheme=rule.scheme, born=said(first, end))
    yield from undated(text)


def bands(how: AmountRule) -> list[Span]:
    """The bands of birth dates of a denominator, in order; none if it has none."""
    term = how.denominator
    if term is None or term.kind != "by_born":
        return []
    return sorted((low, high) for low, high, _ in term.rows)


def holes(how: AmountRule) -> list[Span]:
    """Birth dates in no band: swept from the oldest person alive to those not yet born."""
    found, reached = [], OLDEST
    for low, high in bands(how):
        if low > reached:
            found.append((reached, low))
        reached = max(reached, high)
    if bands(how) and reached < YOUNGEST:
        found.append((reached, YOUNGEST))
    return found


def twice(how: AmountRule) -> list[Span]:
    """Birth dates in two bands."""
    spans = bands(how)
    return [(b[0], min(a[1], b[1])) for a, b in pairwise(spans) if b[0] < a[1]]


def said(first: int, end: int) -> str:
    """Birth dates in words."""
    if end - first == 1:
        return f"on {iso(first)}"
    if first <= OLDEST:
        return f"before {iso(end)}"
    if end >= YOUNGEST:
        return f"on or after {iso(first)}"
    return f"from {iso(first)} to {iso(end - 1)}"


def in_no_band(text: Text, rule: Rule, at: Path_, born: int, end: int) -> Json:
    """Somebody born in the hole, under the text and with the band before it drawn to its end."""
    own = owner(text, rule)
    other = partner(text, own, rule) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    mended = changed(text.agreement, [(at, closed(text, at, born, end))])
    plain, where = changed(text.agreement), home_of(text, own, rule)
    lives = [
        Life(
            (Stay(own, later(born, 25), here), Stay(other, later(born, 46), there)),
            where,
            nationality_of(text, own, rule),
            iso(born),
            later(born, 67),
        )
        for here, there in ((240, 120), (100, 240))
    ]
    return example(lives, plain, mended, own)


def later(born: int, years: int) -> str:
    return iso(int(add_years(born, years)))


def closed(text: Text, at: Path_, born: int, end: int) -> list[list[object]]:
    """The bands with the one before the hole (or the one behind it) drawn over it."""
    rows: list[list[object]] = []
    for low, high, k in value_at(text.raw, at):
        last = FOREVER if high is None else day(high) + 1
        first = NODATE if low is None else day(low)
        if last == born:
            high = iso(end - 1)
        elif first == end and born <= OLDEST:
            low = None
        rows.append([low, high, k])
    return rows


# --- days on which no rule holds


def undated(text: Text) -> Iterator[Finding]:
    """Rules of one scheme, branch and group of persons, dated one after the other with a gap."""
    groups: dict[object, list[tuple[Rule, Path_]]] = {}
    for rule, path in text.rules():
        for branch in rule.branches or ("old_age",):
            who = (rule.residence_in, rule.residence_not, rule.record, rule.nationalities)
            groups.setdefault((rule.scheme, branch, who), []).append((rule, path))
    told: set[Path_] = set()
    for rows in groups.values():
        rows.sort(key=lambda row: row[0].start)
        reached = rows[0][0].end
        for rule, path in rows[1:]:
            if rule.start > reached and path not in told:
                told.add(path)
                days = said(reached, rule.start)
                found = finding("date_gap", (*path, "from"), scheme=rule.scheme, days=days)
                yield evolve(found, example=on_a_bare_day(text, rule, path, reached))
            reached = max(reached, rule.end)


def on_a_bare_day(text: Text, rule: Rule, path: Path_, claim: int) -> Json:
    """Somebody who claims in the gap, and with the next rule begun where the last one ended."""
    own = owner(text, rule)
    other = partner(text, own, rule) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    mended = changed(text.agreement, [((*path, "from"), iso(claim))])
    plain = changed(text.agreement)
    lives = [moved(life, claim) for life in lives_of(text, own, other, rule)]
    return example(lives, plain, mended, own)
