"""A studio of the version before, whose hours name days of another age and whose time off is there twice, is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from fitflow.core.ids import uuid7
from fitflow.tenancy import schema
from fitflow.tenancy.backend.base import STUDIO_PREFIX
from fitflow.tenancy.db import connection
from tests.scratch import scratch_person
from tests.trainers.notes.test_upgrade import migrate, one
from trainers.models import AvailabilityException, AvailabilityHours

TRAINER = """
INSERT INTO trainers_trainerprofile (id, created_at, user_id, name, bio, hue, is_active)
VALUES (%s, now(), %s, 'Racer', '', 1, true)
"""
PLACE = """
INSERT INTO studios_location
    (id, created_at, name, street, city, province, postal_code, timezone, closed_on_holidays, is_active)
VALUES (%s, now(), 'Main', '', '', 'ON', '', 'America/Toronto', true, true)
"""
HOURS = """
INSERT INTO trainers_availabilityhours
    (id, created_at, trainer_id, location_id, weekday, starts_minute, ends_minute, valid_from, valid_until)
VALUES (%s, now(), %s, %s, %s, 540, 720, %s, %s)
"""
OFF = """
INSERT INTO trainers_availabilityexception
    (id, created_at, trainer_id, location_id, kind, starts_on, ends_on, starts_minute, ends_minute, reason)
VALUES (%s, now(), %s, NULL, 'off', %s, %s, %s, %s, %s)
"""


@pytest.fixture
def before(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, UUID, UUID]]:
    """The schema of a studio with the migrations before, a trainer and a place in it."""
    name, trainer, place = f"{STUDIO_PREFIX}{uuid4().hex}", uuid7(), uuid7()
    with django_db_blocker.unblock(), scratch_person() as person:
        schema.create_role_and_schema(name)
        try:
            migrate(name, "trainers", "0013")
            one(TRAINER, trainer, person.pk)
            one(PLACE, place)
            yield name, trainer, place
        finally:
            connection.set_schema_to_public()
            schema.drop(name)


def test_days_of_another_age_become_none_and_the_same_time_off_one(before: tuple[str, UUID, UUID]) -> None:
    name, trainer, place = before
    spans = [
        (date(1, 1, 1), None),
        (date(2027, 7, 1), date(9999, 12, 31)),
        (date(2300, 1, 1), None),
        (None, date(1999, 12, 31)),
        (date(2027, 7, 1), date(2027, 8, 31)),
    ]
    for weekday, (first, last) in enumerate(spans):
        one(HOURS, uuid7(), trainer, place, weekday, first, last)
    day, other = date(2027, 7, 5), date(2027, 7, 6)
    for first, minutes, reason in (
        (day, None, ""),
        (day, None, "Rest"),
        (day, None, ""),
        (day, 0, ""),
        (other, None, ""),
    ):
        one(OFF, uuid7(), trainer, first, first, minutes, None if minutes is None else 60, reason)
    migrate(name)
    kept = AvailabilityHours.objects.order_by("weekday").values_list("weekday", "valid_from", "valid_until")
    assert list(kept) == [
        (0, None, None),
        (1, date(2027, 7, 1), None),
        (4, date(2027, 7, 1), date(2027, 8, 31)),
    ]
    rows = AvailabilityException.objects.order_by("starts_on", "starts_minute")
    assert list(rows.values_list("starts_on", "starts_minute", "reason")) == [
        (day, 0, ""),
        (day, None, "Rest"),
        (other, None, ""),
    ]
