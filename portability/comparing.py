"""A determination held against the figures a source prints, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field

from portability.errors import nearest
from portability.exact import decimal_text, parse_number

Json = dict[str, Any]
LINE_KEYS = (
    "status",
    "route",
    "method",
    "variant",
    "fraction",
    "payable",
    "theoretical",
    "from",
    "shortfall",
    "alternatives",
    "periods",
    "unknown",
    "at_least",
    "claimants",
    "range",
    "reasons",
)


@define
class Difference:
    """A figure that is not what the source prints."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


@define
class Checked:
    """One example after its run. figures: how many were compared; skipped: the reason given in
    the file."""

    name: str
    title: str
    figures: int = 0
    differences: list[Difference] = field(factory=list)
    skipped: str = ""

    @property
    def passed(self) -> bool:
        return not self.differences and not self.skipped


def compare(name: str, wanted: Any, document: Json, made: Checked) -> None:
    """`expect` by scheme against the determination."""
    prefix = f"{name}." if name else ""
    if wanted == "unknown":
        for line in document["entitlements"]:
            figure(made, f"{prefix}{line['scheme']}.status", "unknown", line["status"])
        return
    for scheme, figures in wanted.items():
        if scheme in ("estimate", "missing", "warnings", "transfers"):
            compare_value(made, f"{prefix}{scheme}", figures, document.get(scheme))
            continue
        line = next(
            (e for e in document["entitlements"] if e["scheme"] == scheme and "claimant" not in e),
            None,
        )
        if line is None:
            made.figures += 1
            made.differences.append(
                Difference(f"{prefix}{scheme}", "an entitlement", "no periods in this scheme")
            )
            continue
        claims = [e for e in document["entitlements"] if e["scheme"] == scheme and "claimant" in e]
        compare_line(made, f"{prefix}{scheme}", figures, line, claims)


def compare_line(
    made: Checked, where: str, wanted: Any, line: Json, claims: Sequence[Json] = ()
) -> None:
    """One scheme's (or alternative's) figures: fields of the line by name, anything else by the
    key of a step."""
    if wanted == "unknown":
        figure(made, f"{where}.status", "unknown", line["status"])
        return
    if not isinstance(wanted, Mapping):
        figure(made, f"{where}.payable", wanted, money_of(line.get("payable")))
        return
    for key, value in wanted.items():
        at = f"{where}.{key}"
        if key == "alternatives":
            compare_alternatives(made, at, value, line)
        elif key == "claimants":
            compare_claimants(made, at, value, claims)
        elif key.startswith("periods."):
            compare_value(made, at, value, line["periods"].get(key.split(".", 1)[1]))
        elif key in ("payable", "theoretical", "at_least"):
            compare_money(made, at, value, line.get(key))
        elif key == "from":
            compare_from(made, at, str(value), str(line.get("from")))
        elif key == "fraction":
            compare_fraction(made, at, value, line.get("fraction"))
        elif key == "share_percent":
            figure(made, at, value, share_percent(value, line.get("fraction")))
        elif key == "unknown":
            figure(
                made,
                at,
                value,
                line.get("payable") is None if value in (True, False) else codes(line, value),
            )
        elif key == "steps" and isinstance(value, Mapping):
            for step, figures in value.items():
                compare_step(made, f"{where}.{step}", step, figures, line)
        elif key in LINE_KEYS or (key in line and key != "trace"):
            compare_value(made, at, value, line.get(key))
        else:
            compare_step(made, at, key, value, line)


def compare_from(made: Checked, where: str, wanted: str, found: str) -> None:
    """As much of the date as the source prints, or as the benefit has."""
    short = min(len(wanted), len(found))
    if wanted[:4].isdigit() and wanted[:short] == found[:short]:
        wanted = found = wanted[:short]
    figure(made, where, wanted, found)


def codes(line: Json, wanted: Any) -> Any:
    """The wanted reason if it is among the line's, else what is there."""
    found = [reason["code"] for reason in line["reasons"]] + [
        str(reason.get("table")) for reason in line["reasons"]
    ]
    return wanted if wanted in found else ", ".join(found) or "known"


def compare_alternatives(made: Checked, where: str, wanted: Mapping[str, Any], line: Json) -> None:
    """By route; the chosen route may be named too: what it gives, even if that is only a floor."""
    own = {**line, "payable": line.get("payable") or line.get("at_least")}
    routes = {line["route"]: own, **{other["route"]: other for other in line["alternatives"]}}
    for route, figures in wanted.items():
        if route not in routes:
            made.figures += 1
            made.differences.append(
                Difference(f"{where}.{route}", "a route that was tried", ", ".join(routes))
            )
            continue
        compare_line(made, f"{where}.{route}", figures, routes[route])


def compare_claimants(
    made: Checked, where: str, wanted: Mapping[Any, Any], claims: Sequence[Json]
) -> None:
    """By number in the family list (0, 1 …) or by relation where it is unique."""
    for key, figures in wanted.items():
        hits = [
            c
            for c in claims
            if str(c["claimant"].get("number")) == str(key) or c["claimant"].get("relation") == key
        ]
        if len(hits) != 1:
            made.figures += 1
            made.differences.append(
                Difference(f"{where}.{key}", "one claimant", f"{len(hits)} of that name")
            )
            continue
        compare_line(made, f"{where}.{key}", figures, hits[0])


def compare_step(made: Checked, where: str, key: str, wanted: Any, line: Json) -> None:
    """A step of the trace, the last of that key; arrays by year figure by figure."""
    hits = [step for step in line.get("trace", []) if step["step"] == key]
    if not hits:
        known = sorted({step["step"] for step in line.get("trace", [])})
        hint = nearest(key, [*LINE_KEYS, "share_percent", *known])
        made.figures += 1
        made.differences.append(
            Difference(
                where,
                shown(wanted),
                f"no such step on route {line['route']}; {hint and hint + ' '}"
                f"steps: {', '.join(known)}",
            )
        )
        return
    compare_value(made, where, wanted, hits[-1]["value"])


def compare_value(made: Checked, where: str, wanted: Any, found: Any) -> None:
    if isinstance(wanted, Mapping):
        table = found if isinstance(found, Mapping) else {}
        for key, value in wanted.items():
            inner = table.get(str(key), table.get(key))
            missing_zero = inner is None and isinstance(found, Mapping) and number(value) == 0
            compare_value(made, f"{where}.{key}", value, 0 if missing_zero else inner)
    elif isinstance(wanted, list):
        items = found if isinstance(found, list) else []
        figure(made, f"{where} (entries)", len(wanted), len(items))
        for i, (value, inner) in enumerate(zip(wanted, items, strict=False)):
            compare_value(made, f"{where}[{i}]", value, inner)
    else:
        figure(made, where, wanted, found)


def money_of(value: Any) -> Any:
    return value.get("amount") if isinstance(value, Mapping) else value


def compare_money(made: Checked, where: str, wanted: Any, found: Any) -> None:
    if isinstance(wanted, Mapping):
        compare_value(made, where, wanted, found)
    else:
        figure(made, where, wanted, money_of(found))


def compare_fraction(made: Checked, where: str, wanted: Any, found: Any) -> None:
    """Term by term: 26/104 is not 1/4 when the source prints 26/104."""
    figure(made, where, str(wanted).replace(" ", ""), str(found))


def share_percent(wanted: Any, fraction: Any) -> Any:
    """The share in percent, in as many decimals as the source prints, a half up: courts print
    13.31 percent and no fraction."""
    if fraction is None:
        return None
    above, below = (int(part) for part in str(fraction).split("/"))
    decimals = len(str(wanted).partition(".")[2])
    whole = (200 * above * 10**decimals + below) // (2 * below)
    return decimal_text(whole, decimals)


def number(value: Any) -> Fraction | None:
    try:
        return parse_number(value)
    except (ValueError, TypeError):
        return None


def figure(made: Checked, where: str, wanted: Any, found: Any) -> None:
    """One comparison: numbers as exact numbers, everything else as text."""
    made.figures += 1
    a, b = number(wanted), number(found)
    same = a == b if a is not None and b is not None else shown(wanted) == shown(found)
    if not same:
        made.differences.append(Difference(where, shown(wanted), shown(found)))


def shown(value: Any) -> str:
    """A value as it is written in a file; 1 is a number and true is a word."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    return str(value)
