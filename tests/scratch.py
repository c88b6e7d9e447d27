"""A studio of a test's own, really committed, and gone without a trace afterwards: for races and killed processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from fitflow.accounts.models import User
from fitflow.core.models import IdempotentAnswer, OutboxMessage
from fitflow.tenancy import hosts, schema
from fitflow.tenancy.context import leave, studio_context
from studios.services import add_location, add_room
from studios.shared.models import Role, Studio
from studios.shared.policies import SYSTEM
from studios.shared.services import add_member, open_studio
from trainers.models import Service, TrainerProfile


@contextmanager
def scratch_person(name: str = "Racer") -> Iterator[User]:
    """Make an account, and drop it in the end; its studios must be gone by then."""
    user = User.objects.create_user(f"{name.lower()}-{uuid4().hex}@fitflow.test", name=name)
    try:
        yield user
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_user WHERE id = %s", [user.pk])


@contextmanager
def scratch_studio(*, trainer: User) -> Iterator[Studio]:
    """Open a studio whose one trainer owns it, with a place, two rooms and the cast's two services."""
    slug = f"scratch-{uuid4().hex[:12]}"
    studio = open_studio(name="Scratch", slug=slug, province="ON", timezone="America/Toronto", owner=trainer)
    try:
        add_member(studio=studio, user=trainer, role=Role.TRAINER)
        with studio_context(studio):
            place = add_location(actor=SYSTEM, name="Main", province="ON", timezone="America/Toronto")
            add_room(actor=SYSTEM, location=place, name="Studio A", capacity=12)
            add_room(actor=SYSTEM, location=place, name="Studio B", capacity=8)
            TrainerProfile.objects.create(user=trainer, name=trainer.name)
            common = {"duration_minutes": 60, "tax_category": "fitness"}
            Service.objects.create(name="Private", capacity=1, price="80.00", **common)
            Service.objects.create(name="Class", capacity=12, price="20.00", **common)
        yield studio
    finally:
        leave()
        _drop(studio)


def _drop(studio: Studio) -> None:
    schema.drop(studio.schema_name)
    OutboxMessage.objects.filter(studio_id=studio.id).delete()
    IdempotentAnswer.objects.filter(studio_id=studio.id).delete()
    # By hand: Django's own cascade would look for the studio's tables, which are gone. In one transaction, because a studio
    # that is still there keeps an owner.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM studios_shared_domain WHERE tenant_id = %s", [studio.id])
        for table in ("trainers_shared_busytime", "studios_shared_invitation", "studios_shared_member"):
            cursor.execute(f"DELETE FROM {table} WHERE studio_id = %s", [studio.id])
        cursor.execute("DELETE FROM studios_shared_studio WHERE id = %s", [studio.id])
        cursor.execute("DELETE FROM studios_shared_organization WHERE id = %s", [studio.organization_id])
    hosts.forget(studio_id=studio.id)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run every call in a thread and on a connection of its own, all let go at the same moment.

    Returns what each returned or raised, in their order.
    """
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait(timeout=30)
        try:
            return call()
        except Exception as error:
            return error
        finally:
            leave()
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
