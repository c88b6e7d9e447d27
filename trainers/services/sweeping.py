"""Sweeping away holds that have run out, by whoever wants their time."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

SWEEP = """
WITH gone AS (
    DELETE FROM trainers_session AS session USING trainers_trainerprofile AS trainer
    WHERE session.status = 'held' AND session.held_until <= now() AND trainer.id = session.trainer_id
      AND (trainer.user_id = ANY (%(people)s) OR session.room_id = ANY (%(rooms)s))
)
SELECT public.release_expired_holds(%(people)s)
"""


def sweep_holds(*, people: Iterable[UUID], rooms: Iterable[UUID | None] = ()) -> None:
    """Sweep away what ran out of these people's holds, in every studio, and of this studio's holds of these rooms.

    Whoever writes the time of a session calls it, under the people's locks and in the transaction that writes: the exclusion
    constraints see a hold until its row is gone. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"people": list(people), "rooms": [room for room in rooms if room]})
