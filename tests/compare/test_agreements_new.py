"""`agreements new`: the first file of a draft loads at once, says what its base says, and every
clause it suggests can be taken over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portability import catalogue, registry
from portability.agreement import Agreement
from portability.agreement_loader import load
from portability.agreement_schema import KEYS, LEGISLATION, STATUSES
from portability.commands import run
from portability.compare import drafts, drafts_rules
from portability.compare.drafts_yaml import block, choices, flow, words
from portability.compare.faults import report
from portability.countries import COUNTRIES
from portability.dates import day
from portability.shape import Word

ON = day("2026-11-24")
BASES = ["model-r167", "ca-ph", "nl-nz", "us-de", "ca-il", "caricom", "gcc-extension", "ch-tr"]


def text(parties: str, base: str = "model-r167") -> str:
    return drafts.text(drafts.plan([parties], base, None, None, ON))


def read(whole: str) -> Agreement:
    found, faults = load(whole, catalogue.find)
    assert found is not None, [str(fault) for fault in faults]
    return found


def taken_over(whole: str) -> str:
    """Every clause that stands there as a suggestion, taken over as it stands."""
    return re.sub(r"(?m)^# ", "", whole)


@pytest.mark.parametrize("base", [*BASES, "eu-883-2004", "eu-1408-71", "ets-78"])
@pytest.mark.parametrize("parties", ["DE,US", "CH,TR,KI"])
def test_it_loads_as_it_stands_and_with_every_clause_taken_over(base: str, parties: str) -> None:
    whole = text(parties, base)
    draft = read(whole)
    assert (draft.kind, draft.status) == ("draft", "draft")
    assert draft.countries() == tuple(parties.split(","))
    full = read(taken_over(whole))
    assert full.raw["persons"] and full.raw["transitional"] and full.rules
    owners = {rule.scheme for rule in full.rules}
    for code in parties.split(","):
        held = [s for s in registry.ids() if registry.country_of(s) == code] or [code]
        assert set(held) <= owners, "every scheme of the parties has a rule to begin with"


def test_every_base_of_the_catalogue_serves() -> None:
    for name in catalogue.paths():
        draft = read(text("PH,NP", name))
        assert draft.id == "draft-ph-np" and draft.raw["based_on"] == name


def test_what_is_not_touched_is_as_in_the_base() -> None:
    """The same rules for the same schemes, whether they are taken over or left alone."""
    base = catalogue.find("model-r167")
    whole = text("PH,AU")
    for draft in (read(whole), read(taken_over(whole))):
        for scheme, country in (("ph-sss", "PH"), ("au-age", "AU")):
            mine = draft.rules_for(scheme, country, "old_age")[0]
            theirs = base.rules_for(scheme, country, "old_age")[0]
            assert (mine.amount, mine.counts, mine.when) == (
                theirs.amount,
                theirs.counts,
                theirs.when,
            )
            assert mine.below_minimum == theirs.below_minimum
        assert draft.raw["pre_entry"] == base.raw["pre_entry"]
        assert draft.raw["legislation"]["posting"] == base.raw["legislation"]["posting"]


def test_annex_rows_are_laid_over_the_rules_it_suggests() -> None:
    """883/2004 annex VIII part 2: old-age pensions of the Austrian account are paid directly."""
    base = catalogue.find("eu-883-2004")
    full = read(taken_over(text("DE,AT", "eu-883-2004")))
    for scheme, country, branch in (
        ("at-apg", "AT", "old_age"),
        ("de-grv", "DE", "old_age"),
        ("de-grv", "DE", "survivors"),
    ):
        mine = full.rules_for(scheme, country, branch)[0]
        theirs = base.rules_for(scheme, country, branch)[-1]
        assert mine.path.startswith("rules") and theirs.path.startswith("defaults")
        assert (mine.amount, mine.below_minimum) == (theirs.amount, theirs.below_minimum)
    assert full.rules_for("at-apg", "AT", "old_age")[0].amount["amount"].basis == "own"


def test_a_scheme_is_given_no_rule_for_a_record_elsewhere_alone() -> None:
    full = read(taken_over(text("DE,IE", "eu-883-2004")))
    assert [r.record for r in full.rules if r.scheme == "de-grv"] == [None]


def test_the_rules_of_a_party_that_stays_are_suggested() -> None:
    """ca-ph with another partner: nothing counts Canadian time; ca-ph again: as it is."""
    same = read(taken_over(text("CA,PH", "ca-ph")))
    theirs = catalogue.find("ca-ph").rules_for("ph-sss", "PH", "old_age")[0]
    assert same.rules_for("ph-sss", "PH", "old_age")[0].amount == theirs.amount
    other = text("PH,AU", "ca-ph")
    assert "ca-cpp" not in re.sub(r"(?m)^##.*$", "", other)
    assert read(other).rules == ()


def test_a_form_of_a_rule_converts_by_the_calendar_or_not_at_all() -> None:
    assert drafts_rules.conversion("quarter", "month", 360) == {
        "quarter": 1,
        "gives": {"month": 3},
        "fill_to": 12,
    }
    assert drafts_rules.conversion("month", "quarter", 360) == {
        "month": 3,
        "gives": {"quarter": 1},
        "remainder_from": 1,
        "fill_to": 4,
    }
    assert drafts_rules.conversion("month", "month", 360) == {
        "month": 1,
        "gives": {"month": 1},
        "fill_to": 12,
    }
    for theirs, own in (("week", "month"), ("month", "week"), ("day", "month"), ("year", "day")):
        assert drafts_rules.conversion(theirs, own, 360) is None  # to be agreed, never guessed
    assert "unit: unknown" in text("GB,PH", "ca-il")  # weeks and months


def test_clauses_name_their_words_the_article_of_the_base_and_other_texts() -> None:
    whole = " ".join(text("PH,AU").replace("\n## ", " ").split())
    assert "words: kind: open | nationals | insured | residents" in whole
    assert "model-r167: C118 Article 3, https://wetten.overheid.nl/BWBV0004625" in whole
    assert "36 months in 2 (ca-fr Article 7)" in whole and "48 months in 1 (de-ph" in whole
    assert "counted in 8 (ca-br Article 12(1))" in whole
    assert "6 quarters in 30" in whole and "3 years in 1 (us-no Article 7.1(a))" in whole


def test_texts_in_force_between_the_parties_are_named() -> None:
    whole = text("DE,PH")
    assert "the catalogue holds de-ph" in " ".join(whole.replace("\n## ", " ").split())
    full = read(taken_over(whole))
    assert full.replaces is not None and full.replaces.ids == ("de-ph",)
    assert read(text("DE,FR", "eu-883-2004")).replaces is None  # what the base replaces is its own
    assert "REPLACES" not in text("PH,NP")


def test_a_posting_clause_for_other_states_is_not_taken_over() -> None:
    assert read(text("PH,NP", "nl-nz")).raw["legislation"]["posting"] == "unknown"
    assert read(text("NL,NZ", "nl-nz")).raw["legislation"]["posting"]["months"] == 60


def test_a_country_without_a_scheme_is_told_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kiribati.yaml"
    assert run(["agreements", "new", "--parties", "PH,KI", "--out", str(out)]) == 0
    assert "KI (Kiribati) has no scheme here: `portability new scheme KI pension`" in (
        capsys.readouterr().out
    )
    assert read(out.read_text()).id == "kiribati" and "country: KI" in out.read_text()


def test_the_command_writes_once_and_check_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    new = ["agreements", "new", "--parties", "ph,au", "--based-on", "model-r167"]
    assert run(new) == 0
    file = tmp_path / "draft-ph-au.yaml"
    before = file.read_bytes()
    assert catalogue.find(file).id == "draft-ph-au"
    capsys.readouterr()
    assert run(["agreements", "check", "draft-ph-au.yaml"]) in (0, 1)
    assert "draft-ph-au.yaml: draft-ph-au, 2 parties, readable" in capsys.readouterr().out
    assert run(new) == 2 and file.read_bytes() == before
    assert "nothing is overwritten" in capsys.readouterr().err
    assert run([*new, "--out", "no/where/d.yaml"]) == 2
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--parties", "PH"], "two different countries or more"),
        (["--parties", "PH,PH"], "two different countries or more"),
        (["--parties", "PH,XQ"], "found 'XQ'; expected an ISO 3166 country code"),
        (["--parties", "PH,Germany"], "did you mean DE?"),
        (["--parties", "PH,AU", "--based-on", "model-r16"], "did you mean model-r167?"),
        (["--parties", "PH,AU", "--based-on", "./my.yaml"], "expected a readable file"),
        (["--parties", "PH,AU", "--id", "PH_AU"], "small letters, digits and hyphens"),
        (["--parties", "PH,AU", "--id", "ca-ph"], "an id that no agreement of the catalogue has"),
        (["--parties", "PH,AU", "--id", "a", "--out", "b.yaml"], "the id as the file's name"),
        (["--parties", "PH,AU", "--out", "draft.txt"], "a file whose name ends in .yaml"),
    ],
)
def test_bad_input_is_one_clear_message(
    options: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["agreements", "new", *options]) == 2
    error = capsys.readouterr().err
    assert told in error and "1 fault; nothing was computed or written." in error
    assert list(tmp_path.iterdir()) == []


def test_every_clause_is_a_key_of_the_format() -> None:
    for row in drafts.clauses()["clauses"]:
        key, _, part = row["key"].partition(".")
        assert key in KEYS and (not part or part in LEGISLATION.keys), row["key"]
        assert row["asks"].endswith(("?", "."))


def test_words_come_from_the_format() -> None:
    assert words(Word(STATUSES)) == " | ".join(STATUSES)
    assert choices(KEYS["choose"]) == [
        "order: highest | applicant | totalized | first",
        "tie: national | totalized",
    ]
    assert choices(KEYS["third_states"])[-1] == "or instead of all: unknown | not_regulated | none"


def test_norway_and_dates_are_written_as_the_reader_takes_them() -> None:
    assert (
        flow({"country": ["NO"], "from": "2014-07-01"}) == "{country: ['NO'], from: '2014-07-01'}"
    )
    assert list(block("by_country", {"NO": {"kind": "nationals", "note": "x" * 90}})) == [
        "by_country:",
        "  'NO':",
        "    kind: nationals",
        f"    note: {'x' * 90}",
    ]
    assert "'NO'" in text("FR,NO", "eu-883-2004") and COUNTRIES["NO"] == "Norway"


# --- clauses the model lacks: those of a named real text, read from the catalogue


def test_the_two_warnings_of_a_fresh_draft_end_with_the_clauses_it_suggests(tmp_path: Path) -> None:
    """No clause of transition of Recommendation 167 could be read, and ETS 78 Article 15(1) sets no
    last day: the template writes Article XIX of US-CA and the sixty and thirty-six months of US-KR
    beside the base's own words."""
    whole = text("PH,NP")
    assert "The clause below is that of us-ca, Article XIX,\n" in whole
    assert "sets no last day. Instead, with one, as us-kr" in whole
    assert warned(tmp_path, whole) == {"no_transition", "posting_without_end"}
    clause = r"(?m)^# (transitional:)\n# (  rule: .*)\n# (  cite: .*)$"
    started = re.sub(clause, r"\1\n\2\n\3", whole)
    rule = catalogue.find("us-ca").raw["transitional"]["rule"]
    assert read(started).raw["transitional"] == {"rule": rule, "cite": "FILL IN"}
    ended = started.replace("# legislation:", "legislation:").replace("##   posting", "  posting")
    assert read(ended).raw["legislation"]["posting"]["extension_months"] == 36
    assert read(ended).raw["legislation"]["general"]["law"] == "work_state"
    assert warned(tmp_path, ended) == set()


def warned(folder: Path, whole: str) -> set[str]:
    path = folder / "draft-ph-np.yaml"
    path.write_text(whole, "utf-8")
    findings = report(catalogue.find(path))["findings"]
    kinds = ("no_transition", "posting_without_end")
    return {item["kind"] for item in findings if item["kind"] in kinds}


@pytest.mark.parametrize(
    ("base", "told"), [("us-kr", False), ("ca-ph", True), ("gcc-extension", False)]
)
def test_a_last_day_is_told_where_the_base_has_none(base: str, told: bool) -> None:
    parties = ",".join(catalogue.find(base).countries()[:2])
    assert ("sets no last day" in text(parties, base)) == told


def test_every_clause_that_is_quoted_stands_in_the_catalogue() -> None:
    rows = [row["like"] for row in drafts.clauses()["clauses"] if "like" in row]
    assert len(rows) == 2
    for row in rows:
        value, place = drafts.like(row)
        assert set(value) == {*row["keys"], "cite"} and "https://" in place
