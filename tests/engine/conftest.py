"""The engine's tests run on invented countries."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portability import registry

INVENTED = Path(__file__).parents[1] / "invented"


@pytest.fixture(autouse=True)
def invented(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PORTABILITY_SCHEMES", str(INVENTED))
    for cached in (registry.drawers, registry.source, registry.load):
        cached.cache_clear()
    yield
    for cached in (registry.drawers, registry.source, registry.load):
        cached.cache_clear()
