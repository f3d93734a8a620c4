"""Strict YAML and JSON with positions: what stands in the file is what the program reads.

Only true, false, null and canonical integers are typed; every other scalar stays text (NO is
Norway, 1.10 is
1.10, a date is typed by the schema that asks for one). Tags, anchors, aliases, duplicate and
non-text keys are
faults. PyYAML's C parser reads; the constructor here is ours because the stock one guesses types.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from attrs import define, field

from portability.errors import Fault, InputError, shown

MAX_BYTES = 20_000_000
MAX_DEPTH = 40
SAFE_DEPTH = 1_000  # the C composer recurses: far deeper nesting would end the process
PREFIX = re.compile(r"^[ \-?:]+", re.MULTILINE)
MARKS = re.compile(r"[&*!]")
INTEGER = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")
FIXED = {"true": True, "false": False, "null": None, "~": None, "": None}
Path_ = tuple[str | int, ...]


@define
class Source:
    """A document and where each of its values stands."""

    name: str
    data: Any
    positions: dict[Path_, tuple[int, int]] = field(factory=dict)
    faults: list[Fault] = field(factory=list)
    json: tuple[str, int] | None = None  # text and first line of a document not yet located

    def where(self, path: Path_) -> str:
        """ "file:line:column" of a value, or of the nearest enclosing one."""
        if self.json is not None:
            from portability.jsonplaces import places

            self.positions, self.json = places(*self.json)[0], None
        while path and path not in self.positions:
            path = path[:-1]
        line, column = self.positions.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"

    def fault(
        self, path: Path_, found: object, expected: str, hint: str = "", code: str = "invalid"
    ) -> None:
        found = outline(found)
        text = found if isinstance(found, Raw) else shown(found)
        if not isinstance(found, Raw) and any(name in str(found) for name in names_in(self.data)):
            text = "a name"
        self.faults.append(Fault(self.where(path), dotted(path), str(text), expected, hint, code))

    def check(self) -> None:
        """Raise InputError if any fault was collected."""
        if self.faults:
            raise InputError(self.faults)


class Raw(str):
    """A description of what was found that is not to be quoted."""


def outline(value: object) -> object:
    """A value as a message may show it: of a list or mapping only that it is one, since names can
    stand inside."""
    kinds = {dict: "a mapping", list: "a list", type(None): "nothing"}
    return Raw(kinds[type(value)]) if type(value) in kinds else value


def names_in(data: object) -> set[str]:
    """The names of people a case states: copied into a wrong field they stay out of messages."""
    if not isinstance(data, dict):
        return set()
    person, family = data.get("person"), data.get("family")
    children = person.get("children") if isinstance(person, dict) else None
    holders = [person, *(x for x in (children, family) if isinstance(x, list) for x in x)]
    found = {holder.get("name") for holder in holders if isinstance(holder, dict)}
    return {name for name in found if isinstance(name, str) and len(name) > 2}


def dotted(path: Path_) -> str:
    """("periods", 2, "start") -> "periods[2].start"."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text or "(document)"


def read(path: str | Path, limit: int = MAX_BYTES) -> list[Source]:
    """The documents of a file; .json by suffix, else YAML. Raises InputError, never OSError."""
    return parse(raw_bytes(path, limit), str(path))


def raw_bytes(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file that is not too large. Raises InputError, never OSError."""
    name = str(path)
    try:
        with open(path, "rb") as stream:
            raw = stream.read(limit + 1)
    except IsADirectoryError:
        raise one(name, "a directory", "a file") from None
    except OSError as error:
        raise one(name, Raw(f"nothing readable ({error.strerror})"), "a readable file") from None
    if len(raw) > limit:
        raise one(
            name, Raw(f"more than {limit:,} bytes"), f"at most {limit:,} bytes", code="too_large"
        )
    return raw


def one(
    name: str, found: object, expected: str, hint: str = "", code: str = "unreadable"
) -> InputError:
    text = found if isinstance(found, Raw) else shown(found)
    return InputError([Fault(f"{name}:1:1", "(document)", str(text), expected, hint, code)])


def parse(raw: bytes | str, name: str) -> list[Source]:
    """Text of one or more documents -> Sources; raises InputError with every syntax fault."""
    if isinstance(raw, bytes):
        if b"\0" in raw:
            raise one(name, Raw("binary data"), "UTF-8 text (YAML or JSON)", code="binary")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise one(
                name,
                Raw(f"a byte that is not UTF-8 at offset {error.start}"),
                "UTF-8 text",
                code="binary",
            ) from None
    else:
        text = raw
    if not text.strip():
        raise one(name, Raw("an empty file"), "a document", code="empty")
    if text.lstrip()[0] == "{" and name.endswith((".json", ".jsonl")):
        return [json_source(text, name)]
    return yaml_sources(text, name)


def json_source(text: str, name: str, line: int = 1) -> Source:
    """One JSON document; numbers with a point stay exact text. `line`: its line in the
    enclosing file."""
    source = Source(name, None, json=(text, line))
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) < len(items):
            repeated.append("")
        return made

    def constant(word: str) -> Any:
        source.fault((), Raw(word), "a number", code="not_a_number")

    def refused(at: tuple[int, int], found: str, expected: str, code: str = "syntax") -> InputError:
        where = f"{name}:{at[0]}:{at[1]}"
        return InputError([Fault(where, "(document)", found, expected, code=code)])

    try:
        source.data = json.loads(
            text, object_pairs_hook=pairs, parse_float=str, parse_constant=constant
        )
    except json.JSONDecodeError as error:
        raise refused((error.lineno + line - 1, error.colno), error.msg, "valid JSON") from None
    except RecursionError:
        raise refused((line, 1), "too deeply nested", "valid JSON") from None
    except ValueError:
        found = "a number with too many digits"
        raise refused((line, 1), found, "a number below 10^18") from None
    if "\\u" in text and not encodable(source.data):
        raise one(name, Raw("half a surrogate pair (\\ud800 to \\udfff)"), "whole characters")
    if too_deep(source.data):
        raise refused((line, 1), "deeper nesting", f"at most {MAX_DEPTH} levels", "too_deep")
    if repeated:
        from portability.jsonplaces import places

        source.positions, twice = places(text, line)
        source.json = None
        for path, at in twice:
            source.positions[path] = at
            found = f"the key {shown(path[-1])} twice"
            source.fault(path, Raw(found), "each key once", code="duplicate_key")
    return source


def too_deep(data: Any) -> bool:
    """Whether containers are nested deeper than a document of ours may be."""
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        inner = (v.values() if isinstance(v, dict) else v for v in level)
        level = [c for values in inner for c in values if isinstance(c, dict | list)]
        depth += 1
    return bool(level)


def encodable(data: Any) -> bool:
    """Whether every text can be written as UTF-8: JSON may escape half a character."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def yaml_sources(text: str, name: str) -> list[Source]:
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        suspect = MARKS.search(text) or possible_depth(text) > SAFE_DEPTH
        refused = marks(text, name, loader_class) if suspect else []
        if refused:
            raise InputError(refused)
        loader = loader_class(text)
        sources = []
        while loader.check_node():
            sources.append(built(loader.get_node(), name))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        found = " ".join(filter(None, [error.context, error.problem]))
        code = "alias" if "alias" in found or "anchor" in found else "syntax"
        raise InputError(
            [Fault(f"{name}:{at}", "(document)", found, "valid YAML", code=code)]
        ) from None
    except yaml.YAMLError as error:
        raise one(name, Raw(str(error).split("\n")[0]), "valid YAML", code="syntax") from None
    except RecursionError:
        raise one(
            name, Raw("too deeply nested"), f"at most {MAX_DEPTH} levels", code="syntax"
        ) from None
    broken = [fault for source in sources for fault in source.faults]
    if broken:
        raise InputError(broken)
    if not sources:
        raise one(name, Raw("an empty file"), "a document", code="empty")
    return sources


def possible_depth(text: str) -> int:
    """A bound on the nesting: every bracket opens a level, every column of a line's indent two."""
    indent = max((len(match[0]) for match in PREFIX.finditer(text)), default=0)
    return text.count("[") + text.count("{") + 2 * indent


def marks(text: str, name: str, loader_class: Any) -> list[Fault]:
    """Anchors, aliases, tags and deep nesting, read from the events: composed nodes no longer show
    the first three, and the last must not reach the composer."""
    import yaml

    faults, depth = [], 0
    event: Any
    for event in yaml.parse(text, Loader=loader_class):
        where = f"{name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > SAFE_DEPTH:
            expected = f"at most {MAX_DEPTH} levels"
            return [Fault(where, "(document)", "deeper nesting", expected, code="too_deep")]
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            kind = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
            found = f"the {kind}{shown(anchor).strip(chr(39))}"
            faults.append(Fault(where, "(document)", found, "the value written out", code="alias"))
        if tag and tag != "!":
            found = f"the tag {shown(tag)}"
            faults.append(Fault(where, "(document)", found, "no tags", code="tag"))
    return faults


def built(root: Any, name: str) -> Source:
    source = Source(name, None)

    def visit(node: Any, path: Path_) -> Any:
        source.positions[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > MAX_DEPTH:
            source.fault(
                path, Raw("deeper nesting"), f"at most {MAX_DEPTH} levels", code="too_deep"
            )
            return None
        if node.id == "scalar":
            return scalar(node)
        if node.id == "sequence":
            return [visit(child, (*path, i)) for i, child in enumerate(node.value)]
        return mapping(node, path)

    def scalar(node: Any) -> Any:
        if node.style in ('"', "'", "|", ">"):
            return node.value
        if node.value in FIXED:
            return FIXED[node.value]
        return int(node.value) if INTEGER.match(node.value) else node.value

    def mapping(node: Any, path: Path_) -> dict[str | int, Any]:
        made: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key_node.id != "scalar":
                source.positions[(*path, "?")] = at
                source.fault((*path, "?"), Raw("a key that is not text"), "a plain key", code="key")
                continue
            plain = key_node.style is None
            key = int(key_node.value) if plain and INTEGER.match(key_node.value) else key_node.value
            if key in made or key == "<<":
                source.positions[(*path, key)] = at
                what = "a merge key" if key == "<<" else f"the key {shown(key)} twice"
                source.fault((*path, key), Raw(what), "each key once", code="duplicate_key")
                continue
            made[key] = visit(value_node, (*path, key))
        return made

    source.data = visit(root, ())
    return source
