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
from fitflow.tenancy.context import studio_context
from studios.models import Equipment
from studios.services import add_equipment
from studios.shared.models import Member
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.importing.bring import (
    brought,
    checked,
    complaints,
    day,
    outcomes,
    undone,
)
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Import, ImportMade, Session, SessionEquipment, TrainerProfile
from trainers.services import cancel_session, complete_session, importing, save_service
from trainers.shared.models import BusyTime

HEADER = "Date,Start time,End time,Service,Trainer,Client,Email,Status\n"
TORONTO = ZoneInfo("America/Toronto")


def table(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


def bring_in(lotus: Cast, *rows: str) -> Import:
    return brought(checked(table(*rows), kind="timetable"))


def test_sessions_and_bookings_come_in_with_their_clients(lotus: Cast) -> None:
    bring_in(
        lotus,
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
    bring_in(lotus, f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,")
    session = Session.objects.get()
    assert session.buffer_after_minutes == 15
    assert BusyTime.objects.get(session_id=session.pk).span.upper == session.ends_at + timedelta(minutes=15)
    with pytest.raises(Conflict):
        scheduled(lotus, session.ends_at + timedelta(minutes=5))


def test_what_is_over_comes_in_as_held_and_is_never_invoiced(lotus: Cast) -> None:
    bring_in(
        lotus,
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


def test_a_clash_in_the_file_is_told_by_the_row_it_is_with(lotus: Cast) -> None:
    batch = checked(
        table(
            f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,",
            f"{day(3)},9:30,10:30,Private,Lead,Bo,bo@example.com,",
            f"{day(3)},10:00,11:00,Private,Lead,Cy,cy@example.com,",
            f"{day(3)},9:30,10:30,Private,Trainer,Di,di@example.com,",
        ),
        kind="timetable",
    )
    told = complaints(batch)
    assert list(told) == [3]
    assert "Lead has another session then: row 2" in told[3]
    assert "09:00 to 10:00" in told[3]


def test_what_is_booked_here_and_elsewhere_is_told_and_of_elsewhere_only_when(lotus: Cast) -> None:
    scheduled(lotus, at(9), clients=("Client",))
    with studio_context(lotus.summit):
        scheduled(lotus, at(13))
    with studio_context(lotus.lotus):
        batch = checked(
            table(
                f"{day(3)},9:30,10:30,Private,Lead,Ann,ann@example.com,",
                f"{day(3)},13:30,14:30,Private,Lead,Ann,ann@example.com,",
                f"{day(3)},16:00,17:00,Private,Lead,Ann,ann@example.com,",
            ),
            kind="timetable",
        )
        told = complaints(batch)
        assert "Lead is booked here" in told[2]
        assert "09:00 to 10:00" in told[2]
        assert "Lead is busy elsewhere" in told[3]
        assert "Summit" not in told[3]
        assert list(told) == [2, 3]


def test_what_a_trainer_who_has_left_gave_here_is_told_too(lotus: Cast) -> None:
    scheduled(lotus, at(9, days=-3), trainer="trainer", clients=("Client",))
    Member.objects.filter(user=lotus.user["trainer"]).delete()
    batch = checked(table(f"{day(-3)},9:30,10:30,Private,Trainer,Ann,ann@example.com,"), kind="timetable")
    assert "Trainer is booked here" in complaints(batch)[2]


def test_the_buffers_are_named_where_only_they_clash(lotus: Cast) -> None:
    service = lotus.service()
    service.buffer_after_minutes = 15
    service.save()
    rows = [f"{{}},{hour}:00,{hour + 1}:00,Private,Lead,Ann,ann@example.com," for hour in (9, 10)]
    assert "buffers" in complaints(checked(table(*(row.format(day(3)) for row in rows)), kind="timetable"))[3]
    past = checked(table(*(row.format(day(-3)) for row in rows)), kind="timetable")
    assert not past.problems, "what is over needs no buffers"


def test_a_class_is_never_over_its_places(lotus: Cast) -> None:
    service = lotus.service("Class")
    service.capacity = 2
    service.save()
    rows = [f"{day(3)},9:00,10:00,Class,Lead,P{one},p{one}@example.com," for one in range(3)]
    batch = checked(table(*rows), kind="timetable")
    assert "Class has 2 places; this is client 3" in complaints(batch)[4]
    brought(batch, leaving_out=1)
    session = Session.objects.get()
    assert (session.booked, session.capacity) == (2, 2)


@pytest.fixture
def reformer(lotus: Cast) -> Equipment:
    """Two reformers at Main, of which each Private takes one."""
    row = add_equipment(actor=SYSTEM, location=lotus.location(), name="Reformer", quantity=2)
    save_service(actor=SYSTEM, service_id=lotus.service().pk, equipment={row.pk: 1})
    return row


def test_equipment_that_is_short_is_told_by_row_and_never_used_twice(
    lotus: Cast, reformer: Equipment
) -> None:
    third = add_trainer_of(lotus)
    scheduled(lotus, at(10), trainer="trainer", clients=("Client",))
    batch = checked(
        table(
            f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,",
            f"{day(3)},9:30,10:30,Private,{third},Bo,bo@example.com,",
            f"{day(3)},10:00,11:00,Private,Lead,Cy,cy@example.com,",
            f"{day(-3)},9:00,10:00,Private,Lead,Di,di@example.com,",
        ),
        kind="timetable",
    )
    told = complaints(batch)
    assert list(told) == [4], "the first ends when the one here begins: two at each moment until the third"
    assert "Reformer: 2 there, more would be in use" in told[4]
    brought(batch, leaving_out=1)
    assert SessionEquipment.objects.count() == 4
    undone(batch)
    assert SessionEquipment.objects.count() == 1


def test_a_place_without_the_equipment_is_told(lotus: Cast, reformer: Equipment) -> None:
    batch = checked(
        table(f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,"),
        kind="timetable",
        default={"location": "Annex"},
    )
    assert "equipment that is not at Annex" in complaints(batch)[2]


def add_trainer_of(lotus: Cast) -> str:
    """Make the manager a trainer too; return her name."""
    return TrainerProfile.objects.create(user=lotus.user["manager"], name="Manager").name


def test_the_same_file_twice_brings_nothing_new(lotus: Cast) -> None:
    rows = [f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,", f"{day(4)},9:00,10:00,Private,Lead,,,"]
    bring_in(lotus, *rows)
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
    batch = bring_in(lotus, f"{day(3)},9:00,10:00,Private,Lead,etienne caron,,")
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


def test_nobody_is_mailed_and_open_calendars_are_told_once(lotus: Cast) -> None:
    before = OutboxMessage.objects.count()
    bring_in(
        lotus,
        *(f"{day(3)},{hour}:00,{hour + 1}:00,Private,Lead,Ann,ann@example.com," for hour in range(8, 18)),
    )
    rows = OutboxMessage.objects.order_by("created_at")[before:]
    assert [row.topic for row in rows if row.lane == "live"] == ["import.done"]
    assert not [row for row in rows if row.lane == "mail"]


def test_an_undo_takes_sessions_bookings_and_clients_back(lotus: Cast) -> None:
    kept = scheduled(lotus, at(18), clients=("Client",))
    before = Client.objects.count()
    batch = bring_in(
        lotus,
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
    batch = bring_in(lotus, f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,")
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


def test_a_time_that_was_booked_after_the_check_refuses_the_whole_import(lotus: Cast) -> None:
    rows = [f"{day(3)},{hour}:00,{hour + 1}:00,Private,Lead,Ann,ann@example.com," for hour in (9, 11, 13)]
    batch = checked(table(*rows), kind="timetable")
    importing.request_import(actor=lotus.actor("owner"), import_id=batch.pk)
    scheduled(lotus, at(11))
    assert importing.carry_out_import(import_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Session.objects.count(), Client.objects.filter(name="Ann").count()) == (
        "checked",
        1,
        0,
    )
    assert list(complaints(batch)) == [3]
    assert not ImportMade.objects.exists()


def test_a_hold_that_ran_out_stands_in_nobodys_way(lotus: Cast) -> None:
    from trainers.services import hold_slot

    held = hold_slot(
        actor=lotus.actor("owner"),
        service_id=lotus.service().pk,
        trainer_id=lotus.trainer().pk,
        location_id=lotus.location().pk,
        starts_at=at(9),
    )
    Session.objects.filter(pk=held.pk).update(held_until=now() - timedelta(minutes=1))
    bring_in(lotus, f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,")
    assert Session.objects.get().status == "scheduled"


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
