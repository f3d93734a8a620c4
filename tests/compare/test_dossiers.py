"""The worked dossiers: memos that come out the same twice, and figures argued by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portability.commands import cli
from portability.compare import impact, population

FOLDER = Path(__file__).parents[2] / "examples" / "dossiers"
DOSSIERS = {
    "us-ca": ("us-ca-1984.yaml", "us-ca@1997-10-01", "population.yaml"),
    "ca-ph": ("model-r167", "ca-ph", "population.yaml"),
    "us-ph": ("us-ph-1.yaml", "us-ph-2.yaml", "us-ph"),
}


def found(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """(the last pair of texts of a dossier, its rows)."""
    monkeypatch.chdir(FOLDER / name)
    one, other, people = DOSSIERS[name]
    return impact.of([one, other], population.load(people))["pairs"][-1]


@pytest.mark.parametrize("name", DOSSIERS)
def test_the_memo_is_the_same_twice(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER / name)
    one, other, people = DOSSIERS[name]
    made = []
    for number in range(2):
        monkeypatch.setenv("PORTABILITY_LEDGER", str(tmp_path / f"{number}.sqlite"))
        memo = tmp_path / f"{number}.html"
        words = ["compare", one, other, "--population", people, "--memo", str(memo)]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, done.output
        made.append(memo.read_bytes())
    assert made[0] == made[1]
    assert b"Ledger entry 1, root " in made[0] and b"Synthetic: no person is in it" in made[0]
    assert b"<script" not in made[0] and b"src=" not in made[0]


def test_old_age_security_in_a_third_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """SI/97-111 article IX(3)(a): those in a third state with 12 to 239 months in Canada gain; with
    15 years 15/40 of 742.31. Nobody loses, nothing moves in the United States."""
    pair = found("us-ca", monkeypatch)
    assert {(row["scheme"], row["effect"]) for row in pair["persons"]} == {
        *(("ca-oas", word) for word in ("gains", "same")),
        *((scheme, "same") for scheme in ("ca-cpp", "us-oasdi")),
    }
    cases = [case for case in pair["cases"] if case["after"]["own"] == 191]
    assert (742_31 * 15 * 2 + 40) // 80 == 278_37
    assert {case["after"]["amount"] for case in cases} == {"278.370"}
    assert {case["home"] for case in pair["cases"]} == {"a third state"}


def test_a_share_of_the_minimum_against_a_share_of_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ca-ph article XIII(1): 86 of 120 months of the minimum pension (10 years: 40 % of 12,000 PHP,
    4,800). Old Age Security: the model's 31 fortieths x 180/381, the agreement's 15 fortieths."""
    pair = found("ca-ph", monkeypatch)
    assert 12_000 * 40 // 100 * 86 // 120 == 3_440
    months = [case for case in pair["cases"] if case["after"]["own"] == 86]
    assert {case["after"]["amount"] for case in months} == {"3440.000"}
    whole = (742_31 * 31 * 2 + 40) // 80
    assert (whole, (whole * 180 * 2 + 381) // 762) == (575_29, 271_79)
    years = [
        case
        for case in pair["cases"]
        if (case["scheme"], case["after"]["own"], case["after"]["foreign"]) == ("ca-oas", 180, 201)
    ]
    assert {(case["before"]["amount"], case["after"]["amount"]) for case in years} == {
        ("271.790", "278.370")
    }


def test_a_fraction_that_does_not_fit_the_theoretical_pension(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """us-ph-1: 61 of 61 of a pension on 35 years (20 CFR 404.1918) is more than national law pays
    for the same 61 quarters; us-ph-2 leaves the national pension."""
    pair = found("us-ph", monkeypatch)
    worst = [case for case in pair["cases"] if case["before"]["fraction"] == "61/61"]
    assert worst and all(case["scheme"] == "us-oasdi" for case in worst)
    assert {case["after"]["route"] for case in worst} == {"national"}
    assert all(float(case["difference_a_year"]) < 0 for case in worst)
