"""What a client sees: the portal of her studio."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.urls import reverse

from fitflow.core import clock
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.world import World
from trainers import links

pytestmark = pytest.mark.e2e


def link_of(world: World, monkeypatch: pytest.MonkeyPatch, purpose: links.Purpose, row: str) -> str:
    """Return the address that a client's message would have held."""
    studio = world.one("SELECT id FROM studios_shared_studio WHERE slug = 'lotus'")
    monkeypatch.setattr(links, "current_studio", lambda: SimpleNamespace(id=studio))
    token = links._token(purpose, UUID(row), clock.now() + timedelta(days=7))
    return world.url(reverse(links.PAGES[purpose], "fitflow.urls_studio", args=[token]), studio="lotus")


def test_the_links_of_a_clients_messages(
    eyes_of: EyesOf, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a class is offered a place that came free, takes it, and cancels it after all.

    The offer is written by hand: at night none is made.
    """
    lead, client = eyes_of("lead"), eyes_of()
    session, booking = world.ask(
        "SELECT s.id::text, b.id::text FROM trainers_session s JOIN trainers_booking b ON b.session_id = s.id"
        " JOIN trainers_trainerprofile t ON t.id = s.trainer_id"
        " WHERE b.status = 'waitlisted' AND s.status = 'scheduled' AND s.booked = s.capacity"
        " AND t.name = 'Maya Fournier' AND s.starts_at > now() + interval '7 days' ORDER BY s.starts_at LIMIT 1",
        studio="lotus",
    )[0]
    lead.go(world.url(f"/sessions/{session}/", studio="lotus"))
    acts.opens("take-off")(lead.page)
    lead.page.locator("dialog[open]").get_by_role("button", name="Take off").first.click()
    lead.settle()
    offer = world.one(
        "INSERT INTO trainers_waitlistoffer (id, created_at, booking_id, state, offered_at, answer_by) VALUES"
        " (gen_random_uuid(), now(), %s, 'open', now(), now() + interval '2 hours')"
        " ON CONFLICT (booking_id) WHERE state = 'open' DO UPDATE SET answer_by = excluded.answer_by RETURNING id",
        booking,
        studio="lotus",
    )
    client.go(link_of(world, monkeypatch, "offer", offer))
    client.look("lotus-client_offer")
    acts.sends("Take the place")(client.page)
    client.look("lotus-client_offer-taken")
    client.go(link_of(world, monkeypatch, "cancel", booking))
    client.look("lotus-client_cancel")
    acts.sends("Cancel my booking")(client.page)
    client.look("lotus-client_cancel-cancelled")


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
