"""Searching goes by index whichever of name, address or phone holds the words: a studio may have a hundred thousand clients."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from clients.models import Client
from clients.selectors import search_clients
from tests.cast import Cast


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoë hart", "Zoë Hartley"),
        ("hartley@exam", "Zoë Hartley"),
        ("(416) 555-0177", "Zoë Hartley"),
        ("555 zoe", "Zoë Hartley"),
    ],
)
def test_every_search_goes_by_index(lotus: Cast, text: str, found: str) -> None:
    Client.objects.create(name="Zoë Hartley", email="Z.Hartley@example.com", phone="+14165550177")
    rows = search_clients(actor=lotus.actor("owner"), text=text, active=True)
    assert [client.name for client in rows] == [found]
    with connection.cursor() as cursor:
        # Of a handful of rows PostgreSQL would read all: here it may do so only where no index can serve.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert "Seq Scan" not in plan
    assert set(re.findall(r"client_\w+_search", plan)) >= {"client_name_search", "client_email_search"}
