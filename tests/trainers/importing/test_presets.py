"""The files that other programs export, from the upload to the rows, mapped as they are guessed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from clients.models import Client
from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.importing.bring import (
    brought,
    check,
    checked,
    complaints,
    day,
    mapped,
    outcomes,
    sample,
    start,
)
from trainers.external import listing
from trainers.external.reading import Wanted
from trainers.external.trouble import Trouble
from trainers.models import Booking, Import, ImportPart, Session
from trainers.services import importing
from trainers.services.importing import starting
from trainers.services.importing.starting import rows_of


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


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""])


def calendar(*events: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n"


def times(offset: int, hour: int = 9) -> tuple[str, str]:
    date = day(offset).replace("-", "")
    return f"DTSTART:{date}T{hour:02}0000", f"DTEND:{date}T{hour + 1:02}0000"


def test_who_attends_without_an_address_is_there_too(lotus: Cast) -> None:
    text = calendar(event("UID:1", "SUMMARY:Private", *times(3), "ATTENDEE;CN=Ann Lee:invalid:nomail"))
    batch = unfolded(start(text, kind="timetable"))
    assert [cells[5:7] for _, cells in rows_of(batch)] == [["Ann Lee", ""]]


def test_what_of_a_calendar_is_left_out_is_said(lotus: Cast) -> None:
    whole = f"DTSTART;VALUE=DATE:{day(4).replace('-', '')}"
    events = [
        event("UID:1", "SUMMARY:Private", *times(3)),
        event("UID:2", whole),
        event("UID:3", *times(5), "no property"),
    ]
    batch = unfolded(start(calendar(*events), kind="timetable"))
    assert (batch.total, batch.notice) == (1, "Left out: 1 of whole days and 1 that cannot be read.")
    nothing = unfolded(start(calendar(*events[1:]), kind="timetable"))
    assert nothing.notice.endswith(
        "within two years of today. Left out: 1 of whole days and 1 that cannot be read."
    )


def test_a_calendar_with_too_many_rows_names_the_limit(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    guests = [f"ATTENDEE;CN=P{one}:mailto:p{one}@example.com" for one in range(4)]
    text = calendar(event("UID:1", "SUMMARY:Class", *times(3), *guests))
    assert unfolded(start(text, kind="timetable")).total == 4
    monkeypatch.setattr(starting, "MOST_ROWS", 3)
    batch = unfolded(start(text, kind="timetable"))
    assert (batch.state, batch.notice) == (
        "dropped",
        "The calendar makes more than 3 rows, one for each who attends an event. Export a shorter time.",
    )
    assert not ImportPart.objects.filter(batch=batch).exists()


def test_events_are_counted_and_not_who_attends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_OCCURRENCES", 2)
    guests = [f"ATTENDEE;CN=P{one}:mailto:p{one}@example.com" for one in range(4)]
    wanted = Wanted(starts=now() - timedelta(days=9), ends=now() + timedelta(days=9), zone="America/Toronto")
    two = [event(f"UID:{one}", *times(one), *guests) for one in (1, 2)]
    assert len(listing.listed_events(calendar(*two).encode(), wanted).rows) == 8
    with pytest.raises(Trouble, match="too_many"):
        listing.listed_events(calendar(*two, event("UID:3", *times(3))).encode(), wanted)


def test_a_calendar_is_unfolded_once(lotus: Cast) -> None:
    batch = unfolded(unfolded(start(sample("calendar.ics"), kind="timetable")))
    assert batch.total == 6
    with studio_context(lotus.summit):
        assert not Import.objects.exists()
