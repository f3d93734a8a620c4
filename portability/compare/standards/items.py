"""The standards, item by item, read strictly from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from portability.cohort import BRANCHES
from portability.compare.standards.finding import EASES
from portability.shape import Day, Exactly, Flag, Text, Whole, Word
from portability.shape_lists import Fields, Listed, MapOf
from portability.yamlsource import Source, read

SCHEMA = "portability/standard@1"
FOLDER = Path(__file__).resolve().parent
NAME = Text("a name in small letters such as c118", r"[a-z0-9][a-z0-9_-]*")
TEST = Text("the name of a check", r"[a-z][a-z0-9_]*")
URL = Text("an address beginning with https:// or http://", r"https?://\S+")
SOURCE = Fields(
    {
        "title": Text(),
        "url": URL,
        "seen": Day(),
        "kind": Word(("full_text", "article_text", "official_summary", "translation", "title")),
    },
    needs=("title", "url", "seen", "kind"),
    words="{title, url, seen, kind}",
)
STANDARD = Fields(
    {"title": Text(), "about": Text(), "acceptance": Text(), "sources": MapOf(NAME, SOURCE)},
    needs=("title", "about", "sources"),
    words="{title, about, sources}",
)
LEEWAY = Fields(
    {"kinds": Listed(Word(tuple(EASES)), least=1), "article": Text(), "says": Text()},
    needs=("kinds", "article", "says"),
    words="{kinds, article, says}",
)
SAYS = Fields(
    {
        "met": Listed(Text(), least=1),
        "partly": Listed(Text(), least=1),
        "not": Listed(Text(), least=1),
    },
    words="{met: [phrases], partly: [phrases], not: [phrases]}",
)
WITH = Fields(
    {
        "branches": Listed(Word(BRANCHES), least=1),
        "by_branch": Flag(),
        "of": Word(("nationals", "everyone")),
        "fields": Listed(Text(), least=1),
        "says": SAYS,
        "else": Word(("unknown", "note", "partly")),
        "departure": Word(("unknown",)),
        "third_states": Flag(),
        "condition": Word(("scheme",)),
        "duties": Listed(Word(("equality", "export", "totalization")), least=1),
        "years": Whole(1, 60),
        "reduced_years": Whole(1, 60),
        "age": Whole(40, 80),
        "reason": Text(),
    },
    words="{branches, says, …}",
)
ITEM = Fields(
    {
        "id": NAME,
        "standard": NAME,
        "section": Word(tuple("ABCDEFG")),
        "article": Text(),
        "source": NAME,
        "url": URL,
        "asks": Text(),
        "fields": Listed(Text(), least=1),
        "test": TEST,
        "with": WITH,
        "leeway": LEEWAY,
        "verified": Flag(),
        "reason": Text(),
    },
    needs=("id", "standard", "section", "article", "source", "asks", "fields", "test", "verified"),
    words="{id, standard, article, source, asks, fields, test, verified}",
)
DOCUMENT = Fields(
    {
        "schema": Exactly(SCHEMA),
        "standards": MapOf(NAME, STANDARD),
        "items": Listed(ITEM, least=1),
    },
    needs=("schema", "standards", "items"),
    words="{schema, standards, items}",
)


@frozen
class Leeway:
    """What the standard itself leaves open: kinds of `EASES`, article, sense in our own words."""

    kinds: tuple[str, ...]
    article: str
    says: str

    def __str__(self) -> str:
        return f"{self.article}: {self.says}"


@frozen
class Item:
    """One thing a standard asks.

    id, standard   names; section: A scope … G women, as in docs/standards.md
    article, url   where the standard asks it
    asks           in our own words
    fields         fields of an agreement file (or of scheme files) that answer
    test           name of the check in `checks.TESTS`; params: what it is told
    leeway         flexibility clause, or None
    verified       False: the text was not seen; the verdict is then always not_verified
    reason         what was not seen
    """

    id: str
    standard: str
    section: str
    article: str
    url: str
    asks: str
    fields: tuple[str, ...]
    test: str
    params: Mapping[str, Any]
    leeway: Leeway | None
    verified: bool
    reason: str
    source: str


@frozen
class Standard:
    """A standard with its items; acceptance: how a state takes it on."""

    name: str
    title: str
    about: str
    acceptance: str
    url: str
    items: tuple[Item, ...]


def check(source: Source) -> None:
    """Raises InputError with every fault of a document of items."""
    DOCUMENT.check(source, (), source.data)
    source.check()
    data, seen = source.data, set()
    for i, row in enumerate(data["items"]):
        path = ("items", i)
        standard = data["standards"].get(row["standard"])
        if standard is None:
            source.fault((*path, "standard"), row["standard"], "a name under `standards:`")
        elif row["source"] not in standard["sources"]:
            source.fault((*path, "source"), row["source"], "a name under the standard's `sources:`")
        if row["id"] in seen:
            source.fault((*path, "id"), row["id"], "an id used once")
        seen.add(row["id"])
        if not row["verified"] and not row.get("reason"):
            source.fault(path, "nothing", "the key 'reason': what was not seen")
    source.check()


def made(data: Mapping[str, Any]) -> dict[str, Standard]:
    """A checked document -> its standards by name."""
    out = {}
    for name, head in data["standards"].items():
        rows = [row for row in data["items"] if row["standard"] == name]
        sources = head["sources"]
        items = tuple(item_of(row, sources) for row in rows)
        first = next(iter(sources.values()))["url"]
        out[name] = Standard(
            name, head["title"], head["about"], head.get("acceptance", ""), first, items
        )
    return out


def item_of(row: Mapping[str, Any], sources: Mapping[str, Any]) -> Item:
    source = sources[row["source"]]
    leeway = row.get("leeway")
    return Item(
        row["id"],
        row["standard"],
        row["section"],
        str(row["article"]),
        row.get("url") or source["url"],
        row["asks"],
        tuple(row["fields"]),
        row["test"],
        row.get("with", {}),
        Leeway(tuple(leeway["kinds"]), str(leeway["article"]), leeway["says"]) if leeway else None,
        row["verified"],
        row.get("reason", ""),
        f"{source['title']} ({source['kind'].replace('_', ' ')}, seen {source['seen']})",
    )


@cache
def standards() -> Mapping[str, Standard]:
    """Every standard by name, in the order of the files' names."""
    out: dict[str, Standard] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        source = read(path)[0]
        check(source)
        out |= made(source.data)
    return out
