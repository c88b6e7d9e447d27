"""The waitlists are tended while the worker is killed: in the end each place is offered once, and each offer mailed once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from clients.models import Client
from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Studio
from tests.trouble.mail import subjects
from tests.trouble.plant import Plant, until
from trainers.models import Booking, Service, Session, TrainerProfile, WaitlistOffer
from trainers.tasks import tend_waitlists

pytestmark = [pytest.mark.race, pytest.mark.slow]
CLASSES = 150


def where_it_is_day() -> str:
    """Return a zone where it is noon, more or less: nobody is written to at night."""
    ahead = (12 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def free_places(studio: Studio) -> None:
    """Insert classes to come, each with one free place and one client who waits."""
    with studio_context(studio):
        Location.objects.update(timezone=where_it_is_day())
        common = {
            "service": Service.objects.get(name="Class"),
            "trainer": TrainerProfile.objects.get(),
            "location": Location.objects.get(),
        }
        people = Client.objects.bulk_create(
            Client(name=f"Client {number:03}", email=f"client{number:03}@example.com")
            for number in range(CLASSES)
        )
        first = now() + timedelta(days=3)
        for number, client in enumerate(people):
            starts_at = first + timedelta(hours=number)
            session = Session.objects.create(
                starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), capacity=1, **common
            )
            Booking.objects.create(
                session=session, client=client, status="waitlisted", price="20.00", tax_category="fitness"
            )


def made(studio: Studio) -> int:
    with studio_context(studio):
        return WaitlistOffer.objects.count()


def test_each_place_is_offered_once_whenever_the_worker_is_killed(plant: Plant, studio: Studio) -> None:
    free_places(studio)
    plant.start("worker", "courier")

    def turn() -> None:
        with plant.line() as line:
            tend_waitlists.apply_async(connection=line, queue="fitflow", retry=False)

    turn()
    until(lambda: made(studio) >= 10, 60, "ten offers")
    plant.kill("worker")
    assert made(studio) < CLASSES, "the turn was under way"
    plant.start("worker")
    turn()
    turn()  # beat is early, and two turns meet
    until(lambda: made(studio) >= CLASSES, 120, "every place is offered")
    until(lambda: len(subjects(plant.folder)) >= CLASSES, 180, "every offer is mailed")
    with studio_context(studio):
        asked = Counter(WaitlistOffer.objects.values_list("booking_id", "state"))
    assert set(asked.values()) == {1}
    assert {state for _, state in asked} == {"open"}
    assert len(subjects(plant.folder)) == CLASSES
