"""Navigation shows what a person may open, and where she is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from fitflow.core import navigation
from fitflow.core.navigation import NavItem, menu, portal_of, register


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", page, name="look_today"),
    path("clients/", page, name="look_clients"),
    path("clients/notes/", page, name="look_notes"),
    path("invoices/", page, name="look_invoices"),
]
OWNERS = frozenset({"owner", "manager"})


@pytest.fixture(autouse=True)
def _own_pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(navigation, "_items", {portal: [] for portal in navigation.PORTALS})
    register("studio", NavItem("Invoices", "receipt", "look_invoices", OWNERS, order=40))
    register("studio", NavItem("Today", "house", "look_today", order=10))
    register("studio", NavItem("Clients", "people", "look_clients", order=20))
    register("studio", NavItem("Notes", "pen", "look_notes", order=30))
    register("studio", NavItem("Nowhere", "x", "look_not_built"))


def request_for(address: str, *roles: str) -> HttpRequest:
    request: Any = RequestFactory().get(address)
    request.studio = SimpleNamespace(name="Lotus")
    request.roles = frozenset(roles)
    return request


def test_it_shows_in_order_what_the_role_may_open():
    assert [entry.label for entry in menu(request_for("/", "owner"))] == [
        "Today",
        "Clients",
        "Notes",
        "Invoices",
    ]
    assert [entry.label for entry in menu(request_for("/", "trainer_admin"))] == ["Today", "Clients", "Notes"]


def test_it_marks_the_page_by_the_longest_address():
    assert [entry.label for entry in menu(request_for("/clients/notes/7/", "owner")) if entry.current] == [
        "Notes"
    ]
    assert [entry.label for entry in menu(request_for("/clients/7/", "owner")) if entry.current] == [
        "Clients"
    ]
    assert not [entry for entry in menu(request_for("/account/", "owner")) if entry.current]


def test_the_portal_follows_host_and_roles():
    assert portal_of(request_for("/", "owner", "trainer")) == "studio"
    assert portal_of(request_for("/", "trainer")) == "trainer"
    assert portal_of(request_for("/", "client")) == "client"
    assert portal_of(RequestFactory().get("/")) == "my"


def test_the_same_page_counts_once():
    register("studio", NavItem("Today", "house", "look_today", order=10))
    assert [entry.label for entry in menu(request_for("/", "client"), "studio")].count("Today") == 1
