"""Agreement files: what is accepted, and that every fault is told at once with its place."""

from __future__ import annotations

import json

import jsonschema
import pytest

from portability import catalogue
from portability.agreement import NONE, NOT_REGULATED, UNKNOWN, Agreement, Rule
from portability.agreement_loader import load
from portability.agreement_schema import json_schema
from portability.dates import FOREVER, NODATE, day
from portability.units import Conversion, ConversionTable

HEAD = """schema: portability/agreement@1
id: us-de
title: A title
kind: draft
status: draft
parties: [US, DE]
"""
RULES = """rules:
- scheme: us-oasdi
  when: only_if_needed
  own_minimum: {quarter: 6}
  counts:
  - {schemes: [de-grv], kinds: {not: [equivalent]}, from: 1937-01-01,
     unit: {month: 3, gives: {quarter: 1}, remainder_from: 1, fill_to: 4, place: covered_units}}
  amount: {basis: theoretical, numerator: own, denominator: computation_period}
- {scheme: de-grv, when: only_if_needed, own_minimum: {month: 18}, amount: {basis: own},
   counts: [{schemes: [us-oasdi], unit: {quarter: 1, gives: {month: 3}, fill_to: 12}}]}
"""


def good(text: str, **kw: object) -> Agreement:
    agreement, faults = load(text, **kw)  # type: ignore[arg-type]
    assert faults == [] and agreement is not None
    return agreement


def faults(text: str) -> list[str]:
    agreement, found = load(text)
    assert agreement is None
    return [f"{fault.where.split(':', 1)[1]} {fault.path} {fault.code}" for fault in found]


def rule(text: str, scheme: str = "de-grv", branch: str = "old_age") -> Rule:
    return good(HEAD + "rules:\n" + text).rules_for(scheme, scheme[:2].upper(), branch)[0]


def test_the_contracts_first_agreement() -> None:
    us, de = good(HEAD + RULES).rules
    assert us.own_minimum == ("quarter", 6) and us.when == "only_if_needed"
    count = us.counts[0]
    assert count.kinds_not == {"equivalent"} and count.start == day("1937-01-01")
    assert count.unit == Conversion("month", 3, "quarter", 1, 1, 4, place="covered_units")
    how = us.amount_of("pia")
    assert (how.basis, how.numerator and how.numerator.kind) == ("theoretical", "own")
    assert how.denominator is not None and how.denominator.name == "computation_period"
    assert de.amount_of("points").numerator is None


def test_every_fault_at_once_with_its_place() -> None:
    text = HEAD.replace("[US, DE]", "[US, DE, DE, Germany]") + RULES.replace(
        "quarter: 6", "quarters: 6"
    )
    text = text.replace("only_if_needed, own", "sometimes, own").replace("1937-01-01", "1937-13-01")
    assert faults(text) == [
        "6:23 parties[3] unknown_country",
        "10:27 rules[0].own_minimum.quarters unknown_key",
        "10:16 rules[0].own_minimum one_of",
        "12:59 rules[0].counts[0].from date",
        "15:26 rules[1].when unknown_word",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[de-grv]", "[de-gvr]", "12:15 rules[0].counts[0].schemes unknown_scheme"),
        ("[de-grv]", "[fr-cnav]", "12:15 rules[0].counts[0].schemes not_a_party"),
        ("[de-grv]", "[us-oasdi]", "12:15 rules[0].counts[0].schemes own_scheme"),
        ("month: 3, gives", "week: 13, gives", "13:12 rules[0].counts[0].unit unit"),
        ("gives: {quarter: 1}", "gives: {month: 1}", "13:30 rules[0].counts[0].unit.gives unit"),
        ("unit: {quarter: 1, gives: {month: 3}, fill_to: 12}", "unit: art13",
         "16:41 rules[1].counts[0].unit unknown_conversion"),
        ("from: 1937-01-01", "from: 1937-01-01, until: 1936-01-01",
         "12:78 rules[0].counts[0].until date_order"),
        ("from: 1937-01-01", "from_age: 60, to_age: 20", "12:75 rules[0].counts[0].to_age order"),
        ("schemes: [us-oasdi]", "schemes: [us-oasdi], schemes: [us-oasdi]",
         "16:35 rules[1].counts[0].schemes duplicate_key"),
    ],
)  # fmt: skip
def test_what_a_single_field_cannot_tell(old: str, new: str, expected: str) -> None:
    assert faults((HEAD + RULES).replace(old, new, 1))[0] == expected


def test_a_real_agreement_needs_sources_and_an_article_for_every_rule() -> None:
    text = HEAD.replace("kind: draft", "kind: bilateral").replace(
        "status: draft", "status: in_force"
    )
    assert faults(text + RULES) == [
        "1:1 (document) missing",
        "8:3 rules[0] missing",
        "15:3 rules[1] missing",
    ]


def test_a_rule_carries_the_address_of_its_article() -> None:
    text = (
        HEAD
        + """sources:
  text: {title: T, url: "https://example.org/text", seen: 2026-11-24, kind: full_text}
  more: {title: M, url: "https://example.org/more", seen: 2026-11-24, kind: article_text}
rules:
- {scheme: de-grv, counts: [], cite: A,
   amount: {basis: own, cite: {article: B, source: more, quote: own}}}
"""
    )
    made = good(text).rules[0]
    assert (made.cite.article, made.cite.url) == ("A", "https://example.org/text")
    how = made.amount_of("points").cite
    assert (how.article, how.url, how.quote) == ("B", "https://example.org/more", "own")
    assert faults(text.replace("source: more", "source: moor")) == [
        "12:52 rules[0].amount.cite.source unknown_source"
    ]


def test_unknown_not_regulated_and_none_are_three_things() -> None:
    for word, sentinel in (("unknown", UNKNOWN), ("not_regulated", NOT_REGULATED), ("none", NONE)):
        made = good(HEAD + f"rules: {word}\nlegislation: {word}\n")
        assert made.absent is sentinel and made.legislation is sentinel
        assert made.rules_for("de-grv", "DE", "old_age") == ()
        assert made.coverage_only is (word == "none")
    assert good(HEAD).absent is UNKNOWN


def test_an_unknown_conversion_and_an_unknown_amount_stay_unknown() -> None:
    made = rule("- {scheme: de-grv, counts: [{schemes: others, unit: unknown}], amount: unknown}\n")
    assert made.counts[0].unit is None and made.counts[0].everyone
    assert made.amount_of("points").basis == "unknown"
    parts = rule(
        "- {scheme: de-grv, counts: [], amount: {flat: unknown, earnings: {basis: own}}}\n"
    )
    assert [parts.amount_of(c).basis for c in ("flat", "earnings", "third")] == [
        "unknown", "own", "unknown",
    ]  # fmt: skip


def test_terms() -> None:
    made = rule("""- scheme: de-grv
  counts: []
  amount:
    a: {basis: own, numerator: own, denominator: {month: 420}, at_most: 1}
    b: {basis: own, numerator: {complement: {month: 540}}, denominator: {month: 540}}
    c: {basis: own, numerator: own,
        denominator: {by_born: [[null, 1934-12-30, 522], [1935-01-01, null, 525]]}}
    d: {basis: minimum, numerator: own, denominator: minimum, at_most: [9, 10],
        in: {day: 30, round: up}}
    e: {basis: theoretical, numerator: own, denominator: {ages: [20, 60], from: 1961-04-01},
        cap: {to: full_career, of: denominator}, plus: displaced, not_above: own_amount}
""")
    terms = {key: how.denominator for key, how in made.amount.items()}
    assert (terms["a"].kind, terms["a"].unit, terms["a"].n) == ("fixed", "month", 420)  # type: ignore[union-attr]
    assert made.amount["b"].numerator.n == 540  # type: ignore[union-attr]
    first, second = terms["c"].rows  # type: ignore[union-attr]
    assert first == (NODATE, day("1934-12-31"), 522) and second == (day("1935-01-01"), FOREVER, 525)
    assert made.amount["d"].at_most == (9, 10) and made.amount["d"].in_.how == "up"  # type: ignore[union-attr]
    assert terms["e"].rows == ((20, 60, day("1961-04-01")),)  # type: ignore[union-attr]
    assert (made.amount["e"].cap_of, made.amount["e"].cap.name) == ("denominator", "full_career")  # type: ignore[union-attr]


MANY = """schema: portability/agreement@1
id: many
title: Many
kind: draft
status: draft
parties: [{country: [AT, SE], from: 2010-05-01}, {country: GB, from: 2010-05-01, until: 2021-01-01}]
conversions:
  art13: {equal: {6: {week: 6, month: 26, quarter: 78, year: 312}}, weeks_via: 6, remainder_from: 1,
          per: as_certified, fill_to: {week: 52, month: 12}}
lists: {annex_vi: [gb-nsp]}
defaults:
- {branches: [invalidity], record: {only: annex_vi}, payer: event, counts: [], amount: {basis: own}}
- when: always
  counts: [{schemes: parties, unit: art13, overlap: art12}]
  amount: {basis: theoretical, numerator: own, denominator: counted, cap: {to: full_career}}
  below_minimum: {less_than: {year: 1}, unless: own_right, then: others_absorb,
                  all_below: last_as_own}
annex:
- {scheme: gb-nsp, when: only_if_needed}
- {scheme: [se-income], branches: [old_age], amount: {basis: own}, below_minimum: null}
- {country: SE, own_minimum: {month: 12}}
"""


def test_defaults_and_annex_rows_key_by_key() -> None:
    many = good(MANY)
    plain = many.rules_for("at-apg", "AT", "old_age")
    assert [r.path for r in plain] == ["defaults[1]"] and plain[0].when == "always"
    assert isinstance(plain[0].counts[0].unit, ConversionTable)
    assert many.rules_for("gb-nsp", "GB", "old_age")[0].when == "only_if_needed"
    swedish = many.rules_for("se-income", "SE", "old_age")[0]
    assert swedish.amount_of("x").numerator is None and swedish.below_minimum is None
    assert swedish.own_minimum == ("month", 12)
    other = many.rules_for("se-income", "SE", "survivors")[0]
    assert other.amount_of("x").numerator is not None and other.below_minimum is not None
    invalid = many.rules_for("gb-nsp", "GB", "invalidity")
    assert [r.record.only if r.record else None for r in invalid] == [("gb-nsp",), None]


def test_parties_join_and_leave() -> None:
    many = good(MANY)
    assert many.bound("GB", day("2020-12-31")) and not many.bound("GB", day("2021-01-01"))
    assert not many.bound("AT", day("2010-04-30")) and many.bound("AT", day("2030-01-01"))
    assert not many.bound("US", day("2015-01-01"))


def test_an_amendment_is_an_earlier_rule_with_an_end() -> None:
    text = (
        HEAD
        + """rules:
- {scheme: de-grv, until: 1996-05-01, counts: [], amount: {basis: minimum}}
- {scheme: de-grv, counts: [], amount: {basis: own}}
"""
    )
    first, second = good(text).rules_for("de-grv", "DE", "old_age")
    assert (first.end, second.start) == (day("1996-05-01"), NODATE)


def test_entry_into_force() -> None:
    real = HEAD.replace("kind: draft", "kind: bilateral").replace("status: draft", "status: signed")
    real += "rules: none\n"
    real += 'sources: {t: {title: T, url: "https://x.org", seen: 2026-11-24, kind: full_text}}\n'
    assert good(real + "in_force: unknown\n").start == FOREVER
    assert good(real + "in_force: 1979-12-01\n").bound("US", day("1979-12-01"))
    assert good(HEAD).start == NODATE
    assert faults(real + "signed: 1980-01-01\nin_force: 1979-12-01\n") == [
        "10:11 in_force date_order"
    ]


def test_a_draft_lies_over_its_base() -> None:
    base = good(MANY)
    text = """schema: portability/agreement@1
id: draft
based_on: many
title: Draft
parties: [PH, SA]
conversions: null
defaults:
- {counts: [{schemes: others, unit: unknown}], amount: {basis: own}}
annex: null
lists: null
rules:
- {scheme: ph-sss, counts: [], amount: {basis: minimum}}
"""
    made = good(text, base={"many": base}.get)
    assert (made.kind, made.status, made.countries()) == ("draft", "draft", ("PH", "SA"))
    assert [r.path for r in made.rules_for("ph-sss", "PH", "old_age")] == ["rules[0]", "defaults"]
    assert made.digest != good(text.replace("Draft", "Other"), base={"many": base}.get).digest
    found = load(text.replace("based_on: many", "based_on: few"), base={"many": base}.get)[1]
    assert [fault.code for fault in found] == ["unknown_agreement"]


def test_the_schema_accepts_what_the_loader_accepts() -> None:
    schema = json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    import yaml

    for text in (HEAD + RULES, MANY):
        plain = json.loads(json.dumps(yaml.safe_load(text), default=str))
        assert list(validator.iter_errors(plain)) == []
        assert list(validator.iter_errors({**plain, "colour": "red"}))


@pytest.mark.parametrize(
    "text", ["", "[1, 2]\n", "a: &x 1\nb: *x\n", "schema: 1\n--- \nid: 2\n", "\t\n", "{\n"]
)
def test_junk_gives_faults_never_an_exception(text: str) -> None:
    agreement, found = load(text + "\n")
    assert agreement is None and found


def test_norway_is_a_country() -> None:
    assert good(HEAD.replace("[US, DE]", "[US, NO]")).countries() == ("US", "NO")


def test_a_drafts_own_article_is_not_sought_in_the_sources_of_its_base() -> None:
    """The first source stands in where none is named; of a draft it would be the base's page."""
    base = good(
        HEAD.replace("draft", "model").replace("us-de", "base").replace("[US, DE]", "any")
        + "sources:\n"
        "  m: {title: M, url: https://example.org/m, seen: 2026-01-01, kind: full_text}\n"
        "defaults: {counts: [], amount: {basis: own, cite: Article 1}, cite: Article 1}\n"
    )
    assert base.rules_for("de-grv", "DE", "old_age")[0].cite.url == "https://example.org/m"
    draft = good(
        "schema: portability/agreement@1\nid: d\nbased_on: base\ntitle: D\nparties: [US, DE]\n"
        "rules:\n- {scheme: de-grv, counts: [], amount: {basis: own}, cite: Article 9}\n"
        "- {scheme: us-oasdi, counts: [], amount: {basis: own}, cite: {article: A, source: m}}\n",
        base=lambda name: base,
    )
    own, named = draft.rules
    assert (own.cite.article, own.cite.url) == ("Article 9", "")
    assert named.cite.url == "https://example.org/m"


def base_rule(name: str, scheme: str, country: str) -> Rule:
    return catalogue.find(name).rules_for(scheme, country, "old_age")[0]


OVER = "schema: portability/agreement@1\nid: d\nbased_on: base\ntitle: D\nparties: "


@pytest.mark.parametrize("name", ["us-de", "ca-ph", "nl-nz", "eu-883-2004", "caricom", "ca-il"])
def test_a_draft_may_have_other_parties_than_its_base(name: str) -> None:
    """Rules of states that are no party are nobody's, and are left behind."""
    base = catalogue.find(name)
    draft = good(OVER + "[DE, PH]\n", base=lambda _: base)
    assert draft.countries() == ("DE", "PH")
    assert draft.rules == ()  # all of them count Canadian, Dutch … time, or are Canada's


def test_what_a_draft_takes_over_is_cut_to_its_parties() -> None:
    base = catalogue.find("eu-883-2004")
    draft = good(OVER + "[DE, AT]\n", base=lambda _: base)
    kept = draft.rules_for("de-grv", "DE", "old_age")[-1]
    assert kept.amount_of("amount").basis == "theoretical"
    assert draft.rules_for("at-apg", "AT", "old_age")[-1].amount_of("amount").basis == "own"
    assert draft.lists == {} and base.lists["annex_vi"] == ("ie-spc",)
    assert len(draft.raw["defaults"]) == 1  # no record in Switzerland, Norway or Ireland alone
    irish = good(OVER + "[DE, IE]\n", base=lambda _: base)
    assert irish.lists == {"annex_vi": ("ie-spc",)} and len(irish.raw["defaults"]) == 3
    assert [row["scheme"] for row in draft.raw["annex"]] == [["at-apg"], ["at-apg"]]
    same = good(OVER + "[US, DE]\n", base=lambda _: catalogue.find("us-de"))
    assert [rule.scheme for rule in same.rules] == ["us-oasdi", "de-grv"]
    first, second = same.rules_for("de-grv", "DE", "old_age")[0], base_rule("us-de", "de-grv", "DE")
    assert (first.cite, first.counts, first.amount) == (second.cite, second.counts, second.amount)
    assert load(OVER + "null\n", base=lambda _: base)[1][0].code == "missing"


def test_what_a_draft_takes_over_keeps_the_address_of_its_article() -> None:
    """An article of the base is sought in the base's first source, one of the draft nowhere."""
    base = catalogue.find("ca-ph")
    draft = good(OVER + "[CA, PH]\npersons: {kind: open, cite: Article 2}\n", base=lambda _: base)
    rule = draft.rules_for("ph-sss", "PH", "old_age")[0]
    assert rule.cite == base.rules_for("ph-sss", "PH", "old_age")[0].cite and rule.cite.url
    assert draft.persons.cite.article == "Article 2" and draft.persons.cite.url == ""
    bare = good(
        OVER + "[CA, PH]\nsources: null\ninstitutions: null\namendments: null\nrefund: null\n",
        base=lambda _: base,
    )
    assert bare.rules[0].cite.url == ""
