"""Which missing tables and rules blank the most results: what to find next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from portability import case as case_module
from portability import catalogue
from portability.answer import answer
from portability.errors import InputError
from portability.examples import case_places, files
from portability.reader import Reader
from portability.registry import country_of
from portability.yamlsource import Source, read

Json = dict[str, Any]
GAPS = ("parameter_not_published", "rule_unknown", "rule_gap")


def ranked(places: Sequence[Path]) -> list[Json]:
    """Rows {scheme, missing, at, results} over the cases and worked examples of these places,
    most results first."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in files(places):
        for reason in reasons_of(path):
            key = (
                str(reason.get("scheme", "")),
                str(reason.get("table") or reason.get("what") or reason["code"]),
            )
            seen[key].add(f"{path}:{reason['result']}")
            where[key].add(str(reason.get("at", "")))
    rows = [
        {
            "scheme": scheme,
            "missing": missing,
            "at": ", ".join(sorted(filter(None, where[scheme, missing]))[:6]),
            "results": len(results),
        }
        for (scheme, missing), results in seen.items()
    ]
    return sorted(rows, key=lambda row: (-int(row["results"]), row["scheme"], row["missing"]))


def reasons_of(path: Path) -> Iterable[Json]:
    for source in read(path):
        try:
            yield from reasons_in(source)
        except InputError:
            continue


def reasons_in(source: Source) -> Iterable[Json]:
    top = Reader(source)
    places = (
        case_places(top)
        if isinstance(source.data, dict) and "person" not in source.data
        else {"": ()}
    )
    for name, place in places.items():
        made = case_module.load(Source(source.name, source.data, source.positions), place)
        countries = {country_of(scheme) for scheme in made.schemes}
        for line in answer(
            made, catalogue.agreements(countries=countries), trace=False, ahead=False
        )["entitlements"]:
            for reason in line["reasons"]:
                if reason["code"] in GAPS and line["payable"] is None:
                    yield {"scheme": line["scheme"], **reason, "result": f"{name}/{line['scheme']}"}
