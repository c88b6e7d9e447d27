"""A Celery task runs in the studio it was sent from, and leaves nothing of it behind, in either kind of worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from tests.scratch import scratch_person
from tests.trouble.handlers import whereabouts
from tests.trouble.plant import Plant, until
from trainers.shared.models import ExternalCalendar
from trainers.tasks import ask_calendars

pytestmark = [pytest.mark.race, pytest.mark.slow]


@pytest.mark.parametrize("queue", ["fitflow", "fitflow-live"])
def test_a_task_carries_its_studio(
    steady_plant: Plant, cast_studios: list[Studio], tmp_path: Path, queue: str
) -> None:
    sent: dict[Path, str] = {}
    with steady_plant.line() as line:
        for number in range(30):
            studio = [*cast_studios, None][number % 3]
            file = tmp_path / str(number)
            with studio_context(studio):
                whereabouts.apply_async(args=[str(file)], queue=queue, connection=line)
            schema = studio.schema_name if studio else ""
            sent[file] = f'{schema} "{schema}","public"' if studio else 'none "public"'
    until(lambda: all(file.exists() for file in sent), 40)
    assert {file: file.read_text() for file in sent} == sent


def test_a_courier_asks_calendars_elsewhere(steady_plant: Plant) -> None:
    with scratch_person() as person:
        row = ExternalCalendar.objects.create(
            user=person, name="Nowhere", address="https://calendar.invalid/x.ics", zone="America/Toronto"
        )
        with steady_plant.line() as line:
            ask_calendars.apply_async(queue="fitflow-mail", connection=line)
        try:
            until(lambda: ExternalCalendar.objects.get(pk=row.pk).failures == 1, 40)
        finally:
            row.delete()


def test_two_databases_on_one_redis_keep_their_hints_apart(steady_plant: Plant, tmp_path: Path) -> None:
    """The queue of another database has the same name, and its worker is another one."""
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    with steady_plant.line("another") as line:
        whereabouts.apply_async(args=[str(theirs)], queue="fitflow", connection=line)
    with steady_plant.line() as line:
        whereabouts.apply_async(args=[str(ours)], queue="fitflow", connection=line)
        until(ours.exists, 40)
        assert line.default_channel.client.llen("fitflow") == 0
    with steady_plant.line("another") as line:
        assert line.default_channel.client.llen("fitflow") == 1, "nobody took what was not his"
    assert not theirs.exists()


def test_workers_answer_who_asks_for_their_own_database(steady_plant: Plant) -> None:
    """`celery inspect`, which the containers' health checks call, and tools such as flower speak this way."""
    answered = steady_plant.inspect("ping")
    assert sorted(name.partition("@")[0] for name in answered) == ["celery", "courier"]
    queues = [queue["name"] for found in steady_plant.inspect("active_queues").values() for queue in found]
    assert sorted(queues) == ["fitflow", "fitflow-live", "fitflow-mail"]
    assert steady_plant.inspect("ping", database="another", patience=1) == {}
