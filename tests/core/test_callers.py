from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from fitflow.core.callers import address_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, None, "10.0.0.9"),
    ],
)
def test_only_our_own_proxies_are_believed(proxies: int, forwarded: str | None, address: str) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = RequestFactory(REMOTE_ADDR="10.0.0.9").get("/", headers=headers)
    with override_settings(TRUSTED_PROXIES=proxies):
        assert address_of(request) == address
