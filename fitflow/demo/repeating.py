"""One series that runs in each studio: weekly before the day begins, without an end, with past sessions and ones to come."""

from __future__ import annotations

from datetime import timedelta

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.clock import now, today
from fitflow.demo.world import StudioFacts
from studios.models import Room
from studios.shared.policies import SYSTEM
from trainers.models import Session, TrainerProfile
from trainers.models.services import Service
from trainers.services import complete_session
from trainers.services.series import create_series

TUESDAY, START = 1, "06:30"
WEEKS_BEGUN = 3


def begin_series(facts: StudioFacts, people: dict[str, User], clients: list[Client]) -> None:
    """Make the studio's series with its last trainer, service and client, and close what of it is over."""
    monday = today(facts.timezone) - timedelta(days=today(facts.timezone).weekday())
    first = monday + timedelta(days=TUESDAY, weeks=-WEEKS_BEGUN)
    room = Room.objects.order_by("name").first()
    if room is None:
        return
    create_series(
        actor=SYSTEM,
        service_id=Service.objects.get(name=facts.offers[-1].name).pk,
        trainer_id=TrainerProfile.objects.get(user_id=people[facts.trainers[-1]].pk).pk,
        location_id=room.location_id,
        room_id=room.pk,
        starts=f"{first}T{START}",
        rule="FREQ=WEEKLY;BYDAY=TU",
        skips_holidays=True,
        client_ids=[clients[-1].pk],
    )
    over = Session.objects.filter(series__isnull=False, ends_at__lt=now() - timedelta(hours=2))
    for session_id in over.order_by("starts_at").values_list("pk", flat=True):
        complete_session(actor=SYSTEM, session_id=session_id)
