"""Rows of the timetable as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from fitflow.core.errors import NotFound
from studios.shared.policies import Actor
from trainers.models import Booking, Note, NoteTemplate, Service, TrainerProfile
from trainers.selectors import session_json
from trainers.selectors_notes import addenda_of


def service_dict(service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "duration_minutes": service.duration_minutes,
        "price": f"{service.price:.2f}",
        "price_includes_tax": service.price_includes_tax,
        "tax_category": service.tax_category,
        "capacity": service.capacity,
        "buffer_before_minutes": service.buffer_before_minutes,
        "buffer_after_minutes": service.buffer_after_minutes,
        "cancellation": {
            "free_until_hours": service.free_until_hours,
            "late_fee_percent": service.late_fee_percent,
            "no_show_fee_percent": service.no_show_fee_percent,
            "fee_from_strike": service.fee_from_strike,
        },
        "notice_hours": service.notice_hours,
        "horizon_weeks": service.horizon_weeks,
        "trainers": [row.pk for row in service.trainers.all()],
        "rooms": [row.pk for row in service.rooms.all()],
        "equipment": [
            {"equipment": need.equipment_id, "quantity": need.quantity} for need in service.needs.all()
        ],
        "is_active": service.is_active,
    }


def trainer_dict(trainer: TrainerProfile) -> dict[str, Any]:
    fields = {name: getattr(trainer, name) for name in ("id", "name", "bio", "hue", "is_active")}
    return {**fields, "lead": trainer.lead_id}


def session_dict(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """Return one session as the lists show it; raise NotFound where she may not see it."""
    found = session_json(actor=actor, session_id=session_id)
    if found is None:
        raise NotFound()
    return dict(orjson.loads(found))


def booking_dict(booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.id,
        "session": booking.session_id,
        "client": booking.client_id,
        "client_name": booking.client.name,
        "status": booking.status,
        "attendance": booking.attendance,
        "price": f"{booking.price:.2f}",
        "late_cancel": booking.late_cancel,
        "fee_percent": booking.fee_percent,
        "strike": booking.strike,
        "cancelled_at": booking.cancelled_at,
        "cancelled_by_client": booking.cancelled_by_client,
        "cancel_reason": booking.cancel_reason,
    }


def note_dict(note: Note) -> dict[str, Any]:
    return {**_note_alone(note), "addenda": [_note_alone(addendum) for addendum in addenda_of(note)]}


def _note_alone(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "client": note.client_id,
        "session": note.session_id,
        "author": note.author_name,
        "author_id": note.author_id,
        "kind": note.kind,
        "template": note.template_id,
        "title": note.title,
        "body": note.body,
        "sections": section_dicts(note),
        "visibility": note.visibility,
        "shared_with_client": note.shared_with_client,
        "signed_at": note.signed_at,
        "created_at": note.created_at,
        "updated_at": note.updated_at,
        "addendum_to": note.addendum_to_id,
    }


def section_dicts(note: Note) -> list[dict[str, str]]:
    """Return the parts of a note begun from a template; a quick note has none."""
    parts = note.parts if note.structure else []
    return [{"heading": part.heading, "hint": part.hint, "text": part.text} for part in parts]


def template_dict(template: NoteTemplate) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "kind": template.kind,
        "sections": template.parts,
        "version": template.version,
        "is_active": template.is_active,
        "updated_at": template.updated_at,
    }


def service_dicts(rows: Sequence[Service]) -> list[dict[str, Any]]:
    return [service_dict(row) for row in rows]


def trainer_dicts(rows: Sequence[TrainerProfile]) -> list[dict[str, Any]]:
    return [trainer_dict(row) for row in rows]


def booking_dicts(rows: Sequence[Booking]) -> list[dict[str, Any]]:
    return [booking_dict(row) for row in rows]


def note_dicts(rows: Sequence[Note]) -> list[dict[str, Any]]:
    return [note_dict(row) for row in rows]
