"""Official worked examples (portability/example@1): load, run, compare every figure they print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import define, field

from portability import case as case_module
from portability.answer import answer
from portability.errors import Fault, InputError
from portability.exact import parse_number
from portability.reader import Reader
from portability.yamlsource import Path_, Source, read

Json = dict[str, Any]
SCHEMA = "portability/example@1"
KEYS = (
    "schema",
    "id",
    "title",
    "source",
    "legal_date",
    "case",
    "cases",
    "expect",
    "expect_error",
    "conversion",
    "legislation",
    "compare",
    "discrepancies",
    "out_of_scope",
    "note",
    "notes",
    "agreements",
)
AUTHORITIES = ("official", "court", "secondary", "derived")
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
AgreementsOf = Callable[[Any], Sequence[Any]]


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


def files(places: Iterable[str | Path]) -> list[Path]:
    """Example files of folders and files, sorted. Raises InputError where a place does not
    exist."""
    found: list[Path] = []
    for place in map(Path, places):
        if place.is_dir():
            found += sorted([*place.rglob("*.yaml"), *place.rglob("*.yml")])
        elif place.exists():
            found.append(place)
        else:
            raise InputError(
                [
                    Fault(
                        f"{place}:1:1",
                        "(file)",
                        "nothing there",
                        "a file or folder of worked examples",
                    )
                ]
            )
    return found


def check(path: Path, agreements: AgreementsOf) -> list[Checked]:
    """Run every example of a file. Raises InputError with every fault of its form."""
    return [checked(source, agreements) for source in read(path)]


def checked(source: Source, agreements: AgreementsOf) -> Checked:
    top = Reader(source)
    if not top.mapping(KEYS, ("schema", "title", "source")):
        source.check()
    top.choice("schema", (SCHEMA,))
    check_source(top)
    source.check()
    made = Checked(str(top.get("id") or Path(source.name).stem), top.text("title"))
    if top.get("out_of_scope"):
        made.skipped = top.text("out_of_scope")
        return made
    if top.get("expect_error") is not None:
        expect_error(top, made)
    elif top.get("conversion") is not None:
        from portability.example_parts import conversion

        conversion(top, made)
    elif top.get("legislation") is not None:
        from portability.example_parts import legislation

        legislation(top, made)
    else:
        run_cases(top, made, agreements)
    source.check()
    if made.figures == 0 and not made.differences:
        made.differences.append(
            Difference("expect", "at least one figure", "none: this example checks nothing")
        )
    return made


def check_source(top: Reader) -> None:
    at = top.at("source")
    if at.mapping(
        ("title", "url", "locator", "authority", "seen", "note", "archived"), ("title", "authority")
    ):
        at.choice("authority", AUTHORITIES)


def case_places(top: Reader) -> dict[str, Path_]:
    """Name -> place of every case of the example ("" for a single one)."""
    if top.get("cases") is not None:
        return {str(name): ("cases", name) for name in top.get("cases")}
    return {"": ("case",)} if top.get("case") is not None else {}


def run_cases(top: Reader, made: Checked, agreements: AgreementsOf) -> None:
    places = case_places(top)
    if not places:
        top.fault(
            None,
            "an example without a case",
            "case, cases, conversion or legislation",
            code="missing",
        )
    answers = {name: answered(top.source, place, agreements) for name, place in places.items()}
    expect = top.get("expect")
    for name, document in answers.items():
        wanted = expect if name == "" else (expect or {}).get(name)
        if wanted is not None:
            compare(name, wanted, document, made)
    if top.get("compare") is not None:
        from portability.example_parts import comparison

        comparison(top, answers, made)


def answered(source: Source, place: Path_, agreements: AgreementsOf) -> Json:
    made = case_module.load(source, place)
    return answer(made, agreements(made), ahead=False)


def expect_error(top: Reader, made: Checked) -> None:
    """The case must be refused, with this code (and, if given, this path)."""
    wanted = top.get("expect_error")
    code, path = (
        (wanted, None) if isinstance(wanted, str) else (wanted.get("code"), wanted.get("path"))
    )
    made.figures += 1
    probe = Source(top.source.name, top.source.data, top.source.positions)
    try:
        case_module.load(probe, ("case",))
    except InputError as error:
        hits = [
            f
            for f in error.faults
            if f.code == code and (path is None or f.path.endswith(str(path)))
        ]
        if not hits:
            made.differences.append(
                Difference("expect_error", str(wanted), "; ".join(map(str, error.faults)))
            )
        return
    made.differences.append(Difference("expect_error", str(wanted), "no fault"))


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
            found = str(line.get("from"))
            figure(
                made,
                at,
                str(value)[: len(found)] if len(found) < len(str(value)) else str(value),
                found[: len(str(value))],
            )
        elif key == "fraction":
            compare_fraction(made, at, value, line.get("fraction"))
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


def codes(line: Json, wanted: Any) -> Any:
    """The wanted reason if it is among the line's, else what is there."""
    found = [reason["code"] for reason in line["reasons"]] + [
        str(reason.get("table")) for reason in line["reasons"]
    ]
    return wanted if wanted in found else ", ".join(found) or "known"


def compare_alternatives(made: Checked, where: str, wanted: Mapping[str, Any], line: Json) -> None:
    """By route; the chosen route may be named too."""
    routes = {line["route"]: line, **{other["route"]: other for other in line["alternatives"]}}
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
        made.figures += 1
        made.differences.append(
            Difference(
                where,
                shown(wanted),
                f"no such step on route {line['route']}; steps: {', '.join(known)}",
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
    return (
        {None: "none", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, dict | list)
        else str(value)
    )
