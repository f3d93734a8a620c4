"""Languages: every key in every language, the same places in every sentence; exact figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portability import registry
from portability.report import languages, words
from portability.report.words import document, drawers, fill

SLOT = re.compile(r"\{(\w+)\}")
OWN = {"language", "direction", "number", "date", "months", "list", "countries", "plural"}


def keys(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from keys(item, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


@pytest.mark.parametrize("language", languages())
def test_every_key_in_every_language(language: str) -> None:
    wanted = dict(keys(words("en").texts))
    found = dict(keys(words(language).texts))
    assert {k for k in wanted if k not in found} == set()
    assert {k for k in found if k not in wanted and not k.startswith("countries.")} == set()
    for key, sentence in wanted.items():
        if key.split(".")[0] not in OWN:
            assert set(SLOT.findall(str(found[key]))) == set(SLOT.findall(str(sentence))), key


@pytest.mark.parametrize("language", languages())
def test_a_language_is_complete(language: str) -> None:
    w = words(language)
    assert len(w.raw("months")) == 12 and w("direction") in ("ltr", "rtl")
    assert not [key for key, text in keys(w.texts) if text in (None, "", [])]


def test_a_scheme_told_in_one_language_is_told_in_all() -> None:
    for scheme, path in drawers().items():
        files = [path.with_suffix(f".{code}.yaml") for code in languages()]
        told = {file.name: dict(keys(document(file))) for file in files if file.is_file()}
        assert len(told) in (0, len(files)), scheme
        assert len({frozenset(found) for found in told.values()}) <= 1, scheme


def test_every_way_to_object_has_a_source() -> None:
    files = {file for path in drawers().values() for file in path.parent.glob("appeal.*.yaml")}
    assert files
    for file in files:
        for scheme, told in document(file).items():
            assert (file.parent / f"{scheme}.yaml").is_file(), f"{file}: no scheme {scheme}"
            assert {"text", "cite", "url", "seen"} <= set(told), file


def test_a_told_scheme_tells_every_step_with_its_own_terms() -> None:
    faults = []
    for scheme in drawers():
        told = words().scheme_words(scheme)
        if not told:
            continue
        steps, sentences = registry.load(scheme).all_steps(), told.get("steps") or told
        faults += [f"{scheme}: no sentence for {key}" for key in steps if key not in sentences]
        for key, sentence in sentences.items():
            if key in steps:
                places = set(SLOT.findall(sentence)) - {"value", *steps[key].terms}
                faults += [f"{scheme}.{key}: no term {place}" for place in places]
    assert not faults, "\n".join(faults)


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="en"):
        words("xx")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ({"amount": "97.00", "currency": "USD", "per": "month"}, "97.00 USD a month"),
        ({"amount": "1234567.80", "currency": "EUR", "per": "year"}, "1,234,567.80 EUR a year"),
        ({"amount": "1234.5", "currency": "EUR", "per": "once"}, "1234.5 EUR once"),
        ({"amount": "65000", "currency": "JPY", "per": "fortnight"}, "65,000 JPY every two weeks"),
        ({"amount": "250.125", "currency": "TND", "per": "week"}, "250.125 TND a week"),
        (
            {"amount": "90071992547409931234567.01", "currency": "EUR", "per": "month"},
            "90,071,992,547,409,931,234,567.01 EUR a month",
        ),
        ({"amount": "-3.10", "currency": "EUR", "per": "century"}, "-3.10 EUR"),
        ({"amount": None}, ""),
        (None, ""),
    ],
)
def test_amounts_are_told_to_the_last_digit(amount: Any, said: str) -> None:
    assert words().money(amount) == said


def test_dates_counts_and_lists() -> None:
    w = words()
    assert w.day("2027-04-01") == "1 April 2027" and w.day("1982-02") == "February 1982"
    assert w.day(None) == "" and w.day("soon") == "soon" and w.day("2027-13-01") == "1 13 2027"
    assert w.count("1", "month") == "1 month" and w.count("26", "quarter") == "26 quarters"
    assert w.listed(["a", "b", "c"]) == "a, b and c" and w.listed([]) == ""
    assert w.country("NO") == "Norway" and w.country("ZZ") == "ZZ"


def test_an_optional_part_goes_with_its_missing_place() -> None:
    assert fill("x[ from {a}][ to {b}].", {"a": "1"}) == "x from 1."
    assert fill("x {a}.", {}) == "x …."


def test_a_text_cannot_open_a_place() -> None:
    """What a case says is put in once; braces in it stay braces."""
    assert fill("{a}", {"a": "{b}[{c}]", "b": "no", "c": "no"}) == "{b}[{c}]"
