"""The demo world obeys the rules it shows, and loading it twice changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from fitflow.demo.world import PEOPLE, STUDIOS
from tests.world import World


def test_loading_twice_changes_nothing(world: World) -> None:
    before = world.counts()
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_demo"],
        cwd=world.root,
        env=world.environment,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert world.counts() == before


def test_every_page_has_something_to_show(world: World) -> None:
    counts = world.counts()
    assert counts["sessions"] >= 650
    assert 55 <= counts["clients"] <= 75
    assert counts["invoices"] > 50
    assert counts["payments"] > 40


@pytest.mark.parametrize("studio", ["lotus", "summit", "prairie"])
def test_six_closed_months_are_billed_and_collected(world: World, studio: str) -> None:
    months = world.ask(
        """
        SELECT date_trunc('month', issued_on), count(*), bool_or(amount_paid > 0), sum(total)
        FROM billing_invoice WHERE kind = 'invoice' GROUP BY 1 ORDER BY 1
        """,
        studio=studio,
    )
    assert len(months) == 6
    for _, invoices, paid, total in months:
        assert invoices > 2
        assert paid
        assert total > 0
    unbilled = """
        SELECT count(*) FROM trainers_booking booking JOIN trainers_session held ON held.id = booking.session_id
        WHERE held.status = 'completed' AND booking.status = 'booked' AND booking.attendance = 'present'
            AND held.starts_at < date_trunc('month', now()) - interval '1 day'
            AND NOT EXISTS (SELECT FROM billing_invoiceline line WHERE line.booking_id = booking.id)
    """
    assert world.ask(unbilled, studio=studio) == [(0,)], "nothing older is left to bill"


def test_studios_and_people_are_those_the_readme_names(world: World) -> None:
    slugs, emails = world.studios_and_people()
    assert slugs == {facts.slug for facts in STUDIOS}
    assert {person.email for person in PEOPLE} <= emails


@pytest.mark.parametrize("module", ["fitflow.settings.production", "fitflow.settings.test"])
def test_it_loads_under_the_demo_settings_only(module: str) -> None:
    environment: dict[str, Any] = {**os.environ, "DJANGO_SETTINGS_MODULE": module}
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_demo"], env=environment, check=False, capture_output=True
    )
    assert done.returncode != 0
