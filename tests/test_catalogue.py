"""Where agreements are found, and that a changed file is read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from portability import catalogue
from portability.errors import InputError

DRAFT = """schema: portability/agreement@1
id: {name}
title: {title}
kind: draft
status: draft
parties: [PH, SA]
rules:
- {{scheme: ph-sss, counts: [], amount: {{basis: own}}}}
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTABILITY_CACHE", str(tmp_path_factory.mktemp("cache")))


def test_the_checkout_and_further_folders(tmp_path: Path) -> None:
    (tmp_path / "ph-sa.yaml").write_text(DRAFT.format(name="ph-sa", title="Draft"))
    found = catalogue.paths([tmp_path])
    assert found["us-de"].parent.name == "agreements" and found["ph-sa"].parent == tmp_path
    assert catalogue.find("ph-sa", [tmp_path]).kind == "draft"
    assert catalogue.find(tmp_path / "ph-sa.yaml").id == "ph-sa"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "ph-sa.yaml"
    path.write_text(DRAFT.format(name="ph-sa", title="First"))
    first = catalogue.find(path)
    assert catalogue.find(path) is first
    path.write_text(DRAFT.format(name="ph-sa", title="Second"))
    second = catalogue.find(path)
    assert (first.title, second.title) == ("First", "Second") and first.digest != second.digest


def test_the_stored_document_gives_the_same_agreement(tmp_path: Path) -> None:
    first = catalogue.find("eu-883-2004")
    catalogue.of_content.cache_clear()
    again = catalogue.find("eu-883-2004")
    assert again is not first
    assert (again.raw, again.rules, again.digest) == (first.raw, first.rules, first.digest)


def test_drafts_and_models_only_by_name(tmp_path: Path) -> None:
    (tmp_path / "ph-sa.yaml").write_text(DRAFT.format(name="ph-sa", title="Draft"))
    ids = {agreement.id for agreement in catalogue.agreements([tmp_path])}
    assert "us-de" in ids and not {"ph-sa", "model-r167"} & ids


def test_only_agreements_between_the_states_of_a_case() -> None:
    assert [a.id for a in catalogue.agreements(countries=["US", "DE"])] == ["us-de"]
    between = {a.id for a in catalogue.agreements(countries=["CA", "PH", "DE"])}
    assert between == {"ca-ph", "ca-de", "de-ph"}


def test_a_draft_begins_with_a_model(tmp_path: Path) -> None:
    path = tmp_path / "ph-sa.yaml"
    path.write_text(
        "schema: portability/agreement@1\nid: ph-sa\ntitle: Draft\n"
        "based_on: model-r167\nparties: [PH, SA]\n"
    )
    draft = catalogue.find(path)
    rule = draft.rules_for("ph-sss", "PH", "old_age")[0]
    assert rule.amount_of("amount").basis == "theoretical" and draft.countries() == ("PH", "SA")


def test_the_name_of_the_file_is_the_id(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(DRAFT.format(name="ph-sa", title="Draft"))
    with pytest.raises(InputError, match="the name of the file"):
        catalogue.find(path)


def test_an_unknown_id_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean us-de"):
        catalogue.find("us-dee")
    with pytest.raises(InputError):
        catalogue.find(tmp_path / "nothing.yaml")
