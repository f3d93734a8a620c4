"""Schemes by id, found through the entry-point group `portability.schemes`; nothing here knows
a country.

An entry point names a function that yields the paths of scheme files (YAML); us/oasdi.yaml is
us-oasdi, in_/eps.yaml is
in-eps. An office can add folders of its own in $PORTABILITY_SCHEMES. A file is read when its
scheme is asked for.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve

from portability.cohort import BRANCHES
from portability.compiled import stored
from portability.countries import COUNTRIES, CURRENCIES, USER_ASSIGNED
from portability.dates import day
from portability.errors import Fault, InputError, nearest
from portability.plugins import points
from portability.scheme import Scheme, SchemeSource
from portability.tables import Table, compiled, figures, unit_scale
from portability.units import UNITS
from portability.yamlsource import Source, read

HEAD = ("schema", "id", "country", "name", "currency", "unit", "branches", "calculator")
WORDS = re.compile(r".+\.[a-z]{2}\.yaml\Z")  # oasdi.en.yaml holds sentences, not a scheme


@cache
def drawers() -> dict[str, Path]:
    """Scheme id -> YAML file, from all installed packages (and the checkout, if nothing is
    installed)."""
    found: dict[str, Path] = {}
    known = points("portability.schemes")
    functions = [load_() for load_ in known.values()]
    if "builtin" not in known:
        functions.append(importlib.import_module("calculators").drawers)
    local = [
        Path(folder)
        for folder in os.environ.get("PORTABILITY_SCHEMES", "").split(os.pathsep)
        if folder
    ]
    paths = [path for function in functions for path in function()]
    for path in [*paths, *(path for folder in local for path in sorted(folder.glob("*/*.yaml")))]:
        if not WORDS.match(path.name):
            found[scheme_id(path)] = path
    return dict(sorted(found.items()))


def scheme_id(path: Path) -> str:
    """…/in_/eps.yaml -> in-eps."""
    return f"{path.parent.name.rstrip('_')}-{path.stem}"


def ids() -> tuple[str, ...]:
    return tuple(drawers())


def country_of(scheme: str) -> str:
    """Country of a scheme id: its first part."""
    return scheme.split("-", 1)[0].upper()


@cache
def source(scheme: str) -> SchemeSource:
    """The checked file of a scheme, without its calculator. Raises InputError if unknown or
    faulty."""
    path = drawers().get(scheme)
    if path is None:
        raise InputError(
            [
                Fault(
                    "scheme:1:1",
                    "scheme",
                    repr(scheme),
                    "a known scheme id",
                    nearest(scheme, drawers()),
                    "unknown_scheme",
                )
            ]
        )
    return source_of(path)


@cache
def load(scheme: str) -> Scheme:
    """The scheme of an id. Raises InputError if it is unknown or its file is faulty."""
    return from_source(source(scheme))


@cache
def continued(scheme: str) -> Scheme:
    """The scheme on the assumption that every parameter stays as it was published last."""
    found = source(scheme)
    tables = {name: table.continued() for name, table in found.tables.items()}
    return from_source(evolve(found, tables=tables))


def from_source(source: SchemeSource) -> Scheme:
    """The calculator a scheme file names, built on its tables."""
    if source.calculator == "none":
        return Scheme(source)
    name = (
        "calculators.parametric:Parametric"
        if source.calculator == "parametric"
        else source.calculator
    )
    module, _, attribute = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)(source)
    except (ImportError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        found = f"a block or table that {name} cannot read ({type(error).__name__}: {error})"
        expected = "a calculator module:Class, and the form it asks for"
        raise InputError(
            [Fault(f"{source.path}:1:1", "calculator", found[:300], expected)]
        ) from error
    if not isinstance(made, Scheme):
        raise InputError([Fault(f"{source.path}:1:1", "calculator", name, "a Scheme class")])
    return made


def source_of(path: Path) -> SchemeSource:
    """Read and check a scheme file; every fault at once."""
    raw = path.read_bytes()
    digest = "sha256:" + hashlib.sha256(raw).hexdigest()
    text = stored(digest, lambda: checked(read(path)[0]))
    figures = stored("figures" + digest[7:], lambda: figures_of(text))
    tables = {
        name: compiled(name, text["id"], table, figures[name])
        for name, table in text.get("tables", {}).items()
    }
    return SchemeSource(
        text["id"],
        text["country"],
        text["name"],
        text["currency"],
        text["unit"],
        tuple(text["branches"]),
        text["calculator"],
        tables,
        digest,
        str(path),
        text,
    )


def figures_of(text: Mapping[str, Any]) -> dict[str, Any]:
    """The scaled keys and values of every table, ready to be kept beside the text."""
    return {name: figures(table) for name, table in text.get("tables", {}).items()}


def checked(source: Source) -> Mapping[str, Any]:
    """The document of a scheme file, or InputError with every fault."""
    text = source.data
    if not isinstance(text, dict):
        source.fault((), text, "a mapping")
        source.check()
    for key in HEAD:
        if key not in text:
            source.fault((), "nothing", f"the key {key!r}", code="missing")
    source.check()
    if text["schema"] != "portability/scheme@1":
        source.fault(("schema",), text["schema"], "portability/scheme@1")
    check_head(source, text)
    tables = text.get("tables", {})
    if not isinstance(tables, dict):
        source.fault(("tables",), tables, "a mapping of tables by name", code="type")
        tables = {}
    check_tables(source, tables, str(text["id"]))
    check_refund(source, text)
    check_share(source, text)
    check_money(source, text)
    check_defaults(source, text, tables)
    source.check()
    made: Mapping[str, Any] = text
    return made


def check_head(source: Source, text: Mapping[str, Any]) -> None:
    """Unit, country, currency and branches are words of closed lists; the others are text."""
    states = {*COUNTRIES, *USER_ASSIGNED}
    for key, allowed in (("unit", UNITS), ("country", states), ("currency", CURRENCIES)):
        if not isinstance(text[key], str) or text[key] not in allowed:
            words = ", ".join(allowed) if len(allowed) < 16 else f"a code such as {min(allowed)}"
            source.fault((key,), text[key], words, nearest(str(text[key]), allowed))
    for key in ("id", "name", "calculator"):
        if not isinstance(text[key], str):
            source.fault((key,), text[key], "text", code="type")
    branches = text["branches"]
    if not isinstance(branches, list) or not all(item in BRANCHES for item in branches):
        source.fault(("branches",), branches, f"a list of: {', '.join(BRANCHES)}")


def check_refund(source: Source, text: Mapping[str, Any]) -> None:
    """How long after the end of the record contributions can be asked back."""
    rule = text.get("refund_claim")
    if rule is None:
        return
    known = text.get("sources", {})
    if not (
        isinstance(rule, dict)
        and set(rule) == {"months", "cite", "source"}
        and isinstance(rule["months"], int)
        and rule["months"] > 0
        and rule["source"] in known
        and isinstance(rule["cite"], str)
    ):
        source.fault(("refund_claim",), rule, "{months: 24, cite: ARTICLE, source: one of sources}")


def check_share(source: Source, text: Mapping[str, Any]) -> None:
    """Denominators that the scheme's own law on totalization knows for its theoretical pension:
    names of terms, and what they mean in words."""
    rule = text.get("theoretical_share")
    if rule is None:
        return
    if not (
        isinstance(rule, dict)
        and set(rule) == {"denominators", "period", "cite", "source"}
        and isinstance(rule["denominators"], list)
        and rule["denominators"]
        and all(isinstance(name, str) for name in rule["denominators"])
        and isinstance(rule["period"], str)
        and isinstance(rule["cite"], str)
        and rule["source"] in text.get("sources", {})
    ):
        source.fault(
            ("theoretical_share",),
            rule,
            "{denominators: [a term of the scheme], period: in words, cite: ARTICLE, "
            "source: one of sources}",
        )


def check_money(source: Source, text: Mapping[str, Any]) -> None:
    """Former money of a scheme whose file keeps sums in the money of their day."""
    rule = text.get("former_money")
    if rule is None:
        return
    try:
        whole = set(rule) == {"from", "until", "currency", "cite", "source"}
        good = whole and day(str(rule["from"])) < day(str(rule["until"]))
        good = good and rule["currency"] in CURRENCIES and rule["currency"] != text["currency"]
        good = good and rule["source"] in text.get("sources", {}) and isinstance(rule["cite"], str)
    except (ValueError, TypeError):
        good = False
    if not good:
        expected = "{from: DAY, until: DAY, currency: DEM, cite: ARTICLE, source: one of sources}"
        source.fault(("former_money",), rule, expected)


LEVELS, LEVEL_PER = ("national_average", "scheme_minimum"), ("year", "quarter", "month")


def check_defaults(source: Source, text: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    """Earnings that may stand in where none are known: levels of the scheme's own tables, in its
    currency (money: of_the_day where the table changes with the scheme's money)."""
    rules = text.get("earnings_defaults", {})
    if not isinstance(rules, dict):
        rules = {"": rules}
    for name, rule in rules.items():
        at = ("earnings_defaults", name)
        if name not in LEVELS or not isinstance(rule, dict):
            source.fault(at, name, f"a mapping of {', '.join(LEVELS)}", nearest(name, LEVELS))
            continue
        for key in rule:
            if key not in ("table", "per", "from", "money", "cite"):
                source.fault((*at, key), key, "table, per, from, money, cite", code="unknown_key")
        if rule.get("per") not in LEVEL_PER or not isinstance(rule.get("cite"), str):
            source.fault(at, rule, f"per: {' | '.join(LEVEL_PER)}, and cite: ARTICLE")
        if not re.fullmatch(r"\d{4}(-\d\d-\d\d)?", str(rule.get("from", 1900))):
            source.fault((*at, "from"), rule["from"], "a year or a day")
        named = rule.get("table")
        for table in named if isinstance(named, list) else [named]:
            fault = level_fault(text, tables, table, rule.get("money"))
            if fault:
                source.fault((*at, "table"), table, fault)


def level_fault(text: Mapping[str, Any], tables: Mapping[str, Any], name: Any, money: Any) -> str:
    """What is wrong with a table as a level of earnings, or nothing."""
    table = tables.get(name) if isinstance(name, str) else None
    if not isinstance(table, dict):
        return "a table of this file"
    if table.get("by", "date") == "born":
        return "a table by date or year"
    currency = unit_scale(str(table.get("unit", "1")))[1]
    if money is not None and (money != "of_the_day" or "former_money" not in text):
        return "money: of_the_day only beside former_money"
    if currency != text["currency"] and (money is None or currency not in ("", "1")):
        return f"a table in {text['currency']}"
    return ""


def check_tables(source: Source, tables: Mapping[str, Any], owner: str) -> None:
    for name, table in tables.items():
        try:
            compiled(name, owner, table)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            source.fault(
                ("tables", name),
                f"{name}: {error}",
                "a table with by, unit, cite, source, checked and rows",
            )


def known(schemes: Iterable[str], goes_on: bool = False) -> dict[str, Scheme]:
    """Schemes by id; goes_on: as `continued` has them."""
    return {scheme: (continued if goes_on else load)(scheme) for scheme in schemes}


def all_tables() -> Iterable[Table]:
    """Tables of every scheme."""
    for scheme in ids():
        yield from load(scheme).tables.values()


@cache
def bundle(scheme: str) -> bytes:
    """The law of a scheme as one text: its YAML, the Python of its calculator's folder and what
    the drawers beside it share, by their paths below the folder of the drawers."""
    found = load(scheme)
    own = Path(found.source.path)
    base = own.parent.parent
    texts = {f"{own.parent.name}/{own.name}": own.read_text("utf-8")}
    if type(found) is not Scheme:
        module = importlib.import_module(type(found).__module__)
        folder = Path(str(module.__file__)).parent
        for path in sorted({*base.glob("*.py"), *folder.glob("*.py")}):
            inside = path.is_relative_to(base)
            texts[path.relative_to(base).as_posix() if inside else path.name] = path.read_text(
                "utf-8"
            )
    return json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(scheme: str) -> str:
    """Digest of the bundle: a change of a table or of the program is a change of the rules."""
    return "sha256:" + hashlib.sha256(bundle(scheme)).hexdigest()
