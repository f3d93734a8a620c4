"""Plain words in a language: sentences, counts, amounts, dates. A translation changes no figure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from portability.clean import plain
from portability.compiled import stored
from portability.countries import COUNTRIES
from portability.errors import InputError
from portability.registry import drawers, source_of
from portability.yamlsource import parse

NUMBER = re.compile(r"(-?)(\d+)(\.\d+)?\Z")
SLOT = re.compile(r"\{(\w+)\}")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def document(path: Path) -> Any:
    raw = path.read_bytes()
    return stored("words-" + hashlib.sha256(raw).hexdigest(), lambda: parse(raw, str(path))[0].data)


@cache
def words_in(folder: Path, language: str) -> Words:
    """The words of a language, of which `folder` has one file each. Raises ValueError with the
    known ones."""
    known = languages_in(folder)
    if language not in known:
        raise ValueError(f"no texts in {plain(language)!r}; there are {', '.join(known)}")
    return Words(language, document(folder / f"{language}.yaml"))


def languages_in(folder: Path) -> tuple[str, ...]:
    """Codes of the languages a folder of texts has."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def fill(sentence: str, terms: Mapping[str, str]) -> str:
    """Put the terms into their {places}; a [part] with an empty place goes, elsewhere … stands."""

    def part(match: re.Match[str]) -> str:
        names = SLOT.findall(match[1])
        return match[1] if names and all(terms.get(name) for name in names) else ""

    return SLOT.sub(lambda match: terms.get(match[1]) or "…", OPTIONAL.sub(part, sentence))


class Words:
    """One language: `words("en")("head.pays", country="…")`."""

    def __init__(
        self, language: str, texts: Mapping[str, Any], several: frozenset[str] = frozenset()
    ):
        self.language, self.texts, self.several = language, texts, several

    def about(self, determination: Mapping[str, Any]) -> Words:
        """The same words for one answer: countries with several schemes in it are told apart."""
        lines = determination.get("entitlements") or []
        schemes = {(line.get("country"), line.get("scheme")) for line in lines}
        countries = [str(country) for country, _ in schemes]
        return Words(
            self.language, self.texts, frozenset(c for c in countries if countries.count(c) > 1)
        )

    def __call__(self, key: str, **terms: Any) -> str:
        return fill(self.raw(key), {name: plain(value) for name, value in terms.items()})

    def raw(self, key: str) -> Any:
        value: Any = self.texts
        for part in key.split("."):
            value = value[part]
        return value

    def has(self, key: str) -> bool:
        try:
            self.raw(key)
        except (KeyError, TypeError):
            return False
        return True

    def name(self, group: str, word: Any) -> str:
        """A word of a closed list (`kind`, `status` …); another is shown as it stands."""
        key = f"{group}.{word}"
        return self(key) if word is not None and self.has(key) else plain(word).replace("_", " ")

    def listed(self, items: Iterable[str]) -> str:
        """ "a, b and c"."""
        every = list(items)
        if len(every) < 2:
            return "".join(every)
        return (
            str(self.raw("list.between")).join(every[:-1]) + str(self.raw("list.last")) + every[-1]
        )

    # --- figures

    def number(self, value: Any) -> str:
        """Exact decimal text with the language's marks; four digits stay together, as in a year."""
        match = NUMBER.match(str(value))
        if not match:
            return plain(value)
        marks = self.raw("number")
        sign, whole, rest = match[1], match[2], match[3] or ""
        grouped = (
            re.sub(r"(?<=\d)(?=(\d{3})+\Z)", marks["group"], whole) if len(whole) > 4 else whole
        )
        return f"{sign}{grouped}{rest.replace('.', marks['decimal'])}"

    def count(self, value: Any, unit: Any) -> str:
        """ "26 quarters"; without a unit the bare number."""
        if value is None:
            return ""
        form = "one" if str(value) == "1" else "other"
        key = f"unit.{unit}.{form}"
        return (
            self(key, n=self.number(value))
            if self.has(key)
            else f"{self.number(value)} {plain(unit or '')}".strip()
        )

    def money(self, amount: Any) -> str:
        """{"amount": "97.00", "currency": "USD", "per": "month"} -> "97.00 USD a month"."""
        if not isinstance(amount, Mapping) or amount.get("amount") is None:
            return ""
        figure = f"{self.number(amount['amount'])} {plain(amount.get('currency') or '')}".strip()
        per = amount.get("per")
        return self(f"per.{per}", amount=figure) if per and self.has(f"per.{per}") else figure

    def day(self, iso: Any) -> str:
        """ "2027-04-01" -> "1 April 2027", "2027-04" -> "April 2027"."""
        match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?\Z", str(iso or ""))
        if not match or not match[2]:
            return plain(iso)
        month = self.raw("months")[int(match[2]) - 1] if 1 <= int(match[2]) <= 12 else match[2]
        form = "date.day" if match[3] else "date.month"
        return self(form, day=(match[3] or "").lstrip("0"), month=month, year=match[1])

    # --- names

    def country(self, code: Any) -> str:
        own = self.texts.get("countries") or {}
        return plain(own.get(code) or COUNTRIES.get(str(code), code))

    def payer(self, scheme: Any) -> str:
        """The country of a scheme, with the scheme where the answer has several of that country."""
        code = plain(scheme).split("-", 1)[0].upper()
        name = self.country(code)
        return f"{name} ({self.scheme(scheme)})" if code in self.several else name

    def route(self, route: Any) -> str:
        """The title of the agreement where it is one of ours, else its id."""
        if route == "national":
            return self("route.national")
        return plain(agreement_title(str(route))) or self("route.agreement", route=route)

    def scheme_words(self, scheme: str) -> Mapping[str, Any]:
        """What the drawer's <scheme>.<language>.yaml says; empty if there is none."""
        return scheme_words(str(scheme), self.language)

    def scheme(self, scheme: Any) -> str:
        """Plain name of a scheme: the drawer's own word for it, else its official name."""
        return plain(self.scheme_words(str(scheme)).get("name") or official_name(str(scheme)))

    def sentence(self, scheme: Any, entry: Mapping[str, Any]) -> str:
        """The drawer's sentence for a step with this case's figures; "" if one is not there."""
        own = self.scheme_words(str(scheme))
        sentence = (own.get("steps") or own).get(str(entry.get("step")))
        if not isinstance(sentence, str):
            return ""
        inputs = entry.get("inputs")
        terms = {**(inputs if isinstance(inputs, Mapping) else {}), "value": entry.get("value")}
        told = {str(name): self.value(item) for name, item in terms.items()}
        needed = SLOT.findall(OPTIONAL.sub("", sentence))
        return fill(sentence, told) if all(told.get(name) for name in needed) else ""

    def value(self, value: Any) -> str:
        """A figure of the trace: number, date, word, or figures by year."""
        if isinstance(value, Mapping):
            years = [f"{plain(year)}: {self.number(item)}" for year, item in value.items()]
            if len(years) <= 4:
                return ", ".join(years)
            keys = list(value)
            span = self("word.years", n=str(len(keys)), first=plain(keys[0]), last=plain(keys[-1]))
            return f"{years[0]} … {years[-1]} ({span})"
        if isinstance(value, list | tuple):
            return ", ".join(self.value(item) for item in value)
        text = plain(value)
        return self.day(text) if re.match(r"\d{4}-\d\d(-\d\d)?\Z", text) else self.number(text)


@cache
def scheme_words(scheme: str, language: str) -> Mapping[str, Any]:
    path = drawers().get(scheme)
    return mapping(path.with_suffix(f".{language}.yaml")) if path else {}


@cache
def appeal(scheme: str, language: str) -> Mapping[str, Any]:
    """How to object to a decision on this scheme: text, cite, url; empty where none was seen."""
    path = drawers().get(scheme)
    found = mapping(path.with_name(f"appeal.{language}.yaml")).get(path.stem) if path else None
    return found if isinstance(found, Mapping) else {}


def mapping(path: Path) -> Mapping[str, Any]:
    found = document(path) if path.is_file() else None
    return found if isinstance(found, dict) else {}


@cache
def official_name(scheme: str) -> str:
    """The name in the scheme's file; the id if it is not one of ours."""
    path = drawers().get(scheme)
    try:
        return source_of(path).name if path else scheme
    except InputError:
        return scheme


@cache
def agreement_title(route: str) -> str:
    """Title in the catalogue; "" if it is not there (a draft, an agreement of another release)."""
    from portability import catalogue

    path = catalogue.paths().get(route)
    try:
        return catalogue.load_file(path).title if path else ""
    except InputError:
        return ""
