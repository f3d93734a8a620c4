"""Real texts: every agreement of the catalogue gives exactly the errors and warnings listed here,
each with the reason why it is no false alarm. Notes are free."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from portability import catalogue
from portability.answer import answer
from portability.case import load
from portability.compare.faults import report
from portability.compare.faults.model import changed
from portability.yamlsource import Source

Json = dict[str, Any]

# agreement -> (kind, clause) -> why it is a defect of the text
EXPECTED: dict[str, dict[tuple[str, str], str]] = {
    "ca-br": {
        ("month_costs_money", "rules[2]"): "Article 16(2)(b) caps the denominator at the minimum "
        "period: just below it Brazil pays nearly the whole of a theoretical pension that counts "
        "the Canadian years; from the month on in which its own law opens the right, only its own"
    },
    "ca-fr": {
        ("unbounded_fraction", "rules[4].amount"): "Article 18(2) limits the total of both records "
        "to the French maximum, and not the French record above the line"
    },
    "ca-tr": {
        ("inverted_fraction", "rules[2].amount"): "Article XIII(1)(b): periods of both Parties in "
        "relation to Turkish periods",
        ("inverted_fraction", "rules[3].amount"): "Article XIII(1)(b), invalidity and survivors",
    },
    "ch-tr": {
        ("refugees_out", "persons"): "Article 2(1) of 1969 names nationals, their family and "
        "survivors; C118 Article 10(1) asks for refugees and stateless persons"
    },
    "ets-78": {
        ("unit_unreached", "defaults.counts[0].unit"): "78A Article 15 equates days of weeks of "
        "five and six days; the Spanish record counts every day"
    },
    "eu-1408-71": {
        ("month_costs_money", "defaults[5]"): "Article 48(3) helps only where every state is below "
        "a year: the first full year in a state that asks for more closes it"
    },
    "eu-883-2004": {
        ("month_costs_money", "defaults[4]"): "Article 57(3) helps only where every state is below "
        "a year: the first full year in a state that asks for more closes it"
    },
    "model-r167": {
        ("no_transition", "transitional"): "the model has no clause on refused claims",
        ("posting_without_end", "legislation.posting"): "ETS 78 Article 15(1) sets no last day",
        ("month_costs_money", "defaults"): "ETS 78 Article 31(3), as Article 57(3) above",
    },
    "nl-nz": {
        ("band_hole", "rules[0].amount.denominator.by_born"): "Article 8: the band that should "
        "reach 31 December 1934 ends on the day before"
    },
}


@cache
def examined(name: str) -> Json:
    made: Json = report(catalogue.find(name))
    return made


def only(name: str, kind: str) -> Json:
    (item,) = [item for item in examined(name)["findings"] if item["kind"] == kind]
    found: Json = item
    return found


@pytest.mark.parametrize("name", catalogue.paths())
def test_a_text_has_the_errors_and_warnings_that_are_known_and_no_other(name: str) -> None:
    made = examined(name)
    found = {
        (item["kind"], item["path"]) for item in made["findings"] if item["severity"] != "note"
    }
    assert found == set(EXPECTED.get(name, {}))
    assert made["found"] == bool(found)


def test_most_treaties_in_force_are_clean() -> None:
    in_force = [n for n in catalogue.paths() if catalogue.find(n).status == "in_force"]
    clean = [name for name in in_force if name not in EXPECTED]
    assert len(clean) >= 40 and len(in_force) - len(clean) == 7


@pytest.mark.parametrize("name", catalogue.paths())
def test_every_finding_names_its_clause_and_article(name: str) -> None:
    for item in examined(name)["findings"]:
        assert item["where"].split(":")[0].endswith(f"agreements/{name}.yaml")
        assert item["severity"] in ("error", "warning", "note")
        assert item["consequence"].endswith((".", '"')) and "\n" not in item["consequence"]
        assert item["example"] is None or item["example"].get("none") or item["example"]["case"]
        assert item["article"] or item["path"] in ("branches", "transitional")


# --- the figures of the real defects, worked out by hand


def test_turkey_would_pay_more_than_the_whole() -> None:
    """Article XIII(1)(b). 1980 to 1989 are 3,653 days, ten Canadian years 3,600: of a pension
    certified at 1,000 the printed ratio gives 1,985.49 (7,253/3,653), the usual one 503.65
    (3,653/7,253); with a year less of Turkish work the printed one gives more: 6,888/3,288."""
    item = next(i for i in examined("ca-tr")["findings"] if i["path"] == "rules[2].amount")
    example = item["example"]
    assert item["article"] == "Article XIII(1)(b)"
    assert example["as_written"]["tr-sgk"]["payable"] is None
    assert example["with_better_rule"]["tr-sgk"]["payable"]["amount"] == "503.65"
    assert example["with_better_rule"]["tr-sgk"]["fraction"] == "3653/7253"
    assert "1,985.49 TRY after 120" in example["literally"]
    assert "2,094.89 TRY after 108" in example["literally"]
    assert [row["agreement"] for row in item["better"]] == ["ets-78", "eu-883-2004"]
    assert item["better"][0]["value"]["denominator"] == "counted"


def test_somebody_born_on_the_last_day_of_1934_has_no_amount() -> None:
    """Article 8. With the twelfth band drawn to 31 December 1934 its denominator is 522: of a
    pension certified at 1,000 the 241 calendar months touched give 461.69."""
    item = only("nl-nz", "band_hole")
    assert item["example"]["case"]["person"]["born"] == "1934-12-31"
    assert item["example"]["as_written"]["nz-super"]["payable"] is None
    assert item["example"]["with_better_rule"]["nz-super"]["payable"]["amount"] == "461.69"
    assert item["where"].endswith("nl-nz.yaml:46:11")


def test_the_french_share_passes_the_whole() -> None:
    """Article 18(2): 179 quarters over 167, the full career of somebody born in 1958 (Code de la
    sécurité sociale L. 161-17-3), where Canada adds twelve months."""
    example = only("ca-fr", "unbounded_fraction")["example"]
    assert example["as_written"]["fr-cnav"]["fraction"] == "179/167"
    more = example["as_written"]["fr-cnav"]["payable"]["amount"]
    assert Decimal(example["with_better_rule"]["fr-cnav"]["payable"]["amount"]) < Decimal(more)


@pytest.mark.parametrize("name", ["ca-br", "eu-883-2004", "eu-1408-71", "model-r167"])
def test_a_month_more_costs_money_case_by_case(name: str) -> None:
    """The person of the example and the same one with a month less, each asked alone: some pension
    falls, none rises, and national law alone takes nothing away."""
    item = only(name, "month_costs_money")
    case = item["example"]["case"]
    shorter = {**case, "periods": [dict(line) for line in case["periods"]]}
    first = shorter["periods"][0]
    year, month = map(int, first["end"].split("-")[:2])
    last = {1: (year - 1, 12, 31)}.get(month, (year, month - 1, 28 + days(month - 1)))
    first["end"] = f"{last[0]}-{last[1]:02}-{last[2]:02}"
    months = item["terms"]["months"]
    first["earnings"] = str(int(case["periods"][0]["earnings"][:-3]) // (int(months) + 1))
    first["earnings"] = f"{int(first['earnings']) * int(months)}.00"
    agreement = changed(catalogue.find(name))
    with_ = [paid(c, [agreement]) for c in (shorter, case)]
    alone = [paid(c, []) for c in (shorter, case)]
    assert all(with_[1][s] <= with_[0][s] for s in with_[0])
    assert any(with_[1][s] < with_[0][s] for s in with_[0])
    assert all(alone[1][s] >= alone[0][s] for s in alone[0])


def days(month: int) -> int:
    return {2: 0, 4: 2, 6: 2, 9: 2, 11: 2}.get(month, 3)


def paid(document: Json, agreements: list[Any]) -> dict[str, str]:
    made = answer(load(Source("again", document)), agreements, trace=False, ahead=False)
    return {
        line["scheme"]: f"{line['payable']['amount'] if line['payable'] else '0':>12}"
        for line in made["entitlements"]
    }


def test_brazil_pays_less_from_the_180th_month_on() -> None:
    """Article 16(2)(b): 179/180 of a pension on 419 months, then one on 180 months (60 percent
    of the average of 3,000, EC 103/2019 art. 26)."""
    example = only("ca-br", "month_costs_money")["example"]
    assert example["as_written"]["br-inss"]["payable"]["amount"] == "1800.00"
    assert example["one_month_less"]["br-inss"]["fraction"] == "179/180"


def test_a_note_does_not_raise_an_alarm() -> None:
    """Spain and the United States: 365 days there and back are 364 (GN 01721.120, GN 01721.125)."""
    item = only("us-es", "time_lost")
    assert item["severity"] == "note" and not examined("us-es")["found"]
    assert "comes back (1 quarter = 91 days) as 364 days" in item["consequence"]


def test_short_time_in_the_united_states_adds_nothing_to_the_german_pension() -> None:
    """Below six quarters (20 CFR 404.1908) nothing is paid, and Germany pays its own periods."""
    example = only("us-de", "short_unpaid")["example"]
    german = example["as_written"]["de-grv"]["payable"]
    assert german == example["without_these_months"]["de-grv"]["payable"] is not None
    assert example["as_written"]["us-oasdi"]["status"] == "not_entitled"


def test_what_was_not_read_is_not_judged() -> None:
    """persons: unknown in us-de: no finding on the personal scope, and the report says so."""
    made = examined("us-de")
    assert made["not_read"] == ["persons"]
    assert not [item for item in made["findings"] if item["path"] == "persons"]
