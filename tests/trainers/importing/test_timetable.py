from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.services.drafts import billable_bookings
from clients.models import Care, Client
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from fitflow.core.models import OutboxMessage
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.importing.bring import (
    bring_in,
    brought,
    checked,
    complaints,
    day,
    outcomes,
    table,
    undone,
)
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, ImportRow, Session
from trainers.services import cancel_session, complete_session, importing
from trainers.shared.models import BusyTime

TORONTO = ZoneInfo("America/Toronto")


def test_sessions_and_bookings_come_in_with_their_clients(lotus: Cast) -> None:
    bring_in(
        f"{day(3)},9:00 am,10:30 am,Private,Lead,Ann Lee,ann@example.com,Booked",
        f"{day(3)},14:00,15:00,Class,Trainer,Ann Lee,ann@example.com,",
        f"{day(3)},14:00,15:00,Class,Trainer,Étienne Caron,etienne@example.com,",
    )
    private = Session.objects.get(service__name="Private")
    local = private.starts_at.astimezone(TORONTO)
    assert (local.strftime("%H:%M"), private.ends_at - private.starts_at) == ("09:00", timedelta(minutes=90))
    assert (private.status, private.booked, private.capacity, private.version) == ("scheduled", 1, 1, 1)
    group = Session.objects.get(service__name="Class")
    assert (group.booked, group.capacity) == (2, 12)
    assert Client.objects.filter(name="Ann Lee").count() == 1
    booking = group.bookings.get(client__name="Étienne Caron")
    assert (booking.price, booking.tax_category, booking.settled_elsewhere) == (
        Decimal("20.00"),
        "fitness",
        False,
    )
    assert Care.objects.filter(client__name="Ann Lee", user=lotus.user["lead"]).exists()


def test_imported_sessions_are_busy_time_with_their_buffers(lotus: Cast) -> None:
    service = lotus.service()
    service.buffer_after_minutes = 15
    service.save()
    bring_in(f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,")
    session = Session.objects.get()
    assert session.buffer_after_minutes == 15
    assert BusyTime.objects.get(session_id=session.pk).span.upper == session.ends_at + timedelta(minutes=15)
    with pytest.raises(Conflict):
        scheduled(lotus, session.ends_at + timedelta(minutes=5))


def test_what_is_over_comes_in_as_held_and_is_never_invoiced(lotus: Cast) -> None:
    bring_in(
        f"{day(-3)},9:00,10:00,Private,Lead,Ann,ann@example.com,Completed",
        f"{day(-3)},11:00,12:00,Private,Lead,Ann,ann@example.com,No Show",
        f"{day(-3)},13:00,14:00,Private,Lead,Ann,ann@example.com,Late cancel",
    )
    assert set(Session.objects.values_list("status", flat=True)) == {"completed"}
    came, missed = Booking.objects.order_by("session__starts_at")
    assert (came.attendance, missed.attendance, missed.strike, missed.fee_percent) == (
        "present",
        "no_show",
        None,
        0,
    )
    today = now().date()
    period: dict[str, Any] = {"period_from": today - timedelta(days=10), "period_to": today}
    assert not billable_bookings(**period).exists()
    # The control: the same booking made here would be invoiced.
    Booking.objects.filter(pk=came.pk).update(settled_elsewhere=False)
    assert billable_bookings(**period).get() == came


def test_what_comes_is_invoiced_here_unless_the_file_says_it_is_paid(lotus: Cast) -> None:
    text = "Start,Service,Trainer,Client,Email,Price,Paid\n" + "".join(
        f"{day(3)} {hour}:00,Private,Lead,Ann,ann@example.com,$65.00,{paid}\n"
        for hour, paid in ((9, "yes"), (11, "no"))
    )
    brought(checked(text, kind="timetable"))
    first, second = Booking.objects.order_by("session__starts_at")
    assert (first.settled_elsewhere, second.settled_elsewhere) == (True, False)
    assert second.price == Decimal("65.00")
    assert second.session.ends_at - second.session.starts_at == timedelta(hours=1), "the service's length"


def test_the_same_file_twice_brings_nothing_new(lotus: Cast) -> None:
    rows = [f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,", f"{day(4)},9:00,10:00,Private,Lead,,,"]
    bring_in(*rows)
    again = checked(table(*rows), kind="timetable")
    assert set(outcomes(again).values()) == {"here"}
    with pytest.raises(Conflict) as caught:
        importing.request_import(actor=SYSTEM, import_id=again.pk)
    assert caught.value.details["conflict"] == "nothing"


def test_a_row_twice_in_the_file_is_one_booking(lotus: Cast) -> None:
    row = f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,"
    batch = checked(table(row, row), kind="timetable")
    assert outcomes(batch) == {2: "new", 3: "same"}
    brought(batch)
    assert Booking.objects.count() == 1


def test_a_name_finds_the_one_client_of_that_name(lotus: Cast) -> None:
    batch = bring_in(f"{day(3)},9:00,10:00,Private,Lead,etienne caron,,")
    assert batch.counts["clients"] == 0
    assert Booking.objects.get().client.email == "etienne@example.com"


def test_a_name_of_several_clients_is_a_problem(lotus: Cast) -> None:
    Client.objects.create(name="Étienne Caron", email="other@example.com")
    batch = checked(table(f"{day(3)},9:00,10:00,Private,Lead,Etienne Caron,,"), kind="timetable")
    assert "Several clients are called" in complaints(batch)[2]


def test_archived_clients_and_trainers_have_a_past_only(lotus: Cast) -> None:
    Client.objects.filter(name="Étienne Caron").update(is_active=False)
    trainer = lotus.trainer("trainer")
    trainer.is_active = False
    trainer.save()
    batch = checked(
        table(
            f"{day(3)},9:00,10:00,Private,Lead,Étienne Caron,etienne@example.com,",
            f"{day(-3)},9:00,10:00,Private,Lead,Étienne Caron,etienne@example.com,",
            f"{day(3)},9:00,10:00,Private,Trainer,Ann,ann@example.com,",
            f"{day(-3)},9:00,10:00,Private,Trainer,Ann,ann@example.com,",
        ),
        kind="timetable",
    )
    told = complaints(batch)
    assert list(told) == [2, 4]
    assert "archived" in told[2]
    assert "not in use" in told[4]


def test_what_is_none_of_ours_is_told(lotus: Cast) -> None:
    batch = checked(
        table(
            f"{day(3)},9:00,10:00,Reiki,Lead,Ann,,",
            f"{day(3)},9:00,10:00,Private,Nobody,Ann,,",
            f"{day(3)},25:00,10:00,Private,Lead,Ann,,",
            "31/31/2026,9:00,10:00,Private,Lead,Ann,,",
            f"{day(3)},9:00,,Private,,Ann,,",
            f"{day(900)},9:00,10:00,Private,Lead,Ann,,",
            f"{day(3)},9:00,23:30,Private,Lead,Ann,,",
        ),
        kind="timetable",
    )
    told = complaints(batch)
    assert list(told) == list(range(2, 9))
    for number, words in (
        (2, "“Reiki” is none of yours"),
        (3, "“Nobody” is none of yours"),
        (4, "no time of a day"),
        (5, "no day of the calendar"),
        (6, "No trainer is named"),
        (7, "two years"),
        (8, "longer than 12 hours"),
    ):
        assert words in told[number]


def test_a_year_out_of_reach_stops_its_row_and_no_other(lotus: Cast) -> None:
    batch = checked(
        table(
            "9999-12-31,23:30,23:45,Private,Lead,Ann Lee,,",
            f"{day(3)},9:00,10:00,Private,Lead,Ann Lee,,",
        ),
        kind="timetable",
    )
    assert (batch.state, batch.counts["problem"], batch.counts["new"]) == ("checked", 1, 1)


def test_times_stand_on_the_clocks_of_the_place_across_their_change(lotus: Cast) -> None:
    text = "Start,Service,Trainer\n2026-03-08 02:30,Private,Lead\n2025-11-02 01:30,Private,Lead\n"
    text += "2026-07-01T09:00:00Z,Private,Lead\n"
    brought(checked(text, kind="timetable"))
    found = [
        one.isoformat() for one in Session.objects.order_by("starts_at").values_list("starts_at", flat=True)
    ]
    assert found == ["2025-11-02T05:30:00+00:00", "2026-03-08T07:30:00+00:00", "2026-07-01T09:00:00+00:00"]


def test_a_start_that_the_clocks_skip_keeps_its_length(lotus: Cast) -> None:
    text = (
        "Date,From,To,Service,Trainer\n2026-03-08,2:30,3:30,Private,Lead\n2025-11-02,0:30,2:30,Private,Lead\n"
    )
    columns = {0: "date", 1: "time", 2: "end", 3: "service", 4: "trainer"}
    batch = checked(text, kind="timetable", columns=columns)
    assert not batch.problems, complaints(batch)
    rows = ImportRow.objects.filter(batch=batch).order_by("number").values_list("starts_at", "ends_at")
    lengths = [end - start for start, end in rows if start and end]
    assert lengths == [timedelta(hours=1), timedelta(hours=3)], (
        "an hour is twice on the night of the other change"
    )


def test_nobody_is_mailed_and_open_calendars_are_told_once(lotus: Cast) -> None:
    before = OutboxMessage.objects.count()
    bring_in(
        *(f"{day(3)},{hour}:00,{hour + 1}:00,Private,Lead,Ann,ann@example.com," for hour in range(8, 18)),
    )
    rows = OutboxMessage.objects.order_by("created_at")[before:]
    assert [row.topic for row in rows if row.lane == "live"] == ["import.done"]
    assert not [row for row in rows if row.lane == "mail"]


def test_an_undo_takes_sessions_bookings_and_clients_back(lotus: Cast) -> None:
    kept = scheduled(lotus, at(18), clients=("Client",))
    before = Client.objects.count()
    batch = bring_in(
        f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,",
        f"{day(3)},11:00,12:00,Private,Lead,Client,client@fitflow.test,",
    )
    undone(batch)
    assert list(Session.objects.values_list("pk", flat=True)) == [kept.pk]
    assert (Client.objects.count(), Booking.objects.count()) == (before, 1)
    assert list(BusyTime.objects.values_list("session_id", flat=True)) == [kept.pk]
    assert Care.objects.filter(client__name="Client").count() == 1, "the care of the booking made here stays"
    scheduled(lotus, at(9))


@pytest.mark.parametrize("what", ["cancelled", "completed", "booked", "invoiced"])
def test_it_says_what_stands_on_it(lotus: Cast, what: str) -> None:
    when = -3 if what == "completed" else 3
    batch = bring_in(f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,")
    session = Session.objects.get()
    if what == "cancelled":
        cancel_session(actor=lotus.actor("owner"), session_id=session.pk)
    elif what == "completed":
        Session.objects.filter(pk=session.pk).update(starts_at=at(9, days=when), ends_at=at(10, days=when))
        complete_session(actor=lotus.actor("owner"), session_id=session.pk)
    elif what == "booked":
        Booking.objects.create(session=session, client=lotus.client(), price="1", tax_category="fitness")
    else:
        _invoice(lotus, session.bookings.get())
    with pytest.raises(Conflict) as caught:
        importing.request_undo(actor=lotus.actor("owner"), import_id=batch.pk)
    words = " ".join(caught.value.details["reasons"])
    expected = {
        "cancelled": "1 session was changed since: Class on",
        "completed": "1 session was changed since",
        "booked": "1 booking on what was imported: Class on",
        "invoiced": "invoice",
    }[what]
    assert expected in words
    assert Session.objects.filter(pk=session.pk).exists()


def _invoice(lotus: Cast, booking: Booking) -> None:
    from billing.services import advance_invoice_run, request_invoice_run

    Session.objects.filter(pk=booking.session_id).update(
        status="completed", starts_at=at(9, days=-3), ends_at=at(10, days=-3)
    )
    today = now().date()
    run = request_invoice_run(
        actor=lotus.actor("owner"), period_from=today - timedelta(days=10), period_to=today
    )
    done = advance_invoice_run(run_id=run.pk)
    assert done.status == "completed", done.errors


def test_a_check_asks_as_often_for_many_rows_as_for_few(lotus: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = []
    for many in (2, 200):
        rows = [
            f"{day(3 + one // 10)},{8 + one % 10}:00,{9 + one % 10}:00,Private,Lead,P{one},p{one}@example.com,"
            for one in range(many)
        ]
        with CaptureQueriesContext(connection) as queries:
            batch = checked(table(*rows), kind="timetable")
            brought(batch)
        undone(batch)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_midnight_ends_a_day_and_begins_none(lotus: Cast) -> None:
    batch = checked(
        table(
            f"{day(3)},23:00,24:00,Private,Lead,Ann,ann@example.com,",
            f"{day(3)},24:00,25:00,Private,Lead,Ann,ann@example.com,",
        ),
        kind="timetable",
    )
    assert outcomes(batch) == {2: "new", 3: "problem"}
    row = ImportRow.objects.get(batch=batch, number=2)
    assert row.starts_at
    assert row.ends_at == row.starts_at + timedelta(hours=1)


def test_who_only_waits_for_a_place_is_not_booked(lotus: Cast) -> None:
    batch = checked(table(f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,Waitlisted"), kind="timetable")
    assert "only waits for a place" in complaints(batch)[2]
