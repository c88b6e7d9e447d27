from __future__ import annotations

import pytest
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from fitflow.core import outbox
from fitflow.core.chain import verify_chain
from fitflow.core.models import OutboxMessage
from studios.shared import platform
from studios.shared.models import PlatformAuditEvent
from tests.admin.test_studios import last_event, page


def message(state: str, cast, **fields) -> OutboxMessage:
    return OutboxMessage.objects.create(
        studio_id=cast.lotus.pk,
        topic="session.scheduled",
        handler="x.y",
        lane="mail",
        state=state,
        attempts=24,
        **fields,
    )


@pytest.fixture
def task(db) -> PeriodicTask:
    interval = IntervalSchedule.objects.create(every=5, period="seconds")
    return PeriodicTask.objects.create(name="core.tidy", task="core.tidy", interval=interval)


def test_what_was_given_up_is_tried_again(inside, cast):
    dead, done = message("dead", cast, last_error="Unavailable: no answer"), message("done", cast)
    ticked = {"action": "retry_ticked", "_selected_action": [str(dead.pk), str(done.pk)], "index": 0}
    shown = inside.post("/admin/core/outboxmessage/", ticked, follow=True).content.decode()
    assert "1 tried again" in shown
    dead.refresh_from_db()
    done.refresh_from_db()
    assert (dead.state, dead.attempts, done.state) == ("pending", 0, "done")
    claimed = []
    while taken := outbox.claim("mail"):
        claimed.append(taken.pk)
    assert dead.pk in claimed
    assert (last_event().action, last_event().subject_id) == ("outbox.retried", dead.pk)


def test_one_row_is_tried_again_from_its_page(inside, cast):
    dead = message("dead", cast)
    assert "Try again" in inside.get(page(dead)).content.decode()
    inside.post(page(dead, "retry"))
    dead.refresh_from_db()
    assert dead.state == "pending"
    assert "Try again" not in inside.get(page(dead)).content.decode()


def test_a_task_rests_and_runs_again(inside, task):
    inside.post(page(task, "switch_off"))
    task.refresh_from_db()
    assert not task.enabled
    assert (last_event().action, last_event().facts) == ("task.switched_off", {"name": "core.tidy"})
    inside.post(page(task, "switch_on"))
    task.refresh_from_db()
    assert task.enabled


def test_a_task_is_handed_to_the_workers(inside, task, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, name, **options: sent.append((name, options["args"]))
    )
    inside.post(page(task, "run"))
    assert sent == [("core.tidy", [])]
    assert last_event().action == "task.run"


def test_a_sound_chain_is_told(inside, staff):
    shown = inside.get("/admin/studios_shared/platformauditevent/verify/", follow=True).content.decode()
    assert "hold the hash" in shown


def test_a_changed_row_is_found(inside, staff, cast):
    platform.suspend_studio(staff=staff, studio=cast.lotus, reason="Honest")
    broken = last_event().seq
    platform.reactivate_studio(staff=staff, studio=cast.lotus)
    table = PlatformAuditEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_grow_only")
        cursor.execute(f"UPDATE {table} SET actor_name = 'Somebody else' WHERE seq = %s", [broken])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_grow_only")
    assert verify_chain(PlatformAuditEvent).broken_at == broken
    shown = inside.get("/admin/studios_shared/platformauditevent/verify/", follow=True).content.decode()
    assert f"Row {broken} does not fit" in shown


def test_a_missing_row_is_found(staff, cast):
    platform.suspend_studio(staff=staff, studio=cast.lotus, reason="One")
    gone = last_event().seq
    platform.reactivate_studio(staff=staff, studio=cast.lotus)
    table = PlatformAuditEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_grow_only")
        cursor.execute(f"DELETE FROM {table} WHERE seq = %s", [gone])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_grow_only")
    assert verify_chain(PlatformAuditEvent).broken_at == gone + 1
