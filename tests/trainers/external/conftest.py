from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.trainers.external.server import Elsewhere, elsewhere


@pytest.fixture
def server(settings: Any) -> Iterator[Elsewhere]:
    """A server on this machine, which the reader may ask although it is private."""
    settings.EXTERNAL_OPEN_HOSTS = ["127.0.0.1"]
    with elsewhere() as it:
        yield it
