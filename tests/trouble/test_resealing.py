"""`reseal_fields` is killed midway and run again, beside an edit, a signature and a process of the version before."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction

from clients.models import Client
from clients.services import begin_care
from fitflow.core.fields.encrypted import encrypt
from fitflow.tenancy.context import studio_context
from studios.shared.models import Role, Studio
from studios.shared.policies import Actor
from tests.server import ROOT, child_environment
from tests.trouble.plant import until
from trainers.models import Note, TrainerProfile
from trainers.services import change_note, sign_note, write_note

pytestmark = [pytest.mark.race, pytest.mark.slow]
PLACE = "trainers_note.body"
NOTES, BATCH = 20, 5
LOW = UUID(int=7)  # before every row that a batch has passed


def author() -> Actor:
    trainer = TrainerProfile.objects.get()
    return Actor(user_id=trainer.user_id, name=trainer.name, roles=frozenset({Role.TRAINER.value}))


@pytest.fixture
def notes(studio: Studio) -> list[UUID]:
    """Notes sealed as before, every second one signed; in the order of their ids."""
    with studio_context(studio):
        client, actor = Client.objects.create(name="Ada"), author()
        assert actor.user_id
        begin_care(user_id=actor.user_id, client_ids=[client.pk], kept=True)
        made = [
            write_note(actor=actor, client_id=client.pk, body=f"Words {number}.").pk
            for number in range(NOTES)
        ]
        for number, row in enumerate(made):
            put_old(row, f"Words {number}.")
            if number % 2:
                sign_note(actor=actor, note_id=row)
    return sorted(made)


def put_old(row: UUID, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trainers_note SET body = %s WHERE id = %s", [encrypt(words, place=PLACE), row])


def begin(studio: Studio) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "reseal_fields", "--studio", studio.slug, "--batch", str(BATCH)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=child_environment(),
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
    )


def writers(*, waiting: bool) -> int:
    """Return how many other connections are writing a note's ciphertext, or wait for a row to do so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle' AND query ~ 'UPDATE .trainers_note. SET .body.'"
            " AND (NOT %s OR wait_event_type = 'Lock')",
            [waiting],
        )
        return int(cursor.fetchone()[0])


@contextmanager
def holding(studio: Studio, work: Callable[[], object]) -> Iterator[None]:
    """Do something in a transaction of another thread, which commits when the block ends."""
    done, release = Event(), Event()

    def run() -> None:
        with studio_context(studio), transaction.atomic():
            work()
            done.set()
            assert release.wait(60)

    with ThreadPoolExecutor(1) as pool:
        held: Future[None] = pool.submit(run)
        try:
            until(lambda: done.is_set() or held.done(), what="the row is held")
            yield
        finally:
            release.set()
            held.result()
            pool.submit(lambda: connection.close()).result()


def seals(studio: Studio) -> list[str]:
    with studio_context(studio), connection.cursor() as cursor:
        cursor.execute("SELECT left(body, 2) FROM trainers_note ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def words(studio: Studio) -> list[str]:
    with studio_context(studio):
        return [row.words for row in Note.objects.order_by("id")]


def test_it_is_killed_and_run_again_beside_who_writes_and_signs(studio: Studio, notes: list[UUID]) -> None:
    # Killed in the middle of its third batch: two are done, and of the third nothing.
    with holding(studio, lambda: Note.objects.select_for_update().get(pk=notes[2 * BATCH + 2])):
        running = begin(studio)
        until(lambda: writers(waiting=True) or running.poll() is not None, what="it waits for the row")
        assert running.poll() is None, running.communicate()
        running.send_signal(signal.SIGKILL)
        running.communicate()
    until(lambda: not writers(waiting=False), what="its transaction is gone")
    assert seals(studio) == ["v2"] * 2 * BATCH + ["v1"] * (NOTES - 2 * BATCH)
    assert words(studio) == [f"Words {number}." for number in range(NOTES)]

    # Run again while one note is changed, another signed, and a process of the version before writes a third.
    edited, to_sign = notes[12], notes[14]

    def write() -> None:
        change_note(actor=author(), note_id=edited, body="Changed meanwhile.")
        sign_note(actor=author(), note_id=to_sign)

    with holding(studio, write):
        running = begin(studio)
        until(lambda: writers(waiting=True) or running.poll() is not None, what="it waits for the row")
        assert running.poll() is None, running.communicate()
        with studio_context(studio), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO trainers_note (id, created_at, client_id, author_id, author_name, body, updated_at)"
                " SELECT %s, now(), client_id, author_id, 'Old', %s, now() FROM trainers_note WHERE id = %s",
                [LOW, encrypt("Of the version before.", place=PLACE), edited],
            )
    said, complaint = running.communicate(timeout=60)
    assert running.returncode == 1, said
    assert "1 values were written the old way meanwhile" in complaint
    assert seals(studio) == ["v1"] + ["v2"] * NOTES
    expected = [f"Words {number}." for number in range(NOTES)]
    expected[12] = "Changed meanwhile."
    assert words(studio) == ["Of the version before.", *expected]
    with studio_context(studio):
        assert Note.objects.get(pk=to_sign).is_signed

    # And once more: what is left, and then nothing.
    for done in (1, 0):
        running = begin(studio)
        said, complaint = running.communicate(timeout=60)
        assert (running.returncode, f"{done} values sealed anew, none left." in said) == (0, True), complaint
    assert seals(studio) == ["v2"] * (NOTES + 1)
    assert words(studio) == ["Of the version before.", *expected]
