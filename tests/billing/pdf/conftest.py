from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def clean_context() -> None:
    """Printing touches neither the database nor the cache: there is nothing to clean."""
