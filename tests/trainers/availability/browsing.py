"""The pages of hours as a browser without a script asks for them, on a day in June."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from trainers.models import AvailabilityHours

PATH = "/availability/"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    with studio_context(cast.lotus):
        return {
            "trainer": cast.trainer("trainer").pk,
            "lead": cast.trainer("lead").pk,
            "main": cast.location().pk,
            "annex": cast.location("Annex").pk,
            "service": cast.service().pk,
            "room": cast.room("Studio B").pk,
        }


def browser_as(cast: Cast, who: str, host: str = "lotus.") -> Client:
    browser = Client(headers={"host": f"{host}{settings.PUBLIC_HOST}"})
    browser.force_login(cast.user[who], backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def hours_line(day: int, number: int, starts: str, ends: str, place: Any) -> dict[str, str]:
    key = f"{day}-{number}"
    return {f"starts-{key}": starts, f"ends-{key}": ends, f"place-{key}": str(place)}


def spans(cast: Cast) -> list[tuple[int, int, int]]:
    with studio_context(cast.lotus):
        return list(AvailabilityHours.objects.values_list("weekday", "starts_minute", "ends_minute"))
