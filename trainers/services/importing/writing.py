"""Bringing in what was checked: all or nothing, in one transaction, through the same constraints as every booking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from fitflow.core import outbox
from fitflow.core.db import DEADLOCK, SERIALIZATION, constraint, lock_in_transaction, sqlstate
from fitflow.core.errors import Conflict
from studios.services import record_event
from studios.shared.policies import SYSTEM, Actor
from trainers.import_policies import fetch_import
from trainers.models import Import, ImportPart, ImportRow
from trainers.services.importing.matching import look_at
from trainers.services.sweeping import sweep_holds

log = structlog.get_logger(__name__)

STEP = 5000  # rows of the file written by one round of statements
CHANGED = "Something has changed here since the check. Nothing was imported; look at the new result."
STOPPED = "The import stopped before the end. Nothing was imported; start it again."
CHECK_FIRST = "Check the file first. Nothing was imported."
NOT_NOW = {
    "importing": "It is being imported already.",
    "done": "It is imported already.",
    "undoing": "It is just being taken back.",
    "undone": "It was taken back. Upload the file again to import it anew.",
    "dropped": "The file is thrown away. Upload it again.",
}
TAKEN = {
    "busytime_no_overlap": "Somebody booked one of these times meanwhile.",
    "equipment_within_quantity": "At one of these times more equipment would be in use than there is.",
    "equipment_at_place": "One of these services needs equipment that is not at its place.",
    "client_email_once": "One of these clients was added meanwhile.",
    "session_within_capacity": "A place was taken meanwhile.",
}
MINE = "row.batch_id = %(batch)s AND row.outcome = 'new' AND row.number > %(after)s AND row.number <= %(through)s"

CLIENTS = """
WITH made AS (
    INSERT INTO clients_client (id, created_at, name, email, phone, street, city, province, postal_code, is_active)
    SELECT row.id, now(), row.name, coalesce(known.email, ''), coalesce(known.phone, ''), row.street, row.city, row.province,
           row.postal_code, row.status <> 'archived'
    FROM trainers_importrow AS row CROSS JOIN LATERAL (
        SELECT (array_agg(one.email ORDER BY one.number) FILTER (WHERE one.email <> ''))[1] AS email,
               (array_agg(one.phone ORDER BY one.number) FILTER (WHERE one.phone <> ''))[1] AS phone
        FROM trainers_importrow AS one
        WHERE one.batch_id = row.batch_id AND one.person = row.id AND one.outcome IN ('new', 'same')
    ) AS known
    WHERE {mine} AND row.person = row.id AND row.client IS NULL AND row.name <> ''
    RETURNING id
)
INSERT INTO trainers_importmade (id, created_at, batch_id, kind, made)
SELECT gen_random_uuid(), now(), %(batch)s, 'client', id FROM made
"""
# What is over comes in as held, without buffers: they kept time free that is past.
SESSIONS = """
WITH made AS (
    INSERT INTO trainers_session (id, created_at, service_id, trainer_id, location_id, starts_at, ends_at,
        buffer_before_minutes, buffer_after_minutes, status, capacity, booked, waitlisted, version, completed_at,
        cancel_reason, occurrence)
    SELECT row.id, now(), row.service, row.trainer, row.location, row.starts_at, row.ends_at,
        CASE WHEN row.status = 'scheduled' THEN service.buffer_before_minutes ELSE 0 END,
        CASE WHEN row.status = 'scheduled' THEN service.buffer_after_minutes ELSE 0 END,
        CASE WHEN row.status = 'scheduled' THEN 'scheduled' ELSE 'completed' END, service.capacity, 0, 0, 1,
        CASE WHEN row.status <> 'scheduled' THEN row.ends_at END, '', ''
    FROM trainers_importrow AS row JOIN trainers_service AS service ON service.id = row.service
    WHERE {mine} AND row.session = row.id ORDER BY row.trainer, row.starts_at
    RETURNING id
)
INSERT INTO trainers_importmade (id, created_at, batch_id, kind, made)
SELECT gen_random_uuid(), now(), %(batch)s, 'session', id FROM made
"""
# The price is frozen as at any booking. What is over was charged where it was booked, and so was what the file says is paid.
BOOKINGS = """
WITH made AS (
    INSERT INTO trainers_booking (id, created_at, session_id, client_id, status, attendance, price, price_includes_tax,
        tax_category, settled_elsewhere, cancel_reason, late_cancel, fee_percent, cancelled_by_client, was_waiting)
    SELECT row.id, now(), row.session, coalesce(row.client, row.person), 'booked',
        CASE row.status WHEN 'completed' THEN 'present' WHEN 'no_show' THEN 'no_show' ELSE '' END,
        coalesce(row.price, service.price), service.price_includes_tax, service.tax_category,
        row.paid OR row.status <> 'scheduled', '', false, CASE WHEN row.status = 'no_show' THEN 0 END, false, false
    FROM trainers_importrow AS row JOIN trainers_service AS service ON service.id = row.service
    WHERE {mine} AND row.session IS NOT NULL AND row.name <> '' ORDER BY row.number
    RETURNING id
)
INSERT INTO trainers_importmade (id, created_at, batch_id, kind, made)
SELECT gen_random_uuid(), now(), %(batch)s, 'booking', id FROM made
"""
CARE = """
WITH made AS (
    INSERT INTO clients_care (id, created_at, client_id, user_id)
    SELECT gen_random_uuid(), now(), pair.client, pair.user_id FROM (
        SELECT DISTINCT coalesce(row.client, row.person) AS client, trainer.user_id
        FROM trainers_importrow AS row JOIN trainers_trainerprofile AS trainer ON trainer.id = row.trainer
        WHERE {mine} AND row.session IS NOT NULL AND row.name <> ''
    ) AS pair
    ON CONFLICT (client_id, user_id) DO NOTHING RETURNING id
)
INSERT INTO trainers_importmade (id, created_at, batch_id, kind, made)
SELECT gen_random_uuid(), now(), %(batch)s, 'care', id FROM made
"""
PEOPLE = """
SELECT DISTINCT trainer.user_id FROM trainers_importrow AS row JOIN trainers_trainerprofile AS trainer ON trainer.id = row.trainer
WHERE row.batch_id = %s AND row.outcome = 'new' AND row.session IS NOT NULL
"""
# In the order in which each booking's trigger locks them: several statements of ours would lock them in several orders.
EQUIPMENT = """
SELECT FROM studios_equipment WHERE id IN (
    SELECT need.equipment_id FROM trainers_importrow AS row
    JOIN trainers_serviceequipment AS need ON need.service_id = row.service
    WHERE row.batch_id = %s AND row.outcome = 'new'
) ORDER BY id FOR NO KEY UPDATE
"""
STAGES = {
    Import.Kind.CLIENTS.value: (CLIENTS,),
    Import.Kind.TIMETABLE.value: (CLIENTS, SESSIONS, BOOKINGS, CARE),
}


def request_import(
    *, actor: Actor, import_id: UUID | str, leaving_out: int = 0, seen: int | None = None
) -> Import:
    """Ask for what was checked to be imported. Where rows have problems it is refused, unless the person says how many of them
    she leaves out, as she saw it. `seen` is the import's `round` whose result she saw.

    Raises NotPermitted, NotFound, Conflict (`status`; `round`; `problems`; `nothing`).
    """
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state != Import.State.CHECKED:
            raise Conflict(NOT_NOW.get(batch.state, CHECK_FIRST), conflict="status", status=batch.state)
        if seen is not None and batch.round != seen:
            raise Conflict(
                "The file was checked anew meanwhile. Nothing was imported; look at the new result.",
                conflict="round",
            )
        if batch.problems != leaving_out:
            raise Conflict(
                f"{batch.problems} rows have problems now. Mend them, or leave them out knowingly.",
                conflict="problems",
                problems=batch.problems,
            )
        if not batch.counts.get("new"):
            raise Conflict("There is nothing new in the file.", conflict="nothing")
        batch.state, batch.leaves_out, batch.notice = Import.State.IMPORTING, leaving_out, ""
        batch.asked_by_id, batch.asked_name = actor.user_id, actor.name
        batch.save(update_fields=["state", "leaves_out", "notice", "asked_by", "asked_name"])
        _tell(batch, 0)
        outbox.publish("import.requested", batch=batch.pk)
        record_event(
            actor=actor,
            action="import.requested",
            subject=batch,
            rows=batch.counts["new"],
            leaves_out=leaving_out,
        )
    return batch


def carry_out_import(*, import_id: UUID | str) -> bool:
    """Import what was asked for; return False where another process is at it just now.

    One transaction, under the locks of all trainers it books: a kill leaves nothing behind, and the next call begins anew.
    Where the database refuses, or the rows mean something else than when they were checked, nothing is imported and the
    import waits for a person again, with the new result.
    """
    if not _still_as_checked(import_id):
        return True
    try:
        with transaction.atomic():
            batch = Import.objects.select_for_update(skip_locked=True).filter(pk=import_id).first()
            if batch is None:
                return False
            if batch.state == Import.State.IMPORTING:
                _write(batch)
    except IntegrityError as error:
        _back_to_checked(import_id, f"{_refusal(error)} Nothing was imported; look at the new result.")
    except OperationalError as error:
        if sqlstate(error) in {DEADLOCK, SERIALIZATION}:
            return False
        raise
    return True


def give_up_import(*, import_id: UUID | str) -> None:
    """Stop an import that the outbox has tried in vain. It has made nothing."""
    running = Import.objects.filter(pk=import_id, state=Import.State.IMPORTING)
    running.update(state=Import.State.CHECKED, notice=STOPPED)


def progress_of(batch: Import) -> int:
    """Return how many rows of an import that is under way are written; the transaction itself shows nothing before its end."""
    try:
        return int(cache.get(_key(batch)) or 0)
    except Exception:  # Redis away: the page shows less
        return 0


def _still_as_checked(import_id: UUID | str) -> bool:
    """Look at the rows once more, because hours may have passed; where something else comes of them, ask again."""
    with transaction.atomic():
        batch = Import.objects.select_for_update(skip_locked=True).filter(pk=import_id).first()
        if batch is None:
            return True  # another process writes it; `carry_out_import` finds that out
        if batch.state != Import.State.IMPORTING:
            return False
        seen = batch.counts, batch.digest
        look_at(batch)
        if seen == (batch.counts, batch.digest):
            return True
        _ask_again(batch, CHANGED)
    return False


def _ask_again(batch: Import, words: str) -> None:
    """Show the new result instead of importing it. Inside a transaction."""
    batch.state, batch.notice = Import.State.CHECKED, words
    batch.round += 1
    batch.save(update_fields=["counts", "digest", "state", "notice", "round"])


def _write(batch: Import) -> None:
    """Write everything, a few statements for some thousand rows at a time, and say so: in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [batch.pk])
        people = [row[0] for row in cursor.fetchall()]
    lock_in_transaction(*(f"trainer:{person}" for person in people))
    with connection.cursor() as cursor:
        cursor.execute(EQUIPMENT, [batch.pk])
    sweep_holds(people=people)
    for statement in STAGES[batch.kind]:
        _in_steps(batch, statement)
    batch.state, batch.finished_at = Import.State.DONE, timezone.now()
    batch.save(update_fields=["state", "finished_at"])
    _forget_what_was_imported(batch)
    outbox.publish("import.done", batch=batch.pk)
    facts = {key: batch.counts.get(key, 0) for key in ("clients", "sessions", "bookings")}
    record_event(actor=_who(batch), action="import.done", subject=batch, **facts)


def _in_steps(batch: Import, statement: str) -> None:
    last = (
        ImportRow.objects.filter(batch=batch).order_by("-number").values_list("number", flat=True).first()
        or 0
    )
    stages = len(STAGES[batch.kind])
    stage = STAGES[batch.kind].index(statement)
    for after in range(0, last + 1, STEP):
        with connection.cursor() as cursor:
            cursor.execute(
                statement.replace("{mine}", MINE),
                {"batch": batch.pk, "after": after, "through": after + STEP},
            )
        _tell(batch, (stage * last + min(after + STEP, last)) // stages)


def _tell(batch: Import, done: int) -> None:
    try:
        cache.set(_key(batch), min(done, batch.total), 600)
    except Exception as error:
        log.warning("import.progress_untold", error=type(error).__name__)


def _key(batch: Import) -> str:
    return f"import:{batch.pk}"


def _forget_what_was_imported(batch: Import) -> None:
    """The file goes at once; of its rows only those stay for a while that were left out, to be looked at."""
    ImportPart.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).exclude(outcome=ImportRow.Outcome.PROBLEM).delete()


def _who(batch: Import) -> Actor:
    """Whoever asked for the import; the file may be somebody else's."""
    if batch.asked_by_id is None:
        return SYSTEM
    return Actor(user_id=batch.asked_by_id, name=batch.asked_name, roles=frozenset())


def _refusal(error: DatabaseError) -> str:
    name = constraint(error)
    log.warning("import.refused", constraint=name)
    return next(
        (words for prefix, words in TAKEN.items() if name.startswith(prefix)), "The database refused a row."
    )


def _back_to_checked(import_id: Any, words: str) -> None:
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state == Import.State.IMPORTING:
            look_at(batch)
            _ask_again(batch, words)
