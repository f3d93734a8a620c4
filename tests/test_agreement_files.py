"""The agreement files that ship: every one loads, cites, and says what its text says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from portability import catalogue
from portability.agreement import NONE, Agreement
from portability.agreement_schema import json_schema
from portability.dates import day
from portability.units import Conversion

FILES = sorted((Path(__file__).parents[1] / "agreements").glob("*.yaml"))
NAMES = [path.stem for path in FILES]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("name", NAMES)
def test_loads_and_every_rule_has_article_and_address(name: str) -> None:
    agreement = catalogue.find(name)
    assert agreement.id == name and agreement.digest.startswith("sha256:")
    rules = [*agreement.rules, *agreement.rules_for("xx-any", "XX", "old_age")]
    assert rules or agreement.absent is NONE
    for rule in rules:
        assert rule.cite.article and rule.cite.url.startswith("http"), rule.path
        for count in rule.counts:
            assert count.cite.article and count.cite.url, rule.path
        for how in rule.amount.values():
            assert how.basis == "unknown" or how.cite.article, rule.path


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_printed_schema(
    name: str, validator: jsonschema.Draft202012Validator
) -> None:
    raw = json.loads(json.dumps(catalogue.find(name).raw))
    assert [error.message for error in validator.iter_errors(raw)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_long_quotation(name: str) -> None:
    text = catalogue.find(name).raw
    quotes: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            quotes.extend(str(v) for k, v in value.items() if k == "quote")
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(text)
    assert all(len(quote.split()) <= 15 for quote in quotes)


def one(name: str, scheme: str, branch: str = "old_age") -> object:
    found = catalogue.find(name)
    return found.rules_for(scheme, scheme[:2].upper(), branch)


def test_us_agreements_take_six_quarters_and_the_regulations_fraction() -> None:
    for name in [n for n in NAMES if n.startswith("us-")]:
        rule = catalogue.find(name).rules_for("us-oasdi", "US", "old_age")[0]
        how = rule.amount_of("pia")
        assert rule.own_minimum == ("quarter", 6) and rule.when == "only_if_needed"  # 42 USC 433(c)
        assert how.denominator is not None and how.denominator.name == "computation_period"
        assert how.not_above == "own_amount"  # 20 CFR 404.1918(a)(4)


def test_us_it_before_and_after_the_supplementary_agreement() -> None:
    """Theoretical and pro rata computation for claims adjudicated after 1985."""
    rule = catalogue.find("us-it").rules_for("us-oasdi", "US", "old_age")[0]
    assert rule.start == day("1986-01-01")


def test_ca_ph_is_directed_and_not_reciprocal() -> None:
    """VIII(2)(b), (3)(a): three months give a year, a year gives twelve months."""
    agreement = catalogue.find("ca-ph")
    into_cpp = agreement.rules_for("ca-cpp", "CA", "survivors")[0].counts[0].unit
    assert into_cpp == Conversion("month", 12, "year", 1, 3, 1)
    (retirement,) = agreement.rules_for("ph-sss", "PH", "old_age")
    assert [count.schemes for count in retirement.counts] == [("ca-cpp",), ("ca-oas",)]
    (disability,) = agreement.rules_for("ph-sss", "PH", "invalidity")
    assert [count.schemes for count in disability.counts] == [("ca-cpp",)]  # VIII(4)
    flat = agreement.rules_for("ca-cpp", "CA", "survivors")[0].amount_of("flat")
    assert flat.denominator is not None and flat.denominator.kind == "minimum"
    assert agreement.rules_for("ca-cpp", "CA", "old_age") == ()


def test_ca_tr_ratio_is_flagged_and_its_amount_unknown() -> None:
    rule = catalogue.find("ca-tr").rules_for("tr-sgk", "TR", "old_age")[0]
    assert rule.defect and rule.amount_of("amount").basis == "unknown"


def test_ca_fr_disability_is_full_or_nothing() -> None:
    """17(2): the flat part in its entirety or no benefit at all, never a fraction."""
    here, abroad = catalogue.find("ca-fr").rules_for("ca-cpp", "CA", "invalidity")
    assert here.residence_in == ("CA",) and abroad.payer == "event"
    assert here.amount_of("flat").numerator is None


def test_nl_nz_leaves_one_birthday_out() -> None:
    rule = catalogue.find("nl-nz").rules_for("nz-super", "NZ", "old_age")[0]
    term = rule.amount_of("amount").denominator
    assert term is not None and len(term.rows) == 18

    def band(born: str) -> list[int]:
        return [k for first, end, k in term.rows if first <= day(born) < end]

    assert band("1934-12-30") == [522] and band("1934-12-31") == [] and band("1935-01-01") == [525]
    assert band("1900-01-01") == [480] and band("1980-01-01") == [540]


def eu() -> Agreement:
    return catalogue.find("eu-883-2004")


def test_eu_states_and_the_days_they_joined_or_left() -> None:
    assert len(eu().countries()) == 32
    for country, before, first in (
        ("HR", "2013-06-30", "2013-07-01"),
        ("CH", "2012-03-31", "2012-04-01"),
        ("NO", "2012-05-31", "2012-06-01"),
        ("DE", "2010-04-30", "2010-05-01"),
    ):
        assert not eu().bound(country, day(before)) and eu().bound(country, day(first))
    assert eu().bound("GB", day("2020-12-31")) and not eu().bound("GB", day("2021-01-01"))


def test_eu_annex_viii() -> None:
    assert eu().rules_for("nl-aow", "NL", "old_age")[0].when == "only_if_needed"  # part 1, 52(4)
    swedish = eu().rules_for("se-income", "SE", "old_age")[0]  # part 2, 52(5)
    assert swedish.amount_of("amount").numerator is None and swedish.below_minimum is None
    german = eu().rules_for("de-grv", "DE", "old_age")[-1]  # the ones before: 1408/71 until 2012
    how = german.amount_of("points")
    assert german.when == "always" and how.cap is not None and how.cap.name == "full_career"
    assert german.below_minimum is not None and german.below_minimum.all_below == "last_as_own"


def test_eu_type_a_invalidity_is_asked_first() -> None:
    rules = eu().rules_for("ie-spc", "IE", "invalidity")
    assert [rule.path for rule in rules] == [
        "rules[0]",
        *(f"defaults[{i}]" for i in range(5)),
    ]
    assert rules[3].payer == "event" and rules[4].bars == "national"


def test_regulation_1408_71_is_read_from_june_1992() -> None:
    rules = catalogue.find("eu-1408-71").rules_for("es-rg", "ES", "old_age")
    assert rules[0].amount_of("amount").basis == "unknown"
    how = rules[-1].amount_of("amount")
    assert how.basis == "theoretical" and how.cap is not None and how.plus == "displaced"


def test_nationals_only_where_regulation_1231_2010_does_not_reach() -> None:
    persons = eu().persons
    assert persons.of("DE").nationals_of == () and "DE" in persons.of("CH").nationals_of


def test_coverage_only_and_exclusive_instruments_load_without_rules() -> None:
    assert catalogue.find("ca-il").coverage_only
    gcc = catalogue.find("gcc-extension")
    assert gcc.exclusive and gcc.rules_for("ae-gpssa", "AE", "old_age") == ()
