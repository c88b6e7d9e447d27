"""What a client sees: the portal of her studio."""

from __future__ import annotations

from functools import partial

import pytest

from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.world import World

pytestmark = pytest.mark.e2e


def test_the_portal(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("client")
    visit = partial(eyes.visit, studio="lotus")
    invoice = world.one(
        "SELECT i.id FROM billing_invoice i JOIN clients_client c ON c.id = i.client_id"
        " WHERE c.name = 'Priya Raman' AND i.kind = 'invoice' ORDER BY sequence LIMIT 1",
        studio="lotus",
    )
    visit("portal_home")
    visit("portal_home", state="menus", act=acts.opens_the_menus)
    for show in ("coming", "past", "cancelled"):
        visit("portal_sessions", state=show, query=f"?show={show}")
    visit("portal_invoices")
    visit("portal_invoice", invoice_id=invoice)
    visit("portal_notes")
    visit("portal_profile")
    eyes.visit("my_studios", state="as-client")
