"""Agreement files: strict YAML, checked against the one table, then made into the model. All
faults at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from portability.agreement import Agreement
from portability.agreement_build import made
from portability.agreement_checks import check, countries_of, many
from portability.agreement_schema import AGREEMENT, PATCH
from portability.errors import Fault, InputError
from portability.lineage import beside, is_path
from portability.registry import country_of
from portability.yamlsource import Source, parse, read

Raw_ = Mapping[str, Any]
Base = Callable[[str], "Agreement | None"]
LAID_UNDER = ("defaults", "conversions", "sources", "lists", "legislation", "persons")


def load(
    path_or_text: str | Path, base: Base | None = None, name: str = "agreement"
) -> tuple[Agreement | None, list[Fault]]:
    """An agreement from a file (a path) or from its text (anything with a line break).

    base: finds the agreement that a `based_on:` names; name: the file a text will stand in, from
    which a path is read. Returns (agreement, []) or (None, every
    fault).
    """
    try:
        source, raw = opened(path_or_text, name)
        agreement = made(checked(source, base), source.name, digest_of(raw, source, base))
    except InputError as error:
        return None, list(error.faults)
    return agreement, []


def opened(path_or_text: str | Path, name: str = "agreement") -> tuple[Source, bytes]:
    """The one document of a file or text, and its bytes."""
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        raw, sources = path_or_text.encode(), parse(path_or_text, name)
    else:
        sources = read(path_or_text)
        raw = Path(path_or_text).read_bytes()
    if len(sources) != 1:
        where = sources[1].where(())
        raise InputError(
            [Fault(where, "(document)", f"{len(sources)} documents", "one agreement a file")]
        )
    return sources[0], raw


def checked(source: Source, base: Base | None = None) -> Raw_:
    """The whole document, with its base laid under. Raises InputError with every fault."""
    data = source.data
    based = isinstance(data, dict) and "based_on" in data
    (PATCH if based else AGREEMENT).check(source, (), data)
    source.check()
    whole = dict(data)
    if based:
        found = found_base(source, base)
        if found is None:
            source.fault(
                ("based_on",),
                data["based_on"],
                "the id of a known agreement, or the path of a draft beside this file",
                code="unknown_agreement",
            )
            source.check()
        assert found is not None
        whole = laid(found.raw, data)
        AGREEMENT.check(source, (), whole)
        source.check()
    check(source, whole)
    source.check()
    return whole


def laid(base: Raw_, top: Raw_) -> dict[str, Any]:
    """A draft over its base: key by key; its rules stand before the base's, its annex rows after;
    null deletes.

    What is not said about the standing of the draft is not inherited: it is a draft, and not in
    force. Nor is what the base says of states that are no party of the draft.
    """
    under: Raw_ = inherited(base, top.get("parties") or base["parties"])
    if top.get("sources", {}) is not None:
        under = sourced(under, next(iter(base.get("sources", {})), None))
    made: dict[str, Any] = {
        **under,
        "kind": "draft",
        "status": "draft",
        "in_force": "none",
        "signed": "none",
    }
    for key in ("until", "amendments"):
        made.pop(key, None)
    for key, value in top.items():
        below = made.get(key)
        if value is None:
            made.pop(key, None)
        elif key in LAID_UNDER and isinstance(value, dict) and isinstance(below, dict):
            over = {**below, **value}
            made[key] = {name: item for name, item in over.items() if item is not None}
        elif key == "rules" and isinstance(value, list) and isinstance(below, list):
            made[key] = [*value, *below]
        elif key == "annex" and isinstance(below, list):
            made[key] = [*below, *value]
        else:
            made[key] = value
    return made


def inherited(base: Raw_, parties: Any) -> dict[str, Any]:
    """What a draft between these parties takes over from its base: rules, rows and lists without
    the schemes of other states, and no rule of which nothing is left."""
    inside = countries_of(parties)
    if inside is None:
        return dict(base)
    made = dict(base)
    lists = {
        name: [scheme for scheme in schemes if belongs(scheme, inside)]
        for name, schemes in base.get("lists", {}).items()
    }
    if lists:
        made["lists"] = {name: schemes for name, schemes in lists.items() if schemes}
    for key in ("rules", "defaults", "annex"):
        value = base.get(key)
        if isinstance(value, list):
            rows = (among(row, inside, lists) for row in value)
            made[key] = [row for row in rows if row is not None]
        elif isinstance(value, dict):
            made[key] = among(value, inside, lists) or "unknown"
    if isinstance(base.get("benefits"), dict):
        made["benefits"] = {key: row for key, row in base["benefits"].items() if key in inside}
    persons = base.get("persons")
    if isinstance(persons, dict) and "by_country" in persons:
        apart = {key: row for key, row in persons["by_country"].items() if key in inside}
        made["persons"] = {**persons, "by_country": apart}
    if isinstance(base.get("institutions"), list):
        made["institutions"] = [row for row in base["institutions"] if row["country"] in inside]
    if "take_over_between" in base:
        made["take_over_between"] = [r for r in base["take_over_between"] if set(r) <= inside]
    return made


def sourced(value: Any, first: str | None) -> Any:
    """The same with the first source named wherever an article names none: over a draft, an article
    of the base is still to be found in the base's source."""
    if isinstance(value, list):
        return [sourced(item, first) for item in value]
    if not isinstance(value, dict) or first is None:
        return value
    made = {}
    for key, item in value.items():
        if key != "cite":
            made[key] = sourced(item, first) if key != "facts" else item
        elif not isinstance(item, dict):
            made[key] = {"article": str(item), "source": first}
        else:
            made[key] = item if {"source", "url"} & set(item) else {**item, "source": first}
    return made


def among(
    rule: Raw_, inside: frozenset[str], lists: Mapping[str, list[str]]
) -> dict[str, Any] | None:
    """A rule or annex row for these states alone; None if it is about others, or counts nothing but
    periods of others, or asks for a record in another state. lists: cut to these states."""
    made = dict(rule)
    for key in ("scheme", "country"):
        kept = [word for word in many(rule.get(key)) if belongs(word, inside)]
        if key in rule and not kept:
            return None
        if len(kept) < len(many(rule.get(key))):
            made[key] = kept
    record = rule.get("record") or {}
    for key in ("country", "only", "some"):
        named = lists.get(record[key], [record[key]]) if isinstance(record.get(key), str) else None
        schemes = named if named is not None else record.get(key)
        if schemes is not None and not any(belongs(word, inside) for word in schemes):
            return None
    counts = rule.get("counts")
    if counts:
        left = [among_counted(count, inside) for count in counts]
        made["counts"] = [count for count in left if count is not None]
        if not made["counts"]:
            return None
    return made


def among_counted(count: Raw_, inside: frozenset[str]) -> Raw_ | None:
    if not isinstance(count["schemes"], list):
        return count
    schemes = [scheme for scheme in count["schemes"] if belongs(scheme, inside)]
    return {**count, "schemes": schemes} if schemes else None


def belongs(name: str, inside: frozenset[str]) -> bool:
    """Is this scheme or country one of these states'?"""
    return (country_of(name) if "-" in name else name) in inside


def found_base(source: Source, base: Base | None) -> Agreement | None:
    """What a document is based on: an id as it stands, a file by its path from here. Raises
    InputError if the path does not do."""
    name = source.data.get("based_on") if isinstance(source.data, dict) else None
    if base is None or not name:
        return None
    return base(str(beside(source, name)) if is_path(name) else name)


def digest_of(raw: bytes, source: Source, base: Base | None) -> str:
    """sha256 of the text that the law stands in (`whole_text`)."""
    return "sha256:" + hashlib.sha256(whole_text(raw, source, base)).hexdigest()


def whole_text(raw: bytes, source: Source, base: Base | None) -> bytes:
    """What a digest covers: the file's bytes; of a draft on an id the digest of that text and then
    the bytes; of a draft on another draft's file both texts in one JSON object, so that whoever has
    it can read the draft without its neighbours."""
    found = found_base(source, base)
    if found is None:
        return raw
    name = source.data["based_on"]
    if not is_path(name):
        return found.digest.encode() + raw
    under, bytes_under = opened(Path(found.source))
    texts = {
        "based_on": name,
        "base": whole_text(bytes_under, under, base).decode("utf-8"),
        "text": raw.decode("utf-8"),
    }
    return json.dumps(texts, sort_keys=True, ensure_ascii=False).encode()
