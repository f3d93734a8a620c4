"""`agreements matrix`: who has what with whom on a day, held against the files."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.dom.minidom
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from portability import catalogue
from portability.agreement import Agreement
from portability.agreement_loader import load
from portability.commands import cli
from portability.commands import run as main
from portability.compare.matrix import Matrix, matrix
from portability.compare.matrix_page import html, svg
from portability.compare.matrix_print import document, lines, table_csv
from portability.dates import day

ON = "2026-11-24"
FILES = catalogue.agreements()


def made(*parties: str, branch: str = "old_age", on: str = ON) -> Matrix:
    return matrix(FILES, branch, day(on), parties)


def mark(row: str, column: str, branch: str = "old_age", on: str = ON) -> str:
    return made(row, column, branch=branch, on=on).cell(row, column).mark(row)


def held(row: str, column: str, on: str = ON) -> dict[str, str]:
    """Instrument -> what displaces it."""
    cell = made(row, column, on=on).cell(row, column)
    return {found.agreement.id: found.displaced_by for found in cell.held}


def test_the_philippines_and_their_partners() -> None:
    """Art. 14 SR 0.831.109.645.1: the Philippines add Swiss periods; Switzerland pays on its own
    periods alone."""
    found = made("PH")
    assert found.rows == ("PH",) and found.columns == ("CA", "CH", "DE")
    assert [found.cell("PH", c).mark("PH") for c in found.columns] == ["both", "row_only", "both"]
    assert mark("CH", "PH") == "column_only"


@pytest.mark.parametrize(
    ("row", "column", "branch", "expected"),
    [
        ("CA", "IL", "old_age", "coverage_only"),
        ("SA", "QA", "survivors", "coverage_only"),
        ("US", "DE", "survivors", "both"),
        ("US", "AU", "old_age", "both"),
        ("US", "AU", "invalidity", "row_only"),  # no Australian rule for invalidity is held
        ("CH", "TR", "old_age", "column_only"),  # ch-tr art. 10(4): Switzerland pays directly
        ("CH", "TR", "invalidity", "both"),  # art. 10(3): Turkish periods count
        ("US", "DE", "family", "not_added"),
        ("PH", "US", "old_age", "none_held"),
    ],
)
def test_what_a_cell_says(row: str, column: str, branch: str, expected: str) -> None:
    assert mark(row, column, branch) == expected


def test_what_is_not_known_is_said_beside_what_is() -> None:
    cell = made("US", "AU", branch="invalidity").cell("US", "AU")
    told = cell.held[0].told(cell.first, cell.second)
    assert told == "not known whether AU counts periods of US, US counts periods of AU"


def test_a_multilateral_instrument_counts_for_every_two_of_its_states_on_the_day() -> None:
    """883/2004: Croatia from 2013-07-01, Switzerland from 2012-04-01, the United Kingdom until
    2020; 1408/71 before."""
    assert held("DE", "HR", "2013-06-30") == {}
    assert held("DE", "HR", "2013-07-01") == {"eu-883-2004": ""}
    assert held("CH", "DE", "2012-03-31") == {"eu-1408-71": ""}
    assert held("CH", "DE", "2012-04-01") == {"eu-883-2004": ""}
    assert held("FR", "GB", "2020-12-31") == {"eu-883-2004": ""}
    assert held("FR", "GB", "2021-01-01") == {"eu-uk-tca": ""}
    assert held("CH", "GB", "2021-11-01") == {"ch-gb-2021": ""}
    everybody = made()
    bound = [c for c in catalogue.find("eu-883-2004").countries() if c != "GB"]
    assert len(bound) == 31
    for first, second in combinations(bound, 2):
        cell = everybody.cell(first, second)
        assert "eu-883-2004" in {found.agreement.id for found in cell.held}
        assert cell.mark(first) == "both"


def test_an_instrument_that_is_replaced_gives_no_mark() -> None:
    """883/2004 art. 8 replaces what stands between its states: ETS 78 between Spain and the
    Netherlands (which itself replaced what was there before)."""
    assert held("ES", "NL") == {
        "ets-78": "eu-883-2004",
        "eu-883-2004": "",
        "eu-uk-tca": "eu-883-2004",
    }
    assert held("FR", "DE")["eu-uk-tca"] == "eu-883-2004"
    assert held("ES", "NL", "1990-01-01")["ets-78"] == ""


def test_signed_and_not_in_force() -> None:
    """SI/2014-67: signed 2011-08-08, in force 2014-08-01."""
    assert mark("CA", "BR", on="2011-08-07") == "none_held"
    assert mark("CA", "BR", on="2011-08-08") == "signed"
    assert mark("CA", "BR", on="2014-07-31") == "signed"
    assert mark("CA", "BR", on="2014-08-01") == "both"


def test_a_cell_agrees_with_what_the_parties_of_each_file_say() -> None:
    """An oracle that knows nothing of matrices: every two states bound by one text on the day."""
    found = made(on="2015-06-01")
    pairs: dict[tuple[str, str], set[str]] = {}
    for agreement in FILES:
        states = sorted(c for c in agreement.countries() if agreement.bound(c, day("2015-06-01")))
        for pair in combinations(states, 2):
            pairs.setdefault(pair, set()).add(agreement.id)
    got = {
        (cell.first, cell.second): {h.agreement.id for h in cell.held if h.status == "in_force"}
        for cell in found.pairs()
    }
    assert {pair: names for pair, names in got.items() if names} == pairs


INVENTED = """
schema: portability/agreement@1
id: {id}
title: Invented
kind: bilateral
status: in_force
parties: [FR, JP]
in_force: 2000-01-01
sources:
  text: {{title: Invented, url: "https://example.org/", seen: 2026-11-24, kind: full_text}}
branches: [old_age, survivors]
rules:
  - scheme: {scheme}
    branches: [old_age]
    counts: [{{schemes: {counts}, unit: unknown, branches: {branches}, cite: Article 2}}]
    amount: unknown
    cite: Article 2
"""


def invented(**words: str) -> Agreement:
    found, faults = load(INVENTED.format(**words))
    assert found is not None, faults
    return found


def test_two_instruments_of_one_direction_each_give_both() -> None:
    one = invented(id="zz-one", scheme="fr-cnav", counts="[jp-kosei]", branches="[old_age]")
    two = invented(id="zz-two", scheme="jp-kosei", counts="others", branches="[old_age]")
    assert matrix([one], "old_age", day(ON)).cell("FR", "JP").mark("JP") == "column_only"
    assert matrix([two], "old_age", day(ON)).cell("FR", "JP").mark("JP") == "row_only"
    assert matrix([one, two], "old_age", day(ON)).cell("FR", "JP").mark() == "both"
    assert matrix([one], "survivors", day(ON)).cell("FR", "JP").mark() == "not_known"
    assert matrix([one], "family", day(ON)).cell("FR", "JP").mark() == "not_added"
    narrow = invented(id="zz-no", scheme="fr-cnav", counts="others", branches="[survivors]")
    assert matrix([narrow], "old_age", day(ON)).cell("FR", "JP").held[0].counts == (
        "no",
        "not known",
    )


def test_rules_that_do_not_hold_yet_give_no_mark() -> None:
    """us-gb: in force from 1985, its rules on benefits from 1988-01-01."""
    assert mark("GB", "US", on="1987-12-31") == "not_known"
    assert mark("GB", "US", on="1988-01-01") == "both"


def test_the_mark_is_of_what_is_left_when_a_text_is_replaced() -> None:
    old = invented(id="zz-old", scheme="fr-cnav", counts="others", branches="[old_age]")
    text = (
        INVENTED.split("rules:")[0] + "rules: none\nreplaces: {{ids: [zz-old], cite: Article 9}}\n"
    )
    new, faults = load(text.format(id="zz-new"))
    assert new is not None, faults
    cell = matrix([old, new], "old_age", day(ON)).cell("FR", "JP")
    assert [(h.agreement.id, h.displaced_by) for h in cell.held] == [
        ("zz-old", "zz-new"),
        ("zz-new", ""),
    ]
    assert cell.mark() == "coverage_only"


def test_a_state_without_a_partner() -> None:
    told = "\n".join(lines(made("NP"), 100))
    assert "NP: no partner." in told and "this catalogue holds none" in told


# --- how it is drawn


def test_none_held_is_not_said_to_be_no_agreement() -> None:
    for text in (
        "\n".join(lines(made("PH", "US"), 100)),
        html(made("PH", "US")),
        svg(made("PH", "US")),
        table_csv(made("PH", "US")),
        json.dumps(document(made("PH", "US"))),
    ):
        assert "none held in this catalogue, which does not say that none exists" in text or (
            "this catalogue holds none" in text
        )


def test_csv_has_every_pair_once_per_instrument() -> None:
    found = made("CA", "CH", "DE", "PH")
    rows = list(csv.DictReader(io.StringIO(table_csv(found))))
    assert {(row["first"], row["second"]) for row in rows} == set(
        combinations(("CA", "CH", "DE", "PH"), 2)
    )
    swiss = next(row for row in rows if row["agreement"] == "ch-ph")
    assert (swiss["first_counts_second"], swiss["second_counts_first"]) == ("no", "yes")
    assert swiss["mark"] == "column_only" and swiss["url"].startswith("https://www.fedlex")
    assert next(r for r in rows if (r["first"], r["second"]) == ("CA", "CH"))["mark"] == "none_held"


def test_json_counts_every_pair() -> None:
    told = document(made())
    states = len(told["rows"])
    assert len(told["pairs"]) + len(told["none_held"]) == states * (states - 1) // 2
    assert told["on"] == ON and told["marks"]["both"]["sign"] == "T"


def test_pages_load_nothing_and_are_the_same_twice() -> None:
    for draw in (html, svg):
        assert draw(made()) == draw(matrix(catalogue.agreements(), "old_age", day(ON)))
    page, picture = html(made()), svg(made())
    xml.dom.minidom.parseString(picture)
    outside = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^"\s)>]+)', page)
    assert outside and all(address.startswith(("https://", "http://")) for address in outside)
    assert "<script" not in page + picture and "src=" not in page + picture
    assert "xlink" not in picture and "<image" not in picture and "url(" not in page + picture
    assert re.findall(r"\d+\.\d+", re.sub(r"<(title|desc|text)[^>]*>[^<]*", "", picture)) == []


def test_a_wide_matrix_is_cut_into_blocks_that_fit() -> None:
    told = lines(made(), 100)
    assert max(map(len, told)) <= 100
    assert sum(line.startswith(" " * 24) for line in told) == 3  # 62 states, 25 to a block
    assert any("pairs have an instrument: --format csv lists them" in line for line in told)
    row = next(line for line in lines(made("CH", "PH", "TR"), 100) if line.startswith("PH"))
    assert row.split() == ["PH", "Philippines", ">", "·"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "m.svg"
    run = CliRunner().invoke
    words = ["agreements", "matrix", "--on", ON]
    assert run(
        cli, [*words, "--party", "ph,us", "--party", "DE", "--format", "svg", "--out", str(out)]
    )
    assert out.read_text() == svg(made("PH", "US", "DE"))
    told = run(cli, [*words, "--party", "PH"]).output
    assert "CH-PH   ch-ph: CH does not count periods of PH, PH counts periods of CH" in told
    assert main([*words, "--party", "PH,XQ,Germany", "--branch", "old-age"]) == 2
    error = capsys.readouterr().err
    assert error.count("found '") == 3 and "did you mean old_age?" in error
    assert main(["agreements", "matrix", "--on", "yesterday"]) == 2
