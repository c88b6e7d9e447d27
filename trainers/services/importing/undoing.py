"""Taking an import back: exactly what it made, as long as nothing stands on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone

from clients.models import Care, Client
from fitflow.core import outbox
from fitflow.core.db import DEADLOCK, SERIALIZATION, lock_in_transaction, sqlstate
from fitflow.core.errors import Conflict
from fitflow.core.formats import clock_text, short_day_text
from studios.services import record_event
from studios.shared.policies import SYSTEM, Actor
from trainers.import_policies import fetch_import
from trainers.models import Booking, Import, ImportMade, ImportRow, Session, SessionEquipment

log = structlog.get_logger(__name__)

MADE: dict[str, type[models.Model]] = {"client": Client, "session": Session, "booking": Booking}
NAMED = 5  # how many of a kind are named
STOPPED = "The undo stopped before the end. Nothing was taken back; start it again."
# What was done with them since: every use case leaves a row in the trail about its subject.
TOUCHED = """
SELECT event.subject_type, (array_agg(DISTINCT event.subject_id))[:%(named)s], count(DISTINCT event.subject_id)
FROM studios_auditevent AS event
JOIN trainers_importmade AS made ON made.batch_id = %(batch)s AND made.made = event.subject_id AND made.kind = event.subject_type
WHERE event.subject_type = ANY (%(kinds)s) GROUP BY event.subject_type
"""
DELETE = """
DELETE FROM {table} WHERE id IN (SELECT made FROM trainers_importmade WHERE batch_id = %(batch)s AND kind = %(kind)s)
"""
TABLES = (("booking", Booking), ("care", Care), ("session", Session), ("client", Client))
PEOPLE = """
SELECT DISTINCT trainer.user_id FROM trainers_session AS session
JOIN trainers_importmade AS made ON made.made = session.id AND made.kind = 'session' AND made.batch_id = %s
JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
"""
KINDS = {
    "client": ("client", "clients"),
    "session": ("session", "sessions"),
    "booking": ("booking", "bookings"),
}


def in_the_way(batch: Import) -> list[str]:
    """Return what stands on the rows an import made, in sentences; nothing where it can be undone.

    Whatever table points at them counts, of whichever subject, and whatever the trail says was done with them.
    """
    found = _touched(batch)
    for kind, model in MADE.items():
        for relation in _relations(model):
            if words := _pointing(batch, kind, relation):
                found.append(words)
    signed_in = Client.objects.filter(user__isnull=False, pk__in=_made(batch, "client"))
    if many := signed_in.count():
        found.append(f"{_some(many, 'client')} signed in to the portal: {_names(signed_in)}.")
    return found


def _made(batch: Import, kind: str) -> Any:
    return ImportMade.objects.filter(batch=batch, kind=kind).values("made")


def _touched(batch: Import) -> list[str]:
    values: dict[str, Any] = {"batch": batch.pk, "named": NAMED, "kinds": list(MADE)}
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, values)
        rows = cursor.fetchall()
    found = []
    for kind, ids, many in sorted(rows):
        verb = "was" if many == 1 else "were"
        names = _names(MADE[kind]._default_manager.filter(pk__in=ids))
        found.append(f"{_some(many, kind)} {verb} changed since: {names}.")
    return found


def _relations(model: type[models.Model]) -> list[Any]:
    """Return every foreign key that points at a table, also those that have no name on this side."""
    fields = model._meta.get_fields(include_hidden=True)
    return [
        one for one in fields if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)
    ]


def _pointing(batch: Import, kind: str, relation: Any) -> str:
    """Say which rows of another table point at what the import made; its own rows do not count."""
    model, column = relation.related_model, relation.field.name
    if model in {Care, SessionEquipment}:
        return ""  # goes with the client (whoever booked her since is named by that booking), or with the session
    rows = model._default_manager.filter(**{f"{column}__in": _made(batch, kind)})
    if model is Booking:
        rows = rows.exclude(pk__in=_made(batch, "booking"))
    many = rows.count()
    name = str(model._meta.verbose_name if many == 1 else model._meta.verbose_name_plural)
    whom = _names(MADE[kind]._default_manager.filter(pk__in=rows.values(column))) if many else ""
    return f"{many} {name} on what was imported: {whom}." if many else ""


def _some(many: int, kind: str) -> str:
    return f"{many} {KINDS[kind][many != 1]}"


def _names(rows: Any) -> str:
    """Return up to five of them as people know them."""
    model = rows.model
    if model is Client:
        found = [row.name for row in rows.order_by("name")[: NAMED + 1]]
    elif model is Session:
        picked = rows.select_related("service", "location").order_by("starts_at")[: NAMED + 1]
        found = [_session_words(row) for row in picked]
    else:
        picked = rows.select_related("client", "session__service", "session__location").order_by("created_at")
        found = [f"{row.client.name} in {_session_words(row.session)}" for row in picked[: NAMED + 1]]
    more = " and more" if len(found) > NAMED else ""
    return "; ".join(found[:NAMED]) + more


def _session_words(session: Session) -> str:
    zone = session.location.timezone
    return f"{session.service.name} on {short_day_text(session.starts_at, zone)}, {clock_text(session.starts_at, zone)}"


def request_undo(*, actor: Actor, import_id: UUID | str) -> Import:
    """Ask for an import to be taken back. Raises NotPermitted, NotFound, Conflict (`status`; `in_the_way`, with `reasons`)."""
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state != Import.State.DONE:
            raise Conflict("Only what is imported can be undone.", conflict="status", status=batch.state)
        if reasons := in_the_way(batch):
            raise Conflict(
                f"It cannot be undone. {' '.join(reasons)}", conflict="in_the_way", reasons=reasons
            )
        batch.state, batch.notice = Import.State.UNDOING, ""
        batch.undone_by_id, batch.undone_name = actor.user_id, actor.name
        batch.save(update_fields=["state", "notice", "undone_by", "undone_name"])
        outbox.publish("import.undo", batch=batch.pk)
        record_event(actor=actor, action="import.undo_requested", subject=batch)
    return batch


def carry_out_undo(*, import_id: UUID | str) -> bool:
    """Delete what the import made, all or nothing; return False where another process is at it just now.

    Under the locks of all trainers concerned. Where something was built on it meanwhile, nothing is taken back.
    """
    try:
        with transaction.atomic():
            batch = Import.objects.select_for_update(skip_locked=True).filter(pk=import_id).first()
            if batch is None:
                return False
            if batch.state == Import.State.UNDOING:
                _take_back(batch)
    except IntegrityError as error:
        log.warning("import.undo_refused", error=type(error).__name__)
        _keep(import_id)
    except OperationalError as error:
        if sqlstate(error) in {DEADLOCK, SERIALIZATION}:
            return False
        raise
    return True


def give_up_undo(*, import_id: UUID | str) -> None:
    """Stop an undo that the outbox has tried in vain. It has taken nothing back."""
    Import.objects.filter(pk=import_id, state=Import.State.UNDOING).update(
        state=Import.State.DONE, notice=STOPPED
    )


def _keep(import_id: UUID | str) -> None:
    words = "Somebody used what was imported meanwhile. Nothing was taken back."
    Import.objects.filter(pk=import_id, state=Import.State.UNDOING).update(
        state=Import.State.DONE, notice=words
    )


def _take_back(batch: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [batch.pk])
        people = [row[0] for row in cursor.fetchall()]
    lock_in_transaction(*(f"trainer:{person}" for person in people))
    # Held until the end, so that nobody books into one of them between the look and the deletion.
    list(Session.objects.select_for_update().filter(pk__in=_made(batch, "session")).values_list("pk"))
    list(Client.objects.select_for_update().filter(pk__in=_made(batch, "client")).values_list("pk"))
    if reasons := in_the_way(batch):
        batch.state, batch.notice = Import.State.DONE, f"It cannot be undone. {' '.join(reasons)}"[:500]
        batch.save(update_fields=["state", "notice"])
        return
    counts = _delete(batch)
    batch.state, batch.undone_at = Import.State.UNDONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    ImportRow.objects.filter(batch=batch).delete()
    ImportMade.objects.filter(batch=batch).delete()
    outbox.publish("import.undone", batch=batch.pk)
    actor = (
        Actor(user_id=batch.undone_by_id, name=batch.undone_name, roles=frozenset())
        if batch.undone_by_id
        else SYSTEM
    )
    record_event(actor=actor, action="import.undone", subject=batch, **counts)


def _delete(batch: Import) -> dict[str, int]:
    """Delete by plain statements: the database's own foreign keys refuse where something points at a row after all."""
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        for kind, model in TABLES:
            statement = DELETE.replace("{table}", model._meta.db_table)
            cursor.execute(statement, {"batch": batch.pk, "kind": kind})
            counts[f"{kind}s" if kind != "care" else "care"] = cursor.rowcount
    return counts
