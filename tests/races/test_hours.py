"""Several who set one trainer's hours at once: real threads, real commits, and a control that goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection

from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from trainers.models import AvailabilityException, AvailabilityHours, TrainerProfile
from trainers.services import availability, save_exception, set_week
from trainers.services.availability import WeeklyHours, hours_version

pytestmark = pytest.mark.race
EDITORS = 6


@pytest.fixture
def studio(django_db_setup: None, django_db_blocker: Any) -> Iterator[Studio]:
    with django_db_blocker.unblock(), scratch_person() as person, scratch_studio(trainer=person) as opened:
        yield opened


def at_the_same_moment(studio: Studio, use_case: Callable[[int], Any]) -> Counter[str]:
    """Let every editor act at once; return how it ended for them."""

    def call(number: int) -> Callable[[], Any]:
        def run() -> Any:
            with studio_context(studio):
                return use_case(number)

        return run

    ended = at_once([call(number) for number in range(EDITORS)])
    return Counter(
        str(one.details["conflict"]) if isinstance(one, Conflict) else type(one).__name__ for one in ended
    )


def save_what_all_have_seen(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Let each save another day of the week over the hours that all of them have read."""
    with studio_context(studio):
        trainer, place = TrainerProfile.objects.get(), Location.objects.get().pk
        seen = hours_version(trainer)
    check = availability.check_version

    def pausing(*asked: Any) -> None:
        check(*asked)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")

    monkeypatch.setattr(availability, "check_version", pausing)

    def save(number: int) -> Any:
        hours = [WeeklyHours(number, 540, 720, place)]
        return set_week(actor=SYSTEM, trainer_id=trainer.pk, location_ids=[place], hours=hours, version=seen)

    return at_the_same_moment(studio, save)


def days_stored(studio: Studio) -> int:
    with studio_context(studio):
        return AvailabilityHours.objects.count()


def test_of_those_who_save_the_hours_they_have_seen_one_wins(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert save_what_all_have_seen(studio, monkeypatch) == {"list": 1, "version": EDITORS - 1}
    assert days_stored(studio) == 1


def test_without_the_trainers_lock_several_would(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "lock_in_transaction", lambda *names: None)
    assert save_what_all_have_seen(studio, monkeypatch)["list"] > 1
    assert days_stored(studio) > 1


def test_the_same_time_off_added_at_once_is_one(studio: Studio) -> None:
    with studio_context(studio):
        trainer = TrainerProfile.objects.get().pk

    def add(number: int) -> Any:
        day = date(2027, 7, 5)
        return save_exception(actor=SYSTEM, trainer_id=trainer, kind="off", starts_on=day, ends_on=day)

    assert at_the_same_moment(studio, add) == {"AvailabilityException": EDITORS}
    with studio_context(studio):
        assert AvailabilityException.objects.count() == 1
