"""The first file of a draft agreement: it loads at once and says what its base says, and beside
each clause that a delegation usually changes stand the question, the words allowed, what the base
says with its article, and what other texts in force say.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from portability import catalogue, registry
from portability.agreement import Agreement
from portability.agreement_loader import inherited, load, sourced
from portability.agreement_rules import BEHAVIOUR
from portability.agreement_schema import KEYS, LEGISLATION
from portability.compare import drafts_rules
from portability.compare.drafts_yaml import OFF, block, choices, remark
from portability.compare.facets import STATED, Fact, Sheet, context, sheet, table
from portability.compare.facets_query import country_hint
from portability.countries import COUNTRIES
from portability.errors import Fault, InputError, nearest
from portability.lineage import is_path, leads_out
from portability.yamlsource import read

Json = dict[str, Any]
CLAUSES = Path(__file__).with_name("drafts.yaml")
ID = re.compile(r"[a-z0-9][a-z0-9-]*")
NOT_TAKEN = ("in_force_note", "notes")  # remarks about the base, wrong of a draft between others
FIRST_OF_LEGISLATION, FILL, MOST = "legislation.general", "FILL IN", 5


@frozen
class Plan:
    """What is to be written: the parties, the base, the id, the day on which other texts are told
    (days since 1970-01-01), and how the file names its base: an id, or a path from where it is."""

    parties: tuple[str, ...]
    base: Agreement
    id: str
    on: int
    based_on: str


@cache
def clauses() -> Mapping[str, Any]:
    made: Mapping[str, Any] = read(CLAUSES)[0].data
    return made


def plan(parties: Sequence[str], base: str, name: str | None, out: str | None, on: int) -> Plan:
    """The plan of a draft. Raises InputError with every fault: too few parties, an unknown country,
    an unknown base, an id or a file name that does not do."""
    codes = [code.strip().upper() for text in parties for code in text.split(",") if code.strip()]
    faults = [country_fault(code) for code in codes if code not in COUNTRIES]
    if len(set(codes)) < max(2, len(codes)):
        found = ", ".join(codes) or "nothing"
        expected = "two different countries or more, such as PH,US"
        faults.append(Fault("--parties:1:1", "parties", found, expected))
    draft = name or (Path(out).stem if out else f"draft-{'-'.join(codes).lower()}")
    faults += id_faults(draft, name, out)
    based_on, more = base_named(base, out)
    faults += more
    if faults:
        raise InputError(faults)
    return Plan(tuple(codes), catalogue.find(base), draft, on, based_on)


def base_named(base: str, out: str | None) -> tuple[str, list[Fault]]:
    """How the file to write names its base, and what is wrong with that: an id of the catalogue, or
    a draft's file in the folder of the file to write or below."""
    known = catalogue.paths()
    if base in known:
        return base, []
    if not is_path(base):
        expected = "the id of an agreement (`portability agreements list`), or a draft's file"
        hint, code = nearest(base, known), "unknown_agreement"
        return base, [Fault("--based-on:1:1", "based_on", repr(base), expected, hint, code)]
    try:
        catalogue.find(base)
    except InputError as error:
        return base, list(error.faults)
    way = Path(os.path.relpath(base, Path(out).parent if out else ".")).as_posix()
    if leads_out(way):
        expected = "a draft in the folder of the file to write, or below (--out says where it is)"
        return way, [Fault("--based-on:1:1", "based_on", repr(base), expected, code="outside")]
    return way, []


def country_fault(code: str) -> Fault:
    hint, expected = country_hint(code), "an ISO 3166 country code such as PH"
    return Fault("--parties:1:1", "parties", repr(code), expected, hint, "unknown_country")


def id_faults(draft: str, name: str | None, out: str | None) -> Iterator[Fault]:
    where = "--id:1:1" if name else "--out:1:1"
    if not ID.fullmatch(draft):
        expected = (
            "small letters, digits and hyphens, such as draft-ph-us (the id is the file's name)"
        )
        yield Fault(where, "id", repr(draft), expected, code="pattern")
    elif draft in catalogue.paths():
        yield Fault(where, "id", repr(draft), "an id that no agreement of the catalogue has")
    if out and Path(out).suffix not in (".yaml", ".yml"):
        yield Fault("--out:1:1", "out", repr(out), "a file whose name ends in .yaml")
    if name and out and Path(out).stem != name:
        yield Fault("--out:1:1", "out", repr(out), f"the id as the file's name: {name}.yaml")


def write(made: Plan, out: str | None) -> Path:
    """Read the text of a plan as the loader does, then write it. Raises InputError where a file
    stands already or the folder does not; nothing is overwritten."""
    path = Path(out or f"{made.id}.yaml")
    where = f"{path}:1:1"
    if path.exists():
        found = "a file that exists already"
        raise InputError([Fault(where, "out", found, "a new file: nothing is overwritten")])
    if not path.parent.is_dir():
        raise InputError([Fault(where, "out", f"no folder {path.parent}", "a folder that exists")])
    whole = text(made)
    _, faults = load(whole, catalogue.find, str(path))
    if faults:
        raise InputError(faults)
    path.write_text(whole, encoding="utf-8")
    return path


def text(made: Plan) -> str:
    """The whole file."""
    first = next(iter(made.base.raw.get("sources", {})), None)
    below = sourced(inherited(made.base.raw, list(made.parties)), first)
    everywhere = [sheet(found, made.on) for found in catalogue.agreements()]
    others = [found for found in everywhere if found.status == "in_force"]
    lines = [*opening(made), "", *head(made, below), ""]
    for row in clauses()["clauses"]:
        told = list(clause(row, made, below, others))
        lines += [*told, ""] if told else []
    lines += [*standing(made), *legend(others)]
    lines += drafts_rules.lines(made.parties, made.base, below)
    return "\n".join(lines) + "\n"


def opening(made: Plan) -> Iterator[str]:
    names = " and ".join(COUNTRIES[code] for code in made.parties)
    yield from remark(f"A draft between {names}, on the base of {made.base.id}: {made.base.title}.")
    yield "##"
    yield from remark(
        "It loads as it stands and says what its base says. Below stand the clauses that "
        'delegations usually change: take the "# " away from the lines of a clause to make it '
        "yours, and change it. unknown = not seen or not decided, not_regulated = left to national "
        "law, none = excluded."
    )
    yield from remark(
        f"Read it: portability agreements check {made.id}.yaml. What it says beside its base: "
        f"portability compare {made.based_on} {made.id}.yaml. What other texts say: portability "
        "agreements search --facets. The whole form: portability schema agreement."
    )


def head(made: Plan, below: Mapping[str, Any]) -> Iterator[str]:
    """The part that is said: standing, parties, laws in scope; and what is not taken over."""
    names = " and ".join(COUNTRIES[code] for code in made.parties)
    title = f"Draft agreement on social security between {names}"
    fixed = {
        "schema": "portability/agreement@1",
        "id": made.id,
        "title": title,
        "kind": "draft",
        "status": "draft",
        "based_on": made.based_on,
        "parties": list(made.parties),
        "signed": "none",
        "in_force": "none",
    }
    for key, value in fixed.items():
        yield from block(key, value)
    yield from remark("The schemes of the parties that this program holds.")
    yield from block("benefits", {code: in_scope(code) for code in made.parties})
    for code in made.parties:
        if not schemes_of(code):
            yield from remark(without_scheme(code))
    others = set(made.parties) != set(made.base.countries())
    dropped = [key for key in NOT_TAKEN if key in below and others and not made.base.any_party]
    if dropped:
        yield from remark(f"Not taken over from {made.base.id}, for it is about its own parties.")
        yield from (f"{key}: null" for key in dropped)


def in_scope(code: str) -> Any:
    return [registry.source(scheme).name for scheme in schemes_of(code)] or "unknown"


def schemes_of(code: str) -> tuple[str, ...]:
    return tuple(scheme for scheme in registry.ids() if registry.country_of(scheme) == code)


def without_scheme(code: str) -> str:
    """What to do for a country whose law is not held here."""
    return (
        f"{code} ({COUNTRIES[code]}) has no scheme here: `portability new scheme {code} pension` "
        f"writes the first files of one. Until then its rules can stand under `country: {code}`."
    )


def clause(
    row: Mapping[str, Any], made: Plan, below: Mapping[str, Any], others: Sequence[Sheet]
) -> Iterator[str]:
    """One clause: question, words, what the base says and where, what others say, the clause."""
    key, _, part = row["key"].partition(".")
    if key not in below and "start" not in row:
        return
    if row["key"] == FIRST_OF_LEGISLATION:
        yield from legislation(made)
    facet = table().get(row.get("facet", ""))
    shape = LEGISLATION.keys[part] if part else KEYS[key]
    kinds = [w for w in facet.words if w != "by_rule"] if facet is not None else []
    yield from remark(f"{row['key'].upper()}: {row['asks']}")
    yield from remark(f"words: {'; '.join(choices(shape, row.get('keys', ()), kinds))}")
    value: Any = below.get(key)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is not None:
        yield from remark(f"{made.base.id}: {source_of(value, made.base)}")
    if facet is not None:
        yield from elsewhere(facet.name, others)
    if part == "posting" and foreign(made):
        yield from remark(f"The clause of {made.base.id} is for other states: put yours here.")
        yield "  posting: unknown"
        return
    start = value
    if value is None or value == "unknown":
        start = row["start"]
        if "like" in row and "lacks" not in row["like"]:
            start, place = like(row["like"])
            yield from remark(f"The clause below is that of {place}: change it to yours.")
    elif "like" in row and endless(row["like"], value):
        ended, place = like(row["like"])
        yield from remark(f"{made.base.id} sets no last day. Instead, with one, as {place}:")
        yield from (f"## {line}" for line in block(part or key, ended, 2 if part else 0))
    lines = block(part, start, 2) if part else block(key, start)
    yield from (f"{OFF}{line}" for line in lines)


def like(row: Mapping[str, Any]) -> tuple[Json, str]:
    """The clause of a named real text as the catalogue has it today, its article left open; and
    where it stands."""
    found = catalogue.find(row["agreement"])
    value: Any = found.raw
    for key in row["at"]:
        value = value[key]
    quoted = {key: value[key] for key in row["keys"]}
    return {**quoted, "cite": FILL}, f"{found.id}, {source_of(value, found)}"


def endless(row: Mapping[str, Any], value: Any) -> bool:
    """Does a clause of the base let something go on without the key that would end it?"""
    rows = value if isinstance(value, list) else [value]
    return "lacks" in row and any(
        isinstance(item, Mapping) and item.get(row["goes_on"]) and not item.get(row["lacks"])
        for item in rows
    )


def foreign(made: Plan) -> bool:
    """Does the base post workers between other states?"""
    return drafts_rules.strange(made.base.raw.get("legislation"), made.parties)


def legislation(made: Plan) -> Iterator[str]:
    """The head of the chapter on the applicable law, without which none of its clauses stands."""
    yield from remark(
        "LEGISLATION: take its first line over together with any of its clauses; those left out "
        "stay as in the base."
    )
    yield "legislation:" if foreign(made) else f"{OFF}legislation:"


def standing(made: Plan) -> Iterator[str]:
    """What it takes the place of, and who carries it out. What the base replaces between its own
    parties is not taken over."""
    between = [
        found.id for found in catalogue.agreements() if set(made.parties) <= set(found.countries())
    ]
    form = {"ids": between, "cite": FILL}
    if between:
        yield from remark(
            "REPLACES: which text does it take the place of? Between the parties the catalogue "
            f"holds {', '.join(between)}."
        )
    if "replaces" in made.base.raw:
        yield from remark(f"{made.base.id} replaces other texts between its own parties.")
        yield from (f"## {line}" for line in block("replaces", form) if between)
        yield "replaces: null"
    elif between:
        yield from (f"{OFF}{line}" for line in block("replaces", form))
    yield ""
    yield from remark("INSTITUTIONS: who answers for whom? words: liaison | competent | authority")
    rows = [{"country": code, "name": FILL, "role": "liaison"} for code in made.parties]
    yield from (f"{OFF}{line}" for line in block("institutions", rows))
    yield ""


def source_of(value: Any, base: Agreement) -> str:
    """Where the base's clause stands."""
    if isinstance(value, str):
        return f"{value}, without an article"
    rows = value if isinstance(value, list) else [value]
    cites = [row.get("cite") for row in rows if isinstance(row, Mapping) and row.get("cite")]
    told = [context(base).cite(cite) for cite in cites]
    places = [f"{cite.article}, {cite.url}" if cite.url else cite.article for cite in told]
    return "; ".join(dict.fromkeys(places)) or "without an article of its own"


def elsewhere(name: str, others: Iterable[Sheet]) -> Iterator[str]:
    """How often what is said in texts in force, each with one text and article to read."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for found in others:
        rows = [found.facts.get(name, ()), *(row.facts.get(name, ()) for row in found.rows)]
        said = {word: fact for facts in rows for fact in facts for word in told(fact)}
        for word, fact in said.items():
            counts[word] += 1
            first.setdefault(word, f"{found.agreement.id} {fact.article}".strip())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if ranked:
        listed = [f"{word} in {n} ({first[word]})" for word, n in ranked[:MOST]]
        yield from remark(f"in force elsewhere: {'; '.join(listed)}")


def told(fact: Fact) -> Iterator[str]:
    """What a fact is counted under: its length, or its words."""
    if fact.standing != STATED:
        return
    if fact.length is not None:
        unit, n = fact.length
        yield f"{n} {unit}{'' if n == 1 else 's'}"
    else:
        yield from fact.words


def legend(others: Sequence[Sheet]) -> Iterator[str]:
    """What a rule can say, once for all rules."""
    yield from remark(
        "RULES: what each scheme does, the first rule that fits a person counts, and rules written "
        "here stand before those of the base. A party's rule says whose periods it counts and what "
        "it pays; a branch in scope without a rule is paid by nobody."
    )
    for row in clauses()["rule"]:
        shape = BEHAVIOUR[row["key"]]
        allowed = "; ".join(choices(shape))
        yield from remark(
            f"{row['key']}: {row['asks']}" + (f" words: {allowed}" if allowed else "")
        )
        yield from elsewhere(row["facet"], others)
