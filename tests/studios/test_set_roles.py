"""Changing what people are in a studio, and the owner it always keeps."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from fitflow.core import outbox
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.services import remove_client, remove_member, set_roles
from studios.shared.models import Member, Role
from tests.cast import Cast
from trainers.models import TrainerProfile


def change(cast: Cast, person: str, *roles: str, by: str = "owner") -> None:
    set_roles(actor=cast.actor(by), studio=cast.lotus, user_id=cast.user[person].pk, roles=roles)


def held(cast: Cast, person: str) -> set[str]:
    rows = Member.objects.filter(studio_id=cast.lotus.id, user_id=cast.user[person].pk)
    return set(rows.values_list("role", flat=True))


def deliver(topic: str) -> None:
    for message in OutboxMessage.objects.filter(topic=topic, state="pending"):
        outbox.deliver(message)


def test_a_person_is_made_exactly_these_things(lotus: Cast) -> None:
    change(lotus, "trainer", "manager", "trainer")
    assert held(lotus, "trainer") == {"manager", "trainer"}
    change(lotus, "trainer", "manager")
    assert held(lotus, "trainer") == {"manager"}
    event = AuditEvent.objects.first()
    assert event is not None
    assert (event.action, event.facts) == (
        "member.roles_changed",
        {"before": "manager, trainer", "after": "manager"},
    )


def test_what_she_is_as_a_client_stays(lotus: Cast) -> None:
    change(lotus, "client", "trainer")
    assert held(lotus, "client") == {"client", "trainer"}
    change(lotus, "client")
    assert held(lotus, "client") == {"client"}


def test_a_new_trainer_gets_her_column_and_loses_it_with_the_role(cast: Cast) -> None:
    with studio_context(cast.lotus):
        change(cast, "manager", "manager", "trainer")
    deliver("member.added")
    with studio_context(cast.lotus):
        assert TrainerProfile.objects.get(user_id=cast.user["manager"].pk).is_active
        change(cast, "manager", "manager")
    deliver("member.removed")
    with studio_context(cast.lotus):
        assert not TrainerProfile.objects.get(user_id=cast.user["manager"].pk).is_active


@pytest.mark.parametrize(
    ("by", "person", "roles"),
    [
        ("manager", "trainer", ("manager",)),
        ("manager", "owner", ()),
        ("manager", "manager", ("owner", "manager")),
        ("lead", "trainer", ("trainer", "trainer_admin")),
        ("lead", "manager", ()),
        ("trainer", "lead", ()),
        ("client", "trainer", ()),
    ],
)
def test_it_refuses_who_may_not_decide_that(
    lotus: Cast, by: str, person: str, roles: tuple[str, ...]
) -> None:
    before = held(lotus, person)
    with pytest.raises(NotPermitted):
        change(lotus, person, *roles, by=by)
    assert held(lotus, person) == before


def test_a_trainer_admin_decides_about_her_own_team(lotus: Cast) -> None:
    change(lotus, "trainer", by="lead")
    assert held(lotus, "trainer") == set()


def test_a_trainer_admin_does_not_decide_about_others_trainers(lotus: Cast) -> None:
    TrainerProfile.objects.filter(user_id=lotus.user["trainer"].pk).update(lead=None)
    with pytest.raises(NotPermitted):
        change(lotus, "trainer", by="lead")


def test_anybody_may_lay_down_her_own_role(lotus: Cast) -> None:
    remove_member(actor=lotus.actor("trainer"), studio=lotus.lotus, user_id=lotus.user["trainer"].pk)
    assert held(lotus, "trainer") == set()


def test_the_last_owner_stays(lotus: Cast) -> None:
    for roles in ((), ("manager",)):
        with pytest.raises(Conflict, match="A studio needs an owner"), transaction.atomic():
            change(lotus, "owner", *roles)
    assert held(lotus, "owner") == {"owner"}
    change(lotus, "manager", "owner")
    change(lotus, "owner", by="manager")
    assert held(lotus, "owner") == set()


def test_the_database_itself_keeps_an_owner(lotus: Cast) -> None:
    with pytest.raises(IntegrityError, match="without an owner"), transaction.atomic():
        Member.objects.filter(studio_id=lotus.lotus.id, role="owner").delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_is_no_member_is_not_there(lotus: Cast) -> None:
    for person in ("owner2", "outsider"):
        with pytest.raises(NotFound):
            change(lotus, person, "trainer")


def test_a_client_is_no_role_of_the_team(lotus: Cast) -> None:
    with pytest.raises(Invalid):
        change(lotus, "trainer", "client")
    with pytest.raises(Invalid):
        change(lotus, "trainer", "emperor")


def test_a_clients_portal_is_closed_by_who_invites_clients(lotus: Cast) -> None:
    with pytest.raises(NotPermitted):
        remove_client(actor=lotus.actor("trainer"), studio=lotus.lotus, user_id=lotus.user["client"].pk)
    remove_client(actor=lotus.actor("manager"), studio=lotus.lotus, user_id=lotus.user["client"].pk)
    assert held(lotus, "client") == set()
    with pytest.raises(NotFound):
        remove_client(actor=lotus.actor("manager"), studio=lotus.lotus, user_id=lotus.user["client"].pk)


def test_changing_nothing_writes_nothing(lotus: Cast) -> None:
    count = AuditEvent.objects.count()
    change(lotus, "trainer", Role.TRAINER)
    assert AuditEvent.objects.count() == count
