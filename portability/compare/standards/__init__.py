"""How an agreement stands to international standards, item by item.

    from portability import catalogue
    from portability.compare import standards

    found = standards.report(catalogue.find("ca-ph"), ["c118", "gcm22"])
    print("\n".join(standards.lines(found)))

The items are data (`*.yaml` beside this module: article, address, what is asked, which check, which
leeway); the checks are short functions named after what the article asks (`checks.TESTS`). An
absent field is unknown, never a failure. docs/standards.md says what the verdicts mean and what
they are not: a legal opinion.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portability.agreement import Agreement
from portability.compare.standards.checks import judge
from portability.compare.standards.finding import NOT, VERDICTS, Finding, named
from portability.compare.standards.items import Item, Standard, standards
from portability.compare.standards.told import lines
from portability.compare.standards.view import View
from portability.errors import Fault, InputError, nearest

__all__ = ["ALL", "NAMES", "SCHEMA", "lines", "report", "women"]

Json = dict[str, Any]
SCHEMA = "portability/conformity@1"
ALL = "all"
# The order in which they are told: agreements first, then national floors, then the Compact.
NAMES = (
    "c118",
    "c157",
    "r167",
    "ets78",
    "c102",
    "c128",
    "c130",
    "r202",
    "gcm22",
    "gcm",
    "women",
    "c19",
    "c97",
    "c143",
    "icmw",
    "ets93",
    "esc",
)
LIMITS = (
    "A table of what the file says beside what the standards ask: no legal opinion. It does not "
    "know which of these standards the parties have accepted, nor for which parts."
)


def report(agreement: Agreement, names: Iterable[str]) -> Json:
    """Conformity of one agreement, as `portability/conformity@1` (docs/standards.md).

    names: standards of `NAMES`, or "all". Raises InputError naming every unknown one. The key
    `found` is true where an item is not met.
    """
    view = View(agreement)
    told = [standard_of(view, standards()[name]) for name in chosen(names)]
    counts = {v: sum(part["counts"][v] for part in told) for v in VERDICTS}
    return {
        "schema": SCHEMA,
        "agreement": agreement.id,
        "title": agreement.title,
        "digest": agreement.digest,
        "standards": told,
        "counts": counts,
        "found": counts[NOT] > 0,
        "limits": LIMITS,
    }


def women(agreement: Agreement) -> list[Json]:
    """The measures of section G (women's careers), one row an item, as in a report's `items`."""
    view = View(agreement)
    return [row(item, judge(view, item)) for item in standards()["women"].items]


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The standards asked for, in the order of `NAMES`, each once. Raises InputError."""
    asked = [name.lower() for name in names]
    faults = [
        Fault(
            "standard",
            "--standard",
            repr(name),
            f"one of {', '.join(NAMES)}, {ALL}",
            nearest(name, (*NAMES, ALL)),
            "unknown_standard",
        )
        for name in asked
        if name not in (*NAMES, ALL)
    ]
    if faults:
        raise InputError(faults)
    return NAMES if ALL in asked else tuple(name for name in NAMES if name in asked)


def standard_of(view: View, standard: Standard) -> Json:
    """One standard: its items in their order, and how many came to which verdict."""
    if standard.name == "gcm22":  # it looks at the measures of section G and at the floor of R202
        for item in (*standards()["women"].items, *standards()["r202"].items):
            judge(view, item)
    rows = [row(item, judge(view, item)) for item in standard.items]
    return {
        "name": standard.name,
        "title": standard.title,
        "about": standard.about,
        "acceptance": standard.acceptance,
        "url": standard.url,
        "items": rows,
        "counts": {v: sum(item["verdict"] == v for item in rows) for v in VERDICTS},
    }


def row(item: Item, found: Finding) -> Json:
    """One item with its finding: both articles, the sentence, the leeway, the parts."""
    return {
        "id": item.id,
        "section": item.section,
        "article": item.article,
        "url": item.url,
        "source": item.source,
        "asks": item.asks,
        "fields": list(item.fields),
        "leeway": str(item.leeway) if item.leeway else "",
        **told_finding(found),
    }


def told_finding(found: Finding) -> Json:
    parts = {name: told_finding(part) for name, part in found.parts.items()}
    return {
        "verdict": found.verdict,
        "why": found.why,
        "clauses": [
            {"field": place.field, "article": place.article, "url": place.url}
            for place in found.places
        ],
        "eased": found.eased,
        **(
            {"parts": [{"name": named(name), **part} for name, part in parts.items()]}
            if parts
            else {}
        ),
    }
