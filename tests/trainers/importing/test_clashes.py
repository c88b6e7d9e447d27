"""Sessions of a file that cannot all be: beside each other, what is here, what is elsewhere, places and equipment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clients.models import Client
from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from studios.models import Equipment
from studios.services import add_equipment
from studios.shared.models import Member
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.importing.bring import (
    bring_in,
    brought,
    checked,
    complaints,
    day,
    table,
    undone,
)
from tests.trainers.plan import at, scheduled
from trainers.models import ImportMade, Session, SessionEquipment, TrainerProfile
from trainers.services import importing, save_service


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
    bring_in(f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,")
    assert Session.objects.get().status == "scheduled"
