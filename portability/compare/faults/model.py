"""A drafting fault as data, and the text it stands in: places, articles, the words of the table."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from portability import catalogue
from portability.agreement import Agreement, PartySpan, Rule
from portability.agreement_build import made, references
from portability.dates import FOREVER, NODATE
from portability.errors import InputError
from portability.lineage import is_path
from portability.yamlsource import Path_, Source, dotted, read

Json = dict[str, Any]
SEVERITIES = ("error", "warning", "note")
PENSIONS = ("old_age", "invalidity", "survivors", "death_grant")
HERE = Path(__file__).parent
PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
ALTERNATIVES = 3  # named real texts a finding shows at most


@frozen
class Finding:
    """One thing in a text that costs people pensions.

    kind       a key of words.yaml
    path       the clause in the document ("rules", 2, "amount")
    terms      what the sentences of words.yaml ask for
    severity   error | warning | note
    scheme     whose rule it is, "" if the clause belongs to no scheme
    example    what it does to one made-up person, computed; or why no example can be computed
    """

    kind: str
    path: Path_
    terms: Mapping[str, str] = field(factory=dict)
    severity: str = ""
    scheme: str = ""
    example: Json | None = None


@cache
def table(name: str) -> Any:
    """A YAML table that ships beside the module."""
    return read(HERE / name)[0].data


def words(kind: str) -> Mapping[str, Any]:
    """Severity, title, sentence and better texts of one kind of finding."""
    found: Mapping[str, Any] = table("words.yaml")[kind]
    return found


def path_of(text: str) -> Path_:
    """ "rules[2].amount" -> ("rules", 2, "amount")."""
    return tuple(int(at) if at else name for name, at in PART.findall(text))


def value_at(raw: Any, path: Path_) -> Any:
    """What stands at a path of a document; None where nothing does."""
    for part in path:
        if isinstance(raw, Mapping):
            raw = raw.get(part)
        elif isinstance(raw, Sequence) and isinstance(part, int) and part < len(raw):
            raw = raw[part]
        else:
            return None
    return raw


def cited(raw: Any, path: Path_) -> tuple[str, str]:
    """(article, address) of the clause: its own, else that of the nearest clause around it."""
    found = references(raw)
    for size in range(len(path), -1, -1):
        around = value_at(raw, path[:size])
        if isinstance(around, Mapping) and around.get("cite") is not None:
            cite = found.cite(around["cite"])
            return cite.article, cite.url
    return "", found.cite(None).url


@frozen(eq=False)
class Text:
    """An agreement under examination, with the files it was read from.

    files   the file itself, then what it is based on, each with the rules and annex rows it holds
    """

    agreement: Agreement
    files: tuple[Source, ...]

    @classmethod
    def of(cls, agreement: Agreement) -> Text:
        return cls(agreement, tuple(sources(agreement.source)))

    @property
    def raw(self) -> Mapping[str, Any]:
        return self.agreement.raw

    @property
    def draft(self) -> bool:
        """A draft or model: the file is the text, and what it does not say is not said."""
        return self.agreement.kind in catalogue.UNDECIDED or self.agreement.status == "draft"

    @property
    def read_in_full(self) -> bool:
        """Silence proves something only in a draft and in a text that was read as a whole."""
        named: Mapping[str, Any] = self.raw.get("sources") or {}
        kinds = {row.get("kind") for row in named.values()}
        return self.draft or "full_text" in kinds

    @property
    def bases(self) -> frozenset[str]:
        """Ids and paths of the texts it is based on, and that those are based on."""
        documents = [file.data for file in self.files if isinstance(file.data, dict)]
        named = {str(data["based_on"]) for data in documents if data.get("based_on")}
        return frozenset(named | {str(data.get("id")) for data in documents[1:]})

    @property
    def pays(self) -> bool:
        """Has a benefits part that adds periods together."""
        return self.agreement.absent is None and not self.agreement.exclusive

    def where(self, path: Path_) -> str:
        """file:line:column of a clause, in the file that says it."""
        for number, source in enumerate(self.files):
            here = self.inside(number, path)
            if here is not None and (value_at(source.data, here[:1]) is not None or not here):
                if value_at(source.data, here) is not None or number == len(self.files) - 1:
                    return source.where(here)
        return self.files[0].where(()) if self.files else f"{self.agreement.source}:1:1"

    def inside(self, number: int, path: Path_) -> Path_ | None:
        """The path in one of the files: a draft's rules stand before its base's, annex rows
        behind."""
        if len(path) < 2 or not isinstance(path[1], int) or path[0] not in ("rules", "annex"):
            return path
        if number >= len(self.files):
            return path  # a text that is no file stands in one piece
        counts = [length(source.data, path[0]) for source in self.files]
        before = sum(counts[:number] if path[0] == "rules" else counts[number + 1 :])
        at = path[1] - before
        return (path[0], at, *path[2:]) if 0 <= at < counts[number] else None

    def article(self, path: Path_) -> tuple[str, str]:
        return cited(self.raw, path)

    def rules(self) -> Iterator[tuple[Rule, Path_]]:
        """Every rule as it stands, one per scheme named, defaults without a scheme."""
        for rule in self.agreement.rules:
            yield rule, path_of(rule.path)
        build, layers = self.agreement.layers.build, self.agreement.layers.defaults
        for number, row in enumerate(layers):
            path = "defaults" if isinstance(self.raw["defaults"], dict) else f"defaults[{number}]"
            assert build is not None
            rule = build({k: v for k, v in row.items() if v is not None}, path, "")
            yield rule, path_of(path)


def component_path(path: Path_, component: str) -> Path_:
    """Where the amount of a component stands in its rule."""
    return (*path, "amount") if component == "amount" else (*path, "amount", component)


def length(data: Any, key: str) -> int:
    rows = data.get(key) if isinstance(data, dict) else None
    return len(rows) if isinstance(rows, list) else 0


def sources(path: str) -> Iterator[Source]:
    """The file, and those it is based on, nearest first; none for a text that is no file."""
    seen: set[str] = set()
    while path and path not in seen and Path(path).is_file():
        seen.add(path)
        try:
            source = read(path)[0]
        except InputError:
            return
        yield source
        base = str(source.data.get("based_on") or "") if isinstance(source.data, dict) else ""
        beside = str(Path(path).parent / base)
        path = beside if is_path(base) else str(catalogue.paths().get(base, ""))


def changed(agreement: Agreement, edits: Sequence[tuple[Path_, Any]] = ()) -> Agreement:
    """The agreement with other words at some paths (None deletes), in force on any day: to ask
    what a clause does, whenever it will be signed."""
    raw = copy.deepcopy(dict(agreement.raw))
    for path, value in edits:
        around: Any = raw
        for part in path[:-1]:
            if isinstance(around, dict) and part not in around:
                around[part] = {}
            around = around[part]
        if value is None:
            around.pop(path[-1], None)
        else:
            around[path[-1]] = copy.deepcopy(value)
    again = made(raw, agreement.source, agreement.digest)
    spans = tuple(PartySpan(country) for country in again.countries())
    return evolve(again, start=NODATE, end=FOREVER, parties=spans)


def finding(
    kind: str, path: Path_, severity: str = "", scheme: str = "", **terms: object
) -> Finding:
    """A finding with the severity its table gives, unless the case is milder or graver."""
    said = {name: str(value) for name, value in terms.items()}
    return Finding(kind, path, said, severity or str(words(kind)["severity"]), scheme)


def told(text: Text, found: Finding) -> Json:
    """A finding as a report prints it."""
    entry, (article, url) = words(found.kind), text.article(found.path)
    return {
        "kind": found.kind,
        "severity": found.severity,
        "title": entry["title"],
        "where": text.where(found.path),
        "path": dotted(found.path),
        "article": article or None,
        "url": url or None,
        "scheme": found.scheme or None,
        "consequence": sentence(entry["consequence"], found.terms),
        "example": found.example,
        "better": better(found.kind, text.agreement.id),
        "terms": dict(found.terms),
    }


def sentence(pattern: str, terms: Mapping[str, str]) -> str:
    """The sentence of the table with its places filled; an unknown place is our own defect."""
    return str(pattern).format_map(dict(terms))


def better(kind: str, beside: str = "") -> list[Json]:
    """The better rule of named real texts, quoted from the catalogue as it stands there today."""
    out: list[Json] = []
    for row in words(kind).get("better") or ():
        if row["agreement"] == beside:
            continue
        other = catalogue.find(row["agreement"])
        path = place(other.raw, row)
        value = value_at(other.raw, path)
        keys = row.get("keys")
        shown = uncited({key: value[key] for key in keys} if keys else value)
        article, url = cited(other.raw, path)
        out.append(
            {
                "agreement": other.id,
                "title": other.title,
                "article": article,
                "url": url,
                "path": dotted(path),
                "value": shown,
                "rule": row["rule"],
            }
        )
    return out[:ALTERNATIVES]


def uncited(value: Any) -> Any:
    """A clause without its citations, which are told beside it."""
    if isinstance(value, Mapping):
        return {key: uncited(item) for key, item in value.items() if key not in ("cite", "note")}
    return [uncited(item) for item in value] if isinstance(value, list) else value


def place(raw: Mapping[str, Any], row: Mapping[str, Any]) -> Path_:
    """The path a row of the table means: from the top, or inside the rule of a scheme and
    branch."""
    rest = path_of(row["at"]) if "at" in row else ()
    if "scheme" not in row:
        return rest
    for number, rule in enumerate(raw["rules"]):
        named = rule.get("scheme")
        listed = named if isinstance(named, list) else [named]
        if row["scheme"] in listed and row.get("branch") in (None, *rule.get("branches", ())):
            return ("rules", number, *rest)
    raise KeyError(f"no rule for {row}")
