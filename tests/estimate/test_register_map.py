"""The map of a register: strict, with every fault at once and where it stands."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from registers import MAP, NESTED, load, of_csv, row

from portability.dates import day
from portability.errors import InputError
from portability.estimate.mapping import Column


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, text)
    return [str(fault).split("map.yaml:")[1] for fault in caught.value.faults]


def test_a_map_is_what_it_says(tmp_path: Path) -> None:
    made = load(tmp_path)
    assert made.scheme.words is not None and made.scheme.words["HKG"] is None
    assert made.evidence == Column("how", None, {"i": "certified", "c": "assumed"})
    assert made.kind == Column(value="compulsory") and made.status == Column(value="normal")
    assert made.claim.date == day("2026-11-24")
    assert [step.source for step in made.earnings] == [
        "contract_wage",
        "scheme_minimum",
        "national_average",
    ]
    assert made.columns() == (
        *("id", "born", "sex", "lives", "home"),
        *("to", "start", "end", "how", "wage", "money"),
    )
    nested = load(tmp_path, NESTED)
    assert nested.columns() == ("id", "born", "sex", "lives", "home", "spells")
    assert nested.fields() == ("to", "start", "end", "how", "wage", "money")
    assert pickle.loads(pickle.dumps(nested)) == nested
    assert nested.digest != made.digest and made.digest == load(tmp_path, f"# note\n{MAP}").digest


def test_unstated_evidence_is_assumed(tmp_path: Path) -> None:
    without = MAP.replace("  evidence: {column: how, words: {i: certified, c: assumed}}\n", "")
    assert load(tmp_path, without).evidence == Column(value="assumed")


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = (
        MAP.replace("rows: spell", "rows: spells")
        .replace("column: born}", "column: born, fromat: x}")
        .replace("F: female", "F: femal")
        .replace("USA: us-oasdi", "USA: us-oasi")
        .replace("claim: {date: 2026-11-24}", "claim: {date: 2026-02-30, age: 65}")
        .replace("currency: {column: money}", "per: day")
    )
    found = [fault.split(" (")[0] for fault in faults(tmp_path, text)]
    assert found == [
        "2:7: rows: found 'spells'; expected spell, member",
        "4:30: born.fromat: found the unknown key 'fromat'; expected one of column, format",
        "5:31: sex.words.F: found 'femal'; expected unspecified, female, male",
        "8:15: claim.date: found '2026-02-30'; expected a calendar date YYYY-MM-DD",
        "8:8: claim: found date, age; expected exactly one of date, column, age",
        "10:37: spell.scheme.words.USA: found 'us-oasi'; expected a known scheme",
        "15:44: earnings[0].per: found 'day'; expected year, month, week",
        "15:3: earnings[0]: found nothing; expected the key 'currency'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("rows: spell", "rows: member", "(document): found nothing; expected the key 'spells'"),
        (
            "rows: spell",
            "rows: spell\nspells: {column: x}",
            "spells: found spells beside rows: spell; expected spells only with rows: member",
        ),
        (
            "member: {column: id}",
            "member: {column: id, value: A}",
            "member.value: found the unknown key",
        ),
        ("born: {column: born}", "born: {column: id}", "expected another column than the member"),
        (
            "born: {column: born}",
            'born: {column: born, format: "%d/%m/%y"}',
            "a year of two digits is no year",
        ),
        ("born: {column: born}", 'born: {column: born, format: "%Y%m%d"}', "with a separator"),
        ("claim: {date: 2026-11-24}", "claim: {column: c, age: 65}", "exactly one of date"),
        (
            "claim: {date: 2026-11-24}",
            "claim: {date: 2026-11-24, not_before: 2020-01-01}",
            "expected not_before beside age",
        ),
        (
            "- {from: scheme_minimum}",
            "- {from: national_average}",
            "earnings[2].from: found 'national_average'; expected each step once",
        ),
        (
            "- {from: scheme_minimum}",
            "- {from: scheme_minimum, column: x}",
            "expected only from, beyond beside from: scheme_minimum",
        ),
        (
            "evidence: {column: how, words: {i: certified, c: assumed}}",
            "evidence: {value: certified, words: {i: certified}}",
            "expected words beside `column`",
        ),
        (
            "residence: {column: lives}",
            "residence: {column: lives, words: {PHL: PHI}}",
            "residence.words.PHL: found 'PHI'; expected a country code",
        ),
        ("currency: {column: money}", "currency: {value: USX}", "expected a currency code"),
        ("schema: portability/register-map@1", "schema: x", "expected portability/register-map@1"),
        ("sex: {column: sex,", "sex: {column: sex, column: sex,", "the key 'column' twice"),
    ],
)
def test_one_fault(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in MAP
    found = faults(tmp_path, MAP.replace(old, new, 1))
    assert len(found) == 1 and fault in found[0], found


def test_dates_in_another_layout(tmp_path: Path) -> None:
    text = MAP.replace("column: born}", 'column: born, format: "%d/%m/%Y"}')
    text = text.replace("column: end}", 'column: end, format: "%m-%d-%Y"}')
    rows = [
        row(id="A", born="17/05/1980", end="12-31-2011"),
        row(id="B", born="1980-05-17", end="12-31-2011"),
        row(id="C", born="31/04/1980", end="12-31-2011"),
        row(id="D", born="17/05/1980", end="31-12-2011"),
        row(id="E", born="29/02/1980", end="02-29-2012"),
    ]
    members, refused = of_csv(tmp_path, rows, text)
    assert [(m["member"], m["born"].isoformat()) for m in members] == [
        ("A", "1980-05-17"),
        ("E", "1980-02-29"),
    ]
    assert [m["periods"][0]["end"].isoformat() for m in members] == ["2011-12-31", "2012-02-29"]
    assert [(r["member"], r["field"]) for r in refused if "layout" in r["reason"]] == [
        ("B", "born"),
        ("C", "born"),
        ("D", "end"),
    ]


def test_claims(tmp_path: Path) -> None:
    """At an age: the first day of the month after it, at the earliest the day given."""
    text = MAP.replace("{date: 2026-11-24}", "{age: 65, not_before: 2026-11-24}")
    rows = [
        row(id="young", born="1980-05-17"),
        row(id="first", born="1980-05-01"),
        row(id="leap", born="1980-02-29"),
        row(id="old", born="1950-01-01"),
        row(id="unborn", born=None),
    ]
    members, _ = of_csv(tmp_path, rows, text)
    assert {m["member"]: m["claim"].isoformat() for m in members} == {
        "young": "2045-06-01",
        "first": "2045-06-01",
        "leap": "2045-03-01",
        "old": "2026-11-24",
    }
    named = MAP.replace("{date: 2026-11-24}", "{column: lives}").replace("{column: lives}", "X", 0)
    named = named.replace("residence: {column: lives}\n", "")
    members, refused = of_csv(tmp_path, [row(lives="2040-01-01"), row(id="B", lives=None)], named)
    assert [m["claim"].isoformat() for m in members] == ["2040-01-01"]
    assert refused[0]["reason"] == "no claim date: the member is left out"


def test_certified_sums(tmp_path: Path) -> None:
    """Months for a scheme that counts months; no unit is turned into another where the calendar
    leaves a doubt."""
    text = MAP.replace("earnings:", "  credited: {column: money, unit: months}\nearnings:", 1)
    text = text.split("earnings:")[0]
    rows = [
        row(id="A", to="DEU", money="14"),
        row(id="B", to="DEU", money="14.25", start=None, end=None),
        row(id="C", to="USA", money="14"),
        row(id="D", to="DEU", money="1.2345"),
        row(id="E", to="DEU", money="100001"),
    ]
    members, refused = of_csv(tmp_path, rows, text)
    assert [(m["member"], m["periods"][0]["credited"]) for m in members] == [
        ("A", 14_000),
        ("B", 14_250),
    ]
    assert [(r["member"], r["reason"]) for r in refused if r["field"] == "money"] == [
        ("C", "a sum in months; us-oasdi counts quarters"),
        ("D", "no number up to 100,000 with at most three decimals"),
        ("E", "no number up to 100,000 with at most three decimals"),
    ]
    years = text.replace("unit: months", "unit: years")
    members, _ = of_csv(tmp_path, [row(to="USA", money="2.5"), row(to="DEU", money="1")], years)
    assert [line["credited"] for line in members[0]["periods"]] == [10_000, 12_000]
