"""The portal is for reading: no form of it changes anything, and no address of it takes anything but a reading."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from fitflow.tenancy.context import studio_context
from reporting.portal.urls import studio as urls
from tests.billing.make import invoiced
from tests.cast import Cast
from tests.pages import booked, browser_of, forms_of

PAGES = ("portal_home", "portal_sessions", "portal_invoices", "portal_notes", "portal_profile")
URLCONF = "fitflow.urls_studio"


def addresses(cast: Cast) -> list[str]:
    """Return the address of every page of the portal, with rows behind those that need one."""
    with studio_context(cast.lotus):
        session, invoice = booked(cast), invoiced(cast, on=date(2026, 10, 15))
    rows = {"session_id": session.pk, "invoice_id": invoice.pk}
    found = []
    for pattern in urls:
        wanted = {name: rows[name] for name in pattern.pattern.converters}
        found.append(reverse(str(pattern.name), urlconf=URLCONF, kwargs=wanted))  # type: ignore[union-attr]
    return found


def test_no_page_has_a_form_that_changes_anything_but_sign_out(cast: Cast) -> None:
    browser = browser_of(cast, "client")
    seen = 0
    for address in addresses(cast):
        response = browser.get(address, follow=True)
        assert response.status_code == 200, address
        if not response["Content-Type"].startswith("text/html"):
            continue
        seen += 1
        for form in forms_of(response):
            harmless = form.get("method") == "dialog" or form["action"].endswith("/account/logout/")
            assert harmless, f"{address}: {form}"
        assert b"hx-post" not in response.content
        assert b"hx-delete" not in response.content
    assert seen >= len(PAGES) + 1


def test_every_address_refuses_what_is_not_reading(cast: Cast) -> None:
    browser = browser_of(cast, "client")
    for address in addresses(cast):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(browser, method)(address).status_code == 405, f"{method} {address}"


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_clients_alone(cast: Cast, page: str) -> None:
    address = reverse(page, urlconf=URLCONF)
    assert browser_of(cast, "owner").get(address).status_code == 403
    assert browser_of(cast, "trainer").get(address).status_code == 403
    assert browser_of(cast, "outsider").get(address).status_code == 404
    assert browser_of(cast, "client2").get(address).status_code == 404
    assert browser_of(cast).get(address).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_what_it_shows_is_kept_by_no_cache(cast: Cast, page: str) -> None:
    response = browser_of(cast, "client").get(reverse(page, urlconf=URLCONF))
    assert response["Cache-Control"] == "private, no-store"
