"""Who trains a client: for as long as a booking stands, or for good where she added the client."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from clients.models import Care
from clients.policies import visible_clients
from clients.services import add_client, begin_care, record_team_reading
from fitflow.core.clock import now
from fitflow.core.errors import NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Session
from trainers.services import (
    book_client,
    cancel_booking,
    cancel_session,
    reschedule_session,
    restore_booking,
    schedule_session,
)


def sees(cast: Cast, person: str = "trainer", client: str = "Client") -> bool:
    return visible_clients(cast.actor(person)).filter(name=client).exists()


def booked(cast: Cast) -> Session:
    """Let the trainer book the client by her id alone, as anybody who schedules may."""
    return scheduled(cast, at(10), trainer="trainer", clients=("Client",), actor=cast.actor("trainer"))


def test_a_booking_opens_the_clients_data_and_cancelling_it_closes_it(lotus: Cast) -> None:
    assert not sees(lotus)
    session = booked(lotus)
    assert sees(lotus)
    assert sees(lotus, "lead"), "The trainer is in her team."
    booking = session.bookings.get()
    cancel_booking(actor=lotus.actor("trainer"), booking_id=booking.pk)
    assert not sees(lotus)
    assert not sees(lotus, "lead")
    restore_booking(actor=lotus.actor("trainer"), booking_id=booking.pk)
    assert sees(lotus)


def test_a_cancelled_session_closes_it_as_well(lotus: Cast) -> None:
    session = booked(lotus)
    cancel_session(actor=lotus.actor("trainer"), session_id=session.pk)
    assert not sees(lotus)


def test_another_booking_that_stands_keeps_it_open(lotus: Cast) -> None:
    first = booked(lotus)
    scheduled(lotus, at(14), trainer="trainer", clients=("Client",))
    cancel_booking(actor=SYSTEM, booking_id=first.bookings.get().pk)
    assert sees(lotus)


def test_a_session_that_goes_to_another_trainer_takes_the_client_along(lotus: Cast) -> None:
    session = booked(lotus)
    reschedule_session(
        actor=SYSTEM, session_id=session.pk, starts_at=session.starts_at, trainer_id=lotus.trainer("lead").pk
    )
    assert sees(lotus, "lead")
    assert not sees(lotus)


def test_a_past_session_keeps_it_open_and_a_past_wait_does_not(lotus: Cast) -> None:
    starts = now() - timedelta(days=400)
    past = scheduled(lotus, starts, trainer="trainer", clients=("Étienne Caron",))
    assert sees(lotus, client="Étienne Caron")
    Booking.objects.create(
        session=past,
        client=lotus.client(),
        status=Booking.Status.WAITLISTED,
        price="1.00",
        price_includes_tax=False,
        tax_category="fitness",
    )
    Care.objects.create(client=lotus.client(), user=lotus.user["trainer"])
    assert not sees(lotus)


def test_who_waits_for_a_coming_session_is_seen(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), trainer="trainer", clients=("Étienne Caron",))
    book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client().pk)
    assert sees(lotus)


def test_whom_she_added_she_goes_on_seeing(lotus: Cast) -> None:
    trainer = lotus.actor("trainer")
    client = add_client(actor=trainer, name="Ada")
    session = schedule_session(
        actor=trainer,
        service_id=lotus.service().pk,
        trainer_id=lotus.trainer("trainer").pk,
        location_id=lotus.location().pk,
        starts_at=at(10),
        client_ids=[client.pk],
    )
    cancel_session(actor=trainer, session_id=session.pk)
    assert sees(lotus, client="Ada")


def test_care_that_began_with_a_booking_is_kept_from_when_she_is_noted_for_good(lotus: Cast) -> None:
    session, trainer = booked(lotus), lotus.user["trainer"].pk
    cancel_session(actor=SYSTEM, session_id=session.pk)
    begin_care(user_id=trainer, client_ids=[lotus.client().pk], kept=True)
    assert sees(lotus)
    begin_care(user_id=trainer, client_ids=[lotus.client().pk])
    assert sees(lotus), "A booking later on takes nothing back."
    assert Care.objects.filter(client=lotus.client()).count() == 1


def test_page_and_api_are_closed_too(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session, client = booked(cast), cast.client().pk
    api, browser = Caller(cast, "trainer"), browser_of(cast, "trainer")
    assert api.get(f"clients/{client}/").status == 200
    assert browser.get(f"/clients/{client}/").status_code == 200
    with studio_context(cast.lotus):
        cancel_booking(actor=cast.actor("trainer"), booking_id=session.bookings.get().pk)
    assert api.get(f"clients/{client}/").status == 404
    assert browser.get(f"/clients/{client}/").status_code == 404
    assert "Client" not in [row["name"] for row in api.get("clients/").results]


def test_rows_of_before_are_kept_where_she_added_the_client_or_never_booked_her(lotus: Cast) -> None:
    trainer = lotus.actor("trainer")
    added = add_client(actor=trainer, name="Ada")
    session = scheduled(lotus, at(10), trainer="trainer", clients=("Ada",))
    cancel_session(actor=SYSTEM, session_id=session.pk)
    other = scheduled(lotus, at(14), trainer="trainer", clients=("Client",))
    cancel_session(actor=SYSTEM, session_id=other.pk)
    Care.objects.create(client=lotus.client("Étienne Caron"), user=lotus.user["trainer"])
    Care.objects.update(kept=False)
    migration = import_module("trainers.migrations.0006_note_templates_and_visibility")
    with connection.cursor() as cursor:
        cursor.execute(migration.KEPT)
    kept = set(Care.objects.filter(kept=True).values_list("client__name", flat=True))
    assert kept == {added.name, "Étienne Caron"}


def test_that_a_client_agrees_is_noted_with_day_and_name_and_taken_back(lotus: Cast) -> None:
    owner, client = lotus.actor("owner"), lotus.client()
    agreed = record_team_reading(actor=owner, client_id=client.pk, agreed=True)
    assert (agreed.team_reading_by, agreed.team_reading_at is not None) == ("Owner", True)
    again = record_team_reading(actor=owner, client_id=client.pk, agreed=True)
    assert again.team_reading_at == agreed.team_reading_at
    assert record_team_reading(actor=owner, client_id=client.pk, agreed=False).team_reading_at is None
    events = AuditEvent.objects.filter(action="client.team_reading").order_by("seq")
    assert [event.facts["agreed"] for event in events] == [True, False]


@pytest.mark.parametrize(("person", "error"), [("trainer", NotFound), ("client", NotPermitted)])
def test_only_who_may_change_a_client_notes_that_she_agrees(
    lotus: Cast, person: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        record_team_reading(actor=lotus.actor(person), client_id=lotus.client().pk, agreed=True)


def test_the_client_reads_in_her_portal_what_she_agreed_to(cast: Cast) -> None:
    assert "You agreed" not in words_of(browser_of(cast, "client").get("/portal/profile/"))
    with studio_context(cast.lotus):
        client = cast.client().pk
    answer = browser_of(cast, "owner").post(
        f"/clients/{client}/team-reading/", {"agreed": "yes"}, follow=True
    )
    assert "agreed that the trainer admin reads" in words_of(answer)
    assert "You agreed" in words_of(browser_of(cast, "client").get("/portal/profile/"))
