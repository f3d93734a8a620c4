"""Hypothesis: the same examples on every machine; HYPOTHESIS_PROFILE=search looks for new ones."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing a test reads was checked before: what this machine has cached proves nothing."""
    before = os.environ.get("PORTABILITY_CACHE")
    os.environ["PORTABILITY_CACHE"] = str(Path(tmp_path_factory.mktemp("cache")))
    yield
    if before is None:
        del os.environ["PORTABILITY_CACHE"]
    else:
        os.environ["PORTABILITY_CACHE"] = before
