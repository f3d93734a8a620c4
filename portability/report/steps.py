"""The trace as a tree in words: each figure, its article, and the figures it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field

from portability.clean import link, plain
from portability.report.words import Words

YEAR = re.compile(r"(18|19|20|21)\d\d\Z")


@define
class Node:
    """One step: its name, figure and article, with what it was made from."""

    key: str
    label: str
    value: str
    cite: str
    url: str
    certified: bool
    sentence: str
    inputs: list[tuple[str, str]]
    children: list[Node] = field(factory=list)


def label(key: Any) -> str:
    """ "relative_earnings_position" -> "Relative earnings position"."""
    text = plain(key).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def figure(value: Any, unit: Any, w: Words) -> str:
    """A figure with its unit, exactly as computed."""
    if isinstance(value, Mapping | list | tuple):
        return f"{w.value(value)} {unit_word(unit)}".strip()
    if unit == "year" and YEAR.match(str(value)):
        return plain(value)
    if w.has(f"unit.{unit}"):
        return w.count(value, unit)
    return f"{w.value(value)} {unit_word(unit)}".strip()


def unit_word(unit: Any) -> str:
    return "" if unit in (None, "", "number", "1") else plain(unit)


def tree(trace: Sequence[Mapping[str, Any]], scheme: Any, w: Words) -> list[Node]:
    """Steps in order; a step that a later one names as its input stands below that one."""
    roots: list[Node] = []
    for entry in trace:
        node = told(entry, scheme, w)
        below = [child for child in roots if child.key in {name for name, _ in node.inputs}]
        node.children = [*node.children, *below]
        held = {child.key for child in below}
        node.inputs = [(name, text) for name, text in node.inputs if name not in held]
        roots = [root for root in roots if root not in below] + [node]
    return roots


def told(entry: Mapping[str, Any], scheme: Any, w: Words) -> Node:
    inputs, children = entry.get("inputs") or {}, []
    if not isinstance(inputs, Mapping | list | tuple):
        inputs = [inputs]
    if isinstance(inputs, Mapping):
        pairs = [(plain(name), w.value(value)) for name, value in inputs.items()]
    else:
        pairs = [(plain(item), "") for item in inputs if not isinstance(item, Mapping)]
        children = [told(item, scheme, w) for item in inputs if isinstance(item, Mapping)]
    return Node(
        plain(entry.get("step")),
        label(entry.get("step")),
        figure(entry.get("value"), entry.get("unit"), w),
        plain(entry.get("cite")),
        link(entry.get("url")),
        bool(entry.get("certified")),
        w.sentence(scheme, entry),
        pairs,
        children,
    )


def made_from(node: Node) -> str:
    """ "own 26, required 31"."""
    return ", ".join(f"{name.replace('_', ' ')} {text}".strip() for name, text in node.inputs)


def laws(determination: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every article the answer rests on, once, in the order of use: (citation, address or "")."""
    found: dict[str, str] = {}
    for line in determination.get("entitlements") or []:
        for entry in [line.get("rule") or {}, *steps_in(line.get("trace") or [])]:
            cite = plain(entry.get("cite"))
            if cite:
                found[cite] = found.get(cite) or link(entry.get("url"))
    return list(found.items())


def steps_in(trace: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    for entry in trace:
        if isinstance(entry, Mapping):
            yield entry
            if isinstance(entry.get("inputs"), list):
                yield from steps_in(entry["inputs"])
