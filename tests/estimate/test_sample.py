"""The synthetic register: the same for the same seed, whole careers, and nobody's."""

from __future__ import annotations

import hashlib
import resource
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from portability import registry
from portability.dates import day
from portability.estimate import mapping, privacy, register, sample

NAMES = (*sample.FILES, "map.yaml", "nested-map.yaml")


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NAMES}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert sample.write(5_000, 3, folder)["members"] == 5_000
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    return folder


def test_a_seed_is_a_register(made: Path, tmp_path: Path) -> None:
    sample.write(5_000, 3, tmp_path / "same")
    sample.write(5_000, 4, tmp_path / "other")
    assert digests(tmp_path / "same") == digests(made)
    other = digests(tmp_path / "other")
    assert all(other[name] != digest for name, digest in digests(made).items())


def test_chunks_are_members_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "CHUNK", 400)
    seen: list[tuple[int, int]] = []
    sample.write(1_000, 1, tmp_path, lambda *told: seen.append(told))
    assert seen == [(400, 1_000), (800, 1_000), (1_000, 1_000)]
    nested = pq.read_table(tmp_path / "nested.parquet")
    ids = nested.column("member_id").to_pylist()
    assert ids == [f"M{number:09d}" for number in range(1, 1_001)]
    assert pq.ParquetFile(tmp_path / "nested.parquet").num_row_groups == 3
    born = nested.column("birth_date").to_pylist()
    assert born[:400] != born[400:800]


def test_careers_look_like_careers(made: Path, tmp_path: Path) -> None:
    map_ = mapping.load(made / "nested-map.yaml")
    members = [
        member
        for unit in register.units(made / "nested.parquet", map_, tmp_path)
        for batch, _ in register.read(unit, map_, 1_000)
        for member in batch.to_pylist()
    ]
    claim = day("2026-11-24")
    assert len(members) > 4_900
    schemes, several, certified, renewed = Counter[str](), 0, 0, 0
    for member in members:
        lines = member["periods"]
        ages = (claim - (member["born"].toordinal() - 719_163)) / 365.25
        assert 19.9 < ages < 67.1
        assert all(line["start"] <= line["end"] for line in lines)
        for before, after in pairwise(lines):
            assert before["end"] < after["start"]
        schemes.update({line["scheme"] for line in lines})
        several += len({line["scheme"] for line in lines}) > 1
        evidence = {line["evidence"] for line in lines}
        certified += "certified" in evidence
        lengths = [(line["end"] - line["start"]).days for line in lines]
        renewed += sum(729 <= length <= 731 for length in lengths) > 1
    assert set(schemes) == {
        *("us-oasdi", "de-grv", "fr-cnav", "es-rg", "nl-aow", "ie-spc", "at-apg"),
        *("ph-sss", "jp-kosei", "kr-nps", "ca-cpp", "in-eps"),
    }
    assert min(schemes.values()) > 100
    assert several > 2_500 and certified > 2_500 and renewed > 500
    sexes = Counter(member["sex"] for member in members)
    assert 2_000 < sexes["female"] < 3_000


def test_every_scheme_of_the_sample_is_known() -> None:
    places = sample.assumed().text["places"].values()
    known = [place["scheme"] for place in places if place["scheme"]]
    assert set(known) <= set(registry.ids())
    assert all(
        registry.source(place["scheme"]).currency == place["currency"]
        for place in places
        if place["scheme"]
    )


def test_the_sample_says_what_it_is_and_passes_its_own_gate(made: Path) -> None:
    text = (made / "map.yaml").read_text("utf-8")
    assert text.startswith("# Synthetic, no person: made by `portability estimate sample")
    assert "45 percent of the women with a gap for raising a child" in text
    assert "--members 5000 --seed 3" in text
    for name, map_ in (("register.csv", "map.yaml"), ("nested.parquet", "nested-map.yaml")):
        privacy.check(made / name, mapping.load(made / map_))


def test_memory_does_not_grow_with_the_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunk after chunk: forty of them take hardly more than four."""
    monkeypatch.setattr(sample, "CHUNK", 2_000)
    sample.write(8_000, 1, tmp_path)
    after_four = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sample.write(80_000, 1, tmp_path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - after_four
    assert grown < 25_000  # KiB; forty chunks held would take several times that
