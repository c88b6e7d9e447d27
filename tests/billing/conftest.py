from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast

Browse = Callable[..., Client]


@pytest.fixture
def browse(cast: Cast) -> Browse:
    """Return a person's browser on a studio's host: `browse("owner")`, `browse("owner2", "summit")`."""

    def sign_in(person: str = "", slug: str = "lotus") -> Client:
        client = Client(headers={"host": f"{slug}.fitflow.localhost"})
        if person:
            client.force_login(cast.user[person])
        return client

    return sign_in
