"""Worked examples that need no pension: conversions of periods, applicable legislation,
comparisons of routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from portability import case as case_module
from portability import catalogue, registry
from portability.agreement import Agreement
from portability.build import cohort_of
from portability.case import country
from portability.comparing import Checked, compare_value, figure
from portability.coordination import Activity, applicable, told
from portability.dates import FOREVER, NODATE
from portability.errors import nearest
from portability.exact import trimmed
from portability.reader import Reader, kind_of
from portability.totalization import totalize
from portability.units import PLURALS, THOUSAND, UNITS, unit_named
from portability.view import View
from portability.yamlsource import Raw, Source

Json = dict[str, Any]


def conversion(top: Reader, made: Checked) -> None:
    """`conversion:` of an agreement's named table (items), or of a record as one scheme counts
    it (periods)."""
    at = top.at("conversion")
    if not at.mapping(
        (
            "agreement",
            "table",
            "items",
            "counted_by",
            "periods",
            "own",
            "born",
            "claim",
            "event",
            "branch",
            "residence",
            "required",
            "expect",
        ),
        ("agreement",),
    ):
        return
    agreement = named_agreement(at)
    if agreement is None:
        return
    if at.get("items") is not None:
        table = agreement.conversions.get(at.text("table"))
        if table is None:
            at.fault(
                "table",
                at.get("table"),
                ", ".join(agreement.conversions) or "no table: this agreement has none",
            )
            return
        for item in at.items("items"):
            converted_item(item, table, made)
        return
    record_as_counted(top, at, agreement, made)


def named_agreement(at: Reader) -> Agreement | None:
    """The agreement of the catalogue a document names; never a path: what a document says opens
    no file."""
    name, known = at.get("agreement"), catalogue.paths()
    if isinstance(name, str) and name in known:
        return catalogue.find(name)
    hint = nearest(str(name), known)
    at.fault("agreement", name, "a known agreement id", hint, "unknown_agreement")
    return None


def converted_item(item: Reader, table: Any, made: Checked) -> None:
    """{from: {days: 100}, days_a_week: 6, to: month, gives: 4}; one_year: the yearly maximum
    applies."""
    if not item.mapping(
        ("from", "days_a_week", "to_days_a_week", "to", "gives", "one_year"),
        ("from", "to", "gives"),
    ):
        return
    inner, words = item.at("from"), (*UNITS, *PLURALS)
    if item.get("from") is None or not inner.mapping(words):
        return
    if len(inner.data) != 1:
        item.fault("from", Raw(f"{len(inner.data)} sums"), "one sum such as {days: 100}")
        return
    (name,) = inner.data
    amount = inner.scaled(name, 3, 0, 100_000) if name in words else None
    target, week = item.choice("to", words), item.get("days_a_week", 7)
    weeks = (week, item.get("to_days_a_week", week))
    if amount is None or target not in words:
        return
    source, target = unit_named(name), unit_named(target)
    if not all(type(days) is int for days in weeks) or not table.knows(source, target, *weeks):
        known = ", ".join(map(str, table.days))
        item.fault("days_a_week", f"{weeks[0]} and {weeks[1]}", f"days a week of {known}")
        return
    edge = table.edge(source, target, *weeks)
    units = int(edge.steps(np.array([amount]), THOUSAND)[0])
    if item.get("one_year") and edge.fill_to is not None:
        units = min(units, edge.fill_to)
    figure(made, f"{trimmed(amount, 3)} {name} in {item.get('to')}", item.get("gives"), units)


def record_as_counted(top: Reader, at: Reader, agreement: Any, made: Checked) -> None:
    """Foreign lines as the scheme `counted_by` counts them under the agreement, year by year."""
    scheme = at.choice("counted_by", registry.ids())
    lines = [at.get("periods", []), at.get("own", [])]
    if not all(isinstance(rows, list) for rows in lines):
        at.fault(None, Raw("no list"), "periods and own: lines of a record", code="type")
    top.source.check()
    document: Json = {
        "person": {
            "born": at.get("born", "1930-01-01"),
            **({"residence": at.get("residence")} if at.get("residence") else {}),
        },
        "claim": {
            "branch": at.get("branch", "old_age"),
            "date": at.get("claim", "2010-01-01"),
            **({"event": at.get("event")} if at.get("event") else {}),
        },
        "periods": [*lines[0], *lines[1]],
        "facts": {scheme: {"qualifying_period": at.get("required", 1)}},
    }
    source = Source(top.source.name, document)
    case = case_module.load(source)
    co = cohort_of([case])
    result = totalize(co, registry.known(co.schemes), [agreement])
    decision = result.decisions.get(scheme)
    outcomes = [o for o in (decision.outcomes if decision else ()) if o.route == agreement.id]
    if not outcomes:
        at.fault(
            None,
            Raw("a record no rule of the agreement takes"),
            f"lines that {agreement.id} counts for {scheme}",
        )
        return
    compare_value(made, "counted", at.get("expect"), counted(outcomes[0].view))


def counted(view: View) -> Json:
    by_year = view.foreign_by_year()[0]
    parts: Json = {part.scheme: int(part.total().sum()) for part in view.parts}
    return {
        "foreign": int(view.foreign()[0]),
        "own": int(view.own.total()[0]),
        "by_scheme": parts,
        "by_year": {str(int(y)): int(v) for y, v in zip(view.years, by_year, strict=True) if v},
    }


def legislation(top: Reader, made: Checked) -> None:
    """`legislation:` activities and residence -> spans with state and article."""
    at = top.at("legislation")
    if not at.mapping(
        ("agreement", "residence", "activities", "expect"), ("agreement", "activities", "expect")
    ):
        return
    agreement = named_agreement(at)
    activities = [activity(item) for item in at.items("activities")]
    residence = country(at, "residence")
    top.source.check()
    law = agreement.legislation if agreement else None
    spans = [
        told(span)
        for span in applicable(activities, residence, law if isinstance(law, Mapping) else {})
    ]
    compare_value(made, "legislation", at.get("expect"), spans)


def activity(item: Reader) -> Activity:
    if not item.mapping(
        ("start", "end", "state", "kind", "employer_seat", "share", "sent_from", "replaces"),
        ("start", "end", "state"),
    ):
        return Activity(NODATE, NODATE, "")
    end = item.date("end")
    share = item.scaled("share", 0)
    return Activity(
        item.date("start"),
        FOREVER if end == NODATE else end + 1,
        country(item, "state"),
        item.text("kind", "employment"),
        country(item, "employer_seat"),
        share,
        country(item, "sent_from"),
        bool(item.get("replaces")),
    )


def comparison(top: Reader, answers: Mapping[str, Json], made: Checked) -> None:
    """`compare: {scheme, routes: [a, b], higher: a | b | equal}` over the routes of one scheme."""
    at = top.at("compare")
    if not at.mapping(("scheme", "routes", "higher", "difference"), ("scheme", "routes", "higher")):
        return
    first, second, scheme = *compared(at), at.get("scheme")
    for name, document in answers.items():
        line = next((e for e in document["entitlements"] if e["scheme"] == scheme), None)
        if line is None:
            at.fault("scheme", scheme, "a scheme of the case", code="unknown_scheme")
            return
        routes = {line["route"]: line, **{other["route"]: other for other in line["alternatives"]}}
        sums = [amount(routes.get(route)) for route in (first, second)]
        word = "equal" if sums[0] == sums[1] else first if sums[0] > sums[1] else second
        figure(made, f"{name}{'.' if name else ''}compare.higher", at.get("higher"), word)


def compared(at: Reader) -> tuple[str, str]:
    routes = at.get("routes")
    pair = isinstance(routes, list) and len(routes) == 2
    if not pair or not all(isinstance(route, str) for route in routes):
        at.fault("routes", kind_of(routes), "two routes such as [national, us-de]", code="type")
        at.source.check()
    return routes[0], routes[1]


def amount(line: Json | None) -> Any:
    from fractions import Fraction

    paid = (line or {}).get("payable")
    return Fraction(paid["amount"]) if paid else Fraction(-1)
