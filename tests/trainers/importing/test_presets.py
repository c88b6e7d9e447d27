"""The files that other programs export, from the upload to the rows, mapped as they are guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clients.models import Client
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.importing.bring import (
    brought,
    check,
    checked,
    complaints,
    mapped,
    outcomes,
    sample,
    start,
)
from trainers.models import Booking, Import, ImportPart, Session
from trainers.services import importing


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        ("mindbody_clients.csv", "mindbody"),
        ("jane_clients.csv", "jane"),
        ("acuity_clients.csv", "acuity"),
        ("plain_clients.csv", "plain"),
    ],
)
def test_clients_of_each_program(lotus: Cast, name: str, preset: str) -> None:
    batch = checked(sample(name))
    assert batch.preset == preset
    assert not batch.problems, complaints(batch)
    brought(batch)
    ngozi, zoe = (
        Client.objects.get(email="ngozi@example.com"),
        Client.objects.get(email="zoe.tremblay@example.com"),
    )
    assert (ngozi.name, str(ngozi.phone)) == ("Ngozi Okafor", "+14165550142")
    assert zoe.name == "Zoé Tremblay"
    if preset in {"mindbody", "jane"}:
        assert (ngozi.street, ngozi.province, zoe.province) == ("12 Elm St", "ON", "QC")


def test_a_timetable_of_mindbody(lotus: Cast) -> None:
    batch = checked(sample("mindbody_schedule.csv"), kind="timetable")
    assert (batch.preset, batch.header_row, batch.mapping["order"]) == ("mindbody", 2, "mdy")
    assert not batch.problems, complaints(batch)
    assert list(outcomes(batch).values()) == ["new", "new", "new", "new", "skipped"]
    brought(batch)
    assert Session.objects.get(service__name="Class").booked == 2
    assert set(Client.objects.filter(name__startswith="Ngozi").values_list("name", flat=True)) == {
        "Ngozi Okafor"
    }


def test_a_timetable_of_jane(lotus: Cast) -> None:
    batch = checked(sample("jane_appointments.csv"), kind="timetable")
    assert batch.preset == "jane"
    assert not batch.problems, complaints(batch)
    brought(batch)
    found = Booking.objects.order_by("session__starts_at").values_list("attendance", "session__status")
    assert list(found) == [("no_show", "completed"), ("present", "completed"), ("", "scheduled")]


def test_a_timetable_of_acuity(lotus: Cast) -> None:
    batch = checked(sample("acuity_appointments.csv"), kind="timetable")
    assert batch.preset == "acuity"
    assert not batch.problems, complaints(batch)
    brought(batch)
    found = Booking.objects.order_by("session__starts_at").values_list("price", "settled_elsewhere")
    assert list(found) == [(Decimal("80.00"), True), (Decimal("75.00"), False)]


def unfolded(batch: Import) -> Import:
    importing.read_calendar_file(import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_calendar_file(lotus: Cast) -> None:
    batch = start(sample("calendar.ics"), kind="timetable", name="calendar.ics")
    assert batch.state == "reading"
    unfolded(batch)
    assert (batch.state, batch.preset, batch.total) == ("mapping", "ics", 6)
    check(mapped(batch))
    batch.refresh_from_db()
    assert not batch.problems, complaints(batch)
    assert (batch.counts["sessions"], batch.counts["bookings"], batch.counts["skipped"]) == (4, 5, 1)
    brought(batch)
    assert set(Client.objects.filter(email__endswith="@example.com").values_list("name", flat=True)) == {
        "Étienne Caron",
        "Ngozi Okafor",
        "Zoé Tremblay",
    }
    assert Session.objects.get(service__name="Class").booked == 2


def test_a_calendar_that_cannot_be_read_says_so_and_is_gone(lotus: Cast) -> None:
    broken = sample("calendar.ics").replace(b"END:VCALENDAR", b"")
    batch = unfolded(start(broken, kind="timetable", name="calendar.ics"))
    assert (batch.state, batch.notice) == (
        "dropped",
        "The calendar file breaks off in the middle. Export it again.",
    )
    assert not ImportPart.objects.exists()
    minutely = sample("calendar.ics").replace(b"FREQ=WEEKLY;COUNT=3", b"FREQ=MINUTELY")
    assert "repeats every minute" in unfolded(start(minutely, kind="timetable")).notice


def test_a_calendar_is_unfolded_once(lotus: Cast) -> None:
    batch = unfolded(unfolded(start(sample("calendar.ics"), kind="timetable")))
    assert batch.total == 6
    with studio_context(lotus.summit):
        assert not Import.objects.exists()
