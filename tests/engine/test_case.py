"""Bad input: every fault at once, each with its place, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from portability import case
from portability.errors import InputError
from portability.yamlsource import MAX_BYTES, parse, read

NORWAY = "person: {born: 1950-01-01, residence: NO, nationalities: [NO]}\n"
HEAD = "person: {born: 1950-01-01}\nclaim: {branch: old_age, date: 2016-01-01}\n"


def faults(text: str, name: str = "case.yaml") -> list[tuple[str, str, str]]:
    """(line:column, path, code) of every fault."""
    with pytest.raises(InputError) as refused:
        case.load(parse(text, name)[0])
    return [(f.where.split(":", 1)[1], f.path, f.code) for f in refused.value.faults]


ONE = [
    (
        "periods: [{scheme: xx-pension, start: 1990-02-30, end: 1990-12-31}]",
        "periods[0].start",
        "date",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1990-01-01, end: 2999-12-31}]",
        "periods[0].end",
        "date_range",
    ),
    (
        "periods: [{scheme: xx-pensoin, start: 1990-01-01, end: 1990-12-31}]",
        "periods[0].scheme",
        "unknown_scheme",
    ),
    (
        "periods: [{scheme: xx-pension, kind: forced, start: 1990-01-01, end: 1990-12-31}]",
        "periods[0].kind",
        "unknown_word",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1991-01-01, end: 1990-12-31}]",
        "periods[0].end",
        "order",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1990-01-01, end: 1990-12-31, earnings: -5}]",
        "periods[0].earnings",
        "negative",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1990-01-01, end: 1990-12-31, earnings: much}]",
        "periods[0].earnings",
        "not_a_number",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1990-01-01, end: 1990-12-31, earnings: 1e5}]",
        "periods[0].earnings",
        "not_a_number",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1949-01-01, end: 1990-12-31}]",
        "periods[0].start",
        "before_birth",
    ),
    (
        "periods: [{scheme: xx-pension, start: 1990-01-01, end: 1990-12-31, currency: EUR}]",
        "periods[0].currency",
        "currency",
    ),
    (
        "periods: [{scheme: xx-pension, credited: {quarters: 4, dozens: 2}}]",
        "periods[0].credited.dozens",
        "unknown_unit",
    ),
    (
        "periods: [{scheme: xx-pension, credited: {weeks: 4}}]",
        "periods[0].credited.weeks",
        "wrong_unit",
    ),
    ("periods: [{scheme: xx-pension}]", "periods[0]", "missing"),
    ("periods: [{scheme: xx-pension, start: 1990-01-01}]", "periods[0]", "missing"),
    ("facts: {xx-pension: {base_amuont: 5}}", "facts.xx-pension.base_amuont", "unknown_key"),
    ("facts: {xx-pension: {base_amount: 5.001}}", "facts.xx-pension.base_amount", "precision"),
    (
        "rates: [{from: EUR, to: USX, date: 2016-01-01, rate: 1.1}]",
        "rates[0].to",
        "unknown_currency",
    ),
    ("family: [{relation: cousin, born: 1990-01-01}]", "family[0].relation", "unknown_word"),
    ("pension: high", "pension", "unknown_key"),
]


@pytest.mark.parametrize(("text", "path", "code"), ONE)
def test_one_fault_one_message(text: str, path: str, code: str) -> None:
    found = faults(HEAD + text + "\n")
    assert [(p, c) for _, p, c in found] == [(path, code)]
    assert found[0][0].startswith("3:")


def test_all_faults_come_at_once() -> None:
    text = (
        HEAD
        + "periods:\n"
        + "\n".join("  - " + line[len("periods: [") : -1] for line, _, _ in ONE[:8])
    )
    assert [code for _, _, code in faults(text)] == [code for _, _, code in ONE[:8]]


def test_work_after_death_is_a_fault() -> None:
    text = (
        "person: {born: 1950-01-01}\n"
        "claim: {branch: survivors, date: 2016-01-01, event: 2015-06-01}\n"
        "periods: [{scheme: xx-pension, start: 2015-01-01, end: 2015-12-31}]\n"
    )
    assert [(p, c) for _, p, c in faults(text)] == [("periods[0].end", "after_death")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("person: {born: 1950-01-01}\nperson: {born: 1951-01-01}\n", "duplicate_key"),
        ("person: &p {born: 1950-01-01}\nclaim: *p\n", "alias"),
        ("person: !!python/object:os.system {}\n", "tag"),
        ("person: [1, 2\n", "syntax"),
        ("", "empty"),
        ("# only a comment\n", "empty"),
    ],
)
def test_the_document_itself(text: str, code: str) -> None:
    assert faults(text)[0][2] == code


def test_norway_is_no_word_for_false() -> None:
    made = case.load(
        parse(
            "person: {born: 1950-01-01, residence: NO, nationalities: [NO]}\n"
            + HEAD.split("\n")[1],
            "n.yaml",
        )[0]
    )
    assert (made.person.residence, made.person.nationalities) == ("NO", ("NO",))


def test_the_nearest_valid_spelling_is_offered() -> None:
    with pytest.raises(InputError) as refused:
        case.load(
            parse(HEAD + "periods: [{scheme: xx-pensoin, credited: {months: 3}}]\n", "a.yaml")[0]
        )
    assert refused.value.faults[0].hint == "did you mean xx-pension?"


def test_files_that_are_no_text(tmp_path: Path) -> None:
    binary, large, absent = tmp_path / "b.yaml", tmp_path / "l.yaml", tmp_path / "none.yaml"
    binary.write_bytes(b"\x00\x01\xff")
    large.write_bytes(b"a: " + b"x" * MAX_BYTES)
    for path, code in (
        (binary, "binary"),
        (large, "too_large"),
        (absent, "unreadable"),
        (tmp_path, "unreadable"),
    ):
        with pytest.raises(InputError) as refused:
            read(path)
        assert refused.value.faults[0].code == code


def test_names_never_reach_a_message() -> None:
    text = "person: {born: 1950-01-01, name: [Erika, Mustermann]}\n" + HEAD.split("\n")[1] + "\n"
    with pytest.raises(InputError) as refused:
        case.load(parse(text, "a.yaml")[0])
    assert "Mustermann" not in str(refused.value)
