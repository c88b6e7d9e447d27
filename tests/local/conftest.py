from pathlib import Path

import pytest

from fitflow.local.console import Console
from fitflow.local.places import Places


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A checkout of its own, of which only `.local/` matters, without the servers of this run."""
    for name in ("DATABASE_URL", "REDIS_URL", "FITFLOW_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    return Places(tmp_path, tmp_path / ".local")


@pytest.fixture
def console() -> Console:
    return Console(quiet=True)
