from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from clients.models import Care
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import at, scheduled, wish
from trainers.models import Booking, Session
from trainers.services import schedule_session


def test_it_books_the_clients_at_the_services_price_and_length(lotus: Cast) -> None:
    lead, client = lotus.actor("lead"), lotus.client()
    session = schedule_session(
        actor=lead, **wish(lotus, at(10), room_id=lotus.room().id, client_ids=[client.id])
    )
    session.refresh_from_db()
    assert session.ends_at - session.starts_at == timedelta(minutes=60)
    assert (session.status, session.capacity, session.booked) == ("scheduled", 1, 1)
    booking = Booking.objects.get(session=session)
    assert (str(booking.price), booking.tax_category, booking.status) == (
        "80.00",
        "personal_service",
        "booked",
    )


def test_the_first_booking_begins_the_trainers_care(lotus: Cast) -> None:
    scheduled(lotus, at(10), trainer="trainer", clients=("Client",))
    scheduled(lotus, at(12), trainer="trainer", clients=("Client",))
    assert Care.objects.filter(client=lotus.client(), user=lotus.user["trainer"]).count() == 1


def test_it_leaves_an_audit_row_without_names(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",), actor=lotus.actor("owner"))
    event = AuditEvent.objects.get(action="session.scheduled", subject_id=session.id)
    assert event.actor_name == "Owner"
    assert "Client" not in str(event.facts)


def test_it_refuses_the_hour_the_trainer_is_busy_elsewhere_and_says_when(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, at(12.5))
    with studio_context(cast.lotus), pytest.raises(Conflict) as refused:
        schedule_session(actor=cast.actor("lead"), **wish(cast, at(12)))
    assert refused.value.message.startswith("You are busy elsewhere from 12:30 to 13:30. ")
    assert refused.value.details["conflict"] == "trainer"
    busy = refused.value.details["busy"]
    assert [datetime.fromisoformat(busy[end]) for end in ("starts_at", "ends_at")] == [at(12.5), at(13.5)]
    assert [start[11:16] for start in refused.value.details["free_starts"]] == ["11:00", "11:30", "13:30"]
    with studio_context(cast.lotus):
        assert not Session.objects.exists()


def test_what_it_offers_instead_can_be_booked(lotus: Cast) -> None:
    scheduled(lotus, at(12), room_id=lotus.room().id)
    scheduled(lotus, at(13), trainer="trainer", room_id=lotus.room().id)
    with pytest.raises(Conflict) as refused:
        scheduled(lotus, at(12.5), room_id=lotus.room().id)
    for start in map(datetime.fromisoformat, refused.value.details["free_starts"]):
        scheduled(lotus, start, room_id=lotus.room().id).delete()


def test_the_owner_reads_the_trainers_name(lotus: Cast) -> None:
    scheduled(lotus, at(12))
    with pytest.raises(Conflict, match=r"^Lead is busy from 12:00 to 13:00"):
        schedule_session(actor=lotus.actor("owner"), **wish(lotus, at(12.5)))


def test_it_refuses_a_room_that_is_in_use(lotus: Cast) -> None:
    scheduled(lotus, at(12), room_id=lotus.room().id)
    with pytest.raises(Conflict, match="Studio A is in use from 12:00 to 13:00") as refused:
        scheduled(lotus, at(12.5), trainer="trainer", room_id=lotus.room().id)
    assert refused.value.details["conflict"] == "room"


def test_where_trainer_and_room_are_taken_the_trainer_is_named(lotus: Cast) -> None:
    scheduled(lotus, at(12), room_id=lotus.room().id)
    with pytest.raises(Conflict) as refused:
        scheduled(lotus, at(12), room_id=lotus.room().id)
    assert refused.value.details["conflict"] == "trainer"


def test_sessions_may_touch_but_buffers_hold_them_apart(lotus: Cast) -> None:
    scheduled(lotus, at(12))
    scheduled(lotus, at(13))
    service = lotus.service("Class")
    service.buffer_before_minutes = 15
    service.save()
    with pytest.raises(Conflict):
        scheduled(lotus, at(14), service="Class")
    scheduled(lotus, at(14.25), service="Class")


def test_it_refuses_more_clients_than_places_and_writes_nothing(lotus: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        scheduled(lotus, at(12), clients=("Client", "Étienne Caron"))
    assert refused.value.details["conflict"] == "capacity"
    assert not Session.objects.exists()
    assert not Booking.objects.exists()


def test_it_refuses_the_past_but_forgives_five_minutes(lotus: Cast) -> None:
    owner = lotus.actor("owner")
    with pytest.raises(Invalid, match="has passed"):
        schedule_session(actor=owner, **wish(lotus, now() - timedelta(minutes=6)))
    schedule_session(actor=owner, **wish(lotus, now() - timedelta(minutes=4)))


def test_the_product_itself_may_write_the_past(lotus: Cast) -> None:
    assert schedule_session(actor=SYSTEM, **wish(lotus, at(10, days=-40))).pk


def test_it_refuses_a_time_years_ahead(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="two years"):
        scheduled(lotus, at(10, days=3 * 365))


def test_it_refuses_a_room_of_another_location(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="is not at Main") as refused:
        scheduled(lotus, at(10), room_id=lotus.room("Annex Hall").id)
    assert refused.value.field == "room"


@pytest.mark.parametrize("what", ["service_id", "trainer_id", "location_id", "room_id"])
def test_it_refuses_what_the_studio_does_not_have(lotus: Cast, what: str) -> None:
    with pytest.raises(NotFound):
        schedule_session(actor=lotus.actor("owner"), **{**wish(lotus, at(10)), what: uuid4()})


def test_it_refuses_a_trainer_of_another_studio(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.trainer("lead").id
    with studio_context(cast.lotus), pytest.raises(NotFound, match="does not work here"):
        scheduled(cast, at(10), trainer_id=theirs)


def test_it_refuses_a_client_of_another_studio(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.client("Client2").id
    with studio_context(cast.lotus), pytest.raises(NotFound):
        schedule_session(actor=cast.actor("owner"), **wish(cast, at(10), client_ids=[theirs]))


def test_it_refuses_one_client_twice(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="named once"):
        scheduled(lotus, at(10), service="Class", clients=("Client", "Client"))


@pytest.mark.parametrize("row", ["service", "trainer", "location", "room"])
def test_it_refuses_what_is_retired(lotus: Cast, row: str) -> None:
    found = getattr(lotus, row)()
    found.is_active = False
    found.save()
    with pytest.raises(NotFound):
        schedule_session(actor=lotus.actor("owner"), **{**_plain(lotus), f"{row}_id": found.id})


def _plain(cast: Cast) -> dict[str, object]:
    return {
        "service_id": cast.service("Class").id,
        "trainer_id": cast.trainer("trainer").id,
        "location_id": cast.location("Main").id,
        "starts_at": at(10),
    }


@pytest.mark.parametrize(
    ("person", "trainer", "allowed"),
    [
        ("owner", "trainer", True),
        ("manager", "lead", True),
        ("lead", "lead", True),
        ("lead", "trainer", True),
        ("trainer", "trainer", True),
        ("trainer", "lead", False),
        ("client", "trainer", False),
        ("outsider", "trainer", False),
    ],
)
def test_who_may_schedule_whose_sessions(lotus: Cast, person: str, trainer: str, allowed: bool) -> None:
    wanted = wish(lotus, at(10), trainer=trainer)
    if allowed:
        assert schedule_session(actor=lotus.actor(person), **wanted).pk
    else:
        with pytest.raises(NotPermitted):
            schedule_session(actor=lotus.actor(person), **wanted)
