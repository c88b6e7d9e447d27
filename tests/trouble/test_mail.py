"""Couriers that are killed while they hand over mail: every message arrives once, or stands there as unknown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from clients.models import Client
from fitflow.tenancy.context import studio_context
from notifications.models import Delivery
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.notifications.postmaster import smtp_server
from tests.trainers.plan import at
from tests.trouble.plant import Plant, until
from trainers.models import Service, TrainerProfile
from trainers.services import book_client, schedule_session

pytestmark = [pytest.mark.race, pytest.mark.slow]


def book(studio: Studio, number: int, *, first: int = 0) -> None:
    """Book that many new clients into classes to come: one mail each."""
    with studio_context(studio):
        for hour in range(0, number, 12):
            session = schedule_session(
                actor=SYSTEM,
                service_id=Service.objects.get(name="Class").pk,
                trainer_id=TrainerProfile.objects.get().pk,
                location_id=Location.objects.get().pk,
                starts_at=at(6 + (first + hour) / 12),
            )
            for place in range(min(12, number - hour)):
                name = f"Ann {first + hour + place}"
                address = f"{name.replace(' ', '')}@example.com"
                client = Client.objects.create(name=name, email=address)
                book_client(actor=SYSTEM, session_id=session.pk, client_id=client.pk)


def states(studio: Studio) -> Counter[str]:
    with studio_context(studio):
        return Counter(Delivery.objects.values_list("status", flat=True))


def handed_over(folder: Path) -> Counter[str]:
    """Return how often each message was given to the provider."""
    try:
        return Counter((folder / "handed-over").read_text().split())
    except FileNotFoundError:
        return Counter()


def letters(folder: Path) -> list[Path]:
    return list((folder / "mail").glob("*.eml"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_courier_killed_at_the_provider_is_settled_by_asking(
    plant: Plant, studio: Studio, moment: str
) -> None:
    hold = plant.folder / f"hold-{moment}"
    hold.touch()
    plant.start("courier", "beat")
    book(studio, 1)
    until(lambda: handed_over(plant.folder), 30, "the message is at the provider")
    if moment == "after":
        until(lambda: letters(plant.folder))
    assert states(studio) == {"sending": 1}
    plant.kill("courier")
    hold.unlink()
    plant.start("courier")
    until(lambda: states(studio) == {"sent": 1}, 40)
    assert len(letters(plant.folder)) == 1
    # What the provider had was not given to it again; what it did not have was.
    assert list(handed_over(plant.folder).values()) == [1 if moment == "after" else 2]


def test_couriers_killed_in_a_flood_of_mail_send_each_once(plant: Plant, studio: Studio) -> None:
    plant.start("courier", "beat")
    book(studio, 36)
    for share in (5, 15):
        until(lambda share=share: len(letters(plant.folder)) >= share, 60)  # type: ignore[misc]
        plant.kill("courier")
        plant.flush_redis()
        plant.start("courier")
    until(lambda: states(studio) == {"sent": 36}, 90, "each is sent")
    assert len(letters(plant.folder)) == 36
    # A kill may have cut off each of the four that were on their way; asked, the provider knew what it had.
    assert sum(handed_over(plant.folder).values()) <= 36 + 2 * 4


def test_over_smtp_a_cut_off_message_stays_unknown(plant: Plant, studio: Studio) -> None:
    with smtp_server() as server:
        server.silent = True
        plant.environment |= {
            "TROUBLE_MAIL": "notifications.email.smtp.SmtpBackend",
            "TROUBLE_SMTP": str(server.port),
        }
        plant.start("courier", "beat")
        book(studio, 1)
        until(lambda: server.asked, 40, "the server has the message and keeps silent")
        plant.kill("courier")
        server.silent = False
        plant.start("courier")
        until(lambda: states(studio) == {"unknown": 1}, 40)
        book(studio, 2, first=12)
        until(lambda: states(studio) == {"unknown": 1, "sent": 2}, 40, "other mail goes on")
    # The first message is not handed over a second time: only a person may decide that.
    arrived = [mail["To"].partition(" <")[0] for mail in server.kept]
    assert sorted(name for name in arrived if name != "Ann 0") == ["Ann 12", "Ann 13"]
    assert arrived.count("Ann 0") <= 1
