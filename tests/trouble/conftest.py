from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.core.tasks import relay
from studios.shared.models import Studio
from tests.scratch import scratch_person, scratch_studio
from tests.trouble.plant import Plant, plant_in


@contextmanager
def everything_committed(django_db_blocker: Any) -> Iterator[None]:
    """Commit every write; what was in the outbox before is kept from the processes, and given back."""
    with django_db_blocker.unblock():
        OutboxMessage.objects.filter(state="pending").update(state="parked")
        try:
            yield
        finally:
            OutboxMessage.objects.filter(topic__startswith="trouble.").delete()
            OutboxMessage.objects.filter(state="parked").update(state="pending")
            for kept_by_beat in (PeriodicTask, PeriodicTasks, IntervalSchedule, CrontabSchedule):
                kept_by_beat.objects.all().delete()


@contextmanager
def hints_to(plant: Plant) -> Iterator[None]:
    """Send this process's hints to the plant's Redis."""

    def wake(lane: str, *, anyway: bool = False) -> None:
        queue = "fitflow" if lane == "work" else f"fitflow-{lane}"
        # A hint may get lost: that is what is tested.
        with suppress(Exception), plant.line() as line:
            relay.apply_async(args=[lane], queue=queue, connection=line, retry=False, expires=60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "wake", wake)
        yield


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with everything_committed(django_db_blocker):
        yield


@pytest.fixture
def plant(committed: None, tmp_path: Path) -> Iterator[Plant]:
    """A Redis and processes of the test's own; hints of this process go there too."""
    with plant_in(tmp_path) as running, hints_to(running):
        yield running


@pytest.fixture(scope="module")
def steady_plant(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plant]:
    """Worker, courier and beat for the tests of a module that kill none of them."""
    folder = tmp_path_factory.mktemp("plant")
    with everything_committed(django_db_blocker), plant_in(folder) as running, hints_to(running):
        running.start("worker", "courier", "beat")
        yield running


@pytest.fixture
def studio(committed: None) -> Iterator[Studio]:
    with scratch_person() as person, scratch_studio(trainer=person) as opened:
        OutboxMessage.objects.filter(studio_id=opened.id).delete()
        OutboxMessage.objects.filter(ids__studio=str(opened.id)).delete()
        yield opened


@pytest.fixture
def cast_studios(steady_plant: Plant) -> list[Studio]:
    return [Studio.objects.get(slug=slug) for slug in ("lotus", "summit")]
