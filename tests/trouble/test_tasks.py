"""A Celery task runs in the studio it was sent from, and leaves nothing of it behind, in either kind of worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import current_app

from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from tests.trouble.handlers import whereabouts
from tests.trouble.plant import Plant, until

pytestmark = [pytest.mark.race, pytest.mark.slow]


@pytest.mark.parametrize("queue", ["fitflow", "fitflow-live"])
def test_a_task_carries_its_studio(
    steady_plant: Plant, cast_studios: list[Studio], tmp_path: Path, queue: str
) -> None:
    sent: dict[Path, str] = {}
    with current_app.connection_for_write(steady_plant.redis_url) as line:
        for number in range(30):
            studio = [*cast_studios, None][number % 3]
            file = tmp_path / str(number)
            with studio_context(studio):
                whereabouts.apply_async(args=[str(file)], queue=queue, connection=line)
            schema = studio.schema_name if studio else ""
            sent[file] = f'{schema} "{schema}","public"' if studio else 'none "public"'
    until(lambda: all(file.exists() for file in sent), 40)
    assert {file: file.read_text() for file in sent} == sent
