"""Equipment: what a service needs is never promised twice, by whichever way a session comes to be or moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound
from fitflow.tenancy.context import leave
from studios.models import Equipment
from studios.services import add_equipment, change_equipment, retire_equipment
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled, wish
from tests.trainers.series.wishes import nth, series_of
from tests.trainers.series.wishes import wish as series_wish
from trainers.models import Service, Session, SessionEquipment, TrainerProfile
from trainers.services import (
    cancel_session,
    confirm_hold,
    hold_slot,
    release_hold,
    reschedule_session,
    restore_session,
    save_service,
    schedule_session,
)
from trainers.services.series import create_series, preview_series
from trainers.services.series_edits import edit_session, preview_series_edit
from trainers.services.series_nightly import carry_on_series


@pytest.fixture
def reformers(lotus: Cast) -> Equipment:
    """Two reformers at Main, one of which each private session uses."""
    row = add_equipment(actor=SYSTEM, location=lotus.location(), name="Reformer", quantity=2)
    need(lotus, row)
    return row


def need(cast: Cast, row: Equipment, quantity: int = 1, service: str = "Private") -> None:
    save_service(actor=SYSTEM, service_id=cast.service(service).pk, equipment={row.pk: quantity})


def refused(call: Any, **arguments: Any) -> Conflict:
    with pytest.raises(Conflict) as error:
        call(actor=SYSTEM, **arguments)
    assert error.value.details["conflict"] == "equipment"
    return error.value


def only(cast: Cast, row: Equipment, quantity: int) -> None:
    change_equipment(actor=SYSTEM, equipment=row, quantity=quantity)


def test_a_session_uses_what_its_service_needs(lotus: Cast, reformers: Equipment) -> None:
    session = scheduled(lotus, at(10))
    assert list(session.uses.values_list("equipment__name", "quantity")) == [("Reformer", 1)]
    assert not scheduled(lotus, at(10), trainer="trainer", service="Class").uses.exists()


def test_no_more_are_booked_at_once_than_there_are(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    scheduled(lotus, at(10))
    error = refused(schedule_session, **wish(lotus, at(10.5), trainer="trainer"))
    assert error.message.startswith("Reformer: the one at Main is in use from 10:00 to 11:00. Free that day:")
    assert error.field == "starts_at"
    assert [start[11:16] for start in error.details["free_starts"]] == ["11:00", "11:30", "12:00"]
    assert Session.objects.count() == 1
    scheduled(lotus, at(11), trainer="trainer")
    scheduled(lotus, at(9), trainer="trainer")


def test_it_counts_what_is_in_use_at_one_moment(lotus: Cast, reformers: Equipment) -> None:
    """One after the other on the first reformer, somebody else on the second one over their change."""
    third = TrainerProfile.objects.create(user=lotus.user["owner"], name="Owner").pk
    scheduled(lotus, at(10))
    scheduled(lotus, at(11))
    scheduled(lotus, at(10.5), trainer="trainer")
    wished = {**wish(lotus, at(9.75)), "trainer_id": third}
    refused(schedule_session, **wished)
    schedule_session(actor=SYSTEM, **{**wished, "starts_at": at(9.5)})
    schedule_session(actor=SYSTEM, **{**wished, "starts_at": at(11.5)})


def test_a_service_may_need_several(lotus: Cast, reformers: Equipment) -> None:
    need(lotus, reformers, 2, "Class")
    scheduled(lotus, at(10))
    error = refused(schedule_session, **wish(lotus, at(10), trainer="trainer", service="Class"))
    assert "Reformer: 1 of 2 at Main left from 10:00 to 11:00, 2 needed" in error.message


def test_moving_takes_its_equipment_along(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    scheduled(lotus, at(10))
    other = scheduled(lotus, at(12), trainer="trainer")
    refused(reschedule_session, session_id=other.pk, starts_at=at(10.5))
    moved = reschedule_session(actor=SYSTEM, session_id=other.pk, starts_at=at(12.5))
    assert moved.starts_at == at(12.5), "Its own is not in its way."
    refused(reschedule_session, session_id=other.pk, starts_at=at(9), ends_at=at(10.5))


def test_what_is_cancelled_gives_its_equipment_back_and_asks_again_to_come_back(
    lotus: Cast, reformers: Equipment
) -> None:
    only(lotus, reformers, 1)
    first = scheduled(lotus, at(10))
    cancel_session(actor=SYSTEM, session_id=first.pk)
    second = scheduled(lotus, at(10), trainer="trainer")
    refused(restore_session, session_id=first.pk)
    cancel_session(actor=SYSTEM, session_id=second.pk)
    restore_session(actor=SYSTEM, session_id=first.pk)


def held(cast: Cast, hour: float, trainer: str = "lead") -> Session:
    return hold_slot(actor=SYSTEM, **wish(cast, at(hour), trainer=trainer))


def test_a_hold_holds_the_equipment_until_it_ends(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    hold = held(lotus, 10)
    refused(schedule_session, **wish(lotus, at(10), trainer="trainer"))
    refused(hold_slot, **wish(lotus, at(10), trainer="trainer"))
    release_hold(actor=SYSTEM, session_id=hold.pk)
    assert not SessionEquipment.objects.exists()
    scheduled(lotus, at(10), trainer="trainer")


def test_a_hold_that_ran_out_stands_in_nobodys_way_and_is_confirmed_only_while_it_is_free(
    lotus: Cast, reformers: Equipment
) -> None:
    only(lotus, reformers, 1)
    late, later = held(lotus, 10), held(lotus, 12)
    Session.objects.filter(status="held").update(held_until=at(10, days=-1))
    scheduled(lotus, at(10), trainer="trainer")
    with pytest.raises(Conflict) as error:
        confirm_hold(actor=SYSTEM, session_id=late.pk)
    assert error.value.details["conflict"] == "hold"
    assert confirm_hold(actor=SYSTEM, session_id=later.pk).status == "scheduled"
    refused(schedule_session, **wish(lotus, at(12), trainer="trainer"))


def test_a_place_without_it_gives_no_such_service(lotus: Cast, reformers: Equipment) -> None:
    annex = lotus.location("Annex").pk
    error = refused(schedule_session, **{**wish(lotus, at(10)), "location_id": annex})
    assert error.message == "It needs Reformer, which Annex does not have. Book it at Main."
    assert error.details["places"] == [{"location": str(lotus.location().pk), "name": "Main"}]
    assert error.field == "location"
    other = add_equipment(actor=SYSTEM, location=lotus.location("Annex"), name="Reformer", quantity=1)
    need(lotus, other)
    session = schedule_session(actor=SYSTEM, **{**wish(lotus, at(10)), "location_id": annex})
    assert [row.equipment for row in session.uses.all()] == [other]


def test_what_is_out_of_use_is_booked_no_more(lotus: Cast, reformers: Equipment) -> None:
    booked = scheduled(lotus, at(10))
    retire_equipment(actor=SYSTEM, equipment=reformers)
    error = refused(schedule_session, **wish(lotus, at(14)))
    assert error.message == "Reformer: out of use at Main. Choose another place or service."
    reschedule_session(actor=SYSTEM, session_id=booked.pk, starts_at=at(11))


def test_there_are_never_fewer_than_are_booked(lotus: Cast, reformers: Equipment) -> None:
    scheduled(lotus, at(10))
    scheduled(lotus, at(10), trainer="trainer")
    with pytest.raises(Conflict) as error:
        only(lotus, reformers, 1)
    assert (error.value.field, error.value.details["conflict"]) == ("quantity", "equipment")
    cancel_session(actor=SYSTEM, session_id=Session.objects.earliest("created_at").pk)
    only(lotus, reformers, 1)


def test_what_is_fewer_than_a_service_needs_is_told_as_that(lotus: Cast, reformers: Equipment) -> None:
    need(lotus, reformers, 2)
    only(lotus, reformers, 1)
    error = refused(schedule_session, **wish(lotus, at(10)))
    assert error.message == "Reformer: 2 needed, there is 1 at Main. Choose another place or service."


def test_pages_say_what_a_session_uses_and_where_it_can_be_booked(lotus: Cast, reformers: Equipment) -> None:
    need(lotus, reformers, 2)
    session = scheduled(lotus, at(10))
    service, annex, main = lotus.service().pk, lotus.location("Annex").pk, lotus.location().pk
    leave()
    browser = browser_of(lotus, "lead")
    assert "Uses 2 of Reformer." in words_of(browser.get(f"/sessions/{session.pk}/"))
    assert "Uses 2 of Reformer at Main." in words_of(browser.get("/sessions/new/"))
    assert "Uses 2 of Reformer at Main." in words_of(browser.get("/series/new/"))
    typed = {
        "starts_on": at(14).date().isoformat(),
        "starts_at": "14:00",
        "service": service,
        "trainer": session.trainer_id,
        "place": annex,
    }
    refused = browser.post("/calendar/book/", typed)
    assert refused.status_code == 422
    assert "It needs 2 of Reformer, which Annex does not have. Book it at Main." in words_of(refused)
    assert f'value="place:{main}"' in refused.content.decode()
    there = browser.post("/calendar/book/", {**typed, "pick": f"place:{main}"})
    assert f'value="{main}" selected' in there.content.decode()
    short = browser.post("/calendar/book/", {**typed, "place": main, "starts_at": "10:30"})
    assert "busy from 10:00 to 11:00" in words_of(short)


def test_past_sessions_are_written_as_they_were(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    scheduled(lotus, at(10, days=-3))
    scheduled(lotus, at(10, days=-3), trainer="trainer")


def test_booked_sessions_keep_what_was_agreed(lotus: Cast, reformers: Equipment) -> None:
    scheduled(lotus, at(10))
    need(lotus, reformers, 0)
    assert not lotus.service().needs.exists()
    assert SessionEquipment.objects.get().quantity == 1
    assert not scheduled(lotus, at(12)).uses.exists()


@pytest.mark.parametrize("quantity", [3, -1])
def test_a_service_needs_no_more_than_there_is(lotus: Cast, reformers: Equipment, quantity: int) -> None:
    with pytest.raises(Invalid, match="2 at Main"):
        need(lotus, reformers, quantity)


def test_a_service_needs_what_is_there(lotus: Cast) -> None:
    with pytest.raises(NotFound):
        save_service(actor=SYSTEM, service_id=lotus.service().pk, equipment={uuid4(): 1})


# Series


def test_a_series_takes_it_in_its_preview_and_makes_all_or_none(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    series = series_of(lotus, trainer="trainer")
    taken = nth(series, 2)
    plan = preview_series(actor=SYSTEM, **series_wish(lotus))
    assert [[problem.kind for problem in row.problems] for row in plan.rows] == [["equipment"]] * 6
    assert plan.rows[0].problems[0].words == "Reformer: the one at Main is in use from 09:00 to 10:00"
    for session in series.sessions.exclude(pk=taken.pk):
        cancel_session(actor=SYSTEM, session_id=session.pk)
    plan = preview_series(actor=SYSTEM, **series_wish(lotus))
    assert [row.is_blocked for row in plan.rows] == [False, False, True, False, False, False]
    before = Session.objects.count()
    with pytest.raises(Conflict) as error:
        create_series(actor=SYSTEM, **series_wish(lotus))
    assert error.value.details["conflict"] == "series"
    assert "1 of 6 clashes" in error.value.message
    assert Session.objects.count() == before
    create_series(actor=SYSTEM, **series_wish(lotus, skip=[taken.occurrence]))


def test_a_place_without_it_has_no_such_series(lotus: Cast, reformers: Equipment) -> None:
    there = {**series_wish(lotus), "location_id": lotus.location("Annex").pk}
    plan = preview_series(actor=SYSTEM, **there)
    assert all(row.is_blocked for row in plan.rows)
    with pytest.raises(Conflict, match="not at Annex"):
        create_series(actor=SYSTEM, **there)


def test_a_change_of_a_series_is_refused_whole(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    series = series_of(lotus)
    blocker = scheduled(lotus, nth(series, 3).starts_at + timedelta(hours=2), trainer="trainer")
    first = nth(series, 0)
    wished: dict[str, Any] = {
        "session_id": first.pk,
        "scope": "all",
        "starts_at": first.starts_at + timedelta(hours=2),
    }
    edit = preview_series_edit(actor=SYSTEM, **wished)
    assert [[problem.kind for problem in one.problems] for one in edit.blocked] == [["equipment"]]
    with pytest.raises(Conflict) as error:
        edit_session(actor=SYSTEM, **wished)
    assert error.value.details["conflict"] == "series"
    cancel_session(actor=SYSTEM, session_id=blocker.pk)
    edit_session(actor=SYSTEM, **wished)
    assert SessionEquipment.objects.filter(session__series__isnull=False).count() == 6


def test_the_night_leaves_out_what_has_no_equipment(lotus: Cast, reformers: Equipment) -> None:
    only(lotus, reformers, 1)
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO")
    beyond = series.sessions.latest("starts_at").starts_at + timedelta(weeks=1)
    need(lotus, reformers, 1, "Class")
    scheduled(lotus, beyond, trainer="trainer", service="Class")
    with time_machine.travel(now() + timedelta(weeks=5), tick=False):
        assert carry_on_series(series_id=series.pk) > 0
    assert "Reformer: the one at Main is in use" in series.skips.get(why="clash").words


def test_ids_are_those_of_the_rows(lotus: Cast, reformers: Equipment) -> None:
    session: UUID = scheduled(lotus, at(10)).pk
    assert SessionEquipment.objects.get().pk == (session, reformers.pk)
    assert Service.objects.filter(equipment=reformers).get() == lotus.service()
