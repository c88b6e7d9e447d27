"""Two owners leave at the same moment: one stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from fitflow.accounts.models import User
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.services import remove_member
from studios.shared.models import Member, Role, Studio
from studios.shared.selectors import actor_in
from studios.shared.services import add_member
from tests.scratch import at_once, scratch_person, scratch_studio

pytestmark = pytest.mark.race


@pytest.fixture
def owners(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Studio, list[User]]]:
    with django_db_blocker.unblock(), scratch_person() as one, scratch_person() as other:
        with scratch_studio(trainer=one) as studio:
            add_member(studio=studio, user=other, role=Role.OWNER)
            yield studio, [one, other]


def leave_at_once(studio: Studio, people: list[User]) -> list[Any]:
    def leaving(user: User) -> Callable[[], None]:
        actor = actor_in(user, studio)

        def leave() -> None:
            with studio_context(studio):
                remove_member(actor=actor, studio=studio, user_id=user.pk)

        return leave

    return at_once([leaving(user) for user in people])


def owners_left(studio: Studio) -> int:
    return Member.objects.filter(studio=studio, role=Role.OWNER).count()


def test_of_two_owners_who_leave_at_once_one_stays(owners: tuple[Studio, list[User]]) -> None:
    studio, people = owners
    ended = leave_at_once(studio, people)
    assert sum(isinstance(result, Conflict) for result in ended) == 1
    assert owners_left(studio) == 1


def test_the_control_without_the_rule_loses_both(owners: tuple[Studio, list[User]]) -> None:
    studio, people = owners
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE studios_shared_member DISABLE TRIGGER member_last_owner")
        try:
            leave_at_once(studio, people)
            assert owners_left(studio) == 0
        finally:
            cursor.execute("ALTER TABLE studios_shared_member ENABLE TRIGGER member_last_owner")
