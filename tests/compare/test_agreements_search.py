"""`agreements search`: answers held against the files, read by hand; unknown is never a no."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portability import catalogue
from portability.agreement_loader import load
from portability.commands import cli
from portability.commands import run as main
from portability.compare import facets, facets_query
from portability.compare.facets_print import statements
from portability.compare.facets_query import Answer, parse
from portability.compare.facets_query import search as asked
from portability.dates import day
from portability.errors import InputError

ON = "2026-11-24"
US = (
    "us-at us-au us-be us-br us-ca us-ch us-cl us-cz us-de us-dk us-es us-fi us-fr us-gb us-gr "
    "us-hu us-ie us-is us-it us-jp us-kr us-lu us-nl us-no us-pl us-pt us-se us-si us-sk us-uy"
).split()
FILES = [catalogue.find(name) for name in catalogue.paths()]


def ask(*terms: str, on: str = ON) -> Answer:
    return asked(parse(terms), FILES, day(on))


def ids(hits: tuple[facets_query.Hit, ...]) -> list[str]:
    return [hit.sheet.agreement.id for hit in hits]


def said(answer: Answer) -> dict[str, list[tuple[str, str, str]]]:
    """Agreement -> (scheme or "", value, article) of every statement that answers."""
    made: dict[str, list[tuple[str, str, str]]] = {}
    for hit in answer.hits:
        rows = [(" ".join(row.schemes) if row else "", fact) for row, fact in statements(hit)]
        found = [(scheme, fact.told, fact.article) for scheme, fact in rows]
        made[hit.sheet.agreement.id] = list(dict.fromkeys(found))
        assert all(fact.url.startswith("http") for _, fact in rows)
    return made


# --- five questions, answered by reading the files


def test_own_minimum_above_a_year() -> None:
    """Six quarters, 18 months and three years are more than a year; 12 months, one year and 360
    days are not."""
    answer = ask("own_minimum > 1 year")
    assert ids(answer.hits) == US
    found = said(answer)
    first, second = "20 CFR 404.1908; 42 USC 433(c)", "GN 01707.125"
    assert found["us-de"] == [
        ("us-oasdi", "6 quarters", first),
        ("de-grv", "18 months", second),
    ]
    assert found["us-kr"] == [
        ("us-oasdi", "6 quarters", "Article 6; GN 01741.120"),
        ("kr-nps", "18 months", "Article 5; GN 01741.125(A)"),
    ]
    assert found["us-no"] == [
        ("us-oasdi", "6 quarters", "Article 6; 20 CFR 404.1908"),
        ("no-folketrygd", "3 years", "Article 7.1(a)"),
    ]
    others = [name for name in US if name not in ("us-de", "us-kr", "us-no")]
    assert all([row[:2] for row in found[n]] == [("us-oasdi", "6 quarters")] for n in others)
    assert ids(answer.open) == (
        "au-it au-jp au-nz caricom de-ph de-tr eu-883-2004 eu-uk-tca jp-de".split()
    )
    no = "ca-au ca-br ca-de ca-fr ca-il ca-in ca-jp ca-kr ca-ph ca-tr ca-tt ch-gb-2021 ch-ph"
    assert " ".join(answer.no) == f"{no} ch-tr ets-78 gcc-extension nl-nz"


def test_capped_denominators() -> None:
    answer = ask("denominator capped")
    found = said(answer)
    assert list(found) == ["ca-br", "ca-fr", "ch-gb-2021", "eu-883-2004"]
    assert {row[2] for row in found["ca-br"]} == {"Article 16(2)(b)"}
    assert found["ca-br"][0][0] == "br-inss" and "minimum period" in found["ca-br"][0][1]
    assert [(row[0], row[2]) for row in found["ca-fr"]] == [("fr-cnav", "Article 18(2)")]
    assert [row[0] for row in found["ch-gb-2021"]] == ["CH GB"]
    assert {row[2] for row in found["ch-gb-2021"]} == {"Art. 49(1)(b), 53(1)(a)"}
    assert {row[2] for row in found["eu-883-2004"]} == {
        "Articles 52(1)(b), 56(1)(a); Regulation 987/2009 Article 43(2)"
    }
    held = {scheme for row in found["eu-883-2004"] for scheme in row[0].split()}
    assert {"de-grv", "fr-cnav", "es-rg"} <= held  # annex VIII part 2: no share in these branches
    old_age = ask("denominator capped", "branch = old_age", "id = eu-883-2004")
    rows = [scheme for row, _ in old_age.hits[0].rows for scheme in row.schemes]
    assert not {"at-apg", "se-income", "lv-old-age"} & set(rows) and "de-grv" in rows
    no = "ca-de ca-il ca-in ca-kr ca-ph ca-tt ch-ph de-tr ets-78 gcc-extension nl-nz"
    assert " ".join(answer.no) == f"{no} us-ca us-cl us-de us-dk us-nl"


def test_posting_over_60_months() -> None:
    """No text in the catalogue posts for longer than 60 months; two do with their extension."""
    plain = ask("posting > 60 months")
    assert ids(plain.hits) == [] and ids(plain.open) == ["caricom", "ch-tr", "de-tr"]
    assert said(ask("posting_extended > 60 months")) == {
        "jp-de": [("", "96 months (60 and 36 more)", "Notes 2, 3")],
        "us-kr": [("", "96 months (60 and 36 more)", "RS 02001.965")],
    }
    assert ids(ask("posting_extended = 5 years").hits) == ["ca-tr"]  # 24 and 36 more
    longer = ask("posting_extended > 48 months")  # forty with 60, and ca-tr
    assert len(longer.hits) == 41 and "at least 60 months" in said(longer)["ca-ph"][0][1]
    assert "us-kr" in ids(longer.hits) and "ch-ph" in ids(longer.open)
    assert "ca-ph" in ask("posting_extended < 60 months").no
    assert "ca-ph" in ids(ask("posting_extended <= 60 months").open)
    assert "ca-ph" in ids(ask("posting_extended >= 60 months").hits)
    assert "ca-ph" in ids(ask("posting_extended = 60 months").open)
    assert "ca-ph" in ask("posting_extended = 48 months").no
    assert "ca-ph" in ids(ask("posting_extended unknown").hits)
    assert ids(ask("posting = 48 months").hits) == ["de-ph"]
    danish = ask("posting < 60 months", "party = US")
    assert said(danish) == {
        "us-dk": [("", "36 months from DK to US", "agreement text as reported")]
    }
    assert ids(ask("posting none").hits) == ["us-it"]


def test_who_counts_third_states() -> None:
    found = said(ask("third_states counted"))
    articles = {name: sorted({row[2] for row in rows}) for name, rows in found.items()}
    assert articles == {
        "ca-br": ["Article 12(1)", "Article 12(2)"],
        "ca-fr": ["Article 13(2)", "Articles 13(1), 18(2)"],
        "ca-in": ["Article 13"],
        "ca-ph": ["Article IX"],
        "ca-tr": ["Article IX"],
        "ca-tt": ["Article IX"],
        "ch-ph": ["Art. 15"],
        "de-ph": ["Art. 10(3)"],
    }
    one_sided = said(ask("third_states own"))
    assert {name: [row[0] for row in rows] for name, rows in one_sided.items()} == {
        "ca-br": ["br-inss"],
        "ch-ph": ["ph-sss"],
    }
    assert list(said(ask("third_states amount"))) == ["ca-fr"]
    assert "ch-ph" in ids(ask("third_states none", "scheme = CH").hits)


def test_who_exports_everywhere() -> None:
    answer = ask("export everywhere")
    articles = {name: rows[0][2] for name, rows in said(answer).items()}
    assert articles == {
        "ca-br": "Article 5",
        "ca-in": "Article 5",
        "ca-ph": "Article V",
        "ca-tt": "Articles V, XI(3)",
    }
    assert "except spouse's allowance" in said(answer)["ca-ph"][0][1]
    assert "ca-fr" in ids(answer.open)  # exports to the other party; third states were not seen
    assert list(answer.no) == (
        "ca-au ca-de ca-il ca-jp ch-ph ch-tr gcc-extension nl-nz us-ca".split()
    )
    conditional = ask("export third_state_conditional")
    assert ids(conditional.hits) == "ca-au ca-de ca-jp ch-ph ch-tr nl-nz us-ca".split()


# --- what a term means


def test_terms_about_rules_hold_in_one_rule() -> None:
    """The United States ask six quarters and pay pro rata, Germany asks 18 months and pays
    direct: only Germany does both of the second."""
    found = said(ask("own_minimum > 1 year", "method direct"))
    assert {name: {row[0] for row in rows} for name, rows in found.items()} == {"us-de": {"de-grv"}}


def test_the_whole_question_of_a_delegation() -> None:
    terms = ("own_minimum > 1 year", "posting >= 60 months", "third_states none")
    more = ("method pro_rata", "party=US", "branch=survivors", "status=in_force")
    assert ids(ask(*terms, *more).hits) == [name for name in US if name != "us-it"]
    assert ids(ask(", ".join((*terms, *more))).hits) == ids(ask(*terms, *more).hits)


def test_unknown_is_neither_yes_nor_no() -> None:
    for term in ("persons open", "persons not open", "persons = nationals|residents"):
        answer = ask(term)
        assert "us-de" in ids(answer.open) and "us-de" not in answer.no, term
    assert "us-de" in ids(ask("persons unknown").hits)
    known = ask("persons stated")
    assert "us-de" in ids(known.open)
    for hit in ask("persons open").open:
        assert all(fact.reason for fact in hit.facts)


def test_a_rule_for_a_record_in_other_schemes_alone_is_nobody_elses() -> None:
    """883/2004 art. 44(2): one full benefit, only where all schemes are of type A (annex VI)."""
    full = said(ask("method full", "id = eu-883-2004"))["eu-883-2004"]
    assert {row[0] for row in full} == {"ie-spc"} and full[0][2] == "Article 44(2)"


def test_a_model_speaks_for_every_scheme() -> None:
    model = [catalogue.find("model-r167")]
    for term in ("scheme = DE", "scheme = de-grv", "branch = survivors"):
        answer = asked(parse(["denominator capped", term]), model, day(ON), only_in_force=False)
        assert ids(answer.hits) == ["model-r167"], term
    assert asked(parse(["branch = family"]), model, day(ON), False).no == ("model-r167",)


def test_a_false_term_beats_an_unknown_one() -> None:
    answer = ask("persons open", "posting none", "party = DE")
    assert answer.hits == () and "us-de" in answer.no


def test_a_day_of_the_past() -> None:
    """On a day in 2005 Regulation 1408/71 binds its states, and 883/2004 is signed."""
    then = ask("party = DE", "parties > 2", on="2005-01-01")
    assert ids(then.hits) == ["eu-1408-71"]
    assert ids(ask("id = eu-883-2004", "status = signed", on="2005-01-01").hits) == ["eu-883-2004"]
    assert ids(ask("status = ended").hits) == ["eu-1408-71"]
    assert "eu-883-2004" in ids(ask("party = GB", on="2020-12-31").hits)
    assert "eu-883-2004" not in ids(ask("party = GB", on="2021-01-01").hits)


def test_a_rule_that_ended_does_not_answer() -> None:
    """Australia's 25 years until 30 June 2014 (Guide 10.1.9.30), 35 since."""
    then = said(ask("denominator fixed", "id = us-au", on="2014-06-30"))["us-au"]
    now = said(ask("denominator fixed", "id = us-au", on="2014-07-01"))["us-au"]
    assert "300 months" in then[0][1] and "420 months" in now[0][1] and len(then) == len(now) == 1


def test_dates_and_counts() -> None:
    assert ids(ask("in_force < 1975").hits) == ["ch-tr", "de-tr"]
    assert ids(ask("signed = 1969").hits) == ["ch-tr"]
    assert ids(ask("in_force > 1972", "in_force <= 1978").hits) == ["ets-78", "us-it"]
    assert ids(ask("in_force >= 1972-01-01", "in_force < 1973").hits) == ["ch-tr"]
    assert ids(ask("signed = 1969").open) == ["au-it", "au-nz", "eu-uk-tca", "gcc-extension"]
    assert ids(ask("parties >= 6").hits) == [
        "caricom",
        "eu-883-2004",
        "eu-uk-tca",
        "gcc-extension",
    ]


def test_days_are_days_of_the_scheme_that_decides() -> None:
    """360 days are a year where a year has 360 days (ch-tr Art. 12(1), Turkey)."""
    year = ask("own_minimum = 1 year", "id = ch-tr").hits[0]
    assert [row.schemes for row, _ in year.rows] == [("tr-sgk",), ("tr-sgk",)]
    assert ids(ask("own_minimum = 360 days", "id = ch-tr").hits) == ["ch-tr"]


def test_a_coverage_only_text_has_no_own_minimum() -> None:
    assert "ca-il" in ask("own_minimum > 1 year").no
    assert ids(ask("totalization coverage_only").hits) == ["ca-il", "gcc-extension"]
    assert "ca-il" in ids(ask("third_states none").hits)


INVENTED = """
schema: portability/agreement@1
id: zz-draft
title: An invented draft
kind: draft
status: draft
parties: [FR, JP]
legislation: {general: {law: work_state, cite: Article 6}}
"""


def test_a_draft_that_says_nothing_of_benefits_is_unknown() -> None:
    draft, faults = load(INVENTED)
    assert draft is not None and not faults
    for term in ("own_minimum > 1 year", "third_states none", "export everywhere", "method full"):
        answer = asked(parse([term]), [draft], day(ON), only_in_force=False)
        assert ids(answer.open) == ["zz-draft"], term
    assert ids(asked(parse(["applicable_law work_state"]), [draft], day(ON), False).hits)


# --- the table of facets


@pytest.mark.parametrize("name", list(facets.table()))
def test_a_facet_explains_itself_and_its_example_runs(name: str) -> None:
    facet = facets.table()[name]
    assert facet.means and facet.example.startswith(name)
    assert all(facet.words.values())
    assert (facet.kind == "word") == bool(facet.words)
    ask(facet.example)


def test_every_word_of_a_file_is_in_the_table() -> None:
    for agreement in FILES:
        sheet = facets.sheet(agreement, day(ON))
        for found in (sheet.facts, *(row.facts for row in sheet.rows)):
            for name, facts in found.items():
                facet = facets.table()[name]
                for fact in facts:
                    assert fact.standing in facets.STANDINGS
                    assert facet.kind == "name" or set(fact.words) <= {*facet.words, "none"}, name
                    assert (fact.standing == "unknown") == bool(fact.reason), (agreement.id, name)


# --- the command


def run(*args: str) -> str:
    """What the command prints, answered or refused."""
    result = CliRunner().invoke(cli, ["agreements", "search", *args])
    if isinstance(result.exception, InputError):
        return str(result.exception)
    assert result.exit_code == 0, result.exception
    return result.output


def test_faults_come_all_at_once_with_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ("own_minimun > 1 year", "denominator > capped", "posting foo", "party=USA")
    assert main(["agreements", "search", *wrong, "branch=old-age"]) == 2
    told = capsys.readouterr().err
    assert told.count("query:") == 5 and "5 faults; nothing was computed or written." in told
    for part in (
        "query:1:1: facet: found 'own_minimun'",
        "did you mean own_minimum?",
        'say "denominator capped"',
        "a length such as 18 months",
        "did you mean old_age?",
    ):
        assert part in told
    for wrong, right in (("UK", "GB"), ("EL", "GR"), ("Germany", "DE"), ("Phillippines", "PH")):
        assert f"did you mean {right}?" in run(f"party = {wrong}")
    assert "a length such as" in run("posting 5 fortnights")
    assert "YYYY-MM-DD" in run("posting > 60 months", "--on", "24.11.2026")
    assert run("party = US, third_states maybe").startswith("query:1:13: third_states")


def test_json_and_csv_carry_article_and_address() -> None:
    made: dict[str, Any] = json.loads(run("posting > 2 years", "--on", ON, "--format", "json"))
    assert made["on"] == ON and made["query"] == ["posting > 2 years"]
    assert made["searched"] == 56
    assert len(made["hits"]) + len(made["cannot_be_said"]) + len(made["no"]) == 56
    first = made["hits"][0]["statements"][0]
    assert first["length"] == {"month": 60} and first["article"] and first["url"]
    assert {row["reason"] for row in made["cannot_be_said"]} == {
        "cannot be said, because the text was not seen"
    }
    rows = list(csv.DictReader(io.StringIO(run("posting > 2 years", "--format", "csv"))))
    assert {row["answer"] for row in rows} == {"yes", "cannot be said", "no"}
    assert all(row["url"] for row in rows if row["answer"] == "yes")
    assert next(r for r in rows if r["agreement"] == "us-dk")["value"] == "60 months from US to DK"


def test_the_table_says_how_many_and_keeps_the_unknown_apart() -> None:
    told = run("posting > 60 months", "--on", ON)
    assert "0 of 56 do, 53 do not, of 3 it cannot be said." in told
    assert "Cannot be said, because the text was not seen (3):" in told
    told = run("id = us-de, posting stated")
    assert "not read in this agreement's own text" in " ".join(told.split())


def test_facets_tell_meaning_unit_and_how_much_is_known() -> None:
    made = json.loads(run("--facets", "--on", ON, "--format", "json"))
    rows = {row["facet"]: row for row in made["facets"]}
    assert made["agreements"] == 56 and list(rows) == list(facets.table())
    posting = rows["posting"]
    assert (posting["states"], posting["none_or_not_regulated"], posting["unknown"]) == (48, 5, 3)
    assert rows["own_minimum"]["measured_in"] == "day, week, month, quarter, year"
    assert rows["export"]["states_in_part"] == 11  # the other state yes, third states not seen
    assert "posting" in run("--facets") and "capped" in run("--facets")
    assert "facet,about" in run("--facets", "--format", "csv")


def test_no_spreadsheet_computes_what_a_file_says(tmp_path: Path) -> None:
    path = tmp_path / "zz-draft.yaml"
    path.write_text(INVENTED.replace("An invented draft", '"=1+1"'))
    told = run("kind = draft", "--agreement", str(path), "--format", "csv")
    assert ",'=1+1," in told and ",=1+1," not in told


def test_a_draft_is_asked_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "zz-draft.yaml").write_text(INVENTED)
    path = os.fspath(tmp_path / "zz-draft.yaml")
    told = run("applicable_law work_state", "--agreement", path, "--agreement", "us-de")
    assert "1 of 2 do, 0 do not, of 1 it cannot be said." in told
